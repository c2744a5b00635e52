"""After every step each law is looked at, of those whose news is old enough, and of nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from journey_willing import willing

from renkei.cli.wiring import load_bundle
from renkei.flow.journey import Step, Taken
from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import raw
from renkei.flow.plan import Case
from renkei.flow.requirement import Role
from renkei.kit.journey.account import Account
from renkei.kit.journey.act import Act
from renkei.kit.journey.chance import Chance
from renkei.kit.journey.days import again
from renkei.kit.journey.journey import Journey
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.nights import DAY, Nights
from renkei.kit.journey.register import ACTS, LAWS
from renkei.kit.journey.sequence import HURRIED, NIGHTS, acted, waited, written
from renkei.kit.journey.trial import Trial
from renkei.kit.strategies.budget import Budget
from renkei.kit.strategies.municipality import Search

MONTH = 31 * DAY


def watching(nights: int, seen: list[tuple[str, ...]]) -> Law:
    """A law that only writes down of whom it is asked."""

    def judge(look: Look) -> None:
        seen.append(tuple(person.name for person in look.people))

    return Law(requirement="JN-74", judge=judge, nights=nights)


def done(trial: Trial, act: Act, *names: str, hurried: bool = False, **given: Any) -> None:
    """One act about these people, new or known, in whatever way it can happen."""
    new = [name for name in names if name not in trial.cast]
    ways = [chance for chance in trial.chances(act) if len(chance.new) == len(new)]
    ways = [chance for chance in ways if (new or chance.who == names) and given.items() <= chance.given.items()]
    for name, like in zip(new, ways[0].new, strict=True):
        trial.join(name, like)
    trial.take(acted(act, ways[0], names, hurried=hurried))


@pytest.mark.parametrize(
    ("passed", "settled"),
    [
        ([(600, "甲", True), (DAY, "", False)], [1]),
        ([(DAY, "甲", True)], [1]),
        ([(DAY, "甲", False)], [0]),
        ([(600, "甲", True), (600, "", False), (600, "", False)], [0]),
        ([(DAY, "甲", True), (DAY, "", False), (MONTH, "", False)], [0]),
        ([(MONTH, "甲", True), (DAY, "", False)], [1]),
        ([(DAY, "甲", True), (DAY, "乙", True), (DAY, "", False)], [3, 2]),
        ([(DAY, "甲", True), (DAY, "乙", True), (DAY, "甲", True)], [1, 2]),
    ],
)
def test_nights_are_counted_since_something_happened(passed: list[tuple[float, str, bool]], settled: list[int]) -> None:
    """The night of an act is its first; what came to light in a night has none yet; a month brings news of everybody."""
    nights = Nights()
    for seconds, name, act in passed:
        nights.passed(seconds, [name] if name else [], acted=act)

    assert list(nights.since.values()) == settled
    assert nights.settled(max(settled)) == {name for name, one in nights.since.items() if one == max(settled)}


def test_what_happens_to_one_is_news_of_whoever_belongs_to_them() -> None:
    """Circles that have somebody in common are one."""
    nights = Nights()
    for circle in (("甲", "乙", "丙"), ("丙", "丁"), ("戊",), ("乙", "丙")):
        nights.belong(circle)
    nights.passed(DAY, "甲乙丙丁戊", acted=True)
    nights.passed(DAY, "丁", acted=True)

    assert nights.since == {"甲": 1, "乙": 1, "丙": 1, "丁": 1, "戊": 2}


def test_after_each_step_a_law_is_asked_of_those_whose_news_is_old_enough() -> None:
    """Whoever lives with one to whom something happened waits with them; others do not wait."""
    seen: list[tuple[str, ...]] = []
    trial = Trial(town=willing(), laws={"JN-74": watching(2, seen)})
    done(trial, ACTS["move-in"], "甲", "乙", "丙")
    trial.take(waited("day"))
    assert seen == []
    done(trial, ACTS["move-in"], "丁")
    trial.take(waited("day"))
    assert seen == [("甲", "乙", "丙")]
    trial.take(waited("day"))
    assert seen[1:] == [("甲", "乙", "丙", "丁")]
    done(trial, ACTS["move"], "甲", "乙", "丙")
    assert seen[2:] == [("丁",)]
    trial.take(waited("month"))
    assert seen[3:] == []


def test_what_was_done_in_haste_belongs_together_too() -> None:
    """A step that is followed before anything is told counts with the next."""
    seen: list[tuple[str, ...]] = []
    trial = Trial(town=willing(), laws={"JN-74": watching(1, seen)})
    done(trial, ACTS["move-in"], "甲", "乙", "丙", hurried=True)
    done(trial, ACTS["move-in"], "丁")
    assert seen == []
    trial.take(waited("day"))
    assert seen == [("甲", "乙", "丙", "丁")]
    done(trial, ACTS["move"], "甲", "乙", "丙", hurried=True)
    trial.take(waited("day"))
    assert seen[1:] == [("丁",)]


def test_who_is_no_resident_is_asked_about_too_and_not_too_early() -> None:
    """001 need not know them; a law of non-residents speaks of nobody else than those whose news is old enough."""
    early: list[frozenset[str]] = []
    law = Law(requirement="JN-68", judge=lambda look: early.append(look.early), nights=2)
    trial = Trial(town=willing(), laws={"JN-68": law})
    done(trial, ACTS["outsider-register"], "甲")
    assert early == []
    done(trial, ACTS["outsider-register"], "乙")
    assert early == [{"乙"}]
    trial.take(waited("day"))
    assert early[1:] == [frozenset()]


def test_a_law_that_stirs_an_office_is_asked_where_a_step_says_so() -> None:
    """Nobody is made to write a full file by a look."""
    asked: list[int] = []
    law = Law(requirement="JN-06", judge=lambda look: asked.append(len(look.people)), stirs=True)
    trial = Trial(town=willing(), laws={"JN-06": law})
    done(trial, ACTS["move-in"], "甲")
    for _ in range(NIGHTS):
        trial.take(waited("day"))
    assert asked == []
    trial.end()
    assert asked == [1]


@pytest.mark.parametrize(
    ("act", "after", "waits"),
    [
        ("acquire", ("month",), 4),
        ("acquire", ("year", "day"), 3),
        ("acquire", ("day",) * 4, 0),
        ("move", ("month",), 0),
    ],
)
def test_after_a_month_that_went_by_at_once_offices_have_their_nights(
    act: str, after: tuple[str, ...], waits: int
) -> None:
    """What fell due in it is told in the nights after it, however quiet it was before; 001 tells at once."""
    seen: list[tuple[str, ...]] = []
    trial = Trial(town=willing(), laws={"JN-74": watching(4, seen)})
    done(trial, ACTS["move-in"], "甲")
    done(trial, ACTS[act], "甲")
    for name in ("day",) * 4 + after:
        trial.take(waited(name))
    seen.clear()

    trial.end()

    assert trial.waited == waits
    assert seen[-1:] == [("甲",)]


def test_every_law_is_asked_within_the_nights_of_a_rest() -> None:
    """What takes longer than a rest would be asked too early there; only a full file has to be asked for."""
    assert max(law.nights for law in LAWS.values()) <= NIGHTS
    assert [law.requirement for law in LAWS.values() if law.stirs] == ["JN-06"]
    assert {law.requirement for law in LAWS.values() if not law.nights} >= {"JN-01", "JN-04", "JN-05", "JN-49"}


def in_time(seen: list[tuple[str, ...]]) -> Law:
    """A law that breaks for everybody who is asked about."""

    def judge(look: Look) -> None:
        seen.append(tuple(person.name for person in look.people))
        look.that(False, "r", expected=raw(""), actual=raw(""), whose=(), party=FaultOf.CONSUMER)

    return Law(requirement="JN-74", judge=judge, nights=1)


def test_what_a_look_after_a_step_showed_is_asked_of_the_same_people_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The story ends on the same night with the same people: of others it would be too early to say."""
    town, seen = willing(), list[tuple[str, ...]]()
    trial = Trial(town=town, laws={"JN-74": in_time(seen)})
    done(trial, ACTS["move-in"], "甲")
    done(trial, ACTS["move-in"], "乙", hurried=True)
    assert trial.fault is None
    trial.take(waited("day"))
    story = trial.sequence().story(town.bundle.requirement("JN-74"), about=trial.about)

    assert trial.fault is not None
    assert (seen, trial.about) == ([("甲",)], ("甲",))
    assert story.steps[-1].values == {"who": ["甲"]}
    monkeypatch.setattr("renkei.kit.journey.days.LAWS", {"JN-74": in_time(seen)})
    account = again(written(story), willing())
    assert [fault.requirement for fault in account.faults] == ["JN-90"]
    assert seen == [("甲",), ("甲",)]


