"""What one item may hold, as plain data: hypothesis strategies and the fast generator are both made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from renkei.kit.strategies import characters, dates, numbers

FEW_CHARACTERS = 20
ASCII_DIGITS = "0123456789"
ASCII_NAMES = ASCII_DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PREFECTURES = ("東京都", "北海道", "京都府", "大阪府", "神奈川県", "鹿児島県", "沖縄県")
CITIES = ("千代田区", "横浜市西区", "茅ヶ崎市", "足柄上郡中井町", "龍ケ崎市", "竜王町")
# Lengths on which the documents contradict each other (C1): valid data keeps to the smaller one.
SAFE_LENGTHS = {"jusho_choaza": 18}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One of these values; the first is the simplest."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Serial:
    """A value made from a serial between two bounds (both included), now and then one of ``also``."""

    first: int
    last: int
    made: Callable[[int], Any]
    also: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfWidth:
    """Text of type X over an alphabet."""

    alphabet: str
    smallest: int
    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FullWidth:
    """Text of type N over an alphabet of elements; ``code_points`` is a cap that holds as well."""

    alphabet: tuple[str, ...]
    smallest: int
    largest: int
    code_points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day of the calendar, or one of ``also``: legal days outside it, the sentinel of a period."""

    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A time of day, with or without seconds."""


Description = Pick | Serial | HalfWidth | FullWidth | Day | Clock


def described(marks: Mapping[str, Any], romaji: str, *, code_points: int | None = None) -> Description:
    """The values of one item by its ``x-renkei`` marks; ``code_points`` is a maxLength that holds as well."""
    kind, whole, places = marks["type"], *lengths(marks)
    top = 10**whole - 1
    makers: Mapping[str, Callable[[], Description]] = {
        "N": lambda: _full_width(romaji, whole, code_points),
        "X": lambda: _half_width(romaji, whole, marks),
        "DATE": lambda: _date(marks),
        "TIME": Clock,
        "YEAR": lambda: Serial(first=1900, last=2099, made=str),
        "9": lambda: Serial(first=0, last=top, made=int, also=(0, 1, top)),
        "S9": lambda: Serial(first=-top, last=top, made=int, also=(0, -1, top, -top)),
        "9V": lambda: Serial(first=0, last=10 ** min(whole + places, 15) - 1, made=_Shifted(10**places)),
        "BLOB": lambda: Pick(values=("",)),
    }
    return makers[kind]()


def lengths(marks: Mapping[str, Any]) -> tuple[int, int]:
    """The 桁数 as (whole, decimal places)."""
    whole, _, places = str(marks.get("length") or "").partition(",")
    return int(whole or FEW_CHARACTERS), int(places or 0)


@dataclass(frozen=True, slots=True)
class _Shifted:
    """An integer as a number with decimal places, written without an exponent."""

    by: int

    def __call__(self, value: int) -> float:
        return value / self.by


def _date(marks: Mapping[str, Any]) -> Day:
    if marks.get("unknown_date"):
        return Day(also=dates.OUTSIDE_CALENDAR)
    sentinels = {"start": (dates.PERIOD_START,), "end": (dates.PERIOD_END,)}
    return Day(also=sentinels.get(str(marks.get("period")), ()))


def _full_width(romaji: str, limit: int, code_points: int | None) -> Description:
    if romaji.endswith("furigana"):
        return FullWidth(alphabet=characters.KANA, smallest=1, largest=limit)
    if romaji.endswith("romaji"):
        return FullWidth(alphabet=(*characters.ROMAN, *characters.INNER), smallest=1, largest=limit)
    for ending, texts in (("fushohyoki", dates.NOTATIONS), ("todofuken", PREFECTURES), ("gunchosonmei", CITIES)):
        fitting = tuple(text for text in texts if len(text) <= limit)
        if romaji.endswith(ending) and fitting:
            return Pick(values=fitting)
    largest = min(limit, SAFE_LENGTHS.get(romaji, limit))
    return FullWidth(alphabet=characters.ALPHABET, smallest=1, largest=largest, code_points=code_points)


def _half_width(romaji: str, limit: int, marks: Mapping[str, Any]) -> Description:
    """Valid values of an X item: numbers with check digits by their name, digits when the length is fixed."""
    meant = str(marks.get("check") or romaji.replace("shikuchosonkodo", "dantaikodo"))
    for ending, length, description in _NUMBERED:
        if meant.endswith(ending) and limit == length:
            return description
    alphabet = ASCII_DIGITS if marks.get("fixed") else ASCII_NAMES
    return HalfWidth(alphabet=alphabet, smallest=limit if marks.get("fixed") else 1, largest=limit)


_ATENABANGO = Serial(first=1, last=10**numbers.ATENABANGO_DIGITS - 100, made=numbers.atenabango_of)
_NUMBERED: tuple[tuple[str, int, Description], ...] = (
    ("kojinbango", 12, Serial(first=0, last=99_999, made=numbers.kojinbango_of)),
    ("hojinbango", 13, Serial(first=0, last=99_999_999, made=numbers.hojinbango_of)),
    ("atenabango", 15, _ATENABANGO),
    ("setaibango", 15, _ATENABANGO),
    ("dantaikodo", 6, Serial(first=0, last=999, made=numbers.dantaikodo_of, also=numbers.DANTAIKODO_VECTORS)),
    ("choazakodo", 7, Pick(values=("0011001", "0000000", "9999999", "0002002"))),
    ("gyomuid", 3, Pick(values=("000", "001", "010", "031"))),
    ("temutoid", 3, Pick(values=("000", "101"))),
)
