"""Journeys in runs: when they may run, how a play is written down, what tries their tests, and who is called upon."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from renkei.cli.control import controls_of
from renkei.cli.journeying import Ears, days_of, played_again
from renkei.cli.pairing import Surroundings
from renkei.cli.wiring import load_bundle
from renkei.events import (
    CasePlanned,
    ControlJudged,
    Event,
    JourneyPlayed,
    TargetProbed,
    TestFinished,
    parse,
    redacted,
    to_json,
)
from renkei.flow.exchange import Exchange, Request
from renkei.flow.finding import BY_HAND
from renkei.flow.journey import JOURNEYS, MODEL, Taken
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.plan import Case, Journeys, Plan, Planned, Profile, Target
from renkei.flow.requirement import Role
from renkei.kit.expect import Blocked, Expect, NotApplicable, Undecided, Violation
from renkei.kit.journey.account import Account, Fault, Obstacle, judge
from renkei.kit.journey.municipality import Municipality
from renkei.kit.journey.sequence import Sequence, waited, written
from renkei.pipeline import Job, Runner
from renkei.record import fold
from tests.unit.test_record import HEADER

PLAN = Plan(
    name="p",
    edition="e",
    profile=Profile.SMOKE,
    municipality="993018",
    seed=1,
    language="ja",
    targets=tuple(Target(id=n, vendor=n, product="", version="", system="001", parallel=4) for n in ("a", "b", "c")),
    digest="",
    journeys=Journeys(targets=("a", "b")),
)


class Quiet:
    """A worker whose tests pass; it keeps who was at work at the same time."""

    def __init__(self, job: Job, busy: list[frozenset[str]], at_work: set[str], lock: threading.Lock) -> None:
        self.job, self.busy, self.at_work, self.lock = job, busy, at_work, lock

    def events(self) -> Iterator[Event]:
        with self.lock:
            self.at_work.add(self.job.target)
            self.busy.append(frozenset(self.at_work))
        threading.Event().wait(0.02)
        for case in self.job.cases:
            yield TestFinished(case=case.key, test="t", outcome=Outcome.PASSED, assertions=1)
        with self.lock:
            self.at_work.discard(self.job.target)

    def ended(self) -> tuple[str, str]:
        return ("finished", "")

    def stop(self) -> None:
        """Nothing to end."""


def test_a_journey_has_its_offices_for_itself() -> None:
    """While journeys are played none of their targets is in another test, however much a target may do at once."""
    found = [
        Planned(case=Case(target=name, role=Role.JOURNEY, linkage="one", requirement="JN-01"))
        for name in ("a", "b", "c", JOURNEYS)
    ]
    busy: list[frozenset[str]] = []
    at_work, lock, events = set[str](), threading.Lock(), list[Event]()
    runner = Runner(
        plan=PLAN,
        planned=tuple(_planned(one.case, "t") for one in found),
        cases=tuple(found),
        append=events.append,
        probe=lambda target: TargetProbed(target=target.id, code="unreachable"),
        spawn=lambda job: Quiet(job, busy, at_work, lock),
        progress=lambda _: None,
        workers=4,
    )
    assert runner.run() == "finished"

    assert [one for one in busy if JOURNEYS in one] and all(not one & {"a", "b"} for one in busy if JOURNEYS in one)
    assert any(isinstance(one, TargetProbed) and one.target == JOURNEYS and not one.code for one in events)


def _planned(case: Case, *tests: str) -> CasePlanned:
    return CasePlanned(
        case=case.key,
        target=case.target,
        role=case.role,
        linkage=case.linkage,
        requirement=case.requirement,
        level="必須",
        impact="degrades",
        tests=tests,
    )


def test_a_played_journey_is_written_and_read_back() -> None:
    """The event of a play comes back as it was, its sentences redacted and its ids not."""
    taken = Taken(
        ja="葛城さん", en="x", targets=("a",), told=(("a", "b", "001o006"),), evidence=("1" * 64,), seconds=1.5
    )
    event = JourneyPlayed(case="c", journey="one", turn=1, steps=(taken.members(),))

    written = redacted(
        to_json(event), lambda value: value.replace("葛城", "＊") if isinstance(value, str) else "hidden"
    )

    assert written["steps"][0]["ja"] == "＊さん"
    assert written["steps"][0]["evidence"] == ["1" * 64] and written["steps"][0]["told"] == [["a", "b", "001o006"]]
    assert parse(written) == replace(event, steps=(written["steps"][0],))


def test_of_several_plays_the_first_is_told() -> None:
    """A record keeps how a life event first went; its trials are no other stories."""
    header = replace(HEADER, journeys=({"id": JOURNEYS, "journey": "one"},))
    plays = [JourneyPlayed(case="c", journey="one", turn=turn, steps=()) for turn in (1, 2, 3)]

    assert fold([header, *plays]).journeys == (plays[0],)


def test_controls_of_journeys_stand_for_all_of_them() -> None:
    """A certification run tries the tests of journeys on a mock municipality; what was not tried gives no verdict."""
    names = ("JN-01", "JN-02")
    found = [Case(target=JOURNEYS, role=Role.JOURNEY, linkage="one", requirement=name) for name in names]
    controls = controls_of([Planned(case=one) for one in found], PLAN)
    case = found[0]
    header = replace(HEADER, profile=Profile.CERTIFICATION, targets=(), journeys=({"id": JOURNEYS, "journey": "one"},))
    events: list[Event] = [
        _planned(case, "t"),
        TestFinished(case=case.key, test="t", outcome=Outcome.PASSED, assertions=1, exchanges=1),
    ]
    good = ControlJudged(system=Role.JOURNEY, requirement="JN-01", fault="", outcome=Outcome.PASSED, holds=True)

    assert controls[0].good and controls[0].requirements == {"JN-01", "JN-02"} and controls[0].system == Role.JOURNEY
    assert fold([header, *events]).results[0].reason == "control-missing"
    assert fold([header, good, *events]).results[0].outcome is Outcome.PASSED


FAULT = Fault(
    requirement="JN-01",
    party=FaultOf.CONSUMER,
    whose=("b",),
    rule="character-changed",
    expected="x",
    actual="y",
    where="b",
)


def test_nobody_is_asked_to_do_a_life_event_by_hand_three_times_more() -> None:
    """What people did by hand is said to be so, and no share of tries; what a machine does is left to be replayed."""
    for by_hand, replays in ((True, BY_HAND), (False, "")):
        with pytest.raises(Violation) as raised:
            judge(Account(faults=[FAULT], by_hand=by_hand), Expect(), "JN-01")

        assert raised.value.replays == replays


def test_a_violation_names_everybody_who_breaks_it_alike() -> None:
    """The first fault is told of; all targets with the same fault are named, those with another one are not."""
    account = Account(faults=[FAULT, replace(FAULT, whose=("c",)), replace(FAULT, whose=("d",), rule="other")])

    with pytest.raises(Violation) as caught:
        judge(account, Expect(), "JN-01")

    assert caught.value.whose == ("b", "c") and caught.value.fault_of is FaultOf.CONSUMER


def test_what_stories_of_their_own_show_is_told_of_each() -> None:
    """Of faults that were each seen again by a story all are told, each with its story and those who have to mend it."""
    shown = [replace(FAULT, broken=f"JN-0{n}", whose=(str(n),), example=f"story {n}", replays="3/3") for n in (1, 2)]

    with pytest.raises(Violation) as caught:
        judge(Account(faults=shown), Expect(), "JN-01")

    told = [caught.value, *caught.value.also]
    assert [(one.broken, one.whose, one.example, one.replays) for one in told] == [
        ("JN-01", ("1",), "story 1", "3/3"),
        ("JN-02", ("2",), "story 2", "3/3"),
    ]


def test_what_a_sequence_was_found_for_comes_first_when_it_is_played_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sequence that breaks other things on its way is judged by what its last step asks; whatever it shows is told."""
    seen = [replace(FAULT, broken=name, rule=name) for name in ("JN-03", "JN-04", "JN-09")]
    monkeypatch.setattr("renkei.kit.journey.days.again", lambda _text, _town, **_: Account(faults=[*seen]))
    told = Sequence(cast={}, steps=(waited("day"),)).story(load_bundle().requirement("JN-04"))

    account = played_again(written(told), cast("Municipality", None))

    assert [fault.rule for fault in account.faults] == ["JN-04", "JN-03", "JN-09"]
    with pytest.raises(Violation) as caught:
        judge(account, Expect(), account.faults[0].requirement)
    assert [one.rule for one in (caught.value, *caught.value.also)] == ["JN-04", "JN-03", "JN-09"]


