"""Two independent validators judge the same bodies the same way, quietly and without leaving the document."""

from __future__ import annotations

import copy
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from contract_sample import DOCUMENT, FUBAN, GOOD_BAD, GOOD_OK, GOOD_REQUEST, JSON_UTF8, PLAIN, SHOKAI, changed

from renkei.adapters.jsonschema_rs.validator import SchemaValidator
from renkei.adapters.openapi_core.pattern import compiled
from renkei.adapters.openapi_core.validator import SecondValidator
from renkei.errors import ContractError
from renkei.ports import Validator

SECRET = "９９９９８７６５４３２１"
ROW = GOOD_OK["result"][0]

# (body, keywords that must be among the faults; none: it conforms)
REQUESTS: list[tuple[Any, set[str]]] = [
    (GOOD_REQUEST, set()),
    (changed(GOOD_REQUEST, shimei="𠮷" * 100), set()),
    (changed(GOOD_REQUEST, shimei="𠮷" * 101), {"maxLength"}),
    (changed(GOOD_REQUEST, shimei="辻\U000e0100"), set()),
    (changed(GOOD_REQUEST, shimei="\U0010de92"), set()),
    (changed(GOOD_REQUEST, shimei="abc"), {"pattern"}),
    (changed(GOOD_REQUEST, shimei="ｱｲｳ"), {"pattern"}),
    (changed(GOOD_REQUEST, shimei="佐藤\n"), {"pattern"}),
    (changed(GOOD_REQUEST, shimei=""), {"minLength"}),
    (changed(GOOD_REQUEST, shimei=5), {"type"}),
    (changed(GOOD_REQUEST, shimei=None), {"type"}),
    (changed(GOOD_REQUEST, shimei="a\ud800"), {"encoding"}),
    (changed(GOOD_REQUEST, shorikubun="3"), {"enum"}),
    (changed(GOOD_REQUEST, shorikubun="1"), {"required"}),
    (changed(GOOD_REQUEST, shorikubun="1", atenabango="1"), set()),
    (changed(GOOD_REQUEST, nayosemotofuragu="1"), {"required"}),
    (changed(GOOD_REQUEST, sosashaid=...), {"required"}),
    (changed(GOOD_REQUEST, sosashaid=None), {"type"}),
    (changed(GOOD_REQUEST, shikuchosonkodo="13101"), {"minLength"}),
    (changed(GOOD_REQUEST, shikuchosonkodo="１３１０１６"), {"pattern"}),
    (changed(GOOD_REQUEST, sosanengappi="2023-02-29"), set()),
    (changed(GOOD_REQUEST, sosanengappi="2021-11-01\n"), {"pattern"}),
    (changed(GOOD_REQUEST, sosanengappi="２０２１-11-01"), {"pattern"}),
    (changed(GOOD_REQUEST, sosajikoku="09:00"), set()),
    (changed(GOOD_REQUEST, sosajikoku="9:00"), {"pattern"}),
    (changed(GOOD_REQUEST, sosajikoku="24:00:00"), {"pattern"}),
    (changed(GOOD_REQUEST, extra="x"), set()),
    ([], {"type"}),
    ("x", {"type"}),
    (None, {"type"}),
    (float("nan"), {"type"}),
]
PLAINS: list[tuple[Any, set[str]]] = [
    ({"n": 1}, set()),
    ({"n": 1.0}, set()),
    ({"n": 1.5}, {"type"}),
    ({"n": True}, {"type"}),
    ({"n": "1"}, {"type"}),
    ({"n": 0}, {"minimum"}),
    ({"n": 1000}, {"maximum"}),
    ({"n": 10**400}, {"maximum"}),
    ({"n": 1, "x": 1}, {"additionalProperties"}),
    ({"n": 1, "t": None}, set()),
    ({"n": 1, "t": "2024-02-29"}, set()),
    ({"n": 1, "t": "2023-02-29"}, {"format"}),
    ({"n": 1, "c": "a"}, set()),
    ({"n": 1, "c": [True, False]}, set()),
    ({"n": 1, "c": [True, 1]}, {"oneOf"}),
    ({"n": 1, "c": [True] * 3}, {"oneOf"}),
    ({"n": 1, "k": "𠮷𠮷"}, set()),
    ({"n": 1, "k": "吉"}, {"pattern"}),
]
ANSWERS: list[tuple[str, int, str, Any, set[str]]] = [
    (FUBAN, 200, JSON_UTF8, GOOD_OK, set()),
    (FUBAN, 200, 'Application/JSON ; Charset="utf-8"', GOOD_OK, set()),
    (FUBAN, 200, "application/json", GOOD_OK, {"media-type"}),
    (FUBAN, 200, "application/json;charset=shift_jis", GOOD_OK, {"media-type"}),
    (FUBAN, 200, "application/json;charset=UTF-8;a=b=c", GOOD_OK, {"media-type"}),
    (FUBAN, 200, "text/html", GOOD_OK, {"media-type"}),
    (FUBAN, 200, "", GOOD_OK, {"media-type"}),
    (FUBAN, 200, JSON_UTF8, changed(GOOD_OK, result=[]), {"minItems"}),
    (FUBAN, 200, JSON_UTF8, changed(GOOD_OK, result=[ROW | {"rirekibango": "1"}]), {"type"}),
    (FUBAN, 200, JSON_UTF8, changed(GOOD_OK, result=[ROW | {"atenabango": 19}]), {"type"}),
    (FUBAN, 200, JSON_UTF8, changed(GOOD_OK, metadata=...), {"required"}),
    (FUBAN, 200, JSON_UTF8, changed(GOOD_OK, metadata={"title": "住登外者宛名番号付番", "detail": "OK"}), {"const"}),
    (FUBAN, 400, JSON_UTF8, GOOD_BAD, set()),
    (FUBAN, 400, JSON_UTF8, changed(GOOD_BAD, errors=[{"code": "E9999", "message": ""}]), {"enum"}),
    (FUBAN, 401, JSON_UTF8, {}, {"status"}),
    (FUBAN, 503, "text/html", None, set()),
    (SHOKAI, 200, "application/problem+json", {"a": 1}, set()),
    (PLAIN, 418, "text/plain", {}, set()),
    (PLAIN, 418, "text/plain", [], {"type"}),
]


