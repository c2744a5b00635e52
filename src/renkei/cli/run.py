"""`renkei run PLAN`: test every target, write the run folder, say the verdict by the exit code."""

from __future__ import annotations

import argparse
import functools
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from renkei.catalogue import Catalogue
from renkei.cli import runfolder, wiring
from renkei.errors import ExitCode, PlanError, UsageError
from renkei.events import Event, TargetProbed
from renkei.flow.contract import Bundle
from renkei.flow.journey import MODEL
from renkei.flow.plan import Plan, Planned, Profile, Target
from renkei.flow.requirement import Level
from renkei.flow.verdict import Verdict
from renkei.runlog import FINISHED
from renkei.verdicts import journey_state, sequences

if TYPE_CHECKING:
    from renkei.cli.progress import Progress
    from renkei.redaction import Redactor

EXIT = {
    Verdict.PASSED: ExitCode.CONFORMS,
    Verdict.FAILED: ExitCode.DOES_NOT_CONFORM,
    Verdict.INCONCLUSIVE: ExitCode.DOES_NOT_CONFORM,
    Verdict.NOT_RUN: ExitCode.DOES_NOT_CONFORM,
    Verdict.BLOCKED: ExitCode.BLOCKED,
    Verdict.HARNESS_ERROR: ExitCode.HARNESS,
}
# How a run ended that was told to stop, and the exit code that says so.
STOPPED = {"interrupted": ExitCode.INTERRUPTED, "terminated": ExitCode.TERMINATED}
MAX_WORKERS = 64
MAX_SEED = 2**63 - 1
# Requirements named behind a target; the page has all.
MAX_NAMED = 8


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("run", help=words.text("cli.run"))
    parser.add_argument("plan", type=Path, metavar="PLAN")
    parser.add_argument("--out", type=Path, metavar="DIR", help=words.text("cli.out"))
    parser.add_argument("--profile", choices=tuple(Profile), help=words.text("cli.profile"))
    parser.add_argument("--only", action="append", default=[], metavar="ID", help=words.text("cli.only"))
    parser.add_argument("--seed", type=int, metavar="N", help=words.text("cli.seed"))
    parser.add_argument("--workers", type=int, default=2, metavar="N", help=words.text("cli.workers"))
    parser.add_argument("--cache", type=Path, metavar="DIR", help=words.text("cli.cache"))
    parser.add_argument("--resume", action="store_true", help=words.text("cli.resume"))
    parser.add_argument("--by", default="", metavar="NAME", help=words.text("cli.by"))
    parser.add_argument("--no-report", action="store_true", help=words.text("cli.no-report"))


def run(args: argparse.Namespace) -> int:
    """Run the plan of the command line and print where everything lies."""
    words = Catalogue(args.lang)
    if args.resume and args.out is None:
        raise UsageError("resume-no-folder")
    if args.cache:
        from renkei.cli.corpora import keep_in

        keep_in(args.cache)
    folder = args.out or runfolder.default_folder(args.plan)
    resume = args.resume and not runfolder.unbegun(folder)
    before = runfolder.interrupted(folder) if resume else None
    only = frozenset(args.only) or (runfolder.selection(before) if before else frozenset())
    try:
        _in_range("--seed", args.seed, 0, MAX_SEED)
        _in_range("--workers", args.workers, 1, MAX_WORKERS)
        profile = args.profile or (before.profile if before else "")
        seed = before.seed if before and args.seed is None else args.seed
        plan, bundle = wiring.open_plan(args.plan, profile=profile, seed=seed)
        wiring.cases_of(plan, bundle, only)
        wiring.redactor_for(plan, bundle)
    except PlanError as error:
        if runfolder.note_refusal(folder, error, args.lang):
            print(words.text("cli.run-folder", folder=folder))
        raise
    order = Order(
        plan=plan,
        bundle=bundle,
        plan_file=args.plan,
        folder=folder,
        language=args.lang,
        only=only,
        workers=args.workers,
        report=not args.no_report,
        resume=resume,
        by=args.by,
    )
    verdicts = execute(order)
    for line in (*told(verdicts, words), *told_pairs(verdicts, words), *told_journeys(verdicts, words)):
        print(line)
    print(words.text("cli.run-folder", folder=folder))
    return exit_code(verdicts)


