"""A law blames for what it speaks of, and nobody for what another did: who was told wrongly has nothing to mend."""

from __future__ import annotations

import dataclasses

import pytest
from journey_offices import Offices
from journey_town import NUMBER, OTHER, Small, protection, resident

from renkei.kit.journey.truth import Protection

YEAR = 2026
HUSBAND, WIFE = 19, 27


def parties(small: Small, requirement: str) -> set[tuple[str, ...]]:
    """Whose turn it is by the findings of a requirement."""
    return {fault.whose for fault in small.look(requirement)}


def test_who_was_never_told_of_somebody_cannot_hold_them() -> None:
    """001 told nobody of a resident: it is late itself, and no office lacks anything."""
    small = Small()
    small.person()
    for name in ("001o005", "001o006"):
        small.town.feeds[name].apply([], full=True)
        for counter in (small.seals, small.tax):
            counter.held.clear()

    assert small.look("JN-01") == []
    assert parties(small, "JN-04") == {("v-001",)}


def test_one_card_under_two_numbers_is_of_who_told_it() -> None:
    """001 gave somebody a second number: the tax office holds both as it was told them."""
    small = Small()
    small.person()
    small.tell("001o006", resident(atenabango=OTHER))
    assert {fault.whose for fault in small.look("JN-01", whole=True)} == {("v-001",)}

    small.town.feeds["001o006"].apply([], full=True)
    small.tell("001o006", resident(), hold=False)
    assert {fault.whose for fault in small.look("JN-01", whole=True)} == {("v-010",)}


def test_who_holds_the_household_that_was_told_is_not_blamed() -> None:
    """001 told one of two members: the offices hold what it told."""
    small = Small()
    small.person()
    small.person(atenabango=OTHER, shimei="葛西　花子", tsuzukigarakodo1="03")
    for name in ("001o005", "001o006"):
        feed = small.town.feeds[name]
        feed.apply([], full=True)
        small.tell(name, resident())
    small.seals.held["001o005"] = small.seals.held["001o005"][-1:]

    assert parties(small, "JN-16") == {("v-001",)}


@pytest.mark.parametrize("told", ["", "3"])
def test_who_shows_what_was_told_as_ended_is_not_blamed(told: str) -> None:
    """001 told nothing of a protection, or its end though nobody decided it: every screen shows the address rightly."""
    small = Small()
    person = small.person()
    person.protection = Protection(kind="1", start="2025-04-01", end="2027-03-31")
    if told:
        small.tell("001o009", protection(shiensochikubun=told))

    assert parties(small, "JN-21") == {("v-001",)}


def test_the_copy_of_who_was_not_told_is_not_blamed() -> None:
    """032 answers as it was told; 001 is named by the other laws."""
    small = Small()
    person = small.person()
    person.protection = Protection(kind="1", start="2025-04-01", end="2027-03-31")
    small.town.virtual = 100_000
    flags = {"jidootofukafuragu": "0", "fukaijigaitofuragu": "0", "saishinfuragu": "1", "sakujofuragu": "0"}
    small.tell("032o903", {"gyomuid": "010", "torokuiraibango": "1", "rirekibango": "1", "atenabango": NUMBER, **flags})
    assert small.look("JN-28") == []

    small.tell("001o009", protection())
    assert parties(small, "JN-28") == {("v-032",)}


def test_who_holds_what_001_told_of_an_assailant_is_not_blamed() -> None:
    """The name stands in the address that 001 told, and so in every office; it is gone from nowhere but 001."""
    small = Small()
    small.person(jusho_katagaki="")
    small.truth.facts["assailants"] = [{"kagaishashimei": "鬼塚　剛厳"}]
    small.tell("001o009", protection())
    held = small.tax.held["001o006"]
    secret = {**held[0].values, "jusho_banchigohyoki": "１番（鬼塚　剛厳）"}
    held[0] = dataclasses.replace(held[0], values=secret)
    assert parties(small, "JN-29") == {("v-010",)}

    small.tell("001o006", resident(jusho_banchigohyoki="１番（鬼塚　剛厳）"))
    assert parties(small, "JN-29") == set()


