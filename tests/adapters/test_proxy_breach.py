"""Each kind of break between two vendors is named, and put on the half that it is in."""

from __future__ import annotations

import json

import pytest
from between import ANSWER, BODY, CHUNKED_HEAD, HEAD, KIND, body_of, proxied, raw, request, sent, status, told
from contract_sample import GOOD_BAD, GOOD_OK, changed
from hostile import answer, keeping, peer, says

GOOD = answer(ANSWER, KIND)


LENGTH = f"Content-Length: {len(BODY)}"
REQUESTS = [
    ("schema", request(body_of(shorikubun="9")), "body-not-as-contracted", ""),
    ("missing", request(body_of(shorikubun=...)), "body-not-as-contracted", ""),
    ("not-json", request(b"{"), "body-not-json", "not-json"),
    ("not-utf8", request(BODY.decode().encode("shift_jis")), "body-not-json", "not-utf8"),
    ("duplicate", request(BODY[:-1] + b', "shorikubun": "0"}'), "body-not-json", "duplicate-member"),
    ("deep", request(b"[" * 5000), "body-not-json", "nested-too-deep"),
    ("media-type", request(kind="text/plain"), "content-type-wrong", "text/plain"),
    ("charset", request(kind="application/json;charset=utf-7"), "content-type-wrong", "utf-7"),
    ("coding", request(BODY, "Content-Encoding: lzma9"), "request-malformed", "unknown-encoding"),
    ("path", request(target="/elsewhere"), "path-not-in-contract", "/elsewhere"),
    ("method", request(method="PUT"), "method-not-in-contract", "PUT"),
    ("both-lengths", raw(LENGTH, "Transfer-Encoding: chunked"), "request-malformed", "content-length-and-transfer"),
    ("te-then-length", raw("Transfer-Encoding: chunked", LENGTH), "request-malformed", "content-length-and-transfer"),
    ("negative", raw("Content-Length: -5"), "request-malformed", "bad-content-length"),
    ("plus", raw("Content-Length: +5"), "request-malformed", "bad-content-length"),
    ("two-lengths", raw(LENGTH, "Content-Length: 3"), "request-malformed", "duplicate-content-length"),
    ("coded-transfer", raw("Transfer-Encoding: gzip, chunked"), "request-malformed", "bad-transfer-encoding"),
    ("false-chunked", raw("Transfer-Encoding: xchunked"), "request-malformed", "bad-transfer-encoding"),
    ("folded", raw("X: a\r\n b", LENGTH), "request-malformed", "obs-fold"),
    ("bare-feeds", raw(LENGTH).replace(b"\r\n", b"\n"), "request-malformed", "bare-line-feed"),
    ("blank-in-name", raw("X : a", LENGTH), "request-malformed", "bad-header"),
    ("two-hosts", raw("Host: b", LENGTH), "request-malformed", "bad-host"),
    ("no-host", raw(LENGTH).replace(b"Host: a\r\n", b""), "request-malformed", "bad-host"),
    ("absolute", request(target="http://elsewhere/x"), "request-malformed", "bad-request-target"),
    ("connect", b"CONNECT other:443 HTTP/1.1\r\nHost: other\r\n\r\n", "request-malformed", "bad-method"),
    ("not-http", b"\x16\x03\x01\x02\x00\x01\x00", "request-malformed", "bad-method"),
    ("bad-chunk", raw("Transfer-Encoding: chunked", body=b"zz\r\n"), "request-malformed", "bad-chunk"),
    ("5000-headers", raw(*["X: a"] * 5000, LENGTH), "request-beyond-bounds", "too-many-headers"),
    ("endless-header", raw("X: " + "a" * 200_000), "request-beyond-bounds", "too-many-headers"),
    ("too-large", raw("Content-Length: 999999999"), "request-beyond-bounds", "request-too-large"),
]


@pytest.mark.parametrize(("name", "data", "rule", "actual"), REQUESTS, ids=[case[0] for case in REQUESTS])
def test_a_broken_request_is_the_consumers(name: str, data: bytes, rule: str, actual: str) -> None:
    """Each break of a request is named and put on the consumer; a broken framing never reaches the provider."""
    got: list[bytes] = []
    with (
        peer(keeping(got, answer(json.dumps(GOOD_BAD).encode(), KIND, status="400 Bad"))) as server,
        proxied(server.url) as watched,
    ):
        said = sent(watched.port, data)

    assert watched.parties() == {"consumer": 1}
    assert watched.rules() == {("request", rule)}
    assert actual in watched.actuals()
    assert status(said) in (400, 413, 431)
    assert bool(got) == (rule not in ("request-malformed", "request-beyond-bounds") or name == "coding")


