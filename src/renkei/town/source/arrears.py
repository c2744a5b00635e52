"""015 滞納管理: arrears by claim and everything that the collectors did about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.agency import reached
from renkei.town.dataset import Chain, Line, source
from renkei.town.due import Due
from renkei.town.enforcement import arrears
from renkei.town.holder import address
from renkei.town.instalment import late_charge
from renkei.town.ledger import LAST, Account, Event
from renkei.town.measure import OPEN, SETTLED, WRITTEN, Slip
from renkei.town.person import Values
from renkei.town.shard import Shard
from renkei.town.source.collection import TAXES, add, balance, keyed, left

_STAFF = "TAX{:03d}"


def _tax(due: Due) -> bool:
    return due.service in TAXES


@source("015o901")
def slips(shard: Shard) -> Iterator[Chain]:
    """納付書発行: slips of plans and reminders; one that is paid gets a row."""
    for one in arrears(shard).slips:
        values = _slip(one)
        chain = [Line(one.at, values)]
        if one.paid is not None:
            late = {"nofushokingaku_entaikin": str(one.late), "nofushokingaku": str(one.tax + one.fee + one.late)}
            chain.append(Line(one.paid, {**values, **late, "nofuzumifuragu": "1"}))
        yield chain


def _slip(one: Slip) -> Values:
    late = one.late if one.kind == "1" else 0
    return {
        **keyed(one.account.due), "nofushobango": one.number, "nofushomeisairenban": "1",
        "nofushohakkokubun": one.kind, "hakkonengappi": one.at.date().isoformat(),
        "nofukigen": one.limit.isoformat(), "nofushokingaku": str(one.tax + one.fee + late),
        "nofushokingaku_honzei": str(one.tax), "nofushokingaku_tokusokutesuryo": str(one.fee),
        "nofushokingaku_entaikin": str(late), "bunkatsukaisu": str(one.turn) if one.turn else "",
        "nofuzumifuragu": "0", "torikeshifuragu": "0",
    }  # fmt: skip


@source("015o902")
def cases(shard: Shard) -> Iterator[Chain]:
    """滞納明細: from the day on which a claim may be enforced, a row for everything booked on it and every new state."""
    made = arrears(shard)
    for account in made.book.accounts:
        if account.arrears is not None and _tax(account.due):
            yield list(_case(shard, account, account.arrears, made.marks.get(account, [])))


def _case(
    shard: Shard, account: Account, begun: dt.datetime, marks: list[tuple[dt.datetime, str, dict[str, str]]]
) -> Iterator[Line]:
    due = account.due
    moments = {begun, *(event.at for event in account.events), *(mark[0] for mark in marks)}
    base = {
        **keyed(due), "nokigen": due.due.isoformat(),
        "tantoshaid": _STAFF.format(1 + shard.choice(due.holder, "staff", 9)),
    }  # fmt: skip
    if account.demanded is not None:
        start = account.demanded + dt.timedelta(days=11)
        base["jikokisannengappi"] = start.isoformat()
        base["jikokanseiyoteinengappi"] = start.replace(year=start.year + 5, day=min(start.day, 28)).isoformat()
    for at in sorted(moment for moment in moments if moment >= begun):
        sums = Event(at)
        for event in account.events:
            if event.at <= at:
                add(sums, event)
        state = OPEN
        dates: Values = {}
        for moment, mark, values in marks:
            if moment <= at:
                state, dates = mark, {**dates, **values}
        unpaid = left(sums)
        if unpaid <= 0:
            state = WRITTEN if sums.written else SETTLED
        over = state in (WRITTEN, SETTLED)
        yield Line(
            at,
            {
                **base, **dates, **balance(sums), "minotokusokutesuryo": "0" if over else str(sums.fee - sums.fee_paid),
                "keisanentaikin": str(late_charge(max(0, unpaid), due.due, at.date())),
                "entaikinkeisankijunnengappi": at.date().isoformat(), "tainojotai": state,
            },
        )  # fmt: skip


@source("015o903")
def appropriations(shard: Shard) -> Iterator[Chain]:
    """充当: what seizures brought, and overpayments that went to another claim."""
    made = arrears(shard)
    for one in made.proceeds:
        day = one.at.date().isoformat()
        values = {
            **keyed(one.account.due), "jutobango": one.number, "jutomeisairenban": "1", "jutomotokubun": "2",
            "jutonengappi": day, "jutokingaku": str(one.tax + one.fee + one.late), "jutokingaku_honzei": str(one.tax),
            "jutokingaku_tokusokutesuryo": str(one.fee), "jutokingaku_entaikin": str(one.late),
            "jutotsuchinengappi": day, "torikeshifuragu": "0",
        }  # fmt: skip
        yield [Line(one.at, values)]
    for place, refund in enumerate(made.book.refunds, 1):
        if refund.target is None:
            continue
        of, day = refund.account.due, refund.settled.date().isoformat()
        yield [
            Line(
                refund.settled,
                {
                    **keyed(refund.target.due), "jutobango": f"C{shard.number:06d}{place:07d}", "jutomeisairenban": "1",
                    "jutomotokubun": "1", "jutomotogyomuid": of.service, "jutomotozeimokukodo": of.kind,
                    "jutomotofukanendo": str(of.year), "jutomototsuchishobango": of.notice,
                    "jutomotokibetsu": of.period, "jutonengappi": day,
                    "jutotekijonengappi": refund.found.date().isoformat(), "jutokingaku": str(refund.appropriated),
                    "jutokingaku_honzei": str(refund.appropriated), "jutokingaku_tokusokutesuryo": "0",
                    "jutokingaku_entaikin": "0", "kampukasankinjutogaku": "0", "jutotsuchinengappi": day,
                    "torikeshifuragu": "0",
                },
            )
        ]  # fmt: skip


@source("015o904")
def writeoffs(shard: Shard) -> Iterator[Chain]:
    """不納欠損."""
    for one in arrears(shard).writeoffs:
        day = one.at.date()
        values = {
            **keyed(one.account.due), "kessonbango": one.number, "funokessonnengappi": day.isoformat(),
            "funokessonnendo": str(day.year - (day.month < 4)), "funokessonjiyu": one.reason,
            "shikkoteishinengappi": one.day.isoformat() if one.reason == "03" else "",
            "jikokanseinengappi": one.day.isoformat() if one.reason == "01" else "",
            "funokessongaku": str(one.tax + one.fee), "funokessongaku_honzei": str(one.tax),
            "funokessongaku_tokusokutesuryo": str(one.fee), "funokessongaku_entaikin": "0",
            "kessainengappi": day.isoformat(), "torikeshifuragu": "0",
        }  # fmt: skip
        yield [Line(one.at, values)]


@source("015o905")
def reliefs(shard: Shard) -> Iterator[Chain]:
    """延滞金減免: half of the late charge for the time of a grace."""
    for one in arrears(shard).reliefs:
        values = {
            **keyed(one.account.due), "genmenbango": one.number, "shinseinengappi": one.at.date().isoformat(),
            "ketteinengappi": one.at.date().isoformat(), "entaikingenmenjiyu": "04",
            "genmenkaishinengappi": one.begin.isoformat(), "genmenshuryonengappi": one.end.isoformat(),
            "genmenwariai": "50.00", "genmenzenentaikingaku": str(one.before), "entaikingenmengaku": str(one.less),
            "genmengoentaikingaku": str(one.before - one.less), "torikeshifuragu": "0",
        }  # fmt: skip
        yield [Line(one.at, values)]


@source("015o906")
def graces(shard: Shard) -> Iterator[Chain]:
    """徴収猶予."""
    for one in arrears(shard).graces:
        day = one.at.date().isoformat()
        values = {
            **keyed(one.account.due), "yuyobango": one.number, "yuyokubun": "1", "yuyojiyu": "02",
            "shinseinengappi": day, "kyokanengappi": day, "yuyokaishinengappi": one.begin.isoformat(),
            "yuyoshuryonengappi": one.end.isoformat(), "yuyotaishogaku": str(one.amount), "tampofuragu": "0",
            "bunkatsunofufuragu": "0", "enchofuragu": "0", "yuyotorikeshifuragu": "0",
        }  # fmt: skip
        yield [Line(one.at, values)]


@source("015o907")
def accelerations(shard: Shard) -> Iterator[Chain]:
    """繰上徴収."""
    for one in arrears(shard).accelerations:
        values = {
            **keyed(one.account.due), "kuriagechoshujiyu": one.reason, "kokuchinengappi": one.at.date().isoformat(),
            "toshonokigen": one.account.due.due.isoformat(), "kuriagechoshunokigen": one.limit.isoformat(),
            "kuriagechoshugaku": str(one.amount), "torikeshifuragu": "0",
        }  # fmt: skip
        yield [Line(one.at, values)]


@source("015o908")
def successions(shard: Shard) -> Iterator[Chain]:
    """承継納税義務者: the heirs of who died owing; one who declined takes nothing."""
    for one in arrears(shard).successions:
        values = {
            **keyed(one.account.due), "shokeininatenabango": one.heir, "shokeikubun": "1",
            "shokeinengappi": one.died.isoformat(), "shokeinengappi_fushofuragu": "0",
            "shokeiwariai_bunshi": str(one.share[0]), "shokeiwariai_bumbo": str(one.share[1]),
            "shokeigaku": str(one.tax + one.fee), "shokeigaku_honzei": str(one.tax),
            "shokeigaku_tokusokutesuryo": str(one.fee), "shokeigaku_entaikin": "0",
            "shokeitsuchinengappi": one.at.date().isoformat(), "sozokunindaihyofuragu": "1" if one.first else "0",
            "genteishoninfuragu": "0", "sozokuhokifuragu": "1" if one.renounced else "0",
            "sozokuhokinengappi": one.renounced.isoformat() if one.renounced else "",
        }  # fmt: skip
        yield [Line(one.at, values)]


@source("015o909")
def reminders(shard: Shard) -> Iterator[Chain]:
    """催告: a line for each claim of a letter; mail to who cannot be found comes back."""
    for one in arrears(shard).reminders:
        due, day = one.account.due, one.at.date()
        to = reached(shard, due.holder)
        values = {
            **keyed(due), "saikokubango": one.number, "saikokumeisairenban": str(one.serial),
            "saikokushurui": one.kind, "saikokunengappi": day.isoformat(), "hassonengappi": day.isoformat(),
            "saikokushiteinokigen": (day + dt.timedelta(days=20)).isoformat(), "saikokujiminogaku": str(one.unpaid),
            "hassosakiatenabango": to.number if to else "", "henreifuragu": "0", "jushohihyojifuragu": "0",
            **(address(to, day, "hassosakijusho") if to else {}),
        }  # fmt: skip
        chain = [Line(one.at, values)]
        back = one.at + dt.timedelta(days=9)
        if shard.chance(one.number, "back") < 0.06 and back <= LAST:
            chain.append(Line(back, {**values, "henreifuragu": "1", "henreinengappi": back.date().isoformat()}))
        yield chain
