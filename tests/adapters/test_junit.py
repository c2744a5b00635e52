"""JUnit XML says what the record says, whatever a vendor sends."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from sample_run import HOSTILE, bundle, record

from renkei.adapters.junit import junit_xml, write_junit
from renkei.flow.outcome import Outcome
from renkei.record import RunRecord


def parsed(run: RunRecord) -> ET.Element:
    """The document of a run, parsed again."""
    return ET.fromstring(junit_xml(run, bundle(), "ja", run="reports/sample"))


def outcomes(root: ET.Element) -> list[str]:
    """The outcome property of every testcase."""
    return [
        item.get("value", "")
        for case in root.iter("testcase")
        for item in case.iter("property")
        if item.get("name") == "outcome"
    ]


def test_every_case_is_in_the_document_with_its_outcome(tmp_path: Path) -> None:
    """Each case of the record is one testcase, and our outcome stands in its properties."""
    run = record(tmp_path)

    root = parsed(run)

    assert sorted(outcomes(root)) == sorted(result.outcome.value for result in run.results)
    assert set(outcomes(root)) == {outcome.value for outcome in Outcome}


def test_counts_agree_with_the_elements(tmp_path: Path) -> None:
    """The counts of every suite and of the whole are those of its elements."""
    root = parsed(record(tmp_path))

    for suite in [root, *root.iter("testsuite")]:
        counted = [len(suite.findall(f".//{name}")) for name in ("testcase", "failure", "error", "skipped")]
        assert counted == [int(suite.get(name, "")) for name in ("tests", "failures", "errors", "skipped")]


def test_only_a_pass_has_neither_failure_nor_error_nor_skip(tmp_path: Path) -> None:
    """A testcase without an outcome element is a pass; nothing undecided looks like one."""
    root = parsed(record(tmp_path))

    bare = [case for case in root.iter("testcase") if not {"failure", "error", "skipped"} & {e.tag for e in case}]

    assert {item.get("value") for case in bare for item in case.iter("property") if item.get("name") == "outcome"} == {
        "passed"
    }


@pytest.mark.parametrize("language", ["ja", "en"])
def test_hostile_text_is_carried_as_text(tmp_path: Path, language: str) -> None:
    """Markup, control characters and lone surrogates from a vendor leave the document well-formed."""
    written = write_junit(record(tmp_path, HOSTILE), bundle(), tmp_path, language)

    root = ET.parse(written).getroot()

    assert {element.tag for element in root.iter()} <= {
        "testsuites", "testsuite", "testcase", "properties", "property", "failure", "error", "skipped",
    }  # fmt: skip
    assert not set("\x1b\u202e\x00") & set(written.read_text("utf-8"))


def test_a_truncated_run_is_an_error_of_its_own(tmp_path: Path) -> None:
    """A record without footer cannot look like a short success."""
    run = record(tmp_path)
    cut = RunRecord(header=run.header, probes=run.probes, results=(), workers=(), footer=None)

    root = parsed(cut)

    assert [error.get("type") for error in root.iter("error")] == ["truncated"]
