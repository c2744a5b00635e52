"""A server of the registry document that conforms, but for the defects that are planted in it by name."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from mocks.registry.defect import DEFECTS
from mocks.registry.document import ITEM, KEY, NAMES, NEEDY, OPEN

API_KEY = "5f0c1d7e-9b2a4c68d3e1"
AREA = re.compile("[0-9]{6}")
TEXTS = {"name": (1, 40), "memo": (0, 200)}
MOST_SEATS = 9_999


class Registry:
    """The state and the handlers of the server; ``defects`` are names of operations whose defect is on."""

    def __init__(self, defects: frozenset[str] = frozenset()) -> None:
        self.defects = {one.operation: one.name for one in DEFECTS if one.operation in defects}
        self.store: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in NAMES}
        self.requests: Counter[str] = Counter()
        self._ids = itertools.count(1)
        self._put: Counter[tuple[str, int]] = Counter()
        for name in NAMES:
            for kind, area in 4 * (("本庁", "131016"), ("支所", "131024"), ("出張所", "131032")):
                self._keep(name, {"name": "見本", "area": area, "kind": kind})

    def application(self) -> Starlette:
        """The server."""
        methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD", "QUERY"]
        return Starlette(
            routes=[
                Route("/{name}", self._collection, methods=methods),
                Route("/{name}/{id}", self._thing, methods=methods),
                Route("/{path:path}", self._unknown, methods=methods),
            ]
        )

    async def _unknown(self, _request: Request) -> Response:
        return _error(404, "not-found")

    def _keep(self, name: str, item: Mapping[str, Any]) -> dict[str, Any]:
        number = next(self._ids)
        self.store[name][number] = {**item, "id": number}
        return self.store[name][number]

    def has(self, operation: str) -> bool:
        """Whether the defect of that operation is on."""
        return operation in self.defects

    async def _collection(self, request: Request) -> Response:
        name = request.path_params["name"]
        self.requests[f"{request.method} {name}"] += 1
        if name not in self.store:
            return _error(404, "not-found")
        if request.method == "PATCH" and self.has(f"list_{name}") and self.defects[f"list_{name}"] == "PATCH processed":
            return JSONResponse({"done": True})
        verb = {"GET": "list", "POST": "create"}.get(request.method)
        if verb is None and self.defects.get(f"list_{name}") == "other methods answered 404":
            return _error(404, "not-found")
        if verb is None:
            return _error(405, "method", {"Allow": "GET, POST"})
        if not self._may(request, f"{verb}_{name}"):
            return _error(401, "credentials")
        return await (self._create(request, name) if verb == "create" else self._list(request, name))

    def _may(self, request: Request, operation: str) -> bool:
        given = request.headers.get(KEY)
        bearer = request.headers.get("authorization", "")
        if operation.endswith(f"_{OPEN}") or given == API_KEY or bearer == f"Bearer {API_KEY}":
            return True
        wanted = self.defects.get(operation)
        return wanted == "no credentials needed" or (wanted == "any credentials taken" and given is not None)

    async def _list(self, request: Request, name: str) -> Response:
        operation, query = f"list_{name}", request.query_params
        defect = self.defects.get(operation)
        low = 0 if defect == "limit 0 accepted" else 1
        limit, offset = _whole(query, "limit", 20, low, 100), _whole(query, "offset", 0, 0, 100_000)
        doubled = any(len(query.getlist(key)) > 1 for key in query)
        wrong = limit is None or offset is None or doubled
        wrong = wrong or ("kind" in query and query["kind"] not in ITEM["properties"]["kind"]["enum"])
        wrong = wrong or ("area" in query and not AREA.fullmatch(query["area"]))
        missing = name == NEEDY and "area" not in query and defect != "required query missing accepted"
        if wrong or missing or limit is None or offset is None:
            return _error(400, "query")
        if defect == "500 on a large offset" and offset > 50_000:
            return _error(500, "internal")
        if defect == "undescribed status" and limit == 100:
            return JSONResponse([], status_code=206, headers={"X-Total-Count": "0"})
        if defect == "status changes by itself" and self.requests[f"GET {name}"] % 2:
            return _error(400, "luck")
        return self._listed(name, query, limit, offset, defect)

    def _listed(self, name: str, query: Any, limit: int, offset: int, defect: str | None) -> Response:
        items = [
            item
            for item in self.store[name].values()
            if defect == "filter ignored"
            or all(item.get(key) == query[key] for key in ("kind", "area") if key in query)
        ]
        page = items[offset:] if defect == "limit ignored" else items[offset : offset + limit]
        if defect == "number as text":
            page = [{**item, "id": str(item["id"])} for item in page]
        if defect == "undescribed media type":
            return Response("<p>list</p>", media_type="text/html", headers={"X-Total-Count": str(len(items))})
        headers = {"X-Total-Count": "many" if defect == "header no number" else str(len(items))}
        return JSONResponse(page, headers={} if defect == "header missing" else headers)

    async def _item(self, request: Request, operation: str) -> Any:
        """The valid body, or the refusal of another one."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _error(415, "media-type")
        defect = self.defects.get(operation)
        try:
            body = json.loads((await request.body()).decode("utf-8"))
            json.dumps(body, allow_nan=False).encode()
        except (ValueError, RecursionError):
            return _error(500 if defect == "500 on broken JSON" else 400, "json")
        if defect == "500 on a long name" and isinstance(body, dict) and len(str(body.get("name", ""))) == 40:
            return _error(500, "internal")
        if defect == "valid refused" and isinstance(body, dict) and body.get("kind") == "出張所":
            return _error(400, "kind")
        forgiven = {"too long accepted": "maxLength", "required missing accepted": "required"}.get(defect or "")
        if not isinstance(body, dict) or _faults(body) - {forgiven}:
            return _error(400, "body")
        return body

    async def _create(self, request: Request, name: str) -> Response:
        operation = f"create_{name}"
        item = await self._item(request, operation)
        if isinstance(item, Response):
            return item
        defect = self.defects.get(operation)
        if defect == "answer cut off" and "memo" in item and item["memo"] is None:
            # Nothing comes after the announced length, and the connection is closed.
            return StreamingResponse(_cut(), status_code=201, headers={"Content-Length": "100"})
        if defect == "text cut":
            item = {**item, "name": item["name"][:5]}
        kept = self._keep(name, item)
        if defect == "created not found":
            del self.store[name][kept["id"]]
        return JSONResponse(_whole_item(kept), status_code=201, headers={"Location": f"/{name}/{kept['id']}"})

    async def _thing(self, request: Request) -> Response:
        name = request.path_params["name"]
        self.requests[f"{request.method} {name}/id"] += 1
        if name not in self.store:
            return _error(404, "not-found")
        verb = {"GET": "read", "PUT": "replace", "DELETE": "remove"}.get(request.method)
        if verb is None:
            return _error(405, "method", {"Allow": "GET, PUT, DELETE"})
        operation = f"{verb}_{name}"
        if not self._may(request, operation):
            return _error(401, "credentials")
        number = _number(request.path_params["id"])
        if number is None or number < 1:
            return _error(400, "id")
        body = await self._item(request, operation) if verb == "replace" else None
        if isinstance(body, Response):
            return body
        if number not in self.store[name]:
            return _error(404, "not-found")
        return self._done(name, verb, number, body)

    def _done(self, name: str, verb: str, number: int, body: Any) -> Response:
        item = self.store[name][number]
        if verb == "remove":
            if self.defects.get(f"create_{name}") != "deleted still shown":
                del self.store[name][number]
            return Response(status_code=204)
        if verb == "replace":
            self._put[name, number] += 1
            if self.has(f"replace_{name}"):
                body = {**body, "seats": self._put[name, number]}
            self.store[name][number] = {**body, "id": number}
            return JSONResponse(_whole_item(self.store[name][number]))
        if self.defects.get(f"read_{name}") == "member missing":
            return JSONResponse({key: value for key, value in item.items() if key != "area"})
        return JSONResponse(_whole_item(item))


