"""How long nothing has happened to somebody: by then offices that tell each other at night must be of one mind about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from renkei.kit.journey.municipality import DAY


@dataclass(slots=True)
class Nights:
    """``since`` is by name how many nights went by since something happened to somebody, or to whoever belongs to them.

    In a month or a year that goes by at once offices do much, and tell each other of it only afterwards: it is news of
    everybody. ``circles`` are people who belong together, for whatever reason: what one of them does may be news of each.
    """

    since: dict[str, int] = field(default_factory=dict)
    circles: list[set[str]] = field(default_factory=list)

    def belong(self, people: Iterable[str]) -> None:
        """These belong together from now on, and with them whoever belongs to one of them."""
        whole = set(people)
        apart = [circle for circle in self.circles if not circle & whole]
        for circle in self.circles:
            whole |= circle if circle & whole else set()
        self.circles = [*apart, whole]

    def passed(self, seconds: float, news: Iterable[str], *, acted: bool) -> None:
        """So much time went by, after something had happened to these.

        The night after an act is its first. Where nobody acted, news came to light in that time, and its first night follows.
        """
        fresh = set(news)
        for circle in self.circles:
            fresh |= circle if circle & fresh else set()
        night = seconds == DAY
        for name in self.since.keys() | fresh:
            if name in fresh or seconds > DAY:
                self.since[name] = int(night and acted)
            else:
                self.since[name] += night

    def settled(self, nights: int) -> frozenset[str]:
        """Those to whom nothing happened for so many nights."""
        return frozenset(name for name, since in self.since.items() if since >= nights)
