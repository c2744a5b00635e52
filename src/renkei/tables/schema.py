"""One item as a JSON Schema: what a schema can say as keywords, the rest as ``x-renkei`` beside them.

Patterns use only what JSON Schema (ECMA-262), Rust's and Python's engines read alike. Lengths of N items are kept
generous (a character with a variation selector is two code points); the exact count is
:func:`renkei.tables.fields.violations`. A request schema describes values that every provider has to accept, so it is
narrower than what may come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renkei.flow.contract import Item
from renkei.tables import fields

CALENDAR = (
    r"^(18|19|20|21)[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|02-(0[1-9]|1[0-9]|2[0-8]))$"
)
LOOSE_REQUEST_DATE = r"^(18|19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
ANY_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
NOT_FULL_WIDTH = r"\u0000-\u00A0\u2028\u2029\uFF61-\uFFDC\uFFE8-\uFFEE\uFFFD-\uFFFF"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLists:
    """The code lists of an edition, and which of them are closed (every value published)."""

    values: Mapping[str, Mapping[str, str]]
    closed: frozenset[str]

    def closed_list(self, item: Item) -> Mapping[str, str] | None:
        """The values an item may have, None when the list is open or the item has none."""
        return self.values.get(item.code) if item.code in self.closed else None


def request_schema(item: Item, codes: CodeLists) -> dict[str, Any]:
    """The schema of a request parameter: never null (C19), never empty."""
    schema = _typed(item, request=True, minimum=1)
    if item.code in codes.values:
        schema["enum"] = list(codes.values[item.code])
    return _described(schema, item, codes)


def response_schema(item: Item, codes: CodeLists) -> dict[str, Any]:
    """The schema of a response item, with null where the null mark allows it."""
    schema = _typed(item, request=False, minimum=1 if item.output == "必須" else 0)
    closed = codes.closed_list(item)
    if closed is not None:
        schema["enum"] = [*closed, *([] if item.output == "必須" else [""]), *([None] if item.nullable else [])]
    if item.nullable:
        schema["type"] = [schema["type"], "null"]
    return _described(schema, item, codes)


def cell_schema(item: Item, codes: CodeLists) -> dict[str, Any]:
    """The schema of a CSV cell: always text, empty for null unless the item is 必須."""
    empty = item.output != "必須"
    if item.type in ("9", "9V", "S9"):
        pattern = fields.number_pattern(item)
        schema: dict[str, Any] = {"type": "string", "pattern": f"^({pattern})?$" if empty else f"^{pattern}$"}
    else:
        schema = _typed(item, request=False, minimum=0 if empty else 1)
        if empty and item.type in ("DATE", "TIME", "YEAR"):
            schema["pattern"] = f"^({schema['pattern'].strip('^$')})?$"
    closed = codes.closed_list(item)
    if closed is not None:
        schema["enum"] = [*closed, *([""] if empty else [])]
    return _described(schema, item, codes)


def _typed(item: Item, *, request: bool, minimum: int) -> dict[str, Any]:
    if item.type in ("9", "S9", "9V"):
        return _number(item)
    if item.type == "DATE":
        loose = LOOSE_REQUEST_DATE if fields.allows_unknown_date(item) else CALENDAR
        return {"type": "string", "format": "renkei-date", "pattern": loose if request else ANY_DATE}
    if item.type == "TIME":
        return {"type": "string", "format": "renkei-time", "pattern": TIME}
    if item.type == "YEAR":
        return {"type": "string", "pattern": "^[0-9]{4}$"}
    if item.type == "BLOB":
        return {"type": "string"}
    return _half(item, request, minimum) if item.type == "X" else _full(item, minimum)


def _number(item: Item) -> dict[str, Any]:
    whole = int(item.length.partition(",")[0])
    kind = "number" if item.type == "9V" else "integer"
    bottom = 1 - 10**whole if item.type == "S9" else 0
    return {"type": kind, "minimum": bottom, "maximum": 10**whole - 1}


def _half(item: Item, request: bool, minimum: int) -> dict[str, Any]:
    limit = int(item.length)
    kind = fields.check_kind(item)
    form = {"type": "string", "format": f"renkei-{kind or 'x'}"}
    if kind and request:
        return {**form, "pattern": f"^[0-9]{{{limit}}}$"}
    if request:
        return {**form, "pattern": rf"^[\x21-\x7E]{{{limit if item.fixed else 1},{limit}}}$"}
    if item.fixed:
        exact = rf"[\x20-\x7E\uFF61-\uFF9F]{{{limit}}}"
        return {**form, "pattern": f"^{exact}$" if minimum else f"^({exact})?$"}
    return {**form, "pattern": rf"^[\x20-\x7E\uFF61-\uFF9F]{{{minimum},{limit}}}$"}


def _full(item: Item, minimum: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "format": "renkei-n"}
    if minimum:
        schema["minLength"] = minimum
    return {**schema, "maxLength": 2 * int(item.length), "pattern": f"^[^{NOT_FULL_WIDTH}]*$"}


def _described(schema: dict[str, Any], item: Item, codes: CodeLists) -> dict[str, Any]:
    return {"title": item.name, "description": item.description, **schema, "x-renkei": facts(item, codes)}


def facts(item: Item, codes: CodeLists) -> dict[str, Any]:
    """What the table says of an item beyond JSON Schema; empty facts are left out."""
    every: dict[str, Any] = {
        "type": item.type,
        "length": item.length,
        "fixed": item.fixed,
        "name": item.name,
        "number": item.number,
        "output": item.output,
        "nullable": item.nullable,
        "key": item.key,
        "condition": item.condition,
        "when": item.when,
        "code": item.code,
        "closed": item.code in codes.closed,
        "unknown_date": fields.allows_unknown_date(item),
        "period": fields.period(item),
        "check": fields.check_kind(item),
        "sample": item.sample,
        "basis": item.basis,
        "clause": item.clause,
    }
    return {key: value for key, value in every.items() if value not in ("", False)}
