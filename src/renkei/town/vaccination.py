"""予防接種: who was given which dose when, by the schedule of 予防接種法施行令; for slips, doses and requests elsewhere.

A dose that somebody had before moving here is known from the day of moving in, with the municipality that gave it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town.cells import within
from renkei.town.history import BEGIN
from renkei.town.person import FEMALE, MALE, Person
from renkei.town.schooling import entry_year
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, anniversary, soon

FIRST_CHILD, SECOND, NO_PHASE = "1", "2", "9"
HPV, FLU, PNEUMOCOCCUS, COVID, SHINGLES, RUBELLA = "12", "13", "14", "15", "16", "17"
GIVEN, PUT_OFF = 0.96, 0.012
# Doses that are planned when the town's time ends: their slips are out.
AHEAD = LIMIT.date() + dt.timedelta(days=50)
_OPEN = (dt.date.min, dt.date.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A vaccine: ``ages`` in days of each dose, for children born within ``births``; ``phase`` the 接種期 of each."""

    code: str
    name: str
    maker: str
    amount: str
    ages: tuple[int, ...]
    phases: str
    births: tuple[dt.date, dt.date] = _OPEN


def _kind(
    code: str,
    name: str,
    maker: str,
    amount: str,
    ages: tuple[int, ...],
    phases: str,
    births: tuple[dt.date, dt.date] = _OPEN,
) -> Kind:
    return Kind(code=code, name=name, maker=maker, amount=amount, ages=ages, phases=phases, births=births)