@pytest.fixture(scope="module", params=[SchemaValidator, SecondValidator])
def validator(request: pytest.FixtureRequest) -> Validator:
    """Each of the two."""
    made: Validator = request.param(DOCUMENT)
    return made


@pytest.mark.parametrize(("operation", "table"), [(FUBAN, REQUESTS), (PLAIN, PLAINS)])
def test_requests(validator: Validator, operation: str, table: list[tuple[Any, set[str]]]) -> None:
    """Both validators find the same faults in 49 request bodies, and none in the good ones."""
    for body, keywords in table:
        assert {fault.keyword for fault in validator.request_faults(operation, body)} == keywords, body


def test_responses(validator: Validator) -> None:
    """Both validators agree on bodies, statuses, ranges of statuses and media types of answers."""
    for operation, status, media_type, body, keywords in ANSWERS:
        faults = validator.response_faults(operation, status, media_type, body)
        assert {fault.keyword for fault in faults} == keywords, (status, media_type, body)


def test_pointers(validator: Validator) -> None:
    """A fault names the place as a JSON pointer and the limit of the contract."""
    (fault,) = validator.response_faults(FUBAN, 200, JSON_UTF8, changed(GOOD_OK, result=[ROW | {"rirekibango": 0}]))
    assert (fault.pointer, fault.keyword, fault.text) == ("/result/0/rirekibango", "minimum", "minimum 1")


def test_no_value_in_text(validator: Validator) -> None:
    """The text of a fault never holds anything of the body, however it is broken."""
    bodies: list[Any] = [dict.fromkeys(GOOD_REQUEST, SECRET) | {"sosashaid": SECRET * 30}, SECRET, [SECRET]]
    bodies += [{"n": SECRET, SECRET: 1}, {"n": 1, "c": SECRET, "t": SECRET, "k": SECRET}]
    for operation in (FUBAN, PLAIN):
        for body in bodies:
            faults = validator.request_faults(operation, body)
            assert faults
            assert SECRET not in repr(faults)


def test_unknown_operation(validator: Validator) -> None:
    """Asking about an operation that is not in the document is a contract error, never an empty answer."""
    with pytest.raises(ContractError, match="no-such-operation"):
        validator.request_faults("nothing", {})


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A loopback server that counts who asks for it."""
    hits: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        """A server that counts who comes."""

        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_args: Any) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", hits
        server.shutdown()


@pytest.mark.parametrize("make", [SchemaValidator, SecondValidator])
@pytest.mark.parametrize("reference", ["{canary}/evil.json", "file://{file}", "{file}", "other.json#/a", "//x/y"])
def test_no_reference_leaves_the_document(
    make: Any, reference: str, canary: tuple[str, list[str]], tmp_path: Any
) -> None:
    """A reference to http, file or a neighbour document is refused before anything is read or sent."""
    url, hits = canary
    secret = tmp_path / "secret.json"
    secret.write_text('{"const": "TOP-SECRET"}')
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["Ok"]["properties"]["x"] = {"$ref": reference.format(canary=url, file=secret)}
    with pytest.raises(ContractError, match="reference-outside-document") as caught:
        make(document)
    assert "TOP-SECRET" not in str(caught.value)
    assert hits == []


@pytest.mark.parametrize("make", [SchemaValidator, SecondValidator])
def test_base_uri_does_not_lead_out(make: Any, canary: tuple[str, list[str]]) -> None:
    """An ``$id`` that makes local references absolute causes no request either."""
    url, hits = canary
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["Bad"] |= {"$id": f"{url}/base.json", "allOf": [{"$ref": "#/$defs/none"}]}
    with pytest.raises(ContractError):
        make(document).response_faults(FUBAN, 400, JSON_UTF8, GOOD_BAD)
    assert hits == []


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"^\d$", "１", False),
        (r"^\s$", "\u3000", True),
        (r"^[\s]$", "\u3000", True),
        (r"^a$", "a\n", False),
        (r"^\$[$]$", "$$", True),
        (r"^\u{20BB7}{2}$", "𠮷𠮷", True),
        (r"^[\u3041-\u3093]+$", "あん", True),
        (r"^[^\]$]+$", "]", False),
    ],
)
def test_patterns_mean_what_ecma_says(pattern: str, text: str, found: bool) -> None:
    """Patterns of the contract have ECMA-262's meaning in the second validator."""
    assert bool(compiled(pattern).search(text)) is found


def test_inexpressible_pattern_is_refused() -> None:
    """A pattern that the second validator cannot express is a contract error, not a silent pass."""
    with pytest.raises(ContractError, match="pattern-not-usable"):
        compiled(r"^\p{Han}$")
