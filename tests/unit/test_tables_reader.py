"""Contract tables as text."""

from __future__ import annotations

import pytest

from renkei.errors import ContractError
from renkei.flow.requirement import Basis, Level, Transport
from renkei.tables.reader import ITEM_COLUMNS, read_codes, read_items, read_requirements, read_rows

ROW = {
    "業務ID": "031",
    "項番": "3",
    "データ項目": "氏名",
    "データ項目（ローマ字）": "shimei",
    "グループ": "試験",
    "データ型": "Ｎ",
    "桁数": "100",
    "データ出力条件": "条件付き必須",
    "項目定義": "住登外者の氏名",
    "項目説明": '"・全角の空白を入れる\n※※氏名未定でない場合は必須"',
    "実装類型": "〇",
    "null設定有無": "-",
    "根拠": "sourced",
    "典拠": "別紙7-2 №3",
}


def table(**changes: str) -> str:
    """An items.csv with one row."""
    row = {**ROW, **changes}
    return ",".join(ITEM_COLUMNS) + "\n" + ",".join(row.get(column, "") for column in ITEM_COLUMNS) + "\n"


def test_an_item_row() -> None:
    """Full-width type letters are read, and the ※※ condition is kept apart from the other notes."""
    (item,) = read_items(table(), "items.csv")

    assert (item.type, item.length, item.number, item.key) == ("N", "100", 3, False)
    assert item.condition == "※※氏名未定でない場合は必須"
    assert item.description == "住登外者の氏名\n・全角の空白を入れる"
    assert not item.nullable


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("データ型", "Z"),
        ("桁数", "百"),
        ("桁数", ""),
        ("項番", "三"),
        ("データ出力条件", "必要"),
        ("データ項目（ローマ字）", "Shimei"),
        ("主キー", "x"),
        ("根拠", "guess"),
        ("条件式", "shorikubun"),
        ("典拠", ""),
    ],
)
def test_a_wrong_value_names_its_place(column: str, value: str) -> None:
    """The diagnosis names file, row, column and value."""
    with pytest.raises(ContractError) as caught:
        read_items(table(**{column: value}), "031/items.csv")

    assert caught.value.code == "contract-value"
    assert (caught.value.values["file"], caught.value.values["column"]) == ("031/items.csv", column)


def test_unknown_and_missing_columns_are_errors() -> None:
    """A column more or less is named."""
    with pytest.raises(ContractError) as caught:
        tuple(read_rows("id,extra\n1,2\n", "t.csv", ("id", "name")))

    assert (caught.value.values["missing"], caught.value.values["unknown"]) == ("name", "extra")


def test_a_row_of_another_width_is_an_error() -> None:
    """A row with too few cells is never padded."""
    with pytest.raises(ContractError, match="contract-row-width"):
        tuple(read_rows("id,name\n1\n", "t.csv", ("id", "name")))


def test_a_code_list_is_closed_when_every_value_is_sourced() -> None:
    """One interpreted value makes the list open, so unknown values are only recorded."""
    head = "コード値,コード値の内容,根拠,典拠\n"

    assert read_codes(head + "0,無,sourced,x\n1,有,sourced,x\n", "c.csv") == ({"0": "無", "1": "有"}, True)
    assert read_codes(head + "0,無,sourced,x\n1,有,interpretation,x\n", "c.csv")[1] is False


def test_a_requirement_row() -> None:
    """Lists are separated by semicolons, and closed columns become enumeration members."""
    head = (
        "id,title_ja,title_en,text_ja,text_en,plain_ja,plain_en,level,impact,role,applies,linkages,option,clause,basis,"
        "ambiguities,rules"
    )
    text = f"{head}\nAU-01,題,t,文,x,平,p,必須,leaks_data,provider,rest,a;b,,節,sourced,C7;C15,R4;A1\n"

    (item,) = read_requirements(text, "r.csv")

    assert (item.level, item.basis, item.applies) == (Level.REQUIRED, Basis.SOURCED, Transport.REST)
    assert (item.linkages, item.ambiguities, item.rules) == (("a", "b"), ("C7", "C15"), ("R4", "A1"))
