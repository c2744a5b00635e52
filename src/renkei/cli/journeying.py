"""Wiring of journeys: every office of the municipality with its place, façade, command or person, on one town."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from renkei.cli import wiring
from renkei.cli.counterparts import counterpart_of
from renkei.errors import PlanError
from renkei.flow.plan import CommandAccess, FacadeAccess, Target

if TYPE_CHECKING:
    from renkei.cli.pairing import Surroundings
    from renkei.flow.exchange import Exchange
    from renkei.flow.plan import Case
    from renkei.flow.journey import Story
    from renkei.kit.byperson import Ask
    from renkei.kit.journey.account import Account
    from renkei.kit.journey.journey import Journey
    from renkei.kit.journey.municipality import Municipality, Office
    from renkei.ports import Place

Keep = Callable[[Mapping[str, Any]], str]


@dataclass(slots=True, kw_only=True)
class Ears:
    """What was exchanged with any office, for whoever plays now; ``alive`` tells whoever waits that nothing hangs."""

    alive: Callable[[], None]
    exchanges: list[Exchange] = field(default_factory=list)

    def hear(self, exchange: Exchange) -> None:
        """Take note of one exchange."""
        self.exchanges.append(exchange)
        self.alive()


def journeying_of(
    about: Surroundings, keep: Keep, alive: Callable[[], None], ask: Ask | None, replay: str = ""
) -> Callable[[Case, Callable[[Exchange], None], Keep], Journey]:
    """Gives each case its journey, all on one municipality that is set up when the first is asked for.

    ``replay`` is the sequence that is played again of the journey that nobody wrote down.
    """
    ears = Ears(alive=alive)
    held: dict[str, Any] = {}

    def made(case: Case, record: Callable[[Exchange], None], keep_file: Keep) -> Journey:
        from renkei.kit.journey.journey import Journey
        from renkei.kit.journey.player import play

        town = held.setdefault("town", None) or municipality_of(about, ears, keep, ask)
        held["town"] = town
        story = about.bundle.story(case.linkage)
        return Journey(
            case=case,
            story=story,
            town=town,
            play=_days(about, ears, replay) if story.model else play,
            heard=ears.exchanges,
            record=record,
            keep_file=keep_file,
            emit=about.emit,
            accounts=held.setdefault("accounts", {}),
        )

    return made


def _days(about: Surroundings, ears: Ears, replay: str) -> Callable[[Story, Municipality], Account]:
    """What plays the journey that nobody wrote down: many sequences, or the one that was found before."""
    from renkei.kit.journey.model import again, lived

    def play(_story: Story, town: Municipality) -> Account:
        if replay:
            return again(replay, town)
        return lived(town, profile=about.plan.profile, seed=about.plan.seed, forget=ears.exchanges.clear)

    return play


def municipality_of(about: Surroundings, ears: Ears, keep: Keep, ask: Ask | None = None) -> Municipality:
    """The targets of the plan that take part, as the offices of one municipality."""
    from renkei.kit.journey.municipality import Municipality

    plan = about.plan
    if plan.journeys is None:
        raise PlanError("plan-missing-key", key="journeys", value="-")
    offices = {name: _office(plan.target(name), about, ears, ask) for name in plan.journeys.targets}
    return Municipality(
        offices=offices,
        bundle=about.bundle,
        municipality=plan.municipality,
        keep=keep,
        window=float(plan.journeys.latency_seconds),
        seed=plan.seed,
    )


def _office(target: Target, about: Surroundings, ears: Ears, ask: Ask | None) -> Office:
    from renkei.kit.journey.municipality import Office

    return Office(
        info=target,
        system=about.bundle.system(target.system),
        place=_place(target),
        counterpart=counterpart_of(target, ask)(ears.hear),
        origin=_origin(target),
    )


def _place(target: Target) -> Place | None:
    from renkei.adapters.fsspec.place import open_place

    return open_place(target.files.url, wiring.storage_options(target)) if target.files else None


def _origin(target: Target) -> str:
    """Which façade or program it is that keeps the target's clock; targets behind one and the same share it."""
    access = target.trigger
    if isinstance(access, FacadeAccess):
        parts = urllib.parse.urlsplit(access.url)
        return f"{parts.scheme}://{parts.netloc}"
    return " ".join(access.argv) if isinstance(access, CommandAccess) else f"by hand {target.id}"
