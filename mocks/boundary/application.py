"""One process of boundary systems: their windows, one token service, and the control interface of the mock."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from authlib.oauth2.rfc6749 import InvalidScopeError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from mocks.authority import Authority
from mocks.boundary import interface, systems
from mocks.boundary.desk import Context
from mocks.boundary.people import Residents
from mocks.boundary.server import NOTHING, Window, scope
from mocks.client import Client
from mocks.fault import Faults
from mocks.gyomu.pack import Pack
from mocks.journal import Journal
from mocks.middleware import Outage, Watch
from mocks.reply import CONTENT_TYPE
from mocks.vendor import Vendor

OUTAGES = {"json503", "html503", "html502", "off"}
NEAR = ("127.0.0.1", "::1", "testclient")


class Tokens(Authority):
    """The token service before the boundary systems: exactly their scopes, and those of one system in a token."""

    def validate_requested_scope(self, scope: str | None) -> None:
        """Known scopes of one system only."""
        wanted = (scope or "").split()
        if any(item not in self._scopes for item in wanted):
            raise InvalidScopeError("The scope is not known.")
        if len({item.split(":")[0] for item in wanted}) > 1:
            raise InvalidScopeError("A token is for one provider only.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a process of boundary systems was started with."""

    vendor: Vendor
    names: tuple[str, ...]
    town: Path
    seed: int
    clients: tuple[Client, ...]
    token_seconds: int
    control: str = "loopback"


class Boundary:
    """The systems of one process. ``reset`` brings back their first moment; tokens stay what they are."""

    def __init__(self, settings: Settings, fault: Faults) -> None:
        self.settings = settings
        self.fault = fault
        self.journal = Journal()
        self.outage = Outage()
        self.pack = Pack(settings.town)
        self._residents = Residents(self.pack, settings.town)
        self.interfaces = {name: interface.load(name) for name in settings.names}
        scopes = frozenset(
            scope(name, one, verb)
            for name, known in self.interfaces.items()
            for one in known.collections
            for verb in one.verbs
        )
        # The faults of the standard's own token service are of 031.
        self.authority = Tokens(settings.clients, Faults(()), settings.token_seconds, scopes)
        self.reset()

    def reset(self) -> None:
        """As at the start; the defects that are on stay on."""
        context = Context(
            people=self._residents,
            fault=self.fault,
            seed=self.settings.seed,
            municipality=self.pack.municipality,
        )
        self.desks = {name: systems.make(known, context) for name, known in self.interfaces.items()}

    def application(self) -> Starlette:
        """Everything that the process answers."""
        routes = [
            Route("/healthz", self._health),
            *(Route(f"/control/{name}", self._near(call), methods=[verb]) for name, (verb, call) in self._commands()),
            Route("/oauth2/token", self.authority.token, methods=["POST"]),
            Route("/oauth2/introspect", self.authority.introspection, methods=["POST"]),
            Route("/oauth2/revoke", self.authority.revocation, methods=["POST"]),
            *(route for name in self.interfaces for route in self._windows(name)),
        ]
        watch = Middleware(Watch, journal=self.journal, outage=self.outage)
        return Starlette(routes=routes, middleware=[watch], exception_handlers={404: self._unknown})

    def _windows(self, name: str) -> list[Route]:
        style, desk = self.settings.vendor.style, self.desks[name]
        made = [Window(lambda: self.desks[name], one, self.authority, style) for one in desk.interface.collections]
        return [route for window in made for route in window.routes()]

    async def _health(self, request: Request) -> Response:
        del request
        return PlainTextResponse("ok")

    async def _unknown(self, request: Request, error: Exception) -> Response:
        """What is under no interface, and paths with signs that no route takes."""
        del request, error
        body = {"title": "境界システム", "detail": NOTHING, "_links": {"self": {"href": "/control/state"}}}
        return JSONResponse(body, status_code=404, headers={"Content-Type": CONTENT_TYPE})

    # The control interface, of the mock only.

    def _commands(self) -> list[tuple[str, tuple[str, Callable[[dict[str, Any]], Any]]]]:
        return [
            ("state", ("GET", lambda _body: self.as_json())),
            ("journal", ("GET", lambda _body: self.journal.as_json())),
            ("fault", ("POST", lambda body: self.fault.replace(body["names"]))),
            ("outage", ("POST", self._fail)),
            ("reset", ("POST", lambda _body: self.reset())),
        ]

    def _near(self, call: Callable[[dict[str, Any]], Any]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            allowed = self.settings.control
            if allowed == "off" or (allowed == "loopback" and request.client and request.client.host not in NEAR):
                return JSONResponse({"error": "the control interface answers loopback only"}, status_code=403)
            try:
                raw = await request.body()
                told = call(json.loads(raw) if raw else {})
            except (ValueError, KeyError, TypeError) as error:
                return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=400)
            return JSONResponse(told if told is not None else self.as_json())

        return guarded

    def _fail(self, body: dict[str, Any]) -> None:
        if body["mode"] not in OUTAGES:
            raise ValueError(f"unknown mode {body['mode']!r}")
        self.outage.mode, self.outage.remaining = body["mode"], int(body.get("requests", 1))

    def as_json(self) -> dict[str, Any]:
        """The state: who this is, which defects are on, how much each system holds."""
        held = {
            name: {collection: len(rows) for collection, rows in desk.held.items()} for name, desk in self.desks.items()
        }
        return {
            "vendor": self.settings.vendor.name,
            "systems": list(self.interfaces),
            "seed": self.settings.seed,
            "faults": self.fault.names,
            "held": held,
        }
