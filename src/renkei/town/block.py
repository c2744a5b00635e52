"""The work of a process of the town: blocks are made, written as parts and forgotten; parts are put together to files.

Parts of one linkage lie below ``.parts`` by the place of their file and the number of their block, so that the files do
not depend on who wrote which block when.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from renkei.town import shard as blocks
from renkei.town import source, survey
from renkei.town.dataset import PART_OF, ROWS, SOURCES, TOTALS, Chain, Tally
from renkei.town.order import Moment, Order
from renkei.town.sheet import Known, Sheet

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Bench:
    """Where blocks are made and files put together: the order and the folder of the pack in the making."""

    order: Order
    folder: Path

    def prepare(self) -> None:
        """Make the folders of the parts."""
        for name in self.order.items:
            (self.folder / ".parts" / name).mkdir(parents=True)

    def block(self, number: int, households: int) -> tuple[survey.Survey, Tally]:
        """Everything of one block, and what it counts for the figures of the whole town."""
        order = self.order
        with _uncollected():
            made = blocks.make(
                seed=order.seed, municipality=order.municipality, number=number, households=households
            )  # fmt: skip
            tally: Tally = {}
            made.facts["rows"] = tally
            shared: dict[str, Known] = {whole: {} for whole in PART_OF.values()}
            for name, items in order.items.items():
                if name in TOTALS:
                    tally.update(TOTALS[name].count(made))
                else:
                    chains = source.chains(name, items, order.rules, order.codes, made)
                    self.write(name, number, chains, tally, shared.get(PART_OF.get(name, name)))
            found = survey.of(made)
            # What is left of the block holds itself only by the ties between people and households.
            made.facts.clear()
        return found, tally

    def write(self, name: str, number: int, chains: Iterable[Chain], tally: Tally, known: Known | None = None) -> None:
        """One part of the files of a linkage; the rows of the opening full file are counted."""
        sheet = Sheet(self.order.items[name], self.order.municipality, self.order.moments(name), known)
        for place, lines in enumerate(sheet.write(chains)):
            if lines:
                self._part(name, place, number).write_bytes("".join(lines).encode())
            if not place:
                tally[ROWS, name] = len(lines)

    def _part(self, linkage: str, place: int, number: int) -> Path:
        return self.folder / ".parts" / linkage / f"{place}.{number:06d}"

    def dataset(self, linkage: str) -> dict[str, Any]:
        """Put the parts of one linkage together; what of it is in the manifest."""
        below, parts = self.folder / linkage, self.folder / ".parts" / linkage
        below.mkdir()
        names = sorted(path.name for path in parts.iterdir())
        files = [
            self._file(linkage, place, moment, [parts / name for name in names if name.startswith(f"{place}.")])
            for place, moment in enumerate(self.order.moments(linkage))
        ]
        shutil.rmtree(parts)
        return {"linkage": linkage, "source": "derived" if linkage in SOURCES else "generic", "files": files}

    def _file(self, linkage: str, place: int, moment: Moment, parts: Iterable[Path]) -> dict[str, Any]:
        order, sequence = self.order, place + 1
        name = f"{linkage}_{order.municipality}_{moment.kind}_{moment.at:%Y%m%d%H%M%S}_{sequence:06d}.csv"
        header = Sheet(order.items[linkage], order.municipality, order.moments(linkage)).header.encode()
        digest, rows = hashlib.sha256(header), 0
        with (self.folder / linkage / name).open("wb") as out:
            out.write(header)
            for part in parts:
                rows += _append(part, out, digest)
                part.unlink()
        marker = {
            "linkage": linkage,
            "kind": moment.kind,
            "sequence": sequence,
            "rows": rows,
            "sha256": digest.hexdigest(),
            "base_sequence": place or None if moment.kind == "sabun" else None,
            "created": f"{moment.at.isoformat(timespec='seconds')}+09:00",
        }
        (self.folder / linkage / f"{name}.end").write_text(json.dumps(marker, ensure_ascii=False), encoding="utf-8")
        return {"name": f"{linkage}/{name}", **marker}


def _append(part: Path, out: BinaryIO, digest: Any) -> int:
    rows = 0
    with part.open("rb") as lines:
        while chunk := lines.read(_CHUNK):
            out.write(chunk)
            digest.update(chunk)
            # A record that holds a line break in a cell is quoted; the town writes none.
            rows += chunk.count(b"\n")
    return rows


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
