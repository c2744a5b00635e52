"""016 and 036: addresses, agents, accounts, returned mail and co-owners as taxes and collection know them.

016 gives by kind of tax what 036 gives by 業務 and kind. The address of who is protected is left out everywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.agency import FOREVER, Agent, Mail, agents, returned
from renkei.town.dataset import Chain, Line, source
from renkei.town.due import Due, dues
from renkei.town.estate import ESTATE_YEARS, estates
from renkei.town.holder import Holder, abroad, account, address, debits, half, holders, named, protected
from renkei.town.instalment import business
from renkei.town.person import Outsider, Person, Values
from renkei.town.shard import Shard
from renkei.town.valuation import held

_MAILED = 0.02


def _firsts(shard: Shard) -> list[Due]:
    """The first due of every holder and kind of tax that is not withheld by an employer."""
    found: list[Due] | None = shard.facts.get("firsts")
    if found is None:
        seen: dict[tuple[str, str, str], Due] = {}
        for due in dues(shard):
            if not due.withheld:
                seen.setdefault((due.service, due.holder, due.kind), due)
        found = shard.facts["firsts"] = list(seen.values())
    return found


def _places(shard: Shard) -> list[tuple[Due, Holder]]:
    """Who wants mail elsewhere: a few of everybody, everybody abroad, and all who are protected."""
    found = []
    for due in _firsts(shard):
        one = holders(shard).get(due.holder)
        if one is None:
            continue
        always = protected(one) or (isinstance(one, Person | Outsider) and one.persona in (21, 33))
        if always or shard.chance(due.holder, f"mail/{due.kind}") < _MAILED:
            found.append((due, one))
    return found


def _place(shard: Shard, due: Due, one: Holder) -> Chain:
    begin = due.raised.date() + dt.timedelta(days=20)
    at = dt.datetime.combine(business(begin), dt.time(15))
    name, kana = named(one, begin)
    values = {
        "atenabango": due.holder, "zeimokukodo": due.kind, "sofusakikubun": "1",
        "sofusakikaishinengappi": begin.isoformat(), "sofusakishuryonengappi": FOREVER,
        "sofusakimeisho": name or "氏名　未定", "sofusakimeisho_furigana": kana,
        **address(one, begin, "sofusakijusho"),
        **({} if protected(one) else abroad(one, begin, "sofusakijusho")),
        "sofusakidenwabango1": "" if protected(one) else f"099-000-{shard.choice(due.holder, 'phone', 9999):04d}",
        "sofusakisetteijiyu": "本人の届出", "todokedenengappi": begin.isoformat(),
    }  # fmt: skip
    chain = [Line(at, values)]
    if shard.chance(due.holder, f"ends/{due.kind}") < 0.2:
        end = dt.date(2026, 3, 2) + dt.timedelta(days=shard.choice(due.holder, "end", 25))
        chain.append(
            Line(dt.datetime.combine(business(end), dt.time(11)), {**values, "sofusakishuryonengappi": end.isoformat()})
        )
    return chain


@source("016o901")
def places(shard: Shard) -> Iterator[Chain]:
    """税務送付先・連絡先."""
    for due, one in _places(shard):
        if due.service in ("010", "011", "012", "013"):
            yield _place(shard, due, one)


@source("036o014")
def collected_places(shard: Shard) -> Iterator[Chain]:
    """送付先・連絡先 by 業務."""
    for due, one in _places(shard):
        yield [Line(line.at, {"gyomuid": due.service, **line.values}) for line in _place(shard, due, one)]


def _agent(one: Agent) -> Line:
    name, kana = named(one.agent, one.since)
    values = {
        "gyomuid": one.service, "atenabango": one.principal, "zeimokukodo": one.tax, "dairininkubun": one.kind,
        "dairikaishinengappi": one.since.isoformat(),
        "dairishuryonengappi": one.ended.isoformat() if one.ended else FOREVER,
        "dairininatenabango": one.agent.number, "dairininshimei": name, "dairininshimei_furigana": kana,
        **address(one.agent, one.since, "dairininjusho"), "todokedenengappi": one.at.date().isoformat(),
        "shoninnengappi": one.at.date().isoformat(), "tsuchishosofufuragu": "1",
    }  # fmt: skip
    return Line(one.at, values)


@source("016o902", "036o013")
def acting(shard: Shard) -> Iterator[Chain]:
    """代理人: the end of acting is a further row of it."""
    matters: dict[tuple[str, str, str, str, dt.date], Chain] = {}
    for one in agents(shard):
        matters.setdefault((one.service, one.principal, one.tax, one.kind, one.since), []).append(_agent(one))
    return iter(matters.values())


def _debit(shard: Shard, due: Due) -> Chain:
    bank, one = account(shard, due.holder), holders(shard).get(due.holder)
    begin = due.raised.date() - dt.timedelta(days=60)
    if isinstance(one, Person):
        begin = max(begin, one.rows[0].at.date())
    at = min(dt.datetime.combine(business(begin), dt.time(18)), due.raised)
    name, kana = named(one, begin) if one is not None else ("", "")
    values = {
        "gyomuid": due.service, "atenabango": due.holder, "zeimokukodo": due.kind,
        "kozakaishinengappi": begin.isoformat(), "kozashuryonengappi": FOREVER, "kinyukikankodo": bank.bank,
        "kinyukikanmei": bank.bank_name, "tempokodo": bank.branch, "tempomei": "連携支店", "kozashubetsu": "1",
        "kozabango": bank.number, "kozameiginin_kana": half(kana or name) or "ﾒｲｷﾞﾆﾝ", "kozameiginin": name,
        "zenkizennofuragu": "0", "moshikominengappi": begin.isoformat(), "furikaeteishifuragu": "0",
        "kampukozafuragu": "1",
    }  # fmt: skip
    chain = [Line(at, values)]
    if shard.chance(due.holder, "debit/stop") < 0.01:
        end = business(dt.date(2026, 3, 2) + dt.timedelta(days=shard.choice(due.holder, "debit/end", 25)))
        stopped = {**values, "kozashuryonengappi": end.isoformat(), "furikaeteishifuragu": "1"}
        chain.append(Line(dt.datetime.combine(end, dt.time(16)), stopped))
    return chain


@source("016o903")
def accounts(shard: Shard) -> Iterator[Chain]:
    """税務振替口座."""
    for due in _firsts(shard):
        if due.service in ("010", "012", "013") and debits(shard, due.holder):
            yield _debit(shard, due)


@source("036o901")
def collected_accounts(shard: Shard) -> Iterator[Chain]:
    """振替口座 of everything that is collected by debit."""
    for due in _firsts(shard):
        if due.service != "011" and debits(shard, due.holder):
            yield _debit(shard, due)


_LETTERS = {
    "010": "個人住民税納税通知書", "011": "法人住民税納付書", "012": "固定資産税納税通知書", "013": "軽自動車税納税通知書",
}  # fmt: skip


def _mail(one: Mail) -> Chain:
    due = one.due
    values = {
        "gyomuid": due.service, "atenabango": due.holder, "henreirenban": str(one.serial), "zeimokukodo": due.kind,
        "fukanendo": str(due.year), "tsuchishobango": due.notice, "shoruimei": _LETTERS.get(due.service, "納入通知書"),
        "hassonengappi": one.sent.isoformat(), "henreinengappi": one.back.isoformat(), "henreijiyu": one.reason,
        **address(one.to, one.sent, "hassosakijusho"), "henreikaishofuragu": "0",
    }  # fmt: skip
    chain = [Line(dt.datetime.combine(one.back, dt.time(13)), values)]
    if one.solved is not None and one.solved < dt.date(2026, 3, 31):
        day = one.solved.isoformat()
        solved = {"henreikaishofuragu": "1", "henreikaishonengappi": day, "saihassonengappi": day}
        chain.append(Line(dt.datetime.combine(one.solved, dt.time(13)), {**values, **solved}))
    elif one.solved is None:
        notice = business(one.back + dt.timedelta(days=60))
        chain.append(
            Line(dt.datetime.combine(notice, dt.time(9)), {**values, "kojisotatsunengappi": notice.isoformat()})
        )
    return [line for line in chain if line.at < dt.datetime(2026, 4, 1)]


@source("016o904")
def came_back(shard: Shard) -> Iterator[Chain]:
    """税務返戻."""
    return (_mail(one) for one in returned(shard) if one.due.service in _LETTERS)


@source("036o012")
def collected_mail(shard: Shard) -> Iterator[Chain]:
    """返戻 of everything."""
    return (_mail(one) for one in returned(shard))


@source("036o011")
def owners(shard: Shard) -> Iterator[Chain]:
    """共有: the co-owners with name and address, as 統合収納 has them from 012."""
    for one in estates(shard):
        if one.joint is None:
            continue
        for year in ESTATE_YEARS:
            if held(one, year):
                at = dt.datetime(year, 3, 25, 20)
                for place, member in enumerate(one.joint.members):
                    name, kana = named(member, at.date())
                    values: Values = {
                        "atenabango": one.joint.number, "fukanendo": str(year), "koseiinatenabango": member.number,
                        "kyoyudaihyoshaatenabango": one.joint.members[0].number,
                        "kyoyushakubun": "1" if place == 0 else "2", "mochibun_bunshi": str(one.joint.shares[place]),
                        "mochibun_bumbo": str(one.joint.whole), "kyoyushashimei": name, "kyoyushashimei_furigana": kana,
                        **address(member, at.date(), "kyoyushajusho"), "rentainozeigimufuragu": "1",
                        "tsuchishosofufuragu": "1" if place == 0 else "0", "idonengappi": one.joint.since.isoformat(),
                        "kyoyukaishinengappi": one.joint.since.isoformat(), "kyoyushuryonengappi": FOREVER,
                    }  # fmt: skip
                    yield [Line(at, values)]
