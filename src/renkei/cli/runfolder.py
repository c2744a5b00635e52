"""The folder of a run: made new, refused with the reason in it, or taken up again where a run was interrupted."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from renkei import __version__
from renkei.atomicfile import pretty
from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.cli.diagnosis import sentences
from renkei.errors import PlanError, RunFolderError
from renkei.events import CasePlanned, ControlJudged, RunFinished, RunStarted, TestFinished
from renkei.flow.contract import Bundle
from renkei.flow.exchange import content_id
from renkei.flow.plan import Plan, Target, stories_of
from renkei.runlock import RunLock
from renkei.runlog import FINISHED, LOCK_NAME, LOG_NAME, RunLog, read_partial, unwritten

REFUSED_NAME = "refused.json"
# The page that is written after everything else.
LAST_NAME = "index.html"
ROOM = 50_000_000
# The members of a header that a resumption must find as they were.
SAME = ("digests", "seed", "profile", "edition", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A log open for more, the (case, test) pairs and the (system, requirement, fault) controls already judged."""

    log: RunLog
    done: frozenset[tuple[str, str]] = frozenset()
    controls: frozenset[tuple[str, str, str]] = frozenset()


def default_folder(plan_file: Path) -> Path:
    """A new folder under reports/ named after the plan and the time."""
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
    return Path("reports") / f"{plan_file.stem}-{stamp}"


def note_refusal(folder: Path, error: PlanError, language: str) -> bool:
    """Leave a run folder that says why nothing was run; False where there is a run, or no room for a word."""
    if (folder / LOG_NAME).exists():
        return False
    refusal = {
        "schema": "renkei.refusal/1",
        "code": error.code,
        "values": {name: str(value) for name, value in error.values.items()},
        **sentences(error, Catalogue(language)),
    }
    with contextlib.suppress(OSError):  # the plan's mistake is told all the same
        folder.mkdir(parents=True, exist_ok=True)
        (folder / REFUSED_NAME).write_bytes(pretty(refusal))
        return True
    return False


def start(folder: Path, header: RunStarted, planned: Iterable[CasePlanned], redact: Callable[[Any], Any]) -> Opened:
    """A new run in a folder that holds none: header and plan are written."""
    try:
        if unbegun(folder):
            with held(folder):  # somebody alive may be about to write that line
                (folder / LOG_NAME).unlink()
        elif (folder / LOG_NAME).exists():
            raise RunFolderError("run-exists", folder=str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / REFUSED_NAME).unlink(missing_ok=True)
        room = shutil.disk_usage(folder).free
        log = RunLog.create(folder / LOG_NAME, header, redact=redact) if room >= ROOM else None
    except OSError as error:
        raise RunFolderError("folder-unusable", folder=str(folder), why=error.strerror or "") from error
    if log is None:
        raise RunFolderError("disk-full", folder=str(folder))
    for event in planned:
        log.append(event)
    return Opened(log=log)


def interrupted(folder: Path) -> RunStarted:
    """The header of the run to take up again; raises RunFolderError when there is none or it is damaged."""
    header = read_partial(folder / LOG_NAME).events[0]
    if not isinstance(header, RunStarted):
        raise RunFolderError("run-header", path=str(folder / LOG_NAME), line=1)
    return header


def selection(header: RunStarted) -> frozenset[str]:
    """What ``--only`` named when the run was started."""
    return frozenset(header.plan.get("only", ()))


def unbegun(folder: Path) -> bool:
    """Whether a run was cut off before the first line of its log was whole: nothing happened in it."""
    return (folder / LOG_NAME).is_file() and unwritten(folder / LOG_NAME)


def untold(folder: Path, header: RunStarted) -> bool:
    """Whether the run itself is over, and only the writing of what it amounts to was cut off."""
    last = read_partial(folder / LOG_NAME).events[-1]
    if not isinstance(last, RunFinished) or last.state != FINISHED or (folder / LAST_NAME).exists():
        return False
    _same(folder, header)
    return True


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder is this process's inside; raises RunFolderError when another one has it."""
    lock = RunLock(folder / LOCK_NAME)
    try:
        yield
    finally:
        lock.release()


def resume(folder: Path, header: RunStarted, planned: Iterable[CasePlanned], redact: Callable[[Any], Any]) -> Opened:
    """The interrupted run, if ``header`` is what it was started with; tests that were cut off are not done."""
    _same(folder, header)
    log, events = RunLog.resume(folder / LOG_NAME, redact=redact)
    known = {event.case for event in events if isinstance(event, CasePlanned)}
    for event in planned:
        if event.case not in known:
            log.append(event)
    return Opened(
        log=log,
        done=frozenset((e.case, e.test) for e in events if isinstance(e, TestFinished)),
        controls=frozenset((e.system, e.requirement, e.fault) for e in events if isinstance(e, ControlJudged)),
    )


def _same(folder: Path, header: RunStarted) -> None:
    """Refuse to go on with a run that was started with other contracts, suites, plan or tool."""
    before = interrupted(folder)
    differing = [name for name in SAME if getattr(before, name) != getattr(header, name)]
    if selection(before) != selection(header):
        differing.append("--only")
    if differing:
        raise RunFolderError("resume-differs", folder=str(folder), what=", ".join(differing))


def header_of(plan: Plan, bundle: Bundle, plan_file: Path, only: frozenset[str]) -> RunStarted:
    """The header of a run that starts now."""
    digests = wiring.digests(plan, bundle)
    started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return RunStarted(
        run=f"R-{content_id([started, digests, plan.seed])[:10]}",  # twelve digits would read as a 個人番号
        started=started,
        plan={
            "name": plan.name,
            "municipality": plan.municipality,
            "file": str(plan_file),
            **({"only": sorted(only)} if only else {}),
        },
        digests=digests,
        seed=plan.seed,
        profile=plan.profile,
        edition=bundle.edition,
        language=plan.language,
        tool=f"renkei {__version__}",
        targets=tuple(_target(target) for target in plan.targets),
        pairs=tuple({"id": one.id, "provider": one.provider, "consumer": one.consumer} for one in plan.pairs),
        journeys=_journeys(plan, bundle),
    )


def _journeys(plan: Plan, bundle: Bundle) -> tuple[dict[str, Any], ...]:
    """The life events of a plan: what they are called, and which of its targets take part."""
    if plan.journeys is None:
        return ()
    offices = {plan.target(name).system: name for name in plan.journeys.targets}
    return tuple(
        {
            "id": plan.journeys.id,
            "journey": story.id,
            "title_ja": story.title_ja,
            "title_en": story.title_en,
            "systems": list(story.systems),
            "targets": [offices[one] for one in (*story.systems, *story.seen_by) if one in offices],
        }
        for story in stories_of(bundle, plan.journeys)
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
