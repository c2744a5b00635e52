"""The tables of figures in the READMEs are those of the files that ci/bench and ci/selftest leave, and none is left out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import tree

sys.path.insert(0, str(tree.ROOT / "ci"))

import bench_counts
import bench_growth
import bench_proofs
import bench_rows
from bench_rows import Figure

# Every row of the table of goals, by the row of ci/bench that measures it.
GOALS = {
    "lane-engine": "≥ 30×, ≥ 5,000/s",
    "lane-whole": "≥ 15×",
    "lane-cold": "≥ 10×",
    "defects": "≥ 2×, 100 %",
    "alarms": "0",
    "body": "≤ 0.2 ms, 0 invalid of 100,000",
    "validation": "≥ 0.9×",
    "proxy-added": "≤ 0.4 ms",
    "proxy-rate": "≥ 4,000/s",
    "files-rate": "≥ 120,000 rows/s",
    "files-memory": "≤ 1 GB",
    "files-frictionless": "≥ 30×",
    "files-polars": "≥ 0.7×",
    "files-fold": "≤ 20 s",
    "outputs": "≤ 5 s",
    "help": "≤ 0.3 s",
    "first-request": "≤ 1.5 s",
}
WORDS = bench_rows.steps()
ROWS = {name: words for rows in WORDS.values() for name, words in rows.items()}


@pytest.mark.parametrize("name", bench_rows.READMES)
def test_a_readmes_figures_are_the_latest_ones(name: str) -> None:
    """What stands between the marks of a README is what bench.json and the proofs render to."""
    import bench

    text = tree.text(name)

    assert bench_rows.rendered(text, bench.body(bench_rows.READMES[name])) == text, "run: ci/bench --only-write"


@pytest.mark.parametrize("row", GOALS)
def test_every_goal_has_its_row(row: str) -> None:
    """Every goal is a row of the table, with the goal as it was set, in both languages."""
    assert ROWS[row]["goal"] == GOALS[row]
    assert ROWS[row]["ja"] != ROWS[row]["en"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_row_is_shown(language: str) -> None:
    """Measured or not, met or not: the table has a line for every row."""
    table = bench_rows.table(language)

    assert [words[language] for words in ROWS.values() if f"| {words[language]} |" not in table] == []


def test_every_step_is_measured_by_a_function() -> None:
    """The steps of bench.toml are those that ci/bench knows, in the same order."""
    import bench

    assert list(WORDS) == list(bench.STEPS)


def test_figures_belong_to_rows() -> None:
    """bench.json holds rows of the table only, each with its command, commit and machine."""
    for name, row in bench_rows.kept()["rows"].items():
        assert name in ROWS
        assert {"ours", "command", "commit", "machine"} <= row.keys()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_count_is_shown(language: str) -> None:
    """Systems, linkages, items, requirements by basis, tests, faults and operations each have a line with a number."""
    table = bench_counts.table(language)

    assert [count.row for count in bench_counts.counts()] == list(bench_counts.ROWS)
    for count in bench_counts.counts():
        assert count.number > 0, count.row
        words = bench_counts.ROWS[count.row][language == "ja"]
        assert f"| {words} | {count.number:,} |" in table


def test_parts_make_the_whole() -> None:
    """Linkages, numbers, items, tests and faults are the sum of their parts; requirements are, by basis and by role."""
    for count in bench_counts.counts():
        parts = sum(number for _, number in count.parts)
        if count.row in ("linkages", "numbers", "items", "generic", "around", "tests", "faults"):
            assert parts == count.number, count.row
        if count.row == "requirements":
            assert parts == 2 * count.number


def test_every_proof_is_shown() -> None:
    """Each file that ci/selftest leaves has its rows in the table of proofs."""
    left = {path.name for path in (tree.ROOT / "ci").glob("selftest*.json")}
    shown = {name for name, _ in bench_proofs.rows()}

    assert left == {bench_proofs.PROOFS[name][0] for name in shown}


def test_one_row_measured_again_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step's figures replace its own rows only, and a missed goal is kept and shown as missed."""
    monkeypatch.setattr(bench_rows, "KEPT", tmp_path / "bench.json")

    bench_rows.keep("start", [Figure(row="help", ours="0.1 s", met=True)])
    bench_rows.keep("files", [Figure(row="files-fold", ours="30 s", met=False)])
    bench_rows.keep("start", [Figure(row="help", ours="0.2 s", met=True)])

    rows = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["rows"]
    assert {name: row["ours"] for name, row in rows.items()} == {"help": "0.2 s", "files-fold": "30 s"}
    line = next(line for line in bench_rows.table("en").splitlines() if line.startswith("| delta"))
    assert "30 s" in line
    assert "**no**" in line


@pytest.mark.parametrize(("last", "met"), [(100.0, True), (200.0, False)])
def test_more_than_proportional_cost_is_a_miss(last: float, met: bool) -> None:
    """A curve whose further piece of work costs over a quarter more than before is called super-linear."""
    points = [
        {"targets": count, "wall": cpu, "cpu": cpu, "peak_mb": 100}
        for count, cpu in ((1, 1.0), (10, 10.0), (100, last))
    ]

    assert bench_growth.curve("growth-targets", points, "targets").met is met
