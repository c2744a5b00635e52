"""Drawing that depends on the seed alone.

Hypothesis mixes constants of the modules that happen to be loaded into its random values, so the same seed gives other
values once a suite is edited or a module is imported. The back end here leaves them out; pass it to
``hypothesis.settings(backend=BACKEND)`` wherever a run must be repeatable.
"""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import Any, TypeVar

import hypothesis
from hypothesis import errors
from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.internal.constants_ast import Constants

Value = TypeVar("Value")

BACKEND = "renkei"


class SteadyProvider(HypothesisProvider):
    """Hypothesis's own source of values without the constants of loaded modules."""

    @cached_property
    def _local_constants(self) -> Constants:
        return Constants()


AVAILABLE_PROVIDERS[BACKEND] = SteadyProvider


def sample(strategy: st.SearchStrategy[Value], count: int, seed: int) -> list[Value]:
    """Up to ``count`` values of a strategy, the same for the same seed in every process (equal ones may repeat)."""
    drawn: list[Value] = []
    settings = hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        backend=BACKEND,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.generate,),
    )

    def collect(value: Any) -> None:
        drawn.append(value)

    # Of a pattern that contradicts its lengths there are no values.
    with contextlib.suppress(errors.Unsatisfiable):
        hypothesis.seed(seed)(settings(hypothesis.given(strategy)(collect)))()
    return drawn[:count]
