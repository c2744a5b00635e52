"""The address of a protected co-owner or agent: on no screen from the decision on, and by the next day in no row."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from journey_offices import Offices

from renkei.kit.journey.act_contact import acts_for, owns
from renkei.kit.journey.feed import Carried
from renkei.kit.journey.law_protection import DAY
from renkei.kit.journey.truth import LEFT, Person, Protection

Tell = Callable[..., None]
ESTATE = "800000900000017"
SHOWN, HIDDEN, UNTOLD = False, True, None


def owner(town: Offices, person: Person, *, flag: str = "0", suppressed: bool | None = SHOWN) -> None:
    """036 tells the row of a co-owner, with the address where the flag allows it, and 015 shows the row so."""
    there = "" if flag == "1" else "中央一丁目"
    town.tell(
        "036o011", atenabango=ESTATE, fukanendo="2026", koseiinatenabango=person.number, kyoyushajusho_choaza=there,
        jushohihyojifuragu=flag,
    )  # fmt: skip
    show(town, "036o011", suppressed)


def agent(town: Offices, person: Person, *, flag: str = "0", suppressed: bool | None = SHOWN) -> None:
    """036 tells the row of an agent."""
    there = "" if flag == "1" else "中央一丁目"
    town.tell(
        "036o013", gyomuid="012", atenabango="000000000000027", zeimokukodo="04", dairininkubun="1",
        dairikaishinengappi="2026-05-01", dairininatenabango=person.number, dairininjusho_choaza=there,
        jushohihyojifuragu=flag,
    )  # fmt: skip
    show(town, "036o013", suppressed)


def show(town: Offices, linkage: str, suppressed: bool | None) -> None:
    """The screen of 015 hides the addresses of a linkage, or does not, or nothing is said of it."""
    held = town.counters["015"].held[linkage]
    held[:] = [dataclasses.replace(one, suppressed=suppressed) for one in held]
    town.town.shown.clear()


def protected(town: Offices, *, after: float = 0.0, ended: bool = False) -> Person:
    """Somebody protected, so many seconds after the decision; everybody was told of it at once."""
    person = town.person("母", 19)
    person.protection = Protection(kind="1", start="2026-05-01", end="2027-04-30", ended=ended)
    town.tell("001o009", atenabango=person.number, rirekibango="1", shiensochikubun="3" if ended else "1")
    town.town.virtual = after
    return person


@pytest.mark.parametrize("of", [owner, agent])
def test_what_was_told_before_is_hidden_on_every_screen(of: Tell) -> None:
    """Until 036 tells the row anew, the screen hides the address that it holds; on the next day the row has none."""
    town = Offices()
    person = protected(town, after=600)
    of(town, person, suppressed=HIDDEN)
    assert town.look("JN-80") == []

    town.town.virtual = DAY
    of(town, person, flag="1", suppressed=SHOWN)
    assert town.look("JN-80") == []
    assert town.account.looked["JN-80"] > 2


@pytest.mark.parametrize("of", [owner, agent])
def test_a_screen_that_shows_the_address_is_found(of: Tell) -> None:
    """It is for the office that shows it to mend, and not for the one that told it."""
    town = Offices()
    of(town, protected(town, after=600))

    assert [(fault.rule, fault.whose) for fault in town.look("JN-80")] == [("journey-listed-address-shown", ("v-015",))]


@pytest.mark.parametrize("flag", ["0", "1"])
def test_an_address_that_is_told_on_the_next_day_is_found(flag: str) -> None:
    """The row in force still has the address, or says that it may be shown."""
    town = Offices()
    person = protected(town, after=DAY)
    owner(town, person, flag=flag, suppressed=HIDDEN)
    if flag == "1":
        town.tell(
            "036o011", atenabango=ESTATE, fukanendo="2026", koseiinatenabango=person.number, jushohihyojifuragu="0"
        )

    assert [(fault.rule, fault.whose) for fault in town.look("JN-80")] == [("journey-listed-address-told", ("v-036",))]


def test_who_was_not_told_of_a_protection_is_not_blamed() -> None:
    """001 decided, and told nothing of it: that is 001's to mend."""
    town = Offices()
    owner(town, protected(town, after=DAY))
    town.drop("001o009")

    assert town.look("JN-80") == []
    assert [fault.whose for fault in town.look("JN-21")] == [("v-001",)]


def test_who_was_told_only_now_has_a_day() -> None:
    """036 tells once a day: what is looked at right after the file about the protection came is not blamed."""
    town = Offices()
    owner(town, protected(town, after=DAY), suppressed=HIDDEN)
    town.town.deliveries.append(
        Carried(linkage="001o009", provider="v-001", taker="v-036", files=("a",), rows=1, job=None)
    )
    assert town.look("JN-80") == []

    town.town.deliveries.clear()
    town.town.virtual = 2 * DAY
    assert [fault.rule for fault in town.look("JN-80")] == ["journey-listed-address-told"]


@pytest.mark.parametrize("ended", [True, False])
def test_nobody_else_is_hidden(ended: bool) -> None:
    """After the decision to end, and of whoever was never protected."""
    town = Offices()
    person = protected(town, ended=True)
    if not ended:
        person.protection = None
        town.drop("001o009")
    owner(town, person)
    assert town.look("JN-80") == []

    show(town, "036o011", HIDDEN)
    assert [(fault.rule, fault.whose) for fault in town.look("JN-80")] == [
        ("journey-hidden-without-reason", ("v-015",))
    ]


def test_an_office_that_tells_nothing_of_hiding_is_not_judged() -> None:
    """Where the façade does not say whether an address is hidden, nothing is said of the screen."""
    town = Offices()
    owner(town, protected(town, after=600), suppressed=UNTOLD)

    assert town.look("JN-80") == []
    assert town.account.looked["JN-80"] == 0


def test_without_collection_it_concerns_nobody() -> None:
    """A plan that has no 036 says so."""
    town = Offices(systems=("001", "015"))
    protected(town)

    assert town.look("JN-80") == []
    assert town.account.spared["JN-80"] == "journey-part-missing"


def test_co_owners_and_agents_are_registered_by_their_numbers() -> None:
    """The façade is told the owners in order, and of an agent whose letters it gets."""
    town = Offices()
    town.person("母", 19)
    town.person("隣人", 27)
    town.act("co-own", "母", "隣人")
    town.act("agent", "母", of="隣人")

    assert town.asked == [
        ("co-own", {"koseiinatenabango": "000000000000019;000000000000027"}),
        (
            "agent",
            {
                "gyomuid": "012",
                "atenabango": "000000000000027",
                "zeimokukodo": "04",
                "dairininatenabango": "000000000000019",
            },
        ),
    ]


def test_residents_own_together_and_act_for_each_other_once() -> None:
    """Only who is grown and lives here, each as co-owner once, and nobody has two agents."""
    town = Offices()
    for number, name in enumerate(("母", "隣人", "知人"), 1):
        town.person(name, 10 * number + 9).like = {"age": 40}
    town.person("子", 49).like = {"age": 8}
    town.person("前の住民", 59, juminjotai=LEFT).like = {"age": 40}

    assert [one.who for one in owns(town.truth)] == [("母", "隣人"), ("母", "知人"), ("隣人", "知人")]
    town.act("co-own", "母", "隣人")
    assert list(owns(town.truth)) == []
    town.act("agent", "母", of="隣人")
    assert {(one.who, one.other) for one in acts_for(town.truth)} == {
        (("隣人",), "母"), (("隣人",), "知人"), (("知人",), "母"),
    }  # fmt: skip
