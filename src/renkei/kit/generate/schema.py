"""A JSON Schema with ``x-renkei`` marks compiled to a function that makes valid values."""

from __future__ import annotations

import base64
import functools
import math
import uuid
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

from renkei.flow import document
from renkei.kit.generate.item import Maker, maker, picked
from renkei.kit.strategies import characters
from renkei.kit.strategies.item import FEW_CHARACTERS, Day, HalfWidth, Serial, described, lengths
from renkei.kit.strategies.provider import sample
from renkei.kit.strategies.schema import (
    FEW_ITEMS,
    FLAG,
    MARKS,
    NOTATION,
    TEXT_KINDS,
    admits,
    conditions,
    guessed,
    holds,
    matching,
    merged,
    pattern_of,
)

Schema = Mapping[str, Any]
Rule = tuple[Schema, tuple[tuple[str, Maker], ...], tuple[tuple[str, Schema, Maker], ...]]

# Values drawn beforehand for a pattern that only a search can meet, and tries before an object is given up.
POOL = 64
TRIES = 50
# How often a schema may hold itself; deeper members are left out.
DEEPEST = 2
# Parts of a schema that are compiled; a schema that unfolds into more of them is cut off there.
LARGEST = 20_000


def compiled(schema: Any, root: Mapping[str, Any] | None = None, *, fill: float = 0.5, largest: int = LARGEST) -> Maker:
    """A function of a random source that makes JSON values of that schema, the same for the same source.

    Local references are looked up in ``root`` (default: the schema). An optional member is there with the
    probability ``fill``. What the schema does not name is never made, nor what comes after ``largest`` parts.
    """
    root = root if root is not None else schema if isinstance(schema, Mapping) else {}
    return _Compiler(root, fill, largest).value(schema, "")


