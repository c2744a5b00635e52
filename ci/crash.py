"""Runs that are killed, starved of disk or refused by it: resumed, each ends in the verdict that it would have had.

Run by ``ci/selftest``. The run under test is ``renkei run`` itself (log, lock, outputs, resumption) with a worker of
this program in place of a target: it judges every case by a script, keeps evidence and reports through the same pipe.

1. The whole run (process group) is killed with SIGKILL at random moments, then resumed, killed again, and so on.
2. It is killed before every single write, fsync, open and rename that it makes, and in the middle of every write.
3. Every single one of them fails with EIO, then with ENOSPC; then files may not grow over ever larger limits.
4. The folder is read-only.
5. The finished log is cut at every byte of its last 4 KiB, and every line of it is dropped.

Asked each time: is every line of the log that was whole before still there after; is no case judged twice; are the facts of the
verdicts those of the run that nobody disturbed; and did nothing that was cut short say that it had passed.
Writes ci/selftest-crash.json.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import ctypes
import errno
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from renkei.adapters.pytest.judge import Judge, Trail
from renkei.cli import main as command
from renkei.cli import spawn, wiring
from renkei.errors import RunFolderError
from renkei.events import TargetProbed
from renkei.evidence import EvidenceStore
from renkei.flow.exchange import Exchange, Request, Response
from renkei.kit.expect import Expect, Undecided
from renkei.pipeline import Job
from renkei.record import fold
from renkei.runlog import read_log
from renkei.verdicts import facts

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "ci" / "selftest-crash.json"
ONLY = ("TR-04", "TR-05", "TR-10")
TARGETS = ("one", "two")
PAUSE = 0.004
TAIL = 4096
LONG = 120.0
# of <sched.h> and <sys/mount.h>
NEW_MOUNTS, READ_ONLY, REMOUNT, PRIVATE = 0x20000, 1, 32, (1 << 14) | (1 << 18)
TIMES = ("run", "started", "ended", "digests")


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
        self._silence = LONG
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
        self._process = Forked(pid)  # type: ignore[assignment]  # it has what is used of a Popen

    def stop(self) -> None:
        """End the process alone: its group is the run's."""
        if self._process.poll() is None:
            self._how = ("stopped", "")
            os.kill(self._process.pid, signal.SIGKILL)


def work(assignment: spawn.Assignment, job: Job, pipe: int) -> None:
    """Judge the cases of a job by the script, as a worker does."""
    from renkei import events

    redactor = wiring.redactor_for(assignment.plan)
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
        fresh.last = Expect()  # type: ignore[attr-defined]
        return fresh.last  # type: ignore[attr-defined, no-any-return]

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
    """Counts what the run asks of the disk, and lets the chosen one of them go wrong."""

    here = True
    count = 0
    at = 0
    how = ""
    names: list[str] = []

    @classmethod
    def meet(cls, name: str, torn: Callable[[], Any] | None = None) -> None:
        """One request of the disk; the chosen one kills the run, or fails."""
        if not cls.here:
            return
        cls.count += 1
        cls.names.append(name)
        if cls.count != cls.at:
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
        Path.replace, Path.open = path_replace, path_open  # type: ignore[method-assign, assignment]


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
        sys.stderr.flush()
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


@dataclass(slots=True)
class Tally:
    """One kind of fault: how often it was tried, what went wrong, how the runs ended."""

    name: str
    tried: int = 0
    interrupted: int = 0
    wrong: list[str] = field(default_factory=list)
    ends: collections.Counter[str] = field(default_factory=collections.Counter)
    seconds: float = 0.0


