"""Cost as work grows: runs of 1, 10 and 100 targets and files of 1e4, 1e5 and 1e6 rows, as figures and as a picture.

The targets are one mock process behind a hundred loopback addresses: each is a target of its own to Renkei (own worker,
own probe, own evidence), and the mock's own cost stays out of the figures. ``python ci/bench_growth.py draw`` draws
growth.svg from bench.json with matplotlib, which is no part of Renkei: ci/bench calls it with the Python of the peers.
"""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "ci" / "growth.svg"
TARGETS = (1, 10, 100)
ROWS = (10_000, 100_000, 1_000_000)
# Token, transport and field: what a worker loads and keeps is all there, and a vendor takes seconds.
ONLY = ("AU-03", "TR-05", "FD-01")
LIMIT = 1.25


def growth(targets: Sequence[int] = TARGETS, rows: Sequence[int] = ROWS) -> list[Any]:
    """Both curves."""
    from bench_rows import Figure, part

    points = [target_point(count) for count in targets]
    figures = [curve("growth-targets", points, "targets")]
    found = part("files.py", *(str(count) for count in rows))["figures"]
    judged = [one for one in found if one["work"] == "judge"]
    points = [{"rows": o["rows"], "wall": o["wall"], "cpu": o["cpu"], "peak_mb": o["peak_mb"]} for o in judged]
    assert isinstance(figures[0], Figure)
    return [*figures, curve("growth-rows", points, "rows")]


def curve(row: str, points: list[dict[str, Any]], name: str) -> Any:
    """What each further piece of work costs from step to step; more than a quarter more is called super-linear."""
    from bench_rows import Figure

    further = [
        (after["cpu"] - before["cpu"]) / (after[name] - before[name]) for before, after in itertools.pairwise(points)
    ]
    unit, scale = ("s", 1.0) if name == "targets" else ("µs", 1e6)
    shown = "; ".join(f"{p[name]:,}: {p['wall']:.1f} s, {p['cpu']:.1f} CPU s, {p['peak_mb']:.0f} MB" for p in points)
    ratio = further[-1] / further[0] if len(further) > 1 and further[0] > 0 else 0.0
    told = " → ".join(f"{one * scale:.2f} {unit}" for one in further)
    return Figure(
        row=row, ours=f"{told} ({shown})", ratio=f"{ratio:.2f}×", met=0 < ratio <= LIMIT, points=tuple(points)
    )


def target_point(count: int) -> dict[str, Any]:
    """Time, CPU and peak memory (of any one process) of a run with that many targets."""
    from bench_goals import renkei
    from bench_spine import timed

    with tempfile.TemporaryDirectory(prefix="renkei-growth-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "mocks", "--vendor", "alpha", "--system", "031", "--token-seconds", "3600"]
        command += ["--port", "0", "--clients", str(folder / "clients.json")]
        command += [word for number in range(2, count + 1) for word in ("--also", address(number))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as mock:
            assert mock.stdout is not None
            try:
                ready = json.loads(mock.stdout.readline())
                plan = folder / "plan.toml"
                plan.write_text(_plan(ready, folder, count), encoding="utf-8")
                only = [word for one in ONLY for word in ("--only", one)]
                command = [renkei(), "run", str(plan), "--out", str(folder / "run"), "--no-report", *only]
                code, wall, cpu, peak = timed(command)
            finally:
                mock.send_signal(signal.SIGTERM)
        verdicts = json.loads((folder / "run" / "verdicts.json").read_text(encoding="utf-8"))
        judged = sum(result["outcome"] == "passed" for target in verdicts["targets"] for result in target["results"])
    if code != 0:
        raise RuntimeError(f"{count} targets: exit {code}")
    return {
        "targets": count,
        "passed": judged,
        "wall": round(wall, 2),
        "cpu": round(cpu, 2),
        "peak_mb": round(peak),
    }


def address(number: int) -> str:
    """The loopback address of one target; the first is everybody's."""
    return f"127.0.0.{number}"


def _plan(ready: dict[str, Any], folder: Path, count: int) -> str:
    """A plan whose targets differ by their loopback address."""
    from lanes import exempted

    clients = json.loads((folder / "clients.json").read_text(encoding="utf-8"))["clients"]
    port = str(ready["base_url"]).rpartition(":")[2]
    for number, row in enumerate(clients[:2], 1):
        (folder / f"client-{number}.secret").write_text(row["client_secret"], encoding="utf-8")
    exempt = exempted()
    blocks = [f'[plan]\nname = "growth"\nprofile = "smoke"\nmunicipality = "{ready["municipality"]}"\nseed = 1\n']
    for number in range(1, count + 1):
        origin = f"http://{address(number)}:{port}"
        blocks.append(
            f'[[target]]\nid = "vendor{number}-031"\nvendor = "vendor{number}"\nproduct = "P"\nversion = "1"\n'
            f'system = "031"\n[target.rest]\nbase_url = "{origin}"\ntoken_url = "{origin}/oauth2/token"\n'
            f'introspection_url = "{origin}/oauth2/introspect"\nrevocation_url = "{origin}/oauth2/revoke"\n'
            f'client_id = "{clients[0]["client_id"]}"\nclient_secret = {{file = "client-1.secret"}}\n'
            f'gyomuid = "{clients[0]["gyomuid"]}"\n[target.claims]\nexempt = {{{exempt}}}\n'
        )
    return "\n".join(blocks)


def draw(rows: dict[str, Any], path: Path) -> None:
    """Wall, CPU and memory over the amount of work, both axes logarithmic, with a line of constant cost."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "renkei"  # the same figures, the same file
    mpl.rcParams["svg.fonttype"] = "none"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    for axis, (row, name) in zip(axes, (("growth-targets", "targets"), ("growth-rows", "rows")), strict=True):
        points = rows[row]["points"]
        work = [point[name] for point in points]
        axis.loglog(work, [p["wall"] for p in points], "o-", color="#1f5fa8", label="wall (s)")
        axis.loglog(work, [p["cpu"] for p in points], "s-", color="#b4461e", label="CPU (s)")
        steady = [points[-1]["cpu"] * one / work[-1] for one in work]
        axis.loglog(work, steady, ":", color="#888888", label="CPU in proportion")
        axis.set_xlabel(name)
        axis.set_ylabel("seconds")
        axis.set_xticks(work, [f"{one:,}" for one in work])
        axis.minorticks_off()
        axis.grid(visible=True, alpha=0.3)
        memory = axis.twinx()
        memory.plot(work, [p["peak_mb"] for p in points], "^--", color="#3c7a3c", label="peak memory (MB)")
        memory.set_ylim(0, 1.4 * max(p["peak_mb"] for p in points))
        memory.set_ylabel("MB")
        lines = [*axis.get_lines(), *memory.get_lines()]
        axis.legend(lines, [line.get_label() for line in lines], loc="upper left", fontsize=8)
        axis.set_title("renkei run" if name == "targets" else "a file of 80 columns")
    figure.savefig(path, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    draw(json.loads((ROOT / "ci" / "bench.json").read_text(encoding="utf-8"))["rows"], PICTURE)
