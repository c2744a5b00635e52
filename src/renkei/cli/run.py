"""`renkei run PLAN`: test every target, write the run folder, say the verdict by the exit code."""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import json
import shutil
import signal
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from renkei import __version__
from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.cli.outputs import write_outputs
from renkei.cli.progress import Progress
from renkei.cli.spawn import Assignment, ProcessWorker
from renkei.errors import ExitCode, PlanError, RunFolderError
from renkei.events import RunStarted, TargetProbed
from renkei.flow.contract import Bundle
from renkei.flow.exchange import content_id
from renkei.flow.plan import Plan, Profile, Target
from renkei.flow.verdict import Verdict
from renkei.pipeline import Job, Runner, planned_events
from renkei.runlog import RunLog

EXIT = {
    Verdict.PASSED: ExitCode.CONFORMS,
    Verdict.FAILED: ExitCode.DOES_NOT_CONFORM,
    Verdict.INCONCLUSIVE: ExitCode.DOES_NOT_CONFORM,
    Verdict.NOT_RUN: ExitCode.DOES_NOT_CONFORM,
    Verdict.BLOCKED: ExitCode.BLOCKED,
    Verdict.HARNESS_ERROR: ExitCode.HARNESS,
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("run", help=words.text("cli.run"))
    parser.add_argument("plan", type=Path, metavar="PLAN")
    parser.add_argument("--out", type=Path, metavar="DIR", help=words.text("cli.out"))
    parser.add_argument("--profile", choices=tuple(Profile), help=words.text("cli.profile"))
    parser.add_argument("--only", action="append", default=[], metavar="ID", help=words.text("cli.only"))
    parser.add_argument("--seed", type=int, metavar="N", help=words.text("cli.seed"))
    parser.add_argument("--workers", type=int, default=2, metavar="N", help=words.text("cli.workers"))
    parser.add_argument("--no-report", action="store_true", help=words.text("cli.no-report"))


def run(args: argparse.Namespace) -> int:
    """Run the plan of the command line and print where everything lies."""
    folder = args.out or default_folder(args.plan)
    try:
        plan, bundle = wiring.open_plan(args.plan, profile=args.profile or "", seed=args.seed)
    except PlanError as error:
        note_refusal(folder, error)
        raise
    verdicts = execute(
        plan=plan,
        bundle=bundle,
        plan_file=args.plan,
        folder=folder,
        only=frozenset(args.only),
        workers=args.workers,
        report=not args.no_report,
        language=args.lang,
    )
    print(Catalogue(args.lang).text("cli.run-folder", folder=folder))
    return exit_code(verdicts)


def default_folder(plan_file: Path) -> Path:
    """A new folder under reports/ named after the plan and the time."""
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
    return Path("reports") / f"{plan_file.stem}-{stamp}"


def note_refusal(folder: Path, error: PlanError) -> None:
    """Leave a run folder that says why nothing was run."""
    if (folder / "run.jsonl").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    refusal = {"schema": "renkei.refusal/1", "code": error.code, "values": {k: str(v) for k, v in error.values.items()}}
    (folder / "refused.json").write_text(json.dumps(refusal, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def exit_code(verdicts: Mapping[str, Any]) -> int:
    """The exit code of a run's verdicts; only a finished run can give 0."""
    if verdicts["state"] == "interrupted":
        return ExitCode.INTERRUPTED
    return EXIT[Verdict(verdicts["verdict"])]


def execute(
    *,
    plan: Plan,
    bundle: Bundle,
    plan_file: Path,
    folder: Path,
    only: frozenset[str],
    workers: int,
    report: bool,
    language: str,
) -> dict[str, Any]:
    """Run the plan into the folder and write its outputs; gives the verdicts."""
    from renkei.probe import Prober

    cases = wiring.cases_of(plan, bundle, only)
    planned = tuple(planned_events(cases, plan, bundle, wiring.suite_tests()))
    redactor = wiring.redactor_for(plan)
    _new_folder(folder)
    log = RunLog.create(folder / "run.jsonl", _header(plan, bundle, plan_file), redact=redactor.value)
    for event in planned:
        log.append(event)
    told = Assignment(plan_file=plan_file, plan=plan, run=folder)

    def probe(target: Target) -> TargetProbed:
        tools = wiring.tools_for(target, bundle, redactor)
        try:
            return Prober(tools, bundle, plan.edition).probe(target)
        finally:
            tools.transport.close()

    with Progress(planned, language) as progress:
        runner = Runner(
            plan=plan,
            planned=planned,
            cases=cases,
            append=log.append,
            probe=probe,
            spawn=functools.partial(_spawn, told),
            progress=progress.handle,
            workers=max(1, workers),
        )
        with _signals(runner):
            state = runner.run()
    log.finish(state)
    return write_outputs(folder, bundle, report=report, language=plan.language)


def _spawn(assignment: Assignment, job: Job) -> ProcessWorker:
    return ProcessWorker(assignment, job)


def _new_folder(folder: Path) -> None:
    if (folder / "run.jsonl").exists():
        raise RunFolderError("run-exists", folder=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "refused.json").unlink(missing_ok=True)
    if shutil.disk_usage(folder).free < 50_000_000:
        raise RunFolderError("disk-full", folder=str(folder))


def _header(plan: Plan, bundle: Bundle, plan_file: Path) -> RunStarted:
    digests = wiring.digests(plan, bundle)
    started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return RunStarted(
        run=content_id([started, digests, plan.seed])[:12],
        started=started,
        plan={"name": plan.name, "municipality": plan.municipality, "file": str(plan_file)},
        digests=digests,
        seed=plan.seed,
        profile=plan.profile,
        edition=bundle.edition,
        language=plan.language,
        tool=f"renkei {__version__}",
        targets=tuple(_target(target) for target in plan.targets),
    )


def _target(target: Target) -> dict[str, Any]:
    claims = target.claims
    return {
        "id": target.id,
        "vendor": target.vendor,
        "product": target.product,
        "version": target.version,
        "system": target.system,
        "claims": {"optional": list(claims.optional), "exempt": dict(claims.exempt), "edition": claims.edition},
        "waivers": [asdict(waiver) for waiver in claims.waivers],
    }


class _signals:  # noqa: N801 - reads as the statement it is: with _signals(runner)
    """SIGINT and SIGTERM end the run soon and orderly; a second one ends it at once."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)

    def _handle(self, number: int, _frame: Any) -> None:
        signal.signal(number, signal.SIG_DFL)
        threading.Thread(target=self._runner.stop, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
