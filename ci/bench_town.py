"""Steps that make towns: time, CPU a resident and memory of `renkei town export` with everything, for several sizes.

Memory is the PSS of all processes of the export together (shared pages count once), read twice a second. ``python
ci/bench_town.py RESIDENTS`` measures any size and prints the curve of memory over time; ``ci/bench town-million`` measures the
largest one, which takes a quarter of an hour and 40 GB of disk, and is never measured unasked.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench_goals import renkei
from bench_rows import Figure
from town import descendants, held

WORKERS = 2
# The part of the measurements that is compared for growth: the first readings are of processes that still start.
SETTLED = 0.2


def export(residents: int, *, seed: int = 1, workers: int = WORKERS) -> dict[str, Any]:
    """Make a town of that size and forget it; what it took, and the memory of all processes over time."""
    with tempfile.TemporaryDirectory(prefix="renkei-town-") as name:
        folder = Path(name) / "pack"
        command = [renkei(), "town", "export", str(folder), "--population", str(residents), "--seed", str(seed)]
        begun = time.monotonic()
        process = subprocess.Popen(
            [*command, "--workers", str(workers)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        curve: list[tuple[float, float]] = []
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            curve.append((time.monotonic() - begun, sum(map(held, descendants(process.pid))) / 1024))
            time.sleep(0.5)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds, cpu = time.monotonic() - begun, usage.ru_utime + usage.ru_stime
        if process.returncode:
            raise RuntimeError(f"{residents} residents: exit {process.returncode}")
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        files = [file for dataset in manifest["datasets"] for file in dataset["files"]]
        size = sum((folder / file["name"]).stat().st_size for file in files)
        shutil.rmtree(folder)
    made = manifest["survey"]["residents"]
    return {
        "residents": made,
        "rows": sum(file["rows"] for file in files),
        "bytes": size,
        "seconds": round(seconds, 1),
        "cpu": round(cpu, 1),
        "cpu_ms_each": round(cpu * 1000 / made, 2),
        "peak_mb": round(max((memory for _, memory in curve), default=0.0)),
        **growth(curve),
        "curve": [(round(at, 1), round(memory)) for at, memory in thinned(curve)],
    }


def growth(curve: list[tuple[float, float]]) -> dict[str, int]:
    """The most memory of the second and of the last fifth of the time: a stream holds as much late as early."""
    parts = [curve[int(len(curve) * begin) : int(len(curve) * (begin + SETTLED))] for begin in (SETTLED, 1 - SETTLED)]
    early, late = (max((memory for _, memory in part), default=0.0) for part in parts)
    return {"early_mb": round(early), "late_mb": round(late)}


def thinned(curve: list[tuple[float, float]], points: int = 40) -> list[tuple[float, float]]:
    """At most so many readings, evenly spread."""
    return curve[:: max(1, len(curve) // points)]


def figure(row: str, residents: int, seconds: float, megabytes: float) -> Figure:
    """One size as a row of the table."""
    one = export(residents)
    shown = (
        f"{one['seconds']:.0f} s, {one['cpu_ms_each']:.2f} CPU ms a resident, {one['peak_mb']:,} MB"
        f" ({one['residents']:,} residents, {one['rows'] / 1e6:.1f} M rows, {one['bytes'] / 1e9:.1f} GB)"
    )
    met = one["seconds"] <= seconds and one["peak_mb"] <= megabytes
    return Figure(row=row, ours=shown, met=met, points=({name: one[name] for name in one if name != "curve"},))


def town() -> list[Figure]:
    """A town of 10,000 and one of 100,000."""
    return [figure("town-10k", 10_000, 12, 2_048), figure("town-100k", 100_000, 90, 2_048)]


def million() -> list[Figure]:
    """A town of 1,000,000: it streams, so that its memory is that of a small one."""
    return [figure("town-1m", 1_000_000, float("inf"), 4_096)]


if __name__ == "__main__":
    print(json.dumps(export(int(sys.argv[1])), indent=1))
