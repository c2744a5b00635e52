"""What a boundary system takes: each value against the type that the table gives it, with the error of 031's kind."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mocks.boundary.interface import Item

_SIZED = re.compile(r"([XDNT])(?:(\d+)-)?(\d+)")
_RANGE = re.compile(r"I(-?\d+)-(\d+)")
_LIST = re.compile(r"L(\d+):\w+")
_HALF = re.compile("[\u0000-\u00a0\u2028\u2029\uff61-\uffdc\uffe8-\uffee\ufffd-\uffff]")
_SIGNS = {"X": re.compile(r"[!-~]*"), "D": re.compile(r"[0-9]*")}
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
MISSING, SIGNS, SIZE = "E0001", "E0002", "E0003"
Problem = dict[str, str]


def problems(items: Sequence[Item], body: Any) -> list[Problem]:
    """Everything that is wrong with a record of these items; what the table does not name is refused."""
    return list(_problems(items, body))


def _problems(items: Sequence[Item], body: Any) -> Iterator[Problem]:
    if not isinstance(body, Mapping):
        yield _problem(SIGNS, "本文はJSONのオブジェクトで設定してください。")
        return
    known = {one.romaji for one in items}
    for name in body:
        if name not in known:
            yield _problem(SIGNS, "項目の表にない項目が設定されています。")
    for one in items:
        if one.romaji in body:
            yield from _value(one, body[one.romaji])
        elif one.required:
            yield _problem(MISSING, f"{one.label}が設定されていません。")


def _problem(code: str, message: str) -> Problem:
    return {"code": code, "message": message}


def _value(one: Item, value: Any) -> Iterator[Problem]:
    if found := _LIST.fullmatch(one.kind):
        if not isinstance(value, list):
            yield _problem(SIGNS, f"{one.label}は配列で設定してください。")
        elif len(value) > int(found[1]):
            yield _problem(SIZE, f"{one.label}は{found[1]}件以内で設定してください。")
        else:
            for row in value:
                yield from _problems(one.part, row)
    elif not fits(one, value):
        code = SIZE if isinstance(value, str) and not _sized(one, value) else SIGNS
        yield _problem(code, f"{one.label}は決められた文字と桁数で設定してください。")


def _sized(one: Item, value: str) -> bool:
    found = _SIZED.fullmatch(one.kind)
    if not found:
        return True
    high = int(found[3])
    low = int(found[2] or (high if found[1] == "D" else 1))
    return low <= len(value) <= high


def fits(one: Item, value: Any) -> bool:
    """Whether a value is of the item's type."""
    if found := _RANGE.fullmatch(one.kind):
        number = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
        return number and int(found[1]) <= value <= int(found[2])
    if not isinstance(value, str):
        return False
    if one.codes:
        return value in one.codes
    if one.kind in _FORMS:
        return _FORMS[one.kind](value)
    kind = one.kind[0]
    full = kind != "N" or not _HALF.search(value)
    return _sized(one, value) and full and (kind not in _SIGNS or bool(_SIGNS[kind].fullmatch(value)))


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def _is_instant(text: str) -> bool:
    found = _INSTANT.fullmatch(text)
    if found is None:
        return False
    second = "59" if found[3] == "60" else found[3]
    try:
        return bool(dt.datetime.fromisoformat(f"{found[1]}T{found[2]}{second}{found[5].upper()}"))
    except ValueError:
        return False


_FORMS: Mapping[str, Callable[[str], bool]] = {
    "DATE": _is_day,
    "DU": lambda text: bool(_DAY.fullmatch(text)),
    "TM": lambda text: bool(_TIME.fullmatch(text)),
    "TS": _is_instant,
    "YM": lambda text: bool(_MONTH.fullmatch(text)),
}
