"""児童扶養手当: parents who bring up children alone, with the months, the income test of every year and the amount."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town.allowance import award_parent
from renkei.town.disability import holders
from renkei.town.income import income
from renkei.town.person import NEVER, Person
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, Stay, anniversary, fiscal, month, soon, stays

OPEN = dt.date(2020, 4, 1)
WHOLE, PART, STOPPED = "1", "2", "3"
CAME_LATELY = 34
FIRST, NEXT = 46_690, 11_030


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """The income test of a year: total and deductions in yen, and what it comes to."""

    year: int
    at: dt.datetime
    begin: dt.date
    total: int
    support: int
    deducted: int
    kind: str

    @property
    def judged(self) -> int:
        """判定所得額: 80 % of the maintenance counts."""
        return self.total + self.support * 8 // 10 - self.deducted


@dataclass(frozen=True, slots=True, kw_only=True)
class Lone:
    """One certificate (証書): the parent, the children, from when to when."""

    one: Person
    number: str
    children: tuple[Person, ...]
    claimed: dt.datetime
    begin: dt.date
    end: dt.date
    ended: dt.datetime
    reason: str
    tests: tuple[Test, ...]

    def amount(self, kind: str, on: dt.date) -> int:
        """手当月額 for the children who are still counted."""
        count = len(self.counted(on))
        if kind == STOPPED or not count:
            return 0
        whole = FIRST + NEXT * (count - 1)
        return whole if kind == WHOLE else whole * 6 // 10 // 10 * 10

    def counted(self, on: dt.date) -> list[Person]:
        """The children who are counted in a month."""
        return [child for child in self.children if on < last(child)]


def last(child: Person) -> dt.date:
    """The month after the last one: March after the 18th birthday."""
    return dt.date(fiscal(anniversary(child.born, 18) - dt.timedelta(days=1)) + 1, 4, 1)


def lones(shard: Shard) -> list[Lone]:
    """Every certificate of the shard."""
    found: list[Lone] | None = shard.facts.get("lone")
    if found is None:
        found = shard.facts["lone"] = list(_lones(shard))
    return found


def _lones(shard: Shard) -> Iterator[Lone]:
    children: dict[Person, list[Person]] = {}
    for child in shard.people:
        parent = child.mother or child.father
        if parent is None or (child.mother and child.father) or parent.spouse is not None:
            continue
        if stays(shard)[child.number] and stays(shard)[parent.number] and last(child) > OPEN:
            children.setdefault(parent, []).append(child)
    number = shard.number * 4000
    for parent, own in children.items():
        stay = stays(shard)[parent.number][-1]
        made = _lone(shard, parent, own, stay, f"{number + 1:015d}")
        if made:
            number += 1
            yield made


def _lone(shard: Shard, one: Person, own: list[Person], stay: Stay, number: str) -> Lone | None:
    there = [child for child in own if stays(shard)[child.number][-1].begin <= max(stay.begin, OPEN)] or own[:1]
    came = max(stays(shard)[child.number][-1].entered for child in there)
    day = max(stay.begin, OPEN, came.date()) + dt.timedelta(days=10 + int(one.chance("lone") * 400))
    if one.persona == CAME_LATELY:
        day = dt.date(2026, 2, 18)
    at = soon(one, day, "lone")
    until = max(last(child) for child in there)
    end, ended, reason = until, soon(one, until, "lone/end"), "02"
    if stay.end != NEVER and month(stay.end, 1) < until:
        end, ended, reason = month(stay.end, 1), stay.left + dt.timedelta(hours=4), "05" if stay.died else "04"
    begin = month(day, 1)
    if begin >= end or at > LIMIT or at >= ended or award_parent(shard, there[0], at) is not one:
        return None
    tests = tuple(_tests(shard, one, there, begin, end, at))
    return Lone(
        one=one, number=number, children=tuple(there), claimed=at, begin=begin, end=end, ended=ended, reason=reason,
        tests=tests,
    )  # fmt: skip


def _tests(
    shard: Shard, one: Person, children: list[Person], begin: dt.date, end: dt.date, at: dt.datetime
) -> Iterator[Test]:
    """At the claim, and every November after the report of August."""
    day, told = begin, at + dt.timedelta(days=20)
    while day < end and told <= LIMIT:
        year = day.year - (day.month < 11)
        total = income(one, min(max(year, 2023), 2025)).total
        support = int(one.chance(f"lone/support/{year}") * 40) * 12_000 if one.chance("lone/supported") < 0.3 else 0
        deducted = 80_000 + (270_000 if one.number in holders(shard) else 0)
        count = len([child for child in children if day < last(child)])
        judged = total + support * 8 // 10 - deducted
        kind = (
            WHOLE if judged < 690_000 + 380_000 * count else PART if judged < 2_080_000 + 380_000 * count else STOPPED
        )
        yield Test(
            year=year, at=told, begin=day, total=total, support=support, deducted=deducted, kind=kind
        )  # fmt: skip
        day = dt.date(year + 1, 11, 1)
        told = soon(one, dt.date(year + 1, 10, 20), "lone/test")


def limit(kind: str, count: int) -> int:
    """所得制限限度額 of a kind of payment."""
    return (690_000 if kind == WHOLE else 2_080_000) + 380_000 * count
