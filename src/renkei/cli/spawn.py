"""Worker processes as the pipeline sees them: started, listened to, ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from renkei import events
from renkei.flow.plan import Plan
from renkei.pipeline import Job

# Without a word for so long a worker is taken for hung; the longest honest silence is one exchange and what a busy target
# asks for, or the making of a corpus.
SILENCE = {"smoke": 90.0, "standard": 240.0, "certification": 1200.0}
ENOUGH = 1 << 20
# Two lines of the pipe are no events and are written nowhere. This one is a secret that the worker met.
LEARNED = "learned"
# The other one: a test is still exchanging something with its target.
ALIVE = "alive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What every worker of a run is told besides its job: plan file, run folder, and what to replay (if anything).

    ``learn`` hears of every secret that a worker meets; ``learned`` are those met before it was started.
    """

    plan_file: Path
    plan: Plan
    run: Path
    only: tuple[tuple[str, str], ...] = ()
    replay: str = ""
    learn: Callable[[str, str], None] = lambda _label, _value: None
    learned: Callable[[], list[tuple[str, str]]] = list


class ProcessWorker:
    """A worker process of one job; stdout and stderr go to a log in the run folder."""

    def __init__(self, assignment: Assignment, job: Job) -> None:
        self._silence = SILENCE[assignment.plan.profile]
        self._learn = assignment.learn
        self._how = ("finished", "")
        self._read, write = os.pipe()
        self._folder = tempfile.TemporaryDirectory(prefix="renkei-job-")
        path = Path(self._folder.name) / "job.json"
        path.write_text(json.dumps(_job(assignment, job, write)), encoding="utf-8")
        logs = assignment.run / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / f"{job.target}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "renkei.cli.worker", str(path)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[write],
                start_new_session=True,
            )
        os.close(write)
        if self._process.stdin:
            # by no file and no argument: these are secrets
            with contextlib.suppress(BrokenPipeError), self._process.stdin as stdin:
                stdin.write(json.dumps(assignment.learned()).encode())

    def events(self) -> Iterator[events.Event]:
        """The events as they arrive; ends with the process, or kills it after too long a silence."""
        rest = b""
        heard = time.monotonic()
        while True:
            ready, _, _ = select.select([self._read], [], [], 1.0)
            if not ready:
                if time.monotonic() - heard > self._silence:
                    self._how = ("deadline", f"{self._silence:.0f} s")
                    self.stop()
                    break
                continue
            chunk = os.read(self._read, ENOUGH)
            if not chunk:
                break
            heard = time.monotonic()
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                value = json.loads(line)
                if LEARNED in value:
                    self._learn(*value[LEARNED])
                elif ALIVE not in value:
                    yield events.parse(value)
        os.close(self._read)

    def ended(self) -> tuple[str, str]:
        """How it ended."""
        try:
            code = self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._how = ("deadline", "exit")
            self.stop()
            code = self._process.wait()
        self._folder.cleanup()
        if self._how[0] != "finished" or code == 0:
            return self._how
        return ("crashed", f"exit={code}")

    def stop(self) -> None:
        """End the process and what it started."""
        if self._process.poll() is None:
            if self._how[0] == "finished":
                self._how = ("stopped", "")
            os.killpg(self._process.pid, signal.SIGKILL)


def _job(assignment: Assignment, job: Job, pipe: int) -> dict[str, object]:
    return {
        "plan": str(assignment.plan_file.resolve()),
        "digest": assignment.plan.digest,
        "profile": assignment.plan.profile,
        "seed": assignment.plan.seed,
        "run": str(assignment.run.resolve()),
        "target": job.target,
        "cases": [
            {"target": c.target, "role": c.role, "linkage": c.linkage, "requirement": c.requirement} for c in job.cases
        ],
        "done": sorted(job.done),
        "only": sorted(assignment.only),
        "replay": assignment.replay,
        "pipe": pipe,
    }
