"""A provider and a consumer with the harness in between: the same journey of data for every pair, and what came of it.

A journey is made once for all requirements of a linkage, and anew for each time that a violation is tried again. What it
gives is an account: faults with the party and the reason, how much was looked at, and what stood in the way.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from renkei.flow.exchange import Exchange
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.plan import RestAccess, Target
from renkei.kit.expect import Expect
from renkei.kit.judgement import conclude, violation_of
from renkei.kit.target import Provider
from renkei.ports import Actor, Holdings, Outlet, Shelf, Steering


class Aspect(enum.StrEnum):
    """What of a pair is judged: one requirement each."""

    REQUESTS = "requests"
    ANSWERS = "answers"
    SERVED = "served"
    KEPT = "kept"
    WRITTEN = "written"
    TAKEN = "taken"
    ACCEPTED = "accepted"
    HELD = "held"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is not as agreed: whose it is, and the code of the sentence that says why."""

    aspect: Aspect
    party: FaultOf
    because: str
    rule: str
    expected: Any
    actual: Any
    where: str = ""
    files: tuple[str, ...] = ()
    second_opinion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why a journey could not go on: the outcome of what was not looked at, with its reason and party."""

    outcome: Outcome
    party: FaultOf
    reason: str
    detail: str = ""


@dataclass(slots=True)
class Account:
    """What came of one journey; ``evidence`` are the digests of what was kept, ``looked`` counts assertions by aspect.

    ``spared`` says of an aspect why it was not looked at: the other side has to mend something first. ``settled`` are
    aspects that were looked at to the end, whatever stood in the way of the rest.
    """

    faults: list[Fault] = field(default_factory=list)
    looked: Counter[Aspect] = field(default_factory=Counter)
    spared: dict[Aspect, str] = field(default_factory=dict)
    observed: list[tuple[str, str]] = field(default_factory=list)
    obstacle: Obstacle | None = None
    settled: set[Aspect] = field(default_factory=set)
    evidence: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)

    def of(self, aspect: Aspect) -> tuple[Fault, ...]:
        """The faults of one aspect, in the order in which they were met."""
        return tuple(fault for fault in self.faults if fault.aspect is aspect)


class Seen(Protocol):
    """A proxy at work: how the consumer reaches the provider through it, what passed, and in the end what it came to."""

    rest: RestAccess
    account: Any
    exchanges: list[Exchange]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """The taking side and its adapters; ``holdings`` and ``steering`` are None where the plan gives none.

    ``outlet`` is the place that we own, ``folder`` the pair's own part of it, ``back`` reads a file of it again where that
    can be done (None where not). ``shelf`` is the same place where it is object storage that tells what was read.
    """

    info: Target
    actor: Actor
    holdings: Holdings | None
    steering: Steering | None
    outlet: Outlet | None
    folder: str
    back: Callable[[str], bytes | None] = lambda _name: None
    shelf: Shelf | None = None


Between = Callable[[], AbstractContextManager[Seen]]


@dataclass(slots=True, kw_only=True)
class Pair:
    """One pair on the linkage of the current case; ``between`` stands before the provider for the length of a block."""

    provider: Provider
    taker: Taker
    between: Between
    turn: int = 0

    @property
    def linkage(self) -> str:
        """The linkage of the case."""
        return self.provider.operation().id

    def account(self, play: Callable[[Pair], Account]) -> Account:
        """The account of this test's journey: the first is shared by all tests, so is the second, and so on."""
        accounts: dict[str, list[Account]] = self.provider.scratch.setdefault("accounts", {})
        held = accounts.setdefault(self.linkage, [])
        if self.turn == len(held):
            held.append(play(self))
        found = held[self.turn]
        self.turn += 1
        for facts in found.evidence.values():
            self.provider.keep_file(facts)
        for exchange in found.exchanges:
            self.provider.record(exchange)
        return found


def judge(account: Account, expect: Expect, aspect: Aspect) -> None:
    """One aspect of a journey: its first fault, or what stood in the way of looking, or a pass with its assertions."""
    faults = account.of(aspect)
    conclude(account, expect, aspect, violation_of(faults[0]) if faults else None)
