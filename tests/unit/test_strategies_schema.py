"""Values compiled from the contracts keep every field rule, and broken requests break what they say."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from renkei.adapters.folder.bundle import load_bundle
from renkei.adapters.jsonschema_rs.validator import SchemaValidator
from renkei.adapters.openapi_core.validator import SecondValidator
from renkei.flow.contract import Bundle, Item, System
from renkei.kit import BACKEND, KINDS, breakers, from_schema, inquiry, minimal, persons, sample, several
from renkei.tables.fields import violations

FUBAN = "jutogaishaatenabangofuban"
SHOKAI = "jutogaishaatenakihonjohosyokai"
MANY = 300


@cache
def bundle() -> Bundle:
    """The contracts of the repository."""
    return load_bundle(Path(__file__).parents[2] / "contracts")


def system() -> System:
    """The system with REST operations."""
    return bundle().system("031")


@cache
def validators() -> tuple[SchemaValidator, SecondValidator]:
    """Both validators of that system."""
    return SchemaValidator(system().document), SecondValidator(system().document)


def schema(operation: str) -> Any:
    """The request schema of an operation."""
    return system().document["components"]["schemas"][f"{operation}_R01"]


def items(operation: str) -> dict[str, Item]:
    """The request items of an operation by their romaji name."""
    return {item.romaji: item for item in system().group(system().linkage(operation).group + "/要求")}


def broken_rules(operation: str, body: dict[str, Any]) -> set[tuple[str, str]]:
    """The field rules that the members of a body break."""
    table = items(operation)
    return {
        (name, rule)
        for name, value in body.items()
        for rule in violations(table[name], value, codes=bundle().codes.get(table[name].code))
    }


@pytest.mark.parametrize("operation", [FUBAN, SHOKAI])
def test_values_of_a_schema_are_valid(operation: str) -> None:
    """Bodies compiled from a request schema break no schema keyword, no condition and no field rule."""
    for body in sample(from_schema(schema(operation), system().document), MANY, 1):
        assert validators()[0].request_faults(operation, body) == ()
        assert broken_rules(operation, body) == set()


def test_people_are_valid() -> None:
    """Generated and minimal people of every kind are valid requests."""
    people = sample(persons("993018"), MANY, 2)
    for body in [*people, *(minimal("131016", seed, kind) for kind in KINDS for seed in range(50))]:
        assert validators()[0].request_faults(FUBAN, body) == ()
        assert broken_rules(FUBAN, body) == set()


def test_inquiry_is_valid() -> None:
    """A 照会 request with one criterion is valid."""
    assert all(not validator.request_faults(SHOKAI, inquiry("131016", shimei="佐藤")) for validator in validators())


def test_file_rows_are_valid() -> None:
    """Rows compiled from the row schema of a file linkage keep its field rules."""
    register = bundle().system("001")
    document = register.document
    table = {item.romaji: item for item in register.group(register.linkage("001o006").group)}
    for row in sample(from_schema(document["components"]["schemas"]["001o006_row"], document), 60, 3):
        assert {
            name: found for name, cell in row.items() if (found := violations(table[name], cell, text_only=True))
        } == {}


def test_counterexamples_shrink() -> None:
    """A failing body shrinks to the required members with their simplest values."""
    smallest: list[Any] = []
    few = ("sosashaid", "sosanengappi", "seinengappi", "jusho_katagaki")
    members = {name: schema(FUBAN)["properties"][name] for name in few}
    compiled = from_schema({"type": "object", "required": list(few[:2]), "properties": members})

    @hypothesis.seed(1)
    @hypothesis.settings(
        max_examples=60,
        database=None,
        deadline=None,
        backend=BACKEND,
        print_blob=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(compiled)
    def judged(body: Any) -> None:
        if len(body.get("jusho_katagaki", "")) > 5:
            smallest[:] = [body]
            raise AssertionError

    with pytest.raises(AssertionError):
        judged()
    assert set(smallest[0]) == {"sosashaid", "sosanengappi", "jusho_katagaki"}
    assert smallest[0]["jusho_katagaki"] == "亜" * 6


@pytest.mark.parametrize(
    ("operation", "body"), [(FUBAN, minimal("131016", 1)), (SHOKAI, inquiry("131016", shimei="亜"))]
)
def test_breakers_break_one_rule(operation: str, body: dict[str, Any]) -> None:
    """A variant differs from the valid body in its own item, or in the members of its correlation."""
    found = breakers(schema(operation), body, root=system().document)
    assert len(found) >= 90
    for broken in found:
        names = {*broken["body"], *body}
        changed = {name for name in names if broken["body"].get(name, ...) != body.get(name, ...)}
        assert len(changed) <= (2 if broken["rule"] == "correlation" else 1), broken
        assert broken["item"] in changed or broken["rule"] == "correlation", broken
        assert json.loads(json.dumps(broken, ensure_ascii=False)) == broken


@pytest.mark.parametrize(
    ("operation", "body"), [(FUBAN, minimal("131016", 1)), (SHOKAI, inquiry("131016", shimei="亜"))]
)
def test_decided_breakers_are_broken(operation: str, body: dict[str, Any]) -> None:
    """Both validators refuse every variant that the text decides, and it names an error code."""
    for broken in breakers(schema(operation), body, root=system().document):
        if broken["decided"]:
            assert broken["codes"]
            assert all(validator.request_faults(operation, broken["body"]) for validator in validators()), broken


def test_every_error_code_is_reached() -> None:
    """The decided variants reach E0001 to E0004, and each open one names its ambiguity."""
    found = breakers(schema(FUBAN), minimal("131016", 1), root=system().document)
    assert {code for broken in found if broken["decided"] for code in broken["codes"]} == {
        "E0001",
        "E0002",
        "E0003",
        "E0004",
    }
    known = {ambiguity.id for ambiguity in bundle().ambiguities}
    assert {broken["ambiguity"] for broken in found if not broken["decided"]} <= known
    rules = {broken["rule"] for broken in found}
    assert rules == {
        "missing",
        "null",
        "empty",
        "half-width-in-n",
        "half-width-kana-in-n",
        "half-width-space-in-n",
        "full-width-in-x",
        "too-short",
        "too-long",
        "over-length",
        "wrong-type",
        "unknown-code",
        "correlation",
        "not-a-date",
        "not-a-time",
    }


def test_defaults_are_not_decided() -> None:
    """A missing ◎ item that has a default is only recorded (C18), any other missing ◎ item is E0001."""
    missing = {
        broken["item"]: broken
        for broken in breakers(schema(FUBAN), minimal("131016", 1), root=system().document)
        if broken["rule"] == "missing"
    }
    assert {name for name, broken in missing.items() if not broken["decided"]} == {
        "nayosemotofuragu",
        "tagyomusanshofukafuragu",
    }
    assert missing["sosashaid"]["codes"] == ["E0001"]


def test_breakers_of_one_item() -> None:
    """The variants of one item can be asked for, and the body given is never changed."""
    body = minimal("131016", 1)
    before = copy.deepcopy(body)
    assert {broken["item"] for broken in breakers(schema(FUBAN), body, root=system().document, item="shimei")} == {
        "shimei"
    }
    assert body == before


def test_two_rules_at_once() -> None:
    """Bodies with two broken rules are never decided: whether both errors are listed is open (U3)."""
    found = several(schema(FUBAN), minimal("131016", 1), root=system().document)
    assert found
    assert all(not broken["decided"] and broken["ambiguity"] == "U3" for broken in found)
    assert all(validators()[0].request_faults(FUBAN, broken["body"]) for broken in found)


def test_plain_schemas() -> None:
    """Schemas without marks work too: every type, choices, arrays, recursion, conditions and local references."""
    document: dict[str, Any] = {
        "type": "object",
        "required": ["n", "list", "tree"],
        "properties": {
            "n": {"type": "integer", "minimum": -2, "maximum": 7},
            "x": {"type": "number", "minimum": 0, "maximum": 3},
            "b": {"type": ["boolean", "null"]},
            "s": {"type": "string", "pattern": "^[a-c]{2,3}$"},
            "d": {"type": "string", "format": "date"},
            "list": {
                "type": "array",
                "minItems": 1,
                "maxItems": 3,
                "uniqueItems": True,
                "items": {"enum": ["p", "q", "r"]},
            },
            "choice": {"oneOf": [{"const": 1}, {"type": "string", "minLength": 2, "maxLength": 4}]},
            "tree": {"$ref": "#/$defs/tree"},
        },
        "dependentRequired": {"b": ["s"]},
        "allOf": [{"if": {"properties": {"n": {"const": 7}}, "required": ["n"]}, "then": {"required": ["d"]}}],
        "$defs": {
            "tree": {"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}}
        },
    }
    wrapped = {
        "openapi": "3.1.0",
        "paths": {
            "/x": {"post": {"operationId": "x", "requestBody": {"content": {"application/json": {"schema": {}}}}}}
        },
    }
    text = json.dumps(document).replace("#/$defs", "#/components/schemas/x/$defs")
    wrapped["components"] = {"schemas": {"x": json.loads(text)}}
    post = wrapped["paths"]["/x"]["post"]  # type: ignore[index]  # a literal built just above
    post["requestBody"]["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/x"}
    validator = SchemaValidator(wrapped)
    for body in sample(from_schema(document), 300, 9):
        assert validator.request_faults("x", body) == (), body
