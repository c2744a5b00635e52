"""Redaction by value: no secret and no 個人番号 is written, in whatever form a target sends it back.

A secret is found raw, URL-encoded (any number of times), Base64 (standard and URL-safe, at any alignment), hex, and in
JSON, HTML and backslash escapes, in any mixture of these. What names its own secret (an Authorization header, a
``client_secret=`` member) is redacted even when the value is not known.

What a run writes anyway is no secret: ids of its plan and its contracts, codes, words of its reports, digests. A secret that
shares letters with those is hidden everywhere but there, so that no value can make a run folder unreadable.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from renkei.flow.exchange import Exchange, Headers
from renkei.personalnumber import is_personal, spans
from renkei.secretform import forms, views

PERSONAL = "[個人番号]"
GRAM = 8
STRIDE = 4
INDEXED = GRAM + STRIDE - 1
MIN_LEARNED = 8
# What is met during a run and looks so is a word, a number or a time: it would stand in every report.
PLAIN = re.compile(r"[A-Za-z]{1,19}|[0-9TZ:.+_-]{1,15}")
HEX = frozenset("0123456789abcdef")
DIGEST = 64
# Only so short a text can stand in a digest by chance.
BY_CHANCE = 16
MAX_TOLD = 4096
SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-amz-security-token"}
)
SECRET_MEMBERS = frozenset(
    {"client_secret", "client_assertion", "access_token", "refresh_token", "id_token", "password", "secret_key"}
)
NAMED = re.compile(
    r"(?i)\b(?:(?:bearer|basic|dpop)\s+(?P<scheme>[A-Za-z0-9._~+/-]{16,}=*)"
    r"|(?P<name>" + "|".join(sorted(SECRET_MEMBERS)) + r")[\"']?\s*[:=]\s*[\"']?(?P<member>[^\s\"'&,;}\\\[]{16,}))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Residue:
    """One thing that should not be in a text: whose label, and where it starts; never the thing itself."""

    label: str
    start: int


class Redactor:
    """Replaces every known secret by ``[secret:<label>]`` and every possible 個人番号 by ``[個人番号]``.

    Its cost does not grow with the number of secrets: each form is indexed by its first grams, and a text is looked up
    at every fourth place. Threads may learn and redact at the same time. ``public`` gives the text of what is written
    anyway; it is asked for when something is found for the first time.
    """

    def __init__(self, secrets: Mapping[str, str], public: Callable[[], str] = str) -> None:
        self._make_public = public
        self._public = ""
        self._told: dict[str, bool] = {}
        self._grams: dict[str, tuple[tuple[str, int, str], ...]] = {}
        self._short: dict[str, str] = {}
        self._known: set[str] = set()
        self._learned: dict[str, str] = {}
        self._lock = threading.Lock()
        for label, secret in secrets.items():
            self._add(label, secret)

    def learn(self, label: str, value: str) -> None:
        """Know one more secret, met during the run; values that cannot be told from words, or are public, are left alone."""
        if len(value) >= MIN_LEARNED and not PLAIN.fullmatch(value) and not self.is_public(value):
            self._add(label, value)
            with self._lock:
                self._learned[value] = label

    def publish(self, words: Iterable[str]) -> None:
        """Make more texts public: what was named since, such as the digests of what was kept."""
        more = "\n".join(words)
        with self._lock:
            self._public = "\n".join((self._known_public(), more))
            self._told = {}

    def is_public(self, text: str) -> bool:
        """Whether the text stands in what a run writes anyway, or is put together from whole names of it by slashes."""
        told = self._told.get(text)
        if told is None:
            public = self._known_public()
            told = text in public or ("/" in text and set(text.split("/")) <= set(public.split("\n")))
            if len(self._told) >= MAX_TOLD:
                self._told = {}
            self._told[text] = told
        return told

    def _known_public(self) -> str:
        if not self._public:
            self._public = self._make_public() or "\n"
        return self._public

    def learned(self) -> list[tuple[str, str]]:
        """(label, value) of what was met during the run: a process that starts later has to know it too."""
        with self._lock:
            return [(label, value) for value, label in self._learned.items()]

    def text(self, text: str) -> str:
        """The text without secrets and personal numbers."""
        found = self._spans(text)
        if found:
            text = _replaced(text, found)
        return NAMED.sub(_hide_named, text)

    def data(self, data: bytes) -> bytes:
        """The bytes without secrets and personal numbers; bytes that are not UTF-8 stay as they are."""
        return self.text(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def value(self, value: Any) -> Any:
        """A JSON value without secrets and personal numbers, member names included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(name)): self._member(str(name), item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            if len(value) == 2 and isinstance(value[0], str) and value[0].lower() in SECRET_HEADERS:
                return [value[0], self._member(value[0], value[1])]
            return [self.value(item) for item in value]
        if isinstance(value, int) and not isinstance(value, bool):
            digits = str(value)
            return PERSONAL if len(digits) == 12 and value > 0 and is_personal(digits) else value
        return value

    def headers(self, headers: Headers) -> Headers:
        """Header pairs without secrets; what a header's name calls a secret is hidden whatever its value."""
        return tuple((self.text(name), self._member(name, value)) for name, value in headers)

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange without secrets and personal numbers."""
        request, response = exchange.request, exchange.response
        return replace(
            exchange,
            request=replace(
                request,
                url=self.text(request.url),
                headers=self.headers(request.headers),
                body=self.data(request.body),
            ),
            response=response
            and replace(response, headers=self.headers(response.headers), body=self.data(response.body)),
        )

    def residue(self, text: str) -> list[Residue]:
        """What a text still holds of secrets and personal numbers: the second scan of a finished folder."""
        return [
            Residue(label=place.removeprefix("[secret:").strip("[]"), start=start)
            for start, _, place in sorted(self._spans(text))
        ]

    def _add(self, label: str, secret: str) -> None:
        if not secret:
            return
        place = f"[secret:{label}]"
        with self._lock:
            if secret in self._known:
                return
            self._known.add(secret)
            for form in forms(secret):
                if len(form) < INDEXED:
                    self._short = {**self._short, form: place}
                    continue
                for offset in range(STRIDE):
                    gram = form[offset : offset + GRAM]
                    self._grams[gram] = (*self._grams.get(gram, ()), (form, offset, place))

    def _member(self, name: str, value: Any) -> Any:
        known = name.lower()
        if isinstance(value, str) and (known in SECRET_HEADERS or known in SECRET_MEMBERS) and value:
            scheme, blank, rest = value.partition(" ")
            return f"{scheme} [secret:{known}]" if blank and rest and scheme.isalpha() else f"[secret:{known}]"
        return self.value(value)

    def _spans(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, replacement) of everything to hide, by places of the text itself."""
        found: list[tuple[int, int, str]] = []
        for view, back in views(text):
            for start, end, place in self._secrets(view):
                found.append((*back(start, end), place))
            for start, end in spans(view):
                found.append((*back(start, end), PERSONAL))
        return found

    def _secrets(self, text: str) -> list[tuple[int, int, str]]:
        found = []
        grams = self._grams
        for at in range(0, len(text) - GRAM + 1, STRIDE):
            candidates = grams.get(text[at : at + GRAM])
            if candidates:
                for form, offset, place in candidates:
                    start = at - offset
                    # a form that the end of the text cuts off counts too
                    if start >= 0 and form.startswith(text[start : start + len(form)]):
                        found.append((start, min(start + len(form), len(text)), place))
        for form, place in self._short.items():
            start = text.find(form)
            while start >= 0:
                found.append((start, start + len(form), place))
                start = text.find(form, start + len(form))
        return [span for span in found if not self._written_anyway(text, span[0], span[1])] if found else found

    def _written_anyway(self, text: str, start: int, end: int) -> bool:
        return self.is_public(text[start:end]) or _in_digest(text, start, end)


def _replaced(text: str, found: list[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    at = 0
    # of spans that begin together the longest names the replacement
    for start, end, place in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= at:
            pieces += (text[at:start], place)
        at = max(at, end)
    return "".join(pieces) + text[at:]


def _in_digest(text: str, start: int, end: int) -> bool:
    """Whether a short span is a piece of a digest, where it stands by chance."""
    if end - start >= BY_CHANCE or not HEX.issuperset(text[start:end]):
        return False
    while start > 0 and end - start <= DIGEST and text[start - 1] in HEX:
        start -= 1
    while end < len(text) and end - start <= DIGEST and text[end] in HEX:
        end += 1
    return end - start == DIGEST


def _hide_named(match: re.Match[str]) -> str:
    group = "scheme" if match["scheme"] else "member"
    name = "authorization" if group == "scheme" else match["name"].lower()
    start, end = match.start(group) - match.start(), match.end(group) - match.start()
    return f"{match[0][:start]}[secret:{name}]{match[0][end:]}"
