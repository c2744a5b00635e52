"""Errands: what a person is asked to do at one system's screen, and what the person said of it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Kind(enum.StrEnum):
    """What is asked: to enter something, to have files taken in, to look at somebody's record, to put the clock on."""

    ACT = "act"
    IMPORT = "import"
    LOOK = "look"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One thing to do: at which target, which event or linkage, with which values, and what is to be told afterwards.

    ``values`` are item → value as the screen takes or shows them; ``wanted`` are items that only the system knows. A record
    is looked up by ``item`` of the values; of that person there are ``rows`` records.
    """

    target: str
    kind: Kind
    event: str = ""
    linkage: str = ""
    location: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    wanted: tuple[str, ...] = ()
    item: str = ""
    rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of an errand: whether it was done, what was told, who did it and when (ISO time)."""

    done: bool
    values: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    at: str = ""
