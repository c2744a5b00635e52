"""国民健康保険税: of a household, for those of it who are insured; three parts (医療, 支援金, 介護), reduced by income."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.due import Due, levy
from renkei.town.kokuho import Segment, segments
from renkei.town.person import NEVER, Person, Values
from renkei.town.premium import (
    ASKED,
    DECIDED,
    FIRST,
    UNDECLARED,
    YEARS,
    Premium,
    Standing,
    State,
    answered,
    assess,
    first_day,
    judged,
    last_day,
    months,
    reduction,
    standing,
    until_75,
)
from renkei.town.shard import Shard
from renkei.town.stay import head

SERVICE, KIND = "024", "08"
# Of each part: per mille of the income, yen a head and yen a household, and the limit.
_PARTS = {
    "iryobun": (75, 28_000, 20_000, 660_000),
    "shienkinbun": (26, 9_600, 6_600, 260_000),
    "kaigobun": (21, 11_400, 5_400, 170_000),
}


def premiums(shard: Shard) -> list[Premium]:
    """The taxes of the years by household, with their instalments."""
    found: list[Premium] | None = shard.facts.get("premiums/024")
    if found is None:
        found = shard.facts["premiums/024"] = []
        for place, (home, own) in enumerate(segments(shard).items(), 1):
            for year in YEARS:
                notice = f"{year}24{shard.number * 4000 + place:010d}"
                found.extend(_premium(shard, home, own, year, notice))
    return found


def _premium(shard: Shard, home: str, own: list[Segment], year: int, notice: str) -> Iterator[Premium]:
    charged = [segment for segment in own if months(segment.begin, segment.end, year)]
    if not charged:
        return
    first = max(first_day(year), min(segment.known for segment in charged) + dt.timedelta(days=20))
    payer = head(shard, home, first)
    if first > last_day(year) or payer is None or not any(_months(one, year, first) for one in charged):
        return
    made = Premium(
        service=SERVICE, kind=KIND, year=year, notice=notice, holder=payer, household=home,
    )  # fmt: skip
    moments = (first, *_later(shard, payer, charged, first, year))
    yield assess(made, moments, lambda at: _state(shard, payer, charged, year, at))


def _later(shard: Shard, payer: Person, charged: list[Segment], first: dt.datetime, year: int) -> Iterator[dt.datetime]:
    """Who joins or leaves later, and the answer about an income that had to be asked for."""
    told = [segment.known for segment in charged] + [segment.ended for segment in charged if segment.end != NEVER]
    for at in told:
        if first < at <= last_day(year) - dt.timedelta(days=10):
            yield at + dt.timedelta(days=10)
    asked = any(standing(shard, one, year, first).judged == ASKED for one in _people(payer, charged))
    yield from answered(first, year, asked=asked)


def _people(payer: Person, charged: list[Segment]) -> list[Person]:
    return list(dict.fromkeys([payer, *(segment.one for segment in charged)]))


def _months(segment: Segment, year: int, at: dt.datetime) -> int:
    if segment.known > at:
        return 0
    end = segment.end if segment.ended <= at else NEVER
    return months(segment.begin, until_75(segment.one, end), year)


def _state(shard: Shard, payer: Person, charged: list[Segment], year: int, at: dt.datetime) -> State:
    counts: dict[Person, int] = {}
    for segment in charged:
        counts[segment.one] = min(12, counts.get(segment.one, 0) + _months(segment, year, at))
    counts = {one: count for one, count in counts.items() if count}
    known = {one: standing(shard, one, year, at) for one in (payer, *counts)}
    kind = reduction(list(known.values()), len(counts))
    values: Values = {
        "shotokuhanteikubun": _judged(list(known.values())), "keigenkubun": kind,
        "setaisoshotokukingakuto": str(sum(one.total for one in known.values())),
        "hihokenshaninzu": str(len(counts)), "genmengaku": "0",
    }  # fmt: skip
    total = 0
    for part, rates in _PARTS.items():
        liable = counts
        if part == "kaigobun":
            liable = {one: count for one, count in counts.items() if 40 <= one.age(dt.date(year, 4, 1)) < 65}
        total += _part(part, rates, {one: (count, known[one]) for one, count in liable.items()}, kind, values)
    values["nenzeigaku"] = str(total)
    return State(at=at, amount=total, reason=FIRST, values=values)


def _judged(known: list[Standing]) -> str:
    kind = judged(known)
    return kind if kind in (UNDECLARED, ASKED) else DECIDED


def _part(
    part: str, rates: tuple[int, int, int, int], liable: dict[Person, tuple[int, Standing]], kind: str, values: Values
) -> int:
    share, each, house, limit = rates
    most = max((count for count, _ in liable.values()), default=0)
    earned = sum(max(0, one.total - 430_000) * share // 1000 * count // 12 for count, one in liable.values())
    heads = sum(each * count // 12 for count, _ in liable.values()) // 100 * 100
    home = house * most // 12 // 100 * 100
    less = (heads + home) * int(kind if kind in "257" else "0") // 10 // 100 * 100
    # A part that goes beyond its limit stops at it; the share of the income is what gives way.
    earned = min(earned // 100 * 100, max(0, limit - heads - home + less))
    amount = earned + heads + home - less
    values |= {
        f"{part}shotokuwarigaku": str(earned), f"{part}kintowarigaku": str(heads), f"{part}byodowarigaku": str(home),
        f"{part}keigengaku": str(less), f"{part}gaku": str(amount),
    }  # fmt: skip
    return amount


@levy
def dues(shard: Shard) -> Iterator[Due]:
    """Every instalment of 国民健康保険税."""
    for one in premiums(shard):
        yield from one.dues
