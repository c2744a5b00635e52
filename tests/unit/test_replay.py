"""Sequences of every act of the register, on offices that do as they are told: whatever could happen can happen again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from journey_willing import willing

from renkei.flow.journey import Step
from renkei.flow.phrase import raw
from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.act_people import PLANNED
from renkei.kit.journey.chance import Chance, each, lives_here
from renkei.kit.journey.days import account_of
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.model import DAY, Model
from renkei.kit.journey.novelty import Event
from renkei.kit.journey.register import ACTS
from renkei.kit.journey.sequence import HURRIED
from renkei.kit.journey.trial import Trial, tried
from renkei.kit.journey.truth import RESIDENT, Person, Truth
from renkei.kit.strategies.budget import Budget
from renkei.kit.strategies.municipality import PAUSE, REST, Days, Search


@pytest.mark.parametrize("seed", [1, 2])
def test_every_sequence_can_be_played_again(seed: int) -> None:
    """With the whole cast from the beginning each step is legal where it was: a fault can be shown to come again."""
    town, trials = willing(), []

    def begin() -> Trial:
        trials.append(Trial(town=town, laws={}))
        return trials[-1]

    budget = Budget(examples=16, steps=40)
    search = Search(begin=begin, acts=ACTS, seed=seed, budget=budget, left=budget.whole).run()
    told = [trial for trial in trials if trial.steps and not trial.stopped]
    assert len(search.done) > 50
    assert max(len(trial.cast) for trial in told) >= 5
    illegal = [trial.sequence() for trial in told if not tried(Trial(town=town, laws={}), trial.sequence())]
    assert illegal == []


@pytest.mark.parametrize("virtual", [True, False])
def test_each_trial_begins_at_the_same_time_of_day(virtual: bool) -> None:
    """Who is late at some hours only is late again; where somebody has no virtual clock, nobody waits a day for it."""
    town, began = willing(), []
    town.clocks["there"] = virtual
    town.virtual = 600.0
    model = Model(
        town=town, budget=Budget(examples=4, steps=5), laws={}, forget=lambda: began.append(town.virtual % DAY)
    ).live()

    assert model.steps == 20
    assert len(began) >= 4
    assert (set(began) == {0.0}) is virtual


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_a_rest_showed_comes_again(seed: int) -> None:
    """It is asked on the same night: later the person has left, and nobody is asked about who is not there."""

    def nobody_will_leave(look: Look) -> None:
        for person in look.people:
            look.that(PLANNED not in person.facts, "r", expected=raw(""), actual=raw(""), whose=())

    laws = {"JN-74": Law(requirement="JN-74", judge=nobody_will_leave, nights=99)}
    acts = {name: ACTS[name] for name in ("move-in", "tax-assess", "move-out-notice")}
    budget = Budget(examples=6, steps=40)
    found = Model(town=willing(), acts=acts, laws=laws, budget=budget, seed=seed, most=1).live().found

    assert [(one.fault.requirement, one.again) for one in found] == [("JN-74", 3)]
    assert {step.act for step in found[0].sequence.steps} >= {"move-in", "move-out-notice"}


def summer(truth: Truth) -> Iterator[Chance]:
    """Something that is done in July only."""
    if truth.facts["today"][5:7] == "07":
        yield from each(lives_here)(truth)


def festival(scene: Scene) -> None:
    """Whoever was there is known by it."""
    for person in scene.people:
        person.facts["festival"] = scene.town.virtual
    scene.touch(scene.people)


def test_what_is_legal_in_july_only_is_played_again_in_july() -> None:
    """A sequence that nobody may do in this month is none that did not show the fault again."""

    def forgotten(look: Look) -> None:
        for person in look.people:
            late = look.town.virtual - person.facts.get("festival", look.town.virtual) > 20 * DAY
            look.that(not late, "r", expected=raw(""), actual=raw(""), whose=())

    acts = {"move-in": ACTS["move-in"], "summer": Act(name="summer", system="001", play=festival, chances=summer)}
    laws = {"JN-02": Law(requirement="JN-02", judge=forgotten)}
    budget = Budget(examples=8, steps=12)
    (found,) = Model(town=willing(), acts=acts, laws=laws, budget=budget, seed=1, most=1).live().found

    assert found.again == 3
    assert [step.act for step in found.sequence.steps if step.act] == ["move-in", "summer"]


def test_what_was_exchanged_last_is_kept_when_the_budget_is_spent() -> None:
    """Nobody begins anew without a step to take: a search that finds nothing has its last example as evidence."""
    town, begun = willing(), []

    def forget() -> None:
        begun.append(len(town.told))
        town.told.clear()

    model = Model(town=town, budget=Budget(examples=3, steps=5), laws={}, forget=forget).live()

    assert model.steps == 15
    assert len(begun) >= 3
    assert town.told


def test_a_quiet_search_tells_where_what_was_done() -> None:
    """The page counts the systems that took part: each act names the targets it was done at, time nobody."""
    model = Model(town=willing(), budget=Budget(examples=4, steps=40), laws={}).live()
    places = {step.act: step.targets for step in account_of(model).steps}

    assert len({target for targets in places.values() for target in targets}) > 5
    assert all(bool(targets) == bool(act) for act, targets in places.items())
    assert {target[-3:] for target in places["acquire"]} <= {"023", "024", "025", "026"}


def days(*names: str, seed: int = 1, examples: int = 0) -> Days:
    """One example of a search that knows these acts only."""
    acts = {name: ACTS[name] for name in names}
    budget = Budget(examples=2, steps=30)
    search = Search(begin=lambda: Trial(town=willing(), laws={}), acts=acts, seed=seed, budget=budget, left=60)
    search.examples = examples
    return cast(Days, type("One", (Days,), {"search": search})())


def test_now_and_then_one_office_acts_and_another_in_each_example() -> None:
    """What can happen at 001 and time are no office's; where no other can act, everything may happen."""
    names = ("move", "tax-assess", "levy", "assess", "copy")
    events = [Event(name="move"), Event(name="tax-assess"), Event(name="levy"), Event(name="day")]
    events += [Event(name="assess", at="024"), Event(name="assess", at="023")]
    chosen = [days(*names, examples=example).near(events) for example in range(20)]

    assert {len(found) for found in chosen} == {1}
    assert {(found[0].name, found[0].at) for found in chosen} == {
        ("tax-assess", ""), ("levy", ""), ("assess", "024"), ("assess", "023"),
    }  # fmt: skip
    assert days(*names).near(events[:1] + events[3:4]) == [events[0], events[3]]


def test_offices_are_asked_when_much_is_new_and_not_in_haste() -> None:
    """After two steps at the earliest and after thirteen at the latest; what was asked about once is not new again."""
    one = days("move-in")
    people = one.trial.player.truth.people
    for name in "甲乙":
        facts = {f"{name}{number}": True for number in range(9)}
        people[name] = Person(name=name, cells={"juminjotai": RESIDENT}, entered=True, facts=facts)
    calm, hurried = Step(ja="", en=""), Step(ja="", en="", values={"wait": HURRIED})

    assert not one.is_due(calm)
    one.since = PAUSE
    assert one.is_due(calm)
    assert not one.is_due(hurried)
    one.asked()
    one.since = PAUSE
    assert not one.is_due(calm)
    one.since = REST
    assert one.is_due(hurried)
