"""生活保護: which households are on public assistance, from when to when; a stop is not an end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town.person import NEVER, Household, Person
from renkei.town.shard import Shard
from renkei.town.stay import ALWAYS, LIMIT, Stay, members, soon, stays

BEGIN, STOP, RESUME, END = "1", "3", "4", "5"
STOPPED_PERSONA, WIDOW_PERSONA = 29, 13
OPEN = dt.date(2016, 4, 1)
_INCOME, _WORK, _DEATH, _LEFT = "01", "02", "03", "04"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided, when, and from which day on; ``reason`` of an end."""

    at: dt.datetime
    kind: str
    day: dt.date
    reason: str = ""


# 29: stopped in summer because of work, ended within the days of the first delta; 13: the widow's household, since then.
_SCRIPTED = {
    STOPPED_PERSONA: (
        Decision(at=dt.datetime(2023, 5, 10, 10), kind=BEGIN, day=dt.date(2023, 5, 1)),
        Decision(at=dt.datetime(2025, 7, 28, 11), kind=STOP, day=dt.date(2025, 8, 1)),
        Decision(at=dt.datetime(2026, 3, 10, 14), kind=END, day=dt.date(2026, 3, 1), reason=_WORK),
    ),
    WIDOW_PERSONA: (Decision(at=dt.datetime(2026, 3, 4, 10), kind=BEGIN, day=dt.date(2026, 2, 24)),),
}

# Whoever is drawn for it: since a spring, and still.
_DRAWN = (Decision(at=dt.datetime(2023, 4, 20, 10), kind=BEGIN, day=dt.date(2023, 4, 3)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person of a case with the decisions that concern this person, in order."""

    one: Person
    place: int
    decisions: tuple[Decision, ...]

    @property
    def end(self) -> dt.date:
        """The day of the end, or never."""
        return self.decisions[-1].day if self.decisions[-1].kind == END else NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A household on public assistance; the first member is its head."""

    number: str
    home: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """A time in which assistance is paid to a person: not while it is stopped."""

    begin: dt.date
    known: dt.datetime
    end: dt.date = NEVER
    ended: dt.datetime = ALWAYS


def cases(shard: Shard) -> list[Case]:
    """The cases of the shard."""
    found: list[Case] | None = shard.facts.get("assistance")
    if found is None:
        found = shard.facts["assistance"] = list(_cases(shard))
    return found


def _cases(shard: Shard) -> Iterator[Case]:
    number = shard.number * 1000
    for home in shard.households:
        if not home.members:
            continue
        first = home.members[0]
        chosen = _DRAWN if "assistance" in first.drawn else _SCRIPTED.get(first.persona, ())
        rate = 0.034 if len(home.members) == 1 else 0.012
        if not chosen and (home.scripted or shard.chance(home.number, "assistance") >= rate):
            continue
        decided = list(chosen) or _decided(shard, home, stays(shard)[first.number])
        if decided:
            number += 1
            yield _case(shard, f"{number:010d}", home, decided)


def _decided(shard: Shard, home: Household, known: list[Stay]) -> list[Decision]:
    if not known:
        return []
    first, stay = home.members[0], known[-1]
    begin, last = max(stay.begin, OPEN), min(stay.end, dt.date(2026, 3, 1))
    days = (last - begin).days
    if days < 200 or home.number not in {row.values["setaibango"] for row in first.rows}:
        return []
    day = begin + dt.timedelta(days=30 + int(shard.chance(home.number, "assistance/day") * days * 0.6))
    found = [Decision(at=soon(first, day + dt.timedelta(days=12), "assistance"), kind=BEGIN, day=day)]
    length = 180 + int(shard.chance(home.number, "assistance/days") * 4000)
    if length < 1200 and length < (last - day).days:
        end = day + dt.timedelta(days=length)
        reason = _WORK if length % 2 else _INCOME
        found.append(
            Decision(at=soon(first, end + dt.timedelta(days=5), "assistance/end"), kind=END, day=end, reason=reason)
        )
    elif stay.end != NEVER:
        end = stay.end + dt.timedelta(days=1)
        at = stay.left + dt.timedelta(days=2)
        found.append(Decision(at=at, kind=END, day=end, reason=_DEATH if stay.died else _LEFT))
    return [one for one in found if one.at <= LIMIT]


def _case(shard: Shard, number: str, home: Household, decided: list[Decision]) -> Case:
    there = members(shard, home.number, dt.datetime.combine(decided[0].day, dt.time(23))) or [home.members[0]]
    there.sort(key=lambda one: home.members.index(one) if one in home.members else len(home.members))
    found = tuple(
        Member(one=one, place=place, decisions=_own(decided, stays(shard)[one.number], decided[0].day))
        for place, one in enumerate(there, 1)
    )
    return Case(number=number, home=home.number, members=found)


def _own(decided: list[Decision], known: list[Stay], day: dt.date) -> tuple[Decision, ...]:
    """The decisions that concern one member: who dies or leaves is out before the case ends."""
    stay = next((stay for stay in known if stay.holds(day)), None)
    if stay is None or stay.end == NEVER:
        return tuple(decided)
    out, at = stay.end + dt.timedelta(days=1), stay.left + dt.timedelta(days=2)
    kept = [one for one in decided if one.day < out]
    if kept[-1].kind != END and at <= LIMIT:
        at = max(at, kept[-1].at + dt.timedelta(hours=1))
        kept.append(Decision(at=at, kind=END, day=out, reason=_DEATH if stay.died else _LEFT))
    return tuple(kept)


def relief(shard: Shard) -> dict[str, list[Relief]]:
    """When each person was paid assistance, by 宛名番号."""
    found: dict[str, list[Relief]] | None = shard.facts.get("relief")
    if found is None:
        found = shard.facts["relief"] = {}
        for case in cases(shard):
            for member in case.members:
                found.setdefault(member.one.number, []).extend(_reliefs(member))
    return found


def _reliefs(member: Member) -> Iterator[Relief]:
    begun: Decision | None = None
    for decision in member.decisions:
        if decision.kind in (BEGIN, RESUME):
            begun = decision
        elif begun is not None:
            yield Relief(begin=begun.day, known=begun.at, end=decision.day, ended=decision.at)
            begun = None
    if begun is not None:
        yield Relief(begin=begun.day, known=begun.at)


def relieved(shard: Shard, number: str, day: dt.date) -> bool:
    """Whether a person was paid assistance on a day."""
    return any(one.begin <= day < one.end for one in relief(shard).get(number, ()))
