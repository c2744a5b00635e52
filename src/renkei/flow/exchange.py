"""Exchanges: one request and what came back, as evidence; bounded and already redacted where it is kept."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request as sent: absolute ``url``, header pairs in order, ``body`` bytes (b"" for none)."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An HTTP response as received, decoded at most up to the cap.

    ``truncated`` is set when the body was cut at the cap. ``violations`` are protocol faults that the transport saw
    (codes such as ``content-length-and-transfer-encoding``); they are facts, not verdicts.
    """

    status: int
    headers: Headers
    body: bytes
    http_version: str = "HTTP/1.1"
    truncated: bool = False
    violations: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """The first header of that name, case ignored."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request with its response, or with the transport error that came instead.

    ``seconds`` is wall time by a monotonic clock and is no part of the identity. ``error`` is a kebab-case transport
    code (``connect-refused``, ``deadline``, ``tls``, ``framing`` …) when ``response`` is None.
    """

    request: Request
    response: Response | None
    error: str = ""
    seconds: float = 0.0

    @property
    def status(self) -> int:
        """The status code, 0 when there is no response."""
        return self.response.status if self.response else 0

    def text(self) -> str:
        """The response body as UTF-8, undecodable bytes replaced ("" when there is none)."""
        return self.response.body.decode("utf-8", "replace") if self.response else ""

    def json(self) -> Any:
        """The response body as strict JSON; raises ValueError (also for none, not UTF-8, or a duplicate key)."""
        if self.response is None:
            raise ValueError(f"no response: {self.error}")
        return strict_json(self.response.body, most=MAX_VALUES)


MAX_DEPTH = 64
MAX_VALUES = 250_000
# Strings are matched whole, cut ones to the end of the text, so that no text makes the search start over.
_MARK = re.compile(r'"(?:[^"\\]|\\.)*+\\?(?:"|\Z)|[][{},]', re.DOTALL)


def strict_json(data: bytes, *, most: int | None = None) -> Any:
    """JSON from UTF-8 bytes; raises ValueError for bad UTF-8, duplicate keys, NaN, or depth over ``MAX_DEPTH``.

    With ``most`` also for more values and member names than that: small texts can hold what fills the memory.
    """
    text = data.decode("utf-8")
    if text.count("[") + text.count("{") > MAX_DEPTH or (most is not None and len(text) > most):
        _bounded(text, most)
    return _STRICT.decode(text)


def _bounded(text: str, most: int | None) -> None:
    """Raise ValueError for a text that is nested too deep or holds too many values."""
    depth = 0
    for count, match in enumerate(_MARK.finditer(text), 1):
        char = match[0]
        if char in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"nested deeper than {MAX_DEPTH}")
        elif char in "]}":
            depth -= 1
        if most is not None and count > most:
            raise ValueError(f"more than {most} values")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member name")
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


# One for all: the parser is made anew for every call otherwise.
_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def canonical(value: Any) -> bytes:
    """The one byte form of a JSON value: sorted members, compact, UTF-8; lone surrogates stay escaped.

    Reading it back and writing it again gives the same bytes. Raises ValueError for what JSON cannot hold (NaN).
    """
    text = _dumps(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # A vendor may send half a surrogate pair. Reading the escaped form once joins halves that meet.
        return _dumps(json.loads(text.encode("utf-8", "backslashreplace"))).encode("utf-8", "backslashreplace")


def _dumps(value: Any) -> str:
    return "".join(_ENCODER(value, 0))


_DEFAULT = json.JSONEncoder().default
# What ``JSONEncoder.encode`` makes anew for every value, and a log has hundreds of thousands. Its settings by their places:
# no memory of circles (the stack ends them), nothing for other types, letters as they are, no indent, separators, members
# sorted, no name skipped, no NaN.
_ENCODER = json.encoder.c_make_encoder(  # type: ignore[attr-defined]  # CPython has it, its stubs do not
    None, _DEFAULT, json.encoder.encode_basestring, None, ":", ",", True, False, False
)


def content_id(value: Any) -> str:
    """The content address of a JSON value: SHA-256 hex of its canonical form."""
    return hashlib.sha256(canonical(value)).hexdigest()
