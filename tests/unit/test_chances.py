"""Chances of acts: what an office is asked for in a sequence that nobody wrote down, it can do."""

from __future__ import annotations

from renkei.kit.journey.act_outsider import Outsider
from renkei.kit.journey.act_tax import Tax
from renkei.kit.journey.chance import MOST_PEOPLE, never
from renkei.kit.journey.register import ACTS
from renkei.kit.journey.truth import LEFT, RESIDENT, Happening, Person, Truth


def test_every_chance_of_every_act_can_be_told() -> None:
    """An act that may happen at any time says so by chances that stand for nobody when nobody is there."""
    free = [act.name for act in ACTS.values() if act.chances is not never]

    assert len(free) >= 20
    assert all(list(ACTS[name].chances(Truth())) == [] for name in free if not ACTS[name].anew)


def test_nobody_without_a_name_is_registered_as_a_non_resident() -> None:
    """A child that left before it was named is known to 031 by nobody; its parent is."""
    truth = Truth()
    for name, cells in (("甲", {"shimei": "葛西　甲"}), ("乙", {"shimei": ""})):
        truth.people[name] = Person(name=name, cells={"juminjotai": LEFT, **cells}, entered=True)

    chances = list(ACTS["outsider-register"].chances(truth))
    assert [chance.who for chance in chances if chance.given.get("carried")] == [("甲",)]


def test_a_tax_is_paid_when_collection_has_told_of_it() -> None:
    """One night for the assessment to arrive, one for what collection tells; not before, however much happens."""
    truth = Truth(facts={"today": "2026-06-10", "now": 86_400.0})
    payer = truth.people["甲"] = Person(name="甲", cells={"juminjotai": RESIDENT}, entered=True)
    payer.facts["taxes"] = {2026: Tax(income=4_000_000)}
    truth.happened += [
        Happening(act="tax-assess", target="v-010", people=("甲",), at=0.0),
        Happening(act="move", target="v-001", people=("乙",), at=600.0),
    ]

    def paid() -> list[str]:
        return [chance.words for chance in ACTS["pay"].chances(truth)]

    assert paid() == []
    truth.facts["now"] = 2 * 86_400.0
    assert paid() == ["pay-tax"]
    truth.happened.append(Happening(act="tax-correct", target="v-010", people=("甲",), at=86_400.0))
    assert paid() == []


def test_nobody_on_public_assistance_is_assessed_for_national_health_insurance() -> None:
    """生活保護 ended what the person was insured by; care goes on."""
    truth = Truth(facts={"today": "2026-06-10"})
    cells = {"juminjotai": RESIDENT, "tsuzukigarakodo1": "01"}
    head = truth.people["甲"] = Person(name="甲", cells=cells, entered=True)
    head.facts["insured"] = {"024": "2026-04-01", "023": "2026-04-01"}

    def assessed() -> list[str]:
        return [chance.at for chance in ACTS["assess"].chances(truth)]

    assert assessed() == ["024", "023"]
    head.facts["assisted"] = "2026-05-01"
    assert assessed() == ["023"]


def test_nobody_joins_a_household_at_two_addresses() -> None:
    """住居表示 left out who had changed meanwhile: where a newborn lives then, nobody says."""
    truth = Truth(facts={"today": "2026-06-10"})
    home = {"juminjotai": RESIDENT, "setaibango": "1", "jusho_choazakodo": "0001001", "jusho_banchigohyoki": "１番"}
    own = {"甲": {"seibetsu": "2", "tsuzukigarakodo1": "01"}, "乙": {"seibetsu": "1", "tsuzukigarakodo1": "06"}}
    for name, cells in own.items():
        truth.people[name] = Person(name=name, cells={**home, **cells}, entered=True, like={"age": 30})

    def joined() -> list[str]:
        births = [chance.words for chance in ACTS["birth"].chances(truth)]
        return births + [chance.words for chance in ACTS["move-in"].chances(truth) if chance.given]

    assert joined() == ["", "birth-unnamed", "move-in-household"]
    truth.people["甲"].registered({"jusho_choazakodo": "9000001"})
    assert joined() == []


def test_who_is_still_to_come_takes_nobodys_place() -> None:
    """A sequence is played again with its whole cast from the beginning: what was possible then is possible again."""
    truth = Truth(facts={"today": "2026-06-10"})
    for name in "甲乙丙丁戊己庚"[:MOST_PEOPLE]:
        truth.people[name] = Person(name=name)

    def comes() -> bool:
        return any(chance.new for chance in ACTS["move-in"].chances(truth))

    assert comes()
    for person in truth.people.values():
        person.facts["outsider"] = Outsider(number="1")
    assert not comes()


def test_a_number_that_another_points_to_is_not_deleted() -> None:
    """What becomes of a number merged into one that goes, the text does not say; parted, it is nobody's affair."""
    truth = Truth(facts={"today": "2026-06-10"})
    stay = truth.people["甲"] = Person(name="甲", cells={"juminjotai": RESIDENT}, entered=True)
    away = truth.people["乙"] = Person(name="乙")
    stay.facts["outsider"] = Outsider(number="1")
    away.facts["outsider"] = Outsider(number="2", merged="1")

    assert not list(ACTS["outsider-delete"].chances(truth))
    away.facts["outsider"].merged = ""
    assert [chance.who for chance in ACTS["outsider-delete"].chances(truth)] == [("甲",)]


def test_a_household_is_taxed_and_insured_together() -> None:
    """国保 takes in whole households, and June assesses everybody; whoever is alone or has it already comes alone."""
    truth = Truth(facts={"today": "2026-06-10"})
    for name, relation, age in (("甲", "02", 35), ("乙", "01", 38), ("丙", "22", 6)):
        cells = {"juminjotai": RESIDENT, "setaibango": "1", "tsuzukigarakodo1": relation, "shimei": name}
        truth.people[name] = Person(name=name, cells=cells, entered=True, like={"age": age})

    def many(act: str) -> list[tuple[str, ...]]:
        return [chance.who for chance in ACTS[act].chances(truth) if len(chance.who) > 1]

    assert many("acquire") == [("乙", "甲", "丙")]
    assert many("tax-assess") == [("乙", "甲"), ("乙", "甲")]
    truth.people["甲"].facts |= {"insured": {"024": "2026-04-01"}, "taxes": {2026: Tax(income=1)}}
    assert many("acquire") == [("乙", "丙")]
    assert many("tax-assess") == []
