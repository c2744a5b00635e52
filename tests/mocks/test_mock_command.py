"""The command line, as a process: readiness line, TLS, secrets, the end."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A mock process and its readiness line; it is ended by its own id."""
    command = [sys.executable, "-m", "mocks", *options]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        yield process, json.loads(line)
    finally:
        process.terminate()
        process.wait(10)


def handshake(address: tuple[str, int], ca_file: str, version: ssl.TLSVersion) -> str | None:
    """The version agreed on, or none when the server refuses."""
    context = ssl.create_default_context(cafile=ca_file)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    try:
        with (
            socket.create_connection(address, 5) as sock,
            context.wrap_socket(sock, server_hostname=address[0]) as wrapped,
        ):
            return wrapped.version()
    except (ssl.SSLError, ConnectionError):
        return None


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
@pytest.mark.parametrize(("fault", "old"), [((), None), (("--fault", "tls11_accepted"), "TLSv1.1")])
def test_https_is_served_from_tls_12_on(tmp_path: Path, fault: tuple[str, ...], old: str | None) -> None:
    """TLS 1.1 is refused unless the defect is on; the files lie ready in folders that are made; SIGTERM ends it with 0."""
    options = ("--vendor", "alpha", "--tls", str(tmp_path / "a" / "tls"), "--place", str(tmp_path / "b" / "place"))
    clients = tmp_path / "c" / "d" / "clients.json"
    with running(*options, "--population", "20", "--clients", str(clients), *fault) as (process, ready):
        host, _, port = ready["base_url"].removeprefix("https://").partition(":")
        assert handshake((host, int(port)), ready["ca_file"], ssl.TLSVersion.TLSv1_1) == old
        assert handshake((host, int(port)), ready["ca_file"], ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
        assert ready["pid"] == process.pid
        assert len(list((tmp_path / "b" / "place").rglob("*.csv.end"))) == 25
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0

    known = json.loads(clients.read_text(encoding="utf-8"))["clients"]
    assert [one["client_id"] for one in known] == [ready["client_id"], ready["second_client_id"]]
    assert not any(one["client_secret"] in json.dumps(ready) for one in known)
    assert clients.stat().st_mode & 0o077 == 0


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_a_mock_may_speak_an_old_tls_only(tmp_path: Path) -> None:
    """With the defect on, TLS 1.1 is taken and TLS 1.2 is refused."""
    options = ("--vendor", "alpha", "--system", "031", "--tls", str(tmp_path), "--fault", "old_tls_only")
    with running(*options, "--population", "20") as (_, ready):
        host, _, port = ready["base_url"].removeprefix("https://").partition(":")
        assert handshake((host, int(port)), ready["ca_file"], ssl.TLSVersion.TLSv1_1) == "TLSv1.1"
        assert handshake((host, int(port)), ready["ca_file"], ssl.TLSVersion.TLSv1_2) is None


def first_answer(base_url: str) -> bytes:
    """The head of the answer to a registration without a token."""
    host, _, port = base_url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 5) as sock:
        sock.sendall(b"POST /app_submit/v10/jutogaishaatenabangofuban HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        return sock.recv(65536).partition(b"\r\n\r\n")[0].lower()


@pytest.mark.parametrize(
    ("faults", "version", "coded"),
    [((), b"http/1.1 ", False), (("http_1_0_answers",), b"http/1.0 ", False), (("unknown_content_encoding",), b"http/1.1 ", True)],
)  # fmt: skip
def test_answers_may_be_old_or_oddly_coded(faults: tuple[str, ...], version: bytes, *, coded: bool) -> None:
    """Answers are HTTP/1.1 without a content coding, unless one of two defects is on."""
    given = [word for name in faults for word in ("--fault", name)]
    with running("--vendor", "alpha", "--system", "031", "--population", "20", *given) as (_, ready):
        head = first_answer(ready["base_url"])

    assert head.startswith(version)
    assert (b"content-encoding: lzma9" in head) == coded


@pytest.mark.parametrize("asked", [True, False])
def test_a_mock_ends_with_its_parent_if_asked_to(*, asked: bool) -> None:
    """With --with-parent the end of the standard input is the end of the mock, with 0; without it nothing happens."""
    options = ("--vendor", "alpha", "--system", "031", "--population", "20", *(["--with-parent"] if asked else []))
    with running(*options) as (process, _):
        assert process.stdin is not None
        process.stdin.close()
        if asked:
            assert process.wait(10) == 0
        else:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(1)


def test_a_mock_listens_at_further_addresses_and_nowhere_else() -> None:
    """Many targets of one mock differ by their loopback address; nobody from outside reaches any of them."""
    options = ("--vendor", "alpha", "--system", "031", "--population", "20", "--also", "127.0.0.2")
    with running(*options) as (_, ready):
        port = ready["base_url"].rpartition(":")[2]
        heads = [first_answer(f"http://{host}:{port}") for host in ("127.0.0.1", "127.0.0.2")]
        with pytest.raises(ConnectionRefusedError):
            first_answer(f"http://127.0.0.3:{port}")

    assert [head[:9] for head in heads] == [b"http/1.1 "] * 2


def test_wrong_options_end_with_two() -> None:
    """An unknown vendor and an unknown fault are told apart in one line."""
    for options, word in (
        (("--vendor", "delta"), "no such vendor"),
        (("--vendor", "alpha", "--fault", "x"), "no such fault"),
    ):
        command = [sys.executable, "-m", "mocks", *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, word in done.stderr) == (2, True)
