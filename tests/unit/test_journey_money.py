"""Laws of dues and payments hold where the balances agree, and find each way in which they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from journey_offices import Offices

NUMBER = "000000000000019"
Break = Callable[[Offices], object]
AMOUNTS = {
    "choteigaku": "100000", "shunogaku": "0", "funokessongaku": "0", "kampujutogaku": "0", "minogaku": "100000",
    "entaikin": "0", "entaikinshunogaku": "0", "shunojotai": "2", "nokigen": "2026-05-01",
}  # fmt: skip


def levied(town: Offices) -> dict[str, str]:
    """A due of a hundred thousand yen, past its day; its key."""
    if "納税者" not in town.truth.people:
        town.person("納税者", 19)
        town.act("levy", "納税者", of="010", amount=100_000, due="-60")
    return dict(town.truth.person("納税者").facts["debts"]["010"].key)


def collected(town: Offices, **cells: str) -> None:
    """What 036 tells of the due."""
    town.tell("036o005", **{**levied(town), **AMOUNTS, **cells})


def arrears(town: Offices, **cells: str) -> None:
    """What 015 tells of it."""
    known = {name: AMOUNTS[name] for name in ("choteigaku", "shunogaku", "funokessongaku", "kampujutogaku", "minogaku")}
    town.tell("015o902", **{**levied(town), **known, **cells})


def both(town: Offices, **cells: str) -> None:
    """Both sides; the cells are those of 015."""
    collected(town)
    arrears(town, **cells)


def history(town: Offices, amount: str, *, serial: int = 1, channel: str = "") -> None:
    """One payment in the history."""
    payment = town.truth.person("納税者").facts["debts"]["010"].payments[-1]
    town.tell("036o006", **levied(town), shunorenban=str(serial), shunokingaku_honzei=amount, torikeshifuragu="0",
              nofuchaneruuketsukebango=channel or payment.id)  # fmt: skip


def paid(town: Offices, amount: int = 30_000, *, late: int = 0, told: str = "30000", **cells: str) -> None:
    """A payment, its history as it was told, and the due after it."""
    collected(town)
    town.act("pay", "納税者", of="010", amount=amount, late=late)
    history(town, told)
    left = 100_000 - amount
    state = "4" if left < 0 else "3"
    collected(
        town, **{"shunogaku": str(amount), "minogaku": str(left), "shunojotai": state, "rirekibango": "1", **cells}
    )


def charged(town: Offices, **cells: str) -> None:
    """延滞金 of 4,200 yen, of which 1,000 were paid with 30,000 of the tax."""
    collected(town)
    town.act("late-charge", "納税者", of="010", amount=4_200)
    paid(town, late=1_000, **{"entaikin": "4200", "entaikinshunogaku": "1000", **cells})


def reduced(town: Offices, told: str = "2000", **cells: str) -> None:
    """延滞金 of 4,200 yen, reduced by 2,000."""
    collected(town)
    town.act("late-charge", "納税者", of="010", amount=4_200)
    town.act("late-charge-reduce", "納税者", of="010", amount=2_000)
    town.tell("015o905", **levied(town), genmenbango="1", entaikingenmengaku=told, torikeshifuragu="0")
    collected(town, **{"entaikin": "2200", **cells})


def written_off(town: Offices, told: str = "100000", **cells: str) -> None:
    """All of it was written off."""
    collected(town)
    town.act("write-off", "納税者", of="010")
    town.tell("015o904", **levied(town), kessonbango="1", funokessongaku_honzei=told, torikeshifuragu="0")
    collected(town, **{"funokessongaku": "100000", "minogaku": "0", **cells})


def corrected(town: Offices, *, paid_before: bool = False, **cells: str) -> None:
    """A tax of 245,000 yen was corrected to 185,000, maybe after it was paid."""
    person = town.person("納税者", 19)
    town.act("tax-assess", "納税者", income=4_000_000)
    due = {"fukanendo": "2026", "zeimokukodo": "01", "tsuchishobango": "7", "kibetsu": "90", "atenabango": NUMBER}
    first = {**due, "gyomuid": "010", **AMOUNTS, "choteigaku": "245000", "minogaku": "245000"}
    town.tell("036o005", **first)
    if paid_before:
        town.act("pay", person.name, of="010")
    town.act("tax-correct", "納税者", income=3_000_000)
    town.tell("010o906", **due, choteinendo="2026", choteigaku="185000")
    money = {"shunogaku": "245000", "minogaku": "-60000"} if paid_before else {"minogaku": "185000"}
    town.tell("036o005", **{**first, "choteigaku": "185000", **money, **cells})


def raised(town: Offices, amount: str = "245000", *, there: bool = True, twice: bool = False) -> None:
    """010 tells a due, and 036 has it."""
    town.person("納税者", 19)
    due = {"fukanendo": "2026", "zeimokukodo": "01", "tsuchishobango": "7", "kibetsu": "90", "atenabango": NUMBER}
    town.tell("010o906", **due, choteinendo="2026", choteigaku="245000")
    town.feed("036o005")
    for serial in ("1", "2") if twice else ("1",) if there else ():
        town.tell("036o005", **{**due, "gyomuid": "010", **AMOUNTS, "choteigaku": amount, "rirekibango": serial})


def standing(town: Offices, *, hold: bool = True, **cells: str) -> None:
    """収納・滞納状況 of the due."""
    collected(town)
    key = {name: cell for name, cell in levied(town).items() if name not in ("tsuchishobango", "kibetsu")}
    town.tell("036o902", hold=hold, **{**key, **AMOUNTS, "kannofuragu": "0", **cells})


GOOD: list[tuple[str, Break]] = [
    ("JN-45", corrected),
    ("JN-45", lambda town: corrected(town, paid_before=True)),
    ("JN-48", both),
    ("JN-49", both),
    ("JN-50", charged),
    ("JN-50", reduced),
    ("JN-51", paid),
    ("JN-51", lambda town: paid(town, 130_000, told="130000")),
    ("JN-52", paid),
    ("JN-53", reduced),
    ("JN-53", written_off),
    ("JN-54", raised),
    ("JN-55", standing),
]
BAD: list[tuple[str, Break, str, str]] = [
    ("JN-45", lambda town: corrected(town, choteigaku="245000"), "journey-correction-not-collected", "v-036"),
    ("JN-45", lambda town: corrected(town, paid_before=True, minogaku="0"), "journey-correction-not-collected", "v-036"),
    ("JN-48", lambda town: both(town, minogaku="104200"), "journey-balances-differ", "v-015"),
    ("JN-48", lambda town: (both(town), town.drop("015o902")), "journey-arrears-missing", "v-015"),
    ("JN-49", lambda town: collected(town, minogaku="104200"), "journey-balance-wrong", "v-036"),
    ("JN-49", lambda town: both(town, minogaku="0"), "journey-balance-wrong", "v-015"),
    ("JN-50", lambda town: charged(town, shunogaku="31000"), "journey-late-charge-mixed", "v-036"),
    ("JN-50", lambda town: charged(town, entaikin="0"), "journey-late-charge-mixed", "v-036"),
    ("JN-51", lambda town: (paid(town), history(town, "30000", serial=2)), "journey-payment-twice", "v-036"),
    ("JN-51", lambda town: paid(town, shunogaku="60000"), "journey-payment-twice", "v-036"),
    ("JN-51", lambda town: (paid(town), town.drop("036o006")), "journey-payment-lost", "v-036"),
    ("JN-51", lambda town: paid(town, 130_000, minogaku="0", shunojotai="1"), "journey-overpaid-lost", "v-036"),
    ("JN-52", lambda town: paid(town, told="20000"), "journey-payments-differ", "v-036"),
    ("JN-53", lambda town: reduced(town, "1000"), "journey-reduction-not-told", "v-015"),
    ("JN-53", lambda town: reduced(town, entaikin="4200"), "journey-reduction-lost", "v-036"),
    ("JN-53", lambda town: reduced(town, minogaku="98000"), "journey-reduction-lowers-balance", "v-036"),
    ("JN-53", lambda town: written_off(town, "1"), "journey-write-off-not-told", "v-015"),
    ("JN-53", lambda town: written_off(town, funokessongaku="0"), "journey-write-off-lost", "v-036"),
    ("JN-54", lambda town: raised(town, there=False), "journey-due-missing", "v-036"),
    ("JN-54", lambda town: raised(town, twice=True), "journey-due-twice", "v-036"),
    ("JN-54", lambda town: raised(town, "1"), "journey-due-differs", "v-036"),
    ("JN-55", lambda town: standing(town, minogaku="0"), "journey-standing-wrong", "v-036"),
    ("JN-55", lambda town: standing(town, kannofuragu="1"), "journey-standing-wrong", "v-036"),
    ("JN-55", lambda town: standing(town, hold=False), "journey-standing-not-held", "v-010"),
    ("JN-55", lambda town: (standing(town), town.drop("036o902")), "journey-standing-missing", "v-036"),
]  # fmt: skip


@pytest.mark.parametrize(("requirement", "arrange"), GOOD)
def test_a_law_of_money_holds(requirement: str, arrange: Break) -> None:
    """Nothing is found where the balances agree, and something was looked at."""
    town = Offices()
    arrange(town)

    assert town.look(requirement) == []
    assert town.account.looked[requirement] > 0


@pytest.mark.parametrize(("requirement", "arrange", "rule", "whose"), BAD)
def test_a_law_of_money_finds(requirement: str, arrange: Break, rule: str, whose: str) -> None:
    """What is wrong is found, and whose turn it is."""
    town = Offices()
    arrange(town)

    assert (rule, (whose,)) in [(fault.rule, fault.whose) for fault in town.look(requirement)]


def test_a_finding_tells_no_amount() -> None:
    """What is written down of an amount is only by how much it is off."""
    town = Offices()
    both(town, minogaku="104200")

    assert [str(fault.actual) for fault in town.look("JN-48")] == ["⟦journey-off-by¦yen=4200⟧"]


def test_who_decided_a_write_off_is_not_blamed_for_who_did_not_follow() -> None:
    """015 has written off what 036 still counts: the balances differ because of 036 alone."""
    town = Offices()
    written_off(town, funokessongaku="0", minogaku="100000")
    arrears(town, funokessongaku="100000", minogaku="0")

    assert [fault.whose for fault in town.look("JN-48")] == [("v-036",)]


def test_what_fell_due_yesterday_is_told_tonight() -> None:
    """015 has a night to tell what is overdue since today; a day later it is missed."""
    town = Offices()
    both(town)
    town.drop("015o902")

    town.town.day = "2026-05-02"
    assert town.look("JN-48") == []
    town.town.day = "2026-05-03"
    assert [fault.rule for fault in town.look("JN-48")] == ["journey-arrears-missing"]


def test_a_payment_that_is_told_twice_is_one_payment() -> None:
    """The façade is told the same id twice, and the truth counts the payment once."""
    town = Offices()
    collected(town)
    town.act("pay", "納税者", of="010", amount=10_000, times=2)
    ids = [values["nofuchaneruuketsukebango"] for event, values in town.asked if event == "pay"]

    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert town.truth.person("納税者").facts["debts"]["010"].paid == 10_000


def test_what_was_paid_too_much_a_moment_ago_is_given_back_in_full() -> None:
    """Collection tells a payment at night only: what is given back before follows from what was paid."""
    town = Offices()
    collected(town)
    town.act("pay", "納税者", of="010", amount=130_000)
    town.act("refund", "納税者", of="010")

    assert town.truth.person("納税者").facts["debts"]["010"].back == 30_000
