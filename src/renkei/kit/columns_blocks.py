"""A CSV file as a stream of blocks of whole records, with everything said of its form on the way (RFC 4180).

Bytes outside quotation marks are only counted, by block; a record is looked at singly where a quotation mark stands
in it, or where the counts of its block do not fit. Memory is bounded by the block, not by the file.
"""

from __future__ import annotations

import bisect
import csv
import functools
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from renkei.flow.phrase import phrase
from renkei.ports import Block

BLOCK = 8 << 20
# A record over this is no record: 129 columns of 300 characters with selectors stay far below it.
MAX_RECORD = 1 << 20
# Columns beyond this are not judged (no item table has a tenth of it); the header's own rule names them.
WIDEST = 2048
SHOWN = 100
BOM = b"\xef\xbb\xbf"
_CELL = rb'(?:"(?:[^"]++|"")*+"|[^",\r\n]*+)'
_RECORD = re.compile(rb"(?:" + _CELL + rb",)*+" + _CELL + rb"(?:\r?\n|\Z)")
_LONE = re.compile(rb"\r(?!\n)")
_BETWEEN = re.compile(rb'"[^"]*"')
_FIELD = re.compile(_CELL + rb"(,|\r?\n|\Z)")


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


@dataclass(slots=True, kw_only=True)
class Form:
    """What the bytes of a file are like, apart from what stands in the cells. Filled while the blocks are read.

    ``bare`` counts line ends that are not CRLF, outside of quotation marks; ``undecodable`` names the first byte that
    is not UTF-8; ``misquoted`` are records that RFC 4180 does not allow or that a comma without quotation marks
    shifts; ``ragged`` are records with other than the header's number of cells, ``word`` being that number.
    """

    header: tuple[str, ...] = ()
    size: int = 0
    sha256: str = ""
    bom: bool = False
    undecodable: str = ""
    bare: int = 0
    misquoted: Places = field(default_factory=Places)
    ragged: Places = field(default_factory=Places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Where a block of whole records stands in its file, and which records and lines it holds.

    ``shifts`` are (record of the block, how many lines more than records there were before it). An unsound stretch
    does not parse as it stands and is mended each time it is read.
    """

    offset: int
    size: int
    row: int
    rows: int
    line: int
    shifts: tuple[tuple[int, int], ...]
    sound: bool


@dataclass(slots=True)
class _Quoted:
    """What stands between quotation marks in a block: line ends there, and how they move the lines of records.

    ``end`` is where the last whole record ends; ``faulty`` tells that some record is not of RFC 4180.
    """

    end: int = 0
    lf: int = 0
    crlf: int = 0
    cr: int = 0
    shifts: list[tuple[int, int]] = field(default_factory=list)
    faulty: bool = False


class Reader:
    """Reads a file once. ``form`` is whole when ``blocks`` is exhausted; ``stretches`` then lead back to any record."""

    def __init__(self, path: Path) -> None:
        self.form = Form()
        self.stretches: list[Stretch] = []
        self.rows = 0
        self._path = path
        self._hash = hashlib.sha256()
        with path.open("rb") as stream:
            head = stream.read(MAX_RECORD)
        self.form.bom = head.startswith(BOM)
        self._begin = len(BOM) if self.form.bom else 0
        self._line = 1
        self._head(head[self._begin :])

    def _head(self, data: bytes) -> None:
        """The header; lenient, since its faults are found by the rules on names and quoting."""
        match = _RECORD.match(data)
        if match is None:
            self.form.misquoted.add(1)
        record = match[0] if match else data[: data.find(b"\n") + 1 or len(data)]
        if not record:
            return
        self.form.bare += record.endswith(b"\n") and not record.endswith(b"\r\n")
        self._undecodable(record, 1)
        rows = list(_lenient(record))
        self.form.header = tuple(rows[0][1]) if rows else ()
        self._line += record.count(b"\n")
        self._begin += len(record)

    @property
    def width(self) -> int:
        """How many cells of a record are judged."""
        return min(len(self.form.header), WIDEST)

    def blocks(self, read: Callable[[bytes], Block | None]) -> Iterator[Block]:
        """The records after the header, as the engine reads them."""
        with self._path.open("rb") as stream:
            self._hash.update(stream.read(self._begin))
            offset, rest, final = self._begin, b"", False
            while not final:
                # Up to the end of a line, so that a block seldom has to be cut and carried over.
                chunk = stream.read(BLOCK), stream.readline(MAX_RECORD)
                for part in chunk:
                    self._hash.update(part)
                final = not chunk[0]
                data = b"".join((rest, *chunk))
                quoted = scanned(data, final=final)
                rest = data[quoted.end :]
                if quoted.end:
                    yield self._block(data[: quoted.end], offset, quoted, read)
                offset += quoted.end
        self.form.size = offset
        self.form.sha256 = self._hash.hexdigest()

    def _block(self, data: bytes, offset: int, quoted: _Quoted, read: Callable[[bytes], Block | None]) -> Block:
        block = None if quoted.faulty or not self.width or len(self.form.header) > WIDEST else read(data)
        bare = -1 if block is None else self._bare(data, quoted, block)
        sound = bare >= 0
        if block is None or not sound:
            block, bare = self._mended(data, read)
        self.form.bare += bare
        self.stretches.append(
            Stretch(
                offset=offset,
                size=len(data),
                row=self.rows,
                rows=block.rows,
                line=self._line,
                shifts=tuple(quoted.shifts),
                sound=sound,
            )
        )
        self.rows += block.rows
        self._line += quoted.lf + (block.rows if sound and data.endswith(b"\n") else data.count(b"\n") - quoted.lf)
        return block

    def _bare(self, data: bytes, quoted: _Quoted, block: Block) -> int:
        """Line ends of a block that are not CRLF, -1 when its bytes do not come to the records that the engine read."""
        if _LONE.search(data):
            crlf = data.count(b"\r\n") - quoted.crlf
            if data.count(b"\r") - quoted.cr != crlf:
                # A carriage return alone, outside of quotation marks: for some readers the end of a record.
                return -1
        else:
            crlf = data.count(b"\r") - quoted.crlf
        lines = crlf
        if crlf != block.rows:
            lines = data.count(b"\n") - quoted.lf
            if lines + (not data.endswith(b"\n")) != block.rows:
                return -1
        if block.open:
            outside = _BETWEEN.sub(b"", data) if b'"' in data else data
            if outside.count(b",") != (self.width - 1) * block.rows:
                return -1
        return lines - crlf

    def _mended(self, data: bytes, read: Callable[[bytes], Block | None]) -> tuple[Block, int]:
        """A block that is no clean CSV: its faults noted line by line, its records read leniently."""
        self._undecodable(data, self._line)
        width = len(self.form.header)
        for line in quoting_faults(data, width):
            self.form.misquoted.add(self._line + line - 1)
        for line, cells in _lenient(data):
            if len(cells) != width:
                self.form.ragged.add(self._line + line - 1, str(len(cells)))
        block = read(mended(data, self.width)) if self.width else _Nothing(rows=sum(1 for _ in _lenient(data)))
        if block is None:
            raise AssertionError("a mended block does not parse")
        outside = b"".join(data.split(b'"')[::2])
        return block, outside.count(b"\n") - outside.count(b"\r\n")

    def _undecodable(self, data: bytes, line: int) -> None:
        if self.form.undecodable:
            return
        try:
            data.decode()
        except UnicodeDecodeError as error:
            place = line + data.count(b"\n", 0, error.start)
            self.form.undecodable = phrase("byte-at-line", line=place, byte=f"{data[error.start]:02X}")

    def line(self, row: int) -> int:
        """The line on which a record begins."""
        stretch = self.stretches[max(bisect.bisect(self.stretches, row, key=lambda one: one.row) - 1, 0)]
        if not stretch.sound:
            return stretch.line + self._lines(stretch)[row - stretch.row] - 1
        place = bisect.bisect(stretch.shifts, (row - stretch.row, 1 << 62))
        return stretch.line + row - stretch.row + (stretch.shifts[place - 1][1] if place else 0)

    @functools.lru_cache(maxsize=4)  # noqa: B019 - a reader lives as long as its file is judged
    def _lines(self, stretch: Stretch) -> list[int]:
        return [line for line, _ in _lenient(self.raw(stretch))]

    def raw(self, stretch: Stretch) -> bytes:
        """The bytes of a stretch."""
        with self._path.open("rb") as stream:
            stream.seek(stretch.offset)
            return stream.read(stretch.size)

    def data(self, stretch: Stretch) -> bytes:
        """The records of a stretch as CSV that parses."""
        data = self.raw(stretch)
        return data if stretch.sound else mended(data, self.width)


@dataclass(frozen=True, slots=True)
class _Nothing:
    """The block of a file without columns."""

    rows: int
    open: bool = False


def scanned(data: bytes, *, final: bool) -> _Quoted:
    """What stands between quotation marks, up to the end of the last whole record."""
    found = _Quoted()
    position = counted = lines = 0
    while (mark := data.find(b'"', position)) >= 0:
        start = data.rfind(b"\n", position, mark) + 1 or position
        match = _RECORD.match(data, start)
        if match and (final or match[0].endswith(b"\n")):
            record = match[0]
            ends = record.endswith(b"\n")
            inner = record.count(b"\n") - ends
            if inner or b"\r" in record[:-2]:
                lines += data.count(b"\n", counted, start)
                counted = match.end()
                found.crlf += record.count(b"\r\n") - record.endswith(b"\r\n")
                found.cr += record.count(b"\r") - record.endswith(b"\r\n")
                found.lf += inner
                lines += ends
                found.shifts.append((lines, found.lf))
            position = match.end()
        elif not final and len(data) - start <= MAX_RECORD:
            found.end = start
            return found
        else:
            found.faulty = True
            position = data.find(b"\n", _stuck(data, start)) + 1 or len(data)
    found.end = len(data) if final else data.rfind(b"\n", position) + 1 or position
    if not found.end and len(data) > MAX_RECORD:
        found.end, found.faulty = len(data), True
    return found


def _stuck(data: bytes, position: int) -> int:
    """Where the record that begins here stops being one."""
    while match := _FIELD.match(data, position):
        position = match.end()
        if match[1] != b",":
            break
    return position


def quoting_faults(data: bytes, width: int) -> tuple[int, ...]:
    """Lines on which records depart from RFC 4180 quoting, or on which an unquoted comma shifts the columns."""
    faults: list[int] = []
    position = columns = 0
    line = start = 1
    while position < len(data):
        match = _FIELD.match(data, position)
        if match is None:
            faults.append(start)
            position = data.find(b"\n", position) + 1 or len(data)
            line, columns = line + 1, 0
            start = line
            continue
        line += match[0].count(b"\n")
        columns += 1
        position = match.end()
        if match[1] != b",":
            if columns > width:
                faults.append(start)
            start, columns = line, 0
    return tuple(dict.fromkeys(faults))


def mended(data: bytes, width: int) -> bytes:
    """The records of a block as a lenient reader sees them, each with that many cells, as clean CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for _, cells in _lenient(data):
        writer.writerow([*cells[:width], *[""] * (width - len(cells))])
    return out.getvalue().encode()


def _lenient(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """(line from 1, cells) of every record, whatever the bytes are; a carriage return alone begins no new line."""
    csv.field_size_limit(1 << 30)
    ended = 0

    def source() -> Iterator[str]:
        nonlocal ended
        for text in io.StringIO(data.decode("utf-8", "replace"), newline=""):
            ended += text.endswith("\n")
            yield text

    before = 0
    for cells in csv.reader(source()):
        yield before + 1, cells
        before = ended
