"""Pregnancies: every birth and stillbirth of the town had one, and some are not over yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town import vital
from renkei.town.cells import HOSPITALS, digits, left_at, within
from renkei.town.history import END
from renkei.town.person import FEMALE, MALE, Person
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, soon

TERM = 280
EXPECTING, LEAVING_TO_BEAR = 0.10, 0.12
NEVER = dt.date(9999, 12, 31)
VAGINAL, CAESAREAN, ASSISTED = "1", "2", "3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pregnancy:
    """One pregnancy: ``since`` is the first day of the last period, ``noted`` when the town was told, ``ended`` the birth.

    ``kind`` is 届出区分 (1 first, 2 told after moving in); ``order`` counts the mother's births.
    """

    number: str
    mother: Person
    father: Person | None
    since: dt.date
    due: dt.date
    noted: dt.datetime
    kind: str
    order: int
    child: Person | None = None
    ended: dt.date = NEVER
    stillborn: bool = False
    away: bool = False

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.ended != NEVER

    @property
    def days(self) -> int:
        """Days of gestation at the end."""
        return (self.ended - self.since).days

    @property
    def hospital(self) -> tuple[str, str]:
        """Where she goes: code and name."""
        return HOSPITALS[int(self.mother.chance(f"ward/{self.number}") * 2)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is measured at a birth."""

    weeks: int
    days: int
    grams: int
    height: str
    head: str
    chest: str
    way: str
    place: str


def delivery(child: Person) -> Delivery:
    """The measures of a child born in the town; they follow from each other."""
    days = gestation(child)
    grams = int(3_050 + (days - 276) * 22 + (child.chance("grams") - 0.5) * 1_000)
    height = 49.0 + (grams - 3_050) / 500
    drawn = child.chance("way")
    return Delivery(
        weeks=days // 7, days=days % 7, grams=grams, height=f"{height:.1f}", head=f"{33 + (grams - 3_050) / 900:.1f}",
        chest=f"{32 + (grams - 3_050) / 700:.1f}", way=VAGINAL if drawn < 0.74 else CAESAREAN if drawn < 0.93 else ASSISTED,
        place=HOSPITALS[int(child.chance("born/at") * 2)][1],
    )  # fmt: skip


def gestation(child: Person) -> int:
    """Days of gestation of a child."""
    drawn = child.chance("gestation")
    return 230 + int(drawn * 500) if drawn < 0.05 else 262 + int(drawn * 26)


def pregnancies(shard: Shard) -> list[Pregnancy]:
    """The pregnancies that the town was told of, mothers in order."""
    found: list[Pregnancy] | None = shard.facts.get("pregnancies")
    if found is None:
        found = list(_ended(shard))
        found += _expecting(shard, list(found))
        shard.facts["pregnancies"] = found
    return found


def of_child(shard: Shard) -> dict[str, Pregnancy]:
    """Pregnancies by the 宛名番号 of the child."""
    found: dict[str, Pregnancy] | None = shard.facts.get("pregnancy/child")
    if found is None:
        found = shard.facts["pregnancy/child"] = {
            case.child.number: case for case in pregnancies(shard) if case.child is not None
        }
    return found


def _ended(shard: Shard) -> Iterator[Pregnancy]:
    births: dict[str, int] = {}
    last: dict[str, dt.date] = {}
    for event in sorted(vital.events(shard), key=lambda event: event.at):
        mother = event.mother
        if mother is None or event.kind not in (vital.BIRTH, vital.STILLBIRTH):
            continue
        still = event.kind == vital.STILLBIRTH
        days = 100 + int(mother.chance(f"still/{event.day}") * 120) if still else gestation(event.one)
        since = event.day - dt.timedelta(days=days)
        births[mother.number] = births.get(mother.number, 0) + (not still)
        if since <= last.get(mother.number, dt.date.min) or (still and _soon_again(shard, mother, event.day)):
            continue
        last[mother.number] = event.day
        child = None if still else event.one
        yield from _case(mother, event.father, since, births[mother.number], child, event.day, stillborn=still)


def _soon_again(shard: Shard, mother: Person, day: dt.date) -> bool:
    """Whether a child was born too near to a stillbirth for both to be."""
    days = [event.day for event in vital.events(shard) if event.kind == vital.BIRTH and event.mother is mother]
    return any(abs((day - other).days) < 420 for other in days)


def _expecting(shard: Shard, over: list[Pregnancy]) -> Iterator[Pregnancy]:
    busy = {case.mother.number: case.ended for case in over}
    for one in shard.people:
        if one.sex != FEMALE or one.spouse is None or one.persona or one.chance("expects") >= EXPECTING:
            continue
        since = END - dt.timedelta(days=60 + int(one.chance("since") * 200))
        young = 20 <= one.age(END) <= 42 and since > busy.get(one.number, dt.date.min) + dt.timedelta(days=90)
        if young and one.living_on(since) and one.living_on(END):
            born = sum(case.mother is one for case in over)
            yield from _case(one, one.spouse if one.spouse.sex == MALE else None, since, born + 1, None, NEVER)


def _case(
    mother: Person, father: Person | None, since: dt.date, order: int, child: Person | None, ended: dt.date, *,
    stillborn: bool = False,
) -> Iterator[Pregnancy]:  # fmt: skip
    """One pregnancy, if she lived here before it ended and was here to tell of it."""
    told = since + dt.timedelta(days=56 + int(mother.chance(f"told/{since}") * 28))
    noted, kind = soon(mother, told, "told"), "1"
    if not within(mother, noted):
        came = next((row.at for row in mother.rows if row.at > noted and row.values["juminjotai"] == "1"), LIMIT)
        noted, kind = came + dt.timedelta(days=6), "2"
    if noted.date() >= min(ended, LIMIT.date()) or noted >= min(left_at(mother, noted), LIMIT):
        return
    yield Pregnancy(
        number=f"{since:%y%m}{digits(mother.number)}", mother=mother, father=father, since=since,
        due=since + dt.timedelta(days=TERM), noted=noted, kind=kind, order=order, child=child, ended=ended,
        stillborn=stillborn, away=mother.chance(f"away/{since}") < LEAVING_TO_BEAR,
    )  # fmt: skip
