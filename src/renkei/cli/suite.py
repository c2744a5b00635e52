"""The pytest plugin as the root conftest loads it; it sleeps until a worker hands it a session."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a suite run without a plan: a vendor is never judged by tests that know no target."""
    if config.pluginmanager.has_plugin("renkei-session"):
        return
    stray = [item for item in items if "suites" in item.path.parts and hasattr(item, "obj")]
    if stray:
        raise pytest.UsageError("suites run through `renkei run PLAN`: they need a target (see README.md)")
