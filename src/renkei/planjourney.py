"""The ``[journeys]`` table of a plan file: which life events are played over whose systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renkei.errors import PlanError
from renkei.flow.contract import Bundle
from renkei.flow.journey import JOURNEYS, LATENCY_SECONDS
from renkei.flow.plan import CommandAccess, FacadeAccess, Journeys, ManualAccess, Target
from renkei.planaccess import only, shown

JOURNEY_KEYS = {"targets", "only", "latency_seconds", "manual"}
MAX_LATENCY = 86_400


def read_journeys(table: Any, targets: tuple[Target, ...], bundle: Bundle) -> Journeys:
    """Whose systems life events run over: the named targets, or all that can be made to act and be asked."""
    if not isinstance(table, dict):
        raise PlanError("plan-wrong-value", key=JOURNEYS, value=shown(table), expected=f"[{JOURNEYS}]")
    only(table, JOURNEY_KEYS, JOURNEYS)
    manual = table.get("manual", False)
    if not isinstance(manual, bool):
        raise PlanError("plan-wrong-value", key=f"{JOURNEYS}.manual", value=shown(manual), expected="true | false")
    latency = table.get("latency_seconds", LATENCY_SECONDS)
    if not isinstance(latency, int) or isinstance(latency, bool) or not 1 <= latency <= MAX_LATENCY:
        key = f"{JOURNEYS}.latency_seconds"
        raise PlanError("plan-wrong-value", key=key, value=shown(latency), expected=f"1 … {MAX_LATENCY}")
    able = tuple(one.id for one in targets if manual or _playable(one))
    named = _names(table, "targets", able)
    _one_of_each(named or able, targets)
    return Journeys(
        targets=named or able,
        only=_names(table, "only", tuple(story.id for story in bundle.journeys)),
        latency_seconds=latency,
        manual=manual,
    )


def _playable(target: Target) -> bool:
    """Whether things can be made to happen in a target, and it can be asked what it holds."""
    if isinstance(target.trigger, ManualAccess):
        return True
    ways = (FacadeAccess, CommandAccess)
    return isinstance(target.trigger, ways) and isinstance(target.readback, ways)


def _names(table: Mapping[str, Any], key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Names of a list, each one of those known and named once."""
    where = f"{JOURNEYS}.{key}"
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise PlanError("plan-wrong-value", key=where, value=shown(value), expected='["…"]')
    for name in value:
        if name not in known or value.count(name) > 1:
            raise PlanError("plan-journeys-unknown", key=where, value=name, known=", ".join(known) or "-")
    return tuple(value)


def _one_of_each(names: tuple[str, ...], targets: tuple[Target, ...]) -> None:
    """A municipality has each system once; without any there is nobody to play with."""
    if not names:
        raise PlanError("plan-journeys-nobody", key=f"{JOURNEYS}.targets", value="-")
    holders: dict[str, str] = {}
    for target in targets:
        if target.id in names:
            if target.system in holders:
                other = holders[target.system]
                raise PlanError(
                    "plan-journeys-twice", key=f"{JOURNEYS}.targets", value=target.id, other=other, system=target.system
                )
            holders[target.system] = target.id
