"""Contract tables (CSV text) as values: unknown columns and values are errors that name file, row and column."""

from __future__ import annotations

import csv
import enum
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from renkei.errors import ContractError
from renkei.flow.contract import Item, Linkage, RowRule, RuleKind
from renkei.flow.requirement import Ambiguity, Basis, Impact, Level, Requirement, Role, Transport

ITEM_COLUMNS = (
    "業務ID",
    "項番",
    "データ項目",
    "データ項目（ローマ字）",
    "グループ",
    "主キー",
    "外部キー",
    "データ型",
    "桁数",
    "コード",
    "繰り返し",
    "データ出力条件",
    "項目定義",
    "項目説明",
    "実装類型",
    "サンプル値",
    "固定桁",
    "null設定有無",
    "条件式",
    "根拠",
    "典拠",
)
# What the official sheets tell besides: kept by an import, read by nobody.
ITEM_TEXTS = ("クラス分類LV1", "クラス分類LV2", "クラス分類LV3", "標準仕様書関連箇所", "備考")
RESPONSE_TEXTS = ("項目説明", "記述例", "備考")
CODE_COLUMNS = ("コード値", "コード値の内容", "根拠", "典拠")
CODE_TEXTS = ("コード名", "備考")
RESPONSE_COLUMNS = (
    "連携ID",
    "状態コード",
    "項番",
    "パス",
    "項目名",
    "データ型",
    "桁数",
    "必須",
    "null設定有無",
    "固定値",
    "最小件数",
    "典拠",
)
ERROR_COLUMNS = ("項番", "エラーコード", "エラー名", "エラー内容", "備考", "典拠")
LINKAGE_COLUMNS = (
    "id",
    "name_ja",
    "name_en",
    "consumers",
    "transport",
    "path",
    "scope",
    "group",
    "kinds",
    "timing",
    "method",
    "purpose_ja",
    "option",
    "basis",
    "clause",
)
RULE_COLUMNS = ("id", "linkage", "kind", "columns", "values", "other", "other_columns", "text_ja")
TIMINGS = ("随時", "10分以内", "日次", "月次", "年次")
METHODS = ("F", "A", "A/F")
TYPES = ("X", "N", "9", "9V", "S9", "BLOB", "YEAR", "DATE", "TIME")
CONDITIONAL = {RuleKind.PRESENT_WHEN, RuleKind.ABSENT_WHEN, RuleKind.EQUALS_WHEN, RuleKind.PATTERN}
ACROSS = {RuleKind.REFERENCE, RuleKind.BALANCE, RuleKind.FLAG_WHEN_LISTED, RuleKind.ABSENT_FROM}
# Kinds about rows of two data sets whose values say which rows: "what is listed;what the flag is elsewhere", and
# "which rows of one's own;which of the others".
LISTED = {RuleKind.FLAG_WHEN_LISTED, RuleKind.ABSENT_FROM}
ELSEWHERE = ("0", "*")
OUTPUTS = ("必須", "条件付き必須", "任意")
MARKS = ("○", "〇", "◯")
_Closed = TypeVar("_Closed", bound=enum.StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table with its place, for diagnoses."""

    file: str
    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def error(self, column: str, expected: str) -> ContractError:
        """The diagnosis of a value that the column cannot hold."""
        return ContractError(
            "contract-value",
            file=self.file,
            row=self.line,
            column=column,
            value=self.values.get(column, ""),
            expected=expected,
        )

    def choice(self, column: str, allowed: tuple[str, ...]) -> str:
        """The value, which must be one of a closed set."""
        if self[column] not in allowed:
            raise self.error(column, " / ".join(value or '""' for value in allowed))
        return self[column]

    def member(self, column: str, kind: type[_Closed]) -> _Closed:
        """The value as a member of an enumeration."""
        try:
            return kind(self[column])
        except ValueError:
            raise self.error(column, " / ".join(kind)) from None

    def text(self, column: str) -> str:
        """The value, which must not be empty."""
        if not self[column]:
            raise self.error(column, "…")
        return self[column]

    def mark(self, column: str) -> bool:
        """Whether the cell carries a circle; anything else than a circle or nothing is an error."""
        return self.choice(column, ("", "-", *MARKS)) in MARKS

    def parts(self, column: str) -> tuple[str, ...]:
        """The ``;``-separated parts of the cell."""
        return tuple(part.strip() for part in self[column].split(";") if part.strip())


def read_rows(text: str, file: str, columns: tuple[str, ...], optional: tuple[str, ...] = ()) -> Iterator[Row]:
    """Rows of a CSV table with these columns (in any order), any of the optional ones and no others."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        header = next(reader, [])
        missing, unknown = set(columns) - set(header), set(header) - {*columns, *optional}
        if missing or unknown or len(set(header)) != len(header):
            raise ContractError(
                "contract-columns", file=file, missing=", ".join(sorted(missing)), unknown=", ".join(sorted(unknown))
            )
        for cells in reader:
            if len(cells) != len(header):
                raise ContractError("contract-row-width", file=file, row=reader.line_num, width=len(cells))
            yield Row(file=file, line=reader.line_num, values=dict(zip(header, cells, strict=True)))
    except csv.Error as error:
        raise ContractError("contract-csv", file=file, row=reader.line_num, reason=str(error)) from error


def read_items(text: str, file: str) -> tuple[Item, ...]:
    """The items of an items.csv."""
    return tuple(_item(row) for row in read_rows(text, file, ITEM_COLUMNS, ITEM_TEXTS))


def _item(row: Row) -> Item:
    kind = unicodedata.normalize("NFKC", row["データ型"])
    if kind not in TYPES:
        raise row.error("データ型", " / ".join(TYPES))
    notes = row["項目説明"].split("\n")
    condition = "\n".join(note for note in notes if note.startswith("※※"))
    return Item(
        system=row.text("業務ID"),
        group=row.text("グループ"),
        number=_whole(row, "項番"),
        name=row.text("データ項目"),
        romaji=_romaji(row),
        type=kind,
        length=_length(row, kind),
        fixed=row.mark("固定桁"),
        key=row.mark("主キー"),
        code=row["コード"],
        repeat=_whole(row, "繰り返し") if row["繰り返し"] else 1,
        output=row.choice("データ出力条件", OUTPUTS),
        nullable=row.mark("null設定有無"),
        condition=condition,
        implementation="○" if row.mark("実装類型") else "",
        description="\n".join([row["項目定義"], *(note for note in notes if note and not note.startswith("※※"))]),
        sample=row["サンプル値"],
        basis=row.choice("根拠", (Basis.SOURCED, Basis.INTERPRETATION)),
        clause=row.text("典拠"),
        when=_when(row),
    )


def _whole(row: Row, column: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", row[column]):
        raise row.error(column, "0, 1, 2, …")
    return int(row[column])


def _romaji(row: Row) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]*", row["データ項目（ローマ字）"]):
        raise row.error("データ項目（ローマ字）", "a-z, 0-9, _")
    return row["データ項目（ローマ字）"]


def _length(row: Row, kind: str) -> str:
    pattern = "[1-9][0-9]*,[0-9]+" if kind == "9V" else "|[1-9][0-9]*" if kind == "BLOB" else "[1-9][0-9]*"
    if not re.fullmatch(pattern, row["桁数"]):
        raise row.error("桁数", "n,m" if kind == "9V" else "n")
    return row["桁数"]


def _when(row: Row) -> str:
    if row["条件式"] and not re.fullmatch(r"[a-z][a-z0-9_]*!?=[^|=!]+(\|[^|=!]+)*", row["条件式"]):
        raise row.error("条件式", "romaji=value|value / romaji!=value|value")
    return row["条件式"]


def read_linkages(text: str, file: str, system: str) -> tuple[Linkage, ...]:
    """The linkages of a linkages.csv."""
    return tuple(
        Linkage(
            id=row.text("id"),
            name_ja=row.text("name_ja"),
            name_en=row.text("name_en"),
            system=system,
            consumers=row.parts("consumers"),
            transport=row.member("transport", Transport),
            path=row["path"],
            scope=row["scope"],
            group=row.text("group"),
            kinds=row.parts("kinds"),
            timing=_timing(row),
            method=row.choice("method", METHODS),
            purpose=row.text("purpose_ja"),
            option=row["option"],
            basis=row.choice("basis", (Basis.SOURCED, Basis.INTERPRETATION)),
            clause=row.text("clause"),
        )
        for row in read_rows(text, file, LINKAGE_COLUMNS)
    )


def _timing(row: Row) -> tuple[str, ...]:
    timing = row.parts("timing")
    if not timing or set(timing) - set(TIMINGS):
        raise row.error("timing", ";".join(TIMINGS))
    return timing


def read_rules(text: str, file: str) -> tuple[RowRule, ...]:
    """The rules of a rules.csv."""
    return tuple(_rule(row) for row in read_rows(text, file, RULE_COLUMNS))


def _rule(row: Row) -> RowRule:
    kind = row.member("kind", RuleKind)
    if bool(row["other"]) is not (kind in ACROSS) or bool(row["other_columns"]) is not (kind in ACROSS):
        raise row.error("other", "…" if kind in ACROSS else '""')
    if kind in LISTED:
        return _listed(row, kind)
    whole = kind is RuleKind.PATTERN  # an expression may hold the separators
    values, _, then = (row["values"], "", "") if whole else row["values"].partition(";")
    if bool(row["values"]) is not (kind in CONDITIONAL) or bool(then) is not (kind is RuleKind.EQUALS_WHEN):
        raise row.error("values", "v|w")
    found = (values,) if whole else tuple(filter(None, values.split("|")))
    return _row_rule(row, kind, values=found, then=tuple(filter(None, then.split("|"))))


def _listed(row: Row, kind: RuleKind) -> RowRule:
    """A rule of lists; of its values the part about one's own rows, the part about the others, and the flag elsewhere."""
    one, _, other = row["values"].partition(";")
    flagged = kind is RuleKind.FLAG_WHEN_LISTED
    if flagged and other not in ELSEWHERE:
        raise row.error("values", "romaji=value|value;0 / …;*")
    when, listed, then = ("", one, (other,)) if flagged else (one, other, ())
    for text in (when, listed):
        if text and not re.fullmatch(r"[a-z][a-z0-9_]*!?=[^|=!]+(\|[^|=!]+)*", text):
            raise row.error("values", "romaji=value|value")
    return _row_rule(row, kind, when=when, listed=listed, then=then)


def _row_rule(row: Row, kind: RuleKind, **particulars: Any) -> RowRule:
    return RowRule(
        requirement=row.text("id"),
        linkage=row.text("linkage"),
        kind=kind,
        columns=row.parts("columns"),
        others=tuple(filter(None, row["other"].split("|"))),
        other_columns=row.parts("other_columns"),
        text=row.text("text_ja"),
        **particulars,
    )


def read_requirements(text: str, file: str) -> tuple[Requirement, ...]:
    """The requirements of a requirements.csv, whose header is the field names of ``Requirement``."""
    columns = tuple(field.name for field in fields(Requirement))
    return tuple(_requirement(row) for row in read_rows(text, file, columns))


def _requirement(row: Row) -> Requirement:
    if not re.fullmatch("(TR|AU|SC|ST|FD|FL|GN|CN|PR|JN|[0-9]{3})-[0-9]{2,3}", row["id"]):
        raise row.error("id", "AU-03, 031-07, …")
    return Requirement(
        id=row["id"],
        title_ja=row.text("title_ja"),
        title_en=row.text("title_en"),
        text_ja=row.text("text_ja"),
        text_en=row.text("text_en"),
        plain_ja=row.text("plain_ja"),
        plain_en=row.text("plain_en"),
        level=row.member("level", Level),
        impact=row.member("impact", Impact),
        role=row.member("role", Role),
        applies=row.member("applies", Transport),
        linkages=row.parts("linkages"),
        option=row["option"],
        clause=row.text("clause"),
        basis=row.member("basis", Basis),
        ambiguities=row.parts("ambiguities"),
        rules=row.parts("rules"),
    )


def read_ambiguities(text: str, file: str) -> tuple[Ambiguity, ...]:
    """The entries of an ambiguities.csv."""
    rows = read_rows(text, file, ("id", "text_ja", "text_en", "source"))
    return tuple(
        Ambiguity(
            id=row.text("id"), text_ja=row.text("text_ja"), text_en=row.text("text_en"), source=row.text("source")
        )
        for row in rows
    )


def read_codes(text: str, file: str) -> tuple[dict[str, str], bool]:
    """A code list, and whether it is closed: every value published (sourced)."""
    rows = tuple(read_rows(text, file, CODE_COLUMNS, CODE_TEXTS))
    bases = {row.choice("根拠", (Basis.SOURCED, Basis.INTERPRETATION)) for row in rows}
    values = {row.text("コード値"): row.text("コード値の内容") for row in rows}
    firsts: dict[str, Row] = {}
    for row in rows:
        before = firsts.setdefault(row["コード値"], row)
        if before is not row:
            at, first = f"{file}:{row.line}", f"{file}:{before.line}"
            raise ContractError("contract-duplicate", file=at, kind="コード値", value=row["コード値"], first=first)
    return values, bases == {Basis.SOURCED}


def read_untested(text: str, file: str) -> dict[str, tuple[str, str]]:
    """Requirements that cannot be tested from outside, with the reason in Japanese and English."""
    rows = read_rows(text, file, ("id", "reason_ja", "reason_en"))
    return {row.text("id"): (row.text("reason_ja"), row.text("reason_en")) for row in rows}
