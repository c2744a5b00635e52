"""The journey of files between two vendors: each side is blamed for what is its own, and for nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from renkei.errors import TargetBlocked
from renkei.flow.contract import Item
from renkei.flow.facade import Page, Record
from renkei.flow.outcome import FaultOf, Outcome
from renkei.kit.expect import Blocked, Expect, NotApplicable, Undecided, Violation
from renkei.kit.handover import stopped
from renkei.kit.pair import Account, Aspect, Fault, Obstacle, judge
from renkei.kit.parting import Row, Table, differences

COLUMNS = ("atenabango", "rirekibango", "shimei", "seibetsu", "saishinfuragu", "sosajikoku")
KINDS = {
    "atenabango": "X",
    "rirekibango": "9",
    "shimei": "N",
    "seibetsu": "X",
    "saishinfuragu": "X",
    "sosajikoku": "TIME",
}


def item(name: str) -> Item:
    """One item of a small table."""
    return Item(
        system="001",
        group="g",
        number=1,
        name=name,
        romaji=name,
        type=KINDS[name],
        length="15",
        fixed=False,
        key=name in ("atenabango", "rirekibango"),
        code="",
        repeat=1,
        output="必須",
        nullable=False,
        condition="",
        implementation="○",
        description="",
        sample="",
        basis="sourced",
        clause="",
    )


TABLE = Table.of([item(name) for name in COLUMNS])


def row(number: str, serial: str, *, name: str = "葛󠄀城", latest: str = "1", sound: bool = True) -> Row:
    """One row in force."""
    cells = (number, serial, name, "1", latest, "09:00")
    return Row(cells=cells, file="f.csv", line=2, sound=sound)


class Holder:
    """A consumer that holds these records, two a page."""

    def __init__(self, *records: Record, history: bool = True) -> None:
        self.held = records
        self.history = history

    def records(self, linkage: str, *, key: Any = None, after: str = "", limit: int = 500) -> Page:
        start = int(after or 0)
        following = str(start + 2) if start + 2 < len(self.held) else ""
        return Page(records=self.held[start : start + 2], history=self.history, following=following)


def record(number: str, serial: str, current: bool = True, **changes: str | None) -> Record:
    """What a consumer shows of a row."""
    values = dict(zip(COLUMNS, row(number, serial).cells, strict=True)) | changes
    return Record(values=values, current=current)


def found(wanted: list[Row], *records: Record, history: bool = True) -> list[tuple[str, str]]:
    """(rule, column) of every difference."""
    held = {one.cells[:2]: one for one in wanted}
    made = differences(TABLE, held, Holder(*records, history=history), "001o006")
    return [(one.rule, one.column.partition("（")[0]) for one in made.first]


NUMBER = "000000000000019"


def test_what_is_the_same_is_no_difference() -> None:
    """Equal rows on several pages, in any order, with history numbers in another spelling."""
    wanted = [row(NUMBER, "1", latest="0"), row(NUMBER, "2"), row("000000000000027", "1")]
    records = [record("000000000000027", "1"), record(NUMBER, "002"), record(NUMBER, "1", saishinfuragu="0")]
    assert found(wanted, *records) == []


def test_a_consumer_without_histories_holds_the_latest_rows() -> None:
    """Rows that are not the latest are not missed where no history is kept."""
    wanted = [row(NUMBER, "1", latest="0"), row(NUMBER, "2")]
    assert found(wanted, record(NUMBER, "2"), history=False) == []
    assert found(wanted, record(NUMBER, "2"), history=True) == [("pair-row-missing", "")]


@pytest.mark.parametrize(
    ("shown", "rule", "column"),
    [
        ({"atenabango": "19"}, "leading-zeros-lost", "atenabango"),
        ({"shimei": "葛城"}, "character-changed", "shimei"),
        ({"seibetsu": "2"}, "pair-value-differs", "seibetsu"),
        ({"seibetsu": None}, "pair-value-differs", "seibetsu"),
    ],
)
def test_a_changed_cell_is_named_by_its_column(shown: dict[str, Any], rule: str, column: str) -> None:
    """Zeros, characters and codes that changed on the way in."""
    assert found([row(NUMBER, "1")], record(NUMBER, "1", **shown)) == [(rule, column)]


@pytest.mark.parametrize("shown", [{"rirekibango": "01"}, {"sosajikoku": "09:00:00"}])
def test_another_spelling_of_the_same_is_allowed(shown: dict[str, Any]) -> None:
    """Zeros before a serial number and seconds that are none change nothing."""
    assert found([row(NUMBER, "1")], record(NUMBER, "1", **shown)) == []


def test_items_that_a_consumer_does_not_keep_are_its_own_affair() -> None:
    """Only what is shown is compared."""
    shown = Record(values={"atenabango": NUMBER, "rirekibango": "1", "shimei": "葛󠄀城"})
    assert found([row(NUMBER, "1")], shown) == []


def test_a_lost_row_and_a_row_that_should_be_gone_are_told_apart() -> None:
    """One of each."""
    wanted = [row(NUMBER, "1")]
    assert found(wanted, record("000000000000027", "1")) == [("pair-row-left-over", ""), ("pair-row-missing", "")]


def test_what_the_provider_got_wrong_is_not_put_on_the_consumer() -> None:
    """A row that breaks a rule itself may be held in any way, or not at all."""
    broken = row(NUMBER, "1", sound=False)
    assert found([broken]) == []
    assert found([broken], record(NUMBER, "1", shimei="?")) == []


OBSTACLES = [
    ("connect-refused", {}, "blocked", "environment", "consumer-not-reached"),
    ("deadline", {}, "blocked", "environment", "consumer-not-reached"),
    ("facade-secret-refused", {}, "blocked", "configuration", "facade-secret-not-taken"),
    ("facade-missing", {}, "blocked", "configuration", "facade-not-there"),
    ("facade-refused", {"status": 501}, "blocked", "configuration", "facade-not-there"),
    ("facade-refused", {"status": 503}, "inconclusive", "undecidable", "consumer-says-unavailable"),
    ("inbox-unwritable", {}, "blocked", "environment", "own-place-not-writable"),
    ("delivered-file-changed", {}, "blocked", "environment", "changed-on-the-way"),
]


@pytest.mark.parametrize(("code", "values", "outcome", "party", "reason"), OBSTACLES)
def test_what_stands_in_the_way_is_put_where_it_belongs(
    code: str, values: dict[str, Any], outcome: str, party: str, reason: str
) -> None:
    """Connection, secrets, place and a consumer that says it cannot act are nobody's breach."""
    account = Account()
    stopped(account, TargetBlocked(code, **values), Aspect.TAKEN, (Aspect.TAKEN, Aspect.HELD))
    assert account.faults == []
    assert account.obstacle is not None
    assert (account.obstacle.outcome, account.obstacle.party, account.obstacle.reason) == (outcome, party, reason)


