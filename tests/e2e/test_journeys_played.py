"""Every life event of people and of protection is played on a conforming municipality, and on some that are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from renkei.adapters.fsspec.outlet import open_outlet
from renkei.adapters.fsspec.place import open_place
from renkei.cli import wiring
from renkei.cli.consumercontrol import MUNICIPALITY, small_town
from renkei.cli.counterparts import facade_of
from renkei.flow.plan import FacadeAccess, SecretRef, Target
from renkei.flow.requirement import Role
from renkei.journeyfile import read_story
from renkei.kit.consumer import Counterpart
from renkei.kit.journey.account import Account
from renkei.kit.journey.municipality import Municipality, Office
from renkei.kit.journey.player import play
from renkei.vendors import ProcessVendor

ROOT = Path(__file__).parents[2]
STORIES = (
    "tennyu", "saitennyu", "tenshutsu", "tenshutsu-torikeshi", "shussei", "shibo", "konin", "shiensochi", "jukyohyoji",
    "kika",
)  # fmt: skip
SYSTEMS = ("001", "002", "010", "015", "017", "024", "032", "036")
Starts = Callable[..., Municipality]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_town(tmp_path_factory.mktemp("town"))


@contextmanager
def running(folder: Path, pack: Path, *faults: str) -> Iterator[Municipality]:
    """A municipality of one vendor, with these faults."""
    (folder / "inbox").mkdir()
    place, secret = (folder / "place").as_uri(), folder / "facade.secret"
    vendor = ProcessVendor(
        vendor="alpha",
        home=ROOT,
        log=folder / "mock.log",
        arguments=[
            *(part for system in SYSTEMS for part in ("--system", system)),
            *("--town", str(pack), "--place", place, "--facade", str(secret), "--schedule", "--no-vendor-faults"),
            *(part for fault in faults for part in ("--fault", fault)),
        ],
    )
    try:
        ready = vendor.start()
        bundle = wiring.load_bundle()
        offices: dict[str, Office] = {}
        for system in SYSTEMS:
            facade = facade_of(
                FacadeAccess(url=ready["facades"][system], secret=SecretRef(kind="file", name=str(secret)), seconds=60),
                secret.read_text(encoding="utf-8").strip(),
            )
            offices[f"alpha-{system}"] = Office(
                info=Target(
                    id=f"alpha-{system}", vendor="alpha", product="p", version="1", system=system,
                    roles=frozenset({Role.PROVIDER}),
                ),
                system=bundle.system(system),
                place=open_place(place, {}),
                counterpart=Counterpart(
                    actor=facade, holdings=facade, steering=facade, outlet=open_outlet((folder / "inbox").as_uri(), {})
                ),
                origin=ready["base_url"],
            )  # fmt: skip
        yield Municipality(offices=offices, bundle=bundle, municipality=MUNICIPALITY)
    finally:
        vendor.stop()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, pack: Path) -> Iterator[Municipality]:
    with running(tmp_path_factory.mktemp("conforming"), pack) as made:
        yield made


def told(name: str, town: Municipality) -> Account:
    """A story, played now."""
    return play(read_story(ROOT / "suites" / "journeys" / f"{name}.toml"), town)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_goes_well_in_a_conforming_municipality(name: str, town: Municipality) -> None:
    """Every step is done, every requirement of the story was looked at, and nobody is blamed."""
    account = told(name, town)

    assert (account.faults, account.obstacle) == ([], None)
    assert {step.state for step in account.steps} == {"done"}
    wanted = read_story(ROOT / "suites" / "journeys" / f"{name}.toml").requirements
    assert [one for one in wanted if not account.looked[one]] == []


FAULTS = [
    ("001:move_day_shifted", "tennyu", "JN-03", "alpha-001"),
    ("001:returner_numbered_anew", "saitennyu", "JN-08", "alpha-001"),
    ("010:screen_without_flag", "shiensochi", "JN-21", "alpha-010"),
    ("024:intake_loses_cancellation", "tenshutsu-torikeshi", "JN-07", "alpha-024"),
]


@pytest.mark.parametrize(("fault", "name", "requirement", "whose"), FAULTS, ids=[fault for fault, *_ in FAULTS])
def test_a_fault_is_found_by_its_story(
    fault: str, name: str, requirement: str, whose: str, tmp_path: Path, pack: Path
) -> None:
    """The requirement that the fault breaks is found, and the target whose turn it is is named."""
    with running(tmp_path, pack, fault) as faulty:
        account = told(name, faulty)

    assert whose in {one for found in account.of(requirement) for one in found.whose}
