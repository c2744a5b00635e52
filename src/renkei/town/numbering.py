"""Who asks 032 for the integrated number of whom: every 業務 for its own people, when it has the 個人番号 and a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from renkei.town.allowance import awards
from renkei.town.assistance import cases
from renkei.town.disability import certificates
from renkei.town.insurance import FIRST, KOKI, KOKUHO, care, pension, periods
from renkei.town.lone import lones
from renkei.town.nursery import attendances
from renkei.town.person import Person
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT

NEW, CHANGED = "1", "2"
_NAMES = ("shimei", "shimei_gaikokujinromaji", "shimei_gaikokujinkanji")
_FOLLOWED = (*_NAMES, "jusho_choazakodo", "jusho_banchigohyoki", "jusho_katagaki")
HOUR = dt.timedelta(hours=1)

Subjects = Iterable[tuple[Person, dt.datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request of a 業務 for a person."""

    service: str
    one: Person
    at: dt.datetime
    kind: str


def _insured(shard: Shard, state: str) -> Subjects:
    people = {one.number: one for one in shard.people}
    return ((people[number], own[0].at) for number, own in periods(shard, state).items())


def _aged(shard: Shard) -> Subjects:
    people = {one.number: one for one in shard.people}
    return ((people[number], own[0].at) for number, own in care(shard).items())


def _pensioners(shard: Shard) -> Subjects:
    people = {one.number: one for one in shard.people}
    for number, course in pension(shard).items():
        turn = next((turn for turn in course if turn.state == FIRST), None)
        if turn:
            yield people[number], turn.at


SUBJECTS: dict[str, Callable[[Shard], Subjects]] = {
    "020": lambda shard: ((one.one, one.tests[0].at) for one in lones(shard) if one.tests),
    "021": lambda shard: ((member.one, member.decisions[0].at) for case in cases(shard) for member in case.members),
    "022": lambda shard: ((one.one, one.states[0].at) for one in certificates(shard) if one.states),
    "023": _aged,
    "024": lambda shard: _insured(shard, KOKUHO),
    "025": lambda shard: _insured(shard, KOKI),
    "026": _pensioners,
    "027": lambda shard: ((award.one, award.amounts[0].at) for award in awards(shard) if award.amounts),
    "028": lambda shard: ((one.child, one.applied) for one in attendances(shard)),
}


def requests(shard: Shard, service: str) -> list[list[Request]]:
    """The requests of a 業務, one list a person."""
    name = f"numbering/{service}"
    found: list[list[Request]] | None = shard.facts.get(name)
    if found is None:
        seen: dict[str, list[Request]] = {}
        for one, since in SUBJECTS[service](shard):
            if one.number not in seen:
                seen[one.number] = list(_requests(service, one, since))
        found = shard.facts[name] = [own for own in seen.values() if own]
    return found


def _requests(service: str, one: Person, since: dt.datetime) -> Iterator[Request]:
    """A new one, and a change when the name or the address changes while the person lives here."""
    asked = ""
    before: list[str] = []
    for place, row in enumerate(one.rows):
        values = row.values
        following = one.rows[place + 1].at if place + 1 < len(one.rows) else dt.datetime.max
        at = max(row.at, since) + 2 * HOUR
        if following <= at - HOUR or at > LIMIT or values["juminjotai"] != "1":
            continue
        if not values.get("kojinbango") or not any(values.get(name) for name in _NAMES):
            continue
        now = [values.get(name, "") for name in _FOLLOWED]
        if now != before:
            yield Request(service=service, one=one, at=at, kind=CHANGED if asked else NEW)
            asked, before = NEW, now
