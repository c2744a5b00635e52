"""The server of the wards: it conforms to its document, but for the defects that are switched on by name."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import itertools
import json
import re
import unicodedata
import urllib.parse
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.wards import token
from mocks.wards.defect import Defect
from mocks.wards.document import CHANGE, CITY, ID, INPUT, PROPERTIES, READ, RELATIONS, SEXES, SORTS, WARDS, WRITE

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "QUERY"]
HIDDEN = ("postalCode", "prefecture", "city", "town", "block", "building", "phone", "mobile", "movedInFrom")
FORMATS = FormatChecker(formats=())
INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


@FORMATS.checks("date", raises=ValueError)
def _date(value: object) -> bool:
    return not isinstance(value, str) or (len(value) == 10 and bool(dt.date.fromisoformat(value)))


@FORMATS.checks("date-time", raises=ValueError)
def _instant(value: object) -> bool:
    found = INSTANT.fullmatch(value) if isinstance(value, str) else None
    if not isinstance(value, str) or found is None:
        return not isinstance(value, str)
    second = "59" if found[3] == "60" else found[3]
    return bool(dt.datetime.fromisoformat(f"{found[1]}T{found[2]}{second}{found[5].upper()}"))


def _strict(schema: Any) -> Any:
    """The schema with patterns that end where the text ends, before no line feed."""
    if isinstance(schema, dict):
        return {k: v.replace("$", r"\Z") if k == "pattern" else _strict(v) for k, v in schema.items()}
    return [_strict(part) for part in schema] if isinstance(schema, list) else schema


BODIES = {
    verb: Draft202012Validator(_strict(schema), format_checker=FORMATS)
    for verb, schema in (("create", INPUT), ("replace", INPUT), ("amend", CHANGE))
}
FORGIVEN = {
    "required missing accepted": "required",
    "unknown code accepted": "enum",
    "pattern not checked": "pattern",
    "too long accepted": "maxLength",
    "unknown member accepted": "additionalProperties",
}


class Wards:
    """The state and the handlers of the server."""

    def __init__(self, defects: Iterable[Defect] = ()) -> None:
        self.defects = frozenset((one.operation, one.name) for one in defects)
        self.store: dict[str, dict[str, dict[str, Any]]] = {ward: {} for ward in WARDS}
        self.former: dict[tuple[str, str], dict[str, Any]] = {}
        self.removed: set[tuple[str, str]] = set()
        self.versions: Counter[tuple[str, str]] = Counter()
        self.requests = 0
        self._calls = itertools.count()
        self._ids = itertools.count(1)
        for ward in WARDS:
            for number in range(12):
                self._keep(ward, _sample(number))

    def application(self) -> Starlette:
        """The server."""
        return Starlette(
            routes=[
                Route("/oauth2/token", self._token, methods=["POST"]),
                Route("/{ward}/residents", self._collection, methods=METHODS),
                Route("/{ward}/residents/{id}", self._thing, methods=METHODS),
                Route("/{path:path}", self._unknown, methods=METHODS),
            ]
        )

    def has(self, operation: str, name: str) -> bool:
        """Whether a defect is on."""
        return (operation, name) in self.defects

    async def _unknown(self, _request: Request) -> Response:
        return _error(404)

    async def _token(self, request: Request) -> Response:
        form = dict(urllib.parse.parse_qsl((await request.body()).decode("utf-8", "replace")))
        status, body = token.asked(request.headers.get("authorization", ""), form)
        return JSONResponse(body, status_code=status)

    def _keep(self, ward: str, item: Mapping[str, Any]) -> str:
        number = next(self._ids)
        name = f"{number:06d}{chr(97 + number % 26)}{chr(65 + number // 26 % 26)}"
        self.store[ward][name] = dict(item)
        return name

    def _may(self, request: Request, operation: str, scope: str) -> tuple[int, str]:
        forgiven = next((name for place, name in self.defects if place == operation and _opens(name)), "")
        return token.caller(request.headers.get("authorization", ""), scope, forgiven)

    async def _collection(self, request: Request) -> Response:
        self.requests += 1
        ward = request.path_params["ward"]
        if ward not in self.store:
            return _error(404)
        if request.method == "PATCH" and self.has(f"list_{ward}", "PATCH processed"):
            return JSONResponse({"done": True})
        verb = {"GET": "list", "POST": "create"}.get(request.method)
        if verb is None:
            return _error(405, {"Allow": "GET, POST"})
        refused, client = self._may(request, f"{verb}_{ward}", READ if verb == "list" else WRITE)
        if refused:
            return _error(refused)
        return self._list(request, ward, client) if verb == "list" else await self._create(request, ward)

    # -- lists

    def _list(self, request: Request, ward: str, client: str) -> Response:
        operation, query = f"list_{ward}", request.query_params
        low = 0 if self.has(operation, "limit 0 accepted") else 1
        limit, offset = _whole(query, "limit", 20, low, 100), _whole(query, "offset", 0, 0, 100_000)
        wrong = any(len(query.getlist(key)) > 1 for key in query) or limit is None or offset is None
        wrong = wrong or not _fits(query, "sort", {"enum": SORTS}) or not _fits(query, "sex", {"enum": SEXES})
        wrong = wrong or not _fits(query, "cityCode", CITY)
        wrong = wrong or any(not _fits(query, name, PROPERTIES["birthDate"]) for name in BOUNDS)
        if wrong or limit is None or offset is None:
            return _error(400)
        if self.has(operation, "500 on a large offset") and offset > 50_000:
            return _error(500)
        found = self._filtered(ward, query)
        found = self._sorted(ward, query, found)
        page = self._page(operation, found, limit, offset)
        items = [self._shown(ward, name, client, "protected address listed", operation) for name in page]
        if self.has(operation, "number as text"):
            items = [item | {"income": str(item["income"])} if "income" in item else item for item in items]
        if self.has(operation, "undescribed code"):
            items = [item | {"sex": "1"} if item["sex"] == "男" else item for item in items]
        if self.has(operation, "undescribed media type") and limit == 1:
            return Response("<ul></ul>", media_type="text/html")
        total = len(items) if self.has(operation, "total of the page") else len(found)
        return JSONResponse({"total": total, "items": items})

    def _filtered(self, ward: str, query: Mapping[str, str]) -> list[str]:
        operation = f"list_{ward}"
        wanted = {key: query[key] for key in ("sex", "cityCode") if key in query}
        if self.has(operation, "filter ignored"):
            wanted.pop("cityCode", None)
        low, high = query.get("birthDate_from", ""), query.get("birthDate_to", "9999-99-99")
        found = [
            name
            for name, item in self.store[ward].items()
            if all(item.get(key) == value for key, value in wanted.items()) and low <= item["birthDate"] <= high
        ]
        if self.has(operation, "filter loses a row") and "sex" in query and len(found) > 1:
            return found[:-1]
        return found

    def _sorted(self, ward: str, query: Mapping[str, str], found: list[str]) -> list[str]:
        operation, order = f"list_{ward}", query.get("sort", "")
        if not order or self.has(operation, "sort ignored"):
            return found
        if self.has(operation, "unstable sort"):
            turn = next(self._calls) * 7 % max(1, len(found))
            found = found[turn:] + found[:turn]
        member = order.lstrip("-")
        return sorted(found, key=lambda name: str(self.store[ward][name].get(member, "")), reverse=order != member)

    def _page(self, operation: str, found: list[str], limit: int, offset: int) -> list[str]:
        if self.has(operation, "limit ignored"):
            return found[offset:]
        if self.has(operation, "page off by one") and offset:
            offset += 1
        if self.has(operation, "row doubled across pages") and offset:
            return found[offset - 1 : offset - 1 + limit]
        if self.has(operation, "page beyond the end repeats") and offset >= len(found):
            offset = max(0, len(found) - limit)
        return found[offset : offset + limit]

    # -- bodies

    async def _item(self, request: Request, verb: str, ward: str) -> Any:
        """The valid body, or the refusal of another one."""
        operation = f"{verb}_{ward}"
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not self.has(operation, "other media type accepted"):
            return _error(415)
        try:
            body = json.loads((await request.body()).decode("utf-8"))
            json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            return _error(500 if self.has(operation, "500 on broken JSON") else 400)
        forgiven = {rule for name, rule in FORGIVEN.items() if self.has(operation, name)}
        faults = [fault for fault in BODIES[verb].iter_errors(body) if fault.validator not in forgiven]
        if faults or not isinstance(body, dict):
            return _error(400)
        if self.has(operation, "500 on a long name") and len(body.get("familyName", "")) == 30:
            return _error(500)
        if self.has(operation, "valid refused") and body.get("relation") == "同居人":
            return _error(400)
        return body

    def _stored(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """What is kept of a body."""
        for name, change in TEXTS.items():
            if self.has(operation, name):
                body = {key: _mapped(value, change) for key, value in body.items()}
        if self.has(operation, "time zone dropped") and "registeredAt" in body:
            body = body | {"registeredAt": re.sub(r"[+-]\d\d:\d\d$", "Z", body["registeredAt"])}
        if self.has(operation, "number rounded"):
            body = {key: int(float(v)) if isinstance(v, int) and key == "income" else v for key, v in body.items()}
        return body

    async def _create(self, request: Request, ward: str) -> Response:
        operation = f"create_{ward}"
        body = await self._item(request, "create", ward)
        if isinstance(body, Response):
            return body
        name = self._keep(ward, _repaired(self._stored(operation, body)))
        headers = self._tag(ward, name) | {"Location": f"/{ward}/residents/{name}"}
        if self.has(operation, "header missing"):
            del headers["Location"]
        shown = self._whole(ward, name)
        if self.has(operation, "null where never null"):
            shown |= {"birthDate": None}
        return JSONResponse(shown, status_code=201, headers=headers)

    # -- one thing

    async def _thing(self, request: Request) -> Response:
        self.requests += 1
        ward = request.path_params["ward"]
        verb = {"GET": "read", "PUT": "replace", "PATCH": "amend", "DELETE": "remove"}.get(request.method)
        if ward not in self.store:
            return _error(404)
        if verb is None:
            return _error(405, {"Allow": "GET, PUT, PATCH, DELETE"})
        operation = f"{verb}_{ward}"
        refused, client = self._may(request, operation, READ if verb == "read" else WRITE)
        if refused:
            return _error(refused)
        name = self._found(ward, operation, request.path_params["id"])
        if name is None:
            return _error(400)
        body = await self._item(request, verb, ward) if verb in ("replace", "amend") else None
        if isinstance(body, Response):
            return self._refused(request, ward, name, body) if verb == "replace" else body
        if name not in self.store[ward]:
            broken = verb == "remove" and self.has(operation, "second deletion breaks") and (ward, name) in self.removed
            return _error(500 if broken else 404)
        if verb == "read":
            return self._read(ward, name, client)
        if verb == "remove":
            return self._remove(ward, name)
        return self._change(request, ward, name, verb, body)

    def _found(self, ward: str, operation: str, text: str) -> str | None:
        if self.has(operation, "case of identifiers ignored"):
            text = next((name for name in self.store[ward] if name.lower() == text.lower()), text)
        if self.has(operation, "zeros of identifiers ignored"):
            text = next((name for name in self.store[ward] if name.lstrip("0") == text.lstrip("0")), text)
        return text if re.fullmatch(ID["pattern"].replace("$", ""), text) else None

    def _refused(self, request: Request, ward: str, name: str, refusal: Response) -> Response:
        """A refusal, and what a defect does with the body all the same."""
        if self.has(f"replace_{ward}", "refused change stored") and name in self.store[ward]:
            raw = json.loads(request._body) if request._body.startswith(b"{") else {}
            kept = {k: v for k, v in raw.items() if k in PROPERTIES and Draft202012Validator(PROPERTIES[k]).is_valid(v)}
            self.store[ward][name] |= kept
        return refusal

    def _read(self, ward: str, name: str, client: str) -> Response:
        operation = f"read_{ward}"
        stale = self.former.pop((ward, name), None) if self.has(operation, "stale read") else None
        item = self._shown(ward, name, client, "protected address shown", operation) if stale is None else stale
        if self.has(operation, "member missing"):
            del item["householdNo"]
        if self.has(operation, "date with slashes"):
            item["birthDate"] = item["birthDate"].replace("-", "/")
        return JSONResponse(item, headers=self._tag(ward, name))

    def _remove(self, ward: str, name: str) -> Response:
        if self.has(f"remove_{ward}", "deleted still shown"):
            return Response(status_code=204)
        del self.store[ward][name]
        self.removed.add((ward, name))
        return Response(status_code=202 if self.has(f"remove_{ward}", "undescribed status") else 204)

    def _change(self, request: Request, ward: str, name: str, verb: str, body: dict[str, Any]) -> Response:
        operation, given = f"{verb}_{ward}", request.headers.get("if-match")
        if given is None and verb == "amend" and not self.has(operation, "state not asked for"):
            return _error(428)
        lost = self.has(operation, "update lost")
        if given is not None and given != self._tag(ward, name)["ETag"] and not lost:
            return _error(412)
        item = self.store[ward][name]
        self.former[ward, name] = self._whole(ward, name)
        kept = self._stored(operation, body)
        if self.has(operation, "second PUT differs"):
            kept = kept | {"points": item.get("points", 0) + 1}
        self.store[ward][name] = _repaired(kept if verb == "replace" else item | kept)
        self.versions[ward, name] += 1
        headers = self._tag(ward, name)
        if self.has(operation, "tag of the answer is another"):
            headers["ETag"] = '"0"'
        if self.has(operation, "header malformed"):
            headers["ETag"] = headers["ETag"].strip('"')
        return JSONResponse(self._whole(ward, name), headers=headers)

    def _whole(self, ward: str, name: str) -> dict[str, Any]:
        return {"residentId": name, **copy.deepcopy(self.store[ward][name])}

    def _shown(self, ward: str, name: str, client: str, leak: str, operation: str) -> dict[str, Any]:
        """What a caller may see of a resident."""
        item = self._whole(ward, name)
        if item["protected"] and client != token.FIRST[0] and not self.has(operation, leak):
            return {key: value for key, value in item.items() if key not in HIDDEN}
        return item

    def _tag(self, ward: str, name: str) -> dict[str, str]:
        state = "" if self.has(f"read_{ward}", "tag stays after a change") else str(self.versions[ward, name])
        return {"ETag": f'"{hashlib.sha256(f"{name} {state}".encode()).hexdigest()[:16]}"'}


BOUNDS = ("birthDate_from", "birthDate_to")
TEXTS = {
    "variation selectors stripped": lambda text: re.sub("[\ufe00-\ufe0f\U000e0100-\U000e01ef]", "", text),
    "compatibility forms normalised": lambda text: unicodedata.normalize("NFKC", text),
    "wave dash replaced": lambda text: text.replace("〜", "～"),
    "rare characters replaced": lambda text: "".join("〓" if ord(char) > 0xFFFF else char for char in text),
    "line feeds lost": lambda text: text.replace("\n", " "),
    "long texts cut": lambda text: text[:25],
}


def _opens(name: str) -> bool:
    return "credentials" in name or "token" in name


def _mapped(value: Any, change: Any) -> Any:
    """Free texts changed; codes, dates and numbers are not touched."""
    free = isinstance(value, str) and not re.fullmatch(r"[ -~]*", value)
    return change(value) if free else value


def _repaired(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item with what a forgiving defect let through put right: that defect is seen in the request only."""
    sample = _sample(0)
    fitting = {
        key: value for key, value in item.items() if key in PROPERTIES and BODIES["amend"].is_valid({key: value})
    }
    return {key: sample[key] for key in INPUT["required"]} | fitting


def _sample(number: int) -> dict[str, Any]:
    return {
        "familyName": "見本",
        "givenName": "太郎",
        "sex": SEXES[number % 3],
        "birthDate": f"19{50 + number}-04-{10 + number % 5}",
        "residentKind": "日本人",
        "householdNo": f"{number % 4:08d}",
        "relation": RELATIONS[number % 6],
        "cityCode": ("131016", "131024", "131032")[number % 3 - number % 2],
        "registeredAt": "2020-04-01T09:00:00+09:00",
        "protected": False,
        "income": number * 1000,
    }


def _whole(query: Mapping[str, str], name: str, default: int, low: int, high: int) -> int | None:
    if name not in query:
        return default
    text = query[name]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
    return number if low <= number <= high else None


def _fits(query: Mapping[str, str], name: str, schema: Mapping[str, Any]) -> bool:
    return name not in query or Draft202012Validator(_strict(dict(schema)), format_checker=FORMATS).is_valid(
        query[name]
    )


def _error(status: int, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"code": f"E{status}", "message": "-"}, status_code=status, headers=dict(headers or {}))
