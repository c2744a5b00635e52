"""Laws of non-residents and of qualifications hold where all is well, and find what they are about where something is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from journey_offices import Offices

from renkei.kit.journey.truth import CANCELLED, DEAD, LEFT, UNKNOWN_DAY, Person
from renkei.town.number import numbered

PERSON = "000000000000019"
FIRST, SECOND = (numbered(number) for number in (90_000_000_000_001, 90_000_000_000_003))
Break = Callable[[Offices], object]


def outsider(town: Offices, name: str = "持ち主", number: str = FIRST, *, hold: bool = True, **cells: str) -> None:
    """Somebody registered at 031 under a number, and told."""
    town.truth.people.setdefault(name, Person(name=name, like={"sex": "男", "age": 60, "family": ["烏丸", "カラスマ"]}))
    town.steering.answers["outsider-register"] = lambda _values: {"atenabango": number}
    town.act("outsider-register", name)
    shown(town, name, hold=hold, **cells)


def shown(town: Offices, name: str = "持ち主", *, hold: bool = True, **cells: str) -> None:
    """What 031 tells of somebody."""
    known = town.truth.person(name).facts["outsider"]
    facts = {"atenabango": known.number, "jutogaishajotai": "1", "nayosemotofuragu": "0", **known.cells}
    town.tell("031o901", hold=hold, **{**facts, **cells})


def changed(town: Offices, *, hold: bool = True, **cells: str) -> None:
    """The address was changed, and told in a second row."""
    outsider(town, saishinfuragu="0")
    town.act("outsider-change", "持ち主")
    shown(town, hold=hold, **{"rirekibango": "2", **cells})


def merged(town: Offices, *, again: bool = False, hold: bool = True, **cells: str) -> None:
    """A second number was merged into the first, and maybe parted again."""
    outsider(town)
    outsider(town, "同じ方", SECOND, saishinfuragu="0")
    town.act("outsider-merge", "同じ方", into="持ち主")
    if again:
        town.act("outsider-unmerge", "同じ方")
    told = {"nayosemotofuragu": "0"} if again else {"nayosemotofuragu": "1", "nayosesakiatenabango": FIRST}
    serial = "3" if again else "2"
    shown(town, "同じ方", hold=hold, **{"rirekibango": serial, **told, **cells})


def carried(town: Offices, number: str = PERSON, *, twice: bool = False) -> None:
    """A former resident became a non-resident."""
    person = town.person("納税者", 19)
    person.registered({"juminjotai": LEFT})
    town.steering.answers["outsider-register"] = lambda _values: {"atenabango": number}
    town.act("outsider-register", "納税者", carried=True)
    for one in (number, SECOND) if twice else (number,):
        shown(town, "納税者", atenabango=one)


def deleted(town: Offices, *, told: bool = False, held: bool = False) -> None:
    """A non-resident moved in, and the number was asked to be deleted."""
    outsider(town)
    known = town.truth.person("持ち主").facts["outsider"]
    town.person("持ち主", 19).facts["outsider"] = known
    town.act("outsider-delete", "持ち主")
    if not told:
        town.drop("031o901")
    if not told and not held:
        for system in town.systems:
            town.drop("031o901", system)


def asked(town: Offices, *, times: int = 1, answers: int = 1) -> None:
    """024 asked for a number of somebody so often, and 032 answered so often."""
    town.person("夫", 19)
    town.act("acquire", "夫")
    town.feed("024o909")
    town.feed("032o901")
    for serial in range(times):
        latest = "1" if serial == times - 1 else "0"
        town.tell("024o909", atenabango=PERSON, iraikubun="1", rirekibango=str(serial + 1), saishinfuragu=latest)
    for _ in range(answers):
        town.tell("032o901", gyomuid="024", atenabango=PERSON, shorikekka="1")


def insured(town: Offices, *, at: str = "024", hold: bool = True, told: bool = True, **cells: str) -> Person:
    """Somebody whom an office insures, and what it told of it."""
    person = town.truth.people.get("夫") or town.person("夫", 19)
    town.act("acquire", "夫", at=at)
    own = {"shikakushutokunengappi": "2026-04-01", **cells}
    town.tell(f"{at}o901", atenabango=PERSON, **own)
    if at == "024":
        end = own.get("shikakusoshitsunengappi", "")
        flag = {"hihokenshagaitofuragu": "0" if end and told else "1", "shikakusoshitsunengappi": end if told else ""}
        town.tell("024o902", hold=hold, atenabango=PERSON, shikakushutokunengappi="2026-04-01", **flag)
    return person


def left(
    town: Offices, end: str, *, at: str = "024", state: str = LEFT, told: bool = True, reason: str = "10"
) -> Person:
    """Somebody insured who left or died on the 10th of June, and the end that the office tells."""
    person = insured(town, at=at, told=told, **({"shikakusoshitsunengappi": end} if end else {}))
    person.registered({"juminjotai": state, "idojiyu": reason, "idonengappi": "2026-06-10"})
    person.facts["left-on" if state == LEFT else "died"] = "2026-06-10"
    return person


def assisted(town: Offices, end: str) -> None:
    """生活保護 began on the 10th of June."""
    insured(town, **({"shikakusoshitsunengappi": end} if end else {}))
    town.act("assistance-begin", "夫", day="2026-06-10")


def assisted_until_death(town: Offices, end: str) -> None:
    """生活保護 began on the 10th of June, and the person died ten days later."""
    assisted(town, end)
    person = town.truth.person("夫")
    person.registered({"juminjotai": DEAD, "idonengappi": "2026-06-20"})
    person.facts["died"] = "2026-06-20"


def sealed(town: Offices, state: str, told: str) -> None:
    """Somebody with a seal who is in a state, and what 002 tells of the seal."""
    person = town.person("夫", 19)
    town.act("seal-register", "夫")
    person.registered({"juminjotai": state})
    town.tell("002o901", atenabango=PERSON, inkantorokujotai=told)


def taxpayer(town: Offices, state: str, *, told: bool = True, **cells: str) -> None:
    """A taxpayer in a state, and what 010 tells."""
    person = town.person("夫", 19)
    town.act("tax-assess", "夫", income=1_000_000)
    person.registered({"juminjotai": state})
    town.feed("010o901")
    if told:
        flags = {"genjushotenshutsufuragu": "1" if state == LEFT else "0", "shibofuragu": "1" if state == DEAD else "0"}
        town.tell("010o901", **{"atenabango": PERSON, "kazeinendo": "2026", "kojinrirekibango": "1", **flags, **cells})


def allowance(town: Offices, *, hold: bool = True, **cells: str) -> None:
    """The period of an allowance that was claimed on the first of July."""
    town.person("夫", 19)
    town.act("allowance-apply", "夫")
    told = {"jukyufuragu": "1", "jukyukaishinengetsu": "2026-08", **cells}
    town.tell("027o903", hold=hold, atenabango=PERSON, **told)


GOOD: list[tuple[str, Break]] = [
    ("JN-58", insured),
    ("JN-58", lambda town: left(town, "2026-06-11")),
    ("JN-58", lambda town: insured(town, at="026")),
    ("JN-58", allowance),
    ("JN-68", outsider),
    ("JN-69", changed),
    ("JN-70", carried),
    ("JN-71", deleted),
    ("JN-72", merged),
    ("JN-73", lambda town: merged(town, again=True)),
    ("JN-75", asked),
    ("JN-76", lambda town: left(town, "2026-06-11")),
    ("JN-76", lambda town: left(town, "2026-06-11", state=DEAD)),
    ("JN-76", lambda town: left(town, "", at="026")),
    ("JN-76", lambda town: left(town, "2026-06-11", at="026", reason="11")),
    ("JN-76", lambda town: assisted(town, "2026-06-10")),
    ("JN-76", lambda town: assisted_until_death(town, "2026-06-10")),
    ("JN-77", insured),
    ("JN-78", lambda town: sealed(town, "1", "1")),
    ("JN-78", lambda town: sealed(town, LEFT, "3")),
    ("JN-79", lambda town: taxpayer(town, LEFT)),
    ("JN-79", lambda town: taxpayer(town, DEAD)),
]
BAD: list[tuple[str, Break, str, str]] = [
    ("JN-58", lambda town: insured(town, hold=False), "journey-qualification-not-held", "v-001"),
    ("JN-58", lambda town: left(town, "2026-06-11", told=False), "journey-qualification-not-told", "v-024"),
    ("JN-58", lambda town: (insured(town), town.drop("024o902")), "journey-qualification-not-told", "v-024"),
    ("JN-58", lambda town: allowance(town, jukyukaishinengetsu="2026-07"), "journey-allowance-period", "v-027"),
    ("JN-58", lambda town: allowance(town, jukyushuryonengetsu="2026-07"), "journey-allowance-period", "v-027"),
    ("JN-58", lambda town: allowance(town, hold=False), "journey-qualification-not-held", "v-001"),
    ("JN-68", lambda town: outsider(town, number="900000000000011"), "journey-number-malformed", "v-031"),
    ("JN-68", lambda town: (town.tell("001o006", atenabango=FIRST), outsider(town)), "journey-number-of-another", "v-031"),
    ("JN-68", lambda town: outsider(town, shimei="別人"), "journey-outsider-differs", "v-031"),
    ("JN-68", lambda town: (outsider(town), town.drop("031o901")), "journey-outsider-missing", "v-031"),
    ("JN-68", lambda town: (outsider(town), town.drop("031o901", "024")), "journey-outsider-not-held", "v-024"),
    ("JN-69", lambda town: changed(town, rirekibango="3"), "journey-outsider-history", "v-031"),
    ("JN-69", lambda town: changed(town, jusho_choaza="前の町"), "journey-outsider-differs", "v-031"),
    ("JN-69", lambda town: changed(town, hold=False), "journey-outsider-not-held", "v-010"),
    ("JN-70", lambda town: carried(town, SECOND), "journey-number-not-carried", "v-031"),
    ("JN-70", lambda town: carried(town, twice=True), "journey-outsider-twice", "v-031"),
    ("JN-71", lambda town: deleted(town, told=True), "journey-outsider-still-there", "v-031"),
    ("JN-71", lambda town: deleted(town, held=True), "journey-outsider-still-there", "v-024"),
    ("JN-72", lambda town: merged(town, nayosesakiatenabango=SECOND), "journey-merger-not-told", "v-031"),
    ("JN-72", lambda town: merged(town, hold=False), "journey-merger-not-told", "v-010"),
    ("JN-73", lambda town: merged(town, again=True, nayosemotofuragu="1"), "journey-merger-not-undone", "v-031"),
    ("JN-75", lambda town: asked(town, times=2), "journey-number-asked-twice", "v-024"),
    ("JN-75", lambda town: asked(town, times=0), "journey-number-not-asked", "v-024"),
    ("JN-75", lambda town: asked(town, answers=0), "journey-number-not-answered", "v-032"),
    ("JN-76", lambda town: left(town, "2026-06-10"), "journey-loss-on-another-day", "v-024"),
    ("JN-76", lambda town: left(town, ""), "journey-loss-missing", "v-024"),
    ("JN-76", lambda town: left(town, "2026-06-11", at="026"), "journey-loss-without-reason", "v-026"),
    ("JN-76", lambda town: assisted(town, "2026-06-11"), "journey-loss-on-another-day", "v-024"),
    ("JN-76", lambda town: assisted_until_death(town, "2026-06-21"), "journey-loss-on-another-day", "v-024"),
    ("JN-77", lambda town: insured(town, shikakusoshitsunengappi="2026-07-09"), "journey-loss-too-early", "v-024"),
    ("JN-77", lambda town: insured(town, shikakusoshitsunengappi="2026-07-09").facts.update({CANCELLED: {}}), "journey-loss-not-taken-back", "v-024"),
    ("JN-77", lambda town: insured(town, shikakushutokunengappi="2026-04-02"), "journey-qualification-differs", "v-024"),
    ("JN-77", lambda town: (insured(town), town.drop("024o901")), "journey-qualification-missing", "v-024"),
    ("JN-78", lambda town: sealed(town, DEAD, "1"), "journey-seal-still-there", "v-002"),
    ("JN-78", lambda town: sealed(town, "1", "3"), "journey-seal-abolished", "v-002"),
    ("JN-78", lambda town: (sealed(town, "1", "1"), town.drop("002o901")), "journey-seal-missing", "v-002"),
    ("JN-79", lambda town: taxpayer(town, LEFT, told=False), "journey-taxpayer-lost", "v-010"),
    ("JN-79", lambda town: taxpayer(town, LEFT, genjushotenshutsufuragu="0"), "journey-taxpayer-not-marked", "v-010"),
]  # fmt: skip


@pytest.mark.parametrize(("requirement", "arrange"), GOOD)
def test_a_law_of_outsiders_and_qualifications_holds(requirement: str, arrange: Break) -> None:
    """Nothing is found where all is well, and something was looked at."""
    town = Offices()
    arrange(town)

    assert town.look(requirement) == []
    assert town.account.looked[requirement] > 0


@pytest.mark.parametrize(("requirement", "arrange", "rule", "whose"), BAD)
def test_a_law_of_outsiders_and_qualifications_finds(requirement: str, arrange: Break, rule: str, whose: str) -> None:
    """What is wrong is found, and whose turn it is."""
    town = Offices()
    arrange(town)

    assert (rule, (whose,)) in [(fault.rule, fault.whose) for fault in town.look(requirement)]


@pytest.mark.parametrize(("told", "found"), [("2026-06-30", []), ("", ["journey-loss-missing"])])
def test_of_a_day_that_nobody_knows_only_that_it_came_is_judged(told: str, found: list[str]) -> None:
    """Where the day of death is unknown, no law says on which day an insurance ends; it has ended all the same."""
    town = Offices()
    left(town, told, state=DEAD).facts[UNKNOWN_DAY] = {"idonengappi_fushofuragu": "1"}

    assert [fault.rule for fault in town.look("JN-76")] == found
    assert town.account.looked["JN-76"] == 1


def test_an_outsider_touches_nobody_whom_001_would_have_to_know() -> None:
    """Registering a non-resident puts nobody on the list of those whom residents' laws look at."""
    town = Offices()
    outsider(town)

    assert town.truth.touched == []
    assert town.truth.happened[-1].people == ("持ち主",)
