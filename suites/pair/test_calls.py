"""REST between a provider and a consumer, with the observing proxy in between: each half judged by itself."""

from __future__ import annotations

from renkei.kit import Expect, requirement
from renkei.kit.calling import call
from renkei.kit.pair import Aspect, Pair, judge


@requirement("PR-01")
def test_the_consumers_requests_conform(pair: Pair, expect: Expect) -> None:
    """What the consumer sends conforms in address, method, token and body."""
    judge(pair.account(call), expect, Aspect.REQUESTS)


@requirement("PR-02")
def test_the_providers_answers_conform(pair: Pair, expect: Expect) -> None:
    """What the provider answers conforms in status, type and body."""
    judge(pair.account(call), expect, Aspect.ANSWERS)


@requirement("PR-03")
def test_conforming_requests_are_served(pair: Pair, expect: Expect) -> None:
    """The provider serves the consumer, and the consumer comes to its end."""
    judge(pair.account(call), expect, Aspect.SERVED)


@requirement("PR-04")
def test_the_consumer_holds_what_was_answered(pair: Pair, expect: Expect) -> None:
    """What the consumer shows afterwards is what was answered, to the letter."""
    judge(pair.account(call), expect, Aspect.KEPT)
