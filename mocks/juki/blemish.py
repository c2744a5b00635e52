"""What is wrong with the rows of a vendor that gets a data rule wrong."""

from mocks.fault import Faults
from mocks.juki.item import PROTECTED, RESIDENTS, WITHOUT_NUMBER, Linkage
from mocks.juki.residency import Record


def spoil(record: Record, linkage: Linkage, fault: Faults) -> Record:
    """One row with the defects of its values; the row as it is when none is on."""
    if linkage.group == PROTECTED:
        return _protection(record, fault)
    if linkage.group not in (RESIDENTS, WITHOUT_NUMBER.group) or not fault.names:
        return record
    record = _history(_value(_number(_text(record, fault), fault), fault), fault)
    if linkage is WITHOUT_NUMBER and fault("address_missing_in_001o005"):
        record.pop("住所_方書", None)
    if linkage is WITHOUT_NUMBER and fault("kojinbango_in_001o005") and record.get("個人番号"):
        record["地区管理コード10"] = record["個人番号"]
    return record


def _protection(record: Record, fault: Faults) -> Record:
    if fault("protection_latest_missing"):
        return {**record, "最新フラグ": "0"}
    return record


def _text(record: Record, fault: Faults) -> Record:
    """The defects of characters."""
    changed = dict(record)
    if fault("name_characters_replaced"):
        changed = {label: _replaced(value) for label, value in changed.items()}
    if fault("half_width_in_file") and "住所_番地号表記" in changed:
        changed["住所_番地号表記"] = changed["住所_番地号表記"].replace("号", "-")
    return changed


def _replaced(value: str) -> str:
    return "".join("〓" if ord(char) > 0xFFFF and not 0xE0100 <= ord(char) <= 0xE01EF else char for char in value)


def _number(record: Record, fault: Faults) -> Record:
    if fault("leading_zeros_lost_in_file"):
        record |= {label: record[label].lstrip("0") for label in ("住所_町字コード",) if record.get(label)}
    if fault("kojinbango_check_digit_wrong") and record.get("個人番号"):
        record["個人番号"] = record["個人番号"][:11] + str((int(record["個人番号"][11]) + 1) % 10)
    if fault("municipality_code_five_digits") and record.get("住所_市区町村コード"):
        record["住所_市区町村コード"] = record["住所_市区町村コード"][:5]
    if fault("municipality_check_digit_wrong") and record.get("住所_市区町村コード"):
        code = record["住所_市区町村コード"]
        record["住所_市区町村コード"] = code[:5] + str((int(code[5]) + 1) % 10)
    return record


def _value(record: Record, fault: Faults) -> Record:
    if fault("value_too_long") and len(record.get("住所_方書", "")) == 300:
        record["住所_方書"] += "号"
    if fault("sex_code_unlisted") and record.get("性別") == "2":
        record["性別"] = "9"
    if fault("required_cell_empty") and record["最新フラグ"] == "1":
        record["操作者ID"] = ""
    if fault("conditional_cell_empty"):
        record["住所_町字"] = ""
    if fault("date_with_slashes") and "生年月日" in record:
        record["生年月日"] = record["生年月日"].replace("-", "/")
    if fault("unknown_date_notation_missing"):
        record.pop("生年月日_不詳表記", None)
    if fault("open_end_sentinel_in_birth_date") and record.get("生年月日_不詳フラグ") == "1":
        record["生年月日"] = "0000-01-01"
    return record


def _history(record: Record, fault: Faults) -> Record:
    if fault("two_latest_rows") and record["個人履歴番号"] == "1":
        record["最新フラグ"] = "1"
    if fault("latest_row_missing") and record["個人履歴番号"] == "2":
        record["最新フラグ"] = "0"
    if fault("history_number_gap") and int(record["個人履歴番号"]) > 1:
        record["個人履歴番号"] = str(int(record["個人履歴番号"]) + 1)
    if fault("delivered_row_rewritten") and record["最新フラグ"] == "0":
        record["住所_方書"] = "（旧）"
    return record


def spoil_cells(rows: list[list[str]], linkage: Linkage, fault: Faults) -> list[list[str]]:
    """The rows of a file with the defects that concern a file as a whole."""
    if fault("key_duplicated") and rows:
        return [*rows, rows[-1]]
    if fault("delta_contradicts_itself") and rows:
        return [*rows, _other_operator(rows[-1], linkage)]
    return rows


def _other_operator(row: list[str], linkage: Linkage) -> list[str]:
    return ["OTHER" if item.romaji == "sosashaid" else cell for cell, item in zip(row, linkage.items, strict=True)]
