"""How many columns of a terminal a text takes: full-width characters two, marks on others none."""

from __future__ import annotations

import unicodedata

_NONE = ("Mn", "Me", "Cf")


def width(text: str) -> int:
    """The half-width columns that the text takes."""
    return sum(map(_columns, text))


def fitted(text: str, columns: int) -> str:
    """The text, cut and ended with an ellipsis where it takes more columns."""
    if width(text) <= columns:
        return text
    used = 1
    for index, char in enumerate(text):
        used += _columns(char)
        if used > columns:
            return text[:index].rstrip() + "…"
    return text


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """The text with blanks after it (``right``: before it) up to so many columns."""
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def _columns(char: str) -> int:
    if unicodedata.category(char) in _NONE:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
