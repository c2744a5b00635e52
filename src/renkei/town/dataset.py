"""Data sets: who derives the rows of a linkage from the people, and what a row is before it is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from renkei.flow.contract import Item
from renkei.town.person import Values
from renkei.town.shard import Shard

Gap = tuple[dt.datetime, dt.datetime]


class Line(NamedTuple):
    """One row from a moment on: values by romaji. The envelope (市区町村コード, serial, flags, 操作者) is not among them.

    In a ``gap`` the row counts as deleted. There are millions of lines: making a frozen dataclass takes three times as long.
    """

    at: dt.datetime
    values: Values
    gaps: tuple[Gap, ...] = ()


# The history of one subject (a person, a parcel, an assessment): its lines in order of time.
Chain = list[Line]
Source = Callable[[Shard], Iterator[Chain]]
SOURCES: dict[str, Source] = {}
# Data sets that hold some of the very histories of another one, in the same columns: their lines are written once.
PART_OF: dict[str, str] = {}


def source(*linkages: str, part_of: str = "") -> Callable[[Source], Source]:
    """Mark a function as what derives the rows of these linkages; ``part_of`` names a linkage whose histories they are."""

    def mark(function: Source) -> Source:
        for linkage in linkages:
            if linkage in SOURCES:
                raise ValueError(linkage)
            SOURCES[linkage] = function
            if part_of:
                PART_OF[linkage] = part_of
        return function

    return mark


# Figures about the whole town, by what they count; blocks are added up. The rows of a linkage are counted under ROWS.
Tally = dict[tuple[str, ...], int]
Tables = Mapping[str, tuple[Item, ...]]
Summed = Callable[[Tally, Tables], Iterator[Chain]]
ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Total:
    """A data set about the whole town: what a block counts for it, and the histories that the sums come to."""

    count: Callable[[Shard], Tally]
    chains: Summed


TOTALS: dict[str, Total] = {}


def total(linkage: str, count: Callable[[Shard], Tally]) -> Callable[[Summed], Summed]:
    """Mark a function as what derives the rows of a linkage from sums; a block alone is taken for the whole town.

    The items of all linkages are then those of ``shard.facts["tables"]``.
    """

    def mark(function: Summed) -> Summed:
        TOTALS[linkage] = Total(count, function)
        source(linkage)(lambda shard: function(count(shard), shard.facts.get("tables", {})))
        return function

    return mark
