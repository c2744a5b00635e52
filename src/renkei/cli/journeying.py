"""Wiring of journeys: every office of the municipality with its place, façade, command or person, on one town."""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from renkei.cli import wiring
from renkei.cli.counterparts import counterpart_of
from renkei.errors import PlanError
from renkei.flow.journey import MODEL
from renkei.flow.plan import CommandAccess, FacadeAccess, Journeys, Target
from renkei.journeyfile import story_of

if TYPE_CHECKING:
    from contextlib import ExitStack

    from renkei.cli.pairing import Surroundings
    from renkei.flow.exchange import Exchange
    from renkei.flow.journey import Story, Taken
    from renkei.flow.plan import Case, Plan
    from renkei.kit.consumer import Counterpart
    from renkei.kit.journey.account import Account
    from renkei.kit.journey.journey import Journey
    from renkei.kit.journey.municipality import Municipality
    from renkei.ports import Place

    Play = Callable[[Story, Municipality], Account]
Keep = Callable[[Mapping[str, Any]], str]


@dataclass(slots=True, kw_only=True)
class Ears:
    """What was exchanged with any office, for whoever plays now.

    ``alive`` tells whoever waits that nothing hangs, and in which ``sequence`` of events that nobody wrote down it is (0: none).
    Where one of them is played again, ``sequence`` is how many of its steps are done.
    """

    alive: Callable[[int], None]
    exchanges: list[Exchange] = field(default_factory=list)
    sequence: int = 0

    def hear(self, exchange: Exchange) -> None:
        """Take note of one exchange."""
        self.exchanges.append(exchange)
        self.alive(self.sequence)

    def forget(self) -> None:
        """Another sequence begins: what was exchanged in the one before is of no interest any more."""
        self.exchanges.clear()
        self.sequence += 1

    def stepped(self, _step: Taken) -> None:
        """One step more of the sequence that is played again."""
        self.sequence += 1
        self.alive(self.sequence)

    def sleep(self, seconds: float) -> None:
        """Let real time pass."""
        time.sleep(seconds)
        self.alive(self.sequence)


def journeying_of(
    about: Surroundings,
    keep: Keep,
    alive: Callable[[int], None],
    leaving: ExitStack,
    *,
    attended: bool,
    replay: str = "",
) -> Callable[[Case, Callable[[Exchange], None], Keep], Journey]:
    """Gives each case its journey, all on one municipality that is set up when the first is asked for.

    ``replay`` is the sequence that is played again of the journey that nobody wrote down. ``leaving`` is closed when all is
    played: what lies in inboxes is removed then, unless people go on with it another day.
    """
    ears = Ears(alive=alive)
    held: dict[str, Any] = {}

    def made(case: Case, record: Callable[[Exchange], None], keep_file: Keep) -> Journey:
        from renkei.kit.journey.journey import Journey

        if not held:
            town, play = _set_up(about, ears, keep, attended=attended)
            held.update(town=town, play=play, accounts={})
            if not by_hand(about.plan):
                leaving.callback(town.close)
        story = about.bundle.story(case.linkage)
        return Journey(
            case=case,
            story=story,
            town=held["town"],
            play=days_of(about, ears, replay) if story.model else held["play"],
            heard=ears.exchanges,
            record=record,
            keep_file=keep_file,
            emit=about.emit,
            accounts=held["accounts"],
        )

    return made


def _set_up(about: Surroundings, ears: Ears, keep: Keep, *, attended: bool) -> tuple[Municipality, Play]:
    """The municipality, and how a story is played on it: by itself, or with people at the screens."""
    from renkei.kit.journey.player import play

    if not by_hand(about.plan):
        town = municipality_of(about, ears, keep)
        town.cut_off = about.resumed
        return town, play
    from renkei.cli.handwork import guiding

    return guiding(about, ears, keep, attended=attended)


def by_hand(plan: Plan) -> bool:
    """Whether a person is needed at any of the offices."""
    journeys = plan.journeys
    return journeys is not None and any(is_by_hand(plan.target(name), journeys) for name in journeys.targets)


def is_by_hand(target: Target, journeys: Journeys) -> bool:
    """Whether a person makes things happen in a target: nothing else does. A program takes files in, and no more than that."""
    if isinstance(target.trigger, CommandAccess):
        return journeys.manual and not isinstance(target.readback, FacadeAccess)
    return not isinstance(target.trigger, FacadeAccess)


def days_of(about: Surroundings, ears: Ears, replay: str) -> Callable[[Story, Municipality], Account]:
    """What plays the journey that nobody wrote down: many sequences, or the one that was found before."""
    from renkei.kit.journey.account import Account
    from renkei.kit.journey.days import lived

    def play(story: Story, town: Municipality) -> Account:
        if by_hand(about.plan):
            return Account(spared=dict.fromkeys(story.requirements, "journey-not-by-hand"))
        if replay:
            ears.sequence = 0
            return played_again(replay, town, done=ears.stepped)
        try:
            return lived(town, profile=about.plan.profile, seed=about.plan.seed, forget=ears.forget)
        finally:
            # What is played next is written down.
            ears.sequence = 0

    return play


def played_again(replay: str, town: Municipality, *, done: Callable[[Taken], None] = lambda _step: None) -> Account:
    """What a sequence shows when it is played again, first of all what it was found for: that is what its last step asks.

    A system that breaks one thing often breaks others on the way there, or the same in another way, which were found by
    sequences of their own: each is told.
    """
    from renkei.kit.journey.days import again

    wanted = story_of(replay, Path(f"{MODEL}.toml")).steps[-1].check
    account = again(replay, town, done=done)
    account.faults.sort(key=lambda fault: fault.broken not in wanted)
    account.faults = [replace(fault, example=replay) for fault in account.faults]
    return account


def municipality_of(
    about: Surroundings, ears: Ears, keep: Keep, counterpart: Callable[[Target], Counterpart] | None = None
) -> Municipality:
    """The targets of the plan that take part, as the offices of one municipality."""
    from renkei.kit.journey.municipality import Municipality, Office

    plan = about.plan
    if plan.journeys is None:
        raise PlanError("plan-missing-key", key="journeys", value="-")
    offices = {}
    for target in map(plan.target, plan.journeys.targets):
        made = counterpart(target) if counterpart else counterpart_of(target)(ears.hear)
        system = about.bundle.system(target.system)
        offices[target.id] = Office(
            info=target, system=system, place=_place(target), counterpart=made, origin=_origin(target)
        )
    return Municipality(
        offices=offices,
        bundle=about.bundle,
        municipality=plan.municipality,
        keep=keep,
        window=float(plan.journeys.latency_seconds),
        seed=plan.seed,
        sleep=ears.sleep,
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
