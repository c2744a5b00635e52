"""Acts of 住登外者宛名番号管理: numbers of people who do not live here, their changes, 名寄せ and deletion; and 印鑑."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from renkei.flow.facade import Effect
from renkei.kit.journey import resident
from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.truth import Person

OUTSIDERS, SEALS = "031", "002"
TOLD = "031o901"
SEAL, OUTSIDER = "seal", "outsider"
STAMPED = ("shimei", "shimei_furigana", "seibetsu", "seinengappi")
FIRST, SECOND = "024", "010"


@dataclass(slots=True, kw_only=True)
class Outsider:
    """Somebody as 031 knows them: ``carried`` tells that the number is that of the former resident."""

    number: str
    cells: dict[str, str] = field(default_factory=dict)
    rows: int = 1
    carried: bool = False
    merged: str = ""
    was_merged: bool = False
    deleted: bool = False


def outsider(person: Person) -> Outsider | None:
    """Somebody as a non-resident, None who never was one."""
    return person.facts.get(OUTSIDER)


def _outsider(person: Person) -> Outsider:
    known = outsider(person)
    if known is None:
        raise KeyError(person.name)
    return known


def _tell(scene: Scene, event: str, values: Mapping[str, str], person: Person) -> Effect:
    """Have it happen: nobody whom 001 would have to know is touched by it."""
    effect = scene.town.stimulus(scene.office.id, event, values)
    if person not in scene.touched:
        scene.touched.append(person)
    return effect


def _elsewhere(scene: Scene) -> dict[str, str]:
    return {
        name: value for name, value in resident.elsewhere(scene.town, "jusho").items() if not name.startswith("jusho_k")
    }


def register(scene: Scene) -> None:
    """住登外者の登録: under a new number, or as the resident that the person was (番号引継)."""
    for person in scene.people:
        source = person.cells
        if not source:
            # Who moves in later is called then as now.
            source = resident.likeness(scene.town, person.like)
            person.like = {**person.like, "cells": source}
        cells = {name: source[name] for name in STAMPED if source.get(name)} | _elsewhere(scene)
        carried = bool(scene.given.get("carried"))
        values = {"gyomuid": SECOND if carried else FIRST, **cells}
        if carried:
            values["atenabango"] = person.number
        effect = _tell(scene, "outsider-register", values, person)
        number = str(effect.values.get("atenabango") or "")
        person.facts[OUTSIDER] = Outsider(number=number, cells=cells, carried=carried)


def change(scene: Scene) -> None:
    """基本４情報の変更: another address."""
    for person in scene.people:
        known, cells = _outsider(person), _elsewhere(scene)
        _tell(scene, "outsider-change", {"atenabango": known.number, **cells}, person)
        known.cells |= cells
        known.rows += 1


def merge(scene: Scene) -> None:
    """名寄せ: of the same person's second number into the first."""
    into = _outsider(scene.other("into"))
    for person in scene.people:
        known = _outsider(person)
        values = {"atenabango": known.number, "nayosesakiatenabango": into.number}
        _tell(scene, "outsider-merge", values, person)
        known.merged, known.rows, known.was_merged = into.number, known.rows + 1, True


def unmerge(scene: Scene) -> None:
    """名寄せの解除."""
    for person in scene.people:
        known = _outsider(person)
        _tell(scene, "outsider-unmerge", {"atenabango": known.number}, person)
        known.merged, known.rows = "", known.rows + 1


def delete(scene: Scene) -> None:
    """The person became a resident: 名寄せ into that number, and deletion, asked for by the office that registered."""
    for person in scene.people:
        known = _outsider(person)
        values = {"atenabango": known.number, "nayosesakiatenabango": person.number}
        _tell(scene, "outsider-delete", values, person)
        known.deleted = True


def seal_register(scene: Scene) -> None:
    """印鑑登録."""
    for person in scene.people:
        scene.tell("seal-register", {"atenabango": person.number}, person)
        person.facts[SEAL] = True


ACTS = (
    Act(
        name="outsider-register",
        system=OUTSIDERS,
        play=register,
        keys=frozenset({"carried"}),
        linkages=(TOLD,),
        anew=True,
    ),
    Act(name="outsider-change", system=OUTSIDERS, play=change, linkages=(TOLD,)),
    Act(name="outsider-merge", system=OUTSIDERS, play=merge, keys=frozenset({"into"}), linkages=(TOLD,)),
    Act(name="outsider-unmerge", system=OUTSIDERS, play=unmerge, linkages=(TOLD,)),
    Act(name="outsider-delete", system=FIRST, play=delete, linkages=("024o908", TOLD)),
    Act(name="seal-register", system=SEALS, play=seal_register, linkages=("002o901",)),
)
