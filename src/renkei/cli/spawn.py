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
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from renkei import events
from renkei.cli.manual import ORDERS
from renkei.events import Event
from renkei.flow.plan import MANUAL_SECONDS, ManualAccess, Plan
from renkei.pipeline import Job

# Without a word for so long a worker is taken for hung; the longest honest silence is one exchange and what a busy target
# asks for, or the making of a corpus.
SILENCE = {"smoke": 90.0, "standard": 240.0, "certification": 1200.0}
# No test may take longer, however lively it is: a target that answers each request just in time must not hold a run up.
TEST_SECONDS = {"smoke": 300.0, "standard": 1200.0, "certification": 5400.0}
ENOUGH = 1 << 20
# Three lines of the pipe are no events and are written nowhere. This one is a secret that the worker met.
LEARNED = "learned"
# This one: a test is still exchanging something with its target, in so many sequences of events by now (0: it has none), or
# after so many steps of the one that it plays again.
ALIVE = "alive"
# And this one is the last: a worker that ends without it was ended, whatever its exit code says.
DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What every worker of a run is told besides its job: plan file, run folder, and what to replay (if anything).

    ``learn`` hears of every secret that a worker meets; ``learned`` are those met before it was started.
    ``far`` hears in which sequence of events a worker is whose test has many of them; in a replay, how many steps are done.
    ``attended``: somebody is there to do what a target's manual trigger asks for. ``resumed``: the run was cut off before.
    """

    plan_file: Path
    plan: Plan
    run: Path
    only: tuple[tuple[str, str], ...] = ()
    replay: str = ""
    learn: Callable[[str, str], None] = lambda _label, _value: None
    learned: Callable[[], list[tuple[str, str]]] = list
    far: Callable[[int], None] = lambda _sequence: None
    attended: bool = False
    resumed: bool = False


class ProcessWorker:
    """A worker process of one job; stdout and stderr go to a log in the run folder."""

    def __init__(self, assignment: Assignment, job: Job) -> None:
        self._silence = SILENCE[assignment.plan.profile]
        self._longest = TEST_SECONDS[assignment.plan.profile] + _patience(assignment.plan, job.target)
        self._done = False
        self._learn, self._far = assignment.learn, assignment.far
        self._how = ("finished", "")
        self._read, write = os.pipe()
        self._folder = tempfile.TemporaryDirectory(prefix="renkei-job-", ignore_cleanup_errors=True)
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
                # Copies of a target's files must not outlive a worker, however it ends.
                env={**os.environ, "TMPDIR": self._folder.name},
            )
        os.close(write)
        if self._process.stdin:
            # by no file and no argument: these are secrets
            with contextlib.suppress(BrokenPipeError), self._process.stdin as stdin:
                stdin.write(json.dumps(assignment.learned()).encode())

    def events(self) -> Iterator[events.Event]:
        """The events as they arrive; ends with the process, or kills it after too long a silence or too long a test."""
        rest = b""
        heard = begun = time.monotonic()
        while True:
            ready, _, _ = select.select([self._read], [], [], 1.0)
            now = time.monotonic()
            if self._late(silent=0.0 if ready else now - heard, busy=now - begun):
                self.stop()
                break
            if not ready:
                continue
            chunk = os.read(self._read, ENOUGH)
            if not chunk:
                break
            heard = now
            *lines, rest = (rest + chunk).split(b"\n")
            for event in self._parsed(lines):
                if isinstance(event, events.TestStarted):
                    begun = now
                yield event
        os.close(self._read)

    def _late(self, *, silent: float, busy: float) -> bool:
        """Whether the worker said nothing for too long, or its test takes too long."""
        over = [limit for took, limit in ((silent, self._silence), (busy, self._longest)) if took > limit]
        if over:
            self._how = ("deadline", f"{over[0]:.0f} s")
        return bool(over)

    def _parsed(self, lines: Iterable[bytes]) -> Iterator[Event]:
        for line in lines:
            value = json.loads(line)
            if LEARNED in value:
                self._learn(*value[LEARNED])
            elif DONE in value:
                self._done = True
            elif ALIVE in value:
                self._far(value[ALIVE])
            else:
                yield events.parse(value)

    def ended(self) -> tuple[str, str]:
        """How it ended."""
        try:
            code = self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._how = ("deadline", "exit")
            self.stop()
            code = self._process.wait()
        self._folder.cleanup()
        if self._how[0] != "finished" or (code == 0 and self._done):
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
        "attended": assignment.attended,
        "resumed": assignment.resumed,
    }


def _patience(plan: Plan, target: str) -> float:
    """What a test may take longer because a person has to act in it, or because real clocks go on in it."""
    journeys = plan.journeys if plan.journeys and plan.journeys.id == target else None
    together = journeys.targets if journeys else (target,)
    triggers = (one.trigger for one in plan.targets if one.id in together)
    patience = sum(ORDERS * trigger.seconds for trigger in triggers if isinstance(trigger, ManualAccess))
    if journeys is None:
        return patience
    return patience + ORDERS * (journeys.latency_seconds + (MANUAL_SECONDS if journeys.manual else 0.0))
