"""The controls of a run on another standard's document: every generic requirement is tried on a good and a bad sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from renkei.cli.foreigncontrol import judge_foreign_controls
from renkei.events import ControlJudged, Event
from renkei.flow.outcome import Outcome
from renkei.flow.plan import Case, Plan, Planned, Profile, RestAccess, Target
from renkei.flow.requirement import Role
from renkei.tables.reader import read_requirements

pytestmark = pytest.mark.slow

TABLE = Path(__file__).parents[2] / "contracts" / "generic" / "requirements.csv"
REST = RestAccess(base_url="http://127.0.0.1:9", token_url="")
TARGET = Target(id="a", vendor="a", product="a", version="1", system="other", rest=REST)


def test_every_requirement_is_tried_both_ways() -> None:
    """Each generic requirement is satisfied by the conforming samples and broken by a sample with a defect."""
    names = [row.id for row in read_requirements(TABLE.read_text("utf-8"), TABLE.name)]
    cases = [
        Planned(case=Case(target="a", role=Role.PROVIDER, linkage="list_x", requirement=name), excluded=None)
        for name in names
    ]
    plan = Plan(
        name="p",
        edition="",
        profile=Profile.CERTIFICATION,
        municipality="",
        seed=1,
        language="ja",
        targets=(TARGET,),
        digest="",
    )
    said: list[Event] = []
    judge_foreign_controls(cases, plan, said.append, frozenset())
    controls = [one for one in said if isinstance(one, ControlJudged)]

    assert [one for one in controls if not one.holds] == []
    assert {one.requirement for one in controls if one.outcome is Outcome.PASSED} == set(names)
    assert {one.requirement for one in controls if one.fault and one.outcome is Outcome.FAILED} == set(names)
