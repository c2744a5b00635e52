"""The model: sequences of events that nobody wrote down, until one brings a fault about, and the shortest that still does.

found = Model(town=municipality, budget=BUDGETS["standard"], seed=1).live().found
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.errors import TargetBlocked
from renkei.flow.journey import Story, Taken
from renkei.kit.journey.account import Account, Fault
from renkei.kit.journey.act import Act
from renkei.kit.journey.look import Law
from renkei.kit.journey.municipality import Municipality
from renkei.kit.journey.register import ACTS, LAWS
from renkei.kit.journey.sequence import Sequence
from renkei.kit.journey.trial import Kind, Shortener, Trial, kind_of, tried
from renkei.kit.strategies.budget import Budget
from renkei.kit.strategies.municipality import Search

REPLAYS = 3
# So many different faults are looked for in one run.
MOST_FAULTS = 3
PRIME = 1_000_003
DAY = 86_400.0
# What is legal in July may not be in April: so many months at most are gone through to play a sequence again.
MONTHS, MONTH = 12, 30 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One fault that a sequence brought about: the shortest, how long it was, and how often it came again.

    ``waited`` are the nights between its last step and what does not hold, and ``about`` those of whom it does not (() for
    everybody): of others it is too early to say.
    """

    fault: Fault
    sequence: Sequence
    length: int
    again: int
    tries: int
    after_steps: int
    waited: int
    about: tuple[str, ...]
    account: Account

    @property
    def is_sure(self) -> bool:
        """Whether it came every time."""
        return self.again == REPLAYS


@dataclass(slots=True, kw_only=True)
class Model:
    """Sequences on one municipality. ``forget`` is told whenever what was exchanged until now is of no interest any more.

    ``most`` is how many different faults are looked for, and ``enough`` says of one that it is the last. ``steps`` counts
    what was taken to find them, ``short`` what was played to make the sequences short and sure.
    """

    town: Municipality
    budget: Budget
    seed: int = 1
    most: int = MOST_FAULTS
    acts: Mapping[str, Act] = field(default_factory=lambda: ACTS)
    laws: Mapping[str, Law] = field(default_factory=lambda: LAWS)
    forget: Callable[[], None] = lambda: None
    enough: Callable[[Found], bool] = lambda _found: False
    shortener: Callable[[Callable[[], Trial]], Shortener] = lambda begin: Shortener(begin=begin)
    found: list[Found] = field(default_factory=list)
    stopped: list[Trial] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    taken: list[Taken] = field(default_factory=list)
    looked: int = 0
    steps: int = 0
    short: int = 0
    _last: Trial | None = None

    def live(self) -> Model:
        """Look until the budget is spent, or so many faults were found."""
        known: set[Kind] = set()
        keep = self.town.keep
        for turn in range(self.most + 1):
            left = self.budget.whole - self.steps
            if left <= 0 or len(self.found) == self.most or any(map(self.enough, self.found)):
                break
            # Nothing is kept of what nobody will ask about.
            self.town.keep = lambda _facts: ""
            search = Search(
                begin=lambda: self._begin(frozenset(known)),
                acts=self.acts,
                seed=self.seed + PRIME * turn,
                budget=self.budget,
                left=left,
            ).run()
            self.steps += left - search.left
            self.done += search.done
            self.taken += search.taken
            self.looked += search.looked
            self.stopped += search.stopped
            if search.found is not None and search.found.fault is not None:
                known.add(kind_of(search.found.fault))
                found = self._sure(search.found, search.found.fault, keep)
                self.found.append(found)
            elif not search.unsteady:
                break
        self.town.keep = keep
        return self

    def _begin(self, known: frozenset[Kind], wanted: Kind | None = None, *, later: float = 0) -> Trial:
        if self._last is not None:
            self._last.leave()
        self._dawn(later)
        self.forget()
        self.town.kept = {}
        self._last = Trial(town=self.town, acts=self.acts, laws=self.laws, known=known, wanted=wanted)
        return self._last

    def _dawn(self, later: float) -> None:
        """Where all clocks are virtual each trial begins at the same time of day: who is late at some hours is so again."""
        span = later - self.town.virtual % -DAY if self.town.is_virtual else 0
        with contextlib.suppress(TargetBlocked):
            if span:
                self.town.wait(span)
                self.town.carry()
                self.town.settle()

    def _sure(self, trial: Trial, fault: Fault, keep: Callable[[Mapping[str, Any]], str]) -> Found:
        """The shortest sequence with the same fault, played again so often; the last play is what is kept of it."""
        wanted, whole = kind_of(fault), trial.sequence()
        shortener = self.shortener(lambda: self._begin(frozenset(), wanted))
        short = shortener.shortest(whole) or whole
        self.short += shortener.steps
        again, last = 0, trial
        for turn in range(REPLAYS):
            self.town.keep = keep if turn == REPLAYS - 1 else self.town.keep
            last = self._again(short, wanted)
            again += last.fault is not None
        return Found(
            fault=last.fault or fault,
            sequence=short,
            length=len(whole.steps),
            again=again,
            tries=shortener.tries,
            after_steps=self.steps,
            waited=last.waited,
            about=last.about,
            account=last.player.end(),
        )

    def _again(self, sequence: Sequence, wanted: Kind) -> Trial:
        """The sequence played again, in the first month in which it is legal; in this one where no clock can be put on."""
        for month in range(MONTHS):
            trial = self._begin(frozenset(), wanted, later=MONTH if month else 0)
            legal = tried(trial, sequence)
            self.short += len(trial.steps)
            if legal or not self.town.is_virtual:
                break
        return trial

    def story(self, found: Found) -> Story:
        """What was found as a story."""
        requirement = self.town.bundle.requirement(found.fault.requirement)
        return found.sequence.story(requirement, waited=found.waited, about=found.about)
