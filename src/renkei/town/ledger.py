"""The collection of every due: payments, letters of demand and their stops, overpayments — balances to the yen.

An account is a list of events; what is unpaid at any moment is their sum: 調定 − 収納 − 不納欠損 + 還付・充当. Most people pay on
time; what happens to those who do not is in renkei.town.enforcement.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from operator import attrgetter

from renkei.town.corporation import Corporation
from renkei.town.due import Due, dues
from renkei.town.holder import debits, holders
from renkei.town.instalment import FEE, business, demand_day, late_charge
from renkei.town.person import Outsider, Person
from renkei.town.shard import Shard

LAST = dt.datetime(2026, 3, 31, 18)
WINDOW, DEBIT, SHOP, ELTAX, WITHHELD, APPROPRIATED, ENFORCED = "01", "02", "03", "04", "05", "06", "07"
DEBTOR, LATE = 0.014, 0.055
# Debtors whose case is always in the town, by the number of their persona.
CASES = {8: "grace", 26: "split", 31: "seized", 6: "double", 1: "carried", 32: "halted", 33: "moved", 17: "plain"}
DEAD, ABROAD, DISSOLVED = "dead", "abroad", "dissolved"
SCENARIOS = ("plain", "split", "plain", "seized", "grace", "halted", "carried", "plain", "moved")


@dataclass(slots=True)
class Event:
    """One booking: what it adds to the sums of an account at a moment."""

    at: dt.datetime
    amount: int = 0
    paid: int = 0
    written: int = 0
    returned: int = 0
    fee: int = 0
    fee_paid: int = 0
    late: int = 0
    late_paid: int = 0
    day: dt.date | None = None


@dataclass(slots=True, kw_only=True)
class Payment:
    """One receipt; ``void`` is when it was taken back (a cheque that bounced, a transfer reversed)."""

    at: dt.datetime
    day: dt.date
    way: str
    tax: int
    fee: int = 0
    late: int = 0
    slip: str = ""
    void: dt.datetime | None = None


@dataclass(slots=True, eq=False)
class Account:
    """One due with everything that was booked on it."""

    due: Due
    events: list[Event]
    payments: list[Payment] = field(default_factory=list)
    arrears: dt.datetime | None = None
    demanded: dt.date | None = None

    def unpaid(self, at: dt.datetime) -> int:
        """未納額 at a moment."""
        found = 0
        for one in self.events:
            if one.at <= at:
                found += one.amount - one.paid - one.written + one.returned
        return found

    def amount(self, at: dt.datetime) -> int:
        """調定額 at a moment."""
        found = 0
        for one in self.events:
            if one.at <= at:
                found += one.amount
        return found

    def fee_left(self, at: dt.datetime) -> int:
        """未納督促手数料 at a moment."""
        return sum(one.fee - one.fee_paid for one in self.events if one.at <= at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A letter of demand (督促状)."""

    account: Account
    at: dt.datetime
    unpaid: int
    limit: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A stop of letters of demand; ``lifted`` is when it was taken back."""

    account: Account
    at: dt.datetime
    begin: dt.date
    end: dt.date | None
    reason: str
    lifted: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """An overpayment: found, then paid back or appropriated to the account ``target``."""

    account: Account
    found: dt.datetime
    settled: dt.datetime
    reason: str
    amount: int
    appropriated: int = 0
    target: Account | None = None


@dataclass(slots=True)
class Book:
    """All accounts of a shard by holder, and what happened to them."""

    accounts: list[Account] = field(default_factory=list)
    groups: dict[str, list[Account]] = field(default_factory=dict)
    manners: dict[str, str] = field(default_factory=dict)
    demands: list[Demand] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    turns: list[tuple[str, Account]] = field(default_factory=list)


def opened(due: Due) -> Account:
    """An account with what was raised and changed."""
    events = [Event(due.raised, amount=due.amount)]
    before = due.amount
    for at, amount in due.changes:
        events.append(Event(at, amount=amount - before))
        before = amount
    return Account(due, events)


def plain(shard: Shard) -> Book:
    """The book with everything but enforcement: who pays has paid, who does not was told to."""
    book = Book()
    for due in dues(shard):
        account = opened(due)
        book.accounts.append(account)
        book.groups.setdefault(due.holder, []).append(account)
    for holder, group in book.groups.items():
        group.sort(key=lambda account: (account.due.due, account.due.key))
        manner = book.manners[holder] = _manner(shard, holder)
        for place, account in enumerate(group):
            turn = _turn(shard, account, manner)
            if turn in (DEAD, ABROAD, DISSOLVED):
                book.turns.append((turn, account))
            else:
                _settle(shard, book, account, manner, group[place + 1 : place + 6])
    return book


def _manner(shard: Shard, holder: str) -> str:
    one = holders(shard).get(holder)
    if isinstance(one, Person | Outsider) and one.persona in CASES:
        return CASES[one.persona]
    drawn = shard.chance(holder, "pays")
    if drawn < DEBTOR and isinstance(one, Person):
        return SCENARIOS[int(drawn / DEBTOR * len(SCENARIOS))]
    if drawn < LATE:
        return "late"
    return "debit" if debits(shard, holder) else "slip"


def left_abroad(one: Person) -> dt.datetime | None:
    """When somebody left the country, None for everybody else."""
    if one.values["juminjotai"] == "2" and one.values["idojiyu"] == "11":
        return one.rows[-1].at
    return None


def _turn(shard: Shard, account: Account, manner: str) -> str:
    """What else happens to an account: its holder dies, leaves the country or is dissolved before it is due."""
    due, one = account.due, holders(shard).get(account.due.holder)
    if isinstance(one, Corporation):
        return DISSOLVED if one.ended is not None and one.ended < due.due else manner
    if not isinstance(one, Person) or due.withheld:
        return manner
    if one.died < due.due and (one.chance("paid by heirs") < 0.4 or one.persona == 13):
        return DEAD if due.raised < dt.datetime.combine(one.died, dt.time()) else manner
    gone = left_abroad(one)
    if gone is not None and due.raised + dt.timedelta(days=4) < gone < dt.datetime.combine(due.due, dt.time()):
        return ABROAD
    return manner


def _settle(shard: Shard, book: Book, account: Account, manner: str, later: list[Account]) -> None:
    due = account.due
    amount = account.amount(dt.datetime.combine(due.due, dt.time.max))
    if due.withheld:
        paid = due.due - dt.timedelta(days=sum(map(ord, due.period)) % 3)
        pay(account, business(paid), WITHHELD, amount)
    elif manner in ("debit", "slip", "double"):
        _in_time(shard, book, account, manner, later)
    elif manner == "late":
        _late(shard, book, account)
    _overpaid(book, account)


def pay(
    account: Account, day: dt.date, way: str, tax: int, *, fee: int = 0, slip: str = "", less: int = 0
) -> Payment | None:
    """Book a payment with the late charge of its day, ``less`` what was relieved of it.

    None when it would come after the last day of the town.
    """
    at = dt.datetime.combine(business(day + dt.timedelta(days=2)), dt.time(17, 5))
    if at > LAST or at < account.due.raised or tax <= 0:
        return None
    late = max(0, late_charge(tax, account.due.due, day) - less)
    made = Payment(at=at, day=day, way=way, tax=tax, fee=fee, late=late, slip=slip)
    account.payments.append(made)
    account.events.append(Event(at, paid=tax, fee_paid=fee, late=late, late_paid=late, day=day))
    return made


def _in_time(shard: Shard, book: Book, account: Account, manner: str, later: list[Account]) -> None:
    due = account.due
    drawn = shard.chance(due.notice, due.period)
    day = due.due
    if manner != "debit":
        earliest = max(due.raised.date() + dt.timedelta(days=4), due.due - dt.timedelta(days=24))
        day = business(earliest + dt.timedelta(days=int((due.due - earliest).days * drawn)))
        day = min(day, due.due)
    already = sum(payment.tax for payment in account.payments)
    amount = account.amount(dt.datetime.combine(day, dt.time.max)) - already
    way = DEBIT if manner == "debit" else (SHOP, ELTAX, WINDOW)[int(drawn * 1000) % 3]
    made = pay(account, day, way, amount)
    if made is None:
        return
    if drawn < 0.002 and manner == "slip":
        _bounced(account, made, amount)
    elif (drawn > 0.997 and manner == "slip") or (manner == "double" and due.period == "01"):
        again = pay(account, business(day + dt.timedelta(days=3)), SHOP, amount)
        if again is not None:
            _refund(book, account, again.at, amount, "01", later)


def _bounced(account: Account, made: Payment, amount: int) -> None:
    """A payment is taken back the day after; the money comes again within a week."""
    made.void = made.at + dt.timedelta(days=1)
    account.events.append(Event(made.void, paid=-made.tax, fee_paid=-made.fee, late=-made.late, late_paid=-made.late))
    again = pay(account, business(made.day + dt.timedelta(days=7)), WINDOW, amount)
    if again is None:
        made.void = None
        account.events.pop()


def _late(shard: Shard, book: Book, account: Account) -> None:
    """A few days late, or after the letter of demand; here and there a stop while a payment is looked for."""
    due = account.due
    drawn = shard.chance(due.notice, f"late/{due.period}")
    amount = account.amount(dt.datetime.combine(due.due, dt.time.max))
    if drawn < 0.45:
        pay(account, business(due.due + dt.timedelta(days=2 + int(drawn * 20))), WINDOW, amount)
    elif drawn < 0.52:
        stop(book, account, demand_day(due.due) - dt.timedelta(days=3), 30, "01")
        pay(account, business(due.due + dt.timedelta(days=26)), WINDOW, amount)
    elif demand(book, account):
        pay(account, business(due.due + dt.timedelta(days=24 + int(drawn * 60))), WINDOW, amount, fee=FEE)


def demand(book: Book, account: Account) -> bool:
    """Send a letter of demand if something is unpaid on its day; whether it was sent."""
    day = demand_day(account.due.due)
    at = dt.datetime.combine(day, dt.time(10, 10))
    left = account.unpaid(at)
    if at > LAST or left <= 0:
        return False
    limit = business(day + dt.timedelta(days=10))
    book.demands.append(Demand(account=account, at=at, unpaid=left, limit=limit))
    account.events.append(Event(at, fee=FEE))
    account.demanded = day
    begun = dt.datetime.combine(day + dt.timedelta(days=11), dt.time(8, 40))
    account.arrears = begun if begun <= LAST else None
    return True


def stop(book: Book, account: Account, begin: dt.date, days: int, reason: str, *, lift: bool = True) -> None:
    """Stop letters of demand for some days; the stop is lifted at its end."""
    at, end = dt.datetime.combine(begin, dt.time(13, 20)), begin + dt.timedelta(days=days)
    lifted = dt.datetime.combine(end, dt.time(9, 5))
    if at <= LAST:
        book.stops.append(
            Stop(account=account, at=at, begin=begin, end=end if lift else None, reason=reason,
                 lifted=lifted if lift and lifted <= LAST else None)
        )  # fmt: skip


def _overpaid(book: Book, account: Account) -> None:
    """A claim that was made smaller after it had been paid is paid back."""
    if not account.due.changes or any(one.account is account for one in book.refunds):
        return
    left = account.unpaid(LAST)
    if left < 0:
        found = max(account.due.changes[-1][0], *(one.at for one in account.payments))
        _refund(book, account, found, -left, "03", [])


def _refund(book: Book, account: Account, at: dt.datetime, amount: int, reason: str, later: list[Account]) -> None:
    settled = dt.datetime.combine(business(at.date() + dt.timedelta(days=6)), dt.time(11, 15))
    if settled > LAST:
        settled = LAST - dt.timedelta(minutes=30)
    kind = account.due.kind
    target = next((one for one in later if _open(one, kind, settled)), None)
    moved = min(amount, target.due.amount) if target is not None and not target.due.changes else 0
    account.events.append(Event(settled, returned=amount))
    if target is not None and moved:
        target.payments.append(Payment(at=settled, day=settled.date(), way=APPROPRIATED, tax=moved))
        target.events.append(Event(settled, paid=moved, day=settled.date()))
    book.refunds.append(
        Refund(account=account, found=at, settled=settled, reason=reason, amount=amount, appropriated=moved,
               target=target if moved else None)
    )  # fmt: skip


def _open(one: Account, kind: str, at: dt.datetime) -> bool:
    """Whether an overpayment may be appropriated to an account: raised, of the same kind, and not due for weeks."""
    return one.due.kind == kind and one.due.raised < at and one.due.due > at.date() + dt.timedelta(days=30)


def ordered(account: Account) -> list[Event]:
    """The events of an account in order of time."""
    account.events.sort(key=attrgetter("at"))
    return account.events
