"""Steps that run whole vendors: time and memory of a run, the conforming vendor over many seeds, the defective one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench_goals import renkei
from bench_rows import Figure
from killrate import ROOT, faults, trial

from renkei.cli.mockset import SYSTEMS, plan_text, start_vendor, vendor_secrets

SEEDS = 20
SECONDS = {"smoke": 60, "standard": 300}
MEGABYTES = 600


def timed(command: list[str]) -> tuple[int, float, float, float]:
    """(exit code, wall seconds, CPU seconds with children, peak MB of any process) of a command."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def runs() -> list[Figure]:
    """Wall time and peak memory of one target (alpha) in each profile."""
    return [profile_run(profile, system) for profile in SECONDS for system in SYSTEMS]


def profile_run(profile: str, system: str) -> Figure:
    """One run of alpha."""
    with tempfile.TemporaryDirectory(prefix="renkei-bench-") as name:
        folder = Path(name)
        mock = start_vendor("alpha", folder)
        try:
            ready = mock.start()
            vendor_secrets(folder, "alpha")
            plan = folder / "plan.toml"
            plan.write_text(plan_text({"alpha": ready}, profile, 1, "ja", (system,)), encoding="utf-8")
            command = [renkei(), "run", str(plan), "--out", str(folder / "run"), "--no-report"]
            code, seconds, _, peak = timed(command)
        finally:
            mock.stop()
    met = code == 0 and seconds <= SECONDS[profile] and peak <= MEGABYTES
    return Figure(row=f"run-{system}-{profile}", ours=f"{seconds:.1f} s, {peak:.0f} MB, exit {code}", met=met)


def vendors(count: int = SEEDS, workers: int = 2) -> list[Figure]:
    """The defective vendor's defects are found and nothing else; the conforming one is never blamed."""
    return [beta(), alpha(count, workers)]


def alpha(count: int, workers: int) -> Figure:
    """Findings of a conforming vendor over many seeds, both systems."""
    jobs = [(seed, system) for seed in range(1, count + 1) for system in SYSTEMS]
    with ThreadPoolExecutor(workers) as pool:
        trials = list(pool.map(lambda job: trial(None, vendor="alpha", system=job[1], seed=job[0]), jobs))
    wrong = [item for item in trials if item.red or item.error]
    for item in wrong:
        print(f"    {item.fault.name}: {dict(item.red)} {item.error}", file=sys.stderr)
    return Figure(row="alpha", ours=f"{len(wrong)} of {len(trials)}", met=not wrong and count >= SEEDS)


def beta() -> Figure:
    """Whether beta's planted defects are each found, and nothing else is."""
    table = tomllib.loads((ROOT / "mocks" / "vendors" / "beta.toml").read_text(encoding="utf-8"))
    planted = [fault for fault in faults() if fault.name in table["faults"]]
    red: set[str] = set()
    for system in SYSTEMS:
        red |= set(trial(None, vendor="beta", system=system).red)
    found = [fault for fault in planted if fault.catches <= red]
    stray = sorted(red - set().union(*(fault.catches | fault.also for fault in planted)))
    return Figure(
        row="beta",
        ours=f"{len(found)} of {len(planted)} / {len(stray)} {' '.join(stray)}".strip(),
        met=len(found) == len(planted) and not stray,
    )
