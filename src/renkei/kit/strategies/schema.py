"""A JSON Schema with ``x-renkei`` marks compiled to a strategy of values that are valid and honest Japanese data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hypothesis import strategies as st

from renkei.flow import document
from renkei.kit.strategies import characters, dates
from renkei.kit.strategies.item import (
    FEW_CHARACTERS,
    Clock,
    Day,
    Description,
    FullWidth,
    HalfWidth,
    Pick,
    Serial,
    described,
    lengths,
)

Strategy = st.SearchStrategy
Schema = Mapping[str, Any]

MARKS = "x-renkei"
FEW_ITEMS = 5
FLAG, NOTATION = "_fushofuragu", "_fushohyoki"
TEXT_KINDS = ("X", "N", "DATE", "TIME", "YEAR")


def from_schema(schema: Any, root: Mapping[str, Any] | None = None) -> Strategy[Any]:
    """A strategy of JSON values of that schema; local references are looked up in ``root`` (default: the schema).

    Objects get only the members that the schema names; a condition (``if``/``then``, ``dependentRequired``) is met by
    adding what it asks for. Keywords that it does not know only annotate.
    """
    return _Compiler(root if root is not None else schema if isinstance(schema, Mapping) else {}).value(schema, "")


def for_item(marks: Mapping[str, Any], romaji: str, *, code_points: int | None = None) -> Strategy[Any]:
    """Valid values of one item by its ``x-renkei`` marks; ``code_points`` is a maxLength that holds as well."""
    return drawn(described(marks, romaji, code_points=code_points))


def drawn(description: Description) -> Strategy[Any]:
    """The strategy of a description."""
    match description:
        case Pick(values=values):
            return st.sampled_from(values)
        case Serial(first=first, last=last, made=made, also=also):
            numbered = st.integers(first, last).map(made)
            return st.one_of(numbered, st.sampled_from(also)) if also else numbered
        case HalfWidth(alphabet=letters, smallest=smallest, largest=largest):
            return characters.half_width(smallest, largest, alphabet=letters)
        case FullWidth(alphabet=alphabet, smallest=smallest, largest=largest, code_points=cap):
            return characters.full_width(smallest, largest, alphabet=alphabet, code_points=cap)
        case Day(also=also):
            days = dates.calendar_dates()
            return st.one_of(days, st.sampled_from(also)) if also else days
        case Clock():
            return dates.times()


def conditions(schema: Schema) -> list[tuple[Schema, Schema]]:
    """Every (if, then) of an object schema, ``dependentRequired`` and the members of ``allOf`` included."""
    found: list[tuple[Schema, Schema]] = []
    if "if" in schema:
        found.append((schema["if"], schema.get("then", {})))
    for name, needed in schema.get("dependentRequired", {}).items():
        found.append(({"required": [name]}, {"required": needed}))
    for part in schema.get("allOf", ()):
        found.extend(conditions(part))
    return found


def holds(condition: Any, body: Mapping[str, Any]) -> bool:
    """Whether an object meets an ``if`` made of ``required``, ``properties`` with const or enum, not, anyOf and allOf."""
    if isinstance(condition, bool):
        return condition
    if any(name not in body for name in condition.get("required", ())):
        return False
    for name, schema in condition.get("properties", {}).items():
        if name in body and not admits(schema, body[name]):
            return False
    if "not" in condition and holds(condition["not"], body):
        return False
    if "anyOf" in condition and not any(holds(part, body) for part in condition["anyOf"]):
        return False
    return all(holds(part, body) for part in condition.get("allOf", ()))


def settled(body: Any) -> bool:
    """Whether the text decides how an otherwise valid object is taken: a 不詳フラグ without 不詳表記 is open (C21)."""
    if not isinstance(body, Mapping):
        return True
    flags = [name for name in body if name.endswith(FLAG)]
    return all((body[name] == "1") == bool(body.get(name.replace(FLAG, NOTATION))) for name in flags)


def merged(*schemas: Any) -> dict[str, Any]:
    """The keywords of several schemas as one: members and requirements united, of the rest the last one wins."""
    result: dict[str, Any] = {}
    for schema in schemas:
        if not isinstance(schema, Mapping):
            continue
        for keyword, value in schema.items():
            if keyword == "properties":
                known = result.get("properties", {})
                result["properties"] = known | {
                    name: merged(known[name], part) if name in known else part for name, part in value.items()
                }
            elif keyword == "required":
                result["required"] = [*dict.fromkeys([*result.get("required", ()), *value])]
            else:
                result[keyword] = value
    return result


class _Compiler:
    """Compiles the schemas of one root; a recursive reference becomes a deferred strategy."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self._referred: dict[str, Strategy[Any]] = {}

    def value(self, schema: Any, name: str) -> Strategy[Any]:
        """Values of a schema; ``name`` is the member that holds them."""
        if isinstance(schema, bool):
            return st.none() if schema else st.nothing()
        if "$ref" in schema:
            return self._reference(schema, name)
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(list(schema["enum"]))
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                rest = {key: value for key, value in schema.items() if key != keyword}
                branches = [self.resolved(branch) for branch in schema[keyword]]
                return st.one_of([self.value(merged(rest, branch), name) for branch in branches])
        return self._typed(schema, name)

    def resolved(self, schema: Any) -> Any:
        """The schema behind a local reference, with the keywords beside it."""
        if not (isinstance(schema, Mapping) and "$ref" in schema):
            return schema
        _, target = document.resolved(self.root, schema["$ref"].removeprefix("#"))
        return merged(target, {key: value for key, value in schema.items() if key != "$ref"})

    def _reference(self, schema: Schema, name: str) -> Strategy[Any]:
        if len(schema) > 1:
            return self.value(self.resolved(schema), name)
        reference = f"{schema['$ref']} {name}"
        if reference not in self._referred:
            self._referred[reference] = st.deferred(lambda: self.value(self.resolved(schema), name))
        return self._referred[reference]

    def _typed(self, schema: Schema, name: str) -> Strategy[Any]:
        whole = merged({key: value for key, value in schema.items() if key != "allOf"}, *self._parts(schema))
        kinds = whole.get("type") or guessed(whole)
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        makers: Mapping[str, Callable[[], Strategy[Any]]] = {
            "object": lambda: self._object(whole, conditions(schema)),
            "array": lambda: self._array(whole, name),
            "string": lambda: _string(whole, name),
            "integer": lambda: _integer(whole),
            "number": lambda: _number(whole, name),
            "boolean": st.booleans,
            "null": st.none,
        }
        ordered = sorted(kinds, key=lambda kind: kind == "null")
        return st.one_of([makers[kind]() for kind in ordered])

    def _parts(self, schema: Schema) -> Iterable[Schema]:
        """The members of ``allOf`` that say something without a condition."""
        for part in map(self.resolved, schema.get("allOf", ())):
            yield from self._parts(part)
            yield {key: value for key, value in part.items() if key not in ("if", "then", "else", "allOf")}

    def _object(self, schema: Schema, rules: list[tuple[Schema, Schema]]) -> Strategy[dict[str, Any]]:
        members = {name: self.value(part, name) for name, part in schema.get("properties", {}).items()}
        required = schema.get("required", ())
        members |= {name: st.none() for name in required if name not in members}
        there = st.booleans()
        flags = {name: name.replace(FLAG, NOTATION) for name in members if name.endswith(FLAG)}

        # One choice for each optional member: leaving it out is what it shrinks to.
        @st.composite
        def bodies(draw: st.DrawFn) -> dict[str, Any]:
            body = {name: draw(member) for name, member in members.items() if name in required or draw(there)}
            for flag, notation in flags.items():
                if flag in body and not settled({flag: body[flag], notation: body.get(notation)}):
                    body |= {flag: "1" if body.get(notation) else "0"}
            return body

        return self._conditional(bodies(), schema, rules) if rules else bodies()

    def _conditional(
        self, plain: Strategy[dict[str, Any]], schema: Schema, rules: list[tuple[Schema, Schema]]
    ) -> Strategy[dict[str, Any]]:
        members: dict[tuple[int, str], Strategy[Any]] = {}
        for place, (_, consequence) in enumerate(rules):
            properties = consequence.get("properties", {})
            for name in {*consequence.get("required", ()), *properties}:
                part = merged(self.resolved(schema.get("properties", {}).get(name, {})), properties.get(name, {}))
                members[place, name] = self.value(part, name)

        @st.composite
        def bodies(draw: st.DrawFn) -> dict[str, Any]:
            body = dict(draw(plain))
            for place, (condition, consequence) in enumerate(rules):
                if not holds(condition, body):
                    continue
                for name in consequence.get("required", ()):
                    if name not in body:
                        body[name] = draw(members[place, name])
                for name, part in consequence.get("properties", {}).items():
                    if name in body and not admits(part, body[name]):
                        body[name] = draw(members[place, name])
            return body

        return bodies()

    def _array(self, schema: Schema, name: str) -> Strategy[list[Any]]:
        smallest = schema.get("minItems", 0)
        largest = min(schema.get("maxItems", smallest + FEW_ITEMS), smallest + FEW_ITEMS)
        items = self.value(schema.get("items", True), name)
        unique = repr if schema.get("uniqueItems") else None
        return st.lists(items, min_size=smallest, max_size=largest, unique_by=unique)


