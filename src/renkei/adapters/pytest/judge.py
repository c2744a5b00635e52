"""One test on one case: run, replay, and turn what happened into events."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from renkei.errors import TargetBlocked
from renkei.events import Event, ExchangeSeen, FindingMade, Observed, TestFinished, TestStarted
from renkei.flow.exchange import Exchange
from renkei.flow.finding import Finding
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.phrase import Phrase, mapped, phrase, whole
from renkei.flow.plan import Case
from renkei.flow.requirement import Basis, Requirement
from renkei.kit.expect import (
    Ambiguous,
    Blocked,
    Disagreement,
    Expect,
    NotApplicable,
    NotRun,
    Undecided,
    Verdictless,
    Violation,
)

REPLAYS = 3
KEPT = 3

ENDINGS: dict[type[Verdictless], tuple[Outcome, FaultOf | None]] = {
    Undecided: (Outcome.INCONCLUSIVE, FaultOf.UNDECIDABLE),
    Blocked: (Outcome.BLOCKED, FaultOf.ENVIRONMENT),
    NotApplicable: (Outcome.NOT_APPLICABLE, None),
    NotRun: (Outcome.NOT_RUN, FaultOf.CONFIGURATION),
    Ambiguous: (Outcome.AMBIGUOUS, None),
    Disagreement: (Outcome.HARNESS_ERROR, FaultOf.HARNESS),
}


class Evidence(Protocol):
    """Keeps exchanges and file facts, content-addressed and redacted."""

    def keep(self, exchange: Exchange) -> str:
        """The digest under which the exchange is kept."""

    def redact(self, text: str) -> str:
        """The text without secrets and personal numbers."""


@dataclass(slots=True)
class Trail:
    """The exchanges of one test, in order, and how many there were."""

    first: list[Exchange] = field(default_factory=list)
    last: Exchange | None = None
    files: list[str] = field(default_factory=list)
    count: int = 0

    def record(self, exchange: Exchange) -> None:
        """Take note of one exchange."""
        self.count += 1
        self.last = exchange
        if len(self.first) < KEPT:
            self.first.append(exchange)

    def record_file(self, digest: str) -> None:
        """Take note of one file whose facts are kept as evidence."""
        self.count += 1
        if digest not in self.files:
            self.files.append(digest)


@dataclass(slots=True)
class Attempt:
    """How one execution of a test function ended."""

    expect: Expect
    violation: Violation | None = None
    ending: Verdictless | None = None
    crash: str = ""


class Judge:
    """Runs one test on one case; ``call`` executes the test function with a fresh ``Expect``."""

    def __init__(
        self,
        *,
        case: Case,
        requirement: Requirement,
        test: str,
        trail: Trail,
        evidence: Evidence,
        emit: Callable[[Event], None],
    ) -> None:
        self.case = case
        self.requirement = requirement
        self.test = test
        self.trail = trail
        self.evidence = evidence
        self.emit = emit

    def run(self, call: Callable[[], Expect], fresh: Callable[[], Expect]) -> TestFinished:
        """Run, replay a violation until it is confirmed, emit everything, and return the end."""
        self.emit(TestStarted(case=self.case.key, test=self.test))
        begun = time.monotonic()
        attempt = self._attempt(call, fresh)
        if attempt.violation and not attempt.violation.replays and self._blames:
            self._confirm(attempt, call, fresh)
        finished = self._finish(attempt, time.monotonic() - begun)
        self.emit(finished)
        return finished

    @property
    def _blames(self) -> bool:
        return self.requirement.basis is not Basis.AMBIGUOUS

    def _attempt(self, call: Callable[[], Any], fresh: Callable[[], Expect]) -> Attempt:
        attempt = Attempt(expect=fresh())
        try:
            call()
        except Violation as violation:
            attempt.violation = violation
        except Verdictless as ending:
            attempt.ending = ending
        except TargetBlocked as obstacle:
            words = " ".join(f"{name}={value}" for name, value in obstacle.values.items())
            attempt.ending = Blocked(obstacle.code, words)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the outer edge of suite code: whatever it is, it is ours
            attempt.crash = _place(error)
        return attempt

    def _confirm(self, attempt: Attempt, call: Callable[[], Any], fresh: Callable[[], Expect]) -> None:
        """Replay a scenario: the same rule must break 3 of 3 times, else it is undecided."""
        first = attempt.violation
        if first is None:
            return
        again = 0
        for _ in range(REPLAYS):
            repeated = self._attempt(call, fresh)
            again += repeated.violation is not None and repeated.violation.rule == first.rule
        if again == REPLAYS:
            first.replays = f"{again}/{REPLAYS}"
        else:
            attempt.violation = None
            attempt.ending = Undecided("not-reproducible", f"{first.rule} {again}/{REPLAYS}")

    def _finish(self, attempt: Attempt, seconds: float) -> TestFinished:
        ours = _ours(attempt.ending) if isinstance(attempt.ending, Disagreement) else None
        kept = self._keep(attempt.violation or ours)
        outcome, reason, detail, fault_of = self._outcome(attempt)
        for ambiguity, value in attempt.expect.observations:
            self._observe(ambiguity, value)
        told = attempt.violation if outcome is Outcome.FAILED else ours
        if told:
            self.emit(FindingMade(case=self.case.key, finding=self._finding(told, kept)))
            for other in told.also:
                self.emit(FindingMade(case=self.case.key, finding=self._finding(other, other.files)))
        return TestFinished(
            case=self.case.key,
            test=self.test,
            outcome=outcome,
            reason=reason,
            detail=self._redacted(detail),
            fault_of=fault_of,
            assertions=attempt.expect.assertions,
            exchanges=self.trail.count,
            seconds=round(seconds, 3),
        )

    def _outcome(self, attempt: Attempt) -> tuple[Outcome, str, str, str]:
        if attempt.crash:
            return Outcome.HARNESS_ERROR, "crashed-test", whole(attempt.crash), FaultOf.HARNESS
        if attempt.violation:
            violation = attempt.violation
            if not self._blames:
                ambiguity = ";".join(self.requirement.ambiguities)
                self._observe(ambiguity, f"{phrase(violation.rule)}: {violation.actual}")
                return Outcome.AMBIGUOUS, "text-open", violation.actual, ""
            return Outcome.FAILED, violation.rule, violation.actual, violation.fault_of
        if attempt.ending:
            if isinstance(attempt.ending, Ambiguous):
                self._observe(attempt.ending.ambiguity, attempt.ending.detail)
            outcome, usual = ENDINGS[type(attempt.ending)]
            return outcome, attempt.ending.reason, attempt.ending.detail, attempt.ending.fault_of or usual or ""
        if not self._blames:
            return Outcome.AMBIGUOUS, "text-open", "; ".join(v for _, v in attempt.expect.observations), ""
        return Outcome.PASSED, "", "", ""

    def _observe(self, ambiguity: str, value: str) -> None:
        self.emit(Observed(case=self.case.key, test=self.test, ambiguity=ambiguity, value=self._redacted(value)))

    def _keep(self, violation: Violation | None) -> tuple[str, ...]:
        """Keep the exchanges that count: the first few, and those that a violation cites."""
        cited = list(violation.on) if violation else []
        if violation and not cited and self.trail.last:
            cited = [self.trail.last]
        digests: list[str] = []
        for exchange in [*self.trail.first, *cited]:
            digest = self.evidence.keep(exchange)
            summary = self.evidence.redact(_summary(exchange))
            if digest not in digests:
                digests.append(digest)
                self.emit(ExchangeSeen(case=self.case.key, test=self.test, digest=digest, summary=summary, kept=True))
        for digest in self.trail.files:
            self.emit(ExchangeSeen(case=self.case.key, test=self.test, digest=digest, summary="file", kept=True))
        return tuple(self.evidence.keep(exchange) for exchange in cited) + (violation.files if violation else ())

    def _redacted(self, text: str) -> str:
        """A wire text without secrets and personal numbers: in each raw piece as it was sent, and all over."""
        redact = self.evidence.redact
        return redact(mapped(text, redact))

    def _finding(self, violation: Violation, evidence: tuple[str, ...]) -> Finding:
        redact = self._redacted
        expected, actual = redact(violation.expected), redact(violation.actual)
        if actual == expected:
            # Only the form of a resident's data is shown: two values of one form would say that nothing is wrong.
            actual = phrase("looks-the-same", value=Phrase(actual))
        return Finding(
            target=self.case.target,
            role=self.case.role,
            linkage=self.case.linkage,
            requirement=self.case.requirement,
            rule=violation.rule,
            expected=expected,
            actual=actual,
            where=redact(violation.where),
            fault_of=violation.fault_of,
            test=self.test,
            evidence=evidence or tuple(self.trail.files[:KEPT]),
            example=self.evidence.redact(violation.example),
            replays=violation.replays,
            second_opinion=redact(violation.second_opinion),
            because=violation.because,
            whose=violation.whose,
            broken=violation.broken,
        )


def _ours(ending: Disagreement) -> Violation:
    """A disagreement of our own validators as a finding about ourselves."""
    return Violation(
        ending.reason,
        expected=phrase("validators-agree"),
        actual=ending.detail or phrase("nothing"),
        where=phrase("at-ourselves"),
        fault_of=FaultOf.HARNESS,
    )


def _summary(exchange: Exchange) -> str:
    path = exchange.request.url.split("://", 1)[-1].partition("/")[2]
    return f"{exchange.request.method} /{path.partition('?')[0]} → {exchange.status or exchange.error}"


def _place(error: BaseException) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    name = frame.filename.rpartition("/")[2]
    return f"{type(error).__name__} at {name}:{frame.lineno}: {str(error)[:160]}"
