"""個人住民税: who is assessed, with which deductions and dependants, and what the tax of every year comes to.

Deductions, limits and rates are those of 地方税法 for a municipality of the first class (1級地) with standard rates: 6 % and
4 % of the taxable income, 調整控除, 均等割 and 森林環境税 (from 2024), the 定額減税 of 2024. The insurance
premiums and the loans of a person are drawn, everything else follows from incomes, households, 手帳 and 生活保護.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from renkei.town.assistance import relieved
from renkei.town.disability import SEVERE, holders
from renkei.town.income import NONE, Income, incomes
from renkei.town.instalment import YEARS
from renkei.town.person import FEMALE, Outsider, Person
from renkei.town.shard import Shard

Deductions = dict[str, int]
# Reasons of a version (更正事由).
FIRST, FILED, DEPENDANTS, EX_OFFICIO = "01", "02", "04", "06"
SPOUSE, OLD_SPOUSE, GENERAL, SPECIFIC, OLD, OLD_PARENT, CHILD, PARTLY = "01", "02", "03", "04", "05", "06", "07", "08"
_ALLOWANCE = {GENERAL: 330_000, SPECIFIC: 450_000, OLD: 380_000, OLD_PARENT: 450_000, CHILD: 0}
_DISABLED = {"1": 260_000, "2": 300_000, "3": 530_000}
# Personas whose last assessment is corrected in the time of the deltas.
CORRECTED = (1, 2, 3, 6, 25, 26, 31)
DEPENDENT_LIMIT, BASIC, LOW = 480_000, 430_000, 1_350_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependant:
    """Somebody whom a taxpayer supports; ``kind`` is the 扶養区分. ``until`` is when it was found to be wrong."""

    person: Person
    kind: str
    disabled: str
    total: int
    relation: str
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """What a taxable income comes to; ``credits`` are 調整控除, 住宅借入金等, 寄附金 and 定額減税 of both taxes together."""

    city_before: int
    city_earned: int
    city_flat: int
    prefecture_earned: int
    prefecture_flat: int
    forest: int
    relief: int
    credits: tuple[int, int, int, int]

    @property
    def city(self) -> int:
        """市町村民税額."""
        return self.city_earned + self.city_flat

    @property
    def prefecture(self) -> int:
        """都道府県民税額."""
        return self.prefecture_earned + self.prefecture_flat

    @property
    def total(self) -> int:
        """年税額."""
        return self.city + self.prefecture + self.forest - self.relief


NOTHING = Tax(
    city_before=0, city_earned=0, city_flat=0, prefecture_earned=0, prefecture_flat=0, forest=0, relief=0,
    credits=(0, 0, 0, 0),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One state of an assessment: from when, why, and with which deductions and tax; ``status`` is 課税非課税区分."""

    at: dt.datetime
    reason: str
    deductions: Deductions
    taxable: int
    tax: Tax
    status: str
    exempt: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Assessment:
    """The assessment of one person (or 住登外者) for one year, with its corrections."""

    holder: Person | Outsider
    year: int
    income: Income | None
    declared: bool = True
    elsewhere: str = ""
    disabled: str = "0"
    single: str = "0"
    dependants: list[Dependant] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)

    @property
    def number(self) -> str:
        """宛名番号."""
        return self.holder.number

    @property
    def last(self) -> Version:
        """The present state."""
        return self.versions[-1]


def assessments(shard: Shard) -> list[Assessment]:
    """Everybody of 18 or older who lived in the town on the first of January, and whoever the town has to ask about.

    住登外者 known to 010 pay 均等割 (家屋敷課税); who came after that day is taxed by the town left behind (他団体課税).
    """
    found: list[Assessment] | None = shard.facts.get("assessments")
    if found is None:
        found = shard.facts["assessments"] = []
        for year in YEARS:
            found += _year(shard, year)
            found += _outsiders(shard, year)
            found += _elsewhere(shard, year)
    return found


def _start(year: int) -> dt.datetime:
    return dt.datetime(year, 5, 15, 10)


