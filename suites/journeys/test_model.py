"""The days of a town: what happens is drawn by lot, and every other requirement must hold after each event."""

from __future__ import annotations

from renkei.kit import Expect, requirement
from renkei.kit.journey.account import judge
from renkei.kit.journey.journey import Journey


@requirement("JN-90")
def test_it_holds_in_whichever_order_things_happen(journey: Journey, expect: Expect) -> None:
    """No sequence of events that is legal brings about what another requirement forbids."""
    judge(journey.account(), expect, "JN-90")
