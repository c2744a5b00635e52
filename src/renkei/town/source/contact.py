"""031 住登外者 and what 019 keeps of them: who they are, where mail goes, changes told to 031, requests for numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town import pregnancy
from renkei.town.cells import address, foreign_address, within
from renkei.town.dataset import Chain, Line, source
from renkei.town.person import LIVING, Outsider, Person, Values
from renkei.town.register import names
from renkei.town.shard import Shard
from renkei.town.source.aid import request
from renkei.town.stay import LIMIT, flagged, ordered, soon

HEALTH = "019"
NEW, MOVED, MERGED, CARRIED, REMOVED = "01", "03", "05", "07", "09"
_NAMES = ("shimei", "shimei_gaikokujinromaji", "shimei_gaikokujinkanji", "shimei_furigana", "tsusho", "tsusho_furigana")
_LINKS = ("nayosemotofuragu", "nayosesakiatenabango")


def history(shard: Shard, one: Outsider) -> Chain:
    """A 住登外者 as 031 has it: registered, merged into another number, back as a resident."""
    person = next((other for other in shard.people if other.number == one.number), None) if one.number < "09" else None
    values = {
        "atenabango": one.number, "jutogaishashubetsu": "2" if one.values.get("shimei_gaikokujinromaji") else "1", "jutogaishajotai": "1",
        "idonengappi": one.at.date().isoformat(), "idotodokedenengappi": one.at.date().isoformat(), "idojiyu": CARRIED if person else NEW,
        **{item: one.values.get(item, "") for item in _NAMES}, "seibetsu": one.values.get("seibetsu", ""),
        "seinengappi": one.values.get("seinengappi", ""), "seinengappi_fushofuragu": one.values.get("seinengappi_fushofuragu", "0"),
        **address(one.values), **foreign_address(one.values, "jusho", "jusho"), "nayosemotofuragu": "0",
        "togoatenafuragu": "1", "tagyomusanshofukafuragu": "0", "sanshodokujishisakushisutemutoid1": "000",
        **{f"sanshogyomuid{place}": use for place, use in enumerate(one.uses, 1)},
    }  # fmt: skip
    chain = [Line(one.at, values)]
    if one.merged_into:
        day = one.at.date() + dt.timedelta(days=400)
        merged = {"nayosemotofuragu": "1", "nayosesakiatenabango": one.merged_into, "idojiyu": MERGED, **_on(day)}
        chain.append(Line(dt.datetime.combine(day, dt.time(15)), values | merged))
    elif one.moves or shard.chance(one.number, "moves") < 0.2:
        day = dt.date(2026, 3, 3) + dt.timedelta(days=shard.choice(one.number, "moves/day", 24))
        lot = {
            "jusho_banchigohyoki": f"{shard.choice(one.number, 'lot', 9) + 1}番地".translate(
                str.maketrans("123456789", "１２３４５６７８９")
            )
        }
        if not values["jusho_kokumeikodo"]:
            chain.append(Line(dt.datetime.combine(day, dt.time(14)), values | lot | {"idojiyu": MOVED, **_on(day)}))
    back = _back(person, one.at)
    if back is not None:
        chain = [line for line in chain if line.at < back]
        chain.append(Line(back, chain[-1].values | {"jutogaishajotai": "2", "idojiyu": REMOVED, **_on(back.date())}))
    return ordered(chain)


def _on(day: dt.date) -> Values:
    return {"idonengappi": day.isoformat(), "idotodokedenengappi": day.isoformat()}


def _back(person: Person | None, at: dt.datetime) -> dt.datetime | None:
    """When somebody who had left is a resident again."""
    if person is None:
        return None
    return next((row.at for row in person.rows if row.at > at and row.values["juminjotai"] == LIVING), None)


def _split(values: Values) -> Values:
    """氏 and 名 of a Japanese."""
    found: Values = {}
    for item, ending in (("shimei", ""), ("shimei_furigana", "_furigana")):
        family, _, given = values[item].partition("　")
        found |= {f"uji_nihonjin{ending}": family, f"na_nihonjin{ending}": given or family}
    return found


def _named(values: Values) -> Values:
    return {item: cell for item, cell in _split(values).items() if not item.endswith("_furigana")}


@source("031o901")
def outsiders(shard: Shard) -> Iterator[Chain]:
    """Everybody whom other 業務 may know; hidden ones never leave 031."""
    for one in shard.outsiders:
        if not one.hidden and one.at <= LIMIT:
            chain = history(shard, one)
            for line in chain:
                line.values.update(_split(line.values) if line.values["jutogaishashubetsu"] == "1" else {})
            yield chain


@source("019o933")
def received(shard: Shard) -> Iterator[Chain]:
    """The same as 019 has received it, an hour later."""
    for one in shard.outsiders:
        if not one.hidden and one.at <= LIMIT:
            yield ordered([Line(line.at + dt.timedelta(hours=1), line.values) for line in history(shard, one)])


def _known(shard: Shard) -> Iterator[tuple[Outsider, Chain]]:
    for one in shard.outsiders:
        if HEALTH in one.uses and one.at <= LIMIT:
            yield one, history(shard, one)


@source("019o901")
def patients(shard: Shard) -> Iterator[Chain]:
    """住登外者 of 019 itself, among them women who are at their parents' here."""
    gone = ("togoatenafuragu", "tagyomusanshofukafuragu", "sanshodokujishisakushisutemutoid1")
    for one, chain in _known(shard):
        home = "1" if one.values.get("seibetsu") == "2" else "0"
        own = {"satogaerifuragu": home, "renrakusakidenwabango": "0990000200"}
        yield [
            Line(
                line.at,
                {
                    item: cell
                    for item, cell in (line.values | own).items()
                    if item not in gone and "gyomuid" not in item
                },
            )
            for line in chain
        ]