def _faults(body: dict[str, Any]) -> set[str]:
    """The keywords of the item's schema that a body breaks."""
    properties = ITEM["properties"].keys() - {"id"}
    found = {"required"} if set(ITEM["required"]) - set(body) else set()
    found |= {"additionalProperties"} if set(body) - properties else set()
    return found | {fault for name, value in body.items() if name in properties and (fault := _fault(name, value))}


def _fault(name: str, value: Any) -> str:
    if name == "memo" and value is None:
        return ""
    if name == "seats":
        number = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
        return ("" if 0 <= value <= MOST_SEATS else "range") if number else "type"
    if not isinstance(value, str):
        return "type"
    if name in TEXTS:
        low, high = TEXTS[name]
        return "minLength" if len(value) < low else "maxLength" if len(value) > high else ""
    if name == "kind":
        return "" if value in ITEM["properties"]["kind"]["enum"] else "enum"
    if name == "area":
        return "" if AREA.fullmatch(value) and value.isascii() else "pattern"
    return "" if _is_day(value) else "format"


def _is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text)) and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


async def _cut() -> AsyncIterator[bytes]:
    yield b"{"


def _whole_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item with what a forgiving defect let it miss: that defect is seen in the request only."""
    return {"name": "-", "area": "000000", "kind": "本庁"} | {
        key: value[:40] if key == "name" else value for key, value in item.items()
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) < 19 else None


def _whole(query: Any, name: str, default: int, low: int, high: int) -> int | None:
    if name not in query:
        return default
    number = _number(query[name])
    return number if number is not None and low <= number <= high else None


def _error(status: int, code: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"code": code, "message": "-"}, status_code=status, headers=dict(headers or {}))
