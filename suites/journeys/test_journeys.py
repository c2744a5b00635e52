"""Life events over several systems: each is played once, and one test asks for each thing that must be so."""

from __future__ import annotations

from renkei.kit import Expect, requirement
from renkei.kit.journey.account import judge
from renkei.kit.journey.journey import Journey


@requirement("JN-01")
def test_one_person_is_one_person_everywhere(journey: Journey, expect: Expect) -> None:
    """One person is one person everywhere."""
    judge(journey.account(), expect, "JN-01")


@requirement("JN-02")
def test_everybody_holds_what_the_provider_says(journey: Journey, expect: Expect) -> None:
    """What is held is what was told."""
    judge(journey.account(), expect, "JN-02")


@requirement("JN-03")
def test_what_is_told_is_what_was_registered(journey: Journey, expect: Expect) -> None:
    """What was registered is what is told."""
    judge(journey.account(), expect, "JN-03")


@requirement("JN-04")
def test_everybody_knows_within_the_window(journey: Journey, expect: Expect) -> None:
    """Everybody knows within ten minutes."""
    judge(journey.account(), expect, "JN-04")


@requirement("JN-05")
def test_histories_lose_nothing(journey: Journey, expect: Expect) -> None:
    """Histories go on and lose nothing."""
    judge(journey.account(), expect, "JN-05")


@requirement("JN-06")
def test_a_full_file_equals_the_deltas(journey: Journey, expect: Expect) -> None:
    """The full file equals the deltas."""
    judge(journey.account(), expect, "JN-06")


@requirement("JN-07")
def test_a_cancellation_restores_and_stays_visible(journey: Journey, expect: Expect) -> None:
    """A cancellation restores, and stays visible."""
    judge(journey.account(), expect, "JN-07")


@requirement("JN-08")
def test_who_returns_keeps_the_number(journey: Journey, expect: Expect) -> None:
    """Who returns keeps the number."""
    judge(journey.account(), expect, "JN-08")


@requirement("JN-09")
def test_a_resident_until_the_day(journey: Journey, expect: Expect) -> None:
    """A resident until the day."""
    judge(journey.account(), expect, "JN-09")


@requirement("JN-10")
def test_a_plan_stays_and_a_notice_counts_once(journey: Journey, expect: Expect) -> None:
    """A planned address stays, the same notice counts once."""
    judge(journey.account(), expect, "JN-10")


@requirement("JN-11")
def test_a_later_personal_number_arrives(journey: Journey, expect: Expect) -> None:
    """A later 個人番号 reaches everybody who may have it."""
    judge(journey.account(), expect, "JN-11")


@requirement("JN-12")
def test_no_personal_number_where_it_may_not_be(journey: Journey, expect: Expect) -> None:
    """個人番号 never goes where it may not be."""
    judge(journey.account(), expect, "JN-12")


@requirement("JN-13")
def test_an_unknown_day_stays_as_written(journey: Journey, expect: Expect) -> None:
    """An unknown day stays as it was written."""
    judge(journey.account(), expect, "JN-13")


@requirement("JN-14")
def test_a_household_without_a_head_is_told(journey: Journey, expect: Expect) -> None:
    """A household without a head can be told."""
    judge(journey.account(), expect, "JN-14")


@requirement("JN-15")
def test_a_marriage_gives_both_a_row(journey: Journey, expect: Expect) -> None:
    """A marriage gives both a row."""
    judge(journey.account(), expect, "JN-15")


@requirement("JN-16")
def test_one_household_has_one_head(journey: Journey, expect: Expect) -> None:
    """One household, one head."""
    judge(journey.account(), expect, "JN-16")


@requirement("JN-17")
def test_naturalisation_makes_nobody_else(journey: Journey, expect: Expect) -> None:
    """Naturalisation makes nobody else."""
    judge(journey.account(), expect, "JN-17")


@requirement("JN-18")
def test_a_residence_status_is_told(journey: Journey, expect: Expect) -> None:
    """Residence status is told."""
    judge(journey.account(), expect, "JN-18")


@requirement("JN-19")
def test_a_bulk_change_arrives_whole(journey: Journey, expect: Expect) -> None:
    """A bulk change arrives at once and in order."""
    judge(journey.account(), expect, "JN-19")


@requirement("JN-20")
def test_nobody_is_told_twice(journey: Journey, expect: Expect) -> None:
    """Nobody is told twice."""
    judge(journey.account(), expect, "JN-20")


@requirement("JN-21")
def test_protection_hides_from_decision_to_decision(journey: Journey, expect: Expect) -> None:
    """Protection hides from decision to decision."""
    judge(journey.account(), expect, "JN-21")


@requirement("JN-22")
def test_those_protected_together_are_hidden(journey: Journey, expect: Expect) -> None:
    """Those protected together are hidden too."""
    judge(journey.account(), expect, "JN-22")


@requirement("JN-23")
def test_an_end_date_ends_nothing(journey: Journey, expect: Expect) -> None:
    """An end date ends nothing."""
    judge(journey.account(), expect, "JN-23")


@requirement("JN-24")
def test_a_temporary_lift_leaves_no_row(journey: Journey, expect: Expect) -> None:
    """一時解除 leaves no row."""
    judge(journey.account(), expect, "JN-24")


@requirement("JN-25")
def test_the_decision_ends_it(journey: Journey, expect: Expect) -> None:
    """The decision ends it."""
    judge(journey.account(), expect, "JN-25")


@requirement("JN-26")
def test_an_extension_follows_without_a_gap(journey: Journey, expect: Expect) -> None:
    """An extension follows without a gap."""
    judge(journey.account(), expect, "JN-26")


@requirement("JN-27")
def test_the_former_place_goes_on_protecting(journey: Journey, expect: Expect) -> None:
    """The former place goes on protecting."""
    judge(journey.account(), expect, "JN-27")


@requirement("JN-28")
def test_copies_are_not_answered_automatically(journey: Journey, expect: Expect) -> None:
    """The 中間サーバー does not answer by itself."""
    judge(journey.account(), expect, "JN-28")


@requirement("JN-29")
def test_the_assailant_stays_in_001(journey: Journey, expect: Expect) -> None:
    """What is said of the assailant stays in 001."""
    judge(journey.account(), expect, "JN-29")


@requirement("JN-30")
def test_nobody_else_is_changed(journey: Journey, expect: Expect) -> None:
    """Nobody else is changed."""
    judge(journey.account(), expect, "JN-30")
