"""One published file of a file linkage: its name, its completion marker, and its bytes judged in columns."""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renkei.flow.contract import Item, RowRule
from renkei.flow.exchange import strict_json
from renkei.flow.phrase import phrase
from renkei.kit.columns import (
    DELETED,
    LATEST,
    PERSON,
    Offence,
    Offences,
    asked_of,
    column_rules,
    masked,
    row_roles,
    serial_of,
    shown_cell,
    triples,
)
from renkei.kit.columns_blocks import Form, Reader, Stretch, ahead
from renkei.kit.phrases import json_kind
from renkei.tableports import (
    ColumnRule,
    Excerpt,
    Ledger,
    Owners,
    RowJudge,
    RowRoles,
    RuleHits,
    Sheet,
    Succession,
    Suspect,
    Tables,
)

MAX_FILE = 2 << 30
MAX_MARKER = 64 << 10
# So many different values of a column are told apart.
VALUES = 1000
KINDS = ("zenken", "sabun")
MARKER_MEMBERS: Mapping[str, type] = {
    "linkage": str,
    "kind": str,
    "sequence": int,
    "rows": int,
    "sha256": str,
    "created": str,
}
_NAME = re.compile(
    r"(?P<linkage>[0-9]{3}o[0-9]{3})_(?P<municipality>[0-9]{6})_(?P<kind>zenken|sabun)"
    r"_(?P<stamp>[0-9]{14})_(?P<sequence>[0-9]{6})\.csv"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A completion marker (file profile): what the provider announces of a file once it is written."""

    linkage: str
    kind: str
    sequence: int
    rows: int
    sha256: str
    base_sequence: int | None
    created: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """The parts of a file's name (file profile)."""

    linkage: str
    municipality: str
    kind: str
    stamp: str
    sequence: int


def parse_name(name: str) -> FileName | None:
    """The parts of a name below the place, None when it is not of the profile's form."""
    folder, _, base = name.rpartition("/")
    match = _NAME.fullmatch(base)
    if match is None or folder != match["linkage"]:
        return None
    return FileName(
        linkage=match["linkage"],
        municipality=match["municipality"],
        kind=match["kind"],
        stamp=match["stamp"],
        sequence=int(match["sequence"]),
    )


def parse_marker(data: bytes) -> Marker:
    """The marker of its bytes; raises ValueError, with a phrase when a member is missing or of the wrong type."""
    value = strict_json(data)
    if not isinstance(value, dict):
        raise ValueError(json_kind(value))
    for name, kind in MARKER_MEMBERS.items():
        if type(value.get(name)) is not kind:
            raise ValueError(phrase("marker-member", name=name))
    base = value.get("base_sequence")
    if base is not None and type(base) is not int:
        raise ValueError(phrase("marker-member", name="base_sequence"))
    return Marker(base_sequence=base, **{name: value[name] for name in MARKER_MEMBERS})


def columns_of(rules: Sequence[RowRule]) -> tuple[str, ...]:
    """The columns that rules need of their own rows, each once."""
    return tuple(dict.fromkeys(name for rule in rules for name in (*rule.cells, *asked_column(rule.when))))


def asked_column(condition: str) -> tuple[str, ...]:
    """The column that a condition of a rule asks for, if there is one."""
    return (condition.partition("=")[0].removesuffix("!"),) if condition else ()


class DataFile:
    """One file of a place with what was announced of it, judged in one pass when something of it is first asked.

    ``form`` says what its bytes are like, ``offences`` which cells break which rules, ``ledger`` what its rows come
    to, and ``records`` gives the cells of some columns row by row. Nothing but the ledger grows with the file. One
    without ``codes`` is only looked up in: no rule is applied, and its ledger knows keys only.
    """

    def __init__(
        self,
        *,
        name: str,
        parts: FileName,
        path: Path,
        marker: Marker | None,
        marker_fault: str,
        items: tuple[Item, ...],
        codes: Mapping[str, Mapping[str, str]] | None,
        tables: Tables,
    ) -> None:
        self.name = name
        self.parts = parts
        self.path = path
        self.marker = marker
        self.marker_fault = marker_fault
        self._items = items
        self._codes = codes
        self._tables = tables

    @functools.cached_property
    def _judged(self) -> tuple[Reader, Sheet]:
        reader = Reader(self.path)
        judged = self._codes is not None
        rules = column_rules(self._items, self._codes or {}) if judged else ()
        apart = frozenset() if judged else frozenset(item.romaji for item in self._items)
        sheet = self._sheet(reader, row_roles(self._items, apart=apart), rules)
        for block in ahead(reader.blocks(sheet.read)):
            if reader.width:
                sheet.judge(block)
        return reader, sheet

    def _sheet(self, reader: Reader, roles: RowRoles, rules: Sequence[ColumnRule]) -> Sheet:
        dates = triples(self._items) if rules else ()
        return self._tables.sheet(reader.form.header[: reader.width], rules, dates, roles)

    @property
    def form(self) -> Form:
        """What the bytes are like: header, encoding, line ends, quoting, numbers of cells, digest."""
        return self._judged[0].form

    @property
    def header(self) -> tuple[str, ...]:
        """The column names."""
        return self.form.header

    @property
    def rows(self) -> int:
        """How many records follow the header."""
        return self._judged[0].rows + self._judged[0].passed

    @property
    def ledger(self) -> Ledger:
        """What the rows come to: keys, histories, digests."""
        return self._judged[1].ledger()

    def ledger_without(self, columns: frozenset[str]) -> Ledger:
        """The same with some columns left out of the comparison of rows; reads the file again."""
        reader, _ = self._judged
        sheet = self._sheet(reader, row_roles(self._items, apart=columns), ())
        for stretch in reader.stretches:
            block = sheet.read(reader.data(stretch))
            if block is not None and reader.width:
                sheet.judge(block)
        return sheet.ledger()

    def line(self, row: int) -> int:
        """The line on which a record (from 0) begins; lines within quotation marks count."""
        return self._judged[0].line(row)

    def filled(self, column: str) -> int:
        """How many cells of a column are not empty."""
        return self._judged[1].filled().get(column, 0)

    def offences(self, rules: Collection[str], *, column: str = "") -> Offences:
        """The cells that break one of these field rules, of all columns in the order of the table or of one."""
        found = Offences()
        hits = self._judged[1].hits()
        for item in self._items:
            if column not in ("", item.romaji):
                continue
            mine = [(rule, hits[item.romaji, rule]) for rule in rules if (item.romaji, rule) in hits]
            first = sorted(((hit.row, rule, hit.cell) for rule, some in mine for hit in some.first))
            for row, rule, cell in first:
                found.add(self._offence(rule, row, item, cell))
            for rule, some in mine:
                found.add_unseen(rule, some.count - len(some.first))
        return found

    def _offence(self, rule: str, row: int, item: Item, cell: str) -> Offence:
        return Offence(
            rule=rule,
            line=self.line(row),
            column=f"{item.romaji}（{item.name}）",
            expected=asked_of(item, rule),
            shown=shown_cell(item, cell) if cell else phrase("empty"),
        )

    def records(self, *columns: str, suspects: Sequence[Suspect] = ()) -> Iterator[tuple[int, tuple[str, ...]]]:
        """(line, the cells of these columns) of every record, "" for a column that the file lacks.

        With ``suspects``, which are looked for column by column, only of the records for which one of them holds.
        """
        reader, _ = self._judged
        for stretch in reader.stretches:
            for row, cells in self._cells(stretch, columns, suspects):
                yield reader.line(stretch.row + row), cells

    def record(self, row: int, *columns: str) -> dict[str, str]:
        """One record (from 0) as {column: cell}; all columns when none is named."""
        reader, _ = self._judged
        stretch = next(one for one in reader.stretches if one.row <= row < one.row + one.rows)
        names = columns or tuple(dict.fromkeys(self.header))
        _, cells = next(itertools.islice(self._cells(stretch, names), row - stretch.row, None))
        return dict(zip(names, cells, strict=True))

    def _cells(
        self, stretch: Stretch, columns: Sequence[str], suspects: Sequence[Suspect] = ()
    ) -> Iterator[tuple[int, tuple[str, ...]]]:
        reader, _ = self._judged
        return self._tables.cells(reader.data(stretch), max(reader.width, 1), self._places(columns), suspects)

    def _places(self, columns: Sequence[str]) -> list[int]:
        return [self.header.index(column) if column in self.header else -1 for column in columns]

    def values(self, columns: Sequence[str], *, limit: int = VALUES) -> tuple[tuple[str, ...], ...]:
        """The different filled cells of each column, the first so many in their order."""
        reader, _ = self._judged
        found: list[set[str]] = [set() for _ in columns]
        for stretch in reader.stretches:
            some = self._tables.distinct(reader.data(stretch), max(reader.width, 1), self._places(columns), limit=limit)
            found = [set(sorted({*known, *more})[:limit]) for known, more in zip(found, some, strict=True)]
        return tuple(tuple(sorted(known)) for known in found)

    def succession(self, *groups: Sequence[str]) -> Succession:
        """What follows on what in the persons' histories, for these groups of columns."""
        found = self._tables.succession(*map(len, groups))
        self._given(found, (DELETED, PERSON, serial_of(self._items), *itertools.chain(*groups)))
        return found

    def owners(self, number: str) -> Owners:
        """Which person each number of that column belongs to."""
        found = self._tables.owners()
        self._given(found, (DELETED, number, PERSON))
        return found

    def agreement(self, rules: Sequence[RowRule]) -> tuple[RuleHits, ...]:
        """What rules between the cells of a row say of this file, by rule; deleted rows are passed over."""
        columns = columns_of(rules)
        found = self._tables.row_judge(rules, columns)
        self._given(found, (DELETED, *columns))
        return found.hits()

    def excerpted(self, excerpt: Excerpt, columns: Sequence[str]) -> None:
        """Give an excerpt of these columns what this file has of them."""
        self._given(excerpt, (LATEST, *columns))

    def _given(self, taker: Succession | Owners | RowJudge | Excerpt, columns: Sequence[str]) -> None:
        reader, _ = self._judged
        for stretch in reader.stretches:
            taker.take(reader.data(stretch), max(reader.width, 1), self._places(columns))

    def facts(self) -> dict[str, Any]:
        """What is kept of the file as evidence: its digest and counts, and the shape of its first rows."""
        return {
            "file": self.name,
            "sha256": self.form.sha256,
            "bytes": self.form.size,
            "rows": self.rows,
            "columns": self.form.declared,
            "sample": self._sample,
        }

    @functools.cached_property
    def _sample(self) -> list[str]:
        reader, _ = self._judged
        rows = (cells for stretch in reader.stretches[:1] for _, cells in self._cells(stretch, self.header))
        return [json.dumps([masked(cell) for cell in row], ensure_ascii=False) for row in itertools.islice(rows, 2)]
