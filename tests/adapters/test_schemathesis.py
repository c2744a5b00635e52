"""The generative engine gives deterministic, honest bodies for every operation, and accounts for each case."""

from __future__ import annotations

import copy
import http.server
import json
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from contract_sample import DOCUMENT, FUBAN, GOOD_OK, JSON_UTF8, PLAIN, SHOKAI

from renkei.adapters.folder.bundle import load_bundle
from renkei.adapters.jsonschema_rs.validator import SchemaValidator
from renkei.adapters.schemathesis.checks import ThirdOpinion
from renkei.adapters.schemathesis.generator import SchemathesisGenerator
from renkei.errors import ContractError
from renkei.flow.exchange import strict_json
from renkei.tables.fields import violations

CODES = ("type", "pattern", "enum", "minLength", "maxLength", "object_missing_required_property")
DEEP = b"[" * 200_000


@pytest.fixture(scope="module")
def contract() -> Any:
    """The system of the repository's contracts that has REST operations."""
    return load_bundle(Path(__file__).parents[2] / "contracts").system("031")


@pytest.fixture(scope="module")
def real(contract: Any) -> SchemathesisGenerator:
    """The generator of that system, watched by the first validator."""
    return SchemathesisGenerator(contract.document, SchemaValidator(contract.document))


def test_every_operation_is_named(real: SchemathesisGenerator) -> None:
    """Every operation with a JSON request body is there to be accounted for."""
    assert real.operations() == (FUBAN, "jutogaishaatenakihonjohosyokai")


def test_coverage(real: SchemathesisGenerator, contract: Any) -> None:
    """The coverage phase gives valid and broken bodies of every kind, and labels each one rightly."""
    judge = SchemaValidator(contract.document)
    for operation in real.operations():
        cases = list(real.coverage(operation, limit=10_000))
        assert all(bool(judge.request_faults(operation, case.body)) == bool(case.breaks) for case in cases)
        assert {case.breaks.partition(" ")[0] for case in cases} > {"", *CODES}
        assert json.loads(json.dumps([case.body for case in cases])) == [case.body for case in cases]


def test_limit_keeps_every_kind(real: SchemathesisGenerator) -> None:
    """A small limit still holds every kind of case once, and the same ones every time."""
    cases = list(real.coverage(FUBAN, limit=9))
    assert len({case.breaks.partition(" ")[0] for case in cases}) == 9
    assert cases == list(real.coverage(FUBAN, limit=9))


def test_valid_bodies_are_honest(real: SchemathesisGenerator, contract: Any) -> None:
    """Valid bodies keep the field rules that a schema cannot say, and hold no 個人番号 outside the marked range."""
    for operation in real.operations():
        items = {item.romaji: item for item in contract.group(contract.linkage(operation).group + "/要求")}
        valid = [case.body for case in real.coverage(operation, limit=10_000) if not case.breaks]
        valid += [case.body for case in real.fuzz(operation, negative=False, count=60, seed=2)]
        for body in valid:
            assert {name: found for name, value in body.items() if (found := violations(items[name], value))} == {}
            assert body.get("kojinbango", "99999").startswith("99999")


