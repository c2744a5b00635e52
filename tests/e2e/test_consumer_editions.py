"""A consumer while editions change: one that knows the accepted edition's files takes both, one that does not is named."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import rows, run

from renkei.cli.consumercontrol import consumer_plan, small_town
from renkei.vendors import ProcessVendor

sys.path.insert(0, str(Path(__file__).parents[1]))
from newer_edition import LINKAGE, NEWER, newer_edition

ROOT = Path(__file__).parents[2]
SYSTEM = "017"
OTHER = "001o005"


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newer edition, which accepts the committed one."""
    return newer_edition(tmp_path_factory.mktemp("editions") / "newer")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small town."""
    return small_town(tmp_path_factory.mktemp("town"))


def judged(folder: Path, pack: Path, newer: Path, *faults: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The results of an office that stands on the newer edition, judged by that."""
    vendor = ProcessVendor(
        vendor="alpha",
        home=ROOT,
        log=folder / "mock.log",
        environment={"RENKEI_MOCK_CONTRACTS": str(newer)},
        arguments=[
            *("--system", SYSTEM, "--town", str(pack), "--facade", str(folder / "facade.secret")),
            *("--no-vendor-faults", *(part for name in faults for part in ("--fault", name))),
        ],
    )
    (folder / "inbox").mkdir()
    try:
        facade = vendor.start()["facades"][SYSTEM]
        text = consumer_plan(SYSTEM, facade, (folder / "inbox").as_uri())
        plan = folder / "plan.toml"
        plan.write_text(text.replace("[plan]\n", f'[plan]\ncontracts = "{newer}"\n', 1), encoding="utf-8")
        names = [part for one in (LINKAGE, OTHER) for part in ("--only", f"alpha-{SYSTEM}/consumer/{one}/CN-32")]
        only = ("--only", f"alpha-{SYSTEM}/consumer/{LINKAGE}/CN-01")
        ended = run(plan, folder / "run", "--workers", "1", *names, *only)
    finally:
        vendor.stop()
    found = {(row["linkage"], row["requirement"]): row for row in rows(folder / "run")}
    assert found, ended.said
    return found


def test_both_editions_are_taken(tmp_path: Path, pack: Path, newer: Path) -> None:
    """The conforming office takes the older file and the new one; a linkage with the same columns in both does not apply."""
    found = judged(tmp_path, pack, newer)

    assert {key: row["outcome"] for key, row in found.items()} == {
        (LINKAGE, "CN-01"): "passed",
        (LINKAGE, "CN-32"): "passed",
        (OTHER, "CN-32"): "not_applicable",
    }
    assert NEWER in (tmp_path / "run" / "verdicts.json").read_text(encoding="utf-8")


def test_who_knows_one_edition_only_is_named(tmp_path: Path, pack: Path, newer: Path) -> None:
    """Files of this edition are taken as before; that the older one is refused is a finding of the consumer."""
    found = judged(tmp_path, pack, newer, "intake_knows_one_edition")
    (finding,) = found[LINKAGE, "CN-32"]["findings"]

    assert found[LINKAGE, "CN-01"]["outcome"] == "passed"
    assert (finding["rule"], finding["fault_of"]) == ("older-edition-refused", "consumer")
