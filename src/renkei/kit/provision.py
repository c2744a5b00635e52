"""The harness as a provider over REST: its token service, its operation, and the moods that a consumer must live with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.flow.contract import Linkage
from renkei.flow.exchange import Exchange, Request, Response
from renkei.ports import Reply

JSON = (("Content-Type", "application/json;charset=UTF-8"), ("Cache-Control", "no-store"))
TOKEN, BEARER = "/oauth2/token", "Bearer "
UNAUTHORIZED = "アクセストークンが無効です。"
Mood = Callable[["Played", Request], Reply | None]


@dataclass(slots=True)
class Seen:
    """One request as it came: when, for which part, and what was answered."""

    at: float
    token: bool
    exchange: Exchange


@dataclass(slots=True, kw_only=True)
class Played:
    """One provider for one call. ``mood`` may answer an operation in its own way; ``rows`` is what it answers else."""

    linkage: Linkage
    rows: Callable[[Mapping[str, Any]], list[dict[str, Any]]]
    record: Callable[[Exchange], None]
    mood: Mood = lambda _played, _request: None
    seconds: int = 60
    client_id: str = field(default_factory=lambda: secrets.token_hex(16))
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    seen: list[Seen] = field(default_factory=list)
    tokens: dict[str, float] = field(default_factory=dict)
    scopes: list[str] = field(default_factory=list)
    root: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Reply:
        """One request answered, and remembered."""
        path = urllib.parse.urlsplit(request.url).path
        is_token = path == TOKEN
        reply = self._token(request) if is_token else self._operation(request, path)
        response = None if reply.drop else Response(status=reply.status, headers=reply.headers, body=reply.body)
        exchange = Exchange(request=request, response=response, error="reset" if reply.drop else "")
        with self._lock:
            self.seen.append(Seen(time.monotonic(), is_token, exchange))
            self.record(exchange)
        return reply

    @property
    def calls(self) -> list[Seen]:
        """The requests to operations."""
        return [one for one in self.seen if not one.token]

    def _operation(self, request: Request, path: str) -> Reply:
        if path != self.linkage.path:
            return self.wrong(404, "想定外のパスです。")
        said = self.mood(self, request)
        if said is not None:
            return said
        if not self.is_allowed(request):
            return self.wrong(401, UNAUTHORIZED)
        try:
            body = json.loads(request.body)
        except ValueError:
            return self.wrong(400, "エラーが発生しました。", [])
        return self.done(self.rows(body if isinstance(body, dict) else {}))

    def is_allowed(self, request: Request) -> bool:
        """Whether a request bears a token of ours that still lives."""
        header = next((value for name, value in request.headers if name.lower() == "authorization"), "")
        return self.tokens.get(header.removeprefix(BEARER), 0.0) > time.monotonic()

    def done(self, rows: list[dict[str, Any]]) -> Reply:
        """200 with rows, in the contract's form."""
        name = self.linkage.name_ja
        detail = "照会が完了しました。" if self.linkage.scope.endswith(":Read") else "登録が完了しました。"
        return _json(200, {"metadata": {"title": name, "detail": detail}, **self._links(), "result": rows})

    def wrong(self, status: int, detail: str, errors: list[dict[str, str]] | None = None) -> Reply:
        """An error in the contract's form."""
        body: dict[str, Any] = {"title": self.linkage.name_ja, "detail": detail, **self._links()}
        return _json(status, body | ({"errors": errors} if errors else {}))

    def _links(self) -> dict[str, Any]:
        return {"_links": {"self": {"href": self.linkage.path}}}

    def _token(self, request: Request) -> Reply:
        form = dict(urllib.parse.parse_qsl(request.body.decode("utf-8", "replace")))
        if not self._is_client(request, form):
            return _json(401, {"error": "invalid_client"})
        if form.get("grant_type") != "client_credentials":
            return _json(400, {"error": "unsupported_grant_type"})
        token = secrets.token_urlsafe(32)
        self.tokens[token] = time.monotonic() + self.seconds
        self.scopes.append(form.get("scope", ""))
        body = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self.seconds,
            "scope": form.get("scope", ""),
        }
        return _json(200, body)

    def _is_client(self, request: Request, form: Mapping[str, str]) -> bool:
        """client_secret_basic, or client_secret_jwt with HS256."""
        header = next((value for name, value in request.headers if name.lower() == "authorization"), "")
        if header.startswith("Basic "):
            try:
                pair = base64.b64decode(header[6:], validate=True).decode().partition(":")
            except ValueError:
                return False
            return (urllib.parse.unquote(pair[0]), urllib.parse.unquote(pair[2])) == (
                self.client_id,
                self.client_secret,
            )
        return self._asserted(form.get("client_assertion", ""))

    def _asserted(self, assertion: str) -> bool:
        signed, _, signature = assertion.rpartition(".")
        digest = hmac.new(self.client_secret.encode(), signed.encode(), hashlib.sha256).digest()
        try:
            claims = json.loads(_decoded(signed.partition(".")[2]))
            return hmac.compare_digest(_decoded(signature), digest) and claims["sub"] == self.client_id
        except (ValueError, KeyError, TypeError):
            return False


def once(reply: Callable[[Played], Reply], times: int = 1) -> Mood:
    """A mood for the first calls; then all is well."""

    def mood(played: Played, _request: Request) -> Reply | None:
        return reply(played) if len(played.calls) < times else None

    return mood


def _json(status: int, body: Mapping[str, Any]) -> Reply:
    return Reply(status=status, headers=JSON, body=json.dumps(body, ensure_ascii=False).encode())


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


__all__ = ["TOKEN", "Mood", "Played", "Reply", "Request", "Seen", "once"]