class _Compiler:
    def __init__(self, root: Mapping[str, Any], fill: float, largest: int) -> None:
        self.root = root
        self.fill = fill
        self._left = largest
        self._open: list[str] = []

    def value(self, schema: Any, name: str) -> Maker:
        """Values of a schema; ``name`` is the member that holds them."""
        self._left -= 1
        if self._left < 0:
            return _nothing
        if isinstance(schema, bool):
            return picked((None,))
        if "$ref" in schema:
            return self._reference(schema, name)
        if "const" in schema:
            return picked((schema["const"],))
        if "enum" in schema:
            return picked(tuple(schema["enum"]))
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                rest = {key: value for key, value in schema.items() if key != keyword}
                return _one_of([self.value(merged(rest, self.resolved(part)), name) for part in schema[keyword]])
        return self._typed(schema, name)

    def resolved(self, schema: Any) -> Any:
        """The schema behind a local reference, with the keywords beside it."""
        if not (isinstance(schema, Mapping) and "$ref" in schema):
            return schema
        _, target = document.resolved(self.root, schema["$ref"].removeprefix("#"))
        return merged(target, {key: value for key, value in schema.items() if key != "$ref"})

    def _reference(self, schema: Schema, name: str) -> Maker:
        reference = str(schema["$ref"])
        if self._open.count(reference) >= DEEPEST:
            return _nothing
        self._open.append(reference)
        try:
            return self.value(self.resolved(schema), name)
        finally:
            self._open.pop()

    def _typed(self, schema: Schema, name: str) -> Maker:
        whole = merged({key: value for key, value in schema.items() if key != "allOf"}, *self._parts(schema))
        kinds = whole.get("type") or guessed(whole)
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        makers: Mapping[str, Callable[[], Maker]] = {
            "object": lambda: self._object(whole, conditions(schema)),
            "array": lambda: self._array(whole, name),
            "string": lambda: _string(whole, name),
            "integer": lambda: _integer(whole),
            "number": lambda: _number(whole, name),
            "boolean": lambda: picked((False, True)),
            "null": lambda: picked((None,)),
        }
        return _one_of([makers[kind]() for kind in sorted(kinds, key=lambda kind: kind == "null")])

    def _parts(self, schema: Schema) -> Iterable[Schema]:
        """The members of ``allOf`` that say something without a condition."""
        for part in map(self.resolved, schema.get("allOf", ())):
            yield from self._parts(part)
            yield {key: value for key, value in part.items() if key not in ("if", "then", "else", "allOf")}

    def _object(self, schema: Schema, rules: list[tuple[Schema, Schema]]) -> Maker:
        required = schema.get("required", ())
        properties = schema.get("properties", {})
        makers = {name: self.value(part, name) for name, part in properties.items()}
        makers |= {name: picked((None,)) for name in required if name not in makers}
        members = tuple((name, make, name in required) for name, make in makers.items() if make is not _nothing)
        flags = tuple((name, name.replace(FLAG, NOTATION)) for name in makers if name.endswith(FLAG))
        rest = tuple(self._rule(properties, condition, then) for condition, then in rules)
        fill = self.fill

        def make(source: Random) -> dict[str, Any]:
            chance = source.random
            body = {name: value(source) for name, value, always in members if always or chance() < fill}
            for flag, notation in flags:
                if flag in body:
                    body[flag] = "1" if body.get(notation) else "0"
                elif notation in body:
                    # A notation without its flag is as open as a flag without its notation.
                    del body[notation]
            for rule in rest:
                _meet(rule, body, source)
            return body

        return make

    def _rule(self, properties: Schema, condition: Schema, then: Schema) -> Rule:
        def of(name: str) -> Maker:
            part = merged(self.resolved(properties.get(name, {})), then.get("properties", {}).get(name, {}))
            return self.value(part, name)

        needed = tuple((name, of(name)) for name in then.get("required", ()))
        narrowed = tuple((name, part, of(name)) for name, part in then.get("properties", {}).items())
        return condition, needed, narrowed

    def _array(self, schema: Schema, name: str) -> Maker:
        smallest = schema.get("minItems", 0)
        span = min(schema.get("maxItems", smallest + FEW_ITEMS), smallest + FEW_ITEMS) - smallest + 1
        items, unique = self.value(schema.get("items", True), name), bool(schema.get("uniqueItems"))
        if items is _nothing:
            return lambda _: []

        def make(source: Random) -> list[Any]:
            wanted = smallest + int(source.random() * span)
            values = [items(source) for _ in range(wanted)]
            if not unique:
                return values
            for _ in range(TRIES):
                values = list({repr(value): value for value in values}.values())
                if len(values) >= wanted:
                    break
                values.append(items(source))
            return values

        return make


def _meet(rule: Rule, body: dict[str, Any], source: Random) -> None:
    """Add or change what a condition asks for."""
    condition, needed, narrowed = rule
    if not holds(condition, body):
        return
    for name, make in needed:
        if name not in body:
            body[name] = make(source)
    for name, part, make in narrowed:
        if name in body and not admits(part, body[name]):
            body[name] = make(source)


def _nothing(_: Random) -> None:
    """Stands for values that would hold themselves for ever."""


def _one_of(makers: list[Maker]) -> Maker:
    makers = [make for make in makers if make is not _nothing] or makers
    if len(makers) == 1:
        return makers[0]
    count = len(makers)
    return lambda source: makers[int(source.random() * count)](source)


def _string(schema: Schema, name: str) -> Maker:
    marks = schema.get(MARKS)
    if isinstance(marks, Mapping) and marks.get("type") in TEXT_KINDS:
        made = maker(described(marks, name, code_points=schema.get("maxLength")))
        dated = marks["type"] == "DATE" and "pattern" in schema
        # A contract may ask only for dates that every provider must accept.
        return _matching(made, schema["pattern"]) if dated else made
    if schema.get("format") == "date":
        return maker(Day())
    if schema.get("format") == "date-time":
        day = maker(Day())
        return lambda source: f"{day(source)}T09:00:00+09:00"
    if "pattern" not in schema and schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    smallest = schema.get("minLength", 0)
    largest = schema.get("maxLength", smallest + FEW_CHARACTERS)
    if "pattern" in schema:
        return picked(_pool(schema["pattern"], smallest, largest))
    single = "".join(element for element in characters.EDGES if len(element) == 1)
    text = HalfWidth(
        alphabet=single + characters.HALF_WIDTH, smallest=smallest, largest=min(largest, smallest + FEW_CHARACTERS)
    )
    return maker(text)


