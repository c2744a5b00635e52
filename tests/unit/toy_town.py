"""A town of one office that is a toy: what can happen in it, what must be so, and the defects that are planted in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import raw
from renkei.flow.requirement import Basis, Impact, Level, Requirement, Role
from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.chance import Chance, each, lives_here, room
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.model import Model
from renkei.kit.journey.municipality import Municipality
from renkei.kit.journey.truth import LEFT, RESIDENT, Truth
from renkei.kit.strategies.budget import Budget

ROOMY = Budget(examples=20, steps=10)


def office() -> Any:
    """The only office of the town."""
    return SimpleNamespace(id="toy-001", info=SimpleNamespace(system="001"))


@dataclass(kw_only=True)
class Toy(Municipality):
    """A town of one office: what it holds of each person, and the defect that is planted in it."""

    offices: Mapping[str, Any] = field(default_factory=lambda: {"toy-001": office()})
    bundle: Any = field(default_factory=lambda: SimpleNamespace(requirement=requirement))
    municipality: str = "993018"
    defect: Callable[[Toy, str, str], bool] = lambda _toy, _event, _number: False
    holds: dict[str, str] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def begin(self) -> None:
        """Everybody holds what there was: nothing."""

    def wait(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> None:
        """Time passes at once."""
        self.virtual += seconds

    def happen(self, event: str, number: str, state: str) -> None:
        """What a clerk does; a planted defect loses it."""
        self.events.append(event)
        self.moved[number] = self.moved.get(number, 0) + (event == "move")
        if not self.defect(self, event, number):
            self.holds[number] = state


def requirement(name: str, level: Level = Level.REQUIRED) -> Requirement:
    """A requirement of journeys."""
    return Requirement(
        id=name, title_ja="正しく持つ", title_en="Held right", text_ja="", text_en="", plain_ja="", plain_en="",
        level=Level.RECOMMENDED if name == "JN-20" else level, impact=Impact.CORRUPTS, role=Role.JOURNEY, applies=None,
        linkages=(), option="", clause="c", basis=Basis.INTERPRETATION, ambiguities=(), rules=(),
    )  # fmt: skip


def come(scene: Scene) -> None:
    toy = cast(Toy, scene.town)
    for person in scene.people:
        person.number = str(next(toy.numbers))
        person.registered({"juminjotai": RESIDENT, "tsuzukigarakodo1": "01", "setaibango": person.number})
        toy.happen("come", person.number, RESIDENT)
    scene.touch(scene.people)


def move(scene: Scene) -> None:
    for person in scene.people:
        cast(Toy, scene.town).happen("move", person.number, RESIDENT)
    scene.touch(scene.people)


def leave(scene: Scene) -> None:
    for person in scene.people:
        person.registered({"juminjotai": LEFT})
        cast(Toy, scene.town).happen("leave", person.number, LEFT)
    scene.touch(scene.people)


def arrivals(truth: Truth) -> Iterator[Chance]:
    for household in (({"age": 30},), ({"age": 40}, {"age": 39})):
        if room(truth, len(household)):
            yield Chance(new=household)


TOY_ACTS = {
    act.name: act
    for act in (
        Act(name="move-in", system="001", play=come, chances=arrivals),
        Act(name="move", system="001", play=move, chances=each(lives_here)),
        Act(name="move-out", system="001", play=leave, chances=each(lives_here)),
        Act(name="elsewhere", system="099", play=leave, chances=each(lives_here)),
        Act(name="stories-only", system="001", play=leave),
    )
}


ONCE = Act(
    name="move-in",
    system="001",
    play=come,
    chances=lambda truth: () if list(truth.known()) else (Chance(new=({"age": 30},)),),
)


def as_it_is(look: Look) -> None:
    """The office holds the state that was registered."""
    toy = cast(Toy, look.town)
    for person in look.people:
        look.that(
            toy.holds.get(person.number) == person.state, "journey-cell-differs", expected=raw(person.state),
            actual=raw(toy.holds.get(person.number, "")), whose=[office()], party=FaultOf.CONSUMER,
        )  # fmt: skip


STANDING = {"JN-02": Law(requirement="JN-02", judge=as_it_is)}


def model(
    toy: Toy, *, laws: Mapping[str, Law] | None = None, seed: int = 1, most: int = 1, budget: Budget = ROOMY
) -> Model:
    """The days of the toy, lived."""
    made = Model(town=toy, budget=budget, seed=seed, most=most, acts=TOY_ACTS, laws=laws or STANDING)
    return made.live()


def second_move_lost(toy: Toy, event: str, number: str) -> bool:
    """Whoever moved twice is not removed any more."""
    return event == "leave" and toy.moved.get(number, 0) >= 2
