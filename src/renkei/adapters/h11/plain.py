"""The plainest form of a response, cut out at once; everything else goes to the reader that knows all forms.

Most answers are: HTTP/1.1, printable fields, one Content-Length, no coding, and not a byte too many. What the two ways
give for such an answer is the same; every irregularity is left to :class:`renkei.adapters.h11.reading.Reader`.
"""

from __future__ import annotations

import re

import h11

from renkei.adapters.h11.reading import BARE_FEED, Caps, Reader
from renkei.flow.exchange import Headers, Response

HEAD = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9][0-9]) [\x20-\x7e]*\r\n((?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[ \t]*[\x21-\x7e][\x20-\x7e]*\r\n)+)\r\n"
)
END = b"\r\n\r\n"
BODILESS = (204, 304)
# Fields whose presence means that the answer is not of the plainest form.
SPECIAL = frozenset({"transfer-encoding", "content-encoding", "connection", "upgrade", "trailer"})
REMEMBERED = 512
MAX_DIGITS = 9

Form = tuple[int, Headers, int]


class PlainReader:
    """Takes the bytes of one response as they come, like ``Reader``; ``machine`` is made only when it is needed.

    ``forms`` remembers header sections between responses; servers repeat themselves.
    """

    def __init__(self, prime: h11.Request, caps: Caps, forms: dict[bytes, Form | None]) -> None:
        self._prime = prime
        self._caps = caps
        self._forms = forms
        self._buffer = b""
        self._reader: Reader | None = None
        self.machine: h11.Connection | None = None

    def feed(self, data: bytes) -> Response | None:
        """Take the next bytes (b"" for the end of the connection); the response once it is complete."""
        if self._reader is not None:
            return self._reader.feed(data)
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(END)
        odd = end < 0 and (len(self._buffer) > self._caps.header_bytes // 2 or BARE_FEED.search(self._buffer))
        if not data or odd:
            return self._fall_back(data)
        if end < 0:
            return None
        form = self._form(self._buffer[: end + 4])
        size = len(self._buffer) - end - 4
        if form is None or size > form[2]:
            return self._fall_back(data)
        if size < form[2]:
            return None
        return Response(status=form[0], headers=form[1], body=self._buffer[end + 4 :])

    def _fall_back(self, data: bytes) -> Response | None:
        machine = self.machine = h11.Connection(h11.CLIENT, max_incomplete_event_size=self._caps.header_bytes)
        machine.send(self._prime)
        machine.send(h11.EndOfMessage())
        self._reader = Reader(machine, self._caps)
        response = self._reader.feed(self._buffer) if self._buffer else None
        if response is None and not data:
            return self._reader.feed(b"")
        return response

    def _form(self, head: bytes) -> Form | None:
        if head not in self._forms:
            if len(self._forms) >= REMEMBERED:
                self._forms.clear()
            self._forms[head] = _form(head, self._caps)
        return self._forms[head]


def _form(head: bytes, caps: Caps) -> Form | None:
    """(status, header pairs, length of the body) of a header section of the plainest form, None for any other."""
    found = HEAD.fullmatch(head)
    if found is None or len(head) > caps.header_bytes // 2:
        return None
    fields = [line.partition(":") for line in found[2].decode("ascii").split("\r\n")[:-1]]
    headers = tuple((name, value.strip(" \t")) for name, _, value in fields)
    names = [name.lower() for name, _ in headers]
    lengths = [value for name, value in headers if name.lower() == "content-length"]
    special = not SPECIAL.isdisjoint(names) or int(found[1]) in BODILESS or len(headers) > caps.headers
    if special or len(lengths) != 1 or not lengths[0].isdigit() or len(lengths[0]) > MAX_DIGITS:
        return None
    length = int(lengths[0])
    return (int(found[1]), headers, length) if length + len(head) < min(caps.wire, caps.decoded) else None
