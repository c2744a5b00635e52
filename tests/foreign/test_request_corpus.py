"""The corpus of whole requests: made of the document alone, judged before it is kept, written down as wire bytes with slots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from mocks.registry import document as registry_document
from renkei.adapters.jsonschema_rs.validator import SchemaValidator
from renkei.foreign.document import DocumentReader
from renkei.foreign.wire import Wire, judged, ordinary
from renkei.kit.corpus import Key, assembled, read
from renkei.kit.endpoint import KNOWN, sent_of
from renkei.kit.generate.leaf import breaking, fitting
from renkei.kit.generate.request import RequestMaker
from renkei.kit.requestlane import as_record, sent_from
from renkei.ports import GeneratedRequest

DOCUMENT = DocumentReader("a.json", lambda _: registry_document.document(("offices", "bins"))).document()
JUDGE = SchemaValidator(judged(DOCUMENT))
WIRE = Wire(DOCUMENT, JUDGE)


def made(path: str, method: str, size: int = 400, seed: int = 1) -> list[GeneratedRequest]:
    """Requests of one operation."""
    return list(RequestMaker(DOCUMENT, path, method, WIRE.fault).requests(size=size, seed=seed))


@pytest.mark.parametrize("method", ["get", "post"])
def test_requests_are_a_function_of_document_size_and_seed(method: str) -> None:
    """The same seed gives the same requests, another one others; none is there twice."""
    found = made("/offices", method)

    assert found == made("/offices", method)
    assert found != made("/offices", method, seed=2)
    assert len({(one.path, one.headers, one.body) for one in found}) == len(found)


@pytest.mark.parametrize(("path", "method"), [("/offices", "get"), ("/offices", "post"), ("/offices/{id}", "put")])
def test_labels_are_what_the_judge_says(path: str, method: str) -> None:
    """Every valid request fits the document and every broken one breaks it where it says; there are plenty of both."""
    found = made(path, method)

    assert all((one.label == "valid") is (WIRE.fault(one) == "") for one in found)
    assert all(one.breaks == WIRE.fault(one) for one in found if one.label == "broken")
    assert Counter(one.label for one in found)["valid"] >= 200
    assert Counter(one.label for one in found)["broken"] >= 100


def test_each_part_is_broken_and_taken_to_its_edges() -> None:
    """A few requests already break every member, leave each required one out, and have texts of the greatest length."""
    found = made("/offices", "post", size=200)
    breaks = {one.breaks for one in found}

    assert breaks >= {"missing body", "body  required", "body  additionalProperties", "body /area pattern"}
    assert breaks >= {"body /name maxLength", "body /name minLength", "body /kind enum", "body /seats maximum"}
    assert any(f'"{"漢" * 40}"'.encode() in one.body for one in found if one.label == "valid")


@pytest.mark.parametrize("part", ["limit=0", "limit=101", "offset=-1", "kind=~none~", "area="])
def test_each_parameter_is_broken(part: str) -> None:
    """Values beyond every bound of every query parameter are tried."""
    assert any(part in one.path.replace("%7E", "~") for one in made("/offices", "get") if one.label == "broken")


def test_a_required_parameter_is_left_out() -> None:
    """A request without a required query parameter is tried and called incomplete."""
    assert "missing query area" in {one.breaks for one in made("/bins", "get")}


@pytest.mark.parametrize("about", ["", "known"])
def test_a_request_is_written_down_and_read_again(about: str) -> None:
    """Method, path, headers, label, fault and body come back byte for byte; the slot for a known value stays one."""
    for one in made("/offices/{id}", "put", size=60):
        sent = sent_of(one) | {"name": one.description}
        sent |= {"path": f"/offices/{KNOWN}"} if about else {}
        key = Key(operation="o", contract="c", seed=1, size=1)
        (entry,) = read(assembled(key, [as_record(sent)]), key).entries

        assert sent_from(entry) == {name: value for name, value in sent.items() if name != "name"}
        assert len(entry.parts) == (3 if about else 1)


@pytest.mark.parametrize(
    ("path", "body", "honest"),
    [
        ("/offices/9007199254740991", b"", True),
        ("/offices/9007199254740992", b"", False),
        ("/offices?limit=99999999999999999999", b"", False),
        ("/offices/%00", b"", False),
        ("/offices", '{"name": "辻󠄀𠮷"}'.encode(), True),
        ("/offices", b'{"seats": 99999999999999999999}', False),
        ("/offices", b'{"name": "\\u0007"}', False),
    ],
)
def test_what_systems_refuse_honestly_is_not_called_valid(path: str, body: bytes, honest: bool) -> None:
    """Control characters and numbers that do not travel unchanged prove nothing about a system that refuses them."""
    sent = GeneratedRequest(
        operation="o", phase="", label="", breaks="", description="", method="GET", path=path, headers=(), body=body
    )

    assert ordinary(sent) is honest


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 2, "maxLength": 5},
        {"type": "integer", "minimum": -3, "exclusiveMaximum": 7, "multipleOf": 2},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
        {"type": "string", "format": "date"},
        {"type": "array", "items": {"type": "string"}, "minItems": 0},
        {"enum": ["a", None]},
        {"type": "object", "additionalProperties": False},
    ],
)
def test_every_kind_of_schema_has_values_that_break_it(schema: Mapping[str, Any]) -> None:
    """Of each kind of schema some values outside are known, and edges inside are never among them."""
    outside = [repr(value) for value in breaking(schema)]

    assert outside
    assert not {repr(value) for value in fitting(schema)} & set(outside)
