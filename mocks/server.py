"""Serving the application: an own socket, TLS, a readiness line, a clean end."""

import json
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette

BACKLOG = 256
GRACE_SECONDS = 3


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    The socket is handed to uvicorn as an object: given by its number it would be taken for an AF_UNIX one, and every
    answer would wait for Nagle's algorithm.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, port))
    made.listen(BACKLOG)
    return made


class Server(uvicorn.Server):
    """A server that says when it is ready and that takes SIGTERM as the ordinary end."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

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


def serve(application: Starlette, sock: socket.socket, ready: dict[str, Any], ssl_context: Any = None) -> None:
    """Serve until told to stop. Prints `ready` as one line of JSON as soon as connections are taken."""
    config = uvicorn.Config(
        application,
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

    Server(config, announce).run(sockets=[sock])
