"""Import of workbooks in the official form: what is read, where every cell goes, and what equals the committed tables."""

from __future__ import annotations

import functools
import unicodedata
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from renkei.adapters.openpyxl.workbook import Imported, import_workbook
from renkei.cli.main import main
from renkei.errors import ContractError
from renkei.tables.imported import REASON_COLUMNS

OFFICIAL = Path(__file__).parent / "official"
TABLES = Path(__file__).parents[2] / "contracts" / "031_jutogaishaatenabangokanri"
FUBAN = "atenabango-fuban-api-spec-2.0.xlsx"
KANRI = "atenabango-kanri-item-definition.xlsx"
# Marks that a table spells in another way: ◎ is 必須, types of arrays and bodies have short names, - stands for nothing.
SPELLED = {"◎", "-", "配列\n構\n造化", "X,Ｎ\n混在", "2", "3", "4"}

API_ROWS: list[list[Any]] = [
    ["項番", "パラメータ名", "項目名", "項目説明", "記述例", "必須", "データ型", "データ長", "備考"],
    [None, None, None, None, None, None, None, "桁数", None],
    [None, "shorikubun", "処理区分", "処理方法", 'shorikubun="0"', "◎", "X", "1", None],
    ["1", "shikuchosonkodo", "市区町村コード", "コード", 'x="131016"', "◎", "X", 6, "・6桁のコード値を設定する"],
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
    """Parameters, marks, decidable conditions, results, fixed texts and error codes are read."""
    found = import_workbook(api_book(tmp_path), system="031")
    items = {row["データ項目（ローマ字）"]: row for row in found.rows("items.csv")}

    assert list(items) == ["shorikubun", "shikuchosonkodo", "atenabango", "shimei", "rirekibango"]
    assert items["shorikubun"]["項番"] == "0"
    assert items["shikuchosonkodo"]["固定桁"] == "○"
    assert items["shikuchosonkodo"]["サンプル値"] == "131016"
    assert items["atenabango"]["条件式"] == "shorikubun=1|2"
    assert (items["shimei"]["データ出力条件"], items["shimei"]["条件式"]) == ("条件付き必須", "")
    assert items["rirekibango"]["グループ"] == "試験付番/結果"
    assert [(row["パス"], row["固定値"]) for row in found.rows("responses.csv")] == [("result", ""), ("detail", "済")]
    assert [row["エラーコード"] for row in found.rows("errors.csv")] == ["E0001"]
    assert found.problems == ()


def test_a_mark_merged_over_two_rows_holds_for_both(tmp_path: Path) -> None:
    """A mark in a cell merged over two rows counts for both."""
    path = api_book(tmp_path)
    made = openpyxl.load_workbook(path)
    sheet = made["リクエスト_API仕様"]
    sheet["F4"] = None
    sheet.merge_cells("F3:F4")
    made.save(path)

    found = import_workbook(path, system="031")

    assert [row["データ出力条件"] for row in found.rows("items.csv")[:2]] == ["必須", "必須"]


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
    ["031", "1", "宛名番号", "atenabango", "基本情報", "○", "Ｘ", "15", None, "必須", "番号"],
    ["031", 2, "性別", "seibetsu", "基本情報", None, "X", 1, "1", "任意", "性別"],
    ["e", "e", "e"],
]
CODE_ROWS: list[list[Any]] = [
    ["コードID", "コード名", "コード値", "コード値の内容"],
    [1, "性別", "0", "不明（未記入）"],
    [None, None, 1, "男"],
    [999, "自治体固有コード", "任意", "任意"],
]


