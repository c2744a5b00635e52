"""What is ordered of the town: its size, seed and contracts, and the moments at which files are published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from renkei.flow.contract import Item, RowRule


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
    """What is to be made: people, seed, municipality, the columns of every linkage, with the closing full file or not."""

    population: int
    seed: int
    municipality: str
    edition: str
    items: Mapping[str, tuple[Item, ...]]
    rules: tuple[RowRule, ...]
    codes: Mapping[str, Mapping[str, str]]
    closing: bool = False

    @property
    def moments(self) -> tuple[Moment, ...]:
        """The files of every linkage, in order."""
        return (FULL, *DELTAS, CLOSING) if self.closing else (FULL, *DELTAS)
