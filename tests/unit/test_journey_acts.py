"""What acts ask of an office, and what everybody must know afterwards."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from journey_town import NUMBER, Small

from renkei.flow.facade import Values
from renkei.flow.journey import Step
from renkei.kit.expect import Blocked
from renkei.kit.journey import resident
from renkei.kit.journey.act import Scene
from renkei.kit.journey.act_people import come_due
from renkei.kit.journey.register import ACTS
from renkei.kit.journey.truth import CANCELLED, DEAD, LEFT, REMOVED, RESIDENT, STAYS, Person


def play(small: Small, act: str, *people: Person, **given: Any) -> list[tuple[str, dict[str, str]]]:
    """Play an act; the events that 001 was asked for."""
    for person in people:
        small.truth.people.setdefault(person.name, person)
    before = len(small.steering.asked)
    scene = Scene(
        town=small.town,
        truth=small.truth,
        step=Step(ja="。", en=".", act=act),
        office=small.town.office("001"),
        people=people,
        given=given,
    )
    ACTS[act].play(scene)
    return [(event, values) for event, _, values in small.steering.asked[before:]]


@pytest.fixture
def small() -> Small:
    """A town whose 001 numbers people and households."""
    made = Small()
    serial = itertools.count(1)

    def enter(values: Values) -> dict[str, str]:
        home = values.get("setaibango") or f"home-{next(serial)}"
        return {"atenabango": values.get("atenabango") or f"number-{next(serial)}", "setaibango": home}

    made.steering.answers |= {"move-in": enter, "birth": enter, "household": enter, "move": enter}
    return made


def family(small: Small) -> tuple[Person, Person]:
    """A couple that moved in."""
    man = Person(name="夫", like={"sex": "男", "relation": "世帯主", "family": ["葛西", "カサイ"]})
    woman = Person(name="妻", like={"sex": "女", "relation": "妻", "family": ["葛西", "カサイ"]})
    play(small, "move-in", man, woman)
    return man, woman


def test_a_household_moves_in_together(small: Small) -> None:
    """The second is asked into the household that came of the first; both are residents with one row."""
    man, woman = family(small)
    asked = [values for _, _, values in small.steering.asked]

    assert ("setaibango" in asked[0], asked[1]["setaibango"]) == (False, man.household)
    assert (woman.household, woman.state, woman.rows) == (man.household, RESIDENT, 1)
    assert man.number and man.number != woman.number
    assert "atenabango" not in asked[0]


@pytest.mark.parametrize("told_apart", [True, False])
def test_at_a_screen_nobody_is_called_like_another(small: Small, told_apart: bool) -> None:
    """Families of six women: with people at the screens nobody is of the name of another, without them it happens."""
    woman = {"sex": "女", "family": ["葛西", "カサイ"]}
    namesakes = 0
    for seed in range(20):
        small.town.scratch[resident.SCRATCH] = random.Random(seed)
        if told_apart:
            resident.apart(small.town)
        called = [resident.likeness(small.town, woman)["shimei"] for _ in range(6)]
        namesakes += len(called) - len(set(called))

    assert (namesakes == 0) == told_apart


def test_without_a_number_nobody_can_be_followed(small: Small) -> None:
    """A façade that tells no 宛名番号 is an obstacle by name."""
    del small.steering.answers["move-in"]

    with pytest.raises(Blocked, match="journey-number-untold"):
        play(small, "move-in", Person(name="夫"))


def test_who_returns_is_to_be_recognised(small: Small) -> None:
    """再転入 tells the 個人番号 and no 宛名番号, and forgets the departure."""
    man, _ = family(small)
    play(small, "move-out", man)
    ((event, values),) = play(small, "move-back", man)

    assert (event, "atenabango" in values, values["kojinbango"]) == ("move-in", False, man.cells["kojinbango"])
    assert (man.state, man.cells["tennyutsuchinengappi"], man.rows) == (RESIDENT, "", 3)


def test_who_returns_has_no_seal_any_more(small: Small) -> None:
    """The registration ended with the departure; the owner has to come again with it."""
    man, _ = family(small)
    man.facts["seal"] = True
    play(small, "move-out", man)
    assert "seal" in man.facts

    play(small, "move-back", man)
    assert "seal" not in man.facts


def test_a_planned_departure_comes_due(small: Small) -> None:
    """Until the day a resident; on it gone, with one more row."""
    man, _ = family(small)
    play(small, "move-out-notice", man, day="+7")

    assert (man.state, come_due(man, "2026-04-07"), man.rows) == (RESIDENT, False, 2)
    assert (come_due(man, "2026-04-08"), man.state, man.rows) == (True, LEFT, 3)
    assert man.cells["idonengappi"] == "2026-04-08"


def test_the_earlier_of_plan_and_notice_counts(small: Small) -> None:
    """A 転入通知 before the planned day removes the person on its own day."""
    man, _ = family(small)
    play(small, "move-out-notice", man, day="+7")
    play(small, "move-out", man, day="+2")

    assert (man.state, man.cells["idonengappi"]) == (LEFT, "2026-04-03")


def test_the_same_notice_again_adds_no_row(small: Small) -> None:
    """It has the values of the first one, and the rows stay as they were."""
    man, _ = family(small)
    ((_, first),) = play(small, "move-out", man)
    rows = man.rows
    ((_, second),) = play(small, "move-out", man, again=True)

    assert (first, man.rows, man.facts[STAYS]) == (second, rows, rows)


def test_a_cancellation_restores_what_was_before(small: Small) -> None:
    """The state, the cells, and what the cancelled event wrote is empty again; the row counts."""
    man, _ = family(small)
    before = dict(man.cells)
    play(small, "move-out", man)
    play(small, "cancel", man)

    assert (man.state, man.cells["idojiyu"], man.rows) == (RESIDENT, "09", 3)
    assert man.cells["tennyutsuchinengappi"] == ""
    assert {
        name: man.cells[name] for name in before if name in man.cells and name != "idojiyu"
    }.items() <= before.items()
    assert man.facts[CANCELLED] == {"rows": 2}


def test_a_cancelled_first_row_removes_the_person(small: Small) -> None:
    """Nothing was before a 転入."""
    man, _ = family(small)
    play(small, "cancel", man)

    assert (man.state, man.cells["idojiyu"]) == (REMOVED, "18")


def test_a_child_is_born_without_name_and_number(small: Small) -> None:
    """Into the mother's household and home; the name follows, the number too."""
    man, woman = family(small)
    child = Person(name="子", like={"sex": "男"})
    ((_, values),) = play(small, "birth", child, mother="妻", unnamed=True)

    assert (values["hahanoatenabango"], "shimei" in values, "kojinbango" in values) == (woman.number, False, False)
    assert (child.cells["shimei"], child.cells["kojinbango"], child.household) == ("", "", man.household)
    play(small, "name", child)
    play(small, "number", child)
    assert child.cells["shimei"]
    assert child.cells["kojinbango"].startswith("9999")


