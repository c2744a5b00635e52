"""A document of wards with six operations on residents each: a record of 40 members, pages, order, filters, tags, roles."""

from __future__ import annotations

from typing import Any

WARDS = ("higashi", "nishi", "minami", "kita", "chuo", "minato", "midori")
READ, WRITE = "residents:read", "residents:write"
SEXES = ["男", "女", "不明"]
RELATIONS = ["世帯主", "妻", "夫", "子", "父", "母", "同居人"]
ID = {"type": "string", "pattern": "^[0-9]{6}[A-Za-z]{2}$"}
CITY = {"type": "string", "pattern": "^[0-9]{6}$"}
DATE = {"type": "string", "format": "date"}
SORTS = ["birthDate", "-birthDate", "householdNo", "-householdNo", "cityCode"]


def _free(most: int, least: int = 0) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most}


def _digits(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$"}


PROPERTIES: dict[str, Any] = {
    "familyName": _free(30, 1),
    "givenName": _free(30, 1),
    "familyKana": _digits("[ァ-ヶー]{1,30}"),
    "givenKana": _digits("[ァ-ヶー]{1,30}"),
    "formerName": _free(30),
    "sex": {"type": "string", "enum": SEXES},
    "birthDate": DATE,
    "birthEra": {"type": "string", "enum": ["明治", "大正", "昭和", "平成", "令和"]},
    "nationality": _digits("[A-Z]{3}"),
    "residentKind": {"type": "string", "enum": ["日本人", "外国人"]},
    "householdNo": _digits("[0-9]{8}"),
    "relation": {"type": "string", "enum": RELATIONS},
    "cityCode": CITY,
    "postalCode": _digits("[0-9]{3}-[0-9]{4}"),
    "prefecture": {"type": "string", "enum": ["東京都", "北海道", "京都府", "大阪府", "沖縄県"]},
    "city": _free(20),
    "town": _free(50),
    "block": _free(50),
    "building": _free(80),
    "phone": _digits("0[0-9]{1,4}-[0-9]{1,4}-[0-9]{4}"),
    "mobile": _digits("0[789]0-[0-9]{4}-[0-9]{4}"),
    "email": _digits("[a-z0-9]{1,30}@example\\.jp"),
    "movedInOn": DATE,
    "movedInFrom": _free(100),
    "movedOutOn": {"type": ["string", "null"], "format": "date"},
    "registeredAt": {"type": "string", "format": "date-time"},
    "insuranceNo": _digits("[0-9]{10}"),
    "pensionNo": _digits("[0-9]{4}-[0-9]{6}"),
    "taxCategory": {"type": "string", "enum": ["課税", "非課税", "未申告"]},
    "income": {"type": "integer", "format": "int64", "minimum": 0, "maximum": 9223372036854775807},
    "points": {"type": "number", "minimum": 0, "maximum": 10000000},
    "careLevel": {"type": "string", "enum": ["自立", "要支援１", "要支援２", "要介護１", "要介護２"]},
    "disability": {"type": "boolean"},
    "protected": {"type": "boolean", "description": "支援措置の対象"},
    "languages": {"type": "array", "maxItems": 3, "items": {"type": "string", "enum": ["日本語", "英語", "中国語"]}},
    "tags": {"type": "array", "maxItems": 5, "items": _free(20, 1)},
    "memo": _free(200),
    "note": {"type": ["string", "null"], "maxLength": 100},
    "emergencyName": _free(60),
    "emergencyPhone": _digits("0[0-9]{1,4}-[0-9]{1,4}-[0-9]{4}"),
    "schoolCode": _digits("[A-Z][0-9]{6}"),
}
REQUIRED = [
    *("familyName", "givenName", "sex", "birthDate", "residentKind", "householdNo", "relation", "cityCode"),
    *("registeredAt", "protected"),
]
INPUT = {"type": "object", "required": REQUIRED, "additionalProperties": False, "properties": PROPERTIES}
CHANGE = {"type": "object", "minProperties": 1, "additionalProperties": False, "properties": PROPERTIES}
RESIDENT = {
    "type": "object",
    "required": ["residentId", *REQUIRED],
    "additionalProperties": False,
    "properties": {"residentId": ID, **PROPERTIES},
}
PAGE = {
    "type": "object",
    "required": ["total", "items"],
    "additionalProperties": False,
    "properties": {
        "total": {"type": "integer", "minimum": 0},
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Resident"}},
    },
}
ERROR = {
    "type": "object",
    "required": ["code", "message"],
    "additionalProperties": False,
    "properties": {"code": {"type": "string", "pattern": "^E[0-9]{3}$"}, "message": {"type": "string"}},
}
TAG = {"ETag": {"required": True, "schema": {"type": "string", "pattern": '^"[0-9a-f]+"$'}}}
QUERIES = [
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}},
    {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 100000}},
    {"name": "sort", "in": "query", "schema": {"type": "string", "enum": SORTS}},
    {"name": "sex", "in": "query", "schema": {"type": "string", "enum": SEXES}},
    {"name": "cityCode", "in": "query", "schema": CITY},
    {"name": "birthDate_from", "in": "query", "schema": DATE},
    {"name": "birthDate_to", "in": "query", "schema": DATE},
]


