"""A CSV file as a stream of blocks of whole records, with everything said of its form on the way (RFC 4180).

Bytes outside quotation marks are only counted, by block; a record is looked at singly where a quotation mark stands
in it, or where the counts of its block do not fit. Memory is bounded by the block, not by the file.
"""

from __future__ import annotations

import bisect
import functools
import hashlib
import os
import re
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from renkei.flow.phrase import phrase
from renkei.kit.columns_mending import (
    MAX_RAGGED,
    MAX_RECORD,
    RECORD,
    Batch,
    Mended,
    Places,
    bare_ends,
    batches,
    first_record,
    mended,
    stuck,
)
from renkei.tableports import Block

BLOCK = 8 << 20
# A longer line may be cut by the end of a block.
LINE = 32 << 10
# Columns beyond this are not judged (no item table has a tenth of it); the header's own rule tells of them.
WIDEST = 2048
# A block comes to no more cells than this: an empty line takes two bytes of a file and a whole row of a table.
MAX_CELLS = 4 << 20
BOM = b"\xef\xbb\xbf"
_LONE = re.compile(rb"\r(?!\n)")
_BETWEEN = re.compile(rb'"[^"]*"')


@dataclass(slots=True, kw_only=True)
class Form:
    """What the bytes of a file are like, apart from what stands in the cells. Filled while the blocks are read.

    ``declared`` is how many names the header line has, of which ``header`` holds what is judged; ``bare`` counts line
    ends that are not CRLF, outside of quotation marks; ``undecodable`` names the first byte that is not UTF-8;
    ``misquoted`` are records that RFC 4180 does not allow or that a comma without quotation marks shifts, ``unclosed``
    those with a quotation mark that nothing closes, ``overlong`` those of which only the beginning was read; ``ragged``
    are records with other than the header's number of cells, ``word`` being that number.
    """

    header: tuple[str, ...] = ()
    declared: int = 0
    size: int = 0
    sha256: str = ""
    bom: bool = False
    undecodable: str = ""
    bare: int = 0
    misquoted: Places = field(default_factory=Places)
    unclosed: Places = field(default_factory=Places)
    overlong: Places = field(default_factory=Places)
    ragged: Places = field(default_factory=Places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Where a block of whole records stands in its file, and which records and lines it holds.

    In a ``shifted`` one some record takes several lines. An unsound stretch does not parse as it stands and is mended
    each time it is read, so many of its ``ragged`` records being taken.
    """

    offset: int
    size: int
    row: int
    rows: int
    line: int
    shifted: bool = False
    sound: bool = True
    ragged: int = 0


@dataclass(slots=True)
class _Quoted:
    """What stands between quotation marks in a block: line ends there, and how they move the lines of records.

    From the record numbers ``records`` on there were ``lines`` more lines than records. ``end`` is where the last whole
    record ends; ``faulty`` tells that some record is not of RFC 4180.
    """

    end: int = 0
    lf: int = 0
    crlf: int = 0
    cr: int = 0
    records: array[int] = field(default_factory=lambda: array("q"))
    lines: array[int] = field(default_factory=lambda: array("q"))
    faulty: bool = False


class Reader:
    """Reads a file once. ``form`` is whole when ``blocks`` is exhausted; ``stretches`` then lead back to any record.

    ``rows`` counts the records that were read; ``passed`` more were ragged, after so many others, and only counted.
    """

    def __init__(self, path: Path) -> None:
        self.form = Form()
        self.stretches: list[Stretch] = []
        self.rows = self.passed = 0
        self._path = path
        self._hash = hashlib.sha256()
        with path.open("rb") as stream:
            head = stream.read(MAX_RECORD)
        self.form.bom = head.startswith(BOM)
        self._begin = len(BOM) if self.form.bom else 0
        self._line = 1
        # Whether the record that was read last goes on after what was read of it.
        self._within = False
        self._head(head[self._begin :])

    def _head(self, data: bytes) -> None:
        """The header; lenient, since its faults are found by the rules on names and quoting."""
        match = RECORD.match(data)
        if match is None:
            self.form.misquoted.add(1)
        record = match[0] if match else data[: data.find(b"\n") + 1 or len(data)]
        if not record:
            return
        self.form.bare += record.endswith(b"\n") and not record.endswith(b"\r\n")
        self._undecodable(record, 1)
        names = first_record(record)
        self.form.header, self.form.declared = tuple(names[:WIDEST]), len(names)
        self._line += record.count(b"\n")
        self._begin += len(record)
        self._within = self._begin >= MAX_RECORD and not record.endswith(b"\n")
        if self._within:
            self.form.overlong.add(1)

    @property
    def width(self) -> int:
        """How many cells of a record are judged."""
        return len(self.form.header)

    def blocks(self, read: Callable[[bytes], Block | None]) -> Iterator[Block]:
        """The records after the header, as the engine reads them."""
        with self._path.open("rb") as stream, ThreadPoolExecutor(1) as beside:
            hashed = beside.submit(self._hash.update, stream.read(self._begin))
            offset, rest, final = self._begin, b"", False
            while not final:
                chunk = stream.read(_to_line_end(stream))
                hashed.result()
                hashed = beside.submit(self._hash.update, chunk)
                final = not chunk
                data = rest + chunk if rest else chunk
                begin = self._passed_over(data) if self._within else 0
                quoted = scanned(data, begin, final=final)
                rest = data[quoted.end :]
                if quoted.end > begin:
                    yield from self._block(data[begin : quoted.end], offset + begin, quoted, read)
                offset += quoted.end
            hashed.result()
        self.form.size = offset
        self.form.sha256 = self._hash.hexdigest()

    def _passed_over(self, data: bytes) -> int:
        """Where the overlong record that the last block ended in has its end."""
        end = data.find(b"\n") + 1
        self._within, self._line = not end, self._line + bool(end)
        return end or len(data)

    def _block(
        self, data: bytes, offset: int, quoted: _Quoted, read: Callable[[bytes], Block | None]
    ) -> Iterator[Block]:
        plain = not quoted.faulty and self.form.declared == self.width > 0
        newlines = data.count(b"\n")
        wide = (newlines + 1) * self.width > MAX_CELLS or data.count(b",", 0, data.find(b"\n")) > 2 * WIDEST
        block = read(data) if plain and not wide and not _endless(data) else None
        bare = -1 if block is None else self._bare(data, quoted, block, newlines)
        if block is None or bare < 0:
            yield from self._mended(data, offset, read)
            return
        self.form.bare += bare
        self._add(
            Stretch(
                offset=offset, size=len(data), row=self.rows, rows=block.rows, line=self._line, shifted=quoted.lf > 0
            )
        )
        self._line += newlines
        yield block

    def _add(self, stretch: Stretch) -> None:
        self.stretches.append(stretch)
        self.rows += stretch.rows

    def _bare(self, data: bytes, quoted: _Quoted, block: Block, newlines: int) -> int:
        """Line ends of a block that are not CRLF, -1 when its bytes do not come to the records that the engine read."""
        returns = data.count(b"\r")
        crlf = returns - quoted.crlf
        if _LONE.search(data):
            crlf = data.count(b"\r\n") - quoted.crlf
            if returns - quoted.cr != crlf:
                # A carriage return alone, outside of quotation marks: for some readers the end of a record.
                return -1
        lines = newlines - quoted.lf
        if lines + (not data.endswith(b"\n")) != block.rows:
            return -1
        if block.open:
            outside = _BETWEEN.sub(b"", data) if b'"' in data else data
            if outside.count(b",") != (self.width - 1) * block.rows:
                return -1
        return lines - crlf

    def _mended(self, data: bytes, offset: int, read: Callable[[bytes], Block | None]) -> Iterator[Block]:
        """A block that is no clean CSV: its faults noted line by line, its records read leniently."""
        self._undecodable(data, self._line)
        begin = self._line
        for batch in batches(data):
            raw = data[batch.start : batch.start + batch.size]
            ragged = max(0, MAX_RAGGED - self.form.ragged.count)
            found = mended(raw, self.form.declared, self.width, ragged=ragged)
            self.form.bare += bare_ends(data[batch.start : batch.end])
            self._note(batch, found, begin + batch.line)
            self._line += data.count(b"\n", batch.start, batch.end)
            self._within = bool(batch.overlong.count) and not data.endswith(b"\n", batch.start, batch.end)
            if not found.lines:
                continue
            block = read(found.data) if self.width else _Nothing(rows=len(found.lines))
            if block is None:
                raise AssertionError("a mended block does not parse")
            where, line = offset + batch.start, begin + batch.line
            self._add(
                Stretch(
                    offset=where, size=batch.size, row=self.rows, rows=block.rows, line=line, sound=False, ragged=ragged
                )
            )
            yield block

    def _note(self, batch: Batch, found: Mended, line: int) -> None:
        form = self.form
        self.passed += found.passed
        for places, more in (
            (form.misquoted, batch.misquoted),
            (form.misquoted, found.shifted),
            (form.unclosed, batch.unclosed),
            (form.overlong, batch.overlong),
            (form.ragged, found.ragged),
        ):
            places.take(more, line)
        form.misquoted.first.sort()

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
        number = row - stretch.row
        if not stretch.sound:
            return stretch.line + self._mend(stretch).lines[number]
        if not stretch.shifted:
            return stretch.line + number
        quoted = self._scan(stretch)
        place = bisect.bisect(quoted.records, number)
        return stretch.line + number + (quoted.lines[place - 1] if place else 0)

    @functools.lru_cache(maxsize=2)  # noqa: B019 - a reader lives as long as its file is judged
    def _mend(self, stretch: Stretch) -> Mended:
        return mended(self.raw(stretch), self.form.declared, self.width, ragged=stretch.ragged)

    @functools.lru_cache(maxsize=2)  # noqa: B019 - a reader lives as long as its file is judged
    def _scan(self, stretch: Stretch) -> _Quoted:
        return scanned(self.raw(stretch), final=True)

    def raw(self, stretch: Stretch) -> bytes:
        """The bytes of a stretch."""
        with self._path.open("rb") as stream:
            stream.seek(stretch.offset)
            return stream.read(stretch.size)

    def data(self, stretch: Stretch) -> bytes:
        """The records of a stretch as CSV that parses."""
        return self.raw(stretch) if stretch.sound else self._mend(stretch).data


def _to_line_end(stream: BinaryIO) -> int:
    """The size of a block that begins here, up to the end of a line, so that it seldom has to be cut and carried over."""
    return BLOCK + os.pread(stream.fileno(), LINE, stream.tell() + BLOCK).find(b"\n") + 1


def _endless(data: bytes) -> bool:
    """Whether a line may be overlong: some part of half that length has no end of a line."""
    half = MAX_RECORD // 2
    return any(data.find(b"\n", begin, begin + half) < 0 for begin in range(0, len(data) - half, half))


def ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same blocks, each made in another thread while the one before it is worked on.

    Reading, hashing and parsing leave the interpreter lock alone for most of their time.
    """
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = thread.submit(next, blocks, None)
            yield block


@dataclass(frozen=True, slots=True)
class _Nothing:
    """The block of a file without columns."""

    rows: int
    open: bool = False


def scanned(data: bytes, begin: int = 0, *, final: bool) -> _Quoted:
    """What stands between quotation marks, up to the end of the last whole record; nothing before ``begin`` counts."""
    found = _Quoted()
    position = counted = begin
    lines = 0
    while (mark := data.find(b'"', position)) >= 0:
        start = data.rfind(b"\n", position, mark) + 1 or position
        match = RECORD.match(data, start, start + MAX_RECORD)
        if match and ((final and match.end() == len(data)) or match[0].endswith(b"\n")):
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
                found.records.append(lines)
                found.lines.append(found.lf)
            position = match.end()
        elif not final and len(data) - start <= MAX_RECORD:
            found.end = start
            return found
        else:
            found.faulty = True
            position = data.find(b"\n", stuck(data, start, start + MAX_RECORD)) + 1 or len(data)
    found.end = len(data) if final else data.rfind(b"\n", position) + 1 or position
    if found.end == begin and len(data) - begin > MAX_RECORD:
        found.end, found.faulty = len(data), True
    return found
