"""019 健康管理, vaccination: slips, doses, requests to vaccinate elsewhere, tests for rubella, and diseases already had."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town import pregnancy, vaccination
from renkei.town.cells import HOSPITALS, address, digits, within
from renkei.town.dataset import Chain, Line, source
from renkei.town.history import BEGIN
from renkei.town.person import Values
from renkei.town.register import names
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, ordered, soon
from renkei.town.vaccination import Dose

# Slips are kept for three years.
KEPT = dt.date(2023, 4, 1)
_FEES = {
    vaccination.FLU: "1500",
    vaccination.COVID: "3300",
    vaccination.PNEUMOCOCCUS: "4000",
    vaccination.SHINGLES: "10000",
}
OFF = "発熱のため"
CHICKENPOX, MEASLES = ("005", "09"), ("001", "08")


@source("019o928")
def slips(shard: Shard) -> Iterator[Chain]:
    """Slips that were sent before a dose; some were lost and sent again."""
    for dose in vaccination.doses(shard):
        one = dose.one
        if dose.before or dose.day < KEPT:
            continue
        issued = max(
            dose.day - dt.timedelta(days=30 + int(one.chance(f"slip/{dose.code}") * 20)), one.rows[0].at.date()
        )
        at = soon(one, issued, f"slip/{dose.code}")
        if issued < one.rows[0].at.date() or at >= dose.at or not within(one, at):
            at = dose.at - dt.timedelta(hours=1)
            issued = at.date()
        values = {
            "atenabango": one.number, "wakuchinshurui": dose.code, "sesshukaisu": str(dose.count), "yoshinhyobango": dose.slip,
            "sesshuki": dose.phase, "hakkonengappi": issued.isoformat(), "hakkojiyu": "1", "yukokaishinengappi": issued.isoformat(),
            "yukoshuryonengappi": (issued + dt.timedelta(days=365)).isoformat(), "saihakkofuragu": "0",
            "jikofutangaku": _FEES.get(dose.code, "0"),
        }  # fmt: skip
        chain = [Line(at, values)]
        again = at + dt.timedelta(days=7)
        if one.chance(f"slip/lost/{dose.code}/{dose.count}") < 0.01 and again < dose.at:
            chain.append(
                Line(
                    again,
                    values | {"saihakkofuragu": "1", "saihakkonengappi": again.date().isoformat(), "hakkojiyu": "3"},
                )
            )
        if chain := ordered(chain):
            yield chain


@source("019o930")
def doses(shard: Shard) -> Iterator[Chain]:
    """Doses as entered; one that was put off is there first with its reason."""
    for dose in vaccination.doses(shard):
        one, kind = dose.one, dose.kind
        code, name = HOSPITALS[2 + int(one.chance("doctor") * 3)]
        key = {
            "atenabango": one.number, "wakuchinshurui": dose.code, "sesshukaisu": str(dose.count), "sesshukubun": "1", "sesshuki": dose.phase,
            "tennyumaesesshufuragu": "1" if dose.before else "0", "tokubetsunojijofuragu": "0", "fukuhannoutagaihokokufuragu": "0",
            "kenkohigaininteifuragu": "0",
        }  # fmt: skip
        given = {
            **key, "jisshikubun": "1", "sesshunengappi": dose.day.isoformat(), "sesshujigetsurei": str(_months(dose)),
            "wakuchinmekamei": kind.maker, "wakuchinmei": kind.name, "rottobango": _lot(dose), "sesshuryo": kind.amount, "sesshubui": "01",
            **(_elsewhere(dose) if dose.before else _here(dose, shard, code, name)),
        }  # fmt: skip
        chain = [Line(dose.at, given)]
        if dose.off is not None:
            put_off = {**key, "jisshikubun": "2", "miawaseriyu": OFF, "yoshinhyobango": dose.slip}
            chain.insert(0, Line(soon(one, dose.off, "off"), put_off))
        if chain := ordered(chain):
            yield chain


def _here(dose: Dose, shard: Shard, code: str, name: str) -> Values:
    return {
        "iryokikankodo": code, "iryokikanmei": name, "sesshushikuchosonkodo": shard.municipality,
        "yoshinhyobango": dose.slip if dose.day >= KEPT else "",
    }  # fmt: skip


def _elsewhere(dose: Dose) -> Values:
    return {"sesshushikuchosonkodo": dose.one.rows[0].values.get("tennyumaejusho_shikuchosonkodo", "")}


def _months(dose: Dose) -> int:
    born, day = dose.one.born, dose.day
    return (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)


def _lot(dose: Dose) -> str:
    """A lot lasts for a quarter of a year."""
    return f"R{dose.code}{dose.day:%y}{(dose.day.month - 1) // 3 + 1}"


@source("019o929")
def requests(shard: Shard) -> Iterator[Chain]:
    """Requests to other municipalities and hospitals for infants whose mother is at her parents'."""
    for case in pregnancy.pregnancies(shard):
        child = case.child
        if child is None or not case.away:
            continue
        asked = soon(child, case.ended + dt.timedelta(days=35), "elsewhere")
        if asked > LIMIT or not within(child, asked):
            continue
        values = case.mother.on(asked.date()) or case.mother.rows[0].values
        place = {f"taizaisakijusho_{part.removeprefix('tennyumaejusho_')}": cell for part, cell in address(
            case.mother.rows[0].values, "tennyumaejusho", "tennyumaejusho").items()}  # fmt: skip
        code = place["taizaisakijusho_shikuchosonkodo"] or "131016"
        clinic = child.chance("clinic") < 0.2
        yield [Line(asked, {
            "atenabango": child.number, "iraibango": f"{asked.year}{digits(child.number)}", "irainengappi": asked.date().isoformat(),
            "shinseinengappi": asked.date().isoformat(), "shinseishashimei": names(values, case.mother)["shimei"],
            "shinseishatsuzukigara": "母", "iraisakikubun": "2" if clinic else "1", "iraisakishikuchosonkodo": "" if clinic else code,
            "iraisakiiryokikankodo": "9920000015" if clinic else "", "iraisakimei": "里のこども医院" if clinic else place["taizaisakijusho_shikugunchosonmei"],
            "wakuchinshurui": "02", "sesshukaisu": "1", "irairiyu": "里帰り",
            "taizaikaishinengappi": (asked.date() + dt.timedelta(days=5)).isoformat(),
            "taizaishuryonengappi": (asked.date() + dt.timedelta(days=95)).isoformat(), **place, "hiyojoseishinseifuragu": "1",
        })]  # fmt: skip


