"""The laws of the verdict lattice, over every combination that hypothesis can think of."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from renkei.flow.outcome import NEUTRAL, Outcome, worst
from renkei.flow.outcome import PRECEDENCE as OUTCOMES
from renkei.flow.verdict import PRECEDENCE, Tally, Verdict, combine, roll_up

RESULTS = st.tuples(st.sampled_from(list(Outcome)), st.booleans())
LISTS = st.lists(RESULTS, max_size=8)


def tally(results: list[tuple[Outcome, bool]]) -> Tally:
    total = Tally()
    for outcome, required in results:
        total = total.add(outcome, required=required)
    return total


def test_every_outcome_and_verdict_has_its_rank() -> None:
    """No outcome and no verdict can be forgotten in a table of precedence."""
    assert set(OUTCOMES) == set(Outcome)
    assert set(PRECEDENCE) == set(Verdict)
    assert len(OUTCOMES) == len(Outcome)
    assert len(PRECEDENCE) == len(Verdict)


@settings(deadline=None)
@given(LISTS, LISTS, LISTS)
def test_merging_is_associative_commutative_and_idempotent(
    one: list[tuple[Outcome, bool]], two: list[tuple[Outcome, bool]], three: list[tuple[Outcome, bool]]
) -> None:
    """The order and grouping in which results arrive never matters, nor does counting one twice."""
    a, b, c = tally(one), tally(two), tally(three)
    assert a.merge(b).merge(c) == a.merge(b.merge(c))
    assert a.merge(b) == b.merge(a)
    assert a.merge(a) == a
    assert a.merge(b) == tally(one + two)
    assert Tally().merge(a) == a


@settings(deadline=None)
@given(LISTS)
def test_nothing_required_passed_is_never_a_pass(results: list[tuple[Outcome, bool]]) -> None:
    """A roll-up without a required pass is never a pass."""
    if (Outcome.PASSED, True) not in results:
        assert roll_up(results) is not Verdict.PASSED


@settings(deadline=None)
@given(LISTS, RESULTS)
def test_once_something_passed_adding_never_improves(
    results: list[tuple[Outcome, bool]], more: tuple[Outcome, bool]
) -> None:
    """A further result can only worsen a verdict once something required has passed."""
    before = [*results, (Outcome.PASSED, True)]
    assert PRECEDENCE.index(roll_up([*before, more])) <= PRECEDENCE.index(roll_up(before))


@settings(deadline=None)
@given(LISTS)
def test_a_pass_means_that_everything_required_passed_or_is_neutral(results: list[tuple[Outcome, bool]]) -> None:
    """A passed roll-up holds no required result that is bad and no fault of our own."""
    if roll_up(results) is Verdict.PASSED:
        assert all(outcome is Outcome.PASSED or outcome in NEUTRAL for outcome, required in results if required)
        assert all(outcome is not Outcome.HARNESS_ERROR for outcome, _ in results)


def test_combining_targets_obeys_the_same_laws() -> None:
    """The verdict of a run is the worst of its targets' in any order; of none it is no pass."""
    for one, two, three in itertools.product(Verdict, repeat=3):
        assert combine([combine([one, two]), three]) is combine([one, combine([two, three])])
        assert combine([one, two]) is combine([two, one])
        assert combine([one, one]) is one
        assert PRECEDENCE.index(combine([one, two])) <= PRECEDENCE.index(one)
    assert combine([]) is Verdict.NOT_RUN


def test_merging_outcomes_of_one_case_obeys_the_same_laws() -> None:
    """The outcome of a case is the worst of its tests' in any order; of none it is no pass."""
    for one, two, three in itertools.product(Outcome, repeat=3):
        assert worst([worst([one, two]), three]) is worst([one, worst([two, three])])
        assert worst([one, two]) is worst([two, one])
        assert worst([one, one]) is one
    assert worst([]) is Outcome.NOT_RUN
