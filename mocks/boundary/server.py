"""The interfaces of boundary systems over HTTP: tokens, media types, values, pages, and answers in the style of 031."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.authority import Authority
from mocks.boundary.desk import Desk, Refused, Row
from mocks.boundary.interface import Collection
from mocks.boundary.value import fits, problems
from mocks.reply import CONTENT_TYPE, ERROR_DETAIL, UNAUTHORIZED_DETAIL, UNEXPECTED_DETAIL
from mocks.vendor import Style

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "QUERY"]
OPERATIONS = {"list": "Read", "create": "Create", "read": "Read", "update": "Update"}
WHOLE = {"GET": "list", "POST": "create"}
ONE = {"GET": "read", "PUT": "update"}
DONE = {"create": "登録が完了しました。", "update": "更新が完了しました。"}
MOST_ROWS, FURTHEST = 100, 100_000
# What the key of a repeated request may consist of.
KEY_SIGNS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-")
NOT_FOUND, TYPE = "B0001", "E0002"
NOTHING = "該当するものがありません。"


class Window:
    """One collection of one system."""

    def __init__(self, desk: Callable[[], Desk], one: Collection, authority: Authority, style: Style) -> None:
        # Asked for each time: a reset makes the desks anew.
        self._now = desk
        self._name, self._title = desk().interface.name, desk().interface.title
        self._one = one
        self._authority = authority
        self._style = style

    def routes(self) -> list[Route]:
        """The collection, and one thing of it."""
        made = [Route(self._one.path, self._guarded(WHOLE, self._whole), methods=METHODS)]
        if {"read", "update"} & set(self._one.verbs):
            path = f"{self._one.path}/{{name:path}}"
            made.append(Route(path, self._guarded(ONE, self._thing), methods=METHODS))
        return made

    def _guarded(
        self, verbs: Mapping[str, str], answer: Callable[[Request, str], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        allowed = {method: verb for method, verb in verbs.items() if verb in self._one.verbs}

        async def guarded(request: Request) -> Response:
            verb = allowed.get(request.method)
            if verb is None:
                return self._refusal(405, "使えないメソッドです。", headers={"Allow": ", ".join(allowed)})
            if not self._may(request, verb):
                return self._refusal(401, UNAUTHORIZED_DETAIL)
            if request.scope.get("mock.outage") == "json503":
                return self._refusal(503, UNEXPECTED_DETAIL)
            return await answer(request, verb)

        return guarded

    def _may(self, request: Request, verb: str) -> bool:
        given = request.headers.getlist("authorization")
        kind, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        if kind.lower() != "bearer":
            return False
        facts = self._authority.introspect(token)
        return bool(facts.get("active")) and self.scope(verb) in str(facts.get("scope", "")).split()

    def scope(self, verb: str) -> str:
        """The scope of a verb."""
        return scope(self._name, self._one, verb)

    # Answers.

    def _send(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
        separators = (", ", ": ") if self._style.spacing == "spaced" else (",", ":")
        content = json.dumps(body, ensure_ascii=False, separators=separators).encode("utf-8", "surrogatepass")
        told = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store", **(headers or {})}
        return Response(content, status_code=status, headers=told)

    def _links(self) -> dict[str, Any]:
        return {"self": {"href": self._one.path}}

    def _refusal(
        self,
        status: int,
        detail: str,
        found: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        body: dict[str, Any] = {"title": self._title, "detail": detail, "_links": self._links()}
        if found:
            body["errors"] = found[:MOST_ROWS]
        return self._send(status, body, headers)

    def _done(self, status: int, detail: str, rows: list[Row], total: int | None = None) -> Response:
        counted = {} if total is None else {"total": total}
        metadata = {"title": self._title, "detail": detail}
        shown = [self._shown(row) for row in rows]
        return self._send(status, {"metadata": metadata, "_links": self._links(), **counted, "result": shown})

    def _shown(self, row: Row) -> Row:
        return {item.romaji: row[item.romaji] for item in self._one.items if row.get(item.romaji) is not None}

    # Lists and creations.

    async def _whole(self, request: Request, verb: str) -> Response:
        return self._list(request) if verb == "list" else await self._create(request)

    def _list(self, request: Request) -> Response:
        query = request.query_params
        known = {"limit", "offset", *self._one.filters}
        limit = _count(query.get("limit", "20"), 1, MOST_ROWS)
        offset = _count(query.get("offset", "0"), 0, FURTHEST)
        wanted = {name: query[name] for name in self._one.filters if name in query}
        wrong = any(len(query.getlist(name)) > 1 for name in query if name in known)
        wrong = wrong or any(not fits(self._one.item(name), value) for name, value in wanted.items())
        if wrong or limit is None or offset is None:
            return self._refusal(
                400, ERROR_DETAIL, [_error(TYPE, "照会の条件は決められた文字と桁数で設定してください。")]
            )
        rows = list(self._now().rows(self._one, wanted))
        return self._done(200, "照会が完了しました。", rows[offset : offset + limit], len(rows))

    async def _create(self, request: Request) -> Response:
        once = request.headers.get("idempotency-key", "") if self._one.once else ""
        if self._one.once and "idempotency-key" in request.headers and not _is_key(request, once):
            return self._refusal(
                400, ERROR_DETAIL, [_error(TYPE, "送信番号は決められた文字と桁数で設定してください。")]
            )
        body = await self._body(request, tuple(item for item in self._one.items if item.asked))
        if isinstance(body, Response):
            return body
        try:
            row = self._now().create(self._one, body, once)
        except Refused as refused:
            return self._refusal(409, ERROR_DETAIL, [_error(refused.code, refused.message)])
        return self._done(201, DONE["create"], [row])

    async def _body(self, request: Request, items: tuple[Any, ...]) -> Any:
        """The valid body, or the refusal of another one."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return self._refusal(415, "使えない媒体型です。")
        try:
            body = json.loads((await request.body()).decode("utf-8"))
            json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            return self._refusal(400, ERROR_DETAIL, [_error(TYPE, "本文は正しいJSONで設定してください。")])
        found = problems(items, body)
        return self._refusal(400, ERROR_DETAIL, found) if found else body

    # One thing.

    async def _thing(self, request: Request, verb: str) -> Response:
        name = request.path_params["name"]
        if not fits(self._one.item(self._one.key), name):
            return self._refusal(400, ERROR_DETAIL, [_error(TYPE, "番号は決められた文字と桁数で設定してください。")])
        if verb == "read":
            row = self._now().read(self._one, name)
            return self._absent() if row is None else self._done(200, "照会が完了しました。", [row])
        body = await self._body(request, self._one.changes)
        if isinstance(body, Response):
            return body
        try:
            row = self._now().update(self._one, name, body)
        except Refused as refused:
            return self._refusal(409, ERROR_DETAIL, [_error(refused.code, refused.message)])
        return self._absent() if row is None else self._done(200, DONE["update"], [row])

    def _absent(self) -> Response:
        return self._refusal(404, NOTHING, [_error(NOT_FOUND, NOTHING)])


def scope(system: str, one: Collection, verb: str) -> str:
    """The scope of an operation: `<system>:<area>/<version>/<collection>:<what it does>`."""
    return f"{system}:{one.path.strip('/')}:{OPERATIONS[verb]}"


def _error(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}


def _count(text: str, low: int, high: int) -> int | None:
    digits = text.removeprefix("-")
    number = int(text) if text.isascii() and digits.isdigit() and len(text) < 19 else None
    return number if number is not None and low <= number <= high else None


def _is_key(request: Request, text: str) -> bool:
    alone = len(request.headers.getlist("idempotency-key")) == 1
    return alone and 8 <= len(text) <= 64 and set(text) <= KEY_SIGNS
