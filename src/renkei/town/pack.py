"""The test-data pack: every data set of the town as the files that a provider would publish, with a manifest.

A folder is laid out as a place of file linkage (contracts/common/file-profile.toml): below each linkage a full file, deltas
with an empty one among them, completion markers, and on request the closing full file that they come to. Blocks of the
town are made, written and forgotten one by one; some processes share them, and the bytes are the same for any number.
"""

from __future__ import annotations

import contextlib
import gc
import json
import multiprocessing
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from renkei.town import shard as blocks
from renkei.town import survey
from renkei.town.block import Bench
from renkei.town.dataset import TOTALS, Tally
from renkei.town.history import BEGIN
from renkei.town.order import CLOSING, Order

SCHEMA = "renkei.town/1"
Counted = tuple[survey.Survey, Tally]


def export(
    order: Order,
    folder: Path,
    *,
    workers: int,
    progress: Callable[[int, int], None],
    finish: Callable[[dict[str, Any], Path], object] = lambda _manifest, _folder: None,
) -> dict[str, Any]:
    """Write the pack into a new folder and return its manifest; ``progress`` gets (blocks done, blocks).

    ``folder`` appears whole or not at all: everything is made beside it and renamed at the end. ``finish`` gets the
    manifest and the folder in the making, for what else is to lie there.
    """
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        bench = Bench(order, making)
        bench.prepare()
        with _crew(bench, min(workers, len(blocks.shards(order.population)))) as crew:
            summary = _blocks(bench, crew, progress)
            datasets = list(crew.datasets(sorted(order.items)))
        (making / ".parts").rmdir()
        manifest = _manifest(order, datasets, summary)
        (making / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        finish(manifest, making)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return manifest


def _blocks(bench: Bench, crew: _Alone | _Pool, progress: Callable[[int, int], None]) -> survey.Survey:
    """Have all blocks written, and after them what sums them up."""
    order = bench.order
    wanted = blocks.shards(order.population)
    total, tally = survey.Survey(), Tally()
    for done, (found, counted) in enumerate(crew.blocks(wanted), 1):
        total.add(found)
        for key, count in counted.items():
            tally[key] = tally.get(key, 0) + count
        progress(done, len(wanted))
    for name in sorted(TOTALS.keys() & order.items.keys()):
        bench.write(name, len(wanted), TOTALS[name].chains(tally, order.items), tally)
    return total


class _Alone:
    """All the work in this process."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def blocks(self, wanted: Sequence[tuple[int, int]]) -> Iterator[Counted]:
        """What every block counts, in order."""
        return (self._bench.block(number, households) for number, households in wanted)

    def datasets(self, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The entries of the manifest, in order."""
        return map(self._bench.dataset, names)


class _Pool:
    """The work shared by some processes."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def blocks(self, wanted: Sequence[tuple[int, int]]) -> Iterator[Counted]:
        """What every block counts, in order."""
        return iter(self._pool.imap(_block, wanted))

    def datasets(self, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The entries of the manifest, in order."""
        return iter(self._pool.imap(_dataset, names))


@contextlib.contextmanager
def _crew(bench: Bench, workers: int) -> Iterator[_Alone | _Pool]:
    if workers <= 1:
        yield _Alone(bench)
        return
    with multiprocessing.get_context("spawn").Pool(workers, initializer=_begin, initargs=(bench,)) as pool:
        yield _Pool(pool)


# The bench of a process of the pool; it is sent once, not with every block.
_BENCHES: list[Bench] = []


def _begin(bench: Bench) -> None:
    """Set up a process of the pool: contracts and code stay, so that looking for garbage need not look at them."""
    _BENCHES.append(bench)
    gc.disable()
    gc.collect()
    gc.freeze()


def _block(wanted: tuple[int, int]) -> Counted:
    found = _BENCHES[0].block(*wanted)
    gc.collect()
    return found


def _dataset(name: str) -> dict[str, Any]:
    return _BENCHES[0].dataset(name)


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
