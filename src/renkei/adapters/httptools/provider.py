"""The side towards the provider: sends one request at a time and reads its answer."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from renkei.adapters.httptools.head import BODILESS, chunk, chunked, length, response_head, trailer
from renkei.adapters.httptools.message import MessageFault, Pairs, Reader
from renkei.adapters.httptools.turn import Turn
from renkei.wirecode import code_of

if TYPE_CHECKING:
    from renkei.adapters.httptools.consumer import ConsumerSide
    from renkei.adapters.httptools.middle import Middle

FINAL = 200
SWITCHING = 101


class ProviderSide(asyncio.Protocol):
    """One connection to the provider, for the exchanges of one consumer connection."""

    def __init__(self, middle: Middle) -> None:
        self._middle = middle
        self._reader = Reader(self, middle.caps, requests=False)
        self._transport: asyncio.Transport | None = None
        self._consumer: ConsumerSide | None = None
        self._turn: Turn | None = None
        self._out: list[bytes] = []
        self._owner: ConsumerSide | None = None
        self._reset()

    def _reset(self) -> None:
        self._interim = 0
        self._passing = False
        self._until_close = False
        self._rechunked = False
        self._complete = False
        self._keeps = False
        self._extra = False

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream protocol always gets a stream transport

    def data_received(self, data: bytes) -> None:
        if self._turn is None:
            # Bytes that nobody asked for never become an answer.
            self.close()
            return
        try:
            self._reader.feed(data)
        except MessageFault as fault:
            if not self._complete:
                self._broken(fault.code)
                return
            self._extra = True
        if self._complete:
            self._done()
        elif self._consumer is not None:
            self._consumer.flush()

    def eof_received(self) -> bool:
        self._over("incomplete")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._over(code_of(exc) if isinstance(exc, OSError) else "reset")
        if self._owner is not None:
            self._owner.ended(self)

    def pause_writing(self) -> None:
        if self._consumer is not None:
            self._consumer.hold("provider")

    def resume_writing(self) -> None:
        if self._consumer is not None:
            self._consumer.release("provider")

    # What the reader calls.

    def begin(self) -> None:
        if self._complete:
            self._extra = True

    def head(self, reader: Reader) -> None:
        turn, consumer = self._turn, self._consumer
        if turn is None or consumer is None or self._complete:
            return
        status = reader.status
        if status < FINAL:
            self._between(reader, turn, consumer)
            return
        self._passing = True
        turn.answer_status, turn.answer_version, turn.answer_headers = status, reader.version, reader.headers
        bodiless = turn.method == "HEAD" or status in BODILESS
        is_chunked = chunked(reader)
        size = length(reader.headers)
        if not bodiless and (size or 0) > self._middle.caps.wire:
            raise MessageFault("too-large")
        self._until_close = not bodiless and size is None and not is_chunked
        self._rechunked = (is_chunked or self._until_close) and not bodiless and not turn.old
        closing = turn.closes or self._middle.stopping
        turn.answered = True
        consumer.write(
            response_head(reader, is_chunked=self._rechunked or (is_chunked and not turn.old), closing=closing)
        )
        if turn.method == "HEAD":
            # the parser would wait for the body that a HEAD answer only announces
            self._complete = True

    def body(self, data: bytes) -> None:
        turn, consumer = self._turn, self._consumer
        if turn is None or consumer is None or self._complete:
            return
        turn.response.add(data)
        if turn.response.size > self._middle.caps.wire:
            raise MessageFault("too-large")
        consumer.write(chunk(data) if self._rechunked else data)

    def end(self, trailers: Pairs) -> None:
        if not self._passing or self._complete:
            return
        self._complete = True
        self._keeps = self._reader.keeps and not self._until_close
        if self._rechunked and self._consumer is not None:
            self._consumer.write(trailer(trailers))

    # What the rest of the proxy calls.

    def serve(self, consumer: ConsumerSide, turn: Turn) -> None:
        """Send the request as far as it has come, and read the answer."""
        self._reset()
        self._owner = self._consumer = consumer
        self._turn = turn
        turn.forwarded = True
        self._out.append(turn.head)
        self._out += turn.pending
        turn.pending, turn.pending_size = [], 0

    def write(self, data: bytes) -> None:
        """Queue a piece of the request; :meth:`flush` sends it."""
        self._out.append(data)

    def flush(self) -> None:
        """Send what is queued."""
        if self._out and self._transport is not None:
            self._transport.write(self._out[0] if len(self._out) == 1 else b"".join(self._out))
        self._out.clear()

    def hold(self, still: bool) -> None:
        """Read no more, or read on."""
        if self._transport is None or self._transport.is_closing():
            return
        with contextlib.suppress(RuntimeError):  # it may already be as it should
            if still:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def close(self) -> None:
        """End the connection, and leave whatever it was serving."""
        self._turn = self._consumer = None
        if self._transport is not None:
            self._transport.abort()

    @property
    def usable(self) -> bool:
        """Whether the connection may serve again."""
        return self._transport is not None and not self._transport.is_closing()

    def _between(self, reader: Reader, turn: Turn, consumer: ConsumerSide) -> None:
        """Pass an interim answer on; a consumer of HTTP/1.0 knows none."""
        self._interim += 1
        if reader.status == SWITCHING:
            raise MessageFault("framing")
        if self._interim > self._middle.caps.interim:
            raise MessageFault("too-many-headers")
        if not turn.old:
            consumer.write(response_head(reader, is_chunked=False, closing=False))

    def _done(self) -> None:
        """The answer is complete: the connection rests or ends, and the exchange is told."""
        turn, consumer = self._turn, self._consumer
        self._turn = self._consumer = None
        if turn is None or consumer is None:
            return
        if self._extra:
            turn.response_codes.append("data-after-response")
        turn.over = True
        if turn.old and (self._until_close or not self._keeps):
            turn.closes = True
        if self._keeps and turn.asked and not self._extra:
            self._middle.rest(consumer, self)
        else:
            self.close()
        self._middle.finish(consumer, turn)

    def _broken(self, code: str) -> None:
        """An answer that cannot be read on."""
        turn, consumer = self._turn, self._consumer
        self.close()
        if turn is not None and consumer is not None:
            turn.response_codes.append(code)
            self._middle.fail(consumer, turn, "framing")

    def _over(self, code: str) -> None:
        """The provider sends no more: the end of an answer that ends so, else trouble."""
        turn, consumer = self._turn, self._consumer
        if turn is None or consumer is None:
            return
        if self._passing and self._until_close and code == "incomplete":
            if self._rechunked:
                consumer.write(trailer([]))
            self._complete = True
            turn.closes = turn.closes or turn.old
            self._done()
            return
        self.close()
        if code == "incomplete" and not turn.answer_status:
            code = "reset"
        self._middle.fail(consumer, turn, code)
