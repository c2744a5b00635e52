"""Mock vendors as local processes, and the plan that certifies them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from renkei.errors import HarnessError

READY_SECONDS = 30.0


@dataclass(slots=True, kw_only=True)
class ProcessVendor:
    """One mock vendor in a process of its own; ``home`` is the folder that holds the ``mocks`` package.

    ``module`` is another server of that package, which is no vendor of the standard.
    ``secret`` and ``second_secret`` are handed over by environment, never on the command line.
    """

    vendor: str
    home: Path
    log: Path
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    module: str = "mocks"
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> dict[str, Any]:
        """Start it and give its readiness line; raises HarnessError with the log's end when it does not come up."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # The pipe is its standard input: when we are gone, however that came, it ends as well.
        vendor = ["--vendor", self.vendor] if self.module == "mocks" else []
        command = [sys.executable, "-m", self.module, *vendor, "--port", "0", "--with-parent", *self.arguments]
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
            ready = json.loads(lines.get(timeout=READY_SECONDS))
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
