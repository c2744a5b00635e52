"""`renkei run` and `renkei plan` on a document of another standard, as processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended: exit code, what it printed, its verdicts (empty when there are none)."""

    code: int
    said: str
    verdicts: Mapping[str, Any]

    def outcomes(self) -> dict[tuple[str, str], str]:
        """Outcome by (operation, requirement)."""
        rows = [row for target in self.verdicts["targets"] for row in target["results"]]
        return {(row["linkage"], row["requirement"]): row["outcome"] for row in rows}

    def findings(self) -> set[tuple[str, str, str]]:
        """(operation, requirement, rule) of every finding."""
        return {
            (row["linkage"], row["requirement"], finding["rule"])
            for target in self.verdicts["targets"]
            for row in target["results"]
            for finding in row["findings"]
        }


def plan_text(contracts: str, system: str, base_url: str, access: str = "", profile: str = "smoke") -> str:
    """A plan of one target."""
    return f"""
[plan]
name = "foreign"
profile = "{profile}"
seed = 1
language = "en"
contracts = "{contracts}"

[[target]]
id = "sample"
vendor = "Sample"
product = "Sample"
version = "1"
system = "{system}"

[target.rest]
base_url = "{base_url}"
{access}
"""


def renkei(command: str, plan: Path, *more: object, env: Mapping[str, str] | None = None) -> Ended:
    """Run a command on a plan."""
    out = plan.parent / "run"
    arguments = ["--out", str(out), "--no-report", "--workers", "1"] if command == "run" else []
    done = subprocess.run(
        [sys.executable, "-m", "renkei.cli.main", command, str(plan), *arguments, *map(str, more)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={**os.environ, "LANG": "C.UTF-8", **(env or {})},
    )
    found = out / "verdicts.json"
    verdicts = json.loads(found.read_text("utf-8")) if command == "run" and found.is_file() else {}
    return Ended(code=done.returncode, said=done.stdout + done.stderr, verdicts=verdicts)
