"""What a consumer holds beside what the files say: rows that are missing or too many, and cells that differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from renkei.flow.contract import Item
from renkei.flow.facade import Record
from renkei.flow.phrase import phrase
from renkei.kit.columns import LATEST, PERSON, masked, shown_cell
from renkei.kit.facade import held_pages
from renkei.ports import Holdings

NUMBERS = ("9", "9V", "S9")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# So many differences are kept one by one, each of a kind of its own.
FIRST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row in force: its cells, and where it came from; not ``sound`` when it breaks a rule itself."""

    cells: tuple[str, ...]
    file: str
    line: int
    sound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The columns of a linkage by place."""

    items: tuple[Item, ...]
    keys: tuple[int, ...]
    latest: int

    @staticmethod
    def of(items: Sequence[Item]) -> Table:
        """The table of these items."""
        names = [item.romaji for item in items]
        keys = tuple(place for place, item in enumerate(items) if item.key)
        return Table(items=tuple(items), keys=keys, latest=names.index(LATEST) if LATEST in names else -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """One difference, as it may be shown: the rule it breaks, the column ("" for a whole row), and the row's place."""

    rule: str
    column: str
    expected: Any
    actual: Any
    file: str
    line: int

    def facts(self) -> dict[str, Any]:
        """What is kept as evidence."""
        return {
            "rule": self.rule,
            "line": self.line,
            "column": self.column,
            "expected": str(self.expected),
            "shown": str(self.actual),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """The first difference of each rule and column, and how many cells and rows were looked at."""

    compared: int
    first: tuple[Parting, ...]


def differences(table: Table, held: Mapping[tuple[str, ...], Row], holdings: Holdings, linkage: str) -> Differences:
    """How what is held departs from what has to be held; a consumer without histories holds the latest rows only."""
    records: list[Record] = []
    history = False
    for page in held_pages(holdings, linkage):
        records += page.records
        history = history or page.history
    told = {name for record in records for name in record.values}
    places = [place for place in table.keys if not records or table.items[place].romaji in told]
    wanted = [row for row in held.values() if history or table.latest < 0 or row.cells[table.latest] == "1"]
    by_key: dict[tuple[str, ...], Row] = {_key(table, places, row.cells): row for row in wanted}
    judge = _Judge(table)
    for record in records:
        if not history and not record.current:
            continue
        cells = tuple(record.values.get(item.romaji) or "" for item in table.items)
        row = by_key.pop(_key(table, places, cells), None)
        if row is None:
            judge.left_over(cells)
        elif row.sound:
            judge.compare(row, record)
    for row in by_key.values():
        if row.sound:
            judge.missing(row)
    judge.compared += 1
    return Differences(compared=judge.compared, first=tuple(judge.found.values())[:FIRST])


def _key(table: Table, places: Sequence[int], cells: Sequence[str]) -> tuple[str, ...]:
    """What names a row: numbers of persons and of histories are compared without leading zeros."""
    return tuple(_bare(table.items[place], cells[place]) for place in places)


def _bare(item: Item, cell: str) -> str:
    numeric = item.type in NUMBERS or item.romaji.endswith(PERSON)
    return cell.lstrip("0") if numeric else cell


class _Judge:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.compared = 0
        self.found: dict[tuple[str, str], Parting] = {}

    def compare(self, row: Row, record: Record) -> None:
        for item, wanted in zip(self.table.items, row.cells, strict=True):
            if item.romaji not in record.values:
                continue
            self.compared += 1
            came = record.values[item.romaji] or ""
            if came != wanted and not _same(item, wanted, came):
                self._note(_rule(item, wanted, came), item, row, shown_cell(item, wanted), shown_cell(item, came))

    def missing(self, row: Row) -> None:
        self._note("pair-row-missing", None, row, phrase("row-held"), phrase("nothing"))

    def left_over(self, cells: Sequence[str]) -> None:
        shown = "/".join(masked(cells[place]) for place in self.table.keys)
        row = Row(cells=tuple(cells), file="", line=0, sound=True)
        self._note("pair-row-left-over", None, row, phrase("no-such-row"), shown)

    def _note(self, rule: str, item: Item | None, row: Row, expected: Any, actual: Any) -> None:
        column = f"{item.romaji}（{item.name}）" if item else ""
        if (rule, column) not in self.found:
            self.found[rule, column] = Parting(
                rule=rule, column=column, expected=expected, actual=actual, file=row.file, line=row.line
            )


def _same(item: Item, wanted: str, came: str) -> bool:
    """Whether two spellings come to the same: zeros before a number of type 9, seconds that are none, more padding."""
    if item.type in NUMBERS:
        return all(map(_NUMBER.fullmatch, (wanted, came))) and Decimal(wanted) == Decimal(came)
    if item.type == "TIME":
        return _seconds(wanted) == _seconds(came)
    return item.romaji.endswith(PERSON) and len(came) > len(wanted) and came.lstrip("0") == wanted.lstrip("0")


def _seconds(time: str) -> str:
    return f"{time}:00" if len(time) == len("09:00") else time


def _rule(item: Item, wanted: str, came: str) -> str:
    if came and came.isdigit() and wanted != came and wanted.lstrip("0") == came.lstrip("0"):
        return "leading-zeros-lost"
    if item.type == "N" and came and wanted:
        return "character-changed"
    return "pair-value-differs"
