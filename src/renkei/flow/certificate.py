"""Certificates: an in-toto statement that binds a decision to the digests of everything it was made from.

The statement says who was judged, by which edition, how deep, with what result, and at equal length what it does not
cover. It is plain JSON (in-toto Statement v1); signing it is the business of an adapter.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from renkei.flow.decision import Decision, JourneysDecision, RunDecision, TargetDecision
from renkei.flow.exchange import content_id

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:renkei:certificate:1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
DEMO = "DEMO-"

# What every certificate is bound to: files of the run folder, and what the run's header was bound to.
FILES = ("run.jsonl", "verdicts.json", "decision.json", "evidence")
ORIGINS = ("plan", "contracts", "suites", "tool")

# The result in the words of the in-toto test-result predicate.
RESULTS = {Decision.CERTIFIED: "PASSED", Decision.CONDITIONAL: "WARNED", Decision.NOT_CERTIFIED: "FAILED"}

_HEX = re.compile(r"[0-9a-f]{64}")
_TARGET = {
    "id": str,
    "vendor": str,
    "product": str,
    "version": str,
    "system": str,
    "verdict": str,
    "decision": str,
    "grade": str,
    "counts": dict,
    "missing": list,
    "not_covered": list,
}
# Of a run with life events: the municipality as a whole. Certificates of other runs do not have it.
JOURNEYS = "journeys"
_JOURNEYS = {
    "id": str,
    "targets": list,
    "verdict": str,
    "decision": str,
    "grade": str,
    "events": dict,
    "counts": dict,
    "missing": list,
    "not_covered": list,
}
_PREDICATE = {
    "serial": str,
    "issued": str,
    "expires": str,
    "issuer": dict,
    "run": str,
    "started": str,
    "ended": str,
    "tool": str,
    "edition": str,
    "profile": str,
    "grade": str,
    "seed": int,
    "language": str,
    "decision": str,
    "result": str,
    "policy": str,
    "proof": dict,
    "targets": list,
    "revocation": dict,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who signs: the key's id, and whether it is a demonstration key that nobody may trust."""

    keyid: str

    @property
    def demo(self) -> bool:
        """Whether the key is a demonstration key."""
        return self.keyid.startswith(DEMO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A statement after its shape was checked: digests by subject name, and the predicate."""

    subjects: Mapping[str, str]
    issued: dt.datetime
    expires: dt.datetime
    predicate: Mapping[str, Any]


def summary(target: TargetDecision) -> dict[str, Any]:
    """One target in a certificate: result, counts by outcome, what is missing and what is not covered."""
    named = {name: getattr(target, name) for name in ("id", "vendor", "product", "version", "system")}
    return {**named, **_judged(target)}


def together(decision: RunDecision) -> dict[str, Any]:
    """The life events in a certificate, under their own name; nothing of a run without any."""
    journeys = decision.journeys
    if journeys is None:
        return {}
    events = {name: verdict.value for name, verdict in journeys.events.items()}
    return {JOURNEYS: {"id": journeys.id, "targets": list(journeys.targets), "events": events, **_judged(journeys)}}


def _judged(subject: TargetDecision | JourneysDecision) -> dict[str, Any]:
    return {
        "verdict": subject.verdict.value,
        "decision": subject.decision.value,
        "grade": subject.grade.value,
        "counts": dict(subject.counts),
        "missing": [{**asdict(item), "allows": item.allows.value} for item in subject.missing],
        "not_covered": [asdict(item) for item in subject.not_covered],
    }


def statement(
    *,
    decision: RunDecision,
    verdicts: Mapping[str, Any],
    digests: Mapping[str, str],
    proof: Mapping[str, Any],
    policy: str,
    issuer: Issuer,
    issued: dt.datetime,
    expires: dt.datetime,
) -> dict[str, Any]:
    """The statement about a run; ``digests`` has every name of ``FILES`` and ``ORIGINS``."""
    subject = [{"name": name, "digest": {"sha256": digests[name]}} for name in (*FILES, *ORIGINS)]
    moment = issued.astimezone(dt.UTC).replace(microsecond=0)
    predicate: dict[str, Any] = {
        "issued": moment.isoformat(),
        "expires": expires.astimezone(dt.UTC).replace(microsecond=0).isoformat(),
        "issuer": {"keyid": issuer.keyid, "demo": issuer.demo},
        **{name: verdicts[name] for name in ("run", "started", "ended", "tool", "edition", "seed", "language")},
        "profile": decision.profile.value,
        "grade": decision.grade.value,
        "decision": decision.decision.value,
        "result": RESULTS[decision.decision],
        "policy": policy,
        "proof": dict(proof),
        "targets": [summary(target) for target in decision.targets],
        **together(decision),
    }
    serial = f"RK-{content_id([subject, predicate])[:20]}"
    predicate.update(serial=serial, revocation={"serial": serial})
    return {"_type": STATEMENT_TYPE, "subject": subject, "predicateType": PREDICATE_TYPE, "predicate": predicate}


def parse(value: Any) -> Certificate:
    """The certificate of a statement; raises ValueError for unknown, missing or odd members."""
    _members(value, {"_type": str, "subject": list, "predicateType": str, "predicate": dict}, "statement")
    if (value["_type"], value["predicateType"]) != (STATEMENT_TYPE, PREDICATE_TYPE):
        raise ValueError(f"statement of type {value['predicateType']!r}")
    predicate = value["predicate"]
    _members(predicate, _PREDICATE | ({JOURNEYS: dict} if JOURNEYS in predicate else {}), "predicate")
    _members(predicate["issuer"], {"keyid": str, "demo": bool}, "issuer")
    for target in predicate["targets"]:
        _members(target, _TARGET, "target")
    if JOURNEYS in predicate:
        _members(predicate[JOURNEYS], _JOURNEYS, JOURNEYS)
    if predicate["issuer"]["demo"] != Issuer(keyid=predicate["issuer"]["keyid"]).demo:
        raise ValueError("demo mark and key id disagree")
    if predicate["result"] != RESULTS[Decision(predicate["decision"])]:
        raise ValueError("result and decision disagree")
    unnumbered = {name: item for name, item in predicate.items() if name not in ("serial", "revocation")}
    if predicate["serial"] != f"RK-{content_id([value['subject'], unnumbered])[:20]}":
        raise ValueError("serial and content disagree")
    return Certificate(
        subjects=_subjects(value["subject"]),
        issued=_moment(predicate["issued"]),
        expires=_moment(predicate["expires"]),
        predicate=predicate,
    )


def _members(value: Any, known: Mapping[str, type], what: str) -> None:
    if not isinstance(value, dict) or value.keys() != known.keys():
        raise ValueError(f"{what}: members are not {', '.join(known)}")
    for name, kind in known.items():
        if not isinstance(value[name], kind) or (kind is int and isinstance(value[name], bool)):
            raise ValueError(f"{what}: {name} is not {kind.__name__}")


def _subjects(rows: list[Any]) -> dict[str, str]:
    digests: dict[str, str] = {}
    for row in rows:
        _members(row, {"name": str, "digest": dict}, "subject")
        _members(row["digest"], {"sha256": str}, "digest")
        if not _HEX.fullmatch(row["digest"]["sha256"]):
            raise ValueError("digest: not SHA-256")
        digests[row["name"]] = row["digest"]["sha256"]
    if tuple(row["name"] for row in rows) != (*FILES, *ORIGINS):
        raise ValueError("subject: not the files and origins of a run")
    return digests


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("time without zone")
    return moment
