"""028 子ども・子育て支援: certifications, attendance, fees, and the allocation of places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town import nurseryfee
from renkei.town.assistance import relieved
from renkei.town.dataset import Chain, Line, source
from renkei.town.disability import holders
from renkei.town.due import Due
from renkei.town.nursery import KINDERGARTEN, PLACES, Attendance, attendances, school
from renkei.town.nurseryfee import fees
from renkei.town.person import Values
from renkei.town.shard import Shard
from renkei.town.source import claim
from renkei.town.stay import LIMIT, anniversary, flagged, month, ordered, soon

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@source("028o901")
def certifications(shard: Shard) -> Iterator[Chain]:
    """A certification, which changes from 3号 to 2号 with the third birthday."""
    for one in attendances(shard):
        yield flagged(ordered(list(_certification(shard, one))), one.parent)


def _certification(shard: Shard, one: Attendance) -> Iterator[Line]:
    child = one.child
    three = anniversary(child.born, 3)
    values: Values = {
        "ninteibango": one.number, "jidoatenabango": child.number, "hogoshaatenabango": one.parent.number,
        "shinseinengappi": one.applied.date().isoformat(), "ninteijokyo": "1", "hoikuhitsuyoryo": "9",
        "hitorioyafuragu": "1" if one.parent.spouse is None else "0",
        "seikatsuhogofuragu": "1" if relieved(shard, child.number, one.begin) else "0",
        "shogaijifuragu": "1" if child.number in holders(shard) else "0",
    }  # fmt: skip
    young = one.begin < three
    values["ninteikubun"] = ("3" if young else "2") if one.needed else "1"
    if one.needed:
        values |= {"hoikuhitsuyoryo": "1" if one.full else "2", "hoikuhitsuyojiyu": _reason(one, "own")}
        if one.parent.spouse is not None:
            values["haigushahoikuhitsuyojiyu"] = _reason(one, "spouse")
    yield Line(one.applied, values)
    decided = one.applied + 5 * HOUR
    end = three - DAY if young and one.needed else school(child) - DAY
    values = values | {
        "ninteijokyo": "2", "ninteinengappi": decided.date().isoformat(),
        "ninteiyukokikankaishibi": one.begin.isoformat(), "ninteiyukokikanshuryobi": max(end, one.begin).isoformat(),
    }  # fmt: skip
    yield Line(decided, values)
    if young and one.needed and three <= one.end:
        values = values | {
            "ninteikubun": "2", "ninteiyukokikankaishibi": three.isoformat(),
            "ninteiyukokikanshuryobi": (school(child) - DAY).isoformat(), "ninteinengappi": (three - DAY).isoformat(),
        }  # fmt: skip
        yield Line(soon(child, three - DAY, "nursery/three"), values)
    if one.end < LIMIT.date():
        gone = (
            {"ninteijokyo": "5", "torikeshinengappi": one.left.date().isoformat()}
            if one.moved
            else {"ninteijokyo": "6"}
        )
        yield Line(one.left, values | gone)


def _reason(one: Attendance, who: str) -> str:
    drawn = one.parent.chance(f"nursery/reason/{who}")
    return "01" if drawn < 0.86 else "06" if drawn < 0.93 else "02" if drawn < 0.97 else "03"


@source("028o902")
def attending(shard: Shard) -> Iterator[Chain]:
    """Who is where, until leaving or finishing (卒園)."""
    for one in attendances(shard):
        if one.entered <= LIMIT:
            yield ordered(list(_attending(shard, one)))


def _attending(shard: Shard, one: Attendance) -> Iterator[Line]:
    child = one.child
    april = dt.date(one.begin.year - (one.begin.month < 4), 4, 1)
    values: Values = {
        "jidoatenabango": child.number, "riyobango": one.number, "ninteibango": one.number,
        "seinengappi": child.born.isoformat(), "shisetsubango": one.place[0], "shisetsumei": one.place[1],
        "shisetsushurui": one.place[2], "shisetsushozaishikuchosonkodo": shard.municipality,
        "kurasunenrei": str(min(5, max(0, child.age(april - DAY)))), "zaienjokyo": "1",
        "nyuennengappi": one.begin.isoformat(), "hogoshaatenabango": one.parent.number,
        "shogaijifuragu": "1" if child.number in holders(shard) else "0",
        "shugakuyoteinendo": str(school(child).year),
    }  # fmt: skip
    if one.entered.date() < one.begin:
        yield Line(one.entered, {**values, "zaienjokyo": "5"})
        yield Line(soon(child, one.begin, "nursery/entered"), values)
    else:
        yield Line(one.entered, values)
    if one.end < LIMIT.date():
        gone = {"zaienjokyo": "2", "taienriyu": "転出のため" if child.died.year == 9999 else "死亡のため"}
        yield Line(
            one.left, {**values, "taiennengappi": one.end.isoformat(), **(gone if one.moved else {"zaienjokyo": "3"})}
        )


@source("028o903")
def amounts(shard: Shard) -> Iterator[Chain]:
    """The fee of every child, nothing from three on (無償化)."""
    for one in fees(shard):
        at = one.attendance
        if one.at > LIMIT:
            continue
        meals = 4_500 if one.free and one.judged != "2" else 0
        values = {
            "fukanendo": str(one.year), "jidoatenabango": at.child.number, "tekiyokaishinengetsu": f"{one.begin:%Y-%m}",
            "nofugimushaatenabango": at.parent.number, "ninteibango": at.number,
            "tekiyoshuryonengetsu": f"{one.end:%Y-%m}", "shotokuhanteikubun": one.judged,
            "shichosonminzeishotokuwarigaku": str(one.levied), "kaisokubun": one.step, "kyodaijuni": str(one.place),
            "hitorioyafuragu": "1" if at.parent.spouse is None else "0", "mushokataishofuragu": "1" if one.free else "0",
            "kijungetsugaku": str(one.base), "tashikeigengaku": str(one.less), "genmengaku": "0",
            "riyoshafutangetsugaku": str(one.monthly), "kyushokuhigetsugaku": str(meals),
            "ketteinengappi": one.at.date().isoformat(),
        }  # fmt: skip
        yield [Line(one.at, values)]


@source("028o904")
def instalments(shard: Shard) -> Iterator[Chain]:
    """期別調定 (L70): a due a month."""
    places = {one.child.number: one.place[0] for one in attendances(shard)}

    def child(due: Due, _: int) -> Values:
        later = int(due.period) + 2
        return {
            "jidoatenabango": due.subject, "shisetsubango": places[due.subject],
            "hoikutaishonengetsu": f"{month(dt.date(due.year, 1, 1), later + 1):%Y-%m}",
        }  # fmt: skip

    return claim.rows(shard, nurseryfee.dues(shard), child)


@source("028o905")
def allocation(shard: Shard) -> Iterator[Chain]:
    """Applications for places, first as they came in, then with their result; one in eight waits a while."""
    for one in attendances(shard):
        if one.place[2] != KINDERGARTEN and one.needed:
            yield ordered(list(_allocated(one)))


def _allocated(one: Attendance) -> Iterator[Line]:
    base = 20 if one.full else 16
    plus = (4 if one.parent.spouse is None else 0) + int(one.child.chance("nursery/index") * 4)
    others = [place[0] for place in PLACES if place != one.place and place[2] != KINDERGARTEN]
    values: Values = {
        "jidoatenabango": one.child.number, "moshikomibango": one.number,
        "moshikominengappi": one.applied.date().isoformat(), "riyokibonengetsu": f"{one.begin:%Y-%m}",
        "hogoshaatenabango": one.parent.number, "kibojuni1shisetsubango": one.place[0],
        "kibojuni2shisetsubango": others[0], "kibojuni3shisetsubango": others[1], "kijunshisu": str(base),
        "choseishisu": str(plus), "gokeishisu": str(base + plus), "kyodaidojimoshikomifuragu": "0",
    }  # fmt: skip
    yield Line(one.applied, values)
    room = (one.entered - one.applied) * 0.5
    if one.child.chance("nursery/waits") < 0.12:
        at = one.applied + room / 2
        waits = {
            "riyochoseikekka": "2",
            "kekkatsuchinengappi": at.date().isoformat(),
            "horyuriyu": "定員に空きがないため",
        }
        yield Line(at, values | waits)
    at = one.applied + room
    won = {"riyochoseikekka": "1", "naiteishisetsubango": one.place[0], "kekkatsuchinengappi": at.date().isoformat()}
    yield Line(at, values | won)
