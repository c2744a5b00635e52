"""Written-down requests, many at once: what looks wrong is sent again alone, and only then judged."""

from renkei.kit import Blocked, Expect, Forall, NotApplicable, Provider, Undecided, requirement
from renkei.kit.described import JUDGES
from renkei.kit.endpoint import Endpoint, Sent, simpler
from renkei.kit.requestlane import replayed


def corpus_judged(target: Provider, expect: Expect, forall: Forall) -> None:
    """Judge alone what looked wrong among the corpus's answers for the case's requirement."""
    endpoint, mine = Endpoint(target), target.requirement.id
    unrepeated = []

    def judge(sent: Sent) -> None:
        before = expect.assertions
        try:
            JUDGES[mine](endpoint, expect, sent, endpoint.send(sent))
        except Blocked as blocked:
            if blocked.reason != "no-known-value":
                raise
        if expect.assertions > before:
            # Looked wrong among many, and is as it must be when sent alone.
            unrepeated.append(sent)

    if forall.replaying:
        forall.each([], judge)
        return
    done = replayed(endpoint, expect.quick)
    if not done.planned:
        raise NotApplicable("nothing-generated", endpoint.id)
    if not done.judged[mine]:
        if done.left:
            raise Undecided("lane-stopped", f"{done.executed} / {done.planned} {done.reason}")
        raise NotApplicable("no-answers-described", endpoint.id)
    expect.looked(done.judged[mine] - done.strange[mine])
    forall.each(done.suspects.get(mine, []), judge, smaller=simpler)
    if unrepeated:
        raise Undecided("not-reproducible", f"{len(unrepeated)} / {done.judged[mine]}")
    if done.left:
        raise Undecided("lane-stopped", f"{done.executed} / {done.planned} {done.reason}")


@requirement("GN-01")
def test_corpus_statuses_are_described(target, expect, forall):
    """Every answer to the corpus has a status that the operation describes."""
    corpus_judged(target, expect, forall)


@requirement("GN-02")
def test_corpus_media_types_are_described(target, expect, forall):
    """Every body that the corpus is answered with has a described Content-Type."""
    corpus_judged(target, expect, forall)


@requirement("GN-03")
def test_corpus_bodies_fit_their_schemas(target, expect, forall):
    """Every JSON body that the corpus is answered with fits its schema."""
    corpus_judged(target, expect, forall)


@requirement("GN-04")
def test_corpus_headers_are_as_described(target, expect, forall):
    """The headers of every answer to the corpus are as described."""
    corpus_judged(target, expect, forall)


@requirement("GN-05")
def test_no_corpus_request_is_answered_with_a_server_error(target, expect, forall):
    """No request of the corpus is answered with a status of the 500s."""
    corpus_judged(target, expect, forall)


@requirement("GN-06")
def test_every_corpus_request_is_answered(target, expect, forall):
    """Every request of the corpus is answered in time, in well-formed HTTP, within bounds."""
    corpus_judged(target, expect, forall)


@requirement("GN-07")
def test_valid_corpus_requests_are_accepted(target, expect, forall):
    """No request of the corpus that fits the document is refused for what it says."""
    corpus_judged(target, expect, forall)


@requirement("GN-08")
def test_broken_corpus_requests_are_refused(target, expect, forall):
    """No request of the corpus with a value that the document does not allow is carried out."""
    corpus_judged(target, expect, forall)


@requirement("GN-09")
def test_incomplete_corpus_requests_are_refused(target, expect, forall):
    """No request of the corpus without a required part is carried out."""
    corpus_judged(target, expect, forall)
