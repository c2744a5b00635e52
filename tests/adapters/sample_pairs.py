"""A small handmade run of pairs with every state, its folder whole: log, evidence and verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from renkei import events
from renkei.atomicfile import pretty, write_whole
from renkei.evidence import EvidenceStore
from renkei.flow.exchange import Exchange, Request, Response
from renkei.flow.finding import Finding
from renkei.flow.outcome import FaultOf, Outcome
from renkei.record import fold
from renkei.runlog import RunLog, read_log
from renkei.verdicts import to_verdicts

PEOPLE, PROTECTED, NUMBERING = "001o006", "001o009", "jutogaishaatenabangofuban"
AT = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
# (provider's vendor, consumer's vendor, linkage): how its second case ends, and whose fault it is
ENDINGS: dict[tuple[str, str, str], tuple[Outcome, str, str]] = {
    ("beta", "alpha", PEOPLE): (Outcome.FAILED, "provider", "file-broke-contract"),
    ("alpha", "beta", PEOPLE): (Outcome.FAILED, "consumer", "records-differ-from-file"),
    ("beta", "beta", PEOPLE): (Outcome.INCONCLUSIVE, "undecidable", "provider-says-unavailable"),
    ("gamma", "alpha", PEOPLE): (Outcome.BLOCKED, "environment", "provider-not-reached"),
    ("alpha", "gamma", PEOPLE): (Outcome.AMBIGUOUS, "", ""),
    ("beta", "alpha", PROTECTED): (Outcome.WAIVED, "provider", "file-broke-contract"),
}
EXEMPT = {("gamma", "gamma", PEOPLE), ("alpha", "alpha", PROTECTED)}
LEFT_OUT = {("gamma", "beta", PROTECTED)}


def targets(vendors: tuple[str, ...], text: str) -> tuple[dict[str, Any], ...]:
    """Every vendor as provider (001, 031) and consumer (010)."""
    return tuple(
        {
            "id": f"{each}-{system}",
            "vendor": text or each,
            "product": text or "総合住民情報",
            "version": "3.2",
            "system": system,
        }
        for each in vendors
        for system in ("001", "031", "010")
    )


def case(pair: str, linkage: str, requirement: str, excluded: str = "") -> events.CasePlanned:
    """One case of a pair."""
    return events.CasePlanned(
        case=f"{pair}/pair/{linkage}/{requirement}",
        target=pair,
        role="pair",
        linkage=linkage,
        requirement=requirement,
        level="必須",
        impact="corrupts_data",
        excluded=excluded,
        reason="in-package" if excluded else "",
        tests=() if excluded else ("t",),
        waiver="",
    )


def played(
    store: EvidenceStore, planned: events.CasePlanned, end: tuple[Outcome, str, str], text: str
) -> Iterator[events.Event]:
    """Everything that happens on a case that ends so."""
    outcome, party, because = end
    waived = outcome is Outcome.WAIVED
    if waived:
        planned = events.CasePlanned(
            **{**_members(planned), "waiver": "係: 理由 (https://example.invalid/1, 2027-03-31)"}
        )
    yield planned
    if planned.excluded:
        return
    yield events.TestStarted(case=planned.case, test="t")
    request = Request(method="POST", url=f"https://127.0.0.1/{planned.case}", body="葛城".encode())
    digest = store.keep(Exchange(request=request, response=Response(status=200, headers=(), body=b"{}")))
    yield events.ExchangeSeen(case=planned.case, test="t", digest=digest, summary="POST / → 200", kept=True)
    if outcome in (Outcome.FAILED, Outcome.WAIVED):
        finding = Finding(
            target=planned.target,
            role="pair",
            linkage=planned.linkage,
            requirement=planned.requirement,
            rule="character-changed",
            expected=text or "辻\U000e0100",
            actual=text or "辻",
            where=text or "shimei",
            fault_of=FaultOf(party),
            test="t",
            evidence=(digest,),
            replays="3/3",
            because=because,
        )
        yield events.FindingMade(case=planned.case, finding=finding)
    if outcome is Outcome.AMBIGUOUS:
        yield events.Observed(case=planned.case, test="t", ambiguity="C11", value="二つの番号")
    yield events.TestFinished(
        case=planned.case,
        test="t",
        outcome=Outcome.FAILED if waived else outcome,
        reason=because,
        fault_of=party,
        assertions=1,
        exchanges=1,
    )


def _members(planned: events.CasePlanned) -> dict[str, Any]:
    return {name: getattr(planned, name) for name in planned.__slots__}


def make(
    folder: Path,
    *,
    vendors: tuple[str, ...] = ("alpha", "beta", "gamma"),
    run: str = "R-0000000001",
    text: str = "",
    edition: str = "2.1",
    at: dt.datetime = AT,
    finish: str = "finished",
    endings: dict[tuple[str, str, str], tuple[Outcome, str, str]] | None = None,
) -> Path:
    """A run folder of every provider with every consumer on three linkages; ``text`` fills what vendors bring in."""
    folder.mkdir(parents=True)
    combinations = [
        (provider, consumer, linkage)
        for provider in vendors
        for consumer in vendors
        for linkage in (PEOPLE, PROTECTED, NUMBERING)
        if (provider, consumer, linkage) not in LEFT_OUT
    ]
    pairs = {named["id"]: named for named in (_pair(*one) for one in combinations)}
    header = events.RunStarted(
        run=run,
        started=at.isoformat(),
        plan={"name": "組合せ試験", "municipality": "993018"},
        digests={"plan": "a" * 64, "contracts": "c" * 64, "suites": "d" * 64, "tool": "e" * 64},
        seed=7,
        profile="standard",
        edition=edition,
        language="ja",
        tool="renkei 0",
        targets=targets(vendors, text),
        pairs=tuple(pairs.values()),
    )
    log = RunLog.create(folder / "run.jsonl", header, redact=lambda value: value)
    store = EvidenceStore(folder / "evidence", lambda value: value)
    for event in everything(store, vendors, combinations, ENDINGS if endings is None else endings, text):
        log.append(event)
    log.finish(finish, at=at + dt.timedelta(minutes=4))
    record = fold(read_log(folder / "run.jsonl"))
    write_whole(folder / "verdicts.json", pretty(_worded(record, folder)))
    write_whole(folder / "index.html", b"<!doctype html><title>run</title>")
    return folder


def everything(
    store: EvidenceStore,
    vendors: tuple[str, ...],
    combinations: list[tuple[str, str, str]],
    known: dict[tuple[str, str, str], tuple[Outcome, str, str]],
    text: str,
) -> Iterator[events.Event]:
    """Each vendor alone on one case, then every combination on two, of which the second ends as it is to."""
    passed = (Outcome.PASSED, "", "")
    for vendor in vendors:
        alone = _members(case(f"{vendor}-001", PEOPLE, "FL-01"))
        changed = {"role": "provider", "case": str(alone["case"]).replace("/pair/", "/provider/")}
        yield from played(store, events.CasePlanned(**{**alone, **changed}), passed, "")
    for one in combinations:
        for number in (1, 2):
            end = known.get(one, passed)
            end = end if number == 2 or end[0] is Outcome.BLOCKED else passed
            planned = case(_pair(*one)["id"], one[2], f"PR-{number:02}", "exempt" if one in EXEMPT else "")
            yield from played(store, planned, end, text)


def _pair(provider: str, consumer: str, linkage: str) -> dict[str, str]:
    giving, taking = f"{provider}-{'031' if linkage == NUMBERING else '001'}", f"{consumer}-010"
    return {"id": f"{giving}~{taking}", "provider": giving, "consumer": taking}


def _worded(record: Any, folder: Path) -> dict[str, Any]:
    from renkei.cli.wiring import load_bundle

    return to_verdicts(record, load_bundle(), folder=str(folder))
