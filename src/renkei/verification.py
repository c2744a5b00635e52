"""Verification: everything that a certificate binds is looked at again, and verdicts and decision are made again.

Nothing of a summary is believed: verdicts come from the run log, the decision from the verdicts. Needs no network, no
contracts and no suites, so certificates of any edition can be verified.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from renkei import evidence
from renkei.decisionfile import DECISION_NAME, again
from renkei.errors import CertificateError, RenkeiError
from renkei.events import Event, ExchangeSeen, FindingMade
from renkei.flow.certificate import FILES, JOURNEYS, ORIGINS, Certificate, summary, together
from renkei.flow.exchange import canonical, strict_json
from renkei.record import RunRecord, fold
from renkei.runlog import LOG_NAME, read_log
from renkei.verdicts import VERDICTS_NAME, facts, to_verdicts

MAX_BYTES = 256 * 1024 * 1024
# A certificate may come from a machine whose clock is a little ahead.
SKEW = dt.timedelta(hours=24)


class State(enum.StrEnum):
    """How a check ended."""

    OK = "ok"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: its name, how it ended, and for a failure the code and values of the diagnosis."""

    name: str
    state: State = State.OK
    code: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


# The checks of a run folder, in order.
FOLDER_CHECKS = ("run-log", "files", "origins", "evidence", "verdicts", "decision", "summary")


def check_time(certificate: Certificate, now: dt.datetime) -> Check:
    """Whether the certificate holds now."""

    def holds() -> None:
        if certificate.expires <= certificate.issued:
            raise CertificateError("certificate-time", issued=certificate.issued, expires=certificate.expires)
        if now >= certificate.expires:
            raise CertificateError("certificate-expired", expires=certificate.expires.isoformat())
        if now < certificate.issued - SKEW:
            raise CertificateError("certificate-not-yet", issued=certificate.issued.isoformat())

    return checked("time", holds)


def has_evidence(folder: Path) -> bool:
    """Whether anything that certificates bind lies in the folder."""
    return any((folder / name).exists() for name in FILES)


def check_folder(folder: Path, certificate: Certificate) -> tuple[Check, ...]:
    """Every check of a run folder against a certificate; one failure does not spare the others."""
    with evidence.Look(folder / evidence.EVIDENCE_NAME) as look:
        try:
            events = list(read_log(folder / LOG_NAME))
            record = fold(events)
            cited = cited_by(events)
        except (RenkeiError, ValueError) as error:
            first = _failed("run-log", error)
            rest = (Check(name=name, state=State.NOT_CHECKED) for name in FOLDER_CHECKS[1:])
            return (first, *rest)
        judge = _Folder(folder, certificate, record, cited, look)
        actions = (judge.files, judge.origins, judge.evidence, judge.verdicts, judge.decision, judge.summary)
        return (
            Check(name="run-log"),
            *(checked(name, action) for name, action in zip(FOLDER_CHECKS[1:], actions, strict=True)),
        )


def checked(name: str, action: Callable[[], None]) -> Check:
    """The check that an action stands for: it fails by raising."""
    try:
        action()
    except (RenkeiError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        # Files of a hostile folder may have any shape: each way of not fitting is a failed check.
        return _failed(name, error)
    return Check(name=name)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(read_bounded(path)).hexdigest()


def read_bounded(path: Path) -> bytes:
    """The bytes of a file; raises CertificateError when it is absent or beyond any honest size."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise CertificateError("file-missing", file=path.name) from error
    if len(data) > MAX_BYTES:
        raise CertificateError("file-too-large", file=path.name)
    return data


def cited_by(events: Iterable[Event]) -> frozenset[str]:
    """The evidence digests that a log says were kept."""
    events = tuple(events)
    seen = {event.digest for event in events if isinstance(event, ExchangeSeen) and event.kept}
    found = {digest for event in events if isinstance(event, FindingMade) for digest in event.finding.evidence}
    return frozenset(seen | found)


def _failed(name: str, error: BaseException) -> Check:
    if isinstance(error, RenkeiError):
        values = {key: str(value)[:300] for key, value in error.values.items()}
        return Check(name=name, state=State.FAILED, code=error.code, values=values)
    return Check(name=name, state=State.FAILED, code="file-damaged", values={"why": str(error)[:200]})


class _Folder:
    def __init__(
        self, folder: Path, certificate: Certificate, record: RunRecord, cited: frozenset[str], look: evidence.Look
    ) -> None:
        self._folder = folder
        self._look = look
        self._certificate = certificate
        self._record = record
        self._cited = cited

    def files(self) -> None:
        for name in (LOG_NAME, VERDICTS_NAME, DECISION_NAME):
            if file_digest(self._folder / name) != self._certificate.subjects[name]:
                raise CertificateError("file-differs", file=name)

    def origins(self) -> None:
        for name in ORIGINS:
            if self._record.header.digests.get(name) != self._certificate.subjects[name]:
                raise CertificateError("origin-differs", origin=name)

    def evidence(self) -> None:
        names = check_evidence(self._look, self._cited)
        if evidence.manifest(names) != self._certificate.subjects[evidence.EVIDENCE_NAME]:
            raise CertificateError("evidence-differs", files=str(len(names)))

    def verdicts(self) -> None:
        if canonical(facts(self._document(VERDICTS_NAME))) != canonical(facts(to_verdicts(self._record, None))):
            raise CertificateError("verdicts-differ", folder=str(self._folder))

    def decision(self) -> None:
        document = self._document(DECISION_NAME)
        decision = again(document, self._document(VERDICTS_NAME))
        targets = [summary(target) for target in decision.targets]
        written = [_untold(target) for target in document["targets"]]
        municipality = [_untold(document[JOURNEYS])] if JOURNEYS in document else []
        same = canonical(written) == canonical(targets) and canonical(municipality) == canonical(
            list(together(decision).values())
        )
        if not same or document["decision"] != decision.decision:
            raise CertificateError("decision-differs")

    def summary(self) -> None:
        predicate = self._certificate.predicate
        decision, verdicts = self._document(DECISION_NAME), self._document(VERDICTS_NAME)
        same = {name: decision[name] for name in ("decision", "grade", "profile", "proof")}
        same |= {name: verdicts[name] for name in ("run", "started", "ended", "tool", "edition", "seed", "language")}
        same |= {"policy": decision["policy"]["name"], "targets": [_untold(row) for row in decision["targets"]]}
        if JOURNEYS in decision or JOURNEYS in predicate:
            same[JOURNEYS] = _untold(decision[JOURNEYS])
        for name, value in same.items():
            if canonical(predicate[name]) != canonical(value):
                raise CertificateError("summary-differs", member=name)

    def _document(self, name: str) -> Any:
        return strict_json(read_bounded(self._folder / name))


def check_evidence(look: evidence.Look, cited: frozenset[str]) -> tuple[str, ...]:
    """The digests of an evidence folder after each file was checked and everything that the log cites was found."""
    names = evidence.names(look.folder)
    for digest in sorted(cited - set(names)):
        raise CertificateError("evidence-missing", digest=digest)
    look.check(names)
    return names


def _untold(target: Mapping[str, Any]) -> dict[str, Any]:
    """A target of ``decision.json`` without the sentences."""
    missing = [{name: value for name, value in item.items() if name != "text"} for item in target["missing"]]
    return {**target, "missing": missing}
