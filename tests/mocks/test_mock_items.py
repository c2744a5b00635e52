"""The mocks' own item lists against the contract tables: two readings that must agree."""

import csv
from pathlib import Path

from mocks.juki.item import PROTECTION as PROTECTED_LINKAGE
from mocks.juki.item import WITH_NUMBER, WITHOUT_NUMBER
from mocks.jutogai.item import FUBAN, RECORD, SHOKAI

ROOT = Path(__file__).resolve().parents[2]


def table(system: str, group: str) -> list[dict[str, str]]:
    """The rows of a group of a contract table."""
    with (ROOT / "contracts" / system / "items.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["グループ"] == group]


def facts(row: dict[str, str]) -> tuple[str, str, str, int]:
    """Name, label, type and length of a table row."""
    return row["データ項目（ローマ字）"], row["データ項目"], row["データ型"].replace("Ｎ", "N"), int(row["桁数"])


def test_the_columns_of_001_are_those_of_the_table() -> None:
    """Same names in the same order with the same type, length and keys; 001o005 lacks 個人番号 only."""
    for linkage, group in ((WITH_NUMBER, "住民情報"), (PROTECTED_LINKAGE, "支援措置対象者情報")):
        rows = table("001_juminkihondaicho", group)
        assert [(item.romaji, item.label, item.kind, item.size) for item in linkage.items] == [
            facts(row) for row in rows
        ]
        assert [item.key for item in linkage.items] == [row["主キー"] != "" for row in rows]
    assert set(WITH_NUMBER.header) - set(WITHOUT_NUMBER.header) == {"kojinbango"}


def test_the_parameters_of_031_are_those_of_the_table() -> None:
    """Same names in the same order with the same type, length, presence and fixed length."""
    groups = ((FUBAN, "住登外者宛名番号付番/要求"), (SHOKAI, "住登外者宛名基本情報照会/要求"))
    for items, group in groups:
        rows = table("031_jutogaishaatenabangokanri", group)
        assert [(item.romaji, item.label, item.kind, item.size) for item in items] == [facts(row) for row in rows]
        assert [item.required for item in items] == [row["データ出力条件"] == "必須" for row in rows]
        strings = [(item, row) for item, row in zip(items, rows, strict=True) if item.kind == "X"]
        assert all(item.fixed == (row["固定桁"] == "○") for item, row in strings)


def test_a_result_row_of_031_has_the_members_of_the_table() -> None:
    """Every request item but 処理区分, with 履歴番号 and 最新フラグ."""
    rows = table("031_jutogaishaatenabangokanri", "住登外者宛名基本情報照会/結果")

    assert {row["データ項目（ローマ字）"] for row in rows} == {*RECORD, "rirekibango", "saishinfuragu"}
