"""delta, which shares no code with the other mock vendors, as 031 of a municipality: the life events of non-residents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from renkei.cli import wiring
from renkei.cli.consumercontrol import small_town
from renkei.cli.journeying import Ears, municipality_of
from renkei.cli.municipality import Hall
from renkei.cli.pairing import Surroundings
from renkei.kit.journey.account import Account
from renkei.kit.journey.player import Player

pytestmark = [pytest.mark.slow, pytest.mark.node]
VENDORS = {"alpha": ("001", "010", "024", "028"), "delta": ("031",)}
STORIES = {
    "jutogai": {"JN-68", "JN-69", "JN-72", "JN-73"},
    "jutogai_hikitsugi": {"JN-68", "JN-70", "JN-79"},
    "jutogai_sakujo": {"JN-68", "JN-71"},
}


@contextmanager
def played(folder: Path, pack: Path, *faults: tuple[str, str]) -> Iterator[dict[str, Account]]:
    """Each story of non-residents, played once on a municipality whose 031 is delta's."""
    hall = Hall(folder=folder, pack=pack, vendors=VENDORS, faults=faults)
    with hall.open():
        plan, bundle = wiring.open_plan(hall.plan())
        redactor = wiring.redactor_for(plan, bundle)
        about = Surroundings(plan=plan, bundle=bundle, run=folder, redactor=redactor, emit=lambda _event: None)
        town = municipality_of(about, Ears(alive=lambda _sequence: None), lambda _facts: "")
        told = {story.id: story for story in bundle.journeys if story.id in STORIES}
        yield {name: Player(town=town, story=story).play() for name, story in told.items()}


@pytest.fixture(scope="module", name="pack")
def small_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small town."""
    return small_town(tmp_path_factory.mktemp("town"))


def test_every_life_event_of_non_residents_can_be_played(pack: Path, tmp_path: Path) -> None:
    """Numbers, changes, 名寄せ and its end, 番号引継 and deletion arrive everywhere, and nothing is found."""
    with played(tmp_path, pack) as accounts:
        assert set(accounts) == set(STORIES)
        for name, account in accounts.items():
            assert account.obstacle is None, name
            assert [(fault.requirement, fault.rule, fault.whose) for fault in account.faults] == [], name
            assert all(account.looked[law] > 0 for law in STORIES[name]), name


def test_a_number_without_its_check_digit_is_found_at_delta(pack: Path, tmp_path: Path) -> None:
    """The defect of delta's own shows in its own numbers, and delta is named."""
    with played(tmp_path, pack, ("031", "check_digit_left_out")) as accounts:
        found = [(fault.requirement, fault.rule, fault.whose) for fault in accounts["jutogai"].faults]

    assert ("JN-68", "journey-number-malformed", ("delta-031",)) in found
