"""Quirks of real documents are read as their authors mean them, and what is not judged is said."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from mocks.registry import document as registry_document
from renkei.adapters.jsonschema_rs.validator import SchemaValidator
from renkei.adapters.openapi_core.validator import SecondValidator
from renkei.adapters.schemathesis.wholerequests import WholeRequests
from renkei.catalogue import LANGUAGES, Catalogue
from renkei.cli.foreign import foreign_bundle
from renkei.errors import ContractError
from renkei.flow.contract import Bundle
from renkei.foreign import pattern
from renkei.foreign.bundle import system_of
from renkei.foreign.document import NOTES, DocumentReader
from renkei.foreign.remark import remarks
from renkei.foreign.wire import Wire, judged
from renkei.kit.generate.request import RequestMaker
from renkei.ports import GeneratedRequest

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parents[1] / "contracts" / "generic" / "requirements.csv"
TEXT = {"law_id": "001AB", "body": {"tag": "text", "text": "第一条"}}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """The documents of the folder."""
    return foreign_bundle(HERE / "documents", REQUIREMENTS)


def read(schema: Any, version: str = "3.0.3") -> Any:
    """The form that a response schema is judged by."""
    answer = {"200": {"description": "-", "content": {"application/json": {"schema": schema}}}}
    raw = {"openapi": version, "info": {}, "paths": {"/a": {"get": {"responses": answer}}}}
    document = DocumentReader("a.json", lambda _: raw).document()
    return document["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]


def test_each_document_of_a_folder_is_a_system(bundle: Bundle) -> None:
    """Documents are systems by their file names; parts that lie deeper are none, but are bound to the run."""
    assert [system.id for system in bundle.systems] == ["companies", "laws", "wharves"]
    assert "parts/answers.json" in bundle.digests


def test_operations_have_names_of_their_own(bundle: Bundle) -> None:
    """A missing operationId is made from method and path, a doubled one gets a number; both are said."""
    names = [linkage.id for linkage in bundle.system("laws").linkages]

    assert names == ["get-laws", "get-law_data-law_id", "get-attachment-law_id", "get-laws-2"]
    assert [value for _, code, value in bundle.system("laws").document[NOTES] if code == "operation-twice"] == names[3:]


@pytest.mark.parametrize("kind", [SchemaValidator, SecondValidator])
@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"next": None}, True),
        ({"next": {"offset": 3}}, True),
        ({"next": {}}, False),
        ({"laws": [TEXT | {"repealed": None, "kind": None}]}, True),
        ({"laws": [TEXT | {"law_id": "x001ABx"}]}, True),
        ({"laws": [TEXT | {"law_id": "1AB"}]}, False),
        ({"laws": [TEXT | {"name_kana": "kana"}]}, True),
        ({"laws": [TEXT | {"body": {"tag": "branch", "children": [TEXT["body"]]}}]}, True),
        ({"laws": [TEXT | {"body": {"tag": "branch", "children": [{"tag": "text"}]}}]}, False),
    ],
)
def test_both_validators_read_the_quirks_alike(bundle: Bundle, kind: Any, change: dict[str, Any], fits: bool) -> None:
    """nullable beside a reference, in an enumeration, patterns without anchors, recursion by oneOf: judged as meant."""
    validator = kind(judged(bundle.system("laws").document))
    body = {"total": 1, "laws": [TEXT]} | change

    assert (not validator.response_faults("get-laws", 200, "application/json", body)) is fits


def test_what_cannot_be_judged_is_said(bundle: Bundle) -> None:
    """Patterns that a second engine lacks, external examples and undescribed parameters and responses are noted."""
    codes = {code for _, code, _ in bundle.system("laws").document[NOTES]}

    assert codes >= {"pattern-not-judged", "external-example", "parameter-not-described", "no-response"}


def test_operations_and_members_may_lie_in_files_of_their_own(bundle: Bundle) -> None:
    """References in the place of an operation and of all members of a schema are followed, though OpenAPI has none there."""
    document = bundle.system("wharves").document
    wire = Wire(document, SchemaValidator(judged(document)))
    made = list(RequestMaker(document, "/wharves", "post", wire.fault).requests(size=200, seed=1))

    assert [one.id for one in bundle.system("wharves").linkages] == ["list", "list-2", "rename"]
    assert {one.label for one in made} == {"valid", "broken"}
    assert {one.breaks for one in made} >= {"body /name maxLength", "body  required", "body /length multipleOf"}


def test_what_only_a_fragment_tells_apart_is_one_path(bundle: Bundle) -> None:
    """A fragment never travels: its path is called without, and a second operation of that call is not tested; both are said."""
    document = bundle.system("wharves").document
    notes = {(code, value) for _, code, value in document[NOTES]}

    assert list(document["paths"]) == ["/wharves", "/wharves/{id}"]
    assert notes >= {("path-fragment", "/wharves/{id}"), ("same-call-twice", "POST /wharves")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_quirk_has_words(bundle: Bundle, language: str) -> None:
    """What was noticed is said in words of both languages, by kind, with the first places."""
    found = remarks(bundle)

    assert {one.code for one in found} >= {"same-call-twice", "path-fragment", "pattern-not-judged"}
    assert all(Catalogue(language).has(f"notes.{one.code}") for one in found)
    assert all(1 <= len(one.places) <= min(3, one.count) for one in found)


def test_hundreds_of_parts_are_named_in_no_time() -> None:
    """Six thousand schemas of one name in two hundred operations are read in seconds, each with a name of its own."""
    parts = {str(n): {"s": {"type": "object", "properties": {"n": {"const": n}}}} for n in range(6000)}
    answer = {"description": "-", "content": {"application/json": {"schema": {}}}}
    paths = {}
    for number in range(200):
        some = [{"$ref": f"#/x/{n}/s"} for n in range(number * 30, number * 30 + 30)]
        content = {"application/json": {"schema": {"anyOf": some}}}
        paths[f"/{number}"] = {"get": {"operationId": "get", "responses": {"200": answer | {"content": content}}}}
    raw = {"openapi": "3.1.0", "info": {}, "paths": paths, "x": parts}
    begun = time.process_time()
    document = DocumentReader("a.json", lambda _: raw).document()

    assert len(document["components"]["schemas"]) == 6000
    assert len({item["get"]["operationId"] for item in document["paths"].values()}) == 200
    assert time.process_time() - begun < 5


def test_nothing_leads_out_of_a_document(bundle: Bundle) -> None:
    """No address, no text of descriptions and no reference to another file is left."""
    for system in bundle.systems:
        text = json.dumps(system.document, ensure_ascii=False)
        assert "http" not in text.replace('"http"', "")
        assert "<script" not in text
        assert "parts/" not in text.partition(NOTES)[0]


def test_names_hold_no_markup() -> None:
    """Titles and summaries reach reports as one line of plain text."""
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "<script>alert(1)</script>", "version": "1"},
        "paths": {"/a": {"get": {"summary": "<img src=x>\n\u202e[x](javascript:1)\x1b[2J", "responses": {}}}},
    }
    system = system_of("a.json", DocumentReader("a.json", lambda _: raw).document())
    names = system.name_ja + system.linkages[0].name_en

    assert not set('<>&"`[]\n\u202e\x1b') & set(names)


def test_members_travel_one_way_only() -> None:
    """A writeOnly member is not required of an answer; bounds of 3.0 become those of 2020-12."""
    schema = read(
        {
            "type": "object",
            "required": ["a", "b"],
            "properties": {
                "a": {"type": "string", "writeOnly": True},
                "b": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
            },
        }
    )

    assert schema["required"] == ["b"]
    assert schema["properties"]["b"] == {"type": "number", "exclusiveMinimum": 0}


@pytest.mark.parametrize("text", ["^(a+)+$", "(a|a)*b", "(\\w+\\s?)*$", "(.*)*x", "(?:a{1,20}){1,20}$", "a*a*a*a*b"])
def test_patterns_of_exponential_time_are_known(text: str) -> None:
    """A pattern that repeats what repeats, without anything between, is called slow."""
    assert pattern.fault(text) == "slow"


@pytest.mark.parametrize(
    "text",
    [r"^\d{3}-\d{4}$", r"^(\d+,)*\d+$", r"^([A-Z]+-)+$", r"^[a-z0-9]+([.-][a-z0-9]+)*$", "^[ァ-ヶー]+$", r"(ab)*c"],
)
def test_ordinary_patterns_are_used(text: str) -> None:
    """Repetitions that something separates are not called slow."""
    assert pattern.fault(text) == ""


def test_a_hundred_and_twenty_operations_are_read() -> None:
    """The register document of 120 operations gives 120 linkages, each with valid and broken requests."""
    document = DocumentReader("a.json", lambda _: registry_document.document()).document()
    wire = Wire(document, SchemaValidator(judged(document)))
    generator = WholeRequests(document, wire.fault)
    made = generator.requests("create_offices", covered=40, random=0, seed=1)

    assert sum(len(item) for item in document["paths"].values()) == 120
    assert {one.label for one in made} >= {"valid", "broken"}
    assert made == generator.requests("create_offices", covered=40, random=0, seed=1)


@pytest.mark.parametrize(
    ("path", "headers", "fault"),
    [
        ("/v1/company?founded_year=1990", (), ""),
        ("/v1/company?founded_year=abc", (), "query founded_year"),
        ("/v1/company?prefecture=99", (), "query prefecture"),
        ("/v1/company?page=1", (), ""),
    ],
)
def test_parameters_are_judged_as_they_travel(
    bundle: Bundle, path: str, headers: tuple[tuple[str, str], ...], fault: str
) -> None:
    """Text in a query is broken only when no reading of it fits; the header with the API key is not data."""
    document = bundle.system("companies").document
    wire = Wire(document, SchemaValidator(judged(document)), "X-Company-Api-Token")
    sent = GeneratedRequest(
        operation="find-using-GET", phase="", label="", breaks="", description="", method="GET", path=path,
        headers=headers, body=b"",
    )  # fmt: skip

    assert wire.fault(sent) == fault


def test_an_unreadable_folder_is_a_diagnosis(tmp_path: Path) -> None:
    """A path where nothing lies is named."""
    with pytest.raises(ContractError, match="document-file"):
        foreign_bundle(tmp_path / "nothing.json", REQUIREMENTS)
