"""What all tests share: those whose surroundings are missing are skipped, and nobody can overlook it."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable

import hypothesis
import pytest

REQUIRE = "RENKEI_REQUIRE_ALL"
NODE_IMAGE = "renkei-mock-node:local"

# The same examples on every machine, so that a change is judged and not the dice; RENKEI_EXAMPLES=N looks for new ones.
hypothesis.settings.register_profile("same", derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile(
    "search", max_examples=int(os.environ.get("RENKEI_EXAMPLES", "100")), database=None, deadline=None
)
hypothesis.settings.load_profile("search" if "RENKEI_EXAMPLES" in os.environ else "same")


@functools.cache
def no_containers() -> str:
    """Why no container can be started here; "" when one can."""
    from renkei.adapters.docker.engine import engine_missing, image_missing
    from renkei.adapters.docker.vendor import IMAGE

    if told := os.environ.get("RENKEI_NO_CONTAINERS"):
        return told
    if why := engine_missing():
        return f"no container engine: {why}"
    missing = [image for image in (IMAGE, NODE_IMAGE) if image_missing(image)]
    return f"the engine has no image {' and no '.join(missing)}: run ci/image and ci/image node" if missing else ""


@functools.cache
def no_browser() -> str:
    """Why no page can be opened here; "" when one can."""
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


@functools.cache
def no_node() -> str:
    """Why the mock vendor in JavaScript cannot be started here; "" when it can."""
    from renkei.cli import wiring
    from renkei.errors import UsageError
    from renkei.vendors import launcher

    try:
        launcher(wiring.home(), "delta")
    except UsageError:
        return "Node.js or mocks/node/node_modules is missing: . ci/setup && setup && setup_node_vendor"
    return ""


NEEDS: dict[str, Callable[[], str]] = {"docker": no_containers, "browser": no_browser, "node": no_node}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot run here, with the reason; an error instead where everything is required."""
    for marker, missing in NEEDS.items():
        wanted = [item for item in items if item.get_closest_marker(marker)]
        if not wanted or not (why := missing()):
            continue
        if os.environ.get(REQUIRE) == "1":
            raise pytest.UsageError(f"{REQUIRE}=1, but tests marked {marker} cannot run: {why}")
        for item in wanted:
            item.add_marker(pytest.mark.skip(reason=f"{marker}: {why}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what did not run, as the last thing before the closing line."""
    for marker in NEEDS:
        reports = terminalreporter.stats.get("skipped", [])
        reasons = [str(report.longrepr[2]) for report in reports if isinstance(report.longrepr, tuple)]
        skipped = [reason for reason in reasons if reason.startswith(f"Skipped: {marker}: ")]
        if skipped:
            terminalreporter.write_sep("!", f"{len(skipped)} tests marked {marker} did NOT run", red=True, bold=True)
            terminalreporter.write_line(skipped[0].removeprefix("Skipped: "))
