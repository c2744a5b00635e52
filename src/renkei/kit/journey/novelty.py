"""What came after what: so that sequences which nobody wrote down do what was not done yet, and everything follows everything."""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from renkei.kit.journey.act_tax import Tax
from renkei.kit.journey.chance import Chance
from renkei.kit.journey.truth import Person, Truth

# Whom something is about, when it is about the whole town: that time goes by, or an address that changes for everybody.
EVERYBODY: frozenset[str] = frozenset()
# In the place of those who are new and have no name yet.
NOBODY = "?"
# An act may have been done so many times more than the one that was done least of those that could happen now.
AHEAD = 2
# What is new of two things about the same people counts so much more than of two about others.
SAME = 3
# And so much for each time that something was done less often than what was done most.
SELDOM = 1
# What holds and never did when something was done counts so much; two such things that never did together count one.
HELD = 6
# What is known of the whole town and changes with every step.
CLOCKS = frozenset({"today", "now"})
# The ages from which other offices have to do with somebody.
AGES = (6, 15, 18, 65, 75)
# The cells of an address before a 転居 within the municipality.
MOVED = "tenkyomaejusho_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened or could happen: an act or a span of time by name, in which way, and whom it is about.

    ``at`` is where it happens, of what can happen at several offices. ``holds`` is what holds of these people by then, of
    those who live with them, and of the town: marks of ``holding``.
    """

    name: str
    words: str = ""
    people: frozenset[str] = EVERYBODY
    at: str = ""
    holds: frozenset[str] = frozenset()

    @property
    def kind(self) -> tuple[str, str]:
        """What it is, and where."""
        return self.name, self.at

    @property
    def couples(self) -> frozenset[tuple[tuple[str, str], str, str]]:
        """Each two things that hold, as the setting of this."""
        return frozenset((self.kind, *two) for two in itertools.combinations(sorted(self.holds), 2))

    def concerns(self, other: Event) -> bool:
        """Whether both are about somebody in common."""
        return not self.people or not other.people or bool(self.people & other.people)


def event_of(name: str, chance: Chance, truth: Truth | None = None) -> Event:
    """A chance as an event: whoever is new has no name yet, but is of an age."""
    ages = "".join(f" {like.get('age', '')}" for like in chance.new)
    named = (value if isinstance(value, list | tuple) else (value,) for value in _values(chance.given))
    known = {one for values in named for one in values if isinstance(one, str)}
    people = frozenset(chance.who) | known if chance.who or not chance.new else frozenset({NOBODY})
    holds = holding(truth, chance.who, people) if truth else frozenset[str]()
    return Event(name=name, words=f"{chance.words}{ages}", people=people, at=chance.at, holds=holds)


def passing(name: str, truth: Truth) -> Event:
    """Time that goes by for everybody."""
    return Event(name=name, holds=holding(truth, list(truth.people), frozenset(truth.people)))


def holding(truth: Truth, who: Iterable[str], people: Iterable[str]) -> frozenset[str]:
    """What holds of whom something is about, of others who take part, of those who live with them, and of the town."""
    first = [truth.people[name] for name in who if name in truth.people]
    others = [truth.people[name] for name in people if name in truth.people and truth.people[name] not in first]
    homes = {one.household for one in (*first, *others) if one.household}
    beside = [one for one in truth.known() if one.household in homes and one not in first and one not in others]
    marks = {f"town {name}" for name in truth.facts if name not in CLOCKS}
    for place, group in (("", first), ("other ", others), ("beside ", beside)):
        marks |= {f"{place}{mark}" for one in group for mark in _marks(one)}
    return frozenset(marks)


def situations(truth: Truth) -> frozenset[tuple[str, str]]:
    """Each two things that hold of the same person by now, whoever that is."""
    held = (sorted(set(_marks(person))) for person in truth.known())
    return frozenset(two for marks in held for two in itertools.combinations(marks, 2))


def _marks(person: Person) -> Iterator[str]:
    """What somebody is, and what was decided about them and holds until now."""
    for name, value in person.facts.items():
        yield from _details(name, value) if isinstance(value, Mapping) else ()
        yield from [name] if value else []
    yield from ["moved"] if any(cell.startswith(MOVED) for cell in person.cells) else []
    yield f"state {person.state}"
    yield f"relation {person.cells.get('tsuzukigarakodo1', '')}"
    yield f"age {bisect.bisect(AGES, int(person.like.get('age', 0)))}"
    if person.protection is not None:
        yield "protection ended" if person.protection.ended else f"protection {person.protection.kind}"


def _details(name: str, parts: Mapping[object, object]) -> Iterator[str]:
    """Of what has parts, which those are; of what is known by year, only of what sort."""
    for key, part in parts.items():
        if isinstance(key, str):
            yield f"{name} {key}"
        if isinstance(part, Tax):
            yield f"{name} undeclared" if part.undeclared else f"{name} {'some' if part.income else 'nothing'}"


def _values(given: Mapping[str, object]) -> Iterator[object]:
    for value in given.values():
        yield from value.values() if isinstance(value, Mapping) else (value,)


@dataclass(slots=True, kw_only=True)
class Novelty:
    """Over all sequences of one search: how often each thing was done and in which way, and what came after what.

    ``asked`` is in which situations the offices were asked about everything.
    """

    done: Counter[str] = field(default_factory=Counter)
    ways: Counter[tuple[str, str]] = field(default_factory=Counter)
    pairs: set[tuple[tuple[str, str], tuple[str, str], bool]] = field(default_factory=set)
    held: set[tuple[str, tuple[str, str]]] = field(default_factory=set)
    together: set[tuple[tuple[str, str], str, str]] = field(default_factory=set)
    asked: set[tuple[str, str]] = field(default_factory=set)

    def happened(self, event: Event, before: Iterable[Event]) -> None:
        """Something happened after everything that happened before it in the same sequence."""
        self.done[event.name] += 1
        self.ways[event.name, event.words] += 1
        self.pairs.update((one.kind, event.kind, event.concerns(one)) for one in before)
        self.held.update((mark, event.kind) for mark in event.holds)
        self.together.update(event.couples)

    def newest(self, events: Sequence[Event], before: Sequence[Event]) -> list[Event]:
        """Those of what could happen now by which most would be new, in the ways in which it was done least."""
        worth = {event: self._worth(event, before) for event in events}
        most = max(worth.values(), default=0)
        return self._plainest([event for event in events if worth[event] == most])

    def rarest(self, events: Sequence[Event]) -> list[Event]:
        """Those that were not done far more often than the rest, in the ways in which they were done least."""
        least = min((self.done[event.name] for event in events), default=0)
        return self._plainest([event for event in events if self.done[event.name] <= least + AHEAD])

    def unasked(self, truth: Truth) -> int:
        """How many situations there are now in which nobody was ever asked."""
        return len(situations(truth) - self.asked)

    def _worth(self, event: Event, before: Iterable[Event]) -> int:
        pairs = {(one.kind, event.kind, event.concerns(one)) for one in before} - self.pairs
        held = {(mark, event.kind) for mark in event.holds} - self.held
        seldom = max(self.done.values(), default=0) - self.done[event.name]
        followed = sum(SAME if same else 1 for _, _, same in pairs)
        return followed + HELD * len(held) + len(event.couples - self.together) + SELDOM * seldom

    def _plainest(self, events: list[Event]) -> list[Event]:
        least: dict[str, int] = {}
        for event in events:
            least[event.name] = min(self.ways[event.name, event.words], least.get(event.name, 1 << 30))
        return [event for event in events if self.ways[event.name, event.words] == least[event.name]]
