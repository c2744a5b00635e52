"""The steps of a played life event as Allure steps: the office's sentence, its systems, linkages and evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from renkei.events import JourneyPlayed
from renkei.flow.outcome import Outcome
from renkei.neutral import neutral
from renkei.record import CaseResult, RunRecord
from renkei.wording import Wording

# How a step looks; one that is wrong for another requirement's sake is no failure of this one.
STATUS = {"done": "passed", "broken": "failed", "stopped": "broken", "left": "skipped"}
MAX_EVIDENCE = 12
FACTS = ("systems", "linkages", "requirements", "whose", "by_hand", "done_by", "virtual_seconds", "assertions")


def played(record: RunRecord, result: CaseResult) -> JourneyPlayed | None:
    """The play that a case was judged on; None for anything else than a journey."""
    if result.planned.role != "journey":
        return None
    return next((one for one in record.journeys if one.journey == result.planned.linkage), None)


def story_steps(
    told: JourneyPlayed,
    result: CaseResult,
    wording: Wording,
    attach: Callable[[str], Mapping[str, str]],
    begun: int,
    systems: Callable[[str], str],
) -> list[dict[str, Any]]:
    """One step for each sentence, one after the other from ``begun``; ``systems`` names a target in words."""
    found = []
    for number, step in enumerate(told.steps, 1):
        ended = begun + max(1, round(float(step.get("seconds", 0)) * 1000))
        found.append(
            {
                "name": neutral(f"{number}. {step.get(wording.language, '')}"),
                "status": _status(step, result),
                "stage": "finished",
                "start": begun,
                "stop": ended,
                "steps": [],
                "attachments": [attach(digest) for digest in step.get("evidence", ())[:MAX_EVIDENCE]],
                "parameters": list(_facts(step, wording, systems)),
            }
        )
        begun = ended
    return found


def _status(step: Mapping[str, Any], result: CaseResult) -> str:
    state = str(step.get("state", ""))
    if state == "broken" and result.outcome is not Outcome.FAILED:
        return "passed"
    return STATUS.get(state, "passed")


def _facts(step: Mapping[str, Any], wording: Wording, systems: Callable[[str], str]) -> list[dict[str, str]]:
    """What is known of a step, by name; what is empty is left out."""
    told = [systems(str(one)) for pair in step.get("told", ()) for one in pair[:2]]
    at = [systems(str(one)) for one in step.get("targets", ())]
    values = {
        "systems": ", ".join(dict.fromkeys([*at, *told])),
        "whose": ", ".join(systems(str(one)) for one in step.get("whose", ())),
        "by_hand": ", ".join(systems(str(one)) for one in step.get("by_hand", ())),
        **{name: ", ".join(map(str, step.get(name, ()))) for name in ("linkages", "requirements")},
        **{name: str(step.get(name, "") or "") for name in ("done_by", "virtual_seconds", "assertions")},
    }
    text = wording.catalogue.text
    return [{"name": text(f"allure.step-{name}"), "value": neutral(values[name])} for name in FACTS if values[name]]
