"""What never came after what happened before is chosen first, and what was seldom done is not forgotten."""

from __future__ import annotations

from renkei.kit.journey.act_tax import Tax
from renkei.kit.journey.chance import Chance
from renkei.kit.journey.novelty import AHEAD, Event, Novelty, event_of, passing
from renkei.kit.journey.truth import RESIDENT, Person, Protection, Truth

MINE, YOURS = frozenset({"甲"}), frozenset({"乙"})
CAME = Event(name="move-in", people=MINE)
LEFT, DIED = Event(name="move-out", people=MINE), Event(name="death", people=MINE)


def test_what_never_followed_is_worth_more_than_what_did() -> None:
    """Of two things done equally often, the one that never came after what happened before is chosen."""
    novelty = Novelty()
    novelty.happened(LEFT, [CAME])
    novelty.happened(DIED, [])

    assert novelty.newest([LEFT, DIED], [CAME]) == [DIED]


def test_what_is_about_the_same_person_is_worth_more() -> None:
    """Something about whom something happened already is chosen before the same about somebody else."""
    other = Event(name="move-out", people=YOURS)

    assert Novelty().newest([other, LEFT], [CAME]) == [LEFT]


def test_the_whole_town_is_concerned_with_everybody() -> None:
    """Time that goes by counts as something about the same people."""
    assert Event(name="day").concerns(LEFT)
    assert LEFT.concerns(Event(name="day"))
    assert not LEFT.concerns(Event(name="death", people=YOURS))


def test_what_was_seldom_done_is_chosen_though_nothing_of_it_is_new() -> None:
    """An act that was done far less often than another comes first even when the other would be new after this."""
    novelty = Novelty()
    for _ in range(9):
        novelty.happened(LEFT, [])
    novelty.happened(DIED, [CAME])

    assert novelty.newest([LEFT, DIED], [CAME]) == [DIED]


def test_the_rarest_are_those_not_far_ahead_of_the_others() -> None:
    """What was done more than a little more often than the rest waits."""
    novelty = Novelty()
    for _ in range(AHEAD + 1):
        novelty.happened(LEFT, [])

    assert novelty.rarest([LEFT, DIED]) == [DIED]


def test_an_act_is_done_in_each_of_its_ways() -> None:
    """Of several ways of one act those are chosen that were taken least; who comes alone and who comes as a family differ."""
    alone = event_of("move-in", Chance(new=({"age": 30},)))
    family = event_of("move-in", Chance(new=({"age": 36}, {"age": 5})))
    novelty = Novelty()
    novelty.happened(alone, [])

    assert novelty.newest([alone, family], []) == [family]


def test_an_event_is_about_everybody_whom_the_chance_names() -> None:
    """Who is named in another part takes part as well; who is new has no name yet, and is nobody who is known."""
    married = event_of("marry", Chance(who=("甲",), given={"with": "乙"}))

    assert married.people == MINE | YOURS
    assert not event_of("move-in", Chance(new=({"age": 30},))).concerns(LEFT)


def home() -> Truth:
    """A couple: he is the head and insured by 国保, she is protected; somebody else lives elsewhere."""
    truth = Truth(facts={"today": "2026-06-10", "bulk": {"street": "1"}})
    for name, number, relation in (("甲", "1", "01"), ("乙", "1", "02"), ("丙", "2", "01")):
        cells = {"setaibango": number, "juminjotai": RESIDENT, "tsuzukigarakodo1": relation}
        truth.people[name] = Person(name=name, cells=cells, entered=True, like={"age": 30})
    truth.person("甲").facts |= {"insured": {"024": "2026-04-01"}, "married": False}
    truth.person("乙").protection = Protection(kind="1", start="2026-04-01", end="2027-03-31")
    return truth


def test_what_holds_is_told_of_the_person_of_who_lives_there_and_of_the_town() -> None:
    """Facts, states, ages and protections are the setting of an event; the time of day is none."""
    holds = event_of("tax-assess", Chance(who=("甲",)), home()).holds

    assert {"insured", "insured 024", "relation 01", "age 3", "beside protection 1", "town bulk"} <= holds
    assert not holds & {"married", "town today", "protection 1"}
    asked = event_of("agent", Chance(who=("丙",), given={"of": "乙"}), home()).holds
    assert {"other protection 1", "beside insured 024"} <= asked
    assert "protection 1" in passing("year", home()).holds


def test_what_sort_of_tax_somebody_has_and_that_they_moved_holds_too() -> None:
    """Undeclared is another thing than nothing, and a former address another than none."""
    truth = Truth()
    person = truth.people["甲"] = Person(name="甲", cells={"juminjotai": RESIDENT}, entered=True)
    person.facts["taxes"] = {2025: Tax(), 2026: Tax(undeclared=True)}

    def holds() -> frozenset[str]:
        return event_of("move", Chance(who=("甲",)), truth).holds

    assert {"taxes", "taxes undeclared", "taxes nothing"} <= holds()
    assert not {"taxes some", "moved"} & holds()
    person.cells["tenkyomaejusho_choazakodo"] = "0001001"
    assert "moved" in holds()


def test_what_never_happened_while_something_holds_is_chosen() -> None:
    """The same act about somebody of whom more holds that never did comes first."""
    truth = home()
    plain, insured = (event_of("tax-assess", Chance(who=(name,)), truth) for name in ("丙", "甲"))

    assert Novelty().newest([plain, insured], []) == [insured]


def test_two_things_that_never_held_together_are_new() -> None:
    """Each of them alone is known, both at once are not."""
    novelty = Novelty()
    for mark in ("a", "b"):
        novelty.happened(Event(name="death", people=MINE, holds=frozenset({mark})), [])
    one, both = (Event(name="death", people=MINE, holds=frozenset(marks)) for marks in ("a", "ab"))

    assert novelty.newest([one, both], []) == [both]


def test_an_act_at_another_office_is_another_event() -> None:
    """What follows at one office has not followed at the other."""
    care, health = (Event(name="acquire", at=at, people=MINE) for at in ("023", "024"))
    novelty = Novelty()
    novelty.happened(care, [CAME])

    assert novelty.newest([care, health], [CAME]) == [health]
