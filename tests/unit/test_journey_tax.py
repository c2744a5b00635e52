"""Laws of assessments and dues hold where all is well, and find what they are about where something is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from journey_offices import HOME, Offices

from renkei.flow.journey import Step, Story
from renkei.kit.journey.act_tax import year_of
from renkei.kit.journey.player import Player
from renkei.kit.journey.truth import DEAD, LEFT, Person, Truth

YEAR = 2026
NOTICE = "9000000001"
Break = Callable[[Offices], object]


def told_tax(
    town: Offices, person: Person, income: int, *, undeclared: bool = False, serial: int = 1, year: int = YEAR
) -> None:
    """010 tells an income of somebody, with 6 % of it as 所得割."""
    levy = income * 6 // 100
    town.tell(
        "010o902", atenabango=person.number, kazeinendo=str(year), kojinrirekibango="1", kazeijohorirekibango=str(serial),
        mishinkokukubun="1" if undeclared else "0", gokeishotokukingaku=str(income), soshotokukingakuto=str(income),
        shichosonminzei_shotokuwarigaku=str(levy), nenzeigaku=str(levy + 5000 if income else 0),
        kazeihikazeikubun="3" if not income else "1",
    )  # fmt: skip


def couple(town: Offices) -> tuple[Person, Person]:
    """A couple whom 024 insures, with an income of four million and none."""
    husband, wife = town.person("夫", 19), town.person("妻", 27, tsuzukigarakodo1="03")
    town.act("acquire", "夫", "妻")
    town.act("tax-assess", "夫", income=4_000_000)
    town.act("tax-assess", "妻", income=0)
    told_tax(town, husband, 4_000_000)
    told_tax(town, wife, 0)
    town.act("assess", "夫")
    return husband, wife


def premium(town: Offices, **cells: str) -> None:
    """024 tells its assessment of the household."""
    facts = {
        "fukanendo": str(YEAR), "tsuchishobango": NOTICE, "kokuhosetaibango": HOME, "atenabango": "000000000000019",
        "shotokuhanteikubun": "1", "keigenkubun": "0", "setaisoshotokukingakuto": "4000000", "hihokenshaninzu": "2",
        "nenzeigaku": "300000",
    }  # fmt: skip
    town.tell("024o904", **{**facts, **cells})


def judged(town: Offices, **cells: str) -> None:
    """A couple, assessed as it must be unless the cells say otherwise."""
    couple(town)
    premium(town, **cells)


def undeclared(town: Offices, **cells: str) -> None:
    """The husband has not declared, and 024 told an assessment."""
    husband, _ = couple(town)
    town.act("tax-correct", "夫", undeclared=True)
    told_tax(town, husband, 0, undeclared=True)
    premium(town, **{"shotokuhanteikubun": "2", "keigenkubun": "9", "setaisoshotokukingakuto": "", **cells})


def missing(town: Offices, **cells: str) -> None:
    """010 told nothing of the husband yet, and 024 an assessment."""
    town.person("夫", 19)
    town.act("acquire", "夫")
    town.act("assess", "夫")
    town.feed("010o902")
    premium(town, **{"shotokuhanteikubun": "3", "keigenkubun": "9", "setaisoshotokukingakuto": "", **cells})


def corrected(town: Offices, income: int = 3_000_000, *, former: bool = True, **cells: str) -> None:
    """The husband's income was corrected to three million; 010 told another row, and 024 another assessment."""
    husband, _ = couple(town)
    premium(town, saishinfuragu="0")
    town.act("tax-correct", "夫", income=3_000_000)
    if former:
        town.tell("010o902", atenabango=husband.number, kazeinendo=str(YEAR), kojinrirekibango="1",
                  kazeijohorirekibango="1", saishinfuragu="0", gokeishotokukingaku="4000000",
                  soshotokukingakuto="4000000")  # fmt: skip
    else:
        town.drop("010o902")
        told_tax(town, town.truth.person("妻"), 0)
    told_tax(town, husband, income, serial=2)
    premium(town, **{"rirekibango": "2", "setaisoshotokukingakuto": "3000000", **cells})


def two_years(town: Offices, **cells: str) -> None:
    """010 told last year's income of the husband, too."""
    husband, _ = couple(town)
    town.act("tax-assess", "夫", income=900_000, year="last")
    told_tax(town, husband, 900_000, year=YEAR - 1)
    premium(town, **cells)


def due(
    town: Offices, linkage: str, amount: str, *, system: str, kind: str, number: str = "000000000000019", **cells: str
) -> None:
    """One instalment of an office."""
    facts = {
        "atenabango": number,
        "fukanendo": str(YEAR),
        "zeimokukodo": kind,
        "tsuchishobango": NOTICE,
        "kibetsu": "90",
    }
    extra = {"gyomuid": system} if linkage != "010o906" else {"choteinendo": str(YEAR)}
    town.tell(linkage, **{**facts, **extra, "choteigaku": amount, **cells})


