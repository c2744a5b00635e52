"""Mock vendors as local processes, and the plan that certifies them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from renkei.errors import HarnessError, UsageError

READY_SECONDS = 30.0
LAUNCHERS = Path("mocks/launchers.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launcher:
    """How a mock vendor is started: ``argv`` before its options, ``table`` of what it says of itself, its ``image``.

    ``town`` says that it publishes a pack of the town that it is given.
    """

    argv: tuple[str, ...]
    table: Path
    faults: Path
    image: str = "renkei-mock:local"
    town: bool = False


def launcher(home: Path, vendor: str) -> Launcher:
    """How that vendor is started from the folder ``home``; raises UsageError when it is not installed."""
    others = tomllib.loads((home / LAUNCHERS).read_text(encoding="utf-8"))
    if vendor not in others:
        table = home / "mocks" / "vendors" / f"{vendor}.toml"
        return Launcher(argv=(sys.executable, "-m", "mocks"), table=table, faults=home / "mocks" / "faults")
    row = others[vendor]
    name, *rest = row["command"]
    program = _program(name)
    if program is None or not (home / row["libraries"]).is_dir():
        raise UsageError("mock-libraries-missing", vendor=vendor, command=name, folder=row["libraries"])
    return Launcher(
        argv=(program, *rest),
        table=home / row["table"],
        faults=home / row["faults"],
        image=row["image"],
        town=row["town"],
    )


def _program(name: str) -> str | None:
    """The program of that name beside our interpreter, else on the path; None when there is none."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


@dataclass(slots=True, kw_only=True)
class ProcessVendor:
    """One mock vendor in a process of its own; ``home`` is the folder that holds the ``mocks`` package.

    ``module`` is another server of that package, which is no vendor of the standard; ``argv`` starts a vendor that is
    no Python.
    ``secret`` and ``second_secret`` are handed over by environment, never on the command line. ``patience`` is how many
    seconds it has to be ready: one that publishes a whole town first needs more than others.
    """

    vendor: str
    home: Path
    log: Path
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    module: str = "mocks"
    argv: Sequence[str] = ()
    patience: float = READY_SECONDS
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> dict[str, Any]:
        """Start it and give its readiness line; raises HarnessError with the log's end when it does not come up."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # The pipe is its standard input: when we are gone, however that came, it ends as well.
        vendor = ["--vendor", self.vendor] if self.module == "mocks" else []
        program = self.argv or (sys.executable, "-m", self.module)
        command = [*program, *vendor, "--port", "0", "--with-parent", *self.arguments]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.home,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )
        return self._ready(self._process)

    def _ready(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        lines: Queue[bytes] = Queue()
        stdout = process.stdout
        if stdout is None:
            raise HarnessError("mock-not-started", vendor=self.vendor, why="no output")
        threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True).start()
        try:
            ready = json.loads(lines.get(timeout=self.patience))
        except (Empty, ValueError) as error:
            self.stop()
            raise HarnessError("mock-not-started", vendor=self.vendor, why=self.tail()) from error
        if not isinstance(ready, dict):
            raise HarnessError("mock-not-started", vendor=self.vendor, why=self.tail())
        return ready

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-500:] if self.log.exists() else ""

    def stop(self) -> None:
        """End it: first politely, after five seconds for good."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
