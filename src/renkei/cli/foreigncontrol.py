"""Known-good and known-bad controls for documents of other standards: the generic tests are tried on the sample registers.

The conforming registers must satisfy every selected requirement, and for each requirement with a planted defect the
registers that have it must fail it. What the registers do not offer cannot be tried; it holds.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
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

MODULE = "mocks.registry"
SYSTEM = "registry"
# One ordinary register is enough for the good control; the bad one has a register for each defect.
GOOD = ("--register", "offices")
BAD = ("--defects",)
Found = dict[str, list[Outcome]]
# An operation and a requirement.
Pair = tuple[str, str]


def judge_foreign_controls(
    cases: Sequence[Planned], plan: Plan, emit: Callable[[Event], None], done: frozenset[tuple[str, str, str]]
) -> None:
    """Try the tests of every selected requirement, and emit for each system of the plan what that showed."""
    selected = sorted({item.case.requirement for item in cases if item.excluded is None})
    systems = sorted({target.system for target in plan.targets})
    good, _ = _tried(GOOD, plan.seed, lambda _ready, offered: [pair for pair in offered if pair[1] in selected])
    for system in systems:
        for requirement in selected:
            outcome = worst(good[requirement]) if good.get(requirement) else Outcome.NOT_APPLICABLE
            holds = outcome in (Outcome.PASSED, *NEUTRAL)
            _emit(emit, done, system, requirement, "", outcome, holds)
    bad, defects = _tried(BAD, plan.seed, lambda ready, _offered: list(_planted(ready, selected)))
    for system in systems:
        for requirement, fault in sorted(defects.items()):
            outcome = worst(bad[requirement]) if bad.get(requirement) else Outcome.NOT_RUN
            _emit(emit, done, system, requirement, fault, outcome, outcome is Outcome.FAILED)


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


def _planted(ready: Mapping[str, Any], selected: Sequence[str]) -> Iterator[Pair]:
    """(operation, requirement) of the first defect that shows by each selected requirement."""
    seen: set[str] = set()
    for defect in ready["defects"]:
        for requirement in defect["requirements"]:
            if requirement in selected and requirement not in seen:
                seen.add(requirement)
                yield defect["operation"], requirement


def _tried(
    arguments: Sequence[str], seed: int, choose: Callable[[Mapping[str, Any], list[Pair]], list[Pair]]
) -> tuple[Found, dict[str, str]]:
    """The outcomes by requirement of the chosen (operation, requirement) pairs, and the defect behind each."""
    with tempfile.TemporaryDirectory(prefix="renkei-control-") as name:
        folder = Path(name)
        server = ProcessVendor(
            vendor=SYSTEM, home=wiring.home(), log=folder / "mock.log", arguments=arguments, module=MODULE
        )
        try:
            ready = server.start()
            plan_file = _written(folder, ready, seed)
            plan, bundle = wiring.open_plan(plan_file)
            offered = [item.case for item in wiring.cases_of(plan, bundle) if item.excluded is None]
            pairs = choose(ready, [(case.linkage, case.requirement) for case in offered])
            target = plan.targets[0].id
            cases = tuple(
                Case(target=target, role=Role.PROVIDER, linkage=linkage, requirement=requirement)
                for linkage, requirement in pairs
            )
            found: Found = {}
            worker = ProcessWorker(
                Assignment(plan_file=plan_file, plan=plan, run=folder), Job(target=target, cases=cases)
            )
            for event in worker.events():
                if isinstance(event, TestFinished):
                    found.setdefault(event.case.rpartition("/")[2], []).append(event.outcome)
            worker.ended()
        finally:
            server.stop()
    names = {one["operation"]: one["name"] for one in ready["defects"]}
    return found, {requirement: names[linkage] for linkage, requirement in pairs if linkage in names}


def _written(folder: Path, ready: Mapping[str, Any], seed: int) -> Path:
    """The plan that judges the sample registers, with its document and key beside it."""
    (folder / f"{SYSTEM}.json").write_text(json.dumps(ready["document"], ensure_ascii=False), encoding="utf-8")
    with os.fdopen(os.open(folder / "api.key", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(ready["api_key"])
    (folder / "plan.toml").write_text(
        f'[plan]\nname = "control"\nprofile = "{Profile.SMOKE}"\nseed = {seed}\nlanguage = "ja"\n'
        f'contracts = "{SYSTEM}.json"\n\n'
        f'[[target]]\nid = "{SYSTEM}"\nvendor = "-"\nproduct = "-"\nversion = "-"\nsystem = "{SYSTEM}"\n\n'
        f'[target.rest]\nbase_url = "{ready["base_url"]}"\nauth = "api_key_header"\n'
        f'api_key_name = "{ready["api_key_name"]}"\nsecret = {{file = "api.key"}}\n',
        encoding="utf-8",
    )
    return folder / "plan.toml"
