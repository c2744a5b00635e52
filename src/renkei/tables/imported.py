"""What an import of an official workbook gives, compared with the tables that are kept: every difference has a reason."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from renkei.tables.reader import read_rows

REASONS = "imported.csv"
REASON_COLUMNS = ("資料", "表", "行", "列", "資料の値", "表の値", "理由", "根拠")
# What tells one row of a table from another.
KEYS = {
    "items.csv": ("グループ", "データ項目（ローマ字）"),
    "responses.csv": ("連携ID", "状態コード", "パス"),
    "errors.csv": ("エラーコード",),
}
CODE_KEY = ("コード値",)
_Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One cell that differs, or (``column`` empty) one row that only one side has: what each side says."""

    table: str
    row: str
    column: str
    theirs: str
    ours: str

    @property
    def key(self) -> tuple[str, ...]:
        """What a reason has to repeat to speak of this difference and no other."""
        return (self.table, self.row, self.column, self.theirs, self.ours)

    def words(self) -> dict[str, str]:
        """The values for a sentence about it, on one line each."""
        return {
            "table": self.table,
            "row": self.row,
            "column": self.column or "–",
            "theirs": _short(self.theirs),
            "ours": _short(self.ours),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a difference is there, with the ambiguity or requirement that it follows from ("" for none)."""

    text: str
    source: str


def _short(text: str) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= 40 else f"{line[:39]}…"


def read_reasons(files: Mapping[str, str], document: str) -> dict[tuple[str, ...], Reason]:
    """The reasons that are kept beside the tables for one document, by the difference that they explain."""
    if REASONS not in files:
        return {}
    return {
        (row["表"], row["行"], row["列"], row["資料の値"], row["表の値"]): Reason(
            text=row.text("理由"), source=row["根拠"]
        )
        for row in read_rows(files[REASONS], REASONS, REASON_COLUMNS)
        if row["資料"] == document
    }


def compare_tables(imported: Mapping[str, _Rows], files: Mapping[str, str]) -> tuple[Difference, ...]:
    """Every difference, table by table; of the tables kept, only the groups and answers that the workbook speaks of."""
    found: list[Difference] = []
    for name, keys in KEYS.items():
        if name in imported:
            found += _table(name, imported[name], _rows(files.get(name, "")), keys)
    lists = _lists(imported.get("items.csv", ()), _rows(files.get("items.csv", "")))
    for name, rows in imported.items():
        if name.startswith("codes/"):
            found += _codes(name, rows, lists.get(name[6:-4], ""), files)
    return tuple(found)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def _table(name: str, theirs: _Rows, ours: _Rows, keys: tuple[str, ...]) -> Iterator[Difference]:
    scope = {tuple(row[key] for key in keys[:-1]) for row in theirs}
    kept = {tuple(row[key] for key in keys): row for row in ours if tuple(row[key] for key in keys[:-1]) in scope}
    read = {tuple(row[key] for key in keys): row for row in theirs}
    for key, row in read.items():
        where = " ".join(key)
        if key not in kept:
            yield Difference(table=name, row=where, column="", theirs=_title(row), ours="")
            continue
        for column in row:
            if column in kept[key] and _same(column, row[column]) != _same(column, kept[key][column]):
                yield Difference(table=name, row=where, column=column, theirs=row[column], ours=kept[key][column])
    for key, row in kept.items():
        if key not in read:
            yield Difference(table=name, row=" ".join(key), column="", theirs="", ours=_title(row))


def _title(row: Mapping[str, str]) -> str:
    names = ("データ項目", "項目名", "エラー名", "コード値の内容")
    return next((row[name] for name in names if row.get(name)), "")


def _same(column: str, text: str) -> str:
    """Marks and type letters are the same in either width."""
    if column == "データ型":
        return unicodedata.normalize("NFKC", text)
    return text.replace("〇", "○").replace("◯", "○") if column in ("主キー", "外部キー", "null設定有無") else text


def _lists(theirs: _Rows, ours: _Rows) -> dict[str, str]:
    """The name that a code list has here, by its id in the workbook: the items that use it tell."""
    kept = {(row["グループ"], row["データ項目（ローマ字）"]): row["コード"] for row in ours}
    pairs = ((row["コード"], kept.get((row["グループ"], row["データ項目（ローマ字）"]), "")) for row in theirs)
    return {code: name for code, name in pairs if code and name}


def _codes(name: str, rows: _Rows, own: str, files: Mapping[str, str]) -> Iterator[Difference]:
    if f"codes/{own}.csv" not in files:
        yield Difference(table=name, row="", column="", theirs=rows[0].get("コード名", ""), ours="")
        return
    ours = _rows(files[f"codes/{own}.csv"])
    for item in _table(name, [{**row, "根拠": "", "典拠": ""} for row in rows], ours, CODE_KEY):
        if item.column not in ("根拠", "典拠"):
            yield item
