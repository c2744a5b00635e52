"""The town's data sets as the harness gives them to a consumer: one pack for a worker, each linkage read when it is asked for."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from renkei.errors import HarnessError
from renkei.flow.contract import Bundle
from renkei.flow.plan import Profile
from renkei.flow.requirement import Transport
from renkei.kit.form import Form, Row, State
from renkei.town.order import Order
from renkei.town.pack import export

# Residents of the town by profile: the hard personas are always among them.
POPULATION = {Profile.SMOKE: 120, Profile.STANDARD: 1_000, Profile.CERTIFICATION: 5_000}
# So many histories are in the short series that most scenarios play with.
SHORT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """One linkage: the rows of its full file, then of each delta."""

    form: Form
    opening: tuple[Row, ...]
    deltas: tuple[tuple[Row, ...], ...]

    def short(self) -> list[Row]:
        """A few whole histories, the longest ones first: a full file that is quickly written and read."""
        found: dict[tuple[str, ...], list[Row]] = {}
        for row in State(self.form).full(self.opening).rows.values():
            found.setdefault(self.form.subject(row), []).append(row)
        longest = sorted(found.values(), key=lambda rows: (-len(rows), rows[0]))
        return [row for rows in longest[:SHORT] for row in rows]


def ordered(bundle: Bundle, municipality: str, population: int, seed: int) -> Order:
    """A town with every file linkage of the contracts."""
    return Order(
        population=population,
        seed=seed,
        municipality=municipality,
        edition=bundle.edition,
        items={
            linkage.id: system.group(linkage.group)
            for system in bundle.systems
            for linkage in system.linkages
            if linkage.transport is Transport.FILE
        },
        rules=tuple(rule for system in bundle.systems for rule in system.rules),
        codes=bundle.codes,
        closing=False,
    )


class Library:
    """The pack of one run of a worker: made at the first question, in a folder that goes with the process."""

    def __init__(self, bundle: Bundle, municipality: str, profile: Profile, seed: int) -> None:
        self._bundle = bundle
        self._folder = tempfile.TemporaryDirectory(prefix="renkei-town-")
        self._tapes: dict[str, Tape] = {}
        self._forms = {
            linkage.id: Form(linkage=linkage.id, items=system.group(linkage.group))
            for system in bundle.systems
            for linkage in system.linkages
            if linkage.transport is Transport.FILE
        }
        self._order = ordered(bundle, municipality, POPULATION[profile], seed)

    def form(self, linkage: str) -> Form:
        """The columns of a linkage."""
        return self._forms[linkage]

    def tape(self, linkage: str) -> Tape:
        """The rows of a linkage."""
        if linkage not in self._tapes:
            files = sorted((self._pack() / linkage).glob("*.csv"))
            if not files:
                raise HarnessError("town-lacks-linkage", linkage=linkage)
            read = [tuple(_rows(path, self._forms[linkage].header)) for path in files]
            order = sorted(range(len(files)), key=lambda at: files[at].name[-10:])
            first, *rest = (read[at] for at in order)
            self._tapes[linkage] = Tape(form=self._forms[linkage], opening=first, deltas=tuple(rest))
        return self._tapes[linkage]

    def _pack(self) -> Path:
        folder = Path(self._folder.name) / "pack"
        if not folder.is_dir():
            export(self._order, folder, workers=1, progress=lambda _done, _whole: None)
        return folder


def _rows(path: Path, header: Sequence[str]) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        read = csv.reader(file)
        if next(read, []) != list(header):
            raise HarnessError("town-lacks-linkage", linkage=path.parent.name)
        return list(read)
