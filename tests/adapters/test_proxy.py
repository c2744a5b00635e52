"""The observing proxy passes everything on unchanged, and names for each exchange who broke what."""

from __future__ import annotations

import hashlib
import json
import socket
import struct
import time

import pytest
from between import (
    ANSWER,
    BODY,
    CHUNKED_HEAD,
    HEAD,
    KIND,
    PATH,
    body_of,
    proxied,
    raw,
    received,
    request,
    sent,
    status,
    told,
)
from contract_sample import GOOD_BAD, GOOD_OK, GOOD_REQUEST, changed
from hostile import Behaviour, answer, keeping, peer, read_request, resets, says, silent, zipped

from renkei.adapters.httptools.message import Caps

GOOD = answer(ANSWER, KIND)


def chunks(*pieces: bytes) -> bytes:
    """A chunked body."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def sum_of(data: bytes) -> str:
    """SHA-256."""
    return hashlib.sha256(data).hexdigest()


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
        peer(keeping([], GOOD)) as server,
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


def test_a_slow_reader_gets_the_whole_of_an_answer_that_ends_its_connection() -> None:
    """The connection is closed after the last byte was taken, however slowly, within the deadline."""
    large = b" " * (12 << 20) + ANSWER
    with (
        peer(says(answer(large, KIND))) as server,
        proxied(server.url) as watched,
        socket.create_connection(("127.0.0.1", watched.port), timeout=5) as sock,
    ):
        sock.sendall(request(BODY, "Connection: close"))
        time.sleep(2.0)
        said = received(sock)

    assert sum_of(said.partition(b"\r\n\r\n")[2]) == sum_of(large)


def test_what_is_kept_of_all_exchanges_together_is_bounded() -> None:
    """Beyond the common room nothing more is kept: those exchanges pass and are counted as too large."""
    with peer(keeping([], GOOD)) as server, proxied(server.url, caps=Caps(captured=10)) as watched:
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