class Proof:
    """The plan under test, the run that nobody disturbed, and a fresh folder for every trial."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "secret").write_text("s3cr3t-of-nobody-at-all")
        head = '[plan]\nname = "crash"\nmunicipality = "993018"\nseed = 1\nprofile = "smoke"\n'
        self.plan = folder / "plan.toml"
        self.plan.write_text(head + "\n".join(target(folder, name) for name in TARGETS))
        # digests of the whole tree are the same for every trial and cost more than all the rest
        wiring.digests = one_digest(wiring.digests)
        spawn.ProcessWorker = ScriptedWorker  # type: ignore[misc]
        import renkei.probe

        renkei.probe.Prober = SilentProber  # type: ignore[misc, assignment]
        for module in ("renkei.cli.run", "renkei.cli.outputs", "renkei.web.index", "renkei.adapters.junit.document"):
            __import__(module)
        __import__("renkei.adapters.allure.results")
        plan, bundle = wiring.open_plan(self.plan)
        wiring.cases_of(plan, bundle)
        wiring.suite_tests()
        wiring.digests(plan, bundle)
        self.out = folder / "undisturbed"
        begun = time.monotonic()
        code = ended(run_in_child(self.plan, self.out, resume=False, prepare=lambda: Faults.install(0, "")))
        self.seconds = time.monotonic() - begun
        if code != 1:
            raise SystemExit(f"the undisturbed run ended with {code}: {self.said(self.out)}")
        self.steps = int(self.said(self.out).rpartition("count=")[2])
        self.facts = self.facts_of(self.out)
        self.number = 0

    def said(self, out: Path) -> str:
        """What a run said on standard error."""
        path = out.with_suffix(".said")
        return path.read_text("utf-8", "replace")[-600:] if path.exists() else ""

    def new(self) -> Path:
        """A folder for one trial; the one before it goes."""
        shutil.rmtree(self.folder / f"t{self.number}", ignore_errors=True)
        self.folder.joinpath(f"t{self.number}.said").unlink(missing_ok=True)
        self.number += 1
        return self.folder / f"t{self.number}"

    def facts_of(self, out: Path) -> Any:
        """The facts of a run's verdicts, without its name and times."""
        verdicts = facts(json.loads((out / "verdicts.json").read_text("utf-8")))
        return {name: value for name, value in verdicts.items() if name not in TIMES}

    def finish(self, out: Path, tally: Tally, what: str) -> None:
        """Resume until the run is over, and compare it with the undisturbed one."""
        before = whole_lines(out)
        code = ended(run_in_child(self.plan, out, resume=(out / "run.jsonl").exists()))
        if code != 1:
            tally.wrong.append(f"{what}: resumed run ended with {code}: {self.said(out)}")
            return
        for fault in self.compared(out, before):
            tally.wrong.append(f"{what}: {fault}")

    def compared(self, out: Path, before: bytes) -> Iterator[str]:
        """What a finished run has that the undisturbed one has not, or lacks."""
        try:
            record = fold(read_log(out / "run.jsonl"))
        except RunFolderError as error:
            yield f"log refused: {error}"
            return
        if not (out / "run.jsonl").read_bytes().startswith(before):
            yield "lines that were written are gone"
        doubled = doubles(out)
        if doubled:
            yield f"judged twice: {doubled[:3]}"
        if len(record.results) != len(self.facts["targets"]) * len(self.facts["targets"][0]["results"]):
            yield f"{len(record.results)} results"
        if self.facts_of(out) != self.facts:
            yield "other facts than undisturbed"
        yield from (f"{name} missing" for name in OUTPUTS if not (out / name).exists())


OUTPUTS = ("verdicts.json", "junit.xml", "index.html")


def target(folder: Path, name: str) -> str:
    """One target of the plan; nobody is there."""
    return (
        f'[[target]]\nid = "{name}"\nvendor = "{name}"\nproduct = "p"\nversion = "1"\nsystem = "031"\n'
        f'roles = ["provider"]\n[target.rest]\nbase_url = "http://{name}.invalid:9"\n'
        f'token_url = "http://{name}.invalid:9/oauth2/token"\nclient_id = "{name}"\n'
        f'client_secret = {{file = "{folder}/secret"}}\n'
    )


def one_digest(really: Callable[..., Any]) -> Callable[..., Any]:
    """The digests, computed once."""
    known: list[Any] = []

    def digests(*given: Any) -> Any:
        if not known:
            known.append(really(*given))
        return known[0]

    return digests


def whole_lines(out: Path) -> bytes:
    """The log's whole lines as they are now, without a footer of an interrupted run."""
    path = out / "run.jsonl"
    data = path.read_bytes() if path.exists() else b""
    return data[: data.rfind(b"\n") + 1]


def doubles(out: Path) -> list[str]:
    """Cases planned twice, and tests that ended twice."""
    seen: collections.Counter[str] = collections.Counter()
    for line in (out / "run.jsonl").read_bytes().splitlines():
        event = json.loads(line)
        if event["event"] in ("case-planned", "test-finished"):
            seen[f"{event['event']} {event['case']} {event.get('test', '')}"] += 1
    return [name for name, count in seen.items() if count > 1]


