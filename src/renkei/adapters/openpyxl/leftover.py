"""The account of a workbook: every cell that has text is in a table, or is named with the reason why it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from renkei.adapters.openpyxl.grid import Grid, address
from renkei.adapters.openpyxl.table import Import, Region

ACCOUNT_COLUMNS = ("シート", "セル", "表", "行", "列", "表にしない理由", "内容")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell with text: where it went (``table``, row and column there), or the ``reason`` why it went nowhere."""

    sheet: str
    address: str
    table: str
    line: int
    column: str
    reason: str
    text: str

    def row(self, reason: str) -> dict[str, str]:
        """The cell as a row of the account, its reason in words."""
        line = str(self.line) if self.line else ""
        values = (self.sheet, self.address, self.table, line, self.column, reason, self.text)
        return dict(zip(ACCOUNT_COLUMNS, values, strict=True))


def account(grids: tuple[Grid, ...], into: Import) -> tuple[Cell, ...]:
    """Every cell that has text, in the order of sheets, rows and columns."""
    return tuple(cell for grid in grids for cell in _cells(grid, into))


def _cells(grid: Grid, into: Import) -> Iterator[Cell]:
    read = {(sheet, row) for sheet, row, _ in into.uses}
    for row, column, text in sorted((r, c, t) for r, cells in grid.own.items() for c, t in cells.items()):
        place = (grid.title, row, column)
        use = into.uses.get(place)
        reason = "" if use else into.unread.get(place) or _reason(grid, row, column, into, (grid.title, row) in read)
        yield Cell(
            sheet=grid.title,
            address=address(row, column),
            table=use.table if use else "",
            line=use.line if use else 0,
            column=use.column if use else "",
            reason=reason,
            text=text,
        )


def _reason(grid: Grid, row: int, column: int, into: Import, read: bool) -> str:
    regions = into.regions.get(grid.title, [])
    if not regions:
        return "sheet-without-table"
    region = next((region for region in reversed(regions) if region.head.row <= row <= region.last), None)
    if region is None:
        return "around-table"
    return _within(region, row, column, read)


def _within(region: Region, row: int, column: int, read: bool) -> str:
    if row < region.head.first:
        return "heading"
    if column not in region.head.columns.values():
        return "no-heading"
    return "no-column" if read else "unread-row"
