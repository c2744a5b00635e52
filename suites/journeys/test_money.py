"""Payments and arrears: both sides have the same balance."""

from __future__ import annotations

from renkei.kit import Expect, requirement
from renkei.kit.journey.account import judge
from renkei.kit.journey.journey import Journey


@requirement("JN-45")
def test_collection_follows_a_correction(journey: Journey, expect: Expect) -> None:
    """Collection follows a correction."""
    judge(journey.account(), expect, "JN-45")


@requirement("JN-48")
def test_both_sides_have_the_same_balance(journey: Journey, expect: Expect) -> None:
    """After each exchange the due, the payments, the write-offs and the balance of 015 are those of 036."""
    judge(journey.account(), expect, "JN-48")


@requirement("JN-49")
def test_a_balance_is_what_it_is_made_of(journey: Journey, expect: Expect) -> None:
    """The balance is the due less payments and write-offs plus what was paid back; 延滞金 and fees are not in it."""
    judge(journey.account(), expect, "JN-49")


@requirement("JN-50")
def test_late_charges_are_counted_by_themselves(journey: Journey, expect: Expect) -> None:
    """Charging or paying 延滞金 changes 延滞金 alone, never the balance of the tax."""
    judge(journey.account(), expect, "JN-50")


@requirement("JN-51")
def test_double_payments_are_seen(journey: Journey, expect: Expect) -> None:
    """A payment with the same id counts once; what is paid twice by another stays visible as 過納."""
    judge(journey.account(), expect, "JN-51")


@requirement("JN-52")
def test_payments_add_up(journey: Journey, expect: Expect) -> None:
    """収納額 is the sum of the tax in the payments that were not cancelled."""
    judge(journey.account(), expect, "JN-52")


@requirement("JN-53")
def test_decisions_of_arrears_reach_collection(journey: Journey, expect: Expect) -> None:
    """A write-off or a reduction shows in 036 by the amount that 015 decided."""
    judge(journey.account(), expect, "JN-53")


@requirement("JN-54")
def test_each_due_arrives_once(journey: Journey, expect: Expect) -> None:
    """Each instalment that an office told is in 036 exactly once, with the same amount."""
    judge(journey.account(), expect, "JN-54")


@requirement("JN-55")
def test_the_state_of_payments_comes_back(journey: Journey, expect: Expect) -> None:
    """What 036 tells the offices of balance and 完納 agrees with its own dues, and they hold it."""
    judge(journey.account(), expect, "JN-55")


@requirement("JN-80")
def test_the_address_of_a_co_owner_or_agent_is_hidden(journey: Journey, expect: Expect) -> None:
    """The address of a protected co-owner or agent is on no screen, and by the next day in no row."""
    judge(journey.account(), expect, "JN-80")