@source("019o931")
def rubella(shard: Shard) -> Iterator[Chain]:
    """Tests of men who were never vaccinated as boys, and the dose of those without antibodies."""
    given = {dose.one.number: dose for dose in vaccination.doses(shard) if dose.code == vaccination.RUBELLA}
    for one in shard.people:
        test = vaccination.antibodies(one)
        if test is None:
            continue
        day, verdict = test
        at = soon(one, day + dt.timedelta(days=10), "rubella")
        titre = 8 + 8 * int(one.chance("rubella/titre") * 2) if verdict == "2" else 32 << int(one.chance("titre") * 4)
        values = {
            "atenabango": one.number, "kensabango": f"{day.year}{digits(one.number)}", "kuponkenbango": f"99301{digits(one.number)}",
            "kuponkenhakkonengappi": "2019-05-20", "kensanengappi": day.isoformat(), "kensahoho": "1", "kotaika": str(titre), "kotaikatani": "HI",
            "kotaihantei": verdict, "iryokikankodo": HOSPITALS[2][0], "iryokikanmei": HOSPITALS[2][1],
            "kekkatsuchinengappi": (day + dt.timedelta(days=7)).isoformat(), "sesshutaishofuragu": "1" if verdict == "2" else "0",
        }  # fmt: skip
        chain = [Line(at, values)]
        dose = given.get(one.number)
        if dose is not None:
            chain.append(Line(dose.at + dt.timedelta(minutes=5), values | {"sesshunengappi": dose.day.isoformat()}))
        if chain := ordered(chain):
            yield chain


@source("019o932")
def diseases(shard: Shard) -> Iterator[Chain]:
    """Children who had a disease, so that its vaccine is not for them."""
    vaccinated = {(dose.one.number, dose.code) for dose in vaccination.doses(shard)}
    for one in shard.people:
        if one.born < BEGIN - dt.timedelta(days=3 * 365):
            continue
        for code, vaccine in (CHICKENPOX, MEASLES):
            had = one.born + dt.timedelta(days=300 + int(one.chance(f"had/{code}") * 900))
            told = soon(one, had + dt.timedelta(days=40), "told")
            unvaccinated = (one.number, vaccine) not in vaccinated and one.chance(f"had/{code}/sure") < 0.5
            if not unvaccinated or told > LIMIT or not within(one, told) or told.date() < BEGIN:
                continue
            unsure = one.chance("unsure") < 0.2
            yield [Line(told, {
                "atenabango": one.number, "shippeikodo": code, "rikannengappi": had.isoformat(), "rikannengappi_fushofuragu": "1" if unsure else "0",
                "rikannengappi_fushohyoki": f"令和{_wide(had.year - 2018)}年頃" if unsure and had.year >= 2019 else "平成年間" if unsure else "",
                "kakuninhoho": "1", "iryokikanmei": HOSPITALS[3][1], "taishogaiwakuchinshurui": vaccine,
                "torokunengappi": told.date().isoformat(), "biko": "保護者の申出",
            })]  # fmt: skip


def _wide(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
