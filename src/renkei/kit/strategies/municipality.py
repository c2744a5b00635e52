"""The days of a town: a rule-based state machine that lets anything happen in any order, and looks at what everybody holds.

Each act of the register says by its chances how it could happen now, so that a new act joins by itself. What never came after
what happened before is done first; now and then what was seldom done, and now and then what can happen at one office, another one
in each example, so that a long chain of acts is gone along as often as a short one. Everybody in an example is new, so nothing
has to be put back between examples. Every law is looked at after every step, of those of whom it must hold by then. Whoever
something has just happened to is asked about when there is much about which nobody was ever asked, some nights later, and at
the end of an example. What the deltas come to is held against a full file after every step of 001 in one example of two: in the
others they go on by themselves, for whoever is given a full file begins anew and shows nothing of what was lost before.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import hypothesis
from hypothesis import errors, stateful
from hypothesis import strategies as st

from renkei.flow.journey import Step, Taken
from renkei.kit.journey.act import Act
from renkei.kit.journey.chance import Chance, never
from renkei.kit.journey.novelty import NOBODY, Event, Novelty, event_of, passing, situations
from renkei.kit.journey.sequence import HURRIED, NAMES, RESIDENTS, acted, waited
from renkei.kit.journey.trial import Trial
from renkei.kit.strategies.budget import Budget
from renkei.kit.strategies.provider import BACKEND

# Of so many steps, one is taken before what came of the last one was told.
HASTE = 6
# Of so many steps, one is what was done least and one is at the office of the example; the others are what followed the least.
TURNS = 4
LEAST, OFFICE = TURNS, 1
# After so many steps at most what asks much of the offices is looked at: later events would cover what went wrong.
REST = 13
# Or after so few, when there are so many situations in which nobody was ever asked.
PAUSE, NEWS = 2, 40
SPANS = ("day", "month", "year")
# In one example of so many a full file is asked for after every step of 001.
FULLS = 2


class Enough(BaseException):
    """The search ends here: something was found, or the budget is spent. No error, and nobody's to catch on the way."""


@dataclass(slots=True, kw_only=True)
class Search:
    """One run of the machine: ``found`` is the trial with the fault, ``novelty`` what was done how often, and after what.

    ``taken`` are the acts as they went. ``begin`` gives each example its trial, ``left`` is how many steps may still be taken.
    ``stopped`` are trials that could not go on.
    """

    begin: Callable[[], Trial]
    acts: Mapping[str, Act]
    seed: int
    budget: Budget
    left: int
    found: Trial | None = None
    novelty: Novelty = field(default_factory=Novelty)
    taken: list[Taken] = field(default_factory=list)
    looked: int = 0
    examples: int = 0
    stopped: list[Trial] = field(default_factory=list)
    unsteady: bool = False
    crash: Exception | None = None

    def run(self) -> Search:
        """Look until something is found or the budget is spent; the same for the same seed and the same systems."""
        settings = hypothesis.settings(
            # What ends early, because a system refuses something, leaves its steps to others.
            max_examples=self.budget.whole,
            stateful_step_count=self.budget.steps,
            database=None,
            deadline=None,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=(hypothesis.Phase.generate,),
            backend=BACKEND,
        )
        machine = hypothesis.seed(self.seed)(_machine(self))
        try:
            stateful.run_state_machine_as_test(machine, settings=settings)
        except Enough:
            if self.crash is not None:
                raise self.crash from None
        except errors.FlakyStrategyDefinition:
            # The systems did another thing when the same happened again: what was found until then counts.
            self.unsteady = True
        return self

    def over(self, trial: Trial) -> None:
        """Take account of a trial that ends; the first fault ends the search."""
        self.looked += trial.account.looked.total()
        self.taken += (step for step in trial.account.steps if step.act)
        if trial.fault is not None:
            self.found = trial
            raise Enough
        if trial.stopped:
            self.stopped.append(trial)

    def shuffled(self, name: str) -> bytes:
        """Where an act comes in the order of this seed: hypothesis begins each search with the first of everything."""
        return hashlib.sha256(f"{self.seed} {self.examples} {name}".encode()).digest()

    @property
    def done(self) -> Counter[str]:
        """How often each act was done, and each span of time passed."""
        return self.novelty.done

    def spend(self) -> None:
        """One step of the budget."""
        if self.left <= 0:
            raise Enough
        self.left -= 1


