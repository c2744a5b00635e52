"""The sheets of an API specification workbook (API概要, リクエスト, レスポンス) as contract tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from renkei.adapters.openpyxl.grid import Grid, Header, plain
from renkei.adapters.openpyxl.table import (
    CIRCLE,
    ERRORS,
    ITEMS,
    RESPONSES,
    Import,
    Use,
    data_type,
    digits,
    fixed_by_text,
    item_row,
    sound,
    wide,
)
from renkei.tables.reader import RESPONSE_TEXTS
from renkei.tables.source import REQUEST, RESULT

REQUEST_HEADINGS = ("項番", "パラメータ名", "項目名", "必須", "データ型")
RESPONSE_HEADINGS = ("項番", "レベル", "レスポンスオブジェクト名", "項目名", "必須", "データ型")
ERROR_HEADINGS = ("項番", "エラーコード", "エラー名", "エラー内容")
CALL_HEADINGS = ("APIコール名", "操作種類")
# Which column of a table each heading goes to.
_ITEM_COLUMNS = {
    "項番": "項番",
    "パラメータ名": "データ項目（ローマ字）",
    "項目名": "データ項目",
    "項目説明": "項目定義",
    "記述例": "サンプル値",
    "必須": "データ出力条件",
    "データ型": "データ型",
    "桁数": "桁数",
    "データ長": "桁数",
    "備考": "項目説明",
    "null設定有無": "null設定有無",
}
_RESPONSE_COLUMNS = {
    "項番": "項番",
    "レベル": "パス",
    "項目名": "項目名",
    "項目説明": "項目説明",
    "記述例": "記述例",
    "必須": "必須",
    "null設定有無": "null設定有無",
    "データ型": "データ型",
    "桁数": "桁数",
    "データ長": "桁数",
    "備考": "備考",
}
_SECTION = re.compile(r"HTTPステータスコード：([0-9]{3})")
_FIXED = re.compile(r'"(.+)"固定値')
_CONDITION = re.compile(r'※※(.+?)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The API that a workbook describes: its call path, name and document."""

    call: str
    name: str
    document: str

    @property
    def linkage(self) -> str:
        """The last part of the call name, which is the linkage's id."""
        return self.call.rsplit("/", 1)[-1]

    def cited(self, document: str) -> Api:
        """The same API, its document cited in these words."""
        return replace(self, document=document)


def find_api(grids: tuple[Grid, ...], document: str, into: Import) -> Api | None:
    """The API of the overview sheet, or None when the workbook is no API specification."""
    for grid in grids:
        head = grid.header(CALL_HEADINGS)
        if head is not None:
            column = head.columns["APIコール名"]
            call = grid.text(head.first, column)
            into.region(grid, head, head.first)
            if not call:
                into.problem(grid, head.first, column, "no-call")
            elif other := grid.row_cells(head.first + 1).get(column):
                into.problem(grid, head.first + 1, column, "second-call", other)
            name = (document or call.rsplit("/", 1)[-1]).partition("API仕様")[0]
            into.leave(grid, head.first, "linkage-facts")
            into.take(grid, head.first, column, Use(table=RESPONSES, line=0, column="連携ID"))
            return Api(call=call, name=name, document=document)
    return None


def import_api(grids: tuple[Grid, ...], api: Api, system: str, into: Import) -> None:
    """Take over request items, response objects and error codes of every sheet that has them."""
    for grid in grids:
        if (head := grid.header(REQUEST_HEADINGS)) is not None:
            _requests(grid, head, api, system, into)
        if (head := grid.header(RESPONSE_HEADINGS)) is not None:
            end = _errors(grid, api, into)
            _responses(grid, head, end, api, system, into)


def _requests(grid: Grid, head: Header, api: Api, system: str, into: Import) -> None:
    names: dict[str, str] = {}
    for row in range(head.first, grid.rows + 1):
        cells = grid.row_cells(row)
        if not cells or not sound(grid, head, row, ("パラメータ名", "項目名"), into):
            continue
        if not set(head.columns.values()) & set(cells):
            into.leave(grid, row, "beside-table")
            continue
        romaji = grid.text(row, head.columns["パラメータ名"])
        if not re.fullmatch("[a-z][a-z0-9_]*", romaji):
            into.problem(grid, row, head.columns["パラメータ名"], "not-romaji", romaji)
            continue
        values = _item(grid, head, row, into)
        if values is not None and _single(grid, head, row, romaji, values, into):
            names[values["データ項目"]] = romaji
            values.update(
                {
                    "業務ID": system,
                    "データ項目（ローマ字）": romaji,
                    "グループ": api.name + REQUEST,
                    "null設定有無": "",
                    "条件式": _when(values["項目説明"], names),
                    "典拠": _clause(api, grid, values["項番"]),
                }
            )
            into.items.append(values)
            into.take_row(grid, head, row, ITEMS, len(into.items), _ITEM_COLUMNS, values)
    into.region(grid, head, grid.rows)


