"""The figures of the spine, measured and printed as a table; ``--write`` puts them into the READMEs.

Run by ``ci/bench``. Every figure is measured here on this machine, against the mock vendors, with the command shown in the
table; nothing is carried over from an earlier run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from killrate import ROOT, faults, trial

from renkei.cli.mockset import SYSTEMS, plan_text, start_vendor, vendor_secrets

SEEDS = 20
READMES = ("README.md", "README.ja.md")
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the table: what, measured value, goal, whether it is met, and the command behind it."""

    what: str
    value: str
    goal: str
    met: bool
    command: str


def help_time() -> Figure:
    """Median wall time of ``renkei --help`` over nine starts."""
    times = []
    for _ in range(9):
        begun = time.perf_counter()
        subprocess.run([_renkei(), "--help"], stdout=subprocess.DEVNULL, check=True)
        times.append((time.perf_counter() - begun) * 1000)
    median = statistics.median(times)
    return Figure(
        what="`renkei --help`", value=f"{median:.0f} ms", goal="≤ 300 ms", met=median <= 300, command="renkei --help"
    )


def _renkei() -> str:
    return str(Path(sys.executable).with_name("renkei"))


def profile_run(profile: str, system: str, goal: float) -> list[Figure]:
    """Wall time and peak memory of one target (alpha) in one profile."""
    with tempfile.TemporaryDirectory(prefix="renkei-bench-") as name:
        folder = Path(name)
        mock = start_vendor("alpha", folder)
        try:
            ready = mock.start()
            vendor_secrets(folder, "alpha")
            plan = folder / "plan.toml"
            plan.write_text(plan_text({"alpha": ready}, profile, 1, "ja", (system,)), encoding="utf-8")
            begun = time.perf_counter()
            command = [_renkei(), "run", str(plan), "--out", str(folder / "run"), "--no-report"]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
            shown = f"renkei run plan.toml --profile {profile}"
            peak = max(usage.ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
        finally:
            mock.stop()
    what = f"alpha-{system}, {profile}"
    return [
        Figure(
            what=f"{what}: time (exit {process.returncode})",
            value=f"{seconds:.1f} s",
            goal=f"≤ {goal:.0f} s",
            met=seconds <= goal and process.returncode == 0,
            command=shown,
        ),
        Figure(
            what=f"{what}: peak memory of any process",
            value=f"{peak:.0f} MB",
            goal="≤ 600 MB",
            met=peak <= 600,
            command=shown,
        ),
    ]


def seeds(vendor: str, count: int, workers: int) -> Figure:
    """Findings of a conforming vendor over many seeds, both systems."""
    jobs = [(seed, system) for seed in range(1, count + 1) for system in SYSTEMS]
    with ThreadPoolExecutor(workers) as pool:
        trials = list(pool.map(lambda job: trial(None, vendor=vendor, system=job[1], seed=job[0]), jobs))
    wrong = [item for item in trials if item.red or item.error]
    for item in wrong:
        print(f"    {item.fault.name}: {dict(item.red)} {item.error}", file=sys.stderr)
    return Figure(
        what=f"{vendor}: runs with any finding, {count} seeds × {len(SYSTEMS)} systems",
        value=f"{len(wrong)} of {len(trials)}",
        goal="0",
        met=not wrong,
        command="ci/bench",
    )


def beta() -> Figure:
    """Whether beta's planted defects are each found, and nothing else is."""
    import tomllib

    table = tomllib.loads((ROOT / "mocks" / "vendors" / "beta.toml").read_text(encoding="utf-8"))
    planted = [fault for fault in faults() if fault.name in table["faults"]]
    red: set[str] = set()
    for system in SYSTEMS:
        red |= set(trial(None, vendor="beta", system=system).red)
    found = [fault for fault in planted if fault.catches <= red]
    allowed = set().union(*(fault.catches | fault.also for fault in planted))
    stray = sorted(red - allowed)
    return Figure(
        what=f"beta: planted defects found / undeclared findings ({' '.join(stray) or '-'})",
        value=f"{len(found)} of {len(planted)} / {len(stray)}",
        goal="all / 0",
        met=len(found) == len(planted) and not stray,
        command="ci/bench",
    )


def kill_rate() -> Figure:
    """The committed result of ``ci/selftest``."""
    result = json.loads((ROOT / "ci" / "selftest.json").read_text(encoding="utf-8"))
    return Figure(
        what="faults caught by the requirement they name, nothing undeclared red",
        value=f"{result['killed']} of {result['faults']}",
        goal="all, ≥ 30",
        met=result["killed"] == result["faults"] >= 30,
        command="ci/selftest",
    )


def _part(program: str, *arguments: str) -> dict[str, Any]:
    """The JSON figures of another measurement beside this file."""
    with tempfile.TemporaryDirectory(prefix="renkei-bench-") as folder:
        kept = Path(folder) / "figures.json"
        command = [sys.executable, str(ROOT / "ci" / program), *arguments, "--json", str(kept)]
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        figures: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        return figures


def lanes() -> list[Figure]:
    """The fast lane beside `schemathesis run` on the same contract and server, measured in the same run."""
    found = _part("lanes.py")
    small = found["small"]
    engine = {name: one["count"] / one["span"] for name, one in small.items()}
    whole = {name: one["count"] / one["wall"] for name, one in small.items()}
    body, judge = found["generated"], found["validation"]
    rows = (
        ("warm, engine", engine["warm"], engine["schemathesis"], 30, 5000),
        ("warm, whole process", whole["warm"], whole["schemathesis"], 15, 0),
        ("cold, whole process", whole["cold"], whole["schemathesis"], 10, 0),
    )
    figures = [
        Figure(
            what=f"fast lane, requests/s, {name} (`schemathesis run`: {theirs:.0f}/s)",
            value=f"{ours:,.0f}/s, {ours / theirs:.0f}×",
            goal=f"≥ {ratio}×" + (f", ≥ {least:,}/s" if least else ""),
            met=ours >= ratio * theirs and ours >= least,
            command="ci/lanes.py",
        )
        for name, ours, theirs, ratio, least in rows
    ]
    return [
        *figures,
        Figure(
            what=f"a generated body of {body['members']} fields",
            value=f"{body['ms']:.3f} ms, {body['invalid']} of {body['of']:,} invalid",
            goal="≤ 0.2 ms, 0",
            met=body["ms"] <= 0.2 and body["invalid"] == 0,
            command="ci/lanes.py",
        ),
        Figure(
            what="REST validation beside the bare library",
            value=f"{judge['ratio']:.2f}×",
            goal="≥ 0.9×",
            met=judge["ratio"] >= 0.9,
            command="ci/lanes.py",
        ),
    ]


def columns() -> list[Figure]:
    """Files judged in columns: 1,000,000 rows of 80 columns, beside bare polars and a row-wise reader."""
    return [
        Figure(
            what=f"1,000,000 × 80 file: {row['work']}",
            value=row["measured"],
            goal=row["goal"],
            met=row["reached"],
            command="ci/files.py",
        )
        for row in _part("files.py", "1000000")["goals"]
    ]


def table(figures: list[Figure]) -> str:
    """The figures as a Markdown table."""
    rows = ["| what | measured | goal | met | command |", "|---|---|---|---|---|"]
    for item in figures:
        rows.append(
            f"| {item.what} | {item.value} | {item.goal} | {'yes' if item.met else '**no**'} | `{item.command}` |"
        )
    return "\n".join(rows)


def write(text: str) -> None:
    """Put the table between the marks of both READMEs."""
    for name in READMES:
        path = ROOT / name
        before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> int:
    """Measure everything (or a quick part), print the table; exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into the READMEs")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    steps: list[Callable[[], list[Figure]]] = [
        lambda: [help_time()],
        lambda: profile_run("smoke", "031", 60),
        lambda: profile_run("smoke", "001", 60),
        lambda: profile_run("standard", "031", 300),
        lambda: profile_run("standard", "001", 300),
        lambda: [beta()],
        lambda: [seeds("alpha", args.seeds, args.workers)],
        lambda: [kill_rate()],
        lanes,
        columns,
    ]
    figures: list[Figure] = []
    for step in steps:
        for item in step():
            figures.append(item)
            print(f"{'ok  ' if item.met else 'MISS'} {item.what}: {item.value} (goal {item.goal})", flush=True)
    text = table(figures)
    print(text)
    if args.write:
        write(text)
    missed = sum(not item.met for item in figures)
    print(f"{len(figures) - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
