"""Import of one official workbook: the kind is recognised by its headings, and nothing is dropped in silence."""

from __future__ import annotations

import re
from pathlib import Path

from renkei.adapters.openpyxl.apisheet import find_api, import_api
from renkei.adapters.openpyxl.grid import Grid, read_grids
from renkei.adapters.openpyxl.itemsheet import import_items
from renkei.adapters.openpyxl.table import Import
from renkei.errors import ContractError

KINDS = ("api", "items")


def import_workbook(path: Path, *, kind: str = "", system: str = "") -> Import:
    """The tables of a workbook; ``kind`` forces api or items, ``system`` is the 業務ID of an API specification."""
    grids = read_grids(path)
    into = Import()
    document = _document(grids)
    api = find_api(grids, document)
    if kind == "api" or (not kind and api is not None):
        if api is None:
            raise ContractError("workbook-not-recognised", file=path.name, kind="api")
        import_api(grids, api, system, into)
    elif not import_items(grids, document or path.stem, into):
        raise ContractError("workbook-not-recognised", file=path.name, kind=kind or "api / items")
    return into


def _document(grids: tuple[Grid, ...]) -> str:
    """Title and version of the cover sheet (表紙), "" without one."""
    cover = next((grid for grid in grids if grid.title == "表紙"), None)
    if cover is None:
        return ""
    texts = [cover.cells[place] for place in sorted(cover.own)]
    title = next((text for text in texts if "仕様" in text and "\n" not in text), "")
    version = next((text for text in texts if re.fullmatch("第[0-9.]+版", text)), "")
    return f"{title} {version}".strip()
