"""The life events of one run for its page: what works, what does not and whose turn it is; the steps, and who told whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from renkei.flow.decision import Decision
from renkei.flow.journey import JOURNEYS, MODEL
from renkei.flow.verdict import Verdict
from renkei.record import RunRecord
from renkei.verdicts import journey_rows, journey_state, sequences
from renkei.web.missing import missing_lines
from renkei.web.summary import Shown, shown
from renkei.web.tellings import Tellings, tellings
from renkei.wording import Wording

# How a state is coloured on the page, and the order in which life events are told of: trouble first.
TONES = {"broken": "no", "unknown": "unknown", "works": "yes", "absent": "awaiting"}
DECIDED = {Decision.CERTIFIED: "yes", Decision.CONDITIONAL: "conditional", Decision.NOT_CERTIFIED: "no"}
MAX_EVIDENCE = 6
# So many offices are named in a step; the picture has all.
MAX_OFFICES = 4
# (so many seconds, up to so many of them, word of the catalogue)
SPANS = ((1, 120, "seconds"), (60, 7_200, "minutes"), (3_600, 172_800, "hours"), (86_400, 94_608_000, "days"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One sentence of the story as it went: state and its word, offices, linkages, how long the town's clock went on.

    ``begins`` is the number of the sequence that begins with it, where several were found (0: none does).
    """

    text: str
    begins: int
    state: str
    word: str
    offices: tuple[str, ...]
    linkages: tuple[str, ...]
    waited: str
    turns: tuple[str, ...]
    by_hand: tuple[str, ...]
    done_by: str
    assertions: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyCard:
    """One life event in words; ``problems`` are the titles of what is broken, with what that means."""

    id: str
    title: str
    state: str
    tone: str
    answer: str
    turns: tuple[str, ...]
    why: str
    problems: tuple[tuple[str, str], ...]
    steps: tuple[StepRow, ...]
    by_hand: tuple[str, ...]
    offices: int
    assertions: int
    waited: str
    picture: Tellings | None
    findings: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What was decided about all life events together: the answer in a word, what is missing, what it says nothing of."""

    tone: str
    word: str
    grade: str
    missing: tuple[str, ...]
    not_covered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offices:
    """The targets of a run by id, and how the page calls them."""

    targets: Mapping[str, Mapping[str, Any]]
    wording: Wording

    def parts(self, target: str) -> tuple[str, str]:
        """Vendor and system of a target in words."""
        known = self.targets.get(target, {})
        return str(known.get("vendor", target)), self.wording.system(str(known.get("system", target)))

    def name(self, target: str) -> str:
        """Both in one."""
        vendor, system = self.parts(target)
        return self.wording.catalogue.text("pages.office", vendor=vendor, system=system)


def together(record: RunRecord, decisions: Mapping[str, Mapping[str, Any]], wording: Wording) -> Together | None:
    """The decision about the life events, once there is one; what single ones lack is told in their own cards."""
    decided = decisions.get(JOURNEYS)
    if decided is None:
        return None
    titles = {str(one.get("journey")): str(one.get(f"title_{wording.language}")) for one in record.header.journeys}
    words = wording.catalogue
    open_ones = [titles.get(name, name) for name, verdict in decided["events"].items() if verdict != Verdict.PASSED]
    named = words.text("pages.journeys-open", events=words.text("pages.comma").join(open_ones))
    whole = [one for one in decided["missing"] if one["code"] == "not-planned" or not one["linkage"]]
    return Together(
        tone=DECIDED[decided["decision"]],
        word=wording.catalogue.text(f"cli_decisions.{decided['decision']}"),
        grade=wording.catalogue.text(f"grades.{decided['grade']}"),
        missing=(*missing_lines(whole, wording), *([named] if open_ones else [])),
        not_covered=len(decided["not_covered"]),
    )


def journey_table(record: RunRecord, wording: Wording, run: str) -> tuple[JourneyCard, ...]:
    """A card for each life event, those that do not work first."""
    offices = _Offices(targets={str(one.get("id")): one for one in record.header.targets}, wording=wording)
    found: dict[str, list[Shown]] = {}
    for result in record.results:
        if result.planned.role == "journey":
            own = found.setdefault(result.planned.linkage, [])
            own += (shown(one, wording, run, named=True) for one in result.findings)
    cards = [_card(row, offices, found.get(row["journey"], [])) for row in journey_rows(record, wording, run)]
    order = list(TONES)
    return tuple(sorted(cards, key=lambda card: order.index(card.state)))


def _card(row: Mapping[str, Any], offices: _Offices, findings: Iterable[Shown]) -> JourneyCard:
    wording, state = offices.wording, journey_state(row)
    whose = [offices.name(target) for target in row["whose"]]
    party = [] if whose or state == "works" or not row["fault_of"] else [wording.turn(row["fault_of"])]
    lacking = {result["reason"] for result in row["results"]} if state == "absent" else set[str]()
    failed = dict.fromkeys(
        name
        for result in row["results"]
        if result["outcome"] == "failed"
        for name in [one.get("broken", result["requirement"]) for one in result["findings"]] or [result["requirement"]]
    )
    return JourneyCard(
        id=row["journey"],
        title=row["title"],
        state=state,
        tone=TONES[state],
        answer=wording.catalogue.choice("journey_answers", state),
        turns=tuple(one for one in (*whose, *party) if one),
        why=" ".join(sorted(lacking)) or row["why"],
        problems=tuple((wording.title(name), wording.plain(name)) for name in failed),
        steps=tuple(_steps(row, offices)),
        by_hand=_named(offices, (target for step in row["steps"] for target in step["by_hand"])),
        offices=len(_met(row["steps"])),
        assertions=row["assertions"],
        waited=span(row["virtual_seconds"], wording),
        picture=tellings(row["steps"], offices, wording.catalogue),
        findings=tuple(findings),
    )


def _steps(row: Mapping[str, Any], offices: _Offices) -> Iterator[StepRow]:
    """The steps of a story; of the model's those of each sequence that was found, one after the other."""
    found = list(sequences(row["steps"])) if row["journey"] == MODEL else [row["steps"]]
    for number, sequence in enumerate(found, 1):
        for place, step in enumerate(sequence):
            yield _step(step, offices, begins=number if len(found) > 1 and not place else 0)


