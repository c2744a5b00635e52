"""The channel: TLS and HTTP versions, methods, status codes, and bodies that can be read at all."""

from collections.abc import Iterator

from renkei.kit import Blocked, Exchange, Expect, NotApplicable, Provider, Request, Undecided, requirement
from renkei.kit.jutogai import Register, rows
from renkei.kit.phrases import Phrase, answered, at, case_words, joined, json_kind, phrase, unreadable

OLD_VERSIONS = ("1.0", "1.1")
NEW_VERSIONS = ("1.2", "1.3")
# This machine's TLS library cannot offer the version at all.
UNSUPPORTED = "unsupported-here"
JSON_STATUSES = (200, 400, 401, 503)
# What the transport says of an answer that came but is not HTTP; everything else (no connection, time-out) says nothing.
MALFORMED = ("framing", "incomplete")
UNBOUNDED = ("too-large", "too-many-headers")


def newer_is_accepted(target: Provider, expect: Expect, url: str) -> None:
    """The server takes a handshake of TLS 1.2 or of a later version."""
    said = {version: handshake(target, url, version) for version in NEW_VERSIONS}
    told = joined(
        (
            phrase("in-case", case=f"TLS {version}", said=case_words(f"handshake-{answer}"))
            for version, answer in said.items()
        ),
        by=", ",
    )
    expect.that(
        "accepted" in said.values(), "new-tls-refused", expected="TLS ≥ 1.2", actual=told, where=phrase("handshake")
    )


def older_is_refused(target: Provider, expect: Expect, url: str) -> None:
    """The server refuses a handshake of TLS 1.1 and of TLS 1.0."""
    said = {version: handshake(target, url, version) for version in OLD_VERSIONS}
    offered = {version: answer for version, answer in said.items() if answer != UNSUPPORTED}
    if not offered:
        raise Blocked("handshake-impossible", phrase("handshake-unsupported-here"))
    for version, answer in offered.items():
        where = at(phrase("handshake"), f"TLS {version}")
        expect.that(
            answer == "refused",
            "old-tls-accepted",
            expected=phrase("handshake-refused"),
            actual=case_words(f"handshake-{answer}"),
            where=where,
        )


def handshake(target: Provider, url: str, version: str) -> str:
    """How the server answers a handshake of exactly that version."""
    if not url.startswith("https://"):
        raise NotApplicable("plain-http", target.info.id)
    ca_file = target.info.rest.ca_file if target.info.rest else ""
    said = target.tools.tls.handshake(url, version, ca_file)
    if said not in ("accepted", "refused", UNSUPPORTED):
        raise Blocked("handshake-impossible", phrase("in-case", case=f"TLS {version}", said=case_words(said)))
    return said


@requirement("TR-01")
def test_new_tls_is_accepted(target, expect):
    """The API takes a handshake of TLS 1.2 or later, and answers over it."""
    newer_is_accepted(target, expect, target.url())
    target.call(Register(target).body(target.operation().id), token="")


@requirement("TR-02")
def test_old_tls_is_refused(target, expect):
    """The API refuses handshakes of TLS 1.1 and 1.0, while it answers over a later version."""
    older_is_refused(target, expect, target.url())
    target.call(Register(target).body(target.operation().id), token="")


@requirement("TR-03")
def test_token_service_takes_new_tls_only(target, expect):
    """The token service takes TLS 1.2 or later, answers over it, and refuses TLS 1.1 and 1.0."""
    url = target.auth.access.token_url
    newer_is_accepted(target, expect, url)
    older_is_refused(target, expect, url)
    target.auth.request_token(scope=next(linkage.scope for linkage in target.system.linkages if linkage.scope))


def ordinary(target: Provider) -> Iterator[tuple[Phrase, Exchange]]:
    """An answer of each kind that can be had at will: done, refused for its content, refused for its token."""
    register, operation = Register(target), target.operation().id
    yield phrase("answer-accepted"), target.call(register.body(operation))
    incomplete = {name: value for name, value in register.body(operation).items() if name != "sosajikoku"}
    yield phrase("answer-refused"), target.call(incomplete)
    yield phrase("answer-unauthorized"), target.call(register.body(operation), token="")


