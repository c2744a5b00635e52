"""The JUnit document: one testsuite per target, one testcase per case; our outcomes stay readable as properties.

A violation is a ``failure``; what could not be decided is an ``error``, so that no pipeline takes it for a pass;
outcomes that say nothing against anybody are ``skipped``.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from renkei.atomicfile import write_whole
from renkei.flow.contract import Bundle
from renkei.flow.outcome import Outcome
from renkei.neutral import neutral
from renkei.record import CaseResult, RunRecord
from renkei.wording import Wording, replay_command

FACTS = ("vendor", "product", "version", "system", "provider", "consumer", "title", "offices")
ELEMENT = {
    Outcome.PASSED: "",
    Outcome.FAILED: "failure",
    Outcome.INCONCLUSIVE: "error",
    Outcome.BLOCKED: "error",
    Outcome.NOT_RUN: "error",
    Outcome.HARNESS_ERROR: "error",
    Outcome.AMBIGUOUS: "skipped",
    Outcome.WAIVED: "skipped",
    Outcome.NOT_CLAIMED: "skipped",
    Outcome.EXEMPT: "skipped",
    Outcome.NOT_APPLICABLE: "skipped",
}


def write_junit(record: RunRecord, bundle: Bundle, run_dir: Path, language: str, *, shown_as: str = "") -> Path:
    """Write ``<run_dir>/junit.xml`` and give its path."""
    path = run_dir / "junit.xml"
    write_whole(path, junit_xml(record, bundle, language, run=shown_as or str(run_dir)))
    return path


def junit_xml(record: RunRecord, bundle: Bundle, language: str, *, run: str) -> bytes:
    """The document as UTF-8; a run without its footer says so in an error of its own."""
    wording = Wording(bundle, language)
    root = ET.Element("testsuites", name=_text(record.header.run))
    for subject in (*record.header.targets, *record.header.pairs):
        root.append(_suite(record, subject, wording, run, record.of_target(str(subject.get("id", "")))))
    for journey in record.header.journeys:
        results = [r for r in record.of_target(str(journey.get("id"))) if r.planned.linkage == journey.get("journey")]
        if results:
            root.append(_suite(record, _named(journey, wording), wording, run, results))
    if record.footer is None:
        suite = ET.SubElement(root, "testsuite", name="run", tests="1", failures="0", errors="1", skipped="0")
        case = ET.SubElement(suite, "testcase", classname="run", name="finished", time="0")
        ET.SubElement(case, "error", type="truncated", message=_text(wording.catalogue.text("pages.truncated")))
    for kind, element in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        root.set(kind, str(len(root.findall(f".//{element}"))))
    ET.indent(root)
    # As text first: piece by piece into bytes takes twice the time, and a large run has a million pieces.
    text = ET.tostring(root, encoding="unicode")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n".encode("utf-8", "xmlcharrefreplace")


def _named(journey: Mapping[str, Any], wording: Wording) -> dict[str, str]:
    """A life event as a suite: its title, and the targets that take part."""
    return {
        "id": f"{journey.get('id')}.{journey.get('journey')}",
        "title": str(journey.get(f"title_{wording.language}", "")),
        "offices": " ".join(map(str, journey.get("targets", ()))),
    }


def _suite(
    record: RunRecord, target: Mapping[str, Any], wording: Wording, run: str, results: Sequence[CaseResult]
) -> ET.Element:
    kinds = [ELEMENT[result.outcome] for result in results]
    suite = ET.Element(
        "testsuite",
        name=_text(str(target.get("id", ""))),
        tests=str(len(results)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        time=f"{sum(test.seconds for result in results for test in result.tests):.3f}",
        timestamp=_text(record.header.started[:19]),
    )
    facts = {
        **{name: target[name] for name in FACTS if name in target},
        "run": record.header.run,
        "edition": record.header.edition,
        "profile": record.header.profile,
        "seed": record.header.seed,
    }
    _properties(suite, facts)
    suite.extend(_case(result, wording, run) for result in results)
    return suite


def _case(result: CaseResult, wording: Wording, run: str) -> ET.Element:
    planned = result.planned
    case = ET.Element(
        "testcase",
        classname=_text(f"{planned.target}.{planned.role}.{planned.linkage}"),
        name=_text(f"{planned.requirement} {wording.title(planned.requirement)}".strip()),
        time=f"{sum(test.seconds for test in result.tests):.3f}",
    )
    facts = {
        "outcome": result.outcome,
        "requirement": planned.requirement,
        "level": planned.level,
        "impact": wording.impact(result),
        "clause": wording.clauses(result),
        "fault_of": result.fault_of,
        "reason": result.reason,
        "assertions": result.assertions,
        "exchanges": result.seen,
        "findings": " ".join(finding.id for finding in result.findings),
        "whose": " ".join(dict.fromkeys(one for finding in result.findings for one in finding.whose)),
    }
    _properties(case, facts)
    if ELEMENT[result.outcome]:
        case.append(_outcome(result, wording, run))
    return case


def _outcome(result: CaseResult, wording: Wording, run: str) -> ET.Element:
    reason = wording.reason(result.reason, result.detail)
    lead = wording.message(result.findings[0]) if result.findings else reason
    message = f"{wording.outcome(result.outcome)}: {lead}" if lead else wording.outcome(result.outcome)
    element = ET.Element(ELEMENT[result.outcome], type=str(result.outcome), message=_text(message))
    lines = [wording.meaning(result.findings[0])] if result.findings else []
    for finding in result.findings:
        lines += [f"{finding.id} {wording.message(finding)}", f"  {replay_command(run, finding)}"]
    element.text = _text("\n".join(lines)) if lines else None
    return element


def _properties(parent: ET.Element, facts: dict[str, Any]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in facts.items():
        if value != "":
            ET.SubElement(properties, "property", name=name, value=_text(str(value)))


def _text(value: str) -> str:
    return neutral(value)
