"""Bytes that are no clean CSV as a lenient reader sees them: batches of records, each with a bound of its own.

A record ends at the latest where it is longer than any record can be, and a quotation mark that is never closed within
that length is a character like any other: one of them does not swallow the rest of a file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# A record over this is no record: 129 columns of 300 characters with selectors stay far below it.
MAX_RECORD = 1 << 20
# So many records with another number of cells are judged like others in one file; the rest is only counted.
MAX_RAGGED = 1000
SHOWN = 100
# Up to Python 3.11.4 (Debian 12 has 3.11.2) a group that is repeated with *+ forgets to go back to where its last, failed
# round began. A last alternative that never matches makes it go back, and means nothing to other versions.
_BACK = rb"|(?!)"
_QUOTES = rb'"(?:[^"]++|""' + _BACK + rb')*+"'
CELL = rb"(?:" + _QUOTES + rb'|[^",\r\n]*+)'
_CELLS = rb"(?:" + CELL + rb"," + _BACK + rb")*+" + CELL
RECORD = re.compile(_CELLS + rb"(?:\r?\n|\Z)")
_RUN = re.compile(rb"(?:" + _CELLS + rb"\r?\n" + _BACK + rb")*+")
_FIELD = re.compile(CELL + rb"(,|\r?\n|\Z)")
_QUOTED = re.compile(_QUOTES)
_BETWEEN = re.compile(rb'"[^"]*"?')


@dataclass(slots=True)
class Places:
    """Lines on which something is wrong: how many, and the first of them with a word on each."""

    count: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, word: str = "") -> None:
        """One more."""
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append((line, word))

    def take(self, other: Places, line: int) -> None:
        """Those of a part that begins on this line and counts its own from zero."""
        self.count += other.count
        self.first += [(line + place, word) for place, word in other.first[: SHOWN - len(self.first)]]


@dataclass(slots=True, kw_only=True)
class Batch:
    """Whole records that are read together: where they stand, and on which of their lines (from 0) what is broken.

    ``size`` bytes are read, which is fewer than there are when the last record is overlong; ``end`` is where the next
    batch begins.
    """

    start: int
    line: int
    size: int = 0
    end: int = 0
    misquoted: Places = field(default_factory=Places)
    unclosed: Places = field(default_factory=Places)
    overlong: Places = field(default_factory=Places)


@dataclass(slots=True)
class Mended:
    """The records of a batch with equally many cells each, as clean CSV, and their lines from 0.

    ``ragged`` had another number of cells (the word), ``shifted`` too many of them although their quoting is sound;
    ``passed`` were left out.
    """

    data: bytes = b""
    lines: list[int] = field(default_factory=list)
    ragged: Places = field(default_factory=Places)
    shifted: Places = field(default_factory=Places)
    passed: int = 0


def batches(data: bytes) -> Iterator[Batch]:
    """The batches of a block that ends with a record, or in the middle of an overlong one."""
    batch = Batch(start=0, line=0)
    position = line = 0
    while position < len(data):
        end, fault = _part(data, position)
        if end - batch.start > MAX_RECORD and position > batch.start:
            yield batch
            batch = Batch(start=position, line=line)
        if fault:
            {"misquoted": batch.misquoted, "unclosed": batch.unclosed}[fault].add(line - batch.line)
        batch.size, batch.end = min(end - batch.start, MAX_RECORD), end
        if batch.size < end - batch.start:
            batch.overlong.add(line - batch.line)
        line += data.count(b"\n", position, end)
        position = end
    if batch.end:
        yield batch


def _part(data: bytes, position: int) -> tuple[int, str]:
    """Where the next sound records end, or the next one record that is not sound, and what is wrong with its quoting."""
    limit = position + MAX_RECORD
    run = _RUN.match(data, position, limit)
    if run and run.end() > position:
        return run.end(), ""
    record = RECORD.match(data, position, limit)
    if record and record.end() == len(data):
        return record.end(), ""
    at = stuck(data, position, limit)
    end = data.find(b"\n", at) + 1 or len(data)
    if at >= min(limit, len(data)):
        return end, ""
    return end, "unclosed" if data[at : at + 1] == b'"' and not _QUOTED.match(data, at, limit) else "misquoted"


def stuck(data: bytes, position: int, limit: int) -> int:
    """Where the record that begins here stops being one."""
    while match := _FIELD.match(data, position, limit):
        position = match.end()
        if match[1] != b",":
            break
    return position


def mended(data: bytes, declared: int, width: int, *, ragged: int) -> Mended:
    """The records of a batch, each with ``width`` cells; so many with other than the declared number are taken."""
    found = Mended()
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for line, cells, fault in _lenient(data):
        if len(cells) != declared:
            found.ragged.add(line, str(len(cells)))
            if len(cells) > declared and not fault:
                found.shifted.add(line)
            if found.ragged.count > ragged:
                found.passed += 1
                continue
        found.lines.append(line)
        writer.writerow([*cells[:width], *[""] * (width - len(cells))])
    found.data = out.getvalue().encode()
    return found


def first_record(data: bytes) -> list[str]:
    """The cells of the first record, whatever the bytes are."""
    return next((cells for _, cells, _ in _lenient(data)), [])


def bare_ends(data: bytes) -> int:
    """Line ends that are not CRLF, outside of quotation marks."""
    outside = _BETWEEN.sub(b'"', data) if b'"' in data else data
    return outside.count(b"\n") - outside.count(b"\r\n")


def _lenient(data: bytes) -> Iterator[tuple[int, list[str], str]]:
    """(line from 0, cells, fault) of every record; a carriage return alone ends one but begins no new line."""
    position = line = 0
    while position < len(data):
        end, fault = _part(data, position)
        for inner, cells in _cells(data[position:end]):
            yield line + inner, cells, fault
        line += data.count(b"\n", position, end)
        position = end


def _cells(data: bytes) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(1 << 30)
    ended = 0

    def source() -> Iterator[str]:
        nonlocal ended
        for text in io.StringIO(data.decode("utf-8", "replace"), newline=""):
            ended += text.endswith("\n")
            yield text

    before = 0
    for cells in csv.reader(source()):
        yield before, cells
        before = ended
