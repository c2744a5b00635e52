"""Peers that break HTTP on purpose: raw socket servers on loopback, one behaviour each."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator

Behaviour = Callable[[socket.socket], None]


class Peer:
    """A listening socket that gives every connection to one behaviour."""

    def __init__(self, behaviour: Behaviour, context: ssl.SSLContext | None = None) -> None:
        self._behaviour = behaviour
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self.stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The origin."""
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop listening."""
        self.stopped.set()
        self._listener.close()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._context:
                sock = self._context.wrap_socket(sock, server_side=True)
            with sock:
                self._behaviour(sock)


@contextlib.contextmanager
def peer(behaviour: Behaviour, context: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """A peer for the length of a block."""
    server = Peer(behaviour, context)
    try:
        yield server
    finally:
        server.stop()


def read_request(sock: socket.socket) -> bytes:
    """One request with its Content-Length body; b"" when the client went away."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")), 0)
    while len(body) < length:
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    """A well-formed response."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines, "", ""]
    return "\r\n".join(head).encode() + body


def says(data: bytes, *, close: bool = True) -> Behaviour:
    """Answers every request with these bytes; with ``close`` once only."""

    def behave(sock: socket.socket) -> None:
        while read_request(sock):
            sock.sendall(data)
            if close:
                return

    return behave


def keeping(got: list[bytes], data: bytes) -> Behaviour:
    """Answers every request alike, and keeps what it was sent."""

    def behave(sock: socket.socket) -> None:
        while asked := read_request(sock):
            got.append(asked)
            sock.sendall(data)

    return behave


def drips(start: bytes, drop: bytes, pause: float = 0.05) -> Behaviour:
    """Sends ``start``, then ``drop`` again and again without end."""

    def behave(sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(start)
        while True:
            sock.sendall(drop)
            if pause:
                time.sleep(pause)

    return behave


def floods(start: bytes, block: bytes, times: int) -> Behaviour:
    """Sends ``start`` and ``block`` so many times."""

    def behave(sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(start)
        for _ in range(times):
            sock.sendall(block)

    return behave


def silent(sock: socket.socket) -> None:
    """Reads and never answers."""
    while sock.recv(65536):
        pass


def resets(sock: socket.socket) -> None:
    """Reads the request, then resets the connection."""
    read_request(sock)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def bomb(mebibytes: int) -> bytes:
    """A gzip body that grows to that size."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    return b"".join(squeeze.compress(block) for _ in range(mebibytes)) + squeeze.flush()


def zipped(data: bytes) -> bytes:
    """The data as gzip."""
    return gzip.compress(data, mtime=0)
