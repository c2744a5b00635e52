"""One value against one item: characters, length, dates, codes and check digits, with a rule code for each fault."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from renkei.flow.contract import Item
from renkei.tables import checkdigits

UNKNOWN_DATE_NOTE = "不詳日を許容"
PERIOD_START_NOTE = "期間の開始"
PERIOD_END_NOTE = "期間の終了"
SENTINEL_START = "0000-01-01"
SENTINEL_END = "9999-12-31"
# Half-width: ASCII, and the half-width kana and symbols block.
HALF_WIDTH = "\u0000-\u007f\uff61-\uffdc\uffe8-\uffee"
_NOT_X = re.compile("[^\u0020-\u007e\uff61-\uff9f]")
_HALF = re.compile(f"[{HALF_WIDTH}]")
_CONTROL = re.compile("[\u0080-\u009f\u2028\u2029\ud800-\udfff\ufffd-\uffff]")
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")


def character_length(text: str) -> int:
    """Length as the standard counts it: in characters, a variation selector belonging to the one before it."""
    return len(text) - len(_SELECTOR.findall(text[1:]))


def allows_unknown_date(item: Item) -> bool:
    """Whether the 項目説明 allows 不詳日, and so dates outside the calendar."""
    return UNKNOWN_DATE_NOTE in item.condition + item.description


def period(item: Item) -> str:
    """``start`` or ``end`` for the dates of a period (where sentinel dates are legal), else ""."""
    text = item.condition + item.description
    return "start" if PERIOD_START_NOTE in text else "end" if PERIOD_END_NOTE in text else ""


def check_kind(item: Item) -> str:
    """Which check digit the value must carry: kojinbango, hojinbango, dantaikodo or "".

    宛名番号 is not among them: only newly issued numbers carry a digit, and a value does not tell its age.
    """
    for ending, kind in (("個人番号", "kojinbango"), ("法人番号", "hojinbango"), ("市区町村コード", "dantaikodo")):
        if item.name.endswith(ending):
            return kind
    return ""


def violations(
    item: Item, value: Any, *, codes: Mapping[str, str] | None = None, text_only: bool = False
) -> tuple[str, ...]:
    """Rule codes that a value breaks, in a fixed order; empty for a legal value.

    ``codes`` is the closed code list of the item (None: not checked). ``text_only`` reads a CSV cell, where every
    value is text and an empty one stands for null.
    """
    if value is None or (text_only and value == ""):
        return ("null-not-allowed",) if item.output == "必須" and not item.nullable else ()
    if item.type in ("9", "S9", "9V") and not text_only:
        return _number(item, value)
    if not isinstance(value, str):
        return ("not-a-string",)
    found = _TEXT_CHECKS[item.type](item, value)
    if codes is not None and not found and value != "" and value not in codes:
        found.append("unknown-code")
    if not found and value != "" and not _digit_holds(item, value):
        found.append("bad-check-digit")
    return tuple(found)


def _digit_holds(item: Item, value: str) -> bool:
    checks: Mapping[str, Callable[[str], bool]] = {
        "kojinbango": checkdigits.is_kojinbango,
        "hojinbango": checkdigits.is_hojinbango,
        "dantaikodo": checkdigits.is_dantaikodo,
        "": lambda _: True,
    }
    return checks[check_kind(item)](value)


def _half(item: Item, value: str) -> list[str]:
    found = ["fullwidth-in-x"] if _NOT_X.search(value) else []
    return found + _length(item, value)


def _full(item: Item, value: str) -> list[str]:
    found = ["halfwidth-in-n"] if _HALF.search(value) else []
    if _CONTROL.search(value):
        found.append("not-a-character")
    return found + _length(item, value)


def _length(item: Item, value: str) -> list[str]:
    if not item.length.isdigit():
        return []
    length, limit = character_length(value), int(item.length)
    if item.fixed and length not in (0, limit):
        return ["wrong-length"]
    return ["too-long"] if length > limit else []


def _date(item: Item, value: str) -> list[str]:
    if not _DATE.fullmatch(value):
        return ["not-a-date"]
    if value in (SENTINEL_START, SENTINEL_END):
        wanted = "start" if value == SENTINEL_START else "end"
        return [] if period(item) == wanted else ["sentinel-outside-period"]
    if allows_unknown_date(item):
        return []
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return ["not-in-calendar"]
    return []


def _time(_item: Item, value: str) -> list[str]:
    return [] if _TIME.fullmatch(value) else ["not-a-time"]


def _year(item: Item, value: str) -> list[str]:
    if not re.fullmatch(r"[0-9]{4}", value):
        return ["not-a-year"]
    wanted = {"0000": "start", "9999": "end"}.get(value)
    return ["sentinel-outside-period"] if wanted and period(item) != wanted else []


def _number_text(item: Item, value: str) -> list[str]:
    pattern = number_pattern(item)
    return [] if re.fullmatch(pattern, value) else ["not-a-number" if item.type == "9V" else "not-an-integer"]


def number_pattern(item: Item) -> str:
    """The spelling of a number in a CSV cell: no plus sign, exponent, separator or leading zero."""
    whole, _, decimals = item.length.partition(",")
    integer = f"(0|[1-9][0-9]{{0,{int(whole) - 1}}})"
    if item.type == "9V":
        return integer + rf"(\.[0-9]{{1,{decimals or 1}}})?"
    return ("-?" if item.type == "S9" else "") + integer


def _number(item: Item, value: Any) -> tuple[str, ...]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ("not-a-number" if item.type == "9V" else "not-an-integer",)
    if item.type != "9V" and isinstance(value, float):
        return ("not-an-integer",)
    if value < 0 and item.type != "S9":
        return ("negative",)
    whole = int(item.length.partition(",")[0])
    return ("too-long",) if abs(value) >= 10**whole else ()


_TEXT_CHECKS: Mapping[str, Callable[[Item, str], list[str]]] = {
    "X": _half,
    "N": _full,
    "9": _number_text,
    "9V": _number_text,
    "S9": _number_text,
    "BLOB": lambda _item, _value: [],
    "YEAR": _year,
    "DATE": _date,
    "TIME": _time,
}
