"""What Renkei asks of the outside: narrow protocols that the adapters fulfil and the kit builds on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from renkei.events import Event
from renkei.flow.contract import Item
from renkei.flow.exchange import Exchange, Request


class Transport(Protocol):
    """Sends one request and always comes back: within the deadline, with at most the capped bytes.

    Never raises for what the other side does: refusals, resets, timeouts, TLS and framing errors are an
    ``Exchange`` with ``error`` set. Redirects are not followed, environment proxies are ignored,
    hosts other than the pinned ones are refused with ``error="not-pinned"`` without a packet sent.
    """

    def send(self, request: Request, *, deadline: float | None = None) -> Exchange:
        """One exchange; ``deadline`` is the total time in seconds (None: the transport's own)."""

    def close(self) -> None:
        """Give connections back; the transport is not used afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """How a replay ended: how many exchanges were delivered, and why it did not go on ("": nothing was left).

    ``retried`` counts the sends beyond the first of each request.
    """

    executed: int
    reason: str
    retried: int = 0


class Lane(Protocol):
    """Sends many requests to one target at once, each with the pins, deadline, caps and codes of a ``Transport``."""

    def replay(
        self, requests: Iterable[Request], see: Callable[[int, Exchange], None], *, limit: int, seconds: float
    ) -> Stopped:
        """Send them, at most ``limit`` at once and for about ``seconds`` at most.

        Requests are taken one by one as connections come free. ``see`` gets every exchange with the number of its
        request, in the order of the requests. 429 and 503 make all wait (Retry-After, up to a minute) and are tried again.
        A target that is silent many times in a row is given up.
        """


class TlsProbe(Protocol):
    """Asks a server for a handshake of one exact TLS version."""

    def handshake(self, url: str, version: str, ca_file: str) -> str:
        """``"accepted"``, ``"refused"``, or a transport code; ``version`` is ``1.0``, ``1.1``, ``1.2`` or ``1.3``."""


class Signer(Protocol):
    """Makes the JWT assertion of client_secret_jwt."""

    def sign(self, claims: Mapping[str, Any], secret: str, algorithm: str = "HS256") -> str:
        """The compact JWT over the claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One file in a place: ``name`` is the path below the place with "/" separators, ``size`` in bytes."""

    name: str
    size: int
    modified: float


class Place(Protocol):
    """An object-storage place of a vendor, read only, behind one storage library (file, S3, SFTP).

    Raises ``TargetBlocked`` when the place cannot be reached or read.
    """

    def entries(self, below: str) -> tuple[FileEntry, ...]:
        """Every file below that folder, sorted by name; empty when the folder is absent."""

    def fetch(self, name: str, *, limit: int) -> Path:
        """A local copy of the file (capped at ``limit`` bytes, over it ``TargetBlocked``), removed with the place."""

    def close(self) -> None:
        """Remove the local copies."""


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
    """Which columns make a row what it is: key, person, history number and branch, latest and deleted flags.

    ``mutable`` columns may differ between two deliveries of one history row; ``apart`` ones are left out of every
    comparison of rows. Columns that a file lacks count as empty.
    """

    key: tuple[str, ...]
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
class Hits:
    """Every cell of one column that breaks one rule: how many, and the first of them in the order of rows."""

    count: int
    first: tuple[Hit, ...]


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
class KeyHits:
    """Every key that breaks a rule: how many, and the first of them in the order of rows."""

    count: int
    first: tuple[KeyHit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHit:
    """One person whose history breaks a rule, and a row of it."""

    rule: str
    person: str
    expected: str
    actual: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHits:
    """Every person whose history breaks a rule: how many, and the first of them in the order of rows."""

    count: int
    first: tuple[PersonHit, ...]


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

    def gaps(self) -> PersonHits:
        """Persons whose history numbers are not 1, 2, 3 … but for those of deleted rows (``history-not-serial``)."""

    def latest_faults(self) -> PersonHits:
        """Persons with other than one latest row, or with one that is not the newest."""

    def persons(self) -> int:
        """How many persons have a row that is not deleted."""

    def person_lengths(self) -> Mapping[int, int]:
        """How many different persons come in each length of their number, in characters."""


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

    def cells(self, data: bytes, width: int, places: Sequence[int]) -> Iterator[tuple[str, ...]]:
        """The cells at these places of every record of a block that :meth:`Sheet.read` could read."""

    def state(self, full: Ledger, *, removing: bool = True) -> State:
        """The state that a full file gives."""

    def history(self) -> History:
        """A history in which nothing was delivered yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFault:
    """One disagreement of a value with its schema: JSON pointer, keyword and a short text without the value."""

    pointer: str
    keyword: str
    text: str


class Validator(Protocol):
    """Judges bodies against one compiled OpenAPI document; two independent ones exist."""

    def request_faults(self, operation: str, body: Any) -> tuple[SchemaFault, ...]:
        """What is wrong with a JSON request body of that operationId (empty: it conforms)."""

    def response_faults(self, operation: str, status: int, media_type: str, body: Any) -> tuple[SchemaFault, ...]:
        """What is wrong with a JSON response; an undocumented status or media type is a fault of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """One generated request body for an operation: ``breaks`` is "" for valid data, else the broken keyword or rule."""

    operation: str
    phase: str
    body: Any
    breaks: str
    description: str


class Generator(Protocol):
    """The generative engine (schemathesis): every planned operation and phase is accounted for."""

    def coverage(self, operation: str, *, limit: int) -> Iterator[Generated]:
        """Boundary and one-rule-broken bodies, deterministic."""

    def fuzz(self, operation: str, *, negative: bool, count: int, seed: int) -> Iterator[Generated]:
        """Random bodies, valid or negative, the same for the same seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedRequest:
    """One whole generated request for an operation of any kind, but for its credentials.

    ``label`` is ``valid``, ``broken`` (then ``breaks`` says what and where) or ``unsure``: on the wire it could be
    taken either way. ``path`` begins with "/" and holds the query.
    """

    operation: str
    phase: str
    label: str
    breaks: str
    description: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class RequestGenerator(Protocol):
    """The generative engine for operations of any method, with parameters and bodies of any media type."""

    def requests(self, operation: str, *, covered: int, random: int, seed: int) -> tuple[GeneratedRequest, ...]:
        """Up to ``covered`` boundaries and ``random`` valid and broken ones each; the same for the same seed."""


class Listener(Protocol):
    """Takes the events of a run; a broken listener never stops the others."""

    def handle(self, event: Event) -> None:
        """One event, in the order in which they happened."""


class Clock(Protocol):
    """Time, injected."""

    def now(self) -> dt.datetime:
        """The current time, aware."""
