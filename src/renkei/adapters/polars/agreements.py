"""Rules between the cells of a row as polars expressions, and the rows of a file judged by them block by block."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from renkei.adapters.polars.blocks import picked
from renkei.flow.contract import RowRule, RuleKind
from renkei.tableports import RuleHits

SHOWN = 100
ANY = "*"
DAY = "^[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?$"
# The beginning and the end of time; YYYY-MM has them without a day.
ENDLESS = "^(?:0000|9999-12)"
CLOCK = "^[0-9]{2}:[0-9]{2}(?::[0-9]{2})?$"
NUMBER = r"^-?[0-9]{1,15}(?:\.[0-9]{1,9})?$"
AMOUNT = "^-?[0-9]{1,15}$"
# Which rows a rule is about, and which of those break it.
Masks = tuple[pl.Expr, pl.Expr]
Columns = Mapping[str, pl.Expr]


def asked(condition: str, columns: Columns) -> pl.Expr:
    """The rows for which a condition (``column=v|w``, ``column!=v|w``, "" for all) holds."""
    if not condition:
        return pl.lit(True)
    name, _, values = condition.partition("=")
    found = columns[name.removesuffix("!")].is_in(values.split("|")).fill_null(False)
    return ~found if name.endswith("!") else found


def amount(cell: pl.Expr) -> pl.Expr:
    """A whole number: 0 for an empty cell, null for what is none."""
    number = pl.when(cell.str.contains(AMOUNT)).then(cell.cast(pl.Int64, strict=False))
    return pl.when(cell.is_null()).then(0).otherwise(number)


class RowAgreement:
    """Fulfils ``ports.RowJudge``."""

    def __init__(self, rules: Sequence[RowRule], columns: Sequence[str]) -> None:
        names: Columns = {name: pl.col(str(place)) for place, name in enumerate(columns, 1)}
        self._cells = [[str(columns.index(name) + 1) for name in rule.cells] for rule in rules]
        self._masks: list[pl.Expr] = []
        for number, rule in enumerate(rules):
            about, broken = KINDS[rule.kind](rule, names)
            about = (about & asked(rule.when, names)).fill_null(False)
            self._masks += [about.alias(f"about {number}"), (about & broken.fill_null(False)).alias(f"broken {number}")]
        self._judged = [0] * len(rules)
        self._counts = [0] * len(rules)
        self._first: list[list[tuple[int, tuple[str, ...]]]] = [[] for _ in rules]
        self._rows = 0

    def take(self, data: bytes, width: int, places: Sequence[int]) -> None:
        """The next block."""
        frame = picked(data, width, places).with_row_index("row", offset=self._rows)
        self._rows += frame.height
        frame = frame.filter(pl.col("0").ne_missing("1"))
        truths = frame.select(pl.lit(True).alias("all"), *self._masks)
        for number, cells in enumerate(self._cells):
            broken = truths[f"broken {number}"]
            count = int(broken.sum()) if frame.height else 0
            self._judged[number] += int(truths[f"about {number}"].sum()) if frame.height else 0
            self._counts[number] += count
            first = self._first[number]
            if count and len(first) < SHOWN:
                first += shown(frame.filter(broken), cells, SHOWN - len(first))

    def hits(self) -> tuple[RuleHits, ...]:
        """What was found so far."""
        return tuple(
            RuleHits(judged=judged, count=count, first=tuple(first))
            for judged, count, first in zip(self._judged, self._counts, self._first, strict=True)
        )


def shown(frame: pl.DataFrame, cells: Sequence[str], most: int = SHOWN) -> list[tuple[int, tuple[str, ...]]]:
    """The first rows of a frame with these of their cells."""
    some = frame.head(most).select("row", *(pl.col(cell).fill_null("").alias(f"{n} ") for n, cell in enumerate(cells)))
    return [(row, tuple(texts)) for row, *texts in some.iter_rows()]


def _order(rule: RowRule, columns: Columns) -> Masks:
    first, second = (columns[name] for name in rule.cells)
    days = first.str.contains(DAY) & second.str.contains(DAY)
    known = pl.min_horizontal(_known(first), _known(second))
    later = first.str.slice(0, known) > second.str.slice(0, known)
    finite = ~(first.str.contains(ENDLESS) | second.str.contains(ENDLESS))
    clocks = first.str.contains(CLOCK) & second.str.contains(CLOCK)
    numbers = first.str.contains(NUMBER) & second.str.contains(NUMBER)
    greater = first.cast(pl.Float64, strict=False) > second.cast(pl.Float64, strict=False)
    about = (days & finite) | clocks | numbers
    return about, pl.when(days).then(later).when(clocks).then(first > second).otherwise(greater)


def _known(day: pl.Expr) -> pl.Expr:
    """How many characters of a date are known: 00 stands for an unknown month or day."""
    return (
        pl.when(day.str.contains("^[0-9]{4}-00"))
        .then(4)
        .when(day.str.contains("-00$"))
        .then(7)
        .otherwise(day.str.len_bytes())
    )


def _condition(rule: RowRule, columns: Columns) -> pl.Expr:
    cell = columns[rule.cells[0]]
    return cell.is_not_null() if ANY in rule.values else cell.is_in(list(rule.values)).fill_null(False)


def _present_when(rule: RowRule, columns: Columns) -> Masks:
    empty = pl.any_horizontal([columns[name].is_null() for name in rule.cells[1:]])
    return _condition(rule, columns), empty


def _absent_when(rule: RowRule, columns: Columns) -> Masks:
    filled = pl.any_horizontal([columns[name].is_not_null() for name in rule.cells[1:]])
    return _condition(rule, columns), filled


def _equals_when(rule: RowRule, columns: Columns) -> Masks:
    target = columns[rule.cells[1]]
    wrong = pl.lit(False) if ANY in rule.then else ~target.is_in(list(rule.then))
    return _condition(rule, columns) & target.is_not_null(), wrong


def _some_present(rule: RowRule, columns: Columns) -> Masks:
    return pl.lit(True), pl.all_horizontal([columns[name].is_null() for name in rule.cells])


def _both_or_none(rule: RowRule, columns: Columns) -> Masks:
    filled = pl.any_horizontal([columns[name].is_not_null() for name in rule.cells])
    return filled, pl.any_horizontal([columns[name].is_null() for name in rule.cells])


def _pattern(rule: RowRule, columns: Columns) -> Masks:
    cell = columns[rule.cells[0]]
    return cell.is_not_null(), ~cell.str.contains(f"^(?:{rule.values[0]})$")


def _sum(rule: RowRule, columns: Columns) -> Masks:
    """What is no whole number breaks a rule of its own column, and makes the sum unknown here."""
    total, *parts = (amount(columns[name]) for name in rule.cells)
    signs = [-1 if name.startswith("-") else 1 for name in rule.columns[1:]]
    come_to = pl.sum_horizontal([part * sign for part, sign in zip(parts, signs, strict=True)])
    filled = pl.any_horizontal([columns[name].is_not_null() for name in rule.cells])
    known = pl.all_horizontal([part.is_not_null() for part in (total, *parts)])
    return filled & known, total != come_to


KINDS: Mapping[RuleKind, Callable[[RowRule, Columns], Masks]] = {
    RuleKind.ORDER: _order,
    RuleKind.PRESENT_WHEN: _present_when,
    RuleKind.ABSENT_WHEN: _absent_when,
    RuleKind.EQUALS_WHEN: _equals_when,
    RuleKind.SOME_PRESENT: _some_present,
    RuleKind.BOTH_OR_NONE: _both_or_none,
    RuleKind.PATTERN: _pattern,
    RuleKind.SUM: _sum,
}
