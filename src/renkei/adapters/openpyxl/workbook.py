"""Import of one official workbook: the kind is recognised by its headings, and nothing is dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from renkei.adapters.openpyxl.apisheet import (
    CALL_HEADINGS,
    ERROR_HEADINGS,
    REQUEST_HEADINGS,
    RESPONSE_HEADINGS,
    find_api,
    import_api,
)
from renkei.adapters.openpyxl.grid import Grid, read_grids
from renkei.adapters.openpyxl.itemsheet import CODE_HEADINGS, ITEM_HEADINGS, import_items
from renkei.adapters.openpyxl.leftover import Cell, account
from renkei.adapters.openpyxl.package import texts_beside
from renkei.adapters.openpyxl.table import ERRORS, ITEMS, RESPONSES, Import, Problem
from renkei.errors import ContractError
from renkei.tables.reader import (
    CODE_COLUMNS,
    CODE_TEXTS,
    ERROR_COLUMNS,
    ITEM_COLUMNS,
    ITEM_TEXTS,
    RESPONSE_COLUMNS,
    RESPONSE_TEXTS,
)

FORMS = {
    "api": (CALL_HEADINGS, REQUEST_HEADINGS, RESPONSE_HEADINGS, ERROR_HEADINGS),
    "items": (ITEM_HEADINGS, CODE_HEADINGS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table that an import gives: its file name, columns and rows."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The tables of a workbook, what could not be read, and the account of all its cells.

    ``beside`` counts the texts of figures and comments, which are no cells and in no table.
    """

    tables: tuple[Table, ...]
    problems: tuple[Problem, ...]
    cells: tuple[Cell, ...]
    beside: Mapping[str, int]

    def rows(self, name: str) -> tuple[dict[str, str], ...]:
        """The rows of one table, none when there is no such table."""
        return next((table.rows for table in self.tables if table.name == name), ())


def import_workbook(path: Path, *, kind: str = "", system: str = "", document: str = "") -> Imported:
    """The tables of a workbook; ``kind`` forces api or items, ``system`` is the 業務ID of an API specification.

    ``document`` is how the tables cite it; what the cover sheet says when it is empty.
    """
    grids = read_grids(path)
    into = Import()
    _missing(grids, kind, into)
    cited = document or _document(grids)
    api = find_api(grids, _document(grids), into)
    if kind == "api" or (not kind and api is not None):
        if api is None:
            raise ContractError("workbook-not-recognised", file=path.name, kind="api")
        import_api(grids, api.cited(cited), system, into)
    elif not import_items(grids, cited or path.stem, into) and not into.problems:
        raise ContractError("workbook-not-recognised", file=path.name, kind=kind or "api / items")
    _distrusted(grids, into)
    return Imported(
        tables=_tables(into),
        problems=tuple(into.problems),
        cells=account(grids, into),
        beside=texts_beside(path),
    )


def _missing(grids: tuple[Grid, ...], kind: str, into: Import) -> None:
    """A sheet that has most headings of a table but not all is no sheet without a table."""
    forms = [wanted for name, forms in FORMS.items() if kind in ("", name) for wanted in forms]
    for grid in grids:
        if any(grid.header(wanted) for wanted in forms):
            continue
        row, lacking = min((grid.nearest(wanted) for wanted in forms), key=lambda found: (not found[0], len(found[1])))
        if row:
            into.problem(grid, row, min(grid.row_cells(row)), "missing-columns", ", ".join(lacking))


def _distrusted(grids: tuple[Grid, ...], into: Import) -> None:
    for grid in grids:
        for (row, column), reason in sorted(grid.broken.items()):
            if reason != "date-cell":
                into.problem(grid, row, column, reason, grid.text(row, column))


def _tables(into: Import) -> tuple[Table, ...]:
    tables = [
        Table(name=ITEMS, columns=(*ITEM_COLUMNS, *ITEM_TEXTS), rows=tuple(into.items)),
        Table(name=RESPONSES, columns=(*RESPONSE_COLUMNS, *RESPONSE_TEXTS), rows=tuple(into.responses)),
        Table(name=ERRORS, columns=ERROR_COLUMNS, rows=tuple(into.errors)),
        *(
            Table(name=f"codes/{name}.csv", columns=(*CODE_COLUMNS, *CODE_TEXTS), rows=tuple(rows))
            for name, rows in into.codes.items()
        ),
    ]
    return tuple(table for table in tables if table.rows)


def _document(grids: tuple[Grid, ...]) -> str:
    """Title and version of the cover sheet (表紙), "" without one."""
    cover = next((grid for grid in grids if grid.title == "表紙"), None)
    if cover is None:
        return ""
    texts = [text for row in sorted(cover.own) for _, text in sorted(cover.own[row].items())]
    title = next((text for text in texts if "仕様" in text and "\n" not in text), "")
    version = next((text for text in texts if re.fullmatch("第[0-9.]+版", text)), "")
    return f"{title} {version}".strip()
