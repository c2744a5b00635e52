"""The record of a run, folded from its events: what every report, verdict and certificate is computed from."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from renkei.events import (
    CasePlanned,
    ControlJudged,
    Event,
    ExchangeSeen,
    FindingMade,
    JourneyPlayed,
    Observed,
    RunFinished,
    RunStarted,
    TargetProbed,
    TestFinished,
    TestStarted,
    WorkerEnded,
)
from renkei.flow.finding import Finding
from renkei.flow.outcome import FaultOf, Outcome, worst
from renkei.flow.phrase import whole
from renkei.flow.plan import Profile
from renkei.flow.requirement import Level, Role

# Reasons that tell one end of a worker from another.
DEATHS = {"deadline": "worker-deadline"}


# Whom a probe's obstacle calls upon where it is not the connection.
PROBED = {
    "no-test-data": FaultOf.TEST_DATA,
    "place-absent": FaultOf.TEST_DATA,
    "no-client-secret": FaultOf.CONFIGURATION,
    "credentials-refused": FaultOf.CONFIGURATION,
    "token-refused": FaultOf.CONFIGURATION,
    "edition-mismatch": FaultOf.CONFIGURATION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """The one outcome of one case, with everything that led to it.

    ``reason`` is a message code (``reasons.<code>``), ``detail`` its parameter. ``exchanges`` are the evidence digests
    that were kept; ``seen`` counts all exchanges.
    """

    planned: CasePlanned
    outcome: Outcome
    reason: str
    detail: str
    fault_of: str
    tests: tuple[TestFinished, ...]
    findings: tuple[Finding, ...]
    observations: tuple[Observed, ...]
    exchanges: tuple[ExchangeSeen, ...]

    @property
    def assertions(self) -> int:
        """Assertions executed on this case."""
        return sum(test.assertions for test in self.tests)

    @property
    def seen(self) -> int:
        """Exchanges (or files) that took place on this case."""
        return sum(test.exchanges for test in self.tests)

    @property
    def required(self) -> bool:
        """Whether the case counts in a roll-up."""
        return Level(self.planned.level).required


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run: header, probes by target, one result per planned case, controls, and the footer (None: truncated).

    ``journeys`` are the life events as they were first played.
    """

    header: RunStarted
    probes: tuple[TargetProbed, ...]
    results: tuple[CaseResult, ...]
    workers: tuple[WorkerEnded, ...]
    footer: RunFinished | None
    controls: tuple[ControlJudged, ...] = ()
    journeys: tuple[JourneyPlayed, ...] = ()
    # Filled when it is first asked for: a run may have hundreds of targets, and each is asked for several times.
    _by_target: dict[str, list[CaseResult]] = field(init=False, default_factory=dict, compare=False, repr=False)

    def of_target(self, target: str) -> tuple[CaseResult, ...]:
        """The results of one target."""
        if not self._by_target:
            for result in self.results:
                self._by_target.setdefault(result.planned.target, []).append(result)
        return tuple(self._by_target.get(target, ()))


