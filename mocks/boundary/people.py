"""The people of the town's pack as the boundary systems know them."""

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mocks.gyomu.contract import system
from mocks.gyomu.own import ENDED
from mocks.gyomu.pack import Pack

RESIDENT = "1"
CODE_PREFIX = "99999"
# The number of the 住登外者 whom other 業務 must not see among the hard cases.
CLOSED_PERSONA = "24"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person who is or was a resident: the latest row, and whether 支援措置 stands, end date or not."""

    number: str
    row: Mapping[str, str]
    protected: bool
    code: str

    @property
    def lives_here(self) -> bool:
        """Whether the person is a resident now."""
        return self.row["juminjotai"] == RESIDENT

    @property
    def address(self) -> str:
        """The address in one text."""
        parts = ("todofuken", "shikugunchosonmei", "choaza", "banchigohyoki", "katagaki")
        return "".join(self.row[f"jusho_{part}"] for part in parts)

    def age(self, today: date) -> int:
        """The age in whole years, -1 for a birthday that is not known."""
        born = self.row["seinengappi"]
        if not born[:4].isdigit() or born.startswith("0000"):
            return -1
        return today.year - int(born[:4]) - (f"{today:%m-%d}" < born[5:])


class Residents:
    """Everybody of the pack, by 宛名番号 and by 住民票コード.

    住民票コード of the town begin with 99999: with a check digit, and of nobody, since the pack knows none.
    """

    def __init__(self, pack: Pack, folder: Path) -> None:
        self._pack = pack
        self._folder = folder

    @functools.cached_property
    def closed(self) -> list[str]:
        """宛名番号 of 住登外者 with 他業務参照不可: no data set may have them, so the pack's list of hard cases names them."""
        manifest = json.loads((self._folder / "manifest.json").read_text(encoding="utf-8"))
        return list(manifest.get("survey", {}).get("personas", {}).get(CLOSED_PERSONA, ()))

    def rows(self, linkage: str) -> list[dict[str, str]]:
        """The latest rows of a data set; none when the town has no such data set."""
        if linkage not in self._pack:
            return []
        known = system(linkage[:3]).linkage(linkage)
        return [dict(zip(known.header, row, strict=True)) for row in self._pack.last(known) if row[known.latest] == "1"]

    @functools.cached_property
    def protected(self) -> frozenset[str]:
        """宛名番号 with 支援措置: it ends by decision, never by its date."""
        rows = self.rows("001o009")
        return frozenset(row["atenabango"] for row in rows if row["shiensochikubun"] != ENDED)

    @functools.cached_property
    def people(self) -> dict[str, Person]:
        """By 宛名番号."""
        rows: Iterable[dict[str, str]] = sorted(self.rows("001o006"), key=lambda row: row["atenabango"])
        return {
            row["atenabango"]: Person(
                number=row["atenabango"],
                row=row,
                protected=row["atenabango"] in self.protected,
                code=juminhyo_code(place),
            )
            for place, row in enumerate(rows, 1)
        }

    @functools.cached_property
    def by_code(self) -> dict[str, Person]:
        """By 住民票コード."""
        return {person.code: person for person in self.people.values()}

    def find(self, number: str) -> Person | None:
        """The person of that 宛名番号."""
        return self.people.get(number)

    @property
    def residents(self) -> list[Person]:
        """Those who live here now."""
        return [person for person in self.people.values() if person.lives_here]


def juminhyo_code(serial: int) -> str:
    """Eleven digits: the town's prefix, a serial, and a check digit (the digits weighted 2 to 7 from the right, modulo 11)."""
    body = f"{CODE_PREFIX}{serial:05d}"
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(body)))
    rest = total % 11
    return body + str(0 if rest <= 1 else 11 - rest)
