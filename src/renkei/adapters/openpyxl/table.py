"""What an import yields: rows in the columns of the contract tables, and an account of every cell of the workbook."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from renkei.adapters.openpyxl.grid import Grid, Header
from renkei.tables.reader import ITEM_COLUMNS, ITEM_TEXTS, TYPES

CIRCLE = "○"
ITEMS, RESPONSES, ERRORS = "items.csv", "responses.csv", "errors.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One row or cell that was not taken over, with the reason as a message code."""

    place: str
    reason: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Where a cell went: the table, its row (from 1, headings not counted) and column."""

    table: str
    line: int
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The rows of a sheet that a table stands in, headings included."""

    head: Header
    last: int


@dataclass(slots=True, kw_only=True)
class Import:
    """The rows found so far, by table, with the problems, and what became of each cell by (sheet, row, column)."""

    items: list[dict[str, str]] = field(default_factory=list)
    responses: list[dict[str, str]] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    uses: dict[tuple[str, int, int], Use] = field(default_factory=dict)
    unread: dict[tuple[str, int, int], str] = field(default_factory=dict)
    regions: dict[str, list[Region]] = field(default_factory=dict)
    firsts: dict[tuple[str, ...], str] = field(default_factory=dict)

    def problem(self, grid: Grid, row: int, column: int, reason: str, value: str = "") -> None:
        """Record a place that could not be read."""
        self.problems.append(Problem(place=grid.place(row, column), reason=reason, value=value[:80]))

    def leave(self, grid: Grid, row: int, reason: str) -> None:
        """Record a row that carries no data (a closing bracket, an end mark)."""
        for column in grid.row_cells(row):
            self.unread.setdefault((grid.title, row, column), reason)

    def take(self, grid: Grid, row: int, column: int, use: Use) -> None:
        """Record that a cell is in a table."""
        if column in grid.row_cells(row):
            self.uses[(grid.title, row, column)] = use

    def take_row(
        self,
        grid: Grid,
        head: Header,
        row: int,
        table: str,
        line: int,
        columns: Mapping[str, str],
        said: Mapping[str, str],
    ) -> None:
        """Record the cells of a row by their headings; a column that stayed empty in the table was not taken."""
        for heading, name in columns.items():
            if heading in head.columns and said.get(name):
                self.take(grid, row, head.columns[heading], Use(table=table, line=line, column=name))

    def region(self, grid: Grid, head: Header, last: int) -> None:
        """Record where a table stands; a table without rows is a problem."""
        self.regions.setdefault(grid.title, []).append(Region(head=head, last=last))
        if not any(head.first <= row <= last for row in grid.own):
            self.problem(grid, head.row, min(head.columns.values()), "no-rows")

    def once(self, grid: Grid, row: int, column: int, reason: str, *key: str) -> bool:
        """Whether nothing before has this key; what is said twice is a problem that names the first place."""
        before = self.firsts.setdefault((reason, *key), grid.place(row, column))
        if before == grid.place(row, column):
            return True
        self.problem(grid, row, column, reason, f"{key[-1]} = {before}")
        return False


def sound(grid: Grid, head: Header, row: int, naming: tuple[str, ...], into: Import) -> bool:
    """Whether a row of a table can be read as one: shown, not merged with others, no cell beyond belief."""
    columns = sorted(set(head.columns.values()))
    count = len(into.problems)
    if row in grid.hidden:
        into.problem(grid, row, min(grid.row_cells(row)), "hidden-row", " ".join(grid.row_cells(row).values()))
    for span in grid.spans:
        if not span.top <= row <= span.bottom:
            continue
        covered = [column for column in columns if span.left <= column <= span.right]
        if len(covered) > 1:
            into.problem(grid, row, span.left, "merged-columns", grid.text(span.top, span.left))
        elif span.bottom > span.top and covered and covered[0] in [head.columns.get(name) for name in naming]:
            into.problem(grid, row, span.left, "merged-rows", grid.text(span.top, span.left))
    for column in columns:
        if grid.broken.get((row, column)) == "date-cell":
            into.problem(grid, row, column, "date-cell", grid.text(row, column))
    return len(into.problems) == count


def data_type(text: str) -> str:
    """The data type in half-width letters, "" when it is none of the legend."""
    kind = unicodedata.normalize("NFKC", text).strip().upper()
    return kind if kind in TYPES else ""


def digits(text: str) -> str:
    """The 桁数 as half-width digits (``n`` or ``n,m``), "" when it is neither."""
    plain = text.replace(" ", "").replace("、", ",").replace("，", ",")
    return plain if re.fullmatch(r"[1-9][0-9]*(,[0-9]+)?", plain, re.ASCII) else ""


def wide(text: str) -> bool:
    """Whether full-width digits stand where a number or code is meant."""
    return bool(re.search("[０-９]", text))


def fixed_by_text(length: str, *texts: str) -> bool:
    """Whether the words themselves fix the length (「6桁のコード値」)."""
    joined = unicodedata.normalize("NFKC", "\n".join(texts))
    return f"{length}桁のコード値" in joined


def item_row(**values: str) -> dict[str, str]:
    """A row of items.csv with every column, those not given empty."""
    return {column: values.get(column, "") for column in (*ITEM_COLUMNS, *ITEM_TEXTS)}
