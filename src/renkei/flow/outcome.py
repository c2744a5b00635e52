"""Outcomes: the one result of each (target, role, linkage, requirement); raw outcomes are never rewritten."""

from __future__ import annotations

import enum


class Outcome(enum.StrEnum):
    """What happened to one case; the value is its wire name (design §3)."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    BLOCKED = "blocked"
    AMBIGUOUS = "ambiguous"
    WAIVED = "waived"
    NOT_CLAIMED = "not_claimed"
    EXEMPT = "exempt"
    NOT_APPLICABLE = "not_applicable"
    NOT_RUN = "not_run"
    HARNESS_ERROR = "harness_error"


class FaultOf(enum.StrEnum):
    """The party that an unsuccessful outcome is blamed on."""

    PROVIDER = "provider"
    CONSUMER = "consumer"
    BOTH = "both"
    CONTRACT = "contract"
    CONFIGURATION = "configuration"
    ENVIRONMENT = "environment"
    TEST_DATA = "test_data"
    HARNESS = "harness"
    UNDECIDABLE = "undecidable"


# Outcomes that say nothing against anybody: they neither pass nor fail a roll-up.
NEUTRAL = frozenset(
    {
        Outcome.AMBIGUOUS,
        Outcome.WAIVED,
        Outcome.NOT_CLAIMED,
        Outcome.EXEMPT,
        Outcome.NOT_APPLICABLE,
    }
)

# Worst first: the order in which several tests of one case are merged into its single outcome.
PRECEDENCE = (
    Outcome.HARNESS_ERROR,
    Outcome.FAILED,
    Outcome.BLOCKED,
    Outcome.INCONCLUSIVE,
    Outcome.NOT_RUN,
    Outcome.WAIVED,
    Outcome.AMBIGUOUS,
    Outcome.PASSED,
    Outcome.NOT_CLAIMED,
    Outcome.EXEMPT,
    Outcome.NOT_APPLICABLE,
)


def worst(outcomes: list[Outcome]) -> Outcome:
    """The worst of several outcomes of one case; NOT_RUN for none, so silence never passes."""
    present = set(outcomes)
    return next((outcome for outcome in PRECEDENCE if outcome in present), Outcome.NOT_RUN)
