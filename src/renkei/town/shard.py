"""One block of the town's people: the unit that is made, written and forgotten, so that memory does not grow with it."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from renkei.town import name, persona, rarity
from renkei.town.history import BEGIN, SHARD_HOUSEHOLDS, SHARD_RESIDENTS, History
from renkei.town.life import Life
from renkei.town.person import MALE, MOVED_OUT, Household, Outsider, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """The people, households and 住登外者 of one block, with their whole history.

    ``facts`` keeps what several data sets derive from the same people (incomes, assessments), by name.
    """

    seed: int
    municipality: str
    number: int
    life: Life
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def people(self) -> list[Person]:
        """Everybody who is or was a resident, by the order of their numbers."""
        return self.life.people

    @property
    def households(self) -> list[Household]:
        """Every household that ever was."""
        return self.life.households

    @property
    def outsiders(self) -> list[Outsider]:
        """The 住登外者."""
        return self.life.outsiders

    def residents(self, day: dt.date) -> Iterator[Person]:
        """Those who lived in the town at the end of a day."""
        return (one for one in self.people if one.living_on(day))

    def chance(self, key: str, topic: str) -> float:
        """A number in [0, 1) that belongs to the key and topic, the same in every run of a seed."""
        return zlib.crc32(f"{self.seed}/{key}/{topic}".encode()) / 2**32

    def choice(self, key: str, topic: str, count: int) -> int:
        """A whole number below ``count`` that belongs to the key and topic."""
        return int(self.chance(key, topic) * count)


def shards(population: int) -> list[tuple[int, int]]:
    """Number and households of the shards that a population needs; the last one is smaller."""
    whole, rest = divmod(population, SHARD_RESIDENTS)
    found = [(number, SHARD_HOUSEHOLDS) for number in range(whole)]
    if rest or not found:
        found.append((whole, max(8, round(SHARD_HOUSEHOLDS * rest / SHARD_RESIDENTS))))
    return found


def make(*, seed: int, municipality: str, number: int, households: int) -> Shard:
    """One shard with its history; the first one holds the personas and what is rare."""
    history = History(seed=seed, municipality=municipality, shard=number, households=households)
    if number == 0:
        persona.enter(history.life)
    life = history.play()
    _outsiders(life, households)
    if number == 0:
        rarity.enter(life)
    return Shard(seed=seed, municipality=municipality, number=number, life=life)


# What a 住登外者 is known for: the 業務 that registered the person.
USES = ("010", "012", "012", "013", "019", "024", "011")


def _outsiders(life: Life, households: int) -> None:
    """People without a 住民票 whom some 業務 knows, and some who left and keep their old number (番号引継)."""
    rng = life.rng
    for _ in range(max(2, households // 20)):
        at = dt.datetime.combine(BEGIN + dt.timedelta(days=rng.randrange(3600)), dt.time(10))
        family, given = name.surname(rng), name.given(rng, MALE)
        values = {
            "shimei": f"{family[0]}　{given[0]}",
            "shimei_furigana": f"{family[1]}　{given[1]}",
            "seibetsu": MALE,
            "seinengappi": (at.date() - dt.timedelta(days=rng.randint(25, 80) * 365)).isoformat(),
            "seinengappi_fushofuragu": "0",
            **name.elsewhere(rng, "jusho"),
        }
        life.outsider(at, values, (rng.choice(USES),))
    for one in [one for one in life.people if one.rows and one.values["juminjotai"] == MOVED_OUT and not one.persona]:
        if one.chance("keeps") < 0.1:
            kept = ("shimei", "shimei_furigana", "seibetsu", "seinengappi", "seinengappi_fushofuragu")
            values = {item: one.values.get(item, "") for item in kept} | name.elsewhere(rng, "jusho")
            life.outsider(one.rows[-1].at + dt.timedelta(days=30), values, ("010",), own=one.number)
