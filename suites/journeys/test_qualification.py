"""Qualifications begin and end on the right day, and come back to the resident record."""

from __future__ import annotations

from renkei.kit import Expect, requirement
from renkei.kit.journey.account import judge
from renkei.kit.journey.journey import Journey


@requirement("JN-58")
def test_qualifications_come_back_to_the_resident_record(journey: Journey, expect: Expect) -> None:
    """Qualifications come back to the resident record."""
    judge(journey.account(), expect, "JN-58")


@requirement("JN-76")
def test_the_day_of_loss_is_right(journey: Journey, expect: Expect) -> None:
    """The day of loss is right."""
    judge(journey.account(), expect, "JN-76")


@requirement("JN-77")
def test_a_plan_ends_nothing_and_a_cancellation_restores(journey: Journey, expect: Expect) -> None:
    """A planned 転出 ends no qualification; when it is cancelled the qualification is as before."""
    judge(journey.account(), expect, "JN-77")


@requirement("JN-78")
def test_a_seal_ends_with_residence(journey: Journey, expect: Expect) -> None:
    """A seal registration ends when 転出 or death arrives, and is restored by a cancellation."""
    judge(journey.account(), expect, "JN-78")


@requirement("JN-79")
def test_a_taxpayer_who_left_stays(journey: Journey, expect: Expect) -> None:
    """A taxpayer who left stays at 010 under the same number, marked as gone; the dead are marked as dead."""
    judge(journey.account(), expect, "JN-79")
