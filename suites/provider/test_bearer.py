"""The access token before every operation: what is refused, in which way, and how a token may travel."""

from typing import Any

from renkei.kit import Blocked, Exchange, Expect, NotApplicable, Provider, requirement
from renkei.kit.jutogai import Register, rows
from renkei.kit.phrases import Phrase, answered, case_words, phrase

FOREIGN_SCOPE = "001:app_submit/v10/juminjohosyokai:Read"


def body(target: Provider) -> dict[str, Any]:
    """A valid request of the case's operation."""
    return Register(target).body(target.operation().id)


def token_for(target: Provider, scope: str) -> str:
    """A token of its own for one test; blocked when there is none."""
    answer = target.auth.request_token(scope=scope)
    try:
        token = answer.json()["access_token"] if answer.status == 200 else None
    except (ValueError, KeyError, TypeError):
        token = None
    if not isinstance(token, str):
        raise Blocked("no-token", answered(answer))
    return token


def works(target: Provider, token: str) -> None:
    """A control: the token opens the operation, else its later refusal would prove nothing."""
    answer = target.call(body(target), token=token)
    if answer.status != 200:
        raise Blocked("control-failed", answered(answer))


def unauthorized(expect: Expect, answer: Exchange, rule: str, where: Phrase) -> None:
    """The request was not processed and the answer is 401."""
    expect.answer(answer)
    expect.that(
        answer.status == 401,
        rule,
        expected=401,
        actual=answered(answer),
        where=where,
        on=answer,
    )


def not_processed(expect: Expect, answer: Exchange, rule: str, where: Phrase) -> None:
    """The request was answered, and not by doing what it asks."""
    expect.answer(answer)
    done = 200 <= answer.status < 300 or bool(rows(answer))
    expect.that(
        not done,
        rule,
        expected=phrase("not-processed"),
        actual=answered(answer),
        where=where,
        on=answer,
    )


@requirement("AU-05")
def test_request_without_token_is_refused(target, expect, forall):
    """A request with no token, Bearer alone, or another scheme than Bearer is answered 401."""
    headers: dict[str, dict[str, str | None]] = {
        "no-authorization-header": {},
        "bearer-without-token": {"Authorization": "Bearer"},
        "other-scheme": {"Authorization": "Basic cmVua2VpOnJlbmtlaQ=="},
    }

    def judge(name: str) -> None:
        answer = target.call(body(target), token="", headers=headers[name])
        unauthorized(expect, answer, "request-without-token-processed", case_words(name))

    forall.each(list(headers), judge)


@requirement("AU-06")
def test_garbled_token_is_refused(target, expect, forall):
    """A token that was never issued, or a real one that was altered, is answered 401."""
    real = token_for(target, target.operation().scope)
    works(target, real)
    flipped = real[:-1] + ("A" if real[-1] != "A" else "B")
    tokens = {
        "never-issued": "0" * max(32, len(real)),
        "token-altered": flipped,
        "token-cut-short": real[: len(real) // 2],
        "token-lengthened": real + "A",
    }

    def judge(name: str) -> None:
        answer = target.call(body(target), token=tokens[name])
        unauthorized(expect, answer, "garbled-token-accepted", case_words(name))

    forall.each(list(tokens), judge)


@requirement("AU-08")
def test_token_in_the_query_string_is_refused(target, expect):
    """A token that stands in the URL only is answered 401."""
    token = target.token()
    works(target, token)
    answer = target.call(body(target), token="", query=f"access_token={token}")
    unauthorized(expect, answer, "query-token-accepted", phrase("token-in-url"))


@requirement("AU-09")
def test_token_in_the_body_is_refused(target, expect, forall):
    """A token that stands in the body only, as a JSON or a form member, opens nothing."""
    works(target, target.token())

    def judge(way: str) -> None:
        token = target.token()
        if way == "json":
            answer = target.call(body(target) | {"access_token": token}, token="")
        else:
            form = f"access_token={token}".encode()
            kind: dict[str, str | None] = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = target.call(None, token="", headers=kind, raw=form)
        not_processed(expect, answer, "body-token-accepted", case_words(f"token-in-{way}-body"))

    forall.each(["json", "form"], judge)


@requirement("AU-10")
def test_two_methods_at_once_are_refused(target, expect):
    """A token in the header and in the URL of the same request is not processed."""
    token = target.token()
    works(target, token)
    answer = target.call(body(target), token=token, query=f"access_token={token}")
    not_processed(expect, answer, "two-methods-accepted", phrase("header-and-url"))


@requirement("AU-11")
def test_token_for_another_provider_is_refused(target, expect):
    """A token that was issued for another provider's scope opens nothing here."""
    answer = target.auth.request_token(scope=FOREIGN_SCOPE)
    try:
        issued = answer.json() if answer.status == 200 else {}
        token, scope = issued["access_token"], issued.get("scope", FOREIGN_SCOPE)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotApplicable("no-foreign-token", FOREIGN_SCOPE) from None
    if target.operation().scope in str(scope).split():
        raise NotApplicable("no-foreign-token", str(scope))
    works(target, target.token())
    not_processed(
        expect, target.call(body(target), token=token), "foreign-token-accepted", phrase("scope-of-another-service")
    )


def other_scope(target: Provider) -> str:
    """A scope of this provider that does not allow the case's operation."""
    own = target.operation().scope
    others = [linkage.scope for linkage in target.system.linkages if linkage.scope and linkage.scope != own]
    if not others:
        raise NotApplicable("single-operation", own)
    return others[0]


@requirement("AU-13")
def test_token_without_the_scope_is_refused(target, expect):
    """A token for another operation of the same provider does not open this one."""
    works(target, target.token())
    answer = target.call(body(target), token=token_for(target, other_scope(target)))
    not_processed(expect, answer, "wrong-scope-accepted", phrase("scope-of-another-operation"))


@requirement("AU-14")
def test_status_for_a_missing_scope_is_recorded(target, expect):
    """The status code for a token of another operation is recorded."""
    answer = target.call(body(target), token=token_for(target, other_scope(target)))
    expect.observe("U1", answered(answer))


@requirement("AU-17")
def test_revoked_token_is_refused(target, expect):
    """A token that worked is answered 401 once it is revoked."""
    token = token_for(target, target.operation().scope)
    works(target, token)
    revocation = target.auth.revoke(token)
    if revocation.status != 200:
        raise Blocked("revocation-failed", answered(revocation))
    unauthorized(expect, target.call(body(target), token=token), "revoked-token-accepted", phrase("revoked-token"))
