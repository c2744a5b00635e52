"""The interpreter's garbage collector, told to wait while a run is read back and told of.

A log becomes a million small values that all stay until the command ends and hold no cycles; looking through them again
and again would take a third of the time.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def waiting_collector() -> Iterator[None]:
    """Collect nothing inside; afterwards everything is as it was."""
    active = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if active:
            gc.enable()
