"""Runs that are killed, starved of disk or refused by it: resumed, each ends in the verdict that it would have had.

Run by ``ci/selftest``. The run under test is ``renkei run`` itself (log, lock, outputs, resumption) with a worker of
this program in place of a target: it judges every case by a script, keeps evidence and reports through the same pipe.

1. The whole run (process group) is killed with SIGKILL at random moments, then resumed, killed again, and so on.
2. It is killed before every single write, fsync, open and rename that it makes, and in the middle of every write.
3. Every single one of them fails with EIO, then with ENOSPC; then files may not grow over ever larger limits.
4. The folder is read-only.
5. It is halted before each of them: a second runner in its folder is refused wherever the first one is.
6. The finished log is cut at every byte of its last 4 KiB, and every line of it is dropped.

Asked each time: is every line of the log that was whole before still there after; is no case judged twice; are the facts of the
verdicts those of the run that nobody disturbed; and did nothing that was cut short say that it had passed.
Writes ci/selftest-crash.json.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crashed_run import Faults, ScriptedWorker, SilentProber, ended, one_digest, run_in_child, shut_for_all

from renkei.cli import spawn, wiring
from renkei.errors import RunFolderError
from renkei.record import fold
from renkei.runlog import read_log
from renkei.verdicts import facts

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "ci" / "selftest-crash.json"
TARGETS = ("one", "two")
TAIL = 4096
TIMES = ("run", "started", "ended", "digests")


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
        spawn.ProcessWorker = ScriptedWorker
        import renkei.probe

        renkei.probe.Prober = SilentProber
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
    tally, chance, begun = Tally(f"SIGKILL at a random moment (seed {seed})"), random.Random(seed), time.monotonic()
    while tally.interrupted < count:
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


def second_runner(proof: Proof, step: int) -> Tally:
    """One run is halted before each request of the disk: another one in its folder is refused; killed, it is taken up."""
    tally, begun = Tally("second runner on the same folder"), time.monotonic()
    for at in range(1, proof.steps + 1, step):
        out, what = proof.new(), f"halted at {at}"
        first = run_in_child(proof.plan, out, resume=False, prepare=lambda at=at: Faults.install(at, "halt"))
        _, status = os.waitpid(first, os.WUNTRACED)
        tally.tried += 1
        if not os.WIFSTOPPED(status):
            tally.wrong.append(f"{what}: it was not, and ended with {os.waitstatus_to_exitcode(status)}")
            continue
        code = ended(run_in_child(proof.plan, out, resume=True))
        told = re.findall(r"\[([a-z-]+)\]", proof.said(out))
        tally.interrupted += code == 2
        tally.ends[f"{code} {told[-1] if told else ''}"] += 1
        if code != 2:
            tally.wrong.append(f"{what}: the second ended with {code}: {proof.said(out)}")
        os.killpg(first, signal.SIGKILL)
        ended(first)
        proof.finish(out, tally, f"{what}, then killed")
    tally.seconds = time.monotonic() - begun
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Try every fault (or a few of each); exit 1 when one run came out other than undisturbed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few of each kind, for tests")
    parser.add_argument("--kills", type=int, default=220)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--parts", nargs="*", default=[], help="only these; their rows replace those of the last figures"
    )
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="renkei-crash-") as name:
        Path(name).chmod(0o755)
        proof = Proof(Path(name))
        print(f"undisturbed: {proof.seconds:.2f} s, {proof.steps} requests of the disk", flush=True)
        tallies = []
        for part, trial in trials(proof, args).items():
            if args.parts and part not in args.parts:
                continue
            tally = trial()
            tallies.append(tally)
            ends = " ".join(f"{code}×{count}" for code, count in sorted(tally.ends.items()))
            print(f"{'ok  ' if not tally.wrong else 'WRONG'} {tally.name:58} tried {tally.tried:4} hit {tally.interrupted:4} wrong {len(tally.wrong):3} {tally.seconds:6.1f} s  {ends}", flush=True)  # fmt: skip
            for fault in tally.wrong[:5]:
                print(f"      {fault}", flush=True)
    return report(tallies, keep=not args.quick, merge=bool(args.parts))


def trials(proof: Proof, args: argparse.Namespace) -> dict[str, Callable[[], Tally]]:
    """Every part of the proof by name."""
    step = max(1, proof.steps // 4) if args.quick else 1
    return {
        "random": lambda: random_kills(proof, 6 if args.quick else args.kills, args.seed),
        **{how: lambda how=how: every_step(proof, how, step) for how in ("kill", "torn", "eio", "enospc")},
        "small": lambda: small_disks(proof, 2 if args.quick else 24),
        "readonly": lambda: read_only(proof),
        "second": lambda: second_runner(proof, step),
        "cut": lambda: cut(proof, 97 if args.quick else 1),
    }


def report(tallies: list[Tally], *, keep: bool, merge: bool) -> int:
    """Print the sum; write the figures down after a full run, or after a part of one beside the other parts."""
    tried, wrong = sum(tally.tried for tally in tallies), sum(len(tally.wrong) for tally in tallies)
    rows = {
        t.name: {"fault": t.name, "tried": t.tried, "hit": t.interrupted, "wrong": t.wrong, "ends": dict(t.ends)}
        for t in tallies
    }
    if keep:
        before = json.loads(RESULT.read_text("utf-8"))["rows"] if merge and RESULT.exists() else []
        rows = {row["fault"]: row for row in before} | rows
        figures = {
            "schema": "renkei.selftest-crash/1",
            "tried": sum(row["tried"] for row in rows.values()),
            "wrong": sum(len(row["wrong"]) for row in rows.values()),
            "rows": list(rows.values()),
        }
        RESULT.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{tried - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