def instalments(town: Offices, amount: str = "300000", tax: str = "245000") -> None:
    """The instalments of premium and tax."""
    judged(town)
    due(town, "024o905", amount, system="024", kind="08")
    due(town, "010o906", tax, system="010", kind="01")


def widow(town: Offices, **cells: str) -> None:
    """The husband died, the wife is the head, and 024 told another assessment."""
    husband, wife = couple(town)
    premium(town, saishinfuragu="0")
    husband.registered({"juminjotai": DEAD})
    wife.registered({"tsuzukigarakodo1": "01"})
    premium(town, **{"rirekibango": "2", "hihokenshaninzu": "1", "setaisoshotokukingakuto": "0", **cells})


def nursery(town: Offices, levy: str = "240000", **cells: str) -> None:
    """A child of a taxed father, and its fee."""
    father = town.person("父", 19)
    town.person("子", 27, tsuzukigarakodo1="06", seinengappi="2024-05-05")
    town.act("tax-assess", "父", income=4_000_000)
    told_tax(town, father, 4_000_000)
    town.act("nursery-certify", "子", guardian="父")
    town.act("nursery-fee", "子")
    town.tell("028o903", **{"fukanendo": str(YEAR), "jidoatenabango": "000000000000027", "tekiyokaishinengetsu": "2026-07",
              "shotokuhanteikubun": "1", "kaisokubun": "06", "shichosonminzeishotokuwarigaku": levy, **cells})  # fmt: skip


def undeclared_father(town: Offices, step: str) -> None:
    """The father has not declared, and the child's fee is at that step."""
    nursery(town)
    town.act("tax-correct", "父", undeclared=True)
    told_tax(town, town.truth.person("父"), 0, undeclared=True)
    nursery_fee(town, step)


def nursery_fee(town: Offices, step: str) -> None:
    """The fee of the child at a step."""
    kind = "1" if step == "02" else "2"
    town.tell("028o903", fukanendo=str(YEAR), jidoatenabango="000000000000027", tekiyokaishinengetsu="2026-07",
              shotokuhanteikubun=kind, kaisokubun=step)  # fmt: skip


GOOD: list[tuple[str, Break]] = [
    ("JN-40", undeclared),
    ("JN-40", lambda town: undeclared_father(town, "99")),
    ("JN-41", missing),
    ("JN-42", corrected),
    ("JN-43", judged),
    ("JN-44", two_years),
    ("JN-46", instalments),
    ("JN-47", widow),
    ("JN-74", nursery),
]
BAD: list[tuple[str, Break, str, str]] = [
    ("JN-40", lambda town: undeclared(town, keigenkubun="7"), "journey-undeclared-exempt", "v-024"),
    ("JN-40", lambda town: undeclared(town, shotokuhanteikubun="1"), "journey-undeclared-exempt", "v-024"),
    ("JN-40", lambda town: undeclared_father(town, "02"), "journey-undeclared-exempt", "v-028"),
    ("JN-41", lambda town: missing(town, keigenkubun="7"), "journey-missing-row-is-zero", "v-024"),
    ("JN-42", lambda town: corrected(town, 4_000_000), "journey-correction-not-told", "v-010"),
    ("JN-42", lambda town: corrected(town, former=False), "journey-correction-written-over", "v-010"),
    ("JN-42", lambda town: corrected(town, setaisoshotokukingakuto="4000000"), "journey-correction-not-followed", "v-024"),
    ("JN-42", lambda town: corrected(town, rirekibango="1"), "journey-correction-written-over", "v-024"),
    ("JN-43", lambda town: judged(town, hihokenshaninzu="1"), "journey-household-not-whole", "v-024"),
    ("JN-43", lambda town: judged(town, setaisoshotokukingakuto="0"), "journey-household-not-whole", "v-024"),
    ("JN-43", lambda town: judged(town, keigenkubun="7"), "journey-reduction-wrong", "v-024"),
    ("JN-44", lambda town: two_years(town, setaisoshotokukingakuto="900000"), "journey-year-mixed-up", "v-024"),
    ("JN-46", lambda town: instalments(town, "299000"), "journey-instalments-differ", "v-024"),
    ("JN-46", lambda town: instalments(town, tax="1"), "journey-instalments-differ", "v-010"),
    ("JN-47", lambda town: widow(town, hihokenshaninzu="2"), "journey-gone-still-assessed", "v-024"),
    ("JN-47", lambda town: widow(town, setaisoshotokukingakuto="4000000"), "journey-gone-still-assessed", "v-024"),
    ("JN-74", lambda town: nursery(town, "0"), "journey-fee-of-other-income", "v-028"),
    ("JN-74", lambda town: (nursery(town), town.drop("028o903")), "journey-fee-missing", "v-028"),
]  # fmt: skip


