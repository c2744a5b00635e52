"""010 個人住民税: taxpayers, assessments, incomes and deductions, dependants, dues, employers and what they withhold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.corporation import corporations
from renkei.town.dataset import Chain, Line, source
from renkei.town.due import Due, dues
from renkei.town.holder import PARTS, debits, protected
from renkei.town.inhabitant import Assessment, Version, assessments
from renkei.town.ledger import LAST
from renkei.town.person import Person, Values
from renkei.town.shard import Shard
from renkei.town.withholding import EMPLOYER, Collection, Withheld, collections, shifted

# Whatever was found to be wrong stays deleted.
FOREVER = dt.datetime(9999, 12, 31)
# 特定個人情報名コード of 地方税関係情報; the official value is not at hand.
TAX_DATA = "TM00000000000001"
MONTHS = ("6", "7", "8", "9", "10", "11", "12", "1", "2", "3", "4", "5")


@source("010o901")
def taxpayers(shard: Shard) -> Iterator[Chain]:
    """Everybody assessed; a second row when the person moves away or dies before the next assessment."""
    for case in assessments(shard):
        first = case.versions[0].at
        values = _taxpayer(case)
        chain = [Line(first, values)]
        one = case.holder
        if isinstance(one, Person):
            end = min(dt.datetime(case.year + 1, 5, 14), LAST)
            for row in one.rows:
                gone = row.values["juminjotai"]
                if first < row.at <= end and gone in ("2", "3"):
                    flags = {"genjushotenshutsufuragu": "1"} if gone == "2" else _dead(one)
                    chain.append(Line(row.at + dt.timedelta(hours=3), {**values, **flags}))
                    break
        yield chain


def _dead(one: Person) -> Values:
    heir = one.spouse if one.spouse is not None and one.spouse.resident else None
    return {"shibofuragu": "1", "sozokunindaihyoatenabango": heir.number if heir else ""}


def _taxpayer(case: Assessment) -> Values:
    one, income = case.holder, case.income
    day = dt.date(case.year, 1, 1)
    known = (one.on(day) or one.rows[0].values) if isinstance(one, Person) else one.values
    parts = {f"fukakijitsujusho_{part}": known.get(f"jusho_{part}", "") for part in PARTS}
    work = income.work if income else ""
    return {
        "atenabango": one.number, "kazeinendo": str(case.year), "mishinkokukubun": "0" if case.declared else "1",
        "tadantaikazeitaishoshakubun": "1" if case.elsewhere else "0", "kazeisakishikuchosonkodo": case.elsewhere,
        "fukakijitsu": day.isoformat(), "setaibango": known.get("setaibango", ""), "shimei": known.get("shimei", ""),
        "shimei_furigana": known.get("shimei_furigana", ""), "seinengappi": known.get("seinengappi", ""),
        "seinengappi_fushofuragu": known.get("seinengappi_fushofuragu", ""),
        "seinengappi_fushohyoki": known.get("seinengappi_fushohyoki", ""), "seibetsu": known.get("seibetsu", ""),
        **parts, "genjushotenshutsufuragu": "0", "shibofuragu": "0",
        "seikatsufujogaitofuragu": "1" if case.last.exempt == "01" else "0",
        "shiryokubun_kakuteishinkoku": "1" if work == "self" else "0", "shiryokubun_juminzeishinkoku": "0",
        "shiryokubun_kyuyoshiharaihokoku": "1" if income and income.salary else "0",
        "shiryokubun_kotekinenkintoshiharaihokoku": "1" if income and income.pension else "0",
    }  # fmt: skip


@source("010o902")
def assessed(shard: Shard) -> Iterator[Chain]:
    """課税情報: the first assessment and every correction of it."""
    methods = {(one.case.number, one.case.year): one.method for one in collections(shard)}
    for case in assessments(shard):
        method = methods.get((case.number, case.year), "")
        yield [Line(version.at, _assessed(case, version, method)) for version in case.versions]


def _assessed(case: Assessment, version: Version, method: str) -> Values:
    tax, income = version.tax, case.income
    return {
        "atenabango": case.number, "kazeinendo": str(case.year), "kojinrirekibango": "1",
        "kazeihikazeikubun": version.status, "mishinkokukubun": "0" if case.declared else "1",
        "hikazeijiyu": version.exempt, "koseijiyu": version.reason,
        "koseinengappi": "" if version is case.versions[0] else version.at.date().isoformat(), "choshukubun": method,
        "gokeishotokukingaku": str(income.total if income else 0),
        "soshotokukingakuto": str(income.total if income else 0), "kazeihyojungaku": str(version.taxable),
        "shichosonminzei_shotokuwarigaku": str(tax.city_earned), "shichosonminzei_kintowarigaku": str(tax.city_flat),
        "shichosonminzeigaku": str(tax.city), "shichosonminzei_zeigakukojozenshotokuwarigaku": str(tax.city_before),
        "todofukenminzei_shotokuwarigaku": str(tax.prefecture_earned),
        "todofukenminzei_kintowarigaku": str(tax.prefecture_flat), "todofukenminzeigaku": str(tax.prefecture),
        "shinrinkankyozeigaku": str(tax.forest), "genmengaku": str(tax.relief), "nenzeigaku": str(tax.total),
    }  # fmt: skip


@source("010o903")
def credits_by_kind(shard: Shard) -> Iterator[Chain]:
    """税額・税額控除 by kind: a missing row would not mean nothing, so that every kind of the person has one."""
    for case in assessments(shard):
        rows = [(version.at, _kinds(version)) for version in case.versions]
        for code in rows[0][1]:
            if code > "100" and not any(kinds[code] for _, kinds in rows):
                continue
            base = {
                "atenabango": case.number, "kazeinendo": str(case.year), "kojinrirekibango": "1",
                "zeigakuzeigakukojokodo": code,
            }  # fmt: skip
            yield [Line(at, {**base, "kingaku": str(kinds[code])}) for at, kinds in rows]


def _kinds(version: Version) -> dict[str, int]:
    tax = version.tax
    adjusted, loan, gift, fixed = tax.credits
    return {
        "001": tax.city_earned, "002": tax.city_flat, "003": tax.prefecture_earned, "004": tax.prefecture_flat,
        "005": tax.forest, "101": adjusted, "103": loan, "104": gift, "107": fixed,
    }  # fmt: skip


@source("010o904")
def incomes_and_deductions(shard: Shard) -> Iterator[Chain]:
    """所得・控除 of everybody whose income the town knows; of who has not filed the amounts say nothing."""
    for case in assessments(shard):
        if case.income is not None:
            yield [Line(version.at, _earned(case, version)) for version in case.versions]


_NOUGHT = dict.fromkeys(
    (
        "sonotazatsushotokugaku", "rishishotokugaku", "haitoshotokugaku", "sogojotoichijishotokugaku",
        "bunrichokijotoshotokugaku", "bunritankijotoshotokugaku", "jojokabushikitohaitoshotokugaku",
        "sakimonotorihikishotokugaku", "sanrinshotokugaku", "taishokushotokugaku", "kurikoshikojogaku",
        "chokijototokubetsukojogaku", "tankijototokubetsukojogaku", "senjushakyuyogaku",
    ),
    "0",
)  # fmt: skip


def _earned(case: Assessment, version: Version) -> Values:
    income = case.income
    assert income is not None
    total = str(income.total)
    count = sum(one.until is None or version.at < one.until for one in case.dependants if one.kind != "08")
    return {
        **_NOUGHT, "atenabango": case.number, "kazeinendo": str(case.year),
        "mishinkokukubun": "0" if case.declared else "1", "kyuyoshunyugaku": str(income.salary),
        "kyuyoshotokugaku": str(income.salary_net), "kotekinenkintoshunyugaku": str(income.pension),
        "kotekinenkintoshotokugaku": str(income.pension_net), "eigyotoshotokugaku": str(income.business),
        "nogyoshotokugaku": str(income.farm), "fudosanshotokugaku": str(income.rent),
        "sonekitsusangaku": str(income.offset), "soshotokukingaku": str(income.general),
        "kabushikitojotoshotokugaku": str(income.stocks), "gokeishotokukingaku": total, "soshotokukingakuto": total,
        **{name: str(amount) for name, amount in version.deductions.items()},
        "shotokukojogakugokei": str(sum(version.deductions.values())), "kazeisoshotokukingaku": str(version.taxable),
        "honninshogaishakubun": case.disabled, "kafuhitorioyakubun": case.single, "miseinenshafuragu": "0",
        "kinrogakuseifuragu": "0", "fuyoninzu": str(count),
    }  # fmt: skip


@source("010o905")
def dependants(shard: Shard) -> Iterator[Chain]:
    """扶養: who supports whom; a row that was found to be wrong is deleted from then on."""
    for case in assessments(shard):
        for place, given in enumerate(case.dependants, 1):
            one = given.person
            known = one.on(dt.date(case.year, 1, 1)) or one.rows[0].values
            spouse = given.kind in ("01", "02", "08")
            values = {
                "atenabango": case.number, "kazeinendo": str(case.year), "fuyoshinzokurenban": str(place),
                "fuyoshinzokuatenabango": one.number, "fuyoshinzokushimei": known.get("shimei_yusen") or "氏名　未定",
                "fuyoshinzokushimei_furigana": known.get("shimei_furigana", ""),
                "fuyoshinzokuseinengappi": known["seinengappi"],
                "fuyoshinzokuseinengappi_fushofuragu": known["seinengappi_fushofuragu"],
                "fuyoshinzokuseinengappi_fushohyoki": known.get("seinengappi_fushohyoki", ""), "fuyokubun": given.kind,
                "shogaishakubun": given.disabled, "dokyofuragu": "1", "tashikuchosonkyojufuragu": "0",
                "kokugaikyojufuragu": "0", "tsuzukigarahyoki": given.relation,
                "fuyoshinzokugokeishotokukingaku": str(given.total), "haigushafuragu": "1" if spouse else "0",
            }  # fmt: skip
            gaps = ((given.until, FOREVER),) if given.until else ()
            yield [Line(case.versions[0].at, values, gaps)]


@source("010o906")
def raised(shard: Shard) -> Iterator[Chain]:
    """調定: every instalment, and every change of its amount."""
    for due in dues(shard):
        if due.service == "010" and not due.carried:
            yield list(_raised(shard, due))


def _raised(shard: Shard, due: Due) -> Iterator[Line]:
    first = (due.parts[0], due.parts[1], due.parts[2])
    method = "2" if due.employer else "3" if due.kind == "02" else "1"
    base = {
        "atenabango": due.holder, "choteinendo": str(due.year), "fukanendo": str(due.year), "zeimokukodo": due.kind,
        "tsuchishobango": due.notice, "kibetsu": due.period, "choshukubun": method, "shiteibango": due.employer,
        "nozeigimushaatenabango": "" if due.employer else due.holder, "nokigen": due.due.isoformat(),
        "kozafurikaefuragu": "1" if not due.withheld and debits(shard, due.holder) else "0",
    }  # fmt: skip
    before = ""
    for at, amount in ((due.raised, due.amount), *due.changes):
        parts = shifted(first, amount)
        reason = ("04" if due.period == "90" else "01") if not before else "02" if amount > int(before) else "03"
        # A change may come after the due date; the row keeps the day on which the claim was raised.
        day = due.raised.date().isoformat()
        yield Line(
            at,
            {
                **base, "choteinengappi": day, "choteijiyu": reason, "tsuchinengappi": day, "choteigaku": str(amount),
                "choteigaku_shichosonminzei": str(parts[0]), "choteigaku_todofukenminzei": str(parts[1]),
                "choteigaku_shinrinkankyozei": str(parts[2]), "genmengaku": "0", "koseizenchoteigaku": before,
            },
        )  # fmt: skip
        before = str(amount)


@source("010o907")
def employers(shard: Shard) -> Iterator[Chain]:
    """特別徴収義務者: every corporation of the block; one that ends stops withholding."""
    for one in corporations(shard):
        values = {
            "shiteibango": one.designated, "atenabango": one.number, "hojinbango": one.hojinbango,
            "tokubetsuchoshugimushameisho": one.name[0], "tokubetsuchoshugimushameisho_furigana": one.name[1],
            **{f"shozaichi_{part}": one.address.get(f"jusho_{part}", "") for part in PARTS},
            "denwabango": f"099-000-{int(one.designated) % 10_000:04d}", "nokitokureifuragu": "0",
            "denshitsuchikibofuragu": "1" if one.employees > 20 else "0",
            "tokubetsuchoshukaishinengappi": "2016-06-01",
        }  # fmt: skip
        chain = [Line(dt.datetime(2020, 4, 1, 9), values)]
        if one.ended is not None:
            at = dt.datetime.combine(one.ended, dt.time(16))
            chain.append(Line(at, {**values, "tokubetsuchoshuhaishinengappi": one.ended.isoformat()}))
        yield chain


@source("010o908")
def withheld(shard: Shard) -> Iterator[Chain]:
    """特別徴収税額: what is withheld from each employee month by month, and its changes."""
    for one in collections(shard):
        if one.method == EMPLOYER:
            yield [Line(state.at, _withheld(one, state)) for state in one.states]


def _withheld(one: Collection, state: Withheld) -> Values:
    assert one.employer is not None
    day = state.at.date().isoformat()
    return {
        "atenabango": one.case.number, "kazeinendo": str(one.case.year), "shiteibango": one.employer.designated,
        "jukyushabango": one.case.number[-8:], "tokubetsuchoshuzeigaku": str(sum(state.months)),
        **{f"tsukiwarigaku_{name}gatsubun": str(amount) for name, amount in zip(MONTHS, state.months, strict=True)},
        "tokubetsuchoshuidonengappi": "" if state.reason == "01" else day, "tokubetsuchoshuidojiyu": state.reason,
        "futsuchoshukirikaegaku": str(state.switched), "tsuchinengappi": day,
    }  # fmt: skip


@source("010o909")
def copies(shard: Shard) -> Iterator[Chain]:
    """地方税関係情報 for the copy that other bodies ask for; who is protected is not answered for automatically."""
    for case in assessments(shard):
        if not case.elsewhere:
            hidden = "1" if isinstance(case.holder, Person) and protected(case.holder) else "0"
            yield [
                Line(version.at + dt.timedelta(hours=9), _copy(case, version, hidden)) for version in case.versions
            ]  # fmt: skip


def _copy(case: Assessment, version: Version, hidden: str) -> Values:
    tax, income = version.tax, case.income
    total = str(income.total if income else 0)
    return {
        "atenabango": case.number, "kazeinendo": str(case.year), "tokuteikojinjohomeikodo": TAX_DATA,
        "kazeihikazeikubun": version.status, "mishinkokukubun": "0" if case.declared else "1",
        "gokeishotokukingaku": total, "soshotokukingakuto": total,
        "kyuyoshunyugaku": str(income.salary if income else 0),
        "kotekinenkintoshunyugaku": str(income.pension if income else 0),
        "shotokukojogakugokei": str(sum(version.deductions.values())), "kazeihyojungaku": str(version.taxable),
        "shichosonminzei_shotokuwarigaku": str(tax.city_earned), "shichosonminzei_kintowarigaku": str(tax.city_flat),
        "shichosonminzeigaku": str(tax.city), "honninshogaishakubun": case.disabled,
        "kafuhitorioyakubun": case.single, "fuyoninzu": str(len(case.dependants)), "jidootofukafuragu": hidden,
        "fukaijigaitofuragu": hidden, "fukuhontorokutaishonengappi": version.at.date().isoformat(),
    }  # fmt: skip