def _single(grid: Grid, head: Header, row: int, romaji: str, values: dict[str, str], into: Import) -> bool:
    number = values["項番"]
    once = number == "0" or into.once(grid, row, head.columns["項番"], "number-twice", grid.title, number)
    return into.once(grid, row, head.columns["パラメータ名"], "romaji-twice", grid.title, romaji) and once


def _item(grid: Grid, head: Header, row: int, into: Import) -> dict[str, str] | None:
    cell = {name: grid.text(row, column) for name, column in head.columns.items()}
    broken = _broken(cell, head)
    if broken:
        reason, column = broken
        into.problem(grid, row, column, reason, grid.text(row, column))
        return None
    kind, length = data_type(cell["データ型"]), digits(_digits(cell))
    note, meaning = cell.get("備考", ""), cell.get("項目説明", "")
    output = "必須" if cell["必須"] == "◎" else "条件付き必須" if "※※" in note else "任意"
    return item_row(
        項番=cell["項番"] or "0",
        データ項目=cell["項目名"],
        データ型=kind,
        桁数=length,
        データ出力条件=output,
        項目定義=meaning,
        項目説明=note,
        実装類型=CIRCLE,
        サンプル値=_sample(cell.get("記述例", "")),
        固定桁=CIRCLE if fixed_by_text(length, note, meaning) else "",
        根拠="sourced",
    )


def _digits(cell: dict[str, str]) -> str:
    return cell.get("桁数") or cell.get("データ長", "")


def _broken(cell: dict[str, str], head: Header) -> tuple[str, int] | None:
    """The first cell of a row that does not hold what its heading promises: the reason and the column."""
    width = head.columns.get("桁数", head.columns.get("データ長", head.columns["データ型"]))
    checks = (
        ("wide-digits", head.columns["項番"], not wide(cell["項番"])),
        ("wide-digits", width, not wide(_digits(cell))),
        ("not-a-number", head.columns["項番"], not cell["項番"] or cell["項番"].isdecimal()),
        ("no-name", head.columns["項目名"], cell["項目名"]),
        ("not-a-type", head.columns["データ型"], data_type(cell["データ型"])),
        ("not-a-length", width, digits(_digits(cell))),
        ("not-a-mark", head.columns["必須"], cell["必須"] in ("", "◎")),
    )
    return next(((reason, column) for reason, column, good in checks if not good), None)


def _sample(example: str) -> str:
    value = example.split("=", 1)[1] if "=" in example else example
    return value.strip().strip('"”“').strip() if "&" not in value else ""


def _when(note: str, names: dict[str, str]) -> str:
    match = _CONDITION.search(note)
    if match and match[1] in names:
        line = note[match.start() :].partition("\n")[0]
        return f"{names[match[1]]}=" + "|".join(re.findall(r'"([^"]+)"', line))
    return ""


def _clause(api: Api, grid: Grid, number: str) -> str:
    return f"{api.document} {grid.title} " + (f"№{number}" if number not in ("", "0") else "（項番なし）")


def _responses(grid: Grid, head: Header, end: int, api: Api, system: str, into: Import) -> None:
    status, stack = "", list[str]()
    for row in range(head.first, end):
        cells = grid.row_cells(row)
        if not cells:
            continue
        if section := _SECTION.search(" ".join(cells.values())):
            status, stack = section[1], []
            into.leave(grid, row, "section-title")
            continue
        first, last = head.columns["レスポンスオブジェクト名"], head.columns["項目名"]
        column = next((column for column in sorted(cells) if first <= column < last), 0)
        level = grid.text(row, head.columns["レベル"])
        if not column or not level.isdecimal() or wide(level):
            _closing(grid, row, cells, into)
        elif level == "1":
            stack = []
            into.leave(grid, row, "body-itself")
        elif sound(grid, head, row, ("項目名",), into):
            stack = [*stack[: int(level) - 2], cells[column]]
            _response(grid, head, row, _Node(status=status, path=tuple(stack), column=column), api, system, into)
    into.region(grid, head, end - 1)


