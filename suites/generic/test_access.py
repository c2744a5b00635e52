"""Credentials before an operation of a foreign document: without them, and with made-up ones."""

from renkei.kit import Blocked, Expect, Forall, NotApplicable, Provider, requirement
from renkei.kit.endpoint import GARBLED, KNOWN, NONE, Endpoint, Sent
from renkei.kit.phrases import case_words, phrase

DENIED = (401, 403, 404)
ASKED = 3


def denied(target: Provider, expect: Expect, forall: Forall, credentials: str, rule: str) -> None:
    """Requests with these credentials are refused, while the same requests with ours are not."""
    endpoint = Endpoint(target)
    if endpoint.access.auth == "none" or not endpoint.protected:
        raise NotApplicable("open-to-anybody", endpoint.id)
    # What is there is asked for first: of what is not there nobody can tell why it is refused.
    valid = sorted(endpoint.valid(), key=lambda sent: KNOWN not in sent["path"])[:ASKED]
    if not valid:
        raise Blocked("nothing-generated", endpoint.id)

    def judge(sent: Sent) -> None:
        answer = endpoint.send(sent, credentials)
        if answer.response is None:
            raise Blocked("no-answer", case_words(answer.error))
        good = answer.status in DENIED
        if not good and answer.status >= 300 and endpoint.send(sent).status == answer.status:
            # A request that is refused for another reason before anybody asks who sent it proves nothing.
            return
        if answer.status == 404 and endpoint.send(sent).status == 404:
            return
        where = case_words(f"credentials-{credentials}")
        expect.that(good, rule, expected="401 / 403", actual=answer.status, where=where, on=answer)

    forall.each(valid, judge)
    if not expect.assertions:
        raise Blocked("control-failed", phrase("ours-never-accepted"))


@requirement("GN-10")
def test_without_credentials_nothing_is_done(target, expect, forall):
    """A request without credentials is refused where the document asks for them."""
    denied(target, expect, forall, NONE, "call-without-credentials-processed")


@requirement("GN-11")
def test_made_up_credentials_open_nothing(target, expect, forall):
    """A request with credentials that nobody was given is refused where the document asks for them."""
    denied(target, expect, forall, GARBLED, "made-up-credentials-accepted")