def told(verdicts: Mapping[str, Any], words: Catalogue) -> list[str]:
    """How many targets came to what, and for each that does not conform the requirements that it is because of."""
    paired = {row[side] for row in verdicts["pairs"] for side in ("provider", "consumer")}
    together = verdicts.get("journeys", ())
    targets = [one for one in verdicts["targets"] if one["results"] or not (together or one["id"] in paired)]
    comma = words.text("pages.comma")
    if not targets:
        return []
    counts = Counter(target["verdict"] for target in targets)
    shown = comma.join(
        f"{words.text(f'verdicts.{verdict}')} {counts[verdict]}" for verdict in Verdict if counts[verdict]
    )
    lines = [words.text("cli.run-verdicts", count=len(targets), verdicts=shown)]
    for target in targets:
        verdict = target["verdict"]
        if verdict == Verdict.PASSED:
            continue
        rows = [row for row in target["results"] if row["outcome"] == verdict and Level(row["level"]).required]
        names = list(dict.fromkeys(row["requirement"] for row in rows))
        more = [words.text("pages.values-more", count=len(names) - MAX_NAMED)] if len(names) > MAX_NAMED else []
        because = comma.join([*names[:MAX_NAMED], *more])
        told_verdict = words.text(f"verdicts.{verdict}")
        lines.append(words.text("cli.run-target", target=target["id"], verdict=told_verdict, because=because).rstrip())
    return lines


def told_pairs(verdicts: Mapping[str, Any], words: Catalogue) -> list[str]:
    """How many pairs came to what on their linkages, and for each that does not work whose turn it is and why."""
    pairs = verdicts["pairs"]
    if not pairs:
        return []
    counts = Counter(row["verdict"] for row in pairs)
    shown = words.text("pages.comma").join(
        f"{words.text(f'verdicts.{verdict}')} {counts[verdict]}" for verdict in Verdict if counts[verdict]
    )
    return [
        words.text("cli.run-pairs", count=len(pairs), verdicts=shown),
        *(
            words.text(
                "cli.run-pair",
                pair=row["id"],
                linkage=row["linkage"],
                verdict=words.text(f"verdicts.{row['verdict']}"),
                turn=words.choice("pair_parties", row["fault_of"]) if row["fault_of"] else "",
                why=row["why"],
            ).rstrip()
            for row in pairs
            if row["verdict"] != Verdict.PASSED
        ),
    ]


def told_journeys(verdicts: Mapping[str, Any], words: Catalogue) -> list[str]:
    """How many life events work, and for each that does not whose turn it is and why."""
    rows = verdicts.get("journeys", ())
    if not rows:
        return []
    counts = Counter(words.choice("journey_states", journey_state(row)) for row in rows)
    shown = words.text("pages.comma").join(f"{word} {count}" for word, count in counts.items())
    return [
        words.text("cli.run-journeys", count=len(rows), verdicts=shown),
        *(
            words.text(
                "cli.run-journey",
                title=row["title"],
                state=words.choice("journey_states", journey_state(row)),
                turn=words.text("pages.comma").join(row["whose"]),
                why=row["why"],
            ).rstrip()
            for row in rows
            if row["verdict"] != Verdict.PASSED
        ),
        *(line for row in rows if row["journey"] == MODEL and row["findings"] for line in _found(row, words)),
    ]


def _found(row: Mapping[str, Any], words: Catalogue) -> Iterator[str]:
    """The shortest sequences of events that nobody had written down, and how to see each again."""
    left = list(row["findings"])
    for sequence in sequences(row["steps"]):
        yield words.text("cli.run-found")
        for number, step in enumerate(sequence, 1):
            yield words.text("cli.run-found-step", number=number, sentence=step["text"])
        shown = [one for one in left if one.get("broken") in sequence[-1]["requirements"]][:1]
        for finding in shown:
            left.remove(finding)
            yield words.text("cli.run-found-replay", command=finding["replay"])


