"""Rules between cells by the columnar engine: what passes, what trips, and what is passed over."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from renkei.adapters.polars.tables import PolarsTables
from renkei.flow.contract import RowRule, RuleKind
from renkei.tableports import Excerpt, Ledger, RowRoles, RuleHits

NAMES = ("a", "b", "c")
ROLES = RowRoles(key=("key",), subject=("key",), person="key", serial="", branch="", latest="latest", deleted="deleted")


def rule(kind: RuleKind, columns: str = "a;b", **values: object) -> RowRule:
    """A rule over columns of a row a, b, c."""
    given = {"requirement": "001-01", "linkage": "001o001", "kind": kind, "columns": tuple(columns.split(";"))}
    return RowRule(**(given | values))  # type: ignore[arg-type]  # the tests name real fields


def csv(rows: Sequence[str]) -> bytes:
    """Rows as a block of a file."""
    return "".join(f"{row}\r\n" for row in rows).encode()


def judged(one: RowRule, *rows: str) -> tuple[int, list[int]]:
    """How many rows the rule is about, and which of them break it; a row is a,b,c and the deleted flag is 0."""
    judge = PolarsTables().row_judge([one], NAMES)
    half = len(rows) // 2
    for part in (rows[:half], rows[half:]):
        judge.take(csv([f"0,{row}" for row in part]), 4, range(4))
    (hits,) = judge.hits()
    assert len(hits.first) == hits.count
    return hits.judged, [row for row, _ in hits.first]


@pytest.mark.parametrize(
    ("row", "about", "broken"),
    [
        ("2026-01-01,2026-01-01,", 1, 0),
        ("2026-01-02,2026-01-01,", 1, 1),
        ("2026-02,2026-01,", 1, 1),
        ("2026-01,2026-01-31,", 1, 0),
        ("2026-02,2026-01-31,", 1, 1),
        ("2020-00-00,2020-05-01,", 1, 0),
        ("2021-00-00,2020-05-01,", 1, 1),
        ("2020-05-00,2020-05-01,", 1, 0),
        ("9999-12-31,2026-01-01,", 0, 0),
        ("2026-01-01,0000-01-01,", 0, 0),
        ("9999-12,2026-01,", 0, 0),
        ("2026-01-01,,", 0, 0),
        (",2026-01-01,", 0, 0),
        ("9,10,", 1, 0),
        ("10,9,", 1, 1),
        ("0.5,0.25,", 1, 1),
        ("-3,2,", 1, 0),
        ("2025,2024,", 1, 1),
        ("10:00,09:30:00,", 1, 1),
        ("春,夏,", 0, 0),
    ],
)
def test_order_compares_dates_months_times_and_numbers(row: str, about: int, broken: int) -> None:
    """What is empty, endless or of no such form is passed over; unknown months and days are not compared."""
    assert judged(rule(RuleKind.ORDER), row) == (about, [0] * broken)


@pytest.mark.parametrize(
    ("one", "rows", "about", "broken"),
    [
        (rule(RuleKind.PRESENT_WHEN, "a;b;c", values=("1", "2")), ["1,x,y", "2,x,", "3,,", ",,"], 2, [1]),
        (rule(RuleKind.PRESENT_WHEN, values=("*",)), ["1,x,", "9,,", ",,"], 2, [1]),
        (rule(RuleKind.ABSENT_WHEN, "a;b;c", values=("1",)), ["1,,", "1,,x", "2,x,", ",x,"], 2, [1]),
        (rule(RuleKind.ABSENT_WHEN, values=("*",)), ["5,,", "5,x,", ",x,"], 2, [1]),
        (rule(RuleKind.EQUALS_WHEN, values=("1",), then=("x", "y")), ["1,x,", "1,z,", "1,,", "2,z,"], 2, [1]),
        (rule(RuleKind.EQUALS_WHEN, values=("*",), then=("x",)), ["7,x,", "7,z,", ",z,"], 2, [1]),
        (rule(RuleKind.SOME_PRESENT, "a;b;c"), ["1,,", ",,1", ",,"], 3, [2]),
        (rule(RuleKind.BOTH_OR_NONE, "a;b;c"), ["1,2,3", ",,", "1,2,", ",,3"], 3, [2, 3]),
        (rule(RuleKind.PATTERN, "a", values=("[0-9]{3}|x",)), ["123,,", "x,,", "1234,,", "xx,,", ",,"], 4, [2, 3]),
        (rule(RuleKind.SUM, "a;b;-c"), ["5,7,2", "5,5,", ",2,2", "5,7,1", "x,1,1", ",,"], 4, [3]),
        (rule(RuleKind.SUM, "a;b;c"), [",1,", "-3,-1,-2", "0,0,0"], 3, [0]),
    ],
    ids=lambda one: str(one.kind) if isinstance(one, RowRule) else "",
)
def test_rules_of_one_row(one: RowRule, rows: list[str], about: int, broken: list[int]) -> None:
    """Each kind is about the rows that meet its condition, and names those that break it."""
    assert judged(one, *rows) == (about, broken)


def test_deleted_rows_and_rows_outside_the_condition_are_passed_over() -> None:
    """A deleted row says nothing of the rule; nor does one that ``when`` leaves out."""
    judge = PolarsTables().row_judge([rule(RuleKind.SOME_PRESENT), rule(RuleKind.ORDER, when="c!=1")], NAMES)
    judge.take(csv(["1,,,", "0,2,1,1", "0,2,1,", "0,,,"]), 4, range(4))
    some, order = judge.hits()
    assert (some.judged, [row for row, _ in some.first]) == (3, [3])
    assert (order.judged, order.first) == (1, ((2, ("2", "1")),))


def ledger(rows: Sequence[str]) -> Ledger:
    """Rows of key, latest, deleted, a, b, c."""
    sheet = PolarsTables().sheet(("key", "latest", "deleted", *NAMES), (), (), ROLES)
    block = sheet.read(csv(rows))
    assert block is not None
    sheet.judge(block)
    return sheet.ledger()


def excerpt(*files: Sequence[str], force: bool = True) -> Excerpt:
    """The columns a, b, c of the rows in force after these files, or of all rows."""
    tables = PolarsTables()
    state = tables.state(ledger(files[0]))
    for rows in files[1:]:
        state = state.apply(ledger(rows))
    made = tables.excerpt(NAMES, state if force else None)
    for rows in files:
        made.take(csv(rows), 6, (1, 3, 4, 5))
    return made


def plain(*rows: str, force: bool = True) -> Excerpt:
    """The same of one file whose rows are all in force."""
    return excerpt([f"{number},1,0,{row}" for number, row in enumerate(rows)], force=force)


def told(hits: RuleHits) -> tuple[int, list[int]]:
    """How many rows a rule is about, and which break it."""
    assert len(hits.first) == hits.count
    return hits.judged, [row for row, _ in hits.first]


def test_only_rows_in_force_are_compared() -> None:
    """Rows that were replaced, deleted or are not the latest do not make a value come twice."""
    files = (
        ["1,1,0,x,,", "2,1,0,x,,", "3,1,0,y,,", "4,0,0,z,,"],
        ["2,1,0,w,,", "3,1,1,y,,", "5,1,0,y,,", "6,1,0,z,,"],
    )
    assert told(excerpt(*files).judge(rule(RuleKind.UNIQUE, "a"), ())) == (4, [])
    again = excerpt(*files, ["7,1,0,w,,"]).judge(rule(RuleKind.UNIQUE, "a"), ())
    assert told(again) == (5, [8])


def test_unique_passes_over_empty_parts() -> None:
    """Rows are alike when all parts are, and none is empty."""
    rows = plain("1,x,", "1,y,", "1,x,", "1,,", "1,,")
    assert told(rows.judge(rule(RuleKind.UNIQUE), ())) == (3, [2])


def test_a_reference_is_kept_by_any_row_of_any_other_linkage() -> None:
    """An old row will do, in whichever of the linkages; empty cells refer to nothing."""
    one = rule(RuleKind.REFERENCE, "a;b", others=("x", "y"), other_columns=("b", "a"))
    old, other = excerpt(["1,0,0,y,1,"], force=False), plain("z,2,", force=False)
    assert told(plain("1,y,", "2,z,", "3,y,", "1,,").judge(one, (old, other))) == (3, [2])
    assert told(plain("1,y,").judge(one, (plain(),))) == (1, [0])


def test_a_balance_is_the_sum_of_the_rows_with_the_key() -> None:
    """Without a row of the key the sum is 0; an empty total, or a part that is no number, is passed over."""
    one = rule(RuleKind.BALANCE, "c;a;b", others=("x",), other_columns=("c", "a", "b"))
    others = plain("1,x,3", "1,x,4", "2,x,", "3,x,1", "4,x,？")
    rows = plain("1,x,7", "1,x,8", "2,x,0", "9,x,0", "9,x,5", "4,x,9", "1,x,")
    assert told(rows.judge(one, (others,))) == (5, [1, 4])


def test_a_flag_says_whether_the_key_is_listed() -> None:
    """Exactly then it is 1; with ``*`` it may be 1 elsewhere too. What the condition leaves out is not listed."""
    others = plain("7,1,", "8,2,", "9,3,")
    one = rule(RuleKind.FLAG_WHEN_LISTED, others=("x",), other_columns=("a",), listed="b=1|2", then=("0",))
    rows = plain("1,7,", "0,8,", "0,9,", "1,9,", "1,,", ",8,")
    assert told(rows.judge(one, (others,))) == (4, [1, 3])
    lenient = rule(RuleKind.FLAG_WHEN_LISTED, others=("x",), other_columns=("a",), listed="b=1|2", then=("*",))
    assert told(rows.judge(lenient, (others,))) == (2, [1])


def test_a_key_must_not_be_listed_elsewhere() -> None:
    """With a date only a period that holds it counts; one without an end goes on."""
    others = plain("7,2026-01-01,2026-01-31", "8,2026-02-01,", "9,,9999-12-31")
    bare = rule(RuleKind.ABSENT_FROM, "b", others=("x",), other_columns=("a",))
    assert told(plain(",7,", ",6,", ",,").judge(bare, (others,))) == (2, [0])
    dated = rule(RuleKind.ABSENT_FROM, "a;b", others=("x",), other_columns=("b", "c", "a"), when="c!=1")
    rows = plain("2026-01-31,7,", "2026-02-01,7,", "2026-01-31,8,", "2030-01-01,8,", "2020-01-01,9,", "2026-01-05,7,1")
    assert told(rows.judge(dated, (others,))) == (5, [0, 3, 4])


def test_without_rows_nothing_is_judged() -> None:
    """Empty files break no rule and prove none."""
    for kind, columns in ((RuleKind.UNIQUE, ()), (RuleKind.REFERENCE, ("a", "b")), (RuleKind.BALANCE, ("a", "b"))):
        assert told(plain().judge(rule(kind, others=("x",), other_columns=columns), (plain(),))) == (0, [])
    assert judged(rule(RuleKind.ORDER)) == (0, [])
