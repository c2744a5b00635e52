"""What Renkei asks of the outside: narrow protocols that the adapters fulfil and the kit builds on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from renkei.events import Event
from renkei.flow.exchange import Exchange, Request
from renkei.flow.facade import Effect, Job, Order, Page, Values


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


class Actor(Protocol):
    """Makes a vendor's system act: through its façade, by a command, or by a person who is told what to press.

    Raises ``TargetBlocked`` with what stands in the way (no façade, wrong secret, a command that fails, nobody there,
    a job without an end). A job that came to ``failed`` is a result.
    """

    def act(self, order: Order) -> Job:
        """Give the order and follow the job to its end."""


class Holdings(Protocol):
    """Tells what a consumer holds now. Raises ``TargetBlocked`` when it cannot be asked."""

    def records(self, linkage: str, *, key: tuple[str, str] | None = None, after: str = "", limit: int = 500) -> Page:
        """One page of the records of a linkage; ``key`` (item, value) narrows it to one subject."""


class Steering(Protocol):
    """Makes things happen inside a system, and puts it back. Raises ``TargetBlocked`` when it cannot be asked."""

    def stimulus(self, event: str, *, linkage: str = "", values: Values | None = None) -> Effect:
        """Let one thing happen, such as 転入 (``move-in``) or a new file (``publish``)."""

    def reset(self, linkages: tuple[str, ...] | None = None) -> None:
        """Forget everything received of those linkages; None: of all."""


class Facade(Actor, Holdings, Steering, Protocol):
    """A whole façade (``contracts/facade/openapi.yaml``)."""

    def trigger(self, order: Order) -> Job:
        """Start a job and do not wait for its end."""

    def job(self, job_id: str) -> Job:
        """A job as it is now."""


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

    def entries(self, below: str, *, known: Set[str] = frozenset()) -> tuple[FileEntry, ...]:
        """Every file below that folder but those ``known``, sorted by name; empty when the folder is absent."""

    def fetch(self, name: str, *, limit: int) -> Path:
        """A local copy of the file (capped at ``limit`` bytes, over it ``TargetBlocked``), removed with the place."""

    def close(self) -> None:
        """Remove the local copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a stand answers: after ``wait`` seconds, or nothing at all but the end of the connection (``drop``).

    ``sent`` is told in the end how many bytes of the body were given to the connection.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    wait: float = 0.0
    drop: bool = False
    sent: Callable[[int], None] = lambda _count: None


class Stand(Protocol):
    """A provider played by the harness: takes requests until it is closed."""

    @property
    def url(self) -> str:
        """The address of its root, without a slash at the end."""

    def close(self) -> None:
        """Take no more."""


class Outlet(Protocol):
    """The place that a consumer reads from and the harness writes to. Raises ``TargetBlocked`` when it cannot."""

    def url(self, below: str) -> str:
        """The address of a folder below the place, as the consumer is told it."""

    def write(self, name: str, content: bytes) -> None:
        """One file under that path below the place; it is there whole or not at all."""

    def remove(self, below: str) -> None:
        """A folder with all that is in it; nothing happens where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfKey:
    """How a consumer reaches our own object storage: its address, and the key that requests are signed with."""

    endpoint: str
    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One thing that was asked of our own object storage: by which key ("" for none), when, and what came of it.

    ``verb`` is ``list``, ``head``, ``read`` or a method that is refused; ``sent`` bytes from ``first`` on were read.
    """

    at: float
    who: str
    verb: str
    name: str
    status: int
    first: int = 0
    sent: int = 0

    def through(self, count: int) -> Access:
        """The same after so many bytes."""
        return replace(self, sent=count)


class Shelf(Outlet, Protocol):
    """Object storage of our own that consumers read from: what was written and what was read are both known."""

    @property
    def key(self) -> ShelfKey:
        """What a consumer is given to reach it."""

    def back(self, name: str) -> bytes | None:
        """What lies there now under that name."""

    def accesses(self, below: str) -> tuple[Access, ...]:
        """What was asked for below a folder, in its order."""

    def close(self) -> None:
        """Take no more requests."""


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
