"""A CSV file and its completion marker, as bytes: UTF-8, CRLF, RFC 4180, a header of romaji names."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

_SPECIAL = set('",\r\n')
Asked = Callable[[str], bool]


class Form(Protocol):
    """What a file needs to know of its linkage."""

    @property
    def id(self) -> str:
        """The id, which folder and files are named after."""

    @property
    def header(self) -> list[str]:
        """The names on the first line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One file before it is written: what it announces and the cells of its rows in the order of the columns."""

    linkage: Form
    municipality: str
    kind: str
    sequence: int
    base_sequence: int | None
    at: datetime
    rows: list[list[str]]

    def name(self, fault: Asked) -> str:
        """The file name in the linkage's folder."""
        moment = self.at.strftime("%Y%m%d%H%M%S")
        municipality = "131016" if fault("file_name_other_municipality") else self.municipality
        return f"{self.linkage.id}_{municipality}_{self.kind}_{moment}_{self.sequence:06d}.csv"

    def content(self, fault: Asked) -> bytes:
        """The bytes of the CSV."""
        header, rows = self.linkage.header, self.rows
        if fault("column_missing"):
            header, rows = header[:-1], [row[:-1] for row in rows]
        if fault("column_order_changed"):
            header, rows = _swapped(header), [_swapped(row) for row in rows]
        if fault("header_missing"):
            lines = [_line(row, fault) for row in rows]
        else:
            lines = [_line(row, fault) for row in [header, *rows]]
        end = "\n" if fault("newline_lf") else "\r\n"
        return _encoded("".join(f"{line}{end}" for line in lines), fault)

    def marker(self, content: bytes, fault: Asked) -> bytes:
        """The bytes of the completion marker."""
        digest = hashlib.sha256(content).hexdigest()
        if fault("marker_sha256_mismatch"):
            digest = hashlib.sha256(content + b"\n").hexdigest()
        facts = {
            "linkage": self.linkage.id,
            "kind": self.kind,
            "sequence": self.sequence,
            "rows": len(self.rows) + (1 if fault("marker_row_count_wrong") else 0),
            "sha256": digest,
            "base_sequence": self.base_sequence,
            "created": self.at.isoformat(timespec="seconds"),
        }
        return json.dumps(facts, ensure_ascii=False).encode()


def _swapped(cells: list[str]) -> list[str]:
    """The second and the third column the other way round."""
    return [cells[0], cells[2], cells[1], *cells[3:]]


def _line(cells: list[str], fault: Asked) -> str:
    plain = ",".join(cells)
    if fault("comma_not_quoted"):
        return plain
    if '"' not in plain and "\n" not in plain and "\r" not in plain and plain.count(",") == len(cells) - 1:
        # Nearly every row: no cell needs quoting.
        return plain
    if fault("quote_not_doubled"):
        return ",".join(f'"{cell}"' if _SPECIAL & set(cell) else cell for cell in cells)
    return ",".join(_quoted(cell) if _SPECIAL & set(cell) else cell for cell in cells)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _encoded(text: str, fault: Asked) -> bytes:
    if fault("encoding_shift_jis"):
        return text.encode("cp932", "replace")
    if fault("encoding_utf16"):
        return text.encode("utf-16")
    data = text.encode("utf-8")
    return b"\xef\xbb\xbf" + data if fault("byte_order_mark") else data
