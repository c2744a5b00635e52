"""How one answer of an operation of a foreign document is judged, whichever lane sent the request, by requirement."""

from __future__ import annotations

from collections.abc import Callable

from renkei.flow.exchange import Exchange, Request
from renkei.kit.endpoint import Endpoint, Sent, broken_words, request_words
from renkei.kit.expect import Expect, Undecided
from renkei.kit.phrases import STATUS, answered, at, case_words, joined, phrase

# A refusal for what the request says, not for who asks, how often, or what is there.
REFUSED = (400, 405, 406, 411, 413, 414, 415, 422, 431)
SERVER_FAULT = 500
MISSING = "missing"

Judge = Callable[[Endpoint, Expect, Sent, Exchange], None]


def has_body(answer: Exchange) -> bool:
    """Whether the answer may have a body at all."""
    return answer.request.method != "HEAD" and answer.status not in (204, 304) and answer.status >= 200


def status(endpoint: Endpoint, expect: Expect, sent: Sent, answer: Exchange) -> None:
    """The status is one that the operation describes."""
    if answer.response is None or not endpoint.operation.answers:
        return
    expected = " / ".join(one.status for one in endpoint.operation.answers)
    known = endpoint.described(answer)[0] is not None
    where = at(STATUS, request_words(sent))
    expect.that(known, "status-not-described", expected=expected, actual=answer.status, where=where, on=answer)


def media_type(endpoint: Endpoint, expect: Expect, _sent: Sent, answer: Exchange) -> None:
    """The Content-Type of a body is one that the operation describes for its status."""
    described, _ = endpoint.described(answer)
    if answer.response is None or described is None or not described.contents or not has_body(answer):
        return
    said = answer.response.header("content-type") or ""
    expected = " / ".join(str(form.media_type) for form in described.contents)
    known = described.content(said) is not None
    where = phrase("header-of-answer", name="Content-Type", status=answer.status)
    expect.that(known, "media-type-not-described", expected=expected, actual=said, where=where, on=answer)


def body(endpoint: Endpoint, expect: Expect, _sent: Sent, answer: Exchange) -> None:
    """A JSON body fits the schema that the operation gives for its status and media type."""
    described, _ = endpoint.described(answer)
    if answer.response is None or described is None or not has_body(answer):
        return
    form = described.content(answer.response.header("content-type") or "")
    if form is not None and form.media_type.json:
        expect.valid_response(endpoint.id, answer, rule="body-not-as-described")


def headers(endpoint: Endpoint, expect: Expect, _sent: Sent, answer: Exchange) -> None:
    """Required headers are there, and every described header has a value that fits."""
    for name, fault in endpoint.header_faults(expect, answer):
        where = phrase("header-of-answer", name=name, status=answer.status)
        said = answer.response.header(name) if answer.response else None
        expect.that(not fault, "header-not-as-described", expected=fault, actual=said, where=where, on=answer)


def no_server_error(_endpoint: Endpoint, expect: Expect, sent: Sent, answer: Exchange) -> None:
    """The status is below 500, whatever was asked."""
    if answer.response is not None:
        good = answer.status < SERVER_FAULT
        where = at(STATUS, request_words(sent))
        wanted = phrase("status-below", limit=SERVER_FAULT)
        expect.that(good, "server-error", expected=wanted, actual=answer.status, where=where, on=answer)


def answer_at_all(endpoint: Endpoint, expect: Expect, sent: Sent, answer: Exchange) -> None:
    """There is an answer, in well-formed HTTP."""
    where, wanted = request_words(sent), phrase("an-answer")
    if answer.response is None:
        _alive(endpoint, answer.error)
    there = answer.response is not None
    expect.that(there, "request-without-answer", expected=wanted, actual=answered(answer), where=where, on=answer)
    if answer.response is not None:
        faults = joined(map(case_words, answer.response.violations), ", ")
        wanted = phrase("well-formed-http")
        expect.that(not faults, "http-malformed", expected=wanted, actual=faults, where=where, on=answer)


def _alive(endpoint: Endpoint, what: str) -> None:
    """A control: the target still answers at all, so this request is to blame."""
    control = endpoint.target.send(Request(method="GET", url=endpoint.access.base_url))
    if control.response is None:
        said = phrase("and-then", first=case_words(what), second=case_words(control.error))
        raise Undecided("control-failed", said)


def accepted(endpoint: Endpoint, expect: Expect, sent: Sent, answer: Exchange) -> None:
    """A request that fits the document is not refused for what it says; both validators must call a refused one valid."""
    if sent["label"] != "valid" or answer.response is None:
        return
    if answer.status in REFUSED and any(endpoint.faults(expect, answer)):
        return
    taken = answer.status not in REFUSED
    expect.that(
        taken,
        "described-request-refused",
        expected=phrase("success-status"),
        actual=answer.status,
        where=STATUS,
        on=answer,
        second_opinion="" if taken else phrase("request-called-valid"),
    )


def _refused(endpoint: Endpoint, expect: Expect, sent: Sent, answer: Exchange, rule: str, *, missing: bool) -> None:
    """A request that breaks the document is not carried out; both validators must find it broken."""
    if sent["label"] != "broken" or sent["breaks"].startswith(MISSING) != missing or answer.response is None:
        return
    done = 200 <= answer.status < 300
    if done:
        faults = endpoint.faults(expect, answer)
        if not all(faults) or "undecided" in faults or faults[0].startswith(MISSING) != missing:
            return
    expect.that(
        not done,
        rule,
        expected=phrase("refusal-status"),
        actual=answer.status,
        where=broken_words(sent["breaks"]),
        on=answer,
        second_opinion=phrase("request-called-broken") if done else "",
    )


def broken_refused(endpoint: Endpoint, expect: Expect, sent: Sent, answer: Exchange) -> None:
    """A value that the document does not allow is refused."""
    _refused(endpoint, expect, sent, answer, rule="broken-request-accepted", missing=False)


def incomplete_refused(endpoint: Endpoint, expect: Expect, sent: Sent, answer: Exchange) -> None:
    """A request without a required parameter or body is refused."""
    _refused(endpoint, expect, sent, answer, rule="incomplete-request-accepted", missing=True)


JUDGES: dict[str, Judge] = {
    "GN-01": status,
    "GN-02": media_type,
    "GN-03": body,
    "GN-04": headers,
    "GN-05": no_server_error,
    "GN-06": answer_at_all,
    "GN-07": accepted,
    "GN-08": broken_refused,
    "GN-09": incomplete_refused,
}
