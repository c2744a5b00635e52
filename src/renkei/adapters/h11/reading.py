"""One response read from bytes, without a socket: the same rules and codes for whoever brings the bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import h11

from renkei.flow.exchange import Response
from renkei.wirebody import Body

BLANK_LINE = re.compile(rb"\n\r?\n")
BARE_FEED = re.compile(rb"(?<!\r)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What one exchange may cost: bytes on the wire, bytes after decoding, header fields, header bytes, 1xx answers."""

    wire: int = 8 << 20
    decoded: int = 8 << 20
    headers: int = 200
    header_bytes: int = 256 << 10
    interim: int = 32


class WireFault(Exception):
    """An exchange that came to nothing; ``code`` is its transport code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Reader:
    """Takes the bytes of one response as they come; ``machine`` is at the point where a response is awaited.

    Raises ``WireFault`` for what cannot be read. ``violations`` of the response are what could be read in spite of.
    """

    def __init__(self, machine: h11.Connection, caps: Caps) -> None:
        self._machine = machine
        self._caps = caps
        self._raw = bytearray()
        self._wire = 0
        self._interim = 0
        self._head: h11.Response | None = None
        self._body: Body | None = None
        self._violations: list[str] = []

    def feed(self, data: bytes) -> Response | None:
        """Take the next bytes (b"" for the end of the connection); the response once it is complete."""
        if not data and self._machine.their_state is h11.SEND_RESPONSE:
            raise WireFault("incomplete" if self._raw else "reset")
        self._wire += len(data)
        if self._head is None:
            self._raw += data
        try:
            self._machine.receive_data(data)
            return self._advance()
        except h11.RemoteProtocolError as error:
            raise WireFault(protocol_code(error)) from error

    def _advance(self) -> Response | None:
        while True:
            event = self._machine.next_event()
            if event is h11.NEED_DATA:
                if self._wire < self._caps.wire:
                    return None
                if self._head is None:
                    raise WireFault("too-large")
                return self._cut()
            if self._head is None:
                self._begin(event)
                continue
            response = self._go_on(event)
            if response is not None:
                return response

    def _begin(self, event: object) -> None:
        """The header section, after any number of interim answers up to the cap."""
        if not isinstance(event, h11.Response):
            self._interim += 1
            if self._interim > self._caps.interim or not isinstance(event, h11.InformationalResponse):
                raise WireFault("framing")
            self._raw[:] = self._machine.trailing_data[0]
            return
        if len(event.headers) > self._caps.headers:
            raise WireFault("too-many-headers")
        self._head = event
        end = BLANK_LINE.search(self._raw)
        self._violations = head_violations(bytes(self._raw[: end.end()] if end else self._raw))
        codings = (value for name, value in event.headers.raw_items() if name.lower() == b"content-encoding")
        self._body = Body(",".join(value.decode("latin-1") for value in codings), self._caps.decoded)

    def _go_on(self, event: object) -> Response | None:
        body = self._body
        if body is None:
            raise WireFault("framing")
        if isinstance(event, h11.Data):
            body.add(bytes(event.data))
            return self._cut() if body.full else None
        if not isinstance(event, h11.EndOfMessage):
            raise WireFault("framing")
        if len(event.headers) > self._caps.headers:
            raise WireFault("too-many-headers")
        if self._machine.trailing_data[0]:
            self._violations.append("data-after-response")
        return self._response(body)

    def _cut(self) -> Response | None:
        self._violations.append("too-large")
        return None if self._body is None else self._response(self._body)

    def _response(self, body: Body) -> Response | None:
        head = self._head
        if head is None:
            return None
        content = body.end()
        if body.violation:
            self._violations.append(body.violation)
        return Response(
            status=head.status_code,
            headers=tuple(
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers.raw_items()
            ),
            body=b"" if body.violation else content,
            http_version="HTTP/" + head.http_version.decode("ascii"),
            truncated=bool(body.violation) or "too-large" in self._violations,
            violations=tuple(self._violations),
        )


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
