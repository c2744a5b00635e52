"""What the page of a run says: plain frozen values in words, folded from record, contracts and decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from renkei.flow.finding import Finding
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.requirement import IMPACT_ORDER, Impact
from renkei.flow.verdict import Verdict, roll_up
from renkei.record import CaseResult, RunRecord
from renkei.runlog import FINISHED
from renkei.web.missing import missing_lines
from renkei.web.standing import State, state_of, worst_first, worst_state
from renkei.wording import Wording, replay_command

UNDECIDED = (Outcome.HARNESS_ERROR, Outcome.BLOCKED, Outcome.INCONCLUSIVE, Outcome.NOT_RUN)
OUT_OF_SCOPE = (Outcome.NOT_CLAIMED, Outcome.EXEMPT, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One finding as shown: ``evidence`` are links below the run folder.

    ``requirement``, ``clause`` and ``basis`` say what it breaks, where nothing around it does ("" else).
    """

    id: str
    requirement: str
    clause: str
    basis: str
    what: str
    where: str
    expected: str
    actual: str
    replays: str
    second_opinion: str
    evidence: tuple[str, ...]
    replay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One requirement that a target breaks (``waived``: with a waiver in force)."""

    requirement: str
    title: str
    plain: str
    clause: str
    basis: str
    level: str
    impact: str
    target: str
    system: str
    linkage: str
    turn: str
    waived: bool
    reason: str
    findings: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Requirements that got the same outcome for the same reason, without being judged: ids with titles.

    ``targets`` are the targets with their systems, ``linkages`` the names of the linkages that it concerns.
    """

    outcome: Outcome
    word: str
    reason: str
    turn: str
    targets: tuple[tuple[str, str], ...]
    linkages: tuple[str, ...]
    count: int
    requirements: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSummary:
    """One target: its standing, verdict and counts."""

    id: str
    vendor: str
    product: str
    version: str
    system: str
    state: State
    verdict: Verdict
    counts: Mapping[Outcome, int]
    missing: tuple[str, ...]
    certificate: str

    @property
    def total(self) -> int:
        """How many requirements were planned."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSummary:
    """One vendor: the worst standing of its targets, what is wrong, what could not be decided, whose turn it is."""

    name: str
    anchor: str
    state: State
    turns: tuple[str, ...]
    targets: tuple[TargetSummary, ...]
    problems: tuple[Problem, ...]
    gaps: tuple[Gap, ...]

    @property
    def failures(self) -> tuple[Problem, ...]:
        """The problems without a waiver."""
        return tuple(problem for problem in self.problems if not problem.waived)

    @property
    def named(self) -> tuple[Problem, ...]:
        """The failures, one per requirement: a rule broken on two linkages is told once, where it weighs most."""
        firsts: dict[str, Problem] = {}
        for problem in self.failures:
            firsts.setdefault(problem.requirement, problem)
        return tuple(firsts.values())

    @property
    def standings(self) -> tuple[tuple[State, int], ...]:
        """How many targets stand where, the worst first."""
        counted = Counter(target.state for target in self.targets)
        return tuple((state, counted[state]) for state in worst_first(counted))

    @property
    def ranked(self) -> tuple[TargetSummary, ...]:
        """The targets, those that stand worst first."""
        order = {state: place for place, state in enumerate(worst_first(State))}
        return tuple(sorted(self.targets, key=lambda target: order[target.state]))

    @property
    def undecided(self) -> int:
        """How many requirements could not be decided."""
        return sum(gap.count for gap in self.gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything that the page says about a run."""

    finished: bool
    vendors: tuple[VendorSummary, ...]
    gaps: tuple[Gap, ...]

    @property
    def targets(self) -> tuple[TargetSummary, ...]:
        """All targets, vendor by vendor."""
        return tuple(target for vendor in self.vendors for target in vendor.targets)


def summarize(record: RunRecord, wording: Wording, decisions: Mapping[str, Mapping[str, Any]], run: str) -> Summary:
    """The summary of a run; ``run`` is the run folder as replay commands name it."""
    finished = record.footer is not None and record.footer.state == FINISHED
    targets = [
        _target(record, header, wording, decisions, finished)
        for header in record.header.targets
        # What takes part in life events alone is told of there.
        if not record.header.journeys or record.of_target(str(header.get("id")))
    ]
    names = list(dict.fromkeys(target.vendor for target in targets))
    vendors = []
    for number, name in enumerate(names, start=1):
        own = tuple(target for target in targets if target.vendor == name)
        results = [result for target in own for result in record.of_target(target.id)]
        vendors.append(_vendor(name, f"vendor-{number}", own, results, wording, run))
    systems = _systems(targets)
    systems |= {str(journey.get("id", "")): "" for journey in record.header.journeys}
    # A pair's linkages are those of its provider's system.
    systems |= {str(pair.get("id", "")): systems.get(str(pair.get("provider")), "") for pair in record.header.pairs}
    return Summary(
        finished=finished,
        vendors=tuple(vendors),
        gaps=_gaps(record.results, systems, wording, (*UNDECIDED, *OUT_OF_SCOPE), apart=False),
    )


