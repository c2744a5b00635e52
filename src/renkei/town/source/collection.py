"""036 統合収納 and 014 収納管理: what is owed and paid, letters of demand and their stops, overpayments.

014 tells of the taxes what 036 tells of everything: the same accounts, so that a municipality with either agrees.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.cells import iso
from renkei.town.dataset import Chain, Line, source
from renkei.town.due import Due
from renkei.town.enforcement import arrears
from renkei.town.holder import account as bank_of
from renkei.town.holder import debits
from renkei.town.instalment import EARLIER, FEE, RATE_FIRST, RATE_LATER, YEARS, business, kinds, schedule
from renkei.town.ledger import Account, Event, Payment
from renkei.town.person import Values
from renkei.town.shard import Shard

TAXES = ("010", "011", "012", "013")
_MASTER = dt.datetime(2023, 4, 1, 8, 30)


def keyed(due: Due) -> Values:
    """The key of a claim as columns."""
    return {
        "gyomuid": due.service, "atenabango": due.holder, "fukanendo": str(due.year), "zeimokukodo": due.kind,
        "tsuchishobango": due.notice, "kibetsu": due.period,
    }  # fmt: skip


# What a claim says besides at each booking: with a place for each from the beginning, a row is a copy that need not grow.
_EMPTY = dict.fromkeys(
    (
        "koseinengappi", "shiteinokigen", "choteigaku", "shunogaku", "funokessongaku", "kampujutogaku", "minogaku",
        "tokusokutesuryo", "tokusokutesuryoshunogaku", "entaikin", "entaikinshunogaku", "shunojotai",
        "saishushunonengappi", "kannonengappi", "jikokisannengappi", "jikokanseiyoteinengappi",
    ),
    "",
)  # fmt: skip


def _claims(shard: Shard) -> list[tuple[str, Chain]]:
    """The history of every account with its 業務; both 014 and 036 write these same rows."""
    found: list[tuple[str, Chain]] | None = shard.facts.get("claims")
    if found is None:
        hurried = {one.account: iso(one.limit) for one in arrears(shard).accelerations}
        found = shard.facts["claims"] = [
            (account.due.service, _chain(shard, account, hurried.get(account, "")))
            for account in arrears(shard).book.accounts
        ]
    return found


def _chain(shard: Shard, account: Account, hurried: str) -> Chain:
    due = account.due
    day = iso(due.raised.date())
    base = {
        **keyed(due), "choteinendo": str(due.year), "choteinengappi": day, "tsuchinengappi": day,
        "nokigen": iso(due.due), "hoteinokigento": iso(due.due), "setaibango": due.household,
        "hihokenshabango": due.insured, "shiteibango": due.employer, "kazeitaishobango": due.subject,
        "kozafurikaefuragu": "1" if not due.withheld and debits(shard, due.holder) else "0",
        "kyoyufuragu": "1" if due.joint else "0", **_EMPTY,
    }  # fmt: skip
    sums = Event(due.raised)
    chain: Chain = []
    events = account.events
    for place, event in enumerate(events):
        add(sums, event)
        if place + 1 < len(events) and events[place + 1].at == event.at:
            continue
        values = base.copy()
        if event.amount and place:
            values["koseinengappi"] = iso(event.at.date())
        if hurried and place:
            values["shiteinokigen"] = hurried
        _tell(values, sums)
        _state(values, account, sums)
        chain.append(Line(event.at, values))
    return chain


def add(sums: Event, event: Event) -> None:
    """Add a booking to the sums of an account."""
    sums.at = event.at
    sums.amount += event.amount
    sums.paid += event.paid
    sums.written += event.written
    sums.returned += event.returned
    sums.fee += event.fee
    sums.fee_paid += event.fee_paid
    sums.late += event.late
    sums.late_paid += event.late_paid
    sums.day = event.day or sums.day


def left(sums: Event) -> int:
    """未納額 of sums."""
    return sums.amount - sums.paid - sums.written + sums.returned


def balance(sums: Event) -> Values:
    """The five amounts that add up."""
    values: Values = {}
    _tell(values, sums)
    return values


def _tell(values: Values, sums: Event) -> None:
    values["choteigaku"], values["shunogaku"] = str(sums.amount), str(sums.paid)
    values["funokessongaku"], values["kampujutogaku"] = str(sums.written), str(sums.returned)
    values["minogaku"] = str(left(sums))


def _state(values: Values, account: Account, sums: Event) -> None:
    unpaid = left(sums)
    state = "2"
    if unpaid < 0:
        state = "4"
    elif unpaid > 0:
        state = "3" if sums.paid else "2"
    elif sums.written:
        state = "5"
    else:
        state = "1" if sums.amount else "6"
    day = iso(sums.day) if sums.day else ""
    values["tokusokutesuryo"], values["tokusokutesuryoshunogaku"] = str(sums.fee), str(sums.fee_paid)
    values["entaikin"], values["entaikinshunogaku"] = str(sums.late), str(sums.late_paid)
    values["shunojotai"], values["saishushunonengappi"] = state, day
    values["kannonengappi"] = (day or iso(sums.at.date())) if state == "1" else ""
    if account.demanded is not None and sums.at.date() >= account.demanded and unpaid > 0:
        start = account.demanded + dt.timedelta(days=11)
        values["jikokisannengappi"] = iso(start)
        values["jikokanseiyoteinengappi"] = start.replace(year=start.year + 5, day=min(start.day, 28)).isoformat()


@source("036o005")
def claims(shard: Shard) -> Iterator[Chain]:
    """調定収納 of everything that is collected."""
    return (chain for _, chain in _claims(shard))


@source("014o901", part_of="036o005")
def tax_claims(shard: Shard) -> Iterator[Chain]:
    """調定収納 of the taxes."""
    return (chain for service, chain in _claims(shard) if service in TAXES)


def _receipts(shard: Shard) -> list[tuple[str, Chain]]:
    found: list[tuple[str, Chain]] | None = shard.facts.get("receipts")
    if found is None:
        found = shard.facts["receipts"] = [
            (account.due.service, _receipt(shard, account, payment, place))
            for account in arrears(shard).book.accounts
            for place, payment in enumerate(sorted(account.payments, key=lambda one: one.at), 1)
        ]
    return found


def _receipt(shard: Shard, account: Account, payment: Payment, place: int) -> Chain:
    due, bank = account.due, bank_of(shard, account.due.holder)
    day = iso(payment.at.date())
    values = {
        **keyed(due), "shunorenban": str(place), "shunokubun": payment.way, "ryoshunengappi": iso(payment.day),
        "shunonengappi": day, "nikkeinengappi": day, "shunokingaku": str(payment.tax + payment.fee + payment.late),
        "shunokingaku_honzei": str(payment.tax), "shunokingaku_tokusokutesuryo": str(payment.fee),
        "shunokingaku_entaikin": str(payment.late), "kinyukikankodo": bank.bank, "tempokodo": bank.branch,
        "nofushobango": payment.slip, "jutomotofuragu": "1" if payment.way == "06" else "0", "torikeshifuragu": "0",
    }  # fmt: skip
    chain = [Line(payment.at, values)]
    if payment.void is not None:
        names = ("shunokingaku", "shunokingaku_honzei", "shunokingaku_tokusokutesuryo", "shunokingaku_entaikin")
        chain.append(Line(payment.void, {**values, **dict.fromkeys(names, "0"), "torikeshifuragu": "1"}))
    return chain


@source("036o006")
def receipts(shard: Shard) -> Iterator[Chain]:
    """収納履歴 of everything that is collected; one that is taken back gets a row with nothing."""
    return (chain for _, chain in _receipts(shard))


@source("014o902", part_of="036o006")
def tax_receipts(shard: Shard) -> Iterator[Chain]:
    """収納履歴 of the taxes."""
    return (chain for service, chain in _receipts(shard) if service in TAXES)


@source("036o007")
def demands(shard: Shard) -> Iterator[Chain]:
    """Letters of demand; by public notice where mail comes back."""
    book = arrears(shard).book
    for place, one in enumerate(book.demands, 1):
        due, day = one.account.due, iso(one.at.date())
        returned = book.manners.get(due.holder) == "moved"
        notice = business(one.at.date() + dt.timedelta(days=25)).isoformat() if returned else ""
        values = {
            **keyed(due), "tokusokurenban": "1", "nokigen": iso(due.due), "tokusokujohakkonengappi": day,
            "tokusokujohassonengappi": day, "tokusokushiteinokigen": iso(one.limit),
            "tokusokujobango": f"D{shard.number:06d}{place:07d}", "tokusokujiminogaku": str(one.unpaid),
            "tokusokutesuryo": "100", "henreifuragu": "0", "torikeshifuragu": "0",
        }  # fmt: skip
        chain = [Line(one.at, values)]
        if notice and notice < "2026-03-30":
            at = dt.datetime.combine(dt.date.fromisoformat(notice), dt.time(12))
            chain.append(Line(at, {**values, "henreifuragu": "1", "kojisotatsunengappi": notice}))
        yield chain


_STOPS = {
    "01": "納付の確認中", "02": "徴収猶予の許可による", "03": "滞納処分の執行停止による", "05": "公示送達の後、所在が分からない",
    "06": "納税義務者の死亡による",
}  # fmt: skip


@source("036o008")
def stops(shard: Shard) -> Iterator[Chain]:
    """Stops of letters of demand; each that ends is lifted by a row."""
    for one in arrears(shard).book.stops:
        values = {
            **keyed(one.account.due), "tokusokuteishikaishinengappi": iso(one.begin),
            "tokusokuteishishuryonengappi": iso(one.end) if one.end else "9999-12-31",
            "tokusokuteishijiyu": one.reason, "tokusokuteishijiyunaiyo": _STOPS[one.reason], "kaijofuragu": "0",
        }  # fmt: skip
        chain = [Line(one.at, values)]
        if one.lifted is not None:
            chain.append(Line(one.lifted, {**values, "kaijofuragu": "1", "kaijonengappi": iso(one.lifted.date())}))
        yield chain


@source("036o015")
def instalments(shard: Shard) -> Iterator[Chain]:
    """期別マスタ: of the whole town, given with its first block."""
    if shard.number:
        return
    for one in schedule():
        demanded = business(one.due + dt.timedelta(days=18)).isoformat()
        values = {
            "gyomuid": one.service, "fukanendo": str(one.year), "zeimokukodo": one.kind, "kibetsu": one.period,
            "kibetsumeisho": one.name, "zuijikifuragu": "1" if one.occasional else "0",
            "nokikaishinengappi": iso(one.begin), "nokigen": iso(one.due),
            "hoteinokigen": iso(one.due), "kozafurikaenengappi": iso(one.due),
            "tokusokujohassoyoteinengappi": demanded, "tokusokutesuryo": "100",
        }  # fmt: skip
        yield [Line(_MASTER, values)]


@source("014o903")
def overpayments(shard: Shard) -> Iterator[Chain]:
    """過誤納: paid back, or appropriated to another claim; nothing is told before it is decided."""
    for place, one in enumerate((one for one in arrears(shard).book.refunds if one.account.due.service in TAXES), 1):
        back = one.amount - one.appropriated
        day = one.settled.date()
        kind = "2" if not back else "3" if one.appropriated else "1"
        values = {
            **keyed(one.account.due), "kagonobango": f"O{shard.number:06d}{place:07d}",
            "kagonohasseinengappi": iso(one.found.date()), "kagonojiyu": one.reason, "kagonoshorikubun": kind,
            "kagonogaku": str(one.amount), "kagonogaku_honzei": str(one.amount), "kagonogaku_tokusokutesuryo": "0",
            "kagonogaku_entaikin": "0", "kampugaku": str(back), "jutogaku": str(one.appropriated),
            "kampukasankin": "0", "kamputsuchinengappi": iso(day),
            "kampuseikyujikonengappi": day.replace(year=day.year + 5, day=min(day.day, 28)).isoformat(),
            "uketorininatenabango": one.account.due.holder, "torikeshifuragu": "0",
        }  # fmt: skip
        chain = [Line(one.settled, values)]
        paid = dt.datetime.combine(business(day + dt.timedelta(days=7)), dt.time(10))
        if back and paid < dt.datetime(2026, 4, 1):
            chain.append(Line(paid, {**values, "shiharainengappi": iso(paid.date())}))
        yield chain


@source("016o905")
def tax_kinds(shard: Shard) -> Iterator[Chain]:
    """税目マスタ: of the whole town, given with its first block."""
    if shard.number:
        return
    for one in kinds():
        for year in (*EARLIER, *YEARS):
            values = {
                "zeimokukodo": one.code, "fukanendo": str(year), "zeimokumeisho": one.name,
                "zeimokuryakusho": one.short, "gyomuid": one.service, "kisu": str(one.count),
                "tokusokutesuryo": str(FEE), "entaikinwariai_1kagetsuinai": RATE_FIRST,
                "entaikinwariai_1kagetsugo": RATE_LATER, "entaikinhasushorigaku": "100",
                "fukakijitsu": f"{year}-04-01" if one.code == "06" else f"{year}-01-01",
            }  # fmt: skip
            yield [Line(_MASTER, values)]
