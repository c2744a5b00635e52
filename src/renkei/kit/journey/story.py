"""A story made sure of before it is played: every act, law, name and value that it speaks of is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renkei.errors import UsageError
from renkei.flow.journey import Step, Story
from renkei.kit.journey.act import Act
from renkei.kit.journey.look import Law
from renkei.kit.journey.register import ACTS, LAWS

CAST_KEYS = {"name", "like"}
LIKE_KEYS = {"sex", "age", "born", "relation", "family", "cells", "town", "foreign"}
STEP_KEYS = {"who", "with", "wait"}
WAITS = {"none": 0.0, "minute": 60.0, "hour": 3_600.0, "day": 86_400.0, "month": 31 * 86_400.0, "year": 365 * 86_400.0}


def made_sure(story: Story, *, acts: Mapping[str, Act] = ACTS, laws: Mapping[str, Law] = LAWS) -> Story:
    """The story itself; raises UsageError that names the first thing that nobody would know how to play."""
    for wrong in _wrong(story, acts, laws):
        raise UsageError("story-unreadable", file=f"{story.id}.toml", why=wrong)
    return story


def seconds(wait: str) -> float:
    """How long a wait is: ``10 minutes``, ``1 year``, ``none``; raises ValueError."""
    count, _, unit = wait.partition(" ")
    name = unit.removesuffix("s") or count
    if name not in WAITS or (unit and not count.isdigit()):
        raise ValueError(wait)
    return WAITS[name] * (int(count) if unit else 1)


def people_of(step: Step) -> tuple[str, ...]:
    """Whom a step is about, by the names of the cast."""
    who = step.values.get("who", ())
    return (who,) if isinstance(who, str) else tuple(who)


def _wrong(story: Story, acts: Mapping[str, Act], laws: Mapping[str, Law]) -> Iterator[str]:
    cast = [str(one.get("name", "")) for one in story.cast]
    for one in story.cast:
        yield from _beyond("[[cast]]", set(one), CAST_KEYS)
        yield from _beyond("[[cast]] like", set(one.get("like", {})), LIKE_KEYS)
    if len(set(cast)) != len(cast) or "" in cast:
        yield f"[[cast]] name = {cast}"
    for number, step in enumerate(story.steps, 1):
        place = f"[[step]] {number}"
        yield from _beyond(place, set(step.values), STEP_KEYS)
        yield from (f"{place} check = {name}" for name in step.check if name not in laws)
        yield from (f"{place} who = {name}" for name in people_of(step) if name not in cast)
        yield from _wait(place, step.values.get("wait", "none"))
        if step.act:
            yield from _act(place, step, acts)
        elif not step.check and "wait" not in step.values:
            yield f"{place}: act, wait, check"


def _act(place: str, step: Step, acts: Mapping[str, Act]) -> Iterator[str]:
    if step.act not in acts:
        yield f"{place} act = {step.act}"
        return
    given: Any = step.values.get("with", {})
    if not isinstance(given, dict):
        yield f"{place} with = {given!r}"
        return
    yield from _beyond(f"{place} with", set(given), acts[step.act].keys)


def _wait(place: str, wait: Any) -> Iterator[str]:
    try:
        seconds(str(wait))
    except ValueError:
        yield f"{place} wait = {wait}"


def _beyond(place: str, given: set[str], known: set[str] | frozenset[str]) -> Iterator[str]:
    if given - known:
        yield f"{place} {', '.join(sorted(given - known))} ≠ {', '.join(sorted(known))}"
