"""Workbooks that go wrong: each is refused with its place, what was expected, what to do and who can act."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import workbook_maker as maker

from renkei.cli.main import main

GROWING = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
Bad = tuple[Callable[[Path], Path], str, str]


def changed(change: maker.Change) -> Callable[[Path], Path]:
    """Makes a workbook with this change."""
    return lambda path: maker.made(path, change)


BAD: dict[str, Bad] = {
    # what goes wrong: (how it is made, the place that is named, what is said)
    "type": (changed(maker.with_cell("G4", "文字")), "項目!G4", "データ型が凡例にない"),
    "length": (changed(maker.with_cell("H4", "多い")), "項目!H4", "桁数が読めない"),
    "length-zero": (changed(maker.with_cell("H4", "0")), "項目!H4", "桁数が読めない"),
    "wide-length": (changed(maker.with_cell("H4", "１")), "項目!H4", "数字が全角"),
    "wide-number": (changed(maker.with_cell("B4", "２")), "項目!B4", "数字が全角"),
    "wide-service": (changed(maker.with_cell("A4", "０３１")), "項目!A4", "数字が全角"),
    "wide-code": (changed(maker.with_cell("C3", "２", maker.CODES)), "コード!C3", "数字が全角"),
    "code-word": (changed(maker.with_cell("C3", "男性", maker.CODES)), "コード!C3", "コード値が読めない"),
    "code-twice": (changed(maker.with_cell("C3", "1", maker.CODES)), "コード!C3", "同じコード値が二度ある"),
    "no-meaning": (changed(maker.with_cell("D3", None, maker.CODES)), "コード!D3", "コード値の内容がない"),
    "no-number": (changed(maker.with_cell("B4", None)), "項目!B4", "項番が読めない"),
    "number-twice": (changed(maker.with_cell("B4", "1")), "項目!B4", "1 = 項目!B3"),
    "romaji-twice": (changed(maker.with_cell("D4", "atenabango")), "項目!D4", "atenabango = 項目!D3"),
    "not-romaji": (changed(maker.with_cell("D4", "Seibetsu")), "項目!D4", "ローマ字が読めない"),
    "no-name": (changed(maker.with_cell("C4", None)), "項目!C4", "名前がない"),
    "no-group": (changed(maker.with_cell("E4", None)), "項目!E4", "グループの名前がない"),
    "no-service": (changed(maker.with_cell("A4", None)), "項目!B4", "データ項目IDがない"),
    "output": (changed(maker.with_cell("I4", "たぶん")), "項目!I4", "データ出力条件が読めない"),
    "no-column": (changed(maker.with_cell("G1", None)), "項目!A1", "データ型"),
    "merged-rows": (changed(maker.with_merge("C3:C4")), "項目!C4", "複数の行にまたがって結合"),
    "merged-columns": (changed(maker.with_merge("G4:H4")), "項目!G4", "二つの列にまたがって結合"),
    "hidden-row": (changed(maker.with_hidden_row), "項目!A4", "隠れている行"),
    "date": (changed(maker.with_date), "項目!H4", "日付や時刻"),
    "formula": (changed(maker.with_cell("H4", "=1+0")), "項目!H4", "計算結果が保存されていない"),
    "error-value": (changed(maker.with_cell("H4", "#REF!")), "項目!H4", "エラーになっている数式"),
    "no-rows": (changed(maker.without_rows), "項目!A1", "行のない表"),
    "far-cell": (changed(maker.with_far_cell), "項目", "大きすぎます"),
    "million-rows": (maker.million, "sheet1", "大きすぎます"),
    "bomb": (maker.bomb, "book.xlsx", "大きすぎます"),
    "no-workbook": (maker.text_file, "book.xlsx", "読めません"),
    "password": (partial(maker.compound, stream="EncryptedPackage"), "book.xlsx", "パスワード"),
    "old-form": (partial(maker.compound, stream="Workbook"), "book.xlsx", "古い形式"),
    "entities": (
        partial(maker.repacked, part="xl/workbook.xml", alter=lambda data: GROWING + data),
        "book.xlsx",
        "xl/workbook.xml",
    ),
    "cut-part": (
        partial(maker.repacked, part="xl/workbook.xml", alter=lambda data: data[:200]),
        "book.xlsx",
        "読めません",
    ),
}


@pytest.mark.parametrize("name", list(BAD))
def test_a_bad_workbook_is_refused_by_place(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bad workbook ends with exit code 2, the place, what was expected, what to do and who can act; nothing is written."""
    make, place, said = BAD[name]
    path, out = make(tmp_path / "book.xlsx"), tmp_path / "tables"

    code = main(["--lang", "ja", "contracts", "import", str(path), "--out", str(out), "--system", "031"])

    shown = capsys.readouterr()
    assert code == 2
    assert place in shown.err
    assert said in shown.err
    assert [word for word in ("正しい形：", "次にすること：", "対応する人：") if word not in shown.err] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx"]


def test_what_another_workbook_says_is_not_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A formula that looks into another file is refused, though its last value is in this one."""
    path = maker.repacked(
        tmp_path / "book.xlsx",
        "xl/worksheets/sheet1.xml",
        lambda data: re.sub(rb'<c r="H4".*?</c>', b'<c r="H4"><f>[1]a!A1</f><v>1</v></c>', data),
    )

    assert (
        main(["--lang", "ja", "contracts", "import", str(path), "--out", str(tmp_path / "o"), "--system", "031"]) == 2
    )
    assert "項目!H4（別のファイルを参照する数式）" in capsys.readouterr().err


def test_a_good_workbook_is_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The tables and the account of all cells are in the folder, and nothing is beside it."""
    path, out = maker.made(tmp_path / "book.xlsx"), tmp_path / "tables"

    assert main(["--lang", "ja", "contracts", "import", str(path), "--out", str(out)]) == 0

    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.csv")) == [
        "cells.csv",
        "codes/1.csv",
        "items.csv",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx", "tables"]
    assert "シート「項目」：文字のあるセル 34、そのうち表に入れたもの 25" in capsys.readouterr().out


def test_tables_that_are_there_are_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that has anything in it is left as it is."""
    path, out = maker.made(tmp_path / "book.xlsx"), tmp_path / "tables"
    out.mkdir()
    (out / "items.csv").write_text("mine", encoding="utf-8")

    assert main(["--lang", "ja", "contracts", "import", str(path), "--out", str(out)]) == 2
    assert (out / "items.csv").read_text(encoding="utf-8") == "mine"
    assert "もう何か入っています" in capsys.readouterr().err
