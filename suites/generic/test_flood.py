"""Generated requests, valid and broken, to an operation of a foreign document: what comes back is as it says."""

from typing import Any

from renkei.kit import Blocked, Exchange, Expect, Forall, NotApplicable, Provider, Request, Undecided, requirement
from renkei.kit.endpoint import Endpoint, Flood, Sent, broken_words, request_words, simpler
from renkei.kit.phrases import STATUS, answered, at, case_words, joined, phrase

# A refusal for what the request says, not for who asks, how often, or what is there.
REFUSED = (400, 405, 406, 411, 413, 414, 415, 422, 431)


def every(target: Provider, forall: Forall, judge: Any) -> None:
    """Judge the answer to every planned request; silence about some of them would look like a pass."""
    endpoint = Endpoint(target)
    flood = Flood(endpoint)
    planned = endpoint.planned()
    if not planned:
        raise Blocked("nothing-generated", endpoint.id)

    def one(sent: Sent) -> None:
        try:
            judge(endpoint, sent, flood(sent))
        except Blocked as blocked:
            # What the target does not tell cannot be asked for; the other requests still are.
            if blocked.reason != "no-known-value":
                raise

    forall.each(planned, one, smaller=simpler)


def told(expect: Expect, what: str) -> None:
    """At least one answer was there to judge."""
    if not expect.assertions:
        raise Blocked("control-failed", what)


def alive(target: Provider, what: str) -> None:
    """A control: the target still answers at all, so this request is to blame."""
    rest = target.info.rest
    control = target.send(Request(method="GET", url=rest.base_url if rest else ""))
    if control.response is None:
        said = phrase("and-then", first=case_words(what), second=case_words(control.error))
        raise Undecided("control-failed", said)


@requirement("GN-01")
def test_statuses_are_described(target, expect, forall):
    """Every answer has a status that the operation describes."""
    if not Endpoint(target).operation.answers:
        raise NotApplicable("no-answers-described", target.operation().id)

    def judge(endpoint: Endpoint, sent: Sent, answer: Exchange) -> None:
        if answer.response is None:
            return
        expected = " / ".join(one.status for one in endpoint.operation.answers)
        known = endpoint.described(answer)[0] is not None
        where = at(STATUS, request_words(sent))
        expect.that(known, "status-not-described", expected=expected, actual=answer.status, where=where, on=answer)

    every(target, forall, judge)
    told(expect, phrase("no-answer-at-all"))


@requirement("GN-02")
def test_media_types_are_described(target, expect, forall):
    """Every answer with a body has a Content-Type that the operation describes for its status."""

    def judge(endpoint: Endpoint, sent: Sent, answer: Exchange) -> None:
        described, _ = endpoint.described(answer)
        if answer.response is None or described is None or not described.contents or not has_body(answer):
            return
        said = answer.response.header("content-type") or ""
        expected = " / ".join(str(form.media_type) for form in described.contents)
        known = described.content(said) is not None
        where = phrase("header-of-answer", name="Content-Type", status=answer.status)
        expect.that(known, "media-type-not-described", expected=expected, actual=said, where=where, on=answer)

    every(target, forall, judge)
    nothing_described(expect, target)


def has_body(answer: Exchange) -> bool:
    """Whether the answer may have a body at all."""
    return answer.request.method != "HEAD" and answer.status not in (204, 304) and answer.status >= 200


def nothing_described(expect: Expect, target: Provider) -> None:
    """Nothing was judged: because the document says nothing, or because no such answer came."""
    if not expect.assertions:
        raise NotApplicable("no-answers-described", target.operation().id)


@requirement("GN-03")
def test_bodies_fit_their_schemas(target, expect, forall):
    """Every JSON body fits the schema that the operation gives for its status and media type."""

    def judge(endpoint: Endpoint, sent: Sent, answer: Exchange) -> None:
        described, _ = endpoint.described(answer)
        if answer.response is None or described is None or not has_body(answer):
            return
        form = described.content(answer.response.header("content-type") or "")
        if form is not None and form.media_type.json:
            expect.valid_response(endpoint.id, answer, rule="body-not-as-described")

    every(target, forall, judge)
    nothing_described(expect, target)


