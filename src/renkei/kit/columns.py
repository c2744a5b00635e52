"""What the columns of a file are judged by, and the offending cells as a finding shows them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from renkei.flow.contract import Item
from renkei.flow.phrase import Phrase, phrase
from renkei.tableports import ColumnRule, RowRoles, UnknownDate

DELETED = "sakujofuragu"
LATEST = "saishinfuragu"
PERSON = "atenabango"
SERIAL, BRANCH = "rirekibango", "_edaban"
# What may differ between two deliveries of one history row: who is latest, what is deleted, and who touched it when.
MUTABLE = frozenset(
    {LATEST, DELETED, "sosashaid", "sosanengappi", "sosajikoku", "renkeimotososashaid", "renkeimotososanichiji"}
)
FLAG, WORDS = "_fushofuragu", "_fushohyoki"
# What a system writes when it cannot hold a character (replacement character, geta, white square, question marks),
# and a selector that has lost its base character.
LOST = (
    ("character-lost", "[\ufffd〓□]"),
    ("character-replaced", "[?]|？？"),
    ("selector-alone", "^[\ufe00-\ufe0f\U000e0100-\U000e01ef]"),
)
SHOWN = 100
# What a broken field rule asks for, where the item's form does not say it.
ASKED = {
    "required-item-empty": phrase("a-value"),
    "key-part-empty": phrase("a-value"),
    "unknown-code": phrase("listed-code"),
    "bad-check-digit": phrase("right-check-digit"),
    "sentinel-outside-period": phrase("no-sentinel"),
    "unknown-date-without-words": phrase("words-for-unknown"),
    "words-without-unknown-date": phrase("words-for-unknown"),
    **{rule: phrase("no-lost-character") for rule, _ in LOST},
}
_DATED = ("DATE", "TIME", "YEAR")
_SENTINELS = ("0000-01-01", "9999-12-31")
_CODE = re.compile("[0-9A-Za-z]{0,4}")
_SMALL = re.compile("[0-9]{1,2}")
_DATE = re.compile("[0-9:/.-]{0,10}")


def column_rules(items: Iterable[Item], codes: Mapping[str, Mapping[str, str]]) -> tuple[ColumnRule, ...]:
    """The rules of a table's items: type, length, published codes, and for full-width text the lost characters."""
    return tuple(
        ColumnRule(item=item, codes=codes.get(item.code) if item.code else None, never=LOST if item.type == "N" else ())
        for item in items
    )


def triples(items: Iterable[Item]) -> tuple[UnknownDate, ...]:
    """The 不詳 triples of a table."""
    flags = (item.romaji for item in items if item.romaji.endswith(FLAG))
    return tuple(UnknownDate(flag=flag, words=flag.removesuffix(FLAG) + WORDS) for flag in flags)


def serial_of(items: Sequence[Item]) -> str:
    """The column that holds the history number, "" when the table has none: the last such part of the key."""
    return next((item.romaji for item in reversed(items) if item.key and item.romaji.endswith(SERIAL)), "")


def subject_of(items: Sequence[Item]) -> tuple[str, ...]:
    """Whose history a row is of: the key without number and branch.

    A date that stands after the number tells of the row (支援措置開始年月日 in 001o009, whose latest flag is per 宛名番号).
    """
    serial = serial_of(items)
    after = list(items)[[item.romaji for item in items].index(serial) + 1 :] if serial else []
    apart = {serial, f"{serial}{BRANCH}", *(item.romaji for item in after if item.type == "DATE")}
    return tuple(item.romaji for item in items if item.key and item.romaji not in apart)


def row_roles(items: Sequence[Item], *, apart: frozenset[str] = frozenset()) -> RowRoles:
    """Which columns of a table make a row what it is; ``apart`` ones are left out of comparisons."""
    serial, names = serial_of(items), {item.romaji for item in items}
    return RowRoles(
        key=tuple(item.romaji for item in items if item.key),
        subject=subject_of(items),
        person=PERSON if PERSON in names else "",
        serial=serial,
        branch=f"{serial}{BRANCH}" if f"{serial}{BRANCH}" in names else "",
        latest=LATEST,
        deleted=DELETED,
        mutable=MUTABLE,
        apart=apart,
    )


