"""038 人口動態調査 and 039 火葬等許可: the returns and permits that follow from births, deaths, stillbirths and weddings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from renkei.town import pregnancy, register, vital
from renkei.town.cells import written
from renkei.town.dataset import Chain, Line, source
from renkei.town.person import MALE, Values
from renkei.town.shard import Shard
from renkei.town.source import family
from renkei.town.stay import LIMIT, ordered, soon

WORKING, FARMING, SELF_EMPLOYED = "03", "01", "02"


def _returns(shard: Shard, kind: str, particulars: Callable[[vital.Event], Values]) -> Iterator[Chain]:
    """The returns of one kind; one in fifty is corrected, with a later row, and the first of the town."""
    first = shard.number == 0
    for event in vital.events(shard):
        if event.kind != kind:
            continue
        sent = event.at.date() + dt.timedelta(days=7)
        values = {
            "jikenbobango": event.case, "hokokunengetsu": f"{event.at:%Y-%m}", "todokedenengappi": event.at.date().isoformat(),
            "uketsukebango": event.number, "todokedechishikuchosonkodo": shard.municipality,
            "jushochishikuchosonkodo": shard.municipality, "hokenjosofunengappi": sent.isoformat(), "teiseifuragu": "0",
            **particulars(event),
        }  # fmt: skip
        chain = [Line(event.at + dt.timedelta(hours=2), values)]
        day = event.at.date() + dt.timedelta(days=25)
        if event.one.chance(f"corrected/{kind}") < 0.02 or (first and day < LIMIT.date()):
            first = False
            chain.append(
                Line(
                    soon(event.one, day, "corrected"), values | {"teiseifuragu": "1", "teiseinengappi": day.isoformat()}
                )
            )
        yield ordered(chain)


def _work(event: vital.Event) -> str:
    drawn = event.one.chance("trade")
    return WORKING if drawn < 0.8 else SELF_EMPLOYED if drawn < 0.95 else FARMING


def _parents(event: vital.Event) -> Values:
    return {
        "chichiseinengappi": event.father.born.isoformat() if event.father else "",
        "hahaseinengappi": event.mother.born.isoformat() if event.mother else "",
    }


@source("038o901")
def births(shard: Shard) -> Iterator[Chain]:
    """出生票."""
    cases = pregnancy.of_child(shard)

    def particulars(event: vital.Event) -> Values:
        measured, case = pregnancy.delivery(event.one), cases.get(event.one.number)
        order = str(case.order) if case else ""
        return {
            "shusshonengappi": event.day.isoformat(), "shusshojikoku": vital.hour(event.one, "born"), "seibetsu": event.one.sex,
            "shusshojuni": order, "chakushutsufuragu": "1" if event.father else "0", "tantaitataikubun": "1",
            "taiju": str(measured.grams), "shincho": measured.height, "ninshinshusu": str(measured.weeks), **_parents(event),
            "hahashusshoshisu": order, "hahashizansu": "0" if case else "", "setaishokugyokubun": _work(event),
            "shusshobashoshubetsu": "1" if measured.place == vital.PLACES[0] else "2",
        }  # fmt: skip

    return _returns(shard, vital.BIRTH, particulars)


@source("038o902")
def deaths(shard: Shard) -> Iterator[Chain]:
    """死亡票."""

    def particulars(event: vital.Event) -> Values:
        one = event.one
        kind, direct, code = vital.cause(one)
        unknown = event.row is not None and event.row.values.get("shojonoidonengappi_fushohyoki")
        return {
            "shibonengappi": event.day.isoformat(), "shibojikoku": "" if unknown else vital.hour(one, "died"),
            "seibetsu": one.sex, "seinengappi": one.born.isoformat(), "haigukankeikubun": "1" if one.spouse else "2",
            "shibobashoshubetsu": vital.place(one)[0], "shiinshurui": kind, "chokusetsushiin": direct, "genshiinkodo": code,
            "hatsubyokarashibomadenokikan": "" if kind == "12" else "１か月", "shujutsuumufuragu": "0",
            "kaiboumufuragu": "1" if kind == "12" else "0", "setaishokugyokubun": _work(event),
            "gaiinhasseinengappi": event.day.isoformat() if kind == "03" else "",
        }  # fmt: skip

    return _returns(shard, vital.DEATH, particulars)


@source("038o903")
def stillbirths(shard: Shard) -> Iterator[Chain]:
    """死産票."""

    def particulars(event: vital.Event) -> Values:
        weeks = family.still_weeks(event)
        return {
            "shizannengappi": event.day.isoformat(), "shizanjikoku": vital.hour(event.one, "still"), "jiseibetsu": "0",
            "ninshinshusu": str(weeks), "shizenjinkokubun": "1", "tantaitataikubun": "1", **_parents(event),
            "taiju": str(max(60, (weeks - 12) * 28)), "hahashizansu": "1", "shizangenin": "胎盤早期剥離",
        }  # fmt: skip

    return _returns(shard, vital.STILLBIRTH, particulars)


def _pair(event: vital.Event) -> Values:
    husband, wife = vital.couple(event)
    began, _ = vital.together(event)
    return {
        "ottoseinengappi": husband.isoformat(), "tsumaseinengappi": wife.isoformat(), "dokyokaishinengetsu": f"{began:%Y-%m}",
        "ottokokusekikubun": "1", "tsumakokusekikubun": "1",
    }  # fmt: skip


@source("038o904")
def weddings(shard: Shard) -> Iterator[Chain]:
    """婚姻票."""

    def particulars(event: vital.Event) -> Values:
        work = _work(event)
        again = {
            f"{who}shokonsaikonkubun": "2" if one is not None and one.chance("again") < 0.15 else "1"
            for who, one in (("otto", event.father), ("tsuma", event.one))
        }
        return {
            **_pair(event),
            **again,
            "ottoujitsumaujikubun": "1",
            "ottosetaishokugyokubun": work,
            "tsumasetaishokugyokubun": work,
        }

    return _returns(shard, vital.MARRIAGE, particulars)


@source("038o905")
def divorces(shard: Shard) -> Iterator[Chain]:
    """離婚票."""

    def particulars(event: vital.Event) -> Values:
        one = event.one
        home = one.home.members if one.home else []
        children = sum(one in (child.mother, child.father) and child.age(event.day) < 18 for child in home)
        mine, other = ("otto", "tsuma") if one.sex == MALE else ("tsuma", "otto")
        return {
            **_pair(event), "rikonshuruikubun": "1", "dokyoshuryonengetsu": f"{vital.together(event)[1]:%Y-%m}",
            f"{mine}shinkenjidosu": str(children), f"{other}shinkenjidosu": "0", "bekkyomaesetaishokugyokubun": _work(event),
        }  # fmt: skip

    return _returns(shard, vital.DIVORCE, particulars)


@source("039o901")
def permits(shard: Shard) -> Iterator[Chain]:
    """Permits of cremation: applied for with the notification of the death, and sent back when done."""
    where = register.current(shard)
    for event in vital.events(shard):
        if event.kind not in (vital.DEATH, vital.STILLBIRTH):
            continue
        address, relation, who = family.applicant(shard, event)
        day = event.at.date()
        values = {
            "kyokabango": f"{day.year}{event.number[4:]}", "kyokanengappi": day.isoformat(), "shinseinengappi": day.isoformat(),
            "kasomaisobasho": family.CREMATORIUM, "kasoyoteinengappi": family.cremation(event).isoformat(),
            "shinseishashimei": who, "shinseishatsuzukigara": relation, "shinseishajusho": written(address),
            "todokedeuketsukebango": event.number, "saihakkofuragu": "0", "shiinkubun": "2",
            **(_dead(event, where) if event.kind == vital.DEATH else _still(event)),
        }  # fmt: skip
        done = family.cremation(event)
        back = soon(event.one, done + dt.timedelta(days=5), "ashes")
        yield ordered([
            Line(event.at + dt.timedelta(minutes=10), values),
            Line(back, values | {"maikasozuminengappi": done.isoformat()}),
        ])  # fmt: skip


def _dead(event: vital.Event, where: dict[str, register.Entry]) -> Values:
    one, entry = event.one, where.get(event.one.number)
    unknown = event.row.values.get("shojonoidonengappi_fushohyoki", "") if event.row else ""
    return {
        "kyokashubetsu": "1", "shiboshaatenabango": one.number, "shiboshashimei": register.names(event.values, one)["shimei"],
        "shiboshaseibetsu": one.sex, "shiboshaseinengappi": one.born.isoformat(), "shiboshajusho": written(event.values),
        "shiboshahonseki": register.spelled(entry.domicile) if entry else "", "shibonengappi": event.day.isoformat(),
        "shibonengappi_fushofuragu": "1" if unknown else "0", "shibonengappi_fushohyoki": unknown,
        "shibojikoku": "" if unknown else vital.hour(one, "died"), "shibobasho": vital.place(one)[1],
    }  # fmt: skip


def _still(event: vital.Event) -> Values:
    return {
        "kyokashubetsu": "4", "shizannengappi": event.day.isoformat(), "ninshingessu": str(family.still_weeks(event) // 4 + 1),
        "shiboshahonseki": "", "shiboshajusho": written(event.values),
    }  # fmt: skip
