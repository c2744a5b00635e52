"""Hostile providers and consumers cost their own exchange only: in time, in little memory, with the right party named."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from between import ANSWER, BODY, KIND, PATH, proxied, received, request, sent, status
from hostile import answer, drips, floods, peer, says

from renkei.adapters.httptools.message import Caps

sys.path.append(str(Path(__file__).resolve().parents[1] / "hostile"))

import body_traps
import wire_traps
from trap import Peer, Trap

GOOD = answer(ANSWER, KIND)
DEADLINE = 1.0
SPARE_SECONDS = 2.0
SMALL = Caps(wire=16 << 20, judged=1 << 20)
TRAPS = [*wire_traps.FRAMING, *wire_traps.CODINGS, *wire_traps.SIZES, *wire_traps.SLOW, *body_traps.JSON]
TRAPS += body_traps.ENCODINGS
# What ends a connection in the middle of an answer is no proof against the provider when seen once.
CUT_OFF = {"closes-in-header", "http-0.9", "length-beyond-body", "chunk-without-end", "endless-chunk-size"}
# What drips is slow and no HTTP besides.
NOT_ONLY_SLOW = {"slow-status", "slow-from-the-start"}
# Bodies that are passed on, and too large to be judged once they are unpacked or laid out.
TOO_LARGE = {"gzip-bomb-1-gib"}


def resident() -> int:
    """Bytes of memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.fixture(scope="module")
def conforming() -> Iterator[tuple[str, int]]:
    """Where the conforming answer comes from that traps spoil."""
    with peer(says(GOOD, close=False)) as server:
        yield "127.0.0.1", server.port


def struck(trap: Trap, upstream: tuple[str, int]) -> tuple[float, dict[str, int], dict[str, int]]:
    """Seconds, parties and reasons for not judging of one exchange with that trap."""
    server = Peer(trap, upstream)
    try:
        with proxied(server.url, deadline=DEADLINE, caps=SMALL) as watched:
            begun = time.monotonic()
            sent(watched.port, request())
            seconds = time.monotonic() - begun
    finally:
        server.stop()
    assert watched.account is not None
    return seconds, watched.parties(), dict(watched.account.unjudged)


def wrong(trap: Trap, upstream: tuple[str, int]) -> str:
    """What is wrong with the way a trap was taken ("" nothing)."""
    seconds, parties, unjudged = struck(trap, upstream)
    malformed = trap.deserves == wire_traps.MALFORMED and trap.name not in CUT_OFF | TOO_LARGE
    silent = trap.deserves == wire_traps.SILENT and trap.name not in NOT_ONLY_SLOW
    if seconds > DEADLINE + SPARE_SECONDS:
        return f"{trap.name}: {seconds:.1f} s"
    if sum(parties.values()) != 1:
        return f"{trap.name}: {parties}"
    if malformed and not ({"provider"} & set(parties) or "deadline" in unjudged):
        return f"{trap.name}: {parties} {unjudged}"
    if silent and parties != {"environment": 1}:
        return f"{trap.name}: {parties} {unjudged}"
    return ""


def test_hostile_providers_end_in_time_and_get_what_they_deserve(conforming: tuple[str, int]) -> None:
    """Every trap ends within the deadline and two seconds, with little memory; broken HTTP is the provider's, silence not."""
    before = resident()
    with ThreadPoolExecutor(max_workers=12) as pool:
        found = list(pool.map(lambda trap: wrong(trap, conforming), TRAPS))

    assert [words for words in found if words] == []
    assert len(TRAPS) > 50
    assert resident() - before < 300 << 20


def test_a_flood_meets_back_pressure() -> None:
    """An answer without end and a consumer that reads slowly fill no memory: the provider has to wait."""
    block = b"x" * (1 << 20)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 629145600\r\n\r\n"
    before = resident()
    with (
        peer(floods(head, block, 600)) as server,
        proxied(server.url, deadline=2.0, caps=Caps(wire=1 << 30)) as watched,
        socket.create_connection(("127.0.0.1", watched.port), timeout=5) as sock,
    ):
        sock.sendall(request())
        time.sleep(1.0)
        grown = resident() - before
        (sock.recv(10), time.sleep(1.5))

    assert grown < 64 << 20
    assert watched.parties() == {"environment": 1}
    assert watched.account is not None and [one.reason for one in watched.account.charges] == ["consumer-too-slow"]