def guessed(schema: Schema) -> str:
    """The type that a schema without one means."""
    if "properties" in schema or "required" in schema:
        return "object"
    if "items" in schema:
        return "array"
    return "integer" if "minimum" in schema or "maximum" in schema else "string"


def admits(schema: Any, value: Any) -> bool:
    """Whether a value fits the few keywords that conditions use on members."""
    if isinstance(schema, bool):
        return schema
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "not" in schema and admits(schema["not"], value):
        return False
    kinds = schema.get("type", ())
    nulls = ("null",) if kinds == "null" else kinds
    if kinds and (value is None) != ("null" in nulls and len(nulls) == 1) and (value is None and "null" not in nulls):
        return False
    return not (isinstance(value, str) and len(value) < schema.get("minLength", 0))


def _string(schema: Schema, name: str) -> Strategy[str]:
    marks = schema.get(MARKS)
    if isinstance(marks, Mapping) and marks.get("type") in TEXT_KINDS:
        values: Strategy[str] = for_item(marks, name, code_points=schema.get("maxLength"))
        # A contract may ask only for dates that every provider must accept.
        return (
            values.filter(_searcher(schema["pattern"])) if marks["type"] == "DATE" and "pattern" in schema else values
        )
    if schema.get("format") == "date":
        return dates.calendar_dates()
    if schema.get("format") == "date-time":
        return dates.calendar_dates().map(lambda day: f"{day}T09:00:00+09:00")
    smallest = schema.get("minLength", 0)
    largest = schema.get("maxLength", smallest + FEW_CHARACTERS)
    if "pattern" in schema:
        return matching(schema["pattern"], smallest, largest)
    single = "".join(element for element in characters.EDGES if len(element) == 1)
    return st.text(alphabet=single + characters.HALF_WIDTH, min_size=smallest, max_size=largest)