def test_what_a_rest_showed_is_asked_of_everybody() -> None:
    """There is nobody of whom it would be too early to ask."""
    seen: list[tuple[str, ...]] = []
    trial = Trial(town=willing(), laws={"JN-74": in_time(seen)})
    done(trial, ACTS["move-in"], "甲")
    trial.end()

    assert trial.fault is not None
    assert (seen, trial.about) == ([("甲",)], ())


def test_a_full_file_is_asked_for_after_every_step_of_001_in_one_example_of_two() -> None:
    """In the others deltas follow deltas; in haste nothing is told that could be compared."""
    trials: list[Trial] = []
    laws: Mapping[str, Law] = {"JN-06": Law(requirement="JN-06", judge=lambda _look: None, stirs=True)}

    def begin() -> Trial:
        trials.append(Trial(town=willing(), laws=laws))
        return trials[-1]

    budget = Budget(examples=4, steps=20)
    Search(begin=begin, acts=ACTS, seed=1, budget=budget, left=80).run()
    asked = [
        {bool(step.check) for step in trial.steps if step.act and step.at == "001" and not _is_hurried(step)}
        for trial in trials
        if trial.steps
    ]
    other = [step for trial in trials for step in trial.steps if step.check and (step.at != "001" or _is_hurried(step))]

    assert set().union(*asked[::2]) == {False}
    assert set().union(*asked[1::2]) == {True}
    assert other == []


