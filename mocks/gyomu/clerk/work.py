"""What every clerk has before him: the office's own rows, what it received, its clock, and the defects of its software."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mocks.gyomu.known import Change, Known, same
from mocks.gyomu.ledger import Ledger, Refused

Values = Mapping[str, str]
Record = dict[str, str]
Answer = dict[str, Any]
Event = Callable[[Values], Answer]
# 課税年度 and the 所得判定 that follows from it change in June.
JUNE, APRIL = 6, 4
FOREVER = "9999-12-31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a clerk works with."""

    system: str
    ledger: Ledger
    known: Known
    fault: Callable[[str], bool]

    def write(self, linkage: str, values: Values) -> Record:
        """A new row of its subject, every cell of the agreed type, codes of their lists."""
        series = self.ledger.series(linkage)
        form = series.linkage
        history = series.of(tuple(values.get(form.header[place], "") for place in form.subject))
        return self.ledger.succeed(linkage, history[-1] if history else None, values, strict=True)

    def has(self, linkage: str) -> bool:
        """Whether this office publishes a linkage."""
        return self.ledger.has(linkage)

    def latest(self, linkage: str, **wanted: str) -> list[Record]:
        """The own latest rows with these values."""
        return self.ledger.latest(linkage, wanted) if self.has(linkage) else []

    def one(self, linkage: str, **wanted: str) -> Record | None:
        """The own latest row with these values, the last of several."""
        found = self.latest(linkage, **wanted)
        return found[-1] if found else None

    def person(self, number: str) -> Record:
        """Somebody whom this office holds as a resident, present or former."""
        found = self.known.person(number)
        if found is None:
            raise Refused(f"nobody of the number {number!r} is known here")
        return found

    def resident(self, number: str) -> Record:
        """Somebody who lives here, as this office knows."""
        found = self.person(number)
        if found["juminjotai"] != "1":
            raise Refused(f"{number} does not live here any more")
        return found

    @property
    def today(self) -> str:
        """The day."""
        return self.ledger.today

    @property
    def tax_year(self) -> str:
        """The year of assessment that counts today."""
        return _year(self.today, JUNE)

    @property
    def fiscal_year(self) -> str:
        """The fiscal year."""
        return _year(self.today, APRIL)


class Clerk:
    """What clerks have in common: nothing to do, until one says so."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def events(self) -> dict[str, Event]:
        """What can be asked of this clerk, by name."""
        return {}

    def react(self, linkage: str, changes: list[Change]) -> None:
        """What this clerk does after an import."""

    def wait(self) -> None:
        """What this clerk does when time went on."""


def asked(values: Values, needed: Iterable[str], known: Iterable[str] = ()) -> dict[str, str]:
    """The values of an event, when what is needed is there and nothing is that nobody knows."""
    needed = list(needed)
    if missing := [name for name in needed if not values.get(name)]:
        raise Refused(f"no value for {', '.join(missing)}")
    if strange := sorted(set(values) - set(needed) - set(known)):
        raise Refused(f"not understood: {', '.join(strange)}")
    return {name: same(value) if name.endswith("atenabango") else value for name, value in values.items()}


def numbers(text: str) -> list[str]:
    """宛名番号 with semicolons between them."""
    return [same(part.strip()) for part in text.split(";") if part.strip()]


def amount(values: Values, name: str, other: int = 0) -> int:
    """A number that was given as text."""
    text = values.get(name, "")
    if not text:
        return other
    if not text.lstrip("-").isdigit():
        raise Refused(f"{name}: {text!r} is no amount")
    return int(text)


def day(text: str) -> date:
    """A day of the calendar."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"{text!r} is no day") from error


def after(text: str, days: int = 1) -> str:
    """So many days later."""
    return (day(text) + timedelta(days=days)).isoformat()


def next_month(text: str) -> str:
    """The month after a day's."""
    year, month = int(text[:4]), int(text[5:7])
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}"


def _year(today: str, first: int) -> str:
    return str(int(today[:4]) - (int(today[5:7]) < first))
