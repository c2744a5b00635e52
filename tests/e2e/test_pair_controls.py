"""Before a certification run judges pairs it tries their tests: conforming mocks pass, each planted fault fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pair_world import plan_of_calls, planted, secrets

from renkei.cli.control import Control, judge_controls
from renkei.cli.paircontrol import proving_pairs
from renkei.events import ControlJudged
from renkei.flow.requirement import Role
from renkei.runlog import read_log

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.timeout(300)


def test_a_certification_run_draws_a_verdict_of_a_pair(tmp_path: Path) -> None:
    """With both controls tried the pass of a pair stands; they are in the log as what is about pairs."""
    plan = tmp_path / "plan.toml"
    text = plan_of_calls(planted("none-jutoga"), tmp_path)
    plan.write_text(text.replace('profile = "smoke"', 'profile = "certification"'), encoding="utf-8")
    command = ["run", str(plan), "--out", str(tmp_path / "run"), "--no-report", "--only", "PR-01", "--workers", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "renkei.cli.main", *command],
        cwd=ROOT,
        env=secrets(),
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    row = json.loads((tmp_path / "run" / "verdicts.json").read_text(encoding="utf-8"))["pairs"][0]
    tried = [event for event in read_log(tmp_path / "run" / "run.jsonl") if isinstance(event, ControlJudged)]

    assert (done.returncode, [(one["requirement"], one["outcome"]) for one in row["results"]]) == (
        0,
        [("PR-01", "passed")],
    ), done.stderr
    assert {(event.system, event.requirement, event.fault, str(event.outcome), event.holds) for event in tried} == {
        ("pair", "PR-01", "", "passed", True),
        ("pair", "PR-01", "caller_forgets_operator", "failed", True),
    }


@pytest.mark.slow
def test_every_control_of_pairs_holds() -> None:
    """The mock provider with the mock office passes all requirements; the fault of each requirement fails it."""
    proving, tried = proving_pairs(), list[ControlJudged]()
    good = Control(system=Role.PAIR, fault="", requirements=frozenset(proving), role=Role.PAIR)
    bad = [
        Control(system=Role.PAIR, fault=fault, requirements=frozenset({name}), role=Role.PAIR)
        for name, fault in proving.items()
    ]
    judge_controls([good, *bad], 1, lambda event: tried.append(event) if isinstance(event, ControlJudged) else None, 2)

    assert [(event.requirement, event.fault, event.outcome) for event in tried if not event.holds] == []
    assert len(tried) == 2 * len(proving)
    assert {str(event.outcome) for event in tried if not event.fault} == {"passed"}
