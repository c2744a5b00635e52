"""Many exchanges with one target at once: a few connections, one event loop, results in order.

Pins, deadline, caps, violations and codes are those of :class:`renkei.adapters.h11.transport.PinnedTransport`.
"""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import ssl
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator

import h11

from renkei.adapters.h11.plain import Form, PlainReader
from renkei.adapters.h11.reading import Caps, WireFault
from renkei.adapters.h11.transport import head_of, origin_of
from renkei.flow.exchange import Exchange, Request, Response
from renkei.ports import Stopped
from renkei.wirecode import Address, code_of, look_up
from renkei.wiretls import client_context

# Exchanges that may be under way or waiting for an earlier one; bounds what a slow answer holds in memory.
WINDOW = 256
# Faults in a row after which a target is given up.
SILENT = 12
BUSY = frozenset({429, 503})
TRIES = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 60.0

See = Callable[[int, Exchange], None]


class Pool:
    """Fulfils ``ports.Lane`` for a closed set of origins."""

    def __init__(
        self, origins: frozenset[str], ca_file: str = "", deadline: float = 15.0, caps: Caps | None = None
    ) -> None:
        self._origins = frozenset(origin_of(url) for url in origins)
        self._ca_file = ca_file
        self._deadline = deadline
        self._caps = caps or Caps()

    def replay(self, requests: Iterable[Request], see: See, *, limit: int, seconds: float) -> Stopped:
        """Send them all, at most ``limit`` at once; ``see`` gets each exchange with its number, in order."""
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            replay = _Replay(self._origins, self._ca_file, self._deadline, self._caps, iter(requests), see)
            return runner.run(replay.run(limit, seconds))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The fast loop where it exists; the standard one does the same at two thirds of the speed."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


class _Replay:
    """One replay: its workers share the requests, the pause, and the order of delivery."""

    def __init__(
        self,
        origins: frozenset[str],
        ca_file: str,
        deadline: float,
        caps: Caps,
        requests: Iterator[Request],
        see: See,
    ) -> None:
        self._origins = origins
        self._ca_file = ca_file
        self._deadline = deadline
        self.caps = caps
        self._requests = requests
        self._see = see
        self._contexts: dict[str, ssl.SSLContext | None] = {}
        self._addresses: dict[str, tuple[Address, ...]] = {}
        self._waiting: dict[int, Exchange] = {}
        self._taken = 0
        self._delivered = 0
        self._retried = 0
        self._moved = asyncio.Event()
        self._resume = 0.0
        self._faults = 0
        self._reason = ""
        self._until = 0.0
        self.forms: dict[bytes, Form | None] = {}
        self._heads: dict[tuple[str, str, int], bytes] = {}

    async def run(self, limit: int, seconds: float) -> Stopped:
        """Work until the requests, the time or the target are exhausted."""
        self._until = time.monotonic() + seconds
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(max(1, limit)):
                    group.create_task(self._work())
        except BaseExceptionGroup as several:  # callers know single errors, and one is told of rather than all
            raise _first(several) from several
        return Stopped(executed=self._delivered, reason=self._reason, retried=self._retried)

    async def _work(self) -> None:
        wire: _Wire | None = None
        try:
            while not self._reason:
                while self._taken - self._delivered >= WINDOW:
                    self._moved.clear()
                    await self._moved.wait()
                if time.monotonic() > self._until:
                    self._reason = "time-over"
                    return
                request = next(self._requests, None)
                if request is None:
                    return
                number = self._taken
                self._taken += 1
                exchange, wire = await self._insist(request, wire)
                self._deliver(number, exchange)
        finally:
            if wire is not None:
                wire.close()

    def _deliver(self, number: int, exchange: Exchange) -> None:
        self._faults = 0 if exchange.response is not None else self._faults + 1
        if self._faults >= SILENT:
            self._reason = self._reason or "target-silent"
        self._waiting[number] = exchange
        while self._delivered in self._waiting:
            ready = self._waiting.pop(self._delivered)
            self._see(self._delivered, ready)
            self._delivered += 1
        self._moved.set()

    async def _insist(self, request: Request, wire: _Wire | None) -> tuple[Exchange, _Wire | None]:
        """One exchange; a target that asks for patience gets it, and all workers wait, as long as the replay has time."""
        for turn in range(TRIES):
            if (left := self._resume - time.monotonic()) > 0:
                await asyncio.sleep(left)
            exchange, wire = await self._exchange(request, wire)
            if exchange.status not in BUSY or turn == TRIES - 1:
                break
            pause = min(LONGEST_PAUSE, max(_asked(exchange.response), FIRST_PAUSE * 2**turn))
            resume = max(self._resume, time.monotonic() + pause)
            if resume > self._until:
                self._reason = self._reason or "time-over"
                break
            self._resume = resume
            self._retried += 1
        return exchange, wire

    async def _exchange(self, request: Request, wire: _Wire | None) -> tuple[Exchange, _Wire | None]:
        started = time.monotonic()
        try:
            if wire is None or not wire.usable:
                wire = await self._open(request)
            left = self._deadline - (time.monotonic() - started)
            response = await wire.exchange(self._bytes(request), request.method, left)
        except WireFault as fault:
            if wire is not None:
                wire.close()
            return Exchange(request=request, response=None, error=fault.code, seconds=time.monotonic() - started), None
        if not wire.usable:
            wire.close()
            wire = None
        return Exchange(request=request, response=response, seconds=time.monotonic() - started), wire

    def _bytes(self, request: Request) -> bytes:
        """The request as the other transport would send it; heads are made once for equal headers and length."""
        key = (request.method, request.url, hash(request.headers) ^ len(request.body))
        head = self._heads.get(key)
        if head is None:
            if len(self._heads) > WINDOW * 16:
                self._heads.clear()
            head = self._heads[key] = head_of(request)
        return head + request.body

    async def _open(self, request: Request) -> _Wire:
        try:
            origin = origin_of(request.url)
        except ValueError as error:
            raise WireFault("not-pinned") from error
        if origin not in self._origins:
            raise WireFault("not-pinned")
        parts = urllib.parse.urlsplit(origin)
        host = parts.hostname or ""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._deadline):
                if origin not in self._addresses:
                    self._addresses[origin] = await asyncio.to_thread(look_up, host, parts.port or 0, self._deadline)
                context = self._context(parts.scheme)
                return await self._connect(loop, origin, host, context)
        except (OSError, UnicodeError) as error:
            raise WireFault(code_of(error)) from error

    async def _connect(
        self, loop: asyncio.AbstractEventLoop, origin: str, host: str, context: ssl.SSLContext | None
    ) -> _Wire:
        fault: OSError = ConnectionError()
        for _, address in self._addresses[origin]:
            try:
                _, wire = await loop.create_connection(
                    lambda: _Wire(self.caps, self.forms),
                    address[0],
                    address[1],
                    ssl=context,
                    server_hostname=host if context else None,
                )
            except TimeoutError:
                raise
            except OSError as error:
                fault = error
            else:
                return wire
        raise fault

    def _context(self, scheme: str) -> ssl.SSLContext | None:
        if scheme not in self._contexts:
            self._contexts[scheme] = client_context(self._ca_file) if scheme == "https" else None
        return self._contexts[scheme]