@pytest.mark.parametrize("negative", [False, True])
def test_fuzz_is_deterministic(contract: Any, negative: bool) -> None:
    """The same seed gives the same bodies from another instance, another seed gives others; none comes twice."""
    drawn = [
        [
            case.body
            for case in SchemathesisGenerator(contract.document).fuzz(FUBAN, negative=negative, count=10, seed=seed)
        ]
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len({json.dumps(body) for body in drawn[0]}) == len(drawn[0]) == 10


def test_negative_names_what_is_broken(real: SchemathesisGenerator) -> None:
    """A negative body names the keyword that it breaks, and a valid one names none."""
    assert all(case.breaks for case in real.fuzz(FUBAN, negative=True, count=10, seed=1))
    assert not any(case.breaks for case in real.fuzz(FUBAN, negative=False, count=10, seed=1))


def test_dropped_cases_have_reasons(real: SchemathesisGenerator) -> None:
    """Cases that are no JSON body of the operation are counted by reason, not lost."""
    given = len(list(real.coverage(FUBAN, limit=10_000)))
    account = real.accounts[FUBAN, "coverage"]
    assert account.given == given
    assert set(account.dropped) <= {"request-shape", "no-body", "not-json", "mislabelled", "too-long", "open-text"}
    assert account.dropped["request-shape"] > 0


def test_unknown_operation() -> None:
    """An operation that is not there is an error, never an empty corpus."""
    with pytest.raises(ContractError, match="no-json-request"):
        next(SchemathesisGenerator(DOCUMENT).coverage("nothing", limit=1))


def test_unusable_schema_is_named() -> None:
    """A pattern that cannot be generated for is a contract error that names the operation."""
    document = copy.deepcopy(DOCUMENT)
    post = document["paths"]["/plain"]["post"]
    post["requestBody"]["content"]["application/json"]["schema"]["properties"]["k"]["pattern"] = "^\\u{20BB7}+$"
    with pytest.raises(ContractError, match=f"operation-not-usable: operation='{PLAIN}'"):
        list(SchemathesisGenerator(document).fuzz(PLAIN, negative=False, count=5, seed=1))


def test_links() -> None:
    """A link of the document becomes a sequence whose second body is filled from the first answer."""
    generator = SchemathesisGenerator(DOCUMENT, SchemaValidator(DOCUMENT))
    ((first, second),) = generator.links(FUBAN)
    assert (first.operation, second.operation) == (FUBAN, SHOKAI)
    body = generator.filled(second.body, request=first.body, response=GOOD_OK)
    assert body["atenabango"] == "000000000000019"
    with pytest.raises(LookupError):
        generator.filled(second.body, request=first.body, response={"result": []})


@pytest.fixture
def hostile() -> Iterator[str]:
    """A server whose second operation answers with JSON that is nested without measure."""

    class Handler(http.server.BaseHTTPRequestHandler):
        """A server that counts who comes."""

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = DEEP if self.path.endswith("/shokai") else b"{}"
            self.send_response(500 if self.path == "/plain" else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_hostile_answer_skips_nothing(hostile: str) -> None:
    """With a hostile second operation, planned is executed plus reasons, and the third operation is still asked."""
    generator = SchemathesisGenerator(DOCUMENT, SchemaValidator(DOCUMENT))
    opinion = ThirdOpinion(DOCUMENT)
    paths = {"FUBAN": "/app_submit/v10/" + FUBAN, SHOKAI: "/app_submit/v10/shokai", PLAIN: "/plain"}
    planned = [
        (operation, case) for operation in generator.operations() for case in generator.coverage(operation, limit=4)
    ]
    executed: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for operation, case in planned:
        url = hostile + paths.get(operation, "/app_submit/v10/" + operation)
        request = urllib.request.Request(url, json.dumps(case.body).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                status, answer = response.status, response.read(1_000_000)
        except urllib.error.HTTPError as error:
            status, answer = error.code, error.read()
        assert opinion.case_checks(operation, status, (("Content-Type", "application/json"),), answer)
        try:
            strict_json(answer)
        except ValueError:
            reasons[operation] += 1
        else:
            executed[operation] += 1
    assert len(planned) == 12 == executed.total() + reasons.total()
    assert reasons == {SHOKAI: 4}
    assert executed == {FUBAN: 4, PLAIN: 4}


@pytest.mark.parametrize(
    ("operation", "status", "media_type", "body", "checks"),
    [
        (FUBAN, 200, JSON_UTF8, json.dumps(GOOD_OK).encode(), set()),
        (FUBAN, 200, JSON_UTF8, b'{"metadata": "SECRET"}', {"response_schema_conformance"}),
        (FUBAN, 200, "text/html", b"SECRET", {"content_type_conformance"}),
        (FUBAN, 401, JSON_UTF8, b"{}", {"status_code_conformance"}),
        (FUBAN, 500, "text/html", b"\xff", {"not_a_server_error"}),
        (FUBAN, 200, JSON_UTF8, DEEP, {"response_schema_conformance"}),
    ],
)
def test_third_opinion(operation: str, status: int, media_type: str, body: bytes, checks: set[str]) -> None:
    """Schemathesis's own checks judge an exchange that we sent, and their text holds nothing of the body."""
    faults = ThirdOpinion(DOCUMENT).case_checks(operation, status, (("Content-Type", media_type),), body)
    assert {fault.keyword for fault in faults} >= checks
    assert bool(faults) == bool(checks)
    assert "SECRET" not in repr(faults)
