"""A look at a municipality: what laws are given, and where they write down what they found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from renkei.flow.facade import Record
from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import joined, raw
from renkei.kit.journey.account import Account, Fault
from renkei.kit.journey.feed import Feed
from renkei.kit.journey.municipality import Municipality, Office
from renkei.kit.journey.truth import Person, Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One thing that must be so, and the requirement it is of.

    ``nights`` is how many nights its news may take: one for what an office tells at the end of its day, one more for each
    office that answers what another told. A law of no night stands: it is looked at as soon as an act was told, of those
    whom it is about. ``after_acts``: it says something of the files of one act, and nothing where time went by. ``stirs``: an
    office has to do something for it, so that it is asked only where a step says so.
    """

    requirement: str
    judge: Callable[[Look], None]
    nights: int = 0
    after_acts: bool = False
    stirs: bool = False

    @property
    def standing(self) -> bool:
        """Whether it is looked at as soon as an act was told."""
        return not self.nights and not self.stirs


@dataclass(slots=True, kw_only=True)
class Look:
    """``people`` are those whom this look is about; ``whole`` is set where a story checks, unset after a single act.

    ``early`` are those of whom nothing can be said yet, by name: also of who is no resident.
    """

    town: Municipality
    truth: Truth
    account: Account
    people: tuple[Person, ...]
    whole: bool = False
    early: frozenset[str] = frozenset()
    requirement: str = ""

    def that(
        self,
        holds: bool,
        rule: str,
        *,
        expected: Any,
        actual: Any,
        whose: Office | Iterable[Office],
        linkage: str = "",
        where: Any = "",
        party: FaultOf = FaultOf.CONSUMER,
    ) -> bool:
        """Count one assertion; when it does not hold, write down whose turn it is. The look goes on in any case."""
        self.account.looked[self.requirement] += 1
        if holds:
            return True
        turn = (whose,) if isinstance(whose, Office) else tuple(whose)
        ids = tuple(office.id for office in turn)
        fault = Fault(
            requirement=self.requirement,
            party=party,
            whose=ids,
            rule=rule,
            expected=expected,
            actual=actual,
            where=joined([*map(raw, ids), *([raw(linkage)] if linkage else []), *([where] if where else [])]),
            files=self.town.seen(linkage),
        )
        same = (fault.requirement, fault.rule, fault.whose)
        if not any((one.requirement, one.rule, one.whose) == same for one in self.account.faults):
            self.account.faults.append(fault)
        return False

    def feeds(self, *linkages: str) -> list[Feed]:
        """These linkages, as far as somebody of the plan provides them."""
        return [feed for name in linkages if (feed := self.town.feed(name)) is not None]

    def askers(self, feed: Feed) -> list[Office]:
        """The takers of a linkage that can be asked what they hold."""
        return [taker for taker in feed.takers if taker.holdings is not None]

    def held(self, office: Office, feed: Feed, number: str) -> tuple[Record, ...]:
        """What an office holds of one person."""
        return self.town.held(office.id, feed.linkage.id, number)
