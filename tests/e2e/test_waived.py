"""Waivers: an accepted failure is shown with its reason, an unused one keeps the target from passing."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import plan_of, rows, run, target, verdict_of
from running_town import Town

REASON = "改修は次の版で行う"
ONE = ("--only", "FD-10", "--only", "AU-05")


def waivers(town: Town, name: str, requirement: str, linkage: str = "*", expires: str = "2999-12-31") -> dict[str, str]:
    """A waiver list with one entry, as claims of a target."""
    text = (
        f'[[waiver]]\nrequirement = "{requirement}"\nlinkage = "{linkage}"\nowner = "情報政策課"\n'
        f'reason = "{REASON}"\nlink = "https://tickets.example/1"\nexpires = {expires}\n'
    )
    (town.folder / f"{name}.waivers.toml").write_text(text, encoding="utf-8")
    return {"waivers": f"{name}.waivers.toml"}


def plan(town: Town, name: str, vendor: str, claims: dict[str, str]) -> Path:
    """031 of that vendor with these claims."""
    return town.plan(name, plan_of([target("t-031", "031", rest=town.rest(vendor), claims=claims)]))


def test_a_waived_failure_is_shown_and_does_not_fail(town: Town, tmp_path: Path) -> None:
    """beta refuses times without seconds, waived: the findings stay, the outcome is waived with the reason, the run conforms."""
    ended = run(plan(town, "waived", "beta", waivers(town, "waived", "FD-10")), tmp_path / "run", *ONE)
    found = [row for row in rows(tmp_path / "run") if row["requirement"] == "FD-10"]

    assert ended.code == 0, ended.said
    assert {row["outcome"] for row in found} == {"waived"}
    assert all(REASON in row["reason"] and row["findings"] for row in found)


def test_a_waiver_covers_its_linkage_only(town: Town, tmp_path: Path) -> None:
    """A waiver for one linkage leaves the failure of the other standing."""
    claims = waivers(town, "half", "FD-10", "jutogaishaatenabangofuban")
    ended = run(plan(town, "half", "beta", claims), tmp_path / "run", *ONE)
    found = {row["linkage"]: row["outcome"] for row in rows(tmp_path / "run") if row["requirement"] == "FD-10"}

    assert ended.code == 1, ended.said
    assert found == {"jutogaishaatenabangofuban": "waived", "jutogaishaatenakihonjohosyokai": "failed"}


def test_an_unused_waiver_keeps_the_target_from_passing(town: Town, tmp_path: Path) -> None:
    """What is waived and passes all the same is a stale list: the run does not conform until it is mended."""
    ended = run(plan(town, "unused", "alpha", waivers(town, "unused", "FD-10")), tmp_path / "run", *ONE)
    found = {row["reason_code"] for row in rows(tmp_path / "run") if row["requirement"] == "FD-10"}

    assert ended.code == 1, ended.said
    assert found == {"waiver-unused"}
    assert verdict_of(tmp_path / "run") == {"t-031": "inconclusive"}


@pytest.mark.parametrize(
    ("expires", "code"), [("2020-01-01", "plan-waiver-expired"), ('"soon"', "plan-waiver-incomplete")]
)
def test_a_waiver_without_a_future_is_refused(town: Town, tmp_path: Path, expires: str, code: str) -> None:
    """An expired list, or one without a date, stops the run before anything is sent."""
    ended = run(plan(town, "late", "beta", waivers(town, "late", "FD-10", expires=expires)), tmp_path / "run")

    assert ended.code == 2
    assert f"[{code}]" in ended.err
