"""The bodies of 031 as the workbook shows them, in the vendor's own style of writing JSON."""

import json
from typing import Any

from starlette.responses import Response

from mocks.fault import Faults
from mocks.vendor import Style

CONTENT_TYPE = "application/json;charset=UTF-8"
ERROR_DETAIL = "エラーが発生しました。"
UNAUTHORIZED_DETAIL = "アクセストークンが無効です。"
UNEXPECTED_DETAIL = "想定外のエラーが発生しました。"


class Reply:
    """The four answers of one interface of 031."""

    def __init__(self, *, title: str, done: str, path: str, style: Style, fault: Faults) -> None:
        self._title = title
        self._done = done
        self._path = path
        self._style = style
        self._fault = fault

    def _links(self) -> dict[str, Any]:
        href = self._path
        if self._fault("href_wrong"):
            href = f"https://example.invalid{self._path}"
        return {"self": {"href": href}}

    def _send(self, status: int, body: dict[str, Any]) -> Response:
        if self._style.members == "reversed":
            body = _reversed(body)
        separators = (", ", ": ") if self._style.spacing == "spaced" else (",", ":")
        content = json.dumps(body, ensure_ascii=False, separators=separators).encode("utf-8", "surrogatepass")
        kind = CONTENT_TYPE
        if self._fault("content_type_wrong"):
            kind = "text/html;charset=UTF-8"
        if self._fault("json_malformed"):
            content = content[:-1] + b",}"
        if self._fault("charset_wrong"):
            kind = "application/json;charset=Shift_JIS"
            content = json.dumps(body, ensure_ascii=False).encode("cp932", "replace")
        headers = {"Content-Type": kind, "Cache-Control": "no-store"}
        if self._fault("unknown_content_encoding"):
            headers["Content-Encoding"] = "lzma9"
        return Response(content, status_code=status, headers=headers)

    def done(self, result: list[dict[str, Any]]) -> Response:
        """200 with the rows."""
        detail = self._done
        if self._fault("detail_text_wrong"):
            detail = "処理が正常に終了しました。"
        title = self._title
        if self._fault("title_wrong"):
            title = title.replace("住登外者", "")
        body: dict[str, Any] = {
            "metadata": {"title": title, "detail": detail},
            "_links": self._links(),
            "result": result,
        }
        if self._fault("title_outside_metadata"):
            body = {"title": title, "detail": detail, "_links": self._links(), "result": result}
        if self._fault("result_not_array"):
            body["result"] = result[0] if result else {}
        return self._send(201 if self._fault("status_201") else 200, body)

    def rejected(self, problems: list[dict[str, str]]) -> Response:
        """400 with every problem."""
        body: dict[str, Any] = {
            "title": self._title,
            "detail": ERROR_DETAIL,
            "_links": self._links(),
            "errors": problems,
        }
        if self._fault("error_title_inside_metadata"):
            body = {
                "metadata": {"title": self._title, "detail": ERROR_DETAIL},
                "_links": self._links(),
                "errors": problems,
            }
        if self._fault("errors_missing"):
            del body["errors"]
        if self._fault("error_answered_with_200"):
            return self._send(200, body)
        return self._send(400, body)

    def unauthorized(self) -> Response:
        """401, without a list of errors."""
        if self._fault("unauthorized_body_other"):
            return self._send(401, {"error": "invalid_token", "error_description": "The access token is invalid."})
        if self._fault("unauthorized_status_403"):
            return self._send(403, self._plain(UNAUTHORIZED_DETAIL))
        return self._send(401, self._plain(UNAUTHORIZED_DETAIL))

    def unexpected(self) -> Response:
        """503, without a list of errors."""
        return self._send(503, self._plain(UNEXPECTED_DETAIL))

    def _plain(self, detail: str) -> dict[str, Any]:
        return {"title": self._title, "detail": detail, "_links": self._links()}


def _reversed(value: Any) -> Any:
    """The same data with the members of every object the other way round."""
    if isinstance(value, dict):
        return {name: _reversed(value[name]) for name in reversed(list(value))}
    if isinstance(value, list):
        return [_reversed(item) for item in value]
    return value
