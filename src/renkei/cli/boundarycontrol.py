"""Known-good and known-bad controls for what the documents of the boundary systems ask of their own (BD-…).

The mock of the boundary systems must satisfy every selected requirement, and with a planted fault it must fail the one that
the fault breaks. Faults of different systems are on at once: a process tries one control of each system.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from renkei.cli import wiring
from renkei.cli.control import VENDOR, Control
from renkei.cli.coverage import boundary_bundle
from renkei.cli.mockset import town_pack
from renkei.cli.spawn import Assignment, ProcessWorker
from renkei.events import ControlJudged, Event, TestFinished
from renkei.flow.contract import Bundle
from renkei.flow.outcome import NEUTRAL, Outcome, worst
from renkei.flow.plan import Plan, Planned, Profile
from renkei.foreign.carried import KEY
from renkei.pipeline import Job
from renkei.vendors import ProcessVendor

FAULTS = Path("mocks/boundary/faults.toml")
# A pack is read before the first answer, on a busy machine too.
READY = 120.0


def boundary_controls(cases: Sequence[Planned], plan: Plan, bundle: Bundle) -> tuple[Control, ...]:
    """The good control of each boundary system, and one bad control for each requirement that a fault proves.

    Only what a document asks in the very words of ours is tried: of anything else our mock knows nothing.
    """
    ours, proving = _ours(), _faults()
    system = {target.id: target.system for target in plan.targets}
    selected: dict[str, set[str]] = {}
    for item in cases:
        name, requirement = system.get(item.case.target, ""), item.case.requirement
        row = ours.get(name, {}).get(requirement)
        if item.excluded is None and row is not None and _carried(bundle, name).get(requirement) == row:
            selected.setdefault(name, set()).add(requirement)
    good = [Control(system=name, fault="", requirements=frozenset(ids)) for name, ids in sorted(selected.items())]
    bad = [
        Control(system=name, fault=proving[name, requirement], requirements=frozenset({requirement}))
        for name, ids in sorted(selected.items())
        for requirement in sorted(ids)
        if (name, requirement) in proving
    ]
    return (*good, *bad)


def _ours() -> dict[str, dict[str, Any]]:
    """What our own documents ask of each boundary system, as they say it; nothing where there are none."""
    bundle = boundary_bundle(wiring.home())
    return {one.id: _carried(bundle, one.id) for one in bundle.systems} if bundle else {}


def _carried(bundle: Bundle, system: str) -> dict[str, Any]:
    return {row["id"]: row for row in bundle.system(system).document.get(KEY, ())}


def _faults() -> dict[tuple[str, str], str]:
    """For each requirement of a system the first fault (by name) that must show by it."""
    proving: dict[tuple[str, str], str] = {}
    for name, row in sorted(tomllib.loads((wiring.home() / FAULTS).read_text(encoding="utf-8")).items()):
        for requirement in row["catches"]:
            proving.setdefault((row["system"], requirement), name)
    return proving


def rounds(controls: Sequence[Control]) -> list[list[Control]]:
    """The controls by the process that they share: no two of one system."""
    found: list[list[Control]] = []
    for control in controls:
        free = next((one for one in found if control.system not in {other.system for other in one}), None)
        if free is None:
            found.append([control])
        else:
            free.append(control)
    return found


def judge_boundary_controls(
    controls: Sequence[Control], seed: int, emit: Callable[[Event], None], workers: int
) -> None:
    """Run the controls and emit what each showed, requirement by requirement."""
    if not controls:
        return
    with tempfile.TemporaryDirectory(prefix="renkei-control-") as name:
        pack = town_pack(Path(name) / "town", closing=True)
        with ThreadPoolExecutor(max_workers=workers) as pool:
            for events in pool.map(lambda shared: _judge(shared, pack, seed), rounds(controls)):
                for event in events:
                    emit(event)


def _judge(controls: Collection[Control], pack: Path, seed: int) -> list[ControlJudged]:
    """What the controls of one process show."""
    outcomes = tried(controls, pack, seed)
    return [event for control in controls for event in _shown(control, outcomes[control.system])]


def _shown(control: Control, outcomes: Mapping[str, Outcome]) -> Iterator[ControlJudged]:
    for requirement in sorted(control.requirements):
        outcome = outcomes.get(requirement, Outcome.NOT_RUN)
        holds = outcome in (Outcome.PASSED, *NEUTRAL) if control.good else outcome is Outcome.FAILED
        yield ControlJudged(
            system=control.system, requirement=requirement, fault=control.fault, outcome=outcome, holds=holds
        )


def tried(controls: Collection[Control], pack: Path, seed: int) -> dict[str, dict[str, Outcome]]:
    """The worst outcome of each requirement of each system at one process of mocks with the faults of all controls."""
    with tempfile.TemporaryDirectory(prefix="renkei-control-") as name:
        folder = Path(name)
        arguments = ["--town", str(pack), "--clients", str(folder / "clients.json")]
        arguments += [part for control in controls for part in ("--system", control.system)]
        arguments += [part for control in controls if control.fault for part in ("--fault", control.fault)]
        mock = ProcessVendor(
            vendor=VENDOR, home=wiring.home(), log=folder / "mock.log", arguments=arguments, patience=READY
        )
        try:
            plan_file = folder / "plan.toml"
            plan_file.write_text(_plan(controls, mock.start(), seed), encoding="utf-8")
            return _outcomes(controls, plan_file)
        finally:
            mock.stop()


def _outcomes(controls: Collection[Control], plan_file: Path) -> dict[str, dict[str, Outcome]]:
    plan, bundle = wiring.open_plan(plan_file)
    wanted = {control.system: control.requirements for control in controls}
    found: dict[str, dict[str, list[Outcome]]] = {name: {} for name in wanted}
    cases = [item.case for item in wiring.cases_of(plan, bundle) if item.excluded is None]
    for target in plan.targets:
        own = [case for case in cases if case.target == target.id and case.requirement in wanted[target.system]]
        worker = ProcessWorker(
            Assignment(plan_file=plan_file, plan=plan, run=plan_file.parent), Job(target=target.id, cases=tuple(own))
        )
        for event in worker.events():
            if isinstance(event, TestFinished):
                requirement = event.case.rpartition("/")[2]
                found[target.system].setdefault(requirement, []).append(event.outcome)
        worker.ended()
    return {name: {requirement: worst(said) for requirement, said in own.items()} for name, own in found.items()}


def _plan(controls: Collection[Control], ready: Mapping[str, Any], seed: int) -> str:
    """The plan that judges the process of mocks, with the files of its secrets beside it."""
    folder = wiring.home() / "contracts" / "boundary"
    head = (
        f'[plan]\nname = "control"\nprofile = "{Profile.SMOKE}"\nseed = {seed}\nlanguage = "ja"\n'
        f"contracts = '{folder}'\n"
    )
    urls = "".join(
        f'{key} = "{ready[key]}"\n' for key in ("base_url", "token_url", "introspection_url", "revocation_url")
    )
    clients = (
        f'auth = "client_secret_jwt"\nclient_id = "{ready["client_id"]}"\n'
        'client_secret = {file = "clients-1.secret"}\n'
        f'second_client_id = "{ready["second_client_id"]}"\nsecond_client_secret = {{file = "clients-2.secret"}}\n'
    )
    targets = [
        f'[[target]]\nid = "{control.system.replace("_", "-")}"\nvendor = "-"\nproduct = "-"\nversion = "-"\n'
        f'system = "{control.system}"\nroles = ["provider"]\n[target.rest]\n{urls}{clients}'
        for control in controls
    ]
    return "\n".join([head, *targets])
