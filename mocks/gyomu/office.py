"""The 業務 that one mock process serves: their rows, files, intake and own rules, on one clock."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mocks.clock import OPENING, Clock
from mocks.fault import Faults
from mocks.gyomu import contract
from mocks.gyomu.breach import Breach
from mocks.gyomu.clerk.staff import clerks
from mocks.gyomu.clerk.work import Event, Work
from mocks.gyomu.intake import Consumer, Job
from mocks.gyomu.known import Known
from mocks.gyomu.ledger import Ledger
from mocks.gyomu.own import Own, People, make
from mocks.gyomu.pack import Bare, Pack
from mocks.gyomu.publication import Place, Publisher
from mocks.gyomu.timing import due
from mocks.vendor import Style

NOWHERE = "memory://nowhere"
Now = Callable[[], datetime]
# When the clock leaps further than this, of the empty deltas of a linkage only the last one is written.
LEAP = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the offices were started with. `inbox` is the place that they receive from, `facade` the façade's secret.

    Without a `pack` they publish nothing and only receive: 001 and 031 have a story and a register of their own.
    """

    pack: Path | None
    systems: tuple[str, ...]
    style: Style
    place: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    inbox: str | None = None
    facade: str | None = None
    schedule: bool = False
    municipality: str = ""
    seed: int = 1


class Office:
    """One 業務."""

    def __init__(self, name: str, desk: Desk, pack: Bare, people: People, now: Now, fault: Faults) -> None:
        self.system = contract.system(name)
        asked = fault.of(name)
        self.publisher = Publisher(
            place=Place(desk.place, desk.options) if desk.place else None,
            municipality=pack.municipality,
            style=desk.style,
            fault=asked,
            change=Breach(self.system, pack, asked).of,
            linkages=[one for one in self.system.linkages if one.id in pack],
        )
        self.files = self.publisher.open(pack, OPENING)
        self.ledger = Ledger(self.system, self.publisher, pack.municipality, now)
        self.own: Own | None = make(name, self.ledger, people)
        # Through a façade they are told where to look.
        inbox = desk.inbox or (NOWHERE if desk.facade else None)
        self.consumer = Consumer(name, inbox, desk.options, asked, now) if inbox else None
        self.known = Known(self.consumer)
        work = Work(system=name, ledger=self.ledger, known=self.known, fault=asked)
        self.clerks = clerks(work)
        self.fault = asked
        self.aside: list[str] = []

    def events(self) -> dict[str, Event]:
        """What the clerks of this office can be asked for, by name."""
        return {name: event for clerk in self.clerks for name, event in clerk.events().items()}

    def take(self, linkage: str) -> Job:
        """Import what is new of a linkage; then the clerks do what follows from it.

        What came first is what the office started with: nothing follows from that.
        """
        if self.consumer is None:
            raise ValueError("this system receives nothing")
        listens = self.known.has(linkage)
        before = self.known.snapshot(linkage) if listens else {}
        job = self.consumer.run(linkage)
        if listens and any(said == "taken" for said in job.files.values()):
            found = self.known.changes(linkage, before)
            for clerk, change in itertools.product(self.clerks, found):
                try:
                    clerk.react(linkage, [change])
                except ValueError as error:
                    # A row that nobody can work with is put aside; what arrived is held all the same.
                    self.aside.append(f"{linkage}: {error}")
        return job

    def wait(self) -> None:
        """Time went on: what falls due is done."""
        for clerk in self.clerks:
            clerk.wait()

    def publish(self, kind: str, at: datetime, linkage: str | None = None) -> list[str]:
        """Every linkage now, or one."""
        chosen = [self.ledger.series(linkage)] if linkage else list(self.publisher.series.values())
        return [name for series in chosen for name in self.publisher.publish(series, kind, at)]

    def is_silent(self, linkage: str) -> bool:
        """Whether the next delta of a linkage would be empty."""
        series = self.ledger.series(linkage)
        return not series.changed and not series.gone

    def due(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, str, str]]:
        """(moment, linkage, kind) of every file that its timing asks for after `start`, until `end`."""
        for name, series in self.publisher.series.items():
            for moment, kind in due(series.linkage, start, end, leaps=end - start > LEAP):
                if kind == "zenken" or moment.minute % 30 == 0 or not self.fault("waits_half_an_hour"):
                    yield moment, name, kind


class Offices:
    """All 業務 of the process. Each is opened with the pack; `reset` opens them again."""

    def __init__(self, desk: Desk, clock: Clock, fault: Faults) -> None:
        self.desk = desk
        self.fault = fault
        self.pack = Pack(desk.pack) if desk.pack else Bare(desk.municipality, desk.seed)
        self.people = People(self.pack)
        self.clock = clock
        self._offices: dict[str, Office] = {}
        self.open()

    def open(self) -> None:
        """The first moment of every office, place included."""
        self._offices = {
            name: Office(name, self.desk, self.pack, self.people, self._now, self.fault) for name in self.desk.systems
        }

    def _now(self) -> datetime:
        """The moment of the clock that the process has now: it may be given another one."""
        return self.clock.now

    def begin(self, clock: Clock) -> None:
        """As at the start, on a new clock."""
        self.clock = clock
        self.open()

    def __iter__(self) -> Iterator[Office]:
        return iter(self._offices.values())

    def office(self, name: str | None) -> Office:
        """The office of a 業務; the only one needs no name."""
        if name is None and len(self._offices) == 1:
            return next(iter(self._offices.values()))
        if name not in self._offices:
            raise ValueError(f"this mock does not serve system {name!r}; it serves {', '.join(self._offices)}")
        return self._offices[name]

    def publish(self, kind: str, system: str | None = None, linkage: str | None = None) -> list[str]:
        """Files of every office, of one, or of one linkage."""
        system = linkage[:3] if linkage and system is None else system
        chosen = [self.office(system)] if system else list(self)
        return [name for office in chosen for name in office.publish(kind, self.clock.now, linkage)]

    def advance(self, start: datetime, end: datetime) -> list[str]:
        """Publish what falls due after `start` until `end`, in the order of time; nothing without a schedule."""
        waiting = sorted(
            (moment, office.system.id, name, kind)
            for office in (self if self.desk.schedule else ())
            for moment, name, kind in office.due(start, end)
        )
        last = {(system, name): moment for moment, system, name, _ in waiting}
        leaps = end - start > LEAP
        written, waited = [], False
        for moment, system, name, kind in waiting:
            if not waited and moment.date() == end.date():
                # What a new day brings is told in the files of that day.
                waited = self._wait()
            silent = kind == "sabun" and self.office(system).is_silent(name)
            if not (leaps and moment != last[system, name] and silent):
                written += self.office(system).publish(kind, moment, name)
        if not waited:
            self._wait()
        return written

    def _wait(self) -> bool:
        for office in self:
            office.wait()
        return True
