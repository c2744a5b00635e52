"""A whole run in the role of consumer: the conforming office passes, a faulty one fails by name, and no façade blocks alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from renkei.cli.consumercontrol import consumer_plan, small_town
from renkei.vendors import ProcessVendor

ROOT = Path(__file__).parents[2]

SYSTEM, LINKAGE = "017", "001o009"
ONLY = (f"alpha-{SYSTEM}/consumer/{LINKAGE}/CN-01", f"alpha-{SYSTEM}/consumer/{LINKAGE}/CN-05")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path


@pytest.fixture
def facade(folder: Path, pack: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    faults = [part for name in getattr(request, "param", ()) for part in ("--fault", name)]
    arguments = ["--system", SYSTEM, "--town", str(pack), "--facade", str(folder / "facade.secret"), *faults]
    vendor = ProcessVendor(
        vendor="alpha", home=ROOT, log=folder / "mock.log", arguments=[*arguments, "--no-vendor-faults"]
    )
    try:
        yield vendor.start()["facades"][SYSTEM]
    finally:
        vendor.stop()


def renkei(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "renkei.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=ROOT)


def run(folder: Path, url: str, *only: str) -> tuple[int, dict[str, Mapping[str, Any]]]:
    """The exit code and the results by requirement."""
    plan = folder / "plan.toml"
    plan.write_text(consumer_plan(SYSTEM, url, (folder / "inbox").as_uri()), encoding="utf-8")
    names = [part for name in only for part in ("--only", name)]
    done = renkei("run", str(plan), "--out", str(folder / "run"), "--no-report", "--workers", "1", *names)
    verdicts = json.loads((folder / "run" / "verdicts.json").read_text(encoding="utf-8"))
    return done.returncode, {row["requirement"]: row for row in verdicts["targets"][0]["results"]}


def test_a_conforming_consumer_passes(folder: Path, facade: str) -> None:
    """The conforming office is certified through its façade, with evidence, and nothing is left in the inbox's way."""
    code, results = run(folder, facade, *ONLY)

    assert (code, {name: row["outcome"] for name, row in results.items()}) == (
        0,
        {"CN-01": "passed", "CN-05": "passed"},
    )
    assert all(row["role"] == "consumer" and row["assertions"] and row["exchanges"] for row in results.values())
    assert list((folder / "inbox").iterdir()) == []


@pytest.mark.parametrize("facade", [("intake_cleared_by_empty_delta",)], indirect=True)
def test_a_faulty_consumer_fails_by_name(folder: Path, facade: str) -> None:
    """What an office does wrong is its own finding, blamed on the consumer; other requirements stay as they are."""
    code, results = run(folder, facade, *ONLY)

    assert (code, results["CN-01"]["outcome"], results["CN-05"]["outcome"]) == (1, "passed", "failed")
    finding = results["CN-05"]["findings"][0]
    assert (finding["rule"], finding["fault_of"]) == ("empty-delta-changes-rows", "consumer")


@pytest.mark.parametrize(
    ("facade", "reason"),
    [(("facade_answers_garbage",), "facade-unlike-contract"), (("facade_without_records",), "facade-missing")],
    indirect=["facade"],
)
def test_a_broken_facade_blocks(folder: Path, facade: str, reason: str) -> None:
    """A façade that answers garbage, or has no records, blocks its own cases with what is wrong; nobody is blamed."""
    code, results = run(folder, facade, ONLY[0])

    assert (code, results["CN-01"]["outcome"], results["CN-01"]["findings"]) == (3, "blocked", [])


def test_a_facade_that_is_not_there_blocks(folder: Path) -> None:
    """Without anybody at the façade's address the cases are blocked, and the run comes to its end."""
    (folder / "facade.secret").write_text("a-secret-of-nobody", encoding="utf-8")
    code, results = run(folder, "http://127.0.0.1:9", ONLY[0])

    assert (code, results["CN-01"]["outcome"]) == (3, "blocked")


def test_doctor_tells_what_a_facade_lacks(folder: Path, facade: str) -> None:
    """`renkei doctor` names each operation of the façade, and blocks the target when one is missing or differs."""
    plan = folder / "plan.toml"
    plan.write_text(consumer_plan(SYSTEM, facade, (folder / "inbox").as_uri()), encoding="utf-8")
    good = renkei("doctor", str(plan), "--json")
    (folder / "facade.secret").write_text("another-secret-of-it", encoding="utf-8")
    bad = renkei("doctor", str(plan), "--json")

    facts = json.loads(good.stdout)["targets"][0]["facts"]
    assert good.returncode == 0
    assert {name: facts[f"facade.{name}"] for name in ("secret", "trigger", "job", "records", "stimulus", "reset")} == (
        dict.fromkeys(("secret", "trigger", "job", "records", "stimulus", "reset"), "as-contracted")
    )
    assert (bad.returncode, json.loads(bad.stdout)["targets"][0]["code"]) == (3, "facade-secret-refused")
