"""Requests that no document describes: other methods, bodies that cannot be read, other media types."""

import base64

from renkei.kit import Blocked, Exchange, NotApplicable, Provider, Request, requirement
from renkei.kit.endpoint import KNOWN, Endpoint
from renkei.kit.phrases import answered, case_words, phrase

METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH")
# Bodies that are no JSON at all, and those that a reader may take or refuse but must survive.
UNREADABLE = {"cut-short": b'{"a": "', "wrong-encoding": b'{"a": "\x93\xfa"}', "no-json": b"<a>1</a>"}
STRANGE = {
    "deep": b"[" * 5000,
    "list": b"[]",
    "null": b"null",
    "number": b"1",
    "same-member-twice": b'{"a": 1, "a": 2}',
    "huge-number": b'{"a": 1e999}',
    "nul": b'{"a": "\\u0000"}',
    "lone-surrogate": b'{"a": "\\ud842"}',
}


def example(endpoint: Endpoint) -> dict[str, object]:
    """A valid request of the operation; blocked when there is none."""
    found = next((sent for sent in endpoint.valid() if KNOWN not in sent["path"]), None)
    if found is None:
        raise Blocked("nothing-generated", endpoint.id)
    return found


def first_of_its_path(endpoint: Endpoint) -> list[str]:
    """The methods that the path does not describe; asked of the first operation of each path only."""
    own = [one for one in endpoint.all.values() if one.path == endpoint.operation.path]
    if own[0].id != endpoint.id:
        raise NotApplicable("asked-of-another-operation", own[0].id)
    known = {one.method.upper() for one in own}
    return [method for method in METHODS if method not in known]


def with_method(target: Provider, endpoint: Endpoint, method: str) -> Exchange:
    """The answer to a valid request sent with another method."""
    valid = endpoint.request(example(endpoint))
    headers = tuple(pair for pair in valid.headers if pair[0].lower() not in ("content-length", "content-type"))
    return target.send(Request(method=method, url=valid.url, headers=headers))


@requirement("GN-12")
def test_other_methods_do_nothing(target, expect, forall):
    """A method that the document does not describe for a path is neither carried out nor answered by a breakdown."""
    endpoint = Endpoint(target)

    def judge(method: str) -> None:
        answer = with_method(target, endpoint, method)
        good = 300 <= answer.status < 500 or answer.status == 501
        actual = answered(answer)
        expect.that(good, "other-method-accepted", expected=405, actual=actual, where=method, on=answer)

    forall.each(first_of_its_path(endpoint), judge)


@requirement("GN-13")
def test_other_methods_are_answered_with_405(target, expect, forall):
    """A method that the document does not describe is answered with 405 and an Allow header."""
    endpoint = Endpoint(target)

    def judge(method: str) -> None:
        answer = with_method(target, endpoint, method)
        if answer.response is None:
            raise Blocked("no-answer", case_words(answer.error))
        expect.that(
            answer.status == 405, "not-answered-with-405", expected=405, actual=answer.status, where=method, on=answer
        )
        allow = answer.response.header("allow")
        expect.that(allow is not None, "allow-missing", expected="Allow", actual=None, where=method, on=answer)

    forall.each(first_of_its_path(endpoint), judge)


def with_body(endpoint: Endpoint, data: bytes, media_type: str) -> Exchange:
    """The answer to a valid request whose body was replaced."""
    sent = {key: value for key, value in example(endpoint).items() if key != "text"}
    headers = [pair for pair in sent["headers"] if pair[0].lower() != "content-type"]
    body = base64.b64encode(data).decode()
    return endpoint.send(sent | {"headers": [*headers, ["Content-Type", media_type]], "base64": body})


@requirement("GN-14")
def test_unreadable_bodies_are_refused(target, expect, forall):
    """A body that is no JSON is refused with a 4xx status, and no JSON at all breaks the operation."""
    endpoint = Endpoint(target)
    media_type = next((str(form.media_type) for form in endpoint.operation.request if form.media_type.json), "")
    if not media_type:
        raise NotApplicable("no-json-body", endpoint.id)

    def judge(name: str) -> None:
        answer = with_body(endpoint, (UNREADABLE | STRANGE)[name], media_type)
        if answer.response is None:
            raise Blocked("no-answer", case_words(answer.error))
        strict = name in UNREADABLE
        good = 400 <= answer.status < 500 if strict else answer.status < 500
        expect.that(
            good,
            "unreadable-body-not-refused",
            expected=phrase("refusal-status") if strict else phrase("status-below", limit=500),
            actual=answer.status,
            where=case_words(f"body-{name}"),
            on=answer,
        )

    forall.each([*UNREADABLE, *STRANGE], judge)


@requirement("GN-15")
def test_other_media_types_are_refused(target, expect):
    """A body of a media type that the document does not describe is not taken for a described one."""
    endpoint = Endpoint(target)
    if not endpoint.operation.request or not endpoint.node["requestBody"]["required"]:
        raise NotApplicable("no-json-body", endpoint.id)
    valid = endpoint.request(example(endpoint))
    answer = with_body(endpoint, valid.body, "application/x-renkei-unknown")
    if answer.response is None:
        raise Blocked("no-answer", case_words(answer.error))
    known = any(form.media_type.name == "*/*" for form in endpoint.operation.request)
    good = known or not 200 <= answer.status < 300
    where = "Content-Type"
    expect.that(good, "other-media-type-accepted", expected=415, actual=answer.status, where=where, on=answer)
