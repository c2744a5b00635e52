"""Controls of the suite of pairs: a conforming mock provider with a conforming mock office must pass, a faulty one must fail."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from renkei.cli import wiring
from renkei.cli.consumercontrol import MUNICIPALITY, VENDOR, small_town
from renkei.cli.mockset import start_vendor, vendor_secrets
from renkei.cli.spawn import Assignment, ProcessWorker
from renkei.events import TestFinished
from renkei.flow.outcome import Outcome, worst
from renkei.flow.plan import Profile
from renkei.pipeline import Job

PROVING = "controls-pairs.toml"
OFFICE = "010"
# One linkage of each way: files of residents, and a call that writes.
SYSTEMS = {"001": "001o006", "031": "jutogaishaatenabangofuban"}


class Asked(Protocol):
    """One control: its fault, and the requirements that are judged."""

    @property
    def fault(self) -> str:
        """The planted fault, "" for none."""

    @property
    def requirements(self) -> frozenset[str]:
        """What is judged."""


def proving_pairs() -> dict[str, str]:
    """For each requirement of pairs the fault of the mocks that must fail it."""
    table = tomllib.loads((wiring.home() / "mocks" / PROVING).read_text(encoding="utf-8"))
    return {str(requirement): str(fault) for requirement, fault in table.items()}


def pair_plan(ready: Mapping[str, Any], seed: int) -> str:
    """The plan of a mock's 001 and 031 with its own office; secrets lie in files beside the plan."""
    urls = "".join(
        f'{name} = "{ready[name]}"\n' for name in ("base_url", "token_url", "introspection_url", "revocation_url")
    )
    ca_file = f'ca_file = "{ready["ca_file"]}"\n'
    client = f'client_id = "{ready["client_id"]}"\nclient_secret = {{file = "mocks/{VENDOR}/client-1.secret"}}\n'
    facade = f'url = "{ready["facades"][OFFICE]}"\nsecret = {{file = "facade.secret"}}\n'
    parts = [
        f'[plan]\nname = "pairs"\nmunicipality = "{MUNICIPALITY}"\nprofile = "{Profile.SMOKE}"\nseed = {seed}\n',
        _target("001", "provider") + f'[target.files]\nurl = "{ready["place"]}"\n',
        _target("031", "provider") + f"[target.rest]\n{urls}{client}{ca_file}",
        _target(OFFICE, "consumer") + f"[target.facade]\n{facade}{ca_file}[target.shelf]\n",
    ]
    for system, linkage in SYSTEMS.items():
        sides = f'provider = "{VENDOR}-{system}"\nconsumer = "{VENDOR}-{OFFICE}"\n'
        parts.append(f'[[pair]]\n{sides}linkages = ["{linkage}"]\n')
    return "\n".join(parts)


def _target(system: str, role: str) -> str:
    return (
        f'[[target]]\nid = "{VENDOR}-{system}"\nvendor = "{VENDOR}"\nproduct = "mock"\nversion = "1"\n'
        f'system = "{system}"\nroles = ["{role}"]\n'
    )


def pair_outcomes(control: Asked, seed: int) -> dict[str, Outcome]:
    """The worst outcome of each requirement against the control's mock, which is provider and office at once."""
    found: dict[str, list[Outcome]] = {}
    with tempfile.TemporaryDirectory(prefix="renkei-control-") as name:
        folder = Path(name)
        extra = ["--system", OFFICE, "--town", str(small_town(folder, seed)), "--no-vendor-faults"]
        extra += ["--facade", str(folder / "facade.secret"), *(("--fault", control.fault) if control.fault else ())]
        mock = start_vendor(VENDOR, folder, extra=extra)
        try:
            ready = mock.start()
            vendor_secrets(folder, VENDOR)
            text = pair_plan(ready, seed)
            for requirement, outcome in _judged(control, folder, text):
                found.setdefault(requirement, []).append(outcome)
        finally:
            mock.stop()
    return {requirement: worst(outcomes) for requirement, outcomes in found.items()}


def _judged(control: Asked, folder: Path, text: str) -> Iterator[tuple[str, Outcome]]:
    plan_file = folder / "plan.toml"
    plan_file.write_text(text, encoding="utf-8")
    plan, bundle = wiring.open_plan(plan_file)
    asked = [item.case for item in wiring.cases_of(plan, bundle) if item.excluded is None]
    for pair in plan.pairs:
        cases = tuple(case for case in asked if case.target == pair.id and case.requirement in control.requirements)
        if not cases:
            continue
        worker = ProcessWorker(Assignment(plan_file=plan_file, plan=plan, run=folder), Job(target=pair.id, cases=cases))
        for event in worker.events():
            if isinstance(event, TestFinished):
                yield event.case.rpartition("/")[2], event.outcome
        worker.ended()
