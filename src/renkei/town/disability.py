"""手帳: who holds a certificate of disability, of which kind and grade, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town.person import NEVER, Person
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, Stay, soon, stays

BODY, MIND, PSYCHE = "body", "mind", "psyche"
HELD, RETURNED, DEAD, LEFT, LAPSED = "01", "02", "03", "04", "05"
# Up to which age, and the shares of the three certificates at it.
_SHARES = (
    (17, {BODY: 0.005, MIND: 0.016, PSYCHE: 0.004}),
    (64, {BODY: 0.026, MIND: 0.011, PSYCHE: 0.019}),
    (130, {BODY: 0.098, MIND: 0.003, PSYCHE: 0.008}),
)
_GRADES = {
    BODY: (("1", 0.30), ("2", 0.46), ("3", 0.62), ("4", 0.86), ("5", 0.93), ("6", 1.0)),
    MIND: (("A1", 0.17), ("A2", 0.38), ("B1", 0.63), ("B2", 1.0)),
    PSYCHE: (("1", 0.11), ("2", 0.70), ("3", 1.0)),
}
# A child under 支援措置, those with 仮支援措置 and an extension of it, and who declares no income: in the days of the deltas.
_SCRIPTED = {19: MIND, 20: BODY, 27: PSYCHE}
SEVERE = {BODY: ("1", "2"), MIND: ("A1", "A2"), PSYCHE: ("1",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a certificate is from a moment on: its grade, the day and the reason of this issue, its state."""

    at: dt.datetime
    grade: str
    issued: dt.date
    reason: str
    state: str = HELD
    out: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One certificate with its states in order."""

    one: Person
    kind: str
    number: str
    first: dt.date
    part: int
    states: tuple[State, ...]

    @property
    def latest(self) -> State:
        """What it is now."""
        return self.states[-1]

    def held(self, day: dt.date) -> bool:
        """Whether it was held on a day."""
        out = self.latest.out
        return self.first <= day and (out is None or day <= out)


def certificates(shard: Shard) -> list[Certificate]:
    """Every certificate of the shard."""
    found: list[Certificate] | None = shard.facts.get("disability")
    if found is None:
        found = shard.facts["disability"] = [made for one in shard.people for made in _of(shard, one)]
    return found


def holders(shard: Shard) -> dict[str, Certificate]:
    """The first certificate of everybody who has one, by 宛名番号."""
    found: dict[str, Certificate] | None = shard.facts.get("disabled")
    if found is None:
        found = shard.facts["disabled"] = {}
        for certificate in certificates(shard):
            found.setdefault(certificate.one.number, certificate)
    return found


def _of(shard: Shard, one: Person) -> Iterator[Certificate]:
    draw = one.chance("disability")
    if draw >= 0.12 and one.persona not in _SCRIPTED:
        return
    known = stays(shard)[one.number]
    if not known:
        return
    stay = known[-1]
    last = min(stay.end, dt.date(2026, 3, 20))
    if one.persona in _SCRIPTED:
        yield _certificate(shard, one, _SCRIPTED[one.persona], stay, last)
        return
    shares = next(shares for top, shares in _SHARES if one.age(last) <= top)
    for kind, share in shares.items():
        if draw < share:
            yield _certificate(shard, one, kind, stay, last)
            return
        draw -= share


def _certificate(shard: Shard, one: Person, kind: str, stay: Stay, last: dt.date) -> Certificate:
    days = max(0, (last - stay.begin).days)
    # Nearly a tenth of them are issued in the weeks of the deltas.
    back = one.chance("disability/back")
    first = stay.begin + dt.timedelta(days=int(days * one.chance("disability/day")))
    if back < 0.08 and days > 400:
        first = last - dt.timedelta(days=int(back * 250))
    if one.persona in _SCRIPTED:
        first = dt.date(2026, 3, 3 + int(back * 8))
    grade = _grade(kind, one.chance("disability/grade"))
    at = max(soon(one, first, "disability"), stay.entered + dt.timedelta(hours=2))
    reason = "02" if (first - stay.begin).days < 30 and not stay.born else "01"
    states = [State(at=at, grade=grade, issued=first, reason=reason)]
    again = first + dt.timedelta(days=900 + int(one.chance("disability/again") * 2000))
    if one.chance("disability/changes") < 0.3 and again < last:
        worse = _grade(kind, one.chance("disability/grade") * 0.6)
        states.append(State(at=soon(one, again, "disability/again"), grade=worse, issued=again, reason="03"))
    if stay.end != NEVER:
        state = DEAD if stay.died else LEFT
        states.append(_out(states[-1], stay.left + dt.timedelta(days=3), state, stay.end))
    elif one.chance("disability/returned") < 0.02 and (last - states[-1].issued).days > 90:
        states.append(_out(states[-1], dt.datetime(2026, 3, 9, 13), RETURNED, dt.date(2026, 3, 9)))
    number = f"{shard.number * 4000 + len(shard.facts.setdefault('disability/numbers', [])) + 1:010d}"
    shard.facts["disability/numbers"].append(number)
    kept = tuple(state for state in states if state.at <= LIMIT)
    return Certificate(one=one, kind=kind, number=number, first=first, part=_part(one), states=kept)


def _out(before: State, at: dt.datetime, state: str, day: dt.date) -> State:
    at = max(at, before.at + dt.timedelta(hours=1))
    return State(at=at, grade=before.grade, issued=before.issued, reason=before.reason, state=state, out=day)


def _grade(kind: str, draw: float) -> str:
    return next(grade for grade, top in _GRADES[kind] if draw < top)


def _part(one: Person) -> int:
    return int(one.chance("disability/part") * 13)
