"""Several systems of one municipality at once: the harness carries files between them, and tells and asks each one.

town = Municipality(offices=offices, bundle=bundle, municipality="993018", keep=store.keep_file)
town.begin()                                     # every taker holds what its providers had written before
effect = town.stimulus("alpha-001", "move-in", {"shimei": ...})
town.wait(600)                                   # on every virtual clock once; in real time where there is none
town.carry()                                     # what was written goes to everybody whom it is for
town.held("beta-024", "001o006", number)         # what a consumer holds of one person now
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.errors import TargetBlocked
from renkei.flow.contract import Bundle, Linkage, System
from renkei.flow.facade import Action, Effect, Order, Record, Values
from renkei.flow.plan import FacadeAccess, Target
from renkei.flow.requirement import Transport
from renkei.kit.consumer import Counterpart
from renkei.kit.facade import held_pages
from renkei.kit.form import Form
from renkei.kit.handover import job_facts
from renkei.kit.journey.feed import FULL, Carried, Feed, Parcel
from renkei.kit.stage import SUFFIX
from renkei.nonce import short
from renkei.ports import Holdings, Place, Steering

DAY = 86_400
# So often a place is looked at while something is waited for in real time.
POLL_SECONDS = 5.0
UNKNOWN_EVENT = "unknown-event"
RESIDENTS = "001"
# Of so many files after the last full one a taker still begins with each.
LONG = 100
JAPAN = dt.timezone(dt.timedelta(hours=9))


@dataclass(slots=True, kw_only=True)
class Office:
    """One target of the plan that takes part: ``place`` is where it writes its files (None: it writes none).

    ``counterpart`` are the adapters that make it act and ask it; ``origin`` tells which façade, and with it which virtual
    clock, it shares with others ("" for none).
    """

    info: Target
    system: System
    place: Place | None
    counterpart: Counterpart
    origin: str = ""

    @property
    def id(self) -> str:
        """The id of its target."""
        return self.info.id

    @property
    def steering(self) -> Steering:
        """What makes things happen in it; an obstacle where the plan gives nothing."""
        if self.counterpart.steering is None:
            raise TargetBlocked("facade-missing", operation="stimulus", url="", status=0)
        return self.counterpart.steering

    @property
    def holdings(self) -> Holdings | None:
        """What tells what it holds, None where the plan gives nothing."""
        return self.counterpart.holdings


@dataclass(slots=True, kw_only=True)
class Municipality:
    """The systems that journeys are played on, for as long as a worker lives; it is never put back.

    ``keep`` stores facts as evidence and gives their digest. ``wall`` is monotonic time, ``sleep`` lets it pass. ``day`` is the
    day to go by where an interrupted play is gone through again, and ``leapt`` how far people have put real clocks on.
    ``signed`` says who did what by hand since the last step. ``cut_off``: somebody played here before and was interrupted.
    """

    offices: Mapping[str, Office]
    bundle: Bundle
    municipality: str
    keep: Callable[[Mapping[str, Any]], str] = lambda _facts: ""
    window: float = 600.0
    seed: int = 1
    wall: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    unique: Callable[[], str] = short
    feeds: dict[str, Feed] = field(default_factory=dict)
    virtual: float = 0.0
    leapt: float = 0.0
    cut_off: bool = False
    day: str = ""
    signed: list[tuple[str, str]] = field(default_factory=list)
    deliveries: list[Carried] = field(default_factory=list)
    scratch: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _seen: dict[str, list[str]] = field(default_factory=dict)
    _folders: dict[str, str] = field(default_factory=dict)
    _until: dict[str, int] = field(default_factory=dict)
    _left: dict[str, list[int]] = field(default_factory=dict)
    clocks: dict[str, bool] = field(default_factory=dict)
    shown: dict[tuple[str, str, str], tuple[Record, ...]] = field(default_factory=dict)
    _history: dict[tuple[str, str], bool] = field(default_factory=dict)

    def office(self, system: str) -> Office:
        """The office of a 業務: the first target of the plan for it."""
        for office in self.offices.values():
            if office.info.system == system:
                return office
        raise KeyError(system)

    def has(self, system: str) -> bool:
        """Whether a target of the plan is for that 業務."""
        return any(office.info.system == system for office in self.offices.values())

    def begin(self) -> None:
        """Look at what every provider wrote before, and have every taker begin with it; only once.

        Where that is much, a provider that can writes a full file first: who played here for years would hand on for as long.
        """
        if self.feeds:
            return
        again = bool(self._folders)
        if self.cut_off and not again:
            self._come_to_rest()
        self._folders = self._folders or {name: f"renkei-journeys-{self.unique()}" for name in self.offices}
        for linkage, provider in self._linkages():
            feed = Feed(
                linkage=linkage,
                form=Form(linkage=linkage.id, items=provider.system.group(linkage.group)),
                provider=provider,
                takers=tuple(self._takers(linkage)),
            )
            if not again and feed.takers and feed.behind() > LONG and isinstance(provider.info.trigger, FacadeAccess):
                self._shorten(feed)
            feed.fetch(self._until.get(linkage.id))
            feed.waiting = [one for one in feed.baseline if one.parts.sequence in self._left.get(linkage.id, ())]
            self.feeds[linkage.id] = feed
        for feed in self.feeds.values():
            for taker in () if again else feed.takers:
                self._deliver(feed, taker, feed.baseline)
            feed.baseline = []
        self.deliveries.clear()

    def _shorten(self, feed: Feed) -> None:
        """Have a full file written, if the provider will: else everything since the last one is handed on."""
        try:
            self.publish(feed)
        except TargetBlocked as refusal:
            if refusal.code != "facade-refused":
                raise

    def _come_to_rest(self) -> None:
        """What was done before the interruption is written before anybody looks: it is no news, and nobody new is taken for one.

        Virtual clocks go on by a day, in which everybody writes; real ones cannot be put on.
        """
        done = set[str]()
        for office in self.offices.values():
            if office.origin not in done:
                done.add(office.origin)
                self._advance(office, DAY + self.window)

    @property
    def signature(self) -> str:
        """Who did something by hand since the last step, and from when until when; "" for nobody."""
        names, times = ", ".join(dict.fromkeys(by for by, _ in self.signed)), [at for _, at in self.signed]
        return f"{names} {' – '.join(dict.fromkeys((times[0], times[-1])))}" if times else ""

    @property
    def beginning(self) -> tuple[dict[str, str], dict[str, int]]:
        """Where takers find their files, and how far each provider's series was."""
        return dict(self._folders), {name: feed.sequence for name, feed in self.feeds.items()}

    @property
    def waiting(self) -> dict[str, list[int]]:
        """Which files of each series have not been handed on yet."""
        return {name: [one.parts.sequence for one in feed.waiting] for name, feed in self.feeds.items() if feed.waiting}

    def recall(self, folders: Mapping[str, str], until: Mapping[str, int], left: Mapping[str, list[int]]) -> None:
        """Begin where an interrupted run began: takers have their files but those left, and what came since is news."""
        self._folders, self._until, self._left = dict(folders), dict(until), dict(left)

    def close(self) -> None:
        """Leave nothing behind: no folder in anybody's inbox (one that cannot be removed stays unread), no local copy."""
        for name, folder in self._folders.items():
            outlet = self.offices[name].counterpart.outlet
            with contextlib.suppress(TargetBlocked):
                if outlet is not None:
                    outlet.remove(folder)
        for office in self.offices.values():
            if office.place is not None:
                office.place.close()

    def feed(self, linkage: str) -> Feed | None:
        """One linkage between targets of the plan; None where nobody provides it."""
        return self.feeds.get(linkage)

    def takers(self, linkage: str) -> tuple[Office, ...]:
        """Who receives a linkage here."""
        feed = self.feeds.get(linkage)
        return feed.takers if feed else ()

    def stimulus(self, target: str, event: str, values: Values, *, linkage: str = "") -> Effect:
        """Let one thing happen in a system."""
        with _named(target):
            effect = self.offices[target].steering.stimulus(event, linkage=linkage, values=values)
        self._forget(target)
        return effect

    def publish(self, feed: Feed) -> bool:
        """Have a provider write a full file; False where it cannot be asked to."""
        try:
            self.stimulus(feed.provider.id, "publish", {"kind": FULL}, linkage=feed.linkage.id)
        except TargetBlocked as refusal:
            if refusal.values.get("problem") == UNKNOWN_EVENT or refusal.code == "facade-missing":
                return False
            raise
        return True

    def wait(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> None:
        """Let time pass: on each virtual clock once. Where a provider has none, in real time, or less when ``until`` holds."""
        real, put_on, done = False, False, set[str]()
        for office in self.offices.values():
            if office.origin not in done:
                done.add(office.origin)
                went, provides = self._advance(office, seconds), office.place is not None
                real |= provides and not went
                put_on |= provides and went and not self.clocks[office.origin]
        self.virtual += seconds
        if real and seconds > self.window:
            raise TargetBlocked("journey-clock-missing", seconds=int(seconds))
        if put_on:  # by people; what falls due then has the window to be told, in real time
            self.leapt, seconds, real = self.leapt + seconds, self.window, True
        end = self.wall() + seconds
        while real and self.wall() < end and not until():
            self.sleep(min(POLL_SECONDS, max(end - self.wall(), 0.0)))

    def _advance(self, office: Office, seconds: float) -> bool:
        """Whether the office's clock went on: a virtual one did, and a real one that people put on."""
        known = self.clocks.get(office.origin) is False
        if office.counterpart.steering is None or (known and seconds <= self.window):
            self.clocks[office.origin] = False
            return False
        try:
            office.counterpart.steering.stimulus("clock", values={"seconds": str(int(seconds))})
        except TargetBlocked as refusal:
            if refusal.values.get("problem") != UNKNOWN_EVENT:
                raise
            self.clocks[office.origin] = False
            return False
        self.clocks[office.origin] = not known
        return True

    @property
    def today(self) -> str:
        """The day of the town, by its newest file; on a real clock it is ours at least. Where clocks differ, that of 001 counts."""
        if self.day:
            return self.day
        origin = "" if self.is_virtual or not self.has(RESIDENTS) else self.office(RESIDENTS).origin
        feeds = [one for one in self.feeds.values() if not origin or one.provider.origin == origin]
        newest = max((one.newest.date() for one in feeds if one.newest), default=dt.date.min)
        if newest > dt.date.min and (self.clocks.get(origin, True) if origin else self.is_virtual):
            return newest.isoformat()
        ours = dt.datetime.now(tz=JAPAN) + dt.timedelta(seconds=self.leapt)
        return max(newest, ours.date()).isoformat()

    @property
    def is_virtual(self) -> bool:
        """Whether every office keeps a clock that we advance."""
        return all(self.clocks.values())

    def fetch(self) -> list[Feed]:
        """Look at every place for new files; the linkages that have some with rows."""
        told = []
        for feed in self.feeds.values():
            for parcel in feed.fetch():
                if parcel.rows is None or parcel.rows or parcel.parts.kind == FULL:
                    self._seen.setdefault(feed.linkage.id, []).append(self._keep(parcel.facts()))
            if any(parcel.rows or parcel.rows is None for parcel in feed.waiting):
                told.append(feed)
        return told

    def carry(self) -> list[Carried]:
        """Hand on whatever was written since the last time, and have it imported; what was delivered."""
        before = len(self.deliveries)
        for feed in self.fetch():
            for taker in feed.takers:
                self._deliver(feed, taker, feed.waiting)
            feed.waiting = []
        return self.deliveries[before:]

    def settle(self) -> None:
        """What was told until now has been looked at."""
        self.deliveries.clear()
        self._seen.clear()
        for feed in self.feeds.values():
            feed.news.clear()
            feed.missing.clear()
            feed.unread.clear()

    def held(self, target: str, linkage: str, number: str, *, item: str = "atenabango") -> tuple[Record, ...]:
        """What a consumer holds of one person now, by 宛名番号 or another item; () where it cannot be asked."""
        holdings = self.offices[target].holdings
        if holdings is None:
            return ()
        known = (target, linkage, f"{item}={number}")
        if known not in self.shown:
            with _named(target):
                pages = list(held_pages(holdings, linkage, (item, number)))
            self.shown[known] = tuple(record for page in pages for record in page.records)
            self._history[target, linkage] = any(page.history for page in pages)
        return self.shown[known]

    def seen(self, linkage: str) -> tuple[str, ...]:
        """The evidence of what was told over a linkage since it was last settled."""
        return tuple(self._seen.get(linkage, ()))

    def keeps_history(self, target: str, linkage: str) -> bool:
        """Whether a consumer shows its former rows too, as it said when it was last asked."""
        return self._history.get((target, linkage), False)

    def _keep(self, facts: Mapping[str, Any]) -> str:
        digest = self.keep(facts)
        if digest:
            self.kept[digest] = facts
        return digest

    def _linkages(self) -> Iterator[tuple[Linkage, Office]]:
        seen = set[str]()
        for office in self.offices.values():
            for linkage in office.system.linkages:
                if linkage.transport is Transport.FILE and office.place is not None and linkage.id not in seen:
                    seen.add(linkage.id)
                    yield linkage, office

    def _takers(self, linkage: Linkage) -> Iterator[Office]:
        for office in self.offices.values():
            exempt = linkage.id in office.info.claims.exempt
            if office.info.system in linkage.consumers and office.counterpart.outlet is not None and not exempt:
                yield office

    def _deliver(self, feed: Feed, taker: Office, parcels: Iterable[Parcel]) -> None:
        """Put files into a taker's place as they are, their markers last, and have them imported."""
        chosen, outlet = list(parcels), taker.counterpart.outlet
        if outlet is None or not chosen:
            return
        folder = self._folders[taker.id]
        below = f"{folder}/{feed.linkage.id}"
        job, obstacle = None, None
        try:
            outlet.remove(below)
            for parcel in chosen:
                outlet.write(f"{below}/{parcel.name}", parcel.content)
                outlet.write(f"{below}/{parcel.name}{SUFFIX}", parcel.marker)
            job = taker.counterpart.actor.act(
                Order(
                    linkage=feed.linkage.id,
                    action=Action.IMPORT,
                    location=outlet.url(folder),
                    municipality=self.municipality,
                    edition=self.bundle.edition,
                )
            )
        except TargetBlocked as stopped:
            obstacle = stopped
        self._forget(taker.id)
        carried = Carried(
            linkage=feed.linkage.id,
            provider=feed.provider.id,
            taker=taker.id,
            files=tuple(parcel.name for parcel in chosen),
            rows=sum(len(parcel.rows or ()) for parcel in chosen),
            job=job,
            obstacle=obstacle,
            evidence=self._keep(job_facts(job, taker.id)) if job and feed.begun else "",
        )
        self.deliveries.append(carried)

    def _forget(self, target: str) -> None:
        for known in [one for one in self.shown if one[0] == target]:
            del self.shown[known]


@contextlib.contextmanager
def _named(target: str) -> Iterator[None]:
    """Whatever stands in the way says at which target."""
    try:
        yield
    except TargetBlocked as stopped:
        stopped.values.setdefault("target", target)
        raise
