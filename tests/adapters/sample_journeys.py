"""A small handmade run of life events with every state, its folder whole: log, evidence and verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sample_run import requirements

from renkei import events
from renkei.atomicfile import pretty, write_whole
from renkei.cli.wiring import load_bundle
from renkei.evidence import EvidenceStore
from renkei.flow.contract import Bundle
from renkei.flow.exchange import Exchange, Request, Response
from renkei.flow.finding import Finding
from renkei.flow.journey import JOURNEYS, Taken
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.requirement import Role
from renkei.record import RunRecord, fold
from renkei.runlog import RunLog, read_log
from renkei.verdicts import to_verdicts

AT = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
OFFICES = {"alpha-001": ("alpha", "001"), "gamma-024": ("gamma", "024"), "beta-019": ("beta", "019")}
# What each life event is called and what its second requirement comes to.
STORIES: dict[str, tuple[str, str, Outcome]] = {
    "tennyu": ("転入", "Moving in", Outcome.PASSED),
    "shien": ("支援措置", "Protection", Outcome.FAILED),
    "kazei": ("課税", "Taxes", Outcome.BLOCKED),
    "shobyo": ("就学", "School", Outcome.NOT_APPLICABLE),
}
PEOPLE = "001o006"


def bundle() -> Bundle:
    """This edition with two requirements of journeys of the sample's own."""
    first = replace(requirements()[0], role=Role.JOURNEY, linkages=())
    asked = (
        replace(first, id="JN-91", title_ja="一人が一人である", plain_ja="別の方の記録になります。"),
        replace(first, id="JN-92", title_ja="隠す住所が出ない", plain_ja="隠れている方の住所が知られます。"),
    )
    own = load_bundle()
    return replace(own, requirements=(*own.requirements, *asked), journeys=())


def steps(outcome: Outcome, digest: str, text: str = "") -> tuple[Taken, ...]:
    """The sentences of a story that ended so; ``text`` is what a vendor or a story brings in."""
    state = {Outcome.FAILED: "broken", Outcome.BLOCKED: "stopped"}.get(outcome, "done")
    first = Taken(
        ja=text or "住民記録の係が、届を受け付ける。",
        en=text or "The residents' desk accepts it.",
        act="move-in",
        targets=("alpha-001",),
        linkages=(PEOPLE,),
        told=(("alpha-001", "gamma-024", PEOPLE), ("alpha-001", "beta-019", PEOPLE)),
        assertions=6,
        evidence=(digest,),
        virtual_seconds=600.0,
        seconds=0.4,
    )
    second = Taken(
        ja=text or "十分以内に、受け取る業務が一人ずつ持つ。",
        en=text or "Within ten minutes every office holds each once.",
        requirements=("JN-91", "JN-92"),
        state=state,
        whose=("gamma-024",) if state == "broken" else (),
        assertions=9,
        by_hand=("beta-019",) if outcome is Outcome.PASSED else (),
        done_by=text or "山田 2026-11-22 18:04",
    )
    left = Taken(ja="一年たつ。", en="A year passes.", state="left" if state == "stopped" else "done")
    return (first, second, left)


def everything(store: EvidenceStore, text: str) -> Iterator[events.Event]:
    """Each life event with two requirements, the second of which ends as it is to."""
    request = Request(method="POST", url="https://127.0.0.1/001/stimulus", body="葛城".encode())
    digest = store.keep(Exchange(request=request, response=Response(status=200, headers=(), body=b"{}")))
    for name, (_, _, outcome) in STORIES.items():
        excluded = outcome is Outcome.NOT_APPLICABLE
        for number, requirement in enumerate(("JN-91", "JN-92")):
            planned = events.CasePlanned(
                case=f"{JOURNEYS}/journey/{name}/{requirement}",
                target=JOURNEYS,
                role="journey",
                linkage=name,
                requirement=requirement,
                level="必須",
                impact="leaks_data",
                excluded=str(outcome) if excluded else "",
                reason="journey-lacks-system" if excluded else "",
                detail="017" if excluded else "",
                tests=() if excluded else ("t",),
            )
            yield planned
            if not excluded:
                end = outcome if number or outcome is Outcome.BLOCKED else Outcome.PASSED
                yield from _judged(planned, end, digest, text, first=not number)


