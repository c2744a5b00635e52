"""Which lanes and scenarios an operation's contract makes eligible, and why not the others; nothing is sent to know it.

What is eligible is judged by the suites under :data:`JUDGED_BY`; this only says what a contract offers to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from renkei.flow.document import Operation, operations, resolved

# Requests of one operation's corpus by profile, and seconds for each of them beside the target's own time.
CORPUS_SIZES = {"smoke": 200, "standard": 5_000, "certification": 50_000}
CORPUS_SECONDS = 0.0003
# Time of a target that nobody has measured: an answer of a small test system.
ANSWER_SECONDS = 0.02

PAGING = frozenset({"page", "offset", "limit", "cursor", "per_page", "size", "count", "start"})
SORTING = frozenset({"sort", "order", "order_by", "sort_by", "orderby"})
WITH_BODY = frozenset({"post", "put", "patch"})
# The requirements that judge a scenario, of the standard's own suites and of those for other contracts.
JUDGED_BY: Mapping[str, tuple[str, ...]] = {
    "corpus": ("TR-08", "SC-01", "SC-02", "FD-01", "FD-02", "FD-03", "FD-04", "FD-05", "GN-01", "GN-05"),
    "token-matrix": ("AU-05", "AU-06", "AU-07", "AU-11", "AU-13", "AU-17", "GN-10", "GN-11"),
    "same-twice": ("031-02", "031-07"),
    "round-trip": ("FD-08", "GN-17"),
    "read-after-write": ("031-17", "GN-16"),
    "filter-honesty": ("031-20", "GN-22"),
    "role-difference": ("031-25",),
    "conditional-update": (),
    "page-walk": ("GN-21",),
    "sort-stability": (),
    "id-case": (),
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
    size = CORPUS_SIZES[profile]
    return size, size * max(CORPUS_SECONDS, ANSWER_SECONDS / concurrency)


def scenarios(document: Mapping[str, Any], operation_id: str, *, clients: int = 1) -> tuple[Scenario, ...]:
    """Every kind of scenario for an operation of a document, eligible or with the reason why it is not."""
    known = operations(document)
    found = dict(_reasons(document, known, known[operation_id], clients))
    return tuple(
        Scenario(kind=kind, operation=operation_id, reason=found[kind][0], partner=found[kind][1]) for kind in JUDGED_BY
    )


def _reasons(
    document: Mapping[str, Any], known: Mapping[str, Operation], operation: Operation, clients: int
) -> Iterator[tuple[str, tuple[str, str]]]:
    """(kind, (reason or "", partner or ""))."""
    _, node = resolved(document, operation.pointer)
    asked = _members(document, operation.json_request)
    parameters = {str(_followed(document, one).get("name", "")).lower() for one in node.get("parameters", ())}
    names = parameters | {name.lower() for name in asked}
    writes = operation.method in WITH_BODY and bool(operation.json_request)
    secured = bool(node.get("security", document.get("security", ())))
    listed = _listed(document, operation)
    partner = _reader(document, known, operation, asked) if writes else ""
    yield "corpus", ("" if writes else "no-json-body", "")
    yield "token-matrix", ("" if secured else "no-security", "")
    yield "same-twice", ("" if writes else "no-json-body", "")
    yield "round-trip", ("" if partner else "no-reading-operation", partner)
    yield "read-after-write", ("" if partner else "no-reading-operation", partner)
    yield "filter-honesty", ("" if listed & (asked | parameters) and not partner else "no-filter", "")
    yield "role-difference", ("" if secured and clients > 1 else "no-second-client", "")
    yield "conditional-update", ("" if _conditional(document, node, parameters) else "no-entity-tag", "")
    yield "page-walk", ("" if names & PAGING else "no-paging", "")
    yield "sort-stability", ("" if names & SORTING else "no-sorting", "")
    yield "id-case", ("" if "{" in operation.path else "no-id-in-path", "")


def _followed(document: Mapping[str, Any], node: Any) -> Mapping[str, Any]:
    while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
        _, node = resolved(document, node["$ref"].removeprefix("#"))
    return node if isinstance(node, Mapping) else {}


def _members(document: Mapping[str, Any], pointer: str) -> frozenset[str]:
    if not pointer:
        return frozenset()
    return frozenset(_followed(document, resolved(document, pointer)[1]).get("properties", {}))


def _listed(document: Mapping[str, Any], operation: Operation) -> frozenset[str]:
    """The members of the rows that a 200 answer lists."""
    answer = operation.answer(200)
    schema = next((content.schema for content in answer.contents if content.schema), "") if answer else ""
    if not schema:
        return frozenset()
    whole = _followed(document, resolved(document, schema)[1])
    rows = [whole, *(_followed(document, part) for part in whole.get("properties", {}).values())]
    items = (_followed(document, row.get("items", {})) for row in rows if "items" in row)
    return frozenset(name for item in items for name in item.get("properties", {}))


def _reader(
    document: Mapping[str, Any], known: Mapping[str, Operation], operation: Operation, asked: frozenset[str]
) -> str:
    """Another operation whose rows show what this one writes, "" when there is none."""
    shown = {name: len(_listed(document, other) & asked) for name, other in known.items() if name != operation.id}
    best = max(shown, key=lambda name: shown[name], default="")
    # An answer that merely echoes a few members of the request reads nothing back.
    return best if best and 2 * shown[best] > len(asked) else ""


def _conditional(document: Mapping[str, Any], node: Mapping[str, Any], parameters: set[str]) -> bool:
    answers = (_followed(document, one) for one in node.get("responses", {}).values())
    return "if-match" in parameters or any("etag" in map(str.lower, one.get("headers", {})) for one in answers)
