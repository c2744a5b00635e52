"""What came after what: so that sequences which nobody wrote down do what was not done yet, and everything follows everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from renkei.kit.journey.chance import Chance

# Whom something is about, when it is about the whole town: that time goes by, or an address that changes for everybody.
EVERYBODY: frozenset[str] = frozenset()
# In the place of those who are new and have no name yet.
NOBODY = "?"
# An act may have been done so many times more than the one that was done least of those that could happen now.
AHEAD = 2
# What is new of two things about the same people counts so much more than of two about others.
SAME = 3
# And so much for each time that something was done less often than what was done most.
SELDOM = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened or could happen: an act or a span of time by name, in which way, and whom it is about."""

    name: str
    words: str = ""
    people: frozenset[str] = EVERYBODY

    def concerns(self, other: Event) -> bool:
        """Whether both are about somebody in common."""
        return not self.people or not other.people or bool(self.people & other.people)


def event_of(name: str, chance: Chance) -> Event:
    """A chance as an event: whoever is new has no name yet, but is of an age."""
    ages = "".join(f" {like.get('age', '')}" for like in chance.new)
    named = (value if isinstance(value, list | tuple) else (value,) for value in _values(chance.given))
    known = {one for values in named for one in values if isinstance(one, str)}
    people = frozenset(chance.who) | known if chance.who or not chance.new else frozenset({NOBODY})
    return Event(name=name, words=f"{chance.words}{ages}", people=people)


def _values(given: Mapping[str, object]) -> Iterator[object]:
    for value in given.values():
        yield from value.values() if isinstance(value, Mapping) else (value,)


@dataclass(slots=True, kw_only=True)
class Novelty:
    """Over all sequences of one search: how often each thing was done and in which way, and what came after what."""

    done: Counter[str] = field(default_factory=Counter)
    ways: Counter[tuple[str, str]] = field(default_factory=Counter)
    pairs: set[tuple[str, str, bool]] = field(default_factory=set)

    def happened(self, event: Event, before: Iterable[Event]) -> None:
        """Something happened after everything that happened before it in the same sequence."""
        self.done[event.name] += 1
        self.ways[event.name, event.words] += 1
        self.pairs.update((one.name, event.name, event.concerns(one)) for one in before)

    def newest(self, events: Sequence[Event], before: Sequence[Event]) -> list[Event]:
        """Those of what could happen now by which most would be new, in the ways in which it was done least."""
        worth = {event: self._worth(event, before) for event in events}
        most = max(worth.values(), default=0)
        return self._plainest([event for event in events if worth[event] == most])

    def rarest(self, events: Sequence[Event]) -> list[Event]:
        """Those that were not done far more often than the rest, in the ways in which they were done least."""
        least = min((self.done[event.name] for event in events), default=0)
        return self._plainest([event for event in events if self.done[event.name] <= least + AHEAD])

    def _worth(self, event: Event, before: Iterable[Event]) -> int:
        pairs = {(one.name, event.name, event.concerns(one)) for one in before} - self.pairs
        seldom = max(self.done.values(), default=0) - self.done[event.name]
        return sum(SAME if same else 1 for _, _, same in pairs) + SELDOM * seldom

    def _plainest(self, events: list[Event]) -> list[Event]:
        least: dict[str, int] = {}
        for event in events:
            least[event.name] = min(self.ways[event.name, event.words], least.get(event.name, 1 << 30))
        return [event for event in events if self.ways[event.name, event.words] == least[event.name]]
