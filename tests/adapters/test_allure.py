"""Allure results say what the record says, and the sealed report can neither call home nor run a target's text."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from sample_run import HOSTILE, bundle, record

from renkei.adapters.allure import build_report, write_results
from renkei.adapters.allure.config import config_script
from renkei.adapters.allure.results import STATUS
from renkei.adapters.allure.seal import clean, prove
from renkei.catalogue import Catalogue
from renkei.errors import HarnessError, UsageError
from renkei.flow.outcome import Outcome

TOOL = Path(__file__).parents[2] / "ci" / "allure"

needs_allure = pytest.mark.skipif(
    not (TOOL / "node_modules" / "allure").is_dir() or shutil.which("node") is None,
    reason=f"the Allure command line is not installed: npm ci --prefix {TOOL.name}",
)


def results(folder: Path, text: str = "") -> list[dict[str, Any]]:
    """The result files of the sample run."""
    out = write_results(record(folder, text), bundle(), folder, "ja", shown_as="reports/sample")
    return [json.loads(path.read_text("utf-8")) for path in sorted(out.glob("*-result.json"))]


def label(result: dict[str, Any], name: str) -> str:
    """The first label of that name."""
    return next((item["value"] for item in result["labels"] if item["name"] == name), "")


def test_every_case_is_one_result_with_the_status_of_its_outcome(tmp_path: Path) -> None:
    """Each case is one result; its status follows the table of outcomes and the raw outcome stays a label."""
    run = record(tmp_path)

    written = results(tmp_path)

    assert sorted(label(item, "outcome") for item in written) == sorted(case.outcome.value for case in run.results)
    assert {(label(item, "outcome"), item["status"]) for item in written} == {
        (outcome.value, status) for outcome, status in STATUS.items()
    }
    assert set(STATUS) == set(Outcome)


def test_vendors_share_the_test_case_and_differ_in_history(tmp_path: Path) -> None:
    """The same requirement of three vendors is one test case with three histories, told apart by parameters."""
    same = [item for item in results(tmp_path) if label(item, "story").startswith("AU-03")]

    assert len({item["testCaseId"] for item in same}) == 1
    assert len({item["historyId"] for item in same}) == 3
    assert {label(item, "vendor") for item in same} == {"alpha", "beta", "gamma"}
    counting = [{p["value"] for p in item["parameters"] if not p["excluded"]} for item in same]
    assert {"beta", "beta-031"} in counting


def test_a_failure_tells_whose_turn_it_is_by_which_clause_and_how_to_repeat_it(tmp_path: Path) -> None:
    """A failed result carries clause, party, impact, plain sentence and the command that repeats it."""
    failed = next(item for item in results(tmp_path) if item["status"] == "failed" and "FD-05" in item["name"])

    assert label(failed, "clause") == "データ要件 §2.4"
    assert label(failed, "fault_of") == "provider"
    assert label(failed, "severity") == "critical"
    assert "住民の氏名の漢字が" in failed["statusDetails"]["message"]
    assert "renkei replay reports/sample F-" in failed["descriptionHtml"]
    assert "U+E0100" in failed["statusDetails"]["expected"]


def test_exchanges_are_plain_text_attachments(tmp_path: Path) -> None:
    """Every exchange is attached to its step as text/plain, with request and response."""
    failed = next(item for item in results(tmp_path) if item["status"] == "failed")

    attachments = [each for step in failed["steps"] for inner in step["steps"] for each in inner["attachments"]]

    assert {each["type"] for each in attachments} == {"text/plain"}
    text = (tmp_path / "allure-results" / attachments[0]["source"]).read_text("utf-8")
    assert "POST https://127.0.0.1:8443/app_submit/v10/" in text
    assert "HTTP 201" in text


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    """A target's markup is escaped in descriptions, its control characters are shown, and there are no links."""
    written = results(tmp_path, HOSTILE)

    for item in written:
        assert "<script" not in item["descriptionHtml"]
        assert "<img" not in item["descriptionHtml"]
        assert item["links"] == []
    everything = "".join(path.read_text("utf-8") for path in (tmp_path / "allure-results").iterdir())
    assert not set("\x1b\u202e\x00") & set(everything)


def test_a_vendor_name_cannot_become_code_in_the_configuration() -> None:
    """The generated configuration holds names as JSON values only."""
    names = ['"}];process.exit(1);//', "default", "../x", "${x}`"]

    script = config_script(names, Path("out"), None, Catalogue("ja"), "題名")

    value = script.splitlines()[0].removeprefix("const settings = ").removesuffix(";")
    assert [vendor for _, _, vendor in json.loads(value)["vendors"]] == names
    assert all(re.fullmatch(r"vendor-\d", identifier) for identifier, _, _ in json.loads(value)["vendors"])


def test_the_seal_cuts_analytics_and_refuses_foreign_loads() -> None:
    """Analytics scripts go; anything else that is loaded from a host is a fault of ours, named."""
    page = "<html><head></head><body><script async src='https://www.googletagmanager.com/x'></script></body></html>"

    assert "googletagmanager" not in clean(page, "ja")
    prove("index.html", clean(page, "ja"))
    with pytest.raises(HarnessError, match="allure-foreign-load"):
        prove("index.html", clean("<html><head></head><img src='//evil.example/x'></html>", "ja"))
    with pytest.raises(HarnessError, match="allure-analytics-left"):
        prove("app.js", "gtag('config')")
    with pytest.raises(HarnessError, match="allure-no-policy"):
        prove("index.html", "<html></html>")


def test_a_missing_tool_is_a_diagnosis_with_the_command(tmp_path: Path) -> None:
    """Without the command line, the caller learns what to type."""
    with pytest.raises(UsageError) as caught:
        build_report(tmp_path, tmp_path / "report", None, "ja", tool=tmp_path / "absent")

    assert caught.value.code == "allure-missing"
    assert caught.value.values["command"].startswith("npm ci --prefix ")


@needs_allure
def test_the_report_is_one_sealed_page_and_remembers_earlier_runs(tmp_path: Path) -> None:
    """The builder writes one page with its policy, and each run adds one line of history."""
    results(tmp_path, HOSTILE)

    for runs in (1, 2):
        built = build_report(
            tmp_path / "allure-results", tmp_path / "report", tmp_path / "history", "ja", tool=TOOL, title="試験"
        )
        history = (tmp_path / "history" / "allure-history.jsonl").read_text("utf-8").splitlines()
        assert len(history) == runs

    page = built.page.read_text("utf-8")
    assert built.page == tmp_path / "report" / "index.html"
    assert 'lang="ja"' in page[:200]
    assert "googletagmanager" not in page
    assert "window.FIRED=1</script>" not in page