def _year(shard: Shard, year: int) -> Iterator[Assessment]:
    day = dt.date(year, 1, 1)
    earned = incomes(shard)
    homes: dict[str, list[Person]] = {}
    for one in shard.people:
        values = one.on(day)
        if values is not None and values["juminjotai"] == "1":
            homes.setdefault(values["setaibango"], []).append(one)
    for members in homes.values():
        grown = [Assessment(holder=one, year=year, income=earned.get((one.number, year)))
                 for one in members if one.age(day) >= 18]  # fmt: skip
        if not grown:
            continue
        for case in grown:
            _facts(shard, case)
        _support(grown, members, earned, day)
        for case in grown:
            _versions(shard, case, len(members))
        yield from grown


def _facts(shard: Shard, case: Assessment) -> None:
    one = case.holder
    assert isinstance(one, Person) and case.income is not None
    case.disabled = _disabled(shard, one, dt.date(case.year - 1, 12, 31))
    quiet = case.income.total == 0 and case.income.work == NONE and one.chance(f"silent/{case.year}") < 0.25
    case.declared = not (one.persona == 27 or quiet)


def _disabled(shard: Shard, one: Person, day: dt.date) -> str:
    """本人障害者区分: what the certificate that was held on the last day of the year of the income says."""
    certificate = holders(shard).get(one.number)
    if certificate is None or not certificate.held(day):
        return "0"
    grade = next((state.grade for state in reversed(certificate.states) if state.issued <= day), "")
    return "2" if grade in SEVERE[certificate.kind] else "1"


def _support(
    grown: list[Assessment], members: list[Person], earned: dict[tuple[str, int], Income], day: dt.date
) -> None:
    """Dependants go to the one who earns most of the household, a spouse to the spouse; nobody is supported twice."""
    ranked = sorted(grown, key=lambda case: (-_total(case), case.number))
    top = ranked[0]
    cases = {case.number: case for case in grown}
    taken: set[str] = set()
    if _total(top) <= DEPENDENT_LIMIT or not top.declared:
        return
    for one in members:
        case = cases.get(one.number)
        total = _total(case) if case else earned[one.number, day.year].total if (one.number, day.year) in earned else 0
        if one is top.holder or one.number in taken or one.foreign:
            continue
        kind = _kind(top.holder, one, total, one.age(dt.date(day.year - 1, 12, 31)))
        if kind:
            taken.add(one.number)
            disabled = case.disabled if case else "0"
            top.dependants.append(
                Dependant(
                    person=one, kind=kind, disabled="3" if disabled == "2" else disabled, total=total,
                    relation=_relation(top.holder, one),
                )
            )  # fmt: skip
    assert isinstance(top.holder, Person)
    if top.holder.spouse is None and any(_relation(top.holder, one.person) == "子" for one in top.dependants):
        top.single = "2" if _total(top) <= 5_000_000 else "0"
    elif top.holder.spouse is None and top.holder.sex == FEMALE and top.dependants and _total(top) <= 5_000_000:
        top.single = "1"


def _total(case: Assessment) -> int:
    return case.income.total if case.income else 0


def _kind(taxpayer: Person | Outsider, one: Person, total: int, age: int) -> str:
    if isinstance(taxpayer, Person) and one.spouse is taxpayer:
        if total <= DEPENDENT_LIMIT:
            return OLD_SPOUSE if age >= 70 else SPOUSE
        return PARTLY if total <= 1_330_000 else ""
    if total > DEPENDENT_LIMIT or one.persona == 12:
        return ""
    if age < 16:
        return CHILD
    if age < 19 or 23 <= age < 70:
        return GENERAL
    if age < 23:
        return SPECIFIC
    return OLD_PARENT if isinstance(taxpayer, Person) and one in (taxpayer.mother, taxpayer.father) else OLD


def _relation(taxpayer: Person | Outsider, one: Person) -> str:
    if one.spouse is taxpayer:
        return "夫" if one.sex == "1" else "妻"
    if taxpayer in (one.mother, one.father):
        return "子"
    if isinstance(taxpayer, Person) and one in (taxpayer.mother, taxpayer.father):
        return "父" if one.sex == "1" else "母"
    return "縁故者"


