"""The rows of one system and how they change: a new state of a subject is a new row, never one written over."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from mocks.gyomu.arrival import row_fault
from mocks.gyomu.contract import CITY, STAMP, Linkage, System, codes
from mocks.gyomu.publication import Publisher, Row, Series

OPERATOR = "GYOMU01"
Values = Mapping[str, str]


class Refused(ValueError):
    """A change that the system does not take, with the reason for whoever asked."""


class Ledger:
    """What a clerk or another system does to the rows; the next delta tells it."""

    def __init__(self, system: System, publisher: Publisher, municipality: str, now: Callable[[], datetime]) -> None:
        self._system = system
        self._publisher = publisher
        self._municipality = municipality
        self._now = now
        # What clerks must remember that is in no row, by a name of their own.
        self.memory: dict[str, Any] = {}

    def series(self, linkage: str) -> Series:
        """The rows of a linkage of this system."""
        found = self._publisher.series.get(linkage)
        if found is None:
            raise Refused(f"{self._system.id} has no linkage {linkage!r}")
        return found

    def has(self, linkage: str) -> bool:
        """Whether this system publishes a linkage: the town's pack has a series of it."""
        return linkage in self._publisher.series

    def record(self, linkage: str, row: Row) -> dict[str, str]:
        """A row by the names of its columns."""
        return dict(zip(self.series(linkage).linkage.header, row, strict=True))

    def latest(self, linkage: str, wanted: Values) -> list[dict[str, str]]:
        """The latest rows in which these columns have these values."""
        form = self.series(linkage).linkage
        places = {form.places[name]: value for name, value in wanted.items()}
        return [
            self.record(linkage, row)
            for row in self.series(linkage).rows.values()
            if (form.latest < 0 or row[form.latest] == "1") and all(row[at] == value for at, value in places.items())
        ]

    def change(self, linkage: str, values: Values) -> dict[str, str]:
        """A new row of a subject: its latest row with these values, the serial one higher; a first one is complete."""
        form = self.series(linkage).linkage
        history = self.series(linkage).of(tuple(values.get(form.header[place], "") for place in form.subject))
        return self.succeed(linkage, history[-1] if history else None, values)

    def succeed(self, linkage: str, former: Row | None, values: Values, *, strict: bool = False) -> dict[str, str]:
        """The row after another one, or a first one. A strict ledger looks at every cell and at codes too."""
        series = self.series(linkage)
        form = series.linkage
        if unknown := sorted(set(values) - set(form.header)):
            raise Refused(f"{linkage} has no column {', '.join(unknown)}")
        cells = self.record(linkage, former) if former else dict.fromkeys(form.header, "")
        cells |= values
        self._stamp(cells, form, int(former[form.serial]) if former and form.serial >= 0 else 0)
        if missing := [item.romaji for item in form.items if item.required and not cells[item.romaji]]:
            raise Refused(f"{linkage}: no value for {', '.join(missing)}")
        if strict and (why := row_fault(form, list(cells.values())) or _value_fault(form, values)):
            raise Refused(f"{linkage}: {why}")
        if former and form.latest >= 0:
            series.put(_with(former, {form.latest: "0"}))
        series.put([cells[name] for name in form.header])
        return cells

    def delete(self, linkage: str, values: Values) -> dict[str, str]:
        """The last row of a subject is deleted; the one before is the latest again."""
        series = self.series(linkage)
        form = series.linkage
        history = series.of(tuple(values.get(form.header[place], "") for place in form.subject))
        if not history:
            raise Refused(f"{linkage}: no such row")
        flags = {form.deleted: "1"} | ({form.latest: "0"} if form.latest >= 0 else {})
        series.put(_with(history[-1], flags))
        if len(history) > 1 and form.latest >= 0:
            series.put(_with(history[-2], {form.latest: "1"}))
        return self.record(linkage, series.gone[series.key(history[-1])])

    def _stamp(self, cells: dict[str, str], form: Linkage, serial: int) -> None:
        now = self._now()
        cells[CITY] = cells[CITY] or self._municipality
        cells |= dict(zip(STAMP, (OPERATOR, now.date().isoformat(), now.strftime("%H:%M:%S")), strict=True))
        if form.serial >= 0:
            cells[form.header[form.serial]] = str(serial + 1)
        if form.branch >= 0:
            cells[form.header[form.branch]] = "0"
        if form.latest >= 0:
            cells[form.header[form.latest]] = "1"
        if form.deleted >= 0:
            cells[form.header[form.deleted]] = "0"

    def new_number(self, linkage: str, column: str, size: int) -> str:
        """The number after the greatest one in a column."""
        form = self.series(linkage).linkage
        taken = (row[form.places[column]] for row in self.series(linkage).rows.values())
        return str(max((int(one) for one in taken if one.isdigit()), default=0) + 1).zfill(size)[-size:]

    @property
    def today(self) -> str:
        """The day of the virtual clock."""
        return self._now().date().isoformat()

    @property
    def time(self) -> str:
        """The time of the virtual clock."""
        return self._now().strftime("%H:%M:%S")


def _value_fault(form: Linkage, values: Values) -> str:
    """Why a value that was given is none of its code list, or no day of the calendar; empty when each is."""
    for item in form.items:
        value, known = values.get(item.romaji, ""), codes(item.code)
        if value and known and value not in known:
            return f"{item.romaji}: {value!r} is none of {', '.join(known)}"
        if value and item.kind == "DATE" and values.get(f"{item.romaji}_fushofuragu") != "1" and not _is_day(value):
            return f"{item.romaji}: {value!r} is no day"
    return ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _with(row: Row, cells: Mapping[int, str]) -> Row:
    changed = list(row)
    for place, value in cells.items():
        changed[place] = value
    return changed
