"""Verdicts: the roll-up of outcomes, an ordered lattice that moves one way.

Laws, property-tested: combining is associative, commutative and idempotent; a roll-up in which nothing
required passed is never a pass; once something has passed, adding a result never improves the verdict.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from renkei.flow.outcome import NEUTRAL, Outcome


class Verdict(enum.StrEnum):
    """What a target, a pair or a run amounts to; the value is its wire name."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    BLOCKED = "blocked"
    NOT_RUN = "not_run"
    HARNESS_ERROR = "harness_error"


# Worst first. Our own fault outranks everything: a broken judge must not speak.
PRECEDENCE = (
    Verdict.HARNESS_ERROR,
    Verdict.FAILED,
    Verdict.BLOCKED,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_RUN,
    Verdict.PASSED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The running roll-up: the worst verdict met so far and whether anything required passed."""

    worst: Verdict = Verdict.PASSED
    something_passed: bool = False

    def add(self, outcome: Outcome, *, required: bool) -> Tally:
        """This tally with one more outcome; neutral and non-required outcomes leave it as it is."""
        if outcome is Outcome.HARNESS_ERROR:
            return self.merge(Tally(worst=Verdict.HARNESS_ERROR))
        if not required or outcome in NEUTRAL:
            return self
        passed = outcome is Outcome.PASSED
        return self.merge(Tally(worst=Verdict(outcome.value), something_passed=passed))

    def merge(self, other: Tally) -> Tally:
        """The roll-up of both."""
        worst = min(self.worst, other.worst, key=PRECEDENCE.index)
        return Tally(worst=worst, something_passed=self.something_passed or other.something_passed)

    @property
    def verdict(self) -> Verdict:
        """The verdict: never a pass without at least one required pass."""
        if self.worst is Verdict.PASSED and not self.something_passed:
            return Verdict.NOT_RUN
        return self.worst


def roll_up(results: Iterable[tuple[Outcome, bool]]) -> Verdict:
    """The verdict of (outcome, required) pairs."""
    tally = Tally()
    for outcome, required in dict.fromkeys(results):  # by the laws, what was added once changes nothing a second time
        tally = tally.add(outcome, required=required)
    return tally.verdict


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of several verdicts (targets of a run): worst of them; NOT_RUN for none."""
    present = set(verdicts)
    return next((verdict for verdict in PRECEDENCE if verdict in present), Verdict.NOT_RUN)