def _is_hurried(step: Step) -> bool:
    return step.values.get("wait") == HURRIED


def test_a_story_asks_for_no_full_file_that_it_does_not_need() -> None:
    """Making a sequence short leaves that out too."""
    law = Law(requirement="JN-06", judge=lambda _look: None, stirs=True)
    trial = Trial(town=willing(), laws={"JN-06": law})
    trial.join("甲", {"age": 30})
    step = acted(ACTS["move-in"], Chance(new=({"age": 30},)), ("甲",), check=("JN-06",))
    trial.take(step)

    assert trial.plainer[0][0].steps[0].check == ()


def test_what_the_model_asked_by_itself_is_not_told_without_words() -> None:
    """A clerk reads no empty sentence; the last one of the sequence says what does not hold."""
    told: list[Any] = []
    case = Case(target="journeys", role=Role.JOURNEY, linkage="machi", requirement="JN-90")
    steps = [
        Taken(ja="甲が転入してくる。", en="甲 moves in.", act="move-in"),
        Taken(ja="", en="", requirements=("JN-48",)),
    ]
    journey = Journey(
        case=case, story=load_bundle().story("machi"), town=willing(), play=lambda _story, _town: Account(steps=steps),
        heard=[], record=lambda _one: None, keep_file=lambda _facts: "", emit=told.append, accounts={},
    )  # fmt: skip

    journey.account()

    assert [[step["ja"] for step in one.steps] for one in told] == [["甲が転入してくる。"]]
