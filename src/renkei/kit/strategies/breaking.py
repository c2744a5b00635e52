"""Requests with exactly one rule broken, and what the standard says must come back.

The error codes of the standard cover missing values (E0001), characters (E0002), fixed lengths (E0003) and
correlations (E0004); for everything else it is silent (C15), so such a variant is only recorded.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

from renkei.flow import document
from renkei.kit.strategies import characters, dates
from renkei.kit.strategies.schema import MARKS, conditions, merged

MISSING, CHARACTERS, LENGTH, CORRELATION = "E0001", "E0002", "E0003", "E0004"
KANA = "ｻﾄｳ"
WORD = "佐藤太郎"


class Broken(TypedDict):
    """One broken request as a JSON value.

    ``item`` is the romaji name and ``name`` the 項目名 of what was broken, ``rule`` how, ``codes`` the error codes of
    which one must come back (empty: the text names none). ``decided`` tells whether the text decides that, and
    ``ambiguity`` names the contradiction that leaves it, or only the code, open.
    """

    body: Any
    item: str
    name: str
    rule: str
    codes: list[str]
    decided: bool
    ambiguity: str


Variant = tuple[str, Any, list[str], str]
# What leaves only the code open (C7, C23), or which items have a fixed length (U5): a refusal is due all the same.
REFUSED_ANYWAY = frozenset({"", "C7", "C23", "U5"})
ABSENT = object()


def breakers(
    schema: Mapping[str, Any], body: Mapping[str, Any], *, root: Mapping[str, Any] | None = None, item: str = ""
) -> list[Broken]:
    """Every one-rule-broken variant of a valid body, item by item in the order of the schema.

    ``root`` holds what local references mean (default: the schema). ``item`` narrows to one item.
    """
    compiled = flat(schema, root if root is not None else schema)
    found: list[Broken] = []
    for name, part in compiled["properties"].items():
        if item and name != item:
            continue
        required = name in compiled.get("required", ())
        for rule, value, codes, ambiguity in _variants(part, body.get(name), required):
            found.append(_broken(body, {name: value}, name, part, (rule, codes, ambiguity)))
    found += [broken for broken in _correlations(compiled, body) if item in ("", broken["item"])]
    return found


def several(
    schema: Mapping[str, Any], body: Mapping[str, Any], *, root: Mapping[str, Any] | None = None
) -> list[Broken]:
    """Bodies with two rules broken at once (whether both errors are listed is not specified: only recorded)."""
    single = [broken for broken in breakers(schema, body, root=root) if broken["decided"]]
    pairs = [
        (first, second) for first, second in zip(single, single[3:], strict=False) if first["item"] != second["item"]
    ]
    return [
        {
            **first,
            "body": _applied(
                body, {entry["item"]: entry["body"].get(entry["item"], ABSENT) for entry in (first, second)}
            ),
            "rule": f"{first['rule']}+{second['rule']}",
            "name": f"{first['name']}・{second['name']}",
            "codes": [*first["codes"], *second["codes"]],
            "decided": False,
            "ambiguity": "U3",
        }
        for first, second in pairs
        if "correlation" not in (first["rule"], second["rule"])
    ]


def flat(schema: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    """The object schema with its own references and those of its members followed."""

    def followed(part: Any) -> Any:
        if isinstance(part, Mapping) and "$ref" in part:
            _, target = document.resolved(root, part["$ref"].removeprefix("#"))
            return merged(target, {key: value for key, value in part.items() if key != "$ref"})
        return part

    whole = merged(followed(schema))
    whole["properties"] = {name: followed(part) for name, part in whole.get("properties", {}).items()}
    return whole


def _variants(part: Mapping[str, Any], value: Any, required: bool) -> Iterator[Variant]:
    marks = part.get(MARKS, {})
    if required:
        has_default = "デフォルト" in f"{part.get('description')}{marks.get('condition')}"
        yield "missing", ABSENT, [MISSING], "C18" if has_default else ""
        yield "null", None, [MISSING], "C19"
        yield "empty", "", [MISSING], "U7"
    kind, length = marks.get("type"), int(str(marks.get("length") or "0").partition(",")[0])
    if kind == "N":
        yield from _not_full_width(part, length)
    if kind == "X":
        yield from _not_half_width(part, value, length)
    if kind == "DATE":
        yield from (("not-a-date", text, [], "C15") for text in (*dates.BROKEN_DATES[:4], *dates.IMPOSSIBLE_DATES[:2]))
    if kind == "TIME":
        yield from (("not-a-time", text, [], "C15") for text in dates.BROKEN_TIMES[:4])
    if kind in ("9", "S9"):
        yield from (("wrong-type", text, [], "C15") for text in ("1", 1.5))
        yield "over-length", 10**length, [], "C15"
    elif kind:
        yield "wrong-type", 1, [], "C15"
        yield "wrong-type", [WORD], [], "C15"


def _not_full_width(part: Mapping[str, Any], length: int) -> Iterator[Variant]:
    codes = [CHARACTERS]
    yield "half-width-in-n", "Taro"[:length], codes, ""
    yield "half-width-kana-in-n", KANA[:length], codes, ""
    if length >= 3:
        # 氏名_フリガナ says only 「空白」 where 氏名 says 「全角の空白」.
        loose = "空白を一文字" in str(part.get("description")) and "全角の空白" not in str(part.get("description"))
        yield "half-width-space-in-n", "佐 藤", codes, "C20" if loose else ""
    yield "over-length", "亜" * (length + 1), [], "C15"


def _not_half_width(part: Mapping[str, Any], value: Any, length: int) -> Iterator[Variant]:
    fixed = bool(part.get(MARKS, {}).get("fixed"))
    choices = [choice for choice in part.get("enum", ()) if isinstance(choice, str)]
    valid = value if isinstance(value, str) and value else choices[0] if choices else "1" * (length if fixed else 1)
    yield "full-width-in-x", characters.widened(valid), [CHARACTERS], ""
    if choices:
        yield "unknown-code", _unlisted(choices, length), [], "C15"
    # With a code list a wrong length is a wrong code as well, for which there is no error code.
    codes, ambiguity = ([LENGTH], "C15" if choices else "U5") if fixed else ([], "C15")
    yield "too-long" if fixed else "over-length", (valid * (length + 1))[: length + 1], codes, ambiguity
    if fixed and length > 1:
        yield "too-short", valid[: length - 1], codes, ambiguity


def _unlisted(choices: list[str], length: int) -> str:
    """A value of the right length and characters that is not in the list."""
    candidates = (digit * length for digit in "9876543210ABCDEFGHIJ")
    return next(candidate for candidate in candidates if candidate not in choices)


def _correlations(schema: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[Broken]:
    properties = schema["properties"]
    for premise, consequence in conditions(schema):
        for needed in consequence.get("required", ()):
            for changes in _premises(premise):
                changed = {**changes, needed: ABSENT}
                ambiguity = "C7" if "shorikubun" in premise.get("properties", {}) else "C23"
                verdict = ("correlation", [CORRELATION, MISSING], ambiguity)
                yield _broken(body, changed, needed, properties.get(needed, {}), verdict)
    choice = [name for branch in schema.get("anyOf", ()) for name in branch.get("required", ())]
    if choice:
        verdict = ("correlation", [CORRELATION], "")
        yield _broken(body, dict.fromkeys(choice, ABSENT), choice[0], properties.get(choice[0], {}), verdict)
    for name in properties:
        notation = name.replace("_fushofuragu", "_fushohyoki")
        if notation != name and notation in properties:
            changed = {name: "1", notation: ABSENT}
            verdict = ("correlation", [CORRELATION, MISSING], "C21")
            yield _broken(body, changed, notation, properties[notation], verdict)


def _premises(condition: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The members that make a condition hold, one set for each of its values."""
    for name, part in condition.get("properties", {}).items():
        for value in part.get("enum", [part["const"]] if "const" in part else ()):
            yield {name: value}


def _broken(
    body: Mapping[str, Any],
    changes: Mapping[str, Any],
    item: str,
    part: Mapping[str, Any],
    verdict: tuple[str, list[str], str],
) -> Broken:
    rule, codes, ambiguity = verdict
    return {
        "body": _applied(body, changes),
        "item": item,
        "name": part.get(MARKS, {}).get("name", item),
        "rule": rule,
        "codes": codes,
        "decided": ambiguity in REFUSED_ANYWAY,
        "ambiguity": ambiguity,
    }


def _applied(body: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    members = copy.deepcopy(dict(body)) | dict(changes)
    return {name: value for name, value in members.items() if value is not ABSENT}
