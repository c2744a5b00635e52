"""One scenario between the harness as provider and a consumer: files written, imports asked for, and what ought to be held."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from renkei.errors import TargetBlocked
from renkei.flow.facade import Action, Job, Order
from renkei.kit.facade import held_pages
from renkei.kit.form import Form, Row, State
from renkei.kit.holding import Held
from renkei.ports import Access, Actor, Holdings, Outlet, Shelf

SUFFIX = ".end"
# One moment after another, so that names and times of files never meet.
DAY = "20260401"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One file as it was made: its name below the linkage's folder, bytes, marker, and the rows in it."""

    name: str
    content: bytes
    marker: bytes
    kind: str
    sequence: int
    rows: tuple[Row, ...]


@dataclass(slots=True, kw_only=True)
class Stage:
    """A folder of its own in the consumer's inbox, with the series of one linkage; ``state`` is the truth so far."""

    form: Form
    folder: str
    municipality: str
    outlet: Outlet
    actor: Actor
    holdings: Callable[[], Holdings]
    keep: Callable[[Mapping[str, Any]], str]
    edition: str = ""
    shelf: Shelf | None = None
    sequence: int = 0
    state: State = field(init=False)

    def __post_init__(self) -> None:
        self.state = State(self.form)

    @property
    def location(self) -> str:
        """Where the consumer is told to look."""
        return self.outlet.url(self.folder)

    def full(self, rows: Iterable[Row]) -> Sent:
        """The next file, a full one, written and part of the truth."""
        sent = self.made("zenken", rows)
        self.state.full(sent.rows)
        self.write(sent)
        return sent

    def delta(self, rows: Iterable[Row]) -> Sent:
        """The next file, a delta, written and part of the truth."""
        sent = self.made("sabun", rows)
        self.state.delta(sent.rows)
        self.write(sent)
        return sent

    def made(self, kind: str, rows: Iterable[Row], header: Sequence[str] | None = None) -> Sent:
        """The next file of the series, not written yet and no part of the truth."""
        self.sequence += 1
        whole = tuple(rows)
        moment = f"{DAY}{9 + self.sequence // 3600:02d}{self.sequence // 60 % 60:02d}{self.sequence % 60:02d}"
        name = f"{self.form.linkage}_{self.municipality}_{kind}_{moment}_{self.sequence:06d}.csv"
        content = csv_bytes(header or self.form.header, whole)
        marker = {
            "linkage": self.form.linkage,
            "kind": kind,
            "sequence": self.sequence,
            "rows": len(whole),
            "sha256": hashlib.sha256(content).hexdigest(),
            "base_sequence": self.sequence - 1 if kind == "sabun" else None,
            "created": f"{moment[:4]}-{moment[4:6]}-{moment[6:8]}T{moment[8:10]}:{moment[10:12]}:{moment[12:]}+09:00",
        }
        return Sent(
            name=name,
            content=content,
            marker=json.dumps(marker).encode(),
            kind=kind,
            sequence=self.sequence,
            rows=whole,
        )

    def write(self, sent: Sent, *, marker: bool = True, linkage: str = "") -> None:
        """Put the file into the inbox, its marker last; its facts are kept as evidence."""
        below = f"{self.folder}/{linkage or self.form.linkage}/{sent.name}"
        self.outlet.write(below, sent.content)
        if marker:
            self.outlet.write(f"{below}{SUFFIX}", sent.marker)
        digest = hashlib.sha256(sent.content).hexdigest()
        self.keep({"name": sent.name, "sha256": digest, "rows": len(sent.rows), "sample": ""})

    def take(self) -> Job:
        """Have the consumer import what is there; its job, ended."""
        order = Order(
            linkage=self.form.linkage,
            action=Action.IMPORT,
            location=self.location,
            municipality=self.municipality,
            edition=self.edition,
        )
        return self.actor.act(order if self.shelf is None else by_key(order, self.shelf))

    def accesses(self) -> tuple[Access, ...]:
        """What was asked for of this scenario's folder on our own object storage."""
        return () if self.shelf is None else self.shelf.accesses(self.folder)

    def held_count(self) -> int:
        """How many rows the consumer holds of the linkage now: as it counts them, or else counted."""
        total = self.holdings().records(self.form.linkage, limit=1).total
        pages = held_pages(self.holdings(), self.form.linkage)
        return total if total >= 0 else sum(len(page.records) for page in pages)

    def held(self, key: tuple[str, str] | None = None) -> Held:
        """Everything that the consumer holds of the linkage now, or of one subject: (item, value)."""
        pages = list(held_pages(self.holdings(), self.form.linkage, key))
        records = (record for page in pages for record in page.records)
        return Held(self.form, records, history=any(page.history for page in pages))

    def close(self) -> None:
        """The scenario is over: what stays behind in a place that refuses now changes nothing that was seen."""
        with contextlib.suppress(TargetBlocked):
            self.outlet.remove(self.folder)


def by_key(order: Order, shelf: Shelf) -> Order:
    """The order with what it takes to reach our own object storage."""
    key = shelf.key
    return replace(order, endpoint=key.endpoint, client_id=key.id, client_secret=key.secret)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8, CRLF, quoted only where RFC 4180 asks for it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
