"""One connection to one origin: opened, used and read within a budget of time and bytes."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time

import h11

from renkei.adapters.h11.reading import Caps, Reader, WireFault
from renkei.errors import HarnessError
from renkei.flow.exchange import Request, Response
from renkei.wirecode import Address, code_of

CHUNK = 64 * 1024
IDLE_SECONDS = 2.0


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
        try:
            self._send(request, headers, target, budget)
            reader = Reader(self._h11, self._caps)
            response = None
            while response is None:
                self._socket.settimeout(budget.left())
                response = reader.feed(self._socket.recv(CHUNK))
        except OSError as error:
            raise WireFault(code_of(error)) from error
        self._clean = self._clean and not response.violations
        return response

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
