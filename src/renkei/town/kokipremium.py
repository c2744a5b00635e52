"""後期高齢者医療保険料: so much a head and a share of the income, reduced for households with little of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.due import Due, levy
from renkei.town.insurance import KOKI, KOKUHO, Period, periods
from renkei.town.person import Person, Values
from renkei.town.premium import (
    ASKED,
    DECIDED,
    FIRST,
    YEARS,
    Premium,
    State,
    answered,
    assess,
    begun,
    charged,
    household,
    judged,
    lost,
    reduction,
    standing,
)
from renkei.town.shard import Shard
from renkei.town.stay import serial

SERVICE, KIND = "025", "10"
HEAD, SHARE, LIMIT = 46_000, 94, 800_000


def insured(shard: Shard, one: Person) -> str:
    """被保険者番号."""
    return f"{serial(shard)[one.number]:08d}"


def premiums(shard: Shard) -> list[Premium]:
    """The premiums of the years, with their instalments."""
    found: list[Premium] | None = shard.facts.get("premiums/025")
    if found is None:
        found = shard.facts["premiums/025"] = []
        people = {one.number: one for one in shard.people}
        for number, own in periods(shard, KOKI).items():
            for year in YEARS:
                found.extend(_premium(shard, people[number], own[-1], year))
    return found


def _premium(shard: Shard, one: Person, period: Period, year: int) -> Iterator[Premium]:
    first = begun(period, year)
    if first is None:
        return
    made = Premium(
        service=SERVICE, kind=KIND, year=year, notice=f"{year}25{serial(shard)[one.number]:010d}", holder=one,
        insured=insured(shard, one), withheld=period.begin < dt.date(year, 4, 1) and one.chance("withheld") < 0.8,
    )  # fmt: skip
    asked = judged(household(shard, one, year, first)) == ASKED
    moments = (first, *lost(period, first, year), *answered(first, year, asked=asked))
    yield assess(made, moments, lambda at: _state(shard, one, period, year, at))


def _state(shard: Shard, one: Person, period: Period, year: int, at: dt.datetime) -> State:
    own, others, count = standing(shard, one, year, at), household(shard, one, year, at), charged(period, year, at)
    kind = reduction(others, len(others))
    kept = period.before not in (KOKUHO, "away") and period.begin > dt.date(year - 2, 4, 1)
    head = HEAD * count // 12
    less = head * int(kind if kind in "257" else "0") // 10
    if kept and kind in ("0", "2"):
        less = head // 2
    base = max(0, own.total - 430_000)
    share = 0 if kept else base * SHARE // 1000 * count // 12
    over = max(0, head + share - less - LIMIT * count // 12)
    rest = (head + share - less - over) % 100
    share, head = (share - rest, head) if share >= rest else (share, head - rest)
    amount = head + share - less - over
    values: Values = {
        "shotokuhanteikubun": judged(others) if judged(others) != "4" else DECIDED, "keigenkubun": kind,
        "kyuhifuyoshakeigenfuragu": "1" if kept else "0", "fukataishoshotokugaku": str(base),
        "kintowarigaku": str(head), "kintowarikeigengaku": str(less), "shotokuwarigaku": str(share),
        "genmengaku": "0", "gendochokagaku": str(over), "nengakuhokenryogaku": str(amount),
    }  # fmt: skip
    return State(at=at, amount=amount, reason=FIRST, values=values)


@levy
def dues(shard: Shard) -> Iterator[Due]:
    """Every instalment of 後期高齢者医療保険料."""
    for one in premiums(shard):
        yield from one.dues
