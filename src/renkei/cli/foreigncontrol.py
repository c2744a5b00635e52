"""Known-good and known-bad controls for documents of other standards: the generic tests are tried on the sample servers.

The conforming samples must satisfy every selected requirement, and for each requirement with a planted defect the sample
that has it must fail it. What the samples do not offer cannot be tried; it holds.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from renkei.cli import wiring
from renkei.cli.spawn import Assignment, ProcessWorker
from renkei.events import ControlJudged, Event, TestFinished
from renkei.flow.outcome import NEUTRAL, Outcome, worst
from renkei.flow.plan import Case, Plan, Planned, Profile
from renkei.flow.requirement import Role
from renkei.pipeline import Job
from renkei.vendors import ProcessVendor

# An operation and a requirement.
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample server: its module, its name, and the one place that is enough for the good control."""

    module: str
    name: str
    place: str


# In this order: a requirement with a defect in several of them is proven by the first.
SAMPLES = (
    Sample(module="mocks.registry", name="registry", place="offices"),
    Sample(module="mocks.wards", name="wards", place="midori"),
)


def judge_foreign_controls(
    cases: Sequence[Planned], plan: Plan, emit: Callable[[Event], None], done: frozenset[tuple[str, str, str]]
) -> None:
    """Try the tests of every selected requirement, and emit for each system of the plan what that showed."""
    selected = sorted({item.case.requirement for item in cases if item.excluded is None})
    systems = sorted({target.system for target in plan.targets})
    good: dict[str, list[Outcome]] = {}
    planted: dict[str, tuple[str, Outcome]] = {}
    for sample in SAMPLES:
        conforming = _tried(sample, ("--place", sample.place), plan.seed, partial(_offered, selected))
        for (_, requirement), outcome in conforming.outcomes.items():
            good.setdefault(requirement, []).append(outcome)
        wanted = [requirement for requirement in selected if requirement not in planted]
        broken = _tried(sample, ("--defects",), plan.seed, partial(_broken, wanted))
        for pair, outcome in broken.outcomes.items():
            planted[pair[1]] = (broken.defects[pair], outcome)
    for system in systems:
        for requirement in selected:
            outcome = worst(good[requirement]) if good.get(requirement) else Outcome.NOT_APPLICABLE
            _emit(emit, done, system, requirement, "", outcome, outcome in (Outcome.PASSED, *NEUTRAL))
        for requirement, (fault, outcome) in sorted(planted.items()):
            _emit(emit, done, system, requirement, fault, outcome, outcome is Outcome.FAILED)


def _offered(selected: Sequence[str], _ready: Mapping[str, Any], offered: Sequence[Pair]) -> list[Pair]:
    """All that the conforming sample offers of the selected requirements."""
    return [pair for pair in offered if pair[1] in selected]


def _broken(wanted: Sequence[str], ready: Mapping[str, Any], _offered: Sequence[Pair]) -> list[Pair]:
    """One pair with a defect for each requirement, where the sample has one."""
    return list(_first(ready, wanted))


def _emit(
    emit: Callable[[Event], None],
    done: frozenset[tuple[str, str, str]],
    system: str,
    requirement: str,
    fault: str,
    outcome: Outcome,
    holds: bool,
) -> None:
    if (system, requirement, fault) not in done:
        emit(ControlJudged(system=system, requirement=requirement, fault=fault, outcome=outcome, holds=holds))


def _first(ready: Mapping[str, Any], wanted: Sequence[str]) -> dict[Pair, str]:
    """The first defect that shows by each requirement, one that shows by it alone before others: pair and name."""
    found: dict[str, tuple[Pair, str]] = {}
    for defect in sorted(ready["defects"], key=lambda one: len(one["requirements"])):
        for requirement in defect["requirements"]:
            found.setdefault(requirement, ((defect["operation"], requirement), defect["name"]))
    return dict(found[requirement] for requirement in wanted if requirement in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What the tests said of each pair that was tried, and the defect behind it, if there is one."""

    outcomes: Mapping[Pair, Outcome]
    defects: Mapping[Pair, str]


def _tried(
    sample: Sample,
    arguments: Sequence[str],
    seed: int,
    choose: Callable[[Mapping[str, Any], Sequence[Pair]], list[Pair]],
) -> Tried:
    """Start the sample and try the chosen pairs of those that its plan offers; a pair that no test came to is not run."""
    with tempfile.TemporaryDirectory(prefix="renkei-control-") as name:
        folder = Path(name)
        server = ProcessVendor(
            vendor=sample.name, home=wiring.home(), log=folder / "mock.log", arguments=arguments, module=sample.module
        )
        try:
            ready = server.start()
            plan_file = _written(folder, sample, ready, seed)
            plan, bundle = wiring.open_plan(plan_file)
            offered = [item.case for item in wiring.cases_of(plan, bundle) if item.excluded is None]
            pairs = choose(ready, [(case.linkage, case.requirement) for case in offered])
            found: dict[Pair, list[Outcome]] = {pair: [] for pair in pairs}
            target = plan.targets[0].id
            cases = tuple(
                Case(target=target, role=Role.PROVIDER, linkage=linkage, requirement=requirement)
                for linkage, requirement in pairs
            )
            worker = ProcessWorker(
                Assignment(plan_file=plan_file, plan=plan, run=folder), Job(target=target, cases=cases)
            )
            for event in worker.events():
                if isinstance(event, TestFinished):
                    _, _, linkage, requirement = event.case.split("/")
                    found[linkage, requirement].append(event.outcome)
            worker.ended()
        finally:
            server.stop()
    # `worst` of nothing is "not run".
    return Tried(
        outcomes={pair: worst(said) for pair, said in found.items()}, defects=_first(ready, [p[1] for p in pairs])
    )


def _written(folder: Path, sample: Sample, ready: Mapping[str, Any], seed: int) -> Path:
    """The plan that judges the sample, with its document and secrets beside it."""
    (folder / f"{sample.name}.json").write_text(json.dumps(ready["document"], ensure_ascii=False), encoding="utf-8")
    for name, text in ready["secrets"].items():
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
    access = "".join(f"{key} = {_toml(value)}\n" for key, value in ready["access"].items())
    (folder / "plan.toml").write_text(
        f'[plan]\nname = "control"\nprofile = "{Profile.SMOKE}"\nseed = {seed}\nlanguage = "ja"\n'
        f'contracts = "{sample.name}.json"\n\n'
        f'[[target]]\nid = "{sample.name}"\nvendor = "-"\nproduct = "-"\nversion = "-"\nsystem = "{sample.name}"\n\n'
        f'[target.rest]\nbase_url = "{ready["base_url"]}"\n{access}',
        encoding="utf-8",
    )
    return folder / "plan.toml"


def _toml(value: object) -> str:
    """A text, number or table of texts as TOML; what JSON writes of the first two is TOML too."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + "}"
    return json.dumps(value)
