"""The target in the role of consumer: the harness is the provider, tells it to act, and looks at what it holds afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.flow.contract import Bundle, Linkage, System
from renkei.flow.exchange import Exchange, Request
from renkei.flow.facade import Action, Job, JobState, Order
from renkei.flow.phrase import phrase, raw
from renkei.flow.plan import Case, Profile, Target
from renkei.flow.requirement import Requirement, Transport
from renkei.kit.expect import Blocked, Expect, NotApplicable
from renkei.kit.facade import held_pages, held_records
from renkei.kit.form import Form, Row
from renkei.kit.holding import Held
from renkei.kit.provision import TOKEN, Mood, Played
from renkei.kit.pulling import Given, over_rest
from renkei.kit.stage import Sent, Stage
from renkei.kit.tape import Library, Tape
from renkei.nonce import short
from renkei.ports import Actor, Holdings, Outlet, Reply, Shelf, Stand, Steering

Answering = Callable[[Mapping[str, Any]], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """The adapters that a consumer is driven with; ``holdings`` and ``steering`` are None where the plan gives none.

    ``shelf`` opens our own object storage, None where the plan does not say that the consumer reads from it.

    ``unique`` gives names that no other run has used.
    """

    actor: Actor
    holdings: Holdings | None
    steering: Steering | None
    outlet: Outlet | None
    stand: Callable[[Callable[[Request], Reply]], Stand] | None = None
    shelf: Callable[[], Shelf] | None = None
    unique: Callable[[], str] = short


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One call that a consumer was told to make: what became of its job, and what the provider saw."""

    job: Job
    played: Played


