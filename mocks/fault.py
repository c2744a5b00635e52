"""The defects that a mock can be told to have: one table each, one explicit branch each."""

import functools
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "faults"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One planted defect and the requirements that must notice it."""

    name: str
    system: str
    catches: tuple[str, ...]
    also: tuple[str, ...]
    title_ja: str
    title_en: str
    clause: str


class UnknownFaultError(ValueError):
    """A fault was asked for that has no table under `mocks/faults/`."""


def read(path: Path) -> Fault:
    """The fault that the table at `path` describes; its file is named after it."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    if table["name"] != path.stem:
        raise UnknownFaultError(f"{path.name}: name = {table['name']!r}, expected {path.stem!r}")
    return Fault(
        name=table["name"],
        system=table["system"],
        catches=tuple(table["catches"]),
        also=tuple(table.get("also", ())),
        title_ja=table["title_ja"],
        title_en=table["title_en"],
        clause=table["clause"],
    )


def catalogue() -> dict[str, Fault]:
    """Every fault by name."""
    return {path.stem: read(path) for path in sorted(FOLDER.glob("*.toml"))}


@functools.cache
def known_names() -> frozenset[str]:
    """The names alone, without parsing the tables: starting a mock must stay quick."""
    return frozenset(path.stem for path in FOLDER.glob("*.toml"))


class Faults:
    """The defects switched on now. Calling it asks for one by name; several may be on at once."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._known = known_names()
        self._on: set[str] = set()
        self.replace(names)

    def __call__(self, name: str) -> bool:
        return name in self._on

    def replace(self, names: Iterable[str]) -> None:
        """Exactly these defects from now on."""
        wanted = set(names)
        if unknown := sorted(wanted - self._known):
            raise UnknownFaultError(f"no such fault: {', '.join(unknown)}; see mocks/faults/")
        self._on = wanted

    def switch(self, name: str, *, on: bool) -> None:
        """One defect on or off, the others as they are."""
        self.replace(self._on | {name} if on else self._on - {name})

    @property
    def names(self) -> list[str]:
        """The defects that are on, in alphabetical order."""
        return sorted(self._on)
