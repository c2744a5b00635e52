"""The token service of the wards' server: signed tokens of five seconds, two callers, and one token that does not end."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import urllib.parse
from collections.abc import Mapping
from typing import Any

from mocks.wards.document import READ, WRITE

SECONDS = 5
FIRST, SECOND = ("clerk", "clerk-secret-0123456789"), ("other", "other-secret-0123456789")
CLIENTS = dict((FIRST, SECOND))
# How a plan reaches the server: two callers, whose secrets are in files beside it.
SECRETS = {"first": FIRST[1], "second": SECOND[1]}
ACCESS: dict[str, Any] = {
    "token_url": "{base_url}/oauth2/token",
    "auth": "client_credentials",
    "client_id": FIRST[0],
    "client_secret": {"file": "first"},
    "second_client_id": SECOND[0],
    "second_client_secret": {"file": "second"},
    "concurrency": 8,
}
_KEY = b"key of the wards"


def issued(client: str, scope: str, until: float) -> str:
    """A token of that caller and scope."""
    claims = json.dumps({"client": client, "scope": scope, "until": until}).encode()
    text = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    return f"{text}.{_sign(text)}"


def lasting() -> str:
    """A token of the first caller for everything that outlives every run."""
    return issued(FIRST[0], f"{READ} {WRITE}", time.time() + 86400)


def _sign(text: str) -> str:
    return hmac.new(_KEY, text.encode(), hashlib.sha256).hexdigest()[:32]


def asked(authorization: str, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """(status, body) of a token request."""
    kind, _, pair = authorization.partition(" ")
    try:
        name, _, secret = base64.b64decode(pair).decode().partition(":")
    except ValueError:
        name, secret = "", ""
    name, secret = urllib.parse.unquote(name), urllib.parse.unquote(secret)
    if kind.lower() != "basic" or CLIENTS.get(name) != secret:
        return 401, {"error": "invalid_client"}
    scope = form.get("scope", "")
    if form.get("grant_type") != "client_credentials" or not set(scope.split()) <= {READ, WRITE}:
        return 400, {"error": "invalid_scope"}
    token = issued(name, scope, time.time() + SECONDS)
    return 200, {"access_token": token, "token_type": "Bearer", "expires_in": SECONDS, "scope": scope}


def caller(authorization: str, scope: str, forgiven: str = "") -> tuple[int, str]:
    """(0 or the status of the refusal, the caller) of a request; ``forgiven`` names what a defect overlooks."""
    kind, _, token = authorization.partition(" ")
    if forgiven == "no credentials needed" or (forgiven == "any credentials taken" and token):
        return 0, FIRST[0]
    text, _, sign = token.partition(".")
    changed = not hmac.compare_digest(_sign(text).encode(), sign.encode("utf-8", "replace"))
    if kind.lower() != "bearer" or (changed and forgiven != "changed token accepted"):
        return 401, ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        client, own, until = claims["client"], claims["scope"].split(), claims["until"]
    except (ValueError, KeyError, TypeError, AttributeError):
        # A changed token whose claims cannot be read any more says nothing: the defect takes it all the same.
        return (0, FIRST[0]) if changed and forgiven and len(text) > 40 else (401, "")
    if time.time() > until and forgiven != "expired token accepted":
        return 401, ""
    if scope not in own and forgiven != "token of other scope accepted":
        return 403, ""
    return 0, str(client)
