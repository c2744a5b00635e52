"""A home of Renkei whose suites are a test's own."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
from running_town import Town

from renkei.cli import wiring
from renkei.cli.run import Order, execute


def settle(place: Path, suite: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the home, with contracts and mocks as they are, and move into it."""
    (place / "suites" / "provider").mkdir(parents=True)
    (place / "suites" / "provider" / "test_own.py").write_text(suite, encoding="utf-8")
    for part in ("contracts", "mocks"):
        (place / part).symlink_to(wiring.home() / part)
    monkeypatch.setenv("RENKEI_HOME", str(place))
    # The index of suites is read once for each process; this test reads its own.
    monkeypatch.setattr(wiring, "suite_tests", functools.cache(wiring.suite_tests.__wrapped__))
    return place


def judge_alpha(town: Town, folder: Path, *only: str) -> dict[str, Any]:
    """The verdicts of the 031 of alpha by these requirements of the suites at hand."""
    plan_file = town.plan_for("alpha", systems=("031",))
    plan, bundle = wiring.open_plan(plan_file)
    order = Order(
        plan=plan,
        bundle=bundle,
        plan_file=plan_file,
        folder=folder,
        language="ja",
        only=frozenset(only),
        report=False,
    )
    return execute(order)