def deductions(case: Assessment, medical: int = 0) -> Deductions:
    """所得控除 of a case with its present dependants; ``medical`` is 医療費控除."""
    one, income = case.holder, case.income
    assert isinstance(one, Person) and income is not None
    receipts = income.salary + income.pension + income.business
    paid = receipts * (14 if income.salary else 9) // 100 if receipts > 1_030_000 else 0
    spouse = [given for given in case.dependants if given.kind in (SPOUSE, OLD_SPOUSE)]
    partly = [given for given in case.dependants if given.kind == PARTLY]
    disabled = sum(_DISABLED.get(kind, 0) for kind in (case.disabled, *(given.disabled for given in case.dependants)))
    insured = one.chance("insured") < 0.6 and receipts > 1_500_000
    return {
        "zassonkojogaku": 0,
        "iryohikojogaku": medical,
        "shakaihokenryokojogaku": paid,
        "shokibokigyokyosaitokakekinkojogaku": 240_000
        if one.chance("ideco") < 0.08 and income.salary > 3_000_000
        else 0,
        "seimeihokenryokojogaku": 28_000 + 42_000 * (one.chance("life") < 0.3) if insured else 0,
        "jishinhokenryokojogaku": 12_500 if insured and one.chance("quake") < 0.4 else 0,
        "shogaishakojogaku": disabled,
        "kafuhitorioyakojogaku": {"1": 260_000, "2": 300_000}.get(case.single, 0),
        "kinrogakuseikojogaku": 0,
        "haigushakojogaku": sum(380_000 if given.kind == OLD_SPOUSE else 330_000 for given in spouse),
        "haigushatokubetsukojogaku": sum(330_000 if given.total <= 1_000_000 else 160_000 for given in partly),
        "fuyokojogaku": sum(_ALLOWANCE.get(given.kind, 0) for given in case.dependants if given.until is None),
        "kisokojogaku": BASIC,
    }


def _versions(shard: Shard, case: Assessment, members: int) -> None:
    """The first assessment, and for one in thirty a correction (更正) months later."""
    income, one = case.income, case.holder
    assert income is not None and isinstance(one, Person)
    given = deductions(case)
    if not case.declared:
        case.versions.append(
            Version(at=_start(case.year), reason=FIRST, deductions=given, taxable=0, tax=NOTHING, status="9")
        )
        return
    case.versions.append(_version(shard, case, _start(case.year), FIRST, given))
    drawn = one.chance(f"corrected/{case.year}")
    always = one.persona in CORRECTED and case.year == YEARS[-1]
    if case.last.tax.total and (drawn < 0.03 or always):
        at = dt.datetime(case.year, 9, 1, 14) + dt.timedelta(days=int(drawn * 5_200))
        if drawn < 0.012 or always:
            at = dt.datetime(case.year + 1, 3, 3 + int(drawn * 1500) % 18, 14)
        loose = [given for given in case.dependants if given.kind in (GENERAL, SPECIFIC)]
        if loose and drawn * 1000 % 1 < 0.5 and members > 1:
            place = case.dependants.index(loose[0])
            wrong = loose[0]
            case.dependants[place] = Dependant(
                person=wrong.person, kind=wrong.kind, disabled=wrong.disabled, total=wrong.total,
                relation=wrong.relation, until=at,
            )  # fmt: skip
            case.versions.append(_version(shard, case, at, DEPENDANTS, deductions(case)))
        else:
            given = deductions(case, 60_000 + int(drawn * 9_000_000))
            case.versions.append(_version(shard, case, at, FILED, given))


