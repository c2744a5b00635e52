"""Who is insured by 国民健康保険 in which household: a 国保世帯 is a 世帯 with somebody insured, its 世帯主 insured or not (擬制)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town.insurance import KOKUHO, Period, periods
from renkei.town.person import NEVER, Person
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, Tenure, homes

HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A time in which one person was insured in one household, and the moments when its begin and end were known."""

    one: Person
    home: str
    period: Period
    begin: dt.date
    known: dt.datetime
    end: dt.date
    ended: dt.datetime

    @property
    def lost(self) -> bool:
        """Whether the end is the end of being insured, and not a change of household."""
        return self.end == self.period.end


def segments(shard: Shard) -> dict[str, list[Segment]]:
    """The segments of every 国保世帯 by 世帯番号, in order of time."""
    found: dict[str, list[Segment]] | None = shard.facts.get("kokuho")
    if found is None:
        found = shard.facts["kokuho"] = {}
        insured = periods(shard, KOKUHO)
        for home, tenures in homes(shard).items():
            own = [
                segment
                for tenure in tenures
                for period in insured.get(tenure.one.number, ())
                for segment in _segment(home, tenure, period)
            ]
            if own:
                found[home] = sorted(own, key=lambda segment: (segment.known, segment.one.number))
    return found


def _segment(home: str, tenure: Tenure, period: Period) -> Iterator[Segment]:
    first = tenure.since <= period.at
    last = period.ended - tenure.until <= 2 * HOUR if period.end != NEVER else tenure.until > LIMIT
    begin = period.begin if first else tenure.since.date()
    end = period.end if last else tenure.until.date()
    known = period.at if first else tenure.since + HOUR
    ended = period.ended if last else tenure.until + HOUR
    if known < ended and begin <= end and known <= LIMIT:
        yield Segment(
            one=tenure.one, home=home, period=period, begin=begin, known=known, end=end, ended=ended
        )  # fmt: skip


def by_person(shard: Shard) -> dict[str, list[Segment]]:
    """The same by 宛名番号."""
    found: dict[str, list[Segment]] | None = shard.facts.get("kokuho/persons")
    if found is None:
        found = shard.facts["kokuho/persons"] = {}
        for own in segments(shard).values():
            for segment in own:
                found.setdefault(segment.one.number, []).append(segment)
        for listed in found.values():
            listed.sort(key=lambda segment: segment.known)
    return found


def symbol(shard: Shard, home: str) -> str:
    """国保記号番号 of a household."""
    places: dict[str, int] | None = shard.facts.get("kokuho/symbols")
    if places is None:
        places = shard.facts["kokuho/symbols"] = {name: place for place, name in enumerate(segments(shard), 1)}
    return f"01{shard.number * 4000 + places[home]:010d}"


def branch(shard: Shard, segment: Segment) -> str:
    """枝番 of a person in a household, by the order of joining."""
    order = list(dict.fromkeys(one.one.number for one in segments(shard)[segment.home]))
    return f"{order.index(segment.one.number) % 99 + 1:02d}"
