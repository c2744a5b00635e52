"""The words in which every report speaks of a case: names, sentences, whose turn it is, how to see it again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from renkei.catalogue import Catalogue
from renkei.errors import HarnessError
from renkei.flow.contract import Bundle
from renkei.flow.finding import BY_HAND, Finding
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.phrase import told
from renkei.flow.requirement import IMPACT_ORDER, Impact, Requirement
from renkei.neutral import neutral
from renkei.record import CaseResult

# Who can act when an outcome came without a party: the text is the standard's, reachability the operator's.
TURN = {
    Outcome.FAILED: FaultOf.PROVIDER,
    Outcome.WAIVED: FaultOf.PROVIDER,
    Outcome.INCONCLUSIVE: FaultOf.UNDECIDABLE,
    Outcome.BLOCKED: FaultOf.ENVIRONMENT,
    Outcome.AMBIGUOUS: FaultOf.CONTRACT,
    Outcome.NOT_RUN: FaultOf.HARNESS,
    Outcome.HARNESS_ERROR: FaultOf.HARNESS,
}


# Characters that look like nothing, or like another one, on most machines: variation selectors and private use.
_UNSEEN = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\ue000-\uf8ff\U000f0000-\U0010ffff]")


# Between several clauses, in any language.
APART = " ／ "

_VALUE = re.compile(r"(\w+)=(.*?)(?= \w+=|$)", re.DOTALL)


def visible(text: str) -> str:
    """Neutral text in which every variation selector and private-use character is followed by its code point."""
    return _UNSEEN.sub(lambda match: f"{match.group()}〔U+{ord(match.group()):X}〕", neutral(text))


def broken(result: CaseResult) -> tuple[str, ...]:
    """The ids of the requirements that a case breaks; its own where nothing was found."""
    return tuple(dict.fromkeys(finding.breaks for finding in result.findings)) or (result.planned.requirement,)


def replay_command(run: str, finding: Finding) -> str:
    """The one line that sends the finding's minimal failing exchange again; ``run`` is the run folder as shown."""
    return f"renkei replay {shlex.quote(run)} {finding.id} --target {shlex.quote(finding.target)}"


