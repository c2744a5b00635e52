"""The files of one linkage come to each other: full files, and what deltas told between them."""

from __future__ import annotations

import datetime as dt

from item_maker import item_like

from renkei.town.dataset import Line
from renkei.town.order import CLOSING, DELTAS, FULL, Order
from renkei.town.sheet import Sheet

NAMES = ("shikuchosonkodo", "atenabango", "rirekibango", "saishinfuragu", "sakujofuragu", "sosashaid", "sosanengappi",
         "sosajikoku")  # fmt: skip
ITEMS = tuple(item_like(romaji=name, key=name in NAMES[:3]) for name in NAMES)


def written(*lines: Line) -> tuple[list[str], list[list[str]], list[str]]:
    """The first full file, the deltas and the closing full file of one history."""
    full, *deltas, closing = Sheet(ITEMS, "993018", (FULL, *DELTAS, CLOSING)).write([list(lines)])
    return full, deltas, closing


def test_a_closing_full_file_holds_what_the_deltas_told() -> None:
    """A row of the night between the last delta and the closing full file waits for the next delta."""
    early = Line(DELTAS[0].at - dt.timedelta(hours=2), {"atenabango": "1"})
    late = Line(DELTAS[-1].at + dt.timedelta(hours=2), {"atenabango": "1"})
    full, deltas, closing = written(early, late)

    assert (full, [len(lines) for lines in deltas]) == ([], [1, 0, 0])
    assert closing == deltas[0]


def test_a_former_latest_row_is_told_again() -> None:
    """With a new row of a history the one before it comes again, no longer the latest."""
    first = Line(FULL.at - dt.timedelta(days=9), {"atenabango": "1"})
    second = Line(DELTAS[-1].at - dt.timedelta(hours=1), {"atenabango": "1"})
    full, deltas, closing = written(first, second)

    assert [line.split(",")[2:4] for line in (*full, *deltas[2])] == [["1", "1"], ["1", "0"], ["2", "1"]]
    assert closing == deltas[2]


def test_a_linkage_without_deltas_has_full_files_only() -> None:
    """What the tables agree on without deltas is ordered as full files; everything else with deltas between them."""
    order = Order(population=1, seed=1, municipality="993018", edition="", items={}, rules=(), codes={}, closing=True,
                  whole=frozenset({"017o903"}))  # fmt: skip

    assert order.moments("017o903") == (FULL, CLOSING)
    assert order.moments("017o901") == (FULL, *DELTAS, CLOSING)


def test_only_cells_that_need_it_are_quoted_and_strangers_are_left_out() -> None:
    """A comma, quotation mark or line end is quoted; what the linkage has no column for does not come, in any order."""
    day = FULL.at - dt.timedelta(days=9)
    plain = Line(day, {"unknown": "x,y", "sosashaid": "A", "atenabango": "1"})
    full, _, _ = written(plain)
    cells = {value: written(Line(day, {"atenabango": value}))[0][0] for value in ('a"b', "a,b", "a\nb", "a\rb")}

    assert full == ["993018,1,1,1,0,A,2026-02-20,00:00:00\r\n"]
    for value, line in cells.items():
        shown = value.replace('"', '""')
        assert line == f'993018,"{shown}",1,1,0,RENKEI01,2026-02-20,00:00:00\r\n'
