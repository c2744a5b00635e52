"""`renkei demo --journeys` of two life events: what it says, what it leaves behind, and its finding seen again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command_line import Ended, renkei

pytestmark = pytest.mark.slow
WORKS, BROKEN = "tennyu", "yobosesshu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A demo that went to its end."""

    folder: Path
    ended: Ended

    @property
    def journeys(self) -> dict[str, dict[str, Any]]:
        """What the verdicts say of each life event."""
        verdicts = json.loads((self.folder / "verdicts.json").read_text(encoding="utf-8"))
        return {row["journey"]: row for row in verdicts["journeys"]}


@pytest.fixture(name="played", scope="module")
def played_demo(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo") / "out"
    only = ("--only", WORKS, "--only", BROKEN)
    return Played(folder=folder, ended=renkei("--lang", "ja", "demo", "--journeys", *only, "--out", folder))


def test_the_demo_goes_through_and_says_what_works(played: Played) -> None:
    """Exit 0 although one life event does not work; the one at fault is named in words, and the page is there."""
    assert played.ended.code == 0, played.ended.said
    assert "転入：動きます" in played.ended.out
    assert "beta の健康管理（beta-019）" in played.ended.out
    assert "1/2" in played.ended.err and "2/2" in played.ended.err
    assert str(played.folder / "index.html") in played.ended.out
    assert "beta-019" in (played.folder / "index.html").read_text(encoding="utf-8")


def test_the_planted_defect_alone_is_found(played: Played) -> None:
    """What is not touched by it works; what is names beta's office and nobody else."""
    rows = played.journeys

    assert rows[WORKS]["verdict"] == "passed" and rows[WORKS]["whose"] == []
    assert rows[BROKEN]["verdict"] == "failed" and rows[BROKEN]["whose"] == ["beta-019"]


def test_its_finding_is_seen_again(played: Played) -> None:
    """The printed command opens the municipality anew at the same addresses and meets the same violation."""
    finding = played.journeys[BROKEN]["findings"][0]
    broken = next(row["requirement"] for row in played.journeys[BROKEN]["results"] if row["outcome"] == "failed")
    assert finding["replay"] in played.ended.out

    again = renkei("--lang", "ja", "replay", played.folder, finding["id"])

    assert again.code == 1, again.said
    assert broken in again.out
