"""Laws of dues: each arrives once, its balance is what it is made of, and both sides have the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import phrase, raw
from renkei.kit.journey.act_money import DUE, DUES, Debt, debts, same_due
from renkei.kit.journey.act_tax import taxes
from renkei.kit.journey.feed import Feed
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.told import Cells, amount, count, hold, money, present, rows_of
from renkei.kit.journey.truth import Person

PAYMENTS, STANDING, ARREARS = "036o006", "036o902", "015o902"
WRITTEN_OFF, REDUCED = "015o904", "015o905"
RAISED = ("010o906", "023o904", "024o905", "025o904", "028o904")
PARTS = ("choteigaku", "shunogaku", "funokessongaku", "minogaku")
TOO_MUCH = "4"
CHANNEL = "nofuchaneruuketsukebango"
VALID = {"torikeshifuragu": "0"}


def _dues(look: Look, person: Person) -> list[Cells]:
    """What collection tells of somebody's dues."""
    feed = look.town.feed(DUES)
    return rows_of(feed, person.number) if feed else []


def _due(look: Look, debt: Debt) -> Cells | None:
    feed = look.town.feed(DUES)
    found = [row for row in rows_of(feed, debt.key["atenabango"]) if same_due(dict(row), debt.key)] if feed else []
    return found[-1] if found else None


def _rest(due: Cells) -> dict[str, str]:
    """What names a due besides the person."""
    return {name: due[name] for name in DUE if name != "atenabango"}


def _known(look: Look) -> Iterator[tuple[Person, Debt]]:
    """The dues that something happened to in this story."""
    for person in look.people:
        for debt in debts(person).values() if "debts" in person.facts else ():
            yield person, debt


def both_sides(look: Look) -> None:
    """What 015 has of a due is what 036 has, and what is overdue is there."""
    if not present(look, "015", "036"):
        return
    feed, arrears = look.town.feed(DUES), look.town.feed(ARREARS)
    for person in look.people:
        for due in _dues(look, person) if feed and arrears else ():
            if arrears is None or not _followed(look, person, due):
                continue
            mine = rows_of(arrears, person.number, wanted=_rest(due))
            overdue = amount(due, "minogaku") > 0 and due["nokigen"] < _before(look, 1)
            if overdue:
                count(look, arrears, mine, 1, "journey-arrears-missing")
            for row in mine if _is_old(look, due) else ():
                for name in PARTS:
                    wanted = amount(due, name)
                    if not money(look, arrears, amount(row, name), wanted, "journey-balances-differ", where=name):
                        break


def _is_old(look: Look, due: Cells) -> bool:
    """Whether a due is as it was two nights ago: in the first 036 tells of a change, in the second 015 does."""
    return due["sosanengappi"] <= _before(look, 2)


def _before(look: Look, days: int) -> str:
    """The day so many days ago: what a day brings is told in the night after it."""
    return (dt.date.fromisoformat(look.town.today) - dt.timedelta(days=days)).isoformat()


def _followed(look: Look, person: Person, due: Cells) -> bool:
    """Whether 036 has the 不納欠損 that was decided; 015, which decided it, is not to differ because 036 does."""
    for debt in debts(person).values() if "debts" in person.facts else ():
        feed = look.town.feed(DUES)
        if feed is not None and same_due(dict(due), debt.key):
            where = "funokessongaku"
            return money(look, feed, amount(due, where), debt.written_off, "journey-balances-differ", where=where)
    return True


def made_of(look: Look) -> None:
    """未納額 = 調定額 − 収納額 − 不納欠損額 + 還付・充当額, on every side that tells it."""
    for feed in look.feeds(DUES, ARREARS, STANDING):
        for person in look.people:
            for row in rows_of(feed, person.number):
                left = amount(row, "choteigaku") - amount(row, "shunogaku") - amount(row, "funokessongaku")
                wanted = left + amount(row, "kampujutogaku")
                money(look, feed, amount(row, "minogaku"), wanted, "journey-balance-wrong", where="minogaku")
    present(look, "036")


