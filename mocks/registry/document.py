"""A document of 24 registers with five operations each, in the manner of public bodies' own; 3.1, quirks included."""

from __future__ import annotations

from typing import Any

NAMES = (
    *("offices", "facilities", "shelters", "libraries", "schools", "clinics", "parks", "bridges"),
    *("roads", "wells", "bins", "notices", "events", "forms", "fees", "holidays"),
    *("routes", "stops", "permits", "contracts", "tenders", "officers", "surveys", "datasets"),
)
KEY = "X-Api-Key"
# The one register that anybody may read and write, and the one whose list needs an area.
OPEN, NEEDY = "notices", "bins"
ERROR = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
}
ITEM = {
    "type": "object",
    "required": ["name", "area", "kind"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "readOnly": True, "description": "<b>番号</b><script>alert(1)</script>"},
        "name": {"type": "string", "minLength": 1, "maxLength": 40},
        "area": {"type": "string", "pattern": "^[0-9]{6}$"},
        "kind": {"type": "string", "enum": ["本庁", "支所", "出張所"]},
        "opened": {"type": "string", "format": "date"},
        "seats": {"type": "integer", "minimum": 0, "maximum": 9999},
        "memo": {"type": ["string", "null"], "maxLength": 200},
    },
}


def document(names: tuple[str, ...] = NAMES) -> dict[str, Any]:
    """The document of these registers."""
    paths: dict[str, Any] = {}
    for name in names:
        paths[f"/{name}"] = {"get": _listing(name), "post": _creating(name)}
        paths[f"/{name}/{{id}}"] = {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": _reading(name),
            "put": _replacing(name),
            "delete": _removing(name),
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "公共施設台帳 API",
            "version": "1.2.0",
            "description": "<h1>台帳</h1> <img src=x onerror=alert(1)>",
        },
        "servers": [{"url": "https://{host}.example/v1", "variables": {"host": {"default": "api"}}}],
        "security": [{"key": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": {"Item": ITEM, "Error": ERROR},
            "parameters": {
                "Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
            },
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": KEY},
                "bearer": {"type": "http", "scheme": "bearer"},
                "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://id.example/.well-known"},
                "tls": {"type": "mutualTLS"},
            },
        },
    }


def _operation(name: str, verb: str, **more: Any) -> dict[str, Any]:
    made = {"operationId": f"{verb}_{name}", "summary": f"{verb} {name}", **more}
    return made | {"security": []} if name == OPEN else made


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "-", "content": {"application/json": {"schema": schema}}}


def _answers(status: str, answer: dict[str, Any], *errors: str) -> dict[str, Any]:
    return {status: answer} | {
        error: _body({"$ref": "#/components/schemas/Error"}) for error in (*errors, "401", "405")
    }


def _listing(name: str) -> dict[str, Any]:
    area = {"name": "area", "in": "query", "required": name == NEEDY, "schema": ITEM["properties"]["area"]}
    queries = [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}},
        {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 100000}},
        {"name": "kind", "in": "query", "schema": {"type": "string", "enum": ["本庁", "支所", "出張所"]}},
        area,
    ]
    found = _body({"type": "array", "items": {"$ref": "#/components/schemas/Item"}})
    total = {"X-Total-Count": {"required": True, "schema": {"type": "integer", "minimum": 0}}}
    return _operation(name, "list", parameters=queries, responses=_answers("200", found | {"headers": total}, "400"))


def _creating(name: str) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}
    made = _body({"$ref": "#/components/schemas/Item"})
    return _operation(name, "create", requestBody=body, responses=_answers("201", made, "400", "415"))


def _reading(name: str) -> dict[str, Any]:
    return _operation(
        name, "read", responses=_answers("200", _body({"$ref": "#/components/schemas/Item"}), "400", "404")
    )


def _replacing(name: str) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}
    made = _body({"$ref": "#/components/schemas/Item"})
    return _operation(name, "replace", requestBody=body, responses=_answers("200", made, "400", "404", "415"))


def _removing(name: str) -> dict[str, Any]:
    return _operation(name, "remove", responses=_answers("204", {"description": "-"}, "400", "404"))
