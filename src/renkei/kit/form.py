"""The form of a file linkage as the harness writes it and as a consumer ought to understand it: keys, subjects, states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from renkei.flow.contract import Item

Row = list[str]
Key = tuple[str, ...]
SERIAL, BRANCH, NUMBER = "rirekibango", "_edaban", "atenabango"
LATEST, DELETED = "saishinfuragu", "sakujofuragu"
STAMP = ("sosanengappi", "sosajikoku")


@dataclass(frozen=True, kw_only=True)
class Form:
    """The columns of one linkage; places are -1 where there is no such column."""

    linkage: str
    items: tuple[Item, ...]

    @cached_property
    def header(self) -> list[str]:
        """The names on the first line."""
        return [item.romaji for item in self.items]

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each column."""
        return {name: place for place, name in enumerate(self.header)}

    @cached_property
    def keys(self) -> tuple[int, ...]:
        """The places of the primary key."""
        return tuple(place for place, item in enumerate(self.items) if item.key)

    @cached_property
    def serial(self) -> int:
        """The place of the history serial."""
        return next((place for place in reversed(self.keys) if self.header[place].endswith(SERIAL)), -1)

    @cached_property
    def branch(self) -> int:
        """The place of the branch of the history serial."""
        return next((place for place in self.keys if self.header[place].endswith(SERIAL + BRANCH)), -1)

    @cached_property
    def subject_places(self) -> tuple[int, ...]:
        """The places of the key without serial and branch."""
        return tuple(place for place in self.keys if place not in (self.serial, self.branch))

    @property
    def latest(self) -> int:
        """The place of the latest flag."""
        return self.places.get(LATEST, -1)

    @property
    def deleted(self) -> int:
        """The place of the deleted flag."""
        return self.places.get(DELETED, -1)

    def bare(self, place: int, cell: str) -> str:
        """A cell as keys are compared: 宛名番号 without leading zeros."""
        return cell.lstrip("0") if self.header[place].endswith(NUMBER) else cell

    def key(self, row: Sequence[str]) -> Key:
        """The primary key of a row."""
        return tuple(self.bare(place, row[place]) for place in self.keys)

    def subject(self, row: Sequence[str]) -> Key:
        """Whose history a row belongs to."""
        return tuple(self.bare(place, row[place]) for place in self.subject_places)

    def order(self, row: Sequence[str]) -> tuple[int, int]:
        """The rank of a row in its history."""
        serial, branch = (_number(row[place]) if place >= 0 else 0 for place in (self.serial, self.branch))
        return serial, branch

    def key_of(self, values: Mapping[str, str | None]) -> Key | None:
        """The primary key of a record that a consumer shows; None when it does not show all of it."""
        cells = [values.get(self.header[place]) for place in self.keys]
        if any(cell is None for cell in cells):
            return None
        return tuple(self.bare(place, cell or "") for place, cell in zip(self.keys, cells, strict=True))

    def changed(self, row: Sequence[str], **cells: str) -> Row:
        """The row with other cells, by name; names that the form lacks are left out."""
        copy = list(row)
        for name, cell in cells.items():
            if name in self.places:
                copy[self.places[name]] = cell
        return copy

    def same(self, place: int, held: str | None, sent: str) -> bool:
        """Whether a held value is what was sent: exactly, but for ways of writing that the types leave open."""
        item = self.items[place]
        if (held or "") == sent:
            return True
        if not held or not sent:
            return False
        if item.romaji.endswith(NUMBER):
            return held.lstrip("0") == sent.lstrip("0")
        if item.type == "TIME":
            return _time(held) == _time(sent)
        if item.type in ("9", "S9"):
            return _integer(held) == _integer(sent) is not None
        return False


@dataclass(slots=True)
class State:
    """What a consumer ought to hold: rows by key, changed by full files and deltas."""

    form: Form
    rows: dict[Key, Row] = field(default_factory=dict)

    def full(self, rows: Iterable[Row]) -> State:
        """After a full file."""
        self.rows = {}
        return self.delta(rows)

    def delta(self, rows: Iterable[Row]) -> State:
        """After a delta: upsert by key, rows marked as deleted go."""
        for row in rows:
            key = self.form.key(row)
            if self.form.deleted >= 0 and row[self.form.deleted] == "1":
                self.rows.pop(key, None)
            else:
                self.rows[key] = row
        return self

    def copy(self) -> State:
        """The same state, to be changed on its own."""
        return State(self.form, dict(self.rows))

    def current(self) -> dict[Key, Row]:
        """By subject the row that work is done with: latest flag, then the greatest serial and branch."""
        form, found = self.form, dict[Key, Row]()
        for row in self.rows.values():
            if form.latest >= 0 and row[form.latest] != "1":
                continue
            subject = form.subject(row)
            if subject not in found or form.order(row) > form.order(found[subject]):
                found[subject] = row
        return found


def _number(cell: str) -> int:
    return int(cell) if cell.isascii() and cell.isdigit() else 0


def _integer(cell: str) -> int | None:
    digits = cell.removeprefix("-")
    return int(cell) if digits.isascii() and digits.isdigit() and len(digits) < 40 else None


def _time(cell: str) -> str:
    return cell if len(cell) != 5 else f"{cell}:00"
