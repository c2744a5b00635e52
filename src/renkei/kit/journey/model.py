"""The model: sequences of events that nobody wrote down, until one brings a fault about, and the shortest that still does.

account = lived(municipality, profile="standard", seed=1)
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from renkei.catalogue import LANGUAGES, Catalogue
from renkei.errors import TargetBlocked
from renkei.flow.journey import MODEL, Story, Taken
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.phrase import joined, raw
from renkei.journeyfile import story_of
from renkei.kit.journey.account import Account, Fault, Obstacle
from renkei.kit.journey.act import Act
from renkei.kit.journey.look import Law
from renkei.kit.journey.municipality import Municipality
from renkei.kit.journey.player import Player
from renkei.kit.journey.register import ACTS, LAWS
from renkei.kit.journey.sequence import Sequence, written
from renkei.kit.journey.trial import Kind, Shortener, Trial, kind_of, tried
from renkei.kit.strategies.budget import BUDGETS, Budget
from renkei.kit.strategies.municipality import Search

REQUIREMENT = "JN-90"
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

    def account(self) -> Account:
        """What came of it all, as the account of one journey."""
        account = Account()
        account.looked[REQUIREMENT] = self.looked
        for found in self.found:
            text = written(self.story(found))
            digest = self.town.keep({"file": f"{MODEL}.toml", "story": text})
            account.evidence |= found.account.evidence | (
                {digest: {"file": f"{MODEL}.toml", "story": text}} if digest else {}
            )
            account.exchanges += found.account.exchanges
            account.steps += self._told(found, digest)
            if found.is_sure:
                again = f"{found.again}/{REPLAYS}"
                account.faults.append(replace(of_model(found.fault), example=text, replays=again))
            elif account.obstacle is None:
                detail = raw(f"{found.fault.rule} {found.again}/{REPLAYS}")
                account.obstacle = Obstacle(
                    outcome=Outcome.INCONCLUSIVE, party=FaultOf.UNDECIDABLE, reason="not-reproducible", detail=detail
                )
        if not self.found:
            account.steps += self._summary()
        if not self.looked and self.stopped:
            account.obstacle = self.stopped[0].account.obstacle
        return account

    def _told(self, found: Found, digest: str) -> Iterator[Taken]:
        """The shortest sequence as it went, and at its end what does not hold."""
        yield from found.account.steps
        check = self.story(found).steps[-1]
        yield Taken(
            ja=check.ja,
            en=check.en,
            requirements=check.check,
            state="broken",
            whose=found.fault.whose,
            evidence=(digest,) if digest else (),
        )

    def _summary(self) -> Iterator[Taken]:
        """What was done how often and where, and who was told of it, when nothing was found."""
        for name, count in sorted(self.done.items(), key=lambda one: (-one[1], one[0])):
            ja, en = (
                Catalogue(language).text("acts.played", act=Catalogue(language).choice("act_names", name), count=count)
                for language in LANGUAGES
            )
            steps = [step for step in self.taken if step.act == name]
            yield Taken(
                ja=ja,
                en=en,
                act=name if name in self.acts else "",
                targets=tuple(sorted({target for step in steps for target in step.targets})),
                told=tuple(sorted({one for step in steps for one in step.told})),
            )


def of_model(fault: Fault) -> Fault:
    """A fault as one of the model's: the requirement that is broken stands beside where it is."""
    return replace(fault, requirement=REQUIREMENT, where=joined([raw(fault.requirement), fault.where]))


def lived(town: Municipality, *, profile: str, seed: int, forget: Callable[[], None] = lambda: None) -> Account:
    """The account of sequences on a municipality, as many as the profile allows."""
    return Model(town=town, budget=BUDGETS[profile], seed=seed, forget=forget).live().account()


def again(text: str, town: Municipality) -> Account:
    """The account of one sequence that was found before, played exactly as it is told."""
    story = story_of(text, Path(f"{MODEL}.toml"))
    account = Player(town=town, story=story, acts=ACTS, laws=LAWS).play()
    account.faults = [of_model(fault) for fault in account.faults]
    account.looked[REQUIREMENT] = account.looked.total()
    return account
