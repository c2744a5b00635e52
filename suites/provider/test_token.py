"""The token service: how a client proves who it is, what it is given, and what it must never be given."""

from typing import Any

from renkei.kit import Blocked, Client, Exchange, Expect, NotApplicable, Provider, requirement
from renkei.kit.phrases import Phrase, answered, at, case_words, joined, json_kind, phrase, unreadable

REST = "rest"
FOREIGN_SCOPE = "001:app_submit/v10/juminjohosyokai:Read"


def scopes(target: Provider) -> list[str]:
    """The scopes of the target's own REST linkages, in the order of the contract."""
    return [linkage.scope for linkage in target.system.linkages if linkage.transport == REST]


def issued(answer: Exchange) -> dict[str, Any]:
    """The token response of an answer, {} when it is none."""
    try:
        body = answer.json() if answer.status == 200 else {}
    except ValueError:
        return {}
    return body if isinstance(body, dict) and body.get("access_token") else {}


def fresh(target: Provider, scope: str = "") -> dict[str, Any]:
    """A token response for the first scope; blocked when the service gives none."""
    answer = target.auth.request_token(scope=scope or scopes(target)[0])
    body = issued(answer)
    if not body:
        raise Blocked("no-token", answered(answer))
    return body


def granted(target: Provider, answer: Exchange, asked: str) -> set[str]:
    """The scopes of an issued token: as answered, else as introspected, else as asked (RFC 6749 section 5.1)."""
    body = issued(answer)
    if not body:
        return set()
    scope = body.get("scope")
    if not isinstance(scope, str) and target.auth.access.introspection_url:
        scope = introspected(target, body["access_token"]).get("scope")
    return set((scope if isinstance(scope, str) else asked).split())


def introspected(target: Provider, token: str) -> dict[str, Any]:
    """What the introspection endpoint says of a token, {} when it says nothing readable."""
    try:
        body = target.auth.introspect(token).json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def needs_assertions(target: Provider) -> None:
    """A control: a correct assertion gets a token, else the refusal of a wrong one would prove nothing."""
    if issued(target.auth.request_token(scope=scopes(target)[0], method="client_secret_jwt")):
        return
    if target.auth.access.auth == "client_secret_basic":
        raise NotApplicable("interim-basic-only", target.info.id)
    raise Blocked("no-token", "client_secret_jwt")


def refused(target: Provider, expect: Expect, rule: str, what: Phrase, answer: Exchange) -> None:
    """No token came for a request that must not get one."""
    expect.answer(answer)
    expect.that(
        not issued(answer),
        rule,
        expected=phrase("no-token-for", what=what),
        actual=phrase("with-token", answer=answered(answer)) if issued(answer) else answered(answer),
        where="access_token",
        on=answer,
    )


@requirement("AU-01")
def test_client_secret_jwt_gets_a_token(target, expect):
    """An HS256 assertion with the client credentials grant gets an access token."""
    answer = target.auth.request_token(scope=scopes(target)[0], method="client_secret_jwt")
    if not issued(answer) and target.auth.access.auth == "client_secret_basic":
        raise NotApplicable("interim-basic-only", target.info.id)
    expect.status(answer, 200, rule="client-secret-jwt-refused")
    expect.that(bool(issued(answer)), "no-access-token", expected="access_token", actual=phrase("nothing"), on=answer)


@requirement("AU-02")
def test_client_secret_basic_gets_a_token(target, expect):
    """A client that authenticates by client_secret_basic gets an access token where the vendor claims it."""
    answer = target.auth.request_token(scope=scopes(target)[0], method="client_secret_basic")
    expect.status(answer, 200, rule="client-secret-basic-refused")
    expect.that(bool(issued(answer)), "no-access-token", expected="access_token", actual=phrase("nothing"), on=answer)


