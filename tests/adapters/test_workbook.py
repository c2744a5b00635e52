"""Import of workbooks in the official form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from renkei.adapters.openpyxl.workbook import import_workbook
from renkei.errors import ContractError

API_ROWS: list[list[Any]] = [
    ["項番", "パラメータ名", "項目名", "項目説明", "記述例", "必須", "データ型", "データ長", "備考"],
    [None, None, None, None, None, None, None, "桁数", None],
    [None, "shorikubun", "処理区分", "処理方法", 'shorikubun="0"', "◎", "X", "１", None],
    ["１", "shikuchosonkodo", "市区町村コード", "コード", 'x="131016"', "◎", "X", 6, "・6桁のコード値を設定する"],
    [2, "atenabango", "宛名番号", "番号", 'x="1"', None, "X", "15", '※※処理区分"1"、または"2"の場合は必須'],
    [3, "shimei", "氏名", "氏名", None, None, "Ｎ", "100", "※※氏名未定でない場合は必須"],
]
RESPONSE_ROWS: list[list[Any]] = [
    [
        "項番",
        "レベル",
        "レスポンスオブジェクト名",
        None,
        "項目名",
        "記述例",
        "必須",
        "null設定有無",
        "データ型",
        "データ長",
        "備考",
    ],
    ["■正常系（HTTPステータスコード：200、JSON形式でのレスポンス）"],
    [1, 1, "レスポンスオブジェクト", None, None, "{", "◎", "-", "構造化", "-"],
    [2, 2, None, "result", "処理結果", '"result": [', "◎", "-", "配列\n構造化", "-"],
    [3, 3, None, "rirekibango", "履歴番号", '"rirekibango":1', "◎", "-", "9", "3"],
    [4, 2, None, "detail", "メッセージ", '"detail": "済"', "◎", "-", "Ｎ", "10", '"済"固定値'],
    [5, None, None, None, None, "]}", "◎", "-", "-", "-"],
    ["項番", "エラーコード", "エラー名", None, "エラー内容", None, "備考"],
    [1, "E0001", "必須エラー", None, "【項目名】が設定されていません。", None, "状態"],
]


def book(tmp_path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    """A workbook with these sheets."""
    made = openpyxl.Workbook()
    made.remove(made.active)  # type: ignore[arg-type]  # a new workbook has an active sheet
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "book.xlsx"
    made.save(path)
    return path


def api_book(tmp_path: Path, extra: list[list[Any]] | None = None) -> Path:
    """A small API specification."""
    return book(
        tmp_path,
        {
            "表紙": [["試験付番API仕様"], ["第2.0版"]],
            "API概要": [["No.", "APIコール名", "操作種類"], [1, "app_submit/v10/shiken", "Create"]],
            "リクエスト_API仕様": [*API_ROWS, *(extra or [])],
            "レスポンス_API仕様": RESPONSE_ROWS,
        },
    )


def test_an_api_specification(tmp_path: Path) -> None:
    """Parameters, marks, full-width digits, decidable conditions, results, fixed texts and error codes are read."""
    found = import_workbook(api_book(tmp_path), system="031")
    items = {row["データ項目（ローマ字）"]: row for row in found.items}

    assert list(items) == ["shorikubun", "shikuchosonkodo", "atenabango", "shimei", "rirekibango"]
    assert items["shorikubun"]["項番"] == "0"
    assert items["shikuchosonkodo"]["固定桁"] == "○"
    assert items["shikuchosonkodo"]["サンプル値"] == "131016"
    assert items["atenabango"]["条件式"] == "shorikubun=1|2"
    assert (items["shimei"]["データ出力条件"], items["shimei"]["条件式"]) == ("条件付き必須", "")
    assert items["rirekibango"]["グループ"] == "試験付番/結果"
    assert [(row["パス"], row["固定値"]) for row in found.responses] == [("result", ""), ("detail", "済")]
    assert [row["エラーコード"] for row in found.errors] == ["E0001"]
    assert found.problems == []
    assert [note.reason for note in found.notes] == ["closing-row"]


@pytest.mark.parametrize(
    ("row", "place", "reason"),
    [
        ([4, "氏名", "氏名", "", "", None, "X", 1], "リクエスト_API仕様!B7", "not-romaji"),
        ([4, "name", "氏名", "", "", None, "Z", 1], "リクエスト_API仕様!G7", "not-a-type"),
        ([4, "name", "氏名", "", "", None, "X", "多い"], "リクエスト_API仕様!H7", "not-a-length"),
        ([4, "name", "氏名", "", "", "△", "X", 1], "リクエスト_API仕様!F7", "not-a-mark"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, row: list[Any], place: str, reason: str) -> None:
    """The sheet and the cell of every unread row are reported; the rest is read."""
    found = import_workbook(api_book(tmp_path, [row]), system="031")

    assert [(problem.place, problem.reason) for problem in found.problems] == [(place, reason)]
    assert len(found.items) == 5


def test_merged_cells_hold_for_every_row(tmp_path: Path) -> None:
    """A mark in a cell merged over two rows counts for both."""
    path = api_book(tmp_path)
    made = openpyxl.load_workbook(path)
    sheet = made["リクエスト_API仕様"]
    sheet["F4"] = None
    sheet.merge_cells("F3:F4")
    made.save(path)

    found = import_workbook(path, system="031")

    assert [row["データ出力条件"] for row in found.items[:2]] == ["必須", "必須"]


ITEM_ROWS: list[list[Any]] = [
    [
        "データ項目ID",
        None,
        "データ項目",
        "データ項目（ローマ字）",
        "グループ",
        None,
        "データ型",
        "桁数",
        "コード",
        "データ出力条件",
        "項目定義",
    ],
    [None, None, None, None, "名称", "主キー"],
    ["031", "１", "宛名番号", "atenabango", "基本情報", "○", "Ｘ", "15", None, "必須", "番号"],
    ["031", 2, "性別", "seibetsu", "基本情報", None, "X", 1, "1", "任意", "性別"],
    ["031", 3, "謎", "nazo", "基本情報", None, "?", 1, None, "任意", ""],
    ["e", "e", "e"],
]
CODE_ROWS: list[list[Any]] = [
    ["コードID", "コード名", "コード値", "コード値の内容"],
    [1, "性別", "0", "不明（未記入）"],
    [None, None, 1, "男"],
    [999, "自治体固有コード", "任意", "任意"],
]


def test_an_item_definition(tmp_path: Path) -> None:
    """Items with group, key and code, and code lists, are read; the unread row and the end mark are reported."""
    found = import_workbook(book(tmp_path, {"項目": ITEM_ROWS, "コード": CODE_ROWS}))

    assert [(row["項番"], row["主キー"], row["グループ"]) for row in found.items] == [
        ("1", "○", "基本情報"),
        ("2", "", "基本情報"),
    ]
    assert [(row["コード値"], row["コード値の内容"]) for row in found.codes["1"]] == [
        ("0", "不明（未記入）"),
        ("1", "男"),
    ]
    assert [problem.reason for problem in found.problems] == ["not-a-type"]
    assert [note.reason for note in found.notes] == ["end-mark", "open-code-list"]


def test_other_files_are_refused(tmp_path: Path) -> None:
    """A text file, and a workbook of another form, give a diagnosis."""
    text = tmp_path / "a.xlsx"
    text.write_text("no workbook")

    with pytest.raises(ContractError, match="workbook-unreadable"):
        import_workbook(text)
    with pytest.raises(ContractError, match="workbook-not-recognised"):
        import_workbook(book(tmp_path, {"x": [["a", "b"]]}))
