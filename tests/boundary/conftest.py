"""A town's pack and the boundary systems in the test's own process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from boundary_caller import Caller, systems_of

from renkei.cli.main import main

RESIDENTS = 300


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test-data pack of a small town: the hard cases are always in it."""
    folder = tmp_path_factory.mktemp("boundary") / "pack"
    assert main(["town", "export", str(folder), "--population", str(RESIDENTS), "--seed", "1", "--closing"]) == 0
    return folder


@pytest.fixture
def begin(pack: Path) -> Callable[..., Caller]:
    """Starts boundary systems: begin(*faults, names=…)."""

    def begun(*faults: str, names: tuple[str, ...] = ()) -> Caller:
        return Caller(systems_of(pack, *faults, names=names))

    return begun