def _judged(
    planned: events.CasePlanned, outcome: Outcome, digest: str, text: str, *, first: bool
) -> Iterator[events.Event]:
    yield events.TestStarted(case=planned.case, test="t")
    if first:
        told = steps(STORIES[planned.linkage][2], digest, text)
        yield events.JourneyPlayed(
            case=planned.case,
            journey=planned.linkage,
            turn=1,
            steps=tuple(one.members() for one in told),
            assertions=15,
            virtual_seconds=600.0,
            seconds=0.6,
        )
    yield events.ExchangeSeen(case=planned.case, test="t", digest=digest, summary="POST /001/stimulus → 200", kept=True)
    failed = outcome is Outcome.FAILED
    if failed:
        finding = Finding(
            target=JOURNEYS,
            role="journey",
            linkage=planned.linkage,
            requirement=planned.requirement,
            rule="character-changed",
            expected=text or "住所を出さない",
            actual=text or "大手町１－２",
            where=text or "gamma-024 001o006",
            fault_of=FaultOf.CONSUMER,
            test="t",
            evidence=(digest,),
            replays="3/3",
            because="records-differ-from-file",
            whose=("gamma-024",),
        )
        yield events.FindingMade(case=planned.case, finding=finding)
    yield events.TestFinished(
        case=planned.case,
        test="t",
        outcome=outcome,
        reason="character-changed" if failed else "consumer-not-reached" if outcome is Outcome.BLOCKED else "",
        fault_of="consumer" if failed else "environment" if outcome is Outcome.BLOCKED else "",
        assertions=0 if outcome is Outcome.BLOCKED else 5,
        exchanges=1,
        seconds=0.2,
    )


def make(folder: Path, *, text: str = "", stories: tuple[str, ...] = tuple(STORIES)) -> RunRecord:
    """A run folder of these life events; ``text`` fills what vendors and stories bring in."""
    folder.mkdir(parents=True, exist_ok=True)
    header = events.RunStarted(
        run="R-0000000001",
        started=AT.isoformat(),
        plan={"name": "できごと", "municipality": "993018"},
        digests={"plan": "a" * 64, "contracts": "c" * 64, "suites": "d" * 64, "tool": "e" * 64},
        seed=7,
        profile="standard",
        edition=load_bundle().edition,
        language="ja",
        tool="renkei 0",
        targets=tuple(
            {"id": name, "vendor": text or vendor, "product": text or "住民", "version": "1", "system": system}
            for name, (vendor, system) in OFFICES.items()
        ),
        journeys=tuple(
            {
                "id": JOURNEYS,
                "journey": name,
                "title_ja": text or ja,
                "title_en": text or en,
                "systems": ["001", "024"],
                "targets": list(OFFICES),
            }
            for name, (ja, en, _) in STORIES.items()
            if name in stories
        ),
    )
    log = RunLog.create(folder / "run.jsonl", header, redact=lambda value: value)
    store = EvidenceStore(folder / "evidence", lambda value: value)
    for event in everything(store, text):
        named = getattr(event, "case", "//").split("/")[2]
        if named in stories:
            log.append(event)
    log.finish("finished", at=AT + dt.timedelta(minutes=4))
    record = fold(read_log(folder / "run.jsonl"))
    write_whole(folder / "verdicts.json", pretty(to_verdicts(record, bundle(), folder=str(folder))))
    return record


def rows(verdicts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The rows of life events by their id."""
    return {row["journey"]: row for row in verdicts["journeys"]}
