"""Pairs of the vendors that `ci/attribution` plants faults into, for the length of a test process."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "ci"))
from attribution import KEYS, Copy, Planted, plan_text, table  # noqa: E402 - the proofs lie beside the scripts that run them
from attribution_consumer import SECRET  # noqa: E402 - as above
from attribution_parties import World  # noqa: E402 - as above
from attribution_provider import CLIENT_SECRET  # noqa: E402 - as above


def planted(*names: str) -> list[Planted]:
    """The pairs of those names; only such as call, for there are no files here."""
    return [one for one in table() if one.name in names]


def plan_of_calls(pairs: list[Planted], folder: Path) -> str:
    """The plan of these pairs, their vendors being up."""
    return plan_text(pairs, folder, World(KEYS).origin, Copy(folder))


def secrets() -> Mapping[str, str]:
    """The environment of a run, with the secrets that the plan refers to."""
    return {**os.environ, "ATTRIBUTION_CLIENT": CLIENT_SECRET, "ATTRIBUTION_FACADE": SECRET}
