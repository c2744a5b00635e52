"""The search through the days of a town, on a toy: what is planted is found, made short, and told as a story."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable
from typing import cast

import pytest
from toy_town import (
    ONCE,
    ROOMY,
    STANDING,
    TOY_ACTS,
    Toy,
    as_it_is,
    model,
    office,
    second_move_lost,
)

from renkei.catalogue import LANGUAGES, Catalogue
from renkei.errors import TargetBlocked
from renkei.flow.journey import Step
from renkei.flow.phrase import raw
from renkei.kit.journey.chance import never
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.model import Model
from renkei.kit.journey.register import ACTS
from renkei.kit.journey.sequence import written
from renkei.kit.journey.trial import Shortener, Trial, tried
from renkei.kit.strategies.budget import Budget
from renkei.kit.strategies.municipality import REST, SPANS


def test_a_town_that_does_everything_right_has_no_findings() -> None:
    """Nothing is found where nothing is wrong, whatever the seed, and every act that can happen did."""
    for seed in range(3):
        lived = model(Toy(), seed=seed)

        assert (lived.found, lived.stopped) == ([], [])
        assert {"move-in", "move", "move-out"} <= set(lived.done)
        assert lived.steps <= ROOMY.whole
        assert not {"elsewhere", "stories-only"} & set(lived.done)


def test_a_defect_is_found_and_made_as_short_as_it_can_be() -> None:
    """What needs four events is found, and told with these four and nobody else."""
    for seed in range(3):
        (found,) = model(Toy(defect=second_move_lost), seed=seed, budget=Budget(examples=60, steps=12)).found

        assert [step.act for step in found.sequence.steps] == ["move-in", "move", "move", "move-out"]
        assert all(step.values["who"] == found.sequence.steps[0].values["who"] for step in found.sequence.steps)
        assert (len(found.sequence.cast), found.again, found.fault.rule) == (1, 3, "journey-cell-differs")


def test_the_same_seed_finds_the_same() -> None:
    """The search depends on the seed alone."""
    first, second = (model(Toy(defect=second_move_lost), seed=4) for _ in range(2))

    assert first.steps == second.steps
    assert first.done == second.done
    assert written(first.story(first.found[0])) == written(second.story(second.found[0]))


def test_what_was_found_is_told_as_a_story_in_the_words_of_the_acts() -> None:
    """The story reads aloud in both languages, ends with what must be so, and is a file that suites could have."""
    lived = model(Toy(defect=second_move_lost))
    story = lived.story(lived.found[0])
    name = story.cast[0]["name"]

    assert [step.ja for step in story.steps] == [
        f"{name}が転入してくる。",
        f"{name}が、町の中で転居する。",
        f"{name}が、町の中で転居する。",
        f"{name}の転入通知が、転出先から届く。",
        "このとき、次のことが守られている：正しく持つ。",
    ]
    assert story.steps[0].en == f"{name} moves in."
    assert story.steps[-1].check == ("JN-02",)
    table = tomllib.loads(written(story))
    assert [step.get("act", "") for step in table["step"]] == ["move-in", "move", "move", "move-out", ""]
    assert table["cast"] == [{"name": name, "like": {"age": 30}}]


def test_several_defects_are_told_one_after_the_other() -> None:
    """A second defect is found behind the first."""
    second = {
        "JN-05": Law(requirement="JN-05", judge=lambda look: look.that(
            not (look.truth.last and look.truth.last.act == "move"), "journey-history-erased", expected=raw(""),
            actual=raw(""), whose=[office()],
        ))
    }  # fmt: skip

    lived = model(Toy(defect=second_move_lost), laws=STANDING | second, most=3)

    assert {found.fault.requirement for found in lived.found} >= {"JN-05"}
    assert len({(found.fault.requirement, found.fault.rule) for found in lived.found}) == len(lived.found)


def test_the_search_ends_with_a_fault_that_is_enough() -> None:
    """Whoever wants one sure fault pays for no other."""

    def loses(toy: Toy, event: str, number: str) -> bool:
        return event == "move" or second_move_lost(toy, event, number)

    made = Model(
        town=Toy(defect=loses), budget=ROOMY, most=3, acts=TOY_ACTS, laws=STANDING, enough=lambda one: one.is_sure
    )

    assert len(made.live().found) == 1
    assert made.steps == made.found[0].after_steps < ROOMY.whole


def test_what_is_only_recommended_stops_nothing() -> None:
    """A law of a recommendation is no finding of the model."""
    asked = {"JN-20": Law(requirement="JN-20", judge=STANDING["JN-02"].judge)}

    assert model(Toy(defect=second_move_lost), laws=asked).found == []


def test_laws_that_ask_much_are_looked_at_at_the_end() -> None:
    """A law that does not stand is asked once, after the last event of an example; its story ends there too."""
    deep = {"JN-06": Law(requirement="JN-06", judge=as_it_is, nights=99)}

    (found,) = model(Toy(defect=second_move_lost), laws=deep).found

    assert found.fault.requirement == "JN-06"
    assert [step.act for step in found.sequence.steps] == ["move-in", "move", "move", "move-out"]


def test_a_long_example_rests_now_and_then_to_look_at_what_asks_much() -> None:
    """What later events would cover is seen before them."""
    looks: list[int] = []

    def count(look: Look) -> None:
        looks.append(len(cast(Toy, look.town).events))
        as_it_is(look)

    laws = {"JN-02": Law(requirement="JN-02", judge=count, nights=99)}
    model(Toy(), laws=laws, budget=Budget(examples=1, steps=3 * REST))

    assert len(looks) >= 3
    assert looks == sorted(set(looks))


class Dated(Toy):
    """A town whose days go by."""

    def wait(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> None:
        """The day is that of the virtual clock."""
        super().wait(seconds, until=until)
        self.day = (dt.date(2026, 6, 1) + dt.timedelta(seconds=self.virtual)).isoformat()


@pytest.mark.parametrize(("planned", "nights"), [("2026-06-03", 8), ("2026-07-03", 4)])
def test_a_planned_day_that_came_in_a_rest_is_told_before_anything_is_asked(planned: str, nights: int) -> None:
    """001 removes the person by itself then, and other offices need a night more to follow."""
    trial = Trial(town=Dated(), acts=TOY_ACTS, laws={})
    trial.join("甲", {})
    trial.player.truth.person("甲").entered = True
    trial.player.truth.person("甲").facts["planned"] = planned
    trial.steps.append(Step(ja="", en="", act="assess", at="024"))
    trial.rest()

    assert [step.values["wait"] for step in trial.steps[1:]] == ["1 day"] * nights


def test_nothing_that_is_not_legal_any_more_is_played() -> None:
    """A sequence without its beginning is not taken for a shorter one."""
    lived = model(Toy(defect=second_move_lost))
    sequence = lived.found[0].sequence
    toy = Toy(defect=second_move_lost)
    trial = Trial(town=toy, acts=TOY_ACTS, laws=STANDING)

    assert not tried(trial, sequence.of(sequence.steps[1:]))
    assert toy.events == []


def test_a_shortener_stops_after_its_tries() -> None:
    """However long it could go on, so many sequences are played and no more."""
    lived = model(Toy(defect=second_move_lost))
    shortener = Shortener(
        begin=lambda: Trial(town=Toy(defect=second_move_lost), acts=TOY_ACTS, laws=STANDING),
        tries=2,
    )

    assert shortener.shortest(lived.found[0].sequence) is not None
    assert shortener.tries == 0


def test_an_error_of_ours_is_not_taken_for_a_finding() -> None:
    """What goes wrong in an act itself comes out as it is, and blames nobody."""

    def broken(_toy: Toy, event: str, _number: str) -> bool:
        raise LookupError(event)

    with pytest.raises(LookupError, match="come"):
        model(Toy(defect=broken))


def test_when_nothing_can_happen_time_passes() -> None:
    """An act that can be done once only does not stop the days."""
    lived = Model(town=Toy(), budget=Budget(examples=4, steps=8), acts={"move-in": ONCE}, laws=STANDING).live()

    assert lived.done["day"] + lived.done["month"] + lived.done["year"] > 0
    assert lived.steps <= 32


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_has_a_name_in_plain_words(language: str) -> None:
    """Whoever reads what happened how often reads no name out of our code."""
    names = [act.name for act in ACTS.values() if act.chances is not never] + list(SPANS)

    assert [name for name in names if not Catalogue(language).has(f"act_names.{name}")] == []


def test_what_a_system_refuses_costs_no_more_than_its_steps() -> None:
    """A sequence that cannot go on leaves its steps to others: the whole budget is spent."""

    def refuse(_toy: Toy, event: str, _number: str) -> bool:
        if event == "move":
            raise TargetBlocked("facade-refused", operation="stimulus", url="", status=400, problem="unusable")
        return False

    lived = model(Toy(defect=refuse))

    assert len(lived.stopped) > ROOMY.examples / 2
    assert lived.steps == ROOMY.whole
