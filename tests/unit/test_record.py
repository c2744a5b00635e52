"""Folding events into a record: silence, crashes and missing tests never pass."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import hypothesis
from hypothesis import strategies as st

from renkei.events import (
    CasePlanned,
    CorpusReplayed,
    Event,
    FindingMade,
    RunFinished,
    RunStarted,
    TargetProbed,
    TestFinished,
    TestStarted,
    WorkerEnded,
)
from renkei.flow.finding import Finding
from renkei.flow.outcome import FaultOf, Outcome
from renkei.record import CaseResult, fold

HEADER = RunStarted(
    run="r",
    started="2026-11-22T00:00:00+00:00",
    plan={},
    digests={},
    seed=1,
    profile="smoke",
    edition="e",
    language="ja",
    tool="t",
    targets=({"id": "t"},),
)
FINDING = Finding(
    target="t",
    role="provider",
    linkage="l",
    requirement="SC-01",
    rule="wrong",
    expected="1",
    actual="2",
    where="",
    fault_of=FaultOf.PROVIDER,
    test="a",
)


def planned(*tests: str, excluded: str = "", waiver: str = "") -> CasePlanned:
    return CasePlanned(
        case="c",
        target="t",
        role="provider",
        linkage="l",
        requirement="SC-01",
        level="必須",
        impact="blocks_exchange",
        tests=tests,
        excluded=excluded,
        waiver=waiver,
    )


def ended(test: str, outcome: Outcome, assertions: int = 1) -> TestFinished:
    return TestFinished(case="c", test=test, outcome=outcome, assertions=assertions, exchanges=1)


def result(*events: Event) -> CaseResult:
    return fold([HEADER, *events]).results[0]


def test_a_case_passes_with_evidence() -> None:
    """A finished test with an assertion passes its case."""
    assert result(planned("a"), ended("a", Outcome.PASSED)).outcome is Outcome.PASSED


def test_a_pass_without_an_assertion_is_no_pass() -> None:
    """A test that asserted nothing leaves its case not run."""
    found = result(planned("a"), ended("a", Outcome.PASSED, 0))

    assert (found.outcome, found.reason) == (Outcome.NOT_RUN, "no-evidence")


def test_a_case_without_a_test_is_not_run() -> None:
    """A requirement that no test judges is visible as not run."""
    assert result(planned()).reason == "no-test"


def test_a_missing_test_keeps_a_case_from_passing() -> None:
    """With one of two tests unheard of, the case is not run."""
    found = result(planned("a", "b"), ended("a", Outcome.PASSED))

    assert (found.outcome, found.reason) == (Outcome.NOT_RUN, "test-missing")


def test_a_test_that_began_and_never_ended_is_our_error() -> None:
    """A worker that died inside a test costs that case a harness error."""
    found = result(planned("a", "b"), ended("a", Outcome.PASSED), TestStarted(case="c", test="b"))

    assert (found.outcome, found.reason) == (Outcome.HARNESS_ERROR, "worker-died")


def test_a_blocked_target_blocks_its_cases() -> None:
    """A failed probe gives every case of the target its code."""
    found = result(planned("a"), TargetProbed(target="t", code="connect-refused"))

    assert (found.outcome, found.reason) == (Outcome.BLOCKED, "connect-refused")


def test_a_failure_without_a_finding_is_our_error() -> None:
    """A failed outcome that names nothing is not blamed on the vendor."""
    assert result(planned("a"), ended("a", Outcome.FAILED)).outcome is Outcome.HARNESS_ERROR


def test_a_waiver_excuses_a_failure_and_keeps_its_finding() -> None:
    """A waived failure stays visible with its finding and never becomes a pass."""
    found = result(planned("a", waiver="x: y"), FindingMade(case="c", finding=FINDING), ended("a", Outcome.FAILED))

    assert found.outcome is Outcome.WAIVED
    assert found.findings


def test_a_waiver_that_excuses_nothing_is_an_error_of_the_list() -> None:
    """Waivers are strict: an unexpected pass is not silently a pass."""
    assert result(planned("a", waiver="x: y"), ended("a", Outcome.PASSED)).reason == "waiver-unused"


def test_an_excluded_case_keeps_the_outcome_of_the_plan() -> None:
    """What was declared before the run stands."""
    assert result(planned(excluded="exempt")).outcome is Outcome.EXEMPT


@hypothesis.given(st.lists(st.sampled_from(list(Outcome)), min_size=1, max_size=4), st.integers(0, 3))
def test_dropping_any_event_never_makes_a_case_pass(outcomes: list[Outcome], drop: int) -> None:
    """Whatever is lost from the log, a case that did not pass does not pass then."""
    tests = [f"t{number}" for number in range(len(outcomes))]
    ends = [ended(test, outcome) for test, outcome in zip(tests, outcomes, strict=True)]
    events: list[Event] = [planned(*tests), *ends]
    if Outcome.FAILED in outcomes:
        events.append(FindingMade(case="c", finding=FINDING))
    whole = result(*events).outcome
    hypothesis.assume(whole is not Outcome.PASSED)
    lost = [event for number, event in enumerate(events) if number != 1 + drop % len(ends)]

    assert result(*lost).outcome is not Outcome.PASSED


def test_the_footer_is_kept() -> None:
    """A record knows whether its run came to an end."""
    footer = RunFinished(finished="x", state="finished", counts={})

    assert fold([HEADER, footer]).footer == footer
    assert fold([HEADER]).footer is None


def test_a_test_begun_anew_is_told_once() -> None:
    """After a resumption, what a test said before it was cut off does not count."""
    found = result(
        planned("a"),
        TestStarted(case="c", test="a"),
        FindingMade(case="c", finding=FINDING),
        TestStarted(case="c", test="a"),
        FindingMade(case="c", finding=FINDING),
        ended("a", Outcome.FAILED),
    )

    assert [finding.occurrences for finding in found.findings] == [1]


def test_a_test_cut_off_by_its_operator_was_not_run() -> None:
    """Whoever ends a run in a test has not made the harness fail."""
    case = replace(planned("a"), case="t/c")
    found = result(case, TestStarted(case="t/c", test="a"), WorkerEnded(target="t", how="stopped"))

    assert (found.outcome, found.reason) == (Outcome.NOT_RUN, "test-missing")


def test_a_worker_that_never_came_up_is_our_error() -> None:
    """What was not reached because the worker kept dying is no fault of the target."""
    found = result(planned("a"), WorkerEnded(target="t", how="crashed", detail="exit=1"))

    assert (found.outcome, found.reason, found.fault_of) == (Outcome.HARNESS_ERROR, "worker-died", FaultOf.HARNESS)


CASES = [f"c{number}" for number in range(4)]
JUDGES = ("a", "b")
EVENTS = [
    *(TestStarted(case=case, test=test) for case in CASES for test in JUDGES),
    *(
        TestFinished(case=case, test=test, outcome=outcome, assertions=1, exchanges=1)
        for case in CASES
        for test in JUDGES
        for outcome in Outcome
    ),
    *(FindingMade(case=case, finding=FINDING) for case in CASES),
    *(WorkerEnded(target="t", how=how) for how in ("finished", "crashed", "deadline", "stopped")),
    CorpusReplayed(case=CASES[0], operation="o", planned=9, executed=5, retried=3, reason="time-over"),
    TargetProbed(target="t"),
    TargetProbed(target="t", code="connect-refused"),
    TestFinished(case="nobody planned this", test="a", outcome=Outcome.PASSED, assertions=1, exchanges=1),
]


@hypothesis.example(
    [
        TestFinished(case="c3", test="a", outcome=Outcome.NOT_CLAIMED),
        TestFinished(case="c3", test="b", outcome=Outcome.PASSED, assertions=1, exchanges=1),
    ],
    CASES,
    0,
)
@hypothesis.given(st.lists(st.sampled_from(EVENTS), max_size=40), st.permutations(CASES), st.integers(0, len(CASES)))
def test_the_ledger_holds_to_the_last_case(events: list[Event], cases: list[str], excluded: int) -> None:
    """Each planned case has one outcome; it passes when its tests all came to an end, one passed and none said worse."""
    plan = [
        replace(planned(*JUDGES, excluded="exempt" if number < excluded else ""), case=case)
        for number, case in enumerate(cases)
    ]
    found = fold([HEADER, *plan, *events]).results
    passed = {one.planned.case for one in found if one.outcome is Outcome.PASSED}
    ends = {(event.case, event.test): event.outcome for event in events if isinstance(event, TestFinished)}

    assert [one.planned.case for one in found] == cases
    assert sum(Counter(one.outcome for one in found).values()) == len(plan)
    assert sum(one.outcome == "exempt" for one in found) >= excluded
    assert not passed & set(cases[:excluded])
    for case in passed:
        said = {ends[case, test] for test in JUDGES}
        assert Outcome.PASSED in said
        assert said <= {Outcome.PASSED, Outcome.NOT_CLAIMED, Outcome.EXEMPT, Outcome.NOT_APPLICABLE}
