"""What one office knows of people: only what it received, as its own intake holds it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mocks.gyomu.intake import Consumer, Intake
from mocks.gyomu.publication import Key

Record = dict[str, str]
RESIDENTS = ("001o006", "001o005")
LIVING, GONE, DEAD, REMOVED = "1", "2", "3", "9"
PROTECTION = "001o009"
DIGITS = 15


def same(number: str) -> str:
    """A 宛名番号 with its zeros: offices and vendors may leave them out."""
    return number.zfill(DIGITS) if number else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an import changed for one subject: the row that counted before, and the one that counts now."""

    before: Record | None
    now: Record | None

    def of(self, name: str) -> str:
        """A value as it is now, or as it was of what is gone."""
        return (self.now or self.before or {}).get(name, "")

    @property
    def number(self) -> str:
        """Whose row it is."""
        return same(self.of("atenabango"))

    def became(self, name: str, value: str) -> bool:
        """Whether a value is this one now and was not before."""
        return (self.now or {}).get(name, "") == value != (self.before or {}).get(name, "")


@dataclass(slots=True)
class _Index:
    """The rows of an intake that count, by subject and by person, and the state of the intake that they were read from."""

    state: tuple[int, int] = (-1, -1)
    subjects: dict[Key, Record] = field(default_factory=dict)
    people: dict[str, list[Record]] = field(default_factory=dict)


class Known:
    """What an office received, asked by person, household or row."""

    def __init__(self, consumer: Consumer | None, fault: Callable[[str], bool]) -> None:
        self._consumer = consumer
        self._fault = fault
        self._indexes: dict[str, _Index] = {}

    def has(self, linkage: str) -> bool:
        """Whether the office received a linkage at all."""
        intake = self._intake(linkage)
        return intake is not None and intake.sequence > 0

    def snapshot(self, linkage: str) -> dict[Key, Record]:
        """The rows that count, by subject."""
        return dict(self._index(linkage).subjects)

    def rows(self, linkage: str, **wanted: str) -> list[Record]:
        """The rows that count in which these columns have these values."""
        return [row for row in self._index(linkage).subjects.values() if _is(row, wanted)]

    def of(self, linkage: str, number: str, **wanted: str) -> list[Record]:
        """The rows of somebody that count."""
        return [row for row in self._index(linkage).people.get(same(number), ()) if _is(row, wanted)]

    def person(self, number: str) -> Record | None:
        """Somebody as a resident, present or former."""
        for name in RESIDENTS:
            if found := self.of(name, number):
                return found[-1]
        return None

    def household(self, number: str) -> list[Record]:
        """Everybody who lives in a household."""
        return [
            row
            for name in RESIDENTS
            for row in self._index(name).subjects.values()
            if row["setaibango"] == number and row["juminjotai"] == LIVING
        ]

    def outsider(self, number: str) -> Record | None:
        """Somebody who does not live here, as 031 told."""
        found = self.of("031o901", number)
        return found[-1] if found else None

    def is_protected(self, number: str) -> bool:
        """Whether the address of somebody is hidden here."""
        return self._consumer is not None and self._consumer.is_protected(number.lstrip("0"))

    def _intake(self, linkage: str) -> Intake | None:
        return self._consumer.intakes.get(linkage) if self._consumer else None

    def _index(self, linkage: str) -> _Index:
        intake = self._intake(linkage)
        if intake is None:
            return _Index()
        state = (intake.sequence, sum(intake.counts.values()))
        index = self._indexes.get(linkage)
        if index is None or index.state != state or (not intake.rows and index.subjects):
            index = self._indexes[linkage] = _Index(state=state)
            for subject, row in _current(intake):
                index.subjects[subject] = row
                if number := row.get("atenabango"):
                    index.people.setdefault(same(number), []).append(row)
        return index


def _current(intake: Intake) -> Iterator[tuple[Key, Record]]:
    header = intake.linkage.header
    for key in intake.current():
        cells = intake.rows[key].cells
        yield intake.subject(cells), dict(zip(header, cells, strict=True))


def _is(row: Record, wanted: dict[str, str]) -> bool:
    return all(
        (same(row.get(name, "")) == same(value)) if name.endswith("atenabango") else row.get(name, "") == value
        for name, value in wanted.items()
    )


def changes(before: dict[Key, Record], after: dict[Key, Record]) -> list[Change]:
    """What is different, subject by subject."""
    return [
        Change(before=before.get(key), now=after.get(key))
        for key in [*after, *(key for key in before if key not in after)]
        if before.get(key) != after.get(key)
    ]
