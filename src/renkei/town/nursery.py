"""保育: which children of 0 to 5 are in which kindergarten or nursery, since when, and what their parents pay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town.allowance import award_parent
from renkei.town.person import NEVER, Person
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, Stay, anniversary, fiscal, soon, stays

KINDERGARTEN, NURSERY, CENTRE, SMALL = "01", "02", "03", "05"
# 施設番号, name, kind; those of the town do not exist.
PLACES = (
    ("9930180000001", "連携第一保育園", NURSERY), ("9930180000002", "東雲保育園", NURSERY),
    ("9930180000003", "港南みなと保育園", NURSERY), ("9930180000004", "連携こども園", CENTRE),
    ("9930180000005", "若葉小規模保育室", SMALL), ("9930180000006", "連携幼稚園", KINDERGARTEN),
    ("9930180000007", "みどり幼稚園", KINDERGARTEN),
)  # fmt: skip
OPEN = dt.date(2020, 4, 1)
CAME_LATELY = 34


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """A child in one place from a day to a day; ``needed`` tells a nursery (2号・3号) from a kindergarten (1号)."""

    child: Person
    parent: Person
    number: str
    place: tuple[str, str, str]
    applied: dt.datetime
    begin: dt.date
    end: dt.date
    left: dt.datetime
    needed: bool
    moved: bool
    full: bool

    @property
    def entered(self) -> dt.datetime:
        """When the register has the child: as one who is to come, days before."""
        day = self.begin - dt.timedelta(days=12)
        return max(self.applied + dt.timedelta(hours=6), soon(self.child, day, "nursery/entered"))


def attendances(shard: Shard) -> list[Attendance]:
    """Every attendance of the shard."""
    found: list[Attendance] | None = shard.facts.get("nursery")
    if found is None:
        found = shard.facts["nursery"] = []
        for child in shard.people:
            if child.born > dt.date(OPEN.year - 6, 4, 1):
                found.extend(_attend(shard, child, len(found)))
    return found


def school(child: Person) -> dt.date:
    """The 1st of April on which a child starts school."""
    return dt.date(fiscal(anniversary(child.born, 6) - dt.timedelta(days=1)) + 1, 4, 1)


def _attend(shard: Shard, child: Person, count: int) -> Iterator[Attendance]:
    known: list[Stay] = stays(shard)[child.number]
    if not known:
        return
    stay = known[-1]
    lately = child.persona == CAME_LATELY
    needed = lately or child.chance("nursery/needed") < 0.62
    start = child.born + dt.timedelta(days=200 + int(child.chance("nursery/start") * 800))
    if not needed:
        start = max(start, anniversary(child.born, 3))
    begin = (
        dt.date(2026, 4, 1)
        if lately
        else _first(max(start, stay.begin + dt.timedelta(days=20), OPEN), back=child.chance("nursery/month"))
    )
    last = min(school(child) - dt.timedelta(days=1), stay.end)
    applied = dt.datetime(2026, 3, 4, 11) if lately else max(
        soon(child, begin - dt.timedelta(days=75), "nursery"), stay.entered + dt.timedelta(hours=3)
    )  # fmt: skip
    if begin >= last or applied > LIMIT:
        return
    parent = award_parent(shard, child, applied)
    if parent is None:
        return
    kinds = (NURSERY, CENTRE, SMALL) if needed else (KINDERGARTEN, CENTRE)
    young = child.age(begin) < 3
    fitting = [place for place in PLACES if place[2] in kinds and (young or place[2] != SMALL)]
    moved = stay.end != NEVER and last == stay.end
    yield Attendance(
        child=child, parent=parent, number=f"{shard.number * 4000 + count + 1:015d}",
        place=fitting[int(child.chance("nursery/place") * len(fitting))], applied=applied, begin=begin, end=last,
        left=stay.left + dt.timedelta(hours=5) if moved else soon(child, last, "nursery/left"), needed=needed,
        moved=moved, full=child.chance("nursery/full") < 0.7,
    )  # fmt: skip


def _first(day: dt.date, *, back: float) -> dt.date:
    """Most children enter on the 1st of April, the others on the 1st of another month."""
    april = dt.date(fiscal(day - dt.timedelta(days=1)) + 1, 4, 1)
    months = (day + dt.timedelta(days=30)).replace(day=1)
    return april if back < 0.7 else min(months, april)