class Wording:
    """Sentences about the cases of one run in one language; whatever a target brought in is neutral."""

    def __init__(self, bundle: Bundle, language: str) -> None:
        self.language = language
        self.catalogue = Catalogue(language)
        self._bundle = bundle
        self._requirements = {requirement.id: requirement for requirement in bundle.requirements}
        self._systems = {system.id: system for system in bundle.systems}
        self._stories = {story.id: story for story in bundle.journeys}
        self._linkages = {(system.id, linkage.id): linkage for system in bundle.systems for linkage in system.linkages}

    def requirement(self, requirement_id: str) -> Requirement | None:
        """The requirement, or None when the edition at hand has none of that id."""
        return self._requirements.get(requirement_id)

    def title(self, requirement_id: str) -> str:
        """The requirement's title ("" when it is unknown)."""
        requirement = self.requirement(requirement_id)
        return requirement.title(self.language) if requirement else ""

    def plain(self, requirement_id: str) -> str:
        """What a violation means for the office's work ("" when it is unknown)."""
        requirement = self.requirement(requirement_id)
        return requirement.plain(self.language) if requirement else ""

    def meaning(self, finding: Finding) -> str:
        """What a finding means for the office's work; one about ourselves says nothing of the product."""
        if finding.fault_of is FaultOf.HARNESS:
            return self.catalogue.text("pages.about-ourselves")
        return self.plain(finding.breaks)

    def clause(self, requirement_id: str) -> str:
        """Document, version and section of the requirement."""
        requirement = self.requirement(requirement_id)
        return requirement.clause if requirement else ""

    def clauses(self, result: CaseResult) -> str:
        """Document, version and section of each requirement that a case breaks; of its own where it breaks none."""
        return APART.join(dict.fromkeys(filter(None, map(self.clause, broken(result)))))

    def bases(self, result: CaseResult) -> str:
        """Whether those clauses say it or we read them so."""
        return APART.join(dict.fromkeys(filter(None, map(self.basis, broken(result)))))

    def impact(self, result: CaseResult) -> Impact:
        """The worst that comes of what a case breaks; what is left open by the edition at hand counts as its own."""
        known = [one.impact for one in map(self.requirement, broken(result)) if one]
        return min(known or [Impact(result.planned.impact)], key=IMPACT_ORDER.index)

    def basis(self, requirement_id: str) -> str:
        """Whether the clause says it or we read it so."""
        requirement = self.requirement(requirement_id)
        return self.catalogue.choice("basis", requirement.basis) if requirement else ""

    def system(self, system_id: str) -> str:
        """業務ID and name of a system."""
        system = self._systems.get(system_id)
        if system is None:
            return neutral(system_id)
        return f"{system_id} {system.name_ja if self.language == 'ja' else system.name_en}"

    def linkage(self, system_id: str, linkage_id: str) -> str:
        """The name of a linkage, with its id when the two differ; of a life event its title."""
        linkage = self._linkages.get((system_id, linkage_id))
        if linkage is None and linkage_id in self._stories:
            return self._stories[linkage_id].title(self.language)
        if linkage is None:
            return self.catalogue.choice("linkages", neutral(linkage_id))
        name = linkage.name_ja if self.language == "ja" else linkage.name_en
        return self.catalogue.text("pages.named", name=name, id=linkage_id) if name != linkage_id else linkage_id

    def outcome(self, outcome: str) -> str:
        """The outcome in words."""
        return self.catalogue.choice("outcomes", outcome)

    def reason(self, code: str, detail: str = "") -> str:
        """The sentence of a reason or rule code with its detail ("" for no code)."""
        shown = self._detail(detail)
        if not code:
            return shown
        for key in (f"reasons.{code}", f"rules.{code}", f"between.{code}"):
            if self.catalogue.has(key):
                sentence = self.catalogue.text(key, detail=shown)
                extra = shown and shown not in sentence
                return (
                    self.catalogue.text("pages.sentence-detail", sentence=sentence, detail=shown) if extra else sentence
                )
        return self._diagnosis(code, self.value(detail)) or (f"{neutral(code)}: {shown}" if shown else neutral(code))

    def _detail(self, detail: str) -> str:
        """The detail with a leading rule code put into words (what was seen once and did not come again)."""
        head, space, rest = detail.partition(" ")
        if self.catalogue.has(f"rules.{head}"):
            return self.catalogue.text(f"rules.{head}") + space + self.value(rest)
        return self.value(detail)

    def _diagnosis(self, code: str, detail: str) -> str:
        """The sentence and the hint of a probe's diagnosis, filled from its ``name=value`` detail ("" for none)."""
        values = dict(_VALUE.findall(detail))
        table = "blocked" if self.catalogue.has(f"blocked.{code}.message") else "errors"
        try:
            parts = [self.catalogue.text(f"{table}.{code}.{part}", **values) for part in ("message", "hint")]
        except HarnessError:
            return ""
        return " ".join(parts)

    def value(self, text: str) -> str:
        """A value of a finding or an observation: phrases in words, what is raw neutral and visible."""
        return told(text, visible, self._sentence)

    def _sentence(self, code: str, values: Mapping[str, str]) -> str:
        """The words of a phrase; a rule is a phrase too, and one of another release is shown as it is."""
        for table in ("phrases", "rules"):
            if self.catalogue.has(f"{table}.{code}"):
                try:
                    return self.catalogue.text(f"{table}.{code}", **values)
                except HarnessError:
                    break
        return ": ".join([code, *values.values()])

    def message(self, finding: Finding) -> str:
        """The finding for an engineer: what was broken, where, what was expected and what came.

        The requirement stands before it where the case at which it is told is of another one.
        """
        rule = self.catalogue.choice("rules", finding.rule)
        text = self.catalogue.text(
            "pages.finding-message",
            rule=neutral(rule),
            where=self.value(finding.where) or "-",
            expected=self.value(finding.expected),
            actual=self.value(finding.actual),
        )
        if finding.broken:
            text = self.named(finding, text)
        if finding.replays != BY_HAND:
            return text
        return self.catalogue.text("pages.sentence-detail", sentence=text, detail=self.replays(finding.replays))

    def named(self, finding: Finding, text: str) -> str:
        """The text with the requirement before it that a finding breaks."""
        return f"{neutral(finding.breaks)} {self.title(finding.breaks)}: {text}"

    def replays(self, replays: str) -> str:
        """How often a finding came again, of how many tries; of what people did: that it was seen once, and why."""
        if replays == BY_HAND:
            return self.catalogue.text("pages.seen-by-hand")
        return self.catalogue.text("pages.times", count=neutral(replays)) if replays else ""

    def party(self, result: CaseResult) -> str:
        """The party that a case is blamed on, or that its outcome calls upon ("" when nobody is)."""
        if result.fault_of:
            return result.fault_of
        return str(TURN.get(result.outcome, ""))

    def turn(self, party: str) -> str:
        """Who has to act next, in words ("" for nobody)."""
        return self.catalogue.choice("parties", party) if party else ""
