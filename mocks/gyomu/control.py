"""The control interface of the offices: changes, intake, records, and the own commands of single systems."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mocks.gyomu.office import Office, Offices

Handler = Callable[[Request], Awaitable[Response]]
Parse = Callable[[Request], Awaitable[dict[str, Any]]]


class OfficeControl:
    """The handlers below /control/ that only a process with offices has."""

    def __init__(self, offices: Offices, parse: Parse) -> None:
        self._offices = offices
        self._parse = parse

    def commands(self) -> dict[str, tuple[str, Handler]]:
        """Path below /control/, verb and handler."""
        commands: dict[str, tuple[str, Handler]] = {
            "change": ("POST", self.change),
            "import": ("POST", self.take),
            "records": ("GET", self.records),
            "screen": ("GET", self.screen),
        }
        for office in self._offices:
            for name in office.own.commands() if office.own else ():
                commands[f"{office.system.id}/{name}"] = ("POST", self._own(office.system.id, name))
        return commands

    def _own(self, system: str, name: str) -> Handler:
        async def handler(request: Request) -> Response:
            # Looked up now: a reset has made the office anew.
            own = self._offices.office(system).own
            if own is None:
                raise ValueError(f"{system} has no rules of its own")
            return JSONResponse(own.commands()[name](await self._parse(request)))

        return handler

    async def change(self, request: Request) -> Response:
        """{"linkage", "values", "delete"}: a new row of a subject, or the last one deleted; the next delta tells it."""
        body = await self._parse(request)
        ledger = self._offices.office(str(body["linkage"])[:3]).ledger
        act = ledger.delete if body.get("delete") else ledger.change
        return JSONResponse({"row": act(body["linkage"], body["values"])})

    async def take(self, request: Request) -> Response:
        """{"system", "linkage"}: read what is new in the inbox."""
        body = await self._parse(request)
        office = self._offices.office(body.get("system"))
        return JSONResponse(self._consumer(office).take(body.get("linkage")))

    async def records(self, request: Request) -> Response:
        """?system=…&linkage=…: what is held of a linkage, and what was refused."""
        office = self._offices.office(request.query_params.get("system"))
        linkage = request.query_params["linkage"]
        return JSONResponse(self._consumer(office).intake(linkage).as_json(rows=True))

    async def screen(self, request: Request) -> Response:
        """?system=…&atenabango=…: what a clerk sees of somebody."""
        office = self._offices.office(request.query_params.get("system"))
        shown = self._consumer(office).screen(request.query_params["atenabango"])
        return JSONResponse(shown if shown else {"error": "nobody has that number"}, status_code=200 if shown else 404)

    @staticmethod
    def _consumer(office: Office) -> Any:
        if office.consumer is None:
            raise ValueError("this mock was started without an inbox")
        return office.consumer
