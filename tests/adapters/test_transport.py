"""No peer can hang, exhaust, redirect or confuse the transport."""

from __future__ import annotations

import inspect
import resource
import socket
import ssl
import threading
import time
import zlib

import h11
import pytest
from hostile import Behaviour, answer, bomb, drips, floods, peer, read_request, resets, says, silent, zipped

from renkei.adapters.h11.reading import Caps, WireFault, protocol_code
from renkei.adapters.h11.transport import PinnedTransport, origin_of
from renkei.errors import HarnessError, PlanError
from renkei.flow.exchange import Exchange, Request
from renkei.wirecode import CODES, code_of

DEADLINE = 0.5
PATIENT = 8.0  # for what ends by itself, so that a busy machine does not turn it into a deadline
HEAD = b"HTTP/1.1 200 OK\r\n"
MIB = 1 << 20
GOOD = answer(b'{"ok":true}', "Content-Type: application/json")

ERRORS: dict[str, tuple[Behaviour, str]] = {
    "never-answers": (silent, "deadline"),
    "slow-status": (drips(b"", b"H"), "deadline"),
    "slow-status-line": (drips(b"HTTP/1.1 200 ", b"o"), "deadline"),
    "slow-headers": (drips(HEAD, b"X-A: b\r\n"), "deadline"),
    "slow-body": (drips(HEAD + b"Content-Length: 9999999\r\n\r\n", b"x"), "deadline"),
    "slow-chunks": (drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), "deadline"),
    "slow-100-continue": (drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "deadline"),
    "endless-100-continue": (drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50, 0), "framing"),
    "endless-header": (floods(HEAD + b"X-Big: ", b"a" * MIB, 10), "too-large"),
    "5000-headers": (says(HEAD + b"X-H: v\r\n" * 5000 + b"Content-Length: 0\r\n\r\n"), "too-many-headers"),
    "many-trailers": (
        says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X-T: v\r\n" * 5000 + b"\r\n"),
        "too-many-headers",
    ),
    "closes-at-once": (lambda sock: None, "reset"),
    "closes-silently": (says(b""), "reset"),
    "closes-in-header": (says(HEAD + b"Content-Le"), "incomplete"),
    "closes-in-body": (says(HEAD + b"Content-Length: 10\r\n\r\nabc"), "incomplete"),
    "closes-in-chunk": (says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"), "incomplete"),
    "resets": (resets, "reset"),
    "bad-chunk": (says(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"), "framing"),
    "bad-chunk-end": (says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n"), "framing"),
    "endless-chunk-size": (floods(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * MIB, 3), "too-large"),
    "negative-length": (says(HEAD + b"Content-Length: -5\r\n\r\n"), "framing"),
    "two-lengths": (says(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "framing"),
    "length-of-words": (says(HEAD + b"Content-Length: ten\r\n\r\n"), "framing"),
    "unknown-transfer-coding": (says(HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "framing"),
    "not-http": (says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "framing"),
    "tls-to-plain": (says(b"\x15\x03\x01\x00\x02\x02\x46"), "framing"),
    "control-in-header": (says(HEAD + b"X-A: a\x00b\r\n\r\n"), "framing"),
    "switches-protocol": (says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), "framing"),
}

VIOLATIONS = {
    "length-and-chunked": (
        HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"ok",
        ("content-length-and-transfer-encoding",),
    ),
    "same-length-twice": (
        HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok",
        b"ok",
        ("duplicate-content-length",),
    ),
    "folded-header": (HEAD + b"X-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok", b"ok", ("obs-fold",)),
    "bare-line-feed": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", b"ok", ("bare-line-feed",)),
    "more-after-the-end": (answer(b"ok") + GOOD, b"ok", ("data-after-response",)),
    "unknown-encoding": (answer(b"\x00secret", "Content-Encoding: lzma9"), b"", ("unknown-encoding",)),
    "many-encodings": (answer(zipped(zipped(b"ok")), "Content-Encoding: gzip, gzip"), b"", ("many-encodings",)),
    "not-gzip": (answer(b"plain", "Content-Encoding: gzip"), b"", ("bad-encoding",)),
    "half-gzip": (answer(zipped(b"x" * 999)[:-12], "Content-Encoding: gzip"), b"", ("bad-encoding",)),
}


def ask(url: str, *, deadline: float = PATIENT, caps: Caps | None = None) -> Exchange:
    transport = PinnedTransport(frozenset({url}), deadline=deadline, caps=caps)
    try:
        return transport.send(Request(method="POST", url=url + "/a", body=b"{}"))
    finally:
        transport.close()


@pytest.mark.parametrize("name", ERRORS)
def test_a_broken_answer_ends_in_its_code_within_the_deadline(name: str) -> None:
    """Every way of breaking HTTP ends in its own code, soon, and with flat memory."""
    behaviour, code = ERRORS[name]
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    deadline = DEADLINE if code == "deadline" else PATIENT
    with peer(behaviour) as server:
        exchange = ask(server.url, deadline=deadline)

    assert (exchange.error, exchange.response) == (code, None)
    assert time.monotonic() - started < deadline + 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 48 * 1024


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_readable_answer_with_a_protocol_fault_says_so(name: str) -> None:
    """What can be read in spite of a fault is given with the fault's code, and the connection is not used again."""
    data, body, violations = VIOLATIONS[name]
    with peer(says(data, close=False)) as server:
        transport = PinnedTransport(frozenset({server.url}), deadline=PATIENT)
        first = transport.send(Request(method="GET", url=server.url + "/"))
        transport.send(Request(method="GET", url=server.url + "/"))

        assert first.response is not None, first.error
        assert (first.response.body, first.response.violations) == (body, violations)
        assert server.connections == 2
    transport.close()


@pytest.mark.parametrize(
    ("head", "block", "times"),
    [
        (b"Content-Length: 314572800\r\n\r\n", b"x" * MIB, 300),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + b"x" * MIB + b"\r\n", 300),
        (b"\r\n", b"x" * MIB, 300),
        (b"Content-Encoding: gzip\r\n\r\n", bomb(300), 1),
        (b"Content-Encoding: deflate\r\n\r\n", zlib.compress(bytes(64 * MIB), 9), 1),
    ],
    ids=["length", "chunked", "until-close", "gzip-bomb", "deflate-bomb"],
)
def test_an_endless_body_is_cut_at_the_cap(head: bytes, block: bytes, times: int) -> None:
    """A body of 300 MB, on the wire or after decoding, is cut at the cap with flat memory."""
    caps = Caps(wire=2 * MIB, decoded=3 * MIB)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with peer(floods(HEAD + head, block, times)) as server:
        response = ask(server.url, caps=caps).response

    assert response is not None
    assert response.truncated
    assert response.violations == ("too-large",)
    assert len(response.body) <= caps.decoded
    assert time.monotonic() - started < PATIENT
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 48 * 1024


def test_a_body_of_exactly_the_cap_is_whole() -> None:
    """The cap itself still fits."""
    with peer(says(answer(zipped(b"y" * 1000), "Content-Encoding: gzip"))) as server:
        response = ask(server.url, caps=Caps(decoded=1000)).response

    assert response is not None
    assert (response.body, response.truncated) == (b"y" * 1000, False)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (zipped(b"ok"), "gzip"),
        (zipped(b"o") + zipped(b"k"), "GZIP"),
        (zlib.compress(b"ok"), "deflate"),
        (zlib.compress(b"ok", wbits=-15), "deflate"),
        (b"ok", "identity"),
    ],
)
def test_one_content_coding_is_decoded(body: bytes, encoding: str) -> None:
    """gzip (with members) and both readings of deflate come back decoded and without a violation."""
    with peer(says(answer(body, f"Content-Encoding: {encoding}"))) as server:
        response = ask(server.url).response

    assert response is not None
    assert (response.body, response.violations) == (b"ok", ())


def test_a_redirect_is_not_followed() -> None:
    """A redirect comes back as it is; the host it points to sees nothing."""
    with peer(says(GOOD)) as canary:
        answer_away = answer(b"", f"Location: {canary.url}/steal", status="307 Temporary Redirect")
        with peer(says(answer_away)) as server:
            exchange = ask(server.url)

        assert exchange.status == 307
        assert canary.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{other}/",
        "https://127.0.0.1:{port}/",
        "http://127.0.0.1:{port}@127.0.0.1:{other}/",
        "http://127.0.0.1:{other}\\@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\r\nX: y/",
        "http://localhost:{other}/",
        "ftp://127.0.0.1:{port}/",
        "http://[::1",
        "/relative",
    ],
)
def test_only_pinned_origins_are_spoken_to(url: str) -> None:
    """Another scheme, host or port is refused without a packet."""
    with peer(says(GOOD)) as server, peer(says(GOOD)) as canary:
        transport = PinnedTransport(frozenset({server.url}), deadline=PATIENT)
        exchange = transport.send(Request(method="GET", url=url.format(port=server.port, other=canary.port)))

        assert exchange.error == "not-pinned"
        assert (server.connections, canary.connections) == (0, 0)


