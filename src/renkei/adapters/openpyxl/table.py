"""What an import yields: rows in the columns of the contract tables, and every place that could not be read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from renkei.tables.reader import ITEM_COLUMNS, TYPES

CIRCLE = "○"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One row or cell that was not taken over, with the reason as a message code."""

    place: str
    reason: str
    value: str


@dataclass(slots=True, kw_only=True)
class Import:
    """The rows found so far, by table, with the problems and the rows that are knowingly not data."""

    items: list[dict[str, str]] = field(default_factory=list)
    responses: list[dict[str, str]] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def problem(self, place: str, reason: str, value: str) -> None:
        """Record a place that could not be read."""
        self.problems.append(Problem(place=place, reason=reason, value=value[:80]))

    def note(self, place: str, reason: str, value: str = "") -> None:
        """Record a row that carries no data (a closing bracket, an end mark)."""
        self.notes.append(Problem(place=place, reason=reason, value=value[:80]))


def data_type(text: str) -> str:
    """The data type in half-width letters, "" when it is none of the legend."""
    kind = unicodedata.normalize("NFKC", text).strip().upper()
    return kind if kind in TYPES else ""


def digits(text: str) -> str:
    """The 桁数 as half-width digits (``n`` or ``n,m``), "" when it is neither."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").replace("、", ",")
    return plain if re.fullmatch(r"[1-9][0-9]*(,[0-9]+)?", plain) else ""


def fixed_by_text(length: str, *texts: str) -> bool:
    """Whether the words themselves fix the length (「6桁のコード値」)."""
    joined = unicodedata.normalize("NFKC", "\n".join(texts))
    return f"{length}桁のコード値" in joined


def item_row(**values: str) -> dict[str, str]:
    """A row of items.csv with every column, those not given empty."""
    return {column: values.get(column, "") for column in ITEM_COLUMNS}
