"""Acts of 住民記録: 転入 and what follows in a life."""

from __future__ import annotations

from collections.abc import Mapping

from renkei.kit.journey import resident
from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.truth import RESIDENT, Person

SYSTEM = "001"
TOLD = ("001o005", "001o006")


def registered(person: Person, cells: Mapping[str, str], *, rows: int = 1) -> None:
    """What 001 was told of somebody, and how many rows come of it at least."""
    person.cells |= cells
    person.rows += rows
    person.entered = True


def move_in(scene: Scene) -> None:
    """転入: the household as one, its first member as head or as the step says; a new 世帯番号 comes of the first."""
    home = resident.address(scene.town)
    before = resident.former_address(scene.town)
    day = scene.day("day")
    household = scene.other("household").household if "household" in scene.given else ""
    for person in scene.people:
        cells = {
            **(resident.likeness(scene.town, person.like) if not person.entered else {}),
            **({} if household else home),
            **before,
            "idonengappi": day,
            "jumintonattanengappi": day,
            "idotodokedenengappi": scene.today,
            **({"setaibango": household} if household else {}),
            **({"atenabango": person.number} if person.number else {}),
        }
        effect = scene.tell("move-in", cells, person)
        person.number = person.number or str(effect.values.get("atenabango") or "")
        household = household or str(effect.values.get("setaibango") or "")
        told = {**cells, "setaibango": household, "juminjotai": RESIDENT, "idojiyu": "01"}
        registered(person, {name: value for name, value in told.items() if name != "atenabango"})


ACTS = (
    Act(
        name="move-in",
        system=SYSTEM,
        play=move_in,
        keys=frozenset({"day", "household"}),
        linkages=TOLD,
        anew=True,
    ),
)
