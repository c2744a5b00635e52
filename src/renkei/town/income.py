"""What residents earn: by age, sex and work, the same in every run; the one source of incomes for taxes and premiums.

Amounts follow the deductions of 所得税法 第28条 and 第35条 (from the income year 2020 on); how many earn how much is only
shaped like Japan's and claims nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from renkei.town.person import MALE, Person
from renkei.town.shard import Shard

EMPLOYED, PART, SELF, RETIRED, NONE = "employed", "part", "self", "retired", "none"
TAX_YEARS = (2023, 2024, 2025)
# Share of each kind of work by age and sex (men, women); what is left has none.
_WORK = (
    (18, ((), ())),
    (22, (((EMPLOYED, 0.25), (PART, 0.45)), ((EMPLOYED, 0.20), (PART, 0.52)))),
    (65, (((EMPLOYED, 0.80), (SELF, 0.09), (PART, 0.04)), ((EMPLOYED, 0.50), (PART, 0.27), (SELF, 0.05)))),
    (75, (((RETIRED, 0.62), (PART, 0.28), (SELF, 0.10)), ((RETIRED, 0.76), (PART, 0.20), (SELF, 0.04)))),
    (200, (((RETIRED, 0.95), (SELF, 0.05)), ((RETIRED, 0.99),))),
)
PENSION_AGE = 65
RENTING, FARMING = 0.03, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """One person's incomes that a tax year is assessed on: those of the calendar year before it.

    ``salary`` and ``pension`` are receipts, their ``_net`` what is left after the deductions for them.
    """

    person: Person
    year: int
    work: str
    salary: int = 0
    salary_net: int = 0
    pension: int = 0
    pension_net: int = 0
    business: int = 0
    farm: int = 0
    rent: int = 0
    offset: int = 0
    stocks: int = 0

    @property
    def general(self) -> int:
        """総所得金額."""
        return self.salary_net + self.pension_net + self.business + self.farm + self.rent - self.offset

    @property
    def total(self) -> int:
        """合計所得金額."""
        return self.general + self.stocks


def salary_net(receipts: int) -> int:
    """給与所得."""
    for limit, share, plus in ((1_625_000, 0, 550_000), (1_800_000, 40, -100_000), (3_600_000, 30, 80_000),
                               (6_600_000, 20, 440_000), (8_500_000, 10, 1_100_000)):  # fmt: skip
        if receipts <= limit:
            return max(0, receipts - (receipts * share // 100 + plus))
    return receipts - 1_950_000


def pension_net(receipts: int, age: int) -> int:
    """公的年金等に係る雑所得."""
    least, limit = (1_100_000, 3_300_000) if age >= PENSION_AGE else (600_000, 1_300_000)
    if receipts <= limit:
        return max(0, receipts - least)
    if receipts <= 4_100_000:
        return receipts - (receipts * 25 // 100 + 275_000)
    return receipts - (receipts * 15 // 100 + 685_000)


def incomes(shard: Shard) -> dict[tuple[str, int], Income]:
    """Incomes by (宛名番号, tax year) of everybody who was 15 or older and lived in the town on the first of January."""
    found: dict[tuple[str, int], Income] | None = shard.facts.get("incomes")
    if found is None:
        found = shard.facts["incomes"] = {}
        for one in shard.people:
            for year in TAX_YEARS:
                day = dt.date(year, 1, 1)
                if one.age(day) >= 15 and one.living_on(day):
                    found[one.number, year] = income(one, year)
    return found


def work(one: Person, age: int) -> str:
    """What kind of work somebody of that age has; it changes with stages of life only."""
    for limit, shares in _WORK:
        if age < limit:
            drawn = one.chance("work")
            for kind, share in shares[0 if one.sex == MALE else 1]:
                drawn -= share
                if drawn < 0:
                    return kind
            return NONE
    return NONE


def income(one: Person, year: int) -> Income:
    """What one person earned in the year before ``year``."""
    age = one.age(dt.date(year - 1, 12, 31))
    kind = NONE if one.persona == 29 else work(one, age)
    level, swing = one.chance("level"), one.chance(f"income/{year}")
    salary = _salary(one, kind, age, level, swing, year)
    pension = 0
    if age >= PENSION_AGE:
        high = 2_600_000 if one.sex == MALE else 1_700_000
        pension = int(600_000 + (high - 600_000) * level) // 100 * 100
    business = int(600_000 + 6_000_000 * level * level * (0.8 + 0.4 * swing)) if kind == SELF else 0
    loss = kind == SELF and swing < 0.06
    extra = one.chance("extra")
    rent = int(300_000 + 2_000_000 * swing) if age >= 40 and extra < RENTING else 0
    farm = int(200_000 + 900_000 * swing) if kind == SELF and extra > 1 - FARMING * 5 else 0
    net, pension_left = salary_net(salary), pension_net(pension, age)
    # A loss of a business is set off against the rent (損益通算).
    offset = min(rent, 150_000) if loss else 0
    return Income(
        person=one, year=year, work=kind, salary=salary, salary_net=net, pension=pension, pension_net=pension_left,
        business=0 if loss else business, farm=farm, rent=rent, offset=offset,
        stocks=int(50_000 + 800_000 * swing) if extra > 0.5 and 0.5 < extra < 0.53 and age >= 30 else 0,
    )  # fmt: skip


def _salary(one: Person, kind: str, age: int, level: float, swing: float, year: int) -> int:
    if kind == PART:
        return int(500_000 + 1_150_000 * level + 60_000 * swing)
    if kind != EMPLOYED:
        return 0
    top = 5_400_000 if one.sex == MALE else 4_300_000
    usual = 2_300_000 + (top - 2_300_000) * max(0, min(age, 52) - 18) / 34
    grown = 1 + 0.02 * (year - TAX_YEARS[0])
    return int(usual * (0.62 + 0.6 * level + 1.1 * max(0.0, level - 0.8)) * grown * (0.98 + 0.04 * swing))
