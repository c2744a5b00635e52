"""Vendors whose clock goes by itself, and is wrong: ten minutes are measured by the clock of the harness, and by no other."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from renkei.cli.consumercontrol import small_town
from renkei.cli.counterparts import counterpart_of
from renkei.cli.journeying import Ears, municipality_of
from renkei.cli.municipality import Hall
from renkei.cli.pairing import Surroundings
from renkei.cli.wiring import open_plan
from renkei.errors import TargetBlocked
from renkei.flow.facade import Effect, Values
from renkei.flow.plan import Target
from renkei.kit.consumer import Counterpart
from renkei.kit.journey import municipality
from renkei.kit.journey.account import Account
from renkei.kit.journey.municipality import JAPAN, Municipality
from renkei.kit.journey.player import Player
from renkei.ports import Steering

OFFICES = {"alpha": ("001", "002", "024")}
# So far the vendor's clock is wrong, in either direction.
SKEWS = [dt.timedelta(minutes=-7), dt.timedelta(minutes=25)]
# A vendor that is in a hurry: a second of ours is as many of its own, so that ten minutes need no ten minutes of a test.
HURRY = 200
SHORT = 4.0


@dataclass(slots=True)
class Unset:
    """A façade without a clock that could be set, as a real vendor's."""

    steering: Steering

    def stimulus(self, event: str, *, linkage: str = "", values: Values | None = None) -> Effect:
        """Everything but the clock."""
        if event == "clock":
            raise TargetBlocked("facade-refused", operation="stimulus", status=400, problem="unknown-event", said="")
        return self.steering.stimulus(event, linkage=linkage, values=values)

    def reset(self, linkages: tuple[str, ...] | None = None) -> None:
        """Put back whatever it puts back."""
        self.steering.reset(linkages)


@contextlib.contextmanager
def going_by(steering: Steering) -> Iterator[None]:
    """The vendor's clock, going by itself."""
    over = threading.Event()

    def tick() -> None:
        while not over.wait(0.5):
            steering.stimulus("clock", values={"seconds": str(HURRY // 2)})

    clock = threading.Thread(target=tick, daemon=True)
    clock.start()
    try:
        yield
    finally:
        over.set()
        clock.join(10)


@dataclass(slots=True, kw_only=True)
class Street:
    """The offices, and the clock behind them."""

    hall: Hall
    steering: Steering

    def town(self, window: float) -> Municipality:
        """The offices without their clock; news has to be there within so many seconds of ours."""
        plan, bundle = open_plan(self.hall.folder / "plan.toml")
        about = Surroundings(plan=plan, bundle=bundle, run=self.hall.folder, redactor=None, emit=print)  # type: ignore[arg-type]  # nothing is redacted here

        def counterpart(target: Target) -> Counterpart:
            made = counterpart_of(target)(lambda _exchange: None)
            assert made.steering is not None
            return replace(made, steering=Unset(made.steering))

        town = municipality_of(about, Ears(alive=lambda _sequence: None), lambda _facts: "", counterpart)
        town.sleep, town.window = time.sleep, window
        return town

    def played(self, window: float) -> tuple[Account, float]:
        """The story of a 転入, and how many seconds of ours it took."""
        town = self.town(window)
        story = next(one for one in town.bundle.journeys if one.id == "tennyu")
        began = time.monotonic()
        try:
            return Player(town=town, story=story).play(), time.monotonic() - began
        finally:
            town.close()


@pytest.fixture(name="street", scope="module", params=SKEWS, ids=["behind", "ahead"])
def running_offices(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """Three mock offices of one vendor; their clock is put to ours, but for what it is wrong."""
    folder = tmp_path_factory.mktemp("hall")
    hall = Hall(folder=folder, pack=small_town(folder), vendors=OFFICES)
    with hall.open():
        plan, _ = open_plan(hall.plan(only=("tennyu",)))
        steering = counterpart_of(plan.target("alpha-001"))(lambda _exchange: None).steering
        assert steering is not None
        street = Street(hall=hall, steering=steering)
        town = street.town(SHORT)
        town.begin()
        town.close()
        newest = max(feed.newest for feed in town.feeds.values() if feed.newest)
        ours = dt.datetime.now(tz=JAPAN).replace(tzinfo=None) + request.param
        steering.stimulus("clock", values={"seconds": str(int((ours - newest).total_seconds()))})
        yield street


def test_what_is_told_in_time_is_in_time_whatever_the_vendors_clock_says(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is early or late by a wrong clock; and nobody waits longer than the news takes."""
    monkeypatch.setattr(municipality, "POLL_SECONDS", 0.2)
    with going_by(street.steering):
        account, seconds = street.played(60.0)

    assert (account.obstacle, account.faults) == (None, [])
    assert account.looked["JN-04"] > 0
    assert seconds < 40.0


def test_what_is_not_told_in_time_is_late_by_our_clock(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor that stands still tells nothing: the window goes by once, and the finding names who has to tell."""
    monkeypatch.setattr(municipality, "POLL_SECONDS", 0.2)

    account, seconds = street.played(SHORT)

    late = [fault for fault in account.faults if fault.rule == "journey-not-told-in-time"]
    assert {fault.whose for fault in late} == {("alpha-001",)}
    assert seconds >= SHORT
