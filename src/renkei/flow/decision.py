"""Decisions: what verdicts amount to under a policy, with what is missing and what the answer does not cover.

A decision is a pure function of the verdicts, the policy and what is known about the requirements' own proof. It
believes no summary: every verdict is rolled up again from its results. A smoke run is never a certification,
whatever the policy says, and a finding never certifies.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from renkei.flow.outcome import NEUTRAL, Outcome
from renkei.flow.plan import Profile
from renkei.flow.requirement import Level
from renkei.flow.verdict import Verdict, roll_up


class Decision(enum.StrEnum):
    """What a target may do with its result, best first."""

    CERTIFIED = "certified"
    CONDITIONAL = "conditional"
    NOT_CERTIFIED = "not_certified"


class Grade(enum.StrEnum):
    """How deep the run behind a decision went."""

    PRELIMINARY = "preliminary"
    STANDARD = "standard"
    FULL = "full"


GRADES = {Profile.SMOKE: Grade.PRELIMINARY, Profile.STANDARD: Grade.STANDARD, Profile.CERTIFICATION: Grade.FULL}
_DEPTH = tuple(GRADES)
_ORDER = tuple(Decision)

# Outcomes of required cases that stand between a target and any certificate.
_OPEN = (Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.BLOCKED, Outcome.NOT_RUN, Outcome.HARNESS_ERROR)
# Outcomes that a decision says nothing about.
_SILENT = (*_OPEN[1:], Outcome.WAIVED, Outcome.AMBIGUOUS, Outcome.NOT_CLAIMED, Outcome.EXEMPT, Outcome.NOT_APPLICABLE)
# Outcomes that leave a whole linkage out by declaration.
_DECLARED = frozenset({Outcome.NOT_CLAIMED, Outcome.EXEMPT, Outcome.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of the body that decides; each ``Decision`` is what remains possible when that is the case.

    ``below_minimum``: the run was less deep than ``minimum_profile``; ``waived``: a required failure has a waiver;
    ``option_failed``: a claimed option does not conform; ``linkage_unproven``: nothing required passed in a
    linkage that is not left out by declaration; ``requirement_unproven``: a requirement that no planted fault has
    ever failed; ``kill_rate_low``: fewer planted faults are caught than ``minimum_kill_rate``, or nobody counted.
    """

    name: str
    minimum_profile: Profile = Profile.STANDARD
    below_minimum: Decision = Decision.CONDITIONAL
    waived: Decision = Decision.CONDITIONAL
    option_failed: Decision = Decision.CONDITIONAL
    linkage_unproven: Decision = Decision.CONDITIONAL
    requirement_unproven: Decision = Decision.CERTIFIED
    kill_rate_low: Decision = Decision.CONDITIONAL
    minimum_kill_rate: float = 0.0
    valid_days: Mapping[Grade, int] = field(default_factory=lambda: dict.fromkeys(Grade, 30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How well the tests themselves are proven: share of planted faults caught (None: not measured), and by name
    the requirements without a fault that makes them fail."""

    kill_rate: float | None = None
    unproven: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One thing between a target and the full certificate: a code with its values, and what it still allows."""

    code: str
    allows: Decision
    linkage: str = ""
    requirement: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCovered:
    """One thing that the decision says nothing about, and why (an outcome, or ``unproven``)."""

    why: str
    linkage: str
    requirement: str
    reason_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDecision:
    """The decision about one target."""

    id: str
    vendor: str
    product: str
    version: str
    system: str
    verdict: Verdict
    decision: Decision
    grade: Grade
    counts: Mapping[str, int]
    missing: tuple[Missing, ...]
    not_covered: tuple[NotCovered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneysDecision:
    """The decision about a municipality as a whole: its life events, over the targets that took part in them.

    ``events`` are the verdicts by life event, those that could be played; ``linkage`` of what is missing or not covered is
    the life event.
    """

    id: str
    targets: tuple[str, ...]
    verdict: Verdict
    decision: Decision
    grade: Grade
    events: Mapping[str, Verdict]
    counts: Mapping[str, int]
    missing: tuple[Missing, ...]
    not_covered: tuple[NotCovered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDecision:
    """The decisions about all targets of a run, and about its life events; ``decision`` is the worst of them.

    Targets that were tested in life events alone have no decision of their own.
    """

    run: str
    edition: str
    profile: Profile
    grade: Grade
    decision: Decision
    targets: tuple[TargetDecision, ...]
    journeys: JourneysDecision | None = None


def worst(decisions: Iterable[Decision]) -> Decision:
    """The least that is allowed; NOT_CERTIFIED for none, so silence never certifies."""
    return max(decisions, key=_ORDER.index, default=Decision.NOT_CERTIFIED)


def decide(
    verdicts: Mapping[str, Any], policy: Policy, proof: Proof, unplanned: Iterable[tuple[str, str, str]] = ()
) -> RunDecision:
    """The decisions about every target of a verdicts document.

    ``unplanned`` are (target, linkage, requirement) that the edition asks for and the run never planned. Raises
    ValueError or KeyError when the document is not what its schema says.
    """
    profile = Profile(verdicts["profile"])
    gaps = tuple(unplanned)
    targets = tuple(
        _target(target, verdicts, policy, proof, [gap[1:] for gap in gaps if gap[0] == target["id"]])
        for target in alone(verdicts)
    )
    journeys = _journeys(verdicts, policy, proof, gaps)
    return RunDecision(
        run=verdicts["run"],
        edition=verdicts["edition"],
        profile=profile,
        grade=GRADES[profile],
        decision=worst([*(one.decision for one in targets), *([journeys.decision] if journeys else [])]),
        targets=targets,
        journeys=journeys,
    )


def alone(verdicts: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The targets that are judged by themselves: in a run of life events those that have results of their own."""
    together = bool(verdicts.get("journeys"))
    return tuple(target for target in verdicts["targets"] if target["results"] or not together)


def _journeys(
    verdicts: Mapping[str, Any], policy: Policy, proof: Proof, gaps: Iterable[tuple[str, str, str]]
) -> JourneysDecision | None:
    """All life events as one subject; those that the run left out altogether are not covered, and decide nothing."""
    rows = verdicts.get("journeys", ())
    if not rows:
        return None
    subject = rows[0]["id"]
    results = [result for row in rows for result in row["results"]]
    planned = {row["journey"] for row in rows}
    own = [gap[1:] for gap in gaps if gap[0] == subject]
    verdict, missing = _judged(results, verdicts, policy, proof, [gap for gap in own if gap[0] in planned])
    missing = [_named(item, results) for item in missing]
    left = [gap for gap in own if gap[0] not in planned]
    return JourneysDecision(
        id=subject,
        targets=tuple(dict.fromkeys(target for row in rows for target in row["targets"])),
        verdict=verdict,
        decision=worst([Decision.CERTIFIED, *(item.allows for item in missing)]),
        grade=GRADES[Profile(verdicts["profile"])],
        events={row["journey"]: _rolled(row["results"]) for row in rows if _says_anything(row["results"])},
        counts=_counts(results),
        missing=tuple(item for item in missing if item.allows is not Decision.CERTIFIED),
        not_covered=(
            *_not_covered(results, proof),
            *(NotCovered(why="not_run", linkage=a, requirement=b, reason_code="not-planned") for a, b in left),
        ),
    )


def _named(item: Missing, results: Iterable[Mapping[str, Any]]) -> Missing:
    """What a life event lacks, with the targets that have to mend it."""
    if item.code != "case-failed":
        return item
    rows = (row for row in results if (row["linkage"], row["requirement"]) == (item.linkage, item.requirement))
    whose = dict.fromkeys(name for row in rows for finding in row["findings"] for name in finding.get("whose", ()))
    return replace(item, code="journey-failed", value=" ".join(whose))


def _says_anything(results: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a life event was played, or should have been: one whose systems a plan does not have is neither."""
    return any(Outcome(row["outcome"]) not in NEUTRAL for row in results)


def _rolled(results: Iterable[Mapping[str, Any]]) -> Verdict:
    return roll_up((Outcome(row["outcome"]), Level(row["level"]).required) for row in results)


def _counts(results: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    found = Counter(row["outcome"] for row in results)
    return {outcome.value: found[outcome] for outcome in Outcome}


def _judged(
    results: Sequence[Mapping[str, Any]],
    verdicts: Mapping[str, Any],
    policy: Policy,
    proof: Proof,
    gaps: Iterable[tuple[str, str]],
) -> tuple[Verdict, list[Missing]]:
    """The verdict of results, and what is between their subject and the full certificate."""
    verdict = _rolled(results)
    missing = [
        *_of_run(verdicts, verdict, policy, proof, Profile(verdicts["profile"])),
        *(Missing(code="not-planned", allows=Decision.NOT_CERTIFIED, linkage=a, requirement=b) for a, b in gaps),
        *_of_results(results, policy, proof),
        *_of_linkages(results, policy),
    ]
    if verdict is not Verdict.PASSED and not any(item.allows is Decision.NOT_CERTIFIED for item in missing):
        missing.append(Missing(code="nothing-passed", allows=Decision.NOT_CERTIFIED))
    return verdict, missing


def _target(
    target: Mapping[str, Any],
    verdicts: Mapping[str, Any],
    policy: Policy,
    proof: Proof,
    gaps: list[tuple[str, str]],
) -> TargetDecision:
    results = target["results"]
    verdict, judged = _judged(results, verdicts, policy, proof, gaps)
    missing = [*judged, *_of_journeys(verdicts, target["id"])]
    return TargetDecision(
        id=target["id"],
        vendor=target["vendor"],
        product=target["product"],
        version=target["version"],
        system=target["system"],
        verdict=verdict,
        decision=worst([Decision.CERTIFIED, *(item.allows for item in missing)]),
        grade=GRADES[Profile(verdicts["profile"])],
        counts=_counts(results),
        missing=tuple(item for item in missing if item.allows is not Decision.CERTIFIED),
        not_covered=_not_covered(results, proof),
    )


def _of_run(
    verdicts: Mapping[str, Any], verdict: Verdict, policy: Policy, proof: Proof, profile: Profile
) -> Iterable[Missing]:
    if verdicts["finished"] is not True:
        yield Missing(code="run-not-finished", allows=Decision.NOT_CERTIFIED, value=str(verdicts.get("state", "")))
    if GRADES[profile] is Grade.PRELIMINARY or _DEPTH.index(profile) < _DEPTH.index(policy.minimum_profile):
        allows = worst([policy.below_minimum, Decision.CONDITIONAL])
        yield Missing(code="profile-too-low", allows=allows, value=profile)
    if policy.minimum_kill_rate > 0 and (proof.kill_rate is None or proof.kill_rate < policy.minimum_kill_rate):
        rate = "-" if proof.kill_rate is None else f"{proof.kill_rate:.3f}"
        yield Missing(code="kill-rate-low", allows=policy.kill_rate_low, value=rate)
    if verdict is Verdict.HARNESS_ERROR:
        yield Missing(code="harness-error", allows=Decision.NOT_CERTIFIED)


def _of_results(results: Iterable[Mapping[str, Any]], policy: Policy, proof: Proof) -> Iterable[Missing]:
    for row in results:
        outcome, level = Outcome(row["outcome"]), Level(row["level"])
        place = {"linkage": row["linkage"], "requirement": row["requirement"]}
        if level.required and outcome in _OPEN:
            yield Missing(code=f"case-{outcome.replace('_', '-')}", allows=Decision.NOT_CERTIFIED, **place)
        elif level.required and outcome is Outcome.WAIVED:
            yield Missing(code="case-waived", allows=worst([policy.waived]), value=row["detail"], **place)
        elif level is Level.OPTION and outcome in (Outcome.FAILED, Outcome.WAIVED):
            yield Missing(code="option-failed", allows=policy.option_failed, **place)
        if level.required and outcome is Outcome.PASSED and row["requirement"] in proof.unproven:
            yield Missing(code="requirement-unproven", allows=policy.requirement_unproven, **place)


def _of_linkages(results: Iterable[Mapping[str, Any]], policy: Policy) -> Iterable[Missing]:
    linkages: dict[str, list[tuple[Outcome, bool]]] = {}
    for row in results:
        linkages.setdefault(row["linkage"], []).append((Outcome(row["outcome"]), Level(row["level"]).required))
    for linkage, rows in linkages.items():
        declared = all(outcome in _DECLARED for outcome, _ in rows)
        if not declared and not any(required and outcome is Outcome.PASSED for outcome, required in rows):
            yield Missing(code="linkage-unproven", allows=policy.linkage_unproven, linkage=linkage)


def _of_journeys(verdicts: Mapping[str, Any], target_id: str) -> Iterable[Missing]:
    """Life events that do not work, and it is this target's turn: by itself it may conform all the same."""
    for journey in verdicts.get("journeys", ()):
        for row in journey["results"]:
            named = any(target_id in finding.get("whose", ()) for finding in row["findings"])
            if named and Outcome(row["outcome"]) is Outcome.FAILED and Level(row["level"]).required:
                yield Missing(
                    code="journey-failed",
                    allows=Decision.NOT_CERTIFIED,
                    linkage=row["linkage"],
                    requirement=row["requirement"],
                )


def _not_covered(results: Iterable[Mapping[str, Any]], proof: Proof) -> tuple[NotCovered, ...]:
    rows: list[NotCovered] = []
    for row in results:
        place = {"linkage": row["linkage"], "requirement": row["requirement"]}
        if Outcome(row["outcome"]) in _SILENT:
            rows.append(NotCovered(why=row["outcome"], reason_code=row["reason_code"], **place))
        elif row["requirement"] in proof.unproven:
            rows.append(NotCovered(why="unproven", **place))
    return tuple(rows)
