"""Turns: several processes make blocks at once and write them one after another, so that a file is written only once.

A process that is ready too early waits; when one of them fails, nobody waits for its turn any longer.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from multiprocessing.context import BaseContext

_GIVEN_UP = -1


class GivenUpError(Exception):
    """Another process failed, so that the turn that is waited for never comes."""


class Turns:
    """Whose turn it is: that of block 0, then 1, and so on. A context shares it with the processes that it starts."""

    def __init__(self, context: BaseContext) -> None:
        self._changed = context.Condition()
        self._next = context.Value("q", 0, lock=False)

    @contextlib.contextmanager
    def taking(self) -> Iterator[None]:
        """Work that ends with a turn: when it fails, all that wait are told."""
        if self._next.value == _GIVEN_UP:
            raise GivenUpError
        try:
            yield
        except BaseException:  # also an interrupt: whoever waits would wait for ever
            self._pass_to(_GIVEN_UP)
            raise

    @contextlib.contextmanager
    def of(self, number: int) -> Iterator[None]:
        """Wait for the turn of a block; the next one has it afterwards."""
        with self._changed:
            self._changed.wait_for(lambda: self._next.value in (number, _GIVEN_UP))
        if self._next.value == _GIVEN_UP:
            raise GivenUpError
        yield
        self._pass_to(number + 1)

    def _pass_to(self, number: int) -> None:
        with self._changed:
            if self._next.value != _GIVEN_UP:
                self._next.value = number
            self._changed.notify_all()
