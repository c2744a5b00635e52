"""036 統合収納 and 014 収納管理: the status of everybody, which certificates of tax payment and other 業務 ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.cells import iso
from renkei.town.dataset import Chain, Line, source
from renkei.town.enforcement import arrears
from renkei.town.ledger import Account, Event
from renkei.town.measure import Arrears
from renkei.town.person import Values
from renkei.town.shard import Shard
from renkei.town.source.collection import TAXES, add, balance, left

# Moments of the status of everybody: the first is in the full file, the second in the last delta.
STATUS = (dt.datetime(2026, 2, 27, 18, 30), dt.datetime(2026, 3, 31, 18, 30))


class _Sums:
    """Sums of the accounts of one holder, kind and year at a moment."""

    def __init__(self) -> None:
        self.sums = Event(STATUS[0])
        self.due = self.overdue = 0
        self.oldest = ""
        self.states: set[str] = set()

    def add(self, account: Account, at: dt.datetime, state: str) -> None:
        """Count an account in."""
        mine = Event(at)
        for event in account.events:
            if event.at <= at:
                add(mine, event)
        add(self.sums, mine)
        if account.due.due < at.date():
            self.due += mine.amount
            if left(mine) > 0:
                self.overdue += left(mine)
                self.oldest = min(filter(None, (self.oldest, iso(account.due.due))))
                self.states.add(state)


# 業務ID, 宛名番号, 賦課年度, 税目コード.
Place = tuple[str, str, str, str]
Told = list[tuple[dt.datetime, _Sums]]


def _statuses(shard: Shard) -> dict[Place, tuple[list[Account], Told]]:
    """The accounts of every holder, year and kind, with their sums at the moments at which they are told."""
    found: dict[Place, tuple[list[Account], Told]] | None = shard.facts.get("statuses")
    if found is None:
        made = arrears(shard)
        places: dict[Place, list[Account]] = {}
        for account in made.book.accounts:
            due = account.due
            places.setdefault((due.service, due.holder, str(due.year), due.kind), []).append(account)
        found = shard.facts["statuses"] = {
            place: (accounts, _told(made, accounts)) for place, accounts in places.items()
        }  # fmt: skip
    return found


def _by_subject(shard: Shard) -> Iterator[tuple[Place, str, Told]]:
    """The same apart for every subject (a vehicle); nearly always there is one."""
    for place, (accounts, told) in _statuses(shard).items():
        subjects = {account.due.subject for account in accounts}
        for subject in sorted(subjects):
            mine = [account for account in accounts if account.due.subject == subject]
            yield place, subject or "0", told if len(subjects) == 1 else _told(arrears(shard), mine)


def _told(made: Arrears, accounts: list[Account]) -> Told:
    found: Told = []
    last = max(account.events[-1].at for account in accounts)
    for at in STATUS:
        if found and last <= STATUS[0]:
            break
        now = _Sums()
        for account in accounts:
            if account.due.raised <= at:
                states = [mark[1] for mark in made.marks.get(account, ()) if mark[0] <= at]
                now.add(account, at, states[-1] if states else "1")
        # Between an overpayment and its settlement nothing is told.
        if now.sums.amount and now.overdue <= left(now.sums):
            found.append((at, now))
    return found


# 滞納区分 by the state of the arrears; whatever else is unpaid counts as plain arrears.
_ARREARS = {"2": "2", "3": "3", "4": "4"}


@source("036o902")
def status(shard: Shard) -> Iterator[Chain]:
    """収納・滞納状況 by holder, year and kind."""
    for (service, holder, year, kind), (_, told) in _statuses(shard).items():
        base = {"gyomuid": service, "atenabango": holder, "fukanendo": year, "zeimokukodo": kind}
        if told:
            yield [Line(at, {**base, **_status(at, now)}) for at, now in told]


def _status(at: dt.datetime, now: _Sums) -> Values:
    state = (
        next((_ARREARS[one] for one in sorted(now.states, reverse=True) if one in _ARREARS), "1")
        if now.overdue
        else "0"
    )
    return {
        "kijunnengappi": iso(at.date()), **balance(now.sums), "nokitoraiminogaku": str(now.overdue),
        "tainokubun": state, "mottomofuruitainononokigen": now.oldest,
        "saishunofunengappi": iso(now.sums.day) if now.sums.day else "",
        "bunkatsunofufuragu": "1" if state == "2" else "0", "yuyofuragu": "1" if state == "3" else "0",
        "sashiosaefuragu": "1" if state == "4" else "0", "shikkoteishifuragu": "1" if "5" in now.states else "0",
        "kannofuragu": "1" if left(now.sums) == 0 and not now.overdue else "0",
    }  # fmt: skip


@source("014o904")
def tax_status(shard: Shard) -> Iterator[Chain]:
    """納税状況 of the taxes, as certificates of tax payment need it."""
    for (service, holder, year, kind), subject, told in _by_subject(shard):
        if service not in TAXES or not told:
            continue
        base = {"atenabango": holder, "fukanendo": year, "zeimokukodo": kind, "kazeitaishobango": subject}
        yield [
            Line(
                at,
                {
                    **base, "kijunnengappi": iso(at.date()), **balance(now.sums),
                    "nokitoraichoteigaku": str(now.due), "nokitoraiminogaku": str(now.overdue),
                    "tainofuragu": "1" if now.overdue else "0", "nozeishomeihakkokafuragu": "0" if now.overdue else "1",
                    "saishunofunengappi": iso(now.sums.day) if now.sums.day else "",
                    "yuyofuragu": "1" if "3" in now.states else "0",
                },
            )
            for at, now in told
        ]  # fmt: skip
