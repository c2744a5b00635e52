"""介護保険料: thirteen steps by whether the person and the household are taxed, charged by the month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.assistance import relieved
from renkei.town.due import Due, levy
from renkei.town.insurance import Period, care
from renkei.town.person import Person, Values
from renkei.town.premium import (
    ASKED,
    FIRST,
    UNDECLARED,
    YEARS,
    Premium,
    State,
    answered,
    assess,
    begun,
    charged,
    household,
    lost,
    standing,
)
from renkei.town.shard import Shard
from renkei.town.stay import serial

BASE = 74_400
SERVICE, KIND = "023", "09"
_RATES = (285, 485, 685, 900, 1000, 1200, 1300, 1500, 1700, 1900, 2100, 2300, 2400)
_STEPS = ((1_200_000, 6), (2_100_000, 7), (3_200_000, 8), (4_200_000, 9), (5_200_000, 10), (6_200_000, 11),
          (7_200_000, 12))  # fmt: skip
NOBODY, OTHERS, SELF, UNKNOWN = "1", "2", "3", "9"


def insured(shard: Shard, one: Person) -> str:
    """被保険者番号."""
    return f"{serial(shard)[one.number]:010d}"


def premiums(shard: Shard) -> list[Premium]:
    """The premiums of the years, with their instalments."""
    found: list[Premium] | None = shard.facts.get("premiums/023")
    if found is None:
        found = shard.facts["premiums/023"] = []
        people = {one.number: one for one in shard.people}
        for number, periods in care(shard).items():
            for year in YEARS:
                found.extend(_premium(shard, people[number], periods[-1], year))
    return found


def _premium(shard: Shard, one: Person, period: Period, year: int) -> Iterator[Premium]:
    first = begun(period, year)
    if first is None:
        return
    made = Premium(
        service=SERVICE, kind=KIND, year=year, notice=f"{year}23{serial(shard)[one.number]:010d}", holder=one,
        insured=insured(shard, one), withheld=period.begin < dt.date(year, 4, 1) and one.chance("withheld") < 0.88,
    )  # fmt: skip
    asked = standing(shard, one, year, first).judged == ASKED
    moments = (first, *lost(period, first, year), *answered(first, year, asked=asked))
    yield assess(made, moments, lambda at: _state(shard, one, period, year, at))


def taxation(shard: Shard, one: Person, year: int, at: dt.datetime) -> str:
    """世帯課税区分: open while anybody of the household is undeclared."""
    own, others = standing(shard, one, year, at), household(shard, one, year, at)
    if own.taxed:
        return SELF
    if any(known.taxed for known in others):
        return OTHERS
    if any(known.judged in (UNDECLARED, ASKED) for known in (own, *others)):
        return UNKNOWN
    return NOBODY


def _state(shard: Shard, one: Person, period: Period, year: int, at: dt.datetime) -> State:
    own, kind = standing(shard, one, year, at), taxation(shard, one, year, at)
    helped = relieved(shard, one.number, dt.date(year, 4, 1))
    step = 1 if helped and kind != UNKNOWN else _step(kind, own.total, own.total + own.pension * 2 // 3)
    whole = BASE * _RATES[step - 1] // 1000 // 100 * 100
    amount = whole * charged(period, year, at) // 12 // 100 * 100
    values: Values = {
        "setaikazeikubun": kind, "hokenryodankai": f"{step:02d}", "gokeishotokukingaku": str(own.total),
        "kazeinenkinshunyugaku": str(own.pension), "seikatsuhogojukyufuragu": "1" if helped else "0",
        "roreifukushinenkinjukyufuragu": "0", "santeihokenryogaku": str(amount), "genmengaku": "0",
        "nengakuhokenryogaku": str(amount),
    }  # fmt: skip
    return State(at=at, amount=amount, reason=FIRST, values=values)


def _step(kind: str, total: int, lived: int) -> int:
    if kind == NOBODY:
        return 1 if lived <= 809_000 else 2 if lived <= 1_200_000 else 3
    if kind in (OTHERS, UNKNOWN):
        return 4 if lived <= 809_000 and kind == OTHERS else 5
    return next((step for limit, step in _STEPS if total < limit), 13)


@levy
def dues(shard: Shard) -> Iterator[Due]:
    """Every instalment of 介護保険料."""
    for one in premiums(shard):
        yield from one.dues
