"""What was noticed while a foreign document was read: quirks that change what is tested, gathered by kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from renkei.flow.contract import Bundle
from renkei.foreign.document import NOTES

EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One kind of quirk of a system's document: a code under ``notes``, how often, and where it was met first."""

    system: str
    code: str
    count: int
    places: tuple[str, ...]


def remarks(bundle: Bundle) -> tuple[Remark, ...]:
    """The quirks of every document of a bundle, in the order in which they were met; none for our own contracts."""
    return tuple(one for system in bundle.systems for one in _of(system.id, system.document))


def _of(system: str, document: Mapping[str, Any]) -> Iterator[Remark]:
    found: dict[str, list[str]] = {}
    for place, code, value in document.get(NOTES, ()):
        found.setdefault(code, []).append(f"{place} ({value})" if value else place)
    for code, places in found.items():
        yield Remark(system=system, code=code, count=len(places), places=tuple(places[:EXAMPLES]))
