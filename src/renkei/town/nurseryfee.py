"""保育料: what the parents of a child under three pay a month, by the steps of their 市町村民税所得割額."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town.assistance import relieved
from renkei.town.due import Due, levy
from renkei.town.instalment import term
from renkei.town.nursery import Attendance, attendances
from renkei.town.premium import ASKED, NOTHING, UNDECLARED, YEARS, judged, standing
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, month, serial, soon

SERVICE, KIND = "028", "11"
HIGHEST, UNTAXED, HELPED = "08", "02", "01"
_STEPS = ((48_600, "03", 9_000), (97_000, "04", 20_000), (169_000, "05", 33_000), (301_000, "06", 46_000),
          (397_000, "07", 58_000))  # fmt: skip
TOP = 72_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """The fee of a child from a month to a month: how it was judged, the step, the amounts."""

    attendance: Attendance
    year: int
    begin: dt.date
    end: dt.date
    at: dt.datetime
    judged: str
    levied: int
    step: str
    place: int
    free: bool
    base: int

    @property
    def less(self) -> int:
        """多子軽減額: half for the second child, all for the third."""
        return self.base if self.place >= 3 else self.base // 2 if self.place == 2 else 0

    @property
    def monthly(self) -> int:
        """利用者負担月額."""
        return self.base - self.less


def fees(shard: Shard) -> list[Fee]:
    """The fees of the years, April to August on the tax of the year before, from September on that of the year."""
    found: list[Fee] | None = shard.facts.get("nurseryfees")
    if found is None:
        found = shard.facts["nurseryfees"] = []
        for one in attendances(shard):
            for year in (*YEARS, LIMIT.year):
                for begin, end, taxed in (
                    (dt.date(year, 4, 1), dt.date(year, 8, 1), year - 1),
                    (dt.date(year, 9, 1), dt.date(year + 1, 3, 1), year),
                ):
                    first, last = max(begin, one.begin.replace(day=1)), min(end, one.end.replace(day=1))
                    if first <= last and first <= LIMIT.date():
                        found.append(_fee(shard, one, year, (first, last), taxed))
    return found


def _fee(shard: Shard, one: Attendance, year: int, span: tuple[dt.date, dt.date], taxed: int) -> Fee:
    at = max(soon(one.child, span[0] - dt.timedelta(days=12), "nursery/fee"), one.entered)
    parents = [parent for parent in (one.child.mother, one.child.father) if parent and parent.living_on(at.date())]
    parents = parents or [one.parent]
    kind = judged([standing(shard, parent, taxed, at) for parent in parents])
    cases = shard.facts["taxed"]
    levied = sum(
        cases[parent.number, taxed].last.tax.city_earned for parent in parents if (parent.number, taxed) in cases
    )
    free = not one.needed or one.child.age(dt.date(year, 4, 1)) >= 3
    step, base = _step(kind, levied, helped=relieved(shard, one.parent.number, span[0]))
    return Fee(
        attendance=one, year=year, begin=span[0], end=span[1], at=at, judged=kind, levied=levied, step=step,
        place=_place(shard, one), free=free, base=0 if free else base if one.full else base * 98 // 100 // 100 * 100,
    )  # fmt: skip


def _step(kind: str, levied: int, *, helped: bool) -> tuple[str, int]:
    if kind in (UNDECLARED, ASKED):
        return HIGHEST, TOP
    if helped:
        return HELPED, 0
    if levied == 0 or kind == NOTHING:
        return UNTAXED, 0
    return next(((step, fee) for limit, step, fee in _STEPS if levied < limit), (HIGHEST, TOP))


def _place(shard: Shard, one: Attendance) -> int:
    """兄弟順位 among those of one parent who attend at the same time."""
    older = [
        other
        for other in attendances(shard)
        if other.parent is one.parent and other.child.born < one.child.born and other.end >= one.begin
    ]
    return min(3, 1 + len(older))


@levy
def dues(shard: Shard) -> Iterator[Due]:
    """A due for every month."""
    for one in fees(shard):
        day = one.begin
        while day <= one.end and one.monthly:
            period = f"{(day.month - 4) % 12 + 1:02d}"
            at = max(
                soon(one.attendance.child, day + dt.timedelta(days=2), "nursery/due"), one.at + dt.timedelta(hours=1)
            )
            if at <= LIMIT:
                yield Due(
                    service=SERVICE, holder=one.attendance.parent.number, year=one.year, kind=KIND,
                    notice=f"{one.year}28{serial(shard)[one.attendance.child.number]:010d}", period=period, raised=at,
                    due=term(SERVICE, KIND, one.year, period).due, amount=one.monthly,
                    subject=one.attendance.child.number,
                )  # fmt: skip
            day = month(day, 1)
