"""One value against one item."""

from __future__ import annotations

import pytest
from item_maker import item_like

from renkei.tables.fields import character_length, violations


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("佐藤", 2),
        ("辻\U000e0100", 1),
        ("𠮷野", 2),
        ("\U0010de92", 1),
        ("葛\U000e0101飾\ufe00", 2),
        ("", 0),
        ("\U000e0100", 1),
    ],
)
def test_length_counts_characters(text: str, length: int) -> None:
    """A variation selector belongs to its base; a surrogate pair or private-use character is one."""
    assert length == character_length(text)


@pytest.mark.parametrize(
    ("kind", "value", "rules"),
    [
        ("X", "ab1", ()),
        ("X", "ｱｲｳ", ()),
        ("X", "１", ("fullwidth-in-x",)),
        ("X", "abcd", ("too-long",)),
        ("X", 1, ("not-a-string",)),
        ("N", "佐藤　", ()),
        ("N", "ｻﾄｳ", ("halfwidth-in-n",)),
        ("N", "佐 藤", ("halfwidth-in-n",)),
        ("N", "佐\n藤", ("halfwidth-in-n",)),
        ("N", "辻\U000e0100辻\U000e0103𠮷", ()),
        ("N", "佐藤一郎", ("too-long",)),
        ("N", "佐\ufffd", ("not-a-character",)),
        ("9", 1, ()),
        ("9", 0, ()),
        ("9", -1, ("negative",)),
        ("9", 1000, ("too-long",)),
        ("9", "1", ("not-an-integer",)),
        ("9", True, ("not-an-integer",)),
        ("9", 1.0, ("not-an-integer",)),
        ("S9", -999, ()),
        ("DATE", "2024-02-29", ()),
        ("DATE", "2023-02-29", ("not-in-calendar",)),
        ("DATE", "2023/02/01", ("not-a-date",)),
        ("DATE", "2023-2-1", ("not-a-date",)),
        ("DATE", "0000-01-01", ("sentinel-outside-period",)),
        ("DATE", "9999-12-31", ("sentinel-outside-period",)),
        ("TIME", "09:00", ()),
        ("TIME", "09:00:59", ()),
        ("TIME", "9:00", ("not-a-time",)),
        ("TIME", "24:00", ("not-a-time",)),
        ("YEAR", "2026", ()),
        ("YEAR", "0000", ("sentinel-outside-period",)),
    ],
)
def test_json_values(kind: str, value: object, rules: tuple[str, ...]) -> None:
    """Each fault of a value has its own rule code, and a legal value has none."""
    assert rules == violations(item_like(length="3", type=kind), value)


def test_nine_v() -> None:
    """A 9V(n,m) number has at most n integer digits and is positive."""
    assert violations(item_like(type="9V", length="3,2"), 12.5) == ()
    assert violations(item_like(type="9V", length="3,2"), 1000) == ("too-long",)
    assert violations(item_like(type="9V", length="3,2"), "1e2", text_only=True) == ("not-a-number",)
    assert violations(item_like(type="9V", length="3,2"), "123.45", text_only=True) == ()


@pytest.mark.parametrize("value", ["2023-02-29", "1912-07-30", "1926-12-25", "1900-02-29"])
def test_unknown_dates_where_allowed(value: str) -> None:
    """An item that allows 不詳日 takes dates outside the calendar and at era changes."""
    assert violations(item_like(length="3", type="DATE", description="・不詳日を許容する"), value) == ()


def test_sentinels_only_at_their_end_of_a_period() -> None:
    """0000-01-01 begins a period and 9999-12-31 ends one; never the other way round."""
    start, end = (item_like(length="3", type="DATE", description=f"・期間の{word}") for word in ("開始", "終了"))

    assert violations(start, "0000-01-01") == ()
    assert violations(end, "9999-12-31") == ()
    assert violations(end, "0000-01-01") == ("sentinel-outside-period",)


def test_fixed_length() -> None:
    """A fixed item has exactly its length, or is empty."""
    fixed = item_like(length="3", fixed=True)

    assert violations(fixed, "12") == ("wrong-length",)
    assert violations(fixed, "123") == ()
    assert violations(fixed, "") == ()


def test_codes_and_check_digits_are_looked_at_last() -> None:
    """A value of the wrong form is not also called unknown or badly checked."""
    municipality = item_like(name="市区町村コード", length="6", fixed=True)

    assert violations(municipality, "131017") == ("bad-check-digit",)
    assert violations(municipality, "13101") == ("wrong-length",)
    assert violations(item_like(length="1"), "9", codes={"0": "無", "1": "有"}) == ("unknown-code",)


def test_a_missing_value() -> None:
    """Null, and an empty cell of a file, are faults for 必須 items only."""
    required = item_like(length="3", output="必須", nullable=False)

    assert violations(required, None) == ("null-not-allowed",)
    assert violations(required, "", text_only=True) == ("null-not-allowed",)
    assert violations(item_like(length="3"), None) == ()


@pytest.mark.parametrize("cell", ["01", "+1", "1.0", "1,000", " 1"])
def test_integers_in_a_cell_have_one_spelling(cell: str) -> None:
    """Leading zeros, signs, separators and spaces are no integer."""
    assert violations(item_like(type="9", length="5"), cell, text_only=True) == ("not-an-integer",)
