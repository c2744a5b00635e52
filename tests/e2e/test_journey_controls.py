"""The controls of journeys: the conforming mock municipality passes a requirement, and the faulty one fails it."""

from __future__ import annotations

import pytest

from renkei.cli.control import Control
from renkei.cli.journeycontrol import journey_outcomes, planted, proving_journeys
from renkei.cli.municipality import MIXED
from renkei.cli.wiring import load_bundle
from renkei.flow.journey import MODEL
from renkei.flow.outcome import Outcome
from renkei.flow.requirement import Role

# Of one life event alone, so that no other needs to be played.
REQUIREMENT = "JN-60"


@pytest.mark.slow
def test_the_control_of_sequences_that_nobody_wrote_down_finds_its_fault() -> None:
    """Within the steps of a control the state machine meets the fault, makes it short and sees it again."""
    asked = load_bundle().story(MODEL).requirements
    control = Control(
        system=Role.JOURNEY, fault=proving_journeys()[asked[0]], requirements=frozenset(asked), role=Role.JOURNEY
    )

    assert journey_outcomes(control, 1) == {asked[0]: Outcome.FAILED}


@pytest.mark.slow
@pytest.mark.parametrize("good", [True, False])
def test_a_control_tells_a_good_municipality_from_a_faulty_one(good: bool) -> None:
    """On the life event that asks for it the requirement passes without a fault, and fails with the one that proves it."""
    fault = "" if good else proving_journeys()[REQUIREMENT]
    control = Control(system=Role.JOURNEY, fault=fault, requirements=frozenset({REQUIREMENT}), role=Role.JOURNEY)

    assert journey_outcomes(control, 1) == {REQUIREMENT: Outcome.PASSED if good else Outcome.FAILED}


def test_planted_faults_are_of_offices_and_life_events_that_there_are() -> None:
    """Each fault names a system of the mixed municipality, requirements of journeys, and stories that check them."""
    bundle = load_bundle()
    stories = {story.id: story for story in bundle.journeys}
    systems = {system for systems in MIXED.values() for system in systems}

    for fault in planted():
        assert fault.system in systems, fault.name
        assert fault.journeys and set(fault.journeys) <= set(stories), fault.name
        asked = {name for journey in fault.journeys for name in stories[journey].requirements}
        assert fault.catches & asked, fault.name


def test_requirements_of_journeys_are_proven_by_faults() -> None:
    """Each requirement of journeys has a fault that must fail it, what sequences that nobody wrote down ask for included."""
    ids = {one.id for one in load_bundle().requirements if one.role is Role.JOURNEY}

    assert set(proving_journeys()) == ids
