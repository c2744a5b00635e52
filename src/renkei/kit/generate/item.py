"""Values of a description by a random source, without a search."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from random import Random
from typing import Any

from renkei.kit.strategies import characters, dates
from renkei.kit.strategies.item import Clock, Day, Description, FullWidth, HalfWidth, Pick, Serial

Maker = Callable[[Random], Any]

# How often a value is one of the edges of its description.
OFTEN = 0.125
SPOKEN = 12


def maker(description: Description) -> Maker:
    """The function that makes values of a description."""
    match description:
        case Pick(values=values):
            return picked(values)
        case Serial():
            return _numbered(description)
        case HalfWidth(alphabet=alphabet, smallest=smallest, largest=largest):
            return _half_width(alphabet, smallest, largest)
        case FullWidth():
            return _full_width(description)
        case Day(also=also):
            return _mixed(_day, (*dates.EDGE_DATES, *also))
        case Clock():
            return _clock


def picked(values: tuple[Any, ...]) -> Maker:
    """One of these values."""
    count = len(values)
    if count == 1:
        only = values[0]
        return lambda _: only
    return lambda source: values[int(source.random() * count)]


def _mixed(plain: Maker, edges: tuple[Any, ...]) -> Maker:
    count = len(edges)

    def make(source: Random) -> Any:
        return edges[int(source.random() * count)] if source.random() < OFTEN else plain(source)

    return make if edges else plain


def _numbered(description: Serial) -> Maker:
    first, made = description.first, description.made
    span = description.last - first + 1
    small = span < 1 << 50

    def make(source: Random) -> Any:
        return made(first + (int(source.random() * span) if small else source.randrange(span)))

    return _mixed(make, description.also)


def _half_width(alphabet: str, smallest: int, largest: int) -> Maker:
    span = largest - smallest + 1
    return lambda source: "".join(source.choices(alphabet, k=smallest + int(source.random() * span)))


def _full_width(description: FullWidth) -> Maker:
    """Short texts mostly, now and then one of exactly the limit; a space stands only inside."""
    alphabet, smallest, largest = description.alphabet, description.smallest, description.largest
    if largest < 1:
        return lambda _: ""
    edges = tuple(element for element in alphabet if element not in characters.INNER)
    limits = tuple(element for element in characters.LIMIT_ELEMENTS if element in alphabet) or edges[:1]
    span = min(largest, smallest + SPOKEN) - smallest + 1
    inner = frozenset(characters.INNER)
    repeated = picked(limits)
    edge = picked(edges)

    def make(source: Random) -> str:
        chance = source.random()
        if chance < OFTEN:
            return str(repeated(source)) * largest
        elements = source.choices(alphabet, k=smallest + int((chance - OFTEN) / (1 - OFTEN) * span))
        if elements[0] in inner:
            elements[0] = edge(source)
        if elements[-1] in inner:
            elements[-1] = edge(source)
        return "".join(elements)

    cap = description.code_points
    if cap is None or cap >= 2 * largest:
        return make
    return lambda source: _capped(make(source), cap)


def _capped(text: str, code_points: int) -> str:
    if len(text) <= code_points:
        return text
    return "".join(char for char in text if char not in characters.SELECTORS)


def _day(source: Random) -> str:
    year, month = 1900 + int(source.random() * 200), 1 + int(source.random() * 12)
    day = min(1 + int(source.random() * 31), calendar.monthrange(year, month)[1])
    return f"{year}-{month:02d}-{day:02d}"


def _clock(source: Random) -> str:
    minute = int(source.random() * 1440)
    start = f"{minute // 60:02d}:{minute % 60:02d}"
    return start if source.random() < 2 * OFTEN else f"{start}:{int(source.random() * 60):02d}"
