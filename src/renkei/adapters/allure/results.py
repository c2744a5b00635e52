"""Allure result files: one per target × role × linkage × requirement, certification style.

Vendors are environments, so the same requirement of several vendors stands side by side: ``testCaseId`` is shared,
``historyId`` differs by the vendor and target parameters.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from renkei.adapters.allure.description import description
from renkei.adapters.allure.exchanges import evidence_text
from renkei.adapters.allure.story import played, story_steps
from renkei.atomicfile import write_whole
from renkei.events import CasePlanned, TestFinished
from renkei.flow.contract import Bundle
from renkei.flow.outcome import Outcome
from renkei.flow.requirement import IMPACT_ORDER
from renkei.neutral import neutral
from renkei.record import CaseResult, RunRecord
from renkei.wording import Wording

# Design §3: how an outcome looks in Allure; everything that is neither a pass nor a violation keeps its own label.
STATUS = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.INCONCLUSIVE: "broken",
    Outcome.BLOCKED: "broken",
    Outcome.HARNESS_ERROR: "broken",
    Outcome.AMBIGUOUS: "skipped",
    Outcome.WAIVED: "skipped",
    Outcome.NOT_CLAIMED: "skipped",
    Outcome.EXEMPT: "skipped",
    Outcome.NOT_APPLICABLE: "skipped",
    Outcome.NOT_RUN: "skipped",
}
SEVERITIES = ("blocker", "critical", "normal", "minor", "trivial")
MAX_EXCHANGES = 12
NAMESPACE = uuid.UUID("6f0f3f4e-3e0a-5b0e-9d57-72656e6b6569")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    record: RunRecord
    wording: Wording
    evidence: Path
    out: Path
    run: str
    start: int
    written: set[str] = field(default_factory=set)
    summaries: Mapping[str, str] = field(default_factory=dict)

    def target(self, target_id: str) -> Mapping[str, Any]:
        return next((target for target in self.record.header.targets if target.get("id") == target_id), {})

    def sides(self, planned: CasePlanned) -> tuple[Mapping[str, Any], ...]:
        """The target of a case, or provider and consumer of its pair, or all that take part in its life event."""
        subject = planned.target
        journey = next((one for one in self.record.header.journeys if one.get("journey") == planned.linkage), None)
        if journey is not None and planned.role == "journey":
            return tuple(self.target(str(name)) for name in journey.get("targets", ())) or ({},)
        pair = next((pair for pair in self.record.header.pairs if pair.get("id") == subject), None)
        names = (subject,) if pair is None else (str(pair.get("provider")), str(pair.get("consumer")))
        return tuple(map(self.target, names))

    def office(self, target_id: str) -> str:
        """Vendor and system of a target in words."""
        target = self.target(target_id)
        system = self.wording.system(str(target.get("system", target_id)))
        return self.wording.catalogue.text("pages.office", vendor=target.get("vendor", target_id), system=system)

    def turn(self, result: CaseResult) -> str:
        """Who has to act next, in words: the targets that a finding names, or else the party."""
        named = dict.fromkeys(name for finding in result.findings for name in finding.whose)
        comma = self.wording.catalogue.text("pages.comma")
        return comma.join(map(self.office, named)) or self.wording.turn(self.wording.party(result))

    def attach(self, digest: str) -> dict[str, str]:
        source = f"{hashlib.sha256(digest.encode()).hexdigest()[:32]}-attachment.txt"
        if source not in self.written:
            text = evidence_text(self.evidence, digest, self.wording)
            write_whole(self.out / source, text.encode(), sync=False)
            self.written.add(source)
        summary = self.summaries.get(digest, digest[:12])
        name = self.wording.catalogue.text("allure.attachment-exchange", summary=summary)
        return {"name": neutral(name), "source": source, "type": "text/plain"}


def write_results(
    record: RunRecord, bundle: Bundle, run_dir: Path, language: str, *, shown_as: str = "", out_dir: Path | None = None
) -> Path:
    """Write the results of a run into ``<run_dir>/allure-results`` (or ``out_dir``) and give that folder.

    ``shown_as`` is the run folder as replay commands name it (default: ``run_dir``).
    """
    out = out_dir or run_dir / "allure-results"
    out.mkdir(parents=True, exist_ok=True)
    writing = _Writing(
        record=record,
        wording=Wording(bundle, language),
        evidence=run_dir / "evidence",
        out=out,
        run=shown_as or str(run_dir),
        start=_epoch(record.header.started),
        summaries={item.digest: item.summary for result in record.results for item in result.exchanges},
    )
    clock: dict[str, int] = {}
    for result in record.results:
        begun = clock.get(result.planned.target, writing.start)
        ended = begun + sum(_milliseconds(test) for test in result.tests)
        clock[result.planned.target] = ended
        value = _result(writing, result, begun, ended)
        path = out / f"{value['uuid']}-result.json"
        write_whole(path, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), sync=False)
    return out


def _result(writing: _Writing, result: CaseResult, begun: int, ended: int) -> dict[str, Any]:
    planned, wording = result.planned, writing.wording
    sides = writing.sides(planned)
    system = "" if planned.role == "journey" else str(sides[0].get("system", ""))
    shared = f"{system}/{planned.role}/{planned.linkage}/{planned.requirement}"
    title = neutral(f"{planned.requirement} {wording.title(planned.requirement)}".strip())
    return {
        "uuid": str(uuid.uuid5(NAMESPACE, f"{writing.record.header.run}/{planned.case}")),
        "testCaseId": shared,
        "historyId": hashlib.sha256(planned.case.encode()).hexdigest(),
        "fullName": shared,
        "name": title,
        "titlePath": [*_suite(planned, sides, wording), *filter(None, _place(wording, system, planned.linkage))],
        "status": STATUS[result.outcome],
        "statusDetails": _details(writing, result),
        "stage": "finished",
        "start": begun,
        "stop": ended,
        "descriptionHtml": description(result, wording, writing.run, writing.turn(result)),
        "labels": _labels(writing, result, title, system),
        "parameters": _parameters(writing, result),
        "links": [],
        "steps": _steps(writing, result, begun),
        "attachments": [],
    }


def _place(wording: Wording, system: str, linkage: str) -> tuple[str, str]:
    """System and linkage in words."""
    return wording.system(system) if system else "", wording.linkage(system, linkage)


def _suite(planned: CasePlanned, sides: Sequence[Mapping[str, Any]], wording: Wording) -> list[str]:
    """The suite that a pair is of its own, named by both sides, and that all life events are; none for one target."""
    if planned.role == "journey":
        return [wording.catalogue.text("pages.journeys-told")]
    if len(sides) == 1:
        return []
    provider, consumer = (neutral(str(side.get("vendor", ""))) for side in sides)
    return [wording.catalogue.text("matrix.pair", provider=provider, consumer=consumer)]


def _details(writing: _Writing, result: CaseResult) -> dict[str, str]:
    wording = writing.wording
    if not result.findings:
        message = wording.reason(result.reason, result.detail)
        return {"message": f"{wording.outcome(result.outcome)}\n{message}".strip()} if message else {}
    first = result.findings[0]
    lines = [wording.meaning(first), *(wording.message(finding) for finding in result.findings)]
    return {
        "message": ("\n".join(line for line in lines if line)),
        "expected": wording.value(first.expected),
        "actual": wording.value(first.actual),
    }


def _labels(writing: _Writing, result: CaseResult, title: str, system: str) -> list[dict[str, str]]:
    planned, wording = result.planned, writing.wording
    impact = wording.impact(result)
    sides = writing.sides(planned)
    suite = _suite(planned, sides, wording)
    labels = {
        "epic": next(iter(suite), wording.system(system)),
        "feature": wording.linkage(system, planned.linkage),
        "story": title,
        "severity": SEVERITIES[IMPACT_ORDER.index(impact)],
        "vendor": str(sides[0].get("vendor", planned.target)),
        "target": planned.target,
        "role": planned.role,
        "level": wording.catalogue.choice("levels", planned.level),
        "impact": wording.catalogue.choice("impacts", impact),
        "outcome": str(result.outcome),
        "fault_of": wording.party(result),
        "clause": wording.clauses(result),
        "owner": writing.turn(result),
        "tag": wording.outcome(result.outcome),
    }
    vendors = dict.fromkeys(str(side.get("vendor", "")) for side in sides)
    more = [("parentSuite", name) for name in suite] + [("vendor", name) for name in list(vendors)[1:]]
    pairs = [
        *labels.items(),
        *more,
        ("tag", planned.requirement),
        ("tag", wording.catalogue.choice("levels", planned.level)),
    ]
    return [{"name": name, "value": neutral(value)} for name, value in pairs if value]


def _parameters(writing: _Writing, result: CaseResult) -> list[dict[str, Any]]:
    catalogue, header = writing.wording.catalogue, writing.record.header
    sides = writing.sides(result.planned)
    journey = result.planned.role == "journey"
    target = {} if journey else sides[0]
    named = [str(side.get("vendor", "")) for side in sides]
    vendors = ", ".join(dict.fromkeys(named)) if journey else " → ".join(named)
    identity = {"vendor": vendors, "target": result.planned.target}
    facts = {
        "product": target.get("product", ""),
        "version": target.get("version", ""),
        "seed": header.seed,
        "profile": header.profile,
        "assertions": result.assertions,
        "exchanges": result.seen,
    }
    return [
        {
            "name": catalogue.text(f"allure.parameter-{name}"),
            "value": neutral(str(value)),
            "excluded": name not in identity,
        }
        for name, value in {**identity, **facts}.items()
    ]


def _steps(writing: _Writing, result: CaseResult, begun: int) -> list[dict[str, Any]]:
    told = played(writing.record, result)
    steps = story_steps(told, result, writing.wording, writing.attach, begun, writing.office) if told else []
    for test in result.tests:
        ended = begun + _milliseconds(test)
        steps.append(_test_step(writing, result, test, begun, ended))
        begun = ended
    return steps


def _test_step(writing: _Writing, result: CaseResult, test: TestFinished, begun: int, ended: int) -> dict[str, Any]:
    wording = writing.wording
    inner: list[dict[str, Any]] = []
    seen: set[str] = set()
    for finding in result.findings:
        if finding.test == test.test:
            shown = [digest for digest in finding.evidence if digest not in seen]
            seen.update(shown)
            files = [writing.attach(digest) for digest in shown[:MAX_EXCHANGES]]
            inner.append(_step(f"{finding.id} {wording.message(finding)}", "failed", begun, ended, attachments=files))
    kept = [item for item in result.exchanges if item.test == test.test and item.kept and item.digest not in seen]
    for exchange in kept[:MAX_EXCHANGES]:
        files = [writing.attach(exchange.digest)]
        inner.append(_step(exchange.summary, "passed", begun, ended, attachments=files))
    if len(kept) > MAX_EXCHANGES:
        more = wording.catalogue.text("allure.exchanges-more", count=len(kept) - MAX_EXCHANGES)
        inner.append(_step(more, "passed", begun, ended))
    step = _step(test.test.rpartition("::")[2] or test.test, STATUS[test.outcome], begun, ended, steps=inner)
    if test.outcome is not Outcome.PASSED and not result.findings:
        step["statusDetails"] = {"message": wording.reason(test.reason, test.detail)}
    return step


def _step(
    name: str,
    status: str,
    begun: int,
    ended: int,
    *,
    steps: list[dict[str, Any]] | None = None,
    attachments: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    return {
        "name": neutral(name),
        "status": status,
        "stage": "finished",
        "start": begun,
        "stop": ended,
        "steps": steps or [],
        "attachments": attachments or [],
        "parameters": [],
    }


def _milliseconds(test: TestFinished) -> int:
    return max(1, round(test.seconds * 1000))


def _epoch(moment: str) -> int:
    try:
        return int(dt.datetime.fromisoformat(moment).timestamp() * 1000)
    except ValueError:
        return 0
