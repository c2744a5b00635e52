"""Who derives which data set: importing this package registers every source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from renkei.flow.contract import Item, RowRule
from renkei.town.dataset import SOURCES, Chain
from renkei.town.shard import Shard
from renkei.town.source import (
    aid,
    application,
    arrears,
    ballot,
    catalogue,
    collection,
    contact,
    corporatetax,
    election,
    family,
    generic,
    infant,
    inhabitanttax,
    linked,
    maternity,
    propertytax,
    resident,
    roll,
    school,
    seal,
    supplement,
    survey,
    taxmail,
    taxstatus,
    vaccine,
    vehicletax,
    welfare,
)

__all__ = [
    "SOURCES",
    "aid",
    "application",
    "arrears",
    "ballot",
    "catalogue",
    "chains",
    "collection",
    "contact",
    "corporatetax",
    "election",
    "family",
    "infant",
    "inhabitanttax",
    "linked",
    "maternity",
    "propertytax",
    "resident",
    "roll",
    "school",
    "seal",
    "supplement",
    "survey",
    "taxmail",
    "taxstatus",
    "vaccine",
    "vehicletax",
    "welfare",
]


def chains(
    linkage: str,
    items: Sequence[Item],
    rules: Sequence[RowRule],
    codes: Mapping[str, Mapping[str, str]],
    shard: Shard,
) -> Iterator[Chain]:
    """The histories of a linkage: by its own source, else by what its item table says."""
    own = SOURCES.get(linkage)
    return own(shard) if own else generic.Filler(linkage, items, rules, codes).chains(shard)
