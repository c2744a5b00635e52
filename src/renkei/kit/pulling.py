"""The REST form of a file linkage (our reference profile), given by the harness to a consumer that fetches everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from renkei.flow.contract import Linkage
from renkei.kit.form import Form, Row, State
from renkei.tables import reference

WHOLE, DECIMAL = ("9", "S9"), "9V"
LATEST_ONLY, SINCE, WRITTEN = "saishinnomi", "koshinnengappi_kara", "sosanengappi"


def over_rest(linkage: Linkage) -> Linkage:
    """The same linkage with the path and the scope of its REST form."""
    return replace(linkage, path=reference.path(linkage), scope=reference.scope(linkage))


def operation_of(linkage: str) -> str:
    """The operation's id in the compiled document."""
    return f"{linkage}_sansho"


def record(form: Form, row: Row) -> dict[str, Any]:
    """A row as it is answered: numbers are numbers, and what is empty is left out."""
    return {item.romaji: _value(item.type, cell) for item, cell in zip(form.items, row, strict=True) if cell}


class Given:
    """What is answered to a consumer that fetches: as it asks, by key, the latest rows only, written since a day."""

    def __init__(self, state: State) -> None:
        self._form = state.form
        self._rows = list(state.rows.values())
        self.state = State(state.form)

    def answer(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows that a request asks for; ``state`` is everything that was answered so far."""
        form = self._form
        found = [row for row in self._rows if self._is_asked(row, asked)]
        self.state.delta(found)
        return [record(form, row) for row in found]

    def _is_asked(self, row: Row, asked: Mapping[str, Any]) -> bool:
        form = self._form
        for place in form.keys:
            wanted = asked.get(form.header[place])
            if wanted not in (None, "") and form.bare(place, str(wanted)) != form.bare(place, row[place]):
                return False
        if asked.get(LATEST_ONLY) == "1" and form.latest >= 0 and row[form.latest] != "1":
            return False
        written = form.places.get(WRITTEN, -1)
        return written < 0 or row[written] >= str(asked.get(SINCE) or "")


def _value(kind: str, cell: str) -> Any:
    if kind in WHOLE:
        return int(cell)
    return float(cell) if kind == DECIMAL else cell