class Days(stateful.RuleBasedStateMachine):
    """One example: a trial that anything may happen in."""

    search: Search

    def __init__(self) -> None:
        super().__init__()
        if self.search.left <= 0:
            # Whoever begins forgets what was exchanged before: of the last example it is the evidence.
            raise Enough
        self.search.examples += 1
        self.trial = self.search.begin()
        self.whole = self.search.examples % FULLS == 0
        self.names = iter(NAMES)
        self.before: list[Event] = []
        self.closed = False
        self.since = 0
        self._possible: tuple[int, dict[str, list[Chance]]] = (-1, {})

    def possible(self) -> dict[str, list[Chance]]:
        """In which ways each act could happen now."""
        if self.trial.over:
            return {}
        if self._possible[0] != len(self.trial.steps):
            free = {name: act for name, act in self.search.acts.items() if act.chances is not never}
            found = {name: self.trial.chances(act) for name, act in free.items()}
            self._possible = len(self.trial.steps), {name: chances for name, chances in found.items() if chances}
        return self._possible[1]

    def options(self) -> list[tuple[Event, Chance | None]]:
        """Everything that could happen now, and in which way; no chance is taken where only time goes by."""
        if self.trial.over:
            return []
        truth = self.trial.player.truth
        found: list[tuple[Event, Chance | None]] = [
            (event_of(name, chance, truth), chance) for name, chances in self.possible().items() for chance in chances
        ]
        return found + ([(passing(span, truth), None) for span in SPANS] if self.trial.steps else [])

    @stateful.rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """One of the acts, or time; nothing any more where the example is over.

        It is one rule for all of them: rules of their own would be switched off at random, and with so few due at once no
        example would come to its end.
        """
        try:
            self.go_on(data)
        except (errors.HypothesisException, errors.StopTest):
            raise
        except Exception as error:  # ours, whatever it is: nothing that comes after it may hide it
            self.closed, self.search.crash = True, error
            raise Enough from error

    def go_on(self, data: st.DataObject) -> None:
        """One step, or none."""
        options, novelty = self.options(), self.search.novelty
        if not options:
            return
        events = list(dict.fromkeys(event for event, _ in options))
        turn = data.draw(st.integers(1, TURNS))
        near = self.near(events) if turn == OFFICE else events
        best = set(novelty.rarest(events) if turn == LEAST else novelty.newest(near, self.before))
        names = sorted({event.name for event in best}, key=self.search.shuffled)
        name = names[data.draw(st.integers(0, len(names) - 1))]
        ways = [option for option in options if option[0] in best and option[0].name == name]
        event, chance = ways[data.draw(st.integers(0, len(ways) - 1))]
        self.search.spend()
        if chance is None:
            novelty.happened(event, self.before)
            self.before.append(event)
            self.take(waited(event.name))
        else:
            self.happen(event, chance, hurried=data.draw(st.integers(1, HASTE)) == HASTE)

    def near(self, events: list[Event]) -> list[Event]:
        """What can happen at one office: the first, in the order of this example, where anything can; all where none is."""
        places = {
            event: event.at or self.search.acts[event.name].system for event in events if event.name in self.search.acts
        }
        offices = sorted({place for place in places.values() if place != RESIDENTS}, key=self.search.shuffled)
        return [event for event, place in places.items() if place == offices[0]] if offices else events

    def happen(self, event: Event, chance: Chance, *, hurried: bool) -> None:
        """The act, in one of the ways in which it could happen now; whoever is new gets a name."""
        names = tuple(next(self.names) for _ in chance.new) or chance.who
        for name, like in zip(names, chance.new, strict=False):
            self.trial.join(name, like)
        event = replace(event, people=event.people - {NOBODY} | set(names))
        self.search.novelty.happened(event, self.before)
        self.before.append(event)
        act = self.search.acts[event.name]
        told = self.whole and not hurried and (event.at or act.system) == RESIDENTS
        self.take(acted(act, chance, names, hurried=hurried, check=self.trial.stirring if told else ()))

    def take(self, step: Step) -> None:
        """The step, now and then a rest, and the end of the example when something came of it."""
        self.trial.take(step)
        self.since += 1
        if not self.trial.over and self.is_due(step):
            self.trial.rest()
            self.asked()
        if self.trial.over:
            self.close()

    def is_due(self, step: Step) -> bool:
        """Whether what asks much of the offices is looked at now."""
        hurried = step.values.get("wait") == HURRIED
        paused = self.since >= PAUSE and not hurried
        return self.since >= REST or (paused and self.search.novelty.unasked(self.trial.player.truth) >= NEWS)

    def asked(self) -> None:
        """Everything was asked about as it is now."""
        self.search.novelty.asked |= situations(self.trial.player.truth)
        self.since = 0

    def close(self) -> None:
        """The example is over, once."""
        if not self.closed:
            self.closed = True
            self.search.over(self.trial)

    def teardown(self) -> None:
        """What asks much of the offices is looked at when everything has happened."""
        if not self.closed:
            if self.since:
                self.trial.end()
                self.asked()
            self.close()


def _machine(search: Search) -> type[Days]:
    """The machine of one search."""
    return type("TheDays", (Days,), {"search": search})
