"""Journeys in plans: what a story is, what is planned of it, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from renkei.catalogue import Catalogue
from renkei.cli.doctor import journeys_of
from renkei.cli.journeying import by_hand, is_by_hand
from renkei.cli.main import main
from renkei.cli.municipality import MIXED
from renkei.cli.wiring import home, load_bundle
from renkei.errors import PlanError, UsageError
from renkei.flow.contract import Bundle
from renkei.flow.journey import JOURNEYS, Step, Story
from renkei.flow.outcome import Outcome
from renkei.flow.plan import Journeys, Plan, Planned, plan_cases
from renkei.flow.requirement import Role
from renkei.journeyfile import read_stories, read_story
from renkei.planfile import read_plan

HEAD = '[plan]\nname = "p"\nprofile = "smoke"\nmunicipality = "993018"\n'
STORY = """
id = "one"
title_ja = "転入"
title_en = "Moving in"
clause = "x"
systems = ["001", "010"]
seen_by = ["024"]
[[step]]
ja = "届を受ける。"
en = "Accepted."
act = "move-in"
at = "001"
who = ["夫"]
[[step]]
ja = "十分たつ。"
en = "Ten minutes pass."
check = ["JN-02", "JN-01"]
[[step]]
ja = "確かめる。"
en = "Looked at."
check = ["JN-01"]
"""


def office(
    name: str, system: str, more: str = "", facade: str = 'url = "http://127.0.0.1:9/x"\nsecret = {env = "S"}'
) -> str:
    """A target that takes part in journeys alone."""
    head = f'[[target]]\nid = "{name}"\nvendor = "v"\nproduct = "P"\nversion = "1"\nsystem = "{system}"\nroles = []\n'
    return head + more + (f"[target.facade]\n{facade}\n" if facade else "")


@pytest.fixture(name="bundle", scope="module")
def bundle_with_a_story(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """This edition with one story of its own."""
    path = tmp_path_factory.mktemp("suites") / "one.toml"
    path.write_text(STORY, encoding="utf-8")
    return replace(load_bundle(), journeys=(read_story(path),))


def read(folder: Path, bundle: Bundle, text: str) -> Plan:
    """The plan of a text."""
    path = folder / "plan.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return read_plan(path, bundle, today=dt.date(2026, 11, 22))


def cases(bundle: Bundle, plan: Plan, *only: str) -> list[Planned]:
    """The planned cases of journeys."""
    return [one for one in plan_cases(bundle, plan, frozenset(), frozenset(only)) if one.case.role is Role.JOURNEY]


def test_a_story_tells_its_requirements_and_systems(tmp_path: Path) -> None:
    """A story's requirements are those that its steps check, each once, in their order; the rest of a step is kept."""
    path = tmp_path / "one.toml"
    path.write_text(STORY, encoding="utf-8")

    story = read_story(path)

    assert story.requirements == ("JN-02", "JN-01") and story.systems == ("001", "010") and story.seen_by == ("024",)
    assert story.steps[0].values == {"who": ["夫"]} and story.steps[0].text("en") == "Accepted."
    assert read_stories(tmp_path / "none") == ()


@pytest.mark.parametrize(
    "change",
    [
        ("id =", "name ="),
        ('id = "one"', 'id = "two"'),
        ('title_ja = "転入"', 'title_ja = ""'),
        ('systems = ["001", "010"]', "systems = []"),
        ('seen_by = ["024"]', 'seen_by = "024"'),
        ('ja = "十分たつ。"\n', ""),
        ('check = ["JN-02", "JN-01"]', "check = [1]"),
        ("[[step]]", "[step]"),
        ("clause =", "clause ="),
    ],
)
def test_a_story_that_is_not_whole_is_refused_by_name(tmp_path: Path, change: tuple[str, str]) -> None:
    """A missing or unknown key, another id than the file's name and a text of the wrong kind are diagnosed."""
    path = tmp_path / "one.toml"
    path.write_text(STORY.replace(*change) + ("\x00" if change[0] == change[1] else ""), encoding="utf-8")

    with pytest.raises(UsageError) as caught:
        read_story(path)

    assert caught.value.code == "story-unreadable" and caught.value.values["file"] == "one.toml"


