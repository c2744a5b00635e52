"""Property-based judging: minimal, replayed three of three, the same for the same seed."""

from __future__ import annotations

import json

import pytest
from hypothesis import strategies as st

from renkei.flow.plan import Profile
from renkei.kit.expect import Undecided, Violation
from renkei.kit.forall import EXAMPLES, Forall


def over(limit: int):
    def body(value: int) -> None:
        if value > limit:
            raise Violation("too-big", expected=f"≤ {limit}", actual=value)

    return body


def forall(seed: int = 1, replay: str = "") -> Forall:
    return Forall(profile=Profile.STANDARD, seed=seed, replay=replay)


def test_a_counterexample_is_minimised_and_replayed() -> None:
    """The violation carries the smallest example that breaks the rule, confirmed three times."""
    with pytest.raises(Violation) as caught:
        forall()(st.integers(0, 10**9), over(1000))

    assert json.loads(caught.value.example) == 1001
    assert caught.value.replays == "3/3"


def test_a_rule_that_holds_is_tried_on_every_example() -> None:
    """The profile's number of examples runs, and the traps before them."""
    judge = forall()
    judge(st.integers(0, 5), over(5), first=[1, 2])

    assert judge.examples >= 2 + 6
    assert judge.examples <= 2 + EXAMPLES[Profile.STANDARD]


def test_a_trap_that_fails_is_reported_as_itself() -> None:
    """An example of the closed list that breaks the rule is the counterexample."""
    with pytest.raises(Violation) as caught:
        forall()(st.just(0), over(5), first=[3, 77])

    assert caught.value.example == "77"


def test_a_failure_that_does_not_come_again_is_undecided() -> None:
    """A target that fails once and then never again is blamed for nothing."""
    calls = []

    def flaky(value: int) -> None:
        calls.append(value)
        if len(calls) == 3:
            raise Violation("once", expected=0, actual=value)

    with pytest.raises(Undecided):
        forall()(st.integers(0, 100), flaky)


def test_the_same_seed_gives_the_same_examples() -> None:
    """Examples are a function of the seed alone; another seed gives others."""

    def drawn(seed: int) -> list[int]:
        seen: list[int] = []
        forall(seed)(st.integers(0, 10**9), seen.append)
        return seen

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_a_replay_runs_the_recorded_example_only() -> None:
    """A recorded example replaces the search."""
    seen: list[int] = []
    forall(replay="42")(st.integers(), seen.append, first=[1])

    assert seen == [42]
