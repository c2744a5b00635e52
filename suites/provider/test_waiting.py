"""What has to be waited for: this file comes last, so that the waiting was done by the other tests."""

from renkei.kit import Blocked, requirement
from renkei.kit.jutogai import Register
from renkei.kit.phrases import answered, phrase
from renkei.kit.waiting import old_token


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
