"""Rings in a graph of names: each once, beginning with its smallest name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def rings(following: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """One ring for every set of names that reach each other, as short as it is; a name that follows itself is none."""
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for start in sorted(following):
        ring = _shortest(start, following)
        if len(ring) > 1 and not any(set(ring) & known for known in found):
            found[frozenset(ring)] = ring
    return tuple(found.values())


def _shortest(start: str, following: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The shortest way from a name back to itself, () when there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        longer: list[tuple[str, ...]] = []
        for way in ways:
            for name in following.get(way[-1], ()):
                if name == start and len(way) > 1:
                    return way
                if name not in seen:
                    seen.add(name)
                    longer.append((*way, name))
        ways = longer
    return ()