class _Wire(asyncio.Protocol):
    """One connection; one exchange at a time."""

    def __init__(self, caps: Caps, forms: dict[bytes, Form | None]) -> None:
        self._caps = caps
        self._forms = forms
        self._transport: asyncio.Transport | None = None
        self._reader: PlainReader | None = None
        self._waiter: asyncio.Future[Response] | None = None
        self._primes: dict[str, h11.Request] = {}
        self.usable = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream protocol always gets a stream transport
        self.usable = True

    async def exchange(self, data: bytes, method: str, seconds: float) -> Response:
        """Send the bytes and await the response; raises ``WireFault``."""
        loop = asyncio.get_running_loop()
        if self._transport is None:
            raise WireFault("reset")
        self._reader = PlainReader(self._prime(method), self._caps, self._forms)
        waiter: asyncio.Future[Response] = loop.create_future()
        self._waiter = waiter
        timer = loop.call_later(max(0.0, seconds), self._fail, "deadline")
        self._transport.write(data)
        try:
            return await waiter
        finally:
            timer.cancel()
            self._waiter = None

    def data_received(self, data: bytes) -> None:
        if self._waiter is None or self._waiter.done() or self._reader is None:
            # Bytes that nobody asked for never become an answer.
            self.close()
            return
        self._take(data)

    def eof_received(self) -> bool:
        self.usable = False
        if self._waiter is not None and not self._waiter.done():
            self._take(b"")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        self._fail(code_of(exc) if isinstance(exc, OSError) else "reset")

    def close(self) -> None:
        """End the connection."""
        self.usable = False
        if self._transport is not None:
            with contextlib.suppress(OSError):
                self._transport.abort()

    def _take(self, data: bytes) -> None:
        reader, waiter = self._reader, self._waiter
        if reader is None or waiter is None:
            return
        try:
            response = reader.feed(data)
        except WireFault as fault:
            self._fail(fault.code)
            return
        if response is None:
            return
        machine = reader.machine
        ended = machine is not None and (machine.our_state is not h11.DONE or machine.their_state is not h11.DONE)
        if ended or response.violations or not data:
            self.usable = False
        waiter.set_result(response)

    def _fail(self, code: str) -> None:
        self.usable = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(WireFault(code))

    def _prime(self, method: str) -> h11.Request:
        if method not in self._primes:
            self._primes[method] = h11.Request(method=method, target=b"/", headers=[(b"Host", b"x")])
        return self._primes[method]


def _first(several: BaseExceptionGroup) -> BaseException:
    """What ended a replay: the caller knows its own exceptions, and no groups of them."""
    found: BaseException = several
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def _asked(response: Response | None) -> float:
    """The seconds of a Retry-After header, 0 when there is none that can be read."""
    value = (response.header("retry-after") if response else None) or ""
    if value.isascii() and value.isdigit():
        return min(float(value[:6]), LONGEST_PAUSE)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
