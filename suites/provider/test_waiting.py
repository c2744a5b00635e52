"""What has to be waited for: this file comes last, so that the waiting was done by the other tests."""

from renkei.kit import Blocked, NotRun, Provider, requirement
from renkei.kit.jutogai import Register
from renkei.kit.phrases import answered, phrase

# How many seconds a profile waits for a token to expire.
PATIENCE = {"smoke": 6.0, "standard": 70.0, "certification": 900.0}
# A token is over one second after its announced life: clocks tick in whole seconds.
GRACE = 1.0


def old_token(target: Provider) -> str:
    """A token of the case's operation whose life is over: the oldest of this run, after waiting for what is left."""
    target.token()
    scope = target.operation().scope
    issued = target.scratch.get("issued", [])
    mine = [(until, token) for asked, token, until in issued if asked == scope]
    if not mine:
        raise NotRun("token-life-untold", scope)
    until, token = min(mine)
    left = until + GRACE - target.tools.now()
    if left > PATIENCE[target.profile]:
        raise NotRun("token-lives-too-long", phrase("seconds", count=round(left)))
    if left > 0:
        target.tools.sleep(left)
    return token


@requirement("AU-07")
def test_expired_token_is_refused(target, expect):
    """A token is answered 401 once its life is over, while a new one works."""
    body = Register(target).body(target.operation().id)
    old = old_token(target)
    control = target.call(body)
    if control.status != 200:
        raise Blocked("control-failed", answered(control))
    answer = target.call(body, token=old)
    expect.that(
        answer.status == 401,
        "expired-token-accepted",
        expected=401,
        actual=answered(answer),
        where=phrase("expired-token"),
        on=answer,
    )
