"""Laws of allowance, vaccination and school hold where all is well, and find what they are about where something is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from journey_offices import TODAY, Offices

from renkei.flow.phrase import phrase
from renkei.kit.journey.truth import DEAD, LEFT, Protection

PARENT, CHILD = "000000000000019", "000000000000027"
Break = Callable[[Offices], object]


def family(town: Offices, *, protected: bool = False) -> None:
    """A mother and her child of two."""
    if "母" not in town.truth.people:
        town.person("母", 19, seibetsu="2")
        town.person("子", 27, tsuzukigarakodo1="06", seinengappi="2024-05-05")
    if protected:
        for name in ("母", "子"):
            town.truth.person(name).protection = Protection(kind="1", start="2026-04-01", end="2027-03-31")


def applied(town: Offices, *, rows: int = 1, protected: bool = False, hold: bool = True, **cells: str) -> None:
    """An application of the mother, as 030 tells it."""
    family(town, protected=protected)
    town.act("certificate", "母")
    town.act("apply", "母", to="027", times=2)
    number = town.truth.person("母").facts["applied"]
    for serial in range(rows):
        facts = {"uketsukebango": str(serial + 1), "mainaporutaruuketsukebango": number, "gyomuid": "027",
                 "atenabango": PARENT, "shiensochitaishofuragu": "1" if protected else "0"}  # fmt: skip
        town.tell("030o901", hold=hold, **{**facts, **cells})


def granted(town: Offices, *, rows: int = 1, children: int = 1, kid: str = CHILD, **cells: str) -> None:
    """The allowance of the mother, as 027 tells it."""
    family(town)
    town.act("allowance-apply", "母", times=2)
    for serial in range(rows):
        facts = {"ninteibango": str(serial + 1), "atenabango": PARENT, "shikyujokyo": "1", "shikyutaishojidosu": "1",
                 "jidoteategetsugaku": "15000"}  # fmt: skip
        town.tell("027o901", **{**facts, **cells})
    town.feed("027o902")
    for _ in range(children):
        town.tell("027o902", ninteibango="1", jidoatenabango=kid, jukyushaatenabango=PARENT, santeikubun="1",
                  teategetsugaku="15000")  # fmt: skip


def gone(town: Offices, state: str, **cells: str) -> None:
    """The mother left or died after the allowance was granted."""
    granted(town, **cells)
    town.truth.person("母").registered({"juminjotai": state})


def divided(town: Offices) -> None:
    """The mother made a household of her own after it was granted."""
    granted(town)
    town.truth.person("母").registered({"setaibango": "another"})


def dosed(
    town: Offices, day: str = "2025-12-13", *, told: bool = True, kinds: tuple[str, ...] = ("01",), **cells: str
) -> None:
    """One dose that the former municipality answered."""
    family(town)
    town.act("vaccination-answer", "子", doses=["01-1"], day="2025-12-13")
    town.feed("019o930")
    for kind in kinds if told else ():
        facts = {"atenabango": CHILD, "wakuchinshurui": kind, "sesshukaisu": "1", "sesshunengappi": day}
        town.tell("019o930", **{**facts, "tennyumaesesshufuragu": "1", **cells})


def unconverted(town: Offices, *, recorded: bool) -> None:
    """One answer that could not be converted."""
    family(town)
    town.act("vaccination-answer", "子", doses=["02-1"], day="2025-12-13", converted=False)
    town.feed("019o930")
    if recorded:
        town.tell("019o930", atenabango=CHILD, wakuchinshurui="02", sesshukaisu="1", sesshunengappi="2025-12-13")


def handed_on(town: Offices) -> None:
    """032 hands on, under a number, what could not be converted; 019 only follows."""
    unconverted(town, recorded=True)
    town.tell("032o902", gyomuid="019", shokaibango="1", atenabango=CHILD, henkankekka="1", shokaishorijokyo="2")


def notified(town: Offices, *, protected: bool = False, told: bool = True, **cells: str) -> None:
    """A school notice of the child to the mother."""
    family(town, protected=protected)
    town.act("school-notice", "子", to={"子": "母"})
    hidden = {"tsuchiteishifuragu": "1", "sofusaki_choaza": "", "sofusaki_banchigohyoki": ""}
    shown = {"tsuchiteishifuragu": "0", "sofusaki_choaza": "中央一丁目", "sofusaki_banchigohyoki": "１番"}
    facts = {"atenabango": CHILD, "shugakunendo": "2027", "tsuchishubetsu": "3", "tsuchisakiatenabango": PARENT}
    town.feed("017o902")
    if told:
        sent = {} if protected else {"tsuchihassonengappi": TODAY}
        town.tell("017o902", **{**facts, **(hidden if protected else shown), **sent, **cells})


def enrolled(town: Offices, state: str = "1", **cells: str) -> None:
    """The child in the school register."""
    family(town)
    child = town.truth.person("子")
    town.act("school-enrol", "子")
    child.registered({"juminjotai": state})
    shown = {name: child.cells[name] for name in ("shimei", "seinengappi", "seibetsu")}
    town.tell("017o901", **{"atenabango": CHILD, **shown, "zaisekijokyo": "1", "shiensochitaishofuragu": "0", **cells})


def aided(
    town: Offices, kind: str, *, income: int | None = 9_000_000, fact: str = "", undeclared: bool = False
) -> None:
    """School aid of the child, decided so, of a mother with that income."""
    family(town)
    if fact:
        town.act(fact, "母")
    if income is not None:
        town.act("tax-assess", "母", income=income, undeclared=undeclared)
        town.tell("010o902", atenabango=PARENT, kazeinendo="2026", kojinrirekibango="1", kazeijohorirekibango="1",
                  mishinkokukubun="1" if undeclared else "0", soshotokukingakuto=str(income),
                  kazeihikazeikubun="3" if not income else "1")  # fmt: skip
    town.act("school-aid", "子")
    town.tell("018o901", ninteinendo="2026", atenabango=CHILD, shinseibango="1", ninteikubun=kind,
              shotokuhanteikubun="2" if undeclared else "1", shiensochitaishofuragu="0")  # fmt: skip


def aided_with_sibling(town: Offices) -> None:
    """School aid of a child whose small sister has no income that anybody would ask about."""
    town.person("姉", 35, tsuzukigarakodo1="06", seinengappi="2019-05-05")
    aided(town, "2", income=2_000_000)


def aided_before(town: Offices) -> None:
    """School aid that was judged before the tax was corrected: when it is judged again nobody says."""
    aided(town, "2", income=2_000_000)
    town.act("tax-correct", "母", income=6_000_000)
    town.tell("010o902", atenabango=PARENT, kazeinendo="2026", kojinrirekibango="1", kazeijohorirekibango="2",
              mishinkokukubun="0", soshotokukingakuto="6000000", kazeihikazeikubun="1")  # fmt: skip


GOOD: list[tuple[str, Break]] = [
    ("JN-56", applied),
    ("JN-56", granted),
    ("JN-57", lambda town: applied(town, protected=True)),
    ("JN-57", applied),
    ("JN-59", applied),
    ("JN-60", granted),
    ("JN-60", lambda town: gone(town, LEFT, shikyujokyo="4")),
    ("JN-60", divided),
    ("JN-61", dosed),
    ("JN-62", lambda town: unconverted(town, recorded=False)),
    ("JN-63", dosed),
    ("JN-64", lambda town: notified(town, protected=True)),
    ("JN-65", enrolled),
    ("JN-65", lambda town: enrolled(town, LEFT, zaisekijokyo="4")),
    ("JN-65", lambda town: enrolled(town, DEAD, zaisekijokyo="8")),
    ("JN-66", lambda town: aided(town, "3")),
    ("JN-66", lambda town: aided(town, "2", income=0)),
    ("JN-66", lambda town: aided(town, "2", income=2_000_000)),
    ("JN-66", lambda town: aided(town, "1", fact="assistance-begin")),
    ("JN-66", lambda town: aided(town, "2", fact="support-grant")),
    ("JN-66", lambda town: aided(town, "3", undeclared=True)),
    ("JN-66", aided_with_sibling),
    ("JN-67", notified),
]
BAD: list[tuple[str, Break, str, str]] = [
    ("JN-56", lambda town: applied(town, rows=2), "journey-application-twice", "v-030"),
    ("JN-56", lambda town: (applied(town), town.drop("030o901")), "journey-application-lost", "v-030"),
    ("JN-56", lambda town: granted(town, rows=2), "journey-certified-twice", "v-027"),
    ("JN-56", lambda town: (granted(town), town.drop("027o901")), "journey-not-certified", "v-027"),
    ("JN-57", lambda town: applied(town, protected=True, shiensochitaishofuragu="0"), "journey-flag-of-protection", "v-030"),
    ("JN-57", lambda town: applied(town, shiensochitaishofuragu="1"), "journey-flag-of-protection", "v-030"),
    ("JN-59", lambda town: applied(town, atenabango=CHILD), "journey-application-of-another", "v-030"),
    ("JN-59", lambda town: applied(town, hold=False), "journey-application-not-held", "v-027"),
    ("JN-60", lambda town: granted(town, children=0), "journey-other-children", "v-027"),
    ("JN-60", lambda town: granted(town, kid=PARENT), "journey-other-children", "v-027"),
    ("JN-60", lambda town: granted(town, jidoteategetsugaku="25000"), "journey-allowance-differs", "v-027"),
    ("JN-60", lambda town: gone(town, DEAD), "journey-allowance-goes-on", "v-027"),
    ("JN-61", lambda town: dosed(town, told=False), "journey-dose-missing", "v-019"),
    ("JN-61", lambda town: dosed(town, "2025-12-14"), "journey-dose-differs", "v-019"),
    ("JN-61", lambda town: dosed(town, tennyumaesesshufuragu="0"), "journey-dose-differs", "v-019"),
    ("JN-62", lambda town: unconverted(town, recorded=True), "journey-unconverted-recorded", "v-019"),
    ("JN-61", lambda town: (town.feed("032o902"), dosed(town)), "journey-answer-not-handed-on", "v-032"),
    ("JN-62", handed_on, "journey-unconverted-handed-on", "v-032"),
    ("JN-63", lambda town: dosed(town, kinds=("01", "03")), "journey-dose-twice", "v-019"),
    ("JN-64", lambda town: notified(town, protected=True, sofusaki_choaza="中央"), "journey-notice-with-hidden-address", "v-017"),
    ("JN-64", lambda town: notified(town, protected=True, tsuchiteishifuragu="0"), "journey-notice-sent", "v-017"),
    ("JN-64", lambda town: notified(town, protected=True, told=False), "journey-notice-missing", "v-017"),
    ("JN-65", lambda town: enrolled(town, shimei="別人"), "journey-register-differs", "v-017"),
    ("JN-65", lambda town: enrolled(town, LEFT), "journey-register-not-followed", "v-017"),
    ("JN-65", lambda town: enrolled(town, zaisekijokyo="4"), "journey-register-not-followed", "v-017"),
    ("JN-66", lambda town: aided(town, "2"), "journey-aid-wrong", "v-018"),
    ("JN-66", lambda town: aided(town, "3", fact="support-grant"), "journey-aid-wrong", "v-018"),
    ("JN-67", lambda town: notified(town, sofusaki_choaza="前の町"), "journey-notice-to-former-address", "v-017"),
    ("JN-67", lambda town: notified(town, tsuchiteishifuragu="1"), "journey-notice-held-back", "v-017"),
]  # fmt: skip


@pytest.mark.parametrize(("requirement", "arrange"), GOOD)
def test_a_law_of_families_holds(requirement: str, arrange: Break) -> None:
    """Nothing is found where all is well, and something was looked at."""
    town = Offices()
    arrange(town)

    assert town.look(requirement) == []
    assert town.account.looked[requirement] > 0


@pytest.mark.parametrize(("requirement", "arrange", "rule", "whose"), BAD)
def test_a_law_of_families_finds(requirement: str, arrange: Break, rule: str, whose: str) -> None:
    """What is wrong is found, and whose turn it is."""
    town = Offices()
    arrange(town)

    assert (rule, (whose,)) in [(fault.rule, fault.whose) for fault in town.look(requirement)]


def test_a_grant_without_declaration_is_found() -> None:
    """School aid that was granted while the mother has not declared is against JN-40."""
    town = Offices()
    aided(town, "2", undeclared=True, income=0)

    (fault,) = town.look("JN-40")
    assert fault.whose == ("v-018",)
    assert (str(fault.expected), fault.actual, fault.where.endswith("ninteikubun")) == (
        phrase("journey-left-open"),
        "2",
        True,
    )


def test_an_application_knows_the_card_and_not_the_number() -> None:
    """What 030 is told of an application bears the serial number that 001 was told, and no 宛名番号."""
    town = Offices()
    applied(town)
    told = dict(town.asked)

    assert told["application-receive"]["shiriarubango"] == told["certificate"]["shiriarubango"]
    assert "atenabango" not in told["application-receive"]


def test_who_follows_a_wrong_answer_is_not_blamed() -> None:
    """What 032 handed on wrongly is 032's to mend, however 019 took it."""
    town = Offices()
    handed_on(town)

    assert [fault.whose for fault in town.look("JN-62")] == [("v-032",)]
    assert town.look("JN-63") == []


