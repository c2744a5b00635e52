"""A worksheet as a grid of plain text: merged cells hold the value of their first cell, formulas their last result."""

from __future__ import annotations

import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from renkei.errors import ContractError

MAX_BYTES = 30_000_000
MAX_UNPACKED = 300_000_000
MAX_CELLS = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where a table begins: its heading row, its first data row, and the column of each heading."""

    row: int
    first: int
    columns: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One sheet; cells are addressed by (row, column) from 1, and ``anchors`` are cells that begin a merged area."""

    title: str
    rows: int
    columns: int
    cells: dict[tuple[int, int], str]
    own: frozenset[tuple[int, int]]

    def text(self, row: int, column: int) -> str:
        """The text of a cell ("" when empty), outer white space removed."""
        return self.cells.get((row, column), "")

    def row_cells(self, row: int) -> dict[int, str]:
        """The cells of a row that have text of their own (not by a merge from above)."""
        return {
            column: text for (line, column), text in self.cells.items() if line == row and (line, column) in self.own
        }

    def header(self, wanted: tuple[str, ...]) -> Header | None:
        """The first row that has all these headings; headings of the row below refine those above them."""
        for row in range(1, self.rows + 1):
            found = {plain(text): column for column, text in sorted(self.row_cells(row).items(), reverse=True)}
            if set(wanted) <= set(found):
                return self._refined(row, found)
        return None

    def _refined(self, row: int, found: dict[str, int]) -> Header:
        below = {plain(text): column for column, text in sorted(self.row_cells(row + 1).items(), reverse=True) if text}
        numbers = any(text.isdigit() for text in below)
        if below and not numbers and len(below) <= len(found) and all(len(text) <= 6 for text in below):
            return Header(
                row=row, first=row + 2, columns={**found, **{k: v for k, v in below.items() if k not in found}}
            )
        return Header(row=row, first=row + 1, columns=found)

    def place(self, row: int, column: int) -> str:
        """The address of a cell as people read it (``シート!C12``)."""
        return f"{self.title}!{get_column_letter(column)}{row}"


def plain(text: str) -> str:
    """A heading without line breaks and spaces, full-width letters and digits made half-width."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def read_grids(path: Path) -> tuple[Grid, ...]:
    """Every sheet of a workbook; refuses files that are no workbook or unpack to an absurd size."""
    _guard(path)
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ContractError("workbook-unreadable", file=path.name, reason=str(error)) from error
    return tuple(_grid(sheet, path) for sheet in book.worksheets)


def _guard(path: Path) -> None:
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (OSError, zipfile.BadZipFile) as error:
        raise ContractError("workbook-unreadable", file=path.name, reason=str(error)) from error
    if size > MAX_BYTES or unpacked > MAX_UNPACKED:
        raise ContractError("workbook-too-large", file=path.name, size=max(size, unpacked), limit=MAX_UNPACKED)


def _grid(sheet: Worksheet, path: Path) -> Grid:
    if sheet.max_row * sheet.max_column > MAX_CELLS:
        raise ContractError(
            "workbook-too-large", file=path.name, size=sheet.max_row * sheet.max_column, limit=MAX_CELLS
        )
    cells: dict[tuple[int, int], str] = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None and (text := _text(cell.value)):
                cells[(cell.row, cell.column)] = text
    own = frozenset(cells)
    for area in sheet.merged_cells.ranges:
        value = cells.get((area.min_row, area.min_col))
        if value is not None:
            for row_number in range(area.min_row + 1, area.max_row + 1):
                cells.setdefault((row_number, area.min_col), value)
    return Grid(title=sheet.title, rows=sheet.max_row, columns=sheet.max_column, cells=cells, own=own)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    lines = str(value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n ")
