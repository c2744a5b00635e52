"""What the end-to-end tests share: mock vendors that start once, and one whole run of the good and the bad one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from command_line import run
from running_town import Run, Town

from renkei.cli.mockset import start_vendor, vendor_secrets

VENDORS = ("alpha", "beta")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """alpha, which conforms, and beta, which does not."""
    folder = tmp_path_factory.mktemp("town")
    vendors = {name: start_vendor(name, folder) for name in VENDORS}
    try:
        ready = {name: vendor.start() for name, vendor in vendors.items()}
        for name in VENDORS:
            vendor_secrets(folder, name)
        yield Town(folder=folder, ready=ready)
    finally:
        for vendor in vendors.values():
            vendor.stop()


@pytest.fixture(scope="session")
def alpha_run(town: Town) -> Run:
    """The whole of alpha, both systems."""
    plan, folder = town.plan_for("alpha"), town.folder / "run-alpha"
    return Run(ended=run(plan, folder), folder=folder, plan=plan)


@pytest.fixture(scope="session")
def beta_run(town: Town) -> Run:
    """The whole of beta, both systems."""
    plan, folder = town.plan_for("beta"), town.folder / "run-beta"
    return Run(ended=run(plan, folder), folder=folder, plan=plan)
