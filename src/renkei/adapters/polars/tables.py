"""Judging a file block by block: quick truths of all columns at once, and the exact masks only where one is broken."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from polars.exceptions import PolarsError

from renkei.adapters.polars.agreements import RowAgreement
from renkei.adapters.polars.blocks import parsed, picked, rows
from renkei.adapters.polars.excerpts import RowExcerpt
from renkei.adapters.polars.histories import Belongings, Follower
from renkei.adapters.polars.ledger import FileLedger, Followed, Standing
from renkei.adapters.polars.rules import byte_limit, masks, overlong, quick
from renkei.flow.contract import RowRule
from renkei.tableports import Block, ColumnRule, Hit, Hits, Ledger, RowRoles, State, Suspect, UnknownDate

SHOWN = 100
JOINT = "\x1f"
REQUIRED = "必須"
# Digests are compared within one process only; nobody outside can aim at a collision.
_SALT = int.from_bytes(os.urandom(8), "big")


@dataclass(frozen=True, slots=True)
class FrameBlock:
    """Fulfils ``ports.Block``."""

    frame: pl.DataFrame
    rows: int
    open: bool


class PolarsTables:
    """Fulfils ``ports.Tables``."""

    def sheet(
        self, columns: Sequence[str], rules: Sequence[ColumnRule], triples: Sequence[UnknownDate], roles: RowRoles
    ) -> PolarsSheet:
        """A sheet of these columns."""
        return PolarsSheet(columns, rules, triples, roles)

    def cells(
        self, data: bytes, width: int, places: Sequence[int], suspects: Sequence[Suspect] = ()
    ) -> Iterator[tuple[int, tuple[str, ...]]]:
        """(number, cells) of the records, or of those for which a suspect holds."""
        return rows(data, width, places, suspects)

    def distinct(self, data: bytes, width: int, places: Sequence[int], *, limit: int) -> list[tuple[str, ...]]:
        """The different filled cells at each place."""
        frame = picked(data, width, places)
        return [tuple(column.drop_nulls().unique().sort().head(limit)) for column in frame.get_columns()]

    def succession(self, *sizes: int) -> Follower:
        """An empty one."""
        return Follower(sizes)

    def owners(self) -> Belongings:
        """Nothing known."""
        return Belongings()

    def row_judge(self, rules: Sequence[RowRule], columns: Sequence[str]) -> RowAgreement:
        """A judge of rows with these columns."""
        return RowAgreement(rules, columns)

    def excerpt(self, columns: Sequence[str], state: State | None) -> RowExcerpt:
        """An empty excerpt of these columns."""
        assert state is None or isinstance(state, Standing)
        return RowExcerpt(columns, state)

    def state(self, full: Ledger, *, removing: bool = True) -> Standing:
        """The state that a full file gives."""
        return Standing.empty().apply(full, removing=removing)

    def history(self) -> Followed:
        """A history in which nothing was delivered yet."""
        return Followed()


class PolarsSheet:
    """Fulfils ``ports.Sheet``."""

    def __init__(
        self, columns: Sequence[str], rules: Sequence[ColumnRule], triples: Sequence[UnknownDate], roles: RowRoles
    ) -> None:
        self._names = _distinct(columns)
        self._rules = [rule for rule in rules if rule.column in self._names]
        self._triples = [(triple, _triple(triple, self._names)) for triple in triples if triple.flag in self._names]
        self._roles = roles
        self._quick = [quick(rule).fill_null(False).alias(rule.column) for rule in self._rules]
        self._quick += [
            pl.any_horizontal([mask.any() for _, mask in found]).alias(f"{JOINT}{triple.flag}")
            for triple, found in self._triples
        ]
        limits = {rule.column: byte_limit(rule) for rule in self._rules}
        self._limits = {column: limit for column, limit in limits.items() if limit >= 0}
        self._overlong = {rule.column: overlong(rule).alias(rule.column) for rule in self._rules}
        self._widest = [pl.col(column).str.len_bytes().max().alias(column) for column in self._limits]
        self._found: dict[tuple[str, str], tuple[int, list[Hit]]] = {}
        self._filled = dict.fromkeys((rule.column for rule in self._rules), 0)
        self._ledger = _Gathering(self._names, roles)
        self._rows = 0

    def read(self, data: bytes) -> FrameBlock | None:
        """The records of a block; None when they are not UTF-8 or do not fit."""
        try:
            frame = parsed(data, self._names)
        except PolarsError:
            return None
        return FrameBlock(frame, frame.height, bool(self._names) and frame[self._names[-1]].null_count() > 0)

    def judge(self, block: Block) -> None:
        """Apply the rules to the next block."""
        assert isinstance(block, FrameBlock)
        frame = block.frame
        suspects = self._suspects(frame)
        empty = {rule.column: frame[rule.column].null_count() for rule in self._rules}
        for rule in self._rules:
            self._filled[rule.column] += block.rows - empty[rule.column]
            if suspects.get(rule.column):
                self._note(frame, rule.column, masks(rule))
            if empty[rule.column] and (rule.item.key or rule.item.output == REQUIRED):
                self._note(frame, rule.column, _absence(rule))
        for triple, found in self._triples:
            if suspects.get(f"{JOINT}{triple.flag}"):
                self._note(frame, triple.flag, found, shown=triple.words if triple.words in self._names else "")
        self._ledger.take(frame)
        self._rows += block.rows

    def _suspects(self, frame: pl.DataFrame) -> Mapping[str, bool]:
        """The quick truth of every column."""
        if not frame.height or not self._quick:
            return {}
        found = frame.select(self._quick).row(0, named=True)
        widest = frame.select(self._widest).row(0, named=True) if self._widest else {}
        wide = [column for column, width in widest.items() if (width or 0) > self._limits[column]]
        if wide:
            longer = frame.select(self._overlong[column] for column in wide).row(0, named=True)
            found |= {column: found[column] or longer[column] for column in wide}
        return found

    def _note(self, frame: pl.DataFrame, column: str, found: Sequence[tuple[str, pl.Expr]], *, shown: str = "") -> None:
        truths = frame.select(mask.fill_null(False).alias(code) for code, mask in found)
        for code in truths.columns:
            count = int(truths[code].sum())
            if not count:
                continue
            before, hits = self._found.setdefault((column, code), (0, []))
            rows = truths[code].arg_true().head(SHOWN - len(hits)).to_list()
            cells = frame[shown or column].gather(rows).to_list()
            hits += [
                Hit(row=self._rows + row, column=column, cell=cell or "") for row, cell in zip(rows, cells, strict=True)
            ]
            self._found[column, code] = (before + count, hits)

    def hits(self) -> Mapping[tuple[str, str], Hits]:
        """What was found so far."""
        return {place: Hits(count=count, first=tuple(hits)) for place, (count, hits) in self._found.items()}

    def filled(self) -> Mapping[str, int]:
        """How many cells of each judged column were not empty so far."""
        return dict(self._filled)

    def ledger(self) -> FileLedger:
        """The rows judged so far."""
        return self._ledger.whole()


class _Gathering:
    """Collects of every block what group checks need of its rows."""

    def __init__(self, names: Sequence[str], roles: RowRoles) -> None:
        self._roles = roles
        compared = sorted(name for name in names if not name.startswith(JOINT) and name not in roles.apart)
        self._fixed = [name for name in compared if name not in roles.mutable]
        self._mutable = [name for name in compared if name in roles.mutable]
        # Rows of files with other columns are other rows, whatever their cells: the names go into the digest.
        self._seed = int.from_bytes(hashlib.sha256("\n".join(compared).encode()).digest()[:8], "big") ^ _SALT
        self._columns = _facts(set(names), roles)
        self._parts: list[pl.DataFrame] = []

    def take(self, frame: pl.DataFrame) -> None:
        # Columns are picked as they are: a query over eighty of them costs more than the picking.
        fixed = self._digest([frame[name] for name in self._fixed], frame.height).alias("fixed")
        whole = self._digest([fixed, *(frame[name] for name in self._mutable)], frame.height).alias("whole")
        # The row number gives the table its height where a file has none of the columns.
        facts = frame.select(pl.int_range(pl.len()).alias(JOINT), *self._columns).get_columns()[1:]
        self._parts.append(pl.DataFrame([*facts, fixed, whole]))

    def _digest(self, columns: list[pl.Series], rows: int) -> pl.Series:
        if not columns:
            return pl.zeros(rows, pl.UInt64, eager=True)
        return pl.DataFrame(columns).hash_rows(seed=self._seed)

    def whole(self) -> FileLedger:
        if not self._parts:
            return FileLedger(pl.DataFrame(schema=FileLedger.SCHEMA))
        if len(self._parts) > 1:
            self._parts = [pl.concat(self._parts, rechunk=True)]
        return FileLedger(self._parts[0])


def _facts(names: set[str], roles: RowRoles) -> list[pl.Expr]:
    def cell(name: str, empty: str = "") -> pl.Expr:
        return pl.col(name).fill_null(empty) if name in names else pl.lit(empty)

    def joined(columns: Sequence[str]) -> pl.Expr:
        return pl.concat_str([cell(name) for name in columns] or [pl.lit("")], separator=JOINT)

    # A person's own history needs no second column of the same text.
    apart = [] if roles.subject == (roles.person,) else [joined(roles.subject).alias("subject")]
    return [
        joined(roles.key).alias("key"),
        *apart,
        cell(roles.person).alias("person"),
        _ordinal(cell(roles.serial)).alias("serial"),
        _ordinal(cell(roles.branch, "0")).alias("branch"),
        (cell(roles.latest) == "1").alias("latest"),
        (cell(roles.deleted) == "1").alias("deleted"),
    ]


def _ordinal(cell: pl.Expr) -> pl.Expr:
    """A history number; -1 for what is none."""
    return pl.when(cell.str.contains("^[0-9]{1,18}$")).then(cell.cast(pl.Int64, strict=False)).otherwise(-1)


def _absence(rule: ColumnRule) -> tuple[tuple[str, pl.Expr], ...]:
    empty = pl.col(rule.column).is_null()
    required = (("required-item-empty", empty),) if rule.item.output == REQUIRED else ()
    return (*required, ("key-part-empty", empty)) if rule.item.key else required


def _triple(triple: UnknownDate, names: Sequence[str]) -> tuple[tuple[str, pl.Expr], ...]:
    flag = pl.col(triple.flag)
    filled = pl.col(triple.words).is_not_null() if triple.words in names else pl.lit(False)
    return (
        ("unknown-date-without-words", ((flag == "1") & ~filled).fill_null(False)),
        ("words-without-unknown-date", ((flag == "0") & filled).fill_null(False)),
    )


def _distinct(columns: Sequence[str]) -> list[str]:
    """Names for polars: a name that comes twice or is empty is judged by no rule the second time."""
    seen: set[str] = set()
    names = []
    for place, name in enumerate(columns):
        names.append(f"{JOINT}{place}" if name in seen or not name else name)
        seen.add(name)
    return names
