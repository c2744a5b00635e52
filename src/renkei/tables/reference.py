"""The REST form of a file linkage: our reference profile, in the house style of the official 031 API, and marked so.

No official REST specification exists for these data sets. The operation reads what the file carries: by key, only the
latest rows when asked so, and only rows written since a day.
"""

from __future__ import annotations

from typing import Any

from renkei.flow.contract import Item, Linkage
from renkei.tables.schema import CodeLists, request_schema, response_schema

JSON = "application/json"
CONTENT_TYPE = "application/json;charset=UTF-8"
PROFILE = "reference"
FOUND = "照会が完了しました。"
WRONG = "エラーが発生しました。"
UNAUTHORIZED = "アクセストークンが無効です。"
UNEXPECTED = "想定外のエラーが発生しました。"
MEANINGS = {"200": FOUND, "400": WRONG, "401": UNAUTHORIZED, "503": UNEXPECTED}
_DATE = {"type": "string", "format": "renkei-date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_FLAG = {"type": "string", "enum": ["0", "1"]}


def path(linkage: Linkage) -> str:
    """The call path of the REST form."""
    return f"/reference/v1/{linkage.id}"


def scope(linkage: Linkage) -> str:
    """The scope of the REST form, ``{業務ID}:{resource}:{operation}`` (共通機能標準仕様書 §2.2.5)."""
    return f"{linkage.system}:reference/v1/{linkage.id}:Read"


def operation(linkage: Linkage, facts: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI operation."""
    return {
        "operationId": f"{linkage.id}_sansho",
        "summary": f"{linkage.name_ja}（REST 参照プロファイル）",
        "description": "公式のREST仕様はない。031の公式APIの書き方にならった参照プロファイルであり、解釈である。",
        "security": [{"cc": [scope(linkage)]}],
        "x-renkei": {**facts, "profile": PROFILE, "basis": "interpretation"},
        "requestBody": {"required": True, "content": {JSON: {"schema": _schema(f"{linkage.id}_sansho_R01")}}},
        "responses": {status: _answer(linkage, status, meaning) for status, meaning in MEANINGS.items()},
    }


def _schema(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(linkage: Linkage, status: str, meaning: str) -> dict[str, Any]:
    name = f"{linkage.id}_sansho_S01" if status == "200" else f"sansho_E{status}"
    return {
        "description": meaning,
        "content": {JSON: {"schema": _schema(name)}},
        "x-renkei-content-type": CONTENT_TYPE,
    }


def schemas(linkage: Linkage, items: tuple[Item, ...], codes: CodeLists) -> dict[str, Any]:
    """The components of the operation; those of errors are the same for every linkage of a system."""
    rows = {item.romaji: _plain(response_schema(item, codes)) for item in items}
    required = [item.romaji for item in items if item.output == "必須"]
    return {
        f"{linkage.id}_sansho_R01": _request(items, codes),
        f"{linkage.id}_sansho_result": {"type": "object", "required": required, "properties": rows},
        f"{linkage.id}_sansho_S01": _found(linkage),
        "sansho_E400": _error(WRONG, errors=True),
        "sansho_E401": _error(UNAUTHORIZED, errors=False),
        "sansho_E503": _error(UNEXPECTED, errors=False),
    }


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    # title, description and the table's facts stand in the schema of the file's row already
    return {key: value for key, value in schema.items() if key not in ("title", "description", "x-renkei")}


def _request(items: tuple[Item, ...], codes: CodeLists) -> dict[str, Any]:
    keys = [item for item in items if item.key and item.romaji != "shikuchosonkodo"]
    own = {item.romaji: _plain(request_schema(item, codes)) for item in keys}
    common: dict[str, Any] = {
        "shikuchosonkodo": {"type": "string", "pattern": "^[0-9]{6}$"},
        "saishinnomi": _FLAG,
        "koshinnengappi_kara": _DATE,
        "sosashaid": {"type": "string", "pattern": r"^[\x21-\x7E]{1,10}$"},
        "sosanengappi": _DATE,
        "sosajikoku": {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"},
    }
    required = ["shikuchosonkodo", "sosashaid", "sosanengappi", "sosajikoku"]
    return {"type": "object", "required": required, "properties": {**common, **own}, "additionalProperties": False}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _found(linkage: Linkage) -> dict[str, Any]:
    return _object(
        metadata=_object(title={"const": linkage.name_ja}, detail={"const": FOUND}),
        _links=_object(self=_object(href={"const": path(linkage)})),
        result={"type": "array", "items": _schema(f"{linkage.id}_sansho_result")},
    )


def _error(detail: str, *, errors: bool) -> dict[str, Any]:
    links = _object(self=_object(href={"type": "string"}))
    schema = _object(title={"type": "string", "minLength": 1}, detail={"const": detail}, _links=links)
    if errors:
        one = _object(code={"enum": ["E0001", "E0002", "E0003", "E0004"]}, message={"type": "string", "minLength": 1})
        schema["required"].append("errors")
        schema["properties"]["errors"] = {"type": "array", "minItems": 1, "items": one}
    return schema
