"""What the town comes to in figures: the population pyramid, households, events by month, personas."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from renkei.town.assistance import relief
from renkei.town.certification import applications
from renkei.town.disability import HELD, holders
from renkei.town.history import BEGIN, END
from renkei.town.insurance import KOKI, KOKUHO, periods
from renkei.town.person import LIVING, NEVER, Person
from renkei.town.shard import Shard

BAND = 5
TOP = 100
LEAVING = ("10", "11")
# What of 支援措置 is in force, by the kind of the last decision.
_PROTECTED = {"1": "protected", "2": "provisional"}


@dataclass(slots=True)
class Survey:
    """Counts over some blocks of the town at its last day.

    ``pyramid`` maps sex to counts by five years of age, ``foreign`` the same of foreigners alone; ``events`` maps a month
    to counts by 異動事由, ``marks`` what needs care to how many residents or households it is true of; ``personas`` maps
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
    foreign: dict[str, dict[str, int]] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    events: dict[str, dict[str, int]] = field(default_factory=dict)
    personas: dict[str, list[str]] = field(default_factory=dict)

    def add(self, other: Survey) -> None:
        """Count another one in."""
        for name in ("residents", "people", "households", "foreigners", "outsiders", "protected"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        _sum(self.sizes, other.sizes)
        _sum(self.marks, other.marks)
        for one, two in (
            (self.pyramid, other.pyramid), (self.foreign, other.foreign), (self.events, other.events)
        ):  # fmt: skip
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
            # Who has announced to leave is a resident until the day; the row of that day counts.
            announced = row.values["idojiyu"] in LEAVING and row.values["juminjotai"] == LIVING
            if BEGIN <= row.at.date() < END and not announced:
                month = found.events.setdefault(f"{row.at:%Y-%m}", {})
                reason = row.values["idojiyu"]
                month[reason] = month.get(reason, 0) + 1
        if one.living_on(END):
            _resident(found, one)
    for outsider in shard.outsiders:
        if outsider.persona:
            found.personas.setdefault(str(outsider.persona), []).append(outsider.number)
    for home in shard.households:
        size = sum(member.living_on(END) and member.home is home for member in home.members)
        if size:
            found.households += 1
            _sum(found.sizes, {str(size): 1})
            _sum(found.marks, {"headless": int(home.headless)})
    _marks(found, shard)
    return found


def _resident(found: Survey, one: Person) -> None:
    found.residents += 1
    found.foreigners += one.foreign
    band = str(min(TOP, one.age(END) // BAND * BAND))
    _sum(found.pyramid.setdefault(one.sex, {}), {band: 1})
    if one.foreign:
        _sum(found.foreign.setdefault(one.sex, {}), {band: 1})


def _marks(found: Survey, shard: Shard) -> None:
    """What a municipality has to take care with, of those who live in it on the last day."""
    held, helped, cared = holders(shard), relief(shard), applications(shard)
    kokuho, koki = periods(shard, KOKUHO), periods(shard, KOKI)
    for one in shard.residents(END):
        values = one.values
        kind = _PROTECTED.get(one.protections[-1].kind) if one.protections else None
        certificate = held.get(one.number)
        true = {
            "alias": values.get("tsusho"), "former-name": values.get("kyuuji"),
            "unknown-birth": values.get("seinengappi_fushofuragu") == "1",
            "disabled": certificate and certificate.latest.state == HELD,
            "assisted": any(one.end == NEVER for one in helped.get(one.number, ())),
            "cared": any(one.holds(END) for one in cared.get(one.number, ())),
            "kokuho": any(one.end == NEVER for one in kokuho.get(one.number, ())),
            "koki": any(one.end == NEVER for one in koki.get(one.number, ())),
        }  # fmt: skip
        _sum(found.marks, {name: int(bool(value)) for name, value in true.items()})
        _sum(found.marks, {name: int(name == kind) for name in _PROTECTED.values()})
    _sum(found.marks, {"hidden": sum(one.hidden for one in shard.outsiders)})


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
