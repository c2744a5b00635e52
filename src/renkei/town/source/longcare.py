"""023 介護保険: insured persons, premiums, certifications of need for care and what users pay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town import carepremium
from renkei.town.assistance import relieved
from renkei.town.carepremium import NOBODY, insured, premiums, taxation
from renkei.town.certification import Application, applications
from renkei.town.dataset import Chain, Line, source
from renkei.town.insurance import AGE, DIED, Period, care
from renkei.town.person import NEVER, Person, Values
from renkei.town.premium import standing
from renkei.town.shard import Shard
from renkei.town.source import claim
from renkei.town.stay import LIMIT, ordered

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
AGED, CAME, DEAD, LEFT = "01", "02", "01", "02"
USERS_SINCE = 2024


def _people(shard: Shard) -> Iterator[tuple[Person, list[Period]]]:
    people = {one.number: one for one in shard.people}
    for number, periods in care(shard).items():
        yield people[number], periods


@source("023o901")
def persons(shard: Shard) -> Iterator[Chain]:
    """Acquisition, every certification and the loss."""
    for one, periods in _people(shard):
        lines = [line for period in periods for line in _person(shard, one, period)]
        yield ordered(sorted(lines, key=lambda line: line.at))


def _person(shard: Shard, one: Person, period: Period) -> Iterator[Line]:
    values: Values = {
        "atenabango": one.number, "kaigohokenshabango": shard.municipality, "hihokenshabango": insured(shard, one),
        "hihokenshakubunkodo": "1", "shikakushutokubi": period.begin.isoformat(),
        "shikakushutokujiyu": AGED if period.cause == AGE else CAME, "jushochitokureifuragu": "0",
        "tekiyojogaifuragu": "0",
        "seikatsuhogojukyufuragu": "1" if relieved(shard, one.number, period.begin) else "0",
    }  # fmt: skip
    yield Line(period.at, values)
    for application in applications(shard).get(one.number, ()):
        if period.at < application.decided < period.ended:
            values = (
                values
                | _certified(application)
                | {"seikatsuhogojukyufuragu": "1" if relieved(shard, one.number, application.begin) else "0"}
            )
            yield Line(application.decided + HOUR, values)
    if period.end != NEVER:
        reason = DEAD if period.end_cause == DIED else LEFT
        yield Line(period.ended, {**values, "shikakusoshitsubi": period.end.isoformat(), "shikakusoshitsujiyu": reason})


def _certified(application: Application) -> Values:
    return {
        "yokaigoninteijokyokodo": "02", "yokaigojotaikubunkodo": application.level,
        "yokaigoninteibi": application.decided.date().isoformat(),
        "yokaigoninteiyukokikankaishibi": application.begin.isoformat(),
        "yokaigoninteiyukokikanshuryobi": application.end.isoformat(),
    }  # fmt: skip


@source("023o902")
def notices(shard: Shard) -> Iterator[Chain]:
    """What 001 writes into the 住民票 (L14)."""
    for one, periods in _people(shard):
        yield told(one, periods)


def told(one: Person, periods: list[Period]) -> Chain:
    """該当情報 of any insurance: that somebody is insured since a day, or no longer."""
    lines = []
    for period in periods:
        values = {"atenabango": one.number, "shikakushutokunengappi": period.begin.isoformat()}
        lines.append(Line(period.at + HOUR / 2, {**values, "hihokenshagaitofuragu": "1"}))
        if period.end != NEVER:
            lost = {"hihokenshagaitofuragu": "0", "shikakusoshitsunengappi": period.end.isoformat()}
            lines.append(Line(period.ended + HOUR / 2, values | lost))
    return ordered(lines)


@source("023o903")
def assessments(shard: Shard) -> Iterator[Chain]:
    """The premium of each year and its corrections."""
    return claim.assessed(premiums(shard))


@source("023o904")
def instalments(shard: Shard) -> Iterator[Chain]:
    """期別調定 (L70)."""
    return claim.rows(shard, carepremium.dues(shard), lambda due, _: {"hihokenshabango": due.insured})


@source("023o905")
def certifications(shard: Shard) -> Iterator[Chain]:
    """Every application, first as it came in, then as it was decided."""
    for own in applications(shard).values():
        for one in own:
            yield ordered(list(_application(shard, one)))


def _application(shard: Shard, one: Application) -> Iterator[Line]:
    values: Values = {
        "atenabango": one.one.number, "kaigohokenshabango": shard.municipality,
        "hihokenshabango": insured(shard, one.one), "ninteishinseibango": one.number, "shinseikubun": one.kind,
        "shinseinengappi": one.applied.date().isoformat(), "yokaigoninteijokyokodo": "01",
    }  # fmt: skip
    yield Line(one.applied, values)
    day = one.applied.date()
    gone = one.one.died < one.decided.date() or not one.one.living_on(one.decided.date())
    if gone:
        yield Line(
            one.decided, {**values, "yokaigoninteijokyokodo": "04", "torikeshinengappi": one.decided.date().isoformat()}
        )
        return
    step = int(one.level[0]) + int(one.level[1])
    yield Line(one.decided, values | _certified(one) | {
        "ninteichosanengappi": (day + 8 * DAY).isoformat(), "shujiiikenshojuryonengappi": (day + 14 * DAY).isoformat(),
        "ichijihanteiyokaigojotaikubunkodo": one.level, "nijihanteinengappi": one.decided.date().isoformat(),
        "ninchishokoreishajiritsudo": str(min(8, 1 + step)), "shogaikoreishajiritsudo": str(min(9, 1 + step)),
    })  # fmt: skip


@source("023o906")
def charges(shard: Shard) -> Iterator[Chain]:
    """What a certified person pays, from August to July."""
    people = {one.number: one for one in shard.people}
    for number, own in applications(shard).items():
        lines = []
        for year in range(USERS_SINCE, LIMIT.year):
            day = dt.date(year, 8, 1)
            at = dt.datetime(year, 7, 20, 14)
            fresh = next(
                (one for one in own if one.kind == "1" and day < one.decided.date() < dt.date(year + 1, 8, 1)), None
            )
            if fresh is not None:
                day, at = fresh.begin, fresh.decided + HOUR
            elif not any(one.decided <= at and one.holds(day) for one in own):
                continue
            if people[number].living_on(at.date()):
                lines.append(Line(at, _charge(shard, people[number], year, day, at)))
        kept = ordered(lines)
        if kept:
            yield kept


def _charge(shard: Shard, one: Person, year: int, day: dt.date, at: dt.datetime) -> Values:
    known, kind = standing(shard, one, year, at), taxation(shard, one, year, at)
    share = "3" if known.total >= 2_200_000 else "2" if known.total >= 1_600_000 else "1"
    values: Values = {
        "atenabango": one.number, "hihokenshabango": insured(shard, one), "tekiyokaishinengappi": day.isoformat(),
        "tekiyoshuryonengappi": max(dt.date(year + 1, 7, 31), day).isoformat(), "futanwariai": share,
        "setaikazeikubun": kind, "futangendogakuninteifuragu": "0",
        "kogakukaigofutangendogaku": "44400" if kind != NOBODY else "24600",
    }  # fmt: skip
    if kind == NOBODY and one.chance("care/limit") < 0.5:
        lived = known.total + known.pension
        step, food, room = (
            ("2", "390", "430")
            if lived <= 809_000
            else ("3", "650", "430")
            if lived <= 1_200_000
            else ("4", "1360", "430")
        )
        applied = at - 12 * DAY
        values |= {
            "futangendogakuninteifuragu": "1", "futangendodankai": step, "shokuhifutangendogaku": food,
            "kyojuhifutangendogaku": room, "ninteishinseinengappi": applied.date().isoformat(),
            "ninteinengappi": at.date().isoformat(),
        }  # fmt: skip
    return values
