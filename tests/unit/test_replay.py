"""Sequences of every act of the register, on offices that do as they are told: whatever could happen can happen again."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from journey_offices import Offices

from renkei.flow.facade import Effect
from renkei.kit.journey.model import DAY, Model
from renkei.kit.journey.municipality import Municipality
from renkei.kit.journey.register import ACTS
from renkei.kit.journey.trial import Trial, tried
from renkei.kit.strategies.municipality import Budget, Search

START = dt.date(2026, 7, 1)
GIVEN = {"atenabango": 15, "setaibango": 15, "kojinbango": 12}


@dataclass(kw_only=True)
class Willing(Municipality):
    """A town where everything succeeds and nothing is told: each number is given once, and time passes at once."""

    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1000))

    def begin(self) -> None:
        """Nobody holds anything."""

    def stimulus(self, target: str, event: str, values: Mapping[str, Any], *, linkage: str = "") -> Effect:
        """What was asked for, with the numbers that an office would give."""
        number = next(self.numbers)
        given = {name: f"{number:0{size}d}" for name, size in GIVEN.items() if not values.get(name)}
        return Effect(event=event, values={**values, **given})

    def wait(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> None:
        """Time passes at once."""
        self.virtual += seconds

    def fetch(self) -> list[Any]:
        """Nothing is offered."""
        return []

    def carry(self) -> list[Any]:
        """Nothing is carried."""
        return []

    def settle(self) -> None:
        """Nothing is under way."""

    @property
    def today(self) -> str:
        """The day by the virtual clock."""
        return (START + dt.timedelta(seconds=self.virtual)).isoformat()


def willing() -> Willing:
    """A town with every office of the journeys and three addresses."""
    offices = Offices()
    for place in range(1, 4):
        address = {"jusho_choazakodo": f"000{place}001", "jusho_choaza": f"中央{place}丁目"}
        home = {"jusho_shikuchosonkodo": "993018", "jusho_todofuken": "県", "jusho_shikugunchosommei": "市"}
        number = {"atenabango": f"{place:015d}", "setaibango": f"{place:015d}", "kojinrirekibango": "1"}
        offices.tell("001o006", **number, **address, **home, juminjotai="1", jusho_banchigohyoki="1番")
    town = Willing(
        offices=offices.town.offices, bundle=offices.town.bundle, municipality="993018", unique=lambda: "abc123"
    )
    town.clocks["here"] = True
    town.feeds = dict(offices.town.feeds)
    return town


@pytest.mark.parametrize("seed", [1, 2])
def test_every_sequence_can_be_played_again(seed: int) -> None:
    """With the whole cast from the beginning each step is legal where it was: a fault can be shown to come again."""
    town, trials = willing(), []

    def begin() -> Trial:
        trials.append(Trial(town=town, laws={}))
        return trials[-1]

    budget = Budget(examples=16, steps=40)
    search = Search(begin=begin, acts=ACTS, seed=seed, budget=budget, left=budget.whole).run()
    told = [trial for trial in trials if trial.steps and not trial.stopped]
    assert len(search.done) > 50
    assert max(len(trial.cast) for trial in told) >= 5
    illegal = [trial.sequence() for trial in told if not tried(Trial(town=town, laws={}), trial.sequence())]
    assert illegal == []


@pytest.mark.parametrize("virtual", [True, False])
def test_each_trial_begins_at_the_same_time_of_day(virtual: bool) -> None:
    """Who is late at some hours only is late again; where somebody has no virtual clock, nobody waits a day for it."""
    town, began = willing(), []
    town.clocks["there"] = virtual
    town.virtual = 600.0
    model = Model(
        town=town, budget=Budget(examples=4, steps=5), laws={}, forget=lambda: began.append(town.virtual % DAY)
    ).live()

    assert model.steps == 20
    assert len(began) >= 4
    assert (set(began) == {0.0}) is virtual
