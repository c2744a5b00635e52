"""Mock vendors as containers: they start, answer on loopback only, give tokens, and never outlive their session."""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import docker
import pytest

from renkei.adapters.docker import reaper
from renkei.adapters.docker.vendor import ContainerVendor
from renkei.errors import HarnessError, UsageError

pytestmark = pytest.mark.docker

VENDORS = ("alpha", "beta", "gamma")
SECRET = secrets.token_hex(24)
SCOPE = "031:app_submit/v10/jutogaishaatenabangofuban:Create"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[ContainerVendor, dict[str, Any]]]]:
    """Three vendors of 031, started at once."""
    folder = tmp_path_factory.mktemp("vendors")
    vendors = [
        ContainerVendor(
            vendor=name,
            folder=folder / name,
            arguments=("--system", "031", "--tls", str(folder / name / "tls")),
            environment={"RENKEI_MOCK_SECRET": SECRET},
        )
        for name in VENDORS
    ]
    try:
        with ThreadPoolExecutor(len(vendors)) as pool:
            lines = list(pool.map(ContainerVendor.start, vendors))
        yield {vendor.vendor: (vendor, line) for vendor, line in zip(vendors, lines, strict=True)}
    finally:
        for vendor in vendors:
            vendor.stop()


def fetch(line: dict[str, Any], url: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Status and body; a form is posted with the first client's id and secret."""
    request = urllib.request.Request(url)
    if form:
        pair = base64.b64encode(f"{line['client_id']}:{SECRET}".encode()).decode()
        request = urllib.request.Request(url, urllib.parse.urlencode(form).encode(), {"Authorization": f"Basic {pair}"})
    try:
        context = ssl.create_default_context(cafile=line["ca_file"])
        with urllib.request.urlopen(request, timeout=10, context=context) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("name", VENDORS)
def test_a_containers_readiness_line_holds_where_its_callers_stand(started: Any, name: str) -> None:
    """The URLs and the CA file of the readiness line work as they are from outside the container."""
    vendor, line = started[name]

    assert line["vendor"] == name
    assert line["base_url"] == vendor.url
    assert fetch(line, vendor.url + "/healthz")[0] == 200


@pytest.mark.parametrize("name", VENDORS)
def test_a_vendor_in_a_container_gives_a_token(started: Any, name: str) -> None:
    """The token service of a container knows its client by the secret that the environment handed over."""
    _, line = started[name]

    status, body = fetch(line, line["token_url"], {"grant_type": "client_credentials", "scope": SCOPE})

    if status == 401:  # a vendor may offer client_secret_jwt alone, but then it says so in the words of RFC 6749
        assert json.loads(body)["error"] == "invalid_client"
    else:
        assert status == 200, body
        assert json.loads(body)["token_type"] == "Bearer"


def test_a_container_is_published_on_loopback_only(started: Any) -> None:
    """Every port of every vendor is bound to 127.0.0.1, under the number that it has inside."""
    client = docker.from_env()
    for vendor, line in started.values():
        ports = client.containers.get(vendor._container._container.id).attrs["NetworkSettings"]["Ports"]
        inside = urllib.parse.urlsplit(line["base_url"]).port
        published = {
            port: bound for port, bound in ports.items() if bound
        }  # an image may expose more than it publishes

        assert published == {f"{inside}/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(inside)}]}
    client.close()


def test_a_secret_is_not_in_a_containers_log(started: Any) -> None:
    """What a vendor writes does not hold its clients' secrets."""
    for vendor, _ in started.values():
        assert '"ready"' in vendor.logs()
        assert SECRET not in vendor.logs()


def test_a_vendor_that_does_not_come_up_is_a_diagnosis(tmp_path: Path) -> None:
    """A container that ends before it is ready raises HarnessError with the end of its log, and is removed."""
    vendor = ContainerVendor(vendor="nobody", folder=tmp_path)

    with pytest.raises(HarnessError) as raised:
        vendor.start()

    assert raised.value.code == "mock-not-started"
    assert "nobody" in raised.value.values["why"]
    assert vendor.logs() == ""


def test_an_image_that_is_missing_is_a_diagnosis(tmp_path: Path) -> None:
    """An unknown image is an error of use that names it; no registry is asked."""
    with pytest.raises(UsageError) as raised:
        ContainerVendor(vendor="alpha", folder=tmp_path, image="renkei-nowhere:local").start()

    assert raised.value.code == "mock-image-missing"
    assert raised.value.values == {"image": "renkei-nowhere:local"}


def test_stopping_twice_does_no_harm(tmp_path: Path) -> None:
    """A vendor that never started can be stopped, and so can one that was stopped."""
    vendor = ContainerVendor(vendor="alpha", folder=tmp_path)
    vendor.stop()
    vendor.stop()

    assert vendor.url == ""


CRASH = """
import os, pathlib, sys
from testcontainers.core.labels import SESSION_ID
from renkei.adapters.docker.vendor import ContainerVendor
ContainerVendor(vendor="alpha", folder=pathlib.Path(sys.argv[1]), arguments=("--system", "031")).start()
print(SESSION_ID, flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_killed_session_leaves_no_container(tmp_path: Path) -> None:
    """After SIGKILL of the session its containers are gone within five seconds."""
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(tmp_path)], stdout=subprocess.PIPE, text=True, timeout=60, check=False
    )
    session = done.stdout.strip()
    client = docker.from_env()
    deadline = time.monotonic() + 5
    while left := client.containers.list(all=True, filters={"label": f"{reaper.LABEL}={session}"}):
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    client.close()

    assert done.returncode == -9
    assert session
    assert left == []
