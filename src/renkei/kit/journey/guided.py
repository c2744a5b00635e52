"""A journey with people at the screens: done once, never for a trial again, and taken up where it was interrupted."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.flow.facade import Effect, Values
from renkei.flow.journey import Step, Story, Taken
from renkei.kit.journey import resident
from renkei.kit.journey.account import Account
from renkei.kit.journey.act_people import come_due
from renkei.kit.journey.journal import BEGIN, OPENED, STEP, STIMULUS, Journal, Unlike, account_of, members_of, what_of
from renkei.kit.journey.municipality import Municipality
from renkei.kit.journey.player import Player
from renkei.kit.journey.sequence import HURRIED
from renkei.kit.journey.story import made_sure
from renkei.ports import Steering

# So many people a story has at most. Each takes their 個人番号 from one of so many ranges, by chance: two stories seldom share one.
PEOPLE, RANGES = 20, 400_000
# What acts take from an answer; the rest of a row may hold what must not be written down.
TOLD = ("atenabango", "setaibango")


Announce = Callable[[Story, int, Step], None]


@dataclass(slots=True)
class Recalled:
    """Fulfils ``ports.Steering``: what was made to happen before the interruption is not made to happen twice."""

    target: str
    steering: Steering
    pages: dict[str, Journal]

    def stimulus(self, event: str, *, linkage: str = "", values: Values | None = None) -> Effect:
        """What came of it then, or what comes of it now."""
        journal = self.pages.get("open")
        if journal is None:
            return self.steering.stimulus(event, linkage=linkage, values=values)
        given = dict(values or {})
        effect = journal.recalled(self.target, event, linkage, given)
        if effect is None:
            effect = self.steering.stimulus(event, linkage=linkage, values=values)
            what = what_of(self.target, event, linkage, given)
            told = {name: effect.values[name] for name in TOLD if effect.values.get(name)}
            journal.write(STIMULUS, what=what, values=told, files=list(effect.files))
        return effect

    def reset(self, linkages: tuple[str, ...] | None = None) -> None:
        """As its system does."""
        self.steering.reset(linkages)


@dataclass(slots=True, kw_only=True)
class Guided(Player):
    """A play whose steps are written into a journal; ``pages`` is where steerings find the journal that is open.

    A step that was begun on another day is still one of that day: ``begun_on``.
    """

    journal: Journal
    pages: dict[str, Journal] = field(default_factory=dict)
    announce: Announce = lambda _story, _number, _step: None
    begun_on: str = ""

    def play(self) -> Account:
        """The whole story, or the rest of it."""
        whole = self.journal.step(len(self.story.steps) - 1)
        if whole is not None:
            return account_of(whole["account"])
        if self.journal.beginning and self.town.feeds:
            self.journal.anew()  # others have been told things since: nobody can go back there
        self.pages["open"], leapt = self.journal, self.town.leapt
        try:
            return self._played()
        except Unlike:
            self.journal.anew()
            self.town.leapt = max(leapt, self.town.leapt)  # nobody put the clocks back
            self.truth.people.clear()
            self.truth.happened.clear()
            return self._played()
        finally:
            self.town.day = ""
            del self.pages["open"]

    def _played(self) -> Account:
        made_sure(self.story)
        self._set(self.journal.beginning)
        for one in self.story.cast:
            self.join(str(one["name"]), one.get("like", {}))
        left = False
        for number, step in enumerate(self.story.steps):
            past = self.journal.step(number)
            self.begun_on = self.journal.opened(number)
            if past is not None:
                self._again(step, past)
                continue
            self.town.day = ""
            if left:
                self._over(Taken(ja=step.ja, en=step.en, act=step.act, requirements=step.check, state="left"))
                continue
            if not self.begun_on:
                self.begun_on = self.town.today
                self.journal.write(OPENED, number=number, day=self.begun_on)
            self.announce(self.story, number, step)
            left = not self.take(step)
            self.end()
            if not left:  # what stopped is tried again when the run is taken up
                self._write(number)
        return self.end()

    def _set(self, beginning: Mapping[str, Any] | None) -> None:
        """The same people, the same folders, the same files before anything happened."""
        if beginning is None:
            self.town.begin()
            folders, sequences = self.town.beginning
            taken = sorted(self.town.scratch.get("journey-taken", ()))
            seed = f"{self.town.seed}/{self.story.id}/{self.town.unique()}"  # other people than those of any run before
            self.journal.write(
                BEGIN, folders=folders, sequences=sequences, waiting=self.town.waiting, taken=taken, seed=seed
            )
        else:
            seed = beginning["seed"]
            self.town.recall(beginning["folders"], beginning["sequences"], beginning["waiting"])
            self.town.scratch["journey-taken"] = set(beginning["taken"])
        self.town.scratch[resident.SCRATCH] = random.Random(seed)
        resident.apart(self.town)
        self.town.scratch.pop(resident.NUMBERS, None)  # the people of the story before have theirs by now
        first = resident.LAST_NUMBER - PEOPLE * (1 + random.Random(seed).randrange(1, RANGES))
        self.town.scratch[resident.COUNTER] = itertools.count(first, -1)

    def _act(self, step: Step) -> str:
        self.town.day = self.begun_on
        try:
            return Player._act(self, step)
        finally:
            self.town.day = ""

    def _again(self, step: Step, past: Mapping[str, Any]) -> None:
        """A step that is over: the truth follows it, nobody is asked, and the place of every series is what it was then."""
        self._begin()
        if step.act and self.town.has(step.at or self.acts[step.act].system):
            self._act(step)
        self.town.day = past["day"]
        for linkage, sequence in past["sequences"].items():
            if (feed := self.town.feed(linkage)) is not None:
                feed.fetch(sequence)
                waiting = past["waiting"].get(linkage, ())
                feed.waiting = [one for one in feed.waiting if one.parts.sequence in waiting]
        for person in self.truth.known():
            come_due(person, self.town.today)
        if step.values.get("wait") != HURRIED:  # after a hurried step its news comes with the next one's
            self.truth.touched.clear()
            self.town.settle()
        self.town.virtual, self.town.leapt = past["virtual"], past["leapt"]
        self.account, self.town.kept = account_of(past["account"]), {}
        self.journal.used = past["used"]  # clocks that were put on, and files that were asked for, are so already

    def _write(self, number: int) -> None:
        _, sequences = self.town.beginning
        self.journal.write(
            STEP,
            number=number,
            day=self.town.today,
            virtual=self.town.virtual,
            leapt=self.town.leapt,
            used=self.journal.used,
            sequences=sequences,
            waiting=self.town.waiting,
            account=members_of(self.account, self.journal.redact),
        )


def guide(story: Story, town: Municipality, journal: Journal, pages: dict[str, Journal], announce: Announce) -> Account:
    """The account of a story that people play, from its beginning or from where they were interrupted."""
    account = Guided(town=town, story=story, journal=journal.read(), pages=pages, announce=announce).play()
    account.by_hand = True
    return account
