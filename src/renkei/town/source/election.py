"""005 選挙: elections, polling districts and stations, and which neighbourhood belongs to which. They are the town's, not a block's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town import name, voter
from renkei.town.dataset import Chain, Line, source
from renkei.town.person import Values
from renkei.town.shard import Shard

SET_UP = dt.datetime(2016, 4, 1, 9)
DAY, EARLY = "1", "2"
NO_DISTRICT = "000"


@source("005o901")
def elections(shard: Shard) -> Iterator[Chain]:
    """The elections of ten years; one without a vote is known as such from the notice on."""
    if shard.number:
        return
    for one in voter.ELECTIONS:
        values = {
            "senkyoid": one.id, "senkyoshurui": one.kind, "senkyomeisho": one.name, "teisu": str(one.seats),
            "kokujinengappi": one.notice.isoformat(), "senkyokijitsu": one.day.isoformat(),
            "senkyojitorokukijunnengappi": one.base.isoformat(), "senkyojitorokunengappi": one.base.isoformat(),
            "nenreikeisankijunnengappi": one.day.isoformat(),
            "kijitsumaetohyokaishinengappi": (one.notice + dt.timedelta(days=1)).isoformat(),
            "kijitsumaetohyoshuryonengappi": (one.day - dt.timedelta(days=1)).isoformat(), "tohyokaishijikoku": "07:00:00",
            "tohyoshuryojikoku": "20:00:00", "zaigaitohyotaishofuragu": "1" if one.national else "0", "mutohyofuragu": "0",
        }  # fmt: skip
        chain = [Line(dt.datetime.combine(one.base - dt.timedelta(days=30), dt.time(10)), values)]
        if one.unopposed:
            chain.append(Line(dt.datetime.combine(one.notice, dt.time(17, 30)), values | {"mutohyofuragu": "1"}))
        yield chain


@source("005o902")
def stations(shard: Shard) -> Iterator[Chain]:
    """One station for each district, and one where anybody votes early."""
    if shard.number:
        return
    for code, towns in districts().items():
        _, quarter, post, _ = towns[0]
        values = {
            "tohyojokodo": code, "tohyojoshurui": DAY, "tohyokukodo": code, "tohyokumei": f"第{name.wide(int(code))}投票区",
            "kaihyokukodo": "01", "tohyojomei": f"{quarter}集会所", **_address(towns[0][0], quarter, post), "kaisetsujikoku": "07:00:00",
            "heisajikoku": "20:00:00", "bariafurifuragu": "1",
        }  # fmt: skip
        yield [Line(SET_UP, values)]
    hall = name.table("places")["towns"][0]
    yield [Line(SET_UP, {
        "tohyojokodo": voter.EARLY_STATION, "tohyojoshurui": EARLY, "tohyokukodo": NO_DISTRICT, "kaihyokukodo": "01",
        "tohyojomei": "連携市役所", **_address(hall[0], hall[1], hall[2]), "kaisetsujikoku": "08:30:00", "heisajikoku": "20:00:00",
        "bariafurifuragu": "1",
    })]  # fmt: skip


def _address(code: str, quarter: str, post: str) -> Values:
    place = name.table("places")
    return {
        "tohyojo_shikuchosonkodo": f"{place['city_prefix']}8", "tohyojo_choazakodo": code, "tohyojo_todofuken": place["prefecture"],
        "tohyojo_shikugunchosonmei": place["city"], "tohyojo_choaza": quarter, "tohyojo_banchigohyoki": "１番１号",
        "tohyojo_yubinbango": post,
    }  # fmt: skip


def districts() -> dict[str, list[list[str]]]:
    """The 町字 of each district."""
    found: dict[str, list[list[str]]] = {}
    for town in name.table("places")["towns"]:
        if town[1]:
            found.setdefault(voter.district(town[0]), []).append(town)
    return dict(sorted(found.items()))


@source("005o903")
def neighbourhoods(shard: Shard) -> Iterator[Chain]:
    """Which 町字 votes where; one that no master has belongs to the first district."""
    if shard.number:
        return
    for code, towns in districts().items():
        for town in towns:
            yield [Line(SET_UP, {
                "choazakodo": town[0], "chibanhanirenban": "1", "choazamei": town[1], "banchihani_kaishi": "1",
                "banchihani_shuryo": "99", "tohyokukodo": code, "tekiyokaishinengappi": SET_UP.date().isoformat(),
            })]  # fmt: skip
