"""The OpenAPI 3.1 document of one system, compiled from its tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from renkei.flow.contract import Item, Linkage
from renkei.flow.requirement import Transport
from renkei.tables import reference
from renkei.tables.schema import CodeLists, cell_schema, request_schema, response_schema
from renkei.tables.source import REQUEST, RESULT, ErrorCode, ResponseNode, SystemTables

JSON = "application/json"
CONTENT_TYPE = "application/json;charset=UTF-8"
MEANINGS = {
    "200": "正常系（JSON形式でのレスポンス）",
    "400": "正常系エラー（パラメータのチェックでエラー）",
    "401": "正常系エラー（アクセストークンが無効）",
    "503": "異常系（想定外のエラー）",
}
OTHER_5XX = "時間切れ（目安30秒）とサービスメンテナンス中。原則500番台で、JSON形式では返却されない（C6、C25）"


def compile_document(
    tables: SystemTables, codes: CodeLists, edition: str, profile: Mapping[str, Any]
) -> dict[str, Any]:
    """The document of a system: one operation per linkage, the schemas of its rows and bodies as components."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    scopes: dict[str, str] = {}
    for linkage in tables.linkages:
        if linkage.transport is Transport.REST:
            scopes[linkage.scope] = linkage.name_ja
            paths[linkage.path] = {"post": _rest(linkage)}
            schemas.update(_rest_schemas(tables, linkage, codes))
        else:
            items = tables.group(linkage.group)
            paths[f"/files/{linkage.id}/{{kind}}"] = {"get": _file(items, linkage, profile)}
            schemas[f"{linkage.id}_row"] = _row(items, codes)
            scopes[reference.scope(linkage)] = linkage.name_ja
            paths[reference.path(linkage)] = {"post": reference.operation(linkage, _linkage_facts(linkage))}
            schemas.update(reference.schemas(linkage, items, codes))
    document: dict[str, Any] = {"openapi": "3.1.0", "info": _info(tables, edition), "paths": paths}
    document["components"] = {"schemas": schemas}
    if scopes:
        flow = {"tokenUrl": "/oauth2/token", "scopes": scopes}
        schemes = {"cc": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
        document["components"]["securitySchemes"] = schemes
    return document


def _info(tables: SystemTables, edition: str) -> dict[str, Any]:
    return {
        "title": f"{tables.id} {tables.name_ja}",
        "version": edition,
        "description": f"項目の表から作成した文書。手で直さないこと（renkei contracts compile）。典拠: {tables.clause}",
    }


def _rest(linkage: Linkage) -> dict[str, Any]:
    responses = {
        status: {
            "description": meaning,
            "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{_body(linkage, status)}"}}},
            "x-renkei-content-type": CONTENT_TYPE,
        }
        for status, meaning in MEANINGS.items()
    }
    reference = {"$ref": f"#/components/schemas/{linkage.id}_R01"}
    return {
        "operationId": linkage.id,
        "summary": linkage.name_ja,
        "security": [{"cc": [linkage.scope]}],
        "x-renkei": _linkage_facts(linkage),
        "requestBody": {"required": True, "content": {JSON: {"schema": reference}}},
        "responses": {**responses, "5XX": {"description": OTHER_5XX}},
    }


def _linkage_facts(linkage: Linkage) -> dict[str, Any]:
    return {
        "basis": linkage.basis,
        "clause": linkage.clause,
        "consumers": list(linkage.consumers),
        "timing": list(linkage.timing),
        "method": linkage.method,
        "purpose": linkage.purpose,
    }


def _body(linkage: Linkage, status: str) -> str:
    return f"{linkage.id}_S01" if status == "200" else f"{linkage.id}_E{status}"


def _rest_schemas(tables: SystemTables, linkage: Linkage, codes: CodeLists) -> dict[str, Any]:
    request, result = tables.group(linkage.group + REQUEST), tables.group(linkage.group + RESULT)
    schemas = {f"{linkage.id}_R01": _request(request, codes)}
    schemas[f"{linkage.id}_result"] = _object(result, {i.romaji: response_schema(i, codes) for i in result})
    for status in MEANINGS:
        nodes = [node for node in tables.responses if (node.linkage, node.status) == (linkage.id, status)]
        schemas[_body(linkage, status)] = _tree(nodes, (), linkage, tables.errors)
    return schemas


def _request(items: tuple[Item, ...], codes: CodeLists) -> dict[str, Any]:
    schema = _object(items, {item.romaji: request_schema(item, codes) for item in items})
    schema["additionalProperties"] = False
    conditions = [_condition(item, presence=True) for item in items if item.when]
    choice = [item.romaji for item in items if "のうち一つ以上を設定する" in item.description]
    if conditions:
        schema["allOf"] = conditions
    if choice:
        schema["anyOf"] = [{"required": [name]} for name in choice]
    return schema


