"""The other side: a system that takes another system's files, row by row, and what its clerk then sees."""

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import fsspec

from mocks.gyomu import contract
from mocks.gyomu.contract import Item, Linkage
from mocks.gyomu.publication import Key, Row

_NAME = re.compile(r"(?P<linkage>\w+)_(?P<city>\d{6})_(?P<kind>zenken|sabun)_\d{14}_(?P<sequence>\d{6})\.csv")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# A protection counts until its end was decided; its end date alone ends nothing.
ENDED = "3"
# So many refused rows are kept with their reasons.
KEPT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One row as it is held, and the file that it came with."""

    cells: Row
    file: str


@dataclass(slots=True, kw_only=True)
class Intake:
    """What came of one linkage: the last file taken, rows by key, what was refused and why."""

    linkage: Linkage
    sequence: int = 0
    waiting: bool = False
    rows: dict[Key, Taken] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def latest(self, number: str) -> dict[str, str] | None:
        """Somebody's row with the latest flag and the greatest serial; 宛名番号 are compared without leading zeros."""
        form, place = self.linkage, self.linkage.places["atenabango"]
        found = [one.cells for one in self.rows.values() if one.cells[place].lstrip("0") == number.lstrip("0")]
        marked = [row for row in found if form.latest < 0 or row[form.latest] == "1"]
        if not marked:
            return None
        last = max(marked, key=lambda row: int(row[form.serial]) if form.serial >= 0 else 0)
        return dict(zip(form.header, last, strict=True))

    def as_json(self, *, rows: bool) -> dict[str, Any]:
        """What is held, for the control interface."""
        facts: dict[str, Any] = {
            "linkage": self.linkage.id,
            "sequence": self.sequence,
            "waiting_for_full": self.waiting,
            "files": self.files,
            "counts": {"held": len(self.rows), **self.counts},
            "refused": self.refused,
        }
        if rows:
            held = (
                {"file": one.file, "result": "accepted", "row": dict(zip(self.linkage.header, one.cells, strict=True))}
                for one in self.rows.values()
            )
            facts["rows"] = list(held)
        return facts


class Consumer:
    """One system that receives: everything that the tables say is for it, read from a place."""

    def __init__(self, system: str, place: str, options: dict[str, Any]) -> None:
        self._files, self._root = fsspec.core.url_to_fs(place, **options)
        self.intakes = {one.id: Intake(linkage=one) for one in contract.received(system)}

    def take(self, linkage: str | None = None) -> dict[str, Any]:
        """Read what is new in the place, of every linkage or of one."""
        for one in [self.intake(linkage)] if linkage else list(self.intakes.values()):
            for name, sequence, kind in self._listed(one.linkage.id):
                one.files[name] = self._file(one, name, sequence, kind)
        return {name: one.as_json(rows=False) for name, one in self.intakes.items() if one.files}

    def intake(self, linkage: str) -> Intake:
        """What came of a linkage."""
        if linkage not in self.intakes:
            raise ValueError(f"this system does not receive {linkage!r}")
        return self.intakes[linkage]

    def _listed(self, linkage: str) -> list[tuple[str, int, str]]:
        """The files that are complete, in the order of their numbers."""
        folder = f"{self._root}/{linkage}"
        self._files.invalidate_cache(folder)
        if not self._files.exists(folder):
            return []
        names = {path.rsplit("/", 1)[-1] for path in self._files.ls(folder, detail=False)}
        found = ((name, _NAME.fullmatch(name)) for name in sorted(names) if f"{name}.end" in names)
        listed = [(name, int(seen["sequence"]), seen["kind"]) for name, seen in found if seen]
        return sorted(listed, key=lambda one: (one[1], one[0]))

    def _file(self, intake: Intake, name: str, sequence: int, kind: str) -> str:
        """Take one file, or say why not. What was taken before is not taken again."""
        if sequence <= intake.sequence:
            return intake.files.get(name, "duplicate")
        folder = f"{self._root}/{intake.linkage.id}"
        content, marker = self._files.cat_file(f"{folder}/{name}"), self._files.cat_file(f"{folder}/{name}.end")
        said = _marker(marker)
        if said.get("sha256") != hashlib.sha256(content).hexdigest() or said.get("sequence") != sequence:
            intake.waiting = True
            return "refused: the completion marker speaks of another file"
        if kind == "sabun" and (intake.waiting or said.get("base_sequence") != intake.sequence):
            intake.waiting = True
            return "waiting: a file before it is missing; the next full file is taken"
        rows = _rows(content, intake.linkage)
        if rows is None or len(rows) != said.get("rows"):
            intake.waiting = True
            return "refused: other columns or another number of rows than agreed"
        if kind == "zenken":
            intake.rows, intake.waiting = {}, False
        intake.sequence = sequence
        for line, row in enumerate(rows, 2):
            self._row(intake, name, line, row)
        return "taken"

    @staticmethod
    def _row(intake: Intake, name: str, line: int, row: Row) -> None:
        """One row: held, deleted, or refused alone; the others of the file are taken all the same."""
        form = intake.linkage
        reason = _fault(form, row)
        if reason:
            intake.counts["rejected"] += 1
            if len(intake.refused) < KEPT:
                intake.refused.append({"file": name, "line": line, "result": "rejected", "reason": reason})
            return
        key = tuple(row[place] for place in form.keys)
        intake.counts["accepted"] += 1
        if form.deleted >= 0 and row[form.deleted] == "1":
            intake.rows.pop(key, None)
        else:
            intake.rows[key] = Taken(cells=row, file=name)

    def screen(self, number: str) -> dict[str, Any] | None:
        """What a clerk sees of somebody: one person, and no address when the person is protected."""
        people = [self.intakes[name] for name in ("001o006", "001o005", "031o901") if name in self.intakes]
        row = next((found for one in people if (found := one.latest(number))), None)
        if row is None:
            return None
        hidden = self._is_protected(number)
        address = {name: value for name, value in row.items() if name.startswith("jusho_") and value}
        return {
            "atenabango": row["atenabango"],
            "shimei": row.get("shimei") or row.get("shimei_gaikokujinromaji", ""),
            "seinengappi": row.get("seinengappi", ""),
            "shiensochi": hidden,
            "jusho": None if hidden else address,
        }

    def _is_protected(self, number: str) -> bool:
        intake = self.intakes.get("001o009")
        row = intake.latest(number) if intake else None
        return row is not None and row["shiensochikubun"] != ENDED


def _marker(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _rows(content: bytes, form: Linkage) -> list[Row] | None:
    """The rows under the agreed header; None when it is not that, or not UTF-8."""
    try:
        header, *rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    except (UnicodeDecodeError, ValueError, csv.Error):
        return None
    return rows if header == form.header else None


def _fault(form: Linkage, row: Row) -> str:
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
