"""`renkei demo --journeys`: the plan that it writes, what it refuses, and what it says at the end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from renkei.catalogue import Catalogue
from renkei.cli.demotown import FAULTS, summary
from renkei.cli.main import main
from renkei.cli.municipality import MIXED, Hall
from renkei.cli.wiring import home, load_bundle
from renkei.flow.contract import Bundle
from renkei.flow.plan import Plan, Profile
from renkei.planfile import read_plan

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(name="bundle", scope="module")
def shipped_bundle() -> Bundle:
    return load_bundle()


def written(folder: Path, bundle: Bundle, **how: Any) -> Plan:
    """The plan of a municipality that says it is up."""
    hall = Hall(folder=folder, pack=folder / "pack")
    for name, systems in MIXED.items():
        facades = {system: f"http://127.0.0.1:9/{system}" for system in systems}
        place = (folder / name).as_uri()
        hall.ready[name] = {"product": "P", "version": "1", "place": place, "facades": facades}
    return read_plan(hall.plan(**how), bundle, today=TODAY)


def test_the_plan_has_the_systems_of_the_plan_that_ships(tmp_path: Path, bundle: Bundle) -> None:
    """Who runs what is the same in the demo and in plans/journeys.toml, office by office."""
    plan = written(tmp_path, bundle, seed=7, profile="standard", language="en")
    shipped = read_plan(home() / "plans" / "journeys.toml", bundle, today=TODAY)

    assert plan.journeys is not None and shipped.journeys is not None
    assert set(plan.journeys.targets) == set(shipped.journeys.targets)
    assert (plan.seed, plan.profile, plan.language) == (7, Profile.STANDARD, "en")
    assert plan.municipality == shipped.municipality and plan.journeys.only == ()


def test_the_plan_names_what_is_asked_for(tmp_path: Path, bundle: Bundle) -> None:
    """Life events that are named are the only ones that are played."""
    journeys = written(tmp_path, bundle, only=("tennyu", "shibo")).journeys

    assert journeys is not None and journeys.only == ("tennyu", "shibo")


def test_what_is_planted_is_played(bundle: Bundle) -> None:
    """Each planted defect is beta's, has a table, and is of a life event that ships."""
    import tomllib

    stories = {story.id for story in bundle.journeys}
    for system, fault in FAULTS:
        path = home() / "mocks" / "faults" / "journey" / f"{fault}.toml"
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        assert table["system"] == system and system in MIXED["beta"]
        assert set(table["journeys"]) <= stories


@pytest.mark.parametrize(
    "words",
    [
        ("--journeys", "--containers"),
        ("--journeys", "--consumers"),
        ("--only", "tennyu"),
        ("--journeys", "--only", "nobody"),
    ],
)
def test_options_that_say_nothing_together_are_refused(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is started; the option is named."""
    assert main(["demo", "--out", str(tmp_path / "out"), *words]) == 2
    assert words[-2] in capsys.readouterr().err


@pytest.mark.parametrize(("language", "turn"), [("ja", "beta の統合収滞納"), ("en", "of beta (beta-036)")])
def test_the_summary_says_whose_turn_it_is(language: str, turn: str, tmp_path: Path, bundle: Bundle) -> None:
    """One line for what works; why and whose turn it is for what does not; then the counts."""
    words = Catalogue(language)
    rows = [
        {"title": "A", "verdict": "passed", "why": "", "whose": [], "results": []},
        {"title": "B", "verdict": "failed", "why": "Because.", "whose": ["beta-036"], "results": []},
    ]
    lines = list(summary(rows, written(tmp_path, bundle), bundle, words))

    assert words.text("journey_answers.works") in lines[0] and "A" in lines[0]
    assert words.text("journey_answers.broken") in lines[1] and "Because." in lines[2]
    assert turn in lines[3] and "2" in lines[4]
