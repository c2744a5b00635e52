"""`renkei replay`, `certify` and `verify` on runs that really took place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import Ended, plan_of, renkei, rows, run, target
from running_town import Town

from renkei.cli.mockset import plan_text, vendors

SELECTED = ("AU-05", "FD-10", "001-11")


@pytest.fixture(scope="module")
def both(town: Town) -> Path:
    """A run of a few requirements of both vendors."""
    folder = town.folder / "run-both"
    only = [word for name in SELECTED for word in ("--only", name)]
    ended = run(town.plan_for("alpha", "beta"), folder, *only)
    assert ended.code == 1, ended.said
    return folder


def finding(folder: Path, requirement: str, linkage: str = "") -> str:
    """The id of beta's finding."""
    found = [row for row in rows(folder) if row["requirement"] == requirement and linkage in ("", row["linkage"])]
    return next(str(item["id"]) for row in found for item in row["findings"])


@pytest.mark.parametrize("requirement", ["FD-10", "001-11"])
def test_a_finding_comes_again(both: Path, requirement: str) -> None:
    """The printed command repeats a finding of REST and of files: exit 1, requirement, clause and exchange shown."""
    ended = renkei("--lang", "en", "replay", both, finding(both, requirement))

    assert ended.code == 1, ended.said
    assert requirement in ended.out
    assert "reproduced" in ended.out
    assert ("sent:" in ended.out and "came back:" in ended.out) or "file:" in ended.out
    assert "[secret:" in ended.out or "Bearer" not in ended.out


def test_a_finding_does_not_come_from_the_good_vendor(both: Path) -> None:
    """The same scenario against alpha passes: exit 0."""
    ended = renkei("--lang", "en", "replay", both, finding(both, "FD-10"), "--target", "alpha-031")

    assert ended.code == 0, ended.said
    assert "not reproduced" in ended.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("F-0000000000",), "replay-no-finding"), (("F-0000000000", "--target", "nobody"), "replay-no-finding")],
)
def test_an_unknown_finding_is_a_diagnosis(both: Path, arguments: tuple[str, ...], code: str) -> None:
    """A finding that the run does not have is told with those it has."""
    ended = renkei("replay", both, *arguments)

    assert ended.code == 2
    assert f"[{code}]" in ended.err
    assert finding(both, "FD-10") in ended.err


def test_a_target_that_is_gone_blocks_the_replay(both: Path, town: Town, tmp_path: Path) -> None:
    """Replaying against an address where nobody listens is no success and no failure: exit 3."""
    dead = town.rest("beta", base_url="https://127.0.0.1:1", token_url="https://127.0.0.1:1/t")
    plan = town.plan("dead", plan_of([target("beta-031", "031", rest=dead)]))
    ended = renkei("replay", both, finding(both, "FD-10"), "--plan", plan)

    assert ended.code == 3, ended.said


@pytest.mark.slow
def test_a_run_of_the_demo_brings_its_vendors_along(tmp_path: Path) -> None:
    """When a demo is over its vendors are gone; replay starts the one it needs at the same address."""
    out = tmp_path / "demo"
    out.mkdir()
    with vendors(out, names=("beta",)) as ready:
        (out / "plan.toml").write_text(plan_text(ready, "smoke", 1, "ja", ("031",)), encoding="utf-8")
        ended = run(out / "plan.toml", out, "--only", "FD-10")
        assert ended.code == 1, ended.said
    again = renkei("--lang", "en", "replay", out, finding(out, "FD-10"))

    assert again.code == 1, again.said
    assert "reproduced" in again.out


@pytest.fixture(scope="module")
def certified(both: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, Path, Path]:
    """That run with its certificate, and the public key."""
    keys = tmp_path_factory.mktemp("keys")
    made = renkei("certify", "--new-key", keys / "key.pem")
    assert made.code == 0, made.said
    ended = renkei("certify", both, "--key", keys / "key.pem")
    return ended, both, next(keys.glob("*.pub*"))


def test_a_certificate_verifies(certified: tuple[Ended, Path, Path]) -> None:
    """certify says of beta that it is not certified (exit 1); the certificate that says so verifies (exit 0)."""
    ended, folder, public = certified
    checked = renkei("verify", folder / "certificate.json", "--key", public, "--json")

    assert ended.code == 1, ended.said
    assert "beta-031" in ended.out
    assert checked.code == 0, checked.said
    assert {check["state"] for check in json.loads(checked.out)["checks"]} == {"ok"}


@pytest.mark.parametrize("victim", ["run.jsonl", "verdicts.json", "decision.json", "evidence", "certificate.json"])
def test_tampering_is_found(certified: tuple[Ended, Path, Path], victim: str, tmp_path: Path) -> None:
    """One changed letter in any file that the certificate binds, and it does not verify: exit 1."""
    _, folder, public = certified
    copy = tmp_path / "run"
    shutil.copytree(folder, copy)
    path = copy / victim
    path = next(path.iterdir()) if path.is_dir() else path
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(data[:middle] + (b"0" if data[middle : middle + 1] != b"0" else b"1") + data[middle + 1 :])
    ended = renkei("verify", copy / "certificate.json", "--key", public)

    assert ended.code == 1, ended.said
    assert "Traceback" not in ended.said