@dataclass(slots=True, kw_only=True)
class Consumer:
    """One target in the role of consumer, on the linkage of the current case.

    ``scratch`` lives as long as the target's worker. ``counterpart`` makes the target act and tells what it holds.
    """

    info: Target
    case: Case
    requirement: Requirement
    system: System
    linkage: Linkage
    bundle: Bundle
    profile: Profile
    seed: int
    municipality: str
    counterpart: Counterpart
    scratch: dict[str, Any] = field(default_factory=dict)
    keep_file: Callable[[Mapping[str, Any]], str] = lambda _facts: ""
    record: Callable[[Exchange], None] = lambda _exchange: None
    stages: list[Stage] = field(default_factory=list)

    @property
    def tape(self) -> Tape:
        """The town's rows of the linkage."""
        return self.library.tape(self.linkage.id)

    @property
    def library(self) -> Library:
        """The town's rows of every linkage."""
        if "library" not in self.scratch:
            self.scratch["library"] = Library(self.bundle, self.municipality, self.profile, self.seed)
        found: Library = self.scratch["library"]
        return found

    def stage(self, linkage: str = "", *, fresh: bool = True, shelved: bool = False) -> Stage:
        """A new scenario: the consumer has forgotten the linkage, and finds an empty folder.

        It is in the consumer's inbox, or on our own object storage where there is none or it is ``shelved``.
        """
        name = linkage or self.linkage.id
        if fresh and self.counterpart.steering is not None:
            self.counterpart.steering.reset((name,))
        outlet = None if shelved else self.counterpart.outlet
        shelf = self._shelf() if outlet is None else None
        place = outlet or shelf
        if place is None:
            raise NotApplicable("no-shelf" if shelved else "no-inbox", self.info.id)
        stage = Stage(
            form=self.library.form(name),
            folder=f"renkei-{self.counterpart.unique()}",
            municipality=self.municipality,
            outlet=place,
            shelf=shelf,
            actor=self.counterpart.actor,
            holdings=self._holdings,
            keep=self.keep_file,
        )
        self.stages.append(stage)
        return stage

    def _shelf(self) -> Shelf | None:
        """Our own object storage: one as long as the worker lives."""
        if self.counterpart.shelf is not None and "shelf" not in self.scratch:
            self.scratch["shelf"] = self.counterpart.shelf()
        return self.scratch.get("shelf")

    def neighbour(self) -> str | None:
        """A linkage that this consumer does not receive: of the same provider where there is one, or of another."""
        others = [
            linkage
            for system in sorted(self.bundle.systems, key=lambda one: one.id != self.linkage.system)
            for linkage in system.linkages
            if linkage.transport is Transport.FILE and self.info.system not in linkage.consumers
        ]
        return others[0].id if others else None

    def close(self) -> None:
        """The test is over: its scenarios leave nothing behind in the target's place."""
        while self.stages:
            self.stages.pop().close()

    def called(
        self, values: Mapping[str, str], rows: Answering, mood: Mood | None = None, *, seconds: int = 60
    ) -> Called:
        """Have the consumer call the linkage once, with the harness as its provider; ``rows`` gives what is answered."""
        self._forgotten()
        played = Played(linkage=self.linkage, rows=rows, record=self.record, seconds=seconds)
        return Called(job=self._acted(played, Action.CALL, mood, values), played=played)

    def pulled(self, given: Given, mood: Mood | None = None, *, fresh: bool = True) -> Called:
        """Have the consumer fetch everything of a file linkage over REST, with the harness as its provider."""
        if fresh:
            self._forgotten()
        played = Played(linkage=over_rest(self.linkage), rows=given.answer, record=self.record)
        return Called(job=self._acted(played, Action.PULL, mood, {}), played=played)

    def held(self) -> Held:
        """Everything that the consumer holds of the case's linkage now."""
        pages = list(held_pages(self._holdings(), self.linkage.id))
        records = (record for page in pages for record in page.records)
        return Held(self.library.form(self.linkage.id), records, history=any(page.history for page in pages))

    def _forgotten(self) -> None:
        if self.counterpart.steering is not None:
            self.counterpart.steering.reset((self.linkage.id,))

    def _acted(self, played: Played, action: Action, mood: Mood | None, values: Mapping[str, str]) -> Job:
        if self.counterpart.stand is None:
            raise NotApplicable("no-stand", self.info.id)
        if mood is not None:
            played.mood = mood
        stand = self.counterpart.stand(played.answer)
        try:
            return self.counterpart.actor.act(
                Order(
                    linkage=self.linkage.id,
                    action=action,
                    location=stand.url,
                    token_url=stand.url + TOKEN,
                    client_id=played.client_id,
                    client_secret=played.client_secret,
                    values=values,
                    municipality=self.municipality,
                    edition=self.bundle.edition,
                )
            )
        finally:
            stand.close()

    def shown(self, job: Job) -> list[Mapping[str, str | None]]:
        """The rows that a call brought: as the job tells them, or else as they are held."""
        told = [row.values for row in job.rows if row.accepted and row.values]
        return told or [record.values for record in held_records(self._holdings(), self.linkage.id)]

    def _holdings(self) -> Holdings:
        if self.counterpart.holdings is None:
            raise Blocked("no-readback", self.info.id)
        return self.counterpart.holdings

    def begun(self, rows: Iterable[Row] | None = None) -> Stage:
        """A scenario that has begun well: a full file was taken in and its rows are held; blocked when they are not."""
        stage = self.stage()
        stage.full(self.tape.short() if rows is None else rows)
        if not stage.state.rows:
            raise NotApplicable("no-rows", self.linkage.id)
        finished(stage.take())
        if stage.held().missing(stage.state):
            raise Blocked("consumer-took-nothing", self.linkage.id)
        return stage


def finished(job: Job) -> Job:
    """The job, when it came to its end; blocked when it failed: that is judged where taking in is judged."""
    if job.state is not JobState.FINISHED:
        raise Blocked("consumer-job-failed", raw(job.message or job.state))
    return job


def expect_finished(expect: Expect, job: Job, rule: str) -> None:
    """Count an assertion that a job came to its end."""
    expect.that(
        job.state is JobState.FINISHED,
        rule,
        expected=phrase("job-finished"),
        actual=raw(job.message or job.state),
        where=raw(job.linkage),
    )


__all__ = [
    "Called",
    "Consumer",
    "Counterpart",
    "Expect",
    "Form",
    "Given",
    "Held",
    "Sent",
    "Stage",
    "expect_finished",
    "finished",
]