@requirement("AU-03")
def test_no_refresh_token_is_issued(target, expect):
    """A token response of any scope carries no refresh_token."""
    for scope in scopes(target):
        answer = target.auth.request_token(scope=scope)
        if not issued(answer):
            raise Blocked("no-token", answered(answer))
        expect.that(
            "refresh_token" not in issued(answer),
            "refresh-token-issued",
            expected=phrase("without", name="refresh_token"),
            actual=phrase("with", name="refresh_token"),
            where="/refresh_token",
            on=answer,
        )


@requirement("AU-04")
def test_token_is_bearer_and_has_a_life(target, expect):
    """The token response says Bearer, and how many seconds the token lives."""
    answer = target.auth.request_token(scope=scopes(target)[0])
    body = issued(answer)
    if not body:
        raise Blocked("no-token", answered(answer))
    kind, life, token = (body.get(name) for name in ("token_type", "expires_in", "access_token"))
    text = isinstance(token, str)
    expect.that(text, "access-token-not-text", expected=phrase("type-string"), actual=json_kind(token), on=answer)
    bearer = isinstance(kind, str) and kind.lower() == "bearer"
    expect.that(bearer, "token-type-not-bearer", expected="Bearer", actual=kind, where="/token_type", on=answer)
    alive = isinstance(life, int) and not isinstance(life, bool) and life > 0
    expect.that(
        alive, "expires-in-wrong", expected=phrase("integer-above-zero"), actual=life, where="/expires_in", on=answer
    )


@requirement("AU-12")
def test_no_token_serves_two_providers(target, expect):
    """A request for the scopes of two providers gets no token, or one that serves a single provider."""
    asked = f"{scopes(target)[0]} {FOREIGN_SCOPE}"
    answer = target.auth.request_token(scope=asked)
    expect.answer(answer)
    providers = sorted({scope.split(":")[0] for scope in granted(target, answer, asked)})
    expect.that(
        len(providers) < 2,
        "token-for-two-providers",
        expected=phrase("token-for-one-provider-at-most"),
        actual=joined(providers) or answered(answer),
        where="/scope",
        on=answer,
    )


@requirement("AU-15")
def test_introspection_knows_a_live_token(target, expect):
    """Introspection of a live token answers active=true and its scope."""
    scope = scopes(target)[0]
    answer = target.auth.introspect(fresh(target, scope)["access_token"])
    expect.status(answer, 200, rule="introspection-failed")
    body = introspection_body(expect, answer)
    expect.equal(body.get("active"), True, "live-token-not-active", where="/active", on=answer)
    said = str(body.get("scope", ""))
    held = scope in said.split()
    expect.that(held, "scope-not-introspected", expected=scope, actual=said, where="/scope", on=answer)


def introspection_body(expect: Expect, answer: Exchange) -> dict[str, Any]:
    """The members of an introspection answer; anything but a JSON object breaks RFC 7662."""
    try:
        body = answer.json()
    except ValueError as error:
        body, actual = None, unreadable(error)
    else:
        actual = json_kind(body)
    expect.that(
        isinstance(body, dict), "introspection-not-json", expected=phrase("type-object"), actual=actual, on=answer
    )
    return body


@requirement("AU-16")
def test_revoked_token_is_introspected_as_inactive(target, expect):
    """Introspection answers active=true before the revocation of a token and active=false after it."""
    token = fresh(target)["access_token"]
    if introspected(target, token).get("active") is not True:
        raise Blocked("introspection-not-usable", target.auth.access.introspection_url)
    expect.status(target.auth.revoke(token), 200, rule="revocation-failed")
    answer = target.auth.introspect(token)
    expect.status(answer, 200, rule="introspection-failed")
    body = introspection_body(expect, answer)
    expect.equal(body.get("active"), False, "revoked-token-active", where="/active", on=answer)


@requirement("AU-18")
def test_introspection_answers_nobody_unknown(target, expect):
    """Without client authentication, or with a wrong secret, introspection tells nothing of a live token."""
    access = target.auth.access
    if not access.introspection_url:
        raise NotApplicable("no-introspection-url", target.info.id)
    token = fresh(target)["access_token"]
    stranger = target.auth.credentials(impostor(target), access.auth)
    for headers, members in (({}, {}), stranger):
        answer = target.auth.post_form(access.introspection_url, {"token": token, **members}, headers)
        expect.answer(answer)
        try:
            body = answer.json()
        except ValueError:
            body = {}
        told = isinstance(body, dict) and (body.get("active") is True or "scope" in body or "client_id" in body)
        expect.that(
            not told,
            "introspection-without-authentication",
            expected=phrase("no-token-data"),
            actual=at(answered(answer), *(sorted(body) if isinstance(body, dict) else ())),
            on=answer,
        )


