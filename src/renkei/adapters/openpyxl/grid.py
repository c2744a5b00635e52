"""A worksheet as a grid of plain text: merged cells hold the value of their first cell, formulas their last result."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from renkei.adapters.openpyxl.package import MAX_CELLS, has_formulas, inspect
from renkei.errors import ContractError

# Everything that the library raises for a file whose parts do not fit together.
BROKEN = (
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    RuntimeError,
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)
_OTHER_BOOK = re.compile(r"\[[^\]]+\][^\[\]!]*!")
_ERROR_VALUE = re.compile(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where a table begins: its heading row, its first data row, and the column of each heading."""

    row: int
    first: int
    columns: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A merged area."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One sheet; cells are addressed by (row, column) from 1, and ``own`` are cells with text that no merge gave them.

    ``broken`` are cells whose content is not to be believed, with a reason code; ``hidden`` are rows nobody sees.
    """

    title: str
    rows: int
    columns: int
    cells: Mapping[tuple[int, int], str]
    own: Mapping[int, Mapping[int, str]]
    broken: Mapping[tuple[int, int], str]
    hidden: frozenset[int]
    spans: tuple[Span, ...]

    def text(self, row: int, column: int) -> str:
        """The text of a cell ("" when empty), outer white space removed."""
        return self.cells.get((row, column), "")

    def row_cells(self, row: int) -> Mapping[int, str]:
        """The cells of a row that have text of their own (not by a merge from above)."""
        return self.own.get(row, {})

    def header(self, wanted: tuple[str, ...]) -> Header | None:
        """The first row that has all these headings; headings of the row below refine those above them."""
        for row in sorted(self.own):
            found = self._headings(row)
            if set(wanted) <= set(found):
                return self._refined(row, found)
        return None

    def nearest(self, wanted: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
        """The row with most of these headings, and those it lacks; (0, all) for a grid with less than half of them."""
        best, lacking = 0, wanted
        for row in sorted(self.own):
            absent = tuple(name for name in wanted if name not in self._headings(row))
            if len(absent) < len(lacking) and 2 * len(absent) <= len(wanted):
                best, lacking = row, absent
        return best, lacking

    def _headings(self, row: int) -> dict[str, int]:
        return {plain(text): column for column, text in sorted(self.row_cells(row).items(), reverse=True)}

    def _refined(self, row: int, found: dict[str, int]) -> Header:
        below = self._headings(row + 1)
        numbers = any(text.isdigit() for text in below)
        if below and not numbers and len(below) <= len(found) and all(len(text) <= 6 for text in below):
            return Header(
                row=row, first=row + 2, columns={**found, **{k: v for k, v in below.items() if k not in found}}
            )
        return Header(row=row, first=row + 1, columns=found)

    def place(self, row: int, column: int) -> str:
        """The address of a cell as people read it (``シート!C12``)."""
        return f"{self.title}!{address(row, column)}"


def address(row: int, column: int) -> str:
    """A cell's address within its sheet."""
    return f"{get_column_letter(column)}{row}"


def plain(text: str) -> str:
    """A heading without line breaks and spaces, full-width letters and digits made half-width."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def read_grids(path: Path) -> tuple[Grid, ...]:
    """Every sheet of a workbook; refuses files that are no workbook or unpack to an absurd size."""
    inspect(path)
    shown = _load(path, shown=True)
    written = _load(path, shown=False) if has_formulas(path) else shown
    return tuple(_grid(sheet, written[sheet.title], path) for sheet in shown.worksheets)


def _load(path: Path, *, shown: bool) -> Workbook:
    try:
        return openpyxl.load_workbook(path, data_only=shown)
    except BROKEN as error:
        raise ContractError("workbook-unreadable", file=path.name, reason=str(error)[:200]) from error


def _grid(sheet: Worksheet, written: Worksheet, path: Path) -> Grid:
    area = sheet.max_row * sheet.max_column
    if area > MAX_CELLS:
        raise ContractError("workbook-too-large", file=path.name, place=sheet.title, size=area, limit=MAX_CELLS)
    cells: dict[tuple[int, int], str] = {}
    own: dict[int, dict[int, str]] = {}
    broken: dict[tuple[int, int], str] = {}
    for number, row in enumerate(sheet.iter_rows(), 1):
        for column, cell in enumerate(row, 1):
            place = (number, column)
            if reason := _distrust(cell.value, written.cell(*place).value):
                broken[place] = reason
            if cell.value is not None and (text := _text(cell.value)):
                cells[place] = text
                own.setdefault(number, {})[column] = text
    spans = tuple(
        Span(top=area.min_row, left=area.min_col, bottom=area.max_row, right=area.max_col)
        for area in sorted(sheet.merged_cells.ranges, key=lambda area: (area.min_row, area.min_col))
    )
    for span in spans:
        if value := cells.get((span.top, span.left)):
            for below in range(span.top + 1, span.bottom + 1):
                cells.setdefault((below, span.left), value)
    return Grid(
        title=sheet.title,
        rows=sheet.max_row,
        columns=sheet.max_column,
        cells=cells,
        own=own,
        broken=broken,
        hidden=frozenset(number for number, row in sheet.row_dimensions.items() if row.hidden and number in own),
        spans=spans,
    )


def _distrust(value: object, written: object) -> str:
    """Why a cell's content is not to be believed, "" when it is."""
    if isinstance(written, str) and written.startswith("="):
        if value is None:
            return "formula-without-value"
        if _OTHER_BOOK.search(written):
            return "other-workbook"
    if isinstance(value, str) and _ERROR_VALUE.match(value):
        return "error-value"
    return "date-cell" if isinstance(value, dt.date | dt.time | dt.timedelta) else ""


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    lines = str(value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n ")