@requirement("GN-04")
def test_headers_are_as_described(target, expect, forall):
    """Required headers of an answer are there, and every described header has a value that fits."""

    def judge(endpoint: Endpoint, sent: Sent, answer: Exchange) -> None:
        for name, fault in endpoint.header_faults(expect, answer):
            where = phrase("header-of-answer", name=name, status=answer.status)
            said = answer.response.header(name) if answer.response else None
            expect.that(not fault, "header-not-as-described", expected=fault, actual=said, where=where, on=answer)

    every(target, forall, judge)
    nothing_described(expect, target)


@requirement("GN-05")
def test_no_request_is_answered_with_a_server_error(target, expect, forall):
    """No request, valid or broken, is answered with a status of the 500s."""

    def judge(_endpoint: Endpoint, sent: Sent, answer: Exchange) -> None:
        if answer.response is not None:
            good = answer.status < 500
            where = at(STATUS, request_words(sent))
            wanted = phrase("status-below", limit=500)
            expect.that(good, "server-error", expected=wanted, actual=answer.status, where=where, on=answer)

    every(target, forall, judge)
    told(expect, phrase("no-answer-at-all"))


@requirement("GN-06")
def test_every_request_is_answered(target, expect, forall):
    """Every request is answered in time, in well-formed HTTP, within bounds."""

    def judge(_endpoint: Endpoint, sent: Sent, answer: Exchange) -> None:
        where, wanted = request_words(sent), phrase("an-answer")
        if answer.response is None:
            alive(target, answer.error)
        there = answer.response is not None
        expect.that(there, "request-without-answer", expected=wanted, actual=answered(answer), where=where, on=answer)
        if answer.response is not None:
            faults = joined(map(case_words, answer.response.violations), ", ")
            wanted = phrase("well-formed-http")
            expect.that(not faults, "http-malformed", expected=wanted, actual=faults, where=where, on=answer)

    every(target, forall, judge)


@requirement("GN-07")
def test_valid_requests_are_accepted(target, expect, forall):
    """No request that fits the document is refused for what it says."""

    def judge(endpoint: Endpoint, sent: Sent, answer: Exchange) -> None:
        if sent["label"] != "valid" or answer.response is None:
            return
        if answer.status in REFUSED and any(endpoint.faults(expect, answer)):
            return
        accepted = answer.status not in REFUSED
        expect.that(
            accepted,
            "described-request-refused",
            expected=phrase("success-status"),
            actual=answer.status,
            where=STATUS,
            on=answer,
            second_opinion="" if accepted else phrase("request-called-valid"),
        )

    every(target, forall, judge)
    told(expect, phrase("no-valid-request"))


def refuses(target: Provider, expect: Expect, forall: Forall, rule: str, *, missing: bool) -> None:
    """Requests that break the document are not carried out; both validators find them broken."""

    def judge(endpoint: Endpoint, sent: Sent, answer: Exchange) -> None:
        if sent["label"] != "broken" or sent["breaks"].startswith("missing") != missing or answer.response is None:
            return
        done = 200 <= answer.status < 300
        if done:
            faults = endpoint.faults(expect, answer)
            if not all(faults) or "undecided" in faults or faults[0].startswith("missing") != missing:
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

    every(target, forall, judge)
    if not expect.assertions:
        raise NotApplicable("nothing-to-break", target.operation().id)


@requirement("GN-08")
def test_broken_requests_are_refused(target, expect, forall):
    """A request with a value that the document does not allow is not carried out."""
    refuses(target, expect, forall, "broken-request-accepted", missing=False)


@requirement("GN-09")
def test_incomplete_requests_are_refused(target, expect, forall):
    """A request without a parameter or body that the document requires is not carried out."""
    refuses(target, expect, forall, "incomplete-request-accepted", missing=True)
