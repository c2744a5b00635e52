"""Generated requests, valid and broken, to an operation of a foreign document: what comes back is as it says."""

from renkei.kit import Blocked, Expect, Forall, NotApplicable, Provider, requirement
from renkei.kit.described import JUDGES
from renkei.kit.endpoint import Endpoint, Flood, Sent, simpler
from renkei.kit.phrases import phrase


def every(target: Provider, expect: Expect, forall: Forall) -> None:
    """Judge the answer to every planned request; silence about some of them would look like a pass."""
    endpoint = Endpoint(target)
    flood, judge = Flood(endpoint), JUDGES[target.requirement.id]
    planned = endpoint.planned()
    if not planned:
        raise Blocked("nothing-generated", endpoint.id)

    def one(sent: Sent) -> None:
        try:
            judge(endpoint, expect, sent, flood(sent))
        except Blocked as blocked:
            # What the target does not tell cannot be asked for; the other requests still are.
            if blocked.reason != "no-known-value":
                raise

    forall.each(planned, one, smaller=simpler)


def told(expect: Expect, what: str) -> None:
    """At least one answer was there to judge."""
    if not expect.assertions:
        raise Blocked("control-failed", what)


def nothing_described(expect: Expect, target: Provider) -> None:
    """Nothing was judged: because the document says nothing, or because no such answer came."""
    if not expect.assertions:
        raise NotApplicable("no-answers-described", target.operation().id)


@requirement("GN-01")
def test_statuses_are_described(target, expect, forall):
    """Every answer has a status that the operation describes."""
    if not Endpoint(target).operation.answers:
        raise NotApplicable("no-answers-described", target.operation().id)
    every(target, expect, forall)
    told(expect, phrase("no-answer-at-all"))


@requirement("GN-02")
def test_media_types_are_described(target, expect, forall):
    """Every answer with a body has a Content-Type that the operation describes for its status."""
    every(target, expect, forall)
    nothing_described(expect, target)


@requirement("GN-03")
def test_bodies_fit_their_schemas(target, expect, forall):
    """Every JSON body fits the schema that the operation gives for its status and media type."""
    every(target, expect, forall)
    nothing_described(expect, target)


@requirement("GN-04")
def test_headers_are_as_described(target, expect, forall):
    """Required headers of an answer are there, and every described header has a value that fits."""
    every(target, expect, forall)
    nothing_described(expect, target)


@requirement("GN-05")
def test_no_request_is_answered_with_a_server_error(target, expect, forall):
    """No request, valid or broken, is answered with a status of the 500s."""
    every(target, expect, forall)
    told(expect, phrase("no-answer-at-all"))


@requirement("GN-06")
def test_every_request_is_answered(target, expect, forall):
    """Every request is answered in time, in well-formed HTTP, within bounds."""
    every(target, expect, forall)


@requirement("GN-07")
def test_valid_requests_are_accepted(target, expect, forall):
    """No request that fits the document is refused for what it says."""
    every(target, expect, forall)
    told(expect, phrase("no-valid-request"))


def refuses(target: Provider, expect: Expect, forall: Forall) -> None:
    """Requests that break the document are not carried out."""
    every(target, expect, forall)
    if not expect.assertions:
        raise NotApplicable("nothing-to-break", target.operation().id)


@requirement("GN-08")
def test_broken_requests_are_refused(target, expect, forall):
    """A request with a value that the document does not allow is not carried out."""
    refuses(target, expect, forall)


@requirement("GN-09")
def test_incomplete_requests_are_refused(target, expect, forall):
    """A request without a parameter or body that the document requires is not carried out."""
    refuses(target, expect, forall)
