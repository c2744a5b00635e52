"""A transport for hostile peers: pinned origins, one deadline for everything, caps on everything read."""

from __future__ import annotations

import ssl
import threading
import time
import urllib.parse
from collections import defaultdict

import h11

from renkei.adapters.h11.connection import Budget, Connection
from renkei.adapters.h11.reading import Caps, WireFault
from renkei.errors import HarnessError
from renkei.flow.exchange import Exchange, Request, Response
from renkei.wirebody import ACCEPTED
from renkei.wirecode import Address, code_of, look_up
from renkei.wiretls import client_context

PORTS = {"http": 80, "https": 443}
FORBIDDEN = frozenset(map(chr, range(0x21))) | {"\\", "\x7f"}
TARGET_SAFE = "!#$%&'()*+,/:;=?@[]~\"<>^`{|}-._"
DEFAULTS = ((b"User-Agent", b"api-client/1.0"), (b"Accept-Encoding", ACCEPTED.encode()))
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
MAX_RESTING = 16


def origin_of(url: str) -> str:
    """``scheme://host:port`` of an absolute URL, in lower case, port always given; raises ValueError."""
    if any(char in FORBIDDEN for char in url):
        raise ValueError("a URL holds no blanks, controls or backslashes")
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("an absolute http or https URL is needed")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port or PORTS[parts.scheme]}"


class PinnedTransport:
    """Fulfils ``ports.Transport`` for a closed set of origins; may be used by several threads.

    Names are looked up once and the addresses kept. Redirects, proxies and the environment's settings are ignored.
    A response over a cap comes back cut (``truncated``, violation ``too-large``); everything else that goes wrong is
    a code in ``Exchange.error``. A connection that saw a fault or a violation is never used again.
    """

    def __init__(
        self, origins: frozenset[str], ca_file: str = "", deadline: float = 10.0, caps: Caps | None = None
    ) -> None:
        self._origins = frozenset(origin_of(url) for url in origins)
        self._deadline = deadline
        self._caps = caps or Caps()
        self._ca_file = ca_file
        self._context = client_context(ca_file) if ca_file else None
        self._resting: dict[str, list[Connection]] = defaultdict(list)
        self._addresses: dict[str, tuple[Address, ...]] = {}
        self._lock = threading.Lock()

    def send(self, request: Request, *, deadline: float | None = None) -> Exchange:
        """One exchange within ``deadline`` seconds in all; the request is recorded as it was given."""
        started = time.monotonic()
        try:
            response = self._exchange(request, Budget(self._deadline if deadline is None else deadline))
        except WireFault as fault:
            return Exchange(request=request, response=None, error=fault.code, seconds=time.monotonic() - started)
        return Exchange(request=request, response=response, seconds=time.monotonic() - started)

    def close(self) -> None:
        """Close every resting connection."""
        with self._lock:
            resting = [connection for connections in self._resting.values() for connection in connections]
            self._resting.clear()
        for connection in resting:
            connection.close()

    def _exchange(self, request: Request, budget: Budget) -> Response:
        try:
            origin = origin_of(request.url)
        except ValueError as error:
            raise WireFault("not-pinned") from error
        if origin not in self._origins:
            raise WireFault("not-pinned")
        connection = self._take(origin) or self._open(origin, budget)
        reusable = False
        try:
            response = connection.exchange(request, _headers(request), _target(request.url), budget)
            reusable = connection.rest()
        finally:
            if reusable:
                self._give(origin, connection)
            else:
                connection.close()
        return response

    def _take(self, origin: str) -> Connection | None:
        while True:
            with self._lock:
                connections = self._resting[origin]
                connection = connections.pop() if connections else None
            if connection is None or connection.fresh():
                return connection
            connection.close()

    def _give(self, origin: str, connection: Connection) -> None:
        with self._lock:
            connections = self._resting[origin]
            if len(connections) < MAX_RESTING:
                connections.append(connection)
                return
        connection.close()

    def _open(self, origin: str, budget: Budget) -> Connection:
        parts = urllib.parse.urlsplit(origin)
        host, port = parts.hostname or "", parts.port or 0
        if origin not in self._addresses:
            try:
                self._addresses[origin] = look_up(host, port, budget.left())
            except (OSError, UnicodeError) as error:
                raise WireFault(code_of(error)) from error
        return Connection.open(self._addresses[origin], host, self._tls(parts.scheme), self._caps, budget)

    def _tls(self, scheme: str) -> ssl.SSLContext | None:
        if scheme != "https":
            return None
        if self._context is None:
            self._context = client_context(self._ca_file)
        return self._context


def head_of(request: Request) -> bytes:
    """The request line and header section as they are sent; raises ``HarnessError`` for what HTTP cannot express."""
    try:
        machine = h11.Connection(h11.CLIENT)
        return (
            machine.send(h11.Request(method=request.method, target=_target(request.url), headers=_headers(request)))
            or b""
        )
    except h11.LocalProtocolError as error:
        raise HarnessError("request-not-sendable", method=request.method, error=str(error)) from error


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    pairs = [(_field(name), _field(value)) for name, value in request.headers]
    given = {name.lower() for name, _ in pairs}
    added = [(name, value) for name, value in DEFAULTS if name.lower() not in given]
    if b"content-length" not in given and (request.body or request.method in WITH_BODY):
        added.append((b"Content-Length", str(len(request.body)).encode()))
    if b"host" not in given:
        netloc = urllib.parse.urlsplit(request.url).netloc.rpartition("@")[2]
        added.insert(0, (b"Host", netloc.encode("idna") if not netloc.isascii() else netloc.encode()))
    return added + pairs


def _field(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def _target(url: str) -> bytes:
    parts = urllib.parse.urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return urllib.parse.quote(target, safe=TARGET_SAFE).encode("ascii")
