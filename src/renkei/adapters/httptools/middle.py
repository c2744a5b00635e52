"""What stands between the two sides: exchanges under way, connections at rest, deadlines, and what was seen."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Callable

from renkei.adapters.httptools.capture import Room
from renkei.adapters.httptools.consumer import ConsumerSide
from renkei.adapters.httptools.message import Caps
from renkei.adapters.httptools.provider import ProviderSide
from renkei.adapters.httptools.turn import Turn
from renkei.errors import HarnessError
from renkei.flow.attribution import Leg, Sighting
from renkei.wirecode import Address, code_of, look_up

SWEEP_SECONDS = 0.2
# Sightings that may wait for a quiet moment; more are told at once, which slows the traffic down to what is bearable.
MAX_UNTOLD = 64
GRACE = 1.0

See = Callable[[Sighting], None]


class Middle:
    """The one pinned provider and all its consumers; everything here runs on one event loop."""

    def __init__(
        self,
        origin: str,
        host: str,
        port: int,
        see: See,
        *,
        context: ssl.SSLContext | None,
        caps: Caps,
        deadline: float,
        idle: float,
    ) -> None:
        self.caps = caps
        self.authority = origin.partition("://")[2].encode("ascii")
        self.stopping = False
        self._origin = origin
        self._host = host
        self._port = port
        self._see = see
        self._context = context
        self._deadline = deadline
        self._idle = idle
        self._room = Room(caps.captured)
        self._consumers: set[ConsumerSide] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._addresses: tuple[Address, ...] = ()
        self._untold: deque[Turn] = deque()
        self._telling = False
        self._loop = asyncio.get_running_loop()
        self.failure: BaseException | None = None

    # Consumers.

    def welcome(self, consumer: ConsumerSide) -> bool:
        """Take a new connection in; False when there are too many."""
        self._consumers.add(consumer)
        return len(self._consumers) <= self.caps.connections and not self.stopping

    def farewell(self, consumer: ConsumerSide) -> None:
        """That connection is gone."""
        self._consumers.discard(consumer)

    def turn(self) -> Turn:
        """A new exchange, whose time runs."""
        return Turn(self.caps, self._room, self._deadline)

    def restart(self, turn: Turn) -> None:
        """The exchange waited for those before it; its own time begins now."""
        turn.until = time.monotonic() + self._deadline

    # Exchanges.

    def launch(self, consumer: ConsumerSide, turn: Turn) -> None:
        """Send the exchange on: over the connection that is the consumer's own already, or over a new one.

        As without a proxy, each consumer connection has one of its own: a provider that ends idle connections ends this
        one, and not somebody else's exchange.
        """
        provider, consumer.kept = consumer.kept, None
        if provider is not None and provider.usable:
            self._serve(provider, consumer, turn)
            return
        task = self._loop.create_task(self._connect(consumer, turn))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def finish(self, consumer: ConsumerSide, turn: Turn) -> None:
        """The exchange is over; what was seen of it is told when there is a quiet moment."""
        if turn.finished:
            return
        turn.finished = True
        provider = consumer.provider
        if provider is not None and consumer.turns and consumer.turns[0] is turn and not turn.over:
            provider.close()
        consumer.answered(turn)
        self._tell_later(turn)

    def fail(self, consumer: ConsumerSide, turn: Turn, error: str, leg: Leg = Leg.PROVIDER) -> None:
        """The exchange came to nothing."""
        if turn.finished:
            return
        turn.error, turn.leg = error, leg
        turn.closes = True
        if not turn.answered:
            late = 504 if leg is Leg.PROVIDER else 408
            consumer.refuse(late if error == "deadline" else 502, error)
        broken_off = turn.answered and (turn.old or consumer.stuck)
        self.finish(consumer, turn)
        if broken_off:
            # an answer that ends with its connection must not look whole
            consumer.abort()

    def unanswered(self, turn: Turn) -> None:
        """A request that was sent ahead on a connection that ends first."""
        turn.finished = True
        turn.error, turn.leg = "unanswered", Leg.CONSUMER
        self._tell_later(turn)

    # Connections to the provider.

    def rest(self, consumer: ConsumerSide, provider: ProviderSide) -> None:
        """Keep the connection for the consumer's next exchange."""
        if self.stopping or consumer.gone:
            provider.close()
        else:
            consumer.kept = provider

    @staticmethod
    def flush(provider: ProviderSide | None) -> None:
        """Send what is queued for the provider."""
        if provider is not None:
            provider.flush()

    def _serve(self, provider: ProviderSide, consumer: ConsumerSide, turn: Turn) -> None:
        consumer.attach(provider)
        provider.serve(consumer, turn)
        consumer.release("provider")

    async def _connect(self, consumer: ConsumerSide, turn: Turn) -> None:
        try:
            async with asyncio.timeout(max(0.0, turn.until - time.monotonic())):
                provider = await self._open()
        except (OSError, UnicodeError) as error:
            self.fail(consumer, turn, _code(error))
            return
        if turn.finished:
            provider.close()
            return
        self._serve(provider, consumer, turn)
        provider.flush()

    async def _open(self) -> ProviderSide:
        """A new connection to the first of the pinned addresses that answers."""
        if not self._addresses:
            self._addresses = await asyncio.to_thread(look_up, self._host, self._port, self._deadline)
        fault: OSError = ConnectionError()
        for _, address in self._addresses:
            try:
                _, provider = await self._loop.create_connection(
                    lambda: ProviderSide(self),
                    address[0],
                    address[1],
                    ssl=self._context,
                    server_hostname=self._host if self._context else None,
                )
            except TimeoutError:
                raise
            except OSError as error:
                fault = error
            else:
                return provider
        raise fault

    # Time.

    async def watch(self) -> None:
        """End what takes too long, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep(time.monotonic())

    def sweep(self, now: float) -> None:
        """One look at every connection."""
        for consumer in tuple(self._consumers):
            if consumer.leaving:
                if now > consumer.leaving + (self._deadline if consumer.unsent else GRACE):
                    consumer.abort()
                elif now > consumer.leaving:
                    consumer.close()
            elif consumer.turns:
                if now > consumer.turns[0].until:
                    self._expire(consumer, consumer.turns[0])
            elif self.stopping or now - consumer.quiet_since > self._idle:
                consumer.leave()

    def _expire(self, consumer: ConsumerSide, turn: Turn) -> None:
        slow = not turn.asked or consumer.stuck
        self.fail(consumer, turn, "deadline", Leg.CONSUMER if slow else Leg.PROVIDER)

    async def drain(self) -> None:
        """Finish what is under way, within its deadlines; nothing new is taken."""
        self.stopping = True
        self.sweep(time.monotonic())
        until = time.monotonic() + self._deadline + 2 * GRACE
        while self._consumers and time.monotonic() < until:
            await asyncio.sleep(0.01)
        for consumer in tuple(self._consumers):
            consumer.abort()
        await asyncio.sleep(0)
        while self._untold:
            self._tell()

    # What was seen.

    def _tell_later(self, turn: Turn) -> None:
        self._untold.append(turn)
        if len(self._untold) > MAX_UNTOLD:
            self._tell()
        elif not self._telling:
            self._telling = True
            self._loop.call_soon(self._tell_next)

    def _tell_next(self) -> None:
        self._telling = False
        if self._untold:
            self._tell()
        if self._untold:
            self._telling = True
            self._loop.call_soon(self._tell_next)

    def _tell(self) -> None:
        turn = self._untold.popleft()
        try:
            self._see(turn.sighting(self._origin))
        except Exception as error:  # noqa: BLE001 - the outer edge of the observer: traffic goes on, stopping raises it
            self.failure = self.failure or error


def _code(error: OSError | UnicodeError) -> str:
    try:
        return code_of(error)
    except HarnessError:
        return "local-limit"
