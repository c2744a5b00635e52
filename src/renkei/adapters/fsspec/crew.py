"""Threads for calls that cannot be interrupted: one that is late is left behind, one that is done takes the next call."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

# So long a thread waits for its next call before it ends.
IDLE_SECONDS = 5.0
Call = Callable[[], None]


class Crew:
    """As many threads as there are calls at once, and hardly ever a new one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[queue.SimpleQueue[Call]] = []

    def start(self, call: Call) -> None:
        """Have it called in another thread; it must not raise."""
        with self._lock:
            calls = self._idle.pop() if self._idle else None
        if calls is None:
            calls = queue.SimpleQueue()
            threading.Thread(target=self._serve, args=(calls,), daemon=True).start()
        calls.put(call)

    def _serve(self, calls: queue.SimpleQueue[Call]) -> None:
        while True:
            try:
                call = calls.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                with self._lock:
                    if calls not in self._idle:
                        continue  # a call is on its way
                    self._idle.remove(calls)
                return
            call()
            with self._lock:
                self._idle.append(calls)
