"""The pipeline: every target in its worker, crashes cost one test, blocked targets are not touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from renkei.events import CasePlanned, Event, TargetProbed, TestFinished, TestStarted, WorkerEnded
from renkei.flow.outcome import Outcome
from renkei.flow.plan import Case, Plan, Planned, Profile, Target
from renkei.flow.requirement import Role
from renkei.pipeline import MAX_FRUITLESS, Job, Runner

TESTS = ("a", "b", "c")


class ScriptedWorker:
    """Runs the job's tests in order and dies inside the ones it is told to die in."""

    def __init__(self, job: Job, deadly: Sequence[str], tests: Sequence[str]) -> None:
        self.job = job
        self.tests = tests
        self.deadly = deadly
        self.how = ("finished", "")

    def events(self) -> Iterator[Event]:
        for case in self.job.cases:
            for test in self.tests:
                if (case.key, test) in self.job.done:
                    continue
                yield TestStarted(case=case.key, test=test)
                if test in self.deadly:
                    self.how = ("crashed", "exit=-9")
                    return
                yield TestFinished(case=case.key, test=test, outcome=Outcome.PASSED, assertions=1)

    def ended(self) -> tuple[str, str]:
        return self.how

    def stop(self) -> None:
        self.how = ("stopped", "")


def run(deadly: Sequence[str] = (), code: str = "", tests: tuple[str, ...] = TESTS) -> list[Event]:
    case = Case(target="t", role=Role.PROVIDER, linkage="l", requirement="SC-01")
    target = Target(id="t", vendor="v", product="p", version="1", system="031")
    plan = Plan(
        name="p",
        edition="e",
        profile=Profile.SMOKE,
        municipality="993018",
        seed=1,
        language="ja",
        targets=(target,),
        digest="",
    )
    planned = CasePlanned(
        case=case.key,
        target="t",
        role="provider",
        linkage="l",
        requirement="SC-01",
        level="必須",
        impact="degrades",
        tests=tests,
    )
    events: list[Event] = []
    runner = Runner(
        plan=plan,
        planned=(planned,),
        cases=(Planned(case=case),),
        append=events.append,
        probe=lambda t: TargetProbed(target=t.id, code=code),
        spawn=lambda job: ScriptedWorker(job, deadly, tests),
        progress=lambda _: None,
        workers=1,
    )
    assert runner.run() == "finished"
    return events


def finished(events: list[Event]) -> list[str]:
    return [event.test for event in events if isinstance(event, TestFinished)]


def test_every_test_runs_once() -> None:
    """A worker that lives finishes all of its tests."""
    assert finished(run()) == ["a", "b", "c"]


def test_a_crash_costs_only_the_test_it_happened_in() -> None:
    """After a crash a new worker does the rest, and the dead test stays open in the log."""
    events = run(deadly=("b",))

    assert finished(events) == ["a", "c"]
    assert [event.how for event in events if isinstance(event, WorkerEnded)] == ["crashed", "finished"]
    assert TestStarted(case="t/provider/l/SC-01", test="b") in events


def test_a_crash_in_the_last_test_ends_the_target() -> None:
    """No further worker is started when nothing is left to do."""
    events = run(deadly=("c",))

    assert sum(isinstance(event, WorkerEnded) for event in events) == 1


def test_crashes_among_living_tests_never_end_a_target() -> None:
    """However many tests kill their worker, every other test is run as long as some test in between finishes."""
    many = tuple(f"t{number}" for number in range(40))
    deadly = many[1::2]
    events = run(deadly=deadly, tests=many)

    assert finished(events) == list(many[::2])
    assert sum(isinstance(event, WorkerEnded) for event in events) == len(deadly)


def test_a_target_whose_every_test_kills_is_given_up() -> None:
    """After so many workers in a row that finished nothing, no more are started; what never ran stays open."""
    many = tuple(f"t{number}" for number in range(40))
    events = run(deadly=many, tests=many)

    assert finished(events) == []
    assert sum(isinstance(event, WorkerEnded) for event in events) == MAX_FRUITLESS + 1


def test_a_blocked_target_is_not_touched() -> None:
    """A failed probe is logged and no worker starts."""
    events = run(code="connect-refused")

    assert [type(event) for event in events] == [TargetProbed]
