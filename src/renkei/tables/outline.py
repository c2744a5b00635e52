"""The outline: every linkage of the standard by its number, and what carries it.

A number is carried by data sets of this edition, by operations of a boundary system, or by nothing, and then its note says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from renkei.errors import ContractError
from renkei.flow.contract import Bundle, Linkage
from renkei.flow.requirement import Transport
from renkei.tables.reader import Row, read_rows

TABLE = "common/outline.csv"
COLUMNS = ("number", "provider", "consumers", "data_ja", "method", "linkages", "note_ja", "note_en")
OPERATIONS = "boundary/operations.csv"
OPERATION_COLUMNS = ("system", "operation", "method", "path", "flow", "linkage", "source")
# The standard's marks: F file, A API, A/F either; 外部 an interface of an outside system, なし nothing that two systems do.
METHODS = ("F", "A", "A/F", "F/外部", "外部", "なし")
OUTSIDE = ("F/外部", "外部", "なし")
SERVICES = "gyomuid"
EVERY_FILE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One number of the outline; ``operations`` are those of boundary systems that name it."""

    number: str
    providers: tuple[str, ...]
    consumers: tuple[str, ...]
    data: str
    method: str
    linkages: tuple[str, ...]
    note_ja: str
    note_en: str
    operations: tuple[str, ...] = ()
    line: int = 0

    def note(self, language: str) -> str:
        """What there is to say of it, in ``ja`` or ``en``: why nothing carries it, where nothing does."""
        return self.note_ja if language == "ja" else self.note_en

    def carriers(self, bundle: Bundle) -> tuple[Linkage, ...]:
        """The data sets of the edition that carry it."""
        known = tuple(linkage for system in bundle.systems for linkage in system.linkages)
        if EVERY_FILE in self.linkages:
            return tuple(linkage for linkage in known if linkage.transport is Transport.FILE)
        return tuple(linkage for linkage in known if linkage.id in self.linkages)

    @property
    def carried(self) -> bool:
        """Whether anything here carries it."""
        return bool(self.linkages or self.operations)

    @property
    def explained(self) -> bool:
        """Whether everything carries it, or its note says what does not and why."""
        if self.method in OUTSIDE:
            return bool(self.note_ja and self.note_en) or bool(self.operations)
        return self.carried or bool(self.note_ja and self.note_en)


def read_outline(files: Mapping[str, bytes]) -> tuple[Entry, ...]:
    """The outline of a contracts folder, with the operations of its boundary systems where it has any."""
    operations: dict[str, list[str]] = {}
    for row in _operations(files):
        for number in row.parts("linkage"):
            operations.setdefault(number, []).append(row.text("operation"))
    if TABLE not in files:
        raise ContractError("contract-file-missing", file=TABLE)
    rows = read_rows(files[TABLE].decode("utf-8"), TABLE, COLUMNS)
    return tuple(_entry(row, tuple(operations.get(row["number"], ()))) for row in rows)


def _operations(files: Mapping[str, bytes]) -> Iterator[Row]:
    if OPERATIONS in files:
        yield from read_rows(files[OPERATIONS].decode("utf-8"), OPERATIONS, OPERATION_COLUMNS)


def _entry(row: Row, operations: tuple[str, ...]) -> Entry:
    row.text("provider"), row.text("consumers")
    return Entry(
        number=row.text("number"),
        providers=row.parts("provider"),
        consumers=row.parts("consumers"),
        data=row.text("data_ja"),
        method=row.choice("method", METHODS),
        linkages=row.parts("linkages"),
        note_ja=row["note_ja"],
        note_en=row["note_en"],
        operations=operations,
        line=row.line,
    )


def faults(files: Mapping[str, bytes], bundle: Bundle) -> Iterator[ContractError]:
    """Every inconsistency of the outline: with itself, with the tables, and with the boundary systems."""
    entries = read_outline(files)
    times = Counter(entry.number for entry in entries)
    for number, count in times.items():
        if count > 1:
            yield ContractError("contract-duplicate", file=TABLE, kind="number", value=number, first=TABLE)
    if max(times.values(), default=1) == 1:
        yield from _numbering(entries)
    for entry in entries:
        yield from _parties(entry, bundle)
        yield from _carriers(entry, bundle)
        if not entry.explained:
            yield ContractError("outline-unexplained", file=TABLE, row=entry.line, number=entry.number)
    for row in _operations(files):
        for number in row.parts("linkage"):
            if number not in times:
                yield _unknown(OPERATIONS, row["operation"], "linkage", number)


def _unknown(file: str, where: str, kind: str, value: str) -> ContractError:
    return ContractError("contract-unknown-name", file=file, where=where, kind=kind, value=value)


def _numbering(entries: tuple[Entry, ...]) -> Iterator[ContractError]:
    for place, entry in enumerate(entries, 1):
        expected = f"L{place:02}"
        if entry.number != expected:
            values = {"row": entry.line, "column": "number", "value": entry.number, "expected": expected}
            yield ContractError("contract-value", file=TABLE, **values)
            return


def _parties(entry: Entry, bundle: Bundle) -> Iterator[ContractError]:
    services = bundle.codes.get(SERVICES, {})
    for party in (*entry.providers, *entry.consumers):
        if party.isdigit() and party not in services:
            yield _unknown(TABLE, entry.number, "provider / consumers", party)


def _carriers(entry: Entry, bundle: Bundle) -> Iterator[ContractError]:
    """Data sets exist, belong to a party, and reach every party that is a system."""
    carriers = entry.carriers(bundle)
    known = {linkage.id for linkage in carriers} | {EVERY_FILE}
    for name in entry.linkages:
        if name not in known:
            yield _unknown(TABLE, entry.number, "linkages", name)
    if not carriers or EVERY_FILE in entry.linkages:
        return
    parties = {party for party in (*entry.providers, *entry.consumers) if party.isdigit()}
    reached = {party for linkage in carriers for party in (linkage.system, *linkage.consumers)}
    named = [(party, ";".join(entry.linkages)) for party in sorted(parties - reached)]
    anybody = any(not party.isdigit() for party in entry.providers)
    named += [(linkage.system, linkage.id) for linkage in carriers if linkage.system not in parties and not anybody]
    for party, linkages in named:
        values = {"row": entry.line, "number": entry.number, "party": party, "linkages": linkages}
        yield ContractError("outline-not-reached", file=TABLE, **values)
