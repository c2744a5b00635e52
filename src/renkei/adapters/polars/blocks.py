"""Blocks of CSV as frames: all columns, or some of them picked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from renkei.tableports import Suspect

BOM = b"\xef\xbb\xbf"
# The digest of cells that are all empty.
ABSENT = 0


def parsed(data: bytes, names: Sequence[str], places: Sequence[int] | None = None) -> pl.DataFrame:
    """The records of a block as text columns (or some of them), empty cells as null; PolarsError when they do not fit."""
    # polars takes a byte order mark off the front of whatever it reads; in the middle of a file it belongs to a cell.
    source = BOM + data if data.startswith(BOM) else data
    frame = pl.read_csv(
        source,
        has_header=False,
        columns=places,
        schema=dict.fromkeys(names, pl.String()),
        infer_schema=False,
        missing_columns="insert",
        extra_columns="raise",
        raise_if_empty=False,
    )
    # Two quotation marks are looked for only where there is one: that search is twenty times as dear.
    if b'"' in data and b'""' in data:
        # An empty cell is read as null, a quoted empty one as text without characters: both are the same to us.
        frame = frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
    return frame


def picked(data: bytes, width: int, places: Sequence[int]) -> pl.DataFrame:
    """The columns at these places, named by their order; one at -1 is empty."""
    names = [str(place) for place in range(width)]
    # The first column gives the frame its height where none is asked for.
    asked = sorted({0, *(place for place in places if place >= 0)})
    frame = parsed(data, names, asked)
    empty = pl.Series([None], dtype=pl.String()).new_from_index(0, frame.height)
    return pl.DataFrame(
        [(frame[names[place]] if place >= 0 else empty).alias(str(n)) for n, place in enumerate(places)]
    )


def rows(
    data: bytes, width: int, places: Sequence[int], suspects: Sequence[Suspect]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(number, cells) of the records of a block, or of those of them for which a suspect holds."""
    frame = picked(data, width, places).select(pl.all().fill_null("")).with_row_index(" ")
    if suspects:
        frame = frame.filter(pl.any_horizontal([_holds(suspect) for suspect in suspects]))
    for number, *cells in frame.iter_rows():
        yield number, tuple(cells)


def _holds(suspect: Suspect) -> pl.Expr:
    cell = pl.col(str(suspect.cell))
    if suspect.after:
        return cell > suspect.after
    found = cell.str.contains(suspect.pattern)
    return ~found if suspect.fails else found
