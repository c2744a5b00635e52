"""Allowance, vaccination and school."""

from __future__ import annotations

from renkei.kit import Expect, requirement
from renkei.kit.journey.account import judge
from renkei.kit.journey.journey import Journey


@requirement("JN-56")
def test_one_application_is_one(journey: Journey, expect: Expect) -> None:
    """An application with the same id is received and certified once, however often it arrives."""
    judge(journey.account(), expect, "JN-56")


@requirement("JN-57")
def test_the_flag_of_protection_is_on_every_register(journey: Journey, expect: Expect) -> None:
    """Applications and registers of the protected carry the flag, those of nobody else."""
    judge(journey.account(), expect, "JN-57")


@requirement("JN-59")
def test_an_application_arrives_under_the_right_number(journey: Journey, expect: Expect) -> None:
    """An application that came with a serial number reaches the office under the 宛名番号 that 001 linked to it."""
    judge(journey.account(), expect, "JN-59")


@requirement("JN-60")
def test_the_children_are_those_of_the_household(journey: Journey, expect: Expect) -> None:
    """The children counted are those of the household; one who died or left counts no more."""
    judge(journey.account(), expect, "JN-60")


@requirement("JN-61")
def test_former_doses_come_under_the_right_number(journey: Journey, expect: Expect) -> None:
    """Each dose that was answered and converted is recorded under that person's number, as one before moving in."""
    judge(journey.account(), expect, "JN-61")


@requirement("JN-62")
def test_what_cannot_be_converted_is_listed_only(journey: Journey, expect: Expect) -> None:
    """An answer that could not be converted is on the list of errors, and in nobody's record."""
    judge(journey.account(), expect, "JN-62")


@requirement("JN-63")
def test_a_dose_is_recorded_once(journey: Journey, expect: Expect) -> None:
    """One dose of one kind and number is one record, whether it is answered again or was written by hand before."""
    judge(journey.account(), expect, "JN-63")


@requirement("JN-64")
def test_no_notice_bears_a_hidden_address(journey: Journey, expect: Expect) -> None:
    """A school notice of or to somebody protected has no address and is not sent."""
    judge(journey.account(), expect, "JN-64")


@requirement("JN-65")
def test_the_school_register_agrees(journey: Journey, expect: Expect) -> None:
    """Name, birthday and sex in the school register are those of 001, and who left or died is so marked."""
    judge(journey.account(), expect, "JN-65")


@requirement("JN-66")
def test_school_aid_looks_at_three_registers(journey: Journey, expect: Expect) -> None:
    """School aid is 要保護 by 021, 準要保護 by 020, no tax or a low income (010), and refused otherwise."""
    judge(journey.account(), expect, "JN-66")


@requirement("JN-67")
def test_a_notice_goes_to_the_present_address(journey: Journey, expect: Expect) -> None:
    """A school notice of people who are not protected goes to their present address."""
    judge(journey.account(), expect, "JN-67")
