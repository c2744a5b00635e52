"""Makes small run folders: a two-target edition, a run with every kind of outcome, and its verdicts."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from renkei import events
from renkei.atomicfile import pretty, write_whole
from renkei.evidence import EvidenceStore
from renkei.flow.contract import Bundle, Linkage, System
from renkei.flow.exchange import Exchange, Request, Response
from renkei.flow.finding import Finding
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.requirement import Basis, Impact, Level, Requirement, Role, Transport
from renkei.record import RunRecord, fold
from renkei.runlog import RunLog, read_log
from renkei.verdicts import to_verdicts

AT = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
CONTRACTS = "c" * 64
LINKAGES = ("fuban", "shokai")


def requirement(id_: str, level: Level = Level.REQUIRED) -> Requirement:
    """A requirement on every REST linkage."""
    return Requirement(
        id=id_,
        title_ja=f"{id_} の題",
        title_en=f"Title of {id_}",
        text_ja="",
        text_en="",
        plain_ja=f"{id_} は大切です。",
        plain_en=f"{id_} matters.",
        level=level,
        impact=Impact.BLOCKS,
        role=Role.PROVIDER,
        applies=Transport.REST,
        linkages=(),
        option="",
        clause="§1",
        basis=Basis.SOURCED,
        ambiguities=(),
        rules=(),
    )


def bundle(count: int = 3) -> Bundle:
    """An edition with two REST linkages, ``count`` mandatory requirements and one recommended one."""
    linkages = tuple(
        Linkage(id=name, name_ja=name, name_en=name, system="031", consumers=(), transport=Transport.REST)
        for name in LINKAGES
    )
    return Bundle(
        edition="2.1",
        title_ja="",
        title_en="",
        systems=(System(id="031", romaji="x", name_ja="x", name_en="x", linkages=linkages, items=(), document={}),),
        requirements=(*(requirement(f"SC-{n:02}") for n in range(count)), requirement("FD-01", Level.RECOMMENDED)),
        ambiguities=(),
        codes={},
        file_profile={},
        auth_document={},
        digests={},
    )


def header(profile: str = "standard", targets: Iterable[str] = ("alpha-031",)) -> events.RunStarted:
    """The header of a run."""
    return events.RunStarted(
        run="run-1",
        started=AT.isoformat(),
        plan={"name": "demo"},
        digests={"plan": "a" * 64, "contracts": CONTRACTS, "suites": "d" * 64, "tool": "e" * 64},
        seed=7,
        profile=profile,
        edition="2.1",
        language="ja",
        tool="renkei 0",
        targets=tuple(
            {"id": name, "vendor": name.partition("-")[0], "product": "P", "version": "1", "system": "031"}
            for name in targets
        ),
    )


def case_events(
    store: EvidenceStore, target: str, linkage: str, asked: Requirement, outcome: Outcome
) -> Iterable[events.Event]:
    """Everything that happens on one case that ends in the given outcome."""
    key = f"{target}/provider/{linkage}/{asked.id}"
    declared = outcome in (Outcome.EXEMPT, Outcome.NOT_CLAIMED, Outcome.NOT_APPLICABLE)
    yield events.CasePlanned(
        case=key,
        target=target,
        role="provider",
        linkage=linkage,
        requirement=asked.id,
        level=asked.level,
        impact=asked.impact,
        excluded=outcome if declared else "",
        reason="in-package" if declared else "",
        tests=() if declared else ("t",),
    )
    if declared or outcome is Outcome.NOT_RUN:
        return
    yield events.TestStarted(case=key, test="t")
    request = Request(method="POST", url=f"https://127.0.0.1/{key}", body="葛城".encode())
    digest = store.keep(Exchange(request=request, response=Response(status=200, headers=(), body=b"{}")))
    yield events.ExchangeSeen(case=key, test="t", digest=digest, summary="POST / → 200", kept=True)
    if outcome is Outcome.FAILED:
        yield events.FindingMade(
            case=key,
            finding=Finding(
                target=target,
                role="provider",
                linkage=linkage,
                requirement=asked.id,
                rule="wrong-status",
                expected="200",
                actual="500 \x1b[31m",
                where="status",
                fault_of=FaultOf.PROVIDER,
                test="t",
                evidence=(digest,),
                replays="3/3",
            ),
        )
    yield events.TestFinished(
        case=key,
        test="t",
        outcome=outcome,
        reason="" if outcome is Outcome.PASSED else "no-answer",
        assertions=1,
        exchanges=1,
    )


def make(
    folder: Path,
    *outcomes: Outcome,
    profile: str = "standard",
    edition: Bundle | None = None,
    targets: tuple[str, ...] = ("alpha-031",),
    finish: str = "finished",
    planned: int | None = None,
) -> RunRecord:
    """A run folder whose cases end in the given outcomes, then in passes; with log, evidence and verdicts."""
    asked = edition or bundle()
    folder.mkdir(parents=True)
    store = EvidenceStore(folder / "evidence", lambda value: value)
    log = RunLog.create(folder / "run.jsonl", header(profile, targets), redact=lambda value: value)
    for target in targets:
        rest = itertools.chain(outcomes, itertools.repeat(Outcome.PASSED))
        cases = list(itertools.product(LINKAGES, asked.requirements))
        for (linkage, each), outcome in zip(cases[:planned], rest, strict=False):
            for event in case_events(store, target, linkage, each, outcome):
                log.append(event)
    log.finish(finish, at=AT)
    record = fold(read_log(folder / "run.jsonl"))
    write_whole(folder / "verdicts.json", pretty(to_verdicts(record, asked, folder=str(folder))))
    return record


def result(**members: Any) -> dict[str, Any]:
    """One result row of a verdicts document."""
    row = {
        "role": "provider",
        "linkage": "fuban",
        "requirement": "SC-01",
        "level": "必須",
        "impact": "blocks_exchange",
        "outcome": "passed",
        "reason_code": "",
        "detail": "",
    }
    return row | members


def verdicts(*rows: dict[str, Any], profile: str = "standard", finished: bool = True) -> dict[str, Any]:
    """A verdicts document about one target."""
    target = {
        "id": "alpha-031",
        "vendor": "alpha",
        "product": "P",
        "version": "1",
        "system": "031",
        "results": list(rows),
    }
    return {
        "run": "run-1",
        "edition": "2.1",
        "profile": profile,
        "finished": finished,
        "state": "finished" if finished else "interrupted",
        "targets": [target],
    }


def without_footer(record: RunRecord) -> RunRecord:
    """The record of the same run, cut before its end."""
    return replace(record, footer=None)