def test_whoever_waits_hears_of_sequences_while_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sequence that begins forgets the one before and is counted; a life event that is played afterwards has none."""
    heard: list[int] = []
    ears = Ears(alive=heard.append)

    def lived(_town: Municipality, *, forget: Callable[[], None], **_: object) -> Account:
        for _turn in range(2):
            forget()
            assert ears.exchanges == []
            ears.hear(Exchange(request=Request(method="GET", url=""), response=None))
        return Account()

    monkeypatch.setattr("renkei.kit.journey.days.lived", lived)
    about = SimpleNamespace(plan=SimpleNamespace(journeys=None, profile=Profile.SMOKE, seed=1))
    days_of(cast("Surroundings", about), ears, "")(load_bundle().story(MODEL), cast("Municipality", None))
    ears.hear(Exchange(request=Request(method="GET", url=""), response=None))

    assert heard == [1, 2, 0]


def test_whoever_waits_hears_how_far_a_sequence_is_that_is_played_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step that is done is told, and each play begins with none."""
    heard: list[int] = []
    ears = Ears(alive=heard.append)

    def again(_text: str, _town: Municipality, *, done: Callable[[Taken], None]) -> Account:
        for _turn in range(2):
            done(Taken(ja="", en=""))
        return Account()

    monkeypatch.setattr("renkei.kit.journey.days.again", again)
    about = SimpleNamespace(plan=SimpleNamespace(journeys=None))
    told = written(Sequence(cast={}, steps=(waited("day"),)).story(load_bundle().requirement("JN-04")))
    play = days_of(cast("Surroundings", about), ears, told)
    for _turn in range(2):
        play(load_bundle().story(MODEL), cast("Municipality", None))

    assert heard == [1, 2, 1, 2]


@pytest.mark.parametrize(
    ("account", "ending"),
    [
        (Account(), Undecided),
        (Account(spared={"JN-01": "no-rows"}), NotApplicable),
        (Account(obstacle=Obstacle(outcome=Outcome.BLOCKED, party=FaultOf.ENVIRONMENT, reason="no-inbox")), Blocked),
    ],
)
def test_what_was_not_looked_at_does_not_pass(account: Account, ending: type[Exception]) -> None:
    """Without an assertion nothing passes; what stood in the way is told; what was looked at to the end counts."""
    with pytest.raises(ending):
        judge(account, Expect(), "JN-01")
    account.looked["JN-01"] = 1
    account.settled.add("JN-01")
    account.spared.clear()
    judge(account, Expect(), "JN-01")