def _in_range(key: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise PlanError("plan-wrong-value", key=key, value=value, expected=f"{least} … {most}")


def exit_code(verdicts: Mapping[str, Any]) -> int:
    """The exit code of a run's verdicts; only a finished run can give 0."""
    if verdicts["state"] != FINISHED:
        return STOPPED.get(verdicts["state"], ExitCode.HARNESS)
    return EXIT[Verdict(verdicts["verdict"])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One run as it was asked for: what to test, where to write, in which language to tell of it."""

    plan: Plan
    bundle: Bundle
    plan_file: Path
    folder: Path
    language: str
    only: frozenset[str] = frozenset()
    workers: int = 2
    report: bool = True
    resume: bool = False
    by: str = ""


def execute(order: Order) -> dict[str, Any]:
    """Run the plan into the folder and write its outputs; gives the verdicts."""
    from renkei.cli.manual import Attendant, is_attended
    from renkei.cli.progress import Progress
    from renkei.cli.spawn import Assignment, ProcessWorker
    from renkei.pipeline import Runner, planned_events
    from renkei.probe import Prober

    plan, bundle, folder = order.plan, order.bundle, order.folder
    cases = wiring.cases_of(plan, bundle, order.only)
    planned = tuple(planned_events(cases, plan, bundle, wiring.suite_tests()))
    redactor = wiring.redactor_for(plan, bundle)
    header = runfolder.header_of(plan, bundle, order.plan_file, order.only)
    redactor.publish(header.digests.values())
    if order.resume and runfolder.untold(folder, header):
        with runfolder.held(folder):
            return _outputs(order, redactor, report=order.report)
    opened = (runfolder.resume if order.resume else runfolder.start)(folder, header, planned, redactor.value)

    def probe(target: Target) -> TargetProbed:
        tools = wiring.tools_for(target, bundle, redactor)
        try:
            return Prober(tools, bundle, plan.edition).probe(target)
        finally:
            tools.transport.close()

    told = Assignment(plan_file=order.plan_file, plan=plan, run=folder, learn=redactor.learn, learned=redactor.learned)
    told = replace(told, attended=is_attended(plan), resumed=order.resume)
    with Progress(planned, order.language, opened.done, bundle.journeys) as progress:
        runner = Runner(
            plan=plan,
            planned=planned,
            cases=cases,
            append=opened.log.append,
            probe=probe,
            spawn=functools.partial(ProcessWorker, replace(told, far=progress.far)),
            progress=progress.handle,
            workers=order.workers,
            done=opened.done,
        )
        with (
            _Signals(runner) as signals,
            Attendant(folder, order.language, by=order.by) if told.attended else nullcontext(),
        ):
            if plan.profile is Profile.CERTIFICATION:
                _controls(order, cases, opened, progress)
            runner.run()
    # Until everything is told nobody else may tell it, or move the folder aside.
    opened.log.finish(signals.state, hold=True)
    try:
        return _outputs(order, redactor, report=order.report and signals.state == FINISHED)
    finally:
        opened.log.close()


def _outputs(order: Order, redactor: Redactor, *, report: bool) -> dict[str, Any]:
    """Write what follows from the log, and look through all of it for secrets; the verdicts in the language of the caller."""
    from renkei.cli.outputs import write_outputs
    from renkei.cli.quarantine import second_look

    language, spoken = order.plan.language, order.language
    verdicts = write_outputs(order.folder, order.bundle, report=report, language=language, spoken=spoken)
    second_look(order.folder, redactor)
    return verdicts


def _controls(order: Order, cases: Sequence[Planned], opened: runfolder.Opened, progress: Progress) -> None:
    """Try the tests themselves before they judge anybody; a resumed run keeps the controls it has."""
    from renkei.cli.control import controls_of, judge_controls

    words = Catalogue(order.language)
    if order.bundle.foreign:
        _foreign_controls(order, cases, opened, progress.say)
        return
    controls = [one for one in controls_of(cases, order.plan) if not one.among(opened.controls)]
    if controls:
        progress.say(words.text("cli.controls", count=len(controls)))

    def emit(event: Event) -> None:
        opened.log.append(event)
        progress.handle(event)

    progress.trying(len(controls))
    judge_controls(controls, order.plan.seed, emit, order.workers)
    progress.trying(0)


def _foreign_controls(
    order: Order, cases: Sequence[Planned], opened: runfolder.Opened, say: Callable[[str], None]
) -> None:
    """The generic requirements on the sample servers, what boundary systems ask of their own on their mock."""
    from renkei.cli.boundarycontrol import boundary_controls, judge_boundary_controls
    from renkei.cli.foreigncontrol import judge_foreign_controls

    own = boundary_controls(cases, order.plan, order.bundle)
    asked = {requirement for control in own for requirement in control.requirements}
    left = [control for control in own if not control.among(opened.controls)]
    say(Catalogue(order.language).text("cli.controls", count=2 + len(left)))
    generic = [item for item in cases if item.case.requirement not in asked]
    if any(item.excluded is None for item in generic):
        judge_foreign_controls(generic, order.plan, opened.log.append, opened.controls)
    judge_boundary_controls(left, order.plan.seed, opened.log.append, order.workers)


class _Signals:
    """SIGINT and SIGTERM end the run soon and orderly; a second one ends it at once."""

    def __init__(self, runner: Any) -> None:
        self.state = FINISHED
        self._runner = runner
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Signals:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)
        return self

    def _handle(self, number: int, _frame: Any) -> None:
        signal.signal(number, signal.SIG_DFL)
        self.state = "terminated" if number == signal.SIGTERM else "interrupted"
        threading.Thread(target=self._runner.stop, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
