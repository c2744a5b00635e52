"""When taxes and premiums fall due: their kinds, the instalments of a year, fees and the rates of late charges.

Dates are those of a typical ordinance; one that falls on a weekend or in the first days of January moves to the next
weekday (地方税法 第20条の5).
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

YEARS = (2023, 2024, 2025)
# Years of which only unpaid dues are left (滞納繰越分).
EARLIER = (2018, 2019, 2020)
FEE = 100
# 延滞金の割合, 特例基準割合 of the three years: within a month of the due date, and after it.
RATE_FIRST, RATE_LATER = "2.4", "8.7"
_PER_MILLE = (24, 87)
OCCASIONAL = "90"
_KINDS = {
    "01": ("個人住民税（普通徴収）", "個住普", "010", 4),
    "02": ("個人住民税（特別徴収）", "個住特", "010", 12),
    "03": ("法人住民税", "法住", "011", 3),
    "04": ("固定資産税・都市計画税", "固定", "012", 4),
    "05": ("固定資産税（償却資産）", "償却", "012", 4),
    "06": ("軽自動車税（種別割）", "軽自", "013", 1),
}
# Service and kind: (period, month, day); a month before April is of the next year.
_HALF_YEAR = tuple((f"{n:02d}", (n + 5) % 12 + 1, 31) for n in range(1, 9))
# What is withheld from a pension (年金特別徴収) is paid in by the 10th of the month after it.
_PENSION = tuple((f"{20 + n}", (2 * n + 2) % 12 + 1, 10) for n in range(1, 7))
_SCHEDULES = {
    ("010", "01"): (("01", 6, 30), ("02", 8, 31), ("03", 10, 31), ("04", 1, 31)),
    ("010", "02"): (
        *((f"{n:02d}", (n + 5) % 12 + 1, 10) for n in range(1, 13)),
        *((f"{20 + n}", (2 * n + 2) % 12 + 1, 10) for n in range(1, 7)),
    ),
    ("011", "03"): (("01", 3, 31), ("02", 3, 31), ("03", 3, 31)),
    ("012", "04"): (("01", 4, 30), ("02", 7, 31), ("03", 12, 25), ("04", 2, 28)),
    ("012", "05"): (("01", 4, 30), ("02", 7, 31), ("03", 12, 25), ("04", 2, 28)),
    ("013", "06"): (("01", 5, 31),),
    ("023", "09"): (*_HALF_YEAR, *_PENSION),
    ("024", "08"): _HALF_YEAR,
    ("025", "10"): (*_HALF_YEAR, *_PENSION),
    ("028", "11"): tuple((f"{n:02d}", (n + 2) % 12 + 1, 31) for n in range(1, 13)),
}  # fmt: skip
_CORPORATE = {"01": "確定申告", "02": "中間申告", "03": "修正・更正"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of tax (税目)."""

    code: str
    name: str
    short: str
    service: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One instalment of a year: from when to when it is paid. ``occasional`` ones are for dues out of turn (随時)."""

    service: str
    kind: str
    year: int
    period: str
    name: str
    occasional: bool
    begin: dt.date
    due: dt.date


def kinds() -> list[Kind]:
    """The kinds of tax of the town."""
    return [
        Kind(code=code, name=name, short=short, service=service, count=count)
        for code, (name, short, service, count) in _KINDS.items()
    ]


@functools.cache
def business(day: dt.date) -> dt.date:
    """The day itself, or the next one on which offices and banks are open."""
    while day.weekday() > 4 or (day.month == 1 and day.day < 4) or (day.month == 12 and day.day > 30):
        day += dt.timedelta(days=1)
    return day


@functools.cache
def term(service: str, kind: str, year: int, period: str) -> Term:
    """One instalment; raises KeyError when the year has none of that period."""
    return _year(service, kind, year)[period]


@functools.cache
def _year(service: str, kind: str, year: int) -> dict[str, Term]:
    found = {}
    for period, month, day in _SCHEDULES[service, kind]:
        falls = year + 1 if _next_year(kind, period, month) else year
        last = (dt.date(falls + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
        due = business(dt.date(falls, month, min(day, last)))
        found[period] = _term(service, kind, year, period, due)
    end = business(dt.date(year + 1, 3, 31))
    found[OCCASIONAL] = _term(service, kind, year, OCCASIONAL, end)
    return found


def _next_year(kind: str, period: str, month: int) -> bool:
    """Whether an instalment falls into the calendar year after; withholding from wages runs to June."""
    withheld = kind == "02" and period < "20" and month < 7
    return month < 4 or withheld


def _term(service: str, kind: str, year: int, period: str, due: dt.date) -> Term:
    occasional = period == OCCASIONAL or service == "011"
    name = _CORPORATE.get(period, "随時") if occasional else f"第{_wide(int(period))}期"
    if (kind == "02" or period > "20") and not occasional:
        month = (due.month + 10) % 12 + 1
        name = f"{_wide(month)}月分" if period < "20" else f"年金{_wide(month)}月分"
    begin = dt.date(year, 4, 1) if occasional else due.replace(day=1)
    return Term(
        service=service, kind=kind, year=year, period=period, name=name, occasional=occasional, begin=begin, due=due
    )  # fmt: skip


def _wide(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))


def schedule() -> list[Term]:
    """The instalments of every kind and year, for the master of them (期別マスタ)."""
    return [
        one
        for service, kind in _SCHEDULES
        for year in (*EARLIER, *YEARS)
        for one in _year(service, kind, year).values()
    ]


def demand_day(due: dt.date) -> dt.date:
    """The day on which letters of demand for an instalment go out: within 20 days of the due date (地方税法 第329条)."""
    return business(due + dt.timedelta(days=18))


def late_charge(amount: int, due: dt.date, paid: dt.date) -> int:
    """延滞金 of what was paid after its due date: thousands are charged, hundreds are due, less than 1,000 is not."""
    base = amount // 1000 * 1000
    if paid <= due or base < 2000:
        return 0
    days = (paid - due).days
    first = min(days, 31)
    charge = base * (_PER_MILLE[0] * first + _PER_MILLE[1] * (days - first)) // 365_000
    return charge // 100 * 100 if charge >= 1000 else 0


def split(amount: int, count: int, unit: int = 100) -> list[int]:
    """An amount in so many instalments: equal ones in whole units, the rest with the first."""
    each = amount // count // unit * unit
    return [amount - each * (count - 1), *[each] * (count - 1)]
