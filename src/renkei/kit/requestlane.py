"""The fast lane of a foreign document: a corpus of whole requests replayed on one operation, every answer looked at once.

What looks wrong is a suspect, not a finding: it is sent again alone and judged as the deep lane judges.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from renkei.errors import HarnessError
from renkei.flow.exchange import Exchange, Request, content_id, strict_json
from renkei.flow.plan import Profile
from renkei.flow.scenario import REQUEST_SIZES
from renkei.foreign.wire import Wire
from renkei.kit.corpus import KNOWN as SLOT
from renkei.kit.corpus import Corpus, Entry, Key, assembled, kept, record
from renkei.kit.described import JUDGES, MISSING, REFUSED, SERVER_FAULT, has_body
from renkei.kit.endpoint import KNOWN, Endpoint, Sent, sent_of
from renkei.kit.generate.request import BROKEN, VALID, RequestMaker
from renkei.kit.lane import KEPT, SUSPECTS, Replayed, tell
from renkei.ports import Validator

# The longest that one operation's corpus may take; a slow target gets as far as it gets, and the rest is told.
SECONDS = {Profile.SMOKE: 30.0, Profile.STANDARD: 120.0, Profile.CERTIFICATION: 900.0}
# Raised whenever the same seed gives other requests.
GENERATOR = 1
# Things that a corpus makes for the sake of removing them again.
REMOVED = 20
ANSWERED, STATUS, MEDIA, BODY, HEADERS, ERROR, ACCEPTED, REFUSES, COMPLETE = (
    *("GN-06", "GN-01", "GN-02", "GN-03", "GN-04", "GN-05", "GN-07", "GN-08", "GN-09"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the document says of answers with one status and Content-Type."""

    known: bool
    typed: bool
    media: bool
    json: bool
    status: str
    headers: Mapping[str, Any]


class Watch:
    """Looks at exchanges as they come; cheap for answers that are as they must be."""

    def __init__(self, endpoint: Endpoint, first: Validator, conforms: Any, into: Replayed) -> None:
        self._endpoint, self._first, self._conforms, self._into = endpoint, first, conforms, into
        self._wire = Wire(endpoint.document, first, endpoint.access.api_key_name)
        self._expected: dict[tuple[int, str, str], Expected] = {}
        self._seen: set[tuple[str, str, int]] = set()

    def look(self, entry: Entry, exchange: Exchange) -> None:
        """Judge one exchange for every requirement that it says something about."""
        self._into.statuses[exchange.status] += 1
        wrong = set(self._wrong(entry, exchange))
        for requirement in sorted(wrong):
            self._suspect(requirement, entry, exchange)

    def _wrong(self, entry: Entry, exchange: Exchange) -> Iterator[str]:
        """The requirements that the exchange seems to break; those that it says something about are counted."""
        response = exchange.response
        self._judged(ANSWERED, exchange)
        if response is None:
            yield ANSWERED
            return
        if response.violations:
            yield ANSWERED
        self._judged(ERROR, exchange)
        if exchange.status >= SERVER_FAULT:
            yield ERROR
        if entry.kind == VALID:
            self._judged(ACCEPTED, exchange)
            if exchange.status in REFUSED:
                yield ACCEPTED
        elif entry.kind == BROKEN:
            requirement = COMPLETE if entry.rule.startswith(MISSING) else REFUSES
            self._judged(requirement, exchange)
            if 200 <= exchange.status < 300:
                yield requirement
        yield from self._unlike(exchange)

    def _unlike(self, exchange: Exchange) -> Iterator[str]:
        """The requirements of status, media type, body and headers that the answer seems to break."""
        response = exchange.response
        if response is None or not self._endpoint.operation.answers:
            return
        kind = response.header("content-type") or ""
        expected = self._of(exchange, kind)
        self._judged(STATUS, exchange)
        if not expected.known:
            yield STATUS
        if expected.typed:
            self._judged(MEDIA, exchange)
            if not expected.media:
                yield MEDIA
        if expected.json:
            self._judged(BODY, exchange)
            if self._misshapen(exchange, kind):
                yield BODY
        if expected.headers:
            self._judged(HEADERS, exchange)
            if any(self._misheaded(expected, name, response.header(name)) for name in expected.headers):
                yield HEADERS

    def _of(self, exchange: Exchange, kind: str) -> Expected:
        key = (exchange.status, kind, exchange.request.method)
        if key not in self._expected:
            if len(self._expected) > SUSPECTS * 10:
                self._expected.clear()
            found, status = self._endpoint.described(exchange)
            forms = found.contents if found and has_body(exchange) else ()
            form = found.content(kind) if found and forms else None
            node = self._endpoint.node["responses"].get(status, {})
            self._expected[key] = Expected(
                known=found is not None,
                typed=bool(forms),
                media=form is not None,
                json=form is not None and form.media_type.json,
                status=status,
                headers=node.get("headers", {}),
            )
        return self._expected[key]

    def _misshapen(self, exchange: Exchange, kind: str) -> bool:
        try:
            body = strict_json(exchange.response.body if exchange.response else b"")
        except ValueError:
            return True
        if self._conforms(self._endpoint.id, exchange.status, kind, body):
            return False
        return bool(self._first.response_faults(self._endpoint.id, exchange.status, kind, body))

    def _misheaded(self, expected: Expected, name: str, value: str | None) -> bool:
        if value is None:
            return bool(expected.headers[name]["required"])
        return self._wire.header_fault(self._endpoint.id, expected.status, name, value)

    def _judged(self, requirement: str, exchange: Exchange) -> None:
        self._into.judged[requirement] += 1
        if self._into.judged[requirement] <= KEPT:
            self._into.kept.setdefault(requirement, []).append(exchange)

    def _suspect(self, requirement: str, entry: Entry, exchange: Exchange) -> None:
        self._into.strange[requirement] += 1
        mark = (requirement, entry.rule or entry.name, exchange.status)
        held = self._into.suspects.setdefault(requirement, [])
        if mark not in self._seen and len(held) < SUSPECTS:
            self._seen.add(mark)
            held.append(sent_from(entry))