def document(wards: tuple[str, ...] = WARDS) -> dict[str, Any]:
    """The document of these wards."""
    paths: dict[str, Any] = {}
    for ward in wards:
        paths[f"/{ward}/residents"] = {"get": _listing(ward), "post": _creating(ward)}
        paths[f"/{ward}/residents/{{residentId}}"] = {
            "parameters": [{"name": "residentId", "in": "path", "required": True, "schema": ID}],
            "get": _operation(ward, "read", READ, "200", _body("Resident", TAG), "404"),
            "put": _writing(ward, "replace", "Input", "200", "404", "412", tag=False),
            "patch": _writing(ward, "amend", "Change", "200", "404", "412", "428", tag=True),
            "delete": _operation(ward, "remove", WRITE, "204", {"description": "-"}, "404"),
        }
    flow = {"tokenUrl": "https://example.jp/oauth2/token", "scopes": {READ: "-", WRITE: "-"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "住民台帳 見本", "version": "1.0.0"},
        "paths": paths,
        "components": {
            "schemas": {"Input": INPUT, "Change": CHANGE, "Resident": RESIDENT, "Page": PAGE, "Error": ERROR},
            "securitySchemes": {"oauth": {"type": "oauth2", "flows": {"clientCredentials": flow}}},
        },
    }


def _body(schema: str, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    made = {"description": "-", "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}
    return made | ({"headers": headers} if headers else {})


def _operation(ward: str, verb: str, scope: str, status: str, answer: dict[str, Any], *errors: str) -> dict[str, Any]:
    statuses = {error: _body("Error") for error in ("400", "401", "403", "405", *errors)}
    return {"operationId": f"{verb}_{ward}", "security": [{"oauth": [scope]}], "responses": {status: answer} | statuses}


def _listing(ward: str) -> dict[str, Any]:
    return _operation(ward, "list", READ, "200", _body("Page")) | {"parameters": QUERIES}


def _creating(ward: str) -> dict[str, Any]:
    place = {"Location": {"required": True, "schema": {"type": "string", "pattern": f"^/{ward}/residents/"}}}
    made = _operation(ward, "create", WRITE, "201", _body("Resident", TAG | place), "415")
    return made | {"requestBody": {"required": True, "content": _body("Input")["content"]}}


def _writing(ward: str, verb: str, schema: str, status: str, *errors: str, tag: bool) -> dict[str, Any]:
    matched = {
        "name": "If-Match",
        "in": "header",
        "required": tag,
        "schema": {"type": "string", "pattern": '^"[0-9a-f]+"$'},
    }
    made = _operation(ward, verb, WRITE, status, _body("Resident", TAG), *errors, "415")
    return made | {"parameters": [matched], "requestBody": {"required": True, "content": _body(schema)["content"]}}
