"""Publishing the linkages of one system: the pack's series in the vendor's own writing, then what changes afterwards."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import fsspec

from mocks.gyomu.blemish import Blemish, Row
from mocks.gyomu.contract import Linkage
from mocks.gyomu.pack import Bare
from mocks.sheet import Sheet
from mocks.vendor import Style

Key = tuple[str, ...]
KINDS = ("zenken", "sabun")


class Place:
    """Where a vendor puts its files: a folder or a bucket."""

    def __init__(self, url: str, options: dict[str, Any]) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url, **options)
        self._made: set[str] = set()

    def clear(self, linkage: str) -> None:
        """What an earlier mock left of this linkage goes; anything else in the place stays."""
        folder = f"{self._root}/{linkage}"
        self._made.discard(linkage)
        if self._files.exists(folder):
            self._files.rm(folder, recursive=True)

    def write(self, linkage: str, name: str, content: bytes) -> None:
        """One file."""
        folder = f"{self._root}/{linkage}"
        if linkage not in self._made:
            self._files.makedirs(folder, exist_ok=True)
            self._made.add(linkage)
        self._files.pipe_file(f"{folder}/{name}", content)


@dataclass(slots=True)
class Series:
    """One linkage: its rows now, those that changed since the last file, and that file's number."""

    linkage: Linkage
    spoil: Callable[[Row], Row]
    sequence: int = 0
    at: datetime | None = None
    rows: dict[Key, Row] = field(default_factory=dict)
    changed: dict[Key, None] = field(default_factory=dict)
    gone: dict[Key, Row] = field(default_factory=dict)
    # Whether the last file was a delta with rows.
    told: bool = False
    _histories: dict[Key, dict[Key, None]] | None = None

    def key(self, row: Row) -> Key:
        """The primary key of a row."""
        return tuple(row[place] for place in self.linkage.keys)

    def put(self, row: Row) -> None:
        """A row as it is from now on; one that is marked as deleted goes."""
        key = self.key(row)
        if self.linkage.deleted >= 0 and row[self.linkage.deleted] == "1":
            self.rows.pop(key, None)
            self.changed.pop(key, None)
            self.gone[key] = row
        else:
            self.rows[key] = row
            self.changed[key] = None
            self.gone.pop(key, None)
            if self._histories is not None:
                self._histories.setdefault(self.subject(row), {})[key] = None

    def begin(self, rows: Iterable[Row]) -> None:
        """These rows and no others."""
        self.rows = {self.key(row): row for row in rows}
        self._histories = None

    def subject(self, row: Row) -> Key:
        """Whose history a row belongs to."""
        return tuple(row[place] for place in self.linkage.subject)

    def of(self, subject: Key) -> list[Row]:
        """The history of one subject, by serial."""
        if self._histories is None:
            self._histories = {}
            for key, row in self.rows.items():
                self._histories.setdefault(self.subject(row), {})[key] = None
        keys = self._histories.get(subject, {})
        return sorted((self.rows[key] for key in keys if key in self.rows), key=self._order)

    def _order(self, row: Row) -> tuple[int, int]:
        serial, branch = self.linkage.serial, self.linkage.branch
        return int(row[serial] or 0) if serial >= 0 else 0, int(row[branch] or 0) if branch >= 0 else 0

    def ordered(self, rows: Iterable[Row]) -> list[Row]:
        """The rows by subject and serial."""
        return sorted(rows, key=lambda row: (self.subject(row), self._order(row)))


