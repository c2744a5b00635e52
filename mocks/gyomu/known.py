"""What one office knows of people: only what it received, as its own intake holds it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from mocks.gyomu.intake import Consumer, Intake
from mocks.gyomu.publication import Key, Row

Record = dict[str, str]
RESIDENTS = ("001o006", "001o005")
# The parts of an address that a notice shows.
SHOWN = (
    "shikuchosonkodo",
    "choazakodo",
    "todofuken",
    "shikugunchosonmei",
    "choaza",
    "banchigohyoki",
    "katagaki",
    "yubinbango",
)
LIVING, GONE, DEAD, REMOVED = "1", "2", "3", "9"
PROTECTION = "001o009"
DIGITS = 15
# Why a row was written: somebody came, and what was written was taken back.
CAME, TAKEN_BACK = frozenset({"01", "02"}), "09"
SINCE = ("jumintonattanengappi", "gaikokujinjumintonattanengappi")


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

    @property
    def is_taken_back(self) -> bool:
        """Whether somebody lives here again who never left: the 転出 or death was called off, whatever came after that."""
        now, before = self.now or {}, self.before or {}
        if now.get("juminjotai") != LIVING or before.get("juminjotai") in {None, LIVING}:
            return False
        stayed = all(now[name] == before[name] for name in SINCE)
        return now["idojiyu"] == TAKEN_BACK or (stayed and now["idojiyu"] not in CAME)

    @property
    def is_gone_otherwise(self) -> bool:
        """Whether somebody who had died has left, or the other way round: the one was called off before the other was told."""
        return {(row or {}).get("juminjotai") for row in (self.before, self.now)} == {GONE, DEAD}

    def became(self, name: str, value: str) -> bool:
        """Whether a value is this one now and was not before."""
        return (self.now or {}).get(name, "") == value != (self.before or {}).get(name, "")


@dataclass(slots=True)
class _Index:
    """The rows of an intake that count, by subject and by person, and the state of the intake that they were read from."""

    state: tuple[int, int, int] = (-1, -1, -1)
    header: list[str] = field(default_factory=list)
    subjects: dict[Key, Row] = field(default_factory=dict)
    people: dict[str, list[Row]] | None = None

    def of(self, number: str) -> list[Row]:
        """The rows of a person."""
        if self.people is None:
            self.people = {}
            place = self.header.index("atenabango") if "atenabango" in self.header else -1
            for row in self.subjects.values() if place >= 0 else ():
                self.people.setdefault(same(row[place]), []).append(row)
        return self.people.get(number, [])

    def record(self, row: Row) -> Record:
        """A row by the names of its columns."""
        return dict(zip(self.header, row, strict=True))


class Known:
    """What an office received, asked by person, household or row."""

    def __init__(self, consumer: Consumer | None) -> None:
        self._consumer = consumer
        self._indexes: dict[str, _Index] = {}

    def has(self, linkage: str) -> bool:
        """Whether the office received a linkage at all."""
        intake = self._intake(linkage)
        return intake is not None and intake.sequence > 0

    def snapshot(self, linkage: str) -> dict[Key, Row]:
        """The rows that count, by subject."""
        return self._index(linkage).subjects

    def changes(self, linkage: str, before: dict[Key, Row]) -> list[Change]:
        """What is different from a snapshot, subject by subject."""
        index = self._index(linkage)
        found = []
        for key in {**index.subjects, **before} if index.subjects is not before else ():
            now, then = index.subjects.get(key), before.get(key)
            if now != then:
                found.append(
                    Change(before=index.record(then) if then else None, now=index.record(now) if now else None)
                )
        return found

    def rows(self, linkage: str, **wanted: str) -> list[Record]:
        """The rows that count in which these columns have these values."""
        index = self._index(linkage)
        return _matching(index, index.subjects.values(), wanted)

    def of(self, linkage: str, number: str, **wanted: str) -> list[Record]:
        """The rows of somebody that count."""
        index = self._index(linkage)
        return _matching(index, index.of(same(number)), wanted)

    def person(self, number: str) -> Record | None:
        """Somebody as a resident, present or former."""
        for name in RESIDENTS:
            if found := self.of(name, number):
                return found[-1]
        return None

    def household(self, number: str) -> list[Record]:
        """Everybody who lives in a household."""
        return [row for name in RESIDENTS for row in self.rows(name, setaibango=number, juminjotai=LIVING)]

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
        state = (id(intake), sum(intake.counts.values()), len(intake.rows))
        index = self._indexes.get(linkage)
        if index is None or index.state != state:
            rows = intake.rows
            subjects = {subject: rows[key].cells for subject, key in intake.subjects().items()}
            index = self._indexes[linkage] = _Index(state=state, header=intake.linkage.header, subjects=subjects)
        return index


def _matching(index: _Index, rows: Iterable[Row], wanted: dict[str, str]) -> list[Record]:
    places = [(index.header.index(name), name, value) for name, value in wanted.items() if name in index.header]
    if len(places) < len(wanted):
        return []
    return [index.record(row) for row in rows if all(_is(name, row[at], value) for at, name, value in places)]


def _is(name: str, cell: str, value: str) -> bool:
    return same(cell) == same(value) if name.endswith("atenabango") else cell == value
