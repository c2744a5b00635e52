"""Each planted defect of the wards is found by the requirement that speaks of it; a good server is blamed for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_run import judged

from mocks.wards.defect import DEFECTS
from mocks.wards.document import WARDS

pytestmark = pytest.mark.slow


def test_every_defect_of_two_wards_is_found(tmp_path: Path) -> None:
    """All defects of two wards at once: each is found where it shows, and nothing else is blamed."""
    wards = ("minami", "chuo")
    planted = [one for one in DEFECTS if one.ward in wards]
    ended, _, _ = judged(tmp_path, planted, wards)
    told = {(linkage, requirement) for linkage, requirement, _ in ended.findings()}
    expected = {(one.ward, name) for one in planted for name in one.also}

    assert [one for one in planted if not any((one.shows, name) in told for name in one.ours)] == []
    assert {pair for pair in told if (pair[0].partition("_")[2], pair[1]) not in expected} == set()


def test_a_good_ward_is_blamed_for_nothing(tmp_path: Path) -> None:
    """A ward without a defect passes; what does not concern an operation says why."""
    ended, requests, _ = judged(tmp_path, (), ("higashi",))

    assert ended.code == 0, ended.said
    assert ended.findings() == set()
    assert set(ended.outcomes().values()) <= {"passed", "not_applicable"}
    assert ended.outcomes()["list_higashi", "GN-33"] == "passed"
    assert requests > 500
    rows = [row for target in ended.verdicts["targets"] for row in target["results"]]
    assert [row for row in rows if row["outcome"] == "not_applicable" and not row["reason"]] == []


def test_the_planted_set_has_every_class() -> None:
    """At least 36 defects, half of them in what only scenarios show, each in a ward that exists."""
    assert len(DEFECTS) >= 36
    assert sum(one.kind == "scenario" for one in DEFECTS) >= 18
    assert {one.ward for one in DEFECTS} == set(WARDS)
    assert len({(one.operation, one.name) for one in DEFECTS}) == len(DEFECTS)
