"""The defects that a mock can be told to have: one table each, one explicit branch each."""

import functools
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "faults"
# `010:newline_lf` is that defect in one of the systems that a process serves.
_SCOPED = re.compile(r"(?P<system>\d{3}):(?P<name>.+)")


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
    journeys: tuple[str, ...] = ()


class UnknownFaultError(ValueError):
    """A fault was asked for that no table describes."""


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
        journeys=tuple(table.get("journeys", ())),
    )


def tables() -> dict[str, Fault]:
    """Every fault that has a table, by name."""
    return {path.stem: read(path) for path in sorted(FOLDER.glob("*.toml"))}


def of_consumers() -> dict[str, Fault]:
    """Every fault of a system as a consumer, by name."""
    return {path.stem: read(path) for path in sorted((FOLDER / "consumer").glob("*.toml"))}


def of_journeys() -> dict[str, Fault]:
    """Every fault that life events across offices must show, by name. Some are those of a consumer, seen from there."""
    return {path.stem: read(path) for path in sorted((FOLDER / "journey").glob("*.toml"))}


def catalogue() -> dict[str, Fault]:
    """Every fault by name: those with a table, and one for each requirement that has rules between cells."""
    from mocks.gyomu import rulefault

    made = {facts["name"]: Fault(**facts) for facts in rulefault.facts()}
    return {**of_journeys(), **tables(), **of_consumers(), **made}


@functools.cache
def known_names() -> frozenset[str]:
    """The names alone, without parsing the tables: starting a mock must stay quick."""
    return frozenset(path.stem for path in FOLDER.rglob("*.toml"))


def plain(name: str) -> str:
    """The name without the system that it is meant for."""
    found = _SCOPED.fullmatch(name)
    return found["name"] if found else name


def is_scoped(name: str) -> bool:
    """Whether the name says for which system it is meant."""
    return _SCOPED.fullmatch(name) is not None


def _is_known(name: str) -> bool:
    from mocks.gyomu import rulefault

    name = plain(name)
    return name in known_names() or (name.startswith(rulefault.PREFIX) and name in rulefault.names())


class Faults:
    """The defects switched on now. Calling it asks for one by name; several may be on at once.

    ``is_known`` tells which names there are, ``listed_in`` where one finds them.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        *,
        is_known: Callable[[str], bool] = _is_known,
        listed_in: str = "mocks/faults/",
    ) -> None:
        self._is_known = is_known
        self._listed_in = listed_in
        self._on: set[str] = set()
        self.replace(names)

    def __call__(self, name: str) -> bool:
        return name in self._on

    def replace(self, names: Iterable[str]) -> None:
        """Exactly these defects from now on."""
        wanted = set(names)
        if unknown := sorted(name for name in wanted if not self._is_known(name)):
            raise UnknownFaultError(f"no such fault: {', '.join(unknown)}; see {self._listed_in}")
        self._on = wanted

    def switch(self, name: str, *, on: bool) -> None:
        """One defect on or off, the others as they are."""
        self.replace(self._on | {name} if on else self._on - {name})

    def of(self, system: str) -> Callable[[str], bool]:
        """The defects of one system: those meant for it and those meant for all."""
        return lambda name: name in self._on or f"{system}:{name}" in self._on

    @property
    def names(self) -> list[str]:
        """The defects that are on, in alphabetical order."""
        return sorted(self._on)
