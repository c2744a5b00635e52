"""A resident with history: every row holds every item (住民記録システム標準仕様書 1.2.1), and no row is ever written over."""

from __future__ import annotations

import bisect
import datetime as dt
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

Values = dict[str, str]

LIVING, MOVED_OUT, DEAD, REMOVED = "1", "2", "3", "9"
JAPANESE, FOREIGNER = "1", "2"
MALE, FEMALE = "1", "2"
NEVER = dt.date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Row:
    """One state from a moment on: the values of every item by romaji."""

    at: dt.datetime
    values: Values


@dataclass(slots=True, kw_only=True, eq=False)
class Person:
    """One 宛名番号: who it is, and the rows so far. ``home`` is the household, None for those who are not residents.

    ``drawn`` gives chances of this person by the first word of their topic, where they are not left to the number.
    """

    number: str
    kojinbango: str
    sex: str
    born: dt.date
    surname: tuple[str, str] = ("", "")
    given: tuple[str, str] = ("", "")
    foreign: bool = False
    persona: int = 0
    home: Household | None = None
    mother: Person | None = None
    father: Person | None = None
    spouse: Person | None = None
    rows: list[Row] = field(default_factory=list)
    protections: list[Protection] = field(default_factory=list)
    gaps: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)
    died: dt.date = NEVER
    drawn: Mapping[str, float] = field(default_factory=dict)
    _days: list[dt.date] = field(default_factory=list)
    _key: int = 0

    def __post_init__(self) -> None:
        """Begin the check sum of every draw with the number."""
        self._key = zlib.crc32(f"{self.number}/".encode())

    @property
    def values(self) -> Values:
        """The present values."""
        return self.rows[-1].values

    @property
    def resident(self) -> bool:
        """Whether the person lives in the town now."""
        return bool(self.rows) and self.rows[-1].values["juminjotai"] == LIVING

    def age(self, on: dt.date) -> int:
        """Age in full years."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))

    def on(self, day: dt.date) -> Values | None:
        """The values at the end of a day, None when there was no row yet."""
        place = bisect.bisect_right(self._days, day)
        return self.rows[place - 1].values if place else None

    def living_on(self, day: dt.date) -> bool:
        """Whether the person was a resident at the end of a day."""
        values = self.on(day)
        return values is not None and values["juminjotai"] == LIVING

    def chance(self, topic: str) -> float:
        """A number in [0, 1) that is this person's own for the topic, the same in every run of a seed."""
        if self.drawn and (given := self.drawn.get(topic.partition("/")[0])) is not None:
            return given
        return zlib.crc32(topic.encode(), self._key) / 2**32

    def add(self, at: dt.datetime, changes: Mapping[str, str]) -> None:
        """A new row: the present values with the changes (an empty value empties an item)."""
        if self.rows and at <= self.rows[-1].at:
            # Two events in one second still have an order.
            at = self.rows[-1].at + dt.timedelta(seconds=1)
        before = self.rows[-1].values if self.rows else {}
        self.rows.append(Row(at, {**before, **changes}))
        self._days.append(at.date())


@dataclass(slots=True, kw_only=True, eq=False)
class Household:
    """People under one roof, the 世帯主 first; ``headless`` when none is set (世帯主未設定)."""

    number: str
    address: Values
    members: list[Person] = field(default_factory=list)
    headless: bool = False
    scripted: bool = False

    @property
    def living(self) -> list[Person]:
        """Those who live here now, the 世帯主 first."""
        return [one for one in self.members if one.resident]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """One decision on 支援措置: ``kind`` 1 支援措置, 2 仮支援措置, 3 終了. The end date alone ends nothing."""

    at: dt.datetime
    begin: dt.date
    end: dt.date
    kind: str


@dataclass(slots=True, kw_only=True, eq=False)
class Outsider:
    """A 住登外者: known by a number of the same kind, without a 住民票."""

    number: str
    values: Values
    at: dt.datetime
    uses: tuple[str, ...] = ()
    hidden: bool = False
    merged_into: str = ""
    persona: int = 0
    moves: bool = False