def late_charges(look: Look) -> None:
    """延滞金 and what was paid of it are told by themselves, and the tax that was paid is the tax alone."""
    feed = look.town.feed(DUES)
    if not present(look, "036"):
        return
    for _person, debt in _known(look):
        due = _due(look, debt)
        if feed is None or due is None or not debt.late:
            continue
        rule = "journey-late-charge-mixed"
        money(look, feed, amount(due, "entaikinshunogaku"), debt.late_paid, rule, where="entaikinshunogaku")
        money(look, feed, amount(due, "shunogaku"), debt.paid, rule, where="shunogaku")
        if not debt.reduced:
            money(look, feed, amount(due, "entaikin"), debt.late, rule, where="entaikin")
        else:
            left = amount(due, "choteigaku") - debt.paid - debt.written_off + debt.back
            money(look, feed, amount(due, "minogaku"), left, rule, where="minogaku")


def paid_twice(look: Look) -> None:
    """Each payment counts once, and what is paid beyond the due stays to be seen."""
    feed, paid = look.town.feed(DUES), look.town.feed(PAYMENTS)
    if not present(look, "036"):
        return
    for _person, debt in _known(look):
        due = _due(look, debt)
        if feed is None or due is None or not debt.payments:
            continue
        for payment in debt.payments:
            if paid is None:
                break
            rows = rows_of(paid, debt.key["atenabango"], wanted={CHANNEL: payment.id, **VALID})
            count(look, paid, rows, 1, "journey-payment-twice" if len(rows) > 1 else "journey-payment-lost")
        money(look, feed, amount(due, "shunogaku"), debt.paid, "journey-payment-twice", where="shunogaku")
        over = debt.paid - amount(due, "choteigaku") - debt.back
        if over > 0:
            money(look, feed, amount(due, "minogaku"), -over, "journey-overpaid-lost", where="minogaku")
            look.that(
                due["shunojotai"] == TOO_MUCH,
                "journey-overpaid-lost",
                expected=raw(TOO_MUCH),
                actual=raw(due["shunojotai"]),
                whose=feed.provider,
                linkage=DUES,
                where=raw("shunojotai"),
                party=FaultOf.PROVIDER,
            )


def payments_add_up(look: Look) -> None:
    """収納額 is the sum of the payments that were not cancelled."""
    feed, paid = look.town.feed(DUES), look.town.feed(PAYMENTS)
    if not present(look, "036"):
        return
    for person in look.people:
        for due in _dues(look, person) if feed and paid else ():
            if feed is None or paid is None:
                continue
            rows = rows_of(paid, person.number, wanted={**VALID, **_rest(due)})
            told = sum(amount(row, "shunokingaku_honzei") for row in rows)
            money(look, feed, amount(due, "shunogaku"), told, "journey-payments-differ", where="shunogaku")


def decided(look: Look) -> None:
    """What 015 wrote off or reduced, 036 tells."""
    if not present(look, "015", "036"):
        return
    feed, off, less = (look.town.feed(name) for name in (DUES, WRITTEN_OFF, REDUCED))
    for _person, debt in _known(look):
        due = _due(look, debt)
        if feed is None or due is None:
            continue
        key, number = {**VALID, **_rest(debt.key)}, debt.key["atenabango"]
        if debt.written_off and off:
            told = sum(amount(row, "funokessongaku_honzei") for row in rows_of(off, number, wanted=key))
            money(look, off, told, debt.written_off, "journey-write-off-not-told", where="funokessongaku_honzei")
            money(look, feed, amount(due, "funokessongaku"), told, "journey-write-off-lost", where="funokessongaku")
        if debt.reduced and less:
            told = sum(amount(row, "entaikingenmengaku") for row in rows_of(less, number, wanted=key))
            money(look, less, told, debt.reduced, "journey-reduction-not-told", where="entaikingenmengaku")
            money(look, feed, amount(due, "entaikin"), debt.late - told, "journey-reduction-lost", where="entaikin")
            left = amount(due, "choteigaku") - debt.paid - debt.written_off + debt.back
            money(look, feed, amount(due, "minogaku"), left, "journey-reduction-lowers-balance", where="minogaku")


