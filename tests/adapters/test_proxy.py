"""The observing proxy passes everything on unchanged, and names for each exchange who broke what."""

from __future__ import annotations

import hashlib
import json
import socket
import struct
import time

import pytest
from between import ANSWER, BODY, KIND, PATH, proxied, received, request, sent, status
from contract_sample import GOOD_BAD, GOOD_OK, GOOD_REQUEST, changed
from hostile import Behaviour, answer, peer, read_request, resets, says, silent, zipped

from renkei.adapters.httptools.message import Caps

GOOD = answer(ANSWER, KIND)


def chunks(*pieces: bytes) -> bytes:
    """A chunked body."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def sum_of(data: bytes) -> str:
    """SHA-256."""
    return hashlib.sha256(data).hexdigest()


def keeping(got: list[bytes], data: bytes = GOOD) -> Behaviour:
    """Answers every request alike, and keeps what it was sent."""

    def behave(sock: socket.socket) -> None:
        while asked := read_request(sock):
            got.append(asked)
            sock.sendall(data)

    return behave


CHUNKED_HEAD = f"HTTP/1.1 200 OK\r\n{KIND}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("told", "body"),
    [
        (GOOD, ANSWER),
        (CHUNKED_HEAD + chunks(ANSWER[:10], ANSWER[10:]), ANSWER),
        (f"HTTP/1.1 200 OK\r\n{KIND}\r\n\r\n".encode() + ANSWER, ANSWER),
        (answer(zipped(ANSWER), KIND, "Content-Encoding: gzip"), zipped(ANSWER)),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD, ANSWER),
    ],
    ids=["length", "chunked", "until-close", "gzip", "interim"],
)
def test_a_conforming_exchange_arrives_unchanged(told: bytes, body: bytes) -> None:
    """Both bodies are the same on both sides, whatever the framing, and nobody is blamed."""
    got: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        got.append(read_request(sock))
        sock.sendall(told)

    with peer(behave) as server, proxied(server.url) as watched:
        said = sent(watched.port, request(BODY, "Connection: close"))

    (sighting,) = watched.sightings
    assert got[0].endswith(b"\r\n\r\n" + BODY)
    assert body in said or chunks(body) in said or all(piece in said for piece in (body[:10], body[10:]))
    assert (sighting.request.digest, sighting.response.digest) == (sum_of(BODY), sum_of(body))
    assert watched.parties() == {"": 1}


def test_a_chunked_request_arrives_as_one() -> None:
    """A request in chunks is passed on in chunks and judged as a whole; its trailers go with it."""
    got: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        data = b""
        while b"\r\n\r\nX" not in data and not data.endswith(b"Y: z\r\n\r\n"):
            data += sock.recv(65536)
        got.append(data)
        sock.sendall(GOOD)

    head = f"POST {PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = chunks(BODY[:7], BODY[7:]).removesuffix(b"\r\n") + b"Y: z\r\n\r\n"
    with peer(behave) as server, proxied(server.url) as watched:
        assert status(sent(watched.port, head.encode() + body)) == 200

    assert BODY[:7] in got[0]
    assert watched.sightings[0].request.digest == sum_of(BODY)
    assert watched.parties() == {"": 1}


def test_only_what_is_meant_for_the_next_hop_is_passed_on() -> None:
    """Fields of one hop and those that Connection names stay here; Host is the provider's; everything else goes on."""
    got: list[bytes] = []
    lines = ["Connection: X-Mine, keep-alive", "X-Mine: 1", "TE: trailers", "Proxy-Connection: x", "X-Yours: 2"]
    told = answer(ANSWER, KIND, "Connection: X-Hop", "X-Hop: 1", "X-End: 2", "Keep-Alive: timeout=5")
    with peer(keeping(got, told)) as server, proxied(server.url) as watched:
        said = sent(watched.port, request(BODY, *lines, "Authorization: Bearer abcdefghijkl"))

    head = got[0].partition(b"\r\n\r\n")[0].lower()
    assert f"host: 127.0.0.1:{server.port}".encode() in head
    assert b"via: 1.1 between" in head and b"x-yours: 2" in head and b"authorization: bearer abcdefghijkl" in head
    assert not any(name in head for name in (b"x-mine", b"te:", b"proxy-connection", b"\r\nconnection"))
    assert b"x-end: 2" in said.lower() and b"x-hop" not in said.lower() and b"keep-alive" not in said.lower()


