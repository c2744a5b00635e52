"""What land, houses and assets are worth, what of it is taxed, and 固定資産税・都市計画税 of every year."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from renkei.town.due import Due, levy
from renkei.town.estate import HOUSING, JOINT, SINGLE, UNIT, Asset, Estate, House, Parcel, estates
from renkei.town.instalment import YEARS, split, term
from renkei.town.shard import Shard

# Below these sums of taxable values nothing is taxed (免税点).
FREE_LAND, FREE_HOUSE, FREE_ASSET = 300_000, 200_000, 1_500_000
FIXED, PLANNING = 14, 3
SMALL = 200
# Personas whose house was damaged.
DAMAGED = (6, 26)
LAND_TAX, ASSET_TAX = "04", "05"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Value and taxable values of one thing in a year; ``less`` is what a reduction takes off the tax."""

    value: int
    fixed: int
    planning: int
    less: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The tax of one taxpayer and year on land and houses, or on depreciable assets."""

    estate: Estate
    year: int
    kind: str
    payer: str
    values: tuple[int, int, int]
    taxed: tuple[int, int, int]
    planning_base: int
    less: int
    fixed: int
    planning: int
    relief: int
    free: tuple[bool, bool, bool]
    damaged: dt.datetime | None = None

    @property
    def notice(self) -> str:
        """通知書番号: one for each taxpayer, first parcel and kind."""
        first = (self.estate.parcels or self.estate.houses or self.estate.assets)[0].number
        return f"{self.year}{self.kind}{first}"

    @property
    def total(self) -> int:
        """年税額, as first assessed."""
        return self.fixed + self.planning - self.relief

    @property
    def granted(self) -> int:
        """What is relieved of the last instalment after a disaster (災害減免), in the last month."""
        return split(self.fixed - self.relief, 4)[3] // 2 if self.damaged is not None else 0

    @property
    def raised(self) -> dt.datetime:
        """When it is assessed."""
        return dt.datetime(self.year, 4, 10, 9, 45)


def base_year(year: int) -> int:
    """基準年度 of a year."""
    return 2021 + (year - 2021) // 3 * 3


def land(parcel: Parcel, year: int) -> Worth:
    """A parcel's values; housing land counts for a sixth (third) up to 200 m² a home and a third (two thirds) above."""
    value = parcel.area * parcel.price * (100 if base_year(year) == 2021 else 103) // 100
    if parcel.kind != HOUSING or not parcel.homes:
        taxable = value * 70 // 100 if parcel.kind == HOUSING else value
        return Worth(value=value, fixed=taxable, planning=taxable)
    small = min(parcel.area, SMALL * parcel.homes)
    first, rest = value * small // parcel.area, value * (parcel.area - small) // parcel.area
    return Worth(value=value, fixed=first // 6 + rest // 3, planning=first // 3 + rest * 2 // 3)


def house(one: House, year: int) -> Worth:
    """A house's values by its age in the base year; new homes are halved for three years up to 120 m²."""
    value = one.area * one.points * wear(one, year) // 10_000 * 11 // 10
    reduced = value * 14 // 1000 // 2 * min(one.area, 120) // one.area if new(one, year) else 0
    return Worth(value=value, fixed=value, planning=value, less=reduced)


def wear(one: House, year: int) -> int:
    """経年減点補正率 in ten-thousandths: a fifth is left at last."""
    age = max(0, base_year(year) - one.built.year)
    return max(2_000, 8_000 - 6_000 * age // (45 if one.structure == "03" else 25))


def new(one: House, year: int) -> bool:
    """Whether the reduction for new homes holds in a year."""
    return one.kind in ("01", "02") and one.built.year < year <= one.built.year + 3


def asset(one: Asset, year: int) -> int:
    """決定価格 of an asset: worn by the 減価率 of its life, a twentieth of the cost is left at last."""
    value = one.cost
    rate = {5: 369, 8: 250, 10: 206}[one.life]
    for place in range(year - 2020):
        value = value * (1_000 - rate // (1 if place else 2)) // 1_000
    return max(value, one.cost // 20)


def standing(one: House, year: int) -> bool:
    """Whether a house stood on the first of January."""
    day = dt.date(year, 1, 1)
    return one.built < day and (one.demolished is None or one.demolished >= day)


def held(one: Estate, year: int) -> bool:
    """Whether the estate was its owner's on the first of January."""
    return one.since < dt.date(year, 1, 1)


def ownership(one: Estate) -> str:
    """共有区分."""
    if one.joint is not None:
        return JOINT
    return UNIT if one.houses and one.houses[0].unit else SINGLE


def bills(shard: Shard) -> list[Bill]:
    """The taxes of all years."""
    found: list[Bill] | None = shard.facts.get("bills")
    if found is None:
        found = shard.facts["bills"] = []
        for one in estates(shard):
            for year in YEARS:
                if held(one, year):
                    if one.parcels:
                        found.append(_bill(one, year))
                    if one.assets:
                        found.append(_asset_bill(one, year))
    return found


def _bill(one: Estate, year: int) -> Bill:
    grounds = [land(parcel, year) for parcel in one.parcels]
    homes = [house(home, year) for home in one.houses if standing(home, year)]
    sums = sum(worth.fixed for worth in grounds), sum(worth.fixed for worth in homes)
    free = sums[0] < FREE_LAND, sums[1] < FREE_HOUSE
    taxed = [0 if exempt else value for value, exempt in zip(sums, free, strict=True)]
    planned = [
        0 if exempt else sum(worth.planning for worth in values)
        for values, exempt in zip((grounds, homes), free, strict=True)
    ]
    less = 0 if free[1] else sum(worth.less for worth in homes)
    fixed = max(0, sum(taxed) // 1000 * FIXED - less) // 100 * 100
    planning = sum(planned) // 1000 * PLANNING // 100 * 100
    damaged = year == YEARS[-1] and (
        getattr(one.owner, "persona", 0) in DAMAGED or int(one.parcels[0].number[1:]) % 199 == 9
    )
    hard = getattr(one.owner, "persona", 0) == 29 or int(one.parcels[0].number[1:]) % 211 == 5
    return Bill(
        estate=one, year=year, kind=LAND_TAX, payer=one.payer(year),
        values=(sum(worth.value for worth in grounds), sum(worth.value for worth in homes), 0),
        taxed=(taxed[0], taxed[1], 0), planning_base=sum(planned), less=less, fixed=fixed, planning=planning,
        relief=fixed // 2 // 100 * 100 if hard else 0, free=(free[0], free[1], False),
        damaged=dt.datetime(2026, 3, 9, 14, 20) if damaged else None,
    )  # fmt: skip


def _asset_bill(one: Estate, year: int) -> Bill:
    value = sum(asset(thing, year) for thing in one.assets)
    free = value < FREE_ASSET
    taxed = 0 if free else value
    return Bill(
        estate=one, year=year, kind=ASSET_TAX, payer=one.payer(year), values=(0, 0, value), taxed=(0, 0, taxed),
        planning_base=0, less=0, fixed=taxed // 1000 * FIXED // 100 * 100, planning=0, relief=0,
        free=(False, False, free),
    )  # fmt: skip


@levy
def estate_dues(shard: Shard) -> list[Due]:
    """Four instalments of every bill that comes to a tax."""
    found = []
    for bill in bills(shard):
        if not bill.total:
            continue
        shares = split(bill.fixed - bill.relief, 4), split(bill.planning, 4)
        for place in range(4):
            period = f"{place + 1:02d}"
            parts = shares[0][place], shares[1][place]
            found.append(
                Due(
                    service="012", holder=bill.payer, year=bill.year, kind=bill.kind, notice=bill.notice, period=period,
                    raised=bill.raised, due=term("012", bill.kind, bill.year, period).due, amount=sum(parts),
                    parts=parts, joint=bill.estate.joint is not None,
                    changes=((bill.damaged, sum(parts) - bill.granted),) if bill.granted and bill.damaged and place == 3 else (),
                )
            )  # fmt: skip
    return found
