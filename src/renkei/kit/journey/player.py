"""A story played on a municipality: its acts done, time let pass, files carried, and the laws looked at.

account = play(story, municipality)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from renkei.errors import TargetBlocked
from renkei.flow.journey import Step, Story, Taken
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.phrase import raw
from renkei.kit.expect import Blocked
from renkei.kit.handover import ABSENT, SIDES, UNAVAILABLE
from renkei.kit.journey import resident
from renkei.kit.journey.account import Account, Fault, Obstacle
from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.act_people import come_due
from renkei.kit.journey.feed import Carried
from renkei.kit.journey.law_history import is_told
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.municipality import UNKNOWN_EVENT, Municipality
from renkei.kit.journey.nights import Nights
from renkei.kit.journey.register import ACTS, LAWS
from renkei.kit.journey.sequence import HURRIED, named_by
from renkei.kit.journey.story import made_sure, people_of, seconds
from renkei.kit.journey.truth import Person, Truth

ARRIVAL = "JN-04"
# What is found of an office that does not know what happened.
UNREACHED = frozenset(
    {"journey-person-missing", "journey-not-arrived", "journey-import-failed", "journey-cell-differs"}
)


@dataclass(slots=True, kw_only=True)
class Player:
    """One play of one story, by these acts and laws; ``done`` hears of each step when it is over.

    ``steady``: after each step every law is looked at, of whomever it must hold for by then; else only what the step checks.
    """

    town: Municipality
    story: Story
    done: Callable[[Taken], None] = lambda _taken: None
    truth: Truth = field(default_factory=Truth)
    account: Account = field(default_factory=Account)
    acts: Mapping[str, Act] = field(default_factory=lambda: ACTS)
    laws: Mapping[str, Law] = field(default_factory=lambda: LAWS)
    steady: bool = False
    nights: Nights = field(default_factory=Nights)
    _carried: list[Carried] = field(default_factory=list)
    _news: set[str] = field(default_factory=set)

    def play(self) -> Account:
        """The whole story; whatever stands in its way is in the account, and the steps after it are left."""
        made_sure(self.story, acts=self.acts, laws=self.laws)
        for one in self.story.cast:
            self.join(str(one["name"]), one.get("like", {}))
        left = False
        for step in self.story.steps:
            if left:
                self._over(Taken(ja=step.ja, en=step.en, act=step.act, requirements=step.check, state="left"))
                continue
            left = not self.take(step)
        return self.end()

    def join(self, name: str, like: Mapping[str, Any]) -> None:
        """Somebody takes part from now on."""
        self.truth.people[name] = Person(name=name, like=like)

    def end(self) -> Account:
        """The account, with what was kept until now."""
        self.account.evidence |= self.town.kept
        self.town.kept = {}
        return self.account

    def take(self, step: Step) -> bool:
        """One step, taken now; whether the story goes on after it."""
        began, virtual, faults = time.monotonic(), self.town.virtual, len(self.account.faults)
        before, kept = self.account.looked.total(), set(self.town.kept)
        self._carried = []
        self.town.signed.clear()
        state, by_hand = "done", len(self.truth.by_hand)
        targets: tuple[str, ...] = ()
        try:
            self._begin()
            if step.act and self.town.has(step.at or self.acts[step.act].system):
                targets = (self._act(step),)
            elif step.act:
                # An office that only takes part where the plan has it: its step is left, and time goes on all the same.
                state = "left"
            self._wait(step)
            self._look(step)
        except TargetBlocked as stopped:
            self._stopped(stopped, targets)
            state = "stopped"
        except Blocked as missing:
            self.account.obstacle = Obstacle(
                outcome=Outcome.BLOCKED, party=FaultOf.TEST_DATA, reason=missing.reason, detail=missing.detail
            )
            state = "stopped"
        found = self.account.faults[faults:]
        self._over(
            Taken(
                ja=step.ja,
                en=step.en,
                act=step.act,
                targets=targets,
                linkages=tuple(dict.fromkeys(one.linkage for one in self._carried)),
                requirements=step.check,
                state="broken" if found and state == "done" else state,
                told=tuple((one.provider, one.taker, one.linkage) for one in self._carried),
                by_hand=self._by_hand(by_hand, found),
                whose=tuple(dict.fromkeys(name for fault in found for name in fault.whose)),
                assertions=self.account.looked.total() - before,
                evidence=tuple(digest for digest in self.town.kept if digest not in kept),
                virtual_seconds=self.town.virtual - virtual,
                seconds=time.monotonic() - began,
                done_by=self.town.signature,
            )
        )
        return state != "stopped"

    def _by_hand(self, before: int, found: Sequence[Fault]) -> tuple[str, ...]:
        """Who has to be told by hand what another office knows: whoever was, and whom the news did not reach."""
        told = [target for target, _ in self.truth.by_hand[before:]]
        missed = [name for fault in found if fault.rule in UNREACHED for name in fault.whose]
        return tuple(dict.fromkeys((*told, *missed)))

    def _begin(self) -> None:
        """Before the first step: everybody holds what there was, and parts for people of the town are given to some."""
        self.town.begin()
        for person in self.truth.people.values():
            if person.like.get("town") and not person.entered and not resident.townsman(self.town, person):
                raise Blocked("journey-nobody-fits", raw(person.name))

    def _over(self, taken: Taken) -> None:
        self.account.steps.append(taken)
        self.done(taken)

    def _act(self, step: Step) -> str:
        """Do what the step says; the target it was done at."""
        act = self.acts[step.act]
        office = self.town.office(step.at or act.system)
        scene = Scene(
            town=self.town,
            truth=self.truth,
            step=step,
            office=office,
            people=tuple(self.truth.person(name) for name in people_of(step)),
            given=step.values.get("with", {}),
        )
        act.play(scene)
        scene.happened(act)
        return office.id

    def _wait(self, step: Step) -> None:
        """After an act as long as the news may take, unless the step says otherwise; what was told then is carried on."""
        wait = step.values.get("wait")
        if wait is not None:
            self.town.wait(seconds(str(wait)))
        elif step.act:
            self.town.wait(self.town.window, until=lambda: self._is_told(step))
        if (wait is not None and seconds(str(wait)) > 0) or (step.act and wait is None):
            self._carried = self.town.carry()
        for person in self.truth.known():
            if come_due(person, self.town.today):
                self.truth.touch([person])

    def _is_told(self, step: Step) -> bool:
        """Whether everything that the act brings about has been told: in real time nobody waits longer."""
        self.town.fetch()
        feeds = [feed for name in self.acts[step.act].linkages if (feed := self.town.feed(name))]
        people = [self.truth.person(name) for name in self.truth.touched]
        return all(is_told(feed, people) for feed in feeds)

    def _look(self, step: Step) -> None:
        """The standing laws, when the news is out, on whom it is about; then those that the step checks, on everybody.

        Where the step only checks, on whom it names.
        """
        known, hurried = tuple(self.truth.known()), step.values.get("wait") == HURRIED
        if step.act:
            self._belong(step)
        if not hurried and (step.act or "wait" in step.values):
            touched = tuple(self.truth.person(name) for name in self.truth.touched)
            laws = [law for law in self.laws.values() if law.standing and (step.act or not law.after_acts)]
            self.look(laws, touched if step.act else known)
            self._settle(step)
        if step.check:
            named = people_of(step) if not step.act else ()
            self.look([self.laws[name] for name in step.check], known, whole=True, only=named)
        if not hurried:
            self.truth.touched.clear()
            self.town.settle()

    def _settle(self, step: Step) -> None:
        """Everything else, of those to whom nothing happened for as long as the news of it may take."""
        wait = step.values.get("wait")
        self._news.update(self.truth.touched)
        self.nights.passed(seconds(str(wait)) if wait else self.town.window, self._news, acted=bool(step.act))
        self._news.clear()
        for law in self.laws.values() if self.steady else ():
            if law.nights and (settled := self.settled(law)):
                self.look([law], tuple(self.truth.known()), only=[person.name for person in settled])

    def _belong(self, step: Step) -> None:
        """Whoever has a part in the same act, and whoever lives with one of them, has to do with each other."""
        named = set(named_by(step)) & self.truth.people.keys()
        homes = {self.truth.person(name).household for name in named} - {""}
        self._news |= named
        self.nights.belong(named | {one.name for home in homes for one in self.truth.members(home)})

    def settled(self, law: Law) -> tuple[Person, ...]:
        """Those of whom a law must hold by now, whether 001 knows them or not."""
        names = self.nights.settled(law.nights)
        return tuple(person for person in self.truth.among() if person.name in names)

    def look(
        self, laws: Sequence[Law], people: tuple[Person, ...], *, whole: bool = False, only: Sequence[str] = ()
    ) -> None:
        """Look at these laws for these people; with ``only`` for those of them who are named."""
        early = frozenset(self.truth.people) - frozenset(only) if only else frozenset[str]()
        people = tuple(person for person in people if person.name not in early)
        look = Look(town=self.town, truth=self.truth, account=self.account, people=people, whole=whole, early=early)
        for law in laws:
            look.requirement = law.requirement
            law.judge(look)

    def _stopped(self, stopped: TargetBlocked, targets: tuple[str, ...]) -> None:
        """What stood in the way: a fault of whoever broke the façade's contract, else an obstacle of the whole journey."""
        named = str(stopped.values.get("target", ""))
        whose = (named,) if named else targets
        values = " ".join(f"{name}={value}" for name, value in stopped.values.items() if name != "target")[:200]
        detail = raw(f"{stopped.code} {values}")
        outcome, party, reason = _side(stopped)
        if outcome is Outcome.FAILED:
            self.account.faults.append(
                Fault(
                    requirement=ARRIVAL,
                    party=party,
                    whose=whose,
                    rule="pair-facade-unlike-contract",
                    expected=raw(stopped.code),
                    actual=detail,
                    because=reason,
                )
            )
            outcome = Outcome.BLOCKED
        self.account.obstacle = Obstacle(outcome=outcome, party=party, reason=reason, detail=detail, whose=whose)


def _side(stopped: TargetBlocked) -> tuple[Outcome, FaultOf, str]:
    """Whose an obstacle is, and why: a system may not know an event, or refuse what the story does with it."""
    if stopped.code == "facade-refused" and stopped.values.get("operation") == "stimulus":
        if stopped.values.get("problem") == UNKNOWN_EVENT or stopped.values.get("status") == ABSENT:
            return Outcome.BLOCKED, FaultOf.CONFIGURATION, "journey-event-unknown"
        if int(stopped.values.get("status", 0)) < UNAVAILABLE:
            return Outcome.INCONCLUSIVE, FaultOf.UNDECIDABLE, "journey-act-refused"
    return SIDES.get(stopped.code, (Outcome.BLOCKED, FaultOf.ENVIRONMENT, "consumer-not-reached"))


def play(story: Story, town: Municipality) -> Account:
    """The account of a story that is played now, from its beginning."""
    return Player(town=town, story=story).play()
