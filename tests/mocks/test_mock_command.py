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
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
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
    """TLS 1.1 is refused unless the defect is on; the files lie ready; SIGTERM ends it with 0."""
    options = ("--vendor", "alpha", "--tls", str(tmp_path / "tls"), "--place", str(tmp_path / "place"))
    clients = tmp_path / "clients.json"
    with running(*options, "--population", "20", "--clients", str(clients), *fault) as (process, ready):
        host, _, port = ready["base_url"].removeprefix("https://").partition(":")
        assert handshake((host, int(port)), ready["ca_file"], ssl.TLSVersion.TLSv1_1) == old
        assert handshake((host, int(port)), ready["ca_file"], ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
        assert ready["pid"] == process.pid
        assert len(list((tmp_path / "place").rglob("*.csv.end"))) == 15
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0

    known = json.loads(clients.read_text(encoding="utf-8"))["clients"]
    assert [one["client_id"] for one in known] == [ready["client_id"], ready["second_client_id"]]
    assert not any(one["client_secret"] in json.dumps(ready) for one in known)
    assert clients.stat().st_mode & 0o077 == 0


def test_wrong_options_end_with_two() -> None:
    """An unknown vendor and an unknown fault are told apart in one line."""
    for options, word in (
        (("--vendor", "delta"), "no such vendor"),
        (("--vendor", "alpha", "--fault", "x"), "no such fault"),
    ):
        command = [sys.executable, "-m", "mocks", *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, word in done.stderr) == (2, True)
