"""The columnar engine finds in a column exactly what the rules of single values find in its cells."""

import random
from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from item_maker import item_like

from renkei.adapters.polars.rules import byte_limit, masks, overlong, quick
from renkei.adapters.polars.tables import PolarsTables
from renkei.flow.contract import Item
from renkei.kit.columns import LOST, row_roles
from renkei.tableports import ColumnRule
from renkei.tables.checkdigits import dantaikodo_digit, hojinbango_digit, kojinbango_digit
from renkei.tables.fields import violations

CODES = {"1": "一", "2": "二", "12345": "全部"}
HARD = (
    *"aZ09 ~!?-:.,+\"'\t\r\n\x00\x7f\x80\x9f\u2028\u2029",
    *"ｱﾝﾟ･｡｣￠￨￮",
    *"山髙﨑〓□？〜～−ー　・Ａ１",
    *"\ufffd\ufeff\uffff\ufffc𠮷𩸽\U000f0000\ue000é",
    *"\ufe00\ufe0f\U000e0100\U000e01ef",
    "葛\U000e0100",
    "辻\ufe00",
    "？？",
)
DATES = (
    *("0000-01-01", "9999-12-31", "0000-00-00", "0000-02-29", "0001-01-01", "1900-02-29", "2000-02-29", "2023-02-29"),
    *(
        "2024-02-29",
        "2024-02-30",
        "2024-04-31",
        "2024-12-31",
        "2024-1-1",
        "2024-01-01\n",
        "２０２４-01-01",
        "2024/01/01",
    ),
    *("1989-13-01", "1989-00-10", "0400-02-29", "0004-02-29", "0100-02-29", "9999-12-30", "10000-01-01"),
)
TIMES = ("00:00", "23:59:59", "24:00", "7:00", "07:60", "07:00:60", "07:00\n", "0700", "07:00:0")
YEARS = ("0000", "9999", "2024", "24", "２０２４", "2024\n")
NUMBERS = (
    "0",
    "00",
    "1",
    "01",
    "-1",
    "-0",
    "+1",
    "1.5",
    "1.",
    ".5",
    "1.55",
    "123456",
    "1234567",
    "1e3",
    "１",
    "1\n",
    "",
)
WITH_DIGIT = {"個人番号": "kojinbango", "法人番号": "hojinbango", "市区町村コード": "dantaikodo"}


def items() -> Iterator[Item]:
    """Every type, with every mark that changes its rules."""
    for kind, length, fixed in (
        *(("X", "5", False), ("X", "5", True), ("X", "1", True), ("N", "5", False), ("N", "5", True), ("X", "", False)),
        *(("9", "5", False), ("S9", "3", False), ("9V", "3,2", False), ("9V", "3", False), ("BLOB", "", False)),
        *(("YEAR", "4", True), ("DATE", "10", False), ("TIME", "8", False)),
    ):
        for description in ("", "期間の開始", "期間の終了", "不詳日を許容する", "不詳日を許容する。期間の終了"):
            if description and kind not in ("YEAR", "DATE"):
                continue
            yield item_like(type=kind, length=length, fixed=fixed, description=description)
    for name, length in (("本人の個人番号", "12"), ("法人番号", "13"), ("住所_市区町村コード", "6")):
        for kind in ("X", "N"):
            yield item_like(name=name, length=length, fixed=True, type=kind)


def cells(item: Item) -> st.SearchStrategy[str]:
    """Cells near the limits of an item, and hard ones of every kind."""
    hard = st.lists(st.sampled_from(HARD), max_size=7).map("".join)
    digits = st.text("0123456789", min_size=4, max_size=13)
    right = st.sampled_from(["kojinbango", "hojinbango", "dantaikodo"]).flatmap(_right)
    known = st.sampled_from([*DATES, *TIMES, *YEARS, *NUMBERS, *CODES])
    return st.one_of(hard, digits, right, known, st.text(max_size=6).filter(_utf8), st.dates().map(str))


def _utf8(text: str) -> bool:
    return not any(0xD800 <= ord(char) <= 0xDFFF for char in text)


def _right(kind: str) -> st.SearchStrategy[str]:
    def digits(count: int) -> st.SearchStrategy[str]:
        return st.text("0123456789", min_size=count, max_size=count)

    if kind == "kojinbango":
        return digits(11).map(lambda body: body + str(kojinbango_digit(body)))
    if kind == "hojinbango":
        return digits(12).map(lambda body: str(hojinbango_digit(body)) + body)
    return digits(5).map(lambda body: body + str(dantaikodo_digit(body)))


