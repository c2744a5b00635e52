"""Premiums of 介護保険, 国民健康保険 and 後期高齢者医療: assessed once a year on the incomes that the tax rests on.

Rates are those of a typical ordinance. An assessment is a series of states (本算定, then 更正 when somebody joins, leaves
or declares an income), and its instalments follow each state, so that they always come to the premium of the year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from renkei.town.due import Due
from renkei.town.income import income
from renkei.town.inhabitant import Assessment, assessments
from renkei.town.instalment import OCCASIONAL, split, term
from renkei.town.insurance import Period
from renkei.town.person import NEVER, Person, Values
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, anniversary, members

YEARS = (2024, 2025)
DECIDED, UNDECLARED, ASKED, NOTHING = "1", "2", "3", "4"
FIRST, MORE, LESS = "01", "02", "03"
_NORMAL = tuple(f"{n:02d}" for n in range(1, 9))
_PENSION = tuple(f"{20 + n}" for n in range(1, 7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a person's income for a year: ``judged`` is the 所得判定区分, ``total`` 合計所得金額."""

    judged: str
    taxed: bool = False
    total: int = 0
    pension: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An assessment from a moment on: its amount for the year, the reason, and what else its row says."""

    at: dt.datetime
    amount: int
    reason: str
    values: Values


@dataclass(slots=True, kw_only=True, eq=False)
class Premium:
    """One notice: who pays, for which insured person or household, its states and instalments."""

    service: str
    kind: str
    year: int
    notice: str
    holder: Person
    insured: str = ""
    household: str = ""
    withheld: bool = False
    states: list[State] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)


def standing(shard: Shard, one: Person, year: int, at: dt.datetime) -> Standing:
    """What the town knows at a moment: what another town taxes has to be asked for, which takes two months."""
    index: dict[tuple[str, int], Assessment] | None = shard.facts.get("taxed")
    if index is None:
        index = shard.facts["taxed"] = {(case.holder.number, case.year): case for case in assessments(shard)}
    case = index.get((one.number, year))
    if case is None and one.age(dt.date(year, 1, 1)) < 18:
        return Standing(judged=NOTHING)
    if case is None or case.elsewhere or case.income is None:
        entered = next((row.at for row in one.rows if row.at.date() > dt.date(year, 1, 1)), one.rows[0].at)
        if at < entered + dt.timedelta(days=60):
            return Standing(judged=ASKED)
        earned = income(one, year)
        return Standing(judged=DECIDED, taxed=earned.total > 450_000, total=earned.total, pension=earned.pension)
    if not case.declared:
        return Standing(judged=UNDECLARED)
    earned = case.income
    judged = DECIDED if earned.total or earned.pension else NOTHING
    return Standing(judged=judged, taxed=case.last.status in ("1", "2"), total=earned.total, pension=earned.pension)


def household(shard: Shard, one: Person, year: int, at: dt.datetime) -> list[Standing]:
    """The standings of everybody under the roof of a person at a moment."""
    values = one.on(at.date())
    there = members(shard, values["setaibango"], at) if values else []
    return [standing(shard, other, year, at) for other in (there or [one])]


def judged(known: Iterable[Standing]) -> str:
    """所得判定区分 of several people together: one who is undeclared leaves all of them undecided."""
    found = {one.judged for one in known}
    for kind in (UNDECLARED, ASKED, DECIDED):
        if kind in found:
            return kind
    return NOTHING


def reduction(known: Sequence[Standing], count: int) -> str:
    """軽減区分 by the income of the household; it is left open while an income is unknown."""
    if judged(known) in (UNDECLARED, ASKED):
        return "9"
    total = sum(one.total for one in known)
    for kind, each in (("7", 0), ("5", 305_000), ("2", 560_000)):
        if total <= 430_000 + each * count:
            return kind
    return "0"


def months(begin: dt.date, end: dt.date, year: int) -> int:
    """Months of a 年度 that are charged: from that of the acquisition to the one before that of the loss."""
    start, stop = year * 12 + 3, year * 12 + 15
    first = max(begin.year * 12 + begin.month - 1, start)
    last = stop if end == NEVER else min(end.year * 12 + end.month - 1, stop)
    return max(0, last - first)


def until_75(one: Person, end: dt.date) -> dt.date:
    """The end of being insured as it is known beforehand: not later than the 75th birthday."""
    return min(end, anniversary(one.born, 75))


def first_day(year: int) -> dt.datetime:
    """本算定."""
    return dt.datetime(year, 7, 10, 10)


def last_day(year: int) -> dt.datetime:
    """After this moment a year's assessment is no longer changed here."""
    return min(dt.datetime(year + 1, 3, 30, 15), LIMIT)


