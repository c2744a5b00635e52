"""Whether what arrives is what was agreed: the marker, the header, and each cell by its type."""

import csv
import functools
import io
import json
import re
from collections.abc import Callable
from typing import Any

from mocks.gyomu.contract import Linkage, accepted_headings

Row = list[str]
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def marker(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def read_rows(content: bytes, form: Linkage, *, one_edition: bool = False) -> list[Row] | None:
    """The rows under the agreed header, of this edition or of one that is still accepted; None when it is not that."""
    try:
        header, *rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    except (UnicodeDecodeError, ValueError, csv.Error):
        return None
    if header == form.header:
        return rows
    if one_edition or header not in accepted_headings(form.id):
        return None
    # Of an edition that is still accepted: cells go by the names of their columns, what it did not have is empty.
    places = [header.index(name) if name in header else -1 for name in form.header]
    return [[row[place] if 0 <= place < len(row) else "" for place in places] for row in rows]


def row_fault(form: Linkage, row: Row) -> str:
    """Why a row cannot be taken; empty when it can."""
    if len(row) != len(form.items):
        return "another number of cells than columns"
    for item, cell in zip(form.items, row, strict=True):
        if not cell:
            if item.required or item.key:
                return f"{item.romaji}: empty"
        elif why := _cell_fault(item.kind, item.size, cell):
            return f"{item.romaji}: {why}"
    return ""


@functools.lru_cache(maxsize=100_000)
def _cell_fault(kind: str, size: str, cell: str) -> str:
    if not _KINDS[kind](cell):
        return f"not of type {kind}"
    if kind in {"X", "N"} and len(_SELECTOR.sub("", cell)) > int(size):
        return f"longer than {size}"
    return ""


# A variation selector belongs to the character before.
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_HALF = re.compile("[ -~]")
_OTHER_THAN_HALF = re.compile("[^ -~｡-ﾟ]")
_KINDS: dict[str, Callable[[str], bool]] = {
    "X": lambda cell: _OTHER_THAN_HALF.search(cell) is None,
    "N": lambda cell: _HALF.search(cell) is None,
    "9": lambda cell: cell.isascii() and cell.isdigit(),
    "S9": lambda cell: _NUMBER.fullmatch(cell) is not None and "." not in cell,
    "9V": lambda cell: _NUMBER.fullmatch(cell) is not None,
    "YEAR": lambda cell: re.fullmatch(r"\d{4}", cell) is not None,
    "DATE": lambda cell: _DATE.fullmatch(cell) is not None,
    "TIME": lambda cell: _TIME.fullmatch(cell) is not None,
    "BLOB": lambda cell: cell.isascii(),
}