def test_every_story_that_ships_is_told_in_both_languages_and_asks_what_exists() -> None:
    """Each shipped story has both languages in every sentence, checks known requirements and names known systems."""
    own = load_bundle()
    known, systems = {one.id: one for one in own.requirements}, {one.id for one in own.systems}

    assert own.journeys
    for story in own.journeys:
        assert set(story.requirements) <= set(known), story.id
        assert all(known[name].role is Role.JOURNEY for name in story.requirements), story.id
        assert {*story.systems, *story.seen_by} <= systems, story.id
        assert all(step.ja != step.en and step.ja.endswith(("。", "。）")) for step in story.steps), story.id


def test_a_plan_plays_every_story_over_whoever_can_be_asked(tmp_path: Path, bundle: Bundle) -> None:
    """By default every target with trigger and readback takes part, and each requirement of each story is a case."""
    text = "[journeys]\n" + office("a-001", "001") + office("b-010", "010") + office("c-024", "024", facade="")
    with pytest.raises(PlanError):
        read(tmp_path, bundle, text.replace("[journeys]", "[journey]"))
    plan = read(tmp_path, bundle, text)

    assert plan.journeys == Journeys(targets=("a-001", "b-010"))
    assert [one.case.key for one in cases(bundle, plan)] == ["journeys/journey/one/JN-02", "journeys/journey/one/JN-01"]
    assert len(cases(bundle, plan, "JN-01")) == len(cases(bundle, plan, "one", "JN-01")) - 1 == 1
    assert plan.claims(JOURNEYS).waivers == ()


