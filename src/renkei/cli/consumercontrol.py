"""Controls of the consumer suites: the conforming mock office must pass, and the one with a planted fault must fail."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from renkei.cli import wiring
from renkei.cli.spawn import Assignment, ProcessWorker
from renkei.events import TestFinished
from renkei.flow.outcome import Outcome, worst
from renkei.flow.plan import Case, Profile
from renkei.flow.requirement import REST_FORM
from renkei.pipeline import Job
from renkei.vendors import ProcessVendor

VENDOR, MUNICIPALITY, POPULATION = "alpha", "993018", 120
# What a control is judged on: residents, 支援措置 and the calls of 031, which every rule for consumers concerns.
LINKAGES = frozenset({"001o005", "001o006", "001o009", "jutogaishaatenabangofuban", "jutogaishaatenakihonjohosyokai"})
# This one is about so many rows that only the deepest profile asks it.
DEEP = frozenset({"CN-30"})
# This one is about two editions, of which a mock office started from the tool's own tables has one.
OF_EDITIONS = frozenset({"CN-32"})


class Asked(Protocol):
    """One control: the system whose mock is started, its fault, and the requirements that are judged."""

    @property
    def system(self) -> str:
        """The 業務ID."""

    @property
    def fault(self) -> str:
        """The planted fault, "" for none."""

    @property
    def requirements(self) -> frozenset[str]:
        """What is judged."""


def proving_consumers() -> dict[str, str]:
    """For each requirement of consumers the first fault (by name) that must catch it."""
    proving: dict[str, str] = {}
    for path in sorted((wiring.home() / "mocks" / "faults" / "consumer").glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for requirement in set(table["catches"]) - OF_EDITIONS:
            proving.setdefault(requirement, table["name"])
    return proving


def consumer_plan(system: str, facade: str, place: str, profile: str = Profile.SMOKE, seed: int = 1) -> str:
    """The plan that certifies a mock office as a consumer; its secret is in ``facade.secret`` beside the plan."""
    return (
        f'[plan]\nname = "consumer"\nmunicipality = "{MUNICIPALITY}"\nprofile = "{profile}"\nseed = {seed}\n'
        f'[[target]]\nid = "{VENDOR}-{system}"\nvendor = "{VENDOR}"\nproduct = "office"\nversion = "1"\n'
        f'system = "{system}"\nroles = ["consumer"]\n'
        f'[target.facade]\nurl = "{facade}"\nsecret = {{file = "facade.secret"}}\nseconds = 900\n'
        f'[target.inbox]\nurl = "{place}"\n[target.shelf]\n'
        f'[target.claims]\noptional = ["{REST_FORM}"]\n'
    )


def consumer_outcomes(control: Asked, seed: int) -> dict[str, Outcome]:
    """The worst outcome of each requirement against the control's mock office."""
    found: dict[str, list[Outcome]] = {}
    with tempfile.TemporaryDirectory(prefix="renkei-control-") as name:
        folder = Path(name)
        (folder / "inbox").mkdir()
        mock = ProcessVendor(
            vendor=VENDOR,
            home=wiring.home(),
            log=folder / "mock.log",
            arguments=[
                *("--system", control.system, "--town", str(small_town(folder, seed))),
                *("--facade", str(folder / "facade.secret"), "--no-vendor-faults"),
                *(("--fault", control.fault) if control.fault else ()),
            ],
        )
        try:
            facade = mock.start()["facades"][control.system]
            for case, outcome in _judged(control, folder, facade, seed):
                found.setdefault(case.rpartition("/")[2], []).append(outcome)
        finally:
            mock.stop()
    return {requirement: worst(outcomes) for requirement, outcomes in found.items()}


def _judged(control: Asked, folder: Path, facade: str, seed: int) -> Iterator[tuple[str, Outcome]]:
    profile = Profile.CERTIFICATION if control.requirements <= DEEP else Profile.SMOKE
    plan_file = folder / "plan.toml"
    text = consumer_plan(control.system, facade, (folder / "inbox").as_uri(), profile, seed)
    plan_file.write_text(text, encoding="utf-8")
    plan, bundle = wiring.open_plan(plan_file)
    cases = tuple(
        item.case for item in wiring.cases_of(plan, bundle) if item.excluded is None and _of(item.case, control)
    )
    worker = ProcessWorker(
        Assignment(plan_file=plan_file, plan=plan, run=folder), Job(target=plan.targets[0].id, cases=cases)
    )
    for event in worker.events():
        if isinstance(event, TestFinished):
            yield event.case, event.outcome
    worker.ended()


def _of(case: Case, control: Asked) -> bool:
    return case.requirement in control.requirements and case.linkage in LINKAGES


def small_town(folder: Path, seed: int = 1) -> Path:
    """A small town that the mock office is started from."""
    from renkei.kit.tape import ordered
    from renkei.town.pack import export

    order = ordered(wiring.load_bundle(), MUNICIPALITY, POPULATION, seed)
    export(order, folder / "pack", workers=1, progress=lambda _done, _whole: None)
    return folder / "pack"