def _step(step: Mapping[str, Any], offices: _Offices, *, begins: int) -> StepRow:
    wording = offices.wording
    told = [target for _, target, _ in step["told"]]
    return StepRow(
        text=step["text"],
        begins=begins,
        state=step["state"],
        word=wording.catalogue.choice("step_states", step["state"]),
        offices=_few(_named(offices, [*step["targets"], *told]), wording),
        linkages=tuple(step["linkages"]),
        waited=span(step["virtual_seconds"], wording),
        turns=_named(offices, step["whose"]),
        by_hand=_named(offices, step["by_hand"]),
        done_by=step["done_by"],
        assertions=step["assertions"],
        evidence=tuple(f"evidence/{digest}.json" for digest in step["evidence"][:MAX_EVIDENCE]),
    )


def _few(names: tuple[str, ...], wording: Wording) -> tuple[str, ...]:
    """The first names, and how many more there are."""
    more = len(names) - MAX_OFFICES
    if more <= 1:
        return names
    return (*names[:MAX_OFFICES], wording.catalogue.text("pages.values-more", count=more))


def _named(offices: _Offices, targets: Iterable[str]) -> tuple[str, ...]:
    return tuple(offices.name(target) for target in dict.fromkeys(targets))


def _met(steps: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The targets that took part in any step."""
    return tuple(
        dict.fromkeys(
            one for step in steps for one in (*step["targets"], *(t for told in step["told"] for t in told[:2]))
        )
    )


def span(seconds: float, wording: Wording) -> str:
    """A length of time in words ("" for none)."""
    if seconds < 1:
        return ""
    for unit, most, word in SPANS:
        if seconds < most:
            return wording.catalogue.text(f"durations.{word}", count=round(seconds / unit))
    return wording.catalogue.text("durations.years", count=round(seconds / 31_536_000))
