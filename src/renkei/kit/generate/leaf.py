"""Parts of a plain JSON Schema one by one: where they are, edge values that fit them, and values that do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from renkei.flow import document
from renkei.kit.strategies.schema import guessed, merged

Schema = Mapping[str, Any]
Pointer = tuple[str | int, ...]

DEEPEST = 4
MOST = 120
# Longer texts are no edge that anybody meant.
LONGEST = 5_000
NO_DATES = {"date": ("2023-02-30", "2023/01/01", "x"), "date-time": ("2023-02-30T00:00:00Z", "2023-01-01", "x")}
NO_FORMAT = {"uuid": ("x", "123"), "ipv4": ("999.1.1.1", "x"), "ipv6": ("::g", "x"), **NO_DATES}
DAYS = {"date": ("2024-02-29", "2000-02-29", "1999-12-31"), "date-time": ("2024-02-29T23:59:59Z",)}
OTHERS: Mapping[str, tuple[Any, ...]] = {
    "string": (12, True, {}, []),
    "integer": ("x", 1.5, {}, None),
    "number": ("x", True, {}, None),
    "boolean": ("x", 2, None),
    "array": ("x", {}, None),
    "object": ("x", [], None),
    "null": ("x",),
}
WRONG_TEXTS = ("", "!", "～", "x" * 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One part of a body: the way to it, its schema with references followed, and whether its object requires it."""

    way: Pointer
    schema: Schema
    required: bool


def whole(schema: Any, root: Schema) -> Schema:
    """The schema with its references and the unconditional parts of ``allOf`` in one; {} for what allows anything."""
    return _whole(schema, root, DEEPEST)


def _whole(given: Any, root: Schema, depth: int) -> Schema:
    schema: Schema = given if isinstance(given, Mapping) else {}
    if "$ref" in schema:
        _, target = document.resolved(root, schema["$ref"].removeprefix("#"))
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        schema = merged(target, rest)
    if "allOf" in schema and depth:
        parts = [_whole(part, root, depth - 1) for part in schema["allOf"]]
        return merged({key: value for key, value in schema.items() if key != "allOf"}, *parts)
    return schema


def kinds(schema: Schema) -> tuple[str, ...]:
    """The types that the schema names or means."""
    named = schema.get("type") or guessed(schema)
    return (named,) if isinstance(named, str) else tuple(named)


def leaves(schema: Any, root: Schema) -> tuple[Leaf, ...]:
    """The parts of a body in its order, the body itself first; not more than a fixed number, not deeper than four."""
    found: list[Leaf] = []
    waiting = [Leaf(way=(), schema=whole(schema, root), required=True)]
    while waiting and len(found) < MOST:
        leaf = waiting.pop(0)
        found.append(leaf)
        if len(leaf.way) < DEEPEST:
            waiting.extend(_inner(leaf, root))
    return tuple(found)


def _inner(leaf: Leaf, root: Schema) -> Iterator[Leaf]:
    needed = leaf.schema.get("required", ())
    for name, part in leaf.schema.get("properties", {}).items():
        yield Leaf(way=(*leaf.way, name), schema=whole(part, root), required=name in needed)
    if isinstance(leaf.schema.get("items"), Mapping):
        yield Leaf(way=(*leaf.way, 0), schema=whole(leaf.schema["items"], root), required=False)


def fitting(schema: Schema) -> Iterator[Any]:
    """Edge values that should fit; who asks makes sure that they do."""
    if "const" in schema:
        return
    if "enum" in schema:
        yield from schema["enum"]
        return
    for kind in kinds(schema):
        yield from _fitting(kind, schema)


def _fitting(kind: str, schema: Schema) -> Iterator[Any]:
    if kind == "null":
        yield None
    elif kind == "boolean":
        yield from (True, False)
    elif kind in ("integer", "number"):
        yield from (schema[key] for key in ("minimum", "maximum") if key in schema)
        yield from (schema[key] + 1 for key in ("exclusiveMinimum",) if key in schema)
        yield from (schema[key] - 1 for key in ("exclusiveMaximum",) if key in schema)
    elif kind == "string":
        yield from DAYS.get(schema.get("format", ""), ())
        for key in ("minLength", "maxLength"):
            if schema.get(key, LONGEST + 1) <= LONGEST and "pattern" not in schema:
                yield from (char * schema[key] for char in "a漢")
    elif kind == "array" and not schema.get("minItems"):
        yield []


def breaking(schema: Schema) -> Iterator[Any]:
    """Values that should not fit; who asks makes sure of it."""
    named = kinds(schema)
    for kind in named:
        yield from _breaking(kind, schema)
    if "enum" in schema:
        yield from ("~none~", 987_654_321)
    for kind in named:
        yield from OTHERS.get(kind, ())


def _breaking(kind: str, schema: Schema) -> Iterator[Any]:
    if kind in ("integer", "number"):
        yield from (schema[key] - 1 for key in ("minimum",) if key in schema)
        yield from (schema[key] + 1 for key in ("maximum",) if key in schema)
        yield from (schema[key] for key in ("exclusiveMinimum", "exclusiveMaximum") if key in schema)
        if "multipleOf" in schema:
            yield schema["multipleOf"] * 1.5
    elif kind == "string":
        if schema.get("minLength", 0) > 0:
            yield "a" * (schema["minLength"] - 1)
        if schema.get("maxLength", LONGEST) < LONGEST:
            yield from (char * (schema["maxLength"] + 1) for char in "a漢")
        yield from NO_FORMAT.get(schema.get("format", ""), ())
        if "pattern" in schema:
            yield from WRONG_TEXTS
    elif kind == "object" and schema.get("additionalProperties") is False:
        yield {"renkei_unknown": 1}
