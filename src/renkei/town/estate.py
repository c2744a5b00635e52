"""Land, houses and depreciable assets: parcels, owners and co-owners, and what they are valued at.

不動産番号 of the town begin with 9999, the number of no registry office. Values follow 固定資産評価基準 in form: land by
area and price of its 町字, houses by area, age and structure, new values in the base years 2021 and 2024.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from renkei.town import number
from renkei.town.corporation import Corporation, corporations
from renkei.town.holder import Holder, holders
from renkei.town.income import SELF, incomes
from renkei.town.person import NEVER, Outsider, Person, Values
from renkei.town.shard import Shard
from renkei.town.stay import HEAD

FIRST_JOINT = 80_000_000_000_000
REGISTRY = "9999"
ESTATE_YEARS = (2023, 2024, 2025, 2026)
SINGLE, JOINT, UNIT = "1", "2", "3"
HOUSING, FIELD, FOREST, MIXED_USE = "03", "02", "05", "08"
_SHARE = {"house": 0.72, "flat": 0.22, "field": 0.08, "joint": 0.09}
DEBTORS = (8, 26, 31, 13, 6, 33)
# Personas who own together: with the landlord abroad, and with somebody whose address must not be told.
PARTNERS = {33: 21, 2: 18}
# So many houses are still registered to who died.
UNCHANGED = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """Co-owners (共有) under a number of their own; the first one represents them. ``shares`` are over ``whole``."""

    number: str
    members: tuple[Holder, ...]
    shares: tuple[int, ...]
    whole: int
    since: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One piece of land."""

    number: str
    registry: str
    code: str
    town: str
    lot: int
    branch: int
    kind: str
    area: int
    price: int
    homes: int
    since: dt.date
    split: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One building (or unit)."""

    number: str
    registry: str
    parcel: Parcel
    kind: str
    structure: str
    floors: int
    area: int
    built: dt.date
    points: int
    unit: bool = False
    demolished: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One depreciable asset of a corporation or trader."""

    number: str
    kind: str
    title: str
    bought: str
    cost: int
    life: int


@dataclass(slots=True, kw_only=True, eq=False)
class Estate:
    """What one taxpayer holds: an owner or co-owners, with land, houses and assets; ``heir`` follows who has died."""

    owner: Holder
    joint: Joint | None
    since: dt.date
    parcels: list[Parcel] = field(default_factory=list)
    houses: list[House] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)
    heir: Person | None = None

    def payer(self, year: int) -> str:
        """宛名番号 of who is taxed for a year: the co-owners, the owner, or who holds after the owner's death (現所有者)."""
        if self.joint is not None:
            return self.joint.number
        return self.heir.number if self.heir is not None and self.died(year) else self.owner.number

    def died(self, year: int) -> bool:
        """Whether the registered owner had died before the first of January."""
        return isinstance(self.owner, Person) and self.owner.died < dt.date(year, 1, 1)


def estates(shard: Shard) -> list[Estate]:
    """Every estate of the shard: heads of households, absent landlords, corporations."""
    found: list[Estate] | None = shard.facts.get("estates")
    if found is None:
        found = shard.facts["estates"] = list(_Registry(shard).all())
    return found


