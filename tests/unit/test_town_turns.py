"""Processes make blocks of the town at once and write them in order; when one fails or is lost, nobody waits for ever."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from renkei.cli import wiring
from renkei.errors import HarnessError
from renkei.town import pack
from renkei.town.order import Order
from renkei.town.pack import export
from renkei.town.turn import GivenUpError, Turns


def turns() -> Turns:
    """Turns from the first block on."""
    return Turns(multiprocessing.get_context("spawn"))


def test_blocks_are_written_in_order_whoever_is_ready_first() -> None:
    """The last to be ready goes first when its block is the first."""
    asked, told = turns(), []

    def work(number: int) -> None:
        with asked.taking():
            time.sleep((3 - number) * 0.01)
            with asked.of(number):
                told.append(number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert told == [0, 1, 2, 3]


def test_nobody_waits_for_a_block_that_failed() -> None:
    """When block 0 fails, the one that waits with block 1 gives up, and so does whoever begins later."""
    asked, waiting = turns(), threading.Event()
    gave_up: list[int] = []

    def wait() -> None:
        try:
            with asked.taking():
                waiting.set()
                with asked.of(1):
                    pass
        except GivenUpError:
            gave_up.append(1)

    other = threading.Thread(target=wait)
    other.start()
    waiting.wait()
    with pytest.raises(ValueError, match="broken"), asked.taking():
        raise ValueError("broken")
    other.join(timeout=5)

    assert gave_up == [1]
    with pytest.raises(GivenUpError), asked.taking():
        pass


def test_a_block_that_fails_at_its_turn_stops_the_others() -> None:
    """A full disk at the turn of block 0 is told to all that wait."""
    asked = turns()
    with pytest.raises(OSError, match="full"), asked.taking(), asked.of(0):
        raise OSError("full")

    with pytest.raises(GivenUpError), asked.of(1):
        pass


def test_a_lost_process_is_a_diagnosis_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a process of the crew is killed, the export ends with its name for it, and no half pack stays."""
    order = Order.of(wiring.load_bundle(), population=1800, seed=1, municipality="993018")
    crew = pack._Pool.blocks

    def struck(self: pack._Pool, wanted: list[tuple[int, int]]) -> object:
        found = crew(self, wanted)
        os.kill(next(iter(self._pool._processes)), signal.SIGKILL)
        return found

    monkeypatch.setattr(pack._Pool, "blocks", struck)

    with pytest.raises(HarnessError, match="town-process-lost"):
        export(order, tmp_path / "pack", workers=2, progress=lambda _done, _whole: None)

    assert list(tmp_path.iterdir()) == []
