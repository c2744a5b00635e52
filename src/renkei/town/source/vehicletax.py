"""013 軽自動車税: vehicles, reliefs and the dues of every year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.dataset import Chain, Line, source
from renkei.town.due import dues
from renkei.town.holder import Holder, debits
from renkei.town.person import NEVER, Person, Values
from renkei.town.shard import Shard
from renkei.town.vehicle import KEPT, SCRAPPED, Vehicle, reliefs, vehicles

_BEGIN = dt.date(2016, 4, 1)


@source("013o902")
def registered(shard: Shard) -> Iterator[Chain]:
    """Every vehicle, and how it went: scrapped, sold, taken away."""
    for one in vehicles(shard):
        values = _vehicle(one)
        chain = [Line(dt.datetime.combine(max(one.since, _BEGIN), dt.time(11)), values)]
        if one.until != NEVER:
            gone: Values = {"sharyojotai": one.state, "hyoshikihennofuragu": "1" if one.state == SCRAPPED else "0"}
            if one.state == SCRAPPED:
                gone |= {"haishanengappi": one.until.isoformat(), "haishajiyu": one.reason}
            chain.append(Line(dt.datetime.combine(one.until, dt.time(14)), {**values, **gone}))
        yield [line for line in chain if line.at >= chain[0].at]


def _place(one: Holder, day: dt.date) -> Values:
    if isinstance(one, Person):
        return one.on(day) or one.rows[0].values
    return getattr(one, "address", None) or getattr(one, "values", {})


def _vehicle(one: Vehicle) -> Values:
    place = _place(one.keeper, one.since)
    since = one.since.isoformat()
    return {
        "sharyobango": one.number, "hyoshikibango": one.plate, "shadaibango": one.chassis,
        "keijidoshashubetsu": one.kind, "nozeigimushaatenabango": one.keeper.number,
        "shoyushaatenabango": one.keeper.number, "shiyoshaatenabango": one.keeper.number, "shoyukenryuhofuragu": "0",
        "teichijo_choazakodo": place.get("jusho_choazakodo", ""), "teichijo_choaza": place.get("jusho_choaza", ""),
        "teichijo_banchigohyoki": place.get("jusho_banchigohyoki", ""), "shamei": one.make, "katashiki": one.model,
        "shodokensanengetsu": f"{one.first:%Y-%m}", "sohaikiryo": one.power, "nenryoshurui": "ガソリン",
        "torokunengappi": since, "shutokunengappi": since, "shinkokuuketsukenengappi": since, "sharyojotai": KEPT,
        "hyoshikihennofuragu": "0", "kazeihoryufuragu": "0",
    }  # fmt: skip


@source("013o903")
def relieved(shard: Shard) -> Iterator[Chain]:
    """Reliefs by year and vehicle."""
    for one in reliefs(shard):
        tax = one.vehicle.tax(one.year)
        values = {
            "sharyobango": one.vehicle.number, "fukanendo": str(one.year), "atenabango": one.vehicle.keeper.number,
            "keijidoshagenmenjiyu": one.reason, "shogaishaatenabango": one.vehicle.keeper.number,
            "techobango": one.notebook, "shogaitokyu": one.grade, "untenshaatenabango": one.vehicle.keeper.number,
            "shinseinengappi": one.asked.isoformat(), "ketteinengappi": one.decided.isoformat(),
            "nenzeigaku": str(tax), "genmengaku": str(one.amount), "genmengozeigaku": str(tax - one.amount),
            "genmenkeizokufuragu": "1",
        }  # fmt: skip
        yield [Line(dt.datetime.combine(one.decided, dt.time(11)), values)]


@source("013o901")
def raised(shard: Shard) -> Iterator[Chain]:
    """The due of every vehicle and year; a relief is a row more."""
    known = {one.number: one for one in vehicles(shard)}
    for due in dues(shard):
        if due.service != "013":
            continue
        one, day = known[due.subject], due.raised.date().isoformat()
        base = {
            "atenabango": due.holder, "choteinendo": str(due.year), "fukanendo": str(due.year),
            "zeimokukodo": due.kind, "tsuchishobango": due.notice, "kibetsu": due.period, "sharyobango": one.number,
            "hyoshikibango": one.plate, "shadaibango": one.chassis, "keijidoshashubetsu": one.kind,
            "zeiritsukubun": "4" if one.old(due.year) else "0", "choteinengappi": day, "tsuchinengappi": day,
            "nokigen": due.due.isoformat(), "genmenzenzeigaku": str(due.amount), "keizokukensayoshomeifuragu": "1",
            "kozafurikaefuragu": "1" if debits(shard, due.holder) else "0",
        }  # fmt: skip
        first = {**base, "choteijiyu": "01", "choteigaku": str(due.amount), "genmengaku": "0"}
        yield [
            Line(due.raised, first),
            *(
                Line(at, {**base, "choteijiyu": "05", "choteigaku": str(left), "genmengaku": str(due.amount - left)})
                for at, left in due.changes
            ),
        ]
