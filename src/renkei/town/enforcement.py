"""What the collectors do about dues that are not paid: instalment plans, seizures, grace, write-offs, heirs, reminders.

Everything is booked on the accounts of the ledger, so that the arrears side (015) and the collecting side (036) come to the
same balance at every moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from renkei.town.due import Due
from renkei.town.holder import holders
from renkei.town.instalment import EARLIER, FEE, business, late_charge, split, term
from renkei.town.ledger import (
    ABROAD,
    DEAD,
    ENFORCED,
    LAST,
    SHOP,
    WINDOW,
    Account,
    Event,
    demand,
    left_abroad,
    opened,
    ordered,
    pay,
    plain,
    stop,
)
from renkei.town.measure import (
    HALTED,
    PLAN,
    RESPITE,
    SEIZED,
    Acceleration,
    Arrears,
    Grace,
    LateRelief,
    Proceeds,
    Reminder,
    Slip,
    Succession,
    WriteOff,
)
from renkei.town.person import Person
from renkei.town.shard import Shard

# Days on which reminders (催告) go out, and their kind.
CAMPAIGNS = (
    (dt.datetime(2023, 12, 5, 10), "01"), (dt.datetime(2024, 6, 4, 10), "01"), (dt.datetime(2024, 12, 3, 10), "02"),
    (dt.datetime(2025, 6, 3, 10), "01"), (dt.datetime(2025, 12, 2, 10), "02"), (dt.datetime(2026, 3, 4, 10), "03"),
)  # fmt: skip
_OLD_AMOUNT = 4_200


def arrears(shard: Shard) -> Arrears:
    """The ledger with enforcement."""
    found: Arrears | None = shard.facts.get("arrears")
    if found is None:
        found = shard.facts["arrears"] = Arrears(plain(shard))
        _Collectors(shard, found).work()
    return found


def _noon(day: dt.date, hour: int = 14) -> dt.datetime:
    return dt.datetime.combine(business(day), dt.time(hour, 30))


class _Collectors:
    """Goes through the accounts of everybody who does not pay."""

    def __init__(self, shard: Shard, found: Arrears) -> None:
        self._shard = shard
        self._found = found
        self._book = found.book
        self._serial = shard.number * 100_000
        self._acts: dict[str, Callable[[Account], None]] = {
            "plain": self._plain, "split": self._split, "seized": self._seized, "grace": self._grace,
            "halted": self._halted, "carried": self._plain, "moved": self._moved,
        }  # fmt: skip

    def work(self) -> None:
        for holder, manner in list(self._book.manners.items()):
            if manner == "carried":
                self._carried(holder)
            act = self._acts.get(manner)
            if act is not None:
                for account in self._book.groups[holder]:
                    if account.events[0].amount and not account.payments and not account.due.carried:
                        act(account)
        for turn, account in self._book.turns:
            if turn == DEAD:
                self._dead(account)
            else:
                self._hurried(account, abroad=turn == ABROAD)
        for account in self._book.accounts:
            ordered(account)
        self._remind()

    def _next(self, mark: str) -> str:
        self._serial += 1
        return f"{mark}{self._serial:010d}"

    def _plain(self, account: Account) -> None:
        if not any(account is one for turn, one in self._book.turns):
            demand(self._book, account)

    def _split(self, account: Account) -> None:
        """A plan of ten monthly slips; the last one carries fee and late charge."""
        if not demand(self._book, account) or account.demanded is None:
            return
        at = _noon(account.demanded + dt.timedelta(days=40))
        if at > LAST:
            return
        tax = account.unpaid(at)
        shares = split(tax, 10)
        last = account.demanded + dt.timedelta(days=45 + 30 * 9)
        self._found.mark(
            account, at, PLAN, bunkatsunofukaishinengappi=at.date(), bunkatsunofushuryonengappi=last
        )  # fmt: skip
        number = self._next("N")
        for turn, share in enumerate(shares):
            limit = account.demanded + dt.timedelta(days=45 + 30 * turn)
            fee = FEE if turn == 9 else 0
            name = f"{number}{turn + 1:02d}"
            made = pay(account, min(business(limit), limit), SHOP, share, fee=fee, slip=name)
            self._found.slips.append(
                Slip(account=account, number=name, at=at, limit=limit, kind="2", tax=share, fee=fee,
                     late=made.late if made else 0, turn=turn + 1, paid=made.at if made else None)
            )  # fmt: skip

    def _seized(self, account: Account) -> None:
        """A bank account is seized, the money is appropriated three months later."""
        if not demand(self._book, account) or account.demanded is None:
            return
        at = _noon(account.demanded + dt.timedelta(days=120))
        self._found.mark(account, at, SEIZED, sashiosaenengappi=at.date())
        day = business(at.date() + dt.timedelta(days=90))
        made = pay(account, day, ENFORCED, account.unpaid(at), fee=FEE) if at <= LAST else None
        if made is not None:
            self._found.proceeds.append(
                Proceeds(account=account, number=self._next("J"), at=made.at, tax=made.tax, fee=made.fee, late=made.late)
            )  # fmt: skip

    def _grace(self, account: Account) -> None:
        """Half a year of grace for an illness: no letter of demand, half of the late charge."""
        due = account.due
        at = _noon(due.due - dt.timedelta(days=10))
        if at > LAST or at <= due.raised:
            return
        end = due.due + dt.timedelta(days=182)
        amount = account.unpaid(at)
        self._found.graces.append(
            Grace(account=account, number=self._next("Y"), at=at, begin=due.due, end=end, amount=amount)
        )  # fmt: skip
        stop(self._book, account, business(due.due - dt.timedelta(days=10)), 192, "02")
        begun = _noon(due.due + dt.timedelta(days=1), 8)
        if begun > LAST:
            return
        account.arrears = begun
        self._found.mark(account, begun, RESPITE)
        day = business(end - dt.timedelta(days=6))
        before = late_charge(amount, due.due, day)
        made = pay(account, day, WINDOW, amount, less=before // 2)
        if made is not None and before:
            self._found.reliefs.append(
                LateRelief(account=account, number=self._next("G"), at=_noon(day, 10), begin=due.due, end=end,
                           before=before, less=before // 2)
            )  # fmt: skip

    def _halted(self, account: Account) -> None:
        """Enforcement is stopped; what is of the first year is written off with it."""
        if not demand(self._book, account) or account.demanded is None:
            return
        at = _noon(account.demanded + dt.timedelta(days=60))
        if at > LAST:
            return
        self._found.mark(account, at, HALTED, shikkoteishinengappi=at.date())
        stop(self._book, account, at.date(), 0, "03", lift=False)
        if account.due.year == 2023:
            self._write(account, at + dt.timedelta(hours=1), "03", at.date())

    def _write(self, account: Account, at: dt.datetime, reason: str, day: dt.date) -> None:
        tax, fee = account.unpaid(at), account.fee_left(at)
        if at > LAST or tax <= 0:
            return
        account.events.append(Event(at, written=tax))
        self._found.writeoffs.append(
            WriteOff(account=account, number=self._next("K"), at=at, reason=reason, day=day, tax=tax, fee=fee)
        )  # fmt: skip

    def _carried(self, holder: str) -> None:
        """Dues of earlier years that nobody paid; each is barred five years after its demand and then written off."""
        one = holders(self._shard).get(holder)
        if not isinstance(one, Person):
            return
        for year in EARLIER:
            raised = dt.datetime(year, 6, 5, 9, 30)
            if one.rows[0].at > raised or one.age(raised.date()) < 20:
                continue
            for period in ("01", "02", "03", "04"):
                due = Due(
                    service="010", holder=holder, year=year, kind="01", notice=f"{year}010{holder[-10:]:0>10}",
                    period=period, raised=raised, due=term("010", "01", year, period).due,
                    amount=_OLD_AMOUNT + 100 * (year % 7), carried=True,
                )  # fmt: skip
                account = opened(due)
                self._book.accounts.append(account)
                self._book.groups[holder].append(account)
                demand(self._book, account)
                assert account.demanded is not None
                start = account.demanded + dt.timedelta(days=11)
                barred = start.replace(year=start.year + 5, day=min(start.day, 28))
                closing = dt.date(barred.year + (barred.month > 3), 3, 26)
                self._write(account, _noon(closing, 15), "01", barred)

    def _moved(self, account: Account) -> None:
        """Mail comes back: a letter of demand by public notice, and no reminder after it."""
        if demand(self._book, account) and account.demanded is not None:
            stop(self._book, account, business(account.demanded + dt.timedelta(days=30)), 0, "05", lift=False)

    def _dead(self, account: Account) -> None:
        """The duty goes to the heirs by law; no letter of demand before they are known."""
        one = holders(self._shard)[account.due.holder]
        assert isinstance(one, Person)
        day = max(one.died + dt.timedelta(days=14), account.due.raised.date())
        stop(self._book, account, business(day), 90, "06")
        heirs = self._heirs(one)
        at = _noon(day + dt.timedelta(days=20), 11)
        left = account.unpaid(at)
        if at > LAST or not heirs or left <= 0:
            return
        taking = [heir for heir in heirs if heir.chance("renounces") >= 0.15 or heir is heirs[0]]
        shares = iter(split(left, len(taking), 1))
        for heir in heirs:
            accepts = heir in taking
            tax = next(shares) if accepts else 0
            self._found.successions.append(
                Succession(
                    account=account, heir=heir.number, at=at, died=one.died, first=heir is heirs[0],
                    share=(1, len(taking)) if accepts else (0, len(taking)), tax=tax, fee=0,
                    renounced=None if accepts else business(at.date() - dt.timedelta(days=5)),
                )
            )  # fmt: skip
        begun = _noon(max(at.date(), account.due.due) + dt.timedelta(days=21), 8)
        if heirs[0].chance("pays") < 0.6:
            pay(account, business(max(at.date(), account.due.due) + dt.timedelta(days=12)), WINDOW, left)
        elif begun <= LAST:
            account.arrears = begun

    @staticmethod
    def _heirs(one: Person) -> list[Person]:
        """Husband or wife and children that the town knows."""
        spouse = [one.spouse] if one.spouse is not None and one.spouse.resident else []
        home = one.home.members if one.home is not None else []
        return spouse + [child for child in home if child.resident and one in (child.mother, child.father)]

    def _hurried(self, account: Account, *, abroad: bool) -> None:
        """Who leaves the country or is dissolved has to pay what is not due yet at once."""
        one = holders(self._shard)[account.due.holder]
        gone = left_abroad(one) if isinstance(one, Person) else dt.datetime(2026, 3, 17, 10)
        assert gone is not None
        told = dt.datetime.combine(business(gone.date() - dt.timedelta(days=3)), dt.time(15, 40))
        limit = max(business(gone.date()), told.date())
        amount = account.unpaid(told)
        if told <= account.due.raised or told > LAST or amount <= 0 or limit > account.due.due:
            return
        reason = "04" if abroad else "03"
        self._found.accelerations.append(
            Acceleration(account=account, at=told, reason=reason, limit=limit, amount=amount)
        )  # fmt: skip
        if self._shard.chance(account.due.holder, "hurried") < 0.7 or not abroad:
            pay(account, limit, WINDOW, amount)
        else:
            demand(self._book, account)

    def _remind(self) -> None:
        """The reminders of every campaign: one letter for each holder in arrears, a line for each account."""
        stopped = {one.account for one in self._book.stops if one.reason in ("03", "05")}
        held = {one.account for one in self._found.graces}
        late = [one for one in self._book.accounts if one.arrears and one not in stopped and one not in held]
        for at, kind in CAMPAIGNS:
            letters: dict[str, tuple[str, int]] = {}
            for account in late:
                assert account.arrears is not None
                left = account.unpaid(at) if account.arrears < at else 0
                state = [mark[1] for mark in self._found.marks.get(account, ()) if mark[0] <= at]
                if left <= 0 or (state and state[-1] in (PLAN, SEIZED)):
                    continue
                holder = account.due.holder
                number, serial = letters.get(holder) or (self._next("R"), 0)
                letters[holder] = number, serial + 1
                self._found.reminders.append(
                    Reminder(account=account, number=number, serial=serial + 1, kind=kind, at=at, unpaid=left)
                )  # fmt: skip
                if kind == "03":
                    self._reissue(account, at, left)

    def _reissue(self, account: Account, at: dt.datetime, left: int) -> None:
        """A final reminder comes with a slip for everything."""
        fee = account.fee_left(at)
        limit = business(at.date() + dt.timedelta(days=20))
        self._found.slips.append(
            Slip(account=account, number=self._next("N"), at=at + dt.timedelta(minutes=20), limit=limit, kind="1",
                 tax=left, fee=fee, late=late_charge(left, account.due.due, limit))
        )  # fmt: skip
