"""The sheets of a 基本データリスト or 項目定義書 workbook (items and code lists) as contract tables."""

from __future__ import annotations

import re

from renkei.adapters.openpyxl.grid import Grid, Header, plain
from renkei.adapters.openpyxl.table import (
    CIRCLE,
    ITEMS,
    Import,
    Use,
    data_type,
    digits,
    fixed_by_text,
    item_row,
    sound,
    wide,
)
from renkei.tables.reader import OUTPUTS

ITEM_HEADINGS = ("データ項目ID", "データ項目", "データ項目(ローマ字)", "グループ", "データ型", "桁数", "データ出力条件")
CODE_HEADINGS = ("コードID", "コード名", "コード値", "コード値の内容")
_ROMAJI = "データ項目（ローマ字）"
# Which column of items.csv each heading goes to.
_COLUMNS = {
    "データ項目ID": "業務ID",
    "データ項目": "データ項目",
    "データ項目(ローマ字)": _ROMAJI,
    "グループ": "グループ",
    "名称": "グループ",
    "主キー": "主キー",
    "外部キー": "外部キー",
    "LV1": "クラス分類LV1",
    "LV2": "クラス分類LV2",
    "LV3": "クラス分類LV3",
    "データ型": "データ型",
    "桁数": "桁数",
    "コード": "コード",
    "繰り返し": "繰り返し",
    "データ出力条件": "データ出力条件",
    "項目定義": "項目定義",
    "項目説明": "項目説明",
    "標準仕様書関連箇所": "標準仕様書関連箇所",
    "実装類型": "実装類型",
    "サンプル値": "サンプル値",
    "備考": "備考",
}
_NAMING = ("データ項目ID", "データ項目", "データ項目(ローマ字)")
_CODE_COLUMNS = {"コード名": "コード名", "コード値": "コード値", "コード値の内容": "コード値の内容", "備考": "備考"}


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
    last = grid.rows
    for row in range(head.first, grid.rows + 1):
        cells = grid.row_cells(row)
        if not cells:
            continue
        if set(cells.values()) == {"e"}:
            into.leave(grid, row, "end-mark")
            last = row
            break
        if not grid.text(row, head.columns["データ項目ID"]):
            into.problem(grid, row, min(cells), "no-item-id", " ".join(cells.values()))
        elif sound(grid, head, row, _NAMING, into):
            _item(grid, head, row, document, into)
    into.region(grid, head, last)


def _item(grid: Grid, head: Header, row: int, document: str, into: Import) -> None:
    cell = {name: grid.text(row, column) for name, column in head.columns.items()}
    values = _values(cell, grid.text(row, head.columns["データ項目ID"] + 1))
    values["典拠"] = f"{document} {grid.title} №{values['項番']}"
    if not _readable(grid, head, row, values, cell, into):
        return
    into.items.append(values)
    line = len(into.items)
    into.take_row(grid, head, row, ITEMS, line, _COLUMNS, values)
    into.take(grid, row, head.columns["データ項目ID"] + 1, Use(table=ITEMS, line=line, column="項番"))


def _values(cell: dict[str, str], number: str) -> dict[str, str]:
    length, meaning, note = digits(cell["桁数"]), cell.get("項目定義", ""), cell.get("項目説明", "")
    return item_row(
        業務ID=cell["データ項目ID"],
        項番=number,
        データ項目=cell["データ項目"],
        **{_ROMAJI: cell["データ項目(ローマ字)"]},
        グループ=cell.get("名称") or cell["グループ"],
        主キー=_circle(cell.get("主キー", "")),
        外部キー=_circle(cell.get("外部キー", "")),
        データ型=data_type(cell["データ型"]),
        桁数=length,
        コード=cell.get("コード", ""),
        繰り返し=cell.get("繰り返し", ""),
        データ出力条件=cell["データ出力条件"],
        項目定義=meaning,
        項目説明=note,
        実装類型=_circle(cell.get("実装類型", "")),
        サンプル値=cell.get("サンプル値", ""),
        固定桁=CIRCLE if fixed_by_text(length, meaning, note) else "",
        null設定有無="" if cell["データ出力条件"] == "必須" else "〇",
        根拠="sourced",
        **{name: cell.get(heading, "") for heading, name in _COLUMNS.items() if heading in ("LV1", "LV2", "LV3")},
        標準仕様書関連箇所=cell.get("標準仕様書関連箇所", ""),
        備考=cell.get("備考", ""),
    )


