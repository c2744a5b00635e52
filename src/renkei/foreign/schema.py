"""Schemas of OpenAPI 3.0 and 3.1 in one form: JSON Schema 2020-12 with references inside the document only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from renkei.errors import ContractError
from renkei.foreign import pattern
from renkei.foreign.place import Place, shown

# Larger than any honest limit that a value must reach, and small enough to make such a value.
MAX_LEAST = 100_000
MAX_ALTERNATIVES = 2_000
# Copied as they are; what else is known is read by name, and what is not known is left out.
KEPT = (
    *("default", "const", "multipleOf", "maximum", "minimum", "uniqueItems", "format"),
    *("contentEncoding", "contentMediaType"),
)
COUNTS = ("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "maxContains")
PAIRS = (("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties"))
ONE = ("not", "items", "additionalProperties", "propertyNames", "contains", "if", "then", "else")
MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED = ("properties", "patternProperties", "dependentSchemas")
TYPES = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})
REQUEST, RESPONSE = "request", "response"

Refer = Callable[[str, Place, str], dict[str, Any]]
Follow = Callable[[Any, Place], tuple[Mapping[str, Any], Place]]


class SchemaReader:
    """Reads the schemas of one document.

    ``refer`` gives the new reference for an old one, ``follow`` the object behind references that stand where no schema
    does, ``note`` hears remarks.
    """

    def __init__(self, old: bool, refer: Refer, follow: Follow, note: Callable[[Place, str, str], None]) -> None:
        self._old = old
        self._refer = refer
        self._follow = follow
        self._note = note

    def read(self, node: Any, place: Place, way: str) -> Any:
        """The schema as 2020-12 for bodies going one ``way`` (request or response)."""
        if isinstance(node, bool) and not self._old:
            return node
        if not isinstance(node, Mapping):
            raise ContractError("document-wrong", place=str(place), reason="a schema is an object")
        for keyword in ("$dynamicRef", "$recursiveRef"):
            if keyword in node:
                raise ContractError("document-reference", place=str(place), reference=shown(str(node[keyword])))
        if "$ref" in node:
            return self._reference(node, place, way)
        return self._nullable(node, self._object(node, place, way))

    def _reference(self, node: Mapping[str, Any], place: Place, way: str) -> dict[str, Any]:
        if not isinstance(node["$ref"], str):
            raise ContractError("document-reference", place=str(place), reference=shown(str(node["$ref"])))
        reference = self._refer(node["$ref"], place, way)
        if self._old:
            # 3.0 ignores what stands beside a reference, but every author means it when they write nullable there.
            return {"anyOf": [reference, {"type": "null"}]} if node.get("nullable") is True else reference
        rest = self._object({key: value for key, value in node.items() if key != "$ref"}, place, way)
        return reference | rest

    def _object(self, node: Mapping[str, Any], place: Place, way: str) -> dict[str, Any]:
        made: dict[str, Any] = {key: node[key] for key in KEPT if key in node}
        self._types(node, made, place)
        self._numbers(node, made, place)
        self._patterns(node, made, place)
        self._values(node, made, place)
        for key in ONE:
            if key in node:
                made[key] = self._one(key, node[key], place / key, way)
        for key in MANY:
            if key in node:
                made[key] = [
                    self.read(part, place / key / index, way) for index, part in enumerate(_list(node[key], place))
                ]
        for key in NAMED:
            if key in node:
                parts, where = self._named(node, key, place)
                made[key] = {name: self.read(part, where / name, way) for name, part in parts.items()}
        self._members({**node, "properties": self._named(node, "properties", place)[0]}, made, way, place)
        return made

    def _named(self, node: Mapping[str, Any], key: str, place: Place) -> tuple[Mapping[str, Any], Place]:
        """The schemas of a keyword by name; some authors put a reference in the place of all of them."""
        parts = _mapping(node.get(key, {}), place / key)
        return self._follow(parts, place / key) if isinstance(parts.get("$ref"), str) else (parts, place / key)

    def _one(self, key: str, value: Any, place: Place, way: str) -> Any:
        if key == "additionalProperties" and isinstance(value, bool):
            return value
        if key == "items" and isinstance(value, list):
            raise ContractError("document-wrong", place=str(place), reason="items is one schema")
        return self.read(value, place, way)

    @staticmethod
    def _types(node: Mapping[str, Any], made: dict[str, Any], place: Place) -> None:
        if "type" not in node:
            return
        kinds = node["type"] if isinstance(node["type"], list) else [node["type"]]
        if not kinds or not all(isinstance(kind, str) and kind in TYPES | {"file"} for kind in kinds):
            raise ContractError("document-wrong", place=str(place / "type"), reason="not a type of JSON Schema")
        made["type"] = node["type"]

    def _numbers(self, node: Mapping[str, Any], made: dict[str, Any], place: Place) -> None:
        for key in COUNTS:
            value = node.get(key)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
                raise ContractError("document-wrong", place=str(place / key), reason="a whole number from 0")
            if key.startswith("min") and value > MAX_LEAST:
                raise ContractError("document-limit", place=str(place / key), value=shown(str(value)), limit=MAX_LEAST)
            made[key] = int(value)
        self._ends(node, made, place)
        for least, most in (*PAIRS, ("minimum", "maximum")):
            if least in made and most in made and made[least] > made[most]:
                raise ContractError("document-impossible", place=str(place), reason=f"{least} > {most}")

    @staticmethod
    def _ends(node: Mapping[str, Any], made: dict[str, Any], place: Place) -> None:
        """Bounds as numbers: in 3.0 a strict bound is a mark beside the other one."""
        for end, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            value = node.get(strict)
            if isinstance(value, bool):
                if value and end in made:
                    made[strict] = made.pop(end)
            elif value is not None:
                made[strict] = value
        for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
            if key in made and (isinstance(made[key], bool) or not isinstance(made[key], int | float)):
                raise ContractError("document-wrong", place=str(place / key), reason="a number")
        if made.get("multipleOf", 1) <= 0:
            raise ContractError("document-wrong", place=str(place / "multipleOf"), reason="a number above 0")

    def _patterns(self, node: Mapping[str, Any], made: dict[str, Any], place: Place) -> None:
        texts = [("pattern", node["pattern"])] if "pattern" in node else []
        named = node.get("patternProperties")
        texts += [("patternProperties", key) for key in named] if isinstance(named, Mapping) else []
        for key, text in texts:
            if not isinstance(text, str):
                raise ContractError("document-wrong", place=str(place / key), reason="a pattern is text")
            why = pattern.fault(text)
            if why:
                raise ContractError("document-pattern", place=str(place / key), pattern=shown(text), reason=why)
            if unusable := pattern.unusable(text):
                if key == "patternProperties":
                    raise ContractError(
                        "document-pattern", place=str(place / key), pattern=shown(text), reason="unusable"
                    )
                self._note(place / key, "pattern-not-judged", unusable)
            elif key == "pattern":
                made["pattern"] = text

    @staticmethod
    def _values(node: Mapping[str, Any], made: dict[str, Any], place: Place) -> None:
        if "enum" in node:
            values = _list(node["enum"], place / "enum")
            if not values or len(values) > MAX_ALTERNATIVES:
                raise ContractError("document-impossible", place=str(place / "enum"), reason=f"{len(values)} values")
            made["enum"] = list(values)
        examples = node.get("examples") if isinstance(node.get("examples"), list) else []
        samples = ([node["example"]] if "example" in node else []) + (examples or [])
        if samples := [value for value in samples if not refers(value)]:
            made["examples"] = samples[:5]
        if refers(made.get("default")):
            del made["default"]

    @staticmethod
    def _members(node: Mapping[str, Any], made: dict[str, Any], way: str, place: Place) -> None:
        """What is required, without the members that do not travel this way."""
        hidden = "readOnly" if way == REQUEST else "writeOnly"
        properties = node.get("properties", {})
        away = {name for name, part in properties.items() if isinstance(part, Mapping) and part.get(hidden) is True}
        for name in away:
            if way == REQUEST:
                del made["properties"][name]
            else:
                made["properties"][name] = {}
        required = node.get("required")
        if isinstance(required, list):
            names = [name for name in required if isinstance(name, str) and name not in away]
            if names:
                made["required"] = sorted(set(names), key=names.index)
        elif required is not None and not isinstance(required, bool):
            raise ContractError("document-wrong", place=str(place / "required"), reason="a list of names")

    def _nullable(self, node: Mapping[str, Any], made: dict[str, Any]) -> dict[str, Any]:
        if not (self._old and node.get("nullable") is True):
            return made
        if isinstance(made.get("enum"), list) and None not in made["enum"]:
            made["enum"] = [*made["enum"], None]
        if isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
        if any(key in made for key in ("allOf", "anyOf", "oneOf", "not")):
            return {"anyOf": [made, {"type": "null"}]}
        return made


def refers(value: Any) -> bool:
    """Whether a literal value holds what a reader could take for a reference."""
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            if any(str(key).startswith("$") for key in node):
                return True
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return False


def _list(value: Any, place: Place) -> list[Any]:
    if not isinstance(value, list):
        raise ContractError("document-wrong", place=str(place), reason="a list")
    return value


def _mapping(value: Any, place: Place) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ContractError("document-wrong", place=str(place), reason="an object")
    return value
