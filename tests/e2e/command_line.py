"""The command line as its users have it: a process with arguments, output, and an exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENTRY = [sys.executable, "-m", "renkei.cli.main"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def said(self) -> str:
        """Everything it printed."""
        return self.out + self.err


def environment(**changes: str) -> dict[str, str]:
    """The environment without what a developer's shell may add."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "RENKEI_"))}
    return {**kept, "LANG": "C.UTF-8", **changes}


def renkei(*arguments: object, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ended:
    """Run a command to its end."""
    begun = time.monotonic()
    done = subprocess.run(
        [*ENTRY, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment(**(env or {})),
        cwd=cwd,
        timeout=120,
        check=False,
    )
    return Ended(code=done.returncode, out=done.stdout, err=done.stderr, seconds=time.monotonic() - begun)


def started(*arguments: object) -> subprocess.Popen[str]:
    """A command that goes on while the test does."""
    return subprocess.Popen(
        [*ENTRY, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment()
    )


def run(plan: Path, out: Path, *arguments: object, env: Mapping[str, str] | None = None) -> Ended:
    """`renkei run` without the Allure report, which has tests of its own."""
    return renkei("run", plan, "--out", out, "--no-report", *arguments, env=env)


def verdicts(folder: Path) -> dict[str, Any]:
    """The verdicts of a run folder."""
    document: dict[str, Any] = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))
    return document


def rows(folder: Path, target: str = "") -> list[dict[str, Any]]:
    """The results of a run folder, of one target or of all."""
    return [row for item in verdicts(folder)["targets"] if target in ("", item["id"]) for row in item["results"]]


def judged(folder: Path) -> dict[str, Any]:
    """What two runs of one plan must agree in, by case: outcome, reason, party, and each finding with its place.

    Times, tokens and newly issued numbers make exchanges and their digests differ from run to run.
    """
    return {
        f"{item['id']}/{row['linkage']}/{row['requirement']}": (
            *(row[name] for name in ("outcome", "reason_code", "fault_of")),
            sorted((finding["id"], finding["rule"], finding["where"]) for finding in row["findings"]),
        )
        for item in verdicts(folder)["targets"]
        for row in item["results"]
    }


def verdict_of(folder: Path) -> dict[str, str]:
    """The verdict of each target."""
    return {item["id"]: item["verdict"] for item in verdicts(folder)["targets"]}


def table(head: str, values: Mapping[str, Any]) -> str:
    """A TOML table; inline tables for mappings."""
    return f"{head}\n" + "".join(f"{name} = {_value(value)}\n" for name, value in values.items())


def target(name: str, system: str, **tables: Mapping[str, Any]) -> str:
    """A [[target]] with its access and claims."""
    head = {"id": name, "vendor": "v", "product": "P", "version": "1", "system": system}
    return table("[[target]]", head) + "".join(table(f"[target.{part}]", values) for part, values in tables.items())


def plan_of(targets: Iterable[str], **changes: Any) -> str:
    """A plan file of these targets."""
    head = {"name": "e2e", "municipality": "993018", "profile": "smoke", "seed": 1, "language": "ja"}
    return table("[plan]", head | changes) + "\n" + "\n".join(targets)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f'"{name}" = {_value(item)}' for name, item in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
