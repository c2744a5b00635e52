"""Light vehicles and their yearly tax: who keeps which from when to when, and reliefs for the disabled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from renkei.town import number
from renkei.town.corporation import corporations
from renkei.town.due import Due, levy
from renkei.town.holder import Holder
from renkei.town.instalment import YEARS, term
from renkei.town.person import NEVER, Person
from renkei.town.shard import Shard

# Kind, name of the make, model, tax of a year, heavier tax from the 14th year on, displacement, share of owners.
_KINDS = (
    ("11", "架空ワゴンＫ", "5BA-RK1", 10_800, 12_900, "0.66", 0.66),
    ("13", "架空キャリー", "3BD-RC2", 5_000, 6_000, "0.66", 0.14),
    ("01", "架空モペット", "2BH-RM5", 2_000, 2_000, "0.05", 0.10),
    ("03", "架空スクーター", "8BJ-RS7", 2_400, 2_400, "0.12", 0.05),
    ("09", "架空ツーリング", "8BL-RT9", 6_000, 6_000, "0.99", 0.05),
)
KEPT, SCRAPPED, SOLD, MOVED = "1", "2", "3", "4"
_LETTERS = "あいうえかきくけこさすせそ"
_OWNERS = 0.34
DEBTORS = (8, 26, 31, 13, 6, 1, 17)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One vehicle of the town; ``until`` is when it was scrapped, sold or taken away (``state``)."""

    number: str
    plate: str
    chassis: str
    kind: str
    make: str
    model: str
    power: str
    keeper: Holder
    since: dt.date
    first: dt.date
    rate: int
    heavy: int
    until: dt.date = NEVER
    state: str = KEPT
    reason: str = ""

    def taxed(self, year: int) -> bool:
        """Whether it was registered on the first of April."""
        return self.since < dt.date(year, 4, 1) <= self.until

    def tax(self, year: int) -> int:
        """The tax of a year; from the 14th year on it is heavier."""
        return self.heavy if self.old(year) else self.rate

    def old(self, year: int) -> bool:
        """Whether the heavier rate applies (経年車重課)."""
        return self.heavy > self.rate and year - self.first.year >= 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """A relief of one year's tax for the vehicle of a disabled person; ``until`` is when it is gone."""

    vehicle: Vehicle
    year: int
    reason: str
    notebook: str
    grade: str
    asked: dt.date
    decided: dt.date
    amount: int


def vehicles(shard: Shard) -> list[Vehicle]:
    """Every vehicle that was there in the tax years."""
    found: list[Vehicle] | None = shard.facts.get("vehicles")
    if found is None:
        found = []
        for one in shard.people:
            first = one.rows[0].at.date()
            grown = one.born.replace(day=1) + dt.timedelta(days=18 * 365 + 30)
            begin = max(first, grown, dt.date(2008, 4, 1))
            if (one.chance("vehicle") < _OWNERS or one.persona in DEBTORS) and begin < dt.date(2026, 3, 1):
                found.append(_vehicle(shard, one, begin, len(found)))
        for place, firm in enumerate(corporations(shard)):
            if place % 3 == 0:
                found.append(_vehicle(shard, firm, dt.date(2019, 6, 3), len(found)))
        shard.facts["vehicles"] = found
    return found


def _vehicle(shard: Shard, keeper: Holder, begin: dt.date, place: int) -> Vehicle:
    serial = shard.number * number.BLOCK + place + 1
    drawn, spread = shard.chance(keeper.number, "kind"), shard.chance(keeper.number, "since")
    chosen = _KINDS[0]
    for chosen in _KINDS:
        drawn -= chosen[-1]
        if drawn < 0:
            break
    kind, make, model, rate, heavy, power, _ = chosen
    last = dt.date(2026, 3, 20)
    since = begin + dt.timedelta(days=int((last - begin).days * spread * spread))
    until, state, reason = _end(keeper, since, shard.chance(keeper.number, "scrap"))
    plate = f"連携５８１{_LETTERS[place % len(_LETTERS)]}{_wide(f'{serial % 10_000:04d}')}"
    return Vehicle(
        number=f"V{serial:010d}", plate=plate, chassis=f"{model[-3:]}-9{serial:07d}", kind=kind, make=make, model=model,
        power=power, keeper=keeper, since=since, first=since - dt.timedelta(days=int(2_500 * spread)), rate=rate,
        heavy=heavy, until=until, state=state, reason=reason,
    )  # fmt: skip


def _wide(digits: str) -> str:
    return digits.translate(str.maketrans("0123456789", "０１２３４５６７８９"))


def _end(keeper: Holder, since: dt.date, drawn: float) -> tuple[dt.date, str, str]:
    """When and why a vehicle goes: with its keeper's death or move, or scrapped."""
    if isinstance(keeper, Person):
        gone = next(
            (row for row in keeper.rows if row.at.date() > since and row.values["juminjotai"] in ("2", "3")), None
        )
        if gone is not None:
            day = min(gone.at.date() + dt.timedelta(days=12), dt.date(2026, 3, 28))
            return day, MOVED if gone.values["juminjotai"] == "2" else SOLD, ""
    if drawn < 0.3:
        day = dt.date(2021, 5, 1) + dt.timedelta(days=int(drawn * 5_900))
        if day > since:
            return day, SCRAPPED, "01" if drawn < 0.2 else "05"
    return NEVER, KEPT, ""


def reliefs(shard: Shard) -> list[Relief]:
    """Reliefs, one vehicle a year for each disabled keeper."""
    found: list[Relief] | None = shard.facts.get("vehicle-reliefs")
    if found is None:
        found = shard.facts["vehicle-reliefs"] = [
            made
            for vehicle in vehicles(shard)
            for year in YEARS
            if vehicle.taxed(year) and (made := _relief(vehicle, year)) is not None
        ]
    return found


def _relief(vehicle: Vehicle, year: int) -> Relief | None:
    one = vehicle.keeper
    if not isinstance(one, Person) or (one.chance("disabled") >= 0.05 and one.persona != 1):
        return None
    drawn = one.chance("notebook")
    decided = dt.date(year, 5, 20)
    return Relief(
        vehicle=vehicle, year=year, reason="01" if drawn < 0.6 else "02" if drawn < 0.75 else "03",
        notebook=f"T{one.number[-8:]:0>8}", grade="1" if one.chance("disabled") < 0.03 else "2",
        asked=dt.date(year, 5, 8), decided=decided, amount=vehicle.tax(year),
    )  # fmt: skip


@levy
def vehicle_dues(shard: Shard) -> list[Due]:
    """One due a year for every vehicle; a relief takes it back before it is due."""
    relieved = {(one.vehicle.number, one.year): one for one in reliefs(shard)}
    found = []
    for vehicle in vehicles(shard):
        for year in YEARS:
            if not vehicle.taxed(year):
                continue
            relief = relieved.get((vehicle.number, year))
            tax = vehicle.tax(year)
            at = dt.datetime.combine(relief.decided, dt.time(11)) if relief else None
            found.append(
                Due(
                    service="013", holder=vehicle.keeper.number, year=year, kind="06",
                    notice=f"{year}06{vehicle.number}", period="01", raised=dt.datetime(year, 5, 1, 9, 15),
                    due=term("013", "06", year, "01").due, amount=tax, subject=vehicle.number,
                    changes=((at, tax - relief.amount),) if relief and at else (),
                )
            )  # fmt: skip
    return found