def test_requests_sent_ahead_are_answered_in_order_over_one_connection() -> None:
    """Three requests in one go get three answers in their order, and the provider sees one connection."""
    bodies = [json.dumps(changed(GOOD_REQUEST, sosashaid=f"A{number}")).encode() for number in range(3)]

    def behave(sock: socket.socket) -> None:
        while asked := read_request(sock):
            name = json.loads(asked.partition(b"\r\n\r\n")[2])["sosashaid"]
            sock.sendall(answer(ANSWER, KIND, f"X-Asked: {name}"))

    with (
        peer(behave) as server,
        proxied(server.url) as watched,
        socket.create_connection(("127.0.0.1", watched.port), timeout=5) as sock,
    ):
        sock.sendall(b"".join(request(body) for body in bodies))
        said = received(sock, 3)

    assert [line for line in said.split(b"\r\n") if line.startswith(b"X-Asked")] == [
        b"X-Asked: A0",
        b"X-Asked: A1",
        b"X-Asked: A2",
    ]
    assert server.connections == 1
    assert watched.parties() == {"": 3}


def test_answers_without_bodies_end_where_they_should() -> None:
    """HEAD with a length, and 204, are complete with their header section, and the next request is answered."""
    told = iter([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n", GOOD])

    def behave(sock: socket.socket) -> None:
        while read_request(sock):
            sock.sendall(next(told))

    with (
        peer(behave) as server,
        proxied(server.url) as watched,
        socket.create_connection(("127.0.0.1", watched.port), timeout=5) as sock,
    ):
        sock.sendall(request(b"", method="HEAD"))
        assert b"Content-Length: 99" in sock.recv(65536)
        sock.sendall(request())
        assert b" 204 " in received(sock)
        sock.sendall(request())
        assert status(received(sock)) == 200

    assert len(watched.sightings) == 3


def body_of(**members: object) -> bytes:
    """A request body with members changed."""
    return json.dumps(changed(GOOD_REQUEST, **members), ensure_ascii=False).encode()


def raw(*lines: str, body: bytes = BODY) -> bytes:
    """A request whose framing is written by hand."""
    head = [f"POST {PATH} HTTP/1.1", "Host: a", "Content-Type: application/json", *lines, "", ""]
    return "\r\n".join(head).encode("latin-1") + body


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


def told(body: object, *lines: str, code: str = "200 OK") -> bytes:
    """An answer with a JSON body."""
    return answer(json.dumps(body, ensure_ascii=False).encode(), *(lines or (KIND,)), status=code)


HEAD = f"HTTP/1.1 200 OK\r\n{KIND}\r\n"
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


@pytest.mark.parametrize(
    ("behaviour", "code", "error"),
    [
        (silent, 504, "deadline"),
        (resets, 502, "reset"),
        (says(b""), 502, "reset"),
        (says(HEAD.encode() + b"Content-Length: 99\r\n\r\n{"), 200, "incomplete"),
    ],
    ids=["silent", "resets", "closes", "breaks-off"],
)
def test_trouble_with_the_provider_is_the_environments(behaviour: Behaviour, code: int, error: str) -> None:
    """A provider that is silent or cuts off costs nobody a verdict, within the deadline."""
    begun = time.monotonic()
    with peer(behaviour) as server, proxied(server.url, deadline=0.5) as watched:
        said = sent(watched.port, request())

    assert (status(said), watched.sightings[0].exchange.error) == (code, error)
    assert watched.parties() == {"environment": 1}
    assert time.monotonic() - begun < 2.5
    assert watched.account is not None and watched.account.unjudged == {error: 1}


def test_a_provider_that_is_not_there_is_the_environments() -> None:
    """A refused connection is answered 502 and put on the environment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with proxied(f"http://127.0.0.1:{port}") as watched:
        said = sent(watched.port, request())

    assert status(said) == 502 and b"details=connect-refused" in said
    assert watched.parties() == {"environment": 1}


@pytest.mark.parametrize(
    ("data", "seconds"), [(b"POST / HTTP/1.1\r\nHos", 0.5), (request()[:-5], 0.5)], ids=["in-head", "in-body"]
)
def test_a_slow_consumer_costs_only_its_own_exchange(data: bytes, seconds: float) -> None:
    """A request that never ends is ended at its deadline; meanwhile others are answered at once."""
    with (
        peer(keeping([])) as server,
        proxied(server.url, deadline=seconds) as watched,
        socket.create_connection(("127.0.0.1", watched.port), timeout=5) as slow,
    ):
        slow.sendall(data)
        begun = time.monotonic()
        assert status(sent(watched.port, request())) == 200
        assert time.monotonic() - begun < 0.4
        assert status(received(slow)) == 408
        assert time.monotonic() - begun < seconds + 2

    assert watched.parties() == {"": 1, "environment": 1}


def test_a_consumer_that_leaves_is_the_environments() -> None:
    """A consumer that goes before its answer comes is told apart, and the provider's connection is given up."""
    with (
        peer(silent) as server,
        proxied(server.url) as watched,
        socket.create_connection(("127.0.0.1", watched.port)) as sock,
    ):
        sock.sendall(request())
        time.sleep(0.2)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        time.sleep(0.2)

    assert watched.parties() == {"environment": 1}
    assert watched.account is not None
    assert [charge.reason for charge in watched.account.charges] == ["consumer-cut-off"]


def test_an_early_answer_arrives_and_the_rest_of_the_request_is_not_waited_for() -> None:
    """A provider that answers before it has read the request is heard; the half request is not judged."""

    def behave(sock: socket.socket) -> None:
        sock.recv(100)
        sock.sendall(told(GOOD_BAD, code="400 Bad"))

    with peer(behave) as server, proxied(server.url) as watched:
        said = sent(watched.port, raw("Content-Length: 900000", body=b" " * 1000))

    assert status(said) == 400
    assert watched.account is not None and watched.account.unjudged == {"request-incomplete": 1}


def test_large_bodies_stream_and_are_counted_as_not_judged() -> None:
    """Bodies over the judging cap arrive unchanged in both directions, are not judged, and their digest is known."""
    large = b" " * (6 << 20) + BODY
    got: list[str] = []

    def behave(sock: socket.socket) -> None:
        got.append(sum_of(read_request(sock).partition(b"\r\n\r\n")[2]))
        sock.sendall(answer(large, KIND))

    with peer(behave) as server, proxied(server.url) as watched:
        said = sent(watched.port, request(large))

    (sighting,) = watched.sightings
    assert got == [sum_of(large)] == [sum_of(said.partition(b"\r\n\r\n")[2])]
    assert sighting.request.digest == sighting.response.digest == sum_of(large)
    assert watched.account is not None and watched.account.unjudged == {"too-large": 1}
    assert watched.parties() == {"": 1}


def test_what_is_kept_of_all_exchanges_together_is_bounded() -> None:
    """Beyond the common room nothing more is kept: those exchanges pass and are counted as too large."""
    with peer(keeping([])) as server, proxied(server.url, caps=Caps(captured=10)) as watched:
        assert status(sent(watched.port, request())) == 200

    assert watched.account is not None and watched.account.unjudged == {"too-large": 1}


def test_stopping_waits_for_what_is_under_way() -> None:
    """An exchange that is under way when the proxy stops is finished and counted."""
    said: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        read_request(sock)
        time.sleep(0.6)
        sock.sendall(GOOD)

    with peer(behave) as server, proxied(server.url) as watched:
        sock = socket.create_connection(("127.0.0.1", watched.port), timeout=5)
        sock.sendall(request())
        time.sleep(0.2)
        with sock:
            said.append(received(sock))

    assert status(said[0]) == 200
    assert watched.parties() == {"": 1}


def test_no_secret_reaches_a_record() -> None:
    """Tokens and passwords pass through, come back in bodies and headers, and are in no file, event or charge."""
    bearer, basic = "tok-0123456789-abcdefgh", "Y2xpZW50OnBhc3N3b3JkLTEyMzQ1Njc4"
    secrets = (bearer, basic, "password-12345678")
    got: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        got.append(read_request(sock))
        known = "password-12345678" if b"Basic" in got[-1] else bearer
        sock.sendall(
            told(changed(GOOD_OK, note=f"you sent {known}", result=[{"atenabango": known}]), KIND, f"X: {known}")
        )

    with peer(behave) as server, proxied(server.url) as watched:
        for credentials in (f"Bearer {bearer}", f"Basic {basic}"):
            said = sent(watched.port, request(body_of(shimei=bearer), f"Authorization: {credentials}"))

    assert bearer.encode() in got[0] and b"password-12345678" in said
    assert watched.texts
    everything = " ".join([*watched.texts, str(watched.events), str(watched.account)])
    assert [secret for secret in secrets if secret in everything] == []


def test_a_second_opinion_keeps_a_vendor_from_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that only the first validator sees is ours, and the exchange counts as not judged."""
    from renkei.adapters.openapi_core.validator import SecondValidator

    def blind(*_: object) -> tuple[()]:
        return ()

    monkeypatch.setattr(SecondValidator, "request_faults", blind)
    with peer(keeping([])) as server, proxied(server.url) as watched:
        sent(watched.port, request(body_of(shorikubun="9")))

    assert watched.parties() == {"harness": 1}
    assert watched.account is not None and watched.account.unjudged == {"validators-disagree": 1}
