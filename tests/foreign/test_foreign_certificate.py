"""A run on another standard's document from plan to certificate: lanes, controls, decision, verification."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from foreign_run import plan_text, renkei
from serving import served

from mocks.registry.document import KEY, document
from mocks.registry.server import API_KEY, Registry
from renkei.record import RunRecord, fold
from renkei.runlog import read_log

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ACCESS = f'auth = "api_key_header"\napi_key_name = "{KEY}"\nsecret = {{ file = "key" }}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """A certified run: its folder, its record, and the words of `certify` and `verify`."""

    folder: Path
    record: RunRecord
    certify: subprocess.CompletedProcess[str]
    verify: subprocess.CompletedProcess[str]


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder."""
    line = [sys.executable, "-m", "renkei.cli.main", "--lang", "en", *words]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certified]:
    """One register judged with the certification profile by two requirements, certified and verified."""
    folder = tmp_path_factory.mktemp("certified")
    (folder / "key").write_text(API_KEY, "utf-8")
    (folder / "registry.json").write_text(json.dumps(document(("offices",)), ensure_ascii=False), "utf-8")
    with served(Registry().application()) as url:
        text = plan_text("registry.json", "registry", url, ACCESS, profile="certification")
        (folder / "plan.toml").write_text(text, "utf-8")
        ended = renkei("run", folder / "plan.toml", "--only", "GN-01", "--only", "GN-16", "--only", "GN-06")
    assert ended.code == 0, ended.said
    assert command(folder, "certify", "--new-key", "key.pem").returncode == 0
    certify = command(folder, "certify", "run", "--key", "key.pem", "--json")
    verify = command(folder, "verify", "run/certificate.json", "--key", "key.pub.pem", "--json")
    record = fold(read_log(folder / "run" / "run.jsonl"))
    yield Certified(folder=folder, record=record, certify=certify, verify=verify)


def test_both_lanes_judge_every_operation(certified: Certified) -> None:
    """Each of the five operations was judged by GN-01 from generated requests and from a corpus of thousands."""
    judged = [(case.planned.linkage, test) for case in certified.record.results for test in case.tests]
    tests = {(linkage, test.test.split("::")[0]) for linkage, test in judged}
    operations = {f"{verb}_offices" for verb in ("list", "create", "read", "replace", "remove")}

    assert {(name, f"generic/test_{lane}.py") for name in operations for lane in ("corpus", "flood")} <= tests
    assert max(test.exchanges for _, test in judged if "test_corpus" in test.test) >= 3000


def test_controls_hold(certified: Certified) -> None:
    """The sample registers passed every requirement in the run, and those with a planted defect failed it."""
    controls = {(one.requirement, bool(one.fault)): one for one in certified.record.controls}

    assert set(controls) == {(name, bad) for name in ("GN-01", "GN-06", "GN-16") for bad in (False, True)}
    assert all(one.holds for one in controls.values())


def test_the_certificate_binds_the_document(certified: Certified) -> None:
    """The certificate has the digest of the contracts, and names the requirements that nothing proves."""
    decision = json.loads(certified.certify.stdout)
    told = json.loads(certified.verify.stdout)
    proof = json.loads((ROOT / "mocks" / "proof-foreign.json").read_text("utf-8"))

    assert decision["decision"] == "not_certified"
    assert {row[2] for row in decision["unplanned"]} >= {"GN-02", "GN-22"}
    assert told["verified"] is True
    assert {check["state"] for check in told["checks"]} == {"ok"}
    assert told["certificate"]["edition"] == "公共施設台帳 API 1.2.0"
    assert decision["proof"] == {"kill_rate": proof["kill_rate"], "unproven": proof["unproven"]}
    assert "GN-06" not in proof["unproven"]


def test_a_changed_document_gets_no_certificate(certified: Certified, tmp_path: Path) -> None:
    """A run is not certified by other contracts than it was judged by; they may lie elsewhere now."""
    same, other = tmp_path / "same" / "registry.json", tmp_path / "registry.json"
    same.parent.mkdir()
    same.write_bytes((certified.folder / "registry.json").read_bytes())
    other.write_text(json.dumps(document(("offices", "parks")), ensure_ascii=False), "utf-8")
    refused = command(certified.folder, "certify", "run", "--key", "key.pem", "--contracts", str(other))

    assert (refused.returncode, "run-other-contracts" in refused.stderr + refused.stdout) == (2, True)
    assert command(certified.folder, "certify", "run", "--key", "key.pem", "--contracts", str(same)).returncode == 1
