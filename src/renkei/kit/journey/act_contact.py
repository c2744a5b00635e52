"""Acts of 統合収納 about whom letters go to besides the debtor: co-owners of an estate, and agents."""

from __future__ import annotations

from collections.abc import Iterator

from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.chance import GROWN, Chance, age, lives_here
from renkei.kit.journey.truth import Person, Truth

COLLECTION = "036"
OWNERS, AGENTS = "036o011", "036o013"
CO_OWNER, AGENT = "co-owner", "agent"
# 固定資産税, for which both are registered.
ESTATES, ESTATE_TAX = "012", "04"


def own(scene: Scene) -> None:
    """共有: an estate of everybody whom the step names, the first as their representative."""
    scene.tell("co-own", {"koseiinatenabango": ";".join(person.number for person in scene.people)})
    for person in scene.people:
        person.facts[CO_OWNER] = True


def act_for(scene: Scene) -> None:
    """代理人: the person gets the letters of another."""
    for person in scene.people:
        of = scene.other("of")
        values = {
            "gyomuid": ESTATES,
            "atenabango": of.number,
            "zeimokukodo": ESTATE_TAX,
            "dairininatenabango": person.number,
        }
        scene.tell("agent", values)
        person.facts[AGENT] = of.name


def _grown(truth: Truth) -> list[Person]:
    return [person for person in truth.known() if lives_here(truth, person) and age(person) >= GROWN]


def owns(truth: Truth) -> Iterator[Chance]:
    """Two residents who own nothing together yet."""
    free = [person for person in _grown(truth) if CO_OWNER not in person.facts]
    for place, person in enumerate(free):
        yield from (Chance(who=(person.name, other.name)) for other in free[place + 1 :])


def acts_for(truth: Truth) -> Iterator[Chance]:
    """A resident for another one who has no agent yet."""
    served = {person.facts.get(AGENT) for person in truth.known()}
    for person in _grown(truth):
        for other in _grown(truth) if AGENT not in person.facts else ():
            if other is not person and other.name not in served:
                yield Chance(who=(person.name,), given={"of": other.name}, other=other.name)


ACTS = (
    Act(name="co-own", system=COLLECTION, play=own, linkages=(OWNERS,), chances=owns),
    Act(
        name="agent",
        system=COLLECTION,
        play=act_for,
        keys=frozenset({"of"}),
        linkages=(AGENTS,),
        chances=acts_for,
    ),
)
