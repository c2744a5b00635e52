"""Every act and every law by name; whoever adds a module of them adds it here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from renkei.kit.journey import (
    act_contact,
    act_family,
    act_money,
    act_nationality,
    act_outsider,
    act_people,
    act_protection,
    act_tax,
    act_welfare,
    chance_offices,
    chance_people,
    law_contact,
    law_event,
    law_history,
    law_money,
    law_outsider,
    law_people,
    law_protection,
    law_qualification,
    law_tax,
    law_welfare,
)
from renkei.kit.journey.act import Act
from renkei.kit.journey.look import Law

_OF_RESIDENTS = (*act_people.ACTS, *act_family.ACTS, *act_nationality.ACTS, *act_protection.ACTS)
_OF_OFFICES = (*act_tax.ACTS, *act_money.ACTS, *act_contact.ACTS, *act_welfare.ACTS, *act_outsider.ACTS)
_ACTS = (*_OF_RESIDENTS, *_OF_OFFICES)
_ON_RESIDENTS = (*law_people.LAWS, *law_history.LAWS, *law_event.LAWS, *law_protection.LAWS)
_ON_MONEY = (*law_tax.LAWS, *law_money.LAWS, *law_contact.LAWS)
_LAWS = (*_ON_RESIDENTS, *_ON_MONEY, *law_welfare.LAWS, *law_outsider.LAWS, *law_qualification.LAWS)

# In which ways acts could happen is told in two places for these; a new act says it itself.
CHANCES = {**chance_people.CHANCES, **chance_offices.CHANCES}
ACTS: Mapping[str, Act] = {act.name: replace(act, chances=CHANCES.get(act.name, act.chances)) for act in _ACTS}
LAWS: Mapping[str, Law] = {law.requirement: law for law in sorted(_LAWS, key=lambda law: law.requirement)}