@source("019o934")
def told(shard: Shard) -> Iterator[Chain]:
    """What 019 tells 031 of its 住登外者: a new address, a merge."""
    for one, chain in _known(shard):
        changes = []
        for line in chain[1:]:
            values = line.values
            kind = {MOVED: "1", MERGED: "2", REMOVED: "4"}[values["idojiyu"]]
            kept = (
                "jutogaishashubetsu",
                "seibetsu",
                "seinengappi",
                "seinengappi_fushofuragu",
                "idojiyu",
                *_NAMES,
                *_LINKS,
            )
            changes.append(Line(line.at - dt.timedelta(minutes=30), {
                "atenabango": one.number, "shorishubetsu": kind, "idonengappi": values["idonengappi"], "gyomuid": HEALTH,
                **{item: values[item] for item in kept if item in values}, **_named(values), **address(values),
                **foreign_address(values, "jusho", "jusho"), "dokujishisakushisutemutoid": "000", "tagyomusanshofukafuragu": "0",
            }))  # fmt: skip
        if changes:
            yield ordered(changes)


@source("019o935")
def numbers(shard: Shard) -> Iterator[Chain]:
    """Requests for the integrated number: mothers at notification, children when they have a 個人番号."""
    seen: set[str] = set()
    for case in pregnancy.pregnancies(shard):
        for one, at in ((case.mother, case.noted + dt.timedelta(hours=1)), (case.child, _numbered(case.child))):
            if one is not None and one.number not in seen and at <= LIMIT:
                seen.add(one.number)
                if chain := request(one, at, HEALTH):
                    yield chain


def _numbered(child: Person | None) -> dt.datetime:
    """When the 個人番号 of a child was there."""
    if child is None:
        return dt.datetime.max
    return next((row.at + dt.timedelta(hours=4) for row in child.rows if row.values.get("kojinbango")), dt.datetime.max)


@source("019o902")
def mail(shard: Shard) -> Iterator[Chain]:
    """Where mail goes instead of home: to parents after a birth, to a care home; ended when that is over."""
    for case in pregnancy.pregnancies(shard):
        one = case.mother
        begin = soon(one, case.due - dt.timedelta(days=40), "mail")
        if case.away and case.kind == "1" and begin < LIMIT and within(one, begin) and case.noted < begin:
            yield _mail(
                one, f"{case.since:%m}", begin, case.due + dt.timedelta(days=60), "2", "里帰り", "tennyumaejusho"
            )
    for one in shard.people:
        if one.chance("nursed") >= 0.02 and not one.protections:
            continue
        begin = dt.datetime(2024, 6, 3, 10) + dt.timedelta(days=int(one.chance("nursed/day") * 640))
        if within(one, begin) and (one.age(begin.date()) >= 78 or one.protections):
            kind, why = ("9", "支援措置のため窓口で受取り") if one.protections else ("9", "施設に入所")
            yield _mail(one, "1", begin, dt.date(9999, 12, 31), kind, why, "jusho")


def _mail(one: Person, place: str, at: dt.datetime, end: dt.date, kind: str, why: str, block: str) -> Chain:
    values = one.on(at.date()) or one.rows[0].values
    first = {
        "atenabango": one.number, "sofusakibango": str(int(place)), "sofusakishubetsu": kind, "shiyokaishinengappi": at.date().isoformat(),
        "shiyoshuryonengappi": end.isoformat(), "sofusakishimei": names(values, one)["shimei"], "sofusakidenwabango": "0990000300",
        **({} if one.protections else address(values, "sofusaki", block)), "setteiriyu": why,
    }  # fmt: skip
    return ordered(flagged([Line(at, first)], one))
