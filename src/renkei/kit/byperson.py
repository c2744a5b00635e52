"""A person in place of a façade: told in plain words what to do, and waited for; what was asked is kept for a resumed run."""

from __future__ import annotations

from typing import Protocol

from renkei.errors import TargetBlocked
from renkei.flow.facade import Job, JobState, Order


class Ask(Protocol):
    """Puts an order to a person and waits; False when nobody is there to do it."""

    def __call__(self, order: Order, seconds: float) -> bool:
        """Whether the person says that it is done. Raises TargetBlocked at the deadline or when it cannot be done."""


class Person:
    """Fulfils ``ports.Actor``."""

    def __init__(self, seconds: float, ask: Ask | None) -> None:
        self._seconds = seconds
        self._ask = ask

    def act(self, order: Order) -> Job:
        """Ask, and take the answer for the end of the job: what came of it is read back."""
        if self._ask is None or not self._ask(order, self._seconds):
            raise TargetBlocked("needs-a-person", linkage=order.linkage, action=str(order.action))
        return Job(id="person", state=JobState.FINISHED, linkage=order.linkage)
