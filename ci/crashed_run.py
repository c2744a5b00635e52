"""The run that crash proofs disturb: the real command with a scripted worker, in a forked child whose disk can fail."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from renkei.adapters.pytest.judge import Judge, Trail
from renkei.cli import main as command
from renkei.cli import spawn, wiring
from renkei.events import TargetProbed
from renkei.evidence import EvidenceStore
from renkei.flow.exchange import Exchange, Request, Response
from renkei.kit.expect import Expect, Undecided
from renkei.pipeline import Job

# of <sched.h> and <sys/mount.h>
NEW_MOUNTS, READ_ONLY, REMOUNT, PRIVATE = 0x20000, 1, 32, (1 << 14) | (1 << 18)
ONLY = ("TR-04", "TR-05", "TR-10")
PAUSE = 0.004
LONG = 120.0


class Forked:
    """A forked child as ``subprocess.Popen`` shows it, as far as the product looks."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, None while it lives."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, _timeout: float | None = None) -> int:
        """The exit code."""
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode


class ScriptedWorker(spawn.ProcessWorker):
    """A worker that needs no target: what a test finds follows from its name. Stays in the run's process group."""

    def __init__(self, assignment: spawn.Assignment, job: Job) -> None:
        self._silence = self._longest = LONG
        self._done = False
        self._learn = assignment.learn
        self._how = ("finished", "")
        self._read, write = os.pipe()
        self._folder = tempfile.TemporaryDirectory(prefix="renkei-job-")
        pid = os.fork()
        if not pid:
            os.close(self._read)
            code = 4
            try:
                Faults.here = False
                work(assignment, job, write)
                code = 0
            finally:
                os._exit(code)
        os.close(write)
        self._process = Forked(pid)

    def stop(self) -> None:
        """End the process alone: its group is the run's."""
        if self._process.poll() is None:
            self._how = ("stopped", "")
            os.kill(self._process.pid, signal.SIGKILL)


def work(assignment: spawn.Assignment, job: Job, pipe: int) -> None:
    """Judge the cases of a job by the script, as a worker does."""
    from renkei import events

    redactor = wiring.redactor_for(assignment.plan, wiring.load_bundle())
    store = EvidenceStore(assignment.run / "evidence", redactor.value)
    bundle = wiring.load_bundle()

    def emit(event: events.Event) -> None:
        os.write(pipe, (json.dumps(redactor.value(events.to_json(event))) + "\n").encode())

    for case in job.cases:
        for test in wiring.suite_tests():
            if not test.judges(case.requirement, case.linkage) or (case.key, test.id) in job.done:
                continue
            trail = Trail()
            judge = Judge(
                case=case,
                requirement=bundle.requirement(case.requirement),
                test=test.id,
                trail=trail,
                evidence=store,
                emit=emit,
            )
            made = expectation()
            judge.run(scripted(case.key + test.id, trail, made), made)


def expectation() -> Callable[[], Expect]:
    """Gives a fresh expectation and remembers the last."""

    def fresh() -> Expect:
        fresh.last = Expect()
        return fresh.last

    return fresh


def scripted(name: str, trail: Trail, made: Any) -> Callable[[], Any]:
    """A test whose end follows from its name: half pass, a quarter fail, a quarter stay undecided."""
    number = hashlib.sha256(name.encode()).digest()[0] % 4

    def call() -> None:
        time.sleep(PAUSE)
        request = Request(method="POST", url="http://127.0.0.1:9/x", body=name.encode())
        exchange = Exchange(request=request, response=Response(status=200, headers=(), body=b"{}" * number))
        trail.record(exchange)
        if number == 3:
            raise Undecided("no-answer", "deadline")
        made.last.that(number != 2, "wrong-status", expected=200, actual=number, on=exchange)

    return call