def test_a_story_without_its_systems_is_left_out_with_the_reason(tmp_path: Path, bundle: Bundle) -> None:
    """Where no target is for a system that a story needs, its cases are not applicable and say which system."""
    plan = read(tmp_path, bundle, "[journeys]\n" + office("a-001", "001"))

    found = cases(bundle, plan)

    assert {one.excluded for one in found} == {Outcome.NOT_APPLICABLE}
    assert {(one.reason, one.detail) for one in found} == {("journey-lacks-system", "010")}


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ('targets = ["nobody"]', "plan-journeys-unknown"),
        ('targets = ["a-001", "a-001"]', "plan-journeys-unknown"),
        ('targets = "a-001"', "plan-wrong-value"),
        ('only = ["two"]', "plan-journeys-unknown"),
        ("latency_seconds = 0", "plan-wrong-value"),
        ("latency_seconds = true", "plan-wrong-value"),
        ("manual = 1", "plan-wrong-value"),
        ("faults = []", "plan-unknown-key"),
    ],
)
def test_a_table_of_journeys_is_strict(tmp_path: Path, bundle: Bundle, table: str, code: str) -> None:
    """Unknown names, keys and values of the wrong kind are diagnosed by key."""
    with pytest.raises(PlanError) as caught:
        read(tmp_path, bundle, f"[journeys]\n{table}\n" + office("a-001", "001"))

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[journeys]\n" + office("a-001", "001", facade=""), "plan-journeys-nobody"),
        ("[journeys]\n" + office("a-001", "001") + office("b-001", "001"), "plan-journeys-twice"),
        (office("a-001", "001"), "plan-wrong-value"),
        ("[journeys]\n" + office("journeys", "001"), "plan-overlap"),
        ("journeys = 1\n" + office("a-001", "001"), "plan-wrong-value"),
    ],
)
def test_a_municipality_has_each_system_once(tmp_path: Path, bundle: Bundle, text: str, code: str) -> None:
    """Nobody to ask, two targets of one system, a target without a role or with the journeys' own name are refused."""
    path = tmp_path / "plan.toml"
    path.write_text(text + HEAD if text.startswith("journeys =") else HEAD + text, encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_plan(path, bundle, today=dt.date(2026, 11, 22))

    assert caught.value.code == code


def test_by_hand_everybody_may_take_part(tmp_path: Path, bundle: Bundle) -> None:
    """With ``manual`` a target without a façade takes part as well, and the doctor says that somebody must be there."""
    plan = read(
        tmp_path, bundle, "[journeys]\nmanual = true\n" + office("a-001", "001", facade="") + office("b-010", "010")
    )

    assert plan.journeys is not None and plan.journeys.targets == ("a-001", "b-010") and plan.journeys.manual
    assert journeys_of(plan, bundle, Catalogue("en")) == [
        {"journey": "one", "title": "Moving in", "lacking": [], "by_hand": ["a-001"]}
    ]


def test_a_waiver_does_not_cover_a_life_event(tmp_path: Path, bundle: Bundle) -> None:
    """What one vendor has accepted must not cover another's failure: no requirement of journeys can be waived."""
    row = 'linkage = ""\nowner = "o"\nreason = "r"\nlink = "l"\nexpires = "2027-01-01"\nrequirement = "JN-01"\n'
    (tmp_path / "w.toml").write_text(f"[[waiver]]\n{row}", encoding="utf-8")
    claims = '[target.claims]\nwaivers = "w.toml"\n'
    with pytest.raises(PlanError) as caught:
        read(tmp_path, bundle, "[journeys]\n" + office("a-001", "001", more=claims))

    assert caught.value.code == "plan-waiver-unknown"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_plan_command_lists_life_events(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """`renkei plan` says of each life event by how many requirements it is judged, or which system it lacks."""
    monkeypatch.setenv("S", "long-enough-secret")
    path = tmp_path / "plan.toml"
    path.write_text(HEAD + "[journeys]\n" + office("a-001", "001"), encoding="utf-8")

    assert main(["--lang", language, "plan", str(path)]) == 0
    told = capsys.readouterr().out
    assert ("転入" if language == "ja" else "Moving in") in told and "a-001" in told
    assert main(["plan", "--json", str(path)]) == 0
    rows = json.loads(capsys.readouterr().out)["cases"]
    assert {row["role"] for row in rows} == {"journey"} and {row["target"] for row in rows} == {JOURNEYS}


def test_stories_lie_where_the_other_suites_lie() -> None:
    """The shipped stories are found below the installation's suites, wherever that is."""
    assert {story.id for story in read_stories(home() / "suites")} == {story.id for story in load_bundle().journeys}
    assert isinstance(load_bundle().journeys[0], Story) and isinstance(load_bundle().journeys[0].steps[0], Step)


def test_the_mixed_municipality_that_ships_plays_every_story() -> None:
    """plans/journeys.toml has systems of three vendors, and none of the shipped stories lacks one."""
    own = load_bundle()
    plan = read_plan(home() / "plans" / "journeys.toml", own, today=dt.date(2026, 11, 22))

    assert plan.journeys is not None and len(plan.journeys.targets) >= 6
    assert len({target.vendor for target in plan.targets}) >= 3
    assert [one for one in plan_cases(own, plan, frozenset(), frozenset()) if one.excluded] == []
    assert {target.id.partition("-")[0]: () for target in plan.targets}.keys() == MIXED.keys()
    assert {target.system for target in plan.targets} == {system for systems in MIXED.values() for system in systems}


def test_who_needs_a_person(tmp_path: Path, bundle: Bundle) -> None:
    """A façade needs nobody; a program takes files in, so that a person acts beside it where the plan says so."""
    program = 'trigger = {command = ["./act"]}\nreadback = {command = ["./show"]}\n'
    text = office("a-001", "001", more=program, facade="") + office("b-010", "010")
    plain = read(tmp_path, bundle, "[journeys]\n" + text)
    manual = read(tmp_path, bundle, "[journeys]\nmanual = true\n" + text)

    assert plain.journeys is not None and plain.journeys.targets == ("a-001", "b-010")
    assert not by_hand(plain) and by_hand(manual)
    assert manual.journeys is not None and not is_by_hand(manual.target("b-010"), manual.journeys)
