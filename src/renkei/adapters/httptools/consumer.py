"""The side towards the consumer: reads its requests, one after the other, and writes the answers."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from renkei.adapters.httptools.head import check_request, chunk, length, refusal, request_head, trailer
from renkei.adapters.httptools.message import MessageFault, Pairs, Reader
from renkei.adapters.httptools.turn import Turn
from renkei.flow.attribution import Leg

if TYPE_CHECKING:
    from renkei.adapters.httptools.middle import Middle
    from renkei.adapters.httptools.provider import ProviderSide

HIGH = 64 << 10
# How long an answered consumer may go on sending what nobody reads any more, so that it gets to its answer.
LINGER = 1.0
# What each refusal of ours is, by the fault of the request.
STATUS = {"too-many-headers": 431, "request-too-large": 413}


class ConsumerSide(asyncio.Protocol):
    """One connection of a consumer; requests that it sends ahead wait for their turn."""

    def __init__(self, middle: Middle) -> None:
        self._middle = middle
        self._reader = Reader(self, middle.caps, requests=True)
        self._transport: asyncio.Transport | None = None
        self._holds: set[str] = set()
        self._deaf = False
        self._out: list[bytes] = []
        self._blocked = False
        self.turns: deque[Turn] = deque()
        self.provider: ProviderSide | None = None
        self.kept: ProviderSide | None = None
        self.quiet_since = time.monotonic()
        self.leaving = 0.0

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream protocol always gets a stream transport
        if not self._middle.welcome(self):
            self._transport.write(refusal(503, "local-limit"))  # type: ignore[union-attr]  # set in the line before
            self.leave()

    def data_received(self, data: bytes) -> None:
        if self._deaf or self.leaving:
            return
        try:
            self._reader.feed(data)
        except MessageFault as fault:
            self._broken(fault.code)
        self._middle.flush(self.provider)
        if len(self.turns) > 1:
            self.hold("ahead")

    def eof_received(self) -> bool:
        """The consumer sends no more; what it asked in full is still answered."""
        self._deaf = True
        turns = self.turns
        if turns and not turns[-1].asked and not turns[-1].fault:
            self._cut_off()
            return False
        return bool(turns)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the loop's own signature
        self._transport = None
        self._cut_off()
        if self.kept is not None:
            self.kept.close()
        self._middle.farewell(self)

    def pause_writing(self) -> None:
        self._blocked = True
        if self.provider is not None:
            self.provider.hold(True)

    def resume_writing(self) -> None:
        self._blocked = False
        if self.provider is not None:
            self.provider.hold(False)

    # What the reader calls.

    def begin(self) -> None:
        self.turns.append(self._middle.turn())

    def head(self, reader: Reader) -> None:
        turn = self.turns[-1]
        turn.method, turn.target, turn.headers = reader.method, reader.target.decode("latin-1"), reader.headers
        turn.old = reader.version == "1.0"
        turn.closes = turn.old or not reader.keeps
        turn.is_chunked = check_request(reader)
        turn.expected = length(reader.headers)
        if (turn.expected or 0) > self._middle.caps.wire:
            raise MessageFault("request-too-large")
        turn.head = request_head(reader, self._middle.authority, is_chunked=turn.is_chunked)
        if turn is self.turns[0]:
            self._middle.launch(self, turn)

    def body(self, data: bytes) -> None:
        turn = self.turns[-1]
        turn.request.add(data)
        if turn.finished:
            return
        if turn.request.size > self._middle.caps.wire:
            raise MessageFault("request-too-large")
        self._forward(turn, chunk(data) if turn.is_chunked else data)

    def end(self, trailers: Pairs) -> None:
        turn = self.turns[-1]
        turn.asked = True
        if turn.is_chunked and not turn.finished:
            self._forward(turn, trailer(trailers))

    # What the rest of the proxy calls.

    def write(self, data: bytes) -> None:
        """Queue bytes of the answer; :meth:`flush` sends them."""
        self._out.append(data)

    def flush(self) -> None:
        """Send what is queued."""
        if self._out and self._transport is not None:
            self._transport.write(self._out[0] if len(self._out) == 1 else b"".join(self._out))
        self._out.clear()

    def hold(self, reason: str) -> None:
        """Read no more for now."""
        if not self._holds and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        self._holds.add(reason)

    def release(self, reason: str) -> None:
        """That reason not to read is gone."""
        if reason in self._holds:
            self._holds.remove(reason)
            if not self._holds and self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()

    def ended(self, provider: ProviderSide) -> None:
        """The provider ended the connection that was kept: so ends this one, as it would without a proxy."""
        if self.kept is provider:
            self.kept = None
            if not self.turns and not self.leaving:
                self.leave()

    @property
    def gone(self) -> bool:
        """Whether nobody listens any more."""
        return self._transport is None or bool(self.leaving)

    def attach(self, provider: ProviderSide) -> None:
        """This connection to the provider serves the exchange under way."""
        self.provider = provider
        provider.hold(self._blocked)

    def answered(self, turn: Turn) -> None:
        """The exchange is over, one way or the other; go on with the next one or close."""
        self.provider = None
        self.flush()
        self.quiet_since = time.monotonic()
        if self._transport is None:
            return
        if turn.closes or turn.error or turn.fault or not turn.asked or self._middle.stopping:
            self.leave(linger=not turn.asked)
            return
        if self.turns and self.turns[0] is turn:
            self.turns.popleft()
        self.release("provider")
        if len(self.turns) < 2:
            self.release("ahead")
        if self.turns:
            self._next(self.turns[0])
        elif self._deaf:
            self.leave()

    def refuse(self, status: int, code: str) -> None:
        """Answer in the provider's place."""
        self.write(refusal(status, code))

    def leave(self, *, linger: bool = False) -> None:
        """Close once everything is written; with ``linger`` read a little longer, for a reset would eat the answer."""
        for turn in self.turns:
            if not turn.finished:
                # requests sent ahead that nobody will answer on this connection
                self._middle.unanswered(turn)
        self.turns.clear()
        self.leaving = time.monotonic() + (LINGER if linger else 0.0)
        if not linger:
            self.close()
        elif self._transport is not None:
            self._holds.clear()
            self._transport.resume_reading()

    def close(self) -> None:
        """Close once everything is written; TLS also waits for the other side's farewell."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()

    @property
    def unsent(self) -> bool:
        """Whether bytes of an answer are still to be taken by the consumer."""
        return self._transport is not None and self._transport.get_write_buffer_size() > 0

    def abort(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def stuck(self) -> bool:
        """Whether the consumer does not take what it is sent."""
        return self._blocked

    def _next(self, turn: Turn) -> None:
        self._middle.restart(turn)
        if turn.fault:
            self._refuse_broken(turn)
        elif turn.head:
            self._middle.launch(self, turn)
            self._middle.flush(self.provider)

    def _forward(self, turn: Turn, data: bytes) -> None:
        if turn is self.turns[0] and self.provider is not None:
            self.provider.write(data)
            return
        turn.pending.append(data)
        turn.pending_size += len(data)
        if turn.pending_size > HIGH:
            self.hold("provider" if turn is self.turns[0] else "ahead")

    def _broken(self, code: str) -> None:
        """A request that cannot be read on; nothing after it on this connection can be trusted."""
        self._deaf = True
        if not self.turns or self.turns[-1].asked:
            self.turns.append(self._middle.turn())
        turn = self.turns[-1]
        turn.fault = code
        turn.request_codes.append(code)
        if turn is self.turns[0]:
            self._refuse_broken(turn)

    def _refuse_broken(self, turn: Turn) -> None:
        if not turn.answered:
            self.refuse(STATUS.get(turn.fault, 400), turn.fault)
        self._middle.finish(self, turn)

    def _cut_off(self) -> None:
        for turn in tuple(self.turns):
            if not turn.finished:
                turn.error, turn.leg = turn.error or ("incomplete" if not turn.asked else "reset"), Leg.CONSUMER
                self._middle.finish(self, turn)
        self.turns.clear()