def impostor(target: Provider) -> Client:
    """The first client with a secret that is not its own."""
    client = target.auth.client()
    return Client(id=client.id, secret="wrong-" + "0" * 32, gyomuid=client.gyomuid)


@requirement("AU-19")
def test_token_life_is_recorded(target, expect):
    """How long a token lives is recorded."""
    expect.observe("U2", phrase("seconds", count=fresh(target).get("expires_in")))


@requirement("AU-20")
def test_unknown_scope_is_not_granted(target, expect, forall):
    """A scope that nobody registered, or that is malformed, is not in any token."""
    own = scopes(target)[0]
    provider, resource, _ = own.split(":")
    wrong = [
        f"{provider}:app_submit/v10/sonzaishinai:Read",
        f"{provider}:{resource}:Delete",
        f"{provider}:*:*",
        f"{resource}:Create",
        "all",
    ]
    fresh(target)

    def judge(scope: str) -> None:
        answer = target.auth.request_token(scope=scope)
        expect.answer(answer)
        expect.that(
            scope not in granted(target, answer, scope),
            "unknown-scope-granted",
            expected=phrase("no-token-with-this-scope"),
            actual=answered(answer),
            where=scope,
            on=answer,
        )

    forall.each(wrong, judge)


@requirement("AU-21")
def test_wrong_secret_gets_no_token(target, expect):
    """Nobody gets a token without client authentication or with a wrong secret, by either method."""
    fresh(target)
    auth, scope, wrong = target.auth, scopes(target)[0], impostor(target)
    form = {"grant_type": "client_credentials", "scope": scope}
    rule = "token-without-right-secret"
    refused(target, expect, rule, phrase("client-unproven"), auth.post_form(auth.access.token_url, form, {}))
    named = form | {"client_id": auth.client().id}
    refused(target, expect, rule, phrase("client-id-alone"), auth.post_form(auth.access.token_url, named, {}))
    for method in ("client_secret_jwt", "client_secret_basic"):
        answer = auth.request_token(scope=scope, client=wrong, method=method)
        refused(target, expect, rule, phrase("wrong-secret", method=method), answer)


@requirement("AU-22")
def test_only_hs256_is_accepted(target, expect, forall):
    """An assertion that is not signed, or signed by another algorithm than HS256, gets no token."""
    needs_assertions(target)

    def judge(algorithm: str) -> None:
        client = target.auth.client()
        claims = target.auth.claims(client)
        assertion = target.tools.signer.sign(claims, client.secret, algorithm=algorithm)
        answer = asserting(target, assertion)
        refused(target, expect, "other-algorithm-accepted", at(f"alg={algorithm}"), answer)

    forall.each(["none", "HS384", "HS512"], judge)


def asserting(target: Provider, assertion: str) -> Exchange:
    """A token request with this assertion."""
    return target.auth.request_token(scope=scopes(target)[0], method="client_secret_jwt", assertion=assertion)


@requirement("AU-23")
def test_expired_assertion_gets_no_token(target, expect):
    """An assertion that expired an hour ago, or never expires, gets no token."""
    needs_assertions(target)
    client, now = target.auth.client(), int(target.tools.now())
    old = target.auth.assertion(client, iat=now - 3660, exp=now - 3600)
    refused(target, expect, "expired-assertion-accepted", phrase("expired-assertion"), asserting(target, old))
    endless = target.auth.assertion(client, exp=None)
    refused(
        target,
        expect,
        "assertion-without-exp-accepted",
        phrase("assertion-without", claim="exp"),
        asserting(target, endless),
    )


