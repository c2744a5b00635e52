"""011 法人住民税: corporations, their returns and what these make due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.corporation import RATE, Corporation, Return, corporations, fiscal, notice
from renkei.town.dataset import Chain, Line, source
from renkei.town.due import dues
from renkei.town.holder import PARTS
from renkei.town.person import Values
from renkei.town.shard import Shard

_MONTH_DAYS = {1: "31", 3: "31", 6: "30", 9: "30", 12: "31"}


@source("011o902")
def registered(shard: Shard) -> Iterator[Chain]:
    """Every corporation of the block; one that is dissolved gets a row of that day."""
    for one in corporations(shard):
        values = {
            "atenabango": one.number, "hojinbango": one.hojinbango, "hojinkanribango": one.managed,
            "hojinkubun": one.kind, "hojinmei": one.name[0], "hojinmei_furigana": one.name[1],
            "daihyoshashimei": one.head,
            **{f"hontenshozaichi_{part}": one.address.get(f"jusho_{part}", "") for part in PARTS},
            "denwabango": f"099-000-{int(one.designated) % 10_000:04d}", "setsuritsunengappi": one.founded.isoformat(),
            "jigyokaishinengappi": one.founded.isoformat(), "kessanki_tsuki": f"{one.month:02d}",
            "kessanki_hi": _MONTH_DAYS[one.month], "shihonkintonogaku": str(one.capital),
            "jugyoshasu": str(one.employees), "bunkatsuhojinfuragu": "0", "shinkokukigenenchotsukisu": "0",
            "idonengappi": one.founded.isoformat(), "idojiyu": "01", "genmenfuragu": "0",
            "denshishinkokufuragu": "1" if one.capital > 5_000_000 else "0",
        }  # fmt: skip
        chain = [Line(dt.datetime(2020, 4, 1, 8, 45), values)]
        if one.ended is not None:
            day = one.ended.isoformat()
            ended = {**values, "jigyoshuryonengappi": day, "idonengappi": day, "idojiyu": "07"}
            chain.append(Line(dt.datetime.combine(one.ended, dt.time(15, 30)), ended))
        yield chain


@source("011o903")
def returned(shard: Shard) -> Iterator[Chain]:
    """Every return."""
    for one in corporations(shard):
        for filed in one.returns:
            yield [Line(dt.datetime.combine(filed.filed, dt.time(10)), _returned(one, filed))]


def _returned(one: Corporation, filed: Return) -> Values:
    return {
        "atenabango": one.number, "jigyonendokaishinengappi": filed.begin.isoformat(),
        "jigyonendoshuryonengappi": filed.end.isoformat(), "shinkokurenban": str(filed.serial),
        "shinkokukubun": filed.kind, "shinkokunengappi": filed.filed.isoformat(),
        "shinkokukigennengappi": filed.limit.isoformat(), "hojinzeiwari_kazeihyojungaku": str(filed.base),
        "hojinzeiwari_zeiritsu": RATE, "hojinzeiwarigaku": str(filed.earned), "kintowaritsukisu": str(filed.months),
        "kintowarigaku": str(filed.flat), "nenzeigaku": str(filed.total), "kinofugaku": str(filed.paid),
        "sashihikinofugaku": str(filed.total - filed.paid), "jugyoshasu_shikuchoson": str(one.employees),
        "jugyoshasu_gokei": str(one.employees), "denshishinkokufuragu": "1" if one.capital > 5_000_000 else "0",
    }  # fmt: skip


@source("011o901")
def raised(shard: Shard) -> Iterator[Chain]:
    """What every return makes due."""
    wanted = {(due.holder, due.notice): due for due in dues(shard) if due.service == "011"}
    for one in corporations(shard):
        for filed in one.returns:
            due = wanted.get((one.number, notice(one, filed)))
            if due is None:
                continue
            day = due.raised.date().isoformat()
            values = {
                "atenabango": one.number, "choteinendo": str(fiscal(filed.filed)), "fukanendo": str(due.year),
                "zeimokukodo": due.kind, "tsuchishobango": due.notice, "kibetsu": due.period,
                "jigyonendokaishinengappi": filed.begin.isoformat(),
                "jigyonendoshuryonengappi": filed.end.isoformat(), "shinkokurenban": str(filed.serial),
                "shinkokukubun": filed.kind, "choteinengappi": day, "choteijiyu": "02" if filed.kind == "04" else "01",
                "tsuchinengappi": day, "nokigen": due.due.isoformat(), "choteigaku": str(due.amount),
                "choteigaku_hojinzeiwari": str(due.parts[0]), "choteigaku_kintowari": str(due.parts[1]),
                "shinkokukigennengappi": filed.limit.isoformat(),
            }  # fmt: skip
            yield [Line(due.raised, values)]
