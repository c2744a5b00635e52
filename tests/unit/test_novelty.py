"""What never came after what happened before is chosen first, and what was seldom done is not forgotten."""

from __future__ import annotations

from renkei.kit.journey.chance import Chance
from renkei.kit.journey.novelty import AHEAD, Event, Novelty, event_of

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
