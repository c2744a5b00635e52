"""Steps that time one thing beside its peer: start, lanes, defects, another standard's document, proxy, files."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench_rows import ROOT, Figure, part
from lanes import SECRET, rest_plan

STARTS = 9


def renkei() -> str:
    """The command as users start it."""
    return str(Path(sys.executable).with_name("renkei"))


def start() -> list[Figure]:
    """Median of some starts: `renkei --help`, and `renkei run` up to its first request."""
    times = []
    for _ in range(STARTS):
        begun = time.perf_counter()
        subprocess.run([renkei(), "--help"], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - begun)
    firsts = [first_request() for _ in range(STARTS)]
    shown, first = statistics.median(times), statistics.median(firsts)
    return [
        Figure(row="help", ours=f"{shown:.3f} s", met=shown <= 0.3),
        Figure(row="first-request", ours=f"{first:.2f} s", met=first <= 1.5),
    ]


def first_request() -> float:
    """Seconds from the start of the process to the first bytes that the target gets."""
    with tempfile.TemporaryDirectory(prefix="renkei-bench-") as name, socket.create_server(("127.0.0.1", 0)) as target:
        target.settimeout(60)
        plan = Path(name) / "plan.toml"
        plan.write_text(rest_plan(f"http://127.0.0.1:{target.getsockname()[1]}", "smoke"), encoding="utf-8")
        command = [renkei(), "run", str(plan), "--out", f"{name}/run", "--no-report"]
        begun = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"MEASURED": SECRET},
            start_new_session=True,
        )
        try:
            connection, _ = target.accept()
            with connection:
                connection.settimeout(60)
                assert connection.recv(1)
                return time.perf_counter() - begun
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def lane() -> list[Figure]:
    """The fast lane beside `schemathesis run` on the same contract and server."""
    found = part("lanes.py")
    small, body, judge = found["small"], found["generated"], found["validation"]
    engine = {name: one["count"] / one["span"] for name, one in small.items()}
    whole = {name: one["count"] / one["wall"] for name, one in small.items()}
    rows = (
        ("lane-engine", engine["warm"], engine["schemathesis"], 30, 5000),
        ("lane-whole", whole["warm"], whole["schemathesis"], 15, 0),
        ("lane-cold", whole["cold"], whole["schemathesis"], 10, 0),
    )
    figures = [
        Figure(
            row=row,
            ours=f"{ours:,.0f}/s",
            peer=f"{theirs:,.0f}/s",
            ratio=f"{ours / theirs:.0f}×",
            met=ours >= ratio * theirs and ours >= least,
        )
        for row, ours, theirs, ratio, least in rows
    ]
    good = body["ms"] <= 0.2 and body["invalid"] == 0 and body["of"] >= 100_000
    return [
        *figures,
        Figure(row="body", ours=f"{body['ms']:.3f} ms, {body['invalid']} of {body['of']:,} invalid", met=good),
        Figure(
            row="validation",
            ours=f"{judge['ours']:,.0f}/s",
            peer=f"{judge['bare']:,.0f}/s",
            ratio=f"{judge['ratio']:.2f}×",
            met=judge["ratio"] >= 0.9,
        ),
    ]


def defects() -> list[Figure]:
    """The planted set of defects, and the same server without any."""
    found = part("defects.py")
    ours, theirs, planted = found["found"], found["peer_found"], found["planted"]
    return [
        Figure(
            row="defects",
            ours=f"{ours} of {planted} in {found['requests']:,} requests, {found['seconds']:.0f} s",
            peer=f"{theirs} in {found['peer_requests']:,}, {found['peer_seconds']:.0f} s",
            ratio=f"{ours / max(theirs, 1):.1f}×",
            met=ours == planted and ours >= 2 * theirs,
        ),
        Figure(
            row="alarms",
            ours=f"{found['false_alarms']} in {found['green_requests']:,} requests",
            met=found["false_alarms"] == 0,
        ),
    ]


def proxy() -> list[Figure]:
    """The observing proxy beside the bare server and beside a proxy of aiohttp and jsonschema-rs."""
    found = part("proxy.py")
    ours, peer, direct, goals = found["proxy"], found["peer"], found["direct"], found["goals"]
    whole = bool(found["complete"])
    return [
        Figure(
            row="proxy-added",
            ours=f"{ours['added_p50_ms']:.2f} ms (p99 {ours['added_p99_ms']:.2f})",
            peer=f"{peer['added_p50_ms']:.2f} ms (p99 {peer['added_p99_ms']:.2f})",
            ratio=f"{peer['added_p50_ms'] / ours['added_p50_ms']:.1f}×",
            met=whole and ours["added_p50_ms"] <= goals["added_p50_ms"],
        ),
        Figure(
            row="proxy-rate",
            ours=f"{ours['per_second']:,.0f}/s (direct {direct['per_second']:,.0f}/s)",
            peer=f"{peer['per_second']:,.0f}/s",
            ratio=f"{ours['per_second'] / peer['per_second']:.1f}×",
            met=whole and ours["per_second"] >= goals["per_second"],
        ),
    ]


def foreign() -> list[Figure]:
    """Another standard's document, at the same budget of requests."""
    command = [sys.executable, str(ROOT / "ci" / "foreign.py"), "--good"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    found = json.loads(done.stdout.splitlines()[-1])
    ours, theirs, alarms = found["found"], found["peer_found"], found["false_alarms_on_good"]
    return [
        Figure(
            row="foreign",
            ours=f"{ours} of {found['planted']} in {found['requests']:,} requests",
            peer=f"{theirs} in {found['peer_requests']:,}",
            ratio=f"{ours / max(theirs, 1):.1f}×",
            met=ours >= theirs and not alarms,
        )
    ]


def files() -> list[Figure]:
    """Files judged in columns, beside bare polars and frictionless."""
    return file_figures(part("files.py", "1000000"))


def file_figures(found: Mapping[str, Any]) -> list[Figure]:
    """The rows of the greatest number of rows; a peer that was measured on fewer rows is told by its pace."""
    figures = found["figures"]
    most = max(figure["rows"] for figure in figures if figure["work"] == "judge")
    of: dict[str, Mapping[str, Any]] = {figure["work"]: figure for figure in figures if figure["rows"] == most}
    ours, fold, bare = of["judge"], of["fold"], of["bare"]
    pace = most / max(ours["wall"], 0.01)
    by_cpu, by_wall = (bare[clock] / max(ours[clock], 0.01) for clock in ("cpu", "wall"))
    rows = [
        Figure(row="files-rate", ours=f"{pace:,.0f} rows/s ({most:,} rows)", met=pace >= 120_000),
        Figure(row="files-memory", ours=f"{ours['peak_mb']:,} MB", met=ours["peak_mb"] <= 1024),
    ]
    slow = next((figure for figure in reversed(figures) if "frictionless" in figure["work"]), None)
    if slow:
        theirs = slow["rows"] / max(slow["wall"], 0.01)
        rows.append(
            Figure(
                row="files-frictionless",
                ours=f"{pace:,.0f} rows/s",
                peer=f"{theirs:,.0f} rows/s ({slow['rows']:,} rows)",
                ratio=f"{pace / theirs:.0f}×",
                met=pace >= 30 * theirs,
            )
        )
    return [
        *rows,
        Figure(
            row="files-polars",
            ours=f"{ours['wall']} s, {ours['cpu']} CPU s",
            peer=f"{bare['wall']} s, {bare['cpu']} CPU s",
            ratio=f"{by_wall:.2f}×, CPU {by_cpu:.2f}×",
            met=min(by_cpu, by_wall) >= 0.7,
        ),
        Figure(row="files-fold", ours=f"{fold['wall']} s ({fold['cpu']} CPU s)", met=fold["wall"] <= 20),
    ]