def test_an_origin_is_normalised() -> None:
    """Case and default ports do not make another origin."""
    assert origin_of("HTTPS://Example.JP/x") == "https://example.jp:443"
    assert origin_of("http://[::1]/") == "http://[::1]:80"


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY does not see our traffic."""
    with peer(says(GOOD)) as server, peer(says(GOOD)) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)

        assert ask(server.url).status == 200
        assert proxy.connections == 0


def test_connections_are_reused_by_many_threads() -> None:
    """Sequential calls share one connection; concurrent ones get their own; every answer reaches its asker."""

    def echo(sock: socket.socket) -> None:
        while request := read_request(sock):
            sock.sendall(answer(request.partition(b"\r\n\r\n")[2]))

    with peer(echo) as server:
        transport = PinnedTransport(frozenset({server.url}))
        wrong: list[bytes] = []

        def work(number: int) -> None:
            for turn in range(25):
                body = f"{number}-{turn}".encode()
                got = transport.send(Request(method="POST", url=server.url + "/", body=body)).response
                if got is None or got.body != body:
                    wrong.append(body)

        work(0)
        assert server.connections == 1
        threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert not wrong
        assert server.connections <= 5
        transport.close()


def test_a_connection_that_talks_unasked_is_dropped() -> None:
    """Bytes that arrive between two exchanges never become the next answer."""

    def behave(sock: socket.socket) -> None:
        while read_request(sock):
            sock.sendall(GOOD)
            time.sleep(0.05)
            sock.sendall(answer(b"poison"))

    with peer(behave) as server:
        transport = PinnedTransport(frozenset({server.url}))
        transport.send(Request(method="GET", url=server.url + "/"))
        time.sleep(0.15)
        second = transport.send(Request(method="GET", url=server.url + "/"))

        assert second.text() == '{"ok":true}'
        assert server.connections == 2
        transport.close()


def test_an_early_answer_to_a_large_request_counts() -> None:
    """A server may refuse a large body before it has read it."""

    def behave(sock: socket.socket) -> None:
        sock.recv(1024)
        sock.sendall(answer(b"", "Connection: close", status="413 Content Too Large"))
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass

    with peer(behave) as server:
        transport = PinnedTransport(frozenset({server.url}), deadline=PATIENT)
        exchange = transport.send(Request(method="POST", url=server.url + "/", body=b"x" * 4 * MIB))

    assert exchange.status == 413


def test_nobody_listening_is_connect_refused() -> None:
    """A closed port has a code of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert ask(f"http://127.0.0.1:{port}").error == "connect-refused"


