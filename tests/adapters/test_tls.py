"""TLS is judged by exact versions, and an untrusted certificate is told by its reason."""

from __future__ import annotations

import datetime as dt
import socket
import time
from pathlib import Path

import pytest
import trustme
from certificate import YESTERDAY, context
from hostile import answer, peer, read_request, says, silent

from renkei.adapters.h11.transport import PinnedTransport
from renkei.adapters.tls import handshake
from renkei.adapters.tls.handshake import Handshaker, offerable
from renkei.errors import PlanError
from renkei.flow.exchange import Request

GOOD = answer(b"ok")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A test CA."""
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Its certificate as a file."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3"])
def test_a_version_is_accepted_or_refused(authority: trustme.CA, ca_file: str, version: str) -> None:
    """A server accepts exactly the versions it speaks."""
    if not offerable(version):
        pytest.skip(f"this OpenSSL cannot offer TLS {version}")
    other = "1.3" if version == "1.2" else "1.2"
    with peer(says(GOOD), context(authority, version, version)) as yes:
        assert Handshaker().handshake(yes.url, version, ca_file) == "accepted"
    with peer(says(GOOD), context(authority, other, other)) as no:
        assert Handshaker().handshake(no.url, version, ca_file) == "refused"


def test_a_version_we_cannot_offer_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the local OpenSSL cannot speak a version, no server is judged by it."""
    monkeypatch.setattr(handshake, "_shake_in_memory", lambda *_: False)
    offerable.cache_clear()
    try:
        assert Handshaker().handshake("https://127.0.0.1:1/", "1.0", "") == "unsupported-here"
    finally:
        offerable.cache_clear()


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"name": "other.example"}, "tls-wrong-name"),
        ({"not_before": YESTERDAY - dt.timedelta(days=9), "not_after": YESTERDAY}, "tls-expired"),
        ({"not_before": YESTERDAY + dt.timedelta(days=9)}, "tls-not-yet-valid"),
    ],
)
def test_an_untrusted_certificate_says_why(
    authority: trustme.CA, ca_file: str, how: dict[str, object], code: str
) -> None:
    """A wrong name, an expired and a future certificate have codes of their own; the transport refuses all of them."""
    with peer(says(GOOD), context(authority, **how)) as server:
        assert Handshaker().handshake(server.url, "1.3", ca_file) == code
        assert ask(server.url, ca_file) == "tls-certificate"


def test_an_unknown_ca_says_so(authority: trustme.CA) -> None:
    """A certificate of a CA that the plan does not name is not trusted."""
    with peer(says(GOOD), context(authority)) as server:
        assert Handshaker().handshake(server.url, "1.3", "") == "tls-unknown-ca"
        assert ask(server.url, "") == "tls-certificate"


def test_the_transport_speaks_tls_and_reuses_the_connection(authority: trustme.CA, ca_file: str) -> None:
    """With the right CA an exchange succeeds, and the second one needs no new handshake."""

    def behave(sock: socket.socket) -> None:
        while read_request(sock):
            sock.sendall(GOOD)

    with peer(behave, context(authority)) as server:
        transport = PinnedTransport(frozenset({server.url}), ca_file=ca_file)
        answers = [transport.send(Request(method="GET", url=server.url + "/")).status for _ in range(3)]
        transport.close()

        assert answers == [200, 200, 200]
        assert server.connections == 1


def test_the_transport_refuses_old_tls(authority: trustme.CA, ca_file: str) -> None:
    """A server that only speaks TLS 1.1 is not spoken to."""
    with peer(says(GOOD), context(authority, "1.1", "1.1")) as server:
        assert ask(server.url, ca_file) in ("tls", "reset")


def test_a_silent_peer_ends_at_the_deadline(ca_file: str) -> None:
    """A server that never answers the hello costs the deadline; so does plain HTTP for the transport."""
    started = time.monotonic()
    with peer(silent) as server:
        url = server.url.replace("http", "https")
        assert Handshaker(deadline=0.4).handshake(url, "1.3", ca_file) == "deadline"
        assert ask(url, ca_file, deadline=0.4) == "deadline"

    assert time.monotonic() - started < 3


def test_plain_http_on_a_tls_port_is_tls(ca_file: str) -> None:
    """A server that talks plain HTTP where TLS is asked is a TLS fault."""

    def behave(sock: socket.socket) -> None:
        sock.recv(1024)
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with peer(behave) as server:
        assert ask(server.url.replace("http", "https"), ca_file) == "tls"


def test_an_unreachable_server_is_no_refusal() -> None:
    """A closed port and an unknown name are told apart from a refused version."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert Handshaker().handshake(f"https://127.0.0.1:{port}/", "1.2", "") == "connect-refused"
    assert Handshaker().handshake("https://no-such-host.invalid/", "1.2", "") == "dns"


def test_an_unreadable_ca_file_is_a_plan_error(tmp_path: Path) -> None:
    """A missing CA file is told, not taken for the system's store."""
    with pytest.raises(PlanError, match="ca-file-unreadable"):
        Handshaker().handshake("https://127.0.0.1:1/", "1.3", str(tmp_path / "none.pem"))


def ask(url: str, ca_file: str, deadline: float = 8.0) -> str:
    """The transport's error for one GET."""
    transport = PinnedTransport(frozenset({url}), ca_file=ca_file, deadline=deadline)
    error = transport.send(Request(method="GET", url=url + "/")).error
    transport.close()
    return error
