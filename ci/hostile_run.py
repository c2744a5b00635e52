"""One run of the proofs against hostile vendors: the conforming mock behind it, its plan, and what it needed."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "hostile"))

import file_traps

from renkei.cli.wiring import load_bundle
from renkei.vendors import ProcessVendor

GOOD = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The conforming mock that stands behind every trap, and the folder of the proof."""

    folder: Path
    ready: Mapping[str, Any]

    @property
    def upstream(self) -> tuple[str, int]:
        """Host and port of the mock."""
        host, _, port = str(self.ready["base_url"]).removeprefix("http://").rpartition(":")
        return host, int(port)


@contextlib.contextmanager
def world(folder: Path, name: str = "", port: int = 0) -> Iterator[World]:
    """A conforming mock of 031 and 001 over plain HTTP on loopback; a named vendor keeps its own defects."""
    home = folder / "mocks" / "alpha"
    home.mkdir(parents=True)
    arguments = [
        "--system", "both", *([] if name else ["--no-vendor-faults"]), "--population", "60", "--token-seconds", "5" if name else "600",
        "--place", (home / "place").as_uri(), "--clients", str(home / "clients.json"), "--port", str(port),
    ]  # fmt: skip
    vendor = ProcessVendor(vendor=name or "alpha", home=ROOT, log=home / "mock.log", arguments=arguments)
    try:
        ready = vendor.start()
        for number, client in enumerate(json.loads((home / "clients.json").read_text("utf-8"))["clients"], 1):
            (home / f"client-{number}.secret").write_text(client["client_secret"])
        yield World(folder=folder, ready=ready)
    finally:
        vendor.stop()


def rest_target(place: World, name: str, url: str) -> str:
    """One 031 target of the plan."""
    ready = place.ready
    secret = place.folder / "mocks" / "alpha"
    return (
        f'[[target]]\nid = "{name}"\nvendor = "v-{name}"\nproduct = "p"\nversion = "1"\nsystem = "031"\n'
        f'roles = ["provider"]\n[target.rest]\nbase_url = "{url}"\ntoken_url = "{url}/oauth2/token"\n'
        f'client_id = "{ready["client_id"]}"\nclient_secret = {{file = "{secret}/client-1.secret"}}\n'
        f'second_client_id = "{ready["second_client_id"]}"\n'
        f'second_client_secret = {{file = "{secret}/client-2.secret"}}\n'
    )


def file_target(name: str, url: str, options: str = "") -> str:
    """One 001 target of the plan, with one linkage of files."""
    others = ", ".join(f'"{linkage}" = "in-package"' for linkage in FILE_OTHERS)
    return (
        f'[[target]]\nid = "{name}"\nvendor = "v-{name}"\nproduct = "p"\nversion = "1"\nsystem = "001"\n'
        f'roles = ["provider"]\n[target.files]\nurl = "{url}"\n{options}'
        f"[target.claims]\nexempt = {{{others}}}\n"
    )


FILE_OTHERS = tuple(
    linkage.id for linkage in load_bundle().system("001").linkages if linkage.id != file_traps.LINKAGE
)  # fmt: skip


class Watcher:
    """Reads the memory of a process and of all below it while they live; workers are known by their job's file."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peaks: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Read no more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            for pid in descendants(self.pid):
                with contextlib.suppress(OSError, ValueError):
                    peak = high_water(pid)
                    name = self._name(pid)
                    self.peaks[name] = max(self.peaks.get(name, 0), peak)

    def _name(self, pid: int) -> str:
        if pid == self.pid:
            return "run"
        if pid not in self._names:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            path = next((word.decode() for word in words if word.endswith(b"job.json")), "")
            if not path:  # forked, but not yet what it will be
                return f"other {pid}"
            self._names[pid] = json.loads(Path(path).read_text("utf-8"))["target"]
        return self._names[pid]


def descendants(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def high_water(pid: int) -> int:
    """VmHWM of a process in KiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise ValueError(pid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended."""

    code: int
    verdicts: Mapping[str, Any]
    peaks: Mapping[str, int]
    planned: Mapping[str, int]
    probes: Mapping[str, str]
    output: str
    seconds: float


def run(plan: Path, out: Path, only: Sequence[str], workers: int) -> Ended:
    """Run a plan and read what it left."""
    command = [sys.executable, "-m", "renkei.cli.main", "run", str(plan), "--out", str(out), "--no-report"]
    command += ["--profile", "smoke", "--workers", str(workers), *(word for one in only for word in ("--only", one))]
    begun = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, env=environment)
    watcher = Watcher(process.pid)
    output, _ = process.communicate(timeout=1500)
    watcher.stop()
    path = out / "verdicts.json"
    planned: dict[str, int] = {}
    probes: dict[str, str] = {}
    if (out / "run.jsonl").exists():
        for line in (out / "run.jsonl").read_text("utf-8").splitlines():
            event = json.loads(line)
            if event["event"] == "case-planned":
                planned[event["target"]] = planned.get(event["target"], 0) + 1
            if event["event"] == "target-probed":
                probes[event["target"]] = event["code"]
    return Ended(
        code=process.returncode,
        verdicts=json.loads(path.read_text("utf-8")) if path.exists() else {},
        peaks=watcher.peaks,
        planned=planned,
        probes=probes,
        output=output.decode("utf-8", "replace"),
        seconds=time.monotonic() - begun,
    )
