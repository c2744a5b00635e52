"""One municipality at one vendor: everything a mock process holds, wired once."""

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mocks.client import Client
from mocks.clock import Clock
from mocks.fault import Faults
from mocks.gyomu.office import Desk, Offices
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
    desk: Desk | None = None

    @property
    def numbers(self) -> bool:
        """Whether 031 answers."""
        return self.system in {"031", "both", "all"}

    @property
    def tells(self) -> bool:
        """Whether 001 plays the story of its own."""
        return self.system in {"001", "both"} and not (self.has_pack and self.desk and "001" in self.desk.systems)

    @property
    def has_pack(self) -> bool:
        """Whether the people are those of a pack."""
        return self.desk is not None and self.desk.pack is not None


class Town:
    """The state of a mock. `reset` brings back its first moment."""

    def __init__(self, settings: Settings, fault: Faults, office_fault: Faults | None = None) -> None:
        self.settings = settings
        self.fault = fault
        self.offices = Offices(settings.desk, Clock(), office_fault or fault) if settings.desk else None
        self.journal = Journal()
        self.outage = Outage()
        self._begin()

    def _begin(self) -> None:
        self.clock = Clock()
        self.__dict__.pop("residency", None)
        self.register = Register(self.fault, self.is_resident)
        self._migrate()
        self.publisher = self._publisher()
        if self.publisher:
            self.publisher.open()
        if self.offices:
            self.offices.clock = self.clock

    @functools.cached_property
    def residency(self) -> Residency:
        """The story's residents; played when somebody first asks for them."""
        return Residency(
            seed=self.settings.seed,
            municipality=self.settings.municipality,
            population=self.settings.population,
            clock=self.clock,
            fault=self.fault,
        )

    def is_resident(self, number: str) -> bool:
        """Whether the number is a 住民's: of the town's pack where 001 has it, else of the story."""
        if self.offices and self.settings.has_pack:
            return self.offices.people.is_resident(number)
        return self.residency.has(number)

    def some_resident(self) -> str | None:
        """The number of some resident, for 番号引継."""
        told = self.offices.people.residents() if self.offices and self.settings.has_pack else None
        numbers = self.residency.numbers() if told is None else iter(told)
        return next(iter(numbers), None)

    def _publisher(self) -> Publisher | None:
        if self.settings.place is None or not self.settings.tells:
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
        for number, values in self.offices.people.outsiders() if self.offices and self.settings.numbers else ():
            self.register.add(number, dict(values))
        self.register.settle()

    def advance(self, seconds: float) -> None:
        """Virtual time goes on."""
        before = self.clock.now
        after = self.clock.advance(seconds)
        if self.offices:
            self.offices.advance(before, after)

    def publish(self, kind: str, system: str | None = None, linkage: str | None = None) -> list[str]:
        """Every linkage as a file of that kind, now; of the offices only those of a system, or only one."""
        if self.publisher is None and (self.offices is None or self.settings.place is None):
            raise ValueError("this mock was started without a place")
        written = self.publisher.publish_all(kind) if self.publisher and not system and not linkage else []
        return written + (self.offices.publish(kind, system, linkage) if self.offices else [])

    def reset(self) -> None:
        """As at the start, with the faults that are on now; tokens stay what they are."""
        self.journal.clear()
        self.outage.mode, self.outage.remaining = "off", 0
        self._begin()
        if self.offices:
            self.offices.begin(self.clock)

    def switch(self, names: list[str] | None, name: str = "", *, on: bool = True) -> None:
        """Exactly these faults, or one on or off, wherever this process has them."""
        for faults in {
            id(one): one for one in (self.fault, self.offices.fault if self.offices else self.fault)
        }.values():
            if names is None:
                faults.switch(name, on=on)
            else:
                faults.replace(names)

    def as_json(self) -> dict[str, Any]:
        """The state for the control interface."""
        return {
            "vendor": self.settings.vendor.name,
            "system": self.settings.system,
            "municipality": self.settings.municipality,
            "seed": self.settings.seed,
            "faults": sorted({*self.fault.names, *(self.offices.fault.names if self.offices else ())}),
            "now": self.clock.now.isoformat(),
            "outage": {"mode": self.outage.mode, "requests": self.outage.remaining},
            "place": self.settings.place,
        }
