"""The faults of one answer's body, divided among the requirements that speak of them: each is judged once."""

from __future__ import annotations

from typing import Any

from renkei.flow.exchange import Exchange
from renkei.kit.expect import Blocked, Expect
from renkei.kit.phrases import Phrase, asked_by, at, at_pointer, phrase
from renkei.kit.target import Provider
from renkei.ports import SchemaFault

# Faults at these ends of a pointer, outside the result rows.
ENDINGS = {"/detail": "SC-06", "/title": "SC-07", "/href": "SC-05", "/code": "SC-11", "/message": "SC-12"}
STRUCTURE = {200: "SC-01", 400: "SC-02", 401: "SC-03"}
ROW_MEMBER = 3


def value_at(body: Any, pointer: str) -> Any:
    """The value at a JSON pointer of a body, None when there is none."""
    for part in pointer.split("/")[1:]:
        if isinstance(body, dict):
            body = body.get(part)
        elif isinstance(body, list) and part.isdecimal() and int(part) < len(body):
            body = body[int(part)]
        else:
            return None
    return body


def owner(fault: SchemaFault, status: int, body: Any, mistyped: frozenset[str]) -> str:
    """The requirement that a schema fault belongs to; ``mistyped`` are the places where the JSON type is wrong."""
    in_row = fault.pointer.startswith("/result/")
    ending = f"/{fault.pointer.rpartition('/')[2]}"
    if not in_row and ending in ENDINGS:
        return ENDINGS[ending]
    if in_row and fault.keyword == "required":
        return "SC-08"
    if in_row and fault.pointer in mistyped and fault.pointer.count("/") == ROW_MEMBER:
        # Every other fault there (pattern, code list, length) follows from the type.
        return "SC-09" if value_at(body, fault.pointer) is None else "SC-10"
    return STRUCTURE.get(status, "SC-01")


def judge_shape(target: Provider, expect: Expect, answer: Exchange, kind: Phrase, rule: str) -> None:
    """The body has no fault that belongs to the case's requirement; ``kind`` says which answer it is."""
    try:
        body = answer.json()
    except ValueError:
        raise Blocked("control-failed", at(kind, phrase("not-json"))) from None
    faults = expect.response_faults(target.operation().id, answer, body)
    mistyped = frozenset(fault.pointer for fault in faults if fault.keyword == "type")
    mine = [fault for fault in faults if owner(fault, answer.status, body, mistyped) == target.requirement.id]
    first = mine[0] if mine else None
    expect.that(
        first is None,
        rule,
        expected=asked_by(first) if first else "",
        actual=value_at(body, first.pointer) if first else "",
        where=at(at_pointer(first), kind) if first else kind,
        on=answer,
        second_opinion=phrase("second-validator-agrees") if first else "",
    )
