"""Requests made by the ten thousand are valid, repeatable and cheap, and know what is special about them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import jsonschema_rs
import pytest

from renkei.adapters.folder.bundle import load_bundle
from renkei.adapters.jsonschema_rs.validator import SchemaValidator
from renkei.flow.contract import Bundle
from renkei.kit.generate import boundaries, compiled
from renkei.kit.strategies import minimal
from renkei.kit.strategies.schema import settled
from renkei.tables.fields import violations

FUBAN = "jutogaishaatenabangofuban"
SHOKAI = "jutogaishaatenakihonjohosyokai"
MANY = 2_000

OTHER_SCHEMAS: dict[str, Any] = {
    "pattern": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
    "array": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 9}, "uniqueItems": True},
    "nullable": {"type": ["string", "null"], "maxLength": 3},
    "union": {"oneOf": [{"type": "integer"}, {"type": "boolean"}]},
    "dependent": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "number", "minimum": 2}},
        "dependentRequired": {"a": ["b"]},
    },
    "tree": {
        "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}, "id": {"const": 1}}}},
        "type": "object",
        "properties": {"root": {"$ref": "#/$defs/node"}, "at": {"type": "string", "format": "date"}},
        "required": ["at"],
    },
}


@cache
def bundle() -> Bundle:
    """The contracts of the repository."""
    return load_bundle(Path(__file__).parents[2] / "contracts")


@cache
def validator() -> SchemaValidator:
    """The first validator of 031."""
    return SchemaValidator(document())


def document() -> Any:
    """The document of 031."""
    return bundle().system("031").document


def schema(operation: str) -> Any:
    """The request schema of an operation."""
    return document()["components"]["schemas"][f"{operation}_R01"]


@pytest.mark.parametrize("fill", [0.5, 1.0])
@pytest.mark.parametrize("operation", [FUBAN, SHOKAI])
def test_every_body_is_valid(operation: str, fill: float) -> None:
    """Bodies break no schema keyword, no condition, no field rule, and leave nothing that the text does not decide."""
    make, source = compiled(schema(operation), document(), fill=fill), Random(1)
    group = bundle().system("031").linkage(operation).group
    table = {item.romaji: item for item in bundle().system("031").group(f"{group}/要求")}
    for _ in range(MANY):
        body = make(source)
        assert validator().request_faults(operation, body) == ()
        assert settled(body)
        for name, value in body.items():
            codes = bundle().codes.get(table[name].code)
            assert violations(table[name], value, codes=codes) == (), name


def test_same_source_same_bodies() -> None:
    """The bodies depend on the random source alone."""
    makers = [compiled(schema(FUBAN), document()) for _ in range(2)]
    texts = [
        [json.dumps(make(source)) for _ in range(50)]
        for make, source in zip(makers, (Random(7), Random(7)), strict=True)
    ]

    assert texts[0] == texts[1]
    assert len(set(texts[0])) == 50


@pytest.mark.parametrize("name", OTHER_SCHEMAS)
def test_schemas_without_marks_are_met_too(name: str) -> None:
    """Ordinary JSON Schemas, with patterns, unions, conditions and recursion, are met."""
    make, source = compiled(OTHER_SCHEMAS[name]), Random(2)
    judge = jsonschema_rs.Draft202012Validator(OTHER_SCHEMAS[name])

    assert all(judge.is_valid(make(source)) for _ in range(300))


@pytest.mark.parametrize("operation", [FUBAN, SHOKAI])
def test_boundaries_are_valid(operation: str) -> None:
    """Every edge value set in a valid request leaves it valid, and each kind of edge is there."""
    base = {FUBAN: minimal("131016"), SHOKAI: {**_question(), "shimei": "佐藤　一郎"}}[operation]
    found = boundaries(schema(operation), document())
    for boundary in found:
        # 処理区分 1 and 2, and 名寄せ元, need a number beside them.
        numbers = {"atenabango": "123456789012340", "nayosesakiatenabango": "123456789012340"}
        body = base | (numbers if boundary.item in ("shorikubun", "nayosemotofuragu") else {}) | dict(boundary.members)
        assert validator().request_faults(operation, body) == (), (boundary.item, boundary.kind)

    kinds = {boundary.kind.split(" ")[0] for boundary in found}
    assert kinds >= {"longest", "variation", "surrogate", "date", "time", "choice"}


def _question() -> dict[str, str]:
    return {
        "shikuchosonkodo": "131016",
        "kensakuhoho": "1",
        "rirekikensaku": "0",
        "gyomuid": "010",
        "dokujishisakushisutemutoid": "000",
        "sosashaid": "RENKEI01",
        "sosanengappi": "2026-04-01",
        "sosajikoku": "09:00:00",
    }
