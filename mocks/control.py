"""The control interface of a mock: what a test does to its counterpart. No vendor has it."""

import ipaddress
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.fault import UnknownFaultError
from mocks.gyomu.control import OfficeControl
from mocks.town import Town

Handler = Callable[[Request], Awaitable[Response]]


async def _parse(request: Request) -> dict[str, Any]:
    raw = await request.body()
    body = json.loads(raw) if raw else {}
    if not isinstance(body, dict):
        raise ValueError("expected a JSON object")
    return body


def _is_near(request: Request, allowed: str) -> bool:
    if allowed == "any" or request.client is None:
        return allowed != "off"
    try:
        return ipaddress.ip_address(request.client.host).is_loopback and allowed == "loopback"
    except ValueError:
        # Not an address at all: the in-process client of a test.
        return allowed == "loopback"


class Control:
    """The handlers under /control/, answered to loopback only unless the mock is told otherwise."""

    def __init__(self, town: Town, allowed: str) -> None:
        self._town = town
        self._allowed = allowed

    def routes(self) -> list[Route]:
        """One route for each command."""
        commands: dict[str, tuple[str, Handler]] = {
            "state": ("GET", self.state),
            "journal": ("GET", self.journal),
            "journal/clear": ("POST", self.clear),
            "fault": ("POST", self.fault),
            "outage": ("POST", self.outage),
            "lock": ("POST", self.lock),
            "clock": ("POST", self.clock),
            "publish": ("POST", self.publish),
            "reset": ("POST", self.reset),
        }
        if self._town.offices:
            commands |= OfficeControl(self._town.offices, _parse).commands()
        return [Route(f"/control/{path}", self._guard(call), methods=[verb]) for path, (verb, call) in commands.items()]

    def _guard(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            if not _is_near(request, self._allowed):
                return JSONResponse({"error": "the control interface answers loopback only"}, status_code=403)
            try:
                return await handler(request)
            except (UnknownFaultError, ValueError, KeyError, TypeError) as error:
                return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=400)

        return guarded

    async def state(self, request: Request) -> Response:
        """Who this is, which faults are on, what time it is."""
        del request
        return JSONResponse(self._town.as_json())

    async def journal(self, request: Request) -> Response:
        """What it was asked."""
        del request
        return JSONResponse(self._town.journal.as_json())

    async def clear(self, request: Request) -> Response:
        """Forget what it was asked."""
        del request
        self._town.journal.clear()
        return await self._done()

    async def fault(self, request: Request) -> Response:
        """{"name": …, "on": true} for one, {"names": […]} for exactly these."""
        body = await _parse(request)
        if "names" in body:
            self._town.switch(body["names"])
        else:
            self._town.switch(None, body["name"], on=bool(body.get("on", True)))
        return await self._done()

    async def outage(self, request: Request) -> Response:
        """{"mode": "json503" | "html503" | "html502" | "off", "requests": n}: the next n requests fail so."""
        body = await _parse(request)
        if body["mode"] not in {"json503", "html503", "html502", "off"}:
            raise ValueError(f"unknown mode {body['mode']!r}")
        self._town.outage.mode = body["mode"]
        self._town.outage.remaining = int(body.get("requests", 1))
        return await self._done()

    async def lock(self, request: Request) -> Response:
        """{"atenabango": …, "seconds": n}: another clerk edits the row; 0 seconds ends it."""
        body = await _parse(request)
        seconds = float(body.get("seconds", 0))
        if seconds > 0:
            self._town.register.hold(body["atenabango"], seconds)
        else:
            self._town.register.release(body["atenabango"])
        return await self._done()

    async def clock(self, request: Request) -> Response:
        """{"seconds": n}: virtual time goes on; what falls due happens."""
        body = await _parse(request)
        self._town.advance(float(body["seconds"]))
        return await self._done()

    async def publish(self, request: Request) -> Response:
        """{"kind": "zenken" | "sabun", "system", "linkage"}: every linkage (of that system, that one) now; the files."""
        body = await _parse(request)
        files = self._town.publish(body.get("kind", "sabun"), body.get("system"), body.get("linkage"))
        return JSONResponse({"files": files})

    async def reset(self, request: Request) -> Response:
        """As it was at the start: register, residents, clock, journal and place."""
        del request
        self._town.reset()
        return await self._done()

    async def _done(self) -> Response:
        return JSONResponse(self._town.as_json())
