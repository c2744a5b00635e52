"""026 国民年金: insured persons of the first kind, changes of kind, and exemptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.assistance import relieved
from renkei.town.dataset import Chain, Line, source
from renkei.town.income import income
from renkei.town.insurance import ABROAD, AGE, DIED, FIRST, JOBLESS_PERSONA, SECOND, THIRD, Turn, pension
from renkei.town.person import Person, Values
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, fiscal, head, ordered, serial, soon

HOUR = dt.timedelta(hours=1)
EXEMPT_SINCE = 2023
ACCEPTED, REFUSED, WAITING = "3", "4", "2"


def _number(shard: Shard, one: Person) -> str:
    """基礎年金番号; no office has the number 000."""
    return f"{serial(shard)[one.number]:010d}"


def _people(shard: Shard) -> Iterator[tuple[Person, list[Turn]]]:
    people = {one.number: one for one in shard.people}
    for number, course in pension(shard).items():
        if any(turn.state == FIRST for turn in course):
            yield people[number], course


def _joined(turn: Turn, before: str) -> str:
    if turn.cause == AGE:
        return "01"
    return {SECOND: "02", THIRD: "03"}.get(before, "04" if turn.cause == ABROAD else "09")


def _lost(turn: Turn) -> str:
    if turn.state:
        return "02" if turn.state == SECOND else "03"
    return "01" if turn.cause == AGE else "05" if turn.cause == DIED else "09"


@source("026o901")
def persons(shard: Shard) -> Iterator[Chain]:
    """What 001 writes into the 住民票 (L15): the times as 第1号被保険者."""
    for one, course in _people(shard):
        lines, before = [], ""
        values: Values = {}
        for turn in course:
            if turn.state == FIRST:
                values = {
                    "atenabango": one.number, "hihokenshagaitofuragu": "1", "kisonenkinbango": _number(shard, one),
                    "hihokenshashubetsu": FIRST, "shubetsuhenkonengappi": turn.day.isoformat() if before else "",
                    "shikakushutokunengappi": turn.day.isoformat(), "shikakushutokujiyu": _joined(turn, before),
                    "ninikanyufuragu": "0", "fukahokenryonofufuragu": "1" if one.chance("pension/more") < 0.05 else "0",
                }  # fmt: skip
                lines.append(Line(turn.at + HOUR, values))
            elif before == FIRST:
                gone = {"hihokenshagaitofuragu": "0", "shikakusoshitsunengappi": turn.day.isoformat()}
                lines.append(Line(turn.at + HOUR, {**values, **gone, "shikakusoshitsujiyu": _lost(turn)}))
            before = turn.state
        kept = ordered(lines)
        if kept:
            yield kept


@source("026o902")
def changes(shard: Shard) -> Iterator[Chain]:
    """Changes to the first kind, of which 024 is told (L98)."""
    for one, course in _people(shard):
        lines, before = [], ""
        for turn in course:
            if turn.state == FIRST and before in (SECOND, THIRD):
                at = turn.at + 2 * HOUR
                lines.append(Line(at, {
                    "atenabango": one.number, "idonengappi": turn.day.isoformat(),
                    "todokedenengappi": max(at.date(), turn.day).isoformat(), "henkomaeshubetsu": before,
                    "henkogoshubetsu": FIRST, "henkojiyu": _joined(turn, before),
                    "haigushaatenabango": one.spouse.number if one.spouse else "", "haigushahifuyoshafuragu": "0",
                    "kokuminkenkohokentodokedeyofuragu": "1",
                }))  # fmt: skip
            before = turn.state
        kept = ordered(lines)
        if kept:
            yield kept


@source("026o903")
def exemptions(shard: Shard) -> Iterator[Chain]:
    """Exemptions from July to June: students, people with little income, and by law those on public assistance."""
    for one, course in _people(shard):
        for year in range(EXEMPT_SINCE, LIMIT.year):
            day = dt.date(year, 7, 1)
            state = next((turn for turn in reversed(course) if turn.day <= day), None)
            kind = _kind(shard, one, year)
            if state is None or state.state != FIRST:
                state = next((turn for turn in course if day < turn.day < dt.date(year + 1, 7, 1)), None)
                kind = "1" if one.chance("exempt/jobless") < 0.3 or one.persona == JOBLESS_PERSONA else ""
            if state is None or state.state != FIRST:
                continue
            at = max(
                soon(one, day + dt.timedelta(days=int(one.chance(f"exempt/{year}") * 240)), "exempt"),
                state.at + 3 * HOUR,
            )
            if kind and at <= LIMIT:
                yield ordered(list(_exemption(shard, one, kind, year, at)))


def _kind(shard: Shard, one: Person, year: int) -> str:
    day = dt.date(year, 7, 1)
    if relieved(shard, one.number, day):
        return "7"
    if one.age(day) < 23:
        return "6" if one.chance("student") < 0.7 else ""
    total = income(one, min(year, 2025)).total
    if total <= 670_000 and one.chance(f"exempt/asks/{year // 2}") < 0.7:
        return "5" if one.age(day) < 50 and one.chance("exempt/kind") < 0.3 else "1"
    return "3" if total <= 1_280_000 and one.chance("exempt/asks") < 0.2 else ""


def _exemption(shard: Shard, one: Person, kind: str, year: int, at: dt.datetime) -> Iterator[Line]:
    first = head(shard, (one.on(at.date()) or one.rows[0].values)["setaibango"], at)
    start, end = (f"{year}-04", f"{year + 1}-03") if kind == "6" else (f"{year}-07", f"{year + 1}-06")
    values: Values = {
        "atenabango": one.number, "menjoshinseibango": f"{year}{serial(shard)[one.number]:011d}",
        "kisonenkinbango": _number(shard, one), "menjokubun": kind, "shinseinengappi": at.date().isoformat(),
        "shinsajokyo": WAITING, "menjotaishokaishinengetsu": start, "menjotaishoshuryonengetsu": end,
        "shotokuhanteikubun": "1", "shotokuhanteinendo": str(min(year, fiscal(at.date()))),
        "shitsugyotokureifuragu": "1" if kind == "1" and income(one, min(year, 2025)).total > 670_000 else "0", "haigushaatenabango": one.spouse.number if one.spouse else "",
        "setainushiatenabango": (first or one).number,
        "keizokushinsakibofuragu": "1" if one.chance("exempt/again") < 0.6 else "0",
    }  # fmt: skip
    yield Line(at, values)
    decided = at + dt.timedelta(days=60)
    if one.chance(f"exempt/refused/{year}") < 0.06 and kind != "7":
        yield Line(decided, {**values, "shinsajokyo": REFUSED, "kyakkariyu": "所得が基準を超えるため"})
    else:
        yield Line(decided, {**values, "shinsajokyo": ACCEPTED, "shoninnengappi": decided.date().isoformat()})
