"""Journeys: life events over several systems, told as stories in the office's words, and what a played one came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# The one subject that all journeys of a plan are cases of; no target and no pair can bear it.
JOURNEYS = "journeys"
LATENCY_SECONDS = 600
# The journey whose events nobody wrote down: they are drawn by lot.
MODEL = "machi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One sentence of a story: an act at a system, a wait, or a check of requirements.

    ``values`` are everything else that the file says of it (who, with what, how long).
    """

    ja: str
    en: str
    act: str = ""
    at: str = ""
    check: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """The sentence in ``ja`` or ``en``."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One life event: what happens, in which order, at which systems, and what must be so afterwards.

    ``systems`` are those without which it cannot be played; those of ``seen_by`` take part where the plan has them.
    ``model`` stands for sequences that nobody wrote down: its steps say only what must be so whatever happens.
    """

    id: str
    title_ja: str
    title_en: str
    clause: str
    systems: tuple[str, ...]
    steps: tuple[Step, ...]
    seen_by: tuple[str, ...] = ()
    cast: tuple[Mapping[str, Any], ...] = ()
    model: bool = False

    @property
    def requirements(self) -> tuple[str, ...]:
        """The requirements that its steps check, each once, in the order of the story."""
        return tuple(dict.fromkeys(name for step in self.steps for name in step.check))

    def title(self, language: str) -> str:
        """Title in ``ja`` or ``en``."""
        return self.title_ja if language == "ja" else self.title_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One step as it went: where, over which linkages, for how long, and with which evidence.

    ``state`` is ``done``, ``broken`` (a requirement was), ``stopped`` (it could not be done) or ``left`` (never begun).
    ``told`` are the movements of data: (from target, to target, linkage). ``by_hand`` are the targets that a person had to
    tell what another system knew already. ``virtual_seconds`` passed in the towns' clock, ``seconds`` in ours; ``whose``
    are the targets that have to mend something.
    """

    ja: str
    en: str
    act: str = ""
    targets: tuple[str, ...] = ()
    linkages: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    state: str = "done"
    told: tuple[tuple[str, str, str], ...] = ()
    by_hand: tuple[str, ...] = ()
    whose: tuple[str, ...] = ()
    assertions: int = 0
    evidence: tuple[str, ...] = ()
    virtual_seconds: float = 0.0
    seconds: float = 0.0
    done_by: str = ""

    def members(self) -> dict[str, Any]:
        """The step as data of an event; what is empty is left out, but for the sentence."""
        found: dict[str, Any] = {"ja": self.ja, "en": self.en, "state": self.state}
        for name in ("act", "assertions", "virtual_seconds", "seconds", "done_by"):
            if value := getattr(self, name):
                found[name] = value
        for name in ("targets", "linkages", "requirements", "by_hand", "whose", "evidence"):
            if value := getattr(self, name):
                found[name] = list(value)
        if self.told:
            found["told"] = [list(one) for one in self.told]
        return found
