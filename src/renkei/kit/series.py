"""The series of files that a target has published for one linkage, and what folding them gives."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from renkei.flow.contract import Item
from renkei.kit.columns import Offence, Offences, masked, serial_of
from renkei.kit.datafile import MAX_FILE, MAX_MARKER, DataFile, Marker, parse_marker, parse_name
from renkei.kit.expect import Blocked, Expect, NotApplicable, Undecided
from renkei.kit.phrases import Phrase, at, phrase, unreadable
from renkei.kit.target import Provider
from renkei.ports import FileEntry, Place
from renkei.tableports import Difference, State, Tables

MARKER_SUFFIX = ".end"
# The columns of so many differing rows are compared one by one for a finding.
COMPARED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Everything below one linkage's folder: its files by sequence, and names that fit nothing.

    ``files`` may hold a sequence twice when it was delivered twice. ``strays`` are names of neither form; ``lonely``
    are markers without a file. ``states`` keeps what was folded.
    """

    linkage: str
    items: tuple[Item, ...]
    tables: Tables
    files: tuple[DataFile, ...]
    strays: tuple[str, ...]
    lonely: tuple[str, ...]
    states: dict[int, Fold] = field(default_factory=dict, repr=False)

    def of_kind(self, kind: str) -> tuple[DataFile, ...]:
        """The files of one kind (zenken, sabun), by sequence."""
        return tuple(file for file in self.files if file.parts.kind == kind)

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Romaji of the primary key's items."""
        return tuple(item.romaji for item in self.items if item.key)

    @property
    def serial(self) -> str:
        """The column that holds the history number, "" when the table has none."""
        return serial_of(self.items)

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

    def state(self, file: DataFile, *deltas: DataFile, removing: bool = True) -> Fold:
        """What a full file and the deltas after it come to: upsert by key, rows with 削除フラグ=1 taken out.

        Not ``removing``: such rows are passed over.
        """
        fold = Fold(self.tables.state(file.ledger, removing=removing), (file,))
        for delta in deltas:
            fold = fold.apply(delta, removing=removing)
        return fold

    def current(self) -> Fold:
        """What the last full file and the deltas after it come to; undecided when there is no full file."""
        files = self.by_sequence()
        full = max((place for place, file in enumerate(files) if file.parts.kind == "zenken"), default=-1)
        if full < 0:
            raise Undecided("no-full", self.linkage)
        if full not in self.states:
            self.states[full] = self.state(*files[full:])
        return self.states[full]

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


@dataclass(frozen=True, slots=True)
class Fold:
    """A state, and the files it was folded from."""

    state: State
    files: tuple[DataFile, ...]

    def apply(self, delta: DataFile, *, removing: bool = True) -> Fold:
        """The state after a delta."""
        return Fold(self.state.apply(delta.ledger, removing=removing), (*self.files, delta))

    def without(self, deltas: Iterable[DataFile]) -> Fold:
        """The state without the keys that these deltas delete."""
        return Fold(self.state.without([delta.ledger for delta in deltas]), self.files)

    def against(self, wanted: Fold) -> Difference:
        """How this state departs from the wanted one."""
        return self.state.against(wanted.state)

    def place(self, row: int) -> tuple[DataFile, int]:
        """The file a row of the state came from, and its number there."""
        return place_of(self.files, row)


def place_of(files: tuple[DataFile, ...], row: int) -> tuple[DataFile, int]:
    """The file and the row in it of a row that is counted through files."""
    begins = [0, *itertools.accumulate(file.rows for file in files)]
    index = bisect.bisect(begins, row) - 1
    return files[index], row - begins[index]


def changed_columns(one: tuple[DataFile, int], other: tuple[DataFile, int]) -> list[str]:
    """The columns in which two records differ."""
    left, right = (file.record(row) for file, row in (one, other))
    return sorted(name for name in {*left, *right} if left.get(name) != right.get(name))