class Publisher:
    """The linkages of one system at one vendor's place."""

    def __init__(
        self,
        *,
        place: Place | None,
        municipality: str,
        style: Style,
        fault: Callable[[str], bool],
        change: Callable[[Linkage], Callable[[Row], Row]],
        linkages: Iterable[Linkage],
    ) -> None:
        self._place = place
        self._municipality = municipality
        self._style = style
        self._fault = fault
        self.series = {one.id: Series(linkage=one, spoil=_both(Blemish(one, fault), change(one))) for one in linkages}
        self._last = next(reversed(self.series), "")
        self._last_told = next((name for name, one in reversed(self.series.items()) if not one.linkage.whole), "")

    def open(self, pack: Bare, closing: datetime) -> list[str]:
        """An empty place, then the pack's series; a full file closes it where the pack has none at the end."""
        written = []
        for series in self.series.values():
            if self._place:
                self._place.clear(series.linkage.id)
            for file in pack.files(series.linkage.id):
                rows = pack.rows(series.linkage, file)
                if file.kind == "zenken":
                    series.begin(rows)
                else:
                    for row in rows:
                        series.put(row)
                if file.kind == "sabun" and series.linkage.whole:
                    continue
                written += self.publish(series, file.kind, file.at)
            if series.sequence and file.kind != "zenken":
                written += self.publish(series, "zenken", closing)
        return written

    def publish(self, series: Series, kind: str, at: datetime) -> list[str]:
        """A linkage now, by its next files; what is sent without deltas is told whole when it changed."""
        if kind not in KINDS:
            raise ValueError(f"expected kind zenken or sabun, kind = {kind!r}")
        if kind == "sabun" and series.linkage.whole:
            if not series.changed and not series.gone:
                return []
            kind = "zenken"
        rows = self._full(series) if kind == "zenken" else self._delta(series)
        if kind == "sabun" and series.told and self._fault("delta_lost_between_fulls"):
            rows = []
        series.told = kind == "sabun" and bool(rows)
        series.changed, series.gone = {}, {}
        if kind == "sabun" and not rows and self._fault("empty_delta_missing"):
            return []
        if self._is_withheld(series, kind) or self._place is None:
            return []
        parts = self._apart(series, rows) if kind == "sabun" and self._style.deltas == "apart" else [rows]
        return [
            name
            for number, part in enumerate(parts)
            for name in self._file(series, kind, at + timedelta(minutes=number), part)
        ]

    @staticmethod
    def _apart(series: Series, rows: list[Row]) -> list[list[Row]]:
        """The rows in two files, the whole history of a subject in one of them; one file when only one subject changed."""
        subjects = list(dict.fromkeys(series.subject(row) for row in rows))
        first = set(subjects[: (len(subjects) + 1) // 2])
        parts = [[row for row in rows if (series.subject(row) in first) is chosen] for chosen in (True, False)]
        return parts if len(subjects) > 1 else [rows]

    def _file(self, series: Series, kind: str, at: datetime, rows: list[Row]) -> list[str]:
        """One file with the next number."""
        base = series.sequence if kind == "sabun" else None
        if base is not None and self._fault("base_sequence_wrong"):
            base += 1
        series.sequence += 2 if series.sequence == 1 and self._fault("sequence_gap") else 1
        series.at = at
        sheet = Sheet(
            linkage=series.linkage,
            municipality=self._municipality,
            kind=kind,
            sequence=series.sequence,
            base_sequence=base,
            at=at,
            rows=self._whole(rows, series.linkage),
        )
        written = [self._write(sheet)]
        if sheet.sequence == 2 and self._fault("sequence_delivered_twice"):
            written.append(self._write(replace(sheet, at=at + timedelta(minutes=1), rows=sheet.rows[1:])))
        return written

    def _is_withheld(self, series: Series, kind: str) -> bool:
        """A vendor with that defect forgets one linkage of the system."""
        if kind == "zenken":
            return series.linkage.id == self._last and self._fault("full_file_missing")
        return series.linkage.id == self._last_told and self._fault("delta_file_missing")

    def _full(self, series: Series) -> list[Row]:
        return [series.spoil(row) for row in series.ordered(series.rows.values())]

    def _delta(self, series: Series) -> list[Row]:
        changed = [series.spoil(series.rows[key]) for key in series.changed]
        if self._fault("delta_misses_change") and changed:
            changed = changed[:-1]
        if self._fault("former_latest_not_resent") and series.linkage.latest >= 0:
            changed = [row for row in changed if row[series.linkage.latest] == "1"]
        if not self._fault("deletion_not_announced"):
            changed += [series.spoil(row) for row in series.gone.values()]
        return series.ordered(changed)

    def _whole(self, rows: list[Row], linkage: Linkage) -> list[Row]:
        """The rows in the vendor's style, with the defects that concern a file as a whole."""
        if self._style.row_order == "reversed":
            rows = rows[::-1]
        if self._fault("key_duplicated") and rows:
            rows = [*rows, rows[-1]]
        if self._fault("delta_contradicts_itself") and rows:
            other = list(rows[-1])
            other[linkage.places["sosashaid"]] = "OTHER"
            rows = [*rows, other]
        return [styled(row, linkage, self._style) for row in rows]

    def _write(self, sheet: Sheet) -> str:
        """The CSV, and only when it is all there its marker."""
        name, content = sheet.name(self._fault), sheet.content(self._fault)
        if self._place:
            self._place.write(sheet.linkage.id, name, content)
            if not (self._fault("marker_missing") and sheet.sequence == 4):
                self._place.write(sheet.linkage.id, f"{name}.end", sheet.marker(content, self._fault))
        return f"{sheet.linkage.id}/{name}"


def styled(row: Row, linkage: Linkage, style: Style) -> Row:
    """The row as this vendor writes it: 宛名番号 with zeros in front, TIME without seconds that are 00."""
    if style.padding != "zeros" and style.seconds != "omit":
        return row
    cells = list(row)
    for place in linkage.numbers if style.padding == "zeros" else ():
        cells[place] = cells[place] and cells[place].zfill(15)
    for place in linkage.times if style.seconds == "omit" else ():
        cells[place] = cells[place][:5] if cells[place].endswith(":00") else cells[place]
    return cells


def _both(first: Callable[[Row], Row], second: Callable[[Row], Row]) -> Callable[[Row], Row]:
    # The rule that is broken on purpose comes last: nothing writes over it.
    return lambda row: second(first(row))
