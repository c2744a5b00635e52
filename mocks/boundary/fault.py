"""The defects of the boundary systems: one row each in a table, one explicit branch each in the module of its system."""

import functools
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mocks.fault import Faults

TABLE = Path(__file__).parent / "faults.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One planted defect: its system, the requirements that must notice it, and those that it may break besides."""

    name: str
    system: str
    catches: tuple[str, ...]
    also: tuple[str, ...]
    title_ja: str
    title_en: str


@functools.cache
def defects() -> dict[str, Defect]:
    """Every defect by name."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {
        name: Defect(
            name=name,
            system=row["system"],
            catches=tuple(row["catches"]),
            also=tuple(row.get("also", ())),
            title_ja=row["title_ja"],
            title_en=row["title_en"],
        )
        for name, row in rows.items()
    }


def switched_on(names: Iterable[str] = ()) -> Faults:
    """These defects of boundary systems, and no others, are on."""
    return Faults(names, is_known=defects().__contains__, listed_in="mocks/boundary/faults.toml")
