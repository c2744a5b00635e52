"""REST pairs whose provider speaks TLS and wants assertions made out to itself, with the observing proxy in between."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from renkei.cli.mockset import MUNICIPALITY, start_vendor, town_pack, vendor_secrets

ROOT = Path(__file__).parents[2]
SYSTEM, LINKAGES = "010", ("jutogaishaatenabangofuban", "jutogaishaatenakihonjohosyokai")

pytestmark = [pytest.mark.node, pytest.mark.timeout(300)]


def target(name: str, system: str, role: str, *lines: str) -> str:
    """One target of the plan."""
    head = ["[[target]]", f'id = "{name}"', f'vendor = "{name}"', 'product = "P"', 'version = "1"']
    return "\n".join([*head, f'system = "{system}"', f'roles = ["{role}"]', *lines, ""])


def provider(line: dict[str, Any]) -> str:
    """alpha's 031, over TLS, for one client that makes assertions."""
    urls = [
        f'{name} = "{line[name]}"'
        for name in ("base_url", "token_url", "introspection_url", "revocation_url", "ca_file")
    ]
    client = [f'client_id = "{line["client_id"]}"', 'client_secret = {file = "mocks/alpha/client-1.secret"}']
    return target("alpha-031", "031", "provider", "[target.rest]", *urls, *client)


def consumer(name: str, line: dict[str, Any], folder: Path) -> str:
    """An office that is driven through its façade."""
    place = folder / "inboxes" / name
    place.mkdir(parents=True)
    facade = [
        f'url = "{line["facades"][SYSTEM]}"',
        'secret = {file = "facade.secret"}',
        f'ca_file = "{line["ca_file"]}"',
    ]
    return target(name, SYSTEM, "consumer", "[target.facade]", *facade, "[target.inbox]", f'url = "{place.as_uri()}"')


@pytest.fixture(scope="module", name="ran")
def run_over_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, subprocess.CompletedProcess[str]]]:
    """One run of alpha's 031 with an office of alpha and with one of delta; its folder, and how it ended."""
    folder = tmp_path_factory.mktemp("pairs")
    secret, town = folder / "facade.secret", town_pack(folder / "town", population=60)
    more = ("--facade", str(secret), "--no-vendor-faults", "--system", SYSTEM, "--town", str(town))
    started = [
        start_vendor("alpha", folder, extra=("--no-vendor-faults",)),
        start_vendor("delta", folder, extra=("--town", str(town), "--facade", str(secret))),
        start_vendor("alpha", folder / "office", extra=more),
    ]
    try:
        alpha, delta, office = (vendor.start() for vendor in started)
        vendor_secrets(folder, "alpha")
        head = f'[plan]\nname = "tls"\nprofile = "smoke"\nmunicipality = "{MUNICIPALITY}"\nseed = 1\n'
        linkages = f"linkages = {json.dumps(LINKAGES)}"
        pairs = [f'[[pair]]\nprovider = "alpha-031"\nconsumer = "{one}"\n{linkages}\n' for one in ("office", "delta")]
        targets = [provider(alpha), consumer("office", office, folder), consumer("delta", delta, folder)]
        plan = folder / "plan.toml"
        plan.write_text(head + "".join([*targets, *pairs]), encoding="utf-8")
        command = ["run", str(plan), "--out", str(folder / "run"), "--no-report", "--only", "pair", "--workers", "1"]
        yield folder / "run", renkei(*command)
    finally:
        for vendor in started:
            vendor.stop()


def renkei(*arguments: str) -> subprocess.CompletedProcess[str]:
    """One command, ended."""
    command = [sys.executable, "-m", "renkei.cli.main", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)


def test_an_assertion_is_made_out_to_the_provider_and_not_to_who_stands_between(
    ran: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """Both offices get their token through the proxy: every requirement of both linkages passes without a finding."""
    folder, done = ran
    rows = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))["pairs"]

    assert {(row["consumer"], row["linkage"]): (row["verdict"], row["fault_of"]) for row in rows} == {
        (name, linkage): ("passed", "") for name in ("office", "delta") for linkage in LINKAGES
    }, done.stderr
    outcomes = {
        (result["requirement"], result["outcome"], len(result["findings"])) for row in rows for result in row["results"]
    }
    assert outcomes == {(f"PR-0{number}", "passed", 0) for number in (1, 2, 3, 4)}
    assert done.returncode == 0
