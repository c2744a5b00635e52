"""What has to be waited for: this file comes last, so that the waiting was done by the other tests."""

from renkei.kit import Blocked, NotRun, Provider, requirement
from renkei.kit.endpoint import BEARING, Endpoint
from renkei.kit.phrases import answered, phrase
from renkei.kit.thing import working

# How many seconds a profile waits for a token to expire.
PATIENCE = {"smoke": 6.0, "standard": 70.0, "certification": 900.0}
# A token is over one second after its announced life: clocks tick in whole seconds.
GRACE = 1.0
TRIES = 3


def old_token(target: Provider) -> str:
    """A token of the operation's scope whose life is over: the oldest of this run, after waiting for what is left."""
    target.token()
    scope = target.operation().scope
    mine = [(until, token) for asked, token, until in target.scratch.get("issued", []) if asked == scope]
    if not mine:
        raise NotRun("token-life-untold", scope)
    until, token = min(mine)
    left = until + GRACE - target.tools.now()
    if left > PATIENCE[target.profile]:
        raise NotRun("token-lives-too-long", phrase("seconds", count=round(left)))
    if left > 0:
        target.tools.sleep(left)
    return token


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
