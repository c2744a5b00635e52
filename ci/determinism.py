"""The same plan, seed and target again and again: the facts of the verdicts and every finding must be the same.

Run by ``ci/selftest``. The conforming vendor and the defective one are certified with the smoke profile so many times, each time
started anew; of each run the facts of its verdicts (without name, times and digests) and its findings with their evidence are compared.
Writes ci/selftest-determinism.json.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hostile_run import ROOT, rest_target, world

from renkei.verdicts import facts

RESULT = ROOT / "ci" / "selftest-determinism.json"
PASSING = ("run", "started", "ended", "digests")
# Digests of exchanges hold numbers that the register gives out, and times. How many exchanges there were depends on how
# often a token ran out meanwhile. What was asked, judged and found does not.
OF_THE_MOMENT = ("evidence", "exchanges")


def judged(number: int, vendor: str, port: int, only: Sequence[str]) -> dict[str, Any]:
    """The facts of one run against a freshly started vendor."""
    with tempfile.TemporaryDirectory(prefix="renkei-again-") as name, world(Path(name), vendor, port) as place:
        plan = place.folder / "plan.toml"
        head = f'[plan]\nname = "again"\nmunicipality = "{place.ready["municipality"]}"\nseed = 7\n\n'
        plan.write_text(head + rest_target(place, "same", str(place.ready["base_url"])))
        out = place.folder / "run"
        command = [sys.executable, "-m", "renkei.cli.main", "run", str(plan), "--out", str(out), "--no-report"]
        command += ["--profile", "smoke", *(word for one in only for word in ("--only", one))]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=600)
        path = out / "verdicts.json"
        if not path.exists():
            raise SystemExit(f"run {number} left no verdicts: {done.stderr[-400:]}")
        verdicts = facts(json.loads(path.read_text("utf-8")))
    return {
        "exit": done.returncode,
        **{name: without(value) for name, value in verdicts.items() if name not in PASSING},
    }


def free_port() -> int:
    """A port that the vendor takes each time, for its address is part of what is told."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def without(value: Any) -> Any:
    """The value without what belongs to the moment."""
    if isinstance(value, dict):
        return {name: without(item) for name, item in value.items() if name not in OF_THE_MOMENT}
    return [without(item) for item in value] if isinstance(value, list) else value


def differing(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two values differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [found for name in one for found in differing(one[name], other[name], f"{where}/{name}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [f for n, (a, b) in enumerate(zip(one, other, strict=True)) for f in differing(a, b, f"{where}/{n}")]
    return [] if one == other else [f"{where}: {str(one)[:80]} / {str(other)[:80]}"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Certify again and again; exit 1 when one run says something else than the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three runs of a few requirements, for tests")
    parser.add_argument("--times", type=int, default=20)
    args = parser.parse_args(arguments)
    only = ("TR-05", "SC-06", "AU-04") if args.quick else ()
    figures, wrong = [], 0
    for vendor in ("beta",) if args.quick else ("alpha", "beta"):
        begun = time.monotonic()
        port = free_port()
        runs = [judged(number, vendor, port, only) for number in range(3 if args.quick else args.times)]
        kinds = collections.Counter(
            hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest() for one in runs
        )
        same = max(kinds.values())
        found = [line for one in runs[1:] for line in differing(runs[0], one)]
        findings = sum(len(row["findings"]) for row in runs[0]["targets"][0]["results"])
        wrong += len(runs) - same
        figures.append(
            {"vendor": vendor, "runs": len(runs), "same": same, "findings": findings, "differing": found[:20]}
        )
        print(f"{'ok   ' if same == len(runs) else 'WRONG'} {vendor}: {same} of {len(runs)} identical, {findings} findings, {time.monotonic() - begun:.0f} s {found[:6]}", flush=True)  # fmt: skip
    if not args.quick:
        table = {"schema": "renkei.selftest-determinism/1", "vendors": figures}
        RESULT.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    total = sum(row["runs"] for row in figures)
    print(f"{total - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
