"""017 学齢簿編製: schools, the register of children of school age, and the notices to their guardians."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town import schooling
from renkei.town.cells import address, within
from renkei.town.dataset import Chain, Line, source
from renkei.town.history import BEGIN
from renkei.town.person import Values
from renkei.town.register import names
from renkei.town.schooling import Course
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, flagged, ordered, protected

OPENED = dt.datetime(2016, 4, 1, 9)
CHECKUP, ENTRY, TRANSFER = "1", "2", "3"
HANDED = "支援措置のため窓口で手渡し"


@source("017o903")
def schools(shard: Shard) -> Iterator[Chain]:
    """The schools of the town."""
    if shard.number:
        return
    for place, (code, called, kana, kind, _) in enumerate(schooling.SCHOOLS):
        yield [Line(OPENED, {
            "gakkokodo": code, "gakkomei": called, "gakkomei_furigana": kana, "gakkoshurui": kind, "setchikubun": "2",
            "saikogakunen": "6" if kind == schooling.ELEMENTARY else "3", "tokubetsushiengakkyusetchifuragu": "1",
            **schooling.addresses(code), "denwabango": f"099000010{place}", "kaikonengappi": "1955-04-01",
        })]  # fmt: skip


@source("017o901")
def register(shard: Shard) -> Iterator[Chain]:
    """The register; who left the country is taken off it."""
    for course in schooling.courses(shard):
        chain = ordered([_line(shard, course, step) for step in course.steps])
        flagged(chain, course.one)
        if course.dropped is not None:
            gap = ((course.dropped, dt.datetime.max),)
            chain = [Line(line.at, line.values, gap) for line in chain if line.at < course.dropped]
        yield chain


def _line(shard: Shard, course: Course, step: schooling.Step) -> Line:
    one = course.one
    values = one.on(step.at.date()) or one.rows[0].values
    guardian, relation = schooling.parent(shard, one, step.at - dt.timedelta(hours=2))
    told = guardian.on(step.at.date()) or guardian.rows[0].values
    entered = dt.date(course.entry + (6 if step.junior else 0), 4, 1)
    at = _written(step.at)
    here = step.state in (schooling.ENROLLED, schooling.DONE)
    stays = here and step.school != step.assigned
    return Line(at, {
        "atenabango": one.number, "gakureibokubun": "2" if step.junior else "1", **names(values, one),
        "seinengappi": one.born.isoformat(), "seibetsu": one.sex, "hogoshaatenabango": guardian.number,
        "hogoshashimei": told.get("shimei_yusen") or told["shimei"], "hogoshatsuzukigara": relation, "gakkokodo": step.school,
        "gakkoshurui": schooling.JUNIOR if step.junior else schooling.ELEMENTARY, "gakunen": str(step.grade) if here else "",
        "gakkyu": str(1 + int(one.chance("class") * 3)) if here else "", "zaisekijokyo": step.state,
        "idonengappi": step.at.date().isoformat(), "idojiyu": step.reason, "nyugakunengappi": entered.isoformat() if here else "",
        "sotsugyonengappi": step.at.date().isoformat() if step.state == schooling.DONE else "",
        "tenshutsusakishikuchosonkodo": step.to, "shiteikokodo": step.assigned, "shiteikohenkofuragu": "1" if stays else "0",
        "shiteikohenkoriyu": "転居の後も学年の終わりまで同じ学校に通うため" if stays else "", "kuikigaishugakufuragu": "0",
        "tokubetsushiengakkyufuragu": "1" if one.chance("support") < 0.03 else "0",
    })  # fmt: skip


def _written(at: dt.datetime) -> dt.datetime:
    """When a step is written: the turn of the school year by the batch of the evening before, everything else at once."""
    if (at.month, at.day, at.time()) == (4, 1, schooling.BEGINS):
        return dt.datetime.combine(at.date() - dt.timedelta(days=1), schooling.TURN)
    return at


@source("017o902")
def notices(shard: Shard) -> Iterator[Chain]:
    """Notices of the check-up in autumn, of entry in January, and to those who moved in; none is sent to who is hidden."""
    for course in schooling.courses(shard):
        one, entry = course.one, course.entry
        checked = dt.date(entry - 1, 11, 12)
        planned = [
            (CHECKUP, entry, schooling.sent(one, dt.date(entry - 1, 10, 21), "checkup")),
            (ENTRY, entry, schooling.sent(one, dt.date(entry, 1, 20), "entry")),
            (ENTRY, entry + 6, schooling.sent(one, dt.date(entry + 6, 1, 20), "entry")),
        ]
        for step in course.steps:
            if step.reason == schooling.CAME and step.state == schooling.ENROLLED:
                year = step.at.year - (step.at.month < 4)
                planned.append((TRANSFER, year, step.at + dt.timedelta(minutes=20)))
        told: set[tuple[str, int]] = set()
        for kind, year, at in planned:
            if not at.date() > BEGIN or at > LIMIT or (kind, year) in told or not within(one, at):
                continue
            told.add((kind, year))
            yield _notice(shard, course, (kind, year), at, checked)


def _notice(shard: Shard, course: Course, which: tuple[str, int], at: dt.datetime, checked: dt.date) -> Chain:
    (kind, year), one = which, course.one
    values = one.on(at.date()) or one.rows[0].values
    guardian, _ = schooling.parent(shard, one, at)
    hidden = protected(one, at) or protected(guardian, at)
    level = schooling.JUNIOR if year >= course.entry + 6 else schooling.ELEMENTARY
    code = schooling.school(values.get("jusho_choazakodo", ""), level)
    first = {
        "atenabango": one.number, "shugakunendo": str(year), "tsuchishubetsu": kind, "gakkokodo": code,
        "nyugakukijitsu": at.date().isoformat() if kind == TRANSFER else f"{year}-04-06" if kind == ENTRY else "",
        "shugakujikenkoshindanyoteinengappi": checked.isoformat() if kind == CHECKUP else "",
        "shugakujikenkoshindankaijo": schooling.title(code) if kind == CHECKUP else "",
        "tsuchihassonengappi": "" if hidden else at.date().isoformat(), "tsuchisakiatenabango": guardian.number,
        "tsuchiteishifuragu": "1" if hidden else "0", "tsuchiteishiriyu": HANDED if hidden else "",
    }  # fmt: skip
    first |= _to(values) if not hidden else {}
    chain = [Line(at, first)]
    if kind == CHECKUP and one.chance("checkup") < 0.97:
        done = dt.datetime.combine(checked, dt.time(15)) + dt.timedelta(minutes=int(one.chance("queue") * 60))
        if within(one, done):
            chain.append(Line(done, first | {"kenshinjushinnengappi": checked.isoformat()}))
    return ordered(chain)


def _to(values: Values) -> Values:
    return address(values, "sofusaki")
