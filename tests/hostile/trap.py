"""A vendor that behaves until it is asked for something: one trap before a conforming mock, on a port of its own."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

TOKEN_PATH = "/oauth2/token"
PROBE = b"{}"
KEPT = frozenset({"authorization", "content-type", "accept", "host"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of the client."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A well-formed answer, to be spoiled before it is sent."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def wire(self, **changes: str | None) -> bytes:
        """The bytes of the answer; ``changes`` set or (None) drop headers, with underscores for hyphens."""
        named = {name.replace("_", "-").lower(): value for name, value in changes.items()}
        rest = [(name, value) for name, value in self.headers if name.lower() not in named]
        added = [(name, value) for name, value in named.items() if value is not None]
        lines = [f"{name}: {value}" for name, value in (*rest, *added)]
        if "content-length" not in named:
            lines.append(f"Content-Length: {len(self.body)}")
        return (f"HTTP/1.1 {self.status}\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode("utf-8") + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a trap is handed: the open socket, the request, and the conforming answer on demand."""

    sock: socket.socket
    asked: Asked
    good: Callable[[], Answer]

    def say(self, data: bytes) -> None:
        """Send these bytes."""
        self.sock.sendall(data)


Act = Callable[[Call], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """One hostile behaviour and what it deserves.

    ``on`` says where it strikes: ``operation`` (all but the probe's empty request), ``always`` (the probe too),
    ``token``, or ``accept`` (before any byte was read; ``act`` is given a call without a request).
    ``deserves`` maps requirement ids to the outcome that each of their cases must have; ``"blocked"`` maps to the code
    with which the target is blocked.
    """

    name: str
    act: Act
    deserves: Mapping[str, str] = field(default_factory=dict)
    on: str = "operation"
    tls: bool = False


class Peer:
    """Serves one trap; ``longest`` is the longest time that one hostile exchange took, ``struck`` how many there were."""

    def __init__(self, trap: Trap, upstream: tuple[str, int] | None) -> None:
        self.trap = trap
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.struck = 0
        self.longest = 0.0
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The origin."""
        return f"{'https' if self.trap.tls else 'http'}://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Listen no more."""
        self.stopped.set()
        self._listener.close()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError), sock:
            if self.trap.on == "accept":
                empty = Asked(method="", path="", headers={}, body=b"")
                self._strike(Call(sock=sock, asked=empty, good=lambda: Answer(status="200 OK", headers=(), body=b"")))
                return
            while asked := read_request(sock):
                call = Call(sock=sock, asked=asked, good=lambda asked=asked: self.relay(asked))
                if not self._strikes(asked):
                    call.say(call.good().wire())
                    continue
                if self._strike(call):
                    return

    def _strikes(self, asked: Asked) -> bool:
        token = asked.path.startswith(TOKEN_PATH)
        if self.trap.on == "token":
            return token
        return not token and (self.trap.on == "always" or asked.body != PROBE)

    def _strike(self, call: Call) -> bool:
        """Do it, and keep the time until the client has all of it or is gone; True when the connection is over."""
        begun = time.monotonic()
        with self._lock:
            self.struck += 1
        try:
            return bool(self.trap.act(call))
        finally:
            with self._lock:
                self.longest = max(self.longest, time.monotonic() - begun)

    def relay(self, asked: Asked) -> Answer:
        """The conforming mock's answer to the same request."""
        if self._upstream is None:
            raise OSError("nobody behind")
        connection = http.client.HTTPConnection(*self._upstream, timeout=30)
        try:
            headers = {name: value for name, value in asked.headers.items() if name in KEPT}
            connection.request(asked.method, asked.path, body=asked.body, headers=headers)
            got = connection.getresponse()
            kept = tuple((name, value) for name, value in got.getheaders() if name.lower() in ("content-type", "date"))
            return Answer(status=f"{got.status} {got.reason}", headers=kept, body=got.read())
        finally:
            connection.close()


def read_request(sock: socket.socket) -> Asked | None:
    """One request with its Content-Length body; None when the client went away."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    while len(body) < length:
        more = sock.recv(65536)
        if not more:
            return None
        body += more
    method, path, _ = first.split(" ", 2)
    return Asked(method=method, path=path, headers=headers, body=body)


def until_gone(call: Call) -> bool:
    """Say nothing more until the client closes the connection."""
    while call.sock.recv(65536):
        pass
    return True


def over(act: Callable[[Call], Any]) -> Act:
    """The behaviour, after which the connection is closed."""

    def behave(call: Call) -> bool:
        act(call)
        return True

    return behave


def says(data: bytes) -> Act:
    """These bytes, then the end of the connection."""
    return over(lambda call: call.say(data))


def holds(data: bytes) -> Act:
    """These bytes, and then nothing: the connection stays open until the client leaves."""

    def behave(call: Call) -> bool:
        call.say(data)
        return until_gone(call)

    return behave


def drips(start: bytes, drop: bytes, pause: float = 0.3) -> Act:
    """``start``, then one drop after the other without end."""

    def behave(call: Call) -> bool:
        call.say(start)
        with contextlib.suppress(OSError):
            while True:
                call.say(drop)
                time.sleep(pause)
        return True

    return behave


def floods(start: bytes, block: bytes, times: int) -> Act:
    """``start``, then the block so many times."""

    def behave(call: Call) -> bool:
        call.say(start)
        with contextlib.suppress(OSError):
            for _ in range(times):
                call.say(block)
        return True

    return behave


def spoils(change: Callable[[Answer], bytes]) -> Act:
    """The conforming answer, spoiled; the connection stays usable."""
    return lambda call: call.say(change(call.good()))


def says_json(body: bytes, *, status: str = "200 OK", kind: str = "application/json;charset=UTF-8") -> Act:
    """A well-formed answer with this body."""
    data = Answer(status=status, headers=(("Content-Type", kind),), body=body).wire()
    return lambda call: call.say(data)


def replaced(body: bytes, old: bytes, new: bytes) -> bytes:
    """The body with the first value after that member name replaced."""
    return re.sub(rb'("' + old + rb'"\s*:\s*)"[^"]*"', lambda match: match[1] + new, body, count=1)


def context(chain: str, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A server's TLS context; with ``version`` it speaks that one only."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(chain)
    if version is not None:
        made.minimum_version = made.maximum_version = version
    return made