def random_kills(proof: Proof, count: int, seed: int) -> Tally:
    """Kill the group at random moments; one run may be killed several times."""
    tally, chance, begun = Tally("SIGKILL at a random moment"), random.Random(seed), time.monotonic()
    while tally.tried < count:
        out = proof.new()
        for _ in range(chance.choice((1, 1, 2, 3))):
            before = whole_lines(out)
            pid = run_in_child(proof.plan, out, resume=(out / "run.jsonl").exists())
            code = ended(pid, chance.uniform(0.002, proof.seconds))
            tally.tried += 1
            tally.interrupted += code == -signal.SIGKILL
            tally.ends[str(code)] += 1
            if not whole_lines(out).startswith(before):
                tally.wrong.append(f"kill {tally.tried}: lines that were written are gone")
            if code != -signal.SIGKILL:
                break
        if not complete(out):
            proof.finish(out, tally, f"kill {tally.tried}")
    tally.seconds = time.monotonic() - begun
    return tally


def complete(out: Path) -> bool:
    """Whether a run is over with everything that it leaves."""
    try:
        read_log(out / "run.jsonl")
    except RunFolderError:
        return False
    return all((out / name).exists() for name in OUTPUTS)


def every_step(proof: Proof, how: str, step: int = 1) -> Tally:
    """Let each request of the disk go wrong in turn."""
    tally, begun = Tally({"kill": "SIGKILL before each write, fsync, open and rename", "torn": "SIGKILL inside each write", "eio": "EIO at each", "enospc": "ENOSPC at each"}[how]), time.monotonic()  # fmt: skip
    for at in range(1, proof.steps + 1, step):
        out = proof.new()
        code = ended(run_in_child(proof.plan, out, resume=False, prepare=lambda at=at: Faults.install(at, how)))
        tally.tried += 1
        tally.ends[str(code)] += 1
        tally.interrupted += code not in (0, 1, 3)
        what = f"{how} at {at}"
        if code in (0, 1, 3):
            for fault in proof.compared(out, b""):
                tally.wrong.append(f"{what}: ended with {code}, but {fault}")
            continue
        if code not in (-signal.SIGKILL, 2, 4):
            tally.wrong.append(f"{what}: ended with {code}: {proof.said(out)}")
        if "escaped" in proof.said(out) or "Traceback" in proof.said(out):
            tally.wrong.append(f"{what}: {proof.said(out)}")
        proof.finish(out, tally, what)
    tally.seconds = time.monotonic() - begun
    return tally


