"""Phrases: words of a finding by code, on the wire in no language, beside raw values that cannot be taken for one.

On the wire a phrase is ``⟦code¦name=value¦name=value⟧``; a value may hold phrases. A raw text that has one of these
signs in it bears ``⟦<⟧``, ``⟦>⟧`` or ``⟦/⟧`` in its place, so nothing that a target sends is ever read as a phrase.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

OPEN, CLOSE, NEXT = "⟦", "⟧", "¦"
MAX_VALUE = 200
MAX_DEPTH = 8
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SIGNS = {"<": OPEN, ">": CLOSE, "/": NEXT}
_ESCAPED = {sign: f"{OPEN}{code}{CLOSE}" for code, sign in _SIGNS.items()}
_ANY = re.compile(f"[{OPEN}{CLOSE}{NEXT}]")
_TOKENS = re.compile(f"([{OPEN}{CLOSE}{NEXT}])")

Literal = Callable[[str], str]
Sentence = Callable[[str, Mapping[str, str]], str]


class Phrase(str):
    """A text in its wire form; whatever of it is raw was escaped."""

    __slots__ = ()


def phrase(code: str, /, **values: Any) -> Phrase:
    """The phrase of that code with its values; raises ValueError for a code that no catalogue can have."""
    if not _CODE.fullmatch(code):
        raise ValueError(code)
    return _wire(code, {name: value if isinstance(value, Phrase) else raw(value) for name, value in values.items()})


def raw(value: Any) -> Phrase:
    """A raw value cut to a fair length; a phrase is left as it is."""
    if isinstance(value, Phrase):
        return value
    text = str(value)
    return whole(text if len(text) <= MAX_VALUE else text[:MAX_VALUE] + "…")


def whole(text: str) -> Phrase:
    """A raw text of any length; a phrase is left as it is."""
    if isinstance(text, Phrase):
        return text
    return Phrase(_ANY.sub(lambda match: _ESCAPED[match[0]], text))


def joined(parts: Iterable[Any], by: str = " ") -> Phrase:
    """Raw values and phrases one after the other; empty ones are left out."""
    return Phrase(by.join(part for part in map(raw, parts) if part))


def told(text: str, literal: Literal, sentence: Sentence) -> str:
    """A wire text with ``literal`` applied to what is raw and ``sentence`` to every phrase, inner ones first.

    What is not well-formed was never written by us: then all of it is raw.
    """
    try:
        return _Reading(text, literal, sentence).all()
    except (ValueError, IndexError):
        return literal(text)


def mapped(text: str, change: Literal) -> str:
    """The wire text with what is raw in it changed, and its phrases kept."""
    return told(text, lambda part: whole(change(part)), _wire)


def _wire(code: str, values: Mapping[str, str]) -> Phrase:
    return Phrase(OPEN + code + "".join(f"{NEXT}{name}={value}" for name, value in values.items()) + CLOSE)


class _Reading:
    """One pass over the tokens of a wire text."""

    def __init__(self, text: str, literal: Literal, sentence: Sentence) -> None:
        self._tokens = [token for token in _TOKENS.split(text) if token]
        self._at = 0
        self._literal = literal
        self._sentence = sentence

    def all(self) -> str:
        text = self._text(0, ())
        if self._at != len(self._tokens):
            raise ValueError(self._at)
        return text

    def _text(self, depth: int, ends: tuple[str, ...]) -> str:
        """Raw pieces and phrases up to one of the ends; neighbouring raw pieces are one."""
        done: list[str] = []
        plain = ""
        while self._at < len(self._tokens) and self._tokens[self._at] not in ends:
            token = self._take()
            if token != OPEN:
                if token in (CLOSE, NEXT):
                    raise ValueError(token)
                plain += token
                continue
            if self._tokens[self._at] in _SIGNS:
                plain += _SIGNS[self._take()]
                self._expect(CLOSE)
                continue
            done += [self._literal(plain) if plain else "", self._phrase(depth + 1)]
            plain = ""
        return "".join(done) + (self._literal(plain) if plain else "")

    def _phrase(self, depth: int) -> str:
        code = self._take()
        if depth > MAX_DEPTH or not _CODE.fullmatch(code):
            raise ValueError(code)
        values: dict[str, str] = {}
        while self._tokens[self._at] == NEXT:
            self._take()
            name, equals, rest = self._tokens[self._at].partition("=")
            if not equals or not _NAME.fullmatch(name):
                raise ValueError(name)
            self._tokens[self._at] = rest
            values[name] = self._text(depth, (NEXT, CLOSE))
        self._expect(CLOSE)
        return self._sentence(code, values)

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, sign: str) -> None:
        if self._take() != sign:
            raise ValueError(sign)
