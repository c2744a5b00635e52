"""A provider of the numbering operation with its token service, wrong in one way."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

CLIENT, CLIENT_SECRET = "attribution0000000000000000client", "attribution-client-secret-0123456789"
OPERATION = "jutogaishaatenabangofuban"
CALL = f"/app_submit/v10/{OPERATION}"
SCOPE = f"031:app_submit/v10/{OPERATION}:Create"
JSON_UTF8 = "application/json;charset=UTF-8"
NEVER = 30.0


def send(handler: BaseHTTPRequestHandler, status: int, body: Any, kind: str = "application/json") -> None:
    """One answer."""
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


@dataclass(slots=True)
class Provider:
    """One provider of the numbering operation with its token service, wrong in one way."""

    handler: BaseHTTPRequestHandler
    defect: str
    number: int

    def answer(self, path: str, body: bytes) -> None:
        """One request."""
        if path == "/oauth2/token":
            self._token(body)
        elif path.startswith("/app_submit/v10/") and (path != CALL or body.strip() == b"{}"):
            # how the harness finds out whether the operation is there at all: every provider refuses that alike
            send(self.handler, 400, refusal("E0001", "【処理区分】が設定されていません。"), JSON_UTF8)
        elif path == CALL:
            self._call(body)
        else:
            send(self.handler, 404, {"title": "?"}, JSON_UTF8)

    def _token(self, body: bytes) -> None:
        given = self.handler.headers.get("Authorization", "")
        wanted = "Basic " + base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        if given != wanted and b"client_assertion" not in body:
            send(self.handler, 401, {"error": "invalid_client"})
            return
        token = hashlib.sha256(f"{self.defect}{time.monotonic_ns()}".encode()).hexdigest()
        told: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "expires_in": 600, "scope": SCOPE}
        if self.defect == "token_type_wrong":
            told |= {"token_type": "mac"}
        if self.defect == "token_with_refresh":
            told["refresh_token"] = token
        send(self.handler, 200, told)

    def _call(self, body: bytes) -> None:
        try:
            asked = json.loads(body)
        except ValueError:
            asked = {}
        if not asked.get("sosashaid"):
            send(self.handler, 400, refusal("E0001", "【操作者ID】が設定されていません。"), JSON_UTF8)
            return
        row = {name: asked.get(name, "") for name in ("shikuchosonkodo", "sosashaid", "sosanengappi", "sosajikoku")}
        row |= {"atenabango": f"{900000000000000 + self.number}", "rirekibango": 1}
        said: Any = {
            "metadata": {"title": "住登外者宛名番号付番", "detail": "登録が完了しました。"},
            "_links": {"self": {"href": CALL}},
            "result": [row],
        }
        status, kind = 200, JSON_UTF8
        change = ANSWERS.get(self.defect)
        if change:
            status, said, kind = change(said)
        if said is None:
            self.handler.connection.close()
        elif said == "late":
            time.sleep(NEVER)
        elif said == "cut":
            self.handler.wfile.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nContent-Type: application/json\r\n\r\n{"
            )
            self.handler.wfile.flush()
            self.handler.connection.close()
        else:
            send(self.handler, status, said, kind)


def refusal(code: str, message: str) -> dict[str, Any]:
    """A 400 body as agreed."""
    return {
        "title": "住登外者宛名番号付番",
        "detail": "エラーが発生しました。",
        "_links": {"self": {"href": CALL}},
        "errors": [{"code": code, "message": message}],
    }


def _row(**changes: Any) -> Callable[[Any], tuple[int, Any, str]]:
    def change(said: Any) -> tuple[int, Any, str]:
        said["result"][0] |= changes
        return 200, said, JSON_UTF8

    return change


def _lacking(name: str) -> Callable[[Any], tuple[int, Any, str]]:
    def change(said: Any) -> tuple[int, Any, str]:
        del said["result"][0][name]
        return 200, said, JSON_UTF8

    return change


UNAVAILABLE = {
    "title": "住登外者宛名番号付番",
    "detail": "想定外のエラーが発生しました。",
    "_links": {"self": {"href": CALL}},
}
UNAUTHORIZED = {
    "title": "住登外者宛名番号付番",
    "detail": "アクセストークンが無効です。",
    "_links": {"self": {"href": CALL}},
}
ANSWERS: dict[str, Callable[[Any], tuple[int, Any, str]]] = {
    "answer_serial_as_text": _row(rirekibango="1"),
    "answer_number_as_number": _row(atenabango=900000000000001),
    "answer_lacks_number": _lacking("atenabango"),
    "answer_null_number": _row(atenabango=None),
    "answer_number_too_long": _row(atenabango="9" * 16),
    "answer_as_html": lambda _said: (200, b"<html></html>", "text/html"),
    "answer_kind_wrong": lambda said: (200, said, "text/json"),
    "answer_not_json": lambda _said: (200, b"{", JSON_UTF8),
    "answer_result_object": lambda said: (200, said | {"result": said["result"][0]}, JSON_UTF8),
    "answer_other_text": lambda said: (200, said | {"metadata": {"title": "付番", "detail": "ok"}}, JSON_UTF8),
    "answer_201": lambda said: (201, said, JSON_UTF8),
    "answer_400_without_errors": lambda _said: (400, {"title": "x", "detail": "y"}, JSON_UTF8),
    "refuses_403": lambda _said: (403, UNAUTHORIZED, JSON_UTF8),
    "refuses_401": lambda _said: (401, UNAUTHORIZED, JSON_UTF8),
    "refuses_400": lambda _said: (
        400,
        refusal("E0004", "【氏名】が設定されている場合、【性別】は設定必須です。"),
        JSON_UTF8,
    ),
    "refuses_503": lambda _said: (503, UNAVAILABLE, JSON_UTF8),
    "maintenance_html": lambda _said: (502, b"<html>maintenance</html>", "text/html"),
    "closes": lambda _said: (0, None, ""),
    "cuts": lambda _said: (0, "cut", ""),
    "never_answers": lambda _said: (0, "late", ""),
}
