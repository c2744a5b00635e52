"""Controls of the suite of journeys: a conforming mock municipality must pass every life event, one with a planted fault fail."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from renkei.cli import wiring
from renkei.cli.consumercontrol import small_town
from renkei.cli.municipality import Hall
from renkei.cli.spawn import Assignment, ProcessWorker
from renkei.events import TestFinished
from renkei.flow.journey import JOURNEYS, MODEL
from renkei.flow.outcome import Outcome, worst
from renkei.pipeline import Job

FAULTS = ("mocks", "faults", "journey")
# What the sequences that nobody wrote down are tried on: a fault that shows as soon as anybody moves in.
FOUND_BY_MODEL = "intake_loses_zeros"


class Asked(Protocol):
    """One control: its fault, and the requirements that are judged."""

    @property
    def fault(self) -> str:
        """The planted fault, "" for none."""

    @property
    def requirements(self) -> frozenset[str]:
        """What is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A fault that only journeys find: in which system, which requirements fail by it, and in which life events."""

    name: str
    system: str
    catches: frozenset[str]
    journeys: tuple[str, ...]


def planted() -> tuple[Planted, ...]:
    """Every fault of journeys that ships with the mocks, by name."""
    found = []
    for path in sorted(wiring.home().joinpath(*FAULTS).glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        found.append(
            Planted(
                name=table["name"],
                system=table["system"],
                catches=frozenset(table["catches"]),
                journeys=tuple(table["journeys"]),
            )
        )
    return tuple(found)


def proving_journeys() -> dict[str, str]:
    """For each requirement of journeys the first fault (by name) that must fail it."""
    proving: dict[str, str] = {}
    for fault in planted():
        for requirement in sorted(fault.catches):
            proving.setdefault(requirement, fault.name)
    return proving | dict.fromkeys(_of_model(), FOUND_BY_MODEL)


def _of_model() -> frozenset[str]:
    """What is asked of the sequences that nobody wrote down."""
    return frozenset(wiring.load_bundle().story(MODEL).requirements)


def journey_outcomes(control: Asked, seed: int) -> dict[str, Outcome]:
    """The worst outcome of each requirement against the control's municipality; a faulty one plays what shows the fault."""
    fault = next((one for one in planted() if one.name == control.fault), None)
    shown = (MODEL,) if control.requirements == _of_model() else fault.journeys if fault else ()
    found: dict[str, list[Outcome]] = {}
    with tempfile.TemporaryDirectory(prefix="renkei-control-") as name:
        folder = Path(name)
        hall = Hall(folder=folder, pack=small_town(folder, seed), faults=((fault.system, fault.name),) if fault else ())
        with hall.open():
            plan_file = hall.plan(only=shown if fault else (), seed=seed)
            for requirement, outcome in _judged(control, folder, plan_file):
                found.setdefault(requirement, []).append(outcome)
    return {requirement: worst(outcomes) for requirement, outcomes in found.items()}


def _judged(control: Asked, folder: Path, plan_file: Path) -> Iterator[tuple[str, Outcome]]:
    plan, bundle = wiring.open_plan(plan_file)
    cases = tuple(
        item.case
        for item in wiring.cases_of(plan, bundle)
        if item.excluded is None and item.case.requirement in control.requirements
    )
    if not cases:
        return
    worker = ProcessWorker(Assignment(plan_file=plan_file, plan=plan, run=folder), Job(target=JOURNEYS, cases=cases))
    for event in worker.events():
        if isinstance(event, TestFinished):
            yield event.case.rpartition("/")[2], event.outcome
    worker.ended()
