"""How an account of several requirements at once is judged for one of them: of a pair by aspect, of a journey by requirement."""

from __future__ import annotations

from collections import Counter
from typing import Any, Protocol

from renkei.flow.outcome import FaultOf, Outcome
from renkei.kit.expect import Blocked, Expect, NotApplicable, Undecided, Violation


class Found(Protocol):
    """One thing that is not as agreed, and whose it is."""

    @property
    def rule(self) -> str:
        """What was broken."""

    @property
    def party(self) -> FaultOf:
        """Whose it is."""

    @property
    def because(self) -> str:
        """The code of the sentence that says why it is theirs."""

    @property
    def expected(self) -> Any:
        """What had to be."""

    @property
    def actual(self) -> Any:
        """What was."""

    @property
    def where(self) -> str:
        """Where it was seen."""

    @property
    def files(self) -> tuple[str, ...]:
        """The digests of its evidence."""

    @property
    def second_opinion(self) -> str:
        """What the second validator said."""


class Accounted(Protocol):
    """What came of one play, by requirement or aspect; ``obstacle`` is what stood in the way of the rest."""

    looked: Counter[Any]
    spared: dict[Any, str]
    observed: list[tuple[str, str]]
    settled: set[Any]
    obstacle: Any


def violation_of(fault: Found) -> Violation:
    """The violation that a fault is."""
    violation = Violation(
        fault.rule,
        expected=fault.expected,
        actual=fault.actual,
        where=fault.where,
        files=fault.files,
        fault_of=fault.party,
        second_opinion=fault.second_opinion,
    )
    violation.because = fault.because
    return violation


def conclude(account: Accounted, expect: Expect, key: str, violation: Violation | None) -> None:
    """Raise the violation, or what stood in the way of looking; otherwise it is a pass with its assertions."""
    for ambiguity, value in account.observed:
        expect.observe(ambiguity, value)
    expect.looked(account.looked[key])
    if violation is not None:
        raise violation
    if key in account.spared:
        raise NotApplicable(account.spared[key])
    if account.obstacle is not None and key not in account.settled:
        kind = Blocked if account.obstacle.outcome is Outcome.BLOCKED else Undecided
        raise kind(account.obstacle.reason, account.obstacle.detail, fault_of=account.obstacle.party)
    if not account.looked[key]:
        raise Undecided("nothing-looked-at", key)
