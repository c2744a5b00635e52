"""The pool says of every peer what the single transport says, and keeps order, limits and patience among many."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hostile import answer, peer, read_request, says
from test_transport import ERRORS, GOOD, HEAD, VIOLATIONS

from renkei.adapters.h11.plain import PlainReader, _form
from renkei.adapters.h11.pool import LONGEST_PAUSE, SILENT, WINDOW, Pool, _asked
from renkei.adapters.h11.reading import Caps
from renkei.adapters.h11.transport import PinnedTransport
from renkei.flow.exchange import Exchange, Request, Response

PATIENT = 8.0
SLOW = frozenset({"deadline"})


def sent(url: str, count: int = 1) -> Iterator[Request]:
    """Requests that can be told apart."""
    return (Request(method="POST", url=f"{url}/", body=f"{number}".encode()) for number in range(count))


def replayed(url: str, count: int = 1, *, deadline: float = PATIENT, limit: int = 4) -> tuple[list[Exchange], str]:
    """The exchanges of a replay in the order in which they came, and why it stopped."""
    seen: list[tuple[int, Exchange]] = []
    pool = Pool(frozenset({url}), deadline=deadline)
    stopped = pool.replay(sent(url, count), lambda *one: seen.append(one), limit=limit, seconds=60)
    assert [number for number, _ in seen] == list(range(stopped.executed))
    return [exchange for _, exchange in seen], stopped.reason


@pytest.mark.parametrize("name", ERRORS)
def test_a_fault_has_the_same_code_in_both(name: str) -> None:
    """Whatever a peer does to the transport's connection, the pool calls it the same."""
    behaviour, code = ERRORS[name]
    with peer(behaviour) as server:
        (exchange,), _ = replayed(server.url, deadline=0.5 if code in SLOW else PATIENT)

    assert (exchange.error, exchange.response) == (code, None)


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_violation_has_the_same_name_in_both(name: str) -> None:
    """What can be read in spite of a fault is the same response, and its connection is not used again."""
    data, body, violations = VIOLATIONS[name]
    with peer(says(data, close=False)) as server:
        exchanges, _ = replayed(server.url, 2, limit=1)

        assert exchanges[0].response is not None, exchanges[0].error
        assert (exchanges[0].response.body, exchanges[0].response.violations) == (body, violations)
        assert server.connections == 2


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        answer(b"", status="500 Internal Server Error"),
        HEAD + b"Content-Length: 2\r\nX-A:  spaced \t\r\nx-a: again\r\n\r\nok",
        HEAD + b"content-length:2\r\nServer: a b\tc\r\n\r\nok",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\nok",
        HEAD + b"Content-Length: 2\r\nX-N: \xe5\xb1\xb1\r\n\r\nok",
        b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD,
        HEAD + b"X-A: b\r\n\r\nuntil the end",
    ],
)
def test_a_response_is_the_same_in_both(data: bytes) -> None:
    """The plainest form cut out at once, and every other form, give the response that the transport gives."""
    with peer(says(data)) as server:
        single = PinnedTransport(frozenset({server.url}), deadline=PATIENT)
        expected = single.send(next(sent(server.url)))
        (got,), _ = replayed(server.url)
        single.close()

    assert got.response == expected.response
    assert expected.response is not None


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pieces_do_not_matter(size: int) -> None:
    """However a response is cut into pieces, it is the same response."""
    import h11

    prime = h11.Request(method="POST", target=b"/", headers=[("Host", "x")])
    for data in (GOOD, HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"):
        whole = PlainReader(prime, Caps(), {}).feed(data)
        reader = PlainReader(prime, Caps(), {})
        pieces = [reader.feed(data[at : at + size]) for at in range(0, len(data), size)]

        assert pieces[-1] == whole
        assert whole is not None


@pytest.mark.parametrize(
    "field",
    [
        b"Content-Length: +2",
        b"Content-Length: 2, 2",
        b"Content-Length: 9999999999",
        b"Content-Encoding: gzip\r\nContent-Length: 2",
        b"Transfer-Encoding: chunked\r\nContent-Length: 2",
        b"X-A : b\r\nContent-Length: 2",
        b"X-A: b\r\n c\r\nContent-Length: 2",
        b"X-A:\r\nContent-Length: 2",
        b"Connection: close\r\nContent-Length: 2",
    ],
)
def test_what_is_not_plain_is_left_to_the_other_reader(field: bytes) -> None:
    """The short way takes nothing that has a second reading."""
    assert _form(HEAD + field + b"\r\n\r\n", Caps()) is None
    assert _form(HEAD + b"Content-Length: 2\r\n\r\n", Caps()) == (200, (("Content-Length", "2"),), 2)


def test_answers_reach_their_asker_in_order() -> None:
    """Each exchange holds its own answer, and they come in the order of the requests, on no more connections than said."""
    begun = threading.Semaphore(4)
    above: list[int] = []

    def echo(sock: socket.socket) -> None:
        while request := read_request(sock):
            if not begun.acquire(blocking=False):
                above.append(1)
            body = request.partition(b"\r\n\r\n")[2]
            time.sleep(0.02 if body.endswith(b"0") else 0)
            begun.release()
            sock.sendall(answer(body))

    with peer(echo) as server:
        exchanges, reason = replayed(server.url, 2 * WINDOW)

        assert [one.response.body for one in exchanges if one.response] == [b"%d" % n for n in range(2 * WINDOW)]
        assert (server.connections, reason, above) == (4, "", [])


@pytest.mark.parametrize("limit", [1, 2, 4, 8])
def test_no_more_are_under_way_than_declared(limit: int) -> None:
    """At no moment more requests are with the target than the plan declares, and the declared number is used."""
    lock = threading.Lock()
    under_way: list[int] = [0]
    most: list[int] = []

    def count(by: int) -> None:
        with lock:
            under_way[0] += by
            most.append(under_way[0])

    def behave(sock: socket.socket) -> None:
        while read_request(sock):
            count(1)
            time.sleep(0.01)
            count(-1)
            sock.sendall(GOOD)

    with peer(behave) as server:
        exchanges, _ = replayed(server.url, 40, limit=limit)

        assert (len(exchanges), max(most), server.connections) == (40, limit, limit)


def test_a_busy_target_gets_time() -> None:
    """429 and 503 are tried again after the time asked for, and counted apart; the last answer counts."""
    answers = itertools.chain(
        [answer(b"", "Retry-After: 1", status="429 Too Many"), answer(b"", "Retry-After: x", status="503 Busy")],
        itertools.repeat(GOOD),
    )

    def behave(sock: socket.socket) -> None:
        while read_request(sock):
            sock.sendall(next(answers))

    started = time.monotonic()
    seen: list[Exchange] = []
    with peer(behave) as server:
        pool = Pool(frozenset({server.url}), deadline=PATIENT)
        stopped = pool.replay(sent(server.url), lambda _, one: seen.append(one), limit=4, seconds=60)

    assert [one.status for one in seen] == [200]
    assert (stopped.executed, stopped.retried, stopped.reason) == (1, 2, "")
    assert 1.4 < time.monotonic() - started < 4


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("1", 1.0),
        ("59", 59.0),
        ("60", LONGEST_PAUSE),
        ("999999999", LONGEST_PAUSE),
        ("9" * 5000, LONGEST_PAUSE),
        ("-5", 0.0),
        ("soon", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_PAUSE),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
    ],
)
def test_what_a_busy_target_asks_for_is_capped(asked: str, waited: float) -> None:
    """A wait of up to a minute is granted; longer ones are a minute, and what cannot be read is none."""
    response = Response(status=503, headers=(("Retry-After", asked),), body=b"")

    assert min(LONGEST_PAUSE, _asked(response)) == waited
    assert LONGEST_PAUSE == 60


