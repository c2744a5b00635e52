"""Certification: a finished run folder becomes a decision and the statement that is signed, or is refused by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renkei import evidence
from renkei.atomicfile import pretty
from renkei.decisionfile import DECISION_NAME, to_json, unplanned
from renkei.errors import RunFolderError, TargetBlocked
from renkei.flow.certificate import ORIGINS, Issuer, statement
from renkei.flow.contract import Bundle
from renkei.flow.decision import Policy, Proof, RunDecision, alone, decide
from renkei.flow.exchange import canonical, strict_json
from renkei.flow.verdict import Verdict
from renkei.record import RunRecord, fold
from renkei.runlog import FINISHED, LOG_NAME, read_log
from renkei.tables.transition import ended
from renkei.verdicts import VERDICTS_NAME, folder_of, to_verdicts
from renkei.verification import check_evidence, cited_by, file_digest, read_bounded

CERTIFICATE_NAME = "certificate.json"
JAPAN = dt.timezone(dt.timedelta(hours=9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A run folder in which everything fits: its record, its verdicts, and the digests of its files and origins."""

    record: RunRecord
    verdicts: Mapping[str, Any]
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is written: the bytes of ``decision.json`` and the payload to be signed."""

    decision: RunDecision
    decision_file: bytes
    payload: bytes
    statement: Mapping[str, Any]


def examine(folder: Path, bundle: Bundle, contracts: str) -> Examined:
    """Look at a run folder as its later verifiers will; ``contracts`` is the digest of the bundle.

    Raises RunFolderError for a truncated, damaged, interrupted or foreign run and for verdicts that do not follow
    from the log, TargetBlocked when no target could be judged.
    """
    with evidence.Look(folder / evidence.EVIDENCE_NAME) as look:
        return _examined(folder, bundle, contracts, look)


def _examined(folder: Path, bundle: Bundle, contracts: str, look: evidence.Look) -> Examined:
    events = list(read_log(folder / LOG_NAME))
    try:
        record = fold(events)
    except ValueError as error:
        raise RunFolderError("run-damaged", path=str(folder), line=0, why=str(error)[:200]) from error
    if record.footer is None or record.footer.state != FINISHED:
        raise RunFolderError("run-interrupted", folder=str(folder), state=record.footer.state if record.footer else "")
    absent = [name for name in ORIGINS if not record.header.digests.get(name)]
    if absent:
        raise RunFolderError("run-without-origin", folder=str(folder), origin=", ".join(absent))
    if record.header.digests["contracts"] != contracts:
        raise RunFolderError("run-other-contracts", folder=str(folder), edition=record.header.edition)
    verdicts = _verdicts(folder, record, bundle)
    judged = [subject["verdict"] for subject in (*alone(verdicts), *verdicts.get("journeys", ()))]
    if all(verdict == Verdict.BLOCKED for verdict in judged):
        raise TargetBlocked("run-blocked", folder=str(folder))
    names = check_evidence(look, cited_by(events))
    digests = {
        LOG_NAME: file_digest(folder / LOG_NAME),
        VERDICTS_NAME: file_digest(folder / VERDICTS_NAME),
        evidence.EVIDENCE_NAME: evidence.manifest(names),
        **{name: record.header.digests[name] for name in ORIGINS},
    }
    return Examined(record=record, verdicts=verdicts, digests=digests)


def _verdicts(folder: Path, record: RunRecord, bundle: Bundle) -> dict[str, Any]:
    """The verdicts of the folder, which must be those that the log gives, sentences included."""
    path = folder / VERDICTS_NAME
    if not path.is_file():
        raise RunFolderError("verdicts-missing", folder=str(folder))
    data = read_bounded(path)
    expected = to_verdicts(record, bundle, folder=str(folder))
    if pretty(expected) == data:  # as it was written, and where: nothing more to compare
        return expected
    try:
        written = strict_json(data)
        expected = to_verdicts(record, bundle, folder=folder_of(written))
        same = canonical(written) == canonical(expected)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise RunFolderError("verdicts-damaged", folder=str(folder), why=str(error)[:200]) from error
    if not same:
        raise RunFolderError("verdicts-differ", folder=str(folder), tool=record.header.tool)
    return written  # type: ignore[no-any-return]  # equal to a dict


def draft(
    examined: Examined, bundle: Bundle, policy: Policy, proof: Proof, *, issuer: Issuer, issued: dt.datetime
) -> Draft:
    """The decision about an examined run and the statement that a certificate signs."""
    until = _until(bundle, issued)
    gaps = unplanned(examined.verdicts, bundle)
    decision = decide(examined.verdicts, policy, proof, gaps)
    document = to_json(decision, policy, proof, gaps, examined.record.header.language)
    decision_file = pretty(document)
    made = statement(
        decision=decision,
        verdicts=examined.verdicts,
        digests={**examined.digests, DECISION_NAME: evidence.digest_of(decision_file)},
        proof=document["proof"],
        policy=policy.name,
        issuer=issuer,
        issued=issued,
        expires=min(filter(None, (issued + dt.timedelta(days=policy.valid_days[decision.grade]), until))),
    )
    return Draft(decision=decision, decision_file=decision_file, payload=canonical(made), statement=made)


def _until(bundle: Bundle, issued: dt.datetime) -> dt.datetime | None:
    """How long a certificate of this edition may hold: of a replaced one, not longer than it is accepted."""
    if bundle.newer is None:
        return None
    today = issued.astimezone(JAPAN).date()
    if ended(bundle.newer, today):
        raise RunFolderError(
            "run-edition-ended",
            edition=bundle.edition,
            newer=bundle.newer.edition,
            until=bundle.newer.until or "–",
        )
    last = dt.date.fromisoformat(bundle.newer.until)
    return dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=JAPAN)
