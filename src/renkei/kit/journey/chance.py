"""Chances: in which ways an act could happen now, so that sequences nobody thought of can be played as well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.kit.journey.truth import RESIDENT, Person, Truth

HEAD, GROWN = "01", 18
# So many people take part in one sequence at most: more of them only take longer.
MOST_PEOPLE = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """One legal way to do an act: about whom, at which 業務 (the act's own if ""), and with what of the act's values.

    ``new`` are people whom nobody knows yet, by what they are like: they get their names when the chance is taken.
    ``words`` is the sentence's code in the catalogue (below ``acts``) where it is another than the name of the act, ``other``
    the one whom the sentence names besides. ``calm``: only when everything that happened before was told.
    """

    who: tuple[str, ...] = ()
    new: tuple[Mapping[str, Any], ...] = ()
    at: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    other: str = ""
    calm: bool = False


# What there is to choose from by what happened until now; simplest first. It depends on nothing else.
Chances = Callable[[Truth], Iterable[Chance]]


def never(_truth: Truth) -> Iterable[Chance]:
    """Only stories do it."""
    return ()


def each(fits: Callable[[Truth, Person], bool], **given: Any) -> Chances:
    """One person at a time of whom something is so."""

    def chances(truth: Truth) -> Iterator[Chance]:
        return (Chance(who=(person.name,), given=given) for person in truth.known() if fits(truth, person))

    return chances


def together(truth: Truth, person: Person) -> bool:
    """Whether somebody lives with others."""
    return len(truth.members(person.household)) > 1


def is_head(person: Person) -> bool:
    """Whether somebody is the head of a household."""
    return person.cells.get("tsuzukigarakodo1") == HEAD


def lives_here(truth: Truth, person: Person) -> bool:
    """Whether somebody is a resident, and nobody of the household has announced to leave."""
    return person.state == RESIDENT and not any("planned" in one.facts for one in truth.members(person.household))


def can_go(truth: Truth, person: Person) -> bool:
    """Whether a resident can leave the household, with nobody left behind without a head."""
    return lives_here(truth, person) and not (is_head(person) and together(truth, person))


def parties(truth: Truth) -> Iterator[tuple[str, ...]]:
    """Who may go somewhere together: one who is grown and no head, or a whole household."""
    for person in truth.known():
        if can_go(truth, person):
            if age(person) >= GROWN or not together(truth, person):
                yield (person.name,)
        elif lives_here(truth, person) and is_head(person):
            yield tuple(one.name for one in sorted(truth.members(person.household), key=lambda one: not is_head(one)))


def room(truth: Truth, people: int = 1) -> bool:
    """Whether so many more may take part: residents, those who left, and those who never lived here."""
    return len(list(truth.among())) + people <= MOST_PEOPLE


def age(person: Person) -> int:
    """How old somebody was said to be."""
    return int(person.like.get("age", 0))
