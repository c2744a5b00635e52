"""Calls of blocking file systems: each in another thread, which takes the next call when it is done."""

from __future__ import annotations

import threading
import time

import pytest

from renkei.adapters.fsspec import crew
from renkei.adapters.fsspec.crew import Crew


def called(one: Crew) -> str:
    """The name of the thread that a call ran in."""
    names: list[str] = []
    done = threading.Event()

    def call() -> None:
        names.append(threading.current_thread().name)
        done.set()

    one.start(call)
    assert done.wait(5)
    return names[0]


def test_one_thread_takes_one_call_after_the_other() -> None:
    """Calls one after the other hardly ever need a new thread."""
    one = Crew()
    names = set()
    for _ in range(20):
        names.add(called(one))
        time.sleep(0.01)

    assert len(names) <= 3
    assert threading.current_thread().name not in names


def test_a_call_that_hangs_holds_up_nobody() -> None:
    """While one call does not come back, another runs in a thread of its own."""
    one, held = Crew(), threading.Event()
    one.start(lambda: held.wait(10) and None)

    assert called(one)
    held.set()


def test_a_thread_without_calls_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left running when nobody asks any more, and a later call is served all the same."""
    monkeypatch.setattr(crew, "IDLE_SECONDS", 0.05)
    one = Crew()
    name = called(one)
    deadline = time.monotonic() + 5
    while any(thread.name == name for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert not any(thread.name == name for thread in threading.enumerate())
    assert called(one)