def _target(
    record: RunRecord,
    header: Mapping[str, Any],
    wording: Wording,
    decisions: Mapping[str, Mapping[str, Any]],
    finished: bool,
) -> TargetSummary:
    identifier = str(header.get("id", ""))
    results = record.of_target(identifier)
    verdict = roll_up((result.outcome, result.required) for result in results)
    decision = decisions.get(identifier)
    return TargetSummary(
        id=identifier,
        vendor=str(header.get("vendor", identifier)),
        product=str(header.get("product", "")),
        version=str(header.get("version", "")),
        system=wording.system(str(header.get("system", ""))),
        state=state_of(verdict, decision, finished=finished),
        verdict=verdict,
        counts=Counter(result.outcome for result in results),
        missing=missing_lines((decision or {}).get("missing", ()), wording),
        certificate=str((decision or {}).get("certificate") or ""),
    )


def _vendor(
    name: str,
    anchor: str,
    targets: tuple[TargetSummary, ...],
    results: Iterable[CaseResult],
    wording: Wording,
    run: str,
) -> VendorSummary:
    listed = list(results)
    systems = _systems(targets)
    broken = [result for result in listed if result.outcome in (Outcome.FAILED, Outcome.WAIVED)]
    broken.sort(key=_weight)
    acting = [result for result in listed if result.outcome is Outcome.FAILED or result.outcome in UNDECIDED]
    turns = Counter(wording.turn(wording.party(result)) for result in acting)
    return VendorSummary(
        name=name,
        anchor=anchor,
        state=worst_state([target.state for target in targets]),
        turns=tuple(turn for turn, _ in turns.most_common() if turn),
        targets=targets,
        problems=tuple(_problem(result, systems[result.planned.target], wording, run) for result in broken),
        gaps=_gaps(listed, systems, wording, UNDECIDED),
    )


def _systems(targets: Iterable[TargetSummary]) -> dict[str, str]:
    """The system of each target, in words."""
    return {target.id: target.system for target in targets}


def _weight(result: CaseResult) -> tuple[bool, bool, int, str]:
    """Failures before waived ones, required ones first, the worst impact first."""
    impact = IMPACT_ORDER.index(Impact(result.planned.impact))
    return result.outcome is Outcome.WAIVED, not result.required, impact, result.planned.requirement


def _problem(result: CaseResult, system: str, wording: Wording, run: str) -> Problem:
    planned = result.planned
    identifier = planned.requirement
    system_id = system.split(" ", 1)[0]
    waived = result.outcome is Outcome.WAIVED
    return Problem(
        requirement=identifier,
        title=wording.title(identifier) or identifier,
        plain=wording.plain(identifier),
        clause=wording.clauses(result),
        basis=wording.bases(result),
        level=wording.catalogue.choice("levels", planned.level),
        impact=wording.catalogue.choice("impacts", planned.impact),
        target=planned.target,
        system=system,
        linkage=wording.linkage(system_id, planned.linkage),
        turn=wording.turn(wording.party(result) or FaultOf.PROVIDER),
        waived=waived,
        reason=wording.reason(result.reason, result.detail) if waived or not result.findings else "",
        findings=tuple(shown(finding, wording, run) for finding in result.findings),
    )


def shown(finding: Finding, wording: Wording, run: str, *, named: bool = False) -> Shown:
    """A finding in words; ``named``: with the requirement that it breaks."""
    return Shown(
        id=finding.id,
        requirement=f"{finding.breaks} {wording.title(finding.breaks)}".strip() if named else "",
        clause=wording.clause(finding.breaks) if named else "",
        basis=wording.basis(finding.breaks) if named else "",
        what=wording.catalogue.choice("rules", finding.rule),
        where=wording.value(finding.where),
        expected=wording.value(finding.expected),
        actual=wording.value(finding.actual),
        replays=wording.replays(finding.replays),
        second_opinion=wording.value(finding.second_opinion),
        evidence=tuple(f"evidence/{digest}.json" for digest in finding.evidence if _is_digest(digest)),
        replay=replay_command(run, finding),
    )


def _is_digest(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def _gaps(
    results: Iterable[CaseResult],
    systems: Mapping[str, str],
    wording: Wording,
    outcomes: tuple[Outcome, ...],
    *,
    apart: bool = True,
) -> tuple[Gap, ...]:
    """One row per outcome, reason and (``apart``) target; the detail only where all its cases share it."""
    groups: dict[tuple[int, str, str], list[CaseResult]] = {}
    for result in results:
        if result.outcome in outcomes:
            key = (outcomes.index(result.outcome), result.reason, result.planned.target if apart else "")
            groups.setdefault(key, []).append(result)
    gaps = []
    for (index, reason, _), members in sorted(groups.items(), key=lambda item: item[0][0]):
        names = dict.fromkeys(member.planned.requirement for member in members)
        details = {member.detail for member in members}
        places = dict.fromkeys((member.planned.target, member.planned.linkage) for member in members)
        targets = dict.fromkeys(target for target, _ in places)
        gaps.append(
            Gap(
                outcome=outcomes[index],
                word=wording.outcome(outcomes[index]),
                reason=wording.reason(reason, details.pop() if len(details) == 1 else ""),
                turn=wording.turn(wording.party(members[0])),
                targets=tuple((target, systems[target]) for target in targets),
                linkages=tuple(wording.linkage(systems[target].split(" ", 1)[0], name) for target, name in places),
                count=len(members),
                requirements=tuple((name, wording.title(name)) for name in names),
            )
        )
    return tuple(gaps)
