"""Findings: reproduced, independently re-checked violations, as pure data."""

from __future__ import annotations

from dataclasses import dataclass

from renkei.flow.exchange import content_id
from renkei.flow.outcome import FaultOf

# How often something came again that people had done, who are asked to do nothing twice: nobody knows.
BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One violation of one requirement by one target.

    ``rule`` is the kebab-case code of what was broken and is constant per check; ``expected`` and ``actual`` are short,
    redacted values; ``where`` names the place (JSON pointer, file and line, header). ``evidence`` are exchange or
    file digests. ``example`` is the minimised input as JSON text that ``renkei replay`` sends again ("" when
    the scenario needs none); ``test`` the test that found it; ``replays`` how often it came again, of how many tries, or
    ``BY_HAND`` where it was seen once and nobody was asked to show it again.
    ``whose`` are the targets that have to mend it, where the case is of several.
    ``broken`` is the requirement that is broken, where that of the case asks for many others at once ("" for its own).
    ``because`` is the message code under ``between`` that says why it is this party's ("" where no second one is there).
    """

    target: str
    role: str
    linkage: str
    requirement: str
    rule: str
    expected: str
    actual: str
    where: str
    fault_of: FaultOf
    test: str
    evidence: tuple[str, ...] = ()
    example: str = ""
    replays: str = ""
    occurrences: int = 1
    second_opinion: str = ""
    because: str = ""
    whose: tuple[str, ...] = ()
    broken: str = ""

    @property
    def breaks(self) -> str:
        """The id of the requirement that is broken: its clause is what everybody is pointed to."""
        return self.broken or self.requirement

    @property
    def id(self) -> str:
        """A short fingerprint: the same violation at the same place has the same id in every run."""
        of = [self.requirement, self.broken] if self.broken else [self.requirement]
        key = [self.target, self.role, self.linkage, *of, self.rule, self.where]
        return "F-" + content_id(key)[:10]
