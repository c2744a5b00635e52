"""One life event as a test sees it: played once for all its requirements, and anew for each trial of a violation."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.events import Event, JourneyPlayed
from renkei.flow.exchange import Exchange
from renkei.flow.journey import Story
from renkei.flow.plan import Case
from renkei.kit.journey.account import Account
from renkei.kit.journey.municipality import Municipality


@dataclass(slots=True, kw_only=True)
class Journey:
    """The story of the current case on the municipality of this worker.

    ``play`` plays it from its beginning. ``heard`` are the exchanges with every office, as they come; ``accounts`` lives as
    long as the worker. ``record`` and ``keep_file`` give this test its evidence, ``emit`` tells the run of each play.
    """

    case: Case
    story: Story
    town: Municipality
    play: Callable[[Story, Municipality], Account]
    heard: list[Exchange]
    accounts: dict[str, list[Account]]
    record: Callable[[Exchange], None]
    keep_file: Callable[[Mapping[str, Any]], str]
    emit: Callable[[Event], None]
    turn: int = 0
    now: Callable[[], float] = field(default=time.monotonic)

    def account(self) -> Account:
        """The account of this test's play: the first is shared by all tests of the journey, so is the second, and so on."""
        held = self.accounts.setdefault(self.story.id, [])
        if self.turn == len(held):
            held.append(self._played(self.turn + 1))
        found = held[self.turn]
        self.turn += 1
        for facts in found.evidence.values():
            self.keep_file(facts)
        for exchange in found.exchanges:
            self.record(exchange)
        return found

    def _played(self, turn: int) -> Account:
        """The story, played now; the run is told how it went, sentence by sentence."""
        self.heard.clear()
        begun, before = self.now(), self.town.virtual
        account = self.play(self.story, self.town)
        account.exchanges += self.heard
        self.emit(
            JourneyPlayed(
                case=self.case.key,
                journey=self.story.id,
                turn=turn,
                # What only the model asked for has no sentence; its last step says the same in words.
                steps=tuple(step.members() for step in account.steps if step.ja),
                assertions=sum(account.looked.values()),
                virtual_seconds=round(self.town.virtual - before, 3),
                seconds=round(self.now() - begun, 3),
            )
        )
        return account