def _raised(look: Look) -> Iterator[tuple[Feed, Person, Cells]]:
    """Every instalment that an office told of who is looked at."""
    for feed in look.feeds(*RAISED):
        for person in look.people:
            for row in rows_of(feed, person.number):
                yield feed, person, row


def arrived(look: Look) -> None:
    """Each due that an office told is at 036 once, with the same amount."""
    collected = look.town.feed(DUES)
    if not present(look, "036"):
        return
    for feed, person, row in _raised(look):
        if collected is None:
            continue
        key = _key(feed, row)
        found = rows_of(collected, person.number, wanted=key)
        if amount(row, "choteigaku") or found:
            count(look, collected, found, 1, "journey-due-twice" if len(found) > 1 else "journey-due-missing")
        for due in found:
            money(look, collected, amount(due, "choteigaku"), amount(row, "choteigaku"), "journey-due-differs")


def _key(feed: Feed, row: Cells) -> dict[str, str]:
    """A due of an office as collection names it."""
    known = {"gyomuid": row.get("gyomuid") or feed.linkage.id[:3]}
    return known | {name: row[name] for name in DUE if name not in ("gyomuid", "atenabango")}


def followed(look: Look) -> None:
    """After a correction the due at 036 is that of the office, and what was paid too much is not lost."""
    collected = look.town.feed(DUES)
    if not present(look, "036"):
        return
    for feed, person, row in _raised(look):
        if collected is None or not any(tax.corrected for tax in taxes(person).values()):
            continue
        for due in rows_of(collected, person.number, wanted=_key(feed, row)):
            rule = "journey-correction-not-collected"
            money(look, collected, amount(due, "choteigaku"), amount(row, "choteigaku"), rule, where="choteigaku")
            debt = next((one for one in debts(person).values() if same_due(dict(due), one.key)), None)
            if debt is not None:
                left = amount(row, "choteigaku") - debt.paid - debt.written_off + debt.back
                money(look, collected, amount(due, "minogaku"), left, rule, where="minogaku")


def comes_back(look: Look) -> None:
    """収納・滞納状況 adds up the dues, says whether all is paid, and the office of the tax holds it."""
    collected, feed = look.town.feed(DUES), look.town.feed(STANDING)
    if not present(look, "036"):
        return
    for person in look.people if collected and feed else ():
        dues = _dues(look, person)
        for group in sorted({(due["gyomuid"], due["fukanendo"], due["zeimokukodo"]) for due in dues}):
            if feed is None:
                continue
            key = dict(zip(("gyomuid", "fukanendo", "zeimokukodo"), group, strict=True))
            rows = rows_of(feed, person.number, wanted=key)
            count(look, feed, rows, 1, "journey-standing-missing")
            left = sum(amount(due, "minogaku") for due in dues if all(due[name] == key[name] for name in key))
            for row in rows:
                rule = "journey-standing-wrong"
                money(look, feed, amount(row, "minogaku"), left, rule, where="minogaku")
                look.that(
                    (row["kannofuragu"] == "1") == (amount(row, "minogaku") <= 0),
                    rule,
                    expected=phrase("journey-off-by", yen=0),
                    actual=raw(row["kannofuragu"]),
                    whose=feed.provider,
                    linkage=STANDING,
                    where=raw("kannofuragu"),
                    party=FaultOf.PROVIDER,
                )
                names = ("minogaku", "kannofuragu")
                hold(look, feed, person.number, row, names, "journey-standing-not-held", key["gyomuid"])


LAWS = (
    Law(requirement="JN-45", judge=followed, nights=3),
    Law(requirement="JN-48", judge=both_sides, nights=4),
    Law(requirement="JN-49", judge=made_of),
    Law(requirement="JN-50", judge=late_charges, nights=2),
    Law(requirement="JN-51", judge=paid_twice, nights=1),
    Law(requirement="JN-52", judge=payments_add_up, nights=1),
    Law(requirement="JN-53", judge=decided, nights=2),
    Law(requirement="JN-54", judge=arrived, nights=3),
    Law(requirement="JN-55", judge=comes_back, nights=1),
)
