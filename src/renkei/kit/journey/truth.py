"""What every office must know by now about those who play: changed by acts only, never by what a system answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# So many rows there were, and no more must come of what was done.
STAYS = "rows-stay"
CANCELLED, UNKNOWN_DAY = "cancelled", "unknown-day"
OF_LAST = (STAYS, CANCELLED, UNKNOWN_DAY)
# What a row says of the event that it came of.
OF_EVENT = frozenset(
    {"idojiyu", "idonengappi", "idonengappi_fushofuragu", "idonengappi_fushohyoki", "idotodokedenengappi"}
)
RESIDENT, LEFT, DEAD, REMOVED = "1", "2", "3", "9"


@dataclass(slots=True, kw_only=True)
class Protection:
    """支援措置 of one person. ``start`` and ``end`` are the period that was decided last; only ``ended`` ends it.

    ``together``: named in somebody else's application. ``before`` is the period before an extension, ``rows`` how many rows
    001 has of it at least, ``since`` when it last changed by the town's clock. ``assailant`` is what was written down of the other side: it stays in 001.
    """

    kind: str
    start: str
    end: str
    ended: bool = False
    lifted: bool = False
    together: bool = False
    rows: int = 1
    since: float = 0.0
    before: tuple[str, str] = ("", "")
    assailant: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Person:
    """One who plays: ``cells`` are what was registered at 001, by column of 住民情報, and nothing that was not.

    ``past`` are those cells as they were before each event, ``rows`` is how many rows the history at 001 has at least, and
    ``entered`` says whether 001 knows the person already.
    ``facts`` holds what other offices must know (premiums, dues, certifications), by a name that acts and laws share.
    """

    name: str
    like: Mapping[str, Any] = field(default_factory=dict)
    number: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    past: list[dict[str, str]] = field(default_factory=list)
    rows: int = 0
    entered: bool = False
    protection: Protection | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def registered(self, cells: Mapping[str, str], *, rows: int = 1) -> None:
        """What 001 was told of the person, and how many rows come of it.

        What a row says of its own event goes with the next one, and so do facts that hold for the last event only.
        """
        self.past.append(dict(self.cells))
        kept = {name: cell for name, cell in self.cells.items() if name not in OF_EVENT}
        self.cells = {**kept, **cells}
        self.rows += rows
        self.entered = True
        for fact in OF_LAST:
            self.facts.pop(fact, None)

    @property
    def state(self) -> str:
        """The 住民状態 that was registered."""
        return self.cells.get("juminjotai", "")

    @property
    def household(self) -> str:
        """The 世帯番号 that was registered."""
        return self.cells.get("setaibango", "")

    @property
    def is_hidden(self) -> bool:
        """Whether every screen must hide the address: from the first decision to the last, whatever the end date says."""
        return self.protection is not None and not self.protection.ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One act that was done: at which target, about whom, and when by the town's clock."""

    act: str
    target: str
    people: tuple[str, ...]
    at: float
    linkages: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Truth:
    """The people of one journey by name, and what happened to them, in order.

    ``touched`` are those to whom something happened since the laws last looked; ``by_hand`` the targets that had to be told
    what another office knew already: (target, act).
    """

    people: dict[str, Person] = field(default_factory=dict)
    happened: list[Happening] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    by_hand: list[tuple[str, str]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """Somebody by the name of the cast."""
        return self.people[name]

    def known(self) -> Iterator[Person]:
        """Everybody whom 001 knows by now."""
        return (person for person in self.people.values() if person.entered)

    def among(self) -> Iterator[Person]:
        """Everybody who took part in anything until now, whoever is still to come."""
        return (person for person in self.people.values() if person.entered or person.facts)

    def touch(self, people: Iterable[Person]) -> None:
        """Something happened to these."""
        for person in people:
            if person.name not in self.touched:
                self.touched.append(person.name)

    def of_number(self, number: str) -> Person | None:
        """Who has this 宛名番号, leading zeros or not."""
        bare = number.lstrip("0")
        return next((one for one in self.people.values() if bare and one.number.lstrip("0") == bare), None)

    def members(self, household: str) -> list[Person]:
        """Who lives in a household by now."""
        return [one for one in self.known() if one.household == household and one.state == RESIDENT]

    @property
    def last(self) -> Happening | None:
        """What happened last."""
        return self.happened[-1] if self.happened else None
