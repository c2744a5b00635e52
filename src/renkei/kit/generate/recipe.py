"""Whole requests of an operation for the corpus: ordinary ones, edges, mixtures of traps, and one rule broken at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from random import Random
from typing import Any, TypeVar

from renkei.kit.generate.boundary import Boundary, boundaries
from renkei.kit.generate.item import Maker
from renkei.kit.generate.schema import compiled
from renkei.kit.strategies.breaking import Broken, breakers, flat

Body = dict[str, Any]
Item = TypeVar("Item")

# Shares of a corpus; what is left are broken requests.
ORDINARY, EDGES, MIXED = 0.2, 0.1, 0.15
MARK = "\x00"
# What a slot holds while variants of a request are made from it: valid text.
PLACEHOLDERS = {"municipality": "131016", "gyomuid": "000", "unique": "アイウエオカキク"}
# Which requirement speaks of an edge, and of a broken rule.
EDGE_OF = {
    "longest": "FD-06",
    "variation selectors": "FD-07",
    "surrogate pairs": "FD-07",
    "date": "FD-09",
    "time": "FD-10",
    "choaza": "FD-11",
}
BROKEN_OF = {
    "missing": "FD-02",
    "full-width-in-x": "FD-03",
    "half-width-in-n": "FD-04",
    "half-width-kana-in-n": "FD-04",
    "half-width-space-in-n": "FD-04",
    "too-long": "FD-05",
    "too-short": "FD-05",
}
ACCEPTED = "FD-01"


def slot(name: str) -> str:
    """The text that stands for what is only known when a request is sent."""
    return f"{MARK}{name}{MARK}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """One request before it is written down: the body with its slots, and what must become of it.

    ``requirement`` is "" when nothing is said but that it must be answered as documented. ``codes`` are the error codes
    of which one must come back, empty for a request that must be accepted.
    """

    body: Body
    kind: str
    requirement: str = ""
    item: str = ""
    rule: str = ""
    name: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How valid requests of one operation are made.

    ``ordinary`` makes one that must be accepted, with slots; None when only the schema is known. ``plain`` makes one with
    no more than it needs: edges are set in it and rules broken in it, so that nothing else can be why it is refused. ``frame`` are members that
    every valid request has, and ``absent`` those that would speak of something that is not there.
    """

    ordinary: Maker | None = None
    plain: Maker | None = None
    frame: Mapping[str, Any] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()


def sketches(
    recipe: Recipe, schema: Mapping[str, Any], root: Mapping[str, Any], *, size: int, seed: int
) -> Iterator[Sketch]:
    """About ``size`` requests, the same for the same seed."""
    source = Random(f"{seed}")
    if recipe.ordinary is not None:
        yield from _ordinary(recipe.ordinary, source, round(size * ORDINARY))
        yield from _edges(recipe, schema, root, source, round(size * EDGES))
    yield from _mixed(recipe, schema, root, source, round(size * MIXED))
    share = ORDINARY + EDGES + MIXED if recipe.ordinary is not None else MIXED
    yield from _broken(recipe, schema, root, source, size - round(size * share))


def _ordinary(make: Callable[[Random], Body], source: Random, count: int) -> Iterator[Sketch]:
    for _ in range(count):
        yield Sketch(body=make(source), kind="ordinary", requirement=ACCEPTED)


def _edges(
    recipe: Recipe, schema: Mapping[str, Any], root: Mapping[str, Any], source: Random, count: int
) -> Iterator[Sketch]:
    closed = frozenset(recipe.frame) | recipe.absent
    found = [boundary for boundary in boundaries(schema, root) if boundary.item not in closed]
    make = recipe.plain
    while make is not None and found and count > 0:
        # The whole list several times over, or a part of it that the seed chooses.
        for boundary in islice(_in_turn(source.sample(found, len(found)), _edge_of), count):
            kind, _, name = boundary.kind.partition(" ")
            requirement = _edge_of(boundary)
            label = name if kind == "date" else boundary.kind if requirement == "FD-07" else ""
            if requirement in ("FD-10", "FD-11"):
                label = str(boundary.members[boundary.item])
            body = _without_partners(make(source), boundary.item) | dict(boundary.members)
            yield Sketch(body=body, kind="edge", requirement=requirement, item=boundary.item, rule=label)
        count -= len(found)


def _edge_of(boundary: Boundary) -> str:
    """The requirement that speaks of an edge, "" when none does."""
    return EDGE_OF.get(boundary.kind) or EDGE_OF.get(boundary.kind.partition(" ")[0], "")


def _in_turn(items: Iterable[Item], group: Callable[[Item], str]) -> Iterator[Item]:
    """The items, one of each group after the other, so that a small corpus has some of every group."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(group(item), []).append(item)
    for row in zip_longest(*groups.values()):
        yield from (item for item in row if item is not None)


def _without_partners(body: Body, item: str) -> Body:
    """The body without the 不詳 members of a date that gets another value."""
    return {name: value for name, value in body.items() if not name.startswith(f"{item}_fusho")}


def _mixed(
    recipe: Recipe, schema: Mapping[str, Any], root: Mapping[str, Any], source: Random, count: int
) -> Iterator[Sketch]:
    make = compiled(schema, root)
    for _ in range(count):
        body = {name: value for name, value in make(source).items() if name not in recipe.absent}
        yield Sketch(body=body | dict(recipe.frame), kind="mixed")


def _broken(
    recipe: Recipe, schema: Mapping[str, Any], root: Mapping[str, Any], source: Random, count: int
) -> Iterator[Sketch]:
    whole = flat(schema, root)
    make = recipe.plain or recipe.ordinary or compiled(schema, root)
    while count > 0:
        slotted = make(source)
        found = breakers(whole, {name: filled(value) for name, value in slotted.items()}, root=root)
        if not found:
            return
        for broken in islice(_in_turn(source.sample(found, len(found)), _broken_of), count):
            body = {
                name: slotted[name] if name != broken["item"] and filled(slotted.get(name, ...)) == value else value
                for name, value in broken["body"].items()
            }
            yield Sketch(
                body=body,
                kind="broken",
                requirement=_broken_of(broken),
                item=broken["item"],
                rule=broken["rule"],
                name=broken["name"],
                codes=tuple(broken["codes"]),
            )
        count -= len(found)


def _broken_of(broken: Broken) -> str:
    """The requirement that speaks of a broken rule, "" when the text leaves open what must come back."""
    return BROKEN_OF.get(broken["rule"], "") if broken["decided"] else ""


def filled(value: Any, values: Mapping[str, str] | None = None) -> Any:
    """A value with its slots filled (default: by the placeholders)."""
    if not isinstance(value, str) or MARK not in value:
        return value
    parts = value.split(MARK)
    known = PLACEHOLDERS if values is None else values
    return "".join(known[part] if place % 2 else part for place, part in enumerate(parts))
