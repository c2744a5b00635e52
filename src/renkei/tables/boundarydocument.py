"""The OpenAPI document of a boundary system, made from its interface table.

These systems have interfaces of their own authorities, which are not published for everybody. Every document is therefore a
reference profile in the house style of 031, each operation marked ``interpretation`` with its source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from renkei.tables.boundary import VERBS, Collection, Entry, Interface, path_of, unknown
from renkei.tables.schema import NOT_FULL_WIDTH, TIME

# Where a document keeps the requirements of its own that a suite judges by their steps.
CARRIED = "x-renkei-requirements"
JSON_TYPE, REPLY_TYPE = "application/json", "application/json;charset=UTF-8"
ERRORS = {
    "400": ("要求の内容の誤り", "list create read update"),
    "401": ("アクセストークンが無効", "list create read update"),
    "404": ("該当するものがない", "read update"),
    "405": ("使えないメソッド", "list create read update"),
    "409": ("今の状態では受け付けられない", "create update"),
    "415": ("使えない媒体型", "create update"),
    "503": ("時間切れ、保守又は想定外の誤り", "list create read update"),
}
DONE = {
    "list": "照会が完了しました。",
    "create": "登録が完了しました。",
    "read": "照会が完了しました。",
    "update": "更新が完了しました。",
}
TEXT = re.compile(r"(?P<kind>[XDNT])(?:(?P<low>\d+)-)?(?P<high>\d+)")
WHOLE = re.compile(r"I(?P<low>-?\d+)-(?P<high>\d+)")
LISTED = re.compile(r"L(?P<high>\d+):(?P<part>[a-z_]+)")
# A code of an error: five half-width characters, as in 031.
ERROR_CODE = "^[EB][0-9]{4}$"


def boundary_document(made: Interface, edition: str) -> dict[str, Any]:
    """The OpenAPI document of a boundary system."""
    paths: dict[str, Any] = {}
    for one in made.collections:
        for verb in one.verbs:
            paths.setdefault(path_of(made, one, verb), {})[VERBS[verb][0]] = _operation(made, one, verb)
    scopes = {
        _scope(made, one, verb): about["name_ja"] for one in made.collections for verb, about in one.verbs.items()
    }
    flow = {"tokenUrl": "/oauth2/token", "scopes": scopes}
    return {
        "openapi": "3.1.0",
        "info": {"title": made.head["name_ja"], "version": edition, "description": _about(made)},
        "x-renkei": {"profile": "reference", "basis": "interpretation", "clause": made.head["clause"]},
        CARRIED: [dict(one) for one in made.requirements],
        "paths": paths,
        "components": {
            "schemas": _schemas(made),
            "responses": {f"error_{status}": _error(status) for status in ERRORS},
            "securitySchemes": {"oauth": {"type": "oauth2", "flows": {"clientCredentials": flow}}},
        },
    }


def _about(made: Interface) -> str:
    return (
        f"{made.head['about_ja']}\n表から作成した文書。手で直さないこと（renkei contracts compile）。"
        f"参照プロファイル（本書の解釈）。典拠: {made.head['clause']}"
    )


def _scope(made: Interface, one: Collection, verb: str) -> str:
    return f"{made.name}:{made.head['prefix'].strip('/')}/{one.name}:{VERBS[verb][1]}"


def _operation(made: Interface, one: Collection, verb: str) -> dict[str, Any]:
    about, row = one.verbs[verb], made.coverage[one.verbs[verb]["id"]]
    status = "201" if verb == "create" else "200"
    reply = _reference(f"{one.name}_{'ichiran' if verb == 'list' else 'oto'}")
    described: dict[str, Any] = {
        "operationId": about["id"],
        "summary": about["name_ja"],
        "description": about.get("about_ja", about["name_ja"]),
        "x-renkei": {
            "profile": "reference",
            "basis": "interpretation",
            "clause": row["source"],
            "flows": row["flow"].split(";"),
            "linkages": row["linkage"].split(";"),
        },
        "security": [{"oauth": [_scope(made, one, verb)]}],
        "parameters": _parameters(made, one, verb),
    }
    if verb in ("create", "update"):
        entries = [entry for entry in one.entries if entry.asked] if verb == "create" else one.changes
        body = {"schema": _reference(f"{one.name}_{verb}"), "examples": {"mihon": {"value": sample(made, entries)}}}
        described["requestBody"] = {"required": True, "content": {JSON_TYPE: body}}
    described["responses"] = {
        status: {"description": DONE[verb], "content": {REPLY_TYPE: {"schema": reply}}},
        **{
            code: {"$ref": f"#/components/responses/error_{code}"}
            for code, (_, verbs) in ERRORS.items()
            if verb in verbs.split()
        },
    }
    return described


def _parameters(made: Interface, one: Collection, verb: str) -> list[dict[str, Any]]:
    known = {entry.romaji: entry for entry in one.entries}
    if verb in ("read", "update"):
        entry = known[one.key]
        return [
            {"name": one.key, "in": "path", "required": True, "description": entry.name, "schema": _plain(made, entry)}
        ]
    if verb == "create":
        once = {"type": "string", "minLength": 8, "maxLength": 64, "pattern": "^[0-9A-Za-z-]{8,64}$"}
        about = "送信番号（再送の識別）。番号も内容も同じ要求は、二度登録しない。"
        return [{"name": "Idempotency-Key", "in": "header", "description": about, "schema": once}] if one.once else []
    pages = [
        ("limit", "一度に返す件数", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
        ("offset", "読み飛ばす件数", {"type": "integer", "minimum": 0, "maximum": 100_000, "default": 0}),
        *((name, known[name].name, _plain(made, known[name])) for name in one.filters),
    ]
    return [{"name": name, "in": "query", "description": about, "schema": schema} for name, about, schema in pages]


def _schemas(made: Interface) -> dict[str, Any]:
    found: dict[str, Any] = {name: _record(made, entries, name) for name, entries in made.parts.items()}
    for one in made.collections:
        found[one.name] = _record(made, one.entries, one.title)
        row = {"type": "array", "items": _reference(one.name)}
        found[f"{one.name}_oto"] = _reply(made, one.title, row | {"minItems": 1, "maxItems": 1})
        if "list" in one.verbs:
            total = {"type": "integer", "minimum": 0, "title": "総件数"}
            found[f"{one.name}_ichiran"] = _reply(made, one.title, row | {"maxItems": 100}, total=total)
        if "create" in one.verbs:
            asked = tuple(entry for entry in one.entries if entry.asked)
            found[f"{one.name}_create"] = _record(made, asked, f"{one.title}（登録の要求）")
        if "update" in one.verbs:
            found[f"{one.name}_update"] = _record(made, one.changes, f"{one.title}（更新の要求）")
    return found | {"links": LINKS, "error": ERROR}


def _reply(made: Interface, title: str, result: dict[str, Any], **more: Any) -> dict[str, Any]:
    metadata = _object({"title": {"type": "string", "const": made.head["name_ja"]}, "detail": _sized("string", 100)})
    return _object({"metadata": metadata, "_links": _reference("links"), **more, "result": result}) | {"title": title}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def _sized(kind: str, most: int) -> dict[str, Any]:
    return {"type": kind, "minLength": 1, "maxLength": most}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


LINKS = _object({"self": _object({"href": {"type": "string", "pattern": "^/[!-~]{1,500}$", "maxLength": 501}})})
ERROR = _object(
    {
        "title": _sized("string", 100),
        "detail": _sized("string", 200),
        "_links": _reference("links"),
        "errors": {
            "type": "array",
            "maxItems": 200,
            "items": _object({"code": {"type": "string", "pattern": ERROR_CODE}, "message": _sized("string", 300)}),
        },
    }
)
ERROR["required"] = ["title", "detail", "_links"]


def _error(status: str) -> dict[str, Any]:
    return {"description": ERRORS[status][0], "content": {REPLY_TYPE: {"schema": _reference("error")}}}


def _record(made: Interface, entries: Sequence[Entry], title: str) -> dict[str, Any]:
    schema = _object({entry.romaji: _schema(made, entry) for entry in entries}) | {"title": title}
    return schema | {"required": [entry.romaji for entry in entries if entry.always]}


def _schema(made: Interface, entry: Entry) -> dict[str, Any]:
    facts = {"type": entry.type, "basis": "interpretation"}
    shown = sample(made, (entry,))
    return {
        "title": entry.name,
        "description": entry.description or entry.name,
        **_plain(made, entry),
        **({"examples": [shown[entry.romaji]]} if entry.romaji in shown else {}),
        "x-renkei": facts,
    }


def _plain(made: Interface, entry: Entry) -> dict[str, Any]:
    """The schema of an item's values alone."""
    if entry.type in FIXED:
        return dict(FIXED[entry.type])
    if entry.type.startswith("C:"):
        codes = made.codes.get(entry.type[2:])
        if codes is None:
            raise unknown(made.path, entry.romaji, "code", entry.type[2:])
        return {"type": "string", "enum": list(codes)}
    if found := TEXT.fullmatch(entry.type):
        return _text(found["kind"], int(found["low"] or 0), int(found["high"]))
    if found := WHOLE.fullmatch(entry.type):
        return {"type": "integer", "minimum": int(found["low"]), "maximum": int(found["high"])}
    if found := LISTED.fullmatch(entry.type):
        if found["part"] not in made.parts:
            raise unknown(made.path, entry.romaji, "part", found["part"])
        return {"type": "array", "maxItems": int(found["high"]), "items": _reference(found["part"])}
    raise unknown(made.path, entry.romaji, "型", entry.type)