def _integer(schema: Schema) -> Strategy[int]:
    marks = schema.get(MARKS)
    smallest, largest = schema.get("minimum"), schema.get("maximum")
    if isinstance(marks, Mapping) and marks.get("type") in ("9", "S9"):
        limit = 10 ** lengths(marks)[0] - 1
        smallest = smallest if smallest is not None else (0 if marks["type"] == "9" else -limit)
        largest = largest if largest is not None else limit
    return st.integers(smallest, largest)


def _number(schema: Schema, name: str) -> Strategy[float]:
    marks = schema.get(MARKS)
    if isinstance(marks, Mapping) and marks.get("type") == "9V":
        values: Strategy[float] = for_item(marks, name)
        return values
    return st.integers(int(schema.get("minimum", 0)), int(schema.get("maximum", 1_000_000))).map(float)


def matching(pattern: str, smallest: int, largest: int) -> Strategy[str]:
    """Texts of a pattern within these lengths, on one line."""
    found = st.from_regex(pattern_of(pattern))
    return found.filter(lambda text: smallest <= len(text) <= largest and "\n" not in text)


def pattern_of(pattern: str) -> re.Pattern[str]:
    """The pattern for Python, whose ``$`` also stands before a line end, which ECMA's does not."""
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), re.ASCII)


def _searcher(pattern: str) -> Callable[[str], bool]:
    compiled = pattern_of(pattern)
    return lambda text: compiled.search(text) is not None
