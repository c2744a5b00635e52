"""The work of a process of the town: blocks are made, appended to the files of the pack in turn, and forgotten.

Every file begins with its header; blocks come after it by their number, so that the files do not depend on who made which
block when. A file is read once more at the end, for its digest: what was written last is still in memory then.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renkei.town import shard as blocks
from renkei.town import source, survey
from renkei.town.dataset import PART_OF, ROWS, SOURCES, TOTALS, Chain, Tally
from renkei.town.order import Moment, Order
from renkei.town.sheet import Known, Sheet
from renkei.town.turn import Turns

# A file of a linkage, by its place among them, and its rows.
Rows = dict[tuple[str, int], int]
# What a block counts: for the page of the town, for sums over the town, and the rows of every file.
Counted = tuple[survey.Survey, Tally, Rows]
# The lines of a block for a file, encoded, and how many they are.
Part = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where blocks are made and written: the order, the folder of the pack in the making, and whose turn it is."""

    order: Order
    folder: Path
    turns: Turns

    def prepare(self) -> None:
        """Begin every file with its header."""
        for name in self.order.items:
            (self.folder / name).mkdir()
            header = self._sheet(name).header.encode()
            for place, _ in enumerate(self.order.moments(name)):
                self._path(name, place).write_bytes(header)

    def block(self, number: int, households: int) -> Counted:
        """Everything of one block, written after all blocks before it."""
        with self.turns.taking():
            with _uncollected():
                parts, found, tally = self._made(number, households)
            with self.turns.of(number):
                return found, tally, self.append(parts)

    def _made(self, number: int, households: int) -> tuple[dict[tuple[str, int], Part], survey.Survey, Tally]:
        order = self.order
        made = blocks.make(seed=order.seed, municipality=order.municipality, number=number, households=households)
        tally: Tally = {}
        made.facts["rows"] = tally
        parts: dict[tuple[str, int], Part] = {}
        shared: dict[str, Known] = {whole: {} for whole in PART_OF.values()}
        for name, items in order.items.items():
            if name in TOTALS:
                tally.update(TOTALS[name].count(made))
            else:
                chains = source.chains(name, items, order.rules, order.codes, made)
                parts |= self.parts(name, chains, tally, shared.get(PART_OF.get(name, name)))
        found = survey.of(made)
        # What is left of the block holds itself only by the ties between people and households.
        made.facts.clear()
        return parts, found, tally

    def parts(
        self, name: str, chains: Iterable[Chain], tally: Tally, known: Known | None = None
    ) -> dict[tuple[str, int], Part]:
        """What a block adds to the files of a linkage; the rows of the opening full file are counted."""
        files = self._sheet(name, known).write(chains)
        tally[ROWS, name] = len(files[0])
        return {(name, place): ("".join(lines).encode(), len(lines)) for place, lines in enumerate(files) if lines}

    def append(self, parts: Mapping[tuple[str, int], Part]) -> Rows:
        """Write parts at the end of their files; the rows of each."""
        for (name, place), (text, _) in parts.items():
            with self._path(name, place).open("ab", buffering=0) as file:
                _written(file.fileno(), text)
        return {key: rows for key, (_, rows) in parts.items()}

    def dataset(self, linkage: str, rows: Mapping[int, int]) -> dict[str, Any]:
        """Mark the files of one linkage as complete; what of it is in the manifest."""
        files = [
            self._file(linkage, place, moment, rows.get(place, 0))
            for place, moment in enumerate(self.order.moments(linkage))
        ]
        return {"linkage": linkage, "source": "derived" if linkage in SOURCES else "generic", "files": files}

    def _file(self, linkage: str, place: int, moment: Moment, rows: int) -> dict[str, Any]:
        path = self._path(linkage, place)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        marker = {
            "linkage": linkage,
            "kind": moment.kind,
            "sequence": place + 1,
            "rows": rows,
            "sha256": digest,
            "base_sequence": place or None if moment.kind == "sabun" else None,
            "created": f"{moment.at.isoformat(timespec='seconds')}+09:00",
        }
        path.with_name(f"{path.name}.end").write_text(json.dumps(marker, ensure_ascii=False), encoding="utf-8")
        return {"name": f"{linkage}/{path.name}", **marker}

    def _path(self, linkage: str, place: int) -> Path:
        moment = self.order.moments(linkage)[place]
        stamp = f"{moment.kind}_{moment.at:%Y%m%d%H%M%S}_{place + 1:06d}"
        return self.folder / linkage / f"{linkage}_{self.order.municipality}_{stamp}.csv"

    def _sheet(self, name: str, known: Known | None = None) -> Sheet:
        return Sheet(self.order.items[name], self.order.municipality, self.order.moments(name), known)


def _written(file: int, text: bytes) -> None:
    """Write all of it: the system may take less than it is given."""
    rest = memoryview(text)
    while rest:
        rest = rest[os.write(file, rest) :]


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Look for garbage only afterwards: while a block is made nearly everything stays, and looking costs a fifth."""
    active = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if active:
            gc.enable()
