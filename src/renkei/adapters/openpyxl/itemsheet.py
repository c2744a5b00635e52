"""The sheets of a 基本データリスト or 項目定義書 workbook (items and code lists) as contract tables."""

from __future__ import annotations

import re

from renkei.adapters.openpyxl.grid import Grid, Header, plain
from renkei.adapters.openpyxl.table import CIRCLE, Import, data_type, digits, fixed_by_text, item_row
from renkei.tables.reader import OUTPUTS

ITEM_HEADINGS = ("データ項目ID", "データ項目", "データ項目(ローマ字)", "グループ", "データ型", "桁数", "データ出力条件")
CODE_HEADINGS = ("コードID", "コード名", "コード値", "コード値の内容")


def import_items(grids: tuple[Grid, ...], document: str, into: Import) -> bool:
    """Take over every item and code sheet; False when the workbook has no item sheet."""
    found = False
    for grid in grids:
        if (head := grid.header(ITEM_HEADINGS)) is not None:
            found = True
            _items(grid, head, document, into)
        if (head := grid.header(CODE_HEADINGS)) is not None:
            _codes(grid, head, document, into)
    return found


def _items(grid: Grid, head: Header, document: str, into: Import) -> None:
    for row in range(head.first, grid.rows + 1):
        cells = grid.row_cells(row)
        if not cells:
            continue
        if set(cells.values()) == {"e"}:
            into.note(grid.place(row, min(cells)), "end-mark")
            return
        if not grid.text(row, head.columns["データ項目ID"]):
            into.problem(grid.place(row, min(cells)), "no-item-id", " ".join(cells.values()))
        else:
            _item(grid, head, row, document, into)


def _item(grid: Grid, head: Header, row: int, document: str, into: Import) -> None:
    cell = {name: grid.text(row, column) for name, column in head.columns.items()}
    identity = head.columns["データ項目ID"]
    number = plain(grid.text(row, identity + 1))
    kind, length = data_type(cell["データ型"]), digits(cell["桁数"])
    faults = {
        "not-a-number": "" if number.isdigit() else number or "?",
        "not-a-type": "" if kind else cell["データ型"] or "?",
        "not-a-length": "" if length or kind == "BLOB" else cell["桁数"] or "?",
        "not-a-condition": "" if cell["データ出力条件"] in OUTPUTS else cell["データ出力条件"] or "?",
    }
    broken = [(reason, value) for reason, value in faults.items() if value]
    if broken:
        for reason, value in broken:
            into.problem(grid.place(row, identity), reason, value)
        return
    meaning, note = cell.get("項目定義", ""), cell.get("項目説明", "")
    into.items.append(
        item_row(
            業務ID=plain(cell["データ項目ID"]),
            項番=number,
            データ項目=cell["データ項目"],
            **{"データ項目（ローマ字）": cell["データ項目(ローマ字)"]},
            グループ=cell.get("名称") or cell["グループ"],
            主キー=_circle(cell.get("主キー", "")),
            外部キー=_circle(cell.get("外部キー", "")),
            データ型=kind,
            桁数=length,
            コード=plain(cell.get("コード", "")),
            繰り返し=plain(cell.get("繰り返し", "")),
            データ出力条件=cell["データ出力条件"],
            項目定義=meaning,
            項目説明=note,
            実装類型=_circle(cell.get("実装類型", "")),
            サンプル値=cell.get("サンプル値", ""),
            固定桁=CIRCLE if fixed_by_text(length, meaning, note) else "",
            null設定有無="" if cell["データ出力条件"] == "必須" else "〇",
            根拠="sourced",
            典拠=f"{document} {grid.title} №{number}",
        )
    )


def _circle(text: str) -> str:
    return CIRCLE if text in ("○", "〇", "◯") else text


def _codes(grid: Grid, head: Header, document: str, into: Import) -> None:
    current = ""
    for row in range(head.first, grid.rows + 1):
        cells = grid.row_cells(row)
        if not cells:
            continue
        cell = {name: grid.text(row, column) for name, column in head.columns.items()}
        if identity := plain(cell["コードID"]):
            current = identity
        value = plain(cell["コード値"])
        if not re.fullmatch("[0-9A-Za-z]+", value) or not current:
            into.note(grid.place(row, head.columns["コード値"]), "open-code-list", cell["コード値"])
            continue
        into.codes.setdefault(current, []).append(
            {
                "コード値": value,
                "コード値の内容": cell["コード値の内容"],
                "根拠": "sourced",
                "典拠": f"{document} {grid.title} {cell['コード名']}",
            }
        )
