"""Sequences of what happens to a few people, as short lists that shrink to the one event that matters."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

Event = list[str | int]


def histories(kinds: Sequence[str], *, people: int = 3, longest: int = 6) -> st.SearchStrategy[list[Event]]:
    """Lists of ``[kind, who, whom]``; ``who`` and ``whom`` are places in the list of people made so far."""
    place = st.integers(0, people - 1)
    event = st.builds(_event, st.sampled_from(list(kinds)), place, place)
    return st.lists(event, min_size=1, max_size=longest)


def _event(kind: str, who: int, whom: int) -> Event:
    return [kind, who, whom]
