"""`renkei run` on the boundary systems: a conforming process is blamed for nothing, every fault by its own requirement."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from mocks import client, vendor
from mocks.boundary import interface
from mocks.boundary.fault import defects
from mocks.fault import Faults
from renkei.vendors import ProcessVendor

ROOT = Path(__file__).resolve().parents[2]
PLAN = tomllib.loads((ROOT / "plans" / "boundary.toml").read_text(encoding="utf-8"))
TABLES = {
    name: tomllib.loads((interface.FOLDER / name / "interface.toml").read_text("utf-8")) for name in interface.names()
}
OWN = {row["id"]: name for name, table in TABLES.items() for row in table["requirement"]}
# One system with a fault for each of its first, second … requirements: no two faults of a system are on at once.
ROUNDS = max(sum(one.system == name for one in defects().values()) for name in TABLES)


def rounds() -> list[list[str]]:
    """The faults of each round."""
    by_system: dict[str, list[str]] = defaultdict(list)
    for one in defects().values():
        by_system[one.system].append(one.name)
    return [[names[turn] for names in by_system.values() if turn < len(names)] for turn in range(ROUNDS)]


def plan(ready: dict[str, Any]) -> str:
    """A plan of all systems at a running process."""
    head = f'[plan]\nname = "boundary"\nprofile = "smoke"\ncontracts = "{ROOT / "contracts" / "boundary"}"\n'
    targets = [
        f"""[[target]]
id = "{name.replace("_", "-")}"
vendor = "alpha"
product = "Alpha"
version = "1"
system = "{name}"
[target.rest]
base_url = "{ready["base_url"]}"
token_url = "{ready["token_url"]}"
auth = "client_secret_jwt"
client_id = "{ready["client_id"]}"
client_secret = {{ file = "clients-1.secret" }}
"""
        for name in TABLES
    ]
    return "\n".join([head, *targets])


def outcomes(folder: Path, pack: Path, faults: list[str], only: list[str]) -> dict[str, str]:
    """The outcome of each of the documents' own requirements, with these faults on."""
    arguments = ["--system", "boundary", "--town", str(pack), "--clients", str(folder / "clients.json")]
    arguments += [part for name in faults for part in ("--fault", name)]
    process = ProcessVendor(vendor="alpha", home=ROOT, log=folder / "mock.log", arguments=arguments)
    ready = process.start()
    try:
        (folder / "plan.toml").write_text(plan(ready), encoding="utf-8")
        command = [sys.executable, "-m", "renkei.cli.main", "run", str(folder / "plan.toml")]
        command += ["--out", str(folder / "run"), "--no-report", *(part for name in only for part in ("--only", name))]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=600, env={**os.environ, "LANG": "C.UTF-8"}
        )
    finally:
        process.stop()
    assert (folder / "run" / "verdicts.json").is_file(), done.stdout + done.stderr
    verdicts = json.loads((folder / "run" / "verdicts.json").read_text(encoding="utf-8"))
    return {row["requirement"]: row["outcome"] for target in verdicts["targets"] for row in target["results"]}


def test_every_requirement_has_a_fault_and_every_system_a_requirement() -> None:
    """Each own requirement is caught by some fault of its own system, and each of the ten systems has one."""
    caught = {name: one.system for one in defects().values() for name in one.catches}

    assert caught == OWN
    assert set(OWN.values()) == set(TABLES)


def test_the_plan_names_every_system_and_the_mocks_clients() -> None:
    """plans/boundary.toml has each system once, with the clients and the product of alpha with seed 1."""
    alpha = vendor.load("alpha")
    clients = client.derive("alpha", 1, alpha.style.auth_methods, Faults(()))

    assert [one["system"] for one in PLAN["target"]] == sorted(TABLES)
    for one in PLAN["target"]:
        assert (one["product"], one["version"]) == (alpha.product, alpha.version)
        assert [one["rest"]["client_id"], one["rest"]["second_client_id"]] == [two.client_id for two in clients]


@pytest.mark.slow
def test_a_conforming_process_keeps_every_own_requirement(tmp_path: Path, pack: Path) -> None:
    """Without a fault each own requirement passes."""
    assert outcomes(tmp_path, pack, [], list(OWN)) == dict.fromkeys(OWN, "passed")


@pytest.mark.slow
@pytest.mark.parametrize("faults", rounds(), ids=lambda names: names[0])
def test_each_fault_fails_its_own_requirement_and_no_other(tmp_path: Path, pack: Path, faults: list[str]) -> None:
    """One fault in every system at once: exactly what they name fails, what they announce may, the rest passes."""
    known = defects()
    caught = {name for fault in faults for name in known[fault].catches}
    announced = {name for fault in faults for name in known[fault].also}
    found = outcomes(tmp_path, pack, faults, list(OWN))

    assert {name for name, outcome in found.items() if outcome != "passed"} - announced == caught
    assert {found[name] for name in caught} == {"failed"}
