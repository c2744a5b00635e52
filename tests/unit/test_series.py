"""Series of files: folds know where their rows come from, and findings name the first row and keep a hundred."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from test_datafile import ITEM, KEY

from renkei.adapters.polars.tables import PolarsTables
from renkei.kit.columns import Offence, Offences
from renkei.kit.datafile import DataFile, FileName
from renkei.kit.expect import Expect, Violation
from renkei.kit.series import Series, at_line, changed_columns, expect_clean

NUMBER = replace(KEY, name="個人履歴番号", romaji="kojinrirekibango", type="9", length="5")
DELETED = replace(ITEM, name="削除フラグ", romaji="sakujofuragu", type="X", length="1")
ITEMS = (KEY, NUMBER, ITEM, DELETED)


def series(folder: Path, *files: tuple[str, list[str]]) -> Series:
    """A series of files of these kinds and rows, by sequence from 1."""
    made = []
    for sequence, (kind, rows) in enumerate(files, start=1):
        path = folder / f"{sequence}.csv"
        header = ",".join(item.romaji for item in ITEMS)
        path.write_bytes("".join(f"{line}\r\n" for line in [header, *rows]).encode())
        parts = FileName(
            linkage="001o006", municipality="993018", kind=kind, stamp=f"2026010100000{sequence}", sequence=sequence
        )
        made.append(
            DataFile(
                name=path.name,
                parts=parts,
                path=path,
                marker=None,
                marker_fault="absent",
                items=ITEMS,
                codes={},
                tables=PolarsTables(),
            )
        )
    return Series(linkage="001o006", items=ITEMS, tables=PolarsTables(), files=tuple(made), strays=(), lonely=())


def test_a_fold_leads_back_to_file_and_row(tmp_path: Path) -> None:
    """What a fold leaves over is found in the file it came from, and the columns that differ are named."""
    told = series(
        tmp_path,
        ("zenken", ["1,1,山,0", "2,1,川,0", "3,1,海,0"]),
        ("sabun", ["2,1,河,0", "3,1,海,1", "4,1,空,0"]),
        ("zenken", ["1,1,山,0", "2,1,湖,0"]),
    )
    ((start, deltas, end),) = told.spans()
    state = told.state(start, *deltas)
    parting = state.against(told.state(end))
    (extra,), (differing,) = parting.extra.first, parting.differing.first
    file, row = state.place(extra.before)
    assert (extra.key, file.parts.sequence, file.line(row)) == (("4", "1"), 2, 4)
    assert changed_columns(state.place(differing.before), (end, differing.now)) == ["shimei"]
    assert told.key_columns == ("atenabango", "kojinrirekibango")
    assert told.serial == "kojinrirekibango"


def test_one_file_counts_for_each_sequence(tmp_path: Path) -> None:
    """A sequence delivered twice is folded once, and spans run from full file to full file."""
    told = series(tmp_path, ("zenken", []), ("sabun", []), ("zenken", []), ("zenken", []))
    again = replace(told, files=(*told.files, told.files[1]))
    assert again.by_sequence() == told.files
    assert [(start.parts.sequence, len(deltas)) for start, deltas, _ in again.spans()] == [(1, 1), (3, 0)]


def test_a_finding_names_the_first_row_and_keeps_the_others(tmp_path: Path) -> None:
    """The violation says rule, line, column and count; its evidence holds the rows, and nothing of their persons."""
    told = series(tmp_path, ("zenken", [f"{row},1,{'ab' if row > 3 else '山田'},0" for row in range(300)]))
    (file,) = told.files
    kept: list[Mapping[str, Any]] = []
    target: Any = SimpleNamespace(keep_file=lambda facts: kept.append(facts) or "digest")
    expect = Expect()
    expect_clean(target, expect, file, file.offences(("too-long",)))
    assert (expect.assertions, kept) == (1, [])
    with pytest.raises(Violation) as raised:
        expect_clean(target, expect, file, file.offences(("too-long", "halfwidth-in-n")))
    told_of = raised.value
    assert (told_of.rule, told_of.where, told_of.files) == (
        "halfwidth-in-n",
        f"{at_line(file, 6)} shimei（氏名）",
        ("digest",),
    )
    assert "296" in told_of.actual
    assert kept[0]["rows"] == 300
    assert kept[0]["broken"] == {"halfwidth-in-n": 296}
    assert len(kept[0]["offending"]) == 100
    assert kept[0]["offending"][0]["line"] == 6
    assert "ab" not in str(kept[0])


def test_what_was_not_seen_singly_still_fails(tmp_path: Path) -> None:
    """Rows that are only counted make the violation as well."""
    told = series(tmp_path, ("zenken", ["1,1,山,0"]))
    found = Offences()
    found.add(Offence(rule="key-twice", line=2))
    found.add_unseen("key-twice", 41)
    target: Any = SimpleNamespace(keep_file=lambda _: "digest")
    with pytest.raises(Violation, match="42"):
        expect_clean(target, Expect(), told.files[0], found, "一意")
