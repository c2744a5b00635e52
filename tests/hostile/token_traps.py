"""Traps in the token service: what it issues, and how."""

from __future__ import annotations

import json
from typing import Any

from trap import Call, Trap, drips, says, says_json

NO_TOKEN = {"blocked": "token-endpoint-wrong"}
PLAIN = "application/json"


def issues(**changes: Any) -> object:
    """A real token response with these members changed (None removes one)."""

    def behave(call: Call) -> None:
        members = json.loads(call.good().body)
        if "access_token" in members:
            members = {name: value for name, value in (members | changes).items() if value is not None}
        says_json(json.dumps(members).encode())(call)

    return behave


def raw(data: bytes, **how: str) -> object:
    """Always this body."""
    return says_json(data, **how)


def trap(name: str, act: Any, **deserves: str) -> Trap:
    """A trap at the token service."""
    return Trap(
        name=name, act=act, on="token", deserves={key.replace("_", "-"): value for key, value in deserves.items()}
    )


TOKENS = [
    trap("token-of-10-mb", issues(access_token="A" * 10_000_000), blocked="token-endpoint-wrong"),
    trap("token-with-line-break", issues(access_token="abcdefgh\r\nX-Evil: 1"), blocked="token-endpoint-wrong"),
    trap("token-with-nul", issues(access_token="abcdefgh\x00"), blocked="token-endpoint-wrong"),
    trap("token-of-half-a-pair", issues(access_token="abcdefgh\ud800"), blocked="token-endpoint-wrong"),
    trap("token-in-japanese", issues(access_token="許可証許可証許可証"), blocked="token-endpoint-wrong"),
    trap("token-a-number", issues(access_token=12345678901234567890), blocked="token-endpoint-wrong"),
    trap("token-an-object", issues(access_token={"a": ["b"]}), blocked="token-endpoint-wrong"),
    trap("token-absent", issues(access_token=None), blocked="token-endpoint-wrong"),
    trap("token-of-one-letter", issues(access_token="e")),
    trap("life-negative", issues(expires_in=-1), AU_04="failed"),
    trap("life-of-400-digits", issues(expires_in=10**400)),
    trap("life-1e308", issues(expires_in=1e308), AU_04="failed"),
    trap("life-a-word", issues(expires_in="soon"), AU_04="failed"),
    trap("life-the-word-nan", issues(expires_in="nan"), AU_04="failed"),
    trap("life-an-object", issues(expires_in={"seconds": 3600}), AU_04="failed"),
    trap("life-true", issues(expires_in=True), AU_04="failed"),
    trap("type-an-object", issues(token_type={"a": 1}), AU_04="failed"),
    trap("type-10-mb", issues(token_type="Bearer" * 1_000_000), AU_04="failed"),
    trap("scope-a-list", issues(scope=[{"x": 1}] * 1000)),
    trap("token-service-html", raw(b"<html><script>alert(1)</script>", kind="text/html"), blocked="token-endpoint-wrong"),
    trap("token-service-deep", raw(b"[" * 500_000), blocked="token-endpoint-wrong"),
    trap("token-service-list", raw(b"[1,2,3]"), blocked="token-endpoint-wrong"),
    trap("token-service-error-of-objects", raw(b'{"error":{"a":["<script>"]},"error_description":["\\u001b[2J"]}', status="400 Bad"), blocked="token-refused"),
    trap("token-service-500", raw(b"{}", status="500 Oops"), blocked="unavailable"),
    trap("token-service-slow", drips(b"", b"H"), blocked="deadline"),
    trap("token-service-not-http", says(b"220 ftp ready\r\n\r\n"), blocked="framing"),
    trap("token-service-redirect", says(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:9/token\r\nContent-Length: 0\r\n\r\n"), blocked="redirected"),
    trap("token-service-endless", drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + b"x" * (1 << 20) + b"\r\n", 0), blocked="token-endpoint-wrong"),
]  # fmt: skip
