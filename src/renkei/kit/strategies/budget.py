"""How many steps a search over a town may take, in how many examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from renkei.flow.plan import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """So many examples of so many steps each, and never more than their product in all."""

    examples: int
    steps: int

    @property
    def whole(self) -> int:
        """All steps together."""
        return self.examples * self.steps


BUDGETS: Mapping[str, Budget] = {
    Profile.SMOKE: Budget(examples=4, steps=6),
    Profile.STANDARD: Budget(examples=16, steps=12),
    Profile.CERTIFICATION: Budget(examples=30, steps=40),
}
