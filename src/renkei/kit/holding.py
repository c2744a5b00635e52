"""What a consumer holds beside what it ought to hold: rows that are missing or left over, and cells that differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from renkei.flow.facade import Record
from renkei.flow.phrase import joined, phrase, raw
from renkei.kit.columns import masked
from renkei.kit.expect import Blocked, Expect
from renkei.kit.form import Form, Key, Row, State

NAMED = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that is not held as it was sent."""

    key: Key
    column: str
    sent: str
    held: str | None


class Held:
    """The records of a linkage by key; blocked when the consumer does not show its rows' keys."""

    def __init__(self, form: Form, records: Iterable[Record], *, history: bool = True) -> None:
        self.form = form
        self.history = history
        self.records = list(records)
        self.rows: dict[Key, list[Record]] = {}
        for record in self.records:
            key = form.key_of(record.values)
            if key is None:
                raise Blocked("records-without-key", form.linkage)
            self.rows.setdefault(key, []).append(record)

    def wanted(self, state: State) -> dict[Key, Row]:
        """The truth as far as this consumer keeps it: everything, or the current rows only."""
        if self.history:
            return state.rows
        return {self.form.key(row): row for row in state.current().values()}

    def missing(self, state: State) -> list[Key]:
        """Rows that ought to be held and are not."""
        return [key for key in self.wanted(state) if key not in self.rows]

    def left(self, state: State) -> list[Key]:
        """Rows that are held and ought not to be."""
        wanted = self.wanted(state)
        return [key for key in self.rows if key not in wanted]

    def differing(self, state: State, columns: Iterable[str] | None = None) -> Iterator[Difference]:
        """Cells that differ from what was sent, of the items that the consumer shows."""
        form = self.form
        named = form.header if columns is None else columns
        places = [form.places[name] for name in named if name in form.places]
        for key, row in self.wanted(state).items():
            for record in self.rows.get(key, ()):
                for place in places:
                    name = form.header[place]
                    if name in record.values and not form.same(place, record.values[name], row[place]):
                        yield Difference(key, name, row[place], record.values[name])

    def current(self) -> dict[Key, list[Key]]:
        """By subject the keys of the rows that the consumer calls current."""
        form = self.form
        inside = [form.keys.index(place) for place in form.subject_places]
        found: dict[Key, list[Key]] = {}
        for key, records in self.rows.items():
            for record in records:
                if record.current:
                    found.setdefault(tuple(key[at] for at in inside), []).append(key)
        return found


def expect_rows(expect: Expect, held: Held, state: State, *, missing: str = "", left: str = "") -> None:
    """Count an assertion for every row; ``missing`` and ``left`` are the rules that are broken by rows of that kind."""
    for rule, keys in ((missing, held.missing(state)), (left, held.left(state))):
        if rule:
            expect.looked(len(state.rows))
            here = phrase("row-held") if rule == missing else phrase("row-not-held")
            expect.that(not keys, rule, expected=here, actual=shown_keys(keys), where=raw(held.form.linkage))


def expect_cells(expect: Expect, held: Held, state: State, rule: str, columns: Iterable[str] | None = None) -> None:
    """Count an assertion for every row that its cells are held as they were sent."""
    found = list(held.differing(state, columns))
    expect.looked(len(state.rows))
    first = found[0] if found else None
    names = sorted({one.column for one in found})
    expect.that(
        not found,
        rule,
        expected=raw(first.sent) if first else "",
        actual=raw(first.held or "") if first else "",
        where=joined([raw(held.form.linkage), *map(raw, names[:NAMED])], by=" "),
    )


def shown_keys(keys: list[Key]) -> list[str]:
    """Some keys as a finding shows them."""
    return [masked("/".join(key)) for key in keys[:NAMED]]
