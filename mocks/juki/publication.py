"""Publishing the linkages of 001: full files and deltas, through the storage library, the marker last."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import fsspec

from mocks.clock import Clock
from mocks.fault import Faults
from mocks.juki.blemish import spoil, spoil_cells
from mocks.juki.item import LINKAGES, PROTECTION, Linkage
from mocks.juki.residency import Record, Residency
from mocks.juki.story import MOMENTS
from mocks.sheet import Sheet
from mocks.vendor import Style

Key = tuple[str, ...]


@dataclass(slots=True)
class Series:
    """What was published of one linkage: the last sequence number, and the rows as they were."""

    sequence: int = 0
    rows: dict[Key, Record] = field(default_factory=dict)


class Publisher:
    """The place of one vendor, and what lies in it."""

    def __init__(
        self,
        *,
        place: str,
        options: dict[str, Any],
        residency: Residency,
        municipality: str,
        style: Style,
        fault: Faults,
        clock: Clock,
    ) -> None:
        self._files, self._root = fsspec.core.url_to_fs(place, **options)
        self._residency = residency
        self._municipality = municipality
        self._style = style
        self._fault = fault
        self._clock = clock
        self._series = {linkage.id: Series() for linkage in LINKAGES}

    def open(self) -> list[str]:
        """An empty place, then the five files of every linkage that are there from the start."""
        self._clear()
        written = []
        for number, (moment, kind) in enumerate(MOMENTS):
            if number == 2 and self._fault("empty_delta_missing"):
                continue
            for linkage in self._published(kind):
                written += self._publish(linkage, kind, moment)
        return written

    def _published(self, kind: str) -> list[Linkage]:
        """The linkages that have files of that kind."""
        full = kind == "zenken"
        if (full and self._fault("full_file_missing")) or (not full and self._fault("delta_file_missing")):
            return [linkage for linkage in LINKAGES if linkage is not PROTECTION]
        return list(LINKAGES)

    def publish_all(self, kind: str) -> list[str]:
        """Every linkage now, as a full file or as a delta."""
        if kind not in {"zenken", "sabun"}:
            raise ValueError(f"expected kind zenken or sabun, kind = {kind!r}")
        written = []
        for linkage in self._published(kind):
            written += self._publish(linkage, kind, self._clock.now)
        return written

    def _clear(self) -> None:
        """What an earlier mock left in the folders of these linkages goes; anything else in the place stays."""
        for linkage in LINKAGES:
            folder = f"{self._root}/{linkage.id}"
            if self._files.exists(folder):
                self._files.rm(folder, recursive=True)

    def _publish(self, linkage: Linkage, kind: str, moment: datetime) -> list[str]:
        series = self._series[linkage.id]
        records = (spoil(record, linkage, self._fault) for record in self._residency.records(linkage, moment))
        now = {_key(linkage, record): record for record in records}
        rows = list(now.values()) if kind == "zenken" else list(self._changes(series.rows, now))
        if self._style.row_order == "reversed":
            rows.reverse()
        base = series.sequence if kind == "sabun" else None
        series.sequence += self._step(series.sequence)
        series.rows = now
        if base is not None and self._fault("base_sequence_wrong"):
            base += 1
        sheet = Sheet(
            linkage=linkage,
            municipality=self._municipality,
            kind=kind,
            sequence=series.sequence,
            base_sequence=base,
            at=moment,
            rows=spoil_cells([self._cells(linkage, row) for row in rows], linkage, self._fault),
        )
        written = [self._write(sheet)]
        if sheet.sequence == 2 and self._fault("sequence_delivered_twice"):
            again = Sheet(**{**_facts(sheet), "at": moment + timedelta(minutes=1), "rows": sheet.rows[1:]})
            written.append(self._write(again))
        return written

    def _step(self, sequence: int) -> int:
        return 2 if sequence == 1 and self._fault("sequence_gap") else 1

    def _changes(self, before: dict[Key, Record], now: dict[Key, Record]) -> Iterator[Record]:
        """The rows that are new or different, then the deleted ones with 削除フラグ."""
        changed = [record for place, record in now.items() if before.get(place) != record]
        if self._fault("delta_misses_change") and changed:
            changed = changed[:-1]
        if self._fault("former_latest_not_resent"):
            changed = [record for record in changed if record["最新フラグ"] == "1"]
        yield from changed
        for place, record in before.items():
            if place not in now and not self._fault("deletion_not_announced"):
                yield {**record, "最新フラグ": "0", "削除フラグ": "1"}

    def _cells(self, linkage: Linkage, record: Record) -> list[str]:
        cells = [record.get(item.label, "") for item in linkage.items]
        if self._style.padding == "zeros":
            for place, item in enumerate(linkage.items):
                if item.romaji == "atenabango":
                    cells[place] = cells[place].zfill(15)
        if self._style.seconds == "omit":
            cells = [_without_seconds(cell) if item.kind == "TIME" else cell
                     for cell, item in zip(cells, linkage.items, strict=True)]  # fmt: skip
        return cells

    def _write(self, sheet: Sheet) -> str:
        """The CSV, and only when it is all there its marker."""
        folder = f"{self._root}/{sheet.linkage.id}"
        self._files.makedirs(folder, exist_ok=True)
        path = f"{folder}/{sheet.name(self._fault)}"
        content = sheet.content(self._fault)
        self._files.pipe_file(path, content)
        if not (self._fault("marker_missing") and sheet.sequence == 4):
            self._files.pipe_file(f"{path}.end", sheet.marker(content, self._fault))
        return f"{sheet.linkage.id}/{sheet.name(self._fault)}"


def _without_seconds(cell: str) -> str:
    return cell[:5] if cell.endswith(":00") else cell


def _key(linkage: Linkage, record: Record) -> Key:
    return tuple(record[item.label] for item in linkage.items if item.key)


def _facts(sheet: Sheet) -> dict[str, Any]:
    return {name: getattr(sheet, name) for name in Sheet.__slots__}
