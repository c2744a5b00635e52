"""People who do not live here, and the numbers people bear."""

from __future__ import annotations

from renkei.kit import Expect, requirement
from renkei.kit.journey.account import judge
from renkei.kit.journey.journey import Journey


@requirement("JN-68")
def test_an_outsider_gets_one_number(journey: Journey, expect: Expect) -> None:
    """A non-resident gets one number."""
    judge(journey.account(), expect, "JN-68")


@requirement("JN-69")
def test_a_change_keeps_the_number(journey: Journey, expect: Expect) -> None:
    """A change keeps the number."""
    judge(journey.account(), expect, "JN-69")


@requirement("JN-70")
def test_a_former_resident_keeps_the_number(journey: Journey, expect: Expect) -> None:
    """A former resident becomes a non-resident under the same number, and is nowhere two people."""
    judge(journey.account(), expect, "JN-70")


@requirement("JN-71")
def test_the_number_of_a_new_resident_goes(journey: Journey, expect: Expect) -> None:
    """When a non-resident becomes a resident the record leaves 031 on request, and no office keeps it."""
    judge(journey.account(), expect, "JN-71")


@requirement("JN-72")
def test_a_merger_is_told(journey: Journey, expect: Expect) -> None:
    """名寄せ is told."""
    judge(journey.account(), expect, "JN-72")


@requirement("JN-73")
def test_an_unmerger_is_told(journey: Journey, expect: Expect) -> None:
    """After 解除 the mark is 0 and no number is named, at every receiving office."""
    judge(journey.account(), expect, "JN-73")


@requirement("JN-75")
def test_a_number_is_asked_for_once(journey: Journey, expect: Expect) -> None:
    """For one person an office asks 032 once, and there is one result."""
    judge(journey.account(), expect, "JN-75")
