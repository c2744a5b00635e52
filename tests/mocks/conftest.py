"""Starts mocks in the test's own process, and opens their offices."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mock_consumer import Consumer
from office_hall import SYSTEMS, Hall
from office_pack import write

from mocks import client, vendor
from mocks.fault import Faults
from mocks.town import Settings, Town

Start = Callable[..., Consumer]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a mock: start(*faults, vendor=…, place=…) gives a consumer of it."""

    begun: list[Consumer] = []

    def begin(*faults: str, vendor_name: str = "alpha", **changes: Any) -> Consumer:
        one = vendor.load(vendor_name)
        values: dict[str, Any] = {
            "vendor": one,
            "system": "both",
            "municipality": "993018",
            "seed": 1,
            "place": None,
            "place_options": {},
            "token_seconds": 5,
            "population": 40,
            "clients": client.derive(one.name, 1, one.style.auth_methods, Faults()),
            "control": "loopback",
            **changes,
        }
        begun.append(Consumer(Town(Settings(**values), Faults(faults))))
        return begun[-1]

    yield begin
    for consumer in begun:
        consumer.http.close()


@pytest.fixture(scope="session")
def empty_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack with an empty series of every linkage that it says nothing of."""
    return write(tmp_path_factory.mktemp("town"), systems=SYSTEMS)


@pytest.fixture
def make(empty_town: Path, tmp_path: Path) -> Callable[..., Hall]:
    """Opens the offices: make(*faults, systems=…)."""
    return lambda *faults, **more: Hall(empty_town, tmp_path / "place", *faults, **more)
