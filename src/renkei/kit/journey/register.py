"""Every act and every law by name; whoever adds a module of them adds it here."""

from __future__ import annotations

from collections.abc import Mapping

from renkei.kit.journey import act_people, law_people
from renkei.kit.journey.act import Act
from renkei.kit.journey.look import Law

ACTS: Mapping[str, Act] = {act.name: act for act in (*act_people.ACTS,)}
LAWS: Mapping[str, Law] = {law.requirement: law for law in (*law_people.LAWS,)}