@pytest.mark.parametrize(
    ("code", "values", "because"),
    [
        ("facade-job-deadline", {}, "consumer-did-not-act"),
        ("facade-refused", {"status": 404}, "consumer-did-not-act"),
        ("facade-unlike-contract", {}, "facade-broke-contract"),
        ("facade-pages-endless", {}, "facade-broke-contract"),
    ],
)
def test_a_consumer_that_does_not_act_as_agreed_is_the_consumers_fault(
    code: str, values: dict[str, Any], because: str
) -> None:
    """Silence, refusal and answers of another form are faults; what was not looked at then blames nobody."""
    account = Account()
    stopped(account, TargetBlocked(code, **values), Aspect.TAKEN, (Aspect.TAKEN, Aspect.HELD))
    assert [(fault.party, fault.because) for fault in account.faults] == [(FaultOf.CONSUMER, because)]
    with pytest.raises(NotApplicable):
        judge(account, Expect(), Aspect.HELD)


def test_a_fault_becomes_a_violation_with_party_and_reason() -> None:
    """Rule, party and the code of the sentence go along; assertions are counted before."""
    account = Account()
    account.looked[Aspect.HELD] = 7
    account.faults.append(
        Fault(
            aspect=Aspect.HELD,
            party=FaultOf.CONSUMER,
            because="records-differ-from-file",
            rule="r",
            expected=1,
            actual=2,
        )
    )
    expect = Expect()
    with pytest.raises(Violation) as caught:
        judge(account, expect, Aspect.HELD)
    assert (caught.value.fault_of, caught.value.because) == (FaultOf.CONSUMER, "records-differ-from-file")
    assert expect.assertions == 7


def test_nothing_looked_at_is_no_pass() -> None:
    """An empty account is undecided; a settled aspect passes whatever stood in the way of the rest."""
    with pytest.raises(Undecided):
        judge(Account(), Expect(), Aspect.HELD)
    account = Account()
    account.obstacle = Obstacle(outcome=Outcome.BLOCKED, party=FaultOf.TEST_DATA, reason="nothing-to-deliver")
    with pytest.raises(Blocked) as caught:
        judge(account, Expect(), Aspect.TAKEN)
    assert caught.value.fault_of is FaultOf.TEST_DATA
    account.settled.add(Aspect.WRITTEN)
    account.looked[Aspect.WRITTEN] = 1
    judge(account, Expect(), Aspect.WRITTEN)
