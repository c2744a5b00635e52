"""`renkei replay RUN FINDING`: send the minimal failing exchange again and say whether the finding still stands."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.cli.manual import Attendant, is_attended
from renkei.cli.spawn import Assignment, ProcessWorker
from renkei.errors import ExitCode, RunFolderError
from renkei.events import FindingMade, TestFinished
from renkei.flow.contract import Bundle
from renkei.flow.finding import Finding
from renkei.flow.journey import MODEL
from renkei.flow.outcome import Outcome
from renkei.flow.plan import Case
from renkei.flow.requirement import Role
from renkei.journeyfile import story_of
from renkei.neutral import neutral
from renkei.pipeline import Job
from renkei.record import RunRecord, fold
from renkei.runlog import read_log
from renkei.wording import Wording

# How often it is said how far a replay is, in seconds.
EVERY = 10.0


@dataclass(slots=True, kw_only=True)
class Watch:
    """Says now and then on the standard error how far a replay is; ``steps`` are those of a sequence that is told (0: none)."""

    words: Catalogue
    steps: int = 0
    now: Callable[[], float] = time.monotonic
    _begun: float = field(init=False)
    _said: float = field(init=False)

    def __post_init__(self) -> None:
        self._begun = self._said = self.now()

    def far(self, done: int) -> None:
        """So many steps are done by now."""
        now = self.now()
        if now - self._said < EVERY:
            return
        self._said = now
        seconds = f"{now - self._begun:.0f}"
        if self.steps and not done:
            line = self.words.text("cli.replay-begins", seconds=seconds)
        elif self.steps:
            line = self.words.text("cli.replay-far", seconds=seconds, done=done, steps=self.steps)
        else:
            line = self.words.text("cli.replay-under-way", seconds=seconds)
        print(line, file=sys.stderr, flush=True)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("replay", help=words.text("cli.replay"))
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("finding", metavar="FINDING")
    parser.add_argument("--target", metavar="ID", help=words.text("cli.replay-target"))
    parser.add_argument("--plan", type=Path, metavar="PLAN", help=words.text("cli.replay-plan"))


def run(args: argparse.Namespace) -> int:
    """Replay one finding; exit 1 when it comes again, 0 when it does not, 3 when the target cannot be asked."""
    record = fold(read_log(args.run / "run.jsonl"))
    finding = _finding(record, args.finding)
    words = Catalogue(args.lang)
    plan_file = _plan_file(args, record)
    plan, bundle = wiring.open_plan(plan_file, profile=record.header.profile, seed=record.header.seed)
    target = args.target or finding.target
    # A finding of a pair is looked for between two: its requirement is judged again on the whole journey of that pair.
    # One of a life event is looked for by playing that event again.
    together = {Role.PAIR: plan.pairs, Role.JOURNEY: (plan.journeys,) if plan.journeys else ()}
    known = [item.id for item in together.get(Role(finding.role), plan.targets)]
    if target not in known:
        raise RunFolderError("replay-no-target", target=target, known=", ".join(known) or "-")
    case = Case(target=target, role=Role(finding.role), linkage=finding.linkage, requirement=finding.requirement)
    requirement = bundle.requirement(finding.breaks)
    print(
        words.text(
            "cli.replay-head", finding=finding.id, requirement=requirement.id, title=requirement.title(args.lang)
        )
    )
    print(words.text("cli.replay-clause", clause=requirement.clause))
    steps = _tell(finding, bundle, words)
    attended = is_attended(plan)
    with tempfile.TemporaryDirectory(prefix="renkei-replay-") as folder, _demo_vendor(args.run, target):
        assignment = Assignment(
            plan_file=plan_file,
            plan=plan,
            run=Path(folder),
            only=((case.key, finding.test),),
            replay=finding.example,
            far=Watch(words=words, steps=steps).far,
            attended=attended,
        )
        # What people did is asked of whoever is at the terminal now.
        with Attendant(Path(folder), words.language) if attended else contextlib.nullcontext():
            worker = ProcessWorker(assignment, Job(target=target, cases=(case,)))
            ends, again = _listen(worker)
            worker.ended()
        # What a life event was judged by is no single exchange: the story above says what was done.
        kept = again[0].evidence[:1] if again and case.role is not Role.JOURNEY else ()
        for digest in kept:
            _show(json.loads((Path(folder) / "evidence" / f"{digest}.json").read_text(encoding="utf-8")), words)
    return _say(finding, ends, again, Wording(bundle, args.lang))


@contextlib.contextmanager
def _demo_vendor(run_folder: Path, target: str) -> Iterator[None]:
    """For a run of `renkei demo`, start its mock vendor, or all of them, at the addresses that the plan names."""
    mark = run_folder / "demo.json"
    if not mark.is_file():
        yield
        return
    from renkei.cli.demotown import MODE, opened_again
    from renkei.cli.mockset import facade_options, start_vendor

    demo = json.loads(mark.read_text(encoding="utf-8"))
    if demo.get("mode") == MODE:
        with opened_again(run_folder, demo):
            yield
        return
    name = target.rpartition("-")[0]
    containers, extra = demo.get("mode") == "containers", facade_options(run_folder, name)
    vendor = start_vendor(
        name, run_folder, containers=containers, port=demo["ports"][name], extra=extra if demo.get("consumers") else ()
    )
    vendor.start()
    try:
        yield
    finally:
        vendor.stop()


def _plan_file(args: argparse.Namespace, record: RunRecord) -> Path:
    """The plan to replay with: named, lying in the run folder, or where it lay when the run was made."""
    for candidate in (args.plan, args.run / "plan.toml", Path(str(record.header.plan.get("file", "")))):
        if candidate is not None and candidate.is_file():
            return Path(candidate)
    raise RunFolderError("replay-no-plan", file=str(args.plan or record.header.plan.get("file", "plan.toml")))


def _listen(worker: ProcessWorker) -> tuple[list[TestFinished], list[Finding]]:
    ends: list[TestFinished] = []
    again: list[Finding] = []
    for event in worker.events():
        if isinstance(event, TestFinished):
            ends.append(event)
        elif isinstance(event, FindingMade):
            again.append(event.finding)
    return ends, again


def _finding(record: RunRecord, wanted: str) -> Finding:
    findings = {finding.id: finding for result in record.results for finding in result.findings}
    if wanted not in findings:
        raise RunFolderError("replay-no-finding", finding=wanted, known=", ".join(sorted(findings)) or "-")
    return findings[wanted]


def _tell(finding: Finding, bundle: Bundle, words: Catalogue) -> int:
    """Print the story that is played again: a life event, or the sequence that nobody had written down.

    How many steps a sequence has; 0 of anything else, whose steps are not told one by one.
    """
    told = story_of(finding.example, Path(f"{MODEL}.toml")) if finding.linkage == MODEL and finding.example else None
    stories = (told,) if told else [one for one in bundle.journeys if one.id == finding.linkage]
    for number, step in enumerate(stories[0].steps if stories and finding.role == Role.JOURNEY else (), 1):
        print(words.text("cli.run-found-step", number=number, sentence=neutral(step.text(words.language))))
    return len(told.steps) if told else 0


def _show(value: dict[str, Any], words: Catalogue) -> None:
    """Print one kept exchange: what was sent and what came back."""
    for side in ("request", "response"):
        part = value.get(side)
        if part:
            print(words.text(f"cli.replay-{side}"))
            line = f"{part.get('method', '')} {part.get('url', '')}" if side == "request" else str(part.get("status"))
            print("  " + neutral(line.strip()))
            for name, content in part.get("headers", ()):
                print(f"  {neutral(name)}: {neutral(content)}")
            print("  " + neutral(str(part.get("body", "")))[:2000])
    if "file" in value and "rows" in value:
        print(words.text("cli.replay-file", file=neutral(str(value["file"])), rows=value.get("rows")))


def _say(finding: Finding, ends: list[TestFinished], again: list[Finding], wording: Wording) -> int:
    words = wording.catalogue
    same = [item for item in again if (item.breaks, item.rule) == (finding.breaks, finding.rule)]
    if same:
        print(
            words.text(
                "cli.replay-again",
                expected=wording.value(same[0].expected),
                actual=wording.value(same[0].actual),
                where=wording.value(same[0].where) or "-",
            )
        )
        return ExitCode.DOES_NOT_CONFORM
    outcome = ends[0].outcome if ends else Outcome.HARNESS_ERROR
    print(
        words.text(
            "cli.replay-gone",
            outcome=words.text(f"outcomes.{outcome}"),
            reason=ends[0].reason if ends else "worker-died",
        )
    )
    if outcome is Outcome.PASSED:
        return ExitCode.CONFORMS
    if outcome is Outcome.FAILED:
        return ExitCode.DOES_NOT_CONFORM
    return ExitCode.BLOCKED if outcome is Outcome.BLOCKED else ExitCode.HARNESS
