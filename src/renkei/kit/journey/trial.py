"""A sequence tried on a municipality: which fault it brings about first, and the shortest that still does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from renkei.errors import TargetBlocked
from renkei.flow.journey import Step, Story
from renkei.flow.outcome import FaultOf
from renkei.flow.requirement import Basis
from renkei.kit.journey.account import Account, Fault
from renkei.kit.journey.act import Act
from renkei.kit.journey.act_people import PLANNED
from renkei.kit.journey.chance import Chance
from renkei.kit.journey.look import Law
from renkei.kit.journey.municipality import Municipality
from renkei.kit.journey.player import Player
from renkei.kit.journey.register import ACTS, LAWS
from renkei.kit.journey.sequence import (
    HURRIED,
    LEAPS,
    NIGHTS,
    WAITS,
    Sequence,
    acted,
    is_alike,
    named_by,
    nights,
    reaches_offices,
    taken,
    waited,
)
from renkei.kit.journey.story import people_of

# What two faults have in common that are the same.
Kind = tuple[str, str, FaultOf]
# So many sequences are tried at most to make one shorter.
TRIES = 60
ALTERNATIVES = 4
EMPTY = Story(id="machi", title_ja="", title_en="", clause="", systems=(), steps=())


@dataclass(slots=True, kw_only=True)
class Trial:
    """One sequence under way. ``wanted``: only a fault of this kind counts; ``known``: those of these kinds do not.

    ``steps`` is what was taken, and ``plainer`` what of each of them could have been taken as well, if it were plainer:
    sequences of one step. ``fault`` is the first that counts, and ``about`` those who were looked at then (() for everybody).
    ``stopped``: a system could not be asked any more. ``quiet`` are the nights since something was done, a planned day came,
    or more time than a night went by at once, and ``waited`` those that were waited for at the end.
    """

    town: Municipality
    acts: Mapping[str, Act] = field(default_factory=lambda: ACTS)
    laws: Mapping[str, Law] = field(default_factory=lambda: LAWS)
    wanted: Kind | None = None
    known: frozenset[Kind] = frozenset()
    cast: dict[str, Mapping[str, object]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    plainer: list[list[Sequence]] = field(default_factory=list)
    fault: Fault | None = None
    about: tuple[str, ...] = ()
    stopped: bool = False
    quiet: int = 0
    waited: int = 0
    player: Player = field(init=False)

    def __post_init__(self) -> None:
        self.player = Player(town=self.town, story=EMPTY, acts=self.acts, laws=self.laws, steady=True)

    @property
    def over(self) -> bool:
        """Whether nothing more can come of it."""
        return self.fault is not None or self.stopped

    @property
    def stirring(self) -> tuple[str, ...]:
        """What is only asked where a step says so."""
        return tuple(law.requirement for law in self.laws.values() if law.stirs)

    @property
    def account(self) -> Account:
        """What was seen."""
        return self.player.account

    def join(self, name: str, like: Mapping[str, object]) -> None:
        """Somebody takes part from now on."""
        self.cast[name] = like
        self.player.join(name, like)

    def chances(self, act: Act) -> list[Chance]:
        """In which ways an act could happen now; after a hurried step only where that was."""
        if self.over:
            return []
        self.player.truth.facts |= {"today": self.town.today, "now": self.town.virtual}
        hurried = self.steps[-1].at if self.steps and self.steps[-1].values.get("wait") == HURRIED else ""
        return [
            chance
            for chance in act.chances(self.player.truth)
            if self.town.has(at := chance.at or act.system) and hurried in ("", at) and not (hurried and chance.calm)
        ]

    def allows(self, step: Step) -> bool:
        """Whether a step could be taken now, as one of the chances of its act."""
        act, wanted = self.acts[step.act], taken(step, self.player.truth)
        return any(is_alike(chance, wanted, act) for chance in self.chances(act))

    def take(self, step: Step) -> None:
        """One step more."""
        self.plainer.append(list(self._plainer(step))[:ALTERNATIVES])
        self._go_on(step)
        self.steps.append(step)

    def end(self) -> None:
        """At the end, what asks much of the offices is looked at too; of a wanted kind only that.

        A sequence that ended with a rest has its nights: after more of them somebody may have left about whom is asked.
        """
        self._calm()
        while not self.over and self.quiet < NIGHTS and reaches_offices(self.steps):
            self._go_on(waited("day"))
            self.waited += 1
        self._ask()

    def rest(self) -> None:
        """The same in the middle: the nights are steps of the sequence, which then goes on."""
        self._calm()
        for night in self._nights():
            if not self.over:
                self.take(night)
        self._ask()

    def _nights(self) -> Iterator[Step]:
        """What is waited for before anything is asked; as long again where a planned day came meanwhile, which is news too."""
        planned = self._planned()
        if reaches_offices(self.steps):
            yield from nights(NIGHTS)
            if self._planned() < planned:
                yield from nights(NIGHTS)

    def _planned(self) -> int:
        """How many will leave on a day to come."""
        return sum(PLANNED in person.facts for person in self.player.truth.known())

    def _calm(self) -> None:
        """What was done in haste is told."""
        if not self.over and self.steps and self.steps[-1].values.get("wait") == HURRIED:
            self.take(waited("minutes"))

    def _ask(self) -> None:
        if self.over or not self.steps:
            return
        names = [self.wanted[0]] if self.wanted else [law.requirement for law in self.laws.values() if not law.standing]
        asked = tuple(name for name in names if self._is_duty(name))
        if asked:
            self._go_on(Step(ja="", en="", check=asked))

    def _go_on(self, step: Step) -> None:
        if self.over:
            return
        planned = self._planned()
        self.stopped = not self.player.take(step)
        self.fault = next(filter(self._counts, self.account.faults), None)
        law = self.laws.get(self.fault.requirement) if self.fault else None
        if law and law.nights and law.requirement not in step.check:
            self.about = tuple(person.name for person in self.player.settled(law))
        wait = step.values.get("wait")
        if step.act or self._planned() < planned or wait in LEAPS:
            self.quiet = 0
        elif wait == WAITS["day"]:
            self.quiet += 1

    def leave(self) -> None:
        """Whatever is still to be told is carried on now, so that nobody takes it for what comes after."""
        if self.steps and (self.stopped or self.steps[-1].values.get("wait") == HURRIED):
            with contextlib.suppress(TargetBlocked):
                self.town.wait(self.town.window)
                self.town.carry()
                self.town.settle()

    def sequence(self) -> Sequence:
        """What was taken until now."""
        return Sequence(cast=dict(self.cast)).of(self.steps)

    def _plainer(self, step: Step) -> Iterator[Sequence]:
        """What the same people could do instead: what comes before it in the chances of the act, less haste, nothing asked."""
        if not step.act:
            waits = list(WAITS)[: list(WAITS.values()).index(step.values["wait"])] if "wait" in step.values else []
            yield from (Sequence(steps=(waited(name),), cast={}) for name in waits)
            return
        if step.values.get("wait") == HURRIED:
            calm = {name: value for name, value in step.values.items() if name != "wait"}
            yield Sequence(steps=(replace(step, values=calm),), cast={})
        if step.check:
            yield Sequence(steps=(replace(step, check=()),), cast={})
        mine, names, act = taken(step, self.player.truth), people_of(step), self.acts[step.act]
        for chance in act.chances(self.player.truth):
            if is_alike(chance, mine, act):
                return
            if chance.who == mine.who and len(chance.new) <= len(mine.new) and bool(chance.new) == bool(mine.new):
                for chosen in dict.fromkeys(_parts(names, len(chance.new) or len(names))):
                    cast = dict(zip(chosen, chance.new, strict=True)) if chance.new else {}
                    yield Sequence(steps=(acted(act, chance, chosen, check=step.check),), cast=cast)

    def _counts(self, fault: Fault) -> bool:
        kind = kind_of(fault)
        if self.wanted is not None:
            return kind == self.wanted
        return kind not in self.known and self._is_duty(fault.requirement)

    def _is_duty(self, name: str) -> bool:
        requirement = self.town.bundle.requirement(name)
        return requirement.level.required and requirement.basis is not Basis.AMBIGUOUS


def kind_of(fault: Fault) -> Kind:
    """What makes it the same fault as another."""
    return fault.requirement, fault.rule, fault.party


@dataclass(slots=True, kw_only=True)
class Shortener:
    """Makes a sequence shorter for as long as it brings about a fault of one kind, within a number of tries.

    ``steps`` counts what was played for it.
    """

    begin: Callable[[], Trial]
    tries: int = TRIES
    steps: int = 0

    def shortest(self, sequence: Sequence) -> Sequence | None:
        """The shortest that was found; None when even the whole does not bring the fault about again."""
        found = self._again(sequence)
        if found is None:
            return None
        whole = found.sequence()
        found = self._again(whole.of(_about(whole, found.about))) or found
        size = max(len(found.steps) // 2, 1)
        while size:
            shorter = self._without(found, size)
            size = size if len(shorter.steps) < len(found.steps) and size == 1 else size // 2
            found = shorter
        return self._plainest(found).sequence()

    def _without(self, found: Trial, size: int) -> Trial:
        """The same without as many of so many steps in a row as can be left, the later ones first; each is tried once."""
        end = len(found.steps)
        while end > 0 and len(found.steps) > 1:
            start, whole = max(end - size, 0), found.sequence()
            found = self._again(whole.of((*whole.steps[:start], *whole.steps[end:]))) or found
            end = min(start, len(found.steps))
        return found

    def _plainest(self, found: Trial) -> Trial:
        """Each step in its plainest form: not hurried, with the fewest people and values."""
        at = 0
        while at < len(found.steps):
            whole, other = found.sequence(), found.plainer[at]
            plainer = next(filter(None, (self._again(_replaced(whole, at, one)) for one in other)), None)
            found, at = (plainer, at) if plainer else (found, at + 1)
        return found

    def _again(self, sequence: Sequence) -> Trial | None:
        """The sequence tried up to the fault; None when it is not legal any more, or no such fault comes."""
        if self.tries <= 0 or not sequence.steps:
            return None
        self.tries -= 1
        trial = self.begin()
        played = tried(trial, sequence)
        self.steps += len(trial.steps)
        return trial if played and trial.fault else None


def tried(trial: Trial, sequence: Sequence) -> bool:
    """Play a sequence to its fault, or to its end; whether all of it was legal."""
    for name, like in sequence.cast.items():
        trial.join(name, like)
    for step in sequence.steps:
        if step.act and not trial.allows(step):
            return False
        trial.take(step)
        if trial.over:
            return True
    trial.end()
    return True


def _parts(names: tuple[str, ...], size: int) -> Iterator[tuple[str, ...]]:
    """So many of these people, in a row."""
    return (names[start : start + size] for start in range(len(names) - size + 1))


def _about(sequence: Sequence, people: tuple[str, ...]) -> Iterator[Step]:
    """The steps about these, or those whom the last one is about, and about whoever was together with them."""
    concerned = set(people or named_by(sequence.steps[-1])) or set(sequence.cast)
    for _ in sequence.cast:
        for step in sequence.steps:
            names = set(named_by(step))
            concerned |= names if names & concerned else set()
    return (step for step in sequence.steps if set(named_by(step)) & concerned or step is sequence.steps[-1])


def _replaced(sequence: Sequence, at: int, other: Sequence) -> Sequence:
    """The same with another step in one place."""
    steps = (*sequence.steps[:at], *other.steps, *sequence.steps[at + 1 :])
    return replace(sequence, cast={**sequence.cast, **other.cast}).of(steps)
