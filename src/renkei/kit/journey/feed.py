"""One linkage between a provider and its takers: what was written, what it comes to, and who has been given it."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from renkei.errors import TargetBlocked
from renkei.flow.contract import Linkage
from renkei.flow.facade import Job
from renkei.kit.datafile import MAX_FILE, MAX_MARKER, FileName, parse_name
from renkei.kit.form import Form, Key, Row, State
from renkei.kit.stage import SUFFIX

if TYPE_CHECKING:
    from renkei.kit.journey.municipality import Office

FULL = "zenken"
STAMP_FORM = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One file as its provider wrote it, and its marker; ``rows`` are None where it cannot be read as the contract says."""

    name: str
    parts: FileName
    content: bytes
    marker: bytes
    rows: tuple[Row, ...] | None

    @property
    def stamp(self) -> dt.datetime:
        """When the provider says that it was made, in its own clock."""
        return dt.datetime.strptime(self.parts.stamp, STAMP_FORM)

    def facts(self) -> dict[str, object]:
        """What is kept of it as evidence."""
        rows = -1 if self.rows is None else len(self.rows)
        return {"name": self.name, "sha256": hashlib.sha256(self.content).hexdigest(), "rows": rows, "sample": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One delivery: which files of a linkage went to whom, and what became of the import."""

    linkage: str
    provider: str
    taker: str
    files: tuple[str, ...]
    rows: int
    job: Job | None
    obstacle: TargetBlocked | None = None
    evidence: str = ""


@dataclass(slots=True, kw_only=True)
class Feed:
    """``state`` is what full file and deltas come to; ``news`` the files that came since they were last looked at.

    ``baseline`` is what a taker begins with: the last full file and what was written after it, before anything happened.
    ``waiting`` are files without a row, which go with the next one that has some.
    """

    linkage: Linkage
    form: Form
    provider: Office
    takers: tuple[Office, ...]
    state: State = field(init=False)
    sequence: int = 0
    baseline: list[Parcel] = field(default_factory=list)
    waiting: list[Parcel] = field(default_factory=list)
    news: list[Parcel] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    begun: bool = False
    newest: dt.datetime | None = None
    _people: dict[str, dict[Key, Row]] = field(default_factory=dict)
    _passed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.state = State(self.form)

    def fetch(self, until: int | None = None) -> list[Parcel]:
        """What the provider has written since the last time, in order; the first time what there was before.

        Only as far as ``until`` where an interrupted play is gone through again.
        """
        found = sorted(self._entries(), key=lambda parts: parts.sequence)
        found = [parts for parts in found if until is None or parts.sequence <= until]
        fresh = [parts for parts in found if parts.sequence > self.sequence]
        if not self.begun:
            fresh = fresh[_last_full(fresh) :]
        parcels = [self._read(parts) for parts in fresh]
        self._passed |= {name for parts in found for name in self._names(_base(parts))}
        for parcel in parcels:
            if self.begun and parcel.parts.kind != FULL:
                self.missing += range(self.sequence + 1, parcel.parts.sequence)
            self._fold(parcel)
        if self.begun:
            self.news += parcels
            self.waiting += parcels
        else:
            self.baseline, self.begun = parcels, True
        return parcels

    def behind(self) -> int:
        """How many files there are since the last full one, that one with them; nobody looks at those before it any more."""
        found = sorted(self._entries(), key=lambda parts: parts.sequence)
        full = _last_full(found)
        self._passed |= {name for parts in found[:full] for name in self._names(_base(parts))}
        return len(found) - full

    def of(self, number: str) -> list[Row]:
        """Every row of one 宛名番号, by serial."""
        return sorted(
            self._people.get(number.lstrip("0"), {}).values(),
            key=lambda row: (self.form.subject(row), self.form.order(row)),
        )

    def apply(self, rows: Iterable[Row], *, full: bool = False) -> None:
        """What a file says: a full one replaces everything, a delta changes its rows."""
        chosen = list(rows)
        if full:
            self.state.full(chosen)
            self._people = {}
        else:
            self.state.delta(chosen)
        place = self.form.places.get("atenabango", -1)
        for row in chosen if place >= 0 else ():
            key, history = self.form.key(row), self._people.setdefault(row[place].lstrip("0"), {})
            if key in self.state.rows:
                history[key] = self.state.rows[key]
            else:
                history.pop(key, None)

    def latest(self, number: str) -> dict[str, str]:
        """The row of one 宛名番号 that is in force, by column; {} where there is none."""
        rows = [row for row in self.of(number) if self.form.latest < 0 or row[self.form.latest] == "1"]
        return dict(zip(self.form.header, rows[-1], strict=True)) if rows else {}

    def is_on_the_way(self, number: str) -> bool:
        """Whether a file that tells of one 宛名番号 was written and no taker has been given it yet."""
        place, bare = self.form.places["atenabango"], number.lstrip("0")
        return any(row[place].lstrip("0") == bare for parcel in self.waiting for row in parcel.rows or ())

    def current(self) -> Iterator[dict[str, str]]:
        """The rows in force, by column."""
        for row in self.state.current().values():
            yield dict(zip(self.form.header, row, strict=True))

    def rows_of_news(self) -> Iterator[tuple[Parcel, Row]]:
        """Every row that was told since the last look."""
        for parcel in self.news:
            for row in parcel.rows or ():
                yield parcel, row

    def _entries(self) -> Iterator[FileName]:
        place = self.provider.place
        found = place.entries(self.linkage.id, known=self._passed) if place else ()
        names, seen = {entry.name for entry in found}, set[int]()
        for name in sorted(names):
            parts = parse_name(name)
            if parts and name + SUFFIX in names and parts.sequence not in seen:
                seen.add(parts.sequence)
                yield parts

    def _read(self, parts: FileName) -> Parcel:
        place = self.provider.place
        if place is None:
            raise TargetBlocked("place-absent", url="", file="", reason="")
        base = _base(parts)
        name, _ = self._names(base)
        content, marker = (
            _bytes(place.fetch(one, limit=limit)) for one, limit in ((name, MAX_FILE), (name + SUFFIX, MAX_MARKER))
        )
        return Parcel(name=base, parts=parts, content=content, marker=marker, rows=self._rows(content))

    def _names(self, base: str) -> tuple[str, str]:
        """A file and its marker, as they lie in the place."""
        name = f"{self.linkage.id}/{base}"
        return name, name + SUFFIX

    def _rows(self, content: bytes) -> tuple[Row, ...] | None:
        try:
            read = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
            header = next(read, [])
            rows = tuple(read)
        except (UnicodeDecodeError, csv.Error):
            return None
        width = len(self.form.header)
        return rows if header == self.form.header and all(len(row) == width for row in rows) else None

    def _fold(self, parcel: Parcel) -> None:
        self.sequence = parcel.parts.sequence
        self.newest = max(self.newest or parcel.stamp, parcel.stamp)
        if parcel.rows is None:
            self.unread.append(parcel.name)
        else:
            self.apply(parcel.rows, full=parcel.parts.kind == FULL)


def _last_full(found: Sequence[FileName]) -> int:
    """Where the last full file is; 0 where there is none."""
    return max((at for at, parts in enumerate(found) if parts.kind == FULL), default=0)


def _base(parts: FileName) -> str:
    """The name of a file, from its parts."""
    return f"{parts.linkage}_{parts.municipality}_{parts.kind}_{parts.stamp}_{parts.sequence:06d}.csv"


def _bytes(path: Path) -> bytes:
    """The content of a local copy, which then goes: a long day of small files would fill the disk."""
    content = path.read_bytes()
    path.unlink()
    return content


def folded(form: Form, rows: Iterator[Row]) -> dict[Key, Row]:
    """What a full file comes to on its own."""
    return State(form).full(rows).rows