FIXED: Mapping[str, Mapping[str, Any]] = {
    "DATE": {"type": "string", "format": "date", "maxLength": 10},
    # 不詳日を許容する日付は暦にない日でもよい。
    "DU": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "maxLength": 10},
    "TM": {"type": "string", "pattern": TIME, "maxLength": 8},
    "TS": {"type": "string", "format": "date-time", "maxLength": 40},
    "YM": {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$", "maxLength": 7},
    "F": {"type": "string", "enum": ["0", "1"]},
}


def _text(kind: str, low: int, high: int) -> dict[str, Any]:
    least = low or (high if kind == "D" else 1)
    schema: dict[str, Any] = {"type": "string", "minLength": least, "maxLength": high}
    if kind == "T":
        return schema
    if kind == "N":
        return schema | {"pattern": f"^[^{NOT_FULL_WIDTH}]*$"}
    signs = "[0-9]" if kind == "D" else "[!-~]"
    times = f"{{{least}}}" if least == high else f"{{{least},{high}}}"
    return schema | {"pattern": f"^{signs}{times}$"}


def sample(made: Interface, entries: Sequence[Entry]) -> dict[str, Any]:
    """A sample of a record, of the items that have one."""
    shown: dict[str, Any] = {}
    for entry in entries:
        if found := LISTED.fullmatch(entry.type):
            shown[entry.romaji] = [sample(made, made.parts.get(found["part"], ()))]
        elif entry.sample and WHOLE.fullmatch(entry.type):
            shown[entry.romaji] = int(entry.sample)
        elif entry.sample:
            shown[entry.romaji] = entry.sample
    return shown