class _Fold:
    def __init__(self) -> None:
        self.header: RunStarted | None = None
        self.footer: RunFinished | None = None
        self.planned: dict[str, CasePlanned] = {}
        self.probes: dict[str, TargetProbed] = {}
        self.workers: list[WorkerEnded] = []
        self.controls: dict[tuple[str, str, str], ControlJudged] = {}
        self.open: dict[tuple[str, str], TestStarted] = {}
        self.deaths: dict[tuple[str, str], str] = {}
        self.finished: dict[str, dict[str, TestFinished]] = {}
        self.findings: dict[str, list[Finding]] = {}
        self.observed: dict[str, list[Observed]] = {}
        self.exchanges: dict[str, list[ExchangeSeen]] = {}
        self.played: dict[str, JourneyPlayed] = {}

    def add(self, event: Event) -> None:
        match event:
            case ExchangeSeen() | FindingMade() | Observed():  # most of a log
                self._note(event)
            case RunStarted():
                self.header = event
            case RunFinished():
                self.footer = event
            case CasePlanned():
                self.planned[event.case] = event
            case TargetProbed():
                self.probes[event.target] = event
            case WorkerEnded():
                self.workers.append(event)
                self._ended(event)
            case ControlJudged():
                self.controls[event.system, event.requirement, event.fault] = event
            case TestStarted():
                if (event.case, event.test) in self.open:
                    self._forget(event)
                self.open[event.case, event.test] = event
            case TestFinished():
                self.finished.setdefault(event.case, {})[event.test] = event
                self.open.pop((event.case, event.test), None)
            case JourneyPlayed(turn=1):
                self.played[event.journey] = event

    def _note(self, event: FindingMade | Observed | ExchangeSeen) -> None:
        """What a test says between its start and its end."""
        match event:
            case ExchangeSeen():
                self.exchanges.setdefault(event.case, []).append(event)
            case FindingMade():
                self.findings.setdefault(event.case, []).append(event.finding)
            case Observed():
                self.observed.setdefault(event.case, []).append(event)

    def _ended(self, event: WorkerEnded) -> None:
        """How the tests ended that were running; where somebody ended the run they did not crash but were not run."""
        for key in [key for key in self.open if key[0].startswith(f"{event.target}/")]:
            if event.how == "stopped":
                self._forget(self.open.pop(key))
            else:
                self.deaths.setdefault(key, DEATHS.get(event.how, "worker-died"))

    def _forget(self, started: TestStarted) -> None:
        """What a test said before its end does not count when it never came to that end and begins anew."""
        case, test = started.case, started.test
        self.findings[case] = [item for item in self.findings.get(case, ()) if item.test != test]
        self.observed[case] = [item for item in self.observed.get(case, ()) if item.test != test]
        self.exchanges[case] = [item for item in self.exchanges.get(case, ()) if item.test != test]

    def result(self, planned: CasePlanned) -> CaseResult:
        tests = tuple(self.finished.get(planned.case, {}).values())
        outcome, reason, detail, fault_of = self.judge(planned, tests)
        if outcome in (Outcome.PASSED, Outcome.FAILED) and (doubt := self._doubt(planned)):
            outcome, (reason, detail), fault_of = Outcome.INCONCLUSIVE, doubt, FaultOf.HARNESS
        return CaseResult(
            planned=planned,
            outcome=outcome,
            reason=reason,
            detail=detail,
            fault_of=fault_of,
            tests=tests,
            findings=_merged(self.findings.get(planned.case, ())),
            observations=tuple(self.observed.get(planned.case, ())),
            exchanges=tuple(self.exchanges.get(planned.case, ())),
        )

    @functools.cached_property
    def _systems(self) -> dict[str, Any]:
        """What controls are about, by target: its system, and of pairs and journeys that they are."""
        if self.header is None:
            return {}
        systems = {target["id"]: target.get("system") for target in self.header.targets}
        systems |= {journey["id"]: Role.JOURNEY for journey in self.header.journeys}
        return systems | {pair["id"]: Role.PAIR for pair in self.header.pairs}

    @functools.cached_property
    def _controls(self) -> dict[tuple[Any, str], list[ControlJudged]]:
        """The controls by what they are about, once all are known."""
        found: dict[tuple[Any, str], list[ControlJudged]] = {}
        for control in self.controls.values():
            found.setdefault((control.system, control.requirement), []).append(control)
        return found

    def _doubt(self, planned: CasePlanned) -> tuple[str, str] | None:
        """Why this run's tests of a requirement are not to be trusted: a control did not hold, or none was made."""
        own = self._controls.get((self._systems.get(planned.target), planned.requirement), [])
        broken = next((control for control in own if not control.holds), None)
        if broken is not None:
            return ("control-bad-passed" if broken.fault else "control-good-failed"), broken.fault or broken.outcome
        certifying = self.header is not None and self.header.profile == Profile.CERTIFICATION
        if certifying and not any(not control.fault for control in own):
            return "control-missing", planned.requirement
        return None

    def _unheard(self, target: str) -> tuple[Outcome, str]:
        """What a test is that never ran: our error when its worker could not be kept alive."""
        ends = [worker.how for worker in self.workers if worker.target == target]
        if not ends or ends[-1] in ("finished", "stopped"):
            return Outcome.NOT_RUN, "test-missing"
        return Outcome.HARNESS_ERROR, DEATHS.get(ends[-1], "worker-died")

    def judge(self, planned: CasePlanned, tests: tuple[TestFinished, ...]) -> tuple[Outcome, str, str, str]:
        """Outcome, reason, detail, party: silence, crashes and missing tests never pass."""
        if planned.excluded:
            return Outcome(planned.excluded), planned.reason, planned.detail, ""
        probe = self.probes.get(planned.target)
        if probe is not None and probe.code:
            return (
                Outcome.BLOCKED,
                probe.code,
                whole(" ".join(f"{k}={v}" for k, v in probe.values.items())),
                PROBED.get(probe.code, FaultOf.ENVIRONMENT),
            )
        crashed = next((key for key in self.open if key[0] == planned.case), None) if self.open else None
        if crashed is not None:
            return Outcome.HARNESS_ERROR, self.deaths.get(crashed, "worker-died"), crashed[1], FaultOf.HARNESS
        if not planned.tests:
            return Outcome.NOT_RUN, "no-test", planned.requirement, FaultOf.HARNESS
        missing = [test for test in planned.tests if test not in {done.test for done in tests}]
        outcome = worst([test.outcome for test in tests])
        if missing and outcome not in (Outcome.FAILED, Outcome.HARNESS_ERROR):
            return (*self._unheard(planned.target), missing[0], FaultOf.HARNESS)
        if outcome is Outcome.PASSED and not any(test.assertions and test.exchanges for test in tests):
            return Outcome.NOT_RUN, "no-evidence", planned.requirement, FaultOf.HARNESS
        if outcome is Outcome.FAILED and not self.findings.get(planned.case):
            return Outcome.HARNESS_ERROR, "no-finding", planned.case, FaultOf.HARNESS
        lead = next(test for test in tests if test.outcome is outcome)
        if planned.waiver and outcome is Outcome.FAILED:
            return Outcome.WAIVED, "waived", planned.waiver, lead.fault_of
        if planned.waiver and outcome is Outcome.PASSED:
            return Outcome.INCONCLUSIVE, "waiver-unused", planned.waiver, FaultOf.CONFIGURATION
        return outcome, lead.reason, lead.detail, lead.fault_of


def _merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One of each id; ``occurrences`` says how often it was met."""
    found: dict[str, Finding] = {}
    for finding in findings:
        known = found.get(finding.id)
        found[finding.id] = replace(known, occurrences=known.occurrences + 1) if known else finding
    return tuple(found.values())


def fold(events: Iterable[Event]) -> RunRecord:
    """The record of these events; raises ValueError when the header is missing."""
    state = _Fold()
    for event in events:
        state.add(event)
    if state.header is None:
        raise ValueError("no header")
    return RunRecord(
        header=state.header,
        probes=tuple(state.probes.values()),
        results=tuple(state.result(planned) for planned in state.planned.values()),
        workers=tuple(state.workers),
        controls=tuple(state.controls.values()),
        journeys=tuple(state.played.values()),
        footer=state.footer,
    )