def small_disks(proof: Proof, count: int) -> Tally:
    """Files may not grow beyond a limit (the kernel's own EFBIG); then there is room again."""
    tally, begun = Tally("no room beyond n bytes (RLIMIT_FSIZE)"), time.monotonic()
    size = (proof.out / "run.jsonl").stat().st_size

    def limit(bytes_: int) -> Callable[[], None]:
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, resource.RLIM_INFINITY))

    for index in range(count):
        out = proof.new()
        code = ended(run_in_child(proof.plan, out, resume=False, prepare=limit(size * index // count)))
        tally.tried += 1
        tally.ends[str(code)] += 1
        tally.interrupted += code == 4
        if code not in (2, 4):
            tally.wrong.append(f"limit {index}: ended with {code}: {proof.said(out)}")
        with contextlib.suppress(RunFolderError):
            read_log(out / "run.jsonl")
            if (out / "verdicts.json").exists():
                tally.wrong.append(f"limit {index}: a whole run on a full disk")
        proof.finish(out, tally, f"limit {index}")
    tally.seconds = time.monotonic() - begun
    return tally


def read_only(proof: Proof) -> Tally:
    """A folder in which nobody may write; root sees it so through a mount that ends with the process."""
    tally, begun = Tally("read-only folder"), time.monotonic()
    for made in (False, True):
        shut = proof.new()
        shut.mkdir()
        out = shut / "run"
        code = ended(run_in_child(proof.plan, out, resume=False, prepare=lambda m=made, o=out: shut_for_all(o, made=m)))
        tally.tried += 1
        tally.ends[str(code)] += 1
        tally.interrupted += code == 2
        shut.chmod(0o755)
        if code != 2 or (out / "run.jsonl").exists():
            tally.wrong.append(f"made={made}: ended with {code}: {proof.said(out)}")
    tally.seconds = time.monotonic() - begun
    return tally


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


def cut(proof: Proof, step: int) -> Tally:
    """The finished log cut at every byte of its end, and without each of its lines."""
    tally, begun = Tally("log cut at each byte of its last 4 KiB, each line dropped"), time.monotonic()
    data = (proof.out / "run.jsonl").read_bytes()
    path = proof.new() / "run.jsonl"
    path.parent.mkdir()
    lines = data.splitlines(keepends=True)
    spoiled = [(f"cut at {size}", data[:size]) for size in range(max(0, len(data) - TAIL), len(data), step)]
    spoiled += [(f"without line {n}", b"".join(lines[:n] + lines[n + 1 :])) for n in range(0, len(lines), step)]
    for what, bytes_ in spoiled:
        path.write_bytes(bytes_)
        tally.tried += 1
        try:
            read_log(path)
        except RunFolderError as error:
            tally.interrupted += 1
            tally.ends[error.code] += 1
        else:
            tally.wrong.append(f"{what}: accepted")
    tally.seconds = time.monotonic() - begun
    return tally


def second_runner(proof: Proof) -> Tally:
    """While one run lives, another one in the same folder is refused; when it was killed, its lock is taken over."""
    tally, begun = Tally("second runner on the same folder"), time.monotonic()
    out = proof.new()
    first = run_in_child(proof.plan, out, resume=False)
    while not (out / "run.jsonl").exists() or (out / "run.jsonl").stat().st_size < 20_000:
        time.sleep(0.005)
    os.killpg(first, signal.SIGSTOP)
    code = ended(run_in_child(proof.plan, out, resume=True))
    tally.tried, tally.interrupted = 1, int(code == 2)
    tally.ends[str(code)] += 1
    if code != 2:
        tally.wrong.append(f"the second ended with {code}: {proof.said(out)}")
    os.killpg(first, signal.SIGKILL)
    ended(first)
    proof.finish(out, tally, "after the holder was killed")
    tally.seconds = time.monotonic() - begun
    return tally


def main() -> int:
    """Try every fault (or a few of each); exit 1 when one run came out other than undisturbed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few of each kind, for tests")
    parser.add_argument("--kills", type=int, default=220)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="renkei-crash-") as name:
        Path(name).chmod(0o755)
        proof = Proof(Path(name))
        print(f"undisturbed: {proof.seconds:.2f} s, {proof.steps} requests of the disk", flush=True)
        step = max(1, proof.steps // 4) if args.quick else 1
        tallies = []
        for trial in (
            lambda: random_kills(proof, 6 if args.quick else args.kills, args.seed),
            lambda: every_step(proof, "kill", step),
            lambda: every_step(proof, "torn", step),
            lambda: every_step(proof, "eio", step),
            lambda: every_step(proof, "enospc", step),
            lambda: small_disks(proof, 2 if args.quick else 24),
            lambda: read_only(proof),
            lambda: second_runner(proof),
            lambda: cut(proof, 97 if args.quick else 1),
        ):
            tally = trial()
            tallies.append(tally)
            ends = " ".join(f"{code}×{count}" for code, count in sorted(tally.ends.items()))
            print(f"{'ok  ' if not tally.wrong else 'WRONG'} {tally.name:58} tried {tally.tried:4} hit {tally.interrupted:4} wrong {len(tally.wrong):3} {tally.seconds:6.1f} s  {ends}", flush=True)  # fmt: skip
            for fault in tally.wrong[:5]:
                print(f"      {fault}", flush=True)
    return report(tallies, keep=not args.quick)


def report(tallies: list[Tally], *, keep: bool) -> int:
    """Print the sum; write the figures down after a full run."""
    tried, wrong = sum(tally.tried for tally in tallies), sum(len(tally.wrong) for tally in tallies)
    if keep:
        rows = [
            {"fault": t.name, "tried": t.tried, "hit": t.interrupted, "wrong": t.wrong, "ends": dict(t.ends)}
            for t in tallies
        ]
        RESULT.write_text(json.dumps({"schema": "renkei.selftest-crash/1", "tried": tried, "wrong": wrong, "rows": rows}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")  # fmt: skip
    print(f"{tried - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
