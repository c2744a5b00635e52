"""Every number of the town is nobody's: each cell that could lead to somebody is of a kind that is set aside or given to none."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Any

import pytest

from renkei.town import name
from renkei.town import shard as blocks
from renkei.town.source import SOURCES

KINDS: list[dict[str, Any]] = name.table("numbers")["kinds"]
# What in the name of a column says that it may hold a number which means something outside the municipality.
OUTSIDE = re.compile(
    "kojinbango$|juminhyokodo|hojinbango|fudosanbango|kisonenkin|denwa|yubinbango|kinyukikankodo|iryokikan(kodo|bango)$"
    "|hokenshabango$|gakkokodo$|hyoshikibango|shadaibango|shiriarubango$|mail"
)


def cells() -> dict[str, Counter[str]]:
    """The values of every such column of a village, with how often they occur."""
    ((number, households),) = blocks.shards(300)
    made = blocks.make(seed=1, municipality="993018", number=number, households=households)
    made.facts["rows"] = {}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for source in SOURCES.values():
        for chain in source(made):
            for line in chain:
                for column, value in line.values.items():
                    if value and OUTSIDE.search(column) and "hihokenshabango" not in column:
                        found[column][value] += 1
    return found


@pytest.fixture(scope="module")
def found() -> dict[str, Counter[str]]:
    """The cells, looked up once."""
    return cells()


def kind(column: str) -> dict[str, Any] | None:
    """The kind of number that a column holds."""
    return next((one for one in KINDS if any(re.fullmatch(known, column) for known in one["columns"])), None)


def test_every_column_with_a_number_is_of_a_documented_kind(found: dict[str, Counter[str]]) -> None:
    """No column that could hold somebody's number is left out of the table of kinds."""
    assert [column for column in found if kind(column) is None] == []


def test_every_number_is_of_the_range_that_is_nobodys(found: dict[str, Counter[str]]) -> None:
    """Each value fits the pattern of its kind, whichever column of whichever data set it stands in."""
    wrong = {
        column: [value for value in values if not re.fullmatch(one["values"], value)][:3]
        for column, values in found.items()
        if (one := kind(column)) is not None
    }
    assert {column: values for column, values in wrong.items() if values} == {}


@pytest.mark.parametrize("one", KINDS, ids=lambda one: one["name"]["en"])
def test_a_kind_says_why_it_is_nobodys(one: dict[str, Any]) -> None:
    """Each kind has its name and its reason in both languages."""
    assert all(one[part][language] for part in ("name", "why") for language in ("ja", "en"))
