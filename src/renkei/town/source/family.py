"""003 戸籍: notices for the resident record, vital events, deaths with their permits, and changes of the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town import pregnancy, register, vital
from renkei.town.cells import address, birthday
from renkei.town.dataset import Chain, Line, source
from renkei.town.person import FEMALE, MALE, Person, Values
from renkei.town.register import Entry
from renkei.town.shard import Shard
from renkei.town.stay import members, ordered, soon

ADDED, REMOVED, MENDED = "1", "2", "3"
CREMATORIUM = "連携市斎場"
_ORDINAL = ("長", "二", "三", "四", "五", "六", "七", "八")
_LEFT = {register.DEATH: "死亡", register.MARRIAGE: "婚姻", register.TRANSFER: "転籍"}


@source("003o901")
def notices(shard: Shard) -> Iterator[Chain]:
    """What births, deaths and marriages change in 001; the number of a child is not known yet."""
    for event in vital.events(shard):
        entry = register.current(shard).get(event.one.number)
        if event.row is None or entry is None:
            continue
        values = {
            "tsuchibango": event.number, "tsuchirenban": "1", "todokedeshubetsu": vital.NOTICE[event.kind],
            **_days(event), "tsuchinengappi": event.at.date().isoformat(), "shimeimiteifuragu": "0",
            **birthday(event.values), "seibetsu": event.one.sex, **entry.domicile, "hittoshashimei": entry.leader,
            "tashikuchosonjurifuragu": "1" if event.one.chance("elsewhere") < 0.2 else "0",
        }  # fmt: skip
        extra = {vital.BIRTH: _born, vital.DEATH: _died, vital.MARRIAGE: _wed}[event.kind]
        yield [Line(event.at, values | extra(event))]


def _days(event: vital.Event) -> Values:
    unknown = event.row.values.get("shojonoidonengappi_fushohyoki", "") if event.row is not None else ""
    return {
        "todokedenengappi": event.at.date().isoformat(),
        "jurinengappi": event.at.date().isoformat(),
        "jikenhasseinengappi": event.day.isoformat(),
        "jikenhasseinengappi_fushofuragu": "1" if unknown else "0",
        "jikenhasseinengappi_fushohyoki": unknown,
    }


def _born(event: vital.Event) -> Values:
    values, child = event.values, event.one
    unnamed = not values.get("shimei")
    assert child.home is not None
    head = child.home.members[0].on(event.day) or child.home.members[0].rows[0].values
    parents = [
        (item, parent)
        for item, parent in (("chichi", event.father), ("haha", event.mother))
        if parent is not None and not parent.foreign
    ]
    found = {
        "kisaijikokubun": ADDED, "shimei": values.get("shimei", ""), "shimei_furigana": values.get("shimei_furigana", ""),
        "shimeimiteifuragu": "1" if unnamed else "0", "fubotonotsuzukigara": ordinal(child),
        "jushowosadamerusetaibango": values["setaibango"], "jikenhasseijikoku": vital.hour(child, "born"),
        "jushowosadamerusetainosetainushishimei": head.get("shimei_yusen") or head["shimei"], **address(values),
    }  # fmt: skip
    for item, parent in parents:
        found[f"{item}shimei"] = (parent.on(event.day) or parent.rows[0].values)["shimei"]
        found[f"{item}atenabango"] = parent.number
    return found


def ordinal(child: Person) -> str:
    """父母との続柄: the eldest, second … son or daughter of the mother."""
    home = child.home.members if child.home is not None else []
    elder = sum(
        other.mother is child.mother and other.sex == child.sex and other.born < child.born
        for other in home
        if other is not child and child.mother is not None
    )
    return f"{_ORDINAL[min(elder, 7)]}{'男' if child.sex == MALE else '女'}"


def _died(event: vital.Event) -> Values:
    return {
        "kisaijikokubun": REMOVED, "atenabango": event.one.number, **register.names(event.values, event.one),
        "jikenhasseijikoku": "" if event.row and event.row.values.get("shojonoidonengappi_fushohyoki") else vital.hour(event.one, "died"),
        **address(event.values),
    }  # fmt: skip


def _wed(event: vital.Event) -> Values:
    before, one = event.before or {}, event.one
    return {
        "kisaijikokubun": MENDED, "atenabango": one.number, "shimei": event.values["shimei"],
        "shimei_furigana": event.values["shimei_furigana"], "henkomaeshimei": before["shimei"],
        "henkomaehittoshashimei": before["shimei"], **address(before),
    }  # fmt: skip


@source("003o902")
def cases(shard: Shard) -> Iterator[Chain]:
    """Every event as the survey of population needs it; one in a hundred is put right later."""
    births = pregnancy.of_child(shard)
    for event in vital.events(shard):
        values = {
            "jikenbobango": event.case, "jikenshubetsu": event.kind, **_days(event), **address(event.values),
            "shimei": event.values.get("shimei", ""), "seibetsu": event.one.sex, **birthday(event.values),
            "kokusekito_kokumeikodo": event.values.get("kokusekito_kokumeikodo") or "392",
        }  # fmt: skip
        values |= _particulars(event, births)
        chain = [Line(event.at + dt.timedelta(hours=1), values)]
        if event.one.chance(f"mended/{event.kind}") < 0.01:
            later = soon(event.one, event.at.date() + dt.timedelta(days=20), "mended")
            chain.append(Line(later, dict(values)))
        yield ordered(chain)


def _particulars(event: vital.Event, births: dict[str, pregnancy.Pregnancy]) -> Values:
    one = event.one
    if event.kind == vital.BIRTH:
        measured, case = pregnancy.delivery(one), births.get(one.number)
        return {
            "jikenhasseijikoku": vital.hour(one, "born"), "shusshotaiju": str(measured.grams),
            "shusshoshincho": measured.height, "ninshinshusu": str(measured.weeks), "tantaitataikubun": "1",
            "shusshobashoshubetsu": "1" if measured.place == vital.PLACES[0] else "2",
            "hahaseinengappi": event.mother.born.isoformat() if event.mother else "", "chakushutsufuragu": "1" if event.father else "0",
            "chichiseinengappi": event.father.born.isoformat() if event.father else "",
            "konohahanoshusshosu": str(case.order) if case else "", "setainoomonashigoto": "勤労者世帯",
        }  # fmt: skip
    if event.kind == vital.DEATH:
        kind, direct, _ = vital.cause(one)
        spouse = one.spouse
        return {
            "shibobashoshubetsu": vital.place(one)[0], "shiinshurui": kind, "chokusetsushiin": direct, "genshiin": direct,
            "haigushaseinengappi": spouse.born.isoformat() if spouse else "",
        }  # fmt: skip
    if event.kind == vital.STILLBIRTH:
        return {
            "ninshinshusu": str(still_weeks(event)), "seinengappi": "", "seinengappi_fushofuragu": "",
            "seinengappi_fushohyoki": "", "hahaseinengappi": one.born.isoformat(), "seibetsu": "0", "shimei": "",
        }  # fmt: skip
    husband, wife = vital.couple(event)
    return {
        "haigushaseinengappi": (husband if one.sex == FEMALE else wife).isoformat(),
        "dokyowohajimetanengetsu": f"{vital.together(event)[0]:%Y-%m}",
        **({"rikonnoshurui": "協議"} if event.kind == vital.DIVORCE else {"koninzennosetainoomonashigoto": "勤労者世帯"}),
    }  # fmt: skip


def still_weeks(event: vital.Event) -> int:
    """Weeks of a pregnancy that ended in a stillbirth."""
    return (100 + int(event.one.chance(f"still/{event.day}") * 120)) // 7


@source("003o903")
def deaths(shard: Shard) -> Iterator[Chain]:
    """Deaths and stillbirths with what 039 needs to permit a cremation."""
    for event in vital.events(shard):
        if event.kind not in (vital.DEATH, vital.STILLBIRTH):
            continue
        dead = event.kind == vital.DEATH
        row, relation, who = applicant(shard, event)
        unknown = _days(event)
        yield [Line(event.at + dt.timedelta(minutes=5), {
            "uketsukebango": event.number, "todokedeshubetsu": vital.NOTICE[event.kind],
            "jurinengappi": event.at.date().isoformat(), "shiboshaatenabango": event.one.number if dead else "",
            "shiboshashimei": register.names(event.values, event.one)["shimei"] if dead else who,
            "shiboshaseibetsu": event.one.sex if dead else "0", **address(event.values, "shiboshajusho"),
            **({f"shibosha{item}": cell for item, cell in birthday(event.values).items()} if dead else {}),
            "shibonengappi": event.day.isoformat(), "shibobasho": vital.place(event.one)[1] if dead else vital.PLACES[0],
            "shibonengappi_fushofuragu": unknown["jikenhasseinengappi_fushofuragu"],
            "shibonengappi_fushohyoki": unknown["jikenhasseinengappi_fushohyoki"], "ichiruikansenshotofuragu": "0",
            "kasomaisokubun": "1", "kasobasho": CREMATORIUM, "kasoyoteinengappi": cremation(event).isoformat(),
            "kasoyoteijikoku": "11:00:00", "shinseishashimei": who, "shinseishatsuzukigara": relation,
            **address(row, "shinseishajusho"), "todokedeninshikaku": "親族" if relation != "その他" else "その他",
        })]  # fmt: skip


def cremation(event: vital.Event) -> dt.date:
    """The day of a cremation: not before the permit."""
    return event.at.date() + dt.timedelta(days=1 + int(event.one.chance("cremated") * 3))


def applicant(shard: Shard, event: vital.Event) -> tuple[Values, str, str]:
    """Who applies for a cremation: a member of the household, else kin from elsewhere; address, relation, name."""
    one = event.one
    for other in members(shard, event.values["setaibango"], event.at):
        if other is not one and other.age(event.day) >= 18:
            values = other.on(event.day) or other.rows[0].values
            relation = "夫" if other is one.spouse and other.sex == MALE else "妻" if other is one.spouse else (
                "子" if one in (other.mother, other.father) else "親族"
            )  # fmt: skip
            return values, relation, values.get("shimei_yusen") or values["shimei"]
    if event.kind == vital.STILLBIRTH:
        return event.values, "母", event.values["shimei"]
    return {}, "親族", f"{one.surname[0] or '山田'}　一郎"


@source("003o904")
def changes(shard: Shard) -> Iterator[Chain]:
    """Every entry of a register that is kept in the town, and how it ended."""
    for entry in register.entries(shard):
        if entry.here:
            yield ordered(_entry(entry))


def _entry(entry: Entry) -> Chain:
    one = entry.one
    values = {
        "kosekibango": entry.register, "kosekiinbango": str(entry.place), "kosekijotai": "1",
        "todokedeshubetsu": entry.reason, "henseinengappi": entry.made.isoformat(),
        "nyusekinengappi": entry.entered.isoformat(), "atenabango": one.number, **facts(entry),
    }  # fmt: skip
    chain = [Line(entry.at, values)]
    if entry.gone is not None and entry.left is not None:
        gone = {
            "todokedeshubetsu": entry.why, "josekinengappi": max(entry.left, entry.entered).isoformat(),
            "josekijiyu": _LEFT[entry.why], "kosekijotai": "2" if entry.alone else "1", "tensekisaki_shikuchosonkodo": entry.to,
        }  # fmt: skip
        chain.append(Line(entry.gone, values | gone))
    return chain


def facts(entry: Entry) -> Values:
    """Name, birth, sex and 本籍 of an entry as both the register and its supplement have them."""
    one = entry.one
    values = one.on(entry.at.date()) or one.rows[0].values
    return {
        **register.names(values, one), **birthday(values), "seibetsu": one.sex, **entry.domicile,
        "hittoshashimei": entry.leader,
    }  # fmt: skip
