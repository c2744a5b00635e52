"""Which lanes and scenarios an operation's contract makes eligible, and why not the others; nothing is sent to know it.

What is eligible is judged by the suites under :data:`JUDGED_BY`; this only says what a contract offers to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.flow import resource as things
from renkei.flow.document import Operation, operations, resolved
from renkei.flow.resource import Asking, Field, Resource

# Requests of one operation's corpus by profile, and seconds for each of them beside the target's own time.
CORPUS_SIZES = {"smoke": 200, "standard": 5_000, "certification": 50_000}
CORPUS_SECONDS = 0.0003
# Whole requests of one operation of another standard's document, which may have hundreds of operations.
REQUEST_SIZES = {"smoke": 40, "standard": 400, "certification": 4_000}
# Time of a target that nobody has measured: an answer of a small test system.
ANSWER_SECONDS = 0.02

WITH_BODY = frozenset({"post", "put", "patch"})
CHANGING = frozenset({"put", "patch", "delete"})
# Where the reader of foreign documents notes that an operation asks for credentials.
PROTECTED = "x-renkei-protected"
# The requirements that judge a scenario, of the standard's own suites and of those for other contracts.
JUDGED_BY: Mapping[str, tuple[str, ...]] = {
    "corpus": ("TR-08", "SC-01", "SC-02", "FD-01", "FD-02", "FD-03", "FD-04", "FD-05", "GN-01", "GN-05"),
    "token-matrix": ("AU-05", "AU-06", "AU-17", "GN-10", "GN-11", "GN-43"),
    "expired-token": ("AU-07", "GN-41"),
    "other-scope": ("AU-11", "AU-13", "GN-42"),
    "same-twice": ("031-02", "031-07", "GN-20", "GN-28"),
    "round-trip": ("FD-08", "GN-17", "GN-23"),
    "whole-length": ("FD-06", "FD-08", "GN-24"),
    "exact-number": ("031-16", "GN-25"),
    "same-instant": ("GN-26",),
    "read-after-write": ("031-17", "GN-16", "GN-27"),
    "refused-change": ("031-29", "GN-29"),
    "conditional-update": ("GN-30",),
    "entity-tag": ("GN-31",),
    "precondition": ("GN-32",),
    "page-walk": ("GN-21", "GN-33"),
    "total-count": ("GN-34",),
    "sort-order": ("GN-35",),
    "sort-stability": ("GN-36",),
    "filter-honesty": ("031-20", "GN-22", "GN-37"),
    "role-difference": ("031-25", "GN-38"),
    "id-case": ("GN-39",),
    "id-digits": ("GN-40",),
}
# Requirements of which a contract alone says whether they concern an operation: what it does not offer is not planned.
PLANNED_BY: Mapping[str, str] = {
    name: kind for kind, names in JUDGED_BY.items() for name in names if name.startswith("GN-") and name >= "GN-23"
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One kind of scenario on one operation: eligible, or ``reason`` says why not (a code under ``reasons``)."""

    kind: str
    operation: str
    reason: str = ""
    partner: str = ""

    @property
    def eligible(self) -> bool:
        """Whether the contract offers it."""
        return not self.reason


def corpus_cost(profile: str, concurrency: int) -> tuple[int, float]:
    """(requests, about how many seconds) of the corpus of one operation."""
    return _cost(CORPUS_SIZES[profile], concurrency)


def request_cost(profile: str, concurrency: int) -> tuple[int, float]:
    """(requests at most, about how many seconds) of the corpus of one operation of another standard's document."""
    return _cost(REQUEST_SIZES[profile], concurrency)


def _cost(size: int, concurrency: int) -> tuple[int, float]:
    return size, size * max(CORPUS_SECONDS, ANSWER_SECONDS / concurrency)


