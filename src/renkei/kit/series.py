"""The series of files that a target has published for one linkage, and what folding them gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from renkei.flow.contract import Item
from renkei.kit.datafile import MAX_FILE, MAX_MARKER, DataFile, Marker, masked, parse_marker, parse_name
from renkei.kit.expect import Blocked, Undecided
from renkei.kit.target import Provider
from renkei.ports import FileEntry

MARKER_SUFFIX = ".end"
DELETED = "sakujofuragu"
LATEST = "saishinfuragu"

Record = dict[str, str]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Everything below one linkage's folder: its files by sequence, and names that fit nothing.

    ``files`` may hold a sequence twice when it was delivered twice. ``strays`` are names of neither form; ``lonely``
    are markers without a file.
    """

    linkage: str
    items: tuple[Item, ...]
    files: tuple[DataFile, ...]
    strays: tuple[str, ...]
    lonely: tuple[str, ...]

    def of_kind(self, kind: str) -> tuple[DataFile, ...]:
        """The files of one kind (zenken, sabun), by sequence."""
        return tuple(file for file in self.files if file.parts.kind == kind)

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Romaji of the primary key's items."""
        return tuple(item.romaji for item in self.items if item.key)

    def key(self, record: Record) -> Key:
        """The primary key of a record."""
        return tuple(record.get(name, "") for name in self.key_columns)

    def names(self, columns: Iterable[str]) -> str:
        """Column names for a finding; what is no item of the table may be data, and is shown by its shape only."""
        known = {item.romaji for item in self.items}
        return ", ".join(column if column in known else masked(column) for column in columns)

    def by_sequence(self) -> tuple[DataFile, ...]:
        """One file per sequence, in order (a second delivery of a sequence is judged by a rule of its own)."""
        first: dict[int, DataFile] = {}
        for file in self.files:
            first.setdefault(file.parts.sequence, file)
        return tuple(first[sequence] for sequence in sorted(first))

    def apply(self, state: dict[Key, Record], records: Iterable[Record]) -> dict[Key, Record]:
        """The state after a delta: upsert by primary key, rows with 削除フラグ=1 taken out."""
        after = dict(state)
        for record in records:
            if record.get(DELETED) == "1":
                after.pop(self.key(record), None)
            else:
                after[self.key(record)] = record
        return after

    def full(self, file: DataFile) -> dict[Key, Record]:
        """The state that a full file gives."""
        return self.apply({}, file.table.records())

    def spans(self) -> tuple[tuple[DataFile, tuple[DataFile, ...], DataFile], ...]:
        """Every (full, deltas after it, next full) of the series."""
        spans = []
        start: DataFile | None = None
        deltas: list[DataFile] = []
        for file in self.by_sequence():
            if file.parts.kind == "sabun":
                deltas.append(file)
                continue
            if start is not None:
                spans.append((start, tuple(deltas), file))
            start, deltas = file, []
        return tuple(spans)


def series_of(target: Provider, linkage: str = "", *, anyhow: bool = False) -> Series:
    """The series of a linkage (default: the case's own), read once per worker; blocked when there is no file.

    The files looked at are kept as evidence by digest and shape. Undecided when a key column is missing, since then
    nothing can be said of the rows (the header has a rule of its own); with ``anyhow`` it is given all the same.
    """
    name = linkage or target.operation().id
    held: dict[str, Series] = target.scratch.setdefault("series", {})
    if name not in held:
        held[name] = _read(target, name)
    for file in held[name].files:
        target.keep_file(file.facts())
        missing = [column for column in held[name].key_columns if column not in file.table.header]
        if missing and not anyhow:
            raise Undecided("columns-missing", ", ".join(missing))
    return held[name]


def _read(target: Provider, linkage: str) -> Series:
    entries = {entry.name: entry for entry in target.place.entries(linkage)}
    files: list[DataFile] = []
    strays: list[str] = []
    lonely: list[str] = []
    for name in entries:
        if name.endswith(MARKER_SUFFIX):
            if name.removesuffix(MARKER_SUFFIX) not in entries:
                lonely.append(name)
        elif parse_name(name) is None:
            strays.append(name)
        else:
            files.append(_file(target, name, entries))
    if not files and not strays:
        raise Blocked("no-test-data", linkage)
    files.sort(key=lambda file: (file.parts.sequence, file.parts.stamp, file.name))
    return Series(
        linkage=linkage,
        items=target.system.group(target.operation(linkage).group),
        files=tuple(files),
        strays=tuple(strays),
        lonely=tuple(lonely),
    )


def _file(target: Provider, name: str, entries: dict[str, FileEntry]) -> DataFile:
    parts = parse_name(name)
    if parts is None:
        raise ValueError(name)
    marker: Marker | None = None
    fault = "absent"
    if name + MARKER_SUFFIX in entries:
        try:
            marker = parse_marker(target.place.fetch(name + MARKER_SUFFIX, limit=MAX_MARKER).read_bytes())
            fault = ""
        except ValueError as error:
            fault = str(error)[:80]
    path = target.place.fetch(name, limit=MAX_FILE)
    return DataFile(name=name, parts=parts, path=path, marker=marker, marker_fault=fault)
