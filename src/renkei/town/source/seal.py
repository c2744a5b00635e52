"""002 印鑑登録: seals of residents of fifteen and older, and why a registration ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town.cells import address, birthday
from renkei.town.dataset import Chain, Line, source
from renkei.town.person import DEAD, LIVING, Person, Row, Values
from renkei.town.register import names
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, anniversary, ordered, soon

SHARE, LOST, AGAIN = 0.55, 0.03, 0.7
_NAME = ("shimei", "shimei_gaikokujinromaji")
MOVED, DIED, NAMED, CARD = "03", "04", "05", "02"


@dataclass(slots=True, kw_only=True)
class _Seal:
    """One registration in the making."""

    one: Person
    place: int
    chain: Chain

    @property
    def number(self) -> str:
        return f"{self.one.number.zfill(15)[3:14]}{self.place:04d}"


@dataclass(frozen=True, slots=True)
class Abolition:
    """The end of a registration, from the row of 001 that caused it (None: the holder asked)."""

    number: str
    one: Person
    at: dt.datetime
    reason: str
    row: Row | None


def seals(shard: Shard) -> tuple[list[Chain], list[Abolition]]:
    """The registrations of every holder, and their ends."""
    found: tuple[list[Chain], list[Abolition]] | None = shard.facts.get("seals")
    if found is None:
        chains: list[Chain] = []
        found = shard.facts["seals"] = (chains, [])
        for one in shard.people:
            if one.chance("seal") < SHARE:
                chain = _holder(one, found[1])
                if chain:
                    chains.append(ordered(chain))
    return found


@source("002o901")
def registrations(shard: Shard) -> Iterator[Chain]:
    """One history per holder."""
    yield from seals(shard)[0]


@source("002o902")
def abolitions(shard: Shard) -> Iterator[Chain]:
    """The end of every registration, told to the holder where the office ended it."""
    for end in seals(shard)[1]:
        by_office = end.reason in (MOVED, DIED, NAMED)
        day = end.at.date()
        row = end.row.values if end.row is not None else {}
        values = {
            "atenabango": end.one.number, "inkantorokubango": end.number, "haishinengappi": day.isoformat(), "haishijiyu": end.reason,
            "idonengappi": row.get("idonengappi", ""), "idonengappi_fushofuragu": row.get("idonengappi_fushofuragu", ""),
            "idonengappi_fushohyoki": row.get("idonengappi_fushohyoki", ""), "idojiyu": row.get("idojiyu", ""),
            "shokkenhaishifuragu": "1" if by_office else "0", "inkantorokushohennofuragu": "0" if by_office else "1",
            "haishitsuchinengappi": (day + dt.timedelta(days=2)).isoformat() if end.reason == NAMED else "",
            "haishitorikeshifuragu": "0",
        }  # fmt: skip
        yield ordered([Line(end.at, values)])


def _holder(one: Person, ends: list[Abolition]) -> Chain:
    """Everything of one holder: registration, lost card, and the end by death, moving or another name."""
    chain: Chain = []
    seal: _Seal | None = None
    wish = max(one.rows[0].at.date(), anniversary(one.born, 15)) + dt.timedelta(days=int(one.chance("seal/day") * 1500))
    for place, row in enumerate(one.rows):
        after = one.rows[place + 1].at if place + 1 < len(one.rows) else LIMIT
        living = row.values["juminjotai"] == LIVING
        reason = "" if seal is None else _reason(one.rows[place - 1].values, row.values)
        if seal is not None and reason:
            at = row.at + dt.timedelta(minutes=40)
            _end(seal, at, reason, row, ends)
            wish = at.date() + dt.timedelta(days=3) if one.chance(f"seal/{place}") < AGAIN else dt.date.max
            seal = None
        if seal is None and living and wish < after.date():
            day = max(wish, row.at.date() + dt.timedelta(days=1))
            if day < after.date() and row.values.get("shimei"):
                seal = _register(one, chain, soon(one, day, f"seal/{place}"), row.values)
    if seal is not None and one.chance("seal/lost") < LOST:
        _lose(seal, ends)
    return chain


def _reason(before: Values, values: Values) -> str:
    if values["juminjotai"] != LIVING and before["juminjotai"] == LIVING:
        return DIED if values["juminjotai"] == DEAD else MOVED
    return NAMED if any(before.get(name) != values.get(name) for name in _NAME) else ""


def _register(one: Person, chain: Chain, at: dt.datetime, values: Values) -> _Seal:
    seal = _Seal(one=one, place=1 + sum(line.values["inkantorokujotai"] == "1" for line in chain), chain=chain)
    drawn = one.chance(f"seal/proof/{seal.place}")
    how = "1" if drawn < 0.75 else "3" if drawn < 0.95 else "2"
    asked = at.date() - dt.timedelta(days=8) if how == "3" else at.date()
    card = one.chance("seal/card") < 0.97
    chain.append(Line(at, {
        "atenabango": one.number, "inkantorokubango": seal.number, "inkantorokushobango": f"{seal.number[:11]}{seal.place:02d}" if card else "",
        "inkantorokujotai": "1", "torokushinseinengappi": asked.isoformat(), "inkantorokunengappi": at.date().isoformat(),
        "honninkakuninhoho": how, "shokaishohassonengappi": asked.isoformat() if how == "3" else "",
        "kaitokigennengappi": (asked + dt.timedelta(days=30)).isoformat() if how == "3" else "",
        "torokushimei": names(values, one)["shimei"], "torokushimei_furigana": values.get("shimei_furigana", ""),
        "torokukyuuji": values.get("kyuuji", ""), "torokutsusho": values.get("tsusho", ""), **birthday(values),
        "seibetsu": one.sex, **address(values), "ineigazofairumei": f"{seal.number}.tif", "dairishinseifuragu": "1" if how == "3" else "0",
        "shomeishohakkoteishifuragu": "0",
    }))  # fmt: skip
    return seal


def _end(seal: _Seal, at: dt.datetime, reason: str, row: Row | None, ends: list[Abolition]) -> None:
    if at > LIMIT or at <= seal.chain[-1].at:
        return
    end = {
        "inkantorokujotai": "3",
        "haishinengappi": at.date().isoformat(),
        "haishijiyu": reason,
        "shomeishohakkoteishifuragu": "1",
    }
    seal.chain.append(Line(at, seal.chain[-1].values | end))
    ends.append(Abolition(seal.number, seal.one, at, reason, row))


def _lose(seal: _Seal, ends: list[Abolition]) -> None:
    """The card is lost: no certificates from then on, and in half of the cases the end a week later."""
    last = seal.chain[-1]
    day = last.at.date() + dt.timedelta(days=30 + int(seal.one.chance("seal/lost/day") * 2000))
    at = soon(seal.one, day, "lost")
    if at > LIMIT - dt.timedelta(days=8):
        at = dt.datetime(2026, 3, 12, 11) if last.at < dt.datetime(2026, 3, 12) else LIMIT
    stop = {"inkantorokujotai": "2", "teishinengappi": at.date().isoformat(), "shomeishohakkoteishifuragu": "1"}
    seal.chain.append(Line(at, last.values | stop))
    if seal.one.chance("seal/end") < 0.5:
        _end(seal, at + dt.timedelta(days=7), CARD, None, ends)
