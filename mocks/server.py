"""Serving the application: an own socket, TLS, a readiness line, a clean end."""

import asyncio
import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from mocks.fault import Faults

BACKLOG = 256
GRACE_SECONDS = 3
STDIN = 0


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    The socket is handed to uvicorn as an object: given by its number it would be taken for an AF_UNIX one, and every
    answer would wait for Nagle's algorithm.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        raise OSError(f"cannot listen on {host}, port {port}: {error.strerror}") from error
    made.listen(BACKLOG)
    return made


class Server(uvicorn.Server):
    """A server that says when it is ready and that takes SIGTERM as the ordinary end."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None], *, with_parent: bool) -> None:
        super().__init__(config)
        self._when_ready = when_ready
        if with_parent:
            threading.Thread(target=self._end_with_parent, daemon=True).start()

    def _end_with_parent(self) -> None:
        """Whoever holds the other end of the standard input is gone, however that came: nobody needs this mock."""
        # The descriptor itself: a thread inside of sys.stdin would hold its lock while the interpreter ends.
        while os.read(STDIN, 1024):
            pass
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn starts up, then the readiness line."""
        await super().startup(sockets=sockets)
        if not self.should_exit:
            self._when_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT without raising them again, so that the process ends with 0."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _OldAnswers:
    """A transport that says HTTP/1.0 where the server said HTTP/1.1; everything else is the transport's own."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write, with the version of an answer's first line changed."""
        start = b"HTTP/1.1 "
        self._transport.write(b"HTTP/1.0 " + data[len(start) :] if data.startswith(start) else data)


def protocol(fault: Faults) -> type[asyncio.Protocol]:
    """HTTP/1.1 as uvicorn speaks it, or with the planted defect of an older version."""

    class Spoken(H11Protocol):
        """One connection in that version."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(_OldAnswers(transport) if fault("http_1_0_answers") else transport)

    return Spoken


def serve(
    application: Starlette,
    sock: socket.socket,
    ready: dict[str, Any],
    fault: Faults,
    *,
    ssl_context: Any = None,
    with_parent: bool = False,
    also: Sequence[str] = (),
) -> None:
    """Serve until told to stop. Prints `ready` as one line of JSON as soon as connections are taken.

    The same is served at the addresses of `also`, at the port of `sock`.
    """
    sockets = [sock, *(listen(host, sock.getsockname()[1]) for host in also)]
    config = uvicorn.Config(
        application,
        http=protocol(fault),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30,
    )
    config.load()
    config.ssl = ssl_context

    def announce() -> None:
        print(json.dumps(ready, ensure_ascii=False), flush=True)

    Server(config, announce, with_parent=with_parent).run(sockets=sockets)
