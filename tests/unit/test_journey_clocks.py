"""Whose clock says which day it is: virtual ones, real ones, and real ones that people put on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from journey_town import Clockless, Small, Steered

from renkei.flow.errand import Answer, Errand, Kind
from renkei.kit.byhand import ByHand
from renkei.kit.journey.journal import BEGIN, STEP, STIMULUS, Journal, put_on
from renkei.kit.journey.municipality import JAPAN, Municipality

DAYS = 8 * 86_400.0
# A clock that nobody asked yet is taken for a virtual one.
VIRTUAL_DAY = "2026-04-01"


def ours(seconds: float = 0.0) -> str:
    """The day here, so much later."""
    return (dt.datetime.now(tz=JAPAN) + dt.timedelta(seconds=seconds)).date().isoformat()


@dataclass
class Town:
    """001 with one clock and everybody else with another; ``naps`` is the real time that was waited."""

    residents: Any
    others: Any
    naps: list[float] = field(default_factory=list)
    made: Municipality = field(init=False)

    def __post_init__(self) -> None:
        self.made = Small().town
        self.made.clocks.clear()
        for office in self.made.offices.values():
            of_residents = office.info.system == "001"
            office.origin = "residents" if of_residents else "others"
            office.place = object() if of_residents else None  # type: ignore[assignment]  # nobody looks into it
            steering = self.residents if of_residents else self.others
            office.counterpart = type(office.counterpart)(
                actor=office.counterpart.actor, holdings=office.counterpart.holdings, steering=steering, outlet=None
            )
        self.made.sleep = self.naps.append
        self.made.wall = lambda: sum(self.naps)


@dataclass
class Person:
    """Somebody at a screen, who does what is asked."""

    asked: list[Errand] = field(default_factory=list)

    def __call__(self, errand: Errand, _seconds: float) -> Answer:
        self.asked.append(errand)
        return Answer(done=True)


def at_a_screen(person: Person) -> ByHand:
    """What a person is asked through; ten minutes go by without anybody."""
    return ByHand(target="v-001", ask=person, seconds=60, patience=600)


def test_a_clock_that_people_put_on_is_as_far_on_as_they_put_it() -> None:
    """The day is ours and eight days, also after the next ten minutes; what falls due has the window to be told."""
    person = Person()
    town = Town(at_a_screen(person), Steered())
    town.made.wait(600)
    before, waited = town.made.today, sum(town.naps)
    town.made.wait(DAYS)

    assert (before, town.made.today, town.made.leapt) == (ours(), ours(DAYS), DAYS)
    assert [(one.kind, one.values) for one in person.asked] == [(Kind.CLOCK, {"seconds": str(int(DAYS))})]
    assert (waited, sum(town.naps)) == (600, 1_200)
    town.made.wait(600)
    town.made.wait(DAYS)
    assert (town.made.today, len(person.asked)) == (ours(2 * DAYS), 2)


def test_virtual_clocks_are_never_waited_for() -> None:
    """Where every clock is virtual the day is that of the newest file, and no real time goes by."""
    town = Town(Steered(), Steered())
    town.made.wait(600)
    town.made.wait(DAYS)

    assert (town.made.today, town.naps, town.made.leapt) == (VIRTUAL_DAY, [], 0.0)


def test_nobody_waits_for_a_clock_that_writes_nothing() -> None:
    """Where only a consumer goes by a real clock, months pass at once, whether somebody puts it on or not."""
    for others in (Clockless(), at_a_screen(Person())):
        town = Town(Steered(), others)
        town.made.wait(600)
        town.made.wait(DAYS)

        assert (town.made.today, town.naps, town.made.leapt) == (VIRTUAL_DAY, [], 0.0)


def test_where_clocks_differ_the_day_is_that_of_001() -> None:
    """A virtual 001 is not asked for something on our day because another office goes by a real clock."""
    virtual, real = Town(Steered(), Clockless()), Town(Clockless(), Steered())
    for town in (virtual, real):
        town.made.wait(600)

    assert (virtual.made.today, real.made.today) == (VIRTUAL_DAY, ours())


def test_a_real_clock_that_was_put_on_before_is_seen_in_the_files() -> None:
    """A run after one in which people put 001 on begins on the day that its newest file was written."""
    town = Town(Clockless(), Steered())
    town.made.wait(600)
    later = dt.datetime.now() + dt.timedelta(days=30)
    town.made.feeds["001o006"].newest = later

    assert town.made.today == later.date().isoformat()


@pytest.mark.parametrize(("lines", "seconds"), [(["a"], 0.0), (["a", "b"], DAYS)])
def test_how_far_clocks_were_put_on_is_in_the_journals(tmp_path: Path, lines: list[str], seconds: float) -> None:
    """Whoever goes on with a run knows it from the journals of its life events, of those begun anew as well."""
    for name in lines:
        journal = Journal(path=tmp_path / f"{name}.jsonl")
        journal.write(BEGIN, folders={})
        journal.write(STIMULUS, what="x", values={}, files=[])
        if name == "b":
            journal.write(STEP, number=0, leapt=DAYS)
            journal.anew()

    assert put_on(tmp_path) == seconds