def test_a_target_that_asks_for_more_than_is_left_ends_the_replay() -> None:
    """A wait beyond the time of the replay is not begun: the replay says that its time is over."""

    def behave(sock: socket.socket) -> None:
        while read_request(sock):
            sock.sendall(answer(b"", "Retry-After: 50", status="503 Busy"))

    started = time.monotonic()
    with peer(behave) as server:
        pool = Pool(frozenset({server.url}), deadline=PATIENT)
        stopped = pool.replay(sent(server.url, 100), lambda *_: None, limit=2, seconds=5)

    assert time.monotonic() - started < 3
    assert stopped.reason == "time-over"
    assert 1 <= stopped.executed <= 2


def test_a_silent_target_is_given_up() -> None:
    """After so many faults in a row nothing more is sent, and the replay says so."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    exchanges, reason = replayed(url, 1000)

    assert reason == "target-silent"
    assert SILENT <= len(exchanges) <= SILENT + 4
    assert {one.error for one in exchanges} == {"connect-refused"}


def test_time_is_limited() -> None:
    """A replay takes no request after its time; what was sent is still delivered."""

    def slow(sock: socket.socket) -> None:
        while read_request(sock):
            time.sleep(0.05)
            sock.sendall(GOOD)

    with peer(slow) as server:
        seen: list[int] = []
        pool = Pool(frozenset({server.url}), deadline=PATIENT)
        stopped = pool.replay(sent(server.url, 10_000), lambda number, _: seen.append(number), limit=2, seconds=0.3)

    assert stopped.reason == "time-over"
    assert 4 <= stopped.executed == len(seen) <= 20


def test_only_pinned_origins_are_spoken_to() -> None:
    """Another port is refused without a packet."""
    with peer(says(GOOD)) as server, peer(says(GOOD)) as canary:
        seen: list[Exchange] = []
        pool = Pool(frozenset({server.url}), deadline=PATIENT)
        pool.replay(sent(canary.url), lambda _, one: seen.append(one), limit=1, seconds=9)

        assert [one.error for one in seen] == ["not-pinned"]
        assert canary.connections == 0


def test_what_a_request_cannot_be_made_of_reaches_the_caller() -> None:
    """Whatever ends the making of requests comes out of the replay as it is, alone and not in a group."""

    def broken(url: str) -> Iterator[Request]:
        yield from sent(url, 3)
        raise LookupError("no token")

    with peer(says(GOOD)) as server, pytest.raises(LookupError, match="no token"):
        Pool(frozenset({server.url}), deadline=PATIENT).replay(broken(server.url), lambda *_: None, limit=4, seconds=9)
