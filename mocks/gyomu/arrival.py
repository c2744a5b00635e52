"""Whether what arrives is what was agreed: the marker, the header, and each cell by its type."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from mocks.gyomu.contract import Item, Linkage, accepted_headings

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
    return next(
        (f"{item.romaji}: {why}" for item, cell in zip(form.items, row, strict=True) for why in _cell(item, cell)), ""
    )


def _cell(item: Item, cell: str) -> Iterator[str]:
    if not cell:
        if item.required or item.key:
            yield "empty"
        return
    if not _KINDS[item.kind](cell):
        yield f"not of type {item.kind}"
    if item.kind in {"X", "N"} and len(_plain(cell)) > int(item.size):
        yield f"longer than {item.size}"


def _plain(cell: str) -> str:
    """Without variation selectors: they belong to the character before."""
    return "".join(char for char in cell if not (0xFE00 <= ord(char) <= 0xFE0F or 0xE0100 <= ord(char) <= 0xE01EF))


_KINDS: dict[str, Callable[[str], bool]] = {
    "X": lambda cell: all(" " <= char <= "~" or "｡" <= char <= "ﾟ" for char in cell),
    "N": lambda cell: not any(" " <= char <= "~" for char in cell),
    "9": lambda cell: cell.isascii() and cell.isdigit(),
    "S9": lambda cell: _NUMBER.fullmatch(cell) is not None and "." not in cell,
    "9V": lambda cell: _NUMBER.fullmatch(cell) is not None,
    "YEAR": lambda cell: re.fullmatch(r"\d{4}", cell) is not None,
    "DATE": lambda cell: _DATE.fullmatch(cell) is not None,
    "TIME": lambda cell: _TIME.fullmatch(cell) is not None,
    "BLOB": lambda cell: cell.isascii(),
}