class _Registry:
    """Gives out parcels and houses of the shard's block."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._joints = number.block(shard.number, FIRST_JOINT)
        self._serial = shard.number * number.BLOCK * 4

    def all(self) -> list[Estate]:
        found = []
        for home in self._shard.households:
            if home.members and home.members[0].rows:
                made = self._home(_registered(home.members))
                if made is not None:
                    found.append(made)
        residents = {one.number for one in self._shard.people}
        for outsider in self._shard.outsiders:
            if "012" in outsider.uses and not outsider.hidden and outsider.number not in residents:
                found.append(self._landlord(outsider))
        found += [self._firm(place, firm) for place, firm in enumerate(corporations(self._shard))]
        return [one for one in found if one.parcels or one.houses or one.assets]

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    def _home(self, head: Person) -> Estate | None:
        first = head.rows[0].values
        if first.get("jusho_shikuchosonkodo") != self._shard.municipality:
            return None
        flat = bool(first.get("jusho_katagaki"))
        forced = head.persona in DEBTORS or head.persona in PARTNERS
        if head.chance("estate") >= _SHARE["flat" if flat else "house"] and not forced:
            return None
        since = max(head.rows[0].at.date(), head.born + dt.timedelta(days=20 * 365))
        made = Estate(owner=head, joint=self._joint(head, since), since=since)
        drawn = head.chance("built")
        parcel = self._parcel(first, since, HOUSING, 25 if flat else 110 + int(drawn * 190), 1, head)
        made.parcels.append(parcel)
        built = since - dt.timedelta(days=int(drawn * drawn * 14_000))
        gone = dt.date(2026, 3, 3 + int(drawn * 9_000) % 20) if int(drawn * 10_000) % 50 == 7 else None
        made.houses.append(
            self._house(parcel, "02" if flat else "01", 70 if flat else 80 + int(drawn * 70), built, unit=flat, gone=gone)
        )  # fmt: skip
        if head.chance("field") < _SHARE["field"]:
            kind = FIELD if drawn < 0.7 else FOREST
            made.parcels.append(self._parcel(first, since, kind, 400 + int(drawn * 3_000), 0, head))
        made.heir = self._heir(head)
        income = incomes(self._shard).get((head.number, 2025))
        if income is not None and income.work == SELF:
            made.assets.append(self._asset("6", "陳列棚", 480_000, 8))
        return made

    def _joint(self, head: Person, since: dt.date) -> Joint | None:
        other: Holder | None = head.spouse if head.spouse is not None and head.spouse.rows else None
        if head.persona in PARTNERS:
            known = [
                one for one in holders(self._shard).values() if getattr(one, "persona", 0) == PARTNERS[head.persona]
            ]
            other = known[0] if known else other
        elif other is None or head.chance("joint") >= _SHARE["joint"]:
            return None
        if other is None or other.number not in holders(self._shard):
            return None
        first = 2 if head.chance("share") < 0.6 else 3
        return Joint(
            number=next(self._joints), members=(head, other), shares=(first, 4 - first), whole=4,
            since=max(since, dt.date(2010, 4, 1)),
        )  # fmt: skip

    @staticmethod
    def _heir(head: Person) -> Person | None:
        """Husband or wife, else the eldest child that lives in the town."""
        if head.spouse is not None and head.spouse.resident:
            return head.spouse
        home = head.home.members if head.home is not None else []
        children = [one for one in home if one is not head and one.resident and head in (one.mother, one.father)]
        return min(children, key=lambda one: (one.born, one.number), default=None)

    def _landlord(self, outsider: Outsider) -> Estate:
        drawn = self._shard.chance(outsider.number, "estate")
        place = self._shard.households[int(drawn * len(self._shard.households))].address
        since = outsider.at.date()
        made = Estate(owner=outsider, joint=None, since=since)
        parcel = self._parcel(place, since, HOUSING if drawn < 0.5 else MIXED_USE, 150 + int(drawn * 300), 4, outsider)
        made.parcels.append(parcel)
        if parcel.kind == HOUSING:
            built = since - dt.timedelta(days=int(drawn * 9_000))
            made.houses.append(self._house(parcel, "02", 260, built))
        return made

    def _firm(self, place: int, firm: Corporation) -> Estate:
        made = Estate(owner=firm, joint=None, since=firm.founded)
        if firm.address.get("jusho_shikuchosonkodo") == self._shard.municipality and place % 2 == 0:
            parcel = self._parcel(firm.address, firm.founded, HOUSING, 400 + place * 30, 0, firm)
            made.parcels.append(parcel)
            built = dt.date(1990 + place % 30, 5, 20)
            made.houses.append(
                self._house(parcel, "05" if place % 4 else "06", 350 + place * 10, max(built, firm.founded))
            )
        made.assets.append(self._asset("2", "製造設備", 2_400_000 + 90_000 * place, 10))
        made.assets.append(self._asset("6", "事務用機器", 700_000 + 10_000 * place, 5))
        return made

    def _parcel(self, place: Values, since: dt.date, kind: str, area: int, homes: int, owner: Holder) -> Parcel:
        serial = self._next()
        code = place.get("jusho_choazakodo", "0000000")
        price = {HOUSING: 42_000 + int(code[:4] or 0) * 3_500, MIXED_USE: 30_000}.get(kind, 60)
        drawn = self._shard.chance(owner.number, f"split/{kind}")
        return Parcel(
            number=f"L{serial:011d}", registry=f"{REGISTRY}{serial:09d}", code=code, town=place.get("jusho_choaza", ""),
            lot=1 + serial % 900, branch=1 + serial % 7, kind=kind, area=area, price=price, homes=homes, since=since,
            split=dt.datetime(2026, 3, 2 + int(drawn * 4_000) % 27, 13) if drawn < 0.015 else None,
        )  # fmt: skip

    def _house(
        self, parcel: Parcel, kind: str, area: int, built: dt.date, *, unit: bool = False, gone: dt.date | None = None
    ) -> House:
        serial = self._next()
        strong = unit or kind in ("02", "05", "06")
        return House(
            number=f"K{serial:011d}", registry=f"{REGISTRY}{serial:09d}", parcel=parcel, kind=kind,
            structure="03" if strong else "01", floors=1 + (area > 90) + 2 * strong, area=area, built=built,
            points=118_000 if strong else 86_000, unit=unit, demolished=gone,
        )  # fmt: skip

    def _asset(self, kind: str, title: str, cost: int, life: int) -> Asset:
        return Asset(
            number=f"S{self._next() % 10**9:09d}", kind=kind, title=title, bought="2020-06", cost=cost, life=life
        )  # fmt: skip


def _registered(members: list[Person]) -> Person:
    """Whom the land of a household is registered to: the 世帯主, or the one before, who died and left it as it was."""
    for one in members[1:]:
        was_head = one.rows and one.died != NEVER and one.values["tsuzukigarakodo1"] == HEAD
        if was_head and not one.persona and one.chance("registered") < UNCHANGED:
            return one
    return members[0]
