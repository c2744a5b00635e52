"""The same requests to two mock vendors that were written apart: where their answers differ, one of them or the text is wrong."""

import json
import secrets
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey
from open_requests import PERSON, QUESTION, UNKNOWN, requests_of_numbering

FUBAN = "jutogaishaatenabangofuban"
SHOKAI = "jutogaishaatenakihonjohosyokai"
SCOPES = {FUBAN: f"031:app_submit/v10/{FUBAN}:Create", SHOKAI: f"031:app_submit/v10/{SHOKAI}:Read"}
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Caller:
    """A consumer of one running mock vendor."""

    def __init__(self, ready: Mapping[str, Any], clients: Path) -> None:
        self.ready = ready
        self.clients = json.loads(clients.read_text(encoding="utf-8"))["clients"]
        context = ssl.create_default_context(cafile=ready["ca_file"]) if ready["ca_file"] else False
        self.http = httpx.Client(base_url=ready["base_url"], verify=context, timeout=10)

    def assertion(self, key: str | None = None, *, alg: str = "HS256", **changes: Any) -> dict[str, str]:
        """The form members of client_secret_jwt; None removes a claim."""
        client, now = self.clients[0], int(time.time())
        claims = {
            "iss": client["client_id"],
            "sub": client["client_id"],
            "aud": self.ready["token_url"],
            "jti": secrets.token_hex(8),
            "iat": now,
            "exp": now + 60,
        } | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        signing = OctKey.import_key(key or client["client_secret"])
        token = jwt.encode({"alg": alg}, claims, signing, algorithms=[alg])
        return {"client_assertion_type": ASSERTION, "client_assertion": token}

    def token_answer(
        self, scope: str = SCOPES[FUBAN], form: Mapping[str, str] | None = None, **more: str
    ) -> httpx.Response:
        """What the token endpoint says; ``form`` takes the place of a right assertion."""
        proof = self.assertion() if form is None else form
        asked = {"grant_type": "client_credentials", "scope": scope, **proof, **more}
        return self.http.post("/oauth2/token", data={name: value for name, value in asked.items() if value})

    def token(self, operation: str) -> str:
        """A live access token of that operation."""
        return str(self.token_answer(SCOPES[operation]).json()["access_token"])

    def post(self, operation: str, body: Any, **options: Any) -> httpx.Response:
        """A request of 031; ``content`` and ``headers`` may be set instead."""
        headers = {"Authorization": f"Bearer {self.token(operation)}", **options.pop("headers", {})}
        if "content" not in options:
            options["content"] = json.dumps(body, ensure_ascii=False)
            headers.setdefault("Content-Type", "application/json")
        return self.http.post(f"/app_submit/v10/{operation}", headers=headers, **options)

    def raw(self, content: bytes, kind: str = JSON) -> httpx.Response:
        """A 付番 request with these bytes as its body."""
        return self.post(FUBAN, None, content=content, headers={"Content-Type": kind})

    def form(self, endpoint: str, members: Mapping[str, str], **claims: Any) -> httpx.Response:
        """A form to an endpoint of the token service, with a right assertion."""
        return self.http.post(f"/oauth2/{endpoint}", data={**members, **self.assertion(**claims)})

    def enter(self, **changes: Any) -> str:
        """A new person's number."""
        return str(self.post(FUBAN, PERSON | changes).json()["result"][0]["atenabango"])


def said(answer: httpx.Response) -> str:
    """An answer in one line: status, error codes and items; of numbers and texts nothing."""
    try:
        body = answer.json()
    except ValueError:
        return f"{answer.status_code} {'text' if answer.content else 'nothing'}"
    if "errors" in body:
        return " ".join([str(answer.status_code), *sorted({error["code"] for error in body["errors"]})])
    if "error" in body:
        return f"{answer.status_code} {body['error']}"
    if "access_token" in body:
        return f"{answer.status_code} token"
    return f"{answer.status_code} {len(body['result'])} rows" if "result" in body else str(answer.status_code)


