"""Where a target stands for a clerk: may it be connected? Worse news is never hidden behind better."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Any

from renkei.flow.verdict import Verdict


class State(enum.StrEnum):
    """The answer on top of the page; its value is the catalogue name (``decisions.<value>``)."""

    YES = "yes"
    CONDITIONAL = "conditional"
    AWAITING = "awaiting"
    UNKNOWN = "unknown"
    NO = "no"


_WORST = tuple(reversed(State))


def state_of(verdict: Verdict, decision: Mapping[str, Any] | None, *, finished: bool) -> State:
    """The standing of one target: a decision can only lower what the verdict allows."""
    if verdict is Verdict.FAILED:
        return State.NO
    if not finished or verdict is not Verdict.PASSED:
        return State.UNKNOWN
    if decision is None:
        return State.AWAITING
    return {"certified": State.YES, "conditional": State.CONDITIONAL}.get(str(decision.get("decision")), State.NO)


def worst_first(states: Iterable[State]) -> tuple[State, ...]:
    """The states that there are, each once, the worst first."""
    present = set(states)
    return tuple(state for state in _WORST if state in present)


def worst_state(states: Iterable[State]) -> State:
    """The worst of several; UNKNOWN for none."""
    return next(iter(worst_first(states)), State.UNKNOWN)
