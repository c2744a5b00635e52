"""What came of one journey: its steps, faults with the targets that have to mend them, and what stood in the way.

A journey is played once for all its requirements, and anew for each time that a violation of one is tried again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.flow.exchange import Exchange
from renkei.flow.finding import BY_HAND
from renkei.flow.journey import Taken
from renkei.flow.outcome import FaultOf, Outcome
from renkei.kit.expect import Expect, Violation
from renkei.kit.judgement import conclude, violation_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is not as it must be: of which requirement, whose turn it is, and why it is theirs.

    ``whose`` are the ids of the targets that have to mend it, ``because`` is a code under ``between`` ("" for none).
    ``where`` names the target, the linkage and the thing, so that the same fault has the same id in every run.
    ``broken`` is the requirement that is broken, where ``requirement`` asks that many others hold ("" for itself).
    ``example`` is the story that shows it, where nobody wrote it down before, and ``replays`` how often it was seen again.
    """

    requirement: str
    party: FaultOf
    whose: tuple[str, ...]
    rule: str
    expected: Any
    actual: Any
    where: str = ""
    because: str = ""
    files: tuple[str, ...] = ()
    second_opinion: str = ""
    example: str = ""
    replays: str = ""
    broken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why a journey could not go on: the outcome of what was not looked at, with reason, party and target."""

    outcome: Outcome
    party: FaultOf
    reason: str
    detail: str = ""
    whose: tuple[str, ...] = ()


@dataclass(slots=True)
class Account:
    """``looked`` counts assertions by requirement; ``evidence`` are the facts of what was kept, by digest.

    ``spared`` says of a requirement why it was not looked at. ``settled`` are requirements that were looked at to the end,
    whatever stood in the way of the rest. ``steps`` are the steps of the story as they went. ``by_hand``: people did them,
    who are not asked to do it all three times more.
    """

    faults: list[Fault] = field(default_factory=list)
    looked: Counter[str] = field(default_factory=Counter)
    spared: dict[str, str] = field(default_factory=dict)
    observed: list[tuple[str, str]] = field(default_factory=list)
    obstacle: Obstacle | None = None
    settled: set[str] = field(default_factory=set)
    evidence: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    steps: list[Taken] = field(default_factory=list)
    by_hand: bool = False

    def of(self, requirement: str) -> tuple[Fault, ...]:
        """The faults of one requirement, in the order in which they were met."""
        return tuple(fault for fault in self.faults if fault.requirement == requirement)


def judge(account: Account, expect: Expect, requirement: str) -> None:
    """One requirement of a journey: its faults, or what stood in the way of looking, or a pass with its assertions."""
    faults = account.of(requirement)
    conclude(account, expect, requirement, _violation(account, faults) if faults else None)


def _violation(account: Account, faults: tuple[Fault, ...]) -> Violation:
    """The first is told of; whoever breaks it in the same way has the same to mend.

    Of those that were each seen again by a story of their own all are told.
    """
    first = faults[0]
    if first.example:
        violation, *others = (_told(one, (one,)) for one in faults)
        violation.also = tuple(others)
        return violation
    alike = tuple(one for one in faults if one.rule == first.rule and one.party is first.party)
    violation = _told(first, alike)
    violation.replays = BY_HAND if account.by_hand else first.replays
    return violation


def _told(fault: Fault, alike: tuple[Fault, ...]) -> Violation:
    violation = violation_of(fault)
    violation.example, violation.replays, violation.broken = fault.example, fault.replays, fault.broken
    violation.whose = tuple(dict.fromkeys(name for one in alike for name in one.whose))
    return violation
