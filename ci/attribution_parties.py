"""Vendors in one process, each able to be wrong in one way: consumers with a façade, and providers of one REST operation.

Every one has an address of its own below one port: ``/c/<name>~<defect>`` is a consumer, ``/p/<name>~<defect>`` a provider. They share
nothing with the harness but the contract. Standard library only, but for reading object storage.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from attribution_consumer import SECRET, Consumer, State
from attribution_provider import Provider, send


class World:
    """All vendors of the process, on one port of loopback; ``keys`` are the key columns of each linkage."""

    def __init__(self, keys: dict[str, tuple[str, ...]]) -> None:
        self.keys = keys
        self.states: dict[str, State] = {}
        self.numbers = 0
        world = self

        class Handler(BaseHTTPRequestHandler):
            """Gives every request to the world."""

            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                world.answer(self)

            do_GET = do_PUT = do_POST  # noqa: N815 - the names are http.server's

            def log_message(self, *_: Any) -> None:
                """Nothing is written."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Route one request to the party that its path names."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        _, side, name, *rest = handler.path.split("/", 3)
        defect = name.partition("~")[2]
        path = "/" + (rest[0] if rest else "")
        if side == "c":
            self._facade(handler, name, path, body)
        else:
            self.numbers += 1
            Provider(handler, defect, self.numbers).answer(path, body)

    def _facade(self, handler: BaseHTTPRequestHandler, name: str, path: str, body: bytes) -> None:
        if handler.headers.get("Authorization") != f"Bearer {SECRET}":
            send(handler, 401, {"code": "unauthorized", "message": "secret"})
            return
        state = self.states.setdefault(name, State())
        Consumer(name.partition("~")[2], state, self.keys).answer(handler, path, json.loads(body or b"{}"))
