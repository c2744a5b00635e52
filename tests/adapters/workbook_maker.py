"""Small workbooks in the official form, and the ways in which such files go wrong."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook

Change = Callable[[Workbook], None]
ITEMS, CODES = "項目", "コード"
HEADINGS = (
    [
        "データ項目ID",
        None,
        "データ項目",
        "データ項目（ローマ字）",
        "グループ",
        None,
        "データ型",
        "桁数",
        "データ出力条件",
    ],
    [None, None, None, None, "名称", "主キー"],
)
ROWS: list[list[Any]] = [
    ["031", "1", "宛名番号", "atenabango", "基本情報", "○", "X", "15", "必須"],
    ["031", "2", "性別", "seibetsu", "基本情報", None, "X", "1", "任意"],
    ["031", "3", "氏名", "shimei", "基本情報", None, "Ｎ", "100", "任意"],
]
CODE_ROWS: list[list[Any]] = [
    ["コードID", "コード名", "コード値", "コード値の内容"],
    [1, "性別", "1", "男"],
    [None, None, "2", "女"],
]


def made(path: Path, change: Change = lambda _: None) -> Path:
    """An item definition of three items and one code list, changed by ``change`` before it is saved."""
    workbook = Workbook()
    workbook.remove(workbook.active)  # type: ignore[arg-type]  # a new workbook has an active sheet
    for name, rows in ((ITEMS, [*HEADINGS, *ROWS]), (CODES, CODE_ROWS)):
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    change(workbook)
    workbook.save(path)
    return path


def with_cell(address: str, value: Any, sheet: str = ITEMS) -> Change:
    """One cell with another value."""

    def change(workbook: Workbook) -> None:
        workbook[sheet][address] = value

    return change


def with_merge(area: str) -> Change:
    """One area merged, as by a hand that tidies up."""

    def change(workbook: Workbook) -> None:
        workbook[ITEMS].merge_cells(area)

    return change


def without_rows(workbook: Workbook) -> None:
    """The headings alone."""
    workbook[ITEMS].delete_rows(3, 3)


def with_hidden_row(workbook: Workbook) -> None:
    """A row that a filter hides."""
    workbook[ITEMS].row_dimensions[4].hidden = True


def with_date(workbook: Workbook) -> None:
    """A number that the spreadsheet program took for a date."""
    workbook[ITEMS]["H4"] = dt.datetime(2026, 1, 1)


def with_far_cell(workbook: Workbook) -> None:
    """A stray cell in the last row that a sheet can have."""
    workbook[ITEMS]["A1048576"] = "x"


def text_file(path: Path) -> Path:
    """No workbook at all."""
    path.write_text("no workbook", encoding="utf-8")
    return path


def compound(path: Path, stream: str) -> Path:
    """A compound file with the name of one stream in it."""
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le"))
    return path


def repacked(path: Path, part: str, alter: Callable[[bytes], bytes]) -> Path:
    """A workbook with one part altered."""
    made(path)
    with zipfile.ZipFile(path) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    parts[part] = alter(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def bomb(path: Path) -> Path:
    """A few kilobytes that unpack to more than any workbook."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as stream:
            for _ in range(301):
                stream.write(b" " * 1_000_000)
    return path


def million(path: Path) -> Path:
    """A sheet of a million rows of three cells each."""
    row = b'<row><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c><c /></row>'
    made(path)
    with zipfile.ZipFile(path) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(name, data) if name != "xl/worksheets/sheet1.xml" else None
        with archive.open("xl/worksheets/sheet1.xml", "w") as stream:
            stream.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
            for _ in range(1_000):
                stream.write(row * 1_000)
            stream.write(b"</sheetData></worksheet>")
    return path


def loaded(path: Path) -> Workbook:
    """The workbook of a file."""
    return openpyxl.load_workbook(path)
