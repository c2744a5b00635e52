"""012 固定資産税: land, houses, their values, co-owners, depreciable assets, and the tax on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.agency import MANAGER, agents
from renkei.town.dataset import Chain, Line, source
from renkei.town.due import Due, dues
from renkei.town.estate import ESTATE_YEARS, HOUSING, Estate, House, Joint, Parcel, estates
from renkei.town.holder import debits
from renkei.town.person import Values
from renkei.town.shard import Shard
from renkei.town.valuation import (
    Bill,
    Worth,
    asset,
    base_year,
    bills,
    held,
    house,
    land,
    new,
    ownership,
    standing,
    wear,
)


def _settled(year: int) -> dt.datetime:
    """When the prices of a year are decided: by the end of March."""
    return dt.datetime(year, 3, 24, 13)


def _owned(one: Estate, year: int) -> Values:
    return {
        "shoyushaatenabango": one.owner.number, "nozeigimushaatenabango": one.payer(year),
        "kyoyukubun": ownership(one),
    }  # fmt: skip


@source("012o004")
def parcels(shard: Shard) -> Iterator[Chain]:
    """Land by year; one in a hundred is divided in the last month."""
    for one in estates(shard):
        for year in ESTATE_YEARS:
            if held(one, year):
                for parcel in one.parcels:
                    values = _parcel(shard, one, parcel, year)
                    chain = [Line(_settled(year), values)]
                    if parcel.split is not None and year == 2025:
                        day = parcel.split.date().isoformat()
                        chain.append(Line(parcel.split, {**values, "bungohitsunengappi": day, "tokinengappi": day}))
                    yield chain


def _parcel(shard: Shard, one: Estate, parcel: Parcel, year: int) -> Values:
    return {
        "fukanendo": str(year), "bukkenbango": parcel.number, "fudosanbango": parcel.registry,
        "shozai_shikuchosonkodo": shard.municipality, "shozai_choazakodo": parcel.code, "shozai_choaza": parcel.town,
        "chiban_honban": str(parcel.lot), "chiban_edaban": str(parcel.branch), "chibanhyoki": _lot(parcel),
        "tokichimoku": parcel.kind, "genkyochimoku": parcel.kind, "tokichiseki": f"{parcel.area}.00",
        "genkyochiseki": f"{parcel.area}.00", **_owned(one, year),
        "toshikeikakukuikikubun": "1" if parcel.kind == HOUSING else "2",
        "shutokunengappi": parcel.since.isoformat(), "shutokunengappi_fushofuragu": "0", "shutokujiyu": "売買",
        "tokinengappi": parcel.since.isoformat(), "hikazeikubun": "0", "sashiosaesankofuragu": "0",
    }  # fmt: skip


def _lot(parcel: Parcel) -> str:
    digits = str.maketrans("0123456789", "０１２３４５６７８９")
    return f"{parcel.lot}番{parcel.branch}".translate(digits)


@source("012o005")
def houses(shard: Shard) -> Iterator[Chain]:
    """Houses by year; one that is pulled down in the last month gets a row of that day."""
    for one in estates(shard):
        for year in ESTATE_YEARS:
            for home in one.houses:
                if not held(one, year) or not standing(home, year):
                    continue
                values = _house(shard, one, home, year)
                chain = [Line(_settled(year), values)]
                if home.demolished is not None and year == 2025:
                    day = home.demolished
                    gone = {"messhitsunengappi": day.isoformat(), "messhitsunengappi_fushofuragu": "0"}
                    chain.append(Line(dt.datetime.combine(day, dt.time(16)), {**values, **gone}))
                yield chain


def _house(shard: Shard, one: Estate, home: House, year: int) -> Values:
    return {
        "fukanendo": str(year), "bukkenbango": home.number, "fudosanbango": home.registry,
        "kaokubango": f"{home.parcel.lot}-{home.parcel.branch}", "tobango": "1",
        "shozai_shikuchosonkodo": shard.municipality, "shozai_choazakodo": home.parcel.code,
        "shozai_choaza": home.parcel.town, "chibanhyoki": _lot(home.parcel), "kaokushurui": home.kind,
        "kaokukozo": home.structure, "yane": "陸屋根" if home.structure == "03" else "かわらぶき",
        "chijokaisu": str(home.floors), "chikakaisu": "0", "tokiyukamenseki": f"{home.area}.00",
        "genkyoyukamenseki": f"{home.area}.00", "kenchikunengappi": home.built.isoformat(),
        "kenchikunengappi_fushofuragu": "0", **_owned(one, year), "mitokifuragu": "0",
        "shutokunengappi": one.since.isoformat(), "shutokunengappi_fushofuragu": "0", "hikazeikubun": "0",
        "shikichibukkenbango": home.parcel.number,
    }  # fmt: skip


def _worth(worth: Worth) -> Values:
    return {
        "hyokagaku": str(worth.value), "koteishisanzei_kazeihyojungaku": str(worth.fixed),
        "toshikeikakuzei_kazeihyojungaku": str(worth.planning), "keigengaku": str(worth.less),
    }  # fmt: skip


@source("012o017")
def land_values(shard: Shard) -> Iterator[Chain]:
    """What land is worth, year by year."""
    for one in estates(shard):
        for year in ESTATE_YEARS:
            if held(one, year):
                for parcel in one.parcels:
                    yield [Line(_settled(year) + dt.timedelta(hours=1), _land_value(parcel, year))]


def _land_value(parcel: Parcel, year: int) -> Values:
    before = land(parcel, year - 1)
    homes = parcel.homes if parcel.kind == HOUSING else 0
    small = min(parcel.area, 200 * homes)
    rest = parcel.area - small if homes else 0
    kind = "0" if not homes else "3" if rest else "1"
    return {
        "fukanendo": str(year), "bukkenbango": parcel.number, "kakuchibango": "1", "kijunnendo": str(base_year(year)),
        "hyokachimoku": parcel.kind, "hyokachiseki": f"{parcel.area}.00", "shomenrosenka": str(parcel.price),
        "hoseiritsu": "1.000", "heihometorutanka": f"{parcel.price}.00", "jutakuyochikubun": kind,
        "shokibojutakuyochichiseki": f"{small}.00", "ippanjutakuyochichiseki": f"{rest}.00",
        "hijutakuyochichiseki": "0.00" if homes else f"{parcel.area}.00", "jutakukosu": str(homes),
        "zennendohyokagaku": str(before.value), "koteishisanzei_zennendokazeihyojungaku": str(before.fixed),
        "futansuijun": "1.00", **_worth(land(parcel, year)),
    }  # fmt: skip


@source("012o018")
def house_values(shard: Shard) -> Iterator[Chain]:
    """What houses are worth, year by year."""
    for one in estates(shard):
        for year in ESTATE_YEARS:
            for home in one.houses:
                if held(one, year) and standing(home, year):
                    yield [Line(_settled(year) + dt.timedelta(hours=2), _house_value(home, year))]


def _house_value(home: House, year: int) -> Values:
    fresh = new(home, year)
    return {
        "fukanendo": str(year), "bukkenbango": home.number, "kijunnendo": str(base_year(year)),
        "hyokakaokushurui": home.kind, "hyokakaokukozo": home.structure, "hyokayukamenseki": f"{home.area}.00",
        "saikenchikuhihyotensu": str(home.area * home.points), "keinengentenhoseiritsu": f"{wear(home, year) / 10_000:.4f}",
        "hyotenittenatarinokagaku": "1.10", **_worth(house(home, year)), "shinchikukeigenfuragu": "1" if fresh else "0",
        "shinchikukeigenkaishinendo": str(home.built.year + 1) if fresh else "",
        "shinchikukeigenshuryonendo": str(home.built.year + 3) if fresh else "",
        "keigentaishoyukamenseki": f"{min(home.area, 120)}.00" if fresh else "", "kaishukeigenfuragu": "0",
        "chokiyuryojutakufuragu": "0",
    }  # fmt: skip


@source("012o901")
def joints(shard: Shard) -> Iterator[Chain]:
    """Co-owners and their shares by year."""
    for one in estates(shard):
        if one.joint is not None:
            for year in ESTATE_YEARS:
                if held(one, year):
                    for place in range(len(one.joint.members)):
                        yield [Line(_settled(year) - dt.timedelta(hours=1), _member(one.joint, place, year))]


def _member(joint: Joint, place: int, year: int) -> Values:
    return {
        "atenabango": joint.number, "fukanendo": str(year), "koseiinatenabango": joint.members[place].number,
        "kyoyudaihyoshaatenabango": joint.members[0].number, "kyoyushakubun": "1" if place == 0 else "2",
        "mochibun_bunshi": str(joint.shares[place]), "mochibun_bumbo": str(joint.whole),
        "kyoyuninzu": str(len(joint.members)), "tsuchishosofufuragu": "1" if place == 0 else "0",
        "kyoyukaishinengappi": joint.since.isoformat(),
    }  # fmt: skip


@source("012o902")
def assets(shard: Shard) -> Iterator[Chain]:
    """Depreciable assets by year."""
    for one in estates(shard):
        for year in ESTATE_YEARS:
            if not held(one, year):
                continue
            for thing in one.assets:
                value = str(asset(thing, year))
                values = {
                    "nozeigimushaatenabango": one.payer(year), "fukanendo": str(year),
                    "shokyakushisanshurui": thing.kind, "shisanbango": thing.number, "shisanmeisho": thing.title,
                    "shutokunengetsu": thing.bought, "shutokukagaku": str(thing.cost), "suryo": "1",
                    "taiyonensu": str(thing.life), "hyokagaku": value, "ketteikakaku": value,
                    "koteishisanzei_kazeihyojungaku": value, "shinkokunengappi": f"{year}-01-31",
                    "denshishinkokufuragu": "1",
                }  # fmt: skip
                yield [Line(_settled(year) + dt.timedelta(hours=3), values)]


@source("012o903")
def taxed(shard: Shard) -> Iterator[Chain]:
    """The tax of every taxpayer and year; bills below the exemption limits are there with nothing to pay."""
    managers = [one for one in agents(shard) if one.kind == MANAGER and one.ended is None]
    for bill in bills(shard):
        known = [one.agent.number for one in managers if one.principal == bill.payer and one.at <= bill.raised]
        values = _bill(bill, known[-1] if known else "")
        chain = [Line(bill.raised, values)]
        if bill.damaged is not None and bill.granted:
            relieved = {
                "genmengaku": str(bill.relief + bill.granted), "nenzeigaku": str(bill.total - bill.granted),
                "koseinengappi": bill.damaged.date().isoformat(),
            }  # fmt: skip
            chain.append(Line(bill.damaged, {**values, **relieved}))
        yield chain


def _bill(bill: Bill, manager: str) -> Values:
    one = bill.estate
    follows = one.joint is None and bill.payer != one.owner.number
    free_land, free_house, free_asset = ("1" if free else "0" for free in bill.free)
    return {
        "atenabango": bill.payer, "fukanendo": str(bill.year), "tsuchishobango": bill.notice,
        "tochi_hyokagaku": str(bill.values[0]), "kaoku_hyokagaku": str(bill.values[1]),
        "shokyakushisan_hyokagaku": str(bill.values[2]), "tochi_kazeihyojungaku": str(bill.taxed[0]),
        "kaoku_kazeihyojungaku": str(bill.taxed[1]), "shokyakushisan_kazeihyojungaku": str(bill.taxed[2]),
        "koteishisanzei_kazeihyojungakugokei": str(sum(bill.taxed)),
        "toshikeikakuzei_kazeihyojungakugokei": str(bill.planning_base), "koteishisanzei_keigengaku": str(bill.less),
        "koteishisanzeigaku": str(bill.fixed), "toshikeikakuzeigaku": str(bill.planning),
        "genmengaku": str(bill.relief), "nenzeigaku": str(bill.total), "menzeiten_tochifuragu": free_land,
        "menzeiten_kaokufuragu": free_house, "menzeiten_shokyakushisanfuragu": free_asset,
        "nozeikanrininatenabango": manager, "genshoyushafuragu": "1" if follows else "0",
        "tokimeigininatenabango": one.owner.number if follows else "",
    }  # fmt: skip


@source("012o904")
def raised(shard: Shard) -> Iterator[Chain]:
    """The instalments of every bill."""
    for due in dues(shard):
        if due.service != "012":
            continue
        day = due.raised.date().isoformat()
        base = {
            "atenabango": due.holder, "choteinendo": str(due.year), "fukanendo": str(due.year),
            "zeimokukodo": due.kind, "tsuchishobango": due.notice, "kibetsu": due.period, "choteinengappi": day,
            "choteijiyu": "01", "tsuchinengappi": day, "nokigen": due.due.isoformat(), "choteigaku": str(due.amount),
            "choteigaku_koteishisanzei": str(due.parts[0]), "choteigaku_toshikeikakuzei": str(due.parts[1]),
            "genmengaku": "0", "kyoyufuragu": "1" if due.joint else "0",
            "kozafurikaefuragu": "1" if debits(shard, due.holder) else "0",
        }  # fmt: skip
        yield [Line(due.raised, base), *(Line(at, {**base, **_relieved(due, left)}) for at, left in due.changes)]


def _relieved(due: Due, left: int) -> Values:
    """What a relief leaves of an instalment; it goes off 固定資産税."""
    less = due.amount - left
    return {
        "choteijiyu": "05", "choteigaku": str(left), "choteigaku_koteishisanzei": str(due.parts[0] - less),
        "genmengaku": str(less), "koseizenchoteigaku": str(due.amount),
    }  # fmt: skip