def test_a_consumer_that_floods_waits_for_a_provider_that_does_not_read() -> None:
    """A request that the provider does not read is held back at the consumer, and ends at its deadline."""
    begun, before = time.monotonic(), resident()
    with (
        peer(lambda sock: time.sleep(3)) as server,
        proxied(server.url, deadline=1.0, caps=Caps(wire=1 << 30)) as watched,
        socket.create_connection(("127.0.0.1", watched.port), timeout=5) as sock,
    ):
        sock.sendall(request(b"").replace(b"Content-Length: 0", b"Content-Length: 600000000"))
        sock.settimeout(0.7)
        sending = 0
        with pytest.raises(OSError):
            while time.monotonic() - begun < 5:
                sending += sock.send(b" " * 65536)
        grown = resident() - before

    assert grown < 64 << 20
    assert sending < 64 << 20
    assert watched.parties() == {"environment": 1}


def test_one_bad_peer_does_not_slow_the_others() -> None:
    """While fifty consumers drip their requests and one answer drips, ordinary exchanges go on at once."""

    def behave(sock: socket.socket) -> None:
        data = sock.recv(65536)
        (drips(b"HTTP/1.1 200 OK\r\nX: ", b"a") if b"/drip" in data else says(GOOD))(_Again(sock, data))

    with peer(behave) as server, proxied(server.url, deadline=1.5) as watched:
        socks = [socket.create_connection(("127.0.0.1", watched.port), timeout=5) for _ in range(50)]
        for number, sock in enumerate(socks):
            sock.sendall(request(target="/drip") if number == 0 else b"POST /x HTTP/1.1\r\nA: b")
        slowest = 0.0
        for _ in range(20):
            begun = time.monotonic()
            assert status(sent(watched.port, request(BODY, "Connection: close"))) == 200
            slowest = max(slowest, time.monotonic() - begun)
        for sock in socks:
            received(sock)
            sock.close()

    assert slowest < 0.5
    assert watched.parties() == {"": 20, "environment": 49, "consumer": 1}


class _Again:
    """A socket whose first bytes are read once more."""

    def __init__(self, sock: socket.socket, data: bytes) -> None:
        self._sock, self._data = sock, data

    def recv(self, size: int) -> bytes:
        """The bytes that were read before, then new ones."""
        data, self._data = self._data, b""
        return data or self._sock.recv(size)

    def sendall(self, data: bytes) -> None:
        """Send."""
        self._sock.sendall(data)


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 6\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        b"Transfer-Encoding: \x0bchunked",
        b"Transfer-Encoding : chunked",
        b"Content-Length: 4\r\nContent-Length: 0",
        b"Content-Length: 0, 4",
        b"Content-Length: 0x4",
        b"Content-Length: 4\nX: y",
        b"X: y\rContent-Length: 4",
    ],
)
def test_nothing_is_smuggled(lines: bytes) -> None:
    """A request that can be framed in two ways reaches nobody, and nothing that comes after it does."""
    got: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        got.append(sock.recv(65536))
        sock.sendall(GOOD)

    data = f"POST {PATH} HTTP/1.1\r\nHost: a\r\n".encode() + lines + b"\r\n\r\n0\r\n\r\n" + SMUGGLED
    with peer(behave) as server, proxied(server.url, deadline=1.0) as watched:
        said = sent(watched.port, data)

    assert got == []
    assert status(said) == 400
    assert watched.parties() == {"consumer": 1}


def test_too_many_consumers_are_turned_away() -> None:
    """Beyond the cap a connection is answered 503 and closed; those before it go on."""
    with (
        peer(says(GOOD)) as server,
        proxied(server.url, caps=Caps(connections=2)) as watched,
        socket.create_connection(("127.0.0.1", watched.port), timeout=5) as first,
        socket.create_connection(("127.0.0.1", watched.port), timeout=5),
    ):
        time.sleep(0.1)
        assert status(sent(watched.port, request())) == 503
        first.sendall(request())
        assert status(received(first)) == 200

    assert watched.parties() == {"": 1}


def test_many_consumers_at_once_lose_nothing() -> None:
    """Sixteen consumers with thirty exchanges each: every one is answered, judged and told."""

    def ask(port: int) -> int:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            answers = 0
            for _ in range(30):
                sock.sendall(request())
                answers += status(received(sock)) == 200
            return answers

    with (
        peer(says(GOOD, close=False)) as server,
        proxied(server.url) as watched,
        ThreadPoolExecutor(max_workers=16) as pool,
    ):
        answers = sum(pool.map(ask, [watched.port] * 16))

    assert answers == 480
    assert watched.parties() == {"": 480}
    assert watched.account is not None and watched.account.judged == 480
