"""HTTP messages read from bytes as they come: heads, pieces of bodies, ends, and the names of what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import httptools

Pairs = list[tuple[bytes, bytes]]

# What llhttp says, by a part of its words, and what we call it; the first that fits counts.
CODES = (
    ("be present with", "content-length-and-transfer-encoding"),
    ("Duplicate Content-Length", "duplicate-content-length"),
    ("Content-Length", "bad-content-length"),
    ("Transfer-Encoding", "bad-transfer-encoding"),
    ("whitespace after header value", "obs-fold"),
    ("chunk", "bad-chunk"),
    ("CR", "bare-line-feed"),
    ("LF", "bare-line-feed"),
    ("header", "bad-header"),
    ("HTTP version", "bad-version"),
    ("method", "bad-method"),
    ("url", "bad-request-target"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What one exchange may cost.

    ``wire`` bounds each body on its way, ``judged`` what is kept of it for judgement, ``captured`` what is kept of all
    exchanges under way together. ``headers`` and ``header_bytes`` bound a header section, ``interim`` the 1xx answers,
    ``connections`` those of consumers.
    """

    wire: int = 64 << 20
    judged: int = 1 << 20
    captured: int = 48 << 20
    headers: int = 200
    header_bytes: int = 64 << 10
    interim: int = 32
    connections: int = 256


class MessageFault(Exception):
    """A message that cannot be read on; ``code`` names what its sender did."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Taker(Protocol):
    """Takes the parts of messages in order; what it raises is not caught."""

    def begin(self) -> None:
        """A message begins."""

    def head(self, reader: Reader) -> None:
        """Its header section is complete; ``reader`` has it."""

    def body(self, data: bytes) -> None:
        """A piece of its body, as it is on the wire without chunks."""

    def end(self, trailers: Pairs) -> None:
        """It is complete."""


class Reader:
    """Reads the messages that come one after the other on one connection.

    After a ``MessageFault`` nothing more can be read. Not safe against calls from within the taker.
    """

    def __init__(self, taker: Taker, caps: Caps, *, requests: bool) -> None:
        self._taker = taker
        self._caps = caps
        self._requests = requests
        self._pieces: list[bytes] = []
        self._begin()
        self._fresh()

    def _begin(self) -> None:
        self._request = httptools.HttpRequestParser(self) if self._requests else None
        self._response = None if self._requests else httptools.HttpResponseParser(self)
        self._parser: httptools.HttpRequestParser | httptools.HttpResponseParser = self._request or self._response  # type: ignore[assignment]  # one of the two is there

    def _fresh(self) -> None:
        self.target = b""
        self.reason = b""
        self.headers: Pairs = []
        self.trailers: Pairs = []
        self._in_head = False
        self._size = 0
        self._open = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes; raises ``MessageFault``."""
        while data:
            rest, went_on = b"", self._in_head
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                # nobody is let through to another protocol: what follows is read as the next message
                rest = data[upgrade.args[0] :]
                self._begin()
            except httptools.HttpParserCallbackError as error:
                if isinstance(error.__context__, MessageFault):
                    raise error.__context__ from None
                raise
            except httptools.HttpParserError as error:
                raise MessageFault(code_of(error)) from error
            self._hand_over()
            if self._in_head and went_on:
                # a field without an end is kept by the parser, out of our sight
                self._open += len(data)
                if self._open > self._caps.header_bytes:
                    raise MessageFault("too-many-headers")
            data = rest

    def _hand_over(self) -> None:
        """Give the pieces of a body on as one, for a peer may send a chunk for every byte."""
        if self._pieces:
            data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
            self._pieces.clear()
            self._taker.body(data)

    @property
    def method(self) -> str:
        """The method of a request."""
        return self._request.get_method().decode("latin-1") if self._request else ""

    @property
    def status(self) -> int:
        """The status of a response."""
        return self._response.get_status_code() if self._response else 0

    @property
    def version(self) -> str:
        """The HTTP version, as ``1.1``."""
        return self._parser.get_http_version()

    @property
    def keeps(self) -> bool:
        """Whether the sender means to keep the connection."""
        return self._parser.should_keep_alive()

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._fresh()
        self._in_head = True
        self._taker.begin()

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_status(self, reason: bytes) -> None:
        self.reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the header section, or of the trailers, which count as part of it."""
        self._size += len(name) + len(value)
        (self.headers if self._in_head else self.trailers).append((name, value))
        if self._size > self._caps.header_bytes or len(self.headers) + len(self.trailers) > self._caps.headers:
            raise MessageFault("too-many-headers")

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._taker.head(self)

    def on_body(self, data: bytes) -> None:
        self._pieces.append(data)

    def on_message_complete(self) -> None:
        self._hand_over()
        self._taker.end(self.trailers)


def code_of(error: httptools.HttpParserError) -> str:
    """The code of what the parser found wrong."""
    words = str(error)
    return next((code for part, code in CODES if part in words), "framing")
