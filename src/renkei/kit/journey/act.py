"""Acts: what a clerk does at one system, what a façade is told for it, and how the truth changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.flow.facade import Effect
from renkei.flow.journey import Step
from renkei.flow.phrase import raw
from renkei.kit.expect import Blocked
from renkei.kit.journey.chance import Chances, never
from renkei.kit.journey.municipality import Municipality, Office
from renkei.kit.journey.truth import Happening, Person, Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act by name. ``keys`` are the values that a step may give it, ``linkages`` what tells of it afterwards.

    ``anew`` says that it is about people whom 001 need not know yet. ``known_elsewhere`` tells of an act that a clerk does
    by hand though another office knew already what it says (ワンスオンリー is counted by it). ``chances`` are the ways in which
    it could happen now, for sequences that nobody wrote down; an act without any is played by stories only.
    """

    name: str
    system: str
    play: Callable[[Scene], None]
    keys: frozenset[str] = frozenset()
    linkages: tuple[str, ...] = ()
    anew: bool = False
    known_elsewhere: bool = False
    chances: Chances = never


@dataclass(slots=True, kw_only=True)
class Scene:
    """One act under way: who takes part, with what, at which office; ``given`` are the step's own values."""

    town: Municipality
    truth: Truth
    step: Step
    office: Office
    people: tuple[Person, ...]
    given: Mapping[str, Any]
    touched: list[Person] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)

    @property
    def today(self) -> str:
        """The day of the town's clock."""
        return self.town.today

    def day(self, key: str, default: str = "") -> str:
        """A day that the step gives: as it stands (2026-04-01), or as days from today (+30, -3)."""
        said = str(self.given.get(key, default) or self.today)
        if said[:1] in "+-":
            return (dt.date.fromisoformat(self.today) + dt.timedelta(days=int(said))).isoformat()
        return said

    def tell(self, event: str, values: Mapping[str, str], *people: Person, linkage: str = "") -> Effect:
        """Have the event happen at the office; everybody named is touched by it."""
        effect = self.town.stimulus(self.office.id, event, values, linkage=linkage)
        self.touch(people)
        return effect

    def numbered(self, person: Person, effect: Effect) -> str:
        """The 宛名番号 that an event answered; somebody new has it from now on. Blocked when none was told."""
        told = str(effect.values.get("atenabango") or "")
        if not person.number and not told:
            raise Blocked("journey-number-untold", raw(person.name))
        person.number = person.number or told
        return told

    def touch(self, people: Iterable[Person]) -> None:
        """Something happened to these."""
        self.touched += [person for person in people if person not in self.touched]
        self.truth.touch(people)

    def other(self, key: str) -> Person:
        """Somebody of the cast whom the step names under a key."""
        return self.truth.person(str(self.given[key]))

    def happened(self, act: Act) -> None:
        """Keep that the act was done."""
        self.truth.happened.append(
            Happening(
                act=act.name,
                target=self.office.id,
                people=tuple(person.name for person in self.touched),
                at=self.town.virtual,
                linkages=act.linkages,
                values=self.given,
            )
        )
        if act.known_elsewhere:
            self.truth.by_hand.append((self.office.id, act.name))