def test_an_item_definition(tmp_path: Path) -> None:
    """Items with group, key and code, and code lists, are read."""
    found = import_workbook(book(tmp_path, {"項目": ITEM_ROWS, "コード": CODE_ROWS}))

    assert [(row["項番"], row["主キー"], row["グループ"]) for row in found.rows("items.csv")] == [
        ("1", "○", "基本情報"),
        ("2", "", "基本情報"),
    ]
    assert [(row["コード値"], row["コード値の内容"]) for row in found.rows("codes/1.csv")] == [
        ("0", "不明（未記入）"),
        ("1", "男"),
    ]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("name", "tables", "taken", "left"),
    [
        (FUBAN, {"items.csv": 46, "responses.csv": 25, "errors.csv": 4}, 646, 227),
        (KANRI, {"items.csv": 29, "codes/1.csv": 3, "codes/2.csv": 2}, 454, 194),
    ],
)
def test_the_real_workbooks_are_read_without_loss(name: str, tables: dict[str, int], taken: int, left: int) -> None:
    """Every cell with text of the two official workbooks is in a table, or is named with its reason; none is unread."""
    found = official(name)
    cells = {(cell.sheet, cell.address): cell for cell in found.cells}

    assert found.problems == ()
    assert {table.name: len(table.rows) for table in found.tables} == tables
    assert set(cells) == texts_of(OFFICIAL / name)
    assert (sum(bool(c.table) for c in found.cells), sum(bool(c.reason) for c in found.cells)) == (taken, left)
    assert not any(bool(cell.table) is bool(cell.reason) for cell in found.cells)
    assert {cell.reason for cell in found.cells} & {"no-column", "unread-row"} == set()


@pytest.mark.parametrize("name", [FUBAN, KANRI])
def test_what_is_said_to_be_in_a_table_is_there(name: str) -> None:
    """The text of each cell that was taken stands in the row and column that the account names, but for marks."""
    found = official(name)
    said = [cell for cell in found.cells if cell.table and cell.column and cell.line]
    absent = [
        cell
        for cell in said
        if not stands(found.rows(cell.table)[cell.line - 1][cell.column], cell.text) and cell.text not in SPELLED
    ]

    assert len(said) > 400
    assert absent == []


@functools.cache
def official(name: str) -> Imported:
    """What one official workbook gives."""
    return import_workbook(OFFICIAL / name, system="031")


def texts_of(path: Path) -> set[tuple[str, str]]:
    """The sheet and address of every cell with text, read without the code under test."""
    return {
        (sheet.title, cell.coordinate)
        for sheet in openpyxl.load_workbook(path, data_only=True)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and str(cell.value).strip("\n ")
    }


def stands(value: str, text: str) -> bool:
    """Whether a table's cell holds what the sheet's says: the same, an example's value, or a name below others."""
    kept, said = unicodedata.normalize("NFKC", value), unicodedata.normalize("NFKC", text)
    return bool(kept) and (kept in said or kept.endswith(f".{said}"))


def test_other_files_are_refused(tmp_path: Path) -> None:
    """A workbook of another form gives a diagnosis."""
    with pytest.raises(ContractError, match="workbook-not-recognised"):
        import_workbook(book(tmp_path, {"x": [["a", "b"]]}))


@pytest.mark.parametrize(
    ("name", "document", "count"),
    [
        (FUBAN, "別紙7-2 住登外者宛名番号付番API仕様書 第2.0版", 21),
        (KANRI, "項目定義書（住登外者宛名番号管理）", 73),
    ],
)
def test_the_committed_tables_are_what_the_workbooks_give(
    name: str, document: str, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tables of 031 equal what the two official workbooks give, and every difference has its reason."""
    command = ["--lang", "ja", "contracts", "import", str(OFFICIAL / name), "--system", "031", "--document", document]

    assert main([*command, "--against", str(TABLES)]) == 0

    shown = capsys.readouterr().out
    assert f"違い {count}。" in shown
    assert "理由が書かれていません" not in shown


def test_a_difference_without_a_reason_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table that differs from the document without a reason, and a reason without a difference, end with exit code 2."""
    path = api_book(tmp_path)
    tables = tmp_path / "tables"
    command = ["--lang", "ja", "contracts", "import", str(path), "--system", "031"]
    assert main([*command, "--out", str(tables)]) == 0
    items = tables / "items.csv"
    items.write_text(items.read_text(encoding="utf-8").replace(",100,", ",80,"), encoding="utf-8")

    assert main([*command, "--against", str(tables)]) == 2
    assert (
        "試験付番/要求 shimei」の 桁数：資料は「100」、表は「80」。 理由が書かれていません。" in capsys.readouterr().out
    )

    where = "book,items.csv,試験付番/要求 shimei,桁数,100,80,試しに短くした,"
    (tables / "imported.csv").write_text(f"{','.join(REASON_COLUMNS)}\n{where}\n", encoding="utf-8")
    assert main([*command, "--against", str(tables)]) == 0
    items.write_text(items.read_text(encoding="utf-8").replace(",80,", ",100,"), encoding="utf-8")
    assert main([*command, "--against", str(tables)]) == 2
    assert "もうない違いの理由" in capsys.readouterr().err
