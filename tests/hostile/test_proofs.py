"""The proofs against hostile vendors, crashes and leaks, with a few trials of each kind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("proof", ["hostile", "crash", "leaks"])
def test_a_proof_holds_in_its_quick_form(proof: str) -> None:
    """A dozen hostile behaviours, some kills and write faults, and planted secrets all end as they must."""
    command = [sys.executable, str(ROOT / "ci" / f"{proof}.py"), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=ROOT)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(" passed, 0 failed")
