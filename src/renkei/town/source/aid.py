"""018 就学援助: decisions by the incomes of the household, payments by term, and requests for integrated numbers.

A household on 生活保護 is 要保護; one whose incomes come to no more than the limit of its size is 準要保護.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town import assistance, schooling
from renkei.town.cells import address, birthday, digits, within
from renkei.town.dataset import Chain, Line, source
from renkei.town.income import incomes
from renkei.town.instalment import YEARS
from renkei.town.person import Person, Values
from renkei.town.schooling import Course, Step
from renkei.town.shard import Shard
from renkei.town.stay import account, flagged, members, ordered

ON_RELIEF, NEAR_RELIEF, REFUSED = "1", "2", "3"
# Who applies though the limit is passed by up to this share, and is refused.
HOPEFUL, APPLIES = 1.25, 0.85
# 援助費目: (elementary, junior) for a term, and the limit of a year for what is paid once.
SUPPLIES, ENTRANT, LUNCH, TRIP = "01", "02", "05", "03"
_TERMS = (("04", "07", 4), ("09", "12", 4), ("01", "03", 3))
_SUPPLIES, _LUNCH, _ENTRANT, _TRIP = (1_050, 2_050), (4_300, 5_000), (57_060, 63_000), (21_890, 60_910)


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """One application of a year and what came of it."""

    course: Course
    step: Step
    year: int
    guardian: Person
    asked: dt.datetime
    decided: dt.datetime
    kind: str
    reason: str
    proof: str
    income: int
    limit: int

    @property
    def number(self) -> str:
        """申請番号."""
        return f"{self.year}{digits(self.course.one.number)}"

    @property
    def granted(self) -> bool:
        """Whether aid is given."""
        return self.kind != REFUSED


def awards(shard: Shard) -> list[Award]:
    """The applications of the shard."""
    found: list[Award] | None = shard.facts.get("aid")
    if found is None:
        found = shard.facts["aid"] = [award for year in YEARS for award in _year(shard, year)]
    return found


def _year(shard: Shard, year: int) -> Iterator[Award]:
    earned = incomes(shard)
    for course in schooling.courses(shard):
        one = course.one
        asked = schooling.sent(one, dt.date(year, 4, 8), f"aid/{year}")
        step = schooling.at_school(course, asked.date())
        if step is None or not within(one, asked) or not course.entry <= year < course.entry + 9:
            continue
        values = one.on(asked.date()) or one.rows[0].values
        home = members(shard, values["setaibango"], asked)
        grown = [other for other in home if other.age(dt.date(year, 1, 1)) >= 15]
        unknown = any((other.number, year) not in earned for other in grown)
        total = sum(earned[other.number, year].general for other in grown if (other.number, year) in earned)
        limit = 1_300_000 + 420_000 * len(home)
        relief = assistance.relieved(shard, one.number, asked.date())
        wants = relief or (total <= limit * HOPEFUL and one.chance(f"aid/{year}") < APPLIES)
        if not wants or not grown:
            continue
        kind = ON_RELIEF if relief else NEAR_RELIEF if total <= limit else REFUSED
        reason = "01" if relief else "" if kind == REFUSED else "09" if unknown else "08"
        guardian, _ = schooling.parent(shard, one, asked)
        yield Award(
            course=course, step=step, year=year, guardian=guardian, asked=asked, kind=kind, reason=reason,
            decided=schooling.sent(one, dt.date(year, 6, 25), f"aid/{year}"), proof="3" if unknown else "1", income=total, limit=limit,
        )  # fmt: skip


@source("018o901")
def decisions(shard: Shard) -> Iterator[Chain]:
    """Applied for in April, decided when the incomes of the year before are known."""
    for award in awards(shard):
        one = award.course.one
        day = award.decided.date().isoformat()
        values = {
            "ninteinendo": str(award.year), "atenabango": one.number, "shinseibango": award.number,
            "hogoshaatenabango": award.guardian.number, "gakkokodo": award.step.school, "gakunen": str(award.step.grade),
            "shinseinengappi": award.asked.date().isoformat(), "ninteikubun": award.kind, "ninteijiyu": award.reason,
            "ninteinengappi": day if award.granted else "", "ninteikaishinengappi": f"{award.year}-04-01" if award.granted else "",
            "ninteishuryonengappi": f"{award.year + 1}-03-31" if award.granted else "", "shotokuhanteikubun": award.proof,
            "setaisoshotokukingakuto": str(award.income), "kijungaku": str(award.limit),
            "hininteiriyu": "" if award.granted else "世帯の所得が基準額を超えるため",
            "seikatsuhogojukyufuragu": "1" if award.kind == ON_RELIEF else "0",
        }  # fmt: skip
        chain = [Line(award.decided, values)]
        left = next((step for step in award.course.steps if step.at > award.decided and step.to), None)
        if award.granted and left is not None and left.at.date() <= dt.date(award.year + 1, 3, 31):
            # Who moves away is helped until the day of it.
            end = {"ninteishuryonengappi": left.at.date().isoformat()}
            chain.append(Line(left.at + dt.timedelta(days=3), values | end))
        yield ordered(flagged(chain, one))


@source("018o902")
def payments(shard: Shard) -> Iterator[Chain]:
    """Supplies and lunches term by term, what new ones and those before a school trip need once."""
    for award in awards(shard):
        if award.granted:
            for place, (item, months, amount, limit, at) in enumerate(_payments(award), 1):
                yield ordered([Line(at, _paid(award, place, item, months, (amount, limit), at))])


def _payments(award: Award) -> Iterator[tuple[str, tuple[str, str], int, int, dt.datetime]]:
    junior, one, year = award.step.junior, award.course.one, award.year
    for begin, end, months in _TERMS:
        last = dt.date(year + (int(end) < 4), int(end), 20)
        if not within(one, dt.datetime.combine(last, dt.time(9))):
            return
        at = schooling.sent(one, last, f"term/{end}")
        term = f"{last.year}-{begin}", f"{last.year}-{end}"
        if award.kind != ON_RELIEF:
            yield SUPPLIES, term, _SUPPLIES[junior] * months, _SUPPLIES[junior] * months, at
            lunch = int(_LUNCH[junior] * months * (0.9 + 0.1 * one.chance(f"lunch/{last}")))
            yield LUNCH, term, lunch, _LUNCH[junior] * months, at + dt.timedelta(minutes=1)
        if end == "07" and award.step.grade == 1 and award.kind != ON_RELIEF:
            yield ENTRANT, term, _ENTRANT[junior], _ENTRANT[junior], at + dt.timedelta(minutes=2)
        if end == "12" and award.step.grade == (3 if junior else 6):
            cost = int(_TRIP[junior] * (0.8 + 0.3 * one.chance("trip")))
            yield TRIP, term, cost, _TRIP[junior], at + dt.timedelta(minutes=3)


def _paid(
    award: Award, place: int, item: str, months: tuple[str, str], money: tuple[int, int], at: dt.datetime
) -> Values:
    amount, limit = money
    school = item == LUNCH
    return {
        "ninteinendo": str(award.year), "atenabango": award.course.one.number, "shinseibango": award.number, "enjohimoku": item,
        "shikyubango": f"{place:015d}", "shikyutaishokaishinengetsu": months[0], "shikyutaishoshuryonengetsu": months[1],
        "taishogaku": str(amount), "gendogaku": str(limit), "shikyugaku": str(min(amount, limit)),
        "shikyuketteinengappi": at.date().isoformat(), "shiharainengappi": (at.date() + dt.timedelta(days=5)).isoformat(),
        "shiharaisakikubun": "2" if school else "1", **({} if school else account(award.guardian, "shiharaikoza")),
    }  # fmt: skip


@source("018o903")
def requests(shard: Shard) -> Iterator[Chain]:
    """Requests for the integrated number of children who apply for the first time; a change of name or address follows."""
    seen: set[str] = set()
    for award in awards(shard):
        if award.course.one.number not in seen:
            seen.add(award.course.one.number)
            yield request(award.course.one, award.asked + dt.timedelta(hours=1), "018")


def request(one: Person, at: dt.datetime, service: str) -> Chain:
    """The request of a 業務 for one person: first of all, and again with each later change of the four items."""
    chain: Chain = []
    known: tuple[str, ...] = ()
    for row in one.rows:
        values = row.values
        if not values.get("kojinbango") or not (values.get("shimei") or values.get("shimei_gaikokujinromaji")):
            continue
        now = tuple(
            values.get(item, "") for item in ("shimei", "jusho_choazakodo", "jusho_banchigohyoki", "jusho_katagaki")
        )
        if now != known:
            if row.at <= at:
                chain.clear()
            when = max(row.at + dt.timedelta(hours=2), at)
            chain.append(Line(when, _request(one, values, when, service, "2" if chain else "1")))
        known = now
    return ordered(chain)


def _request(one: Person, values: Values, at: dt.datetime, service: str, kind: str) -> Values:
    same = ("shimei", "shimei_gaikokujinromaji", "shimei_gaikokujinkanji", "shimei_furigana", "kojinbango")
    return {
        "atenabango": one.number, "iraikubun": kind, "gyomuid": service, "dokujishisakushisutemutoid": "000",
        **{item: values.get(item, "") for item in same}, "seibetsu": one.sex, **birthday(values), **address(values),
        "nayosemotofuragu": "0", "irainengappi": at.date().isoformat(),
    }  # fmt: skip
