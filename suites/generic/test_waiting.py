"""What has to be waited for: this file comes last, so that the waiting was done by the other tests."""

from renkei.kit import Blocked, requirement
from renkei.kit.endpoint import BEARING, Endpoint
from renkei.kit.phrases import answered, phrase
from renkei.kit.thing import working
from renkei.kit.waiting import old_token

TRIES = 3


@requirement("GN-41")
def test_an_expired_token_is_refused(target, expect):
    """A token is refused once its life is over, while a new one works for the same request."""
    endpoint = Endpoint(target)
    token = old_token(target)
    for make in working(target, expect)[:TRIES]:
        control = endpoint.send(make())
        if not 200 <= control.status < 300:
            continue
        answer = endpoint.send(make(), f"{BEARING}{token}")
        refused, where = answer.status in (401, 403), phrase("expired-token")
        expect.that(
            refused, "expired-token-accepted", expected=401, actual=answered(answer), where=where, on=(control, answer)
        )
        return
    raise Blocked("control-failed", phrase("ours-never-accepted"))
