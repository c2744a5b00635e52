"""Qualification periods: 国民健康保険, 後期高齢者医療, 介護保険 and 国民年金 follow from where people live, how old they are and what they do.

Everybody is in one state at a time (``Turn``); the periods of an insurance are the runs of its state. So a loss here is an
acquisition there, on the right day: the day after 転出 or death, the 75th birthday itself, the day on which 生活保護 begins.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from renkei.town.assistance import STOPPED_PERSONA, Relief, relief
from renkei.town.disability import SEVERE, Certificate, holders
from renkei.town.income import NONE, PART, SELF, work
from renkei.town.person import FEMALE, NEVER, Person
from renkei.town.shard import Shard
from renkei.town.stay import ALWAYS, LIMIT, Stay, anniversary, month, soon, stays

AWAY, EMPLOYED, KOKUHO, KOKI, RELIEVED = "away", "employed", "kokuho", "koki", "relieved"
BORN, CAME, ABROAD, LEFT, DIED, AGE, JUDGED = "born", "came", "abroad", "left", "died", "age", "judged"
KOKI_SINCE, KAIGO_SINCE = dt.date(2008, 4, 1), dt.date(2000, 4, 1)
OVER_75_PERSONA, JOBLESS_PERSONA = 30, 28
# Households without an employer, beside those whose 世帯主 has a trade.
ALONE = 0.07
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """From a day on the person is in a state; ``cause`` says what happened where the states alone do not."""

    day: dt.date
    at: dt.datetime
    state: str
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A time of being insured: the first day, the day of the loss, when both were known, and the turns that made them."""

    begin: dt.date
    at: dt.datetime
    before: str
    cause: str
    end: dt.date = NEVER
    ended: dt.datetime = ALWAYS
    after: str = ""
    end_cause: str = ""

    def holds(self, day: dt.date) -> bool:
        """Whether the person was insured on a day."""
        return self.begin <= day < self.end


def turns(shard: Shard) -> dict[str, list[Turn]]:
    """The states of everybody in order, by 宛名番号."""
    found: dict[str, list[Turn]] | None = shard.facts.get("turns")
    if found is None:
        helped, disabled = relief(shard), holders(shard)
        found = shard.facts["turns"] = {}
        for one in shard.people:
            found[one.number] = _Course(shard, one, helped, disabled.get(one.number)).turns()
    return found


class _Course:
    """The states of one person, derived day by day that matters."""

    def __init__(self, shard: Shard, one: Person, helped: dict[str, list[Relief]], elder: Certificate | None) -> None:
        self._one = one
        self._stays = stays(shard)[one.number]
        self._helped = helped.get(one.number, ())
        self._old = max(anniversary(one.born, 75), KOKI_SINCE)
        home = one.home.number if one.home else one.number
        roof = one.home.members if one.home else []
        trade = bool(roof) and work(roof[0], 45) == SELF
        self._family = one.persona != JOBLESS_PERSONA and (
            trade or one.persona in (STOPPED_PERSONA, OVER_75_PERSONA) or shard.chance(home, "insurance") < ALONE
        )
        self._retires = month(anniversary(one.born, 60 + int(one.chance("insurance/retires") * 8)), 1)
        self._follows = one.chance("insurance/follows") < 0.12
        self._elder = self._certified(elder)
        self._gap = self._between_jobs()

    def _certified(self, elder: Certificate | None) -> dt.date:
        """From when on somebody between 65 and 74 is in 後期高齢者医療 by reason of a disability."""
        if (
            elder is None
            or elder.states[0].grade not in SEVERE[elder.kind]
            or self._one.chance("insurance/elder") > 0.5
        ):
            return NEVER
        day = max(month(elder.first, 1), month(anniversary(self._one.born, 65), 1), KOKI_SINCE)
        return day if day < self._old else NEVER

    def _between_jobs(self) -> tuple[dt.date, dt.date]:
        """A time without an employer, for one adult in six: the family insurance is 国保 then."""
        one = self._one
        if one.persona == JOBLESS_PERSONA:
            return dt.date(2026, 3, 1), dt.date(2026, 12, 1)
        if self._family or one.chance("insurance/gap") >= 0.17:
            return NEVER, NEVER
        begin = dt.date(2016, 4, 2) + dt.timedelta(days=int(one.chance("insurance/gap/day") * 3640))
        if not 21 <= one.age(begin) < 60:
            return NEVER, NEVER
        return begin, begin + dt.timedelta(days=60 + int(one.chance("insurance/gap/days") * 900))

    def _working(self, day: dt.date) -> bool:
        if self._family or self._gap[0] <= day < self._gap[1]:
            return False
        return day < self._retires or self._follows

    def _state(self, day: dt.date) -> str:
        if not any(stay.holds(day) for stay in self._stays):
            return AWAY
        if any(one.begin <= day < one.end for one in self._helped):
            return RELIEVED
        if day >= self._old or day >= self._elder:
            return KOKI
        return EMPLOYED if self._working(day) else KOKUHO

    def turns(self) -> list[Turn]:
        """Every day on which the state changes, as far as it is known."""
        found: list[Turn] = []
        state = AWAY
        for day, (told, cause) in sorted(self._marks().items()):
            now = self._state(day)
            if now == state or told > LIMIT:
                continue
            at = max(told, found[-1].at + HOUR) if found else told
            found.append(Turn(day=day, at=at, state=now, cause=cause))
            state = now
        return found

    def _marks(self) -> dict[dt.date, tuple[dt.datetime, str]]:
        one = self._one
        marks: dict[dt.date, tuple[dt.datetime, str]] = {}
        for day in (self._retires, *self._gap):
            told = soon(one, min(day, LIMIT.date()) + 9 * DAY, "insurance/told")
            # Who leaves before telling it never tells it here.
            known = next((there for there in self._stays if there.holds(day)), None)
            if day < LIMIT.date() and not self._family and known is not None and told < known.left - HOUR:
                marks[day] = told, ""
        for help_ in self._helped:
            marks[help_.begin] = help_.known + HOUR, ""
            if help_.end != NEVER:
                marks[help_.end] = help_.ended + HOUR, ""
        if self._elder < LIMIT.date():
            marks[self._elder] = soon(one, self._elder + DAY, "insurance/elder"), JUDGED
        if self._old < LIMIT.date():
            marks[self._old] = soon(one, self._old + DAY, "insurance/old"), AGE
        for stay in self._stays:
            marks[stay.begin] = stay.entered + 2 * HOUR, BORN if stay.born else ABROAD if stay.abroad else CAME
            if stay.end != NEVER:
                marks[stay.end + DAY] = stay.left + HOUR, DIED if stay.died else LEFT
        return marks