def assess(made: Premium, moments: Iterable[dt.datetime], state: Callable[[dt.datetime], State]) -> Premium:
    """Assess a premium at each of the moments: its states are those that change something, its instalments follow."""
    for at in sorted(set(moments)):
        now = state(at)
        before = made.states[-1] if made.states else None
        if before is None or before.amount != now.amount or before.values != now.values:
            reason = FIRST if before is None else MORE if now.amount >= before.amount else LESS
            made.states.append(replace(now, reason=reason))
    made.dues = list(instalments(made))
    return made


def answered(first: dt.datetime, year: int, *, asked: bool) -> Iterator[dt.datetime]:
    """The moment of the answer about an income that had to be asked for."""
    if asked and first + dt.timedelta(days=62) <= last_day(year):
        yield first + dt.timedelta(days=62)


def charged(period: Period, year: int, at: dt.datetime) -> int:
    """Months of a 年度 that a person is charged for, as it is known at a moment."""
    return months(period.begin, period.end if period.ended <= at else NEVER, year)


def begun(period: Period, year: int) -> dt.datetime | None:
    """When a person is first assessed for a year, None when there is nothing to charge."""
    first = max(first_day(year), period.at + dt.timedelta(days=20))
    return first if first <= last_day(year) and charged(period, year, first) else None


def lost(period: Period, first: dt.datetime, year: int) -> Iterator[dt.datetime]:
    """The moment of a loss within the year."""
    ended = period.ended + dt.timedelta(days=3) if period.end != NEVER else dt.datetime.max
    if first < ended <= last_day(year):
        yield ended


def instalments(premium: Premium) -> Iterator[Due]:
    """The instalments of a premium, and what became of each with every state."""
    first, year = premium.states[0], premium.year
    codes = _codes(premium, first.at.date())
    amounts = dict(zip(codes, split(first.amount, len(codes)), strict=True))
    raised = dict.fromkeys(codes, first.at)
    start = dict(amounts)
    changes: dict[str, list[tuple[dt.datetime, int]]] = {code: [] for code in codes}
    for state in premium.states[1:]:
        before = dict(amounts)
        _shift(premium, state, amounts)
        for code, amount in amounts.items():
            if code not in before:
                raised[code], start[code], changes[code] = state.at, amount, []
            elif amount != before[code]:
                changes[code].append((state.at, amount))
    for code, amount in start.items():
        yield Due(
            service=premium.service, holder=premium.holder.number, year=year, kind=premium.kind, notice=premium.notice,
            period=code, raised=raised[code], due=term(premium.service, premium.kind, year, code).due, amount=amount,
            changes=tuple(changes[code]), household=premium.household, insured=premium.insured,
            withheld=premium.withheld and code != OCCASIONAL,
        )  # fmt: skip


def _codes(premium: Premium, day: dt.date) -> list[str]:
    schedule = _PENSION if premium.withheld else _NORMAL
    wanted = day + dt.timedelta(days=12)
    left = [
        code for code in schedule if term(premium.service, premium.kind, premium.year, code).due >= wanted
    ]  # fmt: skip
    return left or [OCCASIONAL]


def _shift(premium: Premium, state: State, amounts: dict[str, int]) -> None:
    """Bring the instalments to the amount of a state: the last ones first, what is due no more out of turn."""
    difference = state.amount - sum(amounts.values())
    if difference > 0:
        open_ = [
            code
            for code in amounts
            if term(premium.service, premium.kind, premium.year, code).due > state.at.date()
            and (code != OCCASIONAL or not premium.withheld)
        ]
        code = open_[-1] if open_ and not premium.withheld else OCCASIONAL
        amounts[code] = amounts.get(code, 0) + difference
        return
    for code in reversed(list(amounts)):
        taken = min(amounts[code], -difference)
        amounts[code] -= taken
        difference += taken
