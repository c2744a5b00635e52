"""What the town comes to in figures: the population pyramid, households, events by month, personas."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from renkei.town.history import BEGIN, END
from renkei.town.shard import Shard

BAND = 5
TOP = 100


@dataclass(slots=True)
class Survey:
    """Counts over some blocks of the town at its last day.

    ``pyramid`` maps sex to counts by five years of age; ``events`` maps a month to counts by 異動事由; ``personas`` maps
    the number of a persona to the 宛名番号 that carry it.
    """

    residents: int = 0
    people: int = 0
    households: int = 0
    foreigners: int = 0
    outsiders: int = 0
    protected: int = 0
    sizes: dict[str, int] = field(default_factory=dict)
    pyramid: dict[str, dict[str, int]] = field(default_factory=dict)
    events: dict[str, dict[str, int]] = field(default_factory=dict)
    personas: dict[str, list[str]] = field(default_factory=dict)

    def add(self, other: Survey) -> None:
        """Count another one in."""
        for name in ("residents", "people", "households", "foreigners", "outsiders", "protected"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        _sum(self.sizes, other.sizes)
        for one, two in ((self.pyramid, other.pyramid), (self.events, other.events)):
            for key, counts in two.items():
                _sum(one.setdefault(key, {}), counts)
        for number, found in other.personas.items():
            self.personas.setdefault(number, []).extend(found)


def of(shard: Shard) -> Survey:
    """The figures of one block."""
    found = Survey(people=len(shard.people), outsiders=len(shard.outsiders))
    for one in shard.people:
        if one.protections:
            found.protected += 1
        if one.persona:
            found.personas.setdefault(str(one.persona), []).append(one.number)
        for row in one.rows:
            if row.at.date() >= BEGIN:
                month = found.events.setdefault(f"{row.at:%Y-%m}", {})
                reason = row.values["idojiyu"]
                month[reason] = month.get(reason, 0) + 1
        if one.living_on(END):
            _resident(found, one.sex, one.age(END), foreign=one.foreign)
    for outsider in shard.outsiders:
        if outsider.persona:
            found.personas.setdefault(str(outsider.persona), []).append(outsider.number)
    for home in shard.households:
        size = sum(member.living_on(END) and member.home is home for member in home.members)
        if size:
            found.households += 1
            _sum(found.sizes, {str(size): 1})
    return found


def _resident(found: Survey, sex: str, age: int, *, foreign: bool) -> None:
    found.residents += 1
    found.foreigners += foreign
    band = str(min(TOP, age // BAND * BAND))
    _sum(found.pyramid.setdefault(sex, {}), {band: 1})


def _sum(one: dict[str, int], other: dict[str, int]) -> None:
    for key, count in other.items():
        one[key] = one.get(key, 0) + count


def months() -> list[str]:
    """The months of the town's ten years."""
    found, day = [], BEGIN
    while day < END:
        found.append(f"{day:%Y-%m}")
        day = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return found
