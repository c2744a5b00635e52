"""``verdicts.json`` (``renkei.verdicts/1``): what a finished run amounts to, computed from its record alone."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from renkei.errors import RunFolderError
from renkei.events import JourneyPlayed, Observed, RunStarted
from renkei.flow.contract import Bundle
from renkei.flow.finding import Finding
from renkei.flow.outcome import NEUTRAL, FaultOf, Outcome
from renkei.flow.verdict import Verdict, combine, roll_up
from renkei.neutral import neutral
from renkei.record import CaseResult, RunRecord
from renkei.runlog import FINISHED
from renkei.wording import Wording, replay_command

VERDICTS_NAME = "verdicts.json"
SCHEMA = "renkei.verdicts/1"

# Sentences for people: they follow from the rest, and their wording may change from one release to the next.
_SENTENCES = ("reason", "message", "plain", "replay", "where", "expected", "actual", "value", "why", "title", "text")

# What of a finding is also there as it was recorded, in no language.
_WIRED = ("where", "expected", "actual")
# What a step of a journey lists.
_LISTS = ("targets", "linkages", "requirements", "by_hand", "whose", "evidence")


def to_verdicts(record: RunRecord, bundle: Bundle | None, *, folder: str = "") -> dict[str, Any]:
    """The verdicts of a finished run, in the plan's language; ``folder`` is the run folder as replay commands name it.

    Without a bundle every sentence is left out, so that the facts of any edition can be recomputed. Raises
    RunFolderError for a run without footer, and for cases of targets that the header does not name.
    """
    header, footer = record.header, record.footer
    if footer is None:
        raise RunFolderError("run-truncated", path=header.run)
    writer = _Writer(Wording(bundle, header.language) if bundle else None, folder or header.run)
    known = {str(item.get("id")) for item in (*header.targets, *header.pairs, *header.journeys)}
    for result in record.results:
        if result.planned.target not in known:
            raise RunFolderError("run-damaged", path=header.run, why=f"target {result.planned.target}")
    targets = [writer.target(target, record.of_target(str(target.get("id")))) for target in header.targets]
    pairs, journeys = writer.pairs(record), writer.journeys(record)
    counting = [row for row in targets if _counts(row, header)]
    return {
        "schema": SCHEMA,
        "run": header.run,
        "edition": header.edition,
        "profile": header.profile,
        "seed": header.seed,
        "language": header.language,
        "tool": header.tool,
        "started": header.started,
        "ended": footer.finished,
        "state": footer.state,
        "finished": footer.state == FINISHED,
        "verdict": combine(row["verdict"] for row in (*counting, *pairs, *filter(_playable, journeys))),
        "digests": dict(header.digests),
        "targets": targets,
        "pairs": pairs,
        # What runs without any left behind stays as it was.
        **({"journeys": journeys} if header.journeys else {}),
    }


def pair_rows(record: RunRecord, wording: Wording, folder: str) -> list[dict[str, Any]]:
    """One row for each linkage of each pair, as in ``verdicts.json``, in the language of ``wording``."""
    return _Writer(wording, folder).pairs(record)


def journey_rows(record: RunRecord, wording: Wording, folder: str) -> list[dict[str, Any]]:
    """One row for each life event, as in ``verdicts.json``, in the language of ``wording``."""
    return _Writer(wording, folder).journeys(record)


def journey_state(row: Mapping[str, Any]) -> str:
    """What a clerk is told of a life event: it ``works`` or is ``broken``, is ``unknown``, or ``absent`` from the plan."""
    if row["verdict"] == Verdict.PASSED:
        return "works"
    if row["verdict"] == Verdict.FAILED:
        return "broken"
    return "unknown" if _playable(row) else "absent"


def facts(verdicts: Mapping[str, Any]) -> Any:
    """The verdicts without the sentences: what must come out the same in every release of the tool."""
    return _without(verdicts)


def _without(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without(item) for name, item in value.items() if name not in _SENTENCES}
    return [_without(item) for item in value] if isinstance(value, list) else value


def folder_of(verdicts: Mapping[str, Any]) -> str:
    """The run folder that the replay commands name ("" when there is no finding); raises ValueError for an odd one."""
    results = (result for target in verdicts["targets"] for result in target["results"])
    for row in (*results, *verdicts["pairs"], *verdicts.get("journeys", ())):
        for finding in row["findings"]:
            return shlex.split(finding["replay"])[2]
    return ""


def _counts(target: Mapping[str, Any], header: RunStarted) -> bool:
    """Whether a target's verdict is part of the run's: one that was tested with others alone has none of its own."""
    paired = {str(pair.get(side)) for pair in header.pairs for side in ("provider", "consumer")}
    return bool(target["results"]) or not (header.journeys or target["id"] in paired)


def _playable(journey: Mapping[str, Any]) -> bool:
    """Whether a life event counts: one whose systems the plan does not have says nothing of anybody."""
    return any(result["outcome"] not in NEUTRAL for result in journey["results"])


class _Writer:
    def __init__(self, wording: Wording | None, folder: str) -> None:
        self._wording = wording
        self._folder = folder

    def target(self, target: Mapping[str, Any], results: tuple[CaseResult, ...]) -> dict[str, Any]:
        verdict = _rolled(target, results)
        named = {name: neutral(str(target.get(name, ""))) for name in ("id", "vendor", "product", "version", "system")}
        return {**named, "verdict": verdict, "results": [self._result(result) for result in results]}

    def pairs(self, record: RunRecord) -> list[dict[str, Any]]:
        """The rows of every pair."""
        return [row for one in record.header.pairs for row in self.pair(one, record.of_target(str(one.get("id"))))]

    def pair(self, pair: Mapping[str, Any], results: tuple[CaseResult, ...]) -> list[dict[str, Any]]:
        """One row for each linkage of a pair: who does not work with whom, whose fault it is, and why."""
        linkages = dict.fromkeys(result.planned.linkage for result in results)
        return [self._row(pair, linkage, [r for r in results if r.planned.linkage == linkage]) for linkage in linkages]

    def journeys(self, record: RunRecord) -> list[dict[str, Any]]:
        """One row for each life event that is part of the run."""
        played = {one.journey: one for one in record.journeys}
        rows = []
        for journey in record.header.journeys:
            name = str(journey.get("journey", ""))
            own = [r for r in record.of_target(str(journey.get("id"))) if r.planned.linkage == name]
            if own:
                rows.append(self._journey(journey, own, played.get(name)))
        return rows

    def _journey(
        self, journey: Mapping[str, Any], results: Sequence[CaseResult], played: JourneyPlayed | None
    ) -> dict[str, Any]:
        verdict = _rolled(journey, results)
        counting = [result for result in results if result.required and result.outcome.value == verdict.value]
        party, because = _blamed(counting) if verdict is not Verdict.PASSED else ("", "")
        findings = [finding for result in results for finding in result.findings]
        value: dict[str, Any] = {
            **{name: neutral(str(journey.get(name, ""))) for name in ("id", "journey")},
            **{name: [neutral(str(one)) for one in journey.get(name, ())] for name in ("systems", "targets")},
            "verdict": verdict,
            "fault_of": party,
            "because": neutral(because),
            "whose": list(dict.fromkeys(neutral(one) for finding in findings for one in finding.whose)),
            "assertions": played.assertions if played else 0,
            "virtual_seconds": played.virtual_seconds if played else 0.0,
            "seconds": played.seconds if played else 0.0,
            "steps": [self._taken(step) for step in played.steps] if played else [],
            "results": [self._result(result) for result in results],
            "findings": [self._finding(finding) for finding in findings],
        }
        if self._wording:
            value["title"] = neutral(str(journey.get(f"title_{self._wording.language}", journey.get("journey", ""))))
            value["why"] = self._why(because, counting)
        return value

    def _why(self, because: str, counting: Sequence[CaseResult]) -> str:
        """Why it does not work, for a clerk: what is broken means for the office, or what stands in the way."""
        if not self._wording or not counting or counting[0].outcome is Outcome.PASSED:
            return ""
        lead = counting[0]
        if lead.findings:
            return self._wording.meaning(lead.findings[0])
        return self._wording.reason(because or lead.reason, lead.detail)

    def _taken(self, step: Mapping[str, Any]) -> dict[str, Any]:
        """One sentence of a story as it went."""
        value: dict[str, Any] = {
            "state": str(step.get("state", "")),
            **{name: neutral(str(step.get(name, ""))) for name in ("act", "done_by")},
            **{name: [neutral(str(one)) for one in step.get(name, ())] for name in _LISTS},
            "told": [[neutral(str(one)) for one in told] for told in step.get("told", ())],
            **{name: step.get(name, 0) for name in ("assertions", "virtual_seconds", "seconds")},
        }
        if self._wording:
            value["text"] = neutral(str(step.get(self._wording.language, "")))
        return value

    def _row(self, pair: Mapping[str, Any], linkage: str, results: Sequence[CaseResult]) -> dict[str, Any]:
        verdict = _rolled(pair, results)
        named = {name: neutral(str(pair.get(name, ""))) for name in ("id", "provider", "consumer")}
        counting = [result for result in results if result.required and result.outcome.value == verdict.value]
        party, because = _blamed(counting) if verdict is not Verdict.PASSED else ("", "")
        value = {
            **named,
            "linkage": linkage,
            "verdict": verdict,
            "fault_of": party,
            "because": neutral(because),
            "results": [self._result(result) for result in results],
            "findings": [self._finding(finding) for result in results for finding in result.findings],
        }
        if self._wording:
            value["why"] = self._wording.reason(because) if because else ""
        return value

    def _result(self, result: CaseResult) -> dict[str, Any]:
        planned = result.planned
        value: dict[str, Any] = {
            "role": planned.role,
            "linkage": planned.linkage,
            "requirement": planned.requirement,
            "level": planned.level,
            "impact": planned.impact,
            "outcome": result.outcome,
            "reason_code": neutral(result.reason),
            "detail": neutral(result.detail),
            "fault_of": result.fault_of,
            "assertions": result.assertions,
            "exchanges": result.seen,
            "observations": [self._observation(item) for item in result.observations],
            "findings": [self._finding(finding) for finding in result.findings],
        }
        if self._wording:
            value["reason"] = self._wording.reason(result.reason, result.detail) if result.reason else ""
        return value

    def _observation(self, item: Observed) -> dict[str, Any]:
        words = {"value": self._wording.value(item.value)} if self._wording else {}
        return {"ambiguity": neutral(item.ambiguity), "wire": neutral(item.value), **words}

    def _finding(self, finding: Finding) -> dict[str, Any]:
        value: dict[str, Any] = {
            "id": finding.id,
            "rule": neutral(finding.rule),
            "fault_of": finding.fault_of,
            "wire": {name: neutral(getattr(finding, name)) for name in _WIRED},
            "replays": neutral(finding.replays),
            "occurrences": finding.occurrences,
            "evidence": list(finding.evidence),
        }
        if finding.whose:
            value["whose"] = [neutral(one) for one in finding.whose]
        if finding.broken:
            value["broken"] = neutral(finding.broken)
        if finding.because:
            value["because"] = neutral(finding.because)
        if self._wording:
            value |= {name: self._wording.value(getattr(finding, name)) for name in _WIRED}
            message = self._wording.message(finding)
            value["message"] = message if finding.broken else self._wording.named(finding, message)
            value["plain"] = self._wording.meaning(finding)
            value["replay"] = replay_command(self._folder, finding)
            if finding.because:
                value["why"] = self._wording.reason(finding.because)
        return value


def sequences(steps: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """The steps of the model's row, sequence by sequence: each that was found ends with what does not hold.

    That is a step of its own; an act may ask for something, too, and ends nothing.
    """
    sequence: list[Mapping[str, Any]] = []
    for step in steps:
        sequence.append(step)
        if step["requirements"] and not step["act"]:
            yield sequence
            sequence = []
    if sequence:
        yield sequence


def _rolled(subject: Mapping[str, Any], results: Sequence[CaseResult]) -> Verdict:
    try:
        return roll_up((result.outcome, result.required) for result in results)
    except ValueError as error:
        raise RunFolderError("run-damaged", path=str(subject.get("id")), why=str(error)[:200]) from error


def _blamed(results: Sequence[CaseResult]) -> tuple[str, str]:
    """The party that a pair's linkage is put on, and the code of the sentence that says why.

    Where results of both sides fail, it is both, whatever else there is; a vendor is named before anybody else.
    """
    parties = [result.fault_of for result in results if result.fault_of]
    sides = {FaultOf(party) for party in parties} & {FaultOf.PROVIDER, FaultOf.CONSUMER, FaultOf.BOTH}
    if len(sides) > 1 or FaultOf.BOTH in sides:
        found = [f.because for r in results for f in r.findings if r.fault_of == FaultOf.BOTH]
        return FaultOf.BOTH, next(iter(found), "both-broke-contract")
    party = next(iter(sides)) if sides else next(iter(parties), "")
    lead = next((result for result in results if result.fault_of == party), None)
    if lead is None:
        return "", ""
    told = [finding.because for finding in lead.findings if finding.because]
    return party, next(iter(told), "" if lead.outcome is Outcome.FAILED else lead.reason)