def test_an_application_under_another_number_came_once() -> None:
    """Whose it is another law asks."""
    town = Offices()
    town.person("母", HUSBAND)
    town.act("certificate", "母")
    town.act("apply", "母", to="027")
    number = town.truth.person("母").facts["applied"]
    town.tell("030o901", uketsukebango="1", mainaporutaruuketsukebango=number, gyomuid="027", atenabango=f"{WIFE:015d}")

    assert town.look("JN-56") == []
    assert [fault.rule for fault in town.look("JN-59")] == ["journey-application-of-another"]


def told_tax(town: Offices, number: int, income: int, *, year: int = YEAR, serial: int = 1, latest: str = "1") -> None:
    """010 tells an income."""
    levy = str(income * 6 // 100 + 5000 if income else 0)
    town.tell(
        "010o902", atenabango=f"{number:015d}", kazeinendo=str(year), kojinrirekibango="1", mishinkokukubun="0",
        kazeijohorirekibango=str(serial), gokeishotokukingaku=str(income), soshotokukingakuto=str(income),
        nenzeigaku=levy, saishinfuragu=latest,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("total", "kind", "blamed"),
    [
        ("3500000", "0", set()),
        ("4500000", "0", {"JN-42"}),
        ("1400000", "0", {"JN-44"}),
        ("", "9", {"JN-44"}),
        ("3000000", "0", {"JN-43"}),
    ],
)
def test_a_wrong_premium_is_blamed_for_what_made_it_wrong(total: str, kind: str, blamed: set[str]) -> None:
    """By the rows before the correction, by those of another year (or for want of them), or by a part of the household."""
    town = Offices()
    for name, number, income in (("夫", HUSBAND, 4_000_000), ("妻", WIFE, 500_000)):
        town.person(name, number, tsuzukigarakodo1="01" if name == "夫" else "03")
        town.act("acquire", name)
        town.act("tax-assess", name, income=income)
        told_tax(town, number, income, latest="0" if name == "夫" else "1")
    town.act("tax-assess", "夫", income=900_000, year="last")
    told_tax(town, HUSBAND, 900_000, year=YEAR - 1)
    town.act("assess", "夫")
    town.act("tax-correct", "夫", income=3_000_000)
    told_tax(town, HUSBAND, 3_000_000, serial=2)
    town.tell(
        "024o904", fukanendo=str(YEAR), tsuchishobango="9", kokuhosetaibango=town.truth.person("夫").household,
        atenabango=f"{HUSBAND:015d}", shotokuhanteikubun="1", keigenkubun=kind, setaisoshotokukingakuto=total,
        hihokenshaninzu="2", nenzeigaku="300000", rirekibango="2",
    )  # fmt: skip

    assert {name for name in ("JN-42", "JN-43", "JN-44") if town.look(name)} == blamed


@pytest.mark.parametrize(("changed", "blamed"), [("2026-06-29", True), ("2026-06-30", False)])
def test_arrears_have_two_nights_to_follow(changed: str, blamed: bool) -> None:
    """In the first night 036 tells of a change, in the second 015 does."""
    town = Offices()
    town.person("納税者", HUSBAND)
    town.act("levy", "納税者", of="010", amount=100_000, due="-60")
    key = town.truth.person("納税者").facts["debts"]["010"].key
    parts = {"choteigaku": "100000", "shunogaku": "0", "funokessongaku": "0", "minogaku": "100000"}
    town.tell("036o005", **key, **{**parts, "shunogaku": "10000", "minogaku": "90000"}, nokigen="2026-05-01",
              sosanengappi=changed)  # fmt: skip
    town.tell("015o902", **key, **parts)

    assert bool(town.look("JN-48")) is blamed
