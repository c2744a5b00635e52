"""Controls: where a test's own trial fails, nobody is judged by it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from renkei.cli.control import Control, judge_controls
from renkei.events import CasePlanned, ControlJudged, Event, TestFinished
from renkei.flow.outcome import Outcome
from renkei.flow.plan import Profile
from renkei.flow.requirement import Role
from renkei.record import CaseResult, fold
from tests.unit.test_record import HEADER, ended, planned

SYSTEM = replace(HEADER, targets=({"id": "t", "system": "031"},))


def result(*controls: ControlJudged, profile: str = Profile.SMOKE, outcome: Outcome = Outcome.PASSED) -> CaseResult:
    events: list[CasePlanned | TestFinished] = [planned("a"), ended("a", outcome)]
    return fold([replace(SYSTEM, profile=profile), *controls, *events]).results[0]


def control(fault: str, outcome: Outcome, *, holds: bool, system: str = "031") -> ControlJudged:
    return ControlJudged(system=system, requirement="SC-01", fault=fault, outcome=outcome, holds=holds)


GOOD = control("", Outcome.PASSED, holds=True)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (control("", Outcome.FAILED, holds=False), "control-good-failed"),
        (control("href_wrong", Outcome.PASSED, holds=False), "control-bad-passed"),
    ],
)
def test_a_control_that_does_not_hold_takes_the_verdict_away(broken: ControlJudged, reason: str) -> None:
    """A pass becomes inconclusive, with the reason why the tests are not trusted."""
    found = result(broken)

    assert (found.outcome, found.reason) == (Outcome.INCONCLUSIVE, reason)


def test_controls_that_hold_change_nothing() -> None:
    """Good passed, bad failed: the pass stands."""
    found = result(GOOD, control("href_wrong", Outcome.FAILED, holds=True), profile=Profile.CERTIFICATION)

    assert found.outcome is Outcome.PASSED


def test_a_certification_without_controls_draws_no_verdict() -> None:
    """In the certification profile a requirement without its good control is inconclusive."""
    found = result(profile=Profile.CERTIFICATION)

    assert (found.outcome, found.reason) == (Outcome.INCONCLUSIVE, "control-missing")


def of_pair(*controls: ControlJudged) -> CaseResult:
    """What is said of a pair in a certification run, whose case passed."""
    pairs = ({"id": "t~u", "provider": "t", "consumer": "u"},)
    header = replace(SYSTEM, profile=Profile.CERTIFICATION, pairs=pairs)
    case = replace(planned("a"), target="t~u")
    return fold([header, *controls, case, ended("a", Outcome.PASSED)]).results[0]


@pytest.mark.parametrize(
    ("controls", "reason"),
    [
        ((control("", Outcome.PASSED, holds=True, system="pair"),), ""),
        ((GOOD,), "control-missing"),
        ((control("", Outcome.FAILED, holds=False, system="pair"),), "control-good-failed"),
    ],
)
def test_the_controls_of_pairs_speak_for_every_pair(controls: tuple[ControlJudged, ...], reason: str) -> None:
    """Whatever system the provider is of, only controls of pairs count for a pair."""
    assert of_pair(*controls).reason == reason


def test_a_control_of_another_system_does_not_matter() -> None:
    """Controls speak for targets of their own system."""
    assert result(control("", Outcome.FAILED, holds=False, system="001")).outcome is Outcome.PASSED


def test_what_a_control_showed_is_told_before_a_longer_one_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Controls are told of as they end, whatever their order was, so that a run that is cut off keeps them."""
    ended = threading.Event()

    def outcomes(control: Control, _seed: int) -> dict[str, Outcome]:
        if control.good:
            assert ended.wait(20)
        return dict.fromkeys(control.requirements, Outcome.PASSED if control.good else Outcome.FAILED)

    def emit(event: Event) -> None:
        told.append(event)
        ended.set()

    told: list[Event] = []
    monkeypatch.setattr("renkei.cli.control.journey_outcomes", outcomes)
    named = frozenset({"JN-01"})
    judge_controls(
        [Control(system="journey", fault=fault, requirements=named, role=Role.JOURNEY) for fault in ("", "broken")],
        1,
        emit,
        2,
    )

    assert [(one.fault, one.holds) for one in told if isinstance(one, ControlJudged)] == [("broken", True), ("", True)]