def _readable(grid: Grid, head: Header, row: int, values: dict[str, str], cell: dict[str, str], into: Import) -> bool:
    """Whether every cell holds what its heading promises, and nothing is said twice; each fault is named by its cell."""
    identity, romaji = head.columns["データ項目ID"], head.columns["データ項目(ローマ字)"]
    numbers = {
        "データ項目ID": cell["データ項目ID"],
        "": values["項番"],
        "桁数": cell["桁数"],
        "コード": values["コード"],
    }
    faults = [
        (head.columns.get(heading, identity + 1), "wide-digits", text)
        for heading, text in numbers.items()
        if wide(text)
    ]
    if not faults:
        checks = (
            (identity, "not-a-service", re.fullmatch("[0-9]{3}", values["業務ID"]), cell["データ項目ID"]),
            (identity + 1, "not-a-number", re.fullmatch("[0-9]{1,6}", values["項番"]), values["項番"]),
            (head.columns["データ項目"], "no-name", values["データ項目"], ""),
            (romaji, "not-romaji", re.fullmatch("[a-z][a-z0-9_]*", values[_ROMAJI]), values[_ROMAJI]),
            (head.columns.get("名称", head.columns["グループ"]), "no-group", values["グループ"], ""),
            (head.columns["データ型"], "not-a-type", values["データ型"], cell["データ型"]),
            (head.columns["桁数"], "not-a-length", values["桁数"] or values["データ型"] == "BLOB", cell["桁数"]),
            (
                head.columns["データ出力条件"],
                "not-a-condition",
                values["データ出力条件"] in OUTPUTS,
                cell["データ出力条件"],
            ),
        )
        faults = [(column, reason, text) for column, reason, good, text in checks if not good]
    for column, reason, text in faults:
        into.problem(grid, row, column, reason, text)
    if faults:
        return False
    group = values["グループ"]
    once = into.once(grid, row, identity + 1, "number-twice", group, values["項番"])
    return into.once(grid, row, romaji, "romaji-twice", group, values[_ROMAJI]) and once


def _circle(text: str) -> str:
    return CIRCLE if text in ("○", "〇", "◯") else text


def _codes(grid: Grid, head: Header, document: str, into: Import) -> None:
    current, name = "", ""
    for row in range(head.first, grid.rows + 1):
        cells = grid.row_cells(row)
        if not cells:
            continue
        cell = {heading: grid.text(row, column) for heading, column in head.columns.items()}
        current, name = (plain(cell["コードID"]), cell["コード名"]) if cell["コードID"] else (current, name)
        value = cell["コード値"]
        if wide(value) or wide(cell["コードID"]):
            heading = "コード値" if wide(value) else "コードID"
            into.problem(grid, row, head.columns[heading], "wide-digits", cell[heading])
        elif value == "任意":
            into.leave(grid, row, "open-code-list")
        elif not re.fullmatch("[0-9A-Za-z]+", value) or not current:
            into.problem(grid, row, head.columns["コード値"], "not-a-code", value)
        elif not cell["コード値の内容"]:
            into.problem(grid, row, head.columns["コード値の内容"], "no-meaning", value)
        elif sound(grid, head, row, ("コード値",), into) and into.once(
            grid, row, head.columns["コード値"], "code-twice", current, value
        ):
            said = {
                "コード値": value,
                "コード値の内容": cell["コード値の内容"],
                "根拠": "sourced",
                "典拠": f"{document} {grid.title} {name}",
                "コード名": name,
                "備考": cell.get("備考", ""),
            }
            _code(grid, head, row, current, said, into)
    into.region(grid, head, grid.rows)


def _code(grid: Grid, head: Header, row: int, current: str, said: dict[str, str], into: Import) -> None:
    rows = into.codes.setdefault(current, [])
    rows.append(said)
    table = f"codes/{current}.csv"
    into.take_row(grid, head, row, table, len(rows), _CODE_COLUMNS, said)
    into.take(grid, row, head.columns["コードID"], Use(table=table, line=len(rows), column=""))