FIVE = dt.date(2024, 2, 1)
CHILDREN = (
    _kind("01", "経口弱毒生ヒトロタウイルスワクチン", "架空製薬", "1.50", (62, 92), "99", (dt.date(2020, 8, 1), dt.date.max)),
    _kind("02", "沈降肺炎球菌結合型ワクチン", "架空製薬", "0.50", (62, 92, 122, 400), "1111"),
    _kind("03", "乾燥ヘモフィルスｂ型ワクチン", "連携ワクチン", "0.50", (62, 92, 122, 400), "1111", (dt.date.min, FIVE)),
    _kind("04", "組換え沈降Ｂ型肝炎ワクチン", "連携ワクチン", "0.25", (62, 92, 212), "999", (dt.date(2016, 4, 1), dt.date.max)),
    _kind("05", "沈降精製百日せきジフテリア破傷風不活化ポリオヒブ混合ワクチン", "架空製薬", "0.50", (63, 93, 123, 410), "1111", (FIVE, dt.date.max)),
    _kind("06", "沈降精製百日せきジフテリア破傷風不活化ポリオ混合ワクチン", "連携ワクチン", "0.50", (93, 123, 153, 500), "1111", (dt.date.min, FIVE)),
    _kind("07", "乾燥ＢＣＧワクチン", "架空製薬", "0.15", (172,), "9"),
    _kind("08", "乾燥弱毒生麻しん風しん混合ワクチン", "連携ワクチン", "0.50", (370,), "1"),
    _kind("09", "乾燥弱毒生水痘ワクチン", "連携ワクチン", "0.50", (372, 560), "99"),
    _kind("10", "乾燥細胞培養日本脳炎ワクチン", "架空製薬", "0.50", (1_110, 1_132, 1_480, 3_320), "1112"),
    _kind("11", "沈降ジフテリア破傷風混合トキソイド", "架空製薬", "0.10", (4_080,), "2"),
)  # fmt: skip
SECOND_MEASLES = CHILDREN[7]
ADULTS = {
    HPV: _kind(HPV, "組換え沈降９価ヒトパピローマウイルス様粒子ワクチン", "架空製薬", "0.50", (), "9"),
    FLU: _kind(FLU, "インフルエンザＨＡワクチン", "連携ワクチン", "0.50", (), "9"),
    PNEUMOCOCCUS: _kind(PNEUMOCOCCUS, "２３価肺炎球菌莢膜ポリサッカライドワクチン", "架空製薬", "0.50", (), "9"),
    COVID: _kind(COVID, "コロナウイルスＲＮＡワクチン", "架空製薬", "0.30", (), "9"),
    SHINGLES: _kind(SHINGLES, "乾燥組換え帯状疱疹ワクチン", "連携ワクチン", "0.50", (), "9"),
    RUBELLA: SECOND_MEASLES,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """One dose: ``day`` given, ``at`` when it was entered here; ``off`` the day on which it was first put off."""

    one: Person
    code: str
    kind: Kind
    count: int
    phase: str
    day: dt.date
    at: dt.datetime
    before: bool = False
    off: dt.date | None = None

    @property
    def slip(self) -> str:
        """予診票番号."""
        return f"{self.code}{self.count:02d}{self.one.number.zfill(15)[3:14]}"


def doses(shard: Shard) -> list[Dose]:
    """Every dose since the town begins, person by person."""
    found: list[Dose] | None = shard.facts.get("doses")
    if found is None:
        found = shard.facts["doses"] = []
        for one in shard.people:
            if one.born >= dt.date(2003, 4, 2):
                found += _child(one)
            elif one.born < dt.date(1980, 1, 1):
                found += _grown(one)
    return found


def _child(one: Person) -> Iterator[Dose]:
    late = int(one.chance("late") * 18)
    for kind in CHILDREN:
        if not kind.births[0] <= one.born < kind.births[1] or one.chance(f"given/{kind.code}") >= GIVEN:
            continue
        for count, (age, phase) in enumerate(zip(kind.ages, kind.phases, strict=True), 1):
            dose = _dose(one, kind.code, kind, count, phase, one.born + dt.timedelta(days=age + late))
            if dose is None:
                continue
            yield dose
        if kind is SECOND_MEASLES:
            day = dt.date(entry_year(one.born) - 1, 5, 1) + dt.timedelta(days=late * 12)
            if (second := _dose(one, kind.code, kind, 2, SECOND, day)) is not None:
                yield second
    if one.sex == FEMALE and one.chance("hpv") < 0.5:
        begin = dt.date(entry_year(one.born) + 6, 6, 1) + dt.timedelta(days=late * 10)
        for count, later in enumerate((0, 62, 185), 1):
            if (third := _dose(one, HPV, ADULTS[HPV], count, NO_PHASE, begin + dt.timedelta(days=later))) is not None:
                yield third


def _grown(one: Person) -> Iterator[Dose]:
    """Yearly vaccines of the old from 2023 on, those at 65, and rubella for men whose antibodies do not suffice."""
    keen = one.chance("keen")
    for code, first, share in ((FLU, 2023, 0.55), (COVID, 2024, 0.28)):
        count = 0
        for year in range(first, 2026):
            day = dt.date(year, 10, 2) + dt.timedelta(days=int(one.chance(f"{code}/{year}") * 80))
            if one.age(day) >= 65 and keen < share and one.chance(f"goes/{code}/{year}") < 0.9:
                dose = _dose(one, code, ADULTS[code], count + 1, NO_PHASE, day)
                if dose is not None and not dose.before:
                    count += 1
                    yield dose
    at65 = anniversary(one.born, 65) + dt.timedelta(days=20 + int(keen * 300))
    for code, share in ((PNEUMOCOCCUS, 0.4), (SHINGLES, 0.2)):
        if keen < share and at65 >= (dt.date(2025, 4, 1) if code == SHINGLES else BEGIN):
            dose = _dose(one, code, ADULTS[code], 1, NO_PHASE, at65)
            if dose is not None and not dose.before:
                yield dose
    test = antibodies(one)
    if test is not None and test[1] == "2":
        dose = _dose(one, RUBELLA, ADULTS[RUBELLA], 1, "5", test[0] + dt.timedelta(days=30))
        if dose is not None and not dose.before:
            yield dose


def antibodies(one: Person) -> tuple[dt.date, str] | None:
    """The test of men born from 1962-04-02 to 1979-04-01: day and verdict (1 enough, 2 too few)."""
    asked = one.sex == MALE and dt.date(1962, 4, 2) <= one.born <= dt.date(1979, 4, 1)
    if not asked or one.chance("rubella") >= 0.28:
        return None
    day = dt.date(2019, 6, 1) + dt.timedelta(days=int(one.chance("rubella/day") * 2_000))
    at = dt.datetime.combine(day, dt.time(10))
    return (day, "2" if one.chance("rubella/titre") < 0.2 else "1") if within(one, at) else None


def _dose(one: Person, code: str, kind: Kind, count: int, phase: str, day: dt.date) -> Dose | None:
    """A dose that is known here: given to a resident, or before a small child moved in."""
    if day < BEGIN or day > AHEAD:
        return None
    topic = f"dose/{code}/{count}"
    drawn = one.chance(topic)
    at = soon(one, day + dt.timedelta(days=5), topic)
    came = one.rows[0].at
    if came.date() > day:
        if came.date() > one.born + dt.timedelta(days=7 * 365):
            return None
        at = came + dt.timedelta(days=12, minutes=count)
        known = within(one, at)
        return (
            Dose(one=one, code=code, kind=kind, count=count, phase=phase, day=day, at=at, before=True)
            if known and at <= LIMIT
            else None
        )
    if not within(one, dt.datetime.combine(day, dt.time(16))):
        return None
    off = day - dt.timedelta(days=14) if drawn < PUT_OFF else None
    if off is not None and not within(one, dt.datetime.combine(off, dt.time(9))):
        off = None
    return Dose(one=one, code=code, kind=kind, count=count, phase=phase, day=day, at=at, off=off)
