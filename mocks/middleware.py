"""What stands before every request: the journal, and outages on command."""

import time
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mocks.journal import Journal

_MAINTENANCE = "<html><body><h1>502 Bad Gateway</h1><p>ただいまメンテナンス中です。</p></body></html>".encode()


@dataclass(slots=True)
class Outage:
    """How many requests are still to fail, and how. `json503` is answered by the interfaces themselves."""

    mode: str = "off"  # off, html502, html503, json503
    remaining: int = 0

    def take(self) -> str:
        """The way in which the request at hand fails."""
        if self.remaining <= 0 or self.mode == "off":
            return "off"
        self.remaining -= 1
        return self.mode


class Watch:
    """Reads each body once, lets the application answer, and writes the request into the journal."""

    def __init__(self, app: ASGIApp, *, journal: Journal, outage: Outage) -> None:
        self._app = app
        self._journal = journal
        self._outage = outage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(("/control/", "/healthz")):
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        body = await _read(receive)
        status = 0

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def observe(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        mode = self._outage.take()
        if mode.startswith("html"):
            await _fail(int(mode[4:]), observe)
        else:
            scope["mock.outage"] = mode
            await self._app(scope, replay, observe)
        self._journal.note(body=body, status=status, milliseconds=_since(started), **_facts(scope))


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)


async def _read(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return b"".join(chunks)


async def _fail(status: int, send: Send) -> None:
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(_MAINTENANCE)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": _MAINTENANCE})


def _facts(scope: Scope) -> dict[str, object]:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    return {
        "method": scope["method"],
        "path": scope["path"],
        "query_names": tuple(name for name, _ in parse_qsl(query, keep_blank_values=True)),
        "auth_scheme": headers.get("authorization", "").partition(" ")[0],
        "content_type": headers.get("content-type", ""),
    }
