"""One municipality at one vendor: everything a mock process holds, wired once."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mocks.client import Client
from mocks.clock import Clock
from mocks.fault import Faults
from mocks.journal import Journal
from mocks.juki.publication import Publisher
from mocks.juki.residency import Residency
from mocks.jutogai.register import Register, Values
from mocks.middleware import Outage
from mocks.vendor import Vendor

_PERSONAS = Path(__file__).parent / "data" / "personas_031.toml"
_NOT_VALUES = {"id", "note", "atenabango"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a mock was started with."""

    vendor: Vendor
    system: str
    municipality: str
    seed: int
    place: str | None
    place_options: dict[str, Any]
    token_seconds: int
    population: int
    clients: tuple[Client, ...]
    control: str


class Town:
    """The state of a mock. `reset` brings back its first moment."""

    def __init__(self, settings: Settings, fault: Faults) -> None:
        self.settings = settings
        self.fault = fault
        self.journal = Journal()
        self.outage = Outage()
        self._begin()

    def _begin(self) -> None:
        self.clock = Clock()
        self.residency = Residency(
            seed=self.settings.seed,
            municipality=self.settings.municipality,
            population=self.settings.population,
            clock=self.clock,
            fault=self.fault,
        )
        self.register = Register(self.fault, self.residency.has)
        self._migrate()
        self.publisher = self._publisher()
        if self.publisher:
            self.publisher.open()

    def _publisher(self) -> Publisher | None:
        if self.settings.place is None:
            return None
        return Publisher(
            place=self.settings.place,
            options=self.settings.place_options,
            residency=self.residency,
            municipality=self.settings.municipality,
            style=self.settings.vendor.style,
            fault=self.fault,
            clock=self.clock,
        )

    def _migrate(self) -> None:
        """The 住登外者 who were there before: the personas, in the state the 移行データ left them."""
        for persona in tomllib.loads(_PERSONAS.read_text(encoding="utf-8"))["persona"]:
            values: Values = {
                "shikuchosonkodo": self.settings.municipality,
                "nayosemotofuragu": "0",
                "tagyomusanshofukafuragu": "0",
                "dokujishisakushisutemutoid": "000",
                "sosashaid": "IKOU",
                "sosanengappi": "2025-12-28",
                "sosajikoku": "23:59:59",
            }
            values.update({name: value for name, value in persona.items() if name not in _NOT_VALUES})
            self.register.add(persona["atenabango"], values)
        self.register.settle()

    def advance(self, seconds: float) -> None:
        """Virtual time goes on."""
        self.clock.advance(seconds)

    def publish(self, kind: str) -> list[str]:
        """Every linkage of 001 as a file of that kind, now."""
        if self.publisher is None:
            raise ValueError("this mock was started without a place")
        return self.publisher.publish_all(kind)

    def reset(self) -> None:
        """As at the start, with the faults that are on now; tokens stay what they are."""
        self.journal.clear()
        self.outage.mode, self.outage.remaining = "off", 0
        self._begin()

    def as_json(self) -> dict[str, Any]:
        """The state for the control interface."""
        return {
            "vendor": self.settings.vendor.name,
            "system": self.settings.system,
            "municipality": self.settings.municipality,
            "seed": self.settings.seed,
            "faults": self.fault.names,
            "now": self.clock.now.isoformat(),
            "outage": {"mode": self.outage.mode, "requests": self.outage.remaining},
            "place": self.settings.place,
        }
