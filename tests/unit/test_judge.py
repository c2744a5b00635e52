"""The judge of one test on one case: replay before blame, no verdict from silence, our crashes are ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from renkei.adapters.pytest.judge import Judge, Trail
from renkei.cli.wiring import load_bundle
from renkei.events import Event, FindingMade, Observed, TestFinished, TestStarted
from renkei.flow.exchange import Exchange, Request, Response
from renkei.flow.outcome import Outcome
from renkei.flow.phrase import phrase, raw
from renkei.flow.plan import Case
from renkei.flow.requirement import Basis, Impact, Level, Requirement, Role, Transport
from renkei.kit.expect import Ambiguous, Blocked, Disagreement, Expect, NotApplicable, NotRun, Undecided, Violation
from renkei.wording import Wording

CASE = Case(target="t", role=Role.PROVIDER, linkage="l", requirement="SC-01")
REQUIREMENT = Requirement(
    id="SC-01",
    title_ja="形",
    title_en="shape",
    text_ja="形",
    text_en="shape",
    plain_ja="形",
    plain_en="shape",
    level=Level.REQUIRED,
    impact=Impact.BLOCKS,
    role=Role.PROVIDER,
    applies=Transport.REST,
    linkages=(),
    option="",
    clause="§1",
    basis=Basis.SOURCED,
    ambiguities=("C1",),
    rules=("R1",),
)
EXCHANGE = Exchange(
    request=Request(method="POST", url="http://127.0.0.1/x"), response=Response(status=500, headers=(), body=b"")
)


class Shelf:
    """Evidence kept in memory."""

    def __init__(self) -> None:
        self.kept: list[Exchange] = []

    def keep(self, exchange: Exchange) -> str:
        self.kept.append(exchange)
        return f"digest-{exchange.status}"

    def redact(self, text: str) -> str:
        return text.replace("secret", "[redacted]")


def judged(
    body: Callable[[Expect], None], *, requirement: Requirement = REQUIREMENT
) -> tuple[TestFinished, list[Event], int]:
    """Run a body through the judge; gives its end, every event, and how often the body was called."""
    events: list[Event] = []
    calls = 0
    current: list[Expect] = []

    def fresh() -> Expect:
        current[:] = [Expect()]
        return current[0]

    def call() -> None:
        nonlocal calls
        calls += 1
        body(current[0])

    judge = Judge(
        case=CASE, requirement=requirement, test="t.py::t", trail=Trail(), evidence=Shelf(), emit=events.append
    )
    return judge.run(call, fresh), events, calls


def broken(expect: Expect) -> None:
    expect.equal(500, 200, "wrong-status", where="status", on=EXCHANGE)


def test_a_violation_that_comes_again_three_times_is_a_finding() -> None:
    """A repeated violation fails the case and makes a finding with its replays."""
    finished, events, calls = judged(broken)
    findings = [event.finding for event in events if isinstance(event, FindingMade)]

    assert finished.outcome is Outcome.FAILED
    assert calls == 4
    assert [(f.rule, f.replays, f.evidence) for f in findings] == [("wrong-status", "3/3", ("digest-500",))]


def test_whatever_else_a_test_made_sure_of_is_a_finding_too() -> None:
    """A violation that brings others along makes a finding of each, with its own evidence; nothing is tried again."""

    def two(_expect: Expect) -> None:
        first, other = (
            Violation(rule, expected=1, actual=2, where=rule, files=(f"file-{rule}",)) for rule in ("one", "two")
        )
        first.replays = other.replays = "3/3"
        first.also = (other,)
        raise first

    finished, events, calls = judged(two)
    findings = [event.finding for event in events if isinstance(event, FindingMade)]

    assert (finished.outcome, finished.reason, calls) == (Outcome.FAILED, "one", 1)
    assert [(one.rule, one.evidence, one.replays) for one in findings] == [
        ("one", ("file-one",), "3/3"),
        ("two", ("file-two",), "3/3"),
    ]


@pytest.mark.parametrize(
    ("came", "asked", "differs"),
    [
        ("123456", "654321", False),
        (raw("9{6}"), raw("9{6}"), True),
        ("true", True, True),
        ("secret", "[redacted]", True),
    ],
)
def test_two_values_that_look_alike_are_said_to_differ(came: Any, asked: Any, differs: bool) -> None:
    """Where only the form of values is shown, or what was redacted, nobody reads that what came is what had to come."""
    _, events, _ = judged(lambda expect: expect.that(False, "wrong-status", expected=asked, actual=came))
    (finding,) = [event.finding for event in events if isinstance(event, FindingMade)]
    said = {language: Wording(load_bundle(), language).message(finding) for language in ("ja", "en")}

    assert ("looks-the-same" in finding.actual) is differs
    assert ("値か型が違う" in said["ja"], "its value or type is another" in said["en"]) == (differs, differs)


@pytest.mark.parametrize("good_at", [2, 3, 4])
def test_a_violation_that_does_not_repeat_is_inconclusive(good_at: int) -> None:
    """One replay that does not break the rule is enough to blame nobody."""
    turns: Iterator[int] = iter(range(1, 10))

    def flaky(expect: Expect) -> None:
        expect.equal(200 if next(turns) == good_at else 500, 200, "wrong-status")

    finished, events, _ = judged(flaky)

    assert finished.outcome is Outcome.INCONCLUSIVE
    assert finished.reason == "not-reproducible"
    assert not [event for event in events if isinstance(event, FindingMade)]


def test_another_rule_in_the_replay_confirms_nothing() -> None:
    """A replay that breaks a different rule is not the same violation."""
    rules = iter(["a-rule", "b-rule", "a-rule", "a-rule"])

    def wandering(expect: Expect) -> None:
        expect.that(False, next(rules), expected=1, actual=2)

    assert judged(wandering)[0].outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        (Undecided("not-reproducible"), Outcome.INCONCLUSIVE),
        (Blocked("no-token"), Outcome.BLOCKED),
        (NotApplicable("plain-http"), Outcome.NOT_APPLICABLE),
        (NotRun("token-lives-too-long"), Outcome.NOT_RUN),
        (Ambiguous("C11", "2"), Outcome.AMBIGUOUS),
        (Disagreement("validators-disagree"), Outcome.HARNESS_ERROR),
    ],
)
def test_each_ending_has_its_outcome(ending: Exception, outcome: Outcome) -> None:
    """A test that ends without pass or violation gets the outcome of how it ended."""

    def body(_: Expect) -> None:
        raise ending

    assert judged(body)[0].outcome is outcome


def test_a_crash_of_the_suite_is_our_fault() -> None:
    """An unexpected exception is a harness error that names its place, never a failure of the vendor."""

    def body(_: Expect) -> None:
        raise KeyError("oops")

    finished, _, _ = judged(body)

    assert finished.outcome is Outcome.HARNESS_ERROR
    assert "KeyError at test_judge.py" in finished.detail


def test_an_open_text_never_fails_anybody() -> None:
    """A violation of an ambiguous requirement is recorded, not blamed."""
    finished, events, calls = judged(broken, requirement=replace(REQUIREMENT, basis=Basis.AMBIGUOUS))

    assert finished.outcome is Outcome.AMBIGUOUS
    assert calls == 1
    assert [event.ambiguity for event in events if isinstance(event, Observed)] == ["C1"]


def test_what_a_target_sent_is_redacted_before_it_is_told() -> None:
    """Expected, actual and detail go through the redactor."""

    def body(expect: Expect) -> None:
        expect.equal("my secret", "none", "leak")

    finished, events, _ = judged(body)

    assert "secret" not in str([finished, events]).replace("[redacted]", "")


def test_start_comes_before_everything_and_the_end_last() -> None:
    """The first event is the start, the last the end: a crash in between shows."""
    _, events, _ = judged(broken)

    assert isinstance(events[0], TestStarted)
    assert isinstance(events[-1], TestFinished)


def test_a_secret_with_signs_of_phrases_is_redacted_before_it_is_escaped() -> None:
    """Redaction sees every raw value as the target sent it, inside phrases too."""
    pieces: list[str] = []

    class Watching(Shelf):
        """A shelf that writes down what it is asked to redact."""

        def redact(self, text: str) -> str:
            pieces.append(text)
            return text.replace("se⟦ret", "[redacted]")

    def leaking(expect: Expect) -> None:
        expect.that(False, "a-rule", expected=phrase("among-the-hits", number="se⟦ret"), actual="se⟦ret", on=EXCHANGE)

    events: list[Event] = []
    current = Expect()
    judge = Judge(
        case=CASE, requirement=REQUIREMENT, test="t.py::t", trail=Trail(), evidence=Watching(), emit=events.append
    )
    judge.run(lambda: leaking(current), lambda: current)
    (finding,) = [event.finding for event in events if isinstance(event, FindingMade)]

    assert (finding.expected, finding.actual) == ("⟦among-the-hits¦number=[redacted]⟧", "[redacted]")
    assert "se⟦ret" in pieces
