"""`renkei run` against real vendors: the exit code says the verdict, and the run folder holds everything behind it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import urllib.parse
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from command_line import judged, rows, run, verdict_of, verdicts
from running_town import Run, Town

from renkei.events import ExchangeSeen, FindingMade, RunFinished, RunStarted, TestFinished
from renkei.personalnumber import spans
from renkei.runlog import read_log

SCHEMAS = Path(__file__).parents[2] / "src" / "renkei" / "schemas"


def schema(name: str) -> Any:
    """A validator of a shipped schema."""
    return jsonschema_rs.validator_for(json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")))


def test_a_conforming_vendor_exits_with_0(alpha_run: Run) -> None:
    """alpha's 031 and 001 conform: no finding, no traceback, the folder is named."""
    assert alpha_run.ended.code == 0, alpha_run.ended.said
    assert verdict_of(alpha_run.folder) == {"alpha-031": "passed", "alpha-001": "passed"}
    assert not [row for row in rows(alpha_run.folder) if row["findings"]]
    assert str(alpha_run.folder) in alpha_run.ended.out
    assert "Traceback" not in alpha_run.ended.said


def test_a_defective_vendor_exits_with_1(beta_run: Run) -> None:
    """beta's defects are failures of both systems, each with a clause and a line that repeats it."""
    failed = [row for row in rows(beta_run.folder) if row["outcome"] == "failed"]

    assert beta_run.ended.code == 1, beta_run.ended.said
    assert verdict_of(beta_run.folder) == {"beta-031": "failed", "beta-001": "failed"}
    assert {"AU-07", "AU-25", "FD-08", "FD-10", "031-17", "031-19", "001-11", "FL-08"} <= {
        row["requirement"] for row in failed
    }
    for row in failed:
        assert row["findings"], row
        assert all(finding["replay"].startswith("renkei replay ") for finding in row["findings"])


@pytest.mark.parametrize("name", ["alpha_run", "beta_run"])
def test_verdicts_follow_the_shipped_schema(name: str, request: pytest.FixtureRequest) -> None:
    """verdicts.json is what `renkei.verdicts/1` promises, and every line of run.jsonl is what its schema promises."""
    folder = request.getfixturevalue(name).folder
    line = schema("runlog-1")

    schema("verdicts-1").validate(verdicts(folder))
    for text in (folder / "run.jsonl").read_text(encoding="utf-8").splitlines():
        line.validate(json.loads(text))


@pytest.mark.parametrize("name", ["alpha_run", "beta_run"])
def test_the_run_folder_is_whole(name: str, request: pytest.FixtureRequest) -> None:
    """The log reads back with header and footer, what it cites lies in evidence/ under its digest, and no half file is left."""
    folder = request.getfixturevalue(name).folder
    events = list(read_log(folder / "run.jsonl"))
    cited = {event.digest for event in events if isinstance(event, ExchangeSeen) and event.kept}
    cited |= {digest for event in events if isinstance(event, FindingMade) for digest in event.finding.evidence}
    kept = {path.stem: path.read_bytes() for path in (folder / "evidence").iterdir()}

    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)
    assert events[-1].state == "finished"
    assert cited
    assert cited <= kept.keys()
    assert all(hashlib.sha256(data).hexdigest() == digest for digest, data in kept.items())
    assert {"index.html", "index.en.html", "junit.xml", "allure-results", "logs"} <= {p.name for p in folder.iterdir()}
    assert not [path for path in folder.rglob("*") if path.name.startswith(".") or path.suffix in (".tmp", ".lock")]


def test_junit_counts_what_failed(beta_run: Run) -> None:
    """junit.xml is well-formed and holds one failure for each failed case."""
    failures = ET.parse(beta_run.folder / "junit.xml").getroot().findall(".//testcase/failure")

    assert len(failures) == sum(row["outcome"] == "failed" for row in rows(beta_run.folder))


def test_nothing_passes_without_evidence(alpha_run: Run) -> None:
    """Every case that passed asserted something about an exchange or a file; nothing planned is unaccounted for."""
    for row in rows(alpha_run.folder):
        if row["outcome"] == "passed":
            assert row["assertions"] > 0, row
            assert row["exchanges"] > 0, row
        else:
            assert row["reason"], row


@pytest.mark.slow
def test_the_same_plan_gives_the_same_verdicts(town: Town, alpha_run: Run, beta_run: Run) -> None:
    """A second run of the same plan against the same vendors judges every case alike, finding for finding."""
    again = town.folder / "again-beta"
    ended = run(beta_run.plan, again, "--workers", 1)

    assert ended.code == 1, ended.said
    assert judged(again) == judged(beta_run.folder)


def test_only_selects(town: Town, alpha_run: Run, tmp_path: Path) -> None:
    """`--only` leaves the named requirement and linkage, `--seed` and `--profile` are what the run says it used."""
    ended = run(
        alpha_run.plan, tmp_path / "run", "--only", "AU-05", "--only", "001o009", "--seed", 7, "--profile", "smoke"
    )
    found = rows(tmp_path / "run")

    assert ended.code == 0, ended.said
    assert {(row["linkage"], row["requirement"]) for row in found if row["linkage"] != "001o009"} <= {
        (row["linkage"], "AU-05") for row in rows(alpha_run.folder)
    }
    assert {row["linkage"] for row in found} >= {"001o009"}
    assert verdicts(tmp_path / "run")["seed"] == 7
    assert verdicts(tmp_path / "run")["profile"] == "smoke"


def test_a_folder_with_a_run_is_refused(alpha_run: Run) -> None:
    """A run is never overwritten: exit 2, and the earlier one stays as it was."""
    before = (alpha_run.folder / "run.jsonl").read_bytes()
    ended = run(alpha_run.plan, alpha_run.folder)

    assert ended.code == 2
    assert "[run-exists]" in ended.err
    assert (alpha_run.folder / "run.jsonl").read_bytes() == before


def forms(secret: str) -> set[bytes]:
    """The secret as it may be written: raw, URL-encoded, base64 at any alignment, hex."""
    raw = secret.encode()
    shifted = {base64.b64encode(b"x" * n + raw)[2 if n else 0 : -4] for n in range(3)}
    return {raw, raw.hex().encode(), urllib.parse.quote(secret, safe="").encode(), *shifted}


@pytest.mark.parametrize("name", ["alpha_run", "beta_run"])
def test_no_secret_is_in_any_file(name: str, town: Town, request: pytest.FixtureRequest) -> None:
    """No client secret in any form, no token, no assertion and no 個人番号 is in any file of the run folder."""
    folder = request.getfixturevalue(name).folder
    wanted = {form for secret in town.secrets() for form in forms(secret)}
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        assert not [form for form in wanted if form in data], path
        assert not re.search(rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}", data), path
        assert not re.search(rb"(?i)bearer [\w.~+/-]{20,}", data), path
        if not re.fullmatch(r"[0-9a-f]{64}\.json|.*\.jsonl", path.name):
            continue
        text = re.sub(r"[0-9a-f]{32,}", "", data.decode("utf-8"))
        assert [text[start - 20 : end + 20] for start, end in spans(text)] == [], path


def test_tests_ended_within_their_time(alpha_run: Run) -> None:
    """No single test of the smoke profile takes a minute."""
    slowest = max(e.seconds for e in read_log(alpha_run.folder / "run.jsonl") if isinstance(e, TestFinished))

    assert slowest < 60