def periods(shard: Shard, state: str) -> dict[str, list[Period]]:
    """The times of being in a state, by 宛名番号; only of those who were."""
    name = f"periods/{state}"
    found: dict[str, list[Period]] | None = shard.facts.get(name)
    if found is None:
        found = shard.facts[name] = {}
        for number, course in turns(shard).items():
            if any(turn.state == state for turn in course):
                found[number] = list(_runs(course, state))
    return found


def _runs(course: list[Turn], state: str) -> Iterator[Period]:
    before = AWAY
    for turn, after in zip(course, [*course[1:], None], strict=True):
        if turn.state == state:
            begun = Period(begin=turn.day, at=turn.at, before=before, cause=turn.cause)
            yield (
                begun
                if after is None
                else replace(begun, end=after.day, ended=after.at, after=after.state, end_cause=after.cause)
            )
        before = turn.state


def state_on(shard: Shard, number: str, day: dt.date) -> str:
    """The state of a person on a day."""
    course = turns(shard)[number]
    place = bisect.bisect_right(course, day, key=lambda turn: turn.day)
    return course[place - 1].state if place else AWAY


def care(shard: Shard) -> dict[str, list[Period]]:
    """第1号被保険者 of 介護保険: whoever is 65 (the day before the birthday) and lives here, by 宛名番号."""
    found: dict[str, list[Period]] | None = shard.facts.get("periods/care")
    if found is None:
        found = shard.facts["periods/care"] = {}
        for one in shard.people:
            since = max(anniversary(one.born, 65) - DAY, KAIGO_SINCE)
            own = [_within(one, stay, since) for stay in stays(shard)[one.number] if stay.end >= since]
            known = [period for period in own if period.at <= LIMIT]
            if known:
                found[one.number] = known
    return found


def _within(one: Person, stay: Stay, since: dt.date) -> Period:
    aged = since > stay.begin
    at = soon(one, since + DAY, "insurance/aged") if aged else stay.entered + 2 * HOUR
    cause = AGE if aged else BORN if stay.born else ABROAD if stay.abroad else CAME
    begun = Period(begin=max(since, stay.begin), at=at, before=AWAY, cause=cause)
    if stay.end == NEVER:
        return begun
    ended = max(stay.left, at) + HOUR
    if ended > LIMIT:
        return begun
    return replace(begun, end=stay.end + DAY, ended=ended, after=AWAY, end_cause=DIED if stay.died else LEFT)


FIRST, THIRD, SECOND = "1", "3", "4"


def pension(shard: Shard) -> dict[str, list[Turn]]:
    """The kinds of insured person of 国民年金 between 20 and 60 in order, by 宛名番号; "" when it is over."""
    found: dict[str, list[Turn]] | None = shard.facts.get("pension")
    if found is None:
        found = shard.facts["pension"] = {}
        for one in shard.people:
            course = list(_pension(shard, one))
            if course:
                found[one.number] = course
    return found


def _pension(shard: Shard, one: Person) -> Iterator[Turn]:
    first, last = anniversary(one.born, 20) - DAY, anniversary(one.born, 60) - DAY
    if last < dt.date(2010, 1, 1) or first > LIMIT.date():
        return
    third = one.sex == FEMALE and one.spouse is not None and work(one, 45) in (NONE, PART)
    kinds = {EMPLOYED: THIRD if third else SECOND, KOKUHO: FIRST, RELIEVED: FIRST, KOKI: FIRST, AWAY: ""}
    marks = {turn.day: turn for turn in turns(shard)[one.number]}
    for day in (first, last):
        marks.setdefault(day, Turn(day=day, at=soon(one, day + DAY, "pension"), state="", cause=AGE))
    kind, state = "", AWAY
    for day, turn in sorted(marks.items()):
        state = turn.state or state
        now = kinds[state] if first <= day < last else ""
        if now != kind and turn.at <= LIMIT:
            yield Turn(day=day, at=turn.at, state=now, cause=turn.cause)
            kind = now