@pytest.mark.parametrize(("requirement", "arrange"), GOOD)
def test_a_law_of_assessments_holds(requirement: str, arrange: Break) -> None:
    """Nothing is found where all is well, and something was looked at."""
    town = Offices()
    arrange(town)

    assert town.look(requirement) == []
    assert town.account.looked[requirement] > 0


@pytest.mark.parametrize(("requirement", "arrange", "rule", "whose"), BAD)
def test_a_law_of_assessments_finds(requirement: str, arrange: Break, rule: str, whose: str) -> None:
    """What is wrong is found, and whose turn it is."""
    town = Offices()
    arrange(town)

    assert (rule, (whose,)) in [(fault.rule, fault.whose) for fault in town.look(requirement)]


def test_care_and_the_elderly_rest_on_the_own_income() -> None:
    """023 goes by who of the household is taxed, 025 by the own income less the basic amount."""
    town = Offices()
    son, mother = town.person("息子", 19), town.person("母", 27, tsuzukigarakodo1="08", seinengappi="1944-05-05")
    town.act("acquire", "母", at="023")
    town.act("acquire", "母", at="025")
    for person, income in ((son, 4_000_000), (mother, 0)):
        town.act("tax-assess", person.name, income=income)
        told_tax(town, person, income)
    for system in ("023", "025"):
        town.act("assess", "母", at=system)
    care = {"fukanendo": str(YEAR), "tsuchishobango": NOTICE, "atenabango": mother.number, "gokeishotokukingaku": "0"}
    town.tell("023o903", **care, setaikazeikubun="2", hokenryodankai="05")
    town.tell("025o903", fukanendo=str(YEAR), tsuchishobango=NOTICE, atenabango=mother.number, shotokuhanteikubun="1",
              keigenkubun="0", fukataishoshotokugaku="0")  # fmt: skip

    assert town.look("JN-43") == []

    town.tell("023o903", **care, setaikazeikubun="1", hokenryodankai="01")

    assert [fault.whose for fault in town.look("JN-43")] == [("v-023",)]


def test_a_requirement_of_offices_that_nobody_has_is_spared() -> None:
    """Without the office that a law is about, its requirement concerns nobody, and nothing was looked at."""
    town = Offices(systems=("001", "024"))
    judged_alone = town.look("JN-40")

    assert judged_alone == []
    assert town.account.spared == {"JN-40": "journey-part-missing"}
    assert town.account.looked["JN-40"] == 0


def test_a_step_at_an_office_that_nobody_has_is_left() -> None:
    """Where the plan has no office for a step, time goes on, the step is left, and the story goes on."""
    town = Offices(systems=("001", "024"))
    story = Story(id="t", title_ja="", title_en="", clause="", systems=("001",), steps=())
    player = Player(town=town.town, story=story, truth=town.truth)
    town.person("夫", 19)
    goes_on = player.take(Step(ja="", en="", act="tax-assess", at="010", values={"who": ["夫"], "wait": "1 day"}))

    assert goes_on
    assert [(taken.state, taken.virtual_seconds) for taken in player.account.steps] == [("left", 86_400.0)]
    assert [event for event, _ in town.asked] == ["clock"]


def test_the_year_of_a_story_is_that_of_its_first_assessment() -> None:
    """The first of June does not fall between an assessment and what rests on it; a year later it is another year."""
    truth = Truth()
    truth.facts["tax-season"] = (2025, "2026-05-31")

    assert year_of(truth, "2026-06-02") == 2025
    assert year_of(truth, "2027-06-02") == 2027
    assert year_of(Truth(), "2026-06-01") == 2026
    assert year_of(Truth(), "2026-05-31") == 2025


def test_the_fee_of_a_child_who_left_is_not_looked_at() -> None:
    """Whose parents live elsewhere now has no fee that could follow them."""
    town = Offices()
    nursery(town, "0")
    town.truth.person("子").registered({"juminjotai": LEFT})

    assert town.look("JN-74") == []


def test_a_premium_decided_after_a_correction_was_decided_once() -> None:
    """Only what was decided before a correction has to be decided anew."""
    town = Offices()
    corrected(town, rirekibango="1")
    assert [fault.rule for fault in town.look("JN-42")] == ["journey-correction-written-over"]

    later = Offices()
    corrected(later, rirekibango="1")
    later.truth.person("夫").facts.pop("assessed")
    later.act("assess", "夫")
    assert later.look("JN-42") == []


@pytest.mark.parametrize(("requirement", "arrange"), [
    ("JN-43", lambda town: judged(town, hihokenshaninzu="1")),
    ("JN-47", lambda town: widow(town, hihokenshaninzu="2")),
])  # fmt: skip
def test_an_assessment_that_public_assistance_overtook_is_left_alone(requirement: str, arrange: Break) -> None:
    """生活保護 ended 国保 of the wife: what was assessed with her in it is judged by nobody."""
    town = Offices()
    arrange(town)
    assert town.look(requirement)

    town.act("assistance-begin", "妻")
    assert town.look(requirement) == []
