"""A town with every office of the journeys, in which everything succeeds and nothing is told."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from journey_offices import Offices

from renkei.flow.facade import Effect
from renkei.kit.journey.municipality import Municipality

START = dt.date(2026, 7, 1)
GIVEN = {"atenabango": 15, "setaibango": 15, "kojinbango": 12}


@dataclass(kw_only=True)
class Willing(Municipality):
    """A town where everything succeeds and nothing is told: each number is given once, and time passes at once."""

    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1000))
    told: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Nobody holds anything."""

    def stimulus(self, target: str, event: str, values: Mapping[str, Any], *, linkage: str = "") -> Effect:
        """What was asked for, with the numbers that an office would give."""
        self.told.append(event)
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