def _version(shard: Shard, case: Assessment, at: dt.datetime, reason: str, given: Deductions) -> Version:
    income, one = case.income, case.holder
    assert income is not None and isinstance(one, Person)
    taxable = max(0, income.total - sum(given.values())) // 1000 * 1000
    count = sum(member.kind not in (PARTLY,) and member.until is None for member in case.dependants)
    status, exempt = _status(case, income, count, relieved(shard, one.number, dt.date(case.year, 1, 1)))
    if status == "1" and taxable == 0:
        status = "2"
    tax = NOTHING
    if status in ("1", "2"):
        loan = 60_000 if one.chance("loan") < 0.12 and income.salary > 3_000_000 else 0
        gift = 9_000 if one.chance(f"gift/{case.year}") < 0.1 and taxable > 1_500_000 else 0
        tax = _tax(case.year, taxable if status == "1" else 0, (loan, gift), count)
        if one.chance(f"relief/{case.year}") < 0.003:
            tax = _relieved(tax)
    return Version(
        at=at, reason=reason, deductions=given, taxable=taxable, tax=tax, status=status, exempt=exempt
    )  # fmt: skip


def _status(case: Assessment, income: Income, count: int, welfare: bool) -> tuple[str, str]:
    """課税非課税区分 and 非課税事由 (地方税法 第295条)."""
    if welfare:
        return "3", "01"
    if income.total <= LOW and (case.disabled != "0" or case.single != "0"):
        return "3", "02"
    if income.total <= (350_000 * (count + 1) + 310_000 if count else 450_000):
        return "3", "03"
    if income.total <= (350_000 * (count + 1) + 420_000 if count else 450_000):
        return "2", ""
    return "1", ""


def _tax(year: int, taxable: int, wanted: tuple[int, int], count: int) -> Tax:
    before = taxable * 6 // 100, taxable * 4 // 100
    adjusted = (1_500, 1_000) if taxable else (0, 0)
    loan, gift = wanted
    fixed = 10_000 * (count + 1) if year == 2024 and taxable else 0
    earned, used = [], [0, 0, 0, 0]
    for place, share in enumerate((60, 40)):
        left = before[place]
        for kind, asked in enumerate((adjusted[place], loan * share // 100, gift * share // 100, fixed * share // 100)):
            credit = min(left, asked)
            used[kind] += credit
            left -= credit
        earned.append(left // 100 * 100)
    old = year < 2024
    return Tax(
        city_before=before[0], city_earned=earned[0], city_flat=3_500 if old else 3_000, prefecture_earned=earned[1],
        prefecture_flat=1_500 if old else 1_000, forest=0 if old else 1_000, relief=0,
        credits=(used[0], used[1], used[2], used[3]),
    )  # fmt: skip


def _relieved(tax: Tax) -> Tax:
    return Tax(
        city_before=tax.city_before, city_earned=tax.city_earned, city_flat=tax.city_flat,
        prefecture_earned=tax.prefecture_earned, prefecture_flat=tax.prefecture_flat, forest=tax.forest,
        relief=tax.city // 2 // 100 * 100, credits=tax.credits,
    )  # fmt: skip


def _outsiders(shard: Shard, year: int) -> Iterator[Assessment]:
    """住登外者 with a house in the town pay 均等割 alone."""
    residents = {one.number for one in shard.people}
    for one in shard.outsiders:
        if "010" in one.uses and not one.hidden and one.at < _start(year) and one.number not in residents:
            yield _flat(Assessment(holder=one, year=year, income=None))


def _flat(case: Assessment) -> Assessment:
    tax = _tax(case.year, 0, (0, 0), 0)
    case.versions.append(
        Version(at=_start(case.year), reason=FIRST, deductions={}, taxable=0, tax=tax, status="2")
    )  # fmt: skip
    return case


def _elsewhere(shard: Shard, year: int) -> Iterator[Assessment]:
    """Who moved in between the second of January and the end of May: the town left behind taxes."""
    first, last = dt.date(year, 1, 1), dt.datetime(year, 5, 31)
    for one in shard.people:
        for row in one.rows:
            came = row.values.get("tennyumaejusho_shikuchosonkodo", "")
            if row.at > last:
                break
            if row.at.date() > first and came and row.values["idojiyu"] == "01" and one.age(first) >= 18:
                if one.living_on(first):
                    break
                case = Assessment(holder=one, year=year, income=None, elsewhere=came)
                case.versions.append(
                    Version(at=dt.datetime(year, 7, 10, 11), reason=FIRST, deductions={}, taxable=0, tax=NOTHING,
                            status="9")
                )  # fmt: skip
                yield case
                break
