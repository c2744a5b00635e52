"""What has to be waited for: tokens whose life is over."""

from __future__ import annotations

from renkei.kit.expect import NotRun
from renkei.kit.phrases import phrase
from renkei.kit.target import Provider

# How many seconds a profile waits for a token to expire.
PATIENCE = {"smoke": 6.0, "standard": 70.0, "certification": 900.0}
# A token is over one second after its announced life: clocks tick in whole seconds.
GRACE = 1.0


def old_token(target: Provider) -> str:
    """A token of the operation's scope whose life is over: the oldest of this run, after waiting for what is left."""
    target.token()
    scope = target.operation().scope
    issued: list[tuple[str, str, float]] = target.scratch.get("issued", [])
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
