"""Running a plan: every target, every pair and the journeys in worker processes of their own, every case accounted for."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

from renkei.events import CasePlanned, Event, TargetProbed, TestFinished, TestStarted, WorkerEnded
from renkei.flow.contract import Bundle
from renkei.flow.plan import Case, Journeys, Pair, Plan, Planned, Target
from renkei.suiteindex import SuiteTest

# What has a worker of its own.
Subject = Target | Pair | Journeys
# Workers in a row that ended before any test of theirs did: then the target's tests are given up.
MAX_FRUITLESS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one worker process is to do: these cases of one target, except the (case, test) pairs already done."""

    target: str
    cases: tuple[Case, ...]
    done: frozenset[tuple[str, str]] = frozenset()


class Worker(Protocol):
    """A running worker process."""

    def events(self) -> Iterator[Event]:
        """Its events as they arrive, until it ends or says nothing for too long."""

    def ended(self) -> tuple[str, str]:
        """How it ended: ``finished``, ``crashed``, ``deadline``, ``memory`` or ``stopped``, and a detail."""

    def stop(self) -> None:
        """End it."""


def planned_events(
    planned: Iterable[Planned], plan: Plan, bundle: Bundle, tests: Sequence[SuiteTest]
) -> Iterator[CasePlanned]:
    """The plan as events: each case with the tests that will judge it."""
    for item in planned:
        case = item.case
        requirement = bundle.requirement(case.requirement)
        waiver = next(
            (
                waiver
                for waiver in plan.claims(case.target).waivers
                if waiver.requirement == case.requirement and waiver.linkage in ("", "*", case.linkage)
            ),
            None,
        )
        yield CasePlanned(
            case=case.key,
            target=case.target,
            role=case.role,
            linkage=case.linkage,
            requirement=case.requirement,
            level=requirement.level,
            impact=requirement.impact,
            excluded=item.excluded or "",
            reason=item.reason,
            detail=item.detail,
            tests=tuple(test.id for test in tests if test.judges(case.requirement, case.linkage)),
            waiver=f"{waiver.owner}: {waiver.reason} ({waiver.link}, {waiver.expires})" if waiver else "",
        )


@dataclass(slots=True, kw_only=True)
class Runner:
    """Runs the selected cases of a plan; ``append`` writes one event to the log and is called under a lock.

    ``probe`` says whether a target can be judged, ``spawn`` starts a worker, ``progress`` hears every event.
    """

    plan: Plan
    planned: tuple[CasePlanned, ...]
    cases: tuple[Planned, ...]
    append: Callable[[Event], None]
    probe: Callable[[Target], TargetProbed]
    spawn: Callable[[Job], Worker]
    progress: Callable[[Event], None]
    workers: int = 2
    done: frozenset[tuple[str, str]] = frozenset()
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _live: list[Worker] = field(default_factory=list)
    _room: threading.Condition = field(default_factory=threading.Condition)
    _busy: Counter[str] = field(default_factory=Counter)
    _waiting: list[Subject] = field(default_factory=list)
    _probes: dict[str, TargetProbed] = field(default_factory=dict)

    def run(self) -> str:
        """Probe and test every target, every pair and the journeys; gives ``finished`` or ``interrupted``.

        Each next one is the first in the plan's order whose targets all have room for one thing more.
        """
        journeys = (self.plan.journeys,) if self.plan.journeys else ()
        self._waiting = [*self.plan.targets, *self.plan.pairs, *journeys]
        with ThreadPoolExecutor(max_workers=self.workers) as pool:
            for future in [pool.submit(self._subjects) for _ in range(self.workers)]:
                future.result()
        return "interrupted" if self._stop.is_set() else "finished"

    def _subjects(self) -> None:
        """Take one after the other until none is left; when one breaks, nobody begins another."""
        while (subject := self._next()) is not None:
            try:
                self._subject(subject)
            except BaseException:  # also an interrupt, which is raised again: nobody begins another
                with self._room:
                    self._waiting = []
                raise
            finally:
                with self._room:
                    self._busy.subtract(self._load(subject))
                    self._room.notify_all()

    def _next(self) -> Subject | None:
        with self._room:
            while self._waiting:
                free = (one for one in self._waiting if self._has_room(one))
                subject = next(free, None)
                if subject is not None:
                    self._waiting.remove(subject)
                    self._busy.update(self._load(subject))
                    return subject
                self._room.wait()
        return None

    def _has_room(self, subject: Subject) -> bool:
        return all(
            self._busy[one] + load <= self.plan.target(one).parallel for one, load in self._load(subject).items()
        )

    def _load(self, subject: Subject) -> Counter[str]:
        """How busy a subject keeps which targets: a journey has its offices for itself."""
        if isinstance(subject, Journeys):
            return Counter({one: self.plan.target(one).parallel for one in subject.targets})
        return Counter((subject.provider, subject.consumer) if isinstance(subject, Pair) else (subject.id,))

    def stop(self) -> None:
        """Stop soon: running workers are ended, what they finished stays."""
        self._stop.set()
        with self._lock:
            for worker in self._live:
                worker.stop()

    def _emit(self, event: Event) -> None:
        with self._lock:
            self.append(event)
        with contextlib.suppress(OSError):  # nobody needs to look on for the run to go on
            self.progress(event)

    def _subject(self, subject: Subject) -> None:
        selected = tuple(item.case for item in self.cases if item.case.target == subject.id and not item.excluded)
        if not selected or self._stop.is_set() or (self.done and self._wanted(subject) <= self.done):
            return
        probed = self._probed(subject)
        self._emit(probed)
        if not probed.code:
            self._work(subject, selected)

    def _probed(self, subject: Subject) -> TargetProbed:
        """The probe of a target; of a pair that of its provider, for what the consumer lacks is seen when it is to act.

        Journeys are stopped by nothing here: each meets by itself what stands in the way of the offices that it needs.
        """
        if isinstance(subject, Journeys):
            return TargetProbed(target=subject.id)
        target = self.plan.target(subject.provider) if isinstance(subject, Pair) else subject
        if target.id not in self._probes:
            self._probes[target.id] = self.probe(target)
        return replace(self._probes[target.id], target=subject.id)

    def _work(self, target: Subject, cases: tuple[Case, ...]) -> None:
        """Run the worker until every test is done; a crash costs the test it was in, and the rest goes on."""
        done = set(self.done)
        wanted = self._wanted(target)
        fruitless = 0
        while True:
            before = len(done)
            fruitless += 1
            worker = self.spawn(Job(target=target.id, cases=cases, done=frozenset(done)))
            with self._lock:
                self._live.append(worker)
                if self._stop.is_set():
                    worker.stop()
            try:
                for event in worker.events():
                    if isinstance(event, TestStarted | TestFinished):
                        done.add((event.case, event.test))
                    if isinstance(event, TestFinished):
                        fruitless = 0
                    self._emit(event)
            except BaseException:  # also a log that cannot be written: nobody goes on talking to the target
                worker.stop()
                raise
            how, detail = worker.ended()
            with self._lock:
                self._live.remove(worker)
            self._emit(WorkerEnded(target=target.id, how=how, detail=detail))
            if how == "finished" or self._stop.is_set() or wanted <= done or len(done) == before:
                return
            if fruitless > MAX_FRUITLESS:
                return

    def _wanted(self, target: Subject) -> set[tuple[str, str]]:
        return {
            (item.case, test)
            for item in self.planned
            if item.target == target.id and not item.excluded
            for test in item.tests
        }
