"""Who acts for a taxpayer (代理人), and which mail came back (返戻): facts that 012, 016 and 036 share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from renkei.town.due import Due, dues
from renkei.town.estate import Joint, estates
from renkei.town.holder import Holder, holders
from renkei.town.instalment import business
from renkei.town.person import NEVER, Outsider, Person
from renkei.town.shard import Shard

MANAGER, HEIR, GUARDIAN = "1", "2", "3"
FOREVER = "9999-12-31"
_RETURNED = 0.004
# The persona whose protection stands past its end date, since nobody decided on its end.
CAREFUL = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who acts for the holder of 宛名番号 ``principal``, as known from ``at`` on."""

    principal: str
    kind: str
    agent: Holder
    service: str
    tax: str
    since: dt.date
    at: dt.datetime
    ended: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A notice that came back; ``solved`` is when the new address was found."""

    due: Due
    to: Holder
    serial: int
    sent: dt.date
    back: dt.date
    reason: str
    solved: dt.date | None


def joints(shard: Shard) -> dict[str, Joint]:
    """Co-owners by their number."""
    found: dict[str, Joint] | None = shard.facts.get("joints")
    if found is None:
        found = {one.joint.number: one.joint for one in estates(shard) if one.joint is not None}
        shard.facts["joints"] = found
    return found


def reached(shard: Shard, number: str) -> Holder | None:
    """Who gets the mail of a number: the holder, or the first of co-owners."""
    joint = joints(shard).get(number)
    return joint.members[0] if joint is not None else holders(shard).get(number)


def agents(shard: Shard) -> list[Agent]:
    """納税管理人 of landlords abroad, 相続人代表者 of the dead who own land, 成年後見人 of a few of the old; 33 has one too.

    In the last month somebody under 支援措置 takes over from the manager: 統合収納 knows the agent, and nobody the address.
    """
    found: list[Agent] | None = shard.facts.get("agents")
    if found is None:
        found = shard.facts["agents"] = list(_managers(shard)) + list(_representatives(shard)) + list(_guardians(shard))
    return found


def _managers(shard: Shard) -> list[Agent]:
    known = next((one for one in shard.people if one.rows and one.resident and one.age(dt.date(2020, 1, 1)) > 25), None)
    careful = next((one for one in shard.people if one.persona == CAREFUL and one.resident), None)
    at, over = dt.datetime(2022, 6, 1, 10), dt.datetime(2026, 3, 11, 10)
    found = []
    for one in shard.outsiders:
        if known is None or one.hidden or one.at >= at or not one.values.get("jusho_kokumeikodo"):
            continue
        manager = Agent(
            principal=one.number, kind=MANAGER, agent=known, service="012", tax="04", since=at.date(), at=at
        )
        found.append(manager)
        if careful is not None:
            found.append(replace(manager, at=over, ended=over.date() - dt.timedelta(days=1)))
            found.append(replace(manager, agent=careful, since=over.date(), at=over + dt.timedelta(minutes=5)))
    return found


def _representatives(shard: Shard) -> list[Agent]:
    found = []
    for one in estates(shard):
        owner = one.owner
        if one.heir is not None and isinstance(owner, Person) and owner.died != NEVER:
            at = dt.datetime.combine(business(owner.died + dt.timedelta(days=25)), dt.time(14))
            if dt.datetime(2018, 1, 1) < at < dt.datetime(2026, 3, 31):
                found.append(
                    Agent(principal=owner.number, kind=HEIR, agent=one.heir, service="012", tax="04",
                          since=owner.died, at=at)
                )  # fmt: skip
    return found


def _guardians(shard: Shard) -> list[Agent]:
    found = []
    for one in estates(shard):
        owner = one.owner
        if not isinstance(owner, Person) or owner.died != NEVER:
            continue
        if owner.persona == 33 or (owner.age(dt.date(2024, 1, 1)) > 85 and owner.chance("guardian") < 0.06):
            child = next(
                (other for other in shard.people if other.resident and owner in (other.mother, other.father)), None
            )
            guardian = child or next((other for other in shard.people if other.resident and other is not owner), None)
            if guardian is not None:
                at = dt.datetime(2024, 2, 1, 11) if owner.persona != 33 else dt.datetime(2026, 3, 11, 11)
                found.append(
                    Agent(principal=owner.number, kind=GUARDIAN, agent=guardian, service="012", tax="04",
                          since=at.date(), at=at)
                )  # fmt: skip
    return found


def returned(shard: Shard) -> list[Mail]:
    """Notices that came back: of who moved without a word, of the protected who are reached otherwise, of co-owners."""
    found: list[Mail] | None = shard.facts.get("mail")
    if found is None:
        found = shard.facts["mail"] = []
        serials: dict[str, int] = {}
        for due in dues(shard):
            if due.period != "01" or due.employer or due.carried or not _comes_back(shard, due):
                continue
            to = reached(shard, due.holder)
            if to is None:
                continue
            serials[due.holder] = serials.get(due.holder, 0) + 1
            sent = business(due.raised.date() + dt.timedelta(days=3))
            back = business(sent + dt.timedelta(days=9))
            days = 40 if _by_chance(shard, due) else 300
            solved = business(back + dt.timedelta(days=days)) if shard.chance(due.notice, "found") < 0.7 else None
            found.append(
                Mail(due=due, to=to, serial=serials[due.holder], sent=sent, back=back,
                     reason="02" if solved else "01", solved=solved)
            )  # fmt: skip
    return found


def _comes_back(shard: Shard, due: Due) -> bool:
    one = reached(shard, due.holder)
    always = isinstance(one, Person | Outsider) and (
        one.persona in (21, 32, 33) or (isinstance(one, Person) and bool(one.protections))
    )
    return (always and due.year == 2025) or _by_chance(shard, due)


def _by_chance(shard: Shard, due: Due) -> bool:
    """Whether mail comes back as it does with anybody; a persona's address is found only in the last month."""
    return shard.chance(due.notice, "returned") < _RETURNED
