"""What people earn: one figure a person and calendar year, on which taxes, premiums and allowances agree.

Shares and amounts are rounded from what is common knowledge of Japan's incomes; they shape test data and claim nothing else.
"""

from __future__ import annotations

import datetime as dt

from renkei.town.person import MALE, Person
from renkei.town.shard import Shard

PENSIONER = 65
UNDECLARED, ELSEWHERE = 27, 28
# Up to which age, the share of men and of women with an income, and the yen at the middle of it.
_AGES = (
    (17, 0.0, 0.0, 0),
    (22, 0.42, 0.42, 600_000),
    (34, 0.90, 0.80, 2_100_000),
    (59, 0.92, 0.74, 2_900_000),
    (64, 0.84, 0.60, 2_000_000),
    (74, 0.62, 0.40, 900_000),
    (130, 0.45, 0.22, 600_000),
)


def income(shard: Shard, person: Person, year: int) -> int:
    """合計所得金額 of a calendar year in yen; 0 for children, those who earn nothing and those who died before it."""
    del shard
    if person.died.year < year or person.born.year > year:
        return 0
    age = year - person.born.year
    _, men, women, middle = next(band for band in _AGES if age <= band[0])
    if person.chance("income/earns") >= (men if person.sex == MALE else women):
        return 0
    level = person.chance("income/level")
    # From a third of the middle to four times of it, most of them near it.
    factor = 0.35 + 0.65 * level + 3.0 * level**8
    change = 0.97 + 0.06 * person.chance(f"income/{year}")
    share = 1.0 if person.sex == MALE or age >= PENSIONER else 0.72
    return int(middle * factor * change * share) // 1000 * 1000


def pension(person: Person, year: int) -> int:
    """課税年金収入額 of a calendar year in yen: 0 before 65."""
    if year - person.born.year < PENSIONER or person.died.year < year:
        return 0
    return 400_000 + int(1_800_000 * person.chance("income/pension")) // 1000 * 1000


def declared(person: Person, year: int) -> bool:
    """Whether the income of a year is known: persona 27 and one adult in seventy declare none (未申告)."""
    if person.persona:
        return person.persona != UNDECLARED
    return year - person.born.year < 18 or person.chance(f"income/declared/{year // 3}") >= 0.014


def taxed_here(person: Person, year: int) -> bool:
    """Whether the income of a year is taxed by this town: who lived here on the 1st of January after it."""
    return person.persona != ELSEWHERE and person.living_on(dt.date(year + 1, 1, 1))
