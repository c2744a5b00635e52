"""The REST form of a file linkage, as the compiled documents describe it: POST /reference/v1/<linkage>."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mocks import text
from mocks.authority import Authority
from mocks.gyomu.contract import CITY, LATEST, STAMP, Item, Linkage, codes
from mocks.gyomu.publication import Row, Series, styled
from mocks.reply import CONTENT_TYPE, ERROR_DETAIL, UNAUTHORIZED_DETAIL, UNEXPECTED_DETAIL
from mocks.vendor import Style

FOUND = "照会が完了しました。"
SINCE, LATEST_ONLY = "koshinnengappi_kara", "saishinnomi"
_LABELS = {SINCE: "更新年月日（から）", LATEST_ONLY: "最新のみ"}
Problem = dict[str, str]


def path(linkage: str) -> str:
    """The call path."""
    return f"/reference/v1/{linkage}"


def scope(linkage: str) -> str:
    """The scope of a token for it."""
    return f"{linkage[:3]}:reference/v1/{linkage}:Read"


class Reading:
    """One linkage over REST: by key, the latest rows only when asked so, and rows written since a day."""

    def __init__(self, series: Callable[[], Series], authority: Authority, style: Style) -> None:
        self._series = series
        self._authority = authority
        self._style = style

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        series = self._series()
        linkage = series.linkage
        if request.method != "POST":
            return Response(status_code=405, headers={"Allow": "POST"})
        if request.scope.get("mock.outage") == "json503":
            return self._wrong(503, linkage, UNEXPECTED_DETAIL)
        if not self._is_allowed(request, scope(linkage.id)):
            return self._wrong(401, linkage, UNAUTHORIZED_DETAIL)
        asked = _parse(await request.body())
        problems = (
            _problems(asked, linkage)
            if asked is not None
            else [_problem("E0002", "要求本文は{}で設定してください。", "JSON")]
        )
        if asked is None or problems:
            return self._wrong(400, linkage, ERROR_DETAIL, problems)
        found = _found(series, asked)
        if self._style.order == "descending":
            found.reverse()
        rows = [self._record(linkage, series.spoil(row)) for row in found]
        return self._send(
            200, {"metadata": {"title": linkage.name, "detail": FOUND}, **_links(linkage), "result": rows}
        )

    def _record(self, linkage: Linkage, row: Row) -> dict[str, Any]:
        """A row as JSON: numbers are numbers; what is empty is left out, or null where the table allows it."""
        style = self._style
        shown: dict[str, Any] = {}
        for item, cell in zip(linkage.items, styled(row, linkage, style), strict=True):
            if cell:
                shown[item.romaji] = _json(item, cell)
            elif item.nullable and style.absent == "null":
                shown[item.romaji] = None
        return dict(reversed(shown.items())) if style.members == "reversed" else shown

    def _is_allowed(self, request: Request, wanted: str) -> bool:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            return False
        said = self._authority.introspect(token.strip())
        return bool(said.get("active")) and wanted in str(said.get("scope", "")).split()

    def _wrong(self, status: int, linkage: Linkage, detail: str, problems: list[Problem] | None = None) -> Response:
        body = {"title": linkage.name, "detail": detail, **_links(linkage)}
        return self._send(status, body | ({"errors": problems} if problems else {}))

    def _send(self, status: int, body: dict[str, Any]) -> Response:
        if self._style.members == "reversed":
            body = dict(reversed(body.items()))
        separators = (", ", ": ") if self._style.spacing == "spaced" else (",", ":")
        content = json.dumps(body, ensure_ascii=False, separators=separators).encode("utf-8", "surrogatepass")
        return Response(
            content, status_code=status, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
        )


def _links(linkage: Linkage) -> dict[str, Any]:
    return {"_links": {"self": {"href": path(linkage.id)}}}


def _parse(content: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _problem(code: str, message: str, *parts: str) -> Problem:
    return {"code": code, "message": message.format(*parts)}


def _problems(asked: dict[str, Any], linkage: Linkage) -> list[Problem]:
    """Everything that is wrong with a request."""
    items = {item.romaji: item for item in linkage.items}
    wanted = {name: items[name] for name in (CITY, *STAMP)}
    missing = [item for name, item in wanted.items() if asked.get(name) in (None, "")]
    found = [_problem("E0001", "{}が設定されていません。", item.label) for item in missing]
    keys = {linkage.header[place]: linkage.items[place] for place in linkage.keys}
    known = {**wanted, **keys}
    for name, value in asked.items():
        if value in (None, ""):
            continue
        if name in _LABELS:
            found += _switch(name, value)
        elif name in known:
            found += _typed(known[name], value)
        else:
            found.append(_problem("E0002", "{}は設定できません。", name))
    return found


def _switch(name: str, value: Any) -> list[Problem]:
    if name == LATEST_ONLY:
        return [] if value in ("0", "1") else [_problem("E0002", "{}は{}で設定してください。", _LABELS[name], "0又は1")]
    right = isinstance(value, str) and text.is_calendar_date(value)
    return [] if right else [_problem("E0002", "{}は{}で設定してください。", _LABELS[name], "YYYY-MM-DD")]


def _typed(item: Item, value: Any) -> list[Problem]:
    """A value that does not fit the type or length of its item."""
    if item.kind in {"9", "S9", "9V"}:
        right = isinstance(value, int | float) and not isinstance(value, bool)
        return [] if right else [_problem("E0002", "{}は{}で設定してください。", item.label, "数値")]
    checks = {"X": text.is_half_width, "N": text.is_full_width, "DATE": text.is_loose_date, "TIME": text.is_time}
    if not isinstance(value, str) or not checks.get(item.kind, str.isdigit)(value):
        return [_problem("E0002", "{}は{}で設定してください。", item.label, "全角" if item.kind == "N" else "半角")]
    size = int(item.size)
    if item.kind in {"X", "N"} and (text.length(value) > size or (item.fixed and text.length(value) != size)):
        return [_problem("E0003", "{}は{}桁で設定してください。", item.label, item.size)]
    if item.code and codes(item.code) and value not in codes(item.code):
        return [_problem("E0002", "{}は{}で設定してください。", item.label, "コード値")]
    return []


def _found(series: Series, asked: dict[str, Any]) -> list[Row]:
    linkage = series.linkage
    names = [linkage.header[place] for place in linkage.keys]
    wanted = {linkage.places[name]: str(asked[name]) for name in (CITY, *names) if asked.get(name) not in (None, "")}
    latest, since = linkage.places.get(LATEST, -1), asked.get(SINCE) or ""
    day = linkage.places[STAMP[1]]
    only = asked.get(LATEST_ONLY) == "1" and latest >= 0
    return [
        row
        for row in series.ordered(series.rows.values())
        if all(row[place] == value for place, value in wanted.items())
        and not (only and row[latest] != "1")
        and row[day] >= since
    ]


def _json(item: Item, cell: str) -> Any:
    if item.kind in {"9", "S9"} and cell.lstrip("-").isdigit():
        return int(cell)
    if item.kind == "9V":
        try:
            return float(cell)
        except ValueError:
            return cell
    return cell
