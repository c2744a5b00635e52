"""One published file of a file linkage: its name, its completion marker, its bytes as a table."""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renkei.flow.exchange import strict_json

MAX_FILE = 2 << 30
MAX_MARKER = 64 << 10
KINDS = ("zenken", "sabun")
MARKER_MEMBERS: Mapping[str, type] = {
    "linkage": str,
    "kind": str,
    "sequence": int,
    "rows": int,
    "sha256": str,
    "created": str,
}
_NAME = re.compile(
    r"(?P<linkage>[0-9]{3}o[0-9]{3})_(?P<municipality>[0-9]{6})_(?P<kind>zenken|sabun)"
    r"_(?P<stamp>[0-9]{14})_(?P<sequence>[0-9]{6})\.csv"
)
_FIELD = re.compile(r'(?:"(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A completion marker (file profile): what the provider announces of a file once it is written."""

    linkage: str
    kind: str
    sequence: int
    rows: int
    sha256: str
    base_sequence: int | None
    created: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """The parts of a file's name (file profile)."""

    linkage: str
    municipality: str
    kind: str
    stamp: str
    sequence: int


def parse_name(name: str) -> FileName | None:
    """The parts of a name below the place, None when it is not of the profile's form."""
    folder, _, base = name.rpartition("/")
    match = _NAME.fullmatch(base)
    if match is None or folder != match["linkage"]:
        return None
    return FileName(
        linkage=match["linkage"],
        municipality=match["municipality"],
        kind=match["kind"],
        stamp=match["stamp"],
        sequence=int(match["sequence"]),
    )


def parse_marker(data: bytes) -> Marker:
    """The marker of its bytes; raises ValueError saying which member is missing or of the wrong type."""
    value = strict_json(data)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    for name, kind in MARKER_MEMBERS.items():
        if type(value.get(name)) is not kind:
            raise ValueError(name)
    base = value.get("base_sequence")
    if base is not None and type(base) is not int:
        raise ValueError("base_sequence")
    return Marker(base_sequence=base, **{name: value[name] for name in MARKER_MEMBERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A CSV as read: header, rows as lists of cells, and the line of the file on which each row begins."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def records(self) -> list[dict[str, str]]:
        """The rows as {column: cell}; cells beyond the header are dropped, missing ones are empty."""
        width = len(self.header)
        return [dict(zip(self.header, (*row, *[""] * (width - len(row))), strict=False)) for row in self.rows]

    def column(self, name: str) -> list[str]:
        """One column's cells, empty where a row is too short."""
        index = self.header.index(name)
        return [row[index] if index < len(row) else "" for row in self.rows]


class DataFile:
    """One file of a place with what was announced of it; bytes and table are read once, when first asked for."""

    def __init__(self, *, name: str, parts: FileName, path: Path, marker: Marker | None, marker_fault: str) -> None:
        self.name = name
        self.parts = parts
        self.path = path
        self.marker = marker
        self.marker_fault = marker_fault

    @functools.cached_property
    def data(self) -> bytes:
        """The bytes."""
        return self.path.read_bytes()

    @functools.cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes, hex."""
        return hashlib.sha256(self.data).hexdigest()

    @functools.cached_property
    def text(self) -> str:
        """The bytes as UTF-8, a leading BOM dropped and undecodable bytes replaced (the strict check is a rule)."""
        return self.data.decode("utf-8", "replace").removeprefix("\ufeff")

    @functools.cached_property
    def table(self) -> Table:
        """The text as CSV (RFC 4180), read leniently: quoting faults are a rule of their own."""
        csv.field_size_limit(1 << 24)
        reader = csv.reader(io.StringIO(self.text, newline=""))
        rows: list[tuple[str, ...]] = []
        lines: list[int] = []
        before = 0
        for row in reader:
            rows.append(tuple(row))
            lines.append(before + 1)
            before = reader.line_num
        header = rows[0] if rows else ()
        return Table(header=header, rows=tuple(rows[1:]), lines=tuple(lines[1:]))

    def facts(self) -> dict[str, Any]:
        """What is kept of the file as evidence: its digest and counts, and the shape of its first rows."""
        sample = [[masked(cell) for cell in row] for row in self.table.rows[:2]]
        return {
            "file": self.name,
            "sha256": self.sha256,
            "bytes": len(self.data),
            "rows": len(self.table.rows),
            "columns": len(self.table.header),
            "sample": [json.dumps(row, ensure_ascii=False) for row in sample],
        }


def masked(cell: str) -> str:
    """A cell without its content, for evidence: each letter by its kind, runs shortened (``漢2 ア3 9{4}-9{2}``)."""
    return re.sub(r"(.)\1{3,}", lambda run: f"{run[1]}{{{len(run[0])}}}", "".join(map(_kind, cell)))[:80]


def _kind(char: str) -> str:
    if char in '-:/　 ,"\r\n':
        return {"\r": "␍", "\n": "␊"}.get(char, char)
    category = unicodedata.category(char)
    if category == "Nd":
        return "9" if char.isascii() else "９"
    if category == "Co":
        return "外"
    name = unicodedata.name(char, "")
    for word, sign in (("HIRAGANA", "あ"), ("KATAKANA", "ア"), ("CJK", "漢"), ("VARIATION", "異")):
        if word in name:
            return sign
    return "A" if char.isascii() and char.isalpha() else "Ａ" if char.isalpha() else "・"


def quoting_faults(text: str, width: int) -> tuple[int, ...]:
    """Lines on which the text departs from RFC 4180 quoting, or on which an unquoted comma shifts the columns."""
    faults: list[int] = []
    position = columns = 0
    line = start = 1
    while position < len(text):
        field = _FIELD.match(text, position)
        if field is None:
            faults.append(start)
            position = text.find("\n", position) + 1 or len(text)
            line, columns = line + 1, 0
            start = line
            continue
        line += field[0].count("\n")
        columns += 1
        position = field.end()
        if field[1] != ",":
            if columns > width:
                faults.append(start)
            start, columns = line, 0
    return tuple(dict.fromkeys(faults))