@pytest.mark.parametrize(
    "item", tuple(items()), ids=lambda item: f"{item.name}-{item.type}-{item.length}-{item.description}"
)
def test_masks_are_the_violations_of_every_cell(item: Item) -> None:
    """For every item type a cell breaks, by the column's masks, exactly the rules that ``violations`` names."""

    @settings(max_examples=40)
    @given(column=st.lists(cells(item), min_size=1, max_size=40), coded=st.booleans())
    def judge(column: list[str], coded: bool) -> None:
        codes = CODES if coded else None
        rule = ColumnRule(item=item, codes=codes)
        frame = pl.DataFrame({"komoku": [cell or None for cell in column]}, schema={"komoku": pl.String})
        truths = frame.select(mask.fill_null(False).alias(code) for code, mask in masks(rule))
        for row, cell in enumerate(column):
            found = tuple(code for code in truths.columns if truths[code][row])
            wanted = violations(item, cell, codes=codes, text_only=True) if cell else ()
            assert found == wanted, repr(cell)

    judge()


@pytest.mark.parametrize(
    "item", tuple(items()), ids=lambda item: f"{item.name}-{item.type}-{item.length}-{item.description}"
)
def test_no_broken_cell_passes_the_quick_truth(item: Item) -> None:
    """Whatever cell breaks a rule of its item or one of the patterns, the quick truth of its column is true."""

    @settings(max_examples=60)
    @given(cell=cells(item).filter(bool), coded=st.booleans())
    def judge(cell: str, coded: bool) -> None:
        rule = ColumnRule(item=item, codes=CODES if coded else None, never=LOST if item.type == "N" else ())
        frame = pl.DataFrame({"komoku": [None, cell]})
        broken = any(frame.select(mask.fill_null(False).any()).item() for _, mask in masks(rule))
        if broken:
            wide = 0 <= byte_limit(rule) < len(cell.encode()) and frame.select(overlong(rule)).item()
            assert wide or frame.select(quick(rule).fill_null(False)).item(), repr(cell)

    judge()


def test_legal_columns_pass_the_quick_truth() -> None:
    """Ordinary cells need no second look: the quick truth of a legal column is false."""
    legal = {
        ("X", "5", False): ["abc", "12345", None],
        ("N", "5", False): ["山田", "髙﨑𠮷", None],
        ("DATE", "10", False): ["2024-02-29", "1950-12-31", None],
        ("9", "5", False): ["1", "10", None],
        ("TIME", "8", False): ["07:00", "23:59:59", None],
    }
    for (kind, length, fixed), column in legal.items():
        rule = ColumnRule(item=item_like(type=kind, length=length, fixed=fixed), never=LOST if kind == "N" else ())
        frame = pl.DataFrame({"komoku": column})
        assert not frame.select(quick(rule).fill_null(False)).item(), kind


def test_hits_are_counted_in_full_and_kept_to_a_hundred() -> None:
    """Over blocks, every broken cell is counted, and the first hundred of a column and rule are kept with their rows."""
    rule = ColumnRule(item=item_like(output="必須", key=True))
    sheet = PolarsTables().sheet(("komoku", "other"), (rule,), (), row_roles((rule.item,)))
    for _ in range(3):
        block = sheet.read(("漢,x\r\n" * 70 + ",x\r\n").encode())
        assert block is not None
        sheet.judge(block)
    hits = sheet.hits()
    assert hits["komoku", "fullwidth-in-x"].count == 210
    assert [hit.row for hit in hits["komoku", "fullwidth-in-x"].first] == [*range(70), *range(71, 101)]
    assert [hit.row for hit in hits["komoku", "required-item-empty"].first] == [70, 141, 212]
    assert hits["komoku", "key-part-empty"].count == 3
    assert sheet.filled() == {"komoku": 210}


def test_a_quoted_empty_cell_is_empty() -> None:
    """``""`` in a file is an empty cell like any other."""
    rule = ColumnRule(item=item_like(output="必須"))
    sheet = PolarsTables().sheet(("komoku",), (rule,), (), row_roles((rule.item,)))
    block = sheet.read(b'""\r\na\r\n')
    assert block is not None
    sheet.judge(block)
    assert sheet.hits()["komoku", "required-item-empty"].count == 1
    assert sheet.filled() == {"komoku": 1}


def test_what_does_not_fit_is_not_taken() -> None:
    """A block that is not UTF-8, or with a record of too many cells, is refused; one that may be short says so."""
    sheet = PolarsTables().sheet(("a", "b"), (), (), row_roles(()))
    assert sheet.read(b"1,\xff\r\n") is None
    assert sheet.read(b"1,2\r\n1,2,3\r\n") is None
    short = sheet.read(b"1,2\r\n1\r\n")
    assert short is not None
    assert short.open


def test_digits_of_random_numbers_agree() -> None:
    """Over 3,000 random numbers of each kind the column's check digits are those of single numbers."""
    chance = random.Random(7)
    for name, length in (("個人番号", 12), ("法人番号", 13), ("市区町村コード", 6)):
        item = item_like(name=name, length=str(length), fixed=True)
        column = [f"{chance.randrange(10**length):0{length}d}" for _ in range(3000)]
        found = pl.DataFrame({"komoku": column}).select(mask.alias(code) for code, mask in masks(ColumnRule(item=item)))
        wanted = ["bad-check-digit" in violations(item, cell, text_only=True) for cell in column]
        assert found["bad-check-digit"].to_list() == wanted
