"""The target under test as a suite sees it: its token service, its operations, its files."""

from __future__ import annotations

import base64
import json
import re
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from renkei.events import Event
from renkei.flow import document
from renkei.flow.contract import Bundle, Item, Linkage, System
from renkei.flow.exchange import Exchange, Request
from renkei.flow.plan import Case, Profile, Target
from renkei.flow.requirement import Requirement
from renkei.kit.expect import Blocked, NotApplicable
from renkei.kit.phrases import answered, phrase
from renkei.nonce import nonce
from renkei.ports import Generator, Lane, Place, RequestGenerator, Signer, TlsProbe, Transport
from renkei.tableports import Tables

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
# Shorter values are not secrets that one could redact by value without wiping ordinary words.
MIN_SECRET = 8
# A token whose life nobody told is reused for a second and a half only.
UNTOLD_LIFE = 3
# A longer life than ten years is no life that anybody told.
LONGEST_LIFE = 10 * 366 * 86400
# What may stand in an Authorization header (RFC 6750 section 2.1), with room for the longest honest token.
TOKEN = re.compile(r"[!-~]{1,16384}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One registered OAuth client of a target: id, secret, and the 業務ID it stands for."""

    id: str
    secret: str
    gyomuid: str


def _no_tables() -> Tables:
    raise LookupError("no columnar engine is wired")


@dataclass(slots=True, kw_only=True)
class Tools:
    """The adapters a provider is driven with; ``learn`` tells the redactor of a secret met on the way.

    ``corpora`` are folders where corpora are kept; the last one may be written. ``conforms`` says quickly whether a
    response body read from UTF-8 text conforms (operation, status, media type, body); False means: look closer.
    ``unique`` gives names that no other run has used.
    """

    transport: Transport
    signer: Signer
    tls: TlsProbe
    place: Callable[[Target], Place]
    generator: Callable[[str], Generator]
    requests: Callable[[], RequestGenerator] | None = None
    clients: tuple[Client, ...] = ()
    tables: Callable[[], Tables] = _no_tables
    learn: Callable[[str, str], None] = lambda _label, _value: None
    unique: Callable[[], str] = nonce
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    lane: Lane | None = None
    corpora: tuple[Path, ...] = ()
    conforms: Callable[[str, int, str, Any], bool] = lambda *_: False


class Auth:
    """The token service of one target."""

    def __init__(self, target: Target, tools: Tools, send: Callable[[Request], Exchange]) -> None:
        if target.rest is None:
            raise NotApplicable("no-rest", target.id)
        self.access = target.rest
        self.tools = tools
        self._send = send

    def client(self, which: int = 0) -> Client:
        """The first (0) or second (1) client; blocked when the plan gives none."""
        if which >= len(self.tools.clients):
            raise Blocked("no-second-client", self.access.client_id)
        return self.tools.clients[which]

    def claims(self, client: Client, **changes: Any) -> dict[str, Any]:
        """The claims of a correct assertion (OpenID Connect Core §9), changed as given; None removes one."""
        now = int(self.tools.now())
        claims = {
            "iss": client.id,
            "sub": client.id,
            "aud": self.access.token_url,
            "jti": self.tools.unique(),
            "iat": now,
            "exp": now + 60,
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def assertion(self, client: Client, **changes: Any) -> str:
        """A client_secret_jwt assertion (HS256) over :meth:`claims`."""
        signed = self.tools.signer.sign(self.claims(client, **changes), client.secret)
        self.tools.learn("assertion", signed)
        return signed

    def credentials(self, client: Client, method: str, assertion: str = "") -> tuple[dict[str, str], dict[str, str]]:
        """(headers, form members) that authenticate the client by that method."""
        if method == "client_secret_basic":
            pair = f"{urllib.parse.quote(client.id)}:{urllib.parse.quote(client.secret)}"
            basic = base64.b64encode(pair.encode()).decode()
            self.tools.learn("basic", basic)
            return {"Authorization": f"Basic {basic}"}, {}
        form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion or self.assertion(client)}
        return {}, form

    def request_token(
        self, *, scope: str, client: Client | None = None, method: str = "", assertion: str = "", **form: str
    ) -> Exchange:
        """One token request as sent; ``form`` members override or add ("" removes)."""
        client = client or self.client()
        headers, members = self.credentials(client, method or self.access.auth, assertion)
        body = {"grant_type": "client_credentials", "scope": scope, **members} | form
        return self.post_form(self.access.token_url, {k: v for k, v in body.items() if v}, headers)

    def _learn_token(self, exchange: Exchange) -> None:
        try:
            token = exchange.json().get("access_token")
        except (ValueError, AttributeError):
            return
        if usable(token) and len(token) >= MIN_SECRET:
            self.tools.learn("token", token)

    def introspect(self, token: str, client: Client | None = None) -> Exchange:
        """One introspection request (RFC 7662), client-authenticated."""
        if not self.access.introspection_url:
            raise NotApplicable("no-introspection-url", self.access.base_url)
        headers, members = self.credentials(client or self.client(), self.access.auth)
        return self.post_form(self.access.introspection_url, {"token": token, **members}, headers)

    def revoke(self, token: str, client: Client | None = None) -> Exchange:
        """One revocation request (RFC 7009), client-authenticated."""
        if not self.access.revocation_url:
            raise NotApplicable("no-revocation-url", self.access.base_url)
        headers, members = self.credentials(client or self.client(), self.access.auth)
        return self.post_form(self.access.revocation_url, {"token": token, **members}, headers)

    def post_form(self, url: str, members: Mapping[str, str], headers: Mapping[str, str]) -> Exchange:
        """One form POST to the token service."""
        pairs = (("Content-Type", FORM_TYPE), ("Accept", JSON_TYPE), *headers.items())
        body = urllib.parse.urlencode(members).encode()
        exchange = self._send(Request(method="POST", url=url, headers=pairs, body=body))
        self._learn_token(exchange)
        return exchange


@dataclass(slots=True)
class _Held:
    token: str
    until: float
    told: bool


@dataclass(slots=True, kw_only=True)
class Provider:
    """One target in the role of provider, on the linkage of the current case.

    Suites call :meth:`call` for REST operations, :attr:`auth` for the token service and :attr:`place` for files. Every
    exchange is recorded as evidence. ``scratch`` lives as long as the target's worker and may hold what is
    costly to make twice (parsed files, created persons); under ``issued`` it has (scope, token, end of its life) of
    every token whose life was told. ``keep_file`` keeps the facts of one judged file (name, sha256, rows, short
    redacted sample) as evidence and gives its digest. ``emit`` writes an event to the log of the run. ``neighbours``
    are the vendor's other targets of the plan, of which only published files are read: data sets refer to each other.
    """

    info: Target
    case: Case
    requirement: Requirement
    system: System
    linkage: Linkage | None
    bundle: Bundle
    profile: Profile
    seed: int
    municipality: str
    tools: Tools
    record: Callable[[Exchange], None]
    scratch: dict[str, Any] = field(default_factory=dict)
    keep_file: Callable[[Mapping[str, Any]], str] = lambda _facts: ""
    emit: Callable[[Event], None] = lambda _event: None
    neighbours: tuple[Target, ...] = ()

    @property
    def auth(self) -> Auth:
        """The token service."""
        return Auth(self.info, self.tools, self.send)

    @property
    def place(self) -> Place:
        """The place of the target's files, opened once per worker."""
        if self.info.files is None:
            raise NotApplicable("no-files", self.info.id)
        return self.place_of(self.info)

    def place_of(self, target: Target) -> Place:
        """The place of that target's files, opened once per worker."""
        places: dict[str, Place] = self.scratch.setdefault("places", {})
        if target.id not in places:
            places[target.id] = self.tools.place(target)
        return places[target.id]

    def publisher(self, linkage_id: str) -> tuple[Target, System]:
        """The target of this vendor that publishes the files of a linkage, and its system; not applicable without one."""
        for target in (self.info, *self.neighbours):
            system = self.bundle.system(target.system)
            if target.files and any(
                _publishes(target, linkage) for linkage in system.linkages if linkage.id == linkage_id
            ):
                return target, system
        raise NotApplicable("needs-linkage", linkage_id)

    def operation(self, operation_id: str = "") -> Linkage:
        """The linkage of that operationId of this system (default: the case's own)."""
        return self.system.linkage(operation_id or (self.linkage.id if self.linkage else ""))

    def request_schema(self, operation_id: str = "") -> Any:
        """The schema of an operation's JSON request; its references are local to ``system.document``."""
        operation = document.operations(self.system.document)[self.operation(operation_id).id]
        return document.resolved(self.system.document, operation.json_request)[1]

    def items(self, part: str, operation_id: str = "") -> tuple[Item, ...]:
        """The item table of an operation: ``part`` is 要求 (request) or 結果 (result rows)."""
        return self.system.group(f"{self.operation(operation_id).group}/{part}")

    def send(self, request: Request, *, deadline: float | None = None) -> Exchange:
        """Send one request as it is and record the exchange."""
        exchange = self.tools.transport.send(request, deadline=deadline)
        self.record(exchange)
        return exchange

    def token(self, operation_id: str = "", *, which: int = 0) -> str:
        """A valid access token for that operation, reused while it has over a second to live."""
        scope = self.operation(operation_id).scope
        held: dict[tuple[str, int], _Held] = self.scratch.setdefault("tokens", {})
        now = self.tools.now()
        if (scope, which) not in held or held[scope, which].until - now < 1.5:
            exchange = self.auth.request_token(scope=scope, client=self.auth.client(which))
            held[scope, which] = _held(exchange, now)
            if held[scope, which].told:
                issued = self.scratch.setdefault("issued", [])
                issued.append((scope, held[scope, which].token, held[scope, which].until))
        return held[scope, which].token

    def url(self, operation_id: str = "") -> str:
        """The absolute URL of that operation."""
        if self.info.rest is None:
            raise NotApplicable("no-rest", self.info.id)
        return self.info.rest.base_url.rstrip("/") + self.operation(operation_id).path

    def call(
        self,
        body: Any,
        operation_id: str = "",
        *,
        token: str | None = None,
        which: int = 0,
        headers: Mapping[str, str | None] | None = None,
        query: str = "",
        raw: bytes | None = None,
    ) -> Exchange:
        """POST one request to an operation; ``token`` "" sends none, ``headers`` with None removes one.

        ``raw`` replaces the JSON body byte for byte; ``query`` is appended to the URL as it is. A token of our own
        that ran out on the way (a slow machine, a short life) is renewed and the request sent once more.
        """
        data = json.dumps(body, ensure_ascii=False).encode() if raw is None else raw
        url = self.url(operation_id) + (f"?{query}" if query else "")

        def post(bearer: str) -> Exchange:
            sent: dict[str, str | None] = {"Content-Type": JSON_TYPE, "Accept": JSON_TYPE}
            if bearer:
                sent["Authorization"] = f"Bearer {bearer}"
            sent |= headers or {}
            pairs = tuple((name, value) for name, value in sent.items() if value is not None)
            return self.send(Request(method="POST", url=url, headers=pairs, body=data))

        if token is not None:
            return post(token)
        exchange = post(self.token(operation_id, which=which))
        held: dict[tuple[str, int], _Held] = self.scratch["tokens"]
        ran_out = held[self.operation(operation_id).scope, which].until <= self.tools.now()
        return post(self.token(operation_id, which=which)) if exchange.status == 401 and ran_out else exchange


def _publishes(target: Target, linkage: Linkage) -> bool:
    claimed = not linkage.option or linkage.option in target.claims.optional
    return claimed and linkage.id not in target.claims.exempt


def usable(token: Any) -> TypeGuard[str]:
    """Whether a token can be sent in a header at all."""
    return isinstance(token, str) and TOKEN.fullmatch(token) is not None


def _held(exchange: Exchange, now: float) -> _Held:
    try:
        answer: Any = exchange.json() if exchange.status == 200 else {}
        token = answer["access_token"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Blocked("no-token", answered(exchange)) from error
    if not usable(token):
        raise Blocked("no-token", phrase("token-not-text"))
    life = _life(answer.get("expires_in"))
    return _Held(token, now + (UNTOLD_LIFE if life is None else life), life is not None)


def _life(told: Any) -> float | None:
    """The seconds that a token lives, None when nobody said so in a number that can be one (AU-04 judges it)."""
    text = str(told) if isinstance(told, int | float | str) and not isinstance(told, bool) else ""
    if not re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,6})?", text, re.ASCII):
        return None
    return min(float(text), LONGEST_LIFE)
