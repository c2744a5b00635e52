"""Known-good and known-bad controls: before a certification run blames or passes anybody, its own tests are tried.

For each system of the plan the conforming mock must pass every requirement, and for each requirement with a planted fault the
mock with that fault must fail it; the requirements of pairs are tried once for all pairs, those of life events
once on a mock municipality. Where one of the two does not hold, no verdict of that requirement is drawn in this run (design §3).
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from renkei.cli import wiring
from renkei.cli.consumercontrol import consumer_outcomes, proving_consumers
from renkei.cli.journeycontrol import journey_outcomes, proving_journeys
from renkei.cli.mockset import plan_text, start_vendor, vendor_secrets
from renkei.cli.paircontrol import pair_outcomes, proving_pairs
from renkei.cli.spawn import Assignment, ProcessWorker
from renkei.events import ControlJudged, Event, TestFinished
from renkei.flow.outcome import NEUTRAL, Outcome, worst
from renkei.flow.plan import Plan, Planned, Profile
from renkei.flow.requirement import Role
from renkei.pipeline import Job

VENDOR = "alpha"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control to run: the mock of a system with that fault ("" for the good one) on those requirements of a role."""

    system: str
    fault: str
    requirements: frozenset[str]
    role: Role = Role.PROVIDER

    @property
    def good(self) -> bool:
        """Whether the requirements must pass."""
        return not self.fault

    def among(self, done: Collection[tuple[str, str, str]]) -> bool:
        """Whether all of it is among (system, requirement, fault) that are known already."""
        return all((self.system, name, self.fault) in done for name in self.requirements)


def controls_of(cases: Sequence[Planned], plan: Plan) -> tuple[Control, ...]:
    """The good control of each system and one bad control for each requirement that a fault proves."""
    system = {target.id: target.system for target in plan.targets}
    selected: dict[tuple[str, Role], set[str]] = {}
    for item in cases:
        if item.excluded is None and item.case.role in (Role.PROVIDER, Role.CONSUMER):
            selected.setdefault((system[item.case.target], item.case.role), set()).add(item.case.requirement)
    controls = [
        Control(system=name, fault="", requirements=frozenset(ids), role=role)
        for (name, role), ids in sorted(selected.items())
    ]
    for (name, role), ids in sorted(selected.items()):
        proving = _faults(name) if role is Role.PROVIDER else proving_consumers()
        controls += [
            Control(system=name, fault=proving[requirement], requirements=frozenset({requirement}), role=role)
            for requirement in sorted(ids)
            if requirement in proving
        ]
    together = {Role.PAIR: proving_pairs, Role.JOURNEY: proving_journeys}
    return (*controls, *(one for role, proving in together.items() for one in _of_several(cases, role, proving)))


def _of_several(cases: Sequence[Planned], role: Role, faults: Callable[[], dict[str, str]]) -> Iterator[Control]:
    """The controls of what is judged of pairs, or of life events: whatever systems they are of, the tests are the same."""
    ids = {item.case.requirement for item in cases if item.excluded is None and item.case.role is role}
    if not ids:
        return
    yield Control(system=role, fault="", requirements=frozenset(ids), role=role)
    proving = faults()
    for requirement in sorted(ids & set(proving)):
        yield Control(system=role, fault=proving[requirement], requirements=frozenset({requirement}), role=role)


def _faults(system: str) -> dict[str, str]:
    """For each requirement the first fault (by name) of that system that must catch it."""
    proving: dict[str, str] = {}
    for path in sorted((wiring.home() / "mocks" / "faults").glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        if table["system"] == system:
            for requirement in table["catches"]:
                proving.setdefault(requirement, table["name"])
    return proving


def judge_controls(controls: Sequence[Control], seed: int, emit: Callable[[Event], None], workers: int) -> None:
    """Run the controls and emit what each showed, requirement by requirement, as soon as it is known.

    A run that is cut off keeps what it knows: the long control of all life events holds back nothing.
    """
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for done in as_completed([pool.submit(lambda one: list(_judge(one, seed)), control) for control in controls]):
            for event in done.result():
                emit(event)


def _judge(control: Control, seed: int) -> Iterator[ControlJudged]:
    trials = {Role.CONSUMER: consumer_outcomes, Role.PAIR: pair_outcomes, Role.JOURNEY: journey_outcomes}
    trial = trials.get(control.role, _outcomes)
    outcomes = trial(control, seed)
    for requirement in sorted(control.requirements):
        outcome = outcomes.get(requirement, Outcome.NOT_RUN)
        holds = outcome in (Outcome.PASSED, *NEUTRAL) if control.good else outcome is Outcome.FAILED
        yield ControlJudged(
            system=control.system, requirement=requirement, fault=control.fault, outcome=outcome, holds=holds
        )


def _outcomes(control: Control, seed: int) -> dict[str, Outcome]:
    """The worst outcome of each requirement against the control's mock."""
    found: dict[str, list[Outcome]] = {}
    with tempfile.TemporaryDirectory(prefix="renkei-control-") as name:
        folder = Path(name)
        extra = ["--no-vendor-faults", *(["--fault", control.fault] if control.fault else [])]
        mock = start_vendor(VENDOR, folder, extra=extra)
        try:
            ready = mock.start()
            vendor_secrets(folder, VENDOR)
            plan_file = folder / "plan.toml"
            text = plan_text({VENDOR: ready}, Profile.SMOKE, seed, "ja", (control.system,))
            plan_file.write_text(text, encoding="utf-8")
            plan, bundle = wiring.open_plan(plan_file)
            cases = tuple(
                item.case
                for item in wiring.cases_of(plan, bundle)
                if item.excluded is None and item.case.requirement in control.requirements
            )
            worker = ProcessWorker(
                Assignment(plan_file=plan_file, plan=plan, run=folder), Job(target=plan.targets[0].id, cases=cases)
            )
            for event in worker.events():
                if isinstance(event, TestFinished):
                    found.setdefault(event.case.rpartition("/")[2], []).append(event.outcome)
            worker.ended()
        finally:
            mock.stop()
    return {requirement: worst(outcomes) for requirement, outcomes in found.items()}
