"""What every boundary system does: things are kept, listed, read and changed; each system says what becomes of a request."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mocks.boundary.interface import Collection, Interface
from mocks.boundary.people import Residents
from mocks.clock import OPENING
from mocks.fault import Faults

Row = dict[str, Any]


class Refused(Exception):
    """A request that fits the table and is refused for what is known here."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


@dataclass(kw_only=True)
class Context:
    """What a system is given: the people, the defects, and the seed."""

    people: Residents
    fault: Faults
    seed: int
    municipality: str
    moment: datetime = field(default=OPENING)

    def now(self) -> str:
        """The next moment: each is one second after the last, so that the same requests give the same answers."""
        self.moment += timedelta(seconds=1)
        return self.moment.isoformat()

    @property
    def today(self) -> str:
        """The day."""
        return f"{self.moment:%Y-%m-%d}"


class Desk:
    """One boundary system. What it holds is in ``held``: by collection, then by the value that names a thing.

    A subclass seeds ``held`` in :meth:`open`, and has a method ``create_<collection>`` (gives the row that is kept) and
    ``update_<collection>`` (changes a row) for what may be asked; ``read_<collection>`` is told of each reading.
    """

    def __init__(self, interface: Interface, context: Context) -> None:
        self.interface = interface
        self.context = context
        self.people = context.people
        self.fault = context.fault
        self.held: dict[str, dict[str, Row]] = {one.name: {} for one in interface.collections}
        self._numbers: dict[str, int] = {}
        self._once: dict[tuple[str, str, str] | None, Row] = {}
        self.open()

    def open(self) -> None:
        """The first moment."""

    def number(self, kind: str, size: int, prefix: str = "9") -> str:
        """The next number of a kind."""
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return prefix + f"{self._numbers[kind]:0{size - len(prefix)}d}"

    def keep(self, collection: str, name: str, row: Row) -> Row:
        """Hold a thing under its name."""
        self.held[collection][name] = row
        return row

    # What the server asks for.

    def create(self, one: Collection, body: Row, once: str) -> Row:
        """A new thing; what comes again under the same number with the same content is what was made the first time."""
        mark = (one.name, once, json.dumps(body, sort_keys=True, ensure_ascii=False)) if once else None
        if mark in self._once and not self.repeats(one.name):
            return self._once[mark]
        make: Callable[[Row], Row] = getattr(self, f"create_{one.name}")
        row = make(dict(body))
        if mark:
            self._once[mark] = row
        return self.keep(one.name, row[one.key], row)

    def repeats(self, collection: str) -> bool:
        """Whether a request that is sent twice is taken twice: only for a defect."""
        del collection
        return False

    def read(self, one: Collection, name: str) -> Row | None:
        """A thing, None when there is none to be shown."""
        row = self.held[one.name].get(name)
        look: Callable[[Row], Row | None] | None = getattr(self, f"read_{one.name}", None)
        return look(row) if row is not None and look else row

    def update(self, one: Collection, name: str, body: Row) -> Row | None:
        """A thing after its change, None when there is none."""
        row = self.held[one.name].get(name)
        if row is None:
            return None
        change: Callable[[Row, Row], None] = getattr(self, f"update_{one.name}")
        change(row, dict(body))
        return row

    def rows(self, one: Collection, wanted: Mapping[str, str]) -> Iterator[Row]:
        """The things that fit these filters, in the order of their list."""
        for row in self.ordered(one.name):
            if all(str(row.get(name)) == value for name, value in wanted.items()):
                yield row

    def ordered(self, collection: str) -> list[Row]:
        """The things of a list in its order: as they came."""
        return list(self.held[collection].values())
