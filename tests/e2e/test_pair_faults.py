"""Pairs through the whole tool: a conforming provider with a conforming and a wrong consumer, and the matrix of the run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "ci"))
from attribution import figures, measured  # noqa: E402 - the proofs lie beside the scripts that run them

pytestmark = pytest.mark.timeout(600)
CHOSEN = ("none-001o00", "none-jutoga", "file-required_item_empty", "taker-loses_zeros", "caller-request_without_token",
          "call-answer_serial_as_text", "both-required_item_empty", "consumer-closed", "facade-secret", "place-absent")  # fmt: skip


@pytest.fixture(scope="module", name="judged")
def run_of_pairs(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], Path]:
    """What each planted fault was put on, and the folder of the run."""
    folder = tmp_path_factory.mktemp("pairs") / "run"
    before = os.environ.get("ATTRIBUTION_KEEP")
    os.environ["ATTRIBUTION_KEEP"] = str(folder)
    try:
        rows, _ = measured(CHOSEN, 2)
    finally:
        os.environ.pop("ATTRIBUTION_KEEP")
        if before is not None:
            os.environ["ATTRIBUTION_KEEP"] = before
    return rows, folder


def test_every_planted_fault_is_put_on_who_planted_it(judged: tuple[list[dict[str, Any]], Path]) -> None:
    """Provider, consumer, both, connection, secret and test data are told apart; who did nothing is not named."""
    rows, _ = judged
    found = figures(rows, 0.0)
    assert (found["wrong"], found["unnoticed"], found["blamed_without_fault"]) == ([], [], [])
    assert found["right"] == found["decidable"] == len(CHOSEN) - 2


def test_the_matrix_is_made_of_the_run(judged: tuple[list[dict[str, Any]], Path], tmp_path: Path) -> None:
    """`renkei matrix` takes the run as it is, and shows its pairs."""
    _, folder = judged
    command = [sys.executable, "-m", "renkei.cli.main", "matrix", str(folder), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "out" / "matrix.json").read_text("utf-8"))
    states = {pair["state"] for linkage in told["linkages"] for pair in linkage["pairs"]}
    assert {"failed", "blocked"} <= states
