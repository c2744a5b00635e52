"""One connection to one origin: opened, used and read within a budget of time and bytes."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import ssl
import time
from dataclasses import dataclass

import h11

from renkei.adapters.httpx.body import Body
from renkei.errors import HarnessError
from renkei.flow.exchange import Request, Response
from renkei.wirecode import Address, code_of

CHUNK = 64 * 1024
IDLE_SECONDS = 2.0
BLANK_LINE = re.compile(rb"\n\r?\n")
BARE_FEED = re.compile(rb"(?<!\r)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What one exchange may cost: bytes on the wire, bytes after decoding, header fields, header bytes, 1xx answers."""

    wire: int = 8 << 20
    decoded: int = 16 << 20
    headers: int = 200
    header_bytes: int = 256 << 10
    interim: int = 32


class WireFault(Exception):
    """An exchange that came to nothing; ``code`` is its transport code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Budget:
    """The time left of one exchange; every blocking call gets what is left, not a time-out of its own."""

    __slots__ = ("_until",)

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; raises ``WireFault("deadline")`` when there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise WireFault("deadline")
        return left


class Connection:
    """One TCP or TLS connection; not shared between threads while in use."""

    def __init__(self, sock: socket.socket, caps: Caps) -> None:
        self._socket = sock
        self._caps = caps
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=caps.header_bytes)
        self._clean = True
        self._idle_since = 0.0
        self._raw = bytearray()
        self._wire = 0
        self._over = False

    @classmethod
    def open(
        cls, addresses: tuple[Address, ...], host: str, context: ssl.SSLContext | None, caps: Caps, budget: Budget
    ) -> Connection:
        """Connect to the first address that answers; with a context, shake hands; raises WireFault."""
        fault = WireFault("dns")
        for family, address in addresses:
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(budget.left())
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if context is not None:
                    sock.settimeout(budget.left())
                    sock = context.wrap_socket(sock, server_hostname=host)
            except OSError as error:
                sock.close()
                fault = WireFault(code_of(error))
            except WireFault:
                sock.close()
                raise
            else:
                return cls(sock, caps)
        raise fault

    def close(self) -> None:
        """End the connection."""
        with contextlib.suppress(OSError):  # it may be gone already
            self._socket.close()

    def rest(self) -> bool:
        """Make ready for the next exchange; False when the connection must not be used again."""
        if not self._clean or self._h11.our_state is not h11.DONE or self._h11.their_state is not h11.DONE:
            return False
        self._h11.start_next_cycle()
        self._idle_since = time.monotonic()
        return True

    def fresh(self) -> bool:
        """Whether a resting connection may be used: not idle for long, not closed, and nothing unasked came in."""
        if time.monotonic() - self._idle_since > IDLE_SECONDS:
            return False
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return False
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def exchange(self, request: Request, headers: list[tuple[bytes, bytes]], target: bytes, budget: Budget) -> Response:
        """Send the request and read the response; after a WireFault the caller closes the connection."""
        self._wire, self._over = 0, False
        try:
            self._send(request, headers, target, budget)
            head, violations = self._head(budget)
            return self._body(head, violations, budget)
        except h11.RemoteProtocolError as error:
            raise WireFault(protocol_code(error)) from error
        except OSError as error:
            raise WireFault(code_of(error)) from error

    def _send(self, request: Request, headers: list[tuple[bytes, bytes]], target: bytes, budget: Budget) -> None:
        try:
            event = h11.Request(method=request.method, target=target, headers=headers)
            data = self._h11.send(event) or b""
            if request.body:
                data += self._h11.send(h11.Data(data=request.body)) or b""
            data += self._h11.send(h11.EndOfMessage()) or b""
        except h11.LocalProtocolError as error:
            raise HarnessError("request-not-sendable", method=request.method, error=str(error)) from error
        left = memoryview(data)
        try:
            while left:
                self._socket.settimeout(budget.left())
                left = left[self._socket.send(left) :]
        except ConnectionError:
            # a server may answer early and stop reading: its answer still counts
            self._clean = False

    def _head(self, budget: Budget) -> tuple[h11.Response, list[str]]:
        self._raw.clear()
        interim = 0
        while True:
            event = self._next(budget, keep=True)
            if isinstance(event, h11.Response):
                break
            interim += 1
            if interim > self._caps.interim or not isinstance(event, h11.InformationalResponse):
                raise WireFault("framing")
            self._raw[:] = self._h11.trailing_data[0]
        if len(event.headers) > self._caps.headers:
            raise WireFault("too-many-headers")
        end = BLANK_LINE.search(self._raw)
        raw = bytes(self._raw[: end.end()] if end else self._raw)
        return event, head_violations(raw)

    def _body(self, head: h11.Response, violations: list[str], budget: Budget) -> Response:
        pairs = head.headers.raw_items()
        encoding = ",".join(value.decode("latin-1") for name, value in pairs if name.lower() == b"content-encoding")
        body = Body(encoding, self._caps.decoded)
        while not body.full and not self._over:
            event = self._next(budget)
            if isinstance(event, h11.Data):
                body.add(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                if len(event.headers) > self._caps.headers:
                    raise WireFault("too-many-headers")
                break
            elif not self._over:
                raise WireFault("framing")
        else:
            violations.append("too-large")
        if self._h11.trailing_data[0] and "too-large" not in violations:
            violations.append("data-after-response")
        content = body.end()
        if body.violation:
            violations.append(body.violation)
        self._clean = self._clean and not violations
        return Response(
            status=head.status_code,
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs),
            body=b"" if body.violation else content,
            http_version="HTTP/" + head.http_version.decode("ascii"),
            truncated=bool(body.violation) or "too-large" in violations,
            violations=tuple(violations),
        )

    def _next(self, budget: Budget, *, keep: bool = False) -> h11.Event | type[h11.PAUSED]:
        """The next event; over the wire cap: a fault before the header is complete, the end of the body after it."""
        while True:
            event = self._h11.next_event()
            if event is not h11.NEED_DATA:
                budget.left()
                return event  # type: ignore[return-value]  # NEED_DATA is excluded just above
            if self._wire >= self._caps.wire:
                if keep:
                    raise WireFault("too-large")
                self._over = True
                return h11.PAUSED
            self._socket.settimeout(budget.left())
            data = self._socket.recv(CHUNK)
            if not data and self._h11.their_state is h11.SEND_RESPONSE:
                raise WireFault("incomplete" if self._raw else "reset")
            self._wire += len(data)
            if keep:
                self._raw += data
            self._h11.receive_data(data)


def protocol_code(error: h11.RemoteProtocolError) -> str:
    """The transport code of a peer's protocol fault; h11 tells the kinds apart only by status hint and text."""
    if error.error_status_hint == 431:
        return "too-large"
    return "incomplete" if "peer closed connection" in str(error) else "framing"


def head_violations(raw: bytes) -> list[str]:
    """What is wrong with a header section that h11 lets pass, as codes."""
    lines = raw.split(b"\n")[1:]
    names = [line.split(b":", 1)[0].strip().lower() for line in lines]
    found = []
    if any(line[:1] in b" \t" and line.strip() for line in lines):
        found.append("obs-fold")
    lengths = names.count(b"content-length")
    if lengths and b"transfer-encoding" in names:
        found.append("content-length-and-transfer-encoding")
    if lengths > 1:
        found.append("duplicate-content-length")
    if BARE_FEED.search(raw):
        found.append("bare-line-feed")
    return found
