"""004 戸籍附票 and the notices to it from 001: who is where, and every address since the register came to the town."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town import register, voter
from renkei.town.cells import ABROAD, PARTS, address, birthday, foreign_address, written
from renkei.town.dataset import Chain, Line, source
from renkei.town.person import JAPANESE, LIVING, MOVED_OUT, Row, Values
from renkei.town.register import Entry
from renkei.town.shard import Shard
from renkei.town.source.family import facts
from renkei.town.stay import LIMIT, flagged, ordered, protected, soon

# Notices to supplements are kept for five years.
KEPT = dt.datetime(2021, 4, 1)
_BLOCK = tuple(f"jusho_{part}" for part in PARTS)
_TO = "tenshutsusakijusho_kakutei"
_GONE = {register.DEATH: "死亡による消除", register.MARRIAGE: "婚姻による消除", register.TRANSFER: "転籍による消除"}
_REASONS = {
    "01": "転入",
    "02": "国外からの転入",
    "03": "出生",
    "04": "帰化",
    "10": "転出",
    "11": "国外転出",
    "19": "転居",
}


@dataclass(frozen=True, slots=True)
class Stop:
    """One address in a supplement: since when, and the row of 001 that tells of it."""

    since: dt.date
    row: Row
    away: bool


def stops(entry: Entry) -> list[Stop]:
    """The addresses of an entry while it lasts, the first one being where the person lived when it was made."""
    found: list[Stop] = []
    known: tuple[str, ...] = ()
    end = entry.gone or dt.datetime.max
    for row in entry.one.rows:
        values = row.values
        if row.at > LIMIT or row.at >= end or values["juminjotai"] not in (LIVING, MOVED_OUT):
            break
        away = values["juminjotai"] == MOVED_OUT
        block = tuple(values.get(f"{_TO}_{part}", "") for part in (*PARTS, *ABROAD)) if away else tuple(
            values.get(name, "") for name in _BLOCK
        )  # fmt: skip
        if block != known:
            day = dt.date.fromisoformat(values["shojonoidonengappi"] if away else values["idonengappi"])
            if found and row.at <= entry.at:
                found.clear()
            found.append(Stop(max(day, found[-1].since) if found else day, row, away))
        known = block
    return found


@source("004o901")
def supplements(shard: Shard) -> Iterator[Chain]:
    """The entry of everybody whose register is kept in the town."""
    abroad = voter.abroad(shard)
    for entry in register.entries(shard):
        if not entry.here:
            continue
        one, chain = entry.one, [Line(entry.at, _own(entry))]
        for stop in stops(entry):
            if stop.row.at > entry.at and stop.away != (chain[-1].values["genjushoshikuchosonfuragu"] == "0"):
                chain.append(Line(stop.row.at, chain[-1].values | _whereabouts(entry, stop)))
        voting = abroad.get(one.number)
        if voting is not None and voting.registered > entry.at:
            listed = {
                "zaigaisenkyoninmeibotorokufuragu": "1",
                "zaigaisenkyoninmeibotorokushikuchosonkodo": shard.municipality,
            }
            chain.append(Line(voting.registered + dt.timedelta(days=1), chain[-1].values | listed))
        chain.sort(key=lambda line: line.at)
        chain = flagged(chain, one, "shiensochifuragu")
        if entry.gone is not None and entry.left is not None:
            gone = {
                "fuhyojotai": "2", "fuhyoshojonengappi": max(entry.left, entry.made, entry.at.date()).isoformat(),
                "fuhyoshojojiyu": _GONE[entry.why],
            }  # fmt: skip
            chain.append(Line(entry.gone + dt.timedelta(minutes=30), chain[-1].values | gone))
        yield ordered(chain)


def _own(entry: Entry) -> Values:
    return {
        "fuhyobango": entry.register, "fuhyoinbango": str(entry.place), "kosekibango": entry.register, "fuhyojotai": "1",
        "atenabango": entry.one.number, **facts(entry), "fuhyosakuseinengappi": entry.made.isoformat(),
        "genjushoshikuchosonfuragu": "1", "kokugaitenshutsufuragu": "0", "zaigaisenkyoninmeibotorokufuragu": "0",
    }  # fmt: skip


def _whereabouts(entry: Entry, stop: Stop) -> Values:
    outside = bool(stop.away and stop.row.values.get(f"{_TO}_kokumeikodo"))
    return {
        "genjushoshikuchosonfuragu": "0" if stop.away else "1", "kokugaitenshutsufuragu": "1" if outside else "0",
        "atenabango": "" if stop.away else entry.one.number,
    }  # fmt: skip


@source("004o902")
def addresses(shard: Shard) -> Iterator[Chain]:
    """The addresses of every entry, oldest first; one that was left says when."""
    for entry in register.entries(shard):
        if not entry.here:
            continue
        found = stops(entry)
        for place, stop in enumerate(found, 1):
            at = max(stop.row.at, entry.at) + dt.timedelta(minutes=5)
            values = {
                "fuhyobango": entry.register, "fuhyoinbango": str(entry.place), "jushorenban": str(place), "genjushofuragu": "1",
                "jushowosadametanengappi": stop.since.isoformat(), "jushokisainengappi": at.date().isoformat(),
                "jushowosadametanengappi_fushofuragu": "0", **_place(stop, at.date()),
            }  # fmt: skip
            chain = [Line(at, values)]
            if place < len(found):
                after = found[place]
                left = {"jushowohanaretanengappi": after.since.isoformat(), "jushowohanaretanengappi_fushofuragu": "0"}
                chain.append(Line(after.row.at + dt.timedelta(minutes=4), values | left | {"genjushofuragu": "0"}))
            yield ordered(chain)


def _place(stop: Stop, day: dt.date) -> Values:
    values = stop.row.values
    if not stop.away:
        return {**address(values), "kisaijiyu": _REASONS.get(values["idojiyu"], "職権記載")}
    told = {"kisaijiyu": "転出", "tsuchijuryonengappi": day.isoformat()}
    code = values.get(f"{_TO}_shikuchosonkodo", "")
    return {
        **address(values, block=_TO),
        **foreign_address(values, "jusho", _TO),
        "tsuchimotoshikuchosonkodo": code,
        **told,
    }


@source("004o903")
def differences(shard: Shard) -> Iterator[Chain]:
    """Notices from supplements: a few addresses that differ, registers that moved on, people who left the country."""
    for entry in register.entries(shard):
        if not entry.here:
            continue
        found = stops(entry)
        if entry.to and entry.gone is not None:
            moved = {"tensekinengappi": entry.gone.date().isoformat(), "tensekisaki_shikuchosonkodo": entry.to}
            yield _notice(
                entry, found[-1], entry.gone + dt.timedelta(days=2), {"fuhyotsuchikubun": "2", **moved}, entry.to
            )
            continue
        last = found[-1] if found else None
        if last is None or last.row.at <= entry.at:
            continue
        at = soon(entry.one, last.row.at.date() + dt.timedelta(days=3), "differs")
        if last.away and last.row.values.get(f"{_TO}_kokumeikodo"):
            yield _notice(entry, last, at, {"fuhyotsuchikubun": "3"}, shard.municipality)
        elif not last.away and entry.one.chance("differs") < 0.04:
            told = written(last.row.values)
            differs = {
                "fuhyotsuchikubun": "1",
                "fuicchikomoku": "06",
                "fuhyonokisainaiyo": told,
                "juminhyonokisainaiyo": f"{told}　",
            }
            yield _notice(entry, last, at, differs, shard.municipality)


def _notice(entry: Entry, stop: Stop, at: dt.datetime, values: Values, to: str) -> Chain:
    known = {name: cell for name, cell in facts(entry).items() if name != "shimei_furigana"}
    return ordered([Line(at, {
        "tsuchibango": f"{entry.register}{entry.place:02d}", "tsuchinengappi": at.date().isoformat(),
        "atenabango": "" if stop.away else entry.one.number, "tsuchisakishikuchosonkodo": to, **known,
        **(address(stop.row.values, block=_TO) if stop.away else address(stop.row.values)),
        "jushowosadametanengappi": stop.since.isoformat(), **values,
    })])  # fmt: skip


@source("001o901")
def notices(shard: Shard) -> Iterator[Chain]:
    """Every change of address of a Japanese as 001 tells the place of the register."""
    serial = 0
    where = register.current(shard)
    for one in shard.people:
        before: Values = {}
        for row in one.rows:
            values = row.values
            entry = where.get(one.number)
            told = entry is not None and values["juminshubetsu"] == JAPANESE and values["idojiyu"] in _REASONS
            if told and entry is not None and KEPT <= row.at <= LIMIT and _moved(before, values):
                serial += 1
                at = row.at + dt.timedelta(hours=1)
                number = {"tsuchibango": f"{at.year}{shard.number:05d}{serial:05d}", "tsuchirenban": "1"}
                hide = {"shiensochifuragu": "1" if protected(one, at) else "0"}
                yield ordered([Line(at, {"atenabango": one.number, **number, **_told(entry, row, before, at), **hide})])
            before = values


def _moved(before: Values, values: Values) -> bool:
    return not before or before["juminjotai"] != values["juminjotai"] or any(
        before.get(name) != values.get(name) for name in _BLOCK
    )  # fmt: skip


def _told(entry: Entry, row: Row, before: Values, at: dt.datetime) -> Values:
    values = row.values
    away = values["juminjotai"] == MOVED_OUT
    here = entry.domicile["honseki_shikuchosonkodo"]
    block = _TO if away else "jusho"
    return {
        "tsuchinengappi": at.date().isoformat(), "tsuchisakishikuchosonkodo": here, "kannaihonsekifuragu": "1" if entry.here else "0",
        **register.names(values, entry.one), **birthday(values), "seibetsu": entry.one.sex, **entry.domicile,
        "hittoshashimei": entry.leader, **address(values, block=block), **foreign_address(values, "jusho", block),
        **{name: values.get(name, "") for name in ("idojiyu", "idonengappi", "idonengappi_fushofuragu", "idonengappi_fushohyoki")},
        "idotodokedenengappi": values["idotodokedenengappi"], "jushowosadametanengappi": "" if away else values["idonengappi"],
        "henkomaejusho": written(before) or written(values, "tennyumaejusho"), "kokugaitenshutsufuragu": "1" if values["idojiyu"] == "11" else "0",
    }  # fmt: skip
