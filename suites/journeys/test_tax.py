"""Taxes and what rests on them: premiums, fees, dues."""

from __future__ import annotations

from renkei.kit import Expect, requirement
from renkei.kit.journey.account import judge
from renkei.kit.journey.journey import Journey


@requirement("JN-40")
def test_not_declared_is_not_untaxed(journey: Journey, expect: Expect) -> None:
    """Not declared is not non-taxable."""
    judge(journey.account(), expect, "JN-40")


@requirement("JN-41")
def test_a_missing_row_is_no_zero(journey: Journey, expect: Expect) -> None:
    """Whoever has no tax row yet is not judged as without income, but as still being asked for."""
    judge(journey.account(), expect, "JN-41")


@requirement("JN-42")
def test_a_correction_is_followed(journey: Journey, expect: Expect) -> None:
    """A correction is followed."""
    judge(journey.account(), expect, "JN-42")


@requirement("JN-43")
def test_the_whole_household_is_judged(journey: Journey, expect: Expect) -> None:
    """The household is judged whole."""
    judge(journey.account(), expect, "JN-43")


@requirement("JN-44")
def test_years_are_not_mixed_up(journey: Journey, expect: Expect) -> None:
    """An assessment rests on the tax year that belongs to it, and a row of another year does not change it."""
    judge(journey.account(), expect, "JN-44")


@requirement("JN-46")
def test_instalments_add_up_to_the_year(journey: Journey, expect: Expect) -> None:
    """The instalments add up to the year's amount, after a correction too."""
    judge(journey.account(), expect, "JN-46")


@requirement("JN-47")
def test_nobody_is_assessed_after_the_end(journey: Journey, expect: Expect) -> None:
    """After a death or 転出 arrived, assessments neither count that person nor are newly made for them."""
    judge(journey.account(), expect, "JN-47")


@requirement("JN-74")
def test_the_nursery_fee_follows_tax_and_household(journey: Journey, expect: Expect) -> None:
    """The nursery fee follows tax and household."""
    judge(journey.account(), expect, "JN-74")
