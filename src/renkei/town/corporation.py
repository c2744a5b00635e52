"""Corporations of the town and their returns: who employs the residents, owns offices and pays 法人住民税.

A 法人番号 of the town is nobody's: its twelve digits begin with 9999, which is the number of no registry office (登記所) and
no prefix that the tax agency gives itself (they begin with 0000 or 7000); the check digit before them is right.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from renkei.town import name, number
from renkei.town.due import Due, levy
from renkei.town.instalment import YEARS, business
from renkei.town.person import Values
from renkei.town.shard import Shard

FIRST = 70_000_000_000_000
RESERVED = "9999"
_TRADES = (
    ("食品", "ショクヒン"), ("建設", "ケンセツ"), ("運輸", "ウンユ"), ("電機", "デンキ"), ("商事", "ショウジ"), ("印刷", "インサツ"),
    ("水産", "スイサン"), ("製作所", "セイサクショ"), ("介護サービス", "カイゴサービス"), ("不動産", "フドウサン"),
)  # fmt: skip
# 均等割 by the amount of capital, for up to 50 employees and for more.
_FLAT = ((10_000_000, 50_000, 120_000), (100_000_000, 130_000, 150_000), (1_000_000_000, 160_000, 400_000),
         (5_000_000_000, 410_000, 1_750_000))  # fmt: skip
RATE = "6.0"


@dataclass(slots=True, kw_only=True, eq=False)
class Corporation:
    """One corporation: its numbers, name, place and the business year that ends in ``month``."""

    number: str
    hojinbango: str
    managed: str
    designated: str
    name: tuple[str, str]
    head: str
    kind: str
    address: Values
    capital: int
    employees: int
    month: int
    founded: dt.date
    profit: int
    ended: dt.date | None = None
    returns: list[Return] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """One return of a business year (or the correction of one, 修正申告) with what is to be paid on it."""

    begin: dt.date
    end: dt.date
    serial: int
    kind: str
    filed: dt.date
    limit: dt.date
    base: int
    months: int
    earned: int
    flat: int
    paid: int

    @property
    def total(self) -> int:
        """年税額."""
        return self.earned + self.flat


def hojinbango(serial: int) -> str:
    """A 法人番号 of the reserved range with its check digit (法人番号の指定等に関する省令 第2条)."""
    body = f"{RESERVED}{serial:08d}"
    total = sum(int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(body), 1))
    return f"{9 - total % 9}{body}"


def corporations(shard: Shard) -> list[Corporation]:
    """Those of the shard's block, about two to a hundred residents; the first shard has one without a 法人番号."""
    found: list[Corporation] | None = shard.facts.get("corporations")
    if found is None:
        rng = random.Random(f"renkei/corporations/{shard.seed}/{shard.municipality}/{shard.number}")
        numbers = number.block(shard.number, FIRST)
        count = max(6, len(shard.households) // 30)
        found = [_make(rng, shard, serial, next(numbers)) for serial in range(1, count + 1)]
        if shard.number == 0:
            found[-1].hojinbango, found[-1].kind = "", "03"
        for one in found:
            one.returns = _returns(one)
        shard.facts["corporations"] = found
    return found


def _make(rng: random.Random, shard: Shard, serial: int, own: str) -> Corporation:
    family, (trade, kana) = name.surname(rng), rng.choice(_TRADES)
    place = name.elsewhere(rng, "jusho") if serial % 5 == 0 else name.address(rng, shard.municipality, flat=0.2)
    block = shard.number * number.BLOCK + serial
    founded = dt.date(rng.randint(1955, 2019), rng.randint(1, 12), rng.randint(1, 28))
    capital = rng.choice((3_000_000, 5_000_000, 10_000_000, 10_000_000, 50_000_000, 90_000_000, 300_000_000))
    large = capital >= 50_000_000
    return Corporation(
        number=own, hojinbango=hojinbango(block), managed=f"H{block:09d}", designated=f"{block:010d}",
        name=(f"株式会社{family[0]}{trade}", f"カブシキガイシャ{family[1]}{kana}"),
        head=f"{family[0]}　{name.given(rng, '1')[0]}", kind="01", address=place, capital=capital,
        employees=rng.randint(30, 400) if large else rng.randint(2, 45), month=rng.choice((3, 3, 3, 6, 9, 12, 1)),
        founded=founded, profit=rng.choice((0, 0, 1_200_000, 4_000_000, 9_000_000)) * (5 if large else 1),
        ended=dt.date(2026, 3, 13) if serial % 17 == 6 else None,
    )  # fmt: skip


def flat_rate(one: Corporation) -> int:
    """均等割 of a whole year."""
    for limit, few, many in _FLAT:
        if one.capital <= limit:
            return many if one.employees > 50 else few
    return 3_000_000


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def _returns(one: Corporation) -> list[Return]:
    """確定申告 of every business year that ended in time, 中間申告 of the larger ones, here and there a 修正申告."""
    found = []
    for year in (*YEARS, YEARS[-1] + 1):
        end = _month_end(year, one.month)
        begin = _month_end(year - 1, one.month) + dt.timedelta(days=1)
        limit = business(_month_end(end.year + (end.month + 1) // 13, (end.month + 1) % 12 + 1))
        grown = one.profit * (90 + (year * 7 + one.month) % 30) // 100 // 1000 * 1000
        tax, paid = grown * 6 // 100 // 100 * 100, 0
        half = _middle(one, begin, tax) if tax > 200_000 else None
        if half is not None:
            paid = half.total
        if half is not None and dt.date(2023, 4, 1) <= half.limit <= dt.date(2026, 3, 20):
            found.append(half)
        if not dt.date(2023, 4, 1) <= limit <= dt.date(2026, 3, 31):
            continue
        filed = limit - dt.timedelta(days=(one.month * 5 + year) % 12 + 2)
        usual = Return(
            begin=begin, end=end, serial=2 if half else 1, kind="03", filed=filed, limit=limit, base=grown, months=12,
            earned=tax, flat=flat_rate(one), paid=paid,
        )  # fmt: skip
        found.append(usual)
        if year == 2024 and one.profit and int(one.number[-3:]) % 4 == 0:
            more = grown + 500_000
            found.append(
                Return(
                    begin=begin, end=end, serial=usual.serial + 1, kind="04", filed=limit + dt.timedelta(days=150),
                    limit=limit + dt.timedelta(days=150), base=more, months=12, earned=more * 6 // 100 // 100 * 100,
                    flat=usual.flat, paid=usual.total,
                )
            )  # fmt: skip
    return found


def _middle(one: Corporation, begin: dt.date, tax: int) -> Return:
    """予定申告: half of the tax of the year before, two months after the first half."""
    end = _month_end(begin.year, begin.month)
    for _ in range(5):
        end = _month_end((end + dt.timedelta(days=1)).year, (end + dt.timedelta(days=1)).month)
    limit = end
    for _ in range(2):
        limit = _month_end((limit + dt.timedelta(days=1)).year, (limit + dt.timedelta(days=1)).month)
    limit = business(limit)
    return Return(
        begin=begin, end=end, serial=1, kind="01", filed=limit - dt.timedelta(days=5), limit=limit, base=0, months=6,
        earned=tax // 2 // 100 * 100, flat=flat_rate(one) // 2, paid=0,
    )  # fmt: skip


def fiscal(day: dt.date) -> int:
    """年度 of a day."""
    return day.year - (day.month < 4)


def notice(one: Corporation, filed: Return) -> str:
    """通知書番号 of what a return makes due."""
    return f"{fiscal(filed.limit)}03{one.managed[1:]}{filed.begin:%y%m}{filed.serial}"


_PERIODS = {"01": "02", "03": "01", "04": "03"}


@levy
def corporate_dues(shard: Shard) -> list[Due]:
    """What every return makes due, on the day of its limit."""
    return [
        Due(
            service="011", holder=one.number, year=fiscal(filed.limit), kind="03", notice=notice(one, filed),
            period=_PERIODS[filed.kind], raised=dt.datetime.combine(filed.filed, dt.time(10, 30)), due=filed.limit,
            amount=filed.total - filed.paid, parts=_parts(filed),
        )
        for one in corporations(shard)
        for filed in one.returns
        if filed.total > filed.paid
    ]  # fmt: skip


def _parts(filed: Return) -> tuple[int, int]:
    """(法人税割, 均等割) of what is left to pay: what was paid before counts for 均等割 first."""
    flat = max(0, filed.flat - filed.paid)
    return filed.total - filed.paid - flat, flat