def _condition(item: Item, *, presence: bool) -> dict[str, Any]:
    name, _, text = item.when.partition("=")
    values: dict[str, Any] = {"enum": text.split("|")}
    if name.endswith("!"):  # filled, and none of these
        name, values = name.removesuffix("!"), {"not": {"enum": ["", *text.split("|")]}}
    premise = {"required": [name], "properties": {name: values}}
    then = {"required": [item.romaji]} if presence else {"properties": {item.romaji: {"minLength": 1}}}
    return {"if": premise, "then": then}


def _object(items: tuple[Item, ...], properties: dict[str, Any]) -> dict[str, Any]:
    required = [item.romaji for item in items if item.output == "必須"]
    return {"type": "object", "required": required, "properties": properties}


def _tree(
    nodes: Sequence[ResponseNode], prefix: tuple[str, ...], linkage: Linkage, errors: tuple[ErrorCode, ...]
) -> dict[str, Any]:
    children = [node for node in nodes if tuple(node.path.split("."))[:-1] == prefix]
    properties: dict[str, Any] = {}
    for node in children:
        path = (*prefix, node.path.rsplit(".", 1)[-1])
        if node.type == "構造化":
            schema = _tree(nodes, path, linkage, errors)
        elif node.type == "配列":
            items = {"$ref": f"#/components/schemas/{linkage.id}_result"}
            if path[-1] == "errors":
                items = _with_messages(_tree(nodes, path, linkage, errors), errors)
            schema = {"type": "array", "minItems": node.minimum, "items": items}
        else:
            schema = _leaf(node, errors)
        properties[path[-1]] = {"title": node.name, **schema, "x-renkei": {"clause": node.clause}}
    required = [node.path.rsplit(".", 1)[-1] for node in children if node.required]
    return {"type": "object", "required": required, "properties": properties}


def _leaf(node: ResponseNode, errors: tuple[ErrorCode, ...]) -> dict[str, Any]:
    if node.fixed_value:
        return {"const": node.fixed_value}
    if node.path == "errors.code":
        return {"type": "string", "enum": [error.code for error in errors]}
    limit = {"maxLength": 2 * int(node.length)} if node.length else {}
    return {"type": ["string", "null"] if node.nullable else "string", **limit}


def _with_messages(schema: dict[str, Any], errors: tuple[ErrorCode, ...]) -> dict[str, Any]:
    rules = [
        {
            "if": {"required": ["code"], "properties": {"code": {"const": error.code}}},
            "then": {"properties": {"message": {"pattern": message_pattern(error.message)}}},
        }
        for error in errors
    ]
    return {**schema, "allOf": rules} if rules else schema


def message_pattern(template: str) -> str:
    """The pattern of an error message from its template (``【項目名】はX桁で…``)."""
    parts = re.split("(【[^】]+】|X(?=桁))", template)
    spelled = (".+" if part.startswith("【") else "[0-9０-９]+" if part == "X" else re.escape(part) for part in parts)
    return f"^{''.join(spelled)}$"


def _file(items: tuple[Item, ...], linkage: Linkage, profile: Mapping[str, Any]) -> dict[str, Any]:
    description = {
        "row": {"$ref": f"#/components/schemas/{linkage.id}_row"},
        "columns": [item.romaji for item in items],
        "key": [item.romaji for item in items if item.key],
        "kinds": list(linkage.kinds),
        "profile": dict(profile.get("csv", {})),
    }
    kind = {"name": "kind", "in": "path", "required": True, "schema": {"type": "string", "enum": list(linkage.kinds)}}
    return {
        "operationId": linkage.id,
        "summary": linkage.name_ja,
        "description": "ファイル連携。この場所は文書の上だけのもので、実際の置き場と名前は x-csv による。",
        "x-renkei": _linkage_facts(linkage),
        "parameters": [kind],
        "responses": {
            "200": {
                "description": "全件（zenken）または異動差分（sabun）のCSV",
                "content": {"text/csv": {"schema": {"type": "string"}, "x-csv": description}},
            }
        },
    }


def _row(items: tuple[Item, ...], codes: CodeLists) -> dict[str, Any]:
    schema = _object(items, {item.romaji: cell_schema(item, codes) for item in items})
    schema["required"] = [item.romaji for item in items]
    schema["additionalProperties"] = False
    conditions = [_condition(item, presence=False) for item in items if item.when]
    return {**schema, "allOf": conditions} if conditions else schema
