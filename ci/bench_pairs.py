"""The step of pairs: three providers with three consumers on every linkage that they share, by one `renkei run`.

The providers are the mock vendors alpha, beta (without its defects) and gamma with the 業務 036; the consumers, of 033, are alpha
and two of the conforming consumer that `ci/attribution` plants faults into. Every pair has to pass on every linkage.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from attribution_consumer import SECRET
from attribution_parties import World
from bench_rows import ROOT, Figure

from renkei.cli.wiring import load_bundle

VENDORS, GIVING, TAKING = ("alpha", "beta", "gamma"), "036", "033"
MUNICIPALITY, RESIDENTS, WORKERS = "993018", 60, 2
LEAST, SECONDS = 10, 300.0
RENKEI = [sys.executable, "-m", "renkei.cli.main"]


@contextmanager
def mock(name: str, systems: tuple[str, ...], folder: Path) -> Iterator[dict[str, Any]]:
    """One mock vendor without its defects, until the end of the block."""
    own = folder / f"{name}-{systems[0]}"
    own.mkdir()
    options = ["--vendor", name, "--no-vendor-faults", "--port", "0", "--town", str(folder / "pack")]
    options += ["--place", (own / "place").as_uri(), "--clients", str(own / "clients.json")]
    options += ["--facade", str(own / "facade"), *(word for one in systems for word in ("--system", one))]
    command = [sys.executable, "-m", "mocks", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield json.loads(process.stdout.readline() if process.stdout else "{}") | {"folder": own}
        finally:
            process.terminate()


def target(name: str, system: str, role: str, *lines: str) -> list[str]:
    """One target of the plan."""
    head = ["[[target]]", f'id = "{name}"', f'vendor = "{name}"', 'product = "P"', 'version = "1"', "parallel = 3"]
    return [*head, f'system = "{system}"', f'roles = ["{role}"]', *lines]


def plan(folder: Path, world: World, stack: ExitStack) -> Path:
    """The plan of three providers and three consumers, the mock vendors among them being up."""
    lines = ["[plan]", 'name = "pairs"', 'profile = "smoke"', f'municipality = "{MUNICIPALITY}"', "seed = 1"]
    for name in VENDORS:
        ready = stack.enter_context(mock(name, (GIVING,), folder))
        lines += target(f"{name}-{GIVING}", GIVING, "provider", "[target.files]", f'url = "{ready["place"]}"')
    ready = stack.enter_context(mock("alpha", (TAKING,), folder))
    consumers = {"alpha": ready["facades"][TAKING]} | {one: f"{world.origin}/c/{one}~" for one in ("first", "second")}
    for name, url in consumers.items():
        secret = f'{{file = "{ready["folder"]}/facade"}}' if name == "alpha" else '{env = "PAIRS_FACADE"}'
        inbox = (folder / "inboxes" / name).as_uri()
        facade = ["[target.facade]", f'url = "{url}"', f"secret = {secret}", "[target.inbox]", f'url = "{inbox}"']
        lines += target(f"{name}-{TAKING}", TAKING, "consumer", *facade)
    path = folder / "plan.toml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def pairs() -> list[Figure]:
    """Three providers × three consumers."""
    system = load_bundle().system(GIVING)
    keys = {
        linkage.id: tuple(item.romaji for item in system.group(linkage.group) if item.key)
        for linkage in system.linkages
        if TAKING in linkage.consumers
    }
    with tempfile.TemporaryDirectory(prefix="renkei-pairs-") as name, ExitStack() as stack:
        folder = Path(name)
        export = ["town", "export", str(folder / "pack"), "--population", str(RESIDENTS), "--seed", "1"]
        subprocess.run([*RENKEI, *export], check=True, capture_output=True)
        path = plan(folder, World(keys), stack)
        begun = time.monotonic()
        run = [
            "run",
            str(path),
            "--out",
            str(folder / "run"),
            "--no-report",
            "--only",
            "pair",
            "--workers",
            str(WORKERS),
        ]
        done = subprocess.run(
            [*RENKEI, *run],
            cwd=ROOT,
            env={**os.environ, "PAIRS_FACADE": SECRET},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - begun
        verdicts = folder / "run" / "verdicts.json"
        if not verdicts.is_file():
            raise RuntimeError(done.stderr[-2000:])
        rows = json.loads(verdicts.read_text("utf-8"))["pairs"]
    passed = sum(row["verdict"] == "passed" for row in rows)
    linkages = len({row["linkage"] for row in rows})
    for row in rows:
        if row["verdict"] != "passed":
            print(
                f"     {row['id']} {row['linkage']}: {row['verdict']} {row['fault_of']} {row['why']}", file=sys.stderr
            )
    met = passed == len(rows) == 9 * linkages and linkages >= LEAST and seconds <= SECONDS
    shown = f"{seconds:.0f} s, {linkages} linkages, {passed} of {len(rows)} passed"
    return [Figure(row="pairs", ours=shown, met=met)]


if __name__ == "__main__":
    print(pairs())