def replayed(endpoint: Endpoint, first: Validator) -> Replayed:
    """The replay of the endpoint's operation, made once for each target and kept for the tests after."""
    target, place = endpoint.target, f"corpus {endpoint.id}"
    if place not in target.scratch:
        target.scratch[place] = _replay(endpoint, first)
        return target.scratch[place]  # type: ignore[no-any-return]  # what was put there the line before
    known: Replayed = target.scratch[place]
    for exchange in known.kept.get(target.requirement.id, ()):
        target.record(exchange)
    return known


def _replay(endpoint: Endpoint, first: Validator) -> Replayed:
    target = endpoint.target
    if target.tools.lane is None:
        raise HarnessError("no-lane", target=target.info.id)
    entries = _sendable(endpoint, corpus_of(endpoint, first).entries)
    into = Replayed(planned=len(entries), speaks_of=frozenset(JUDGES))
    watch = Watch(endpoint, first, target.tools.conforms, into)
    begun = time.monotonic()

    def see(number: int, exchange: Exchange) -> None:
        target.record(exchange)
        watch.look(entries[number], exchange)

    limit, seconds = endpoint.access.concurrency, SECONDS[target.profile]
    stopped = target.tools.lane.replay(_requests(endpoint, entries), see, limit=limit, seconds=seconds)
    into.executed, into.reason, into.seconds = stopped.executed, stopped.reason, time.monotonic() - begun
    if into.judged[ANSWERED] != into.executed or into.executed > into.planned or (into.left and not into.reason):
        raise HarnessError(
            "lane-lost-count", planned=into.planned, executed=into.executed, judged=into.judged[ANSWERED]
        )
    into.retried = stopped.retried
    tell(target, endpoint.id, into)
    if endpoint.operation.method == "delete":
        # What others knew of may be gone now.
        target.scratch.pop("known", None)
    return into


def _sendable(endpoint: Endpoint, entries: tuple[Entry, ...]) -> list[Entry]:
    """The entries without those about a known thing where the target tells of none, or of too few to remove them all."""
    about = [entry for entry in entries if len(entry.parts) > 1]
    most = REMOVED if endpoint.operation.method == "delete" else len(about)
    held = {id(entry) for entry in about[: most if about and endpoint.known() else 0]}
    return [entry for entry in entries if len(entry.parts) == 1 or id(entry) in held]


def _requests(endpoint: Endpoint, entries: list[Entry]) -> Iterator[Request]:
    for entry in entries:
        yield endpoint.request(sent_from(entry))


def corpus_of(endpoint: Endpoint, first: Validator) -> Corpus:
    """The corpus of an operation for the profile and seed of the run."""
    target = endpoint.target
    key = Key(
        operation=endpoint.id,
        contract=_contract(endpoint),
        seed=target.seed,
        size=REQUEST_SIZES[target.profile],
        generator=GENERATOR,
    )
    return kept(key, lambda: assembled(key, map(as_record, _made(endpoint, first, key))), target.tools.corpora)


def _contract(endpoint: Endpoint) -> str:
    """What requests of the operation depend on: its description, every schema that it may refer to, the key's name."""
    scratch, root = endpoint.target.scratch, endpoint.document
    if "schemas digest" not in scratch:
        scratch["schemas digest"] = content_id(root["components"]["schemas"])
    told = bool(endpoint.about_known(endpoint.operation.path))
    parts = [endpoint.operation.path, endpoint.operation.method, endpoint.node, endpoint.access.api_key_name, told]
    return content_id([*parts, scratch["schemas digest"]])


def _made(endpoint: Endpoint, first: Validator, key: Key) -> Iterator[Sent]:
    """The requests, every other one about a thing that the target tells of where the path names one."""
    wire = Wire(endpoint.document, first, endpoint.access.api_key_name)
    operation = endpoint.operation
    maker = RequestMaker(endpoint.document, operation.path, operation.method, wire.fault, endpoint.access.api_key_name)
    for number, one in enumerate(maker.requests(size=key.size, seed=key.seed)):
        about = "" if number % 2 or one.breaks.split()[:1] == ["path"] else endpoint.about_known(one.path)
        yield sent_of(one) | {"path": about or one.path, "name": one.description}


def as_record(sent: Sent) -> bytes:
    """The request as wire bytes with its slot, and what it claims to be."""
    lines = [f"{sent['method']} {sent['path'].replace(KNOWN, chr(92) + 'u0000' + SLOT + chr(92) + 'u0000')} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in sent["headers"]]
    facts = {"kind": sent["label"], "requirement": "", "item": "", "rule": sent["breaks"], "name": sent["name"]}
    return record({**facts, "codes": []}, "\r\n".join([*lines, "", ""]).encode() + sent["text"].encode())


def sent_from(entry: Entry) -> Sent:
    """The request of an entry as JSON values, with the mark of a known value in the place of its slot."""
    head, _, body = entry.wire({SLOT.encode(): KNOWN.encode()}).partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    return {
        "method": method,
        "path": path,
        "headers": [list(field.split(": ", 1)) for field in fields],
        "label": entry.kind,
        "breaks": entry.rule,
        "text": body.decode(),
    }