@requirement("AU-24")
def test_assertion_for_another_audience_gets_no_token(target, expect, forall):
    """An assertion made for another authorization server, or for none, gets no token."""
    needs_assertions(target)

    def judge(audience: str) -> None:
        assertion = target.auth.assertion(target.auth.client(), aud=audience or None)
        what = at(f"aud={audience}") if audience else phrase("assertion-without", claim="aud")
        refused(target, expect, "wrong-audience-accepted", what, asserting(target, assertion))

    forall.each(["https://authz.invalid/oauth2/token", ""], judge)


@requirement("AU-25")
def test_assertion_works_once(target, expect):
    """The same assertion sent again while it is valid gets no second token."""
    needs_assertions(target)
    assertion = target.auth.assertion(target.auth.client())
    if not issued(asserting(target, assertion)):
        raise Blocked("no-token", "client_secret_jwt")
    refused(target, expect, "replayed-assertion-accepted", phrase("jti-used-before"), asserting(target, assertion))


@requirement("AU-26")
def test_issuer_and_subject_are_the_client(target, expect, forall):
    """An assertion whose iss or sub is not the client gets no token, though its signature is right."""
    needs_assertions(target)

    def judge(claim: str) -> None:
        assertion = target.auth.assertion(target.auth.client(), **{claim: "0" * 32})
        refused(
            target,
            expect,
            "issuer-subject-mismatch-accepted",
            phrase("another-claim", claim=claim),
            asserting(target, assertion),
        )

    forall.each(["iss", "sub"], judge)
    answer = target.auth.request_token(scope=scopes(target)[0], method="client_secret_jwt", client_id="0" * 32)
    refused(target, expect, "client-id-mismatch-accepted", phrase("another-claim", claim="client_id"), answer)


@requirement("AU-32")
def test_open_details_of_assertions_are_recorded(target, expect):
    """How several audiences, an iat that is ahead, and a request without a scope are answered is recorded."""
    needs_assertions(target)
    client, now = target.auth.client(), int(target.tools.now())
    audiences = [target.auth.access.token_url, "https://authz.invalid/oauth2/token"]
    answers = {
        "two-audiences": asserting(target, target.auth.assertion(client, aud=audiences)),
        "iat-ahead": asserting(target, target.auth.assertion(client, iat=now + 600, exp=now + 1200)),
        "no-scope": target.auth.request_token(scope="", method="client_secret_jwt"),
    }
    for case, answer in answers.items():
        expect.observe("U16", phrase("in-case", case=case_words(case), said=answered(answer)))


@requirement("AU-27")
def test_only_client_credentials_are_granted(target, expect, forall):
    """No other grant type gets a token, even for a client that proves who it is."""
    fresh(target)

    def judge(grant: str) -> None:
        extra = {"username": "renkei", "password": "renkei", "refresh_token": "renkei", "code": "renkei"}
        answer = target.auth.request_token(scope=scopes(target)[0], grant_type=grant, **extra)
        refused(target, expect, "other-grant-accepted", at(f"grant_type={grant}"), answer)

    forall.each(["password", "refresh_token", "authorization_code"], judge)


@requirement("AU-28")
def test_client_id_has_32_letters_and_digits(target, expect):
    """The client id that the vendor issued, and accepts, is 32 characters of 0-9, A-Z, a-z."""
    fresh(target)
    for client in target.tools.clients:
        fits = len(client.id) == 32 and client.id.isascii() and client.id.isalnum()
        where = client.gyomuid or "client_id"
        expect.that(
            fits, "client-id-malformed", expected=phrase("letters-and-digits", count=32), actual=client.id, where=where
        )


@requirement("AU-29")
def test_client_secret_has_32_characters(target, expect):
    """The client secret that the vendor issued, and accepts, has 32 characters or more."""
    fresh(target)
    for client in target.tools.clients:
        expect.that(
            len(client.secret) >= 32,
            "client-secret-short",
            expected=phrase("characters-or-more", count=32),
            actual=phrase("characters", count=len(client.secret)),
            where=client.gyomuid or "client_secret",
        )
