"""Corpora can be made beforehand without sending anything, and a run takes them as they are."""

from __future__ import annotations

from pathlib import Path

from command_line import renkei, run
from running_town import Town

from renkei.events import CorpusReplayed
from renkei.runlog import read_log

LINKAGES = ("jutogaishaatenabangofuban", "jutogaishaatenakihonjohosyokai")


def test_a_plan_makes_the_corpora_that_a_run_takes(town: Town, tmp_path: Path) -> None:
    """`plan --cache` keeps one file for each operation, `run --cache` uses exactly these, and the log says what was sent."""
    plan, cache = town.plan_for("alpha", systems=("031",)), tmp_path / "corpora"
    planned = renkei("plan", plan, "--cache", cache, "--only", "TR-08", "--lang", "en")
    files = {path.name: path.read_bytes() for path in cache.iterdir()}
    stamps = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}

    assert planned.code == 0, planned.said
    assert all(f"alpha-031 {linkage}: 200 requests kept" in planned.out for linkage in LINKAGES)
    assert sorted(name.partition("-")[0] for name in files) == sorted(LINKAGES)

    ended = run(plan, tmp_path / "run", "--cache", cache, "--only", "TR-08")
    replays = [event for event in read_log(tmp_path / "run" / "run.jsonl") if isinstance(event, CorpusReplayed)]

    assert ended.code == 0, ended.said
    assert {path.name: path.stat().st_mtime_ns for path in cache.iterdir()} == stamps
    assert sorted(one.operation for one in replays) == sorted(LINKAGES)
    assert all((one.planned, one.executed, one.retried, one.reason) == (200, 200, 0, "") for one in replays)


def test_the_same_plan_makes_the_same_bytes(town: Town, tmp_path: Path) -> None:
    """Two machines that make the corpora of one plan hold the same files."""
    plan = town.plan_for("alpha", systems=("031",))
    kept = []
    for name in ("one", "other"):
        assert renkei("plan", plan, "--cache", tmp_path / name, "--json").code == 0
        kept.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})

    assert kept[0] == kept[1]
    assert len(kept[0]) == len(LINKAGES)


def test_a_folder_that_cannot_be_used_is_a_diagnosis(town: Town, tmp_path: Path) -> None:
    """A file in the place of the folder is told by name: exit 2, and nothing is run."""
    (tmp_path / "file").write_text("")
    for command in ("plan", "run"):
        ended = renkei(command, town.plan_for("alpha", systems=("031",)), "--cache", tmp_path / "file")
        assert ended.code == 2
        assert "[cache-unusable]" in ended.err
