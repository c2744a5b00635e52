"""The sheets of an API specification workbook (API概要, リクエスト, レスポンス) as contract tables."""

from __future__ import annotations

import re
from dataclasses import dataclass

from renkei.adapters.openpyxl.grid import Grid, Header, plain
from renkei.adapters.openpyxl.table import CIRCLE, Import, data_type, digits, fixed_by_text, item_row
from renkei.tables.source import REQUEST, RESULT

REQUEST_HEADINGS = ("項番", "パラメータ名", "項目名", "必須", "データ型")
RESPONSE_HEADINGS = ("項番", "レベル", "レスポンスオブジェクト名", "項目名", "必須", "データ型")
ERROR_HEADINGS = ("項番", "エラーコード", "エラー名", "エラー内容")
CALL_HEADINGS = ("APIコール名", "操作種類")
_SECTION = re.compile(r"HTTPステータスコード：([0-9]{3})")
_FIXED = re.compile(r'"(.+)"固定値')
_CONDITION = re.compile(r'※※(.+?)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The API that a workbook describes: its call path, kind of operation, name and document."""

    call: str
    operation: str
    name: str
    document: str

    @property
    def linkage(self) -> str:
        """The last part of the call name, which is the linkage's id."""
        return self.call.rsplit("/", 1)[-1]


def find_api(grids: tuple[Grid, ...], document: str) -> Api | None:
    """The API of the overview sheet, or None when the workbook is no API specification."""
    for grid in grids:
        head = grid.header(CALL_HEADINGS)
        if head is not None:
            call = grid.text(head.first, head.columns["APIコール名"])
            operation = grid.text(head.first, head.columns["操作種類"])
            name = document.partition("API仕様")[0]
            return Api(call=call, operation=operation, name=name, document=document)
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
        if not grid.row_cells(row):
            continue
        romaji = grid.text(row, head.columns["パラメータ名"])
        if not re.fullmatch("[a-z][a-z0-9_]*", romaji):
            into.problem(grid.place(row, head.columns["パラメータ名"]), "not-romaji", romaji)
            continue
        values = _item(grid, head, row, into)
        if values is not None:
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


def _item(grid: Grid, head: Header, row: int, into: Import) -> dict[str, str] | None:
    cell = {name: grid.text(row, column) for name, column in head.columns.items()}
    kind, length = data_type(cell["データ型"]), digits(cell.get("桁数") or cell.get("データ長", ""))
    if not kind or not length:
        column = head.columns["データ型"] if not kind else head.columns.get("桁数", head.columns["データ型"])
        into.problem(grid.place(row, column), "not-a-type" if not kind else "not-a-length", grid.text(row, column))
        return None
    if cell["必須"] not in ("", "◎"):
        into.problem(grid.place(row, head.columns["必須"]), "not-a-mark", cell["必須"])
        return None
    note, meaning = cell.get("備考", ""), cell.get("項目説明", "")
    output = "必須" if cell["必須"] == "◎" else "条件付き必須" if "※※" in note else "任意"
    return item_row(
        項番=plain(cell["項番"]) or "0",
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
            continue
        first, last = head.columns["レスポンスオブジェクト名"], head.columns["項目名"]
        name = next((text for column, text in sorted(cells.items()) if first <= column < last), "")
        level = plain(grid.text(row, head.columns["レベル"]))
        if not name or not level.isdigit():
            _closing(grid, row, cells, into)
        elif level == "1":
            stack = []
        else:
            stack = [*stack[: int(level) - 2], name]
            _response(grid, head, row, _Node(status=status, path=tuple(stack)), api, system, into)


def _closing(grid: Grid, row: int, cells: dict[int, str], into: Import) -> None:
    text = " ".join(cells.values())
    if re.search(r"[\]}]", text):
        into.note(grid.place(row, min(cells)), "closing-row", text)
    elif plain(text) == "エラーコード一覧":
        into.note(grid.place(row, min(cells)), "table-title", text)
    else:
        into.problem(grid.place(row, min(cells)), "no-object-name", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """Where a response row stands: the status of its section and the names down to it."""

    status: str
    path: tuple[str, ...]


def _response(grid: Grid, head: Header, row: int, node: _Node, api: Api, system: str, into: Import) -> None:
    cell = {name: grid.text(row, column) for name, column in head.columns.items()}
    if node.path[0] == "result" and len(node.path) == 2:
        values = _item(grid, head, row, into)
        if values is not None:
            nullable = CIRCLE if cell.get("null設定有無", "") in ("〇", "○") else ""
            clause = f"{_clause(api, grid, values['項番'])}（{node.status}）"
            values.update(
                {
                    "業務ID": system,
                    "データ項目（ローマ字）": node.path[1],
                    "グループ": api.name + RESULT,
                    "典拠": clause,
                }
            )
            values.update({"null設定有無": nullable, "サンプル値": _member(cell.get("記述例", ""), node.path[1])})
            into.items.append(values)
        return
    kind = _shape(cell["データ型"])
    if not kind:
        into.problem(grid.place(row, head.columns["データ型"]), "not-a-type", cell["データ型"])
        return
    into.responses.append(_response_row(cell, kind, node, api, grid))


def _response_row(cell: dict[str, str], kind: str, node: _Node, api: Api, grid: Grid) -> dict[str, str]:
    fixed = match[1] if (match := _FIXED.search(cell.get("備考", ""))) else ""
    if not fixed and node.path[-1] in ("title", "href"):
        fixed = _member(cell.get("記述例", ""), node.path[-1])
    return {
        "連携ID": api.linkage,
        "状態コード": node.status,
        "項番": plain(cell["項番"]),
        "パス": ".".join(node.path),
        "項目名": cell["項目名"],
        "データ型": kind,
        "桁数": digits(cell.get("桁数") or cell.get("データ長", "")),
        "必須": cell["必須"],
        "null設定有無": "○" if cell.get("null設定有無", "") in ("〇", "○") else "-",
        "固定値": fixed,
        "最小件数": "1" if kind == "配列" else "",
        "典拠": f"{_clause(api, grid, plain(cell['項番']))}（{node.status}）",
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
        if not grid.row_cells(row):
            continue
        cell = {name: grid.text(row, column) for name, column in head.columns.items()}
        if not re.fullmatch("E[0-9]{4}", cell["エラーコード"]):
            into.problem(grid.place(row, head.columns["エラーコード"]), "not-an-error-code", cell["エラーコード"])
            continue
        clause = f"{api.document} {grid.title} エラーコード一覧 №{plain(cell['項番'])}"
        into.errors.append({**{key: cell.get(key, "") for key in (*ERROR_HEADINGS, "備考")}, "典拠": clause})
    return head.row