def _closing(grid: Grid, row: int, cells: Mapping[int, str], into: Import) -> None:
    text = " ".join(cells.values())
    if re.search(r"[\]}]", text):
        into.leave(grid, row, "closing-row")
    elif plain(text) == "エラーコード一覧":
        into.leave(grid, row, "table-title")
    else:
        into.problem(grid, row, min(cells), "no-object-name", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """Where a response row stands: the status of its section, the names down to it, and the column of its own name."""

    status: str
    path: tuple[str, ...]
    column: int


def _response(grid: Grid, head: Header, row: int, node: _Node, api: Api, system: str, into: Import) -> None:
    cell = {name: grid.text(row, column) for name, column in head.columns.items()}
    if node.path[0] == "result" and len(node.path) == 2:
        _result(grid, head, row, node, api, system, into)
        return
    kind = _shape(cell["データ型"])
    length = _digits(cell)
    if not kind or wide(length):
        width = head.columns.get("桁数", head.columns["データ型"])
        place, reason = (width, "wide-digits") if kind else (head.columns["データ型"], "not-a-type")
        into.problem(grid, row, place, reason, grid.text(row, place))
        return
    if not into.once(grid, row, node.column, "name-twice", node.status, ".".join(node.path)):
        return
    said = _response_row(cell, kind, node, api, grid)
    into.responses.append(said)
    line = len(into.responses)
    into.take_row(grid, head, row, RESPONSES, line, _RESPONSE_COLUMNS, {**said, "桁数": said["桁数"] or length})
    into.take(grid, row, node.column, Use(table=RESPONSES, line=line, column="パス"))


def _result(grid: Grid, head: Header, row: int, node: _Node, api: Api, system: str, into: Import) -> None:
    """A row of the result's list is an item like those of the request."""
    values = _item(grid, head, row, into)
    name = node.path[1]
    if values is None or not into.once(grid, row, node.column, "romaji-twice", api.name + RESULT, name):
        return
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        into.problem(grid, row, node.column, "not-romaji", name)
        return
    null = grid.text(row, head.columns["null設定有無"]) if "null設定有無" in head.columns else ""
    example = grid.text(row, head.columns["記述例"]) if "記述例" in head.columns else ""
    values.update(
        {
            "業務ID": system,
            "データ項目（ローマ字）": name,
            "グループ": api.name + RESULT,
            "null設定有無": CIRCLE if null in ("〇", "○") else "",
            "サンプル値": _member(example, name),
            "典拠": f"{_clause(api, grid, values['項番'])}（{node.status}）",
        }
    )
    into.items.append(values)
    line = len(into.items)
    into.take_row(grid, head, row, ITEMS, line, _ITEM_COLUMNS, {**values, "null設定有無": null})
    into.take(grid, row, head.columns["レベル"], Use(table=ITEMS, line=line, column="グループ"))
    into.take(grid, row, node.column, Use(table=ITEMS, line=line, column="データ項目（ローマ字）"))


def _response_row(cell: dict[str, str], kind: str, node: _Node, api: Api, grid: Grid) -> dict[str, str]:
    fixed = match[1] if (match := _FIXED.search(cell.get("備考", ""))) else ""
    if not fixed and node.path[-1] in ("title", "href"):
        fixed = _member(cell.get("記述例", ""), node.path[-1])
    return {
        "連携ID": api.linkage,
        "状態コード": node.status,
        "項番": cell["項番"],
        "パス": ".".join(node.path),
        "項目名": cell["項目名"],
        "データ型": kind,
        "桁数": digits(_digits(cell)),
        "必須": cell["必須"],
        "null設定有無": CIRCLE if cell.get("null設定有無", "") in ("〇", "○") else "-",
        "固定値": fixed,
        "最小件数": "1" if kind == "配列" else "",
        "典拠": f"{_clause(api, grid, cell['項番'])}（{node.status}）",
        **{name: cell.get(name, "") for name in RESPONSE_TEXTS},
    }


def _shape(text: str) -> str:
    kind = plain(text)
    if "配列" in kind:
        return "配列"
    return {"構造化": "構造化", "X,N混在": "混在", "N": "N", "X": "X"}.get(kind, "")


def _member(example: str, name: str) -> str:
    match = re.search(rf'"{re.escape(name)}"\s*:\s*"?([^",}}\n]+)"?', example)
    if match is None:
        match = re.search(rf'{re.escape(name)}"?\s*:\s*"?([^",}}\n]+)"?', example)
    return match[1].strip() if match else ""


def _errors(grid: Grid, api: Api, into: Import) -> int:
    head = grid.header(ERROR_HEADINGS)
    if head is None:
        return grid.rows + 1
    for row in range(head.first, grid.rows + 1):
        if not grid.row_cells(row) or not sound(grid, head, row, ("エラーコード",), into):
            continue
        cell = {name: grid.text(row, column) for name, column in head.columns.items()}
        code = cell["エラーコード"]
        if not re.fullmatch("E[0-9]{4}", code):
            into.problem(grid, row, head.columns["エラーコード"], "not-an-error-code", code)
        elif into.once(grid, row, head.columns["エラーコード"], "code-twice", "エラーコード", code):
            clause = f"{api.document} {grid.title} エラーコード一覧 №{cell['項番']}"
            said = {**{key: cell.get(key, "") for key in (*ERROR_HEADINGS, "備考")}, "典拠": clause}
            into.errors.append(said)
            into.take_row(grid, head, row, ERRORS, len(into.errors), {name: name for name in said}, said)
    into.region(grid, head, grid.rows)
    return head.row
