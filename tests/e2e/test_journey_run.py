"""`renkei run`, `replay`, `certify` and `verify` of a life event that does not work at one of three vendors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command_line import Ended, renkei

from renkei.cli.consumercontrol import small_town
from renkei.cli.municipality import Hall

pytestmark = pytest.mark.slow
OFFICES = {"alpha": ("001", "027"), "gamma": ("024",), "beta": ("019",)}
# 027 stores every day a day late.
FAULT = ("027", "intake_shifts_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A run of one life event over a municipality that is still there."""

    folder: Path
    plan: Path
    ended: Ended

    @property
    def row(self) -> dict[str, Any]:
        """What the verdicts say of it."""
        return json.loads((self.folder / "verdicts.json").read_text(encoding="utf-8"))["journeys"][0]


@pytest.fixture(name="played", scope="module")
def played_at_a_faulty_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """転入 over three vendors, one of whose offices has a fault."""
    folder = tmp_path_factory.mktemp("town")
    hall = Hall(folder=folder, pack=small_town(folder), vendors=OFFICES, faults=(FAULT,))
    with hall.open():
        plan, run = hall.plan(only=("tennyu",), profile="standard"), folder / "run"
        yield Played(folder=run, plan=plan, ended=renkei("--lang", "ja", "run", plan, "--out", run, "--no-report"))


def test_a_run_names_whose_turn_it_is(played: Played) -> None:
    """The life event does not work, the faulty office alone is named, and the command says so in a line."""
    assert played.ended.code == 1, played.ended.said
    assert "転入：動かない alpha-027" in played.ended.out
    assert played.row["verdict"] == "failed" and played.row["whose"] == ["alpha-027"]
    assert {step["state"] for step in played.row["steps"]} == {"done", "broken"}
    told = {taker for step in played.row["steps"] for _, taker, _ in step["told"]}
    assert {"gamma-024", "beta-019", "alpha-027"} <= told


def test_a_run_leaves_nothing_in_inboxes(played: Played) -> None:
    """What the harness gave the offices to read is removed when all is played."""
    inboxes = {path.parent.name for path in played.folder.parent.rglob("inbox*") if path.is_dir()}

    assert inboxes
    assert list(played.folder.parent.rglob("renkei-journeys-*")) == []


def test_a_finding_of_a_life_event_is_played_again(played: Played) -> None:
    """`renkei replay` plays the story anew with other people, and meets the same violation."""
    finding = played.row["findings"][0]

    again = renkei("--lang", "ja", "replay", played.folder, finding["id"])
    foreign = renkei("replay", played.folder, finding["id"], "--target", "alpha-027")

    assert finding["replays"] == "3/3" and "--target journeys" in finding["replay"]
    assert again.code == 1, again.said
    assert "転入届を受け付ける。" in again.out and "返ってきたもの" not in again.out
    assert foreign.code == 2


def test_whoever_has_to_mend_something_is_not_certified(played: Played, tmp_path: Path) -> None:
    """The decision of the office at fault names the life event; the certificate verifies against the run's evidence."""
    key = tmp_path / "k.pem"
    assert renkei("certify", "--new-key", key).code == 0

    certified = renkei("--lang", "en", "certify", played.folder, "--key", key)
    verified = renkei("verify", played.folder / "certificate.json", "--key", tmp_path / "k.pub.pem", "--json")

    decision = json.loads((played.folder / "decision.json").read_text(encoding="utf-8"))
    missing = {(one["code"], one["linkage"], one["value"]) for one in decision["journeys"]["missing"]}
    assert certified.code == 1, certified.said
    assert "– A life event does not work" in certified.out and "できごと" in decision["journeys"]["missing"][0]["text"]
    assert ("journey-failed", "tennyu", "alpha-027") in missing
    assert not any("gamma-024" in value for _, _, value in missing) and decision["targets"] == []
    assert json.loads(verified.out)["verified"] is True, verified.said