RESPONSES = [
    ("schema", told(changed(GOOD_OK, result=[])), "body-not-as-contracted", ""),
    ("status", told(GOOD_OK, code="302 Found"), "status-not-documented", "302"),
    ("media-type", told(GOOD_OK, "Content-Type: text/html"), "content-type-wrong", "text/html"),
    ("not-json", answer(b"<html>", KIND), "body-not-json", "not-json"),
    ("duplicate", answer(ANSWER[:-1] + b', "result": []}', KIND), "body-not-json", "duplicate-member"),
    ("not-utf8", answer(ANSWER.decode().encode("cp932"), KIND), "body-not-json", "not-utf8"),
    ("coding", answer(ANSWER, KIND, "Content-Encoding: lzma9"), "http-malformed", "unknown-encoding"),
    ("coding-lies", answer(ANSWER, KIND, "Content-Encoding: gzip"), "http-malformed", "bad-encoding"),
    ("both-lengths", f"{HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode(), "http-malformed", "content-length-and-transfer"),
    ("negative", f"{HEAD}Content-Length: -5\r\n\r\n".encode() + ANSWER, "http-malformed", "bad-content-length"),
    ("two-lengths", f"{HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\n".encode(), "http-malformed", "duplicate-content"),
    ("coded-transfer", f"{HEAD}Transfer-Encoding: gzip\r\n\r\n".encode(), "http-malformed", "bad-transfer-encoding"),
    ("bad-chunk", CHUNKED_HEAD + b"zz\r\n", "http-malformed", "bad-chunk"),
    ("switches", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "http-malformed", "framing"),
    ("not-http", b"SSH-2.0-OpenSSH\r\n\r\n", "http-malformed", "framing"),
    ("data-after", GOOD + b"more", "http-malformed", "data-after-response"),
    ("two-answers", GOOD + GOOD, "http-malformed", "data-after-response"),
    ("1xx-flood", b"HTTP/1.1 100 Continue\r\n\r\n" * 99, "answer-beyond-bounds", "too-many-headers"),
    ("5000-headers", answer(ANSWER, KIND, *["X: a"] * 5000), "answer-beyond-bounds", "too-many-headers"),
    ("too-large", f"{HEAD}Content-Length: 999999999\r\n\r\n".encode(), "answer-beyond-bounds", "too-large"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "rule", "actual"), RESPONSES, ids=[case[0] for case in RESPONSES])
def test_a_broken_answer_is_the_providers(name: str, data: bytes, rule: str, actual: str) -> None:
    """Each break of an answer to a conforming request is named and put on the provider."""
    with peer(says(data)) as server, proxied(server.url) as watched:
        said = sent(watched.port, request())

    assert watched.parties() == {"provider": 1}
    assert ("response", rule) in watched.rules()
    assert actual in watched.actuals()
    assert said, name


def test_both_are_named_when_both_broke_it() -> None:
    """A broken request that is answered with a broken answer is put on both, each with its own rule."""
    with peer(says(answer(b"<html>", KIND))) as server, proxied(server.url) as watched:
        sent(watched.port, request(body_of(shorikubun="9")))

    assert watched.parties() == {"both": 1}
    assert watched.rules() == {("request", "body-not-as-contracted"), ("response", "body-not-json")}


def test_a_second_opinion_keeps_a_vendor_from_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that only the first validator sees is ours, and the exchange counts as not judged."""
    from renkei.adapters.openapi_core.validator import SecondValidator

    def blind(*_: object) -> tuple[()]:
        return ()

    monkeypatch.setattr(SecondValidator, "request_faults", blind)
    with peer(keeping([], GOOD)) as server, proxied(server.url) as watched:
        sent(watched.port, request(body_of(shorikubun="9")))

    assert watched.parties() == {"harness": 1}
    assert watched.account is not None and watched.account.unjudged == {"validators-disagree": 1}
