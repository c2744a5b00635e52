"""A village of 300 has everything: no data set is without rows, so that no rule waits for a larger town."""

from __future__ import annotations

import datetime as dt
import functools

import pytest

from renkei.town import shard as blocks
from renkei.town import survey
from renkei.town.order import CLOSING, DELTAS, FULL
from renkei.town.person import Person
from renkei.town.source import SOURCES, aid

# Data sets that may have no row in a village, with the reason. There is none.
MAY_BE_EMPTY: dict[str, str] = {}
# What in a village only happens in the weeks of the deltas: writing off (015o907, 015o908) and moves of 019's 住登外者.
MAY_BEGIN_LATE = {"015o907", "015o908", "019o934"}
RESIDENTS = 300
# About the town itself, filled by the columns of all contracts (ci and the packs have them).
OF_CONTRACTS = {"033o901", "033o902"}


@functools.cache
def village(seed: int) -> blocks.Shard:
    """The one block of a village."""
    ((number, households),) = blocks.shards(RESIDENTS)
    made = blocks.make(seed=seed, municipality="993018", number=number, households=households)
    made.facts["rows"] = {}
    return made


@functools.cache
def begun(seed: int) -> dict[str, bool]:
    """Of every data set that has rows whether it has some in its first full file."""
    found = {}
    for linkage, source in SOURCES.items():
        moments = [line.at for chain in source(village(seed)) for line in chain if line.at <= CLOSING.at]
        if moments:
            found[linkage] = min(moments) <= FULL.at
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_data_set_of_a_village_is_empty(seed: int) -> None:
    """Whatever the seed, each data set has rows, and nearly all of them from the first full file on."""
    assert SOURCES.keys() - begun(seed).keys() - OF_CONTRACTS == set(MAY_BE_EMPTY)
    assert {name for name, early in begun(seed).items() if not early} <= MAY_BEGIN_LATE


def named(shard: blocks.Shard, name: str) -> Person:
    """Who of the rare family has that name."""
    return next(one for one in shard.people if "".join(part[0] for part in (one.surname, one.given)) == name)


def test_what_is_rare_changes_nobody_else() -> None:
    """Those to whom the rare happens come last: every other person has the number and the draws of a town without them."""
    shard = village(1)
    last = [one.number for one in shard.people][-7:]
    rare = {named(shard, name).number for name in ("里帰直", "里帰産子", "在外票", "学用援", "学用就")}
    assert rare <= set(last)
    assert all(not one.drawn for one in shard.people[:-7])


def test_given_draws_hold_for_their_topic_alone() -> None:
    """A given chance is that of its topic with whatever follows it, and of no other topic."""
    mother = named(village(1), "里帰産子")
    assert mother.chance("care/2025") == mother.chance("care/days") == mother.drawn["care"]
    assert mother.chance("careful") not in mother.drawn.values()


def test_deltas_tell_of_a_village_too() -> None:
    """In the weeks of the deltas something of at least half of the data sets changes even in a village."""
    late = {
        linkage
        for linkage, source in SOURCES.items()
        if any(FULL.at < line.at <= DELTAS[-1].at for chain in source(village(1)) for line in chain)
    }
    assert len(late) > len(SOURCES) / 2


def test_events_are_counted_in_the_ten_years_alone() -> None:
    """What is known to happen after the town's last day is in the data, and not among the events of its months."""
    shard = blocks.make(seed=2, municipality="993018", number=0, households=30)
    one = next(one for one in shard.people if one.resident)
    before = survey.of(shard).events

    one.add(dt.datetime(2026, 4, 9, 10), {"idojiyu": "12", "juminjotai": "3"})

    assert survey.of(shard).events == before
    assert before.keys() <= set(survey.months())


def test_a_child_at_school_is_on_public_assistance_in_every_town() -> None:
    """Of the smallest town of any seed some child is helped as 要保護, for that reason."""
    for seed in range(1, 7):
        shard = blocks.make(seed=seed, municipality="993018", number=0, households=8)
        awards = [award for award in aid.awards(shard) if award.kind == aid.ON_RELIEF]

        assert {award.reason for award in awards} == {"01"}
        assert {award.course.one.surname[0] for award in awards} >= {"学用"}
