"""Requirements traced to tests and faults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from renkei.adapters.folder.bundle import load_bundle
from renkei.errors import ContractError
from renkei.tables.trace import trace

FULL = load_bundle(Path(__file__).parents[2] / "contracts")
WANTED = ("TR-01", "TR-02", "TR-09", "AU-30", "SC-01")
BUNDLE = replace(FULL, requirements=tuple(item for item in FULL.requirements if item.id in WANTED))


def test_gaps_have_reasons() -> None:
    """A requirement is proven, or untested with its reason, or lacks a test or a fault; recording needs no fault."""
    tests = [("a.py::test_a", ("TR-01", "TR-02")), ("a.py::test_b", ("TR-09",))]

    traces = {item.requirement.id: item for item in trace(BUNDLE, tests, {"tls11_accepted": ("TR-02",)})}

    assert {name: item.gap for name, item in traces.items()} == {
        "TR-01": "no-fault",
        "TR-02": "",
        "TR-09": "",
        "AU-30": "untested",
        "SC-01": "no-test",
    }
    assert traces["AU-30"].reason("ja").endswith("。")
    assert traces["TR-02"].faults == ("tls11_accepted",)


@pytest.mark.parametrize("tests", [[("a.py::test_a", ("XX-01",))], []])
def test_an_unknown_requirement_is_named(tests: list[tuple[str, tuple[str, ...]]]) -> None:
    """A test or a fault that names a requirement the edition lacks is an error."""
    with pytest.raises(ContractError, match="XX-01"):
        trace(BUNDLE, tests, {} if tests else {"fault": ("XX-01",)})
