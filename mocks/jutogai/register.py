"""The register of 住登外者: rows with history, numbering, 名寄せ, and the lock of a row that is being edited."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from mocks.fault import Faults
from mocks.jutogai.index import Index
from mocks.jutogai.number import Series, key

Values = dict[str, str | None]
# How long a write waits for a row that another clerk is editing, before it is given up with 503.
LOCK_PATIENCE_SECONDS = 2.0
DEFAULT_ID = "000"


class UnknownNumberError(ValueError):
    """A number that is neither a 住登外者's nor a 住民's (C15: the standard has no code for it)."""

    def __init__(self, item: str) -> None:
        super().__init__(item)
        self.item = item


class BeingEditedError(RuntimeError):
    """Another clerk is editing the row and did not finish in time."""


@dataclass(slots=True, kw_only=True)
class Row:
    """One state of a person, never changed once written."""

    number: str
    rirekibango: int
    values: Values


@dataclass(slots=True, kw_only=True)
class Person:
    """One 宛名番号 with all its states, the registering 業務 and those that refer to it."""

    number: str
    owner: str
    referring: set[str] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)
    written_at: float = 0.0

    @property
    def latest(self) -> Row:
        """The state now."""
        return self.rows[-1]

    @property
    def hidden(self) -> bool:
        """他業務参照不可."""
        return self.latest.values.get("tagyomusanshofukafuragu") == "1"


class Register:
    """All 住登外者 of the municipality. `is_resident` says whether a number is a 住民's, for 番号引継."""

    def __init__(self, fault: Faults, is_resident: Callable[[str], bool]) -> None:
        self._fault = fault
        self._is_resident = is_resident
        self._series = Series(fault)
        self._people: dict[str, Person] = {}
        self._index = Index()
        self._numbering = asyncio.Lock()
        self._edited_until: dict[str, float] = {}

    def __iter__(self) -> Iterator[Person]:
        return iter(self._people.values())

    def like(self, wanted: Mapping[str, str | None], *, partial: bool) -> Iterator[Person]:
        """Everybody who may match these values of 氏名, 住所 and 生年月日, and perhaps some more."""
        places = self._index.candidates(wanted, partial=partial)
        return iter(self) if places is None else (self._people[place] for place in places)

    def get(self, number: str) -> Person | None:
        """The person of that number."""
        return self._people.get(key(number))

    def add(self, number: str, values: Values) -> Row:
        """A person with a number that is already known: migrated, or taken over from a 住民."""
        gyomuid = values.get("gyomuid") or DEFAULT_ID
        person = self._people.setdefault(key(number), Person(number=number, owner=gyomuid))
        return self._append(person, values)

    def settle(self) -> None:
        """What is in the register so far was there before the mock started: nothing of it is fresh."""
        for person in self:
            person.written_at = 0.0

    async def create(self, values: Values) -> Row:
        """A new number. The same request twice gives two numbers (C11)."""
        self._check_link(None, values)
        if self._fault("duplicate_number_under_concurrency"):
            serial, number = self._series.peek()
            await asyncio.sleep(0.03)
            self._series.take(serial)
            return self.add(number, values)
        async with self._numbering:
            serial, number = self._series.peek()
            if not (self._fault("number_issued_twice") and serial % 3 == 0 and self.get(number) is None):
                self._series.take(serial)
            return self.add(number, values)

    async def update(self, number: str, values: Values) -> Row:
        """A new state of a known number, or the first one of a 住民's number (番号引継)."""
        async with self.editing(number):
            person = self.get(number)
            if person is None:
                if not self._is_resident(number):
                    raise UnknownNumberError("atenabango")
                if self._fault("takeover_renumbered"):
                    return await self.create(values)
                self._check_link(number, values)
                return self.add(number, values)
            self._check_link(number, values)
            if values.get("nayosemotofuragu") == "0" and not self._fault("nayose_release_ignored"):
                values = {**values, "nayosesakiatenabango": None}
            if self._fault("nayose_release_ignored") and person.latest.values.get("nayosemotofuragu") == "1":
                link = {name: person.latest.values.get(name) for name in ("nayosemotofuragu", "nayosesakiatenabango")}
                values = {**values, **link}
            if self._fault("concurrent_history_duplicated"):
                count = len(person.rows)
                await asyncio.sleep(0.03)
                del person.rows[count:]
            return self._append(person, values)

    async def choose(self, number: str, values: Values) -> Row:
        """宛名番号選択情報: the 業務ID of the number is updated, its data stay as they are (C22: added)."""
        async with self.editing(number):
            person = self.get(number)
            if person is None:
                raise UnknownNumberError("atenabango")
            changed = ("gyomuid", "dokujishisakushisutemutoid", "sosashaid", "sosanengappi", "sosajikoku")
            given = {name: values[name] for name in changed if values.get(name)}
            return self._append(person, {**person.latest.values, **given})

    def _check_link(self, number: str | None, values: Values) -> None:
        """名寄せ goes to a person who exists and is somebody else."""
        target = values.get("nayosesakiatenabango")
        if values.get("nayosemotofuragu") != "1" or target is None:
            return
        if number is not None and key(target) == key(number):
            raise UnknownNumberError("nayosesakiatenabango")
        if self.get(target) is None and not self._is_resident(target):
            raise UnknownNumberError("nayosesakiatenabango")

    def _append(self, person: Person, values: Values) -> Row:
        rirekibango = len(person.rows) + 1
        if self._fault("history_not_increasing") and person.rows:
            rirekibango = person.latest.rirekibango
        row = Row(number=person.number, rirekibango=rirekibango, values=dict(values))
        self._index.note(key(person.number), row.values, person.latest.values if person.rows else None)
        person.rows.append(row)
        person.referring.add(values.get("gyomuid") or DEFAULT_ID)
        person.written_at = time.monotonic()
        return row

    # Exclusive editing (排他制御).

    def hold(self, number: str, seconds: float) -> None:
        """Somebody else edits the row from now on, for so long; it can still be viewed."""
        self._edited_until[key(number)] = time.monotonic() + seconds

    def release(self, number: str) -> None:
        """The other clerk has finished."""
        self._edited_until.pop(key(number), None)

    @asynccontextmanager
    async def editing(self, number: str) -> AsyncIterator[None]:
        """The row is ours to write. Waits a while for another clerk, then gives up."""
        deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
        place = key(number)
        while self._edited_until.get(place, 0.0) > time.monotonic():
            if time.monotonic() >= deadline:
                raise BeingEditedError(f"宛名番号 {number} is being edited by another clerk")
            await asyncio.sleep(0.02)
        self._edited_until.pop(place, None)
        yield
