"""What is ordered of the town: its size, seed and contracts, and the moments at which files are published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from renkei.flow.contract import Bundle, Item, RowRule
from renkei.flow.requirement import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One file to be published: when, and whether it is full (zenken) or a delta (sabun)."""

    at: dt.datetime
    kind: str


FULL = Moment(at=dt.datetime(2026, 3, 1), kind="zenken")
DELTAS = (
    Moment(at=dt.datetime(2026, 3, 15, 12), kind="sabun"),
    Moment(at=dt.datetime(2026, 3, 15, 12, 10), kind="sabun"),
    Moment(at=dt.datetime(2026, 3, 31, 20), kind="sabun"),
)
CLOSING = Moment(at=dt.datetime(2026, 4, 1, 9), kind="zenken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be made: people, seed, municipality, the columns of every linkage, with the closing full file or not.

    ``whole`` are the linkages that are agreed to be sent without deltas.
    """

    population: int
    seed: int
    municipality: str
    edition: str
    items: Mapping[str, tuple[Item, ...]]
    rules: tuple[RowRule, ...]
    codes: Mapping[str, Mapping[str, str]]
    closing: bool = False
    whole: frozenset[str] = frozenset()

    @classmethod
    def of(cls, bundle: Bundle, *, population: int, seed: int, municipality: str, closing: bool = False) -> Order:
        """An order of every file linkage of an edition."""
        links = [
            (system, link) for system in bundle.systems for link in system.linkages if link.transport is Transport.FILE
        ]
        return cls(
            population=population,
            seed=seed,
            municipality=municipality,
            edition=bundle.edition,
            items={link.id: system.group(link.group) for system, link in links},
            rules=tuple(rule for system in bundle.systems for rule in system.rules),
            codes=bundle.codes,
            closing=closing,
            whole=frozenset(link.id for _, link in links if "sabun" not in link.kinds),
        )

    def moments(self, linkage: str) -> tuple[Moment, ...]:
        """The files of a linkage, in order."""
        found = (FULL, *DELTAS, CLOSING) if self.closing else (FULL, *DELTAS)
        return tuple(one for one in found if one.kind == "zenken" or linkage not in self.whole)
