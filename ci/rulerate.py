"""The rules between cells, proven: for each requirement that has rules, a provider of that system breaks one in one row.

Each fault is tried on its own system with a small town: the requirement must turn red, and of the others only those whose
rules look at the same columns. What is red on the conforming vendor already proves nothing and is said so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from killrate import BASE, Fault, Trial, _run

from renkei.cli.wiring import home, load_bundle
from renkei.flow.outcome import Outcome
from renkei.flow.requirement import Transport
from renkei.town.order import Order
from renkei.town.pack import export
from renkei.vendors import ProcessVendor

RESIDENTS = 300
MUNICIPALITY = "993018"
SEED = 1


def rule_faults() -> list[Fault]:
    """The faults that the rules make, as the mocks list them."""
    command = [sys.executable, "-m", "mocks", "--list-faults"]
    said = subprocess.run(command, cwd=home(), capture_output=True, text=True, check=True).stdout
    rows = (json.loads(line) for line in said.splitlines())
    return [
        Fault(name=row["name"], system=row["system"], catches=frozenset(row["catches"]), also=frozenset(row["also"]))
        for row in rows
        if row["name"].startswith("breaks-")
    ]


@dataclass(kw_only=True)
class Town:
    """A small town as a pack, and the place of the conforming vendor with every system's files."""

    folder: Path

    @cached_property
    def pack(self) -> Path:
        """The pack, made once."""
        order = Order.of(load_bundle(), population=RESIDENTS, seed=SEED, municipality=MUNICIPALITY, closing=True)
        made = self.folder / "town"
        export(order, made, workers=1, progress=_silent)
        return made

    @cached_property
    def place(self) -> Path:
        """Everything that the conforming vendor publishes."""
        place = self.folder / "place"
        self.publish("all", place)
        return place

    def publish(self, system: str, place: Path, *extra: str) -> None:
        """Let the vendor publish a system's files and end it: files stay."""
        place.mkdir(parents=True, exist_ok=True)
        arguments = ["--system", system, "--town", str(self.pack), "--place", place.as_uri(), *extra]
        vendor = ProcessVendor(vendor=BASE, home=home(), log=place.with_name(f"{place.name}.log"), arguments=arguments)
        try:
            vendor.start()
        finally:
            vendor.stop()

    def red(self, system: str, place: Path, folder: Path, requirement: str = "") -> tuple[dict[str, str], str]:
        """What turns red when that system (the data sets tied to a requirement) is certified with the place's files."""
        folder.mkdir(parents=True, exist_ok=True)
        plan = folder / "plan.toml"
        plan.write_text(plan_text(system, place, requirement), encoding="utf-8")
        return _run(plan, folder / "run", f"{BASE}-{system}")

    def trial(self, fault: Fault, before: Mapping[str, str]) -> Trial:
        """One fault: the other systems' files are the conforming vendor's, so that references find them."""
        begun = time.monotonic()
        folder = self.folder / fault.name
        place = folder / "place"
        place.mkdir(parents=True)
        for other in self.place.iterdir():
            if not other.name.startswith(fault.system):
                shutil.copytree(other, place / other.name, copy_function=os.link)
        self.publish(fault.system, place, "--no-vendor-faults", "--fault", fault.name)
        red, error = self.red(fault.system, place, folder, fault.name.removeprefix("breaks-"))
        seconds = round(time.monotonic() - begun, 1)
        # What could not be decided there, for want of a row, is decided by the row that the fault breaks.
        if known := {name for name in fault.catches if before.get(name) == Outcome.FAILED}:
            error = error or f"red without the fault: {', '.join(sorted(known))}"
        shown = {name: outcome for name, outcome in red.items() if name not in before or name in fault.catches}
        return Trial(fault=fault, red=shown, seconds=seconds, error=error)


def _silent(done: int, blocks: int) -> None:
    """A small town is made in a moment."""
    del done, blocks


def plan_text(system: str, place: Path, requirement: str = "") -> str:
    """A plan for one system's files; the systems that its rules look into stand beside it, and are not judged."""
    edition = load_bundle().edition
    head = (
        f'[plan]\nname = "rules"\nedition = "{edition}"\nprofile = "smoke"\nmunicipality = "{MUNICIPALITY}"\n'
        f'seed = {SEED}\nlanguage = "ja"\n'
    )
    looked = {other[:3] for rule in load_bundle().system(system).rules for other in rule.others} - {system}
    targets = [_target(system, place, _untied(system, requirement))]
    targets += [_target(one, place, _over_rest(one)) for one in sorted(looked)]
    return "\n".join([head, *targets])


def _target(system: str, place: Path, exempt: list[str]) -> str:
    pairs = ", ".join(f'"{name}" = "not tried here"' for name in exempt)
    options = sorted({one.option for one in load_bundle().system(system).linkages} - {""})
    return (
        f'[[target]]\nid = "{BASE}-{system}"\nvendor = "{BASE}"\nproduct = "{BASE}"\nversion = "1"\n'
        f'system = "{system}"\nroles = ["provider"]\n[target.files]\nurl = "{place.as_uri()}"\n'
        f"[target.claims]\noptional = {json.dumps(options, ensure_ascii=False)}\nexempt = {{{pairs}}}\n"
    )


def _over_rest(system: str) -> list[str]:
    return [one.id for one in load_bundle().system(system).linkages if one.transport is not Transport.FILE]


def _untied(system: str, requirement: str) -> list[str]:
    """Linkages over REST, and those that neither the requirement's rules nor others tie to its data sets."""
    own = load_bundle().system(system)
    broken = {rule.linkage for rule in own.rules if rule.requirement == requirement}
    tied = broken | {rule.linkage for rule in own.rules if broken & set(rule.others)}
    # What the rules look into counts as published only when it is claimed.
    tied |= {other for rule in own.rules if rule.linkage in tied for other in rule.others}
    return [
        one.id for one in own.linkages if one.transport is not Transport.FILE or (requirement and one.id not in tied)
    ]


def trials(faults: list[Fault], workers: int) -> Any:
    """Try the faults, the conforming vendor of each system first; gives trials as they end."""
    with tempfile.TemporaryDirectory(prefix="renkei-rules-") as name, ThreadPoolExecutor(workers) as pool:
        town = Town(folder=Path(name))
        place = town.place
        systems = sorted({fault.system for fault in faults})
        known = pool.map(lambda one: town.red(one, place, town.folder / f"{one}-conforming"), systems)
        before = {system: red for system, (red, _) in zip(systems, known, strict=True)}
        yield from pool.map(lambda fault: town.trial(fault, before[fault.system]), faults)
