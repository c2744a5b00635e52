"""What is asked of the columnar engine: rules for columns, what it finds, and what it makes of files and series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from renkei.flow.contract import Item, RowRule

_One = TypeVar("_One")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """What every cell of one column is judged by: the rules of its item, and patterns that no cell may match.

    ``codes`` is the closed code list (None: not judged); ``never`` are (rule code, regular expression) pairs in the
    syntax common to Python and Rust. An empty cell breaks ``required-item-empty`` (必須 items) and
    ``key-part-empty`` (key items) and nothing else.
    """

    item: Item
    codes: Mapping[str, str] | None = None
    never: tuple[tuple[str, str], ...] = ()

    @property
    def column(self) -> str:
        """The column's name: the item's romaji."""
        return self.item.romaji


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownDate:
    """A 不詳 triple: where ``flag`` is 1 ``words`` are filled, where it is 0 they are empty."""

    flag: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRoles:
    """Which columns make a row what it is: key, whose history it is of, number and branch, latest and deleted flags.

    A history is of one ``subject``: a person, a parcel, a claim. ``person`` is the column of 宛名番号. ``mutable``
    columns may differ between two deliveries of one history row; ``apart`` ones are left out of every comparison of
    rows. Columns that a file lacks, or that have no name, count as empty.
    """

    key: tuple[str, ...]
    subject: tuple[str, ...]
    person: str
    serial: str
    branch: str
    latest: str
    deleted: str
    mutable: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One cell that breaks a rule: the row (from 0, the header not counted), the column, and what stands there."""

    row: int
    column: str
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Generic[_One]):
    """Everything that breaks one rule: how many, and the first of them in the order of rows."""

    count: int
    first: tuple[_One, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits(Counted[Hit]):
    """Cells of one column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHit:
    """Two rows of one key: ``before`` and ``now`` are row numbers, -1 where there is no such row.

    Rows of a :class:`Ledger` are counted from 0 in its file; those of a :class:`State` or :class:`History` through
    all files that it was given, in that order.
    """

    key: tuple[str, ...]
    before: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHits(Counted[KeyHit]):
    """Keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectHit:
    """One subject (the parts of its key joined by "/") whose history breaks a rule, and a row of it."""

    rule: str
    subject: str
    expected: str
    actual: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectHits(Counted[SubjectHit]):
    """Subjects whose history breaks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowHits(Counted[int]):
    """Rows of a file, counted from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHits(Counted[tuple[int, tuple[str, ...]]]):
    """Rows that a rule between cells is about, of ``judged``.

    Of each the row, counted from 0 through all that was given, and its cells in the order of the rule's columns.
    """

    judged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """What makes a row worth a look: a cell of it that matches a pattern (or with ``fails`` does not), or sorts later.

    ``cell`` counts the columns that are asked for. The pattern is of the syntax common to Python and Rust; an empty cell
    is a text without characters.
    """

    cell: int
    pattern: str = ""
    fails: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a state (``before``) departs from the one wanted (``now``)."""

    missing: KeyHits
    extra: KeyHits
    differing: KeyHits


class Ledger(Protocol):
    """The rows of one file reduced to what group checks need: keys, histories, and a digest of every row."""

    @property
    def rows(self) -> int:
        """How many rows."""

    def doubles(self) -> KeyHits:
        """Rows whose key an earlier row has."""

    def turned(self) -> KeyHits:
        """Keys whose first and last row do not come to the same, so that the order of rows matters."""

    def gaps(self) -> SubjectHits:
        """Subjects whose history numbers are not 1, 2, 3 … but for those of deleted rows (``history-not-serial``)."""

    def latest_faults(self) -> SubjectHits:
        """Subjects with other than one latest row, or with one that is not the newest."""

    def subjects(self) -> int:
        """How many subjects have a row that is not deleted."""

    def person_lengths(self) -> Mapping[int, int]:
        """How many different persons come in each length of their number, in characters."""

    def strangers(self, known: Sequence[Ledger]) -> RowHits:
        """Rows whose person has no row in any of these."""


class State(Protocol):
    """The rows in force after some files, by key; a row is compared by its digest."""

    def apply(self, delta: Ledger, *, removing: bool = True) -> State:
        """The state after a delta: upsert by key, deleted rows taken out (not ``removing``: passed over)."""

    def without(self, announced: Sequence[Ledger]) -> State:
        """The state without the keys that a row of these files deletes."""

    def against(self, wanted: State) -> Difference:
        """How this state departs from the wanted one."""


class History(Protocol):
    """Follows the rows of a series file by file."""

    def rewritten(self, ledger: Ledger) -> tuple[int, KeyHits]:
        """Of the next file: how many rows came before, and those of them whose fixed columns are not as they were."""


class Succession(Protocol):
    """The rows of persons' histories in a file, one after the other; deleted rows are passed over."""

    def take(self, data: bytes, width: int, places: Sequence[int]) -> None:
        """The next block; the places of deleted flag, person, history number and the columns of every group, or -1."""

    def emptied(self, group: int) -> RowHits:
        """Rows in which that group of columns is empty, and was not in the row before."""

    def changed(self, group: int, once: int) -> tuple[int, RowHits]:
        """Rows with something in the group ``once``, the row before having something in the other one.

        How many, and those of them in which the other group is not as it was.
        """


class Owners(Protocol):
    """Which person a number belongs to; deleted rows and empty numbers are passed over."""

    def take(self, data: bytes, width: int, places: Sequence[int]) -> None:
        """The next block; the places of deleted flag, number and person, or -1."""

    def numbers(self) -> int:
        """How many different numbers."""

    def shared(self) -> RowHits:
        """Rows that give a number to another person than its first row does."""


class RowJudge(Protocol):
    """Judges the rows of a file by rules between their own cells; deleted rows are passed over."""

    def take(self, data: bytes, width: int, places: Sequence[int]) -> None:
        """The next block; the places of the deleted flag, and of the columns that the judge was made for, or -1."""

    def hits(self) -> tuple[RuleHits, ...]:
        """What was found so far, by rule."""


class Excerpt(Protocol):
    """Some columns of a linkage's rows: of all of them, or of those that are in force."""

    def take(self, data: bytes, width: int, places: Sequence[int]) -> None:
        """The next block; the places of the latest flag and of the columns that the excerpt was made for, or -1."""

    def judge(self, rule: RowRule, others: Sequence[Excerpt]) -> RuleHits:
        """These rows by a rule about several rows; the others are the excerpts of the linkages that it names."""


class Block(Protocol):
    """A block of records as the engine read it."""

    @property
    def rows(self) -> int:
        """How many records."""

    @property
    def open(self) -> bool:
        """Whether the last column has an empty cell: the record may have been too short."""


class Sheet(Protocol):
    """One file being judged, block by block; memory does not grow with the file but by its :class:`Ledger`."""

    def read(self, data: bytes) -> Block | None:
        """Whole records (RFC 4180, no header); None when they are not UTF-8 or one has more cells than the header.

        A record with fewer cells is filled with empty ones, see :attr:`Block.open`.
        """

    def judge(self, block: Block) -> None:
        """Apply the rules to the next block of the file."""

    def hits(self) -> Mapping[tuple[str, str], Hits]:
        """What was found so far, by (column, rule)."""

    def filled(self) -> Mapping[str, int]:
        """How many cells of each judged column were not empty so far."""

    def ledger(self) -> Ledger:
        """The rows judged so far."""


class Tables(Protocol):
    """The columnar engine: judges blocks of CSV column by column, and compares what files come to."""

    def sheet(
        self, columns: Sequence[str], rules: Sequence[ColumnRule], triples: Sequence[UnknownDate], roles: RowRoles
    ) -> Sheet:
        """A sheet of these columns, in the order of the file; rules of columns that it lacks are passed over."""

    def cells(
        self, data: bytes, width: int, places: Sequence[int], suspects: Sequence[Suspect] = ()
    ) -> Iterator[tuple[int, tuple[str, ...]]]:
        """(number, cells at these places) of the records of a block that :meth:`Sheet.read` could read.

        With ``suspects`` only of those for which one of them holds.
        """

    def distinct(self, data: bytes, width: int, places: Sequence[int], *, limit: int) -> list[tuple[str, ...]]:
        """The different filled cells at each of these places, the first so many in their order."""

    def succession(self, *sizes: int) -> Succession:
        """An empty one, for groups of so many columns."""

    def owners(self) -> Owners:
        """Nothing known of any number."""

    def row_judge(self, rules: Sequence[RowRule], columns: Sequence[str]) -> RowJudge:
        """A judge by these rules of rows with these columns."""

    def excerpt(self, columns: Sequence[str], state: State | None) -> Excerpt:
        """An empty excerpt of these columns: the rows of a state, but for those that are not the latest, or all rows.

        Of a state it has to be given every file that the state came of, in that order.
        """

    def state(self, full: Ledger, *, removing: bool = True) -> State:
        """The state that a full file gives."""

    def history(self) -> History:
        """A history in which nothing was delivered yet."""
