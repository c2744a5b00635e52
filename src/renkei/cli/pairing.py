"""Wiring of a pair: the consumer beside a provider's own tools, a place between them, and the proxy before the provider."""

from __future__ import annotations

import functools
import threading
import urllib.parse
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from renkei.cli import wiring
from renkei.cli.between import Observed, Record, observing
from renkei.cli.counterparts import counterpart_of, shelf_of
from renkei.errors import PlanError
from renkei.events import Event
from renkei.flow.contract import Bundle
from renkei.flow.plan import FilesAccess, Pair, Plan, Target
from renkei.nonce import short
from renkei.ports import Outlet
from renkei.redaction import Redactor

if TYPE_CHECKING:
    from renkei.kit import pair as kit
    from renkei.kit.target import Provider

# What one test of a proxy's traffic is called in the log: it is seen once for all requirements of a linkage.
SEEN = "between"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a worker has for its pair besides the provider's tools; ``unique`` gives names that no other run has used.

    ``resumed``: the run was cut off before, wherever it was.
    """

    plan: Plan
    bundle: Bundle
    run: Path
    redactor: Redactor
    emit: Callable[[Event], None]
    unique: Callable[[], str] = short
    resumed: bool = False


def pairing_of(pair: Pair, about: Surroundings) -> Callable[[Provider], kit.Pair]:
    """Puts the consumer of a pair, and us in between, to its provider as a suite sees it."""
    from renkei.kit import pair as kit

    consumer = about.plan.target(pair.consumer)
    made = counterpart_of(consumer)
    # One as long as the worker lives, opened when it is first needed.
    opened = functools.cache(shelf_of(consumer))
    folder = f"renkei-{about.unique()}"
    emit = _in_turn(about.emit)

    def put(provider: Provider) -> kit.Pair:
        counterpart = made(provider.record)
        access = pair.place or (None if consumer.shelf else consumer.inbox)
        shelf = opened() if consumer.shelf and not pair.place else None
        taker = kit.Taker(
            info=consumer,
            actor=counterpart.actor,
            holdings=counterpart.holdings,
            steering=counterpart.steering,
            outlet=shelf or (_outlet(pair, consumer) if pair.place else counterpart.outlet),
            folder=folder,
            back=shelf.back if shelf else functools.partial(_back, access),
            shelf=shelf,
        )
        return kit.Pair(provider=provider, taker=taker, between=functools.partial(_between, provider, about, emit))

    return put


def _between(
    provider: Provider, about: Surroundings, emit: Callable[[Event], None]
) -> AbstractContextManager[Observed]:
    if provider.info.rest is None:
        raise PlanError("plan-missing-key", key=f"{provider.info.id}.rest", value="-")
    record = Record(
        folder=about.run / "evidence", redactor=about.redactor, emit=emit, case=provider.case.key, test=SEEN
    )
    return observing(provider.info.rest, about.bundle, provider.info.system, record=record)


def _outlet(pair: Pair, consumer: Target) -> Outlet | None:
    from renkei.adapters.fsspec.outlet import open_outlet

    if pair.place is None:
        return None
    return open_outlet(pair.place.url, wiring.place_options(pair.place, f"{consumer.id}.place"))


def _back(access: FilesAccess | None, name: str) -> bytes | None:
    """What lies in the place under that name now; None where that cannot be seen from here."""
    parts = urllib.parse.urlsplit(access.url if access else "")
    if parts.scheme != "file":
        return None
    path = Path(urllib.parse.unquote(parts.path)) / name
    return path.read_bytes() if path.is_file() else None


def _in_turn(emit: Callable[[Event], None]) -> Callable[[Event], None]:
    """The same, one event after the other: the proxy tells of what it sees from a thread of its own."""
    turn = threading.Lock()

    def one(event: Event) -> None:
        with turn:
            emit(event)

    return one
