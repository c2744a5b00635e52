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
import multiprocessing.connection
import os
import shutil
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from renkei.errors import HarnessError
from renkei.town import shard as blocks
from renkei.town import survey
from renkei.town.block import Bench, Counted, Rows
from renkei.town.dataset import TOTALS, Tally
from renkei.town.history import BEGIN
from renkei.town.order import CLOSING, Order
from renkei.town.turn import Turns

SCHEMA = "renkei.town/1"
# What a process holds at most, in MB.
_NEEDED = 200
Key = TypeVar("Key", bound=Hashable)
# A linkage and the rows of its files by their place.
Named = tuple[str, Mapping[int, int]]
_CONTEXT = multiprocessing.get_context("spawn")


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
        bench = Bench(order, making, Turns(_CONTEXT))
        bench.prepare()
        with _crew(bench, min(workers, len(blocks.shards(order.population)))) as crew:
            summary, rows = _blocks(bench, crew, progress)
            datasets = list(crew.datasets([(name, rows.get(name, {})) for name in sorted(order.items)]))
        manifest = _manifest(order, datasets, summary)
        (making / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        finish(manifest, making)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return manifest


def _blocks(
    bench: Bench, crew: _Alone | _Pool, progress: Callable[[int, int], None]
) -> tuple[survey.Survey, dict[str, dict[int, int]]]:
    """Have all blocks written, and after them what sums them up; the rows of every file by linkage and place."""
    order = bench.order
    wanted = blocks.shards(order.population)
    total, tally, rows = survey.Survey(), Tally(), Rows()
    for done, (found, counted, written) in enumerate(crew.blocks(wanted), 1):
        total.add(found)
        _add(tally, counted)
        _add(rows, written)
        progress(done, len(wanted))
    for name in sorted(TOTALS.keys() & order.items.keys()):
        _add(rows, bench.append(bench.parts(name, TOTALS[name].chains(tally, order.items), tally)))
    by_linkage: dict[str, dict[int, int]] = {}
    for (name, place), count in rows.items():
        by_linkage.setdefault(name, {})[place] = count
    return total, by_linkage


def _add(sums: dict[Key, int], counts: Mapping[Key, int]) -> None:
    for key, count in counts.items():
        sums[key] = sums.get(key, 0) + count


class _Alone:
    """All the work in this process."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def blocks(self, wanted: Sequence[tuple[int, int]]) -> Iterator[Counted]:
        """What every block counts, in order."""
        return (self._bench.block(number, households) for number, households in wanted)

    def datasets(self, named: Sequence[Named]) -> Iterator[dict[str, Any]]:
        """The entries of the manifest, in order."""
        return (self._bench.dataset(*one) for one in named)


class _Pool:
    """The work shared by some processes."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def blocks(self, wanted: Sequence[tuple[int, int]]) -> Iterator[Counted]:
        """What every block counts, in order."""
        return self._pool.map(_block, wanted)

    def datasets(self, named: Sequence[Named]) -> Iterator[dict[str, Any]]:
        """The entries of the manifest, in order."""
        return self._pool.map(_dataset, named)


@contextlib.contextmanager
def _crew(bench: Bench, workers: int) -> Iterator[_Alone | _Pool]:
    if workers <= 1:
        yield _Alone(bench)
        return
    try:
        with ProcessPoolExecutor(workers, mp_context=_CONTEXT, initializer=_begin, initargs=(bench,)) as pool:
            yield _Pool(pool)
    except BrokenProcessPool as error:
        raise HarnessError("town-process-lost", needed=str(_NEEDED)) from error


# The bench of a process of the pool; it is sent once, not with every block.
_BENCHES: list[Bench] = []


def _begin(bench: Bench) -> None:
    """Set up a process of the pool: contracts and code stay, so that looking for garbage need not look at them."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _BENCHES.append(bench)
    gc.disable()
    gc.collect()
    gc.freeze()


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, whatever it waits for."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _block(wanted: tuple[int, int]) -> Counted:
    found = _BENCHES[0].block(*wanted)
    gc.collect()
    return found


def _dataset(named: Named) -> dict[str, Any]:
    return _BENCHES[0].dataset(*named)


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
