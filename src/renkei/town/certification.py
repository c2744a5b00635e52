"""要介護認定: from which age on somebody needs care, the applications and what they come to."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town.insurance import OVER_75_PERSONA, Period, care
from renkei.town.person import Person
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, anniversary, month, soon

OPEN = dt.date(2020, 4, 1)
NEW, RENEWED = "1", "2"
LEVELS = ("12", "13", "21", "22", "23", "24", "25")
# Age and the share of those of that age who are certified.
_SHARES = ((65, 0.0), (70, 0.03), (75, 0.07), (80, 0.14), (85, 0.30), (90, 0.52), (95, 0.76), (100, 0.92))
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One application: when it came in, when it was decided, the level and the days for which it holds."""

    one: Person
    number: str
    kind: str
    applied: dt.datetime
    decided: dt.datetime
    level: str
    begin: dt.date
    end: dt.date

    def holds(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        return self.begin <= day <= self.end


def applications(shard: Shard) -> dict[str, list[Application]]:
    """The applications of everybody who made one, by 宛名番号."""
    found: dict[str, list[Application]] | None = shard.facts.get("certification")
    if found is None:
        found = shard.facts["certification"] = {}
        people = {one.number: one for one in shard.people}
        count = shard.number * 8000
        for number, periods in care(shard).items():
            own = list(_applications(people[number], periods[-1], count))
            if own:
                found[number] = own
                count += len(own)
    return found


def onset(one: Person) -> dt.date | None:
    """The day from which somebody needs care, None for those who never will."""
    drawn = one.chance("care")
    for (age, low), (_, high) in itertools.pairwise(_SHARES):
        if drawn < high:
            part = (drawn - low) / (high - low)
            return anniversary(one.born, age) + int(part * 5 * 365) * DAY
    return None


def _applications(one: Person, period: Period, count: int) -> Iterator[Application]:
    day = dt.date(2026, 2, 16) if one.persona == OVER_75_PERSONA else onset(one)
    if day is None:
        return
    day = max(day, period.begin + 40 * DAY)
    place, kind = 0, NEW
    last = min(period.end, LIMIT.date())
    while day < last:
        # A new certification holds for a year, the next one for two and the others for three.
        years = (1, 2, 3)[min(place, 2)]
        begin = day if kind == NEW else day.replace(day=1)
        end = month(begin, 12 * years) - DAY
        applied = soon(one, begin if kind == NEW else begin - 45 * DAY, f"care/{place}")
        applied = max(applied, period.at + dt.timedelta(hours=3))
        if end >= OPEN and applied <= LIMIT:
            count += 1
            level = min(6, int(one.chance("care/level") * 4) + place // 2)
            yield Application(
                one=one, number=f"{count:015d}", kind=kind, applied=applied,
                decided=applied + dt.timedelta(days=28), level=LEVELS[level], begin=begin, end=end,
            )  # fmt: skip
        day, kind, place = end + DAY, RENEWED, place + 1


def valid(shard: Shard, number: str, at: dt.datetime) -> Application | None:
    """The certification that holds for a person at a moment."""
    own = applications(shard).get(number, ())
    return next((one for one in reversed(own) if one.decided <= at and one.holds(at.date())), None)
