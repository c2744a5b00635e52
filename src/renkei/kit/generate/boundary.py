"""Edge values that a request must be accepted with, item by item, each knowing which requirement speaks of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.kit.strategies import characters, dates
from renkei.kit.strategies.breaking import flat
from renkei.kit.strategies.item import FullWidth, HalfWidth, Pick, described, lengths
from renkei.kit.strategies.schema import FLAG, MARKS, NOTATION

IVS, ASTRAL = "辻\U000e0100", "\U00020bb7"
TIMES = ("09:00", "00:00", "23:59", "23:59:59", "00:00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """One edge value: ``kind`` tells which edge, ``members`` are what to set (the item and what it brings along)."""

    item: str
    kind: str
    members: Mapping[str, Any] = field(default_factory=dict)


def boundaries(schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> tuple[Boundary, ...]:
    """The edge values of a request schema with ``x-renkei`` marks, in the order of its items."""
    properties = flat(schema, root if root is not None else schema)["properties"]
    return tuple(found for name, part in properties.items() if MARKS in part for found in _of(name, part, properties))


def _of(name: str, part: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[Boundary]:
    marks = part[MARKS]
    # A 不詳表記 means something only beside its flag.
    beside = {name.replace(NOTATION, FLAG): "1"} if name.endswith(NOTATION) else {}
    if "enum" in part:
        for value in part["enum"]:
            yield Boundary(item=name, kind="choice", members={name: value})
        return
    for kind, value in _edges(name, marks):
        known = {f"{name}{FLAG}": "0"} if f"{name}{FLAG}" in properties and marks["type"] == "DATE" else {}
        yield Boundary(item=name, kind=kind, members={**beside, **known, name: value})


def _edges(name: str, marks: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    kind = marks["type"]
    if kind in ("N", "X"):
        yield from _texts(name, marks)
    elif kind == "DATE" and marks.get("unknown_date"):
        yield from ((f"date edge-{date}", date) for date in dates.EDGE_DATES)
        yield from ((f"date outside-calendar-{date}", date) for date in dates.OUTSIDE_CALENDAR)
    elif kind == "TIME":
        yield from (("time", value) for value in TIMES)
    elif kind in ("9", "S9"):
        yield from (("number", value) for value in (0, 10 ** lengths(marks)[0] - 1))


def _texts(name: str, marks: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    description = described(marks, name)
    limit = lengths(marks)[0]
    match description:
        case Pick(values=values) if name.endswith("choazakodo"):
            yield from (("choaza", value) for value in values if value in ("0000000", "9999999"))
        case Pick(values=values):
            yield from (("choice", value) for value in values)
        case HalfWidth(smallest=smallest) if smallest < limit:
            yield "longest", "1" * limit
        # Where the documents contradict each other on the length (C1), neither is an edge.
        case FullWidth(alphabet=alphabet, largest=largest) if largest == limit:
            yield "longest", alphabet[0] * limit
            if alphabet is characters.ALPHABET:
                yield "variation selectors", IVS * limit
                yield "surrogate pairs", ASTRAL * limit