def expect_clean(target: Provider, expect: Expect, file: DataFile, offences: Offences, expected: Any = "") -> None:
    """No row of the file offends; else the finding names the first, and its evidence holds the first hundred."""
    first = offences.rows[0] if offences.rows else None
    if first is None:
        expect.that(True, "", expected=expected, actual="")
        return
    expect.that(
        False,
        first.rule,
        expected=first.expected or expected,
        actual=_counted(first, offences.count),
        where=at(at_line(file, first.line), first.column),
        files=(target.keep_file({**file.facts(), **offences.facts()}),),
    )


def at_line(file: DataFile, line: int) -> Phrase:
    """A place in a file: the line, or the file alone when no line of it is meant."""
    return phrase("at-line", file=file.name, line=line) if line else at(file.name)


def _counted(first: Offence, count: int) -> Phrase:
    """What came on the first offending row, and how many there are."""
    return phrase("of-many", shown=first.shown, count=count) if first.shown else phrase("in-all", count=count)


def with_deltas(target: Provider, series: Series) -> None:
    """A linkage that is only ever sent as a whole has nothing to say of deltas, unless it has some all the same."""
    if "sabun" not in target.operation(series.linkage).kinds and not series.of_kind("sabun"):
        raise NotApplicable("no-deltas-agreed", series.linkage)


def series_of(target: Provider, linkage: str = "", *, anyhow: bool = False) -> Series:
    """The series of a linkage (default: the case's own), read once per worker; blocked when there is no file.

    One of another system is that of the same vendor's target for it; it is looked up in and not judged.

    The files looked at are kept as evidence by digest and shape. Undecided when a key column is missing, since then
    nothing can be said of the rows (the header has a rule of its own); with ``anyhow`` it is given all the same.
    """
    name = linkage or target.operation().id
    held: dict[str, Series] = target.scratch.setdefault("series", {})
    if name not in held:
        held[name] = _read(target, name)
    for file in held[name].files:
        target.keep_file(file.facts())
        missing = [column for column in held[name].key_columns if column not in file.header]
        if missing and not anyhow:
            raise Undecided("columns-missing", ", ".join(missing))
    return held[name]


def _read(target: Provider, linkage: str) -> Series:
    own = any(one.id == linkage for one in target.system.linkages)
    info, system = (target.info, target.system) if own else target.publisher(linkage)
    place = target.place if own else target.place_of(info)
    entries = {entry.name: entry for entry in place.entries(linkage)}
    files: list[DataFile] = []
    strays: list[str] = []
    lonely: list[str] = []
    items = system.group(system.linkage(linkage).group)
    for name in entries:
        if name.endswith(MARKER_SUFFIX):
            if name.removesuffix(MARKER_SUFFIX) not in entries:
                lonely.append(name)
        elif parse_name(name) is None:
            strays.append(name)
        else:
            files.append(_file(target, place, name, entries, items, judged=own))
    if not files and not strays:
        raise Blocked("no-test-data", linkage)
    files.sort(key=lambda file: (file.parts.sequence, file.parts.stamp, file.name))
    return Series(
        linkage=linkage,
        items=items,
        tables=target.tools.tables(),
        files=tuple(files),
        strays=tuple(strays),
        lonely=tuple(lonely),
    )


def _file(
    target: Provider,
    place: Place,
    name: str,
    entries: dict[str, FileEntry],
    items: tuple[Item, ...],
    *,
    judged: bool,
) -> DataFile:
    parts = parse_name(name)
    if parts is None:
        raise ValueError(name)
    marker: Marker | None = None
    fault = phrase("no-completion-marker")
    if name + MARKER_SUFFIX in entries:
        try:
            marker = parse_marker(place.fetch(name + MARKER_SUFFIX, limit=MAX_MARKER).read_bytes())
            fault = Phrase()
        except ValueError as error:
            fault = error.args[0] if isinstance(error.args[0], Phrase) else unreadable(error)
    path = place.fetch(name, limit=MAX_FILE)
    return DataFile(
        name=name,
        parts=parts,
        path=path,
        marker=marker,
        marker_fault=fault,
        items=items,
        codes=target.bundle.codes if judged else None,
        tables=target.tools.tables(),
    )
