"""Histories, owners of numbers and suspects say in columns what a plain reading of the rows says."""

import itertools
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from renkei.adapters.polars.tables import PolarsTables
from renkei.tableports import Ledger, RowHits, RowRoles, Suspect

Row = tuple[str, ...]
# deleted, person, number, two planned columns, a settled one
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["0", "0", "0", "1"]),
        st.sampled_from(["7", "8", ""]),
        st.sampled_from(["1", "2", "10", "x"]),
        st.sampled_from(["", "甲", "乙"]),
        st.sampled_from(["", "甲"]),
        st.sampled_from(["", "丙"]),
    ),
    max_size=14,
)


def blocks(rows: Sequence[Row]) -> list[bytes]:
    """The rows as two blocks of CSV."""
    halves = (rows[: len(rows) // 2], rows[len(rows) // 2 :])
    return ["".join(",".join(row) + "\r\n" for row in half).encode() for half in halves if half]


def follows(rows: Sequence[Row]) -> list[tuple[int, Row, Row]]:
    """(row, the row before it in the same history, the row itself), read plainly."""
    alive = [
        (row[1], int(row[2]) if row[2].isdigit() else -1, place) for place, row in enumerate(rows) if row[0] != "1"
    ]
    pairs = itertools.pairwise(sorted(alive))
    return sorted((two[2], rows[one[2]], rows[two[2]]) for one, two in pairs if one[0] == two[0])


def hits(found: Sequence[int]) -> RowHits:
    """So many rows."""
    return RowHits(count=len(found), first=tuple(found))


@settings(max_examples=80)
@given(rows=ROWS)
def test_histories_are_followed_row_by_row(rows: list[Row]) -> None:
    """What a group of columns loses or changes from one row of a history to the next is found, deletions apart."""
    found = PolarsTables().succession(2, 1)
    for data in blocks(rows):
        found.take(data, 6, [0, 1, 2, 3, 4, 5])
    pairs = follows(rows)
    assert found.emptied(0) == hits([row for row, was, now in pairs if any(was[3:5]) and not any(now[3:5])])
    judged = [(row, was[3:5] != now[3:5]) for row, was, now in pairs if any(was[3:5]) and now[5]]
    assert found.changed(0, once=1) == (len(judged), hits([row for row, differs in judged if differs]))


@settings(max_examples=60)
@given(rows=ROWS)
def test_numbers_have_one_owner(rows: list[Row]) -> None:
    """A row that gives a number to another person than its first row does is found."""
    found = PolarsTables().owners()
    for data in blocks(rows):
        found.take(data, 6, [0, 3, 1])
    owners: dict[str, str] = {}
    wrong = [
        place
        for place, row in enumerate(rows)
        if row[0] != "1" and row[3] and owners.setdefault(row[3], row[1]) != row[1]
    ]
    assert (found.numbers(), found.shared()) == (len(owners), hits(wrong))


def test_columns_that_a_file_lacks_are_empty() -> None:
    """A place of -1 is a column without cells: nothing is lost there, and every cell of it is empty text."""
    tables, data = PolarsTables(), b"0,7,1\r\n0,7,2\r\n"
    found = tables.succession(1)
    found.take(data, 3, [0, 1, 2, -1])
    assert found.emptied(0) == hits([])
    assert list(tables.cells(data, 3, [2, -1])) == [(0, ("1", "")), (1, ("2", ""))]
    assert tables.distinct(data, 3, [1, -1], limit=5) == [("7",), ()]


def test_rows_without_a_suspect_are_passed_over() -> None:
    """A row is given when a cell matches, fails to match, or sorts after a text; an empty cell is a text like others."""
    tables, data = PolarsTables(), "子,2024-01-01\r\n孫,\r\n,2026-01-01\r\n父,2025-01-01\r\n".encode()

    def rows(*suspects: Suspect) -> list[int]:
        return [row for row, _ in tables.cells(data, 2, [0, 1], suspects)]

    assert rows(Suspect(cell=0, pattern="^(?:子|父)?$", fails=True)) == [1]
    assert rows(Suspect(cell=1, pattern="^$")) == [1]
    assert rows(Suspect(cell=1, after="2024-12-31")) == [2, 3]
    assert rows(Suspect(cell=0, pattern="^$"), Suspect(cell=1, pattern="^$")) == [1, 2]
    assert rows() == [0, 1, 2, 3]


def test_rows_of_persons_who_are_nowhere_else_are_found() -> None:
    """A ledger tells its rows whose person has no row in any of the others."""
    roles = RowRoles(key=("p",), subject=("p",), person="p", serial="", branch="", latest="", deleted="")

    def ledger(*people: str) -> Ledger:
        sheet = PolarsTables().sheet(("p", "q"), (), (), roles)
        block = sheet.read("".join(f"{person},x\r\n" for person in people).encode())
        assert block is not None
        sheet.judge(block)
        return sheet.ledger()

    assert ledger("1", "2", "3", "2").strangers([ledger("1"), ledger("3")]) == hits([1, 3])
    assert ledger("1").strangers([]) == hits([0])