def _matching(made: Maker, pattern: str) -> Maker:
    search = pattern_of(pattern).search

    def make(source: Random) -> Any:
        for _ in range(TRIES):
            value = made(source)
            if search(value):
                return value
        return value

    return make


def _uuid(source: Random) -> str:
    return str(uuid.UUID(int=source.getrandbits(128), version=4))


# Formats beside dates whose values are asked for by many a document; names and addresses that are nobody's (RFC 2606, 5737).
FORMATS: Mapping[str, Maker] = {
    "uuid": _uuid,
    "email": lambda source: f"renkei-{source.getrandbits(32):08x}@example.com",
    "uri": lambda source: f"https://example.com/{source.getrandbits(32):08x}",
    "url": lambda source: f"https://example.com/{source.getrandbits(32):08x}",
    "hostname": lambda source: f"h{source.getrandbits(32):08x}.example.com",
    "ipv4": lambda source: f"192.0.2.{source.getrandbits(8)}",
    "ipv6": lambda source: f"2001:db8::{source.getrandbits(16):x}",
    "byte": lambda source: base64.b64encode(source.randbytes(6)).decode(),
}


@functools.cache
def _pool(pattern: str, smallest: int, largest: int) -> tuple[str, ...]:
    """Values of a pattern, searched once; the same in every process."""
    return tuple(sample(matching(pattern, smallest, largest), POOL, 1)) or ("",)


def _integer(schema: Schema) -> Maker:
    marks = schema.get(MARKS)
    smallest, largest = _bounds(schema)
    if isinstance(marks, Mapping) and marks.get("type") in ("9", "S9"):
        limit = 10 ** lengths(marks)[0] - 1
        smallest = smallest if smallest is not None else (0 if marks["type"] == "9" else -limit)
        largest = largest if largest is not None else limit
    smallest = math.ceil(smallest if smallest is not None else 0 if largest is None else min(0, largest))
    largest = math.floor(largest if largest is not None else smallest + 1_000_000)
    if (step := schema.get("multipleOf", 1)) != 1:
        first, last = math.ceil(smallest / step), math.floor(largest / step)
        return maker(Serial(first=first, last=max(first, last), made=lambda number: _whole(number * step)))
    return maker(Serial(first=smallest, last=max(smallest, largest), made=int, also=(smallest, largest)))


def _number(schema: Schema, name: str) -> Maker:
    marks = schema.get(MARKS)
    if isinstance(marks, Mapping) and marks.get("type") == "9V":
        return maker(described(marks, name))
    smallest, largest = _bounds(schema)
    low = 0 if smallest is None and (largest is None or largest > 0) else smallest
    low = low if low is not None else (largest or 0) - 1_000_000
    if step := schema.get("multipleOf"):
        first, last = math.ceil(low / step), math.floor((largest if largest is not None else low + 1_000) / step)
        return maker(Serial(first=first, last=max(first, last), made=lambda number: _whole(round(number * step, 10))))
    if math.ceil(low) > math.floor(largest if largest is not None else low + 1):
        return picked((round((low + (largest or low)) / 2, 6),))
    last = math.floor(largest) if largest is not None else math.ceil(low) + 1_000_000
    return maker(Serial(first=math.ceil(low), last=last, made=float))


def _bounds(schema: Schema) -> tuple[float | None, float | None]:
    """The least and the largest number, strict bounds moved by one where that leaves room."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if (strict := schema.get("exclusiveMinimum")) is not None:
        low = max(low, strict + 1) if low is not None else strict + 1
    if (strict := schema.get("exclusiveMaximum")) is not None:
        high = min(high, strict - 1) if high is not None else strict - 1
    return low, high


def _whole(number: float) -> float:
    """A number without a fraction as people write it."""
    return int(number) if float(number).is_integer() else number