def test_a_dose_that_is_known_is_written_down_with_its_day() -> None:
    """Who writes down a dose that was answered before names the day of the answer: it was given once."""
    town = Offices()
    dosed(town)
    town.act("vaccinate", "子", vaccine="01", dose=1, day="2025-01-01")

    assert dict(town.asked)["vaccinate"]["sesshunengappi"] == "2025-12-13"


def test_who_comes_back_has_to_ask_for_the_allowance_anew() -> None:
    """転出 ends what was granted: after 再転入 nothing is expected of it, and a child who comes back is not paid for."""
    town = Offices()
    granted(town)
    mother, child = town.truth.person("母"), town.truth.person("子")
    child.registered({"juminjotai": LEFT})
    town.act("move-back", "子")
    assert mother.facts["paid-for"] == []

    mother.registered({"juminjotai": LEFT})
    town.act("move-back", "母")
    assert "granted" not in mother.facts
    assert "former" in mother.facts


@pytest.mark.parametrize(
    ("requirement", "arrange"),
    [
        ("JN-66", aided_before),
        ("JN-40", aided_before),
        ("JN-40", lambda town: aided(town, "2", fact="support-grant", undeclared=True)),
    ],
)
def test_nothing_is_said_of_aid_that_rests_on_something_else(requirement: str, arrange: Break) -> None:
    """Aid that was judged on other means than now, or that 児童扶養手当 gives whatever the income, is left alone."""
    town = Offices()
    arrange(town)

    assert town.look(requirement) == []
    assert town.account.looked[requirement] == 0
