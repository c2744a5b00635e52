"""A municipality of several mock vendors: their offices running on one town, and the plan that plays journeys over them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from renkei.cli import wiring
from renkei.cli.consumercontrol import MUNICIPALITY
from renkei.flow.plan import Profile
from renkei.vendors import ProcessVendor, launcher

# Who runs what: three vendors, as municipalities buy them. What a vendor has no system for, another one has.
MIXED: Mapping[str, tuple[str, ...]] = {
    "alpha": (
        *("001", "002", "015", "017", "018", "020", "021", "023", "025", "026", "027", "028", "030", "031", "032"),
    ),
    "gamma": ("010", "024"),
    "beta": ("019", "036"),
}
# Publishing a town takes more than a moment while others use the machine.
PATIENCE = 90.0


@dataclass(slots=True, kw_only=True)
class Hall:
    """The mock offices of one municipality; ``faults`` are planted: (system, name).

    The vendors leave the faults of their own tables away. ``ports`` are where they listened before.
    """

    folder: Path
    pack: Path
    vendors: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MIXED)
    faults: tuple[tuple[str, str], ...] = ()
    ports: Mapping[str, int] = field(default_factory=dict)
    ready: dict[str, dict[str, Any]] = field(default_factory=dict)

    @contextlib.contextmanager
    def open(self) -> Iterator[Hall]:
        """All offices running; they are ended on the way out."""
        running: list[ProcessVendor] = []
        try:
            for name in self.vendors:
                vendor = self._vendor(name)
                running.append(vendor)
                self.ready[name] = vendor.start()
            yield self
        finally:
            for vendor in running:
                vendor.stop()

    def _vendor(self, name: str) -> ProcessVendor:
        folder = self.folder / "mocks" / name
        folder.mkdir(parents=True, exist_ok=True)
        systems = self.vendors[name]
        arguments = [word for system in systems for word in ("--system", system)]
        arguments += ["--town", str(self.pack.resolve()), "--place", (folder / "place").resolve().as_uri()]
        arguments += ["--facade", str((folder / "facade.secret").resolve())]
        arguments += ["--no-vendor-faults", "--schedule", "--port", str(self.ports.get(name, 0))]
        for system, fault in self.faults:
            arguments += ["--fault", fault] if system in systems else []
        return ProcessVendor(
            vendor=name,
            home=wiring.home(),
            log=folder / "mock.log",
            arguments=arguments,
            argv=launcher(wiring.home(), name).argv,
            patience=PATIENCE,
        )

    def plan(
        self, *, only: tuple[str, ...] = (), seed: int = 1, profile: str = Profile.SMOKE, language: str = "ja"
    ) -> Path:
        """The plan of the running offices, in their folder: journeys alone, no target and no pair for itself."""
        chosen = f"only = {list(only)}\n".replace("'", '"') if only else ""
        blocks = [
            f'[plan]\nname = "municipality"\nmunicipality = "{MUNICIPALITY}"\nprofile = "{profile}"\n'
            f'seed = {seed}\nlanguage = "{language}"\n',
            f"[journeys]\n{chosen}",
        ]
        blocks += [self._target(name, system) for name, systems in self.vendors.items() for system in systems]
        path = self.folder / "plan.toml"
        path.write_text("\n".join(blocks), encoding="utf-8")
        return path

    def _target(self, name: str, system: str) -> str:
        line, inbox = self.ready[name], self.inbox(name, system)
        secret = (self.folder / "mocks" / name / "facade.secret").resolve()
        return (
            f'[[target]]\nid = "{name}-{system}"\nvendor = "{name}"\nproduct = "{line["product"]}"\n'
            f'version = "{line["version"]}"\nsystem = "{system}"\nroles = []\n'
            f'[target.files]\nurl = "{line["place"]}"\n'
            f'[target.inbox]\nurl = "{inbox.as_uri()}"\n'
            f'[target.facade]\nurl = "{line["facades"][system]}"\nsecret = {{file = "{secret}"}}\n'
        )

    def inbox(self, name: str, system: str) -> Path:
        """Where that system of a vendor takes its files from; made when there is none."""
        folder = (self.folder / "mocks" / name / "inbox" / system).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return folder
