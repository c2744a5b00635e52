"""What a consumer read from our own object storage, beside what it ought to have read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from renkei.ports import Access

READ = "read"
# So many accesses of one scenario are kept as evidence; a consumer that polls makes many.
KEPT = 200


@dataclass(frozen=True, slots=True)
class Readings:
    """The accesses to one scenario's folder; file names are as below that folder (``001o006/….csv``)."""

    folder: str
    accesses: tuple[Access, ...]

    def of(self, name: str) -> list[Access]:
        """The readings of one file, whole or in part; those that were refused gave nothing away."""
        whole = f"{self.folder}/{name}"
        return [one for one in self.accesses if one.verb == READ and one.name == whole and one.status < 300]

    def covered(self, name: str, size: int) -> int:
        """How many of its bytes were sent at least once."""
        end = total = 0
        for one in sorted(self.of(name), key=lambda one: one.first):
            last = min(one.first + one.sent, size)
            total += max(0, last - max(end, one.first))
            end = max(end, last)
        return total

    def outside(self, linkage: str) -> list[str]:
        """The files of other linkages that were read."""
        own = f"{self.folder}/{linkage}/"
        found = {one.name for one in self.accesses if one.verb == READ and not one.name.startswith(own)}
        return sorted(name.removeprefix(f"{self.folder}/") for name in found)

    def facts(self) -> Mapping[str, Any]:
        """The accesses as evidence."""
        return {
            "name": self.folder,
            "accesses": [_shown(one, self.folder) for one in self.accesses[:KEPT]],
            "more": max(0, len(self.accesses) - KEPT),
        }


def readings(folder: str, accesses: Iterable[Access]) -> Readings:
    """The accesses to that folder."""
    return Readings(folder, tuple(accesses))


def _shown(one: Access, folder: str) -> dict[str, Any]:
    return {
        "at": dt.datetime.fromtimestamp(one.at, dt.UTC).isoformat(timespec="milliseconds"),
        "key": one.who,
        "verb": one.verb,
        "name": one.name.removeprefix(f"{folder}/"),
        "status": one.status,
        "first": one.first,
        "sent": one.sent,
    }