def shown_cell(item: Item | None, cell: str) -> str:
    """A cell as a finding may show it: codes, flags, dates and small numbers as they are, what may be of a person by its form.

    Numbers of two digits (of a history, of people) are nobody's. A birth date is of a person, and so is whatever stands in a
    column without being of its form.
    """
    if item is None or not cell:
        return masked(cell)
    if cell in _SENTINELS:
        return cell
    if item.type in _DATED and "生年月日" not in item.name and _DATE.fullmatch(cell):
        return cell
    if item.type == "9" and _SMALL.fullmatch(cell):
        return cell
    return cell if item.code and _CODE.fullmatch(cell) else masked(cell)


def asked_of(item: Item, rule: str) -> Phrase:
    """What a field rule asks of an item's cells."""
    return phrase("item-asked", item=item.name, asked=ASKED.get(rule) or _form(item))


def _form(item: Item) -> Phrase:
    """The form of an item's values by its type and 桁数."""
    match item.type:
        case "X":
            return phrase("form-half-width-exactly" if item.fixed else "form-half-width", length=item.length)
        case "N":
            return phrase("form-full-width-exactly" if item.fixed else "form-full-width", length=item.length)
        case "9" | "9V" | "S9":
            return phrase("form-number", length=item.length, type=item.type)
        case "DATE" | "TIME" | "YEAR":
            return phrase(f"form-{item.type.lower()}")
    return phrase("form-other", type=item.type, length=item.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence:
    """One offending row: the broken rule, where it is, what was expected, and what came (as it may be shown).

    ``line`` is 0 for a row that the judged file lacks.
    """

    rule: str
    line: int
    column: str = ""
    expected: str = ""
    shown: str = ""


@dataclass(slots=True)
class Offences:
    """The rows of one file that break some rules: all counted, the first hundred of each rule kept."""

    rows: list[Offence] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _kept: Counter[str] = field(default_factory=Counter)

    def add(self, offence: Offence) -> None:
        """One more."""
        self.counts[offence.rule] += 1
        if self._kept[offence.rule] < SHOWN:
            self._kept[offence.rule] += 1
            self.rows.append(offence)

    def add_unseen(self, rule: str, count: int) -> None:
        """So many more, of which nothing is known but the rule."""
        if count:
            self.counts[rule] += count

    @property
    def count(self) -> int:
        """How many in all."""
        return self.counts.total()

    def facts(self) -> dict[str, Any]:
        """What is kept as evidence: how often each rule is broken, and the first rows."""
        return {
            "broken": dict(sorted(self.counts.items())),
            "offending": [
                {"rule": row.rule, "line": row.line, "column": row.column, "expected": row.expected, "shown": row.shown}
                for row in self.rows
            ],
        }


def masked(cell: str) -> str:
    """A cell without its content, for evidence: each letter by its kind, runs shortened (``漢2 ア3 9{4}-9{2}``)."""
    return re.sub(r"(.)\1{3,}", lambda run: f"{run[1]}{{{len(run[0])}}}", "".join(map(_kind, cell[:2000])))[:80]


def _kind(char: str) -> str:
    if char in '-:/　 ,"\r\n':
        return {"\r": "␍", "\n": "␊"}.get(char, char)
    category = unicodedata.category(char)
    if category == "Nd":
        return "9" if char.isascii() else "９"
    if category == "Co":
        return "外"
    name = unicodedata.name(char, "")
    for word, sign in (("HIRAGANA", "あ"), ("KATAKANA", "ア"), ("CJK", "漢"), ("VARIATION", "異")):
        if word in name:
            return sign
    return "A" if char.isascii() and char.isalpha() else "Ａ" if char.isalpha() else "・"
