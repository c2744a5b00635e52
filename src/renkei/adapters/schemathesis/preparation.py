"""A contract made ready for schemathesis: samples as its examples, our strategies as its string formats."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import schemathesis

from renkei.kit.strategies import for_item, kojinbango_of
from renkei.kit.strategies.schema import FLAG

MARKS = "x-renkei"
TEXT_KINDS = frozenset({"X", "N", "DATE", "TIME", "YEAR"})
_registered: set[str] = set()


def for_boundaries(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy for the coverage phase: samples as examples, and no conditions between members.

    Beside conditions schemathesis gives up its boundary values.
    """
    copied = copy.deepcopy(dict(document))
    for schema in _objects(copied):
        for keyword in ("allOf", "anyOf", "if", "then", "else"):
            schema.pop(keyword, None)
        for name, part in _marked(schema).items():
            sample = _sample(part.pop(MARKS))
            if name.endswith(FLAG):
                # Bodies with every member have a 不詳表記, and then the flag must say so.
                part["examples"] = ["1"]
            elif sample and part.get("type") == "string" and "enum" not in part:
                part["examples"] = [sample]
    return copied


def for_fuzzing(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy for random bodies: every marked string has a format whose values are ours, and no member is unknown."""
    copied = copy.deepcopy(dict(document))
    for schema in _objects(copied):
        # Whether unknown members are accepted is open, so valid data has none.
        schema.setdefault("additionalProperties", False)
        for name, part in _marked(schema).items():
            _format(name, part, part.pop(MARKS))
    return copied


def _objects(node: Any) -> list[dict[str, Any]]:
    """Every object schema that has marked members."""
    found = []
    stack = [node]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if isinstance(value.get("properties"), dict) and _marked(value):
                found.append(value)
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return found


def _sample(marks: Mapping[str, Any]) -> str:
    """The sample of an item; some of the tables have several lines of alternatives, and no 個人番号 is taken from them."""
    if marks.get("check") == "kojinbango":
        return kojinbango_of(0)
    return str(marks.get("sample") or "").partition("\n")[0]


def _marked(schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: part for name, part in schema["properties"].items() if isinstance(part, dict) and MARKS in part}


def _format(name: str, part: dict[str, Any], marks: Mapping[str, Any]) -> None:
    if part.get("type") != "string" or marks.get("type") not in TEXT_KINDS:
        return
    limit = part.get("maxLength")
    facts = {key: marks.get(key) for key in ("type", "length", "fixed", "unknown_date", "period", "check")}
    digest = hashlib.sha256(json.dumps([name, facts, limit], sort_keys=True).encode()).hexdigest()[:16]
    part["format"] = f"renkei-{digest}"
    if part["format"] not in _registered:
        # Each registration empties schemathesis's caches, so one item is registered once in a process.
        schemathesis.openapi.format(part["format"], for_item(marks, name, code_points=limit))
        _registered.add(part["format"])
