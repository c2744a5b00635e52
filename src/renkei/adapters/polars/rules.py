"""The rules of one column as polars expressions: a quick one that a legal column passes, and one mask per rule."""

from __future__ import annotations

import functools

import polars as pl

from renkei.flow.contract import Item
from renkei.tableports import ColumnRule
from renkei.tables.fields import (
    HALF_WIDTH,
    SENTINEL_END,
    SENTINEL_START,
    allows_unknown_date,
    check_kind,
    number_pattern,
    period,
    violations,
)

SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
# Surrogates have no UTF-8 form, so that no cell can hold one and the class of tables.fields needs none here.
CONTROLS = "\u0080-\u009f\u2028\u2029\ufffd-\uffff"
NOT_X = "[^\u0020-\u007e\uff61-\uff9f]"
DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIME = "^(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?$"
YEAR = "^[0-9]{4}$"
_YEARS = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_FOURTHS = "(?:0[48]|[2468][048]|[13579][26])"
_LEAP = f"(?:[0-9]{{2}}{_FOURTHS}|{_FOURTHS}00)"
_DAYS = (
    "(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])",
    "(?:0[13-9]|1[0-2])-(?:29|30)",
    "(?:0[13578]|1[02])-31",
)
CALENDAR = f"^(?:{_YEARS}-(?:{'|'.join(_DAYS)})|{_LEAP}-02-29)$"
# What each place of a number weighs, from the last one (10^0) upwards; 0 for the check digit itself.
_WEIGHTS = {
    "kojinbango": (0, 2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6),
    "hojinbango": (1, 2) * 6,
    "dantaikodo": (0, 2, 3, 4, 5, 6),
}
_DIGITS = {"kojinbango": 12, "hojinbango": 13, "dantaikodo": 6}
# Digits are weighed six at a time by looking the sum up: a division for every digit costs five times as much.
_AT_ONCE = 6
_MILLION = 10**_AT_ONCE


def masks(rule: ColumnRule) -> tuple[tuple[str, pl.Expr], ...]:
    """(rule code, which filled cells break it) in the order of ``tables.fields.violations``, then ``rule.never``."""
    item, cell = rule.item, pl.col(rule.column)
    found = _TYPES[item.type](item, cell)
    broken = pl.any_horizontal([mask for _, mask in found]) if found else pl.lit(False)
    if rule.codes is not None:
        unknown = ~broken & ~cell.is_in(list(rule.codes))
        found = (*found, ("unknown-code", unknown))
        broken = broken | unknown
    if check_kind(item):
        found = (*found, ("bad-check-digit", ~broken & ~digit_holds(cell, check_kind(item))))
    return (*found, *((code, cell.str.contains(pattern)) for code, pattern in rule.never))


def quick(rule: ColumnRule) -> pl.Expr:
    """One truth for a column: false only when no filled cell breaks a rule. True may be a false alarm."""
    item, cell = rule.item, pl.col(rule.column)
    kind = check_kind(item)
    if rule.codes and not rule.never and not kind and all(_plainly_legal(item, code) for code in rule.codes):
        return (~cell.is_in(list(rule.codes))).any()
    if item.type == "N" and rule.codes is None and not kind:
        never = [pattern for _, pattern in rule.never]
        astray = cell.str.contains("|".join([f"[{HALF_WIDTH}{CONTROLS}]", *never])).any()
        return astray | _long(item, cell) if byte_limit(rule) < 0 else astray
    if item.type == "X" and rule.codes is None and not rule.never:
        if kind:
            # A file has few different codes of municipalities, and nearly as many 個人番号 as rows.
            filled = cell.drop_nulls()
            return (~digit_holds(filled.unique() if kind == "dantaikodo" else filled, kind)).any() | _long(item, cell)
        return cell.str.contains(NOT_X).any() | _long(item, cell)
    if item.type == "DATE" and rule.codes is None and not rule.never:
        return _quick_date(item, cell)
    found = masks(rule)
    return pl.any_horizontal([mask.any() for _, mask in found]) if found else pl.lit(False)


def byte_limit(rule: ColumnRule) -> int:
    """How many bytes a full-width cell may have without being counted in characters; -1 for other rules.

    A cell that the quick truth passes has no character of one byte, so that up to here it cannot be too long. Counting
    characters costs a third of what the pattern costs, the number of bytes next to nothing.
    """
    item = rule.item
    plain = item.type == "N" and rule.codes is None and not check_kind(item)
    return 2 * int(item.length) if plain and not item.fixed and item.length.isdigit() else -1


def overlong(rule: ColumnRule) -> pl.Expr:
    """Whether a cell of a column over its :func:`byte_limit` may be too long."""
    return _long(rule.item, pl.col(rule.column))


def _quick_date(item: Item, cell: pl.Expr) -> pl.Expr:
    sentinels = {"start": SENTINEL_START, "end": SENTINEL_END}
    legal = cell.str.contains(DATE if allows_unknown_date(item) else CALENDAR)
    if period(item):
        legal = legal | (cell == sentinels[period(item)])
    astray = [(cell == value).any() for when, value in sentinels.items() if when != period(item)]
    return (~legal).any() | pl.any_horizontal(astray)