def test_a_death_leaves_a_household_without_its_head(small: Small) -> None:
    """The wording of the unknown day is kept; only those who live there get a row by head-unset."""
    man, woman = family(small)
    play(small, "death", man, day="-3", about="三月頃")
    play(small, "head-unset", woman)

    assert (man.state, man.cells["idonengappi_fushohyoki"], man.rows) == (DEAD, "三月頃", 2)
    assert (woman.cells["tsuzukigarakodo1"], woman.cells["tsuzukigarahyoki"], woman.rows) == ("", "世帯主未設定", 2)


def test_a_marriage_gives_both_a_row(small: Small) -> None:
    """The one takes the name and joins the household of the other."""
    man, _ = family(small)
    bride = Person(name="女", like={"sex": "女", "family": ["早瀬", "ハヤセ"]})
    play(small, "move-in", bride)
    play(small, "marry", bride, man)

    assert bride.cells["shimei"].startswith("葛西　")
    assert (bride.household, bride.cells["tsuzukigarakodo1"]) == (man.household, "03")
    assert (man.rows, bride.rows) == (2, 2)


def test_naturalisation_is_two_rows_of_one_person(small: Small) -> None:
    """Nothing foreign is left, and the numbers are the same."""
    one = Person(name="外", like={"foreign": True})
    play(small, "move-in", one)
    number, card = one.number, one.cells["kojinbango"]
    play(small, "naturalise", one)

    assert (one.number, one.cells["kojinbango"], one.rows) == (number, card, 3)
    assert (one.cells["juminshubetsu"], "zairyushikakutokodo" in one.cells) == ("1", False)
    assert one.cells["jumintonattanengappi"] == "2026-04-01"


def test_whoever_was_japanese_before_is_a_resident_since_the_loss(small: Small) -> None:
    """外国人住民となった日 becomes 住民となった日: after a loss in this town 001 sets it, and nothing is expected of it."""
    one = Person(name="再")
    for act in ("move-in", "nationality-loss", "naturalise"):
        play(small, act, one)

    assert "jumintonattanengappi" not in one.cells


def test_protection_goes_on_from_provisional_to_main_and_into_a_new_period(small: Small) -> None:
    """The period is named once, kept by the decision, and followed by the next one without a gap; only a decision ends it."""
    man, woman = family(small)
    ((_, applied),) = play(small, "protect", woman, kind="provisional", together=["夫"], assailant=True)
    ((_, decided),) = play(small, "protect", woman, together=["夫"])
    play(small, "protect-extend", woman, together=["夫"])
    known = woman.protection

    assert applied["awaseteatenabango"] == man.number
    assert (applied["shiensochikaishinengappi"], applied["shiensochishuryonengappi"]) == ("2026-04-01", "2027-03-31")
    assert (applied["kagaishashimei"], "shiensochikaishinengappi" in decided) == ("鬼塚　剛厳", False)
    assert known is not None
    assert (known.start, known.end, known.rows, known.before) == (
        "2027-04-01",
        "2028-03-31",
        3,
        ("2026-04-01", "2027-03-31"),
    )
    assert man.protection is not None
    assert (man.is_hidden, man.protection.together) == (True, True)
    play(small, "protect-end", woman, together=["夫"])
    assert (woman.is_hidden, man.is_hidden) == (False, False)


def test_a_bulk_change_leaves_out_who_changed_meanwhile(small: Small) -> None:
    """Whoever has a row that the preparation did not know keeps the address."""
    stays = small.person()
    play(small, "bulk-prepare", stays)
    stays.registered({"shimei": "新"})
    play(small, "bulk-address", stays)

    assert small.truth.facts["bulk"]["numbers"] == []
    assert stays.cells["jusho_choazakodo"] == "0011001"


def test_a_bulk_change_takes_the_others(small: Small) -> None:
    """Their new address is registered with one more row."""
    stays = small.person()
    play(small, "bulk-prepare", stays)
    play(small, "bulk-address", stays)

    assert small.truth.facts["bulk"]["numbers"] == [NUMBER.lstrip("0")]
    assert (stays.cells["jusho_choazakodo"], stays.rows) == ("9000001", 2)
