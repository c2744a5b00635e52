"""The written forms of a secret, and a text read through its escapes with the way back to the original places."""

from __future__ import annotations

import base64
import bisect
import html.entities
import re
import urllib.parse
from collections.abc import Callable

ROUNDS = 4
ESCAPE = re.compile(
    r"%(?:25)*([0-9A-Fa-f]{2})"
    r"|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|\\u\{([0-9A-Fa-f]{1,6})\}|\\U([0-9A-Fa-f]{8})"
    r"|&#[xX]0{0,8}([0-9A-Fa-f]{1,6});|&#0{0,8}([0-9]{1,7});|&([A-Za-z][A-Za-z0-9]{1,30};)"
    r"|\\([\\/\"'bfnrt])"
)
MARKS = ("%", "\\", "&")
SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
HEX_GROUPS = 6


def forms(secret: str) -> tuple[str, ...]:
    """How the secret may stand in a text apart from escapes: raw, form-encoded, Base64 at any alignment, hex.

    A secret that itself looks like an escape (``%41``) is also known by what reading a text makes of it.
    """
    raw = secret.encode("utf-8", "surrogatepass")
    found = [secret, raw.decode("latin-1"), "\0".join(secret), secret.replace(" ", "+"), raw.hex(), raw.hex().upper()]
    found += [view for form in (secret, found[1], found[3]) for view, _ in views(form)]
    for data in (raw, urllib.parse.quote(secret, safe="", errors="replace").encode()):
        for shift in range(3):
            found += _base64(data, shift)
    return tuple(dict.fromkeys(form for form in found if len(form) >= min(4, len(secret))))


def _base64(data: bytes, shift: int) -> tuple[str, str]:
    # characters that also hold bits of the neighbours are left out: they differ from text to text
    first, last = -(-shift * 8 // 6), (shift + len(data)) * 8 // 6
    padded = bytes(shift) + data
    return (
        base64.b64encode(padded).decode()[first:last],
        base64.urlsafe_b64encode(padded).decode()[first:last],
    )


class View:
    """A text with one layer of URL, JSON, HTML and backslash escapes taken off."""

    __slots__ = ("_from", "_plain", "_to", "text")

    def __init__(self, source: str) -> None:
        pieces: list[str] = []
        self._to: list[int] = []
        self._from: list[int] = []
        self._plain: list[bool] = []
        at = size = 0
        for match in ESCAPE.finditer(source):
            char = _char(match)
            if char is None:
                continue
            start = match.start()
            if start > at:
                size = self._add(pieces, source[at:start], size, at, plain=True)
            size = self._add(pieces, char, size, start, plain=False)
            at = match.end()
        self._add(pieces, source[at:], size, at, plain=True)
        self._from.append(len(source))
        self.text = "".join(pieces)

    def _add(self, pieces: list[str], piece: str, size: int, at: int, *, plain: bool) -> int:
        pieces.append(piece)
        self._to.append(size)
        self._from.append(at)
        self._plain.append(plain)
        return size + len(piece)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source that shows as this span of the text."""
        return self._begin(start), self._finish(end - 1)

    def _begin(self, at: int) -> int:
        segment = bisect.bisect_right(self._to, at) - 1
        return self._from[segment] + (at - self._to[segment] if self._plain[segment] else 0)

    def _finish(self, at: int) -> int:
        segment = bisect.bisect_right(self._to, at) - 1
        if self._plain[segment]:
            return self._from[segment] + at - self._to[segment] + 1
        return self._from[segment + 1]


def _char(match: re.Match[str]) -> str | None:
    group = match.lastindex or 0
    digits = match[group]
    if group <= HEX_GROUPS:
        code = int(digits, 16)
    elif group == HEX_GROUPS + 1:
        code = int(digits)
    elif group == HEX_GROUPS + 2:
        return html.entities.html5.get(digits)
    else:
        return SHORT.get(digits, digits)
    return chr(code) if code <= 0x10FFFF else None


def views(text: str) -> list[tuple[str, Callable[[int, int], tuple[int, int]]]]:
    """The text itself and every layer below its escapes, each with the way from its spans to the text's own."""
    found: list[tuple[str, Callable[[int, int], tuple[int, int]]]] = [(text, lambda start, end: (start, end))]
    for _ in range(ROUNDS):
        current, back = found[-1]
        if not any(mark in current for mark in MARKS):
            break
        view = View(current)
        if view.text == current:
            break
        found.append((view.text, _chain(view, back)))
    return found


def _chain(view: View, back: Callable[[int, int], tuple[int, int]]) -> Callable[[int, int], tuple[int, int]]:
    return lambda start, end: back(*view.origin(start, end))
