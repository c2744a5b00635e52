"""How 個人住民税 is collected: by instalments from the person, from wages through the employer, or from pensions.

A correction changes the instalments that are not yet paid, the last one first; what comes after the last one is raised out
of turn (随時). Who leaves an employer pays the rest by oneself (普通徴収への切替).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from renkei.town.corporation import Corporation, corporations
from renkei.town.due import Due, levy
from renkei.town.income import EMPLOYED, PENSION_AGE, RETIRED
from renkei.town.inhabitant import Assessment, Tax, Version, assessments
from renkei.town.instalment import OCCASIONAL, split, term
from renkei.town.person import Person
from renkei.town.shard import Shard

PERSON, EMPLOYER, PENSION, MIXED = "1", "2", "3", "4"
JOINED, QUIT, DIED, CHANGED = "01", "02", "05", "99"
_MONTHS = tuple(f"{n:02d}" for n in range(1, 13))
Parts = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """One state of what an employer withholds month by month from June to May; ``switched`` goes to the person."""

    at: dt.datetime
    reason: str
    months: tuple[int, ...]
    switched: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class Collection:
    """How one assessment is collected."""

    case: Assessment
    method: str
    employer: Corporation | None = None
    states: list[Withheld] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)


def parts_of(tax: Tax) -> Parts:
    """What is left of the three taxes after a relief, which the municipality grants on its own tax."""
    return tax.city - tax.relief, tax.prefecture, tax.forest


def shifted(parts: Parts, amount: int) -> Parts:
    """The three taxes of a claim whose amount has changed."""
    forest = min(parts[2], amount)
    city = min(max(0, parts[0] + (amount - sum(parts)) * 6 // 10), amount - forest)
    return city, amount - forest - city, forest


def collections(shard: Shard) -> list[Collection]:
    """The collection of every assessment that comes to a tax."""
    found: list[Collection] | None = shard.facts.get("collections")
    if found is None:
        employers = corporations(shard)
        found = shard.facts["collections"] = [
            _collection(shard, case, employers) for case in assessments(shard) if case.versions[0].tax.total
        ]
    return found


def _collection(shard: Shard, case: Assessment, employers: list[Corporation]) -> Collection:
    made = Collection(case=case, method=_method(case))
    if made.method == EMPLOYER:
        made.employer = employers[shard.choice(case.number, "employer", len(employers))]
        _withhold(made)
    else:
        _instalments(made)
    return made


def _method(case: Assessment) -> str:
    one, income = case.holder, case.income
    if income is None or not isinstance(one, Person):
        return PERSON
    if income.work == EMPLOYED and one.chance("withheld") < 0.88:
        return EMPLOYER
    old = one.age(dt.date(case.year, 4, 1)) >= PENSION_AGE
    return MIXED if old and income.work == RETIRED and case.versions[0].tax.total >= 6_000 else PERSON


def _instalments(made: Collection) -> None:
    case, parts = made.case, parts_of(made.case.versions[0].tax)
    total = sum(parts)
    periods = ["01", "02", "03", "04"] if total > 5_000 else ["01"]
    shares = [split(part, len(periods)) for part in parts]
    amounts = [tuple(share[place] for share in shares) for place in range(len(periods))]
    if made.method == MIXED:
        # The first half by oneself, the second from the pension: October, December, February.
        rest = [split(sum(pair), 3) for pair in zip(amounts[2], amounts[3], strict=True)]
        periods = ["01", "02", "24", "25", "26"]
        amounts = [*amounts[:2], *(tuple(share[place] for share in rest) for place in range(3))]
    changes = _changes(case, [sum(amount) for amount in amounts])
    for period, amount, change in zip(periods, amounts, changes, strict=True):
        made.dues.append(_due(made, period, amount, change))
    for version, before in zip(case.versions[1:], case.versions, strict=False):
        more = version.tax.total - before.tax.total
        if more > 0:
            made.dues.append(_due(made, OCCASIONAL, shifted((0, 0, 0), more), (), version.at))


def _changes(case: Assessment, amounts: list[int]) -> list[tuple[tuple[dt.datetime, int], ...]]:
    """Which instalments a smaller tax takes from, the last first."""
    found: list[tuple[tuple[dt.datetime, int], ...]] = [()] * len(amounts)
    for version, before in zip(case.versions[1:], case.versions, strict=False):
        less = before.tax.total - version.tax.total
        for place in reversed(range(len(amounts))):
            taken = min(amounts[place], max(0, less))
            if taken:
                less -= taken
                found[place] = ((version.at, amounts[place] - taken),)
    return found


def _due(
    made: Collection, period: str, parts: tuple[int, ...], changes: tuple[tuple[dt.datetime, int], ...],
    at: dt.datetime | None = None,
) -> Due:  # fmt: skip
    case = made.case
    kind = "02" if "20" < period < "30" else "01"
    mark = "P" if kind == "02" else "0"
    values = case.holder.values
    return Due(
        service="010", holder=case.number, year=case.year, kind=kind,
        notice=f"{case.year}{kind}{mark}{case.number[-10:]:0>10}", period=period,
        raised=at or dt.datetime(case.year, 6, 5, 9, 30), due=term("010", kind, case.year, period).due,
        amount=sum(parts), parts=parts, changes=changes, household=values.get("setaibango", ""), withheld=kind == "02",
    )  # fmt: skip


def _withhold(made: Collection) -> None:
    case = made.case
    shares = [split(part, 12) for part in parts_of(case.versions[0].tax)]
    months = [sum(share[place] for share in shares) for place in range(12)]
    made.states.append(Withheld(at=case.versions[0].at, reason=JOINED, months=tuple(months)))
    for version, before in zip(case.versions[1:], case.versions, strict=False):
        months = _corrected(months, version.tax.total - before.tax.total, version, case.year)
        made.states.append(Withheld(at=version.at, reason=CHANGED, months=tuple(months)))
    left = _left(case)
    if left is not None and len(case.versions) == 1:
        at, reason = left
        rest = _rest(case.year, at)
        switched = sum(months[rest:])
        months[rest:] = [0] * (12 - rest)
        made.states.append(Withheld(at=at, reason=reason, months=tuple(months), switched=switched))
        if switched:
            made.dues.append(_due(made, OCCASIONAL, shifted((0, 0, 0), switched), (), at))


def _rest(year: int, at: dt.datetime) -> int:
    """The first month whose instalment is not due yet at a moment."""
    return next((place for place, month in enumerate(_MONTHS) if term("010", "02", year, month).due > at.date()), 12)


def _corrected(months: list[int], more: int, version: Version, year: int) -> list[int]:
    found = list(months)
    rest = min(11, _rest(year, version.at))
    if more > 0:
        for place, amount in enumerate(split(more, 12 - rest), rest):
            found[place] += amount
    for place in reversed(range(12)):
        taken = min(found[place], max(0, -more))
        found[place] -= taken
        more += taken
    return found


def _left(case: Assessment) -> tuple[dt.datetime, str] | None:
    """When somebody quits an employer or dies in the year of collection."""
    one = case.holder
    assert isinstance(one, Person)
    begin, end = dt.date(case.year, 6, 1), dt.date(case.year + 1, 3, 20)
    if begin <= one.died < end:
        return dt.datetime.combine(one.died + dt.timedelta(days=8), dt.time(15)), DIED
    drawn = one.chance(f"quit/{case.year}")
    if drawn < 0.03:
        return dt.datetime(case.year, 7, 20, 16) + dt.timedelta(days=int(drawn * 8_000)), QUIT
    return None


@levy
def resident_dues(shard: Shard) -> list[Due]:
    """What persons owe, and what every employer owes for all whom it withholds from, month by month."""
    found: list[Due] = []
    groups: dict[tuple[str, int], list[Collection]] = {}
    for one in collections(shard):
        found += one.dues
        if one.employer is not None:
            groups.setdefault((one.employer.number, one.case.year), []).append(one)
    for members in groups.values():
        found += _employer(members)
    return found


def _employer(members: list[Collection]) -> list[Due]:
    employer, year = members[0].employer, members[0].case.year
    assert employer is not None
    shares = [[split(part, 12) for part in parts_of(one.case.versions[0].tax)] for one in members]
    changed = sorted({state.at for one in members for state in one.states[1:]})
    found = []
    for place, month in enumerate(_MONTHS):
        parts = tuple(sum(share[tax][place] for share in shares) for tax in range(3))
        amount = sum(parts)
        changes: list[tuple[dt.datetime, int]] = []
        for at in changed:
            now = sum(_at(one, at).months[place] for one in members)
            if now != (changes[-1][1] if changes else amount):
                changes.append((at, now))
        if not amount and not changes:
            continue
        found.append(
            Due(
                service="010", holder=employer.number, year=year, kind="02", notice=f"{year}02E{employer.designated}",
                period=month, raised=dt.datetime(year, 5, 15, 10), due=term("010", "02", year, month).due,
                amount=amount, parts=parts, changes=tuple(changes), employer=employer.designated, withheld=True,
            )
        )  # fmt: skip
    return found


def _at(one: Collection, moment: dt.datetime) -> Withheld:
    return [state for state in one.states if state.at <= moment][-1]
