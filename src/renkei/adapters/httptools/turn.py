"""One exchange on its way: what was read of either half, how it ended, and the sighting that it becomes."""

from __future__ import annotations

import time

from renkei.adapters.httptools.capture import Capture, Room
from renkei.adapters.httptools.message import Caps, Pairs
from renkei.flow.attribution import Leg, Part, Sighting
from renkei.flow.exchange import Exchange, Headers, Request, Response


class Turn:
    """The state of one exchange; the two sides of the proxy write to it."""

    __slots__ = (
        "answer_headers",
        "answer_status",
        "answer_version",
        "answered",
        "asked",
        "closes",
        "error",
        "expected",
        "fault",
        "finished",
        "forwarded",
        "head",
        "headers",
        "is_chunked",
        "leg",
        "method",
        "old",
        "over",
        "pending",
        "pending_size",
        "request",
        "request_codes",
        "response",
        "response_codes",
        "started",
        "target",
        "until",
    )

    def __init__(self, caps: Caps, room: Room, deadline: float) -> None:
        self.started = time.monotonic()
        self.until = self.started + deadline
        self.method = ""
        self.target = ""
        self.headers: Pairs = []
        self.head = b""
        self.old = False
        self.closes = False
        self.is_chunked = False
        self.expected: int | None = None
        self.request = Capture(caps.judged, room)
        self.response = Capture(caps.judged, room)
        self.pending: list[bytes] = []
        self.pending_size = 0
        self.asked = False
        self.forwarded = False
        self.answered = False
        self.over = False
        self.finished = False
        self.fault = ""
        self.answer_status = 0
        self.answer_version = ""
        self.answer_headers: Pairs = []
        self.request_codes: list[str] = []
        self.response_codes: list[str] = []
        self.error = ""
        self.leg: Leg | None = None

    def sighting(self, origin: str) -> Sighting:
        """All of it as a value; gives the room of the captures back."""
        asked, answered = self.request.body(), self.response.body()
        response = None
        if self.answer_status:
            response = Response(
                status=self.answer_status,
                headers=_text(self.answer_headers),
                body=answered,
                http_version=f"HTTP/{self.answer_version}",
                truncated=self.response.cut or not self.over,
                violations=tuple(self.response_codes),
            )
        request = Request(
            method=self.method, url=f"{origin}{self.target or '/'}", headers=_text(self.headers), body=asked
        )
        found = Sighting(
            exchange=Exchange(
                request=request, response=response, error=self.error, seconds=time.monotonic() - self.started
            ),
            request=Part(
                size=self.request.size,
                digest=self.request.digest(asked),
                complete=self.asked,
                cut=self.request.cut,
                violations=tuple(self.request_codes),
            ),
            response=Part(
                size=self.response.size,
                digest=self.response.digest(answered),
                complete=self.over,
                cut=self.response.cut,
                violations=tuple(self.response_codes),
            ),
            leg=self.leg,
            forwarded=self.forwarded,
        )
        self.request.release()
        self.response.release()
        return found


def _text(headers: Pairs) -> Headers:
    return tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers])