@requirement("TR-04")
def test_answers_are_http_1_1_or_later(target, expect):
    """Answers of every kind come in HTTP/1.1 or a later version."""
    for kind, answer in ordinary(target):
        if answer.response is None:
            raise Blocked("no-answer", case_words(answer.error))
        version = answer.response.http_version
        late = version.upper() in ("HTTP/1.1", "HTTP/2", "HTTP/2.0", "HTTP/3")
        expect.that(late, "old-http-version", expected="HTTP/1.1", actual=version, where=kind, on=answer)


@requirement("TR-05")
def test_bodies_are_json_objects_in_utf8(target, expect):
    """Bodies of 200, 400 and 401 answers are JSON objects in UTF-8."""
    for kind, answer in ordinary(target):
        if answer.status not in JSON_STATUSES:
            continue
        try:
            actual = json_kind(answer.json())
        except ValueError as error:
            actual = unreadable(error)
        good = actual == phrase("type-object")
        expect.that(good, "body-not-json", expected=phrase("object-in-utf8"), actual=actual, where=kind, on=answer)


@requirement("TR-06")
def test_content_type_is_json_in_utf8(target, expect):
    """Answers carry Content-Type application/json;charset=UTF-8; case and spaces do not matter."""
    for kind, answer in ordinary(target):
        if answer.response is None or answer.status not in JSON_STATUSES:
            continue
        said = answer.response.header("content-type") or ""
        same = said.lower().replace(" ", "").replace('"', "") == "application/json;charset=utf-8"
        expect.that(
            same, "content-type-wrong", expected="application/json;charset=UTF-8", actual=said, where=kind, on=answer
        )


@requirement("TR-07")
def test_other_methods_do_nothing(target, expect, forall):
    """GET, PUT, DELETE and PATCH with a valid token and body neither register nor search."""

    def judge(method: str) -> None:
        register, operation = Register(target), target.operation().id
        control = target.call(register.body(operation))
        if control.status != 200:
            raise Blocked("control-failed", answered(control))
        headers = tuple(pair for pair in control.request.headers if pair[0].lower() != "content-length")
        request = Request(method=method, url=target.url(), headers=headers, body=control.request.body)
        answer = target.send(request)
        expect.that(
            not rows(answer),
            "other-method-processed",
            expected=phrase("post-only"),
            actual=method,
            where=method,
            on=answer,
        )

    forall.each(["GET", "PUT", "DELETE", "PATCH"], judge)


@requirement("TR-09")
def test_time_to_answer_is_recorded(target, expect):
    """How long ordinary answers take is recorded, in coarse steps."""
    slowest = max(answer.seconds for _, answer in ordinary(target))
    limit = next((limit for limit in (1, 5, 30) if slowest < limit), 0)
    expect.observe("C6", phrase("seconds-below", count=limit) if limit else phrase("seconds-or-more", count=30))


@requirement("TR-10")
def test_answers_are_well_formed_http(target, expect):
    """Answers of every kind begin, are delimited and end as HTTP says, and within bounds."""
    for kind, answer in ordinary(target):
        said = answer.response.violations if answer.response else (answer.error,)
        if answer.response is None and answer.error not in MALFORMED + UNBOUNDED:
            raise Undecided("no-answer", case_words(answer.error))
        beyond = [case_words(code) for code in said if code in UNBOUNDED]
        broken = [case_words(code) for code in said if code not in UNBOUNDED]
        expect.that(not broken, "http-malformed", expected="RFC 9112", actual=broken, where=kind, on=answer)
        expect.that(
            not beyond,
            "answer-beyond-bounds",
            expected=phrase("an-answer-with-an-end"),
            actual=beyond,
            where=kind,
            on=answer,
        )
