"""Schools: which one a child goes to, in which year of it, and every change of that; for 017 and 018.

Who is six on the first of April begins on it (born until the 1st, by the counting of ages the 2nd of April being the first
of the next year). The register is made up in October of the year before (学校教育法施行令 第2条).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town import name
from renkei.town.history import BEGIN
from renkei.town.person import DEAD, LIVING, Household, Person, Row, Values
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, members, soon

ELEMENTARY, JUNIOR = "01", "02"
# A school year begins on the first of April; the register is turned to it by the last batch of the year before.
BEGINS, TURN = dt.time(8, 45), dt.time(19, 30)
# Code, name, kana, kind, the 町字 (first four digits) that belong to it.
SCHOOLS = (
    ("B199210000012", "連携市立本町小学校", "レンケイシリツホンチョウショウガッコウ", ELEMENTARY, ("0001", "0002", "0007")),
    ("B199210000021", "連携市立緑が丘小学校", "レンケイシリツミドリガオカショウガッコウ", ELEMENTARY, ("0003", "0005", "0008")),
    ("B199210000030", "連携市立港南小学校", "レンケイシリツコウナンショウガッコウ", ELEMENTARY, ("0004", "0006")),
    ("C199210000010", "連携市立第一中学校", "レンケイシリツダイイチチュウガッコウ", JUNIOR, ("0001", "0002", "0004", "0006", "0007")),
    ("C199210000029", "連携市立緑が丘中学校", "レンケイシリツミドリガオカチュウガッコウ", JUNIOR, ("0003", "0005", "0008")),
)  # fmt: skip
ENROLLED, DUE, DONE, LEFT, DIED = "1", "2", "3", "4", "8"
NEW, CAME, MOVED, CHANGED, FINISHED, DEATH, OTHER = "01", "02", "03", "04", "07", "09", "10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A state of a child at school from a moment on; ``assigned`` is the school of the district."""

    at: dt.datetime
    state: str
    reason: str
    junior: bool
    grade: int
    school: str
    assigned: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The years of one child: the year of entry, the steps, and when the register drops it for leaving the country."""

    one: Person
    entry: int
    steps: tuple[Step, ...]
    dropped: dt.datetime | None = None


@functools.cache
def school(code: str, kind: str) -> str:
    """The school of a 町字."""
    for number, _, _, own, towns in SCHOOLS:
        if own == kind and code[:4] in towns:
            return number
    return next(number for number, _, _, own, _ in SCHOOLS if own == kind)


def title(code: str) -> str:
    """The name of a school."""
    return next(called for number, called, *_ in SCHOOLS if number == code)


def entry_year(born: dt.date) -> int:
    """The year in whose April a child begins."""
    return born.year + 6 + ((born.month, born.day) >= (4, 2))


def courses(shard: Shard) -> list[Course]:
    """Every Japanese child of school age in the ten years."""
    found: list[Course] | None = shard.facts.get("courses")
    if found is None:
        found = shard.facts["courses"] = []
        for one in shard.people:
            entry = entry_year(one.born)
            if BEGIN.year - 9 < entry <= LIMIT.year and not one.foreign:
                steps, dropped = _Walk(one, entry).steps()
                if steps:
                    found.append(Course(one=one, entry=entry, steps=steps, dropped=dropped))
    return found


def parent(shard: Shard, one: Person, at: dt.datetime) -> tuple[Person, str]:
    """The guardian of a moment, who lives with the child, and the relation: a parent, else the eldest of the household."""
    values = one.on(at.date()) or one.rows[0].values
    there = [other for other in members(shard, values["setaibango"], at) if other is not one]
    for other, relation in ((one.father, "父"), (one.mother, "母")):
        if other is not None and other in there:
            return other, relation
    grown = [other for other in there if other.age(at.date()) >= 18]
    if grown:
        eldest = min(grown, key=lambda other: other.born)
        return eldest, "母" if one.mother is eldest else "その他"
    home: Household | None = one.home
    return (one.mother or one.father or (home.members[0] if home else one)), "その他"


class _Walk:
    """Follows one child through the years and the rows of 001."""

    def __init__(self, one: Person, entry: int) -> None:
        self._one = one
        self._entry = entry
        self._steps: list[Step] = []
        self._dropped: dt.datetime | None = None
        self._school = ""

    def steps(self) -> tuple[tuple[Step, ...], dt.datetime | None]:
        """All steps, in order of time."""
        rows = [row for row in self._one.rows if row.at <= LIMIT]
        begin = max(dt.datetime(self._entry - 1, 10, 20, 9), dt.datetime.combine(BEGIN, dt.time(9, 30)))
        times = [(row.at, row) for row in rows]
        dates: list[tuple[dt.datetime, Row | None]] = [(at, None) for at in self._dates() if at >= begin]
        living: Values | None = None
        begun = False
        for at, row in sorted([(begin, None), *dates, *times], key=lambda pair: pair[0]):
            if row is not None:
                self._row(at, row, living, begin)
                living = row.values if row.values["juminjotai"] == LIVING else None
            elif living is not None:
                self._date(at, living, first=not begun and at == begin)
            begun = begun or at >= begin
        return tuple(self._steps), self._dropped

    def _dates(self) -> Iterator[dt.datetime]:
        """The first of every April at school, and the days of leaving each school."""
        for year in range(self._entry, self._entry + 9):
            yield dt.datetime.combine(dt.date(year, 4, 1), BEGINS)
        yield dt.datetime(self._entry + 6, 3, 19, 15)
        yield dt.datetime(self._entry + 9, 3, 12, 15)

    def _date(self, at: dt.datetime, values: Values, *, first: bool) -> None:
        if at >= dt.datetime(self._entry + 9, 4, 1):
            return None
        if at.month == 3:
            return self._add(at, DONE, FINISHED, values, keep=True)
        if at.month == 4 and at.day == 1 and not first:
            grade = at.year - self._entry + 1
            new = grade in (1, 7)
            return self._add(at, ENROLLED, NEW if new else OTHER, values, keep=not new)
        young = at < dt.datetime(self._entry, 4, 1)
        return self._add(at, DUE if young else ENROLLED, NEW if young else OTHER, values)

    def _row(self, at: dt.datetime, row: Row, before: Values | None, begin: dt.datetime) -> None:
        values = row.values
        known = (bool(self._steps) and self._steps[-1].state in (ENROLLED, DUE)) or (
            bool(self._steps) and self._steps[-1].state == DONE and at < dt.datetime(self._entry + 9, 3, 1)
        )  # fmt: skip
        if at < begin or at >= dt.datetime(self._entry + 9, 3, 1):
            return
        if values["juminjotai"] == LIVING and before is None:
            self._dropped = None
            state = DUE if at < dt.datetime(self._entry, 4, 1) else ENROLLED
            self._add(at + dt.timedelta(hours=1), state, CAME, values)
        elif known and values["juminjotai"] == DEAD:
            self._add(at + dt.timedelta(hours=1), DIED, DEATH, values, keep=True)
        elif known and values["juminjotai"] != LIVING:
            to = values.get("tenshutsusakijusho_kakutei_shikuchosonkodo", "")
            if to:
                self._add(at + dt.timedelta(hours=1), LEFT, MOVED, values, keep=True, to=to)
            else:
                self._dropped = at + dt.timedelta(hours=1)
        elif known and self._assigned(values, self._steps[-1].junior) != self._steps[-1].assigned:
            stays = self._one.chance(f"school/{at}") < 0.5
            self._add(
                at + dt.timedelta(hours=1), self._steps[-1].state, OTHER if stays else CHANGED, values, keep=stays
            )

    def _assigned(self, values: Values, junior: bool) -> str:
        return school(values.get("jusho_choazakodo", ""), JUNIOR if junior else ELEMENTARY)

    def _add(
        self, at: dt.datetime, state: str, reason: str, values: Values, *, keep: bool = False, to: str = ""
    ) -> None:
        year = at.year - (at.month < 4)
        grade = max(1, year - self._entry + 1)
        junior = grade > 6
        assigned = self._assigned(values, junior)
        last = self._steps[-1] if self._steps else None
        self._school = last.school if keep and last is not None and last.junior == junior else assigned
        self._steps.append(Step(
            at=at, state=state, reason=reason, junior=junior, grade=grade - 6 if junior else grade, school=self._school,
            assigned=assigned, to=to,
        ))  # fmt: skip


def at_school(course: Course, day: dt.date) -> Step | None:
    """Where a child is at school on a day, None when at none of the town."""
    found = None
    for step in course.steps:
        if step.at.date() > day:
            break
        found = step
    if course.dropped is not None and course.dropped.date() <= day:
        return None
    return found if found is not None and found.state == ENROLLED else None


def addresses(code: str) -> Values:
    """The address of a school."""
    place = name.table("places")
    town = next(row for row in place["towns"] if school(row[0], JUNIOR if code[0] == "C" else ELEMENTARY) == code)
    return {
        "gakko_shikuchosonkodo": f"{place['city_prefix']}8", "gakko_choazakodo": town[0], "gakko_todofuken": place["prefecture"],
        "gakko_shikugunchosonmei": place["city"], "gakko_choaza": town[1], "gakko_banchigohyoki": "１０番１号",
        "gakko_yubinbango": town[2],
    }  # fmt: skip


def sent(one: Person, day: dt.date, topic: str) -> dt.datetime:
    """When a notice is sent: in office hours of a weekday."""
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return soon(one, day, topic)