def without(body: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The body with the changes: None removes an item, ... makes it null."""
    merged = {name: value for name, value in {**body, **changes}.items() if value is not None}
    return {name: None if value is ... else value for name, value in merged.items()}


def numbering(caller: Caller) -> Iterator[tuple[str, str]]:
    """How each 付番 request is answered."""
    for name, changes in requests_of_numbering():
        content = json.dumps(without(PERSON, changes), ensure_ascii=True)
        yield f"fuban: {name}", said(caller.raw(content.encode()))


def bodies(caller: Caller) -> Iterator[tuple[str, str]]:
    """Bodies that are no object of items."""
    right = json.dumps(PERSON, ensure_ascii=False)
    for name, content in {
        "no body": "",
        "no JSON": "{",
        "a list": "[]",
        "null": "null",
        "a number": "1",
        "NaN": '{"shorikubun": NaN}',
        "twice the same name": right[:-1] + ', "shorikubun": "9"}',
        "byte order mark": "\ufeff" + right,
        "deep nesting": "[" * 5000 + "]" * 5000,
        "proto": right[:-1] + ', "__proto__": {"shimei": "x"}}',
    }.items():
        yield f"body: {name}", said(caller.raw(content.encode()))
    for kind in ("text/plain", FORM, "application/json; charset=Shift_JIS", "application/JSON", ""):
        yield f"content type: {kind or 'none'}", said(caller.raw(right.encode(), kind))
    yield "body: Shift_JIS", said(caller.raw(right.encode("cp932")))


def access(caller: Caller) -> Iterator[tuple[str, str]]:
    """Who may call, and how."""
    path, right = f"/app_submit/v10/{FUBAN}", json.dumps(PERSON)
    live, reader = caller.token(FUBAN), caller.token(SHOKAI)
    foreign = caller.token_answer("010:app_submit/v10/nanika:Read").json().get("access_token", "")
    for name, headers in {
        "no token": {},
        "made up": {"Authorization": "Bearer abc"},
        "basic": {"Authorization": "Basic YTpi"},
        "lower case": {"Authorization": f"bearer {live}"},
        "two spaces": {"Authorization": f"Bearer  {live}"},
        "trailing comma": {"Authorization": f"Bearer {live}, {live}"},
        "search token": {"Authorization": f"Bearer {reader}"},
        "another provider's": {"Authorization": f"Bearer {foreign}"},
        "empty": {"Authorization": "Bearer"},
    }.items():
        yield f"access: {name}", said(caller.http.post(path, content=right, headers={"Content-Type": JSON, **headers}))
    both = {"Authorization": f"Bearer {live}", "Content-Type": JSON}
    twice = json.dumps({**PERSON, "access_token": live})
    yield "access: query alone", said(caller.http.post(path, content=right, params={"access_token": live}))
    yield "access: query too", said(caller.http.post(path, content=right, params={"access_token": live}, headers=both))
    yield "access: body too", said(caller.http.post(path, content=twice, headers=both))
    yield "access: other query", said(caller.http.post(path, content=right, params={"x": "1"}, headers=both))
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        yield f"access: {method}", str(caller.http.request(method, path, headers=both).status_code)
    yield "access: other path", str(caller.http.post("/app_submit/v10/nai", headers=both).status_code)
    yield "access: trailing slash", str(caller.http.post(f"{path}/", content=right, headers=both).status_code)
    yield "access: upper case path", str(caller.http.post(path.upper(), content=right, headers=both).status_code)


def tokens(caller: Caller) -> Iterator[tuple[str, str]]:
    """The token service: scopes, grants and who proves what."""
    scope = SCOPES[FUBAN]
    for name, asked in {
        "right": scope,
        "two scopes of one provider": f"{scope} {SCOPES[SHOKAI]}",
        "two providers": f"{scope} 010:app_submit/v10/nanika:Read",
        "no scope": "",
        "unknown scope": "031:app_submit/v10/nai:Read",
        "one known and one unknown scope": f"{scope} 031:app_submit/v10/nai:Read",
        "same scope twice": f"{scope} {scope}",
        "provider 099": "099:app_submit/v10/nai:Read",
    }.items():
        yield f"token: {name}", said(caller.token_answer(asked))
    for grant in ("password", "refresh_token", ""):
        yield f"token: grant {grant or 'none'}", said(caller.token_answer(grant_type=grant))
    yield "token: no client", said(caller.token_answer(form={}))
    yield "token: wrong secret", said(caller.token_answer(form=caller.assertion("x" * 48)))
    yield "token: HS512", said(caller.token_answer(form=caller.assertion(alg="HS512")))
    yield "token: other client_id beside", said(caller.token_answer(client_id="y" * 32))
    again = caller.assertion()
    caller.token_answer(form=again)
    yield "token: replayed", said(caller.token_answer(form=again))
    yield "token: get", str(caller.http.get("/oauth2/token").status_code)


def assertions(caller: Caller) -> Iterator[tuple[str, str]]:
    """The claims of an assertion."""
    url, now = caller.ready["token_url"], int(time.time())
    changes: dict[str, dict[str, Any]] = {
        "expired": {"exp": now - 60},
        "no exp": {"exp": None},
        "exp far away": {"exp": now + 10**8},
        "exp as text": {"exp": str(now + 60)},
        "no iat": {"iat": None},
        "iat ahead": {"iat": now + 600},
        "nbf ahead": {"nbf": now + 600},
        "no jti": {"jti": None},
        "aud elsewhere": {"aud": "https://example.invalid/token"},
        "aud is the issuer": {"aud": caller.ready["base_url"]},
        "aud in a list": {"aud": [url]},
        "aud is two": {"aud": [url, "https://x.invalid"]},
        "aud with slash": {"aud": f"{url}/"},
        "other iss": {"iss": "x" * 32},
        "other sub": {"sub": "x" * 32},
    }
    for name, claims in changes.items():
        yield f"assertion: {name}", said(caller.token_answer(form=caller.assertion(**claims)))


def living(caller: Caller) -> Iterator[tuple[str, str]]:
    """Introspection and revocation."""
    live = caller.token(FUBAN)
    for name, form in {
        "live": {"token": live},
        "unknown": {"token": "nai"},
        "none": {},
        "hint": {"token": live, "token_type_hint": "refresh_token"},
        "like a JWT": {"token": "eyJhbGciOiJIUzI1NiJ9.e30.x"},
    }.items():
        answer = caller.form("introspect", form)
        active = answer.json().get("active") if answer.status_code == 200 else None
        yield f"introspect: {name}", f"{answer.status_code} {active}"
    own = caller.form("introspect", {"token": live}, aud=caller.ready["introspection_url"])
    yield "introspect: aud of its own", str(own.status_code)
    for endpoint in ("introspect", "revoke"):
        nobody = caller.http.post(f"/oauth2/{endpoint}", data={"token": live})
        yield f"{endpoint}: nobody", str(nobody.status_code)
    yield "revoke: unknown", str(caller.form("revoke", {"token": "nai"}).status_code)
    yield "revoke: none", str(caller.form("revoke", {}).status_code)
    yield "revoke: live", str(caller.form("revoke", {"token": live}).status_code)


class Story:
    """One person whose record is changed and looked at."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.tag = "".join(secrets.choice("アイウエオカキクケコ") for _ in range(8))
        self.name = f"経緯　{self.tag}"
        self.number = caller.enter(shimei=self.name)

    def change(self, **values: Any) -> str:
        """What a change is answered."""
        known = {"shimei": self.name, "shorikubun": "1", "atenabango": self.number}
        answer = self.caller.post(FUBAN, without(PERSON | known, values))
        return f"{said(answer)} {answer.json().get('result', [{}])[0].get('rirekibango')}"

    def asked(self, **values: Any) -> httpx.Response:
        """A search."""
        return self.caller.post(SHOKAI, without(QUESTION, values))

    def shown(self, item: str) -> Any:
        """One item of the record as it is now."""
        return self.asked(atenabango=self.number).json()["result"][0].get(item)


def history(caller: Caller) -> Iterator[tuple[str, str]]:
    """What a person's record becomes, and where it is linked to."""
    one = Story(caller)
    yield "history: unpadded number", one.change(atenabango=one.number.lstrip("0"))
    yield "history: same again", one.change()
    yield "history: left out", one.change(jusho_choaza=None)
    yield "history: left out is gone", str(one.shown("jusho_choaza"))
    yield "history: chosen by another", one.change(shorikubun="2", gyomuid="024", shimei="別人　太郎")
    yield "history: chosen shows whose", str(one.shown("gyomuid"))
    yield "history: chosen keeps the name", str(one.shown("shimei") == one.name)
    yield "history: link to itself", one.change(nayosemotofuragu="1", nayosesakiatenabango=one.number)
    other = caller.enter(shimei=f"先　{one.tag}")
    yield "history: link", one.change(nayosemotofuragu="1", nayosesakiatenabango=other)
    back = {"nayosemotofuragu": "1", "nayosesakiatenabango": one.number}
    circle = caller.post(FUBAN, PERSON | back | {"shorikubun": "1", "atenabango": other})
    yield "history: link to a linked one", said(circle)
    yield "history: release", one.change(nayosemotofuragu="0")
    yield "history: release with destination", one.change(nayosemotofuragu="0", nayosesakiatenabango=other)
    resident = str(caller.ready["resident_number"])
    carried = caller.post(FUBAN, PERSON | {"shorikubun": "1", "atenabango": resident})
    yield "resident: carried over", said(carried)
    yield "resident: as destination", one.change(nayosemotofuragu="1", nayosesakiatenabango=resident)
    yield "resident: unpadded", said(one.asked(atenabango=resident.lstrip("0")))


def hidden(caller: Caller) -> Iterator[tuple[str, str]]:
    """Who sees a record that is closed to others."""
    one = Story(caller)
    secret = caller.enter(shimei=f"秘密　{one.tag}", tagyomusanshofukafuragu="1")
    yield "hidden: owner", said(one.asked(atenabango=secret))
    yield "hidden: other", said(one.asked(atenabango=secret, gyomuid="024"))
    yield "hidden: no 業務", said(one.asked(atenabango=secret, gyomuid="000"))
    chosen = {"shorikubun": "2", "atenabango": secret, "gyomuid": "024", "tagyomusanshofukafuragu": "1"}
    yield "hidden: chosen by another", said(caller.post(FUBAN, PERSON | chosen))
    yield "hidden: other after choosing", said(one.asked(atenabango=secret, gyomuid="024"))
    yield "hidden: owner after choosing", said(one.asked(atenabango=secret))


def searching(caller: Caller) -> Iterator[tuple[str, str]]:
    """The search."""
    tag = "".join(secrets.choice("サシスセソタチツテト") for _ in range(8))
    caller.enter(shimei=f"検索　{tag}", jusho_katagaki=f"棟{tag}", tsusho=f"通称{tag}")
    for name, changes in {
        "no condition": {},
        "sex alone": {"seibetsu": "1"},
        "exact": {"shimei": f"検索　{tag}"},
        "exact without space": {"shimei": f"検索{tag}"},
        "exact part": {"shimei": tag},
        "part": {"shimei": tag, "kensakuhoho": "2"},
        "part of alias": {"shimei": f"通称{tag}", "kensakuhoho": "2"},
        "part of address": {"jusho": f"１番６号棟{tag}", "kensakuhoho": "2"},
        "whole address": {"jusho": f"東京都千代田区霞が関二丁目１番６号棟{tag}"},
        "name and other birth": {"shimei": f"検索　{tag}", "seinengappi": "1964-07-02"},
        "name and other sex": {"shimei": f"検索　{tag}", "seibetsu": "2"},
        "unknown number": {"atenabango": UNKNOWN},
        "unknown method": {"kensakuhoho": "3", "shimei": tag},
        "no method": {"kensakuhoho": None, "shimei": tag},
        "no 業務ID": {"gyomuid": None, "shimei": f"検索　{tag}"},
        "half-width name": {"shimei": "abc"},
        "long name": {"shimei": "字" * 101},
        "birth outside the calendar": {"seinengappi": "2023-02-29", "shimei": tag},
        "empty conditions": {"shimei": ""},
        "empty and null": {"shimei": "", "atenabango": ...},
        "letters as number": {"atenabango": "ABC"},
        "wildcard": {"shimei": "％", "kensakuhoho": "2"},
        "ideographic space": {"shimei": "　", "kensakuhoho": "2", "jusho": f"棟{tag}"},
    }.items():
        yield f"search: {name}", said(caller.post(SHOKAI, without(QUESTION, changes)))


ASKED: tuple[Callable[[Caller], Iterator[tuple[str, str]]], ...] = (
    numbering, bodies, access, tokens, assertions, living, history, hidden, searching,
)  # fmt: skip


def readings(caller: Caller) -> dict[str, str]:
    """Every case with its answer."""
    return {name: answer for ask in ASKED for name, answer in ask(caller)}
