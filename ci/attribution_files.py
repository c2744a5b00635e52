"""A provider's published series, copied and made wrong in one way; what is announced is made to fit unless that is the fault."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SEQUENCE = re.compile(r"_(zenken|sabun)_\d{14}_(\d{6})\.csv$")
Rows = list[list[str]]


@dataclass(slots=True)
class Copy:
    """The files of one linkage by sequence: header, rows and marker of each, and how they are spelt in bytes."""

    folder: Path
    names: dict[int, str] = field(default_factory=dict)
    rows: dict[int, Rows] = field(default_factory=dict)
    headers: dict[int, list[str]] = field(default_factory=dict)
    markers: dict[int, dict[str, Any]] = field(default_factory=dict)
    spelling: Callable[[str], bytes] = lambda text: text.encode()
    announce: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda marker: marker

    @staticmethod
    def read(source: Path) -> Copy:
        """The series in a folder."""
        copy = Copy(source)
        for path in sorted(source.glob("*.csv")):
            found = SEQUENCE.search(path.name)
            if found is None:
                raise ValueError(path.name)
            number = int(found[2])
            header, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
            copy.names[number], copy.headers[number], copy.rows[number] = path.name, header, rows
            copy.markers[number] = json.loads(path.with_name(f"{path.name}.end").read_text("utf-8"))
        return copy

    def place(self, column: str) -> int:
        """Where a column stands."""
        return self.headers[1].index(column)

    def write(self, folder: Path) -> None:
        """The series into another folder, which holds nothing else afterwards."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for number, name in self.names.items():
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\r\n").writerows([self.headers[number], *self.rows[number]])
            data = self.spelling(text.getvalue())
            (folder / name).write_bytes(data)
            facts = {"rows": len(self.rows[number]), "sha256": hashlib.sha256(data).hexdigest()}
            marker = self.announce(self.markers[number] | facts)
            if marker is not None:
                (folder / f"{name}.end").write_text(json.dumps(marker), "utf-8")


def with_deletion(copy: Copy) -> None:
    """Somebody of the first file is deleted by the last delta, and so is not in the full file that closes the series."""
    person, flag = copy.place("atenabango"), copy.place("sakujofuragu")
    later = {row[person] for number in (2, 3, 4) for row in copy.rows[number]}
    gone = next(row[person] for row in copy.rows[1] if row[person] not in later)
    rows = [list(row) for row in copy.rows[1] if row[person] == gone]
    for row in rows:
        row[flag] = "1"
    copy.rows[4] += rows
    copy.rows[5] = [row for row in copy.rows[5] if row[person] != gone]


def _cell(column: str, value: str, *, sequence: int = 1, row: int = 2) -> Callable[[Copy], None]:
    """One row's cell replaced, in that file and wherever the same row comes again."""

    def change(copy: Copy) -> None:
        before = list(copy.rows[sequence][row])
        for rows in copy.rows.values():
            for one in rows:
                if one == before:
                    one[copy.place(column)] = value

    return change


def _spelt(spelling: Callable[[str], bytes]) -> Callable[[Copy], None]:
    def change(copy: Copy) -> None:
        copy.spelling = spelling

    return change


def _announced(**changes: Any) -> Callable[[Copy], None]:
    def change(copy: Copy) -> None:
        copy.announce = lambda marker: marker | changes

    return change


def _unannounced(copy: Copy) -> None:
    copy.announce = lambda _marker: None


def _columns(change: Callable[[list[str]], list[str]]) -> Callable[[Copy], None]:
    def apply(copy: Copy) -> None:
        for number, header in copy.headers.items():
            copy.headers[number] = change(header)
            copy.rows[number] = [change(row) for row in copy.rows[number]]

    return apply


def _ragged(copy: Copy) -> None:
    copy.rows[1][3] = copy.rows[1][3][:-1]


def _gap(copy: Copy) -> None:
    for number in (3,):
        for table in (copy.names, copy.rows, copy.headers, copy.markers):
            table.pop(number)


def _wrong_base(copy: Copy) -> None:
    copy.markers[2]["base_sequence"] = 7


def _twice(copy: Copy) -> None:
    copy.rows[1].append(list(copy.rows[1][0]))


def _two_latest(copy: Copy) -> None:
    flag = copy.place("saishinfuragu")
    for rows in (copy.rows[1], copy.rows[5]):
        for row in rows:
            if row[flag] == "0":
                row[flag] = "1"


def _no_latest(copy: Copy) -> None:
    flag = copy.place("saishinfuragu")
    person = copy.rows[1][0][copy.place("atenabango")]
    for number in (1, 5):
        for row in copy.rows[number]:
            if row[copy.place("atenabango")] == person:
                row[flag] = "0"


def _closing_lacks_row(copy: Copy) -> None:
    person = copy.rows[5][-1][copy.place("atenabango")]
    copy.rows[5] = [row for row in copy.rows[5] if row[copy.place("atenabango")] != person]


def _other_town(copy: Copy) -> None:
    copy.names = {number: name.replace("_993018_", "_131016_") for number, name in copy.names.items()}


def _zeros_lost(copy: Copy) -> None:
    place = copy.place("shikuchosonkodo")
    for rows in copy.rows.values():
        for row in rows[:3]:
            row[place] = row[place][1:]


FAULTS: dict[str, Callable[[Copy], None]] = {
    "byte_order_mark": _spelt(lambda text: b"\xef\xbb\xbf" + text.encode()),
    "shift_jis": _spelt(lambda text: text.encode("cp932", "replace")),
    "utf_16": _spelt(lambda text: text.encode("utf-16")),
    "line_feeds": _spelt(lambda text: text.replace("\r\n", "\n").encode()),
    "quotes_broken": _spelt(lambda text: text.replace(",", ',"', 60).encode()),
    "marker_absent": _unannounced,
    "marker_rows_wrong": _announced(rows=99999),
    "marker_digest_wrong": _announced(sha256="0" * 64),
    "marker_of_another": _announced(linkage="001o999"),
    "column_absent": _columns(lambda row: row[:-1]),
    "columns_swapped": _columns(lambda row: [*row[:3], row[4], row[3], *row[5:]]),
    "row_ragged": _ragged,
    "sequence_gap": _gap,
    "base_wrong": _wrong_base,
    "name_of_another_town": _other_town,
    "full_width_number": _cell("setaibango", "１２３"),
    "half_width_name": _cell("shimei", "RENKEI TARO"),
    "required_item_empty": _cell("juminshubetsu", ""),
    "date_with_slashes": _cell("seinengappi", "1970/01/02"),
    "sex_unlisted": _cell("seibetsu", "8"),
    "replacement_characters": _cell("shimei", "連携　\ufffd郎"),
    "number_check_digit": _cell("kojinbango", "999990000010"),
    "key_twice": _twice,
    "two_latest": _two_latest,
    "no_latest": _no_latest,
    "closing_file_lacks_rows": _closing_lacks_row,
    "zeros_lost_in_file": _zeros_lost,
}
