"""Life events over several systems: each is played once, and one test asks for each thing that must be so."""

from __future__ import annotations

from renkei.kit import Expect, requirement
from renkei.kit.journey.account import judge
from renkei.kit.journey.journey import Journey


@requirement("JN-01")
def test_one_person_is_one_person_everywhere(journey: Journey, expect: Expect) -> None:
    """Each office holds each person exactly once."""
    judge(journey.account(), expect, "JN-01")


@requirement("JN-02")
def test_everybody_holds_what_the_provider_says(journey: Journey, expect: Expect) -> None:
    """What an office holds of a person is the provider's latest row, cell by cell."""
    judge(journey.account(), expect, "JN-02")


@requirement("JN-03")
def test_what_is_told_is_what_was_registered(journey: Journey, expect: Expect) -> None:
    """The provider tells of a person what its clerk wrote down, to the day."""
    judge(journey.account(), expect, "JN-03")
