"""児童手当: who receives it for which children and how much, month by month, before and after the reform of October 2024."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from renkei.town.income import income
from renkei.town.person import NEVER, Person
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, Stay, anniversary, fiscal, homes, month, soon, stays

OPEN, REFORM = dt.date(2019, 6, 1), dt.date(2024, 10, 1)
HOUR = dt.timedelta(hours=1)
AGED, GONE, DIED, OTHER = "02", "01", "05", "09"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A child that somebody receives the allowance for: from the month on, up to the month before ``end``."""

    child: Person
    begin: dt.date
    known: dt.datetime
    end: dt.date
    ended: dt.datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What is paid a month from a month on, by child; a child whose claim is over stands with 0 once."""

    at: dt.datetime
    month: dt.date
    children: dict[str, int]
    counted: int

    @property
    def total(self) -> int:
        """手当月額."""
        return sum(self.children.values())


@dataclass(slots=True, kw_only=True, eq=False)
class Award:
    """One recipient (認定) with the claims and the amounts as they changed."""

    one: Person
    number: str
    claims: list[Claim] = field(default_factory=list)
    amounts: list[Amounts] = field(default_factory=list)


def awards(shard: Shard) -> list[Award]:
    """Every award of the shard."""
    found: list[Award] | None = shard.facts.get("allowance")
    if found is None:
        made: dict[str, Award] = {}
        for child in shard.people:
            if child.born.year >= OPEN.year - 15:
                for recipient, claim in _claims(shard, child):
                    number = f"{shard.number * 4000 + len(made) + 1:015d}"
                    made.setdefault(recipient.number, Award(one=recipient, number=number)).claims.append(claim)
        found = shard.facts["allowance"] = list(made.values())
        for award in found:
            award.claims.sort(key=lambda claim: (claim.child.born, claim.child.number))
            award.amounts = list(_amounts(award))
    return found


def last_month(child: Person) -> dt.date:
    """The month after the last one: March after 15, since the reform March after 18."""
    years = (
        (15, 18) if dt.date(fiscal(anniversary(child.born, 15) - dt.timedelta(days=1)) + 1, 4, 1) > REFORM else (15,)
    )
    day = anniversary(child.born, years[-1]) - dt.timedelta(days=1)
    return dt.date(fiscal(day) + 1, 4, 1)


def _claims(shard: Shard, child: Person) -> Iterator[tuple[Person, Claim]]:
    for stay in stays(shard)[child.number]:
        begin = max(month(stay.begin, 1), OPEN)
        end, reason = last_month(child), AGED
        grown = dt.date(fiscal(anniversary(child.born, 18) - dt.timedelta(days=1)) + 1, 4, 1)
        if end <= REFORM < grown:
            # Taken up again with the reform: a claim of one's own.
            yield from _spell(shard, child, stay, max(begin, REFORM), grown, AGED)
        if stay.end != NEVER and month(stay.end, 1) < end:
            end, reason = month(stay.end, 1), DIED if stay.died else GONE
        yield from _spell(shard, child, stay, begin, end, reason)


def _spell(
    shard: Shard, child: Person, stay: Stay, begin: dt.date, end: dt.date, reason: str
) -> Iterator[tuple[Person, Claim]]:
    """The times of one child, recipient after recipient: who leaves or dies is followed by the other parent."""
    if stay.end != NEVER and month(stay.end, 1) < end:
        end, reason = month(stay.end, 1), DIED if stay.died else GONE
    known = max(stay.entered + 2 * HOUR, soon(child, begin - dt.timedelta(days=9), "allowance"))
    while begin < end and known <= LIMIT:
        recipient, until = _recipient(shard, child, known)
        if recipient is None:
            return
        stop = end if until.end == NEVER else min(end, month(until.end, 1))
        why = reason if stop == end else DIED if until.died else GONE
        told = soon(child, stop, "allowance/end")
        if why != AGED:
            told = (stay if stop == end else until).left + 3 * HOUR
        ended = max(told, known + HOUR)
        yield recipient, Claim(child=child, begin=begin, known=known, end=stop, ended=ended, reason=why)
        if stop >= end:
            return
        begin, known = stop, ended + dt.timedelta(days=6)


def _recipient(shard: Shard, child: Person, at: dt.datetime) -> tuple[Person | None, Stay]:
    """The parent with the higher income who lives with the child; without parents the eldest adult."""
    roof = next(
        (roof for roof in _roofs(shard).get(child.number, ()) if roof[1] <= at < roof[2]), None
    )  # fmt: skip
    none = Stay(begin=NEVER, entered=dt.datetime.max)
    if roof is None:
        return None, none
    there = [tenure.one for tenure in homes(shard)[roof[0]] if tenure.since <= at < tenure.until]
    parents = [one for one in there if one in (child.mother, child.father)]
    grown = [one for one in there if one.age(at.date()) >= 18]
    if not parents and not grown:
        return None, none
    chosen = max(parents, key=lambda one: (income(one, 2024).total, one.number)) if parents else None
    chosen = chosen or min(grown, key=lambda one: one.born)
    stay = next((stay for stay in stays(shard)[chosen.number] if stay.entered <= at < stay.left), None)
    return (chosen, stay) if stay else (None, none)


def award_parent(shard: Shard, child: Person, at: dt.datetime) -> Person | None:
    """Who answers for a child at a moment: the one who would receive the allowance."""
    return _recipient(shard, child, at)[0]


def _roofs(shard: Shard) -> dict[str, list[tuple[str, dt.datetime, dt.datetime]]]:
    found: dict[str, list[tuple[str, dt.datetime, dt.datetime]]] | None = shard.facts.get("roofs")
    if found is None:
        found = shard.facts["roofs"] = {}
        for home, tenures in homes(shard).items():
            for tenure in tenures:
                found.setdefault(tenure.one.number, []).append((home, tenure.since, tenure.until))
    return found


def _amounts(award: Award) -> Iterator[Amounts]:
    """The amounts at every moment on which something changes."""
    moments: dict[dt.datetime, dt.date] = {}
    for claim in award.claims:
        moments[claim.known] = claim.begin
        moments[claim.ended] = claim.end
        three = month(anniversary(claim.child.born, 3) - dt.timedelta(days=1), 1)
        for day in (three, REFORM):
            if claim.begin < day < claim.end:
                moments[soon(award.one, day, "allowance/month")] = day
    before: dict[str, int] = {}
    for at, day in sorted(moments.items()):
        if at > LIMIT:
            break
        going = [claim for claim in award.claims if claim.known <= at < claim.ended]
        now = {number: 0 for number, amount in before.items() if amount}
        reckoned = max(day, month(at.date()))
        for place, claim in enumerate(going, 1):
            now[claim.child.number] = _amount(claim.child, place, reckoned)
        if now != before:
            yield Amounts(at=at, month=day, children=now, counted=len(going))
            before = now


def _amount(child: Person, place: int, day: dt.date) -> int:
    """手当月額 of the place-th child in a month."""
    young = day <= month(anniversary(child.born, 3) - dt.timedelta(days=1))
    if day >= REFORM:
        return 30_000 if place >= 3 else 15_000 if young else 10_000
    return 15_000 if young or (place >= 3 and child.age(day) < 12) else 10_000
