"""The test-data pack: every data set of the town as the files that a provider would publish, with a manifest.

A folder is laid out as a place of file linkage (contracts/common/file-profile.toml): below each linkage a full file, deltas
with an empty one among them, completion markers, and on request the closing full file that they come to. Blocks of the
town are made, written and forgotten one by one; two processes share them, and the bytes are the same for any number.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import multiprocessing
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from renkei.flow.contract import Item, RowRule
from renkei.town import shard as blocks
from renkei.town import source, survey
from renkei.town.dataset import ROWS, SOURCES, TOTALS, Chain, Tally
from renkei.town.history import BEGIN
from renkei.town.sheet import Moment, Sheet

SCHEMA = "renkei.town/1"
FULL = Moment(at=dt.datetime(2026, 3, 1), kind="zenken")
DELTAS = (
    Moment(at=dt.datetime(2026, 3, 15, 12), kind="sabun"),
    Moment(at=dt.datetime(2026, 3, 15, 12, 10), kind="sabun"),
    Moment(at=dt.datetime(2026, 3, 31, 20), kind="sabun"),
)
CLOSING = Moment(at=dt.datetime(2026, 4, 1, 9), kind="zenken")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be made: people, seed, municipality, the columns of every linkage, with the closing full file or not."""

    population: int
    seed: int
    municipality: str
    edition: str
    items: Mapping[str, tuple[Item, ...]]
    rules: tuple[RowRule, ...]
    codes: Mapping[str, Mapping[str, str]]
    closing: bool = False

    @property
    def moments(self) -> tuple[Moment, ...]:
        """The files of every linkage, in order."""
        return (FULL, *DELTAS, CLOSING) if self.closing else (FULL, *DELTAS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One block of the town, and where its lines go."""

    order: Order
    number: int
    households: int
    folder: Path


def export(order: Order, folder: Path, *, workers: int, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Write the pack into a new folder and return its manifest; ``progress`` gets (blocks done, blocks).

    ``folder`` appears whole or not at all: everything is made beside it and renamed at the end.
    """
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        summary = _make(order, making, workers, progress)
        datasets = [_dataset(order, name, making, len(blocks.shards(order.population))) for name in sorted(order.items)]
        manifest = _manifest(order, datasets, summary)
        (making / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return manifest


def _make(order: Order, folder: Path, workers: int, progress: Callable[[int, int], None]) -> survey.Survey:
    jobs = [
        _Job(order=order, number=number, households=households, folder=folder)
        for number, households in blocks.shards(order.population)
    ]
    total, tally = survey.Survey(), Tally()
    for done, (found, counted) in enumerate(_each(jobs, workers), 1):
        total.add(found)
        for key, count in counted.items():
            tally[key] = tally.get(key, 0) + count
        progress(done, len(jobs))
    for name in sorted(TOTALS.keys() & order.items.keys()):
        _write(order, folder, name, len(jobs), TOTALS[name].chains(tally, order.items), tally)
    return total


def _each(jobs: Sequence[_Job], workers: int) -> Iterator[tuple[survey.Survey, Tally]]:
    if workers <= 1 or len(jobs) == 1:
        yield from map(_block, jobs)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(_block, jobs)


def _block(job: _Job) -> tuple[survey.Survey, Tally]:
    """Everything of one block, and what it counts for the figures of the whole town."""
    order = job.order
    made = blocks.make(seed=order.seed, municipality=order.municipality, number=job.number, households=job.households)
    tally: Tally = {}
    made.facts["rows"] = tally
    for name, items in order.items.items():
        if name in TOTALS:
            tally.update(TOTALS[name].count(made))
        else:
            chains = source.chains(name, items, order.rules, order.codes, made)
            _write(order, job.folder, name, job.number, chains, tally)
    return survey.of(made), tally


def _write(order: Order, folder: Path, name: str, number: int, chains: Iterator[Chain], tally: Tally) -> None:
    """One part of the files of a linkage; the rows of the opening full file are counted."""
    sheet = Sheet(order.items[name], order.municipality, order.moments)
    for place, lines in enumerate(sheet.write(chains)):
        data = "".join(lines).encode()
        if data:
            _part(folder, name, place, number).write_bytes(data)
        if not place:
            tally[ROWS, name] = len(lines)


def _part(folder: Path, linkage: str, place: int, number: int) -> Path:
    below = folder / ".parts" / linkage
    below.mkdir(parents=True, exist_ok=True)
    return below / f"{place}.{number:06d}"


def _dataset(order: Order, linkage: str, folder: Path, count: int) -> dict[str, Any]:
    """Put the parts of one linkage together; what of it is in the manifest."""
    below = folder / linkage
    below.mkdir()
    header = Sheet(order.items[linkage], order.municipality, order.moments).header.encode()
    files = []
    for place, moment in enumerate(order.moments):
        # What sums up the blocks comes after them.
        parts = [_part(folder, linkage, place, number) for number in range(count + 1)]
        files.append(_file(order, linkage, below, (place, moment), header, parts))
    shutil.rmtree(folder / ".parts" / linkage, ignore_errors=True)
    if not any((folder / ".parts").iterdir()):
        (folder / ".parts").rmdir()
    return {"linkage": linkage, "source": "derived" if linkage in SOURCES else "generic", "files": files}


def _file(
    order: Order, linkage: str, below: Path, which: tuple[int, Moment], header: bytes, parts: Sequence[Path]
) -> dict[str, Any]:
    place, moment = which
    sequence = place + 1
    name = f"{linkage}_{order.municipality}_{moment.kind}_{moment.at:%Y%m%d%H%M%S}_{sequence:06d}.csv"
    digest, rows = hashlib.sha256(header), 0
    with (below / name).open("wb") as out:
        out.write(header)
        for part in parts:
            if part.exists():
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
    (below / f"{name}.end").write_text(json.dumps(marker, ensure_ascii=False), encoding="utf-8")
    return {"name": f"{linkage}/{name}", **marker}


def _append(part: Path, out: BinaryIO, digest: Any) -> int:
    rows = 0
    with part.open("rb") as lines:
        while chunk := lines.read(_CHUNK):
            out.write(chunk)
            digest.update(chunk)
            # A record that holds a line break in a cell is quoted; the town writes none.
            rows += chunk.count(b"\r\n")
    return rows


def _manifest(order: Order, datasets: list[dict[str, Any]], found: survey.Survey) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "seed": order.seed,
        "population": order.population,
        "municipality": order.municipality,
        "edition": order.edition,
        "from": BEGIN.isoformat(),
        "until": CLOSING.at.date().isoformat(),
        "synthetic": "すべて架空です。個人番号は予約範囲（9999…）だけを使います。",
        "survey": asdict(found),
        "datasets": datasets,
    }
