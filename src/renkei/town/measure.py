"""What the collectors can do about an account, as records: slips, seizures, write-offs, grace, heirs, reminders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from renkei.town.ledger import LAST, Account, Book

# 滞納状態.
OPEN, PLAN, RESPITE, SEIZED, HALTED, SETTLED, WRITTEN = "1", "2", "3", "4", "5", "6", "7"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A payment slip of the collectors: its place in a plan, and when it was paid."""

    account: Account
    number: str
    at: dt.datetime
    limit: dt.date
    kind: str
    tax: int
    fee: int = 0
    late: int = 0
    turn: int = 0
    paid: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proceeds:
    """What a seizure brought, appropriated to an account."""

    account: Account
    number: str
    at: dt.datetime
    tax: int
    fee: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff:
    """不納欠損: ``reason`` 01 barred by time on ``day``, 03 together with the stop of enforcement on ``day``."""

    account: Account
    number: str
    at: dt.datetime
    reason: str
    day: dt.date
    tax: int
    fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grace:
    """徴収猶予 of an account."""

    account: Account
    number: str
    at: dt.datetime
    begin: dt.date
    end: dt.date
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRelief:
    """延滞金減免."""

    account: Account
    number: str
    at: dt.datetime
    begin: dt.date
    end: dt.date
    before: int
    less: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceleration:
    """繰上徴収: the due date moved forward."""

    account: Account
    at: dt.datetime
    reason: str
    limit: dt.date
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """One heir's part of what a dead taxpayer owed; ``renounced`` when the heir declined."""

    account: Account
    heir: str
    at: dt.datetime
    died: dt.date
    share: tuple[int, int]
    tax: int
    fee: int
    first: bool
    renounced: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One line of a reminder (催告)."""

    account: Account
    number: str
    serial: int
    kind: str
    at: dt.datetime
    unpaid: int


@dataclass(slots=True)
class Arrears:
    """What the collectors did in a shard; ``marks`` are the states of accounts with their dates, by moment."""

    book: Book
    slips: list[Slip] = field(default_factory=list)
    proceeds: list[Proceeds] = field(default_factory=list)
    writeoffs: list[WriteOff] = field(default_factory=list)
    graces: list[Grace] = field(default_factory=list)
    reliefs: list[LateRelief] = field(default_factory=list)
    accelerations: list[Acceleration] = field(default_factory=list)
    successions: list[Succession] = field(default_factory=list)
    reminders: list[Reminder] = field(default_factory=list)
    marks: dict[Account, list[tuple[dt.datetime, str, dict[str, str]]]] = field(default_factory=dict)

    def mark(self, account: Account, at: dt.datetime, state: str, **dates: dt.date) -> None:
        """Note a state of an account from a moment on."""
        if at <= LAST:
            values = {name: day.isoformat() for name, day in dates.items()}
            self.marks.setdefault(account, []).append((at, state, values))
