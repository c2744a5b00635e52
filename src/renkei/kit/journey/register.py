"""Every act and every law by name; whoever adds a module of them adds it here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from renkei.kit.journey import (
    act_family,
    act_nationality,
    act_people,
    act_protection,
    law_event,
    law_history,
    law_people,
    law_protection,
)
from renkei.kit.journey.act import Act
from renkei.kit.journey.chance_people import CHANCES
from renkei.kit.journey.look import Law

_ACTS = (*act_people.ACTS, *act_family.ACTS, *act_nationality.ACTS, *act_protection.ACTS)
_LAWS = (*law_people.LAWS, *law_history.LAWS, *law_event.LAWS, *law_protection.LAWS)

# What happens in which ways to residents is told in one place; other acts say it themselves.
ACTS: Mapping[str, Act] = {act.name: replace(act, chances=CHANCES.get(act.name, act.chances)) for act in _ACTS}
LAWS: Mapping[str, Law] = {law.requirement: law for law in sorted(_LAWS, key=lambda law: law.requirement)}
