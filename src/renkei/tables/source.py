"""The tables of one system, and the sheets of response bodies and error codes that an API specification adds."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from renkei.errors import ContractError
from renkei.flow.contract import Item, Linkage, RowRule
from renkei.tables.reader import (
    ERROR_COLUMNS,
    RESPONSE_COLUMNS,
    RESPONSE_TEXTS,
    read_items,
    read_linkages,
    read_rows,
    read_rules,
)

REQUEST = "/要求"
RESULT = "/結果"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseNode:
    """One object of a response body: where it stands (``metadata.title``), its type, marks and fixed value."""

    linkage: str
    status: str
    path: str
    name: str
    type: str
    length: str
    required: bool
    nullable: bool
    fixed_value: str
    minimum: int
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode:
    """One error code with the pattern of its message (``【項目名】が…``)."""

    code: str
    name: str
    message: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemTables:
    """Everything that the tables say of one system."""

    folder: str
    id: str
    romaji: str
    name_ja: str
    name_en: str
    clause: str
    items: tuple[Item, ...]
    linkages: tuple[Linkage, ...]
    responses: tuple[ResponseNode, ...]
    errors: tuple[ErrorCode, ...]
    rules: tuple[RowRule, ...] = ()

    def group(self, name: str) -> tuple[Item, ...]:
        """The items of one group in table order."""
        return tuple(item for item in self.items if item.group == name)


def read_system(folder: str, files: Mapping[str, str]) -> SystemTables:
    """The tables of one system folder; ``files`` maps names below it to their text."""
    head = _head(folder, files)
    items = read_items(_file(folder, files, "items.csv"), f"{folder}/items.csv")
    return SystemTables(
        folder=folder,
        id=head["id"],
        romaji=head["romaji"],
        name_ja=head["name_ja"],
        name_en=head["name_en"],
        clause=head["clause"],
        items=items + _derived(folder, items, head.get("derived", [])),
        linkages=read_linkages(_file(folder, files, "linkages.csv"), f"{folder}/linkages.csv", head["id"]),
        responses=_responses(files.get("responses.csv", ""), f"{folder}/responses.csv"),
        errors=_errors(files.get("errors.csv", ""), f"{folder}/errors.csv"),
        rules=read_rules(files["rules.csv"], f"{folder}/rules.csv") if "rules.csv" in files else (),
    )


def _file(folder: str, files: Mapping[str, str], name: str) -> str:
    if name not in files:
        raise ContractError("contract-file-missing", file=f"{folder}/{name}")
    return files[name]


def _head(folder: str, files: Mapping[str, str]) -> dict[str, Any]:
    file = f"{folder}/system.toml"
    try:
        head = tomllib.loads(_file(folder, files, "system.toml"))
    except tomllib.TOMLDecodeError as error:
        raise ContractError("contract-toml", file=file, reason=str(error)) from error
    needed = {"id", "romaji", "name_ja", "name_en", "clause"}
    unknown = set(head) - needed - {"derived"}
    if needed - set(head) or unknown:
        missing = ", ".join(sorted(needed - set(head)))
        raise ContractError("contract-columns", file=file, missing=missing, unknown=", ".join(sorted(unknown)))
    return head


def _derived(folder: str, items: tuple[Item, ...], rules: list[dict[str, Any]]) -> tuple[Item, ...]:
    made: list[Item] = []
    for rule in rules:
        if set(rule) != {"group", "from", "without"}:
            raise ContractError("contract-derived", file=f"{folder}/system.toml", group=str(rule.get("group", "")))
        source = [item for item in items if item.group == rule["from"]]
        unknown = set(rule["without"]) - {item.romaji for item in source}
        if not source or unknown:
            raise ContractError("contract-derived", file=f"{folder}/system.toml", group=rule["group"])
        made += [replace(item, group=rule["group"]) for item in source if item.romaji not in rule["without"]]
    return tuple(made)


def _responses(text: str, file: str) -> tuple[ResponseNode, ...]:
    if not text:
        return ()
    return tuple(
        ResponseNode(
            linkage=row.text("連携ID"),
            status=row.choice("状態コード", ("200", "400", "401", "503")),
            path=row.text("パス"),
            name=row["項目名"],
            type=row.choice("データ型", ("構造化", "配列", "N", "X", "混在")),
            length=row["桁数"],
            required=row.choice("必須", ("◎", "")) == "◎",
            nullable=row.mark("null設定有無"),
            fixed_value=row["固定値"],
            minimum=int(row.choice("最小件数", ("", "0", "1")) or 0),
            clause=row.text("典拠"),
        )
        for row in read_rows(text, file, RESPONSE_COLUMNS, RESPONSE_TEXTS)
    )


def _errors(text: str, file: str) -> tuple[ErrorCode, ...]:
    if not text:
        return ()
    return tuple(
        ErrorCode(
            code=row.text("エラーコード"),
            name=row.text("エラー名"),
            message=row.text("エラー内容"),
            clause=row.text("典拠"),
        )
        for row in read_rows(text, file, ERROR_COLUMNS)
    )
