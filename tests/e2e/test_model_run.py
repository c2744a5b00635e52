"""The days of a town on running offices: a planted fault is found by lot, told as a story, and seen again by its line."""

from __future__ import annotations

import json
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import renkei

from renkei.cli.mockset import town_pack
from renkei.cli.municipality import Hall
from renkei.cli.wiring import load_bundle
from renkei.events import FindingMade
from renkei.runlog import read_log

pytestmark = pytest.mark.timeout(180)
FAULT = ("001", "move_day_shifted")


@pytest.fixture(scope="module", name="ran")
def days_with_a_fault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The folder of a run whose 001 tells the day of a 転入 wrongly, and what the run printed; the offices still run."""
    folder = tmp_path_factory.mktemp("days")
    hall = Hall(
        folder=folder,
        pack=town_pack(folder / "pack", population=100),
        vendors={"alpha": ("001", "002"), "gamma": ("024",)},
        faults=(FAULT,),
    )
    with hall.open():
        done = renkei("run", hall.plan(only=("machi",)), "--out", folder / "run", "--no-report", "--lang", "ja")
        assert done.code == 1, done.said
        yield folder / "run", done.out


def journey(folder: Path) -> dict[str, Any]:
    """What the verdicts say of the days."""
    (row,) = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))["journeys"]
    assert isinstance(row, dict)
    return row


def test_the_shortest_sequence_is_told_in_words(ran: tuple[Path, str]) -> None:
    """One event is enough, and the run says so: who does what, what does not hold, and how to see it again."""
    folder, printed = ran
    row = journey(folder)

    assert [step["act"] for step in row["steps"]] == ["move-in", ""]
    assert row["whose"] == ["alpha-001"]
    assert "甲が転入してくる。" in printed
    assert row["findings"][0]["replay"] in printed


def test_the_finding_holds_a_story_for_the_suites(ran: tuple[Path, str]) -> None:
    """The example of the finding, and its evidence, is the text of a story that ends with the broken requirement."""
    (finding,) = (event.finding for event in read_log(ran[0] / "run.jsonl") if isinstance(event, FindingMade))
    story = tomllib.loads(finding.example)
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in (ran[0] / "evidence").glob("*.json")]

    assert (finding.requirement, finding.broken, finding.replays) == ("JN-90", "JN-03", "3/3")
    assert story["step"][-1]["check"] == ["JN-03"]
    assert finding.example in [one.get("story") for one in kept]


def test_the_printed_line_plays_that_sequence_again(ran: tuple[Path, str]) -> None:
    """`renkei replay` tells the sequence and the clause that it breaks, plays it, and sees the same."""
    line = journey(ran[0])["findings"][0]["replay"]

    done = renkei(*shlex.split(line)[1:], "--lang", "ja")

    assert done.code == 1, done.said
    assert "1. 甲" in done.out
    broken = load_bundle().requirement("JN-03")
    assert f"JN-03「{broken.title_ja}」" in done.out and f"根拠：{broken.clause}\n" in done.out
