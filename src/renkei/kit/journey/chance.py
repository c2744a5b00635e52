"""Chances: in which ways an act could happen now, so that sequences nobody thought of can be played as well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.kit.journey.truth import Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """One legal way to do an act: about whom, and with what of the act's own values.

    ``new`` are people whom nobody knows yet, by what they are like: they get their names when the chance is taken.
    ``words`` is the sentence's code in the catalogue (below ``acts``) where it is another than the name of the act, ``other``
    the one whom the sentence names besides.
    """

    who: tuple[str, ...] = ()
    new: tuple[Mapping[str, Any], ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    other: str = ""

    def is_like(self, who: tuple[str, ...], likes: tuple[Mapping[str, Any], ...], given: Mapping[str, Any]) -> bool:
        """Whether a step of a story is this chance; ``likes`` are those of its people whom nobody knows yet."""
        same = self.new == likes if self.new else self.who == who and not likes
        return same and dict(self.given) == dict(given)


# What there is to choose from by what happened and the day of the town's clock; simplest first.
Chances = Callable[[Truth, str], Iterable[Chance]]


def never(_truth: Truth, _today: str) -> Iterable[Chance]:
    """Only stories do it."""
    return ()
