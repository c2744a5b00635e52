"""A server on one address that hands every request to a function and answers what it says; hostile clients end alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from renkei.flow.exchange import Request
from renkei.ports import Reply

MOST = 4 << 20
SECONDS = 60.0
PIECE = 1 << 16
Answer = Callable[[Request], Reply]


class LocalStand:
    """Fulfils ``ports.Stand`` on a free port; each request is answered in a thread of its own."""

    def __init__(self, answer: Answer, host: str = "127.0.0.1", port: int = 0) -> None:
        stand = self

        class Handler(BaseHTTPRequestHandler):
            """One connection."""

            protocol_version = "HTTP/1.1"
            timeout = SECONDS
            disable_nagle_algorithm = True  # head and body are two writes: the second would wait for an acknowledgement
            server_version, sys_version = "renkei", ""

            def do(self) -> None:
                """One request."""
                stand._answer(self, answer)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do  # noqa: N815 - the names that http.server calls

            def log_message(self, *_parts: object) -> None:
                """Nothing is printed: everything is in the log of the run."""

        self._server = _Server((host, port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of its root."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        try:
            size = int(handler.headers.get("Content-Length") or 0)
        except ValueError:
            size = -1
        if not 0 <= size <= MOST:
            handler.close_connection = True
            handler.send_error(413)
            return
        request = Request(
            method=handler.command,
            url=f"{self.url}{handler.path}",
            headers=tuple(handler.headers.items()),
            body=handler.rfile.read(size),
        )
        reply = answer(request)
        count = 0
        try:
            time.sleep(reply.wait)
            if reply.drop:
                handler.close_connection = True
                return
            handler.send_response(reply.status)
            for name, value in (*reply.headers, ("Content-Length", str(len(reply.body)))):
                handler.send_header(name, value)
            handler.end_headers()
            if request.method == "HEAD":
                return
            for part in range(0, len(reply.body), PIECE):
                handler.wfile.write(reply.body[part : part + PIECE])
                count = min(part + PIECE, len(reply.body))
        finally:
            reply.sent(count)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_about: object) -> None:
        """A client that went away is no event of ours."""