def scenarios(
    document: Mapping[str, Any],
    operation_id: str,
    *,
    clients: int = 1,
    tokens: bool = True,
    known: Mapping[str, Operation] | None = None,
    shown: dict[str, frozenset[str]] | None = None,
) -> tuple[Scenario, ...]:
    """Every kind of scenario for an operation of a document, eligible or with the reason why it is not.

    ``clients`` is how many credentials the plan has, ``tokens`` whether they fetch tokens; ``known`` are the document's
    operations where the caller has them, ``shown`` the members of their rows as far as they were asked for before:
    who asks about every operation of a document gives the same ones each time.
    """
    found = known if known is not None else operations(document)
    offer = _offer(document, found, found[operation_id], {} if shown is None else shown)
    reasons = dict(_reasons(offer, clients, tokens))
    return tuple(
        Scenario(kind=kind, operation=operation_id, reason=reasons[kind], partner=_partner(offer, kind))
        for kind in JUDGED_BY
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """What a contract says around one operation."""

    document: Mapping[str, Any]
    known: Mapping[str, Operation]
    operation: Operation
    node: Mapping[str, Any]
    thing: Resource | None
    reader: str
    asked: tuple[Field, ...]
    asking: Asking
    parameters: frozenset[str] = field(default=frozenset())

    @property
    def writes(self) -> bool:
        return self.operation.method in WITH_BODY and bool(self.operation.json_request)

    @property
    def scopes(self) -> frozenset[str]:
        return _scopes(self.node)


def _offer(
    document: Mapping[str, Any],
    known: Mapping[str, Operation],
    operation: Operation,
    shown: dict[str, frozenset[str]],
) -> _Offer:
    thing = things.resource_of(known, operation)
    asked = things.fields(document, operation.json_request)
    own = operation.path.rstrip("/")
    reader = thing.read if thing and (own == thing.item or thing.create == operation.id) else ""
    names = frozenset(name.lower() for _, name in things.parameters(document, operation))
    return _Offer(
        document=document,
        known=known,
        operation=operation,
        node=resolved(document, operation.pointer)[1],
        thing=thing,
        reader=reader or _reader(document, known, operation, frozenset(one.path[0] for one in asked), shown),
        asked=asked,
        asking=things.asking(document, operation),
        parameters=names,
    )


def _partner(offer: _Offer, kind: str) -> str:
    reading = ("round-trip", "whole-length", "exact-number", "same-instant", "read-after-write", "refused-change")
    return offer.reader if kind in reading and offer.writes else ""


def _reasons(offer: _Offer, clients: int, tokens: bool) -> Iterator[tuple[str, str]]:
    """(kind, reason or "")."""
    no_body = "" if offer.writes else "no-json-body"
    removes = offer.operation.method == "delete"
    secured = bool(offer.node.get("security", offer.document.get("security", ())) or offer.node.get(PROTECTED))
    # Of a foreign document every operation is replayed: parameters vary as bodies do.
    yield "corpus", "" if PROTECTED in offer.node else no_body
    yield "token-matrix", "" if secured else "no-security"
    yield "same-twice", "" if removes else no_body
    yield from _written(offer, no_body)
    yield from _conditional(offer)
    yield from _listed(offer)
    # Whoever may write may often read: only a token for reading says that a right is missing.
    reading = [
        _node(offer, one) for one in offer.known.values() if one.method == "get" or not offer.node.get(PROTECTED)
    ]
    others = frozenset(scope for node in reading for scope in _scopes(node)) - offer.scopes
    yield "expired-token", "no-security" if not secured else "" if tokens else "no-token-service"
    yield "other-scope", "" if tokens and offer.scopes and others else "single-scope" if tokens else "no-token-service"
    yield "role-difference", _roles(offer, clients, secured)
    spelt = _spelt(offer)
    # Letters of a UUID may be written either way (RFC 9562 section 4).
    yield (
        "id-case",
        spelt or ("" if spelt is not None and _schema(offer).get("format") != "uuid" else "id-without-letters"),
    )
    yield "id-digits", spelt or ""


def _written(offer: _Offer, no_body: str) -> Iterator[tuple[str, str]]:
    """What is written can be read: texts, numbers, instants; and what was refused is not there."""
    reason = no_body or ("" if offer.reader else "no-reading-operation")
    kinds = {
        "whole-length": (
            any("string" in one.kinds and "maxLength" in one.schema for one in offer.asked),
            "no-longest-text",
        ),
        "exact-number": (any(one.numeric or one.digits for one in offer.asked), "no-number"),
        "same-instant": (any(one.instant for one in offer.asked), "no-instant"),
    }
    yield "round-trip", reason
    yield "read-after-write", reason
    for kind, (offered, why) in kinds.items():
        yield kind, reason or ("" if offered else why)
    changes = offer.operation.method in ("put", "patch") and offer.thing is not None and offer.thing.create
    posts = not offer.thing and offer.writes
    yield "refused-change", reason or ("" if changes or posts else "changes-nothing")


def _conditional(offer: _Offer) -> Iterator[tuple[str, str]]:
    """Changes that name the state they start from."""
    thing, changes = offer.thing, offer.operation.method in CHANGING
    statuses = {answer.status for answer in offer.operation.answers}
    matched = "if-match" in offer.parameters
    tagged = bool(thing and thing.read and _tagged(offer, offer.known[thing.read]))
    made = bool(thing and thing.create and thing.read)
    conditional = matched or (tagged and "412" in statuses)
    yield "conditional-update", "changes-nothing" if not changes else "" if conditional and made else "no-entity-tag"
    read = offer.operation.method == "get" and thing is not None and thing.read == offer.operation.id
    yield "entity-tag", ("" if tagged and made else "no-entity-tag") if read else "not-a-reading-operation"
    needed = conditional and "428" in statuses and made
    yield "precondition", "changes-nothing" if not changes else "" if needed else "no-precondition"


def _tagged(offer: _Offer, operation: Operation) -> bool:
    statuses = (answer.status for answer in operation.answers if answer.status.startswith("2"))
    return any(
        name.lower() == "etag" for status in statuses for name in things.headers(offer.document, operation, status)
    )


def _listed(offer: _Offer) -> Iterator[tuple[str, str]]:
    """Lists: pages, totals, order, filters."""
    asking, gets = offer.asking, offer.operation.method == "get"
    shown = things.rows(offer.document, offer.operation)
    names = frozenset(one.path[0] for one in offer.asked)
    reads = gets or bool(names and not offer.reader)
    yield "page-walk", "" if gets and asking.pages else "no-paging"
    told = things.total_told(offer.document, offer.operation)
    yield "total-count", "no-paging" if not (gets and asking.pages) else "" if told else "no-total"
    yield "sort-order", "" if gets and asking.sort else "no-sorting"
    yield "sort-stability", "no-sorting" if not (gets and asking.sort) else "" if asking.pages else "no-paging"
    filtered = asking.filters or asking.bounds or shown & names
    yield "filter-honesty", "" if reads and filtered else "no-filter"


def _roles(offer: _Offer, clients: int, secured: bool) -> str:
    if not secured or clients < 2:
        return "no-second-client"
    thing = offer.thing
    if thing is None:
        return ""
    if offer.operation.method != "get" or not (thing.create and thing.read):
        return "not-a-reading-operation"
    made = things.fields(offer.document, offer.known[thing.create].json_request)
    return "" if any(one.protects for one in made) else "no-protection-flag"


def _spelt(offer: _Offer) -> str:
    """Why no other spelling of an identifier can be tried, "" when it can."""
    if "{" not in offer.operation.path:
        return "no-id-in-path"
    thing = offer.thing
    if thing is None or not thing.create or offer.operation.path.rstrip("/") != thing.item:
        return "no-known-id"
    if offer.operation.method != "get":
        return "not-a-reading-operation"
    kinds = Field(path=(thing.label,), schema=_schema(offer)).kinds
    return "" if not kinds or "string" in kinds else "id-is-a-number"


def _schema(offer: _Offer) -> Mapping[str, Any]:
    """The schema of the last parameter of the path."""
    last = offer.operation.path.rpartition("{")[2].partition("}")[0]
    part = things.parameters(offer.document, offer.operation).get(("path", last), {})
    return things.followed(offer.document, part.get("schema", {}))


def _node(offer: _Offer, operation: Operation) -> Mapping[str, Any]:
    node: Mapping[str, Any] = resolved(offer.document, operation.pointer)[1]
    return node


def _scopes(node: Mapping[str, Any]) -> frozenset[str]:
    """The scopes that the first way in asks for."""
    for way in node.get(PROTECTED, ()):
        return frozenset(way[1:])
    for names in node.get("security", ()):
        return frozenset(scope for scopes in names.values() for scope in scopes)
    return frozenset()


def _reader(
    document: Mapping[str, Any],
    known: Mapping[str, Operation],
    operation: Operation,
    asked: frozenset[str],
    members: dict[str, frozenset[str]],
) -> str:
    """Another operation whose rows show what this one writes, "" when there is none or this one lists it itself."""
    if not asked or operation.method == "get" or 2 * len(things.rows(document, operation) & asked) > len(asked):
        return ""
    for name in known.keys() - members.keys():
        members[name] = things.rows(document, known[name])
    shown = {name: len(members[name] & asked) for name in known if name != operation.id}
    best = max(shown, key=lambda name: shown[name], default="")
    # An answer that merely echoes a few members of the request reads nothing back.
    return best if best and 2 * shown[best] > len(asked) else ""
