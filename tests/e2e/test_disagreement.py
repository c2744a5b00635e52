"""Where the two validators disagree nobody is blamed but ourselves, and everybody can read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running_town import Town
from suite_home import judge_alpha, settle

from renkei.cli.run import exit_code

# One validator sees a body without its members; the other one was told to see nothing.
SUITE = '''
from dataclasses import replace
from renkei.kit import requirement
from renkei.kit.jutogai import Register

class Blind:
    def request_faults(self, *_):
        return ()
    def response_faults(self, *_):
        return ()

@requirement("SC-01")
def test_disagreement(target, expect):
    """A broken body that only one of two validators finds broken."""
    operation = target.operation().id
    answer = target.call(Register(target).body(operation))
    expect._second = Blind()
    expect.valid_response(operation, replace(answer, response=replace(answer.response, body=b"{}")))

@requirement("TR-05")
def test_agreement(target, expect):
    """A good body."""
    operation = target.operation().id
    expect.valid_response(operation, target.call(Register(target).body(operation)))
'''


def test_a_disagreement_is_a_finding_about_ourselves(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in verdicts, page, Allure results and JUnit as our own fault, the run ends with 4, and the rest is judged."""
    settle(tmp_path / "home", SUITE, monkeypatch)
    folder = tmp_path / "run"
    verdicts = judge_alpha(town, folder, "SC-01", "TR-05")
    rows = verdicts["targets"][0]["results"]
    ours = [row for row in rows if row["requirement"] == "SC-01"]
    said = "二つの検査器の判定が食い違"

    assert {row["outcome"] for row in rows if row["requirement"] == "TR-05"} == {"passed"}
    assert [(row["outcome"], row["reason_code"], row["fault_of"]) for row in ours] == [
        ("harness_error", "validators-disagree", "harness")
    ] * len(ours)
    assert ours
    assert all(
        [(one["rule"], one["fault_of"], bool(one["evidence"])) for one in row["findings"]]
        == [("validators-disagree", "harness", True)]
        for row in ours
    )
    assert all("試験ツール自身" in row["findings"][0]["plain"] for row in ours)
    assert (verdicts["verdict"], exit_code(verdicts)) == ("harness_error", 4)
    assert said in (folder / "index.html").read_text(encoding="utf-8")
    assert said in (folder / "junit.xml").read_text(encoding="utf-8")
    results = [
        json.loads(path.read_text(encoding="utf-8")) for path in (folder / "allure-results").glob("*-result.json")
    ]
    told = [one for one in results if said in json.dumps(one, ensure_ascii=False)]
    assert len(told) >= len(ours)
    assert {one["status"] for one in told} == {"broken"}
