"""020 児童扶養手当: qualified parents, their children, and the income tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.dataset import Chain, Line, source
from renkei.town.disability import holders
from renkei.town.lone import PART, STOPPED, Lone, Test, last, limit, lones
from renkei.town.person import Person, Values
from renkei.town.shard import Shard
from renkei.town.stay import account, anniversary, flagged, month, ordered, soon

DAY = dt.timedelta(days=1)
_REASONS = (("01", 0.82), ("08", 0.92), ("02", 0.95), ("05", 0.97), ("06", 1.0))


def _reason(one: Lone) -> str:
    return next(reason for reason, top in _REASONS if one.one.chance("lone/reason") < top)


@source("020o901")
def parents(shard: Shard) -> Iterator[Chain]:
    """A row for every test, for a child that grows out of it, and for the loss."""
    for one in lones(shard):
        yield flagged(ordered(sorted(_parent(one), key=lambda line: line.at)), one.one)


def _parent(one: Lone) -> Iterator[Line]:
    moments: list[tuple[dt.datetime, dt.date, Test]] = [
        (max(test.at, one.claimed + dt.timedelta(hours=1)), test.begin, test) for test in one.tests
    ]
    for child in one.children:
        tests = [test for test in one.tests if test.begin < last(child)]
        if tests and one.begin < last(child) < one.end:
            moments.append((soon(child, last(child), "lone/grown"), last(child), tests[-1]))
    for at, day, test in moments:
        if at < one.ended:
            yield Line(at, _row(one, test, day))
    if one.tests:
        day = month(one.end, -1)
        yield Line(one.ended, {
            **_row(one, one.tests[-1], day), "shikyujokyo": "4", "shikyushuryonengetsu": f"{max(day, one.begin):%Y-%m}",
            "shikakusoshitsunengappi": one.ended.date().isoformat(), "shikakusoshitsujiyu": one.reason,
        })  # fmt: skip


def _row(one: Lone, test: Test, day: dt.date) -> Values:
    stopped = test.kind == STOPPED
    return {
        "shoshobango": one.number, "atenabango": one.one.number, "jukyujiyu": _reason(one),
        "shikyujokyo": "2" if stopped else "1", "ninteiseikyunengappi": one.claimed.date().isoformat(),
        "ninteinengappi": (one.claimed + 20 * DAY).date().isoformat(), "shikyukaishinengetsu": f"{one.begin:%Y-%m}",
        "shikyukubun": test.kind, "teategetsugaku": str(one.amount(test.kind, day)),
        "taishojidosu": str(len(one.counted(day))), "hitorioyafuragu": "1", "yoikushafuragu": "0",
        "kotekinenkinjukyufuragu": "0", "ichibushikyuteishitekiyojogaifuragu": "0",
        "shoshoyukokigen": dt.date(test.year + 1, 10, 31).isoformat(),
        "genkyotodoketeishutsunengappi": dt.date(test.year, 8, 15).isoformat() if test is not one.tests[0] else "",
        **account(one.one, "shiharaikoza"),
    }  # fmt: skip


@source("020o902")
def children(shard: Shard) -> Iterator[Chain]:
    """The children of each certificate until the March after they turn 18."""
    for one in lones(shard):
        for child in one.children if one.tests else ():
            yield ordered(list(_child(shard, one, child)))


def _child(shard: Shard, one: Lone, child: Person) -> Iterator[Line]:
    disabled = holders(shard).get(child.number)
    until = min(last(child), one.end)
    values: Values = {
        "shoshobango": one.number, "jidoatenabango": child.number, "jukyushikakushaatenabango": one.one.number,
        "seinengappi": child.born.isoformat(), "tsuzukigarakodo": "06", "dokyobekkyokubun": "1",
        "kangokaishinengappi": one.claimed.date().isoformat(), "taishokaishinengetsu": f"{one.begin:%Y-%m}",
        "jidoshogaifuragu": "1" if disabled else "0",
        "shogaiyukininteikigen": anniversary(disabled.first, 2).isoformat() if disabled else "",
    }  # fmt: skip
    at = max(one.tests[0].at, one.claimed + dt.timedelta(hours=1)) + dt.timedelta(minutes=5)
    yield Line(at, values)
    told = one.ended if until == one.end else soon(child, until, "lone/grown")
    if told > at:
        yield Line(told, {**values, "taishoshuryonengetsu": f"{max(month(until, -1), one.begin):%Y-%m}"})


@source("020o903")
def tests(shard: Shard) -> Iterator[Chain]:
    """The income test of every year."""
    for one in lones(shard):
        for test in one.tests:
            count = len(one.counted(test.begin))
            values: Values = {
                "shoshobango": one.number, "hanteinendo": str(test.year), "atenabango": one.one.number,
                "hanteitaishoshakubun": "1", "shotokuhanteikubun": "1" if test.total else "4",
                "soshotokugaku": str(test.total), "yoikuhigaku": str(test.support),
                "yoikuhikasangaku": str(test.support * 8 // 10), "kojogaku": str(test.deducted),
                "hanteishotokugaku": str(test.judged), "fuyoninzu": str(count),
                "shotokuseigengendogaku": str(limit(PART if test.kind == STOPPED else test.kind, count)),
                "shikyukubun": test.kind, "hanteinengappi": test.at.date().isoformat(),
                "tekiyokaishinengetsu": f"{test.begin:%Y-%m}",
                "tekiyoshuryonengetsu": f"{min(dt.date(test.year + 1, 10, 1), max(month(one.end, -1), test.begin)):%Y-%m}",
            }  # fmt: skip
            yield [Line(test.at, values)]