class Faults:
    """Counts what the run asks of the disk, and lets the chosen one of them go wrong, or halts the run before it."""

    here = True
    count = 0
    at = 0
    how = ""
    names: ClassVar[list[str]] = []

    @classmethod
    def meet(cls, name: str, torn: Callable[[], Any] | None = None) -> None:
        """One request of the disk; the chosen one kills the run, or fails."""
        if not cls.here:
            return
        cls.count += 1
        cls.names.append(name)
        if cls.count != cls.at:
            return
        if cls.how == "halt":
            os.killpg(0, signal.SIGSTOP)
            return
        if cls.how == "torn" and torn:
            torn()
        if cls.how in ("kill", "torn"):
            os.killpg(0, signal.SIGKILL)
            time.sleep(LONG)
        number = {"eio": errno.EIO, "enospc": errno.ENOSPC}[cls.how]
        raise OSError(number, os.strerror(number), name)

    @classmethod
    def install(cls, at: int, how: str) -> None:
        """Stand between the run and its disk, in this process only."""
        cls.here, cls.count, cls.at, cls.how, cls.names = True, 0, at, how, []
        write, fsync, fdopen, replace, opening = os.write, os.fsync, os.fdopen, Path.replace, Path.open

        def os_write(descriptor: int, data: bytes) -> int:
            if descriptor > 2:
                cls.meet("write", lambda: write(descriptor, data[: len(data) // 2]))
            return write(descriptor, data)

        def os_fsync(descriptor: int) -> None:
            cls.meet("fsync")
            fsync(descriptor)

        def os_fdopen(descriptor: int, mode: str = "r", *rest: Any, **named: Any) -> Any:
            if "w" in mode:
                cls.meet("fdopen")
            return fdopen(descriptor, mode, *rest, **named)

        def path_replace(self: Path, target: Any) -> Path:
            cls.meet("rename")
            return replace(self, target)

        def path_open(self: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
            if "w" in mode or "a" in mode:
                cls.meet("open", lambda: opening(self, mode, *rest, **named).close())
            return opening(self, mode, *rest, **named)

        os.write, os.fsync, os.fdopen = os_write, os_fsync, os_fdopen
        Path.replace, Path.open = path_replace, path_open


class SilentProber:
    """Finds nothing in the way of any target."""

    def __init__(self, *_: object) -> None:
        pass

    def probe(self, target: Any) -> TargetProbed:
        """No obstacle."""
        return TargetProbed(target=target.id)


def run_in_child(plan: Path, out: Path, *, resume: bool, prepare: Callable[[], None] | None = None) -> int:
    """Start `renkei run` in a forked child with a process group of its own; gives its pid."""
    pid = os.fork()
    if pid:
        return pid
    code = 99
    try:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_WRONLY)
        said = os.open(out.with_suffix(".said"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(null, 1)
        os.dup2(said, 2)
        if prepare:
            prepare()
        words = ["run", str(plan), "--out", str(out), "--no-report", "--workers", "1"]
        words += [word for one in ONLY for word in ("--only", one)]
        code = int(command.main([*words, *(["--resume"] if resume else [])]))
        with contextlib.suppress(OSError):
            sys.stderr.flush()  # where no file may grow, what was said has no room either
        if Faults.names:
            os.write(said, f"count={Faults.count}\n".encode())
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException as error:  # noqa: BLE001 - whatever escapes the command is what this proof looks for
        with contextlib.suppress(OSError):
            sys.stderr.write(f"escaped: {error!r}\n")
            sys.stderr.flush()
        code = 98
    finally:
        os._exit(code)


def ended(pid: int, after: float = 0.0) -> int:
    """The exit code of a child, killed with its group after so many seconds (0: never)."""
    if after:
        time.sleep(after)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)  # a worker that outlived its run would be seen below
    return os.waitstatus_to_exitcode(status)


def one_digest(really: Callable[..., Any]) -> Callable[..., Any]:
    """The digests, computed once."""
    known: list[Any] = []

    def digests(*given: Any) -> Any:
        if not known:
            known.append(really(*given))
        return known[0]

    return digests


def shut_for_all(out: Path, *, made: bool) -> None:
    """Make the folder around a run folder read-only for this process."""
    if os.geteuid():
        out.parent.joinpath("run").mkdir() if made else None
        for path in (out, out.parent):
            path.exists() and path.chmod(0o555)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    place = str(out.parent).encode()
    steps = [libc.unshare(NEW_MOUNTS), libc.mount(None, b"/", None, PRIVATE, None)]
    steps.append(libc.mount(b"tmpfs", place, b"tmpfs", 0, b"size=64m"))
    if made:
        out.mkdir()
    steps.append(libc.mount(b"tmpfs", place, b"tmpfs", REMOUNT | READ_ONLY, b"size=64m"))
    if any(steps):
        raise OSError(ctypes.get_errno(), "the folder cannot be made read-only here")