def test_an_unknown_name_is_dns() -> None:
    """A name that cannot be looked up is told apart from a server that is down."""
    assert ask("http://no-such-host.invalid:80").error == "dns"


def test_a_full_backlog_ends_at_the_deadline() -> None:
    """A host that drops our connection attempts costs the deadline and no more."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        blocked = [socket.socket() for _ in range(4)]
        for sock in blocked:
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        error = ask(f"http://127.0.0.1:{listener.getsockname()[1]}", deadline=DEADLINE).error
        for sock in blocked:
            sock.close()

    assert error == "deadline"


def test_the_callers_own_mistake_is_ours() -> None:
    """A request that HTTP cannot express is the harness's fault, never the peer's."""
    with peer(says(GOOD)) as server:
        transport = PinnedTransport(frozenset({server.url}))
        with pytest.raises(HarnessError, match="request-not-sendable"):
            transport.send(Request(method="GET", url=server.url, headers=(("X", "a\r\nb"),)))


def test_headers_and_target_arrive_as_given() -> None:
    """Given headers win over defaults, non-ASCII is sent as UTF-8 or percent-encoded, and nothing is added twice."""
    seen: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        seen.append(read_request(sock))
        sock.sendall(GOOD)

    with peer(behave) as server:
        url = server.url + "/付番?a=%20b&c=日&access_token=x"
        PinnedTransport(frozenset({server.url})).send(
            Request(method="POST", url=url, headers=(("user-agent", "me"), ("X-N", "山")), body="あ".encode())
        )
    lines = seen[0].split(b"\r\n")

    assert lines[0] == b"POST /%E4%BB%98%E7%95%AA?a=%20b&c=%E6%97%A5&access_token=x HTTP/1.1"
    assert f"Host: 127.0.0.1:{server.port}".encode() in lines
    assert "X-N: 山".encode() in lines
    assert [line for line in lines if line.lower().startswith(b"user-agent")] == [b"user-agent: me"]
    assert b"Content-Length: 3" in lines


def test_every_exception_below_has_a_code() -> None:
    """Every exception of h11, TLS and sockets ends in a code; none reaches the caller."""
    below: set[type[BaseException]] = {OSError, UnicodeError, *_family(OSError), *_family(ssl.SSLError)}
    codes = {code for _, code in CODES}
    for kind in below:
        made = kind.__new__(kind)

        assert code_of(made) in codes, kind

    protocol = [kind for _, kind in inspect.getmembers(h11, inspect.isclass) if issubclass(kind, Exception)]
    assert {kind.__name__ for kind in protocol} == {"ProtocolError", "LocalProtocolError", "RemoteProtocolError"}
    assert protocol_code(h11.RemoteProtocolError("x")) == "framing"
    assert protocol_code(h11.RemoteProtocolError("x", error_status_hint=431)) == "too-large"
    assert issubclass(WireFault, Exception)


def test_our_own_limits_are_not_blamed_on_the_peer() -> None:
    """Running out of descriptors is a harness error."""
    with pytest.raises(HarnessError, match="local-limit"):
        code_of(OSError(24, "too many open files"))


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_an_unreadable_ca_file_is_a_plan_error(content: str | None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A missing or wrong CA file is told before anything is sent."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    if content:
        path.write_text(content)

    with pytest.raises(PlanError, match="ca-file-unreadable"):
        PinnedTransport(frozenset(), ca_file=str(path))


def _family(kind: type[BaseException]) -> set[type[BaseException]]:
    """The exceptions below one, of the standard library only."""
    found = set()
    for child in kind.__subclasses__():
        if child.__module__ in ("builtins", "ssl", "socket"):
            found |= {child, *_family(child)}
    return found