def characters(cell: pl.Expr) -> pl.Expr:
    """Length in characters as ``tables.fields.character_length`` counts it."""
    first = cell.str.contains(f"^[{SELECTORS}]").cast(pl.UInt32)
    return cell.str.len_chars() - cell.str.count_matches(f"[{SELECTORS}]") + first


def digit_holds(cell: pl.Expr, kind: str) -> pl.Expr:
    """Whether a number of that kind ends (法人番号: begins) with its check digit."""
    length = _DIGITS[kind]
    whole = cell.str.contains(f"^[0-9]{{{length}}}$")
    # What is no number is ruled out by ``whole``; the remainder only keeps it inside the tables.
    number = cell.cast(pl.Int64, strict=False)
    if kind == "dantaikodo":
        return (whole & pl.lit(_dantaikodo()).gather(number % _MILLION)).fill_null(False)
    total = pl.sum_horizontal(
        pl.lit(_sums(_WEIGHTS[kind][place : place + _AT_ONCE])).gather(number // 10**place % _MILLION)
        for place in range(0, len(_WEIGHTS[kind]), _AT_ONCE)
    )
    if kind == "hojinbango":
        return (whole & (number // 10**12 == 9 - total % 9)).fill_null(False)
    rest = 11 - total % 11
    return (whole & (number % 10 == pl.when(rest >= 10).then(0).otherwise(rest))).fill_null(False)


@functools.cache
def _dantaikodo() -> pl.Series:
    """Which numbers below a million are 団体コード by their check digit."""
    rest = 11 - pl.lit(_sums(_WEIGHTS["dantaikodo"])) % 11
    return pl.select(rest % 10 == pl.int_range(_MILLION) % 10).to_series()


@functools.cache
def _sums(weights: tuple[int, ...]) -> pl.Series:
    """The weighed sum of the digits of every number below a million."""
    number = pl.int_range(_MILLION, dtype=pl.Int32)
    digits = [number // 10**place % 10 * weight for place, weight in enumerate(weights)]
    return pl.select(pl.sum_horizontal(digits).cast(pl.Int16)).to_series()


def _long(item: Item, cell: pl.Expr) -> pl.Expr:
    """Whether a cell may be too long or of the wrong length, told without looking for selectors."""
    if not item.length.isdigit():
        return pl.lit(False)
    limit = int(item.length)
    length = cell.str.len_chars() if item.type == "N" else cell.str.len_bytes()
    return (length != limit).any() if item.fixed else (length > limit).any()


def _plainly_legal(item: Item, code: str) -> bool:
    """Whether a listed code breaks no rule of its own item's type."""
    return code != "" and not violations(item, code, text_only=True)


def _length(item: Item, cell: pl.Expr) -> tuple[tuple[str, pl.Expr], ...]:
    if not item.length.isdigit():
        return ()
    limit = int(item.length)
    if item.fixed:
        return (("wrong-length", ~characters(cell).is_in([0, limit])),)
    return (("too-long", characters(cell) > limit),)


def _half(item: Item, cell: pl.Expr) -> tuple[tuple[str, pl.Expr], ...]:
    return (("fullwidth-in-x", cell.str.contains(NOT_X)), *_length(item, cell))


def _full(item: Item, cell: pl.Expr) -> tuple[tuple[str, pl.Expr], ...]:
    return (
        ("halfwidth-in-n", cell.str.contains(f"[{HALF_WIDTH}]")),
        ("not-a-character", cell.str.contains(f"[{CONTROLS}]")),
        *_length(item, cell),
    )


def _date(item: Item, cell: pl.Expr) -> tuple[tuple[str, pl.Expr], ...]:
    form = cell.str.contains(DATE)
    start, end = cell == SENTINEL_START, cell == SENTINEL_END
    legal = {"start": start, "end": end}.get(period(item), pl.lit(False))
    found: tuple[tuple[str, pl.Expr], ...] = (
        ("not-a-date", ~form),
        ("sentinel-outside-period", (start | end) & ~legal),
    )
    if allows_unknown_date(item):
        return found
    return (*found, ("not-in-calendar", form & ~start & ~end & ~cell.str.contains(CALENDAR)))


def _time(_item: Item, cell: pl.Expr) -> tuple[tuple[str, pl.Expr], ...]:
    return (("not-a-time", ~cell.str.contains(TIME)),)


def _year(item: Item, cell: pl.Expr) -> tuple[tuple[str, pl.Expr], ...]:
    outside = [cell == value for value, when in (("0000", "start"), ("9999", "end")) if when != period(item)]
    return (
        ("not-a-year", ~cell.str.contains(YEAR)),
        ("sentinel-outside-period", pl.any_horizontal(outside)),
    )


def _number(item: Item, cell: pl.Expr) -> tuple[tuple[str, pl.Expr], ...]:
    code = "not-a-number" if item.type == "9V" else "not-an-integer"
    return ((code, ~cell.str.contains(f"^(?:{number_pattern(item)})$")),)


def _blob(_item: Item, _cell: pl.Expr) -> tuple[tuple[str, pl.Expr], ...]:
    return ()


_TYPES = {
    "X": _half,
    "N": _full,
    "9": _number,
    "9V": _number,
    "S9": _number,
    "BLOB": _blob,
    "YEAR": _year,
    "DATE": _date,
    "TIME": _time,
}
