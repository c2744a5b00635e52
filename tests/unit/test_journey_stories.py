"""Stories are made sure of before they are played: whatever nobody would know how to play is named."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from renkei.errors import UsageError
from renkei.flow.journey import Step, Story
from renkei.journeyfile import read_stories
from renkei.kit.journey.register import ACTS
from renkei.kit.journey.story import made_sure, seconds

ROOT = Path(__file__).parents[2]
GOOD: dict[str, Any] = {
    "cast": ({"name": "夫", "like": {"age": 40}},),
    "act": "move-in",
    "check": ("JN-01",),
    "values": {"who": ["夫"], "with": {"day": "+1"}, "wait": "10 minutes"},
}


def story(**changes: Any) -> Story:
    """A story of one step."""
    made = GOOD | changes
    step = Step(ja="転入する。", en="Moves in.", act=made["act"], at="001", check=made["check"], values=made["values"])
    return Story(id="t", title_ja="転入", title_en="In", clause="c", systems=("001",), steps=(step,), cast=made["cast"])


def test_a_story_that_can_be_played_is_given_back() -> None:
    """Nothing is changed."""
    assert made_sure(story()) == story()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"act": "move-inn"}, "act = move-inn"),
        ({"check": ("JN-99",)}, "check = JN-99"),
        ({"values": {"who": ["妻"]}}, "who = 妻"),
        ({"values": {"whom": ["夫"]}}, "whom"),
        ({"values": {"who": ["夫"], "with": {"dya": "+1"}}}, "dya"),
        ({"values": {"who": ["夫"], "wait": "10 fortnights"}}, "wait = 10 fortnights"),
        ({"values": {"who": ["夫"], "with": "soon"}}, "with = 'soon'"),
        ({"cast": ({"name": "夫", "likes": {}},)}, "likes"),
        ({"cast": ({"name": "夫", "like": {"hair": "long"}},)}, "hair"),
        ({"cast": ({"name": "夫"}, {"name": "夫"})}, "name"),
        ({"act": "", "check": (), "values": {}}, "act, wait, check"),
    ],
)
def test_what_nobody_can_play_is_named(changes: dict[str, Any], named: str) -> None:
    """The diagnosis names the file and the first thing that is unknown in it."""
    with pytest.raises(UsageError) as refused:
        made_sure(story(**changes))

    assert (refused.value.code, refused.value.values["file"]) == ("story-unreadable", "t.toml")
    assert named in refused.value.values["why"]


@pytest.mark.parametrize(
    ("wait", "expected"),
    [("none", 0), ("10 minutes", 600), ("1 day", 86_400), ("11 months", 29_462_400), ("year", 31_536_000)],
)
def test_waits_are_told_in_words(wait: str, expected: int) -> None:
    """Minutes, hours, days, months and years."""
    assert seconds(wait) == expected


def test_every_story_that_ships_can_be_played() -> None:
    """Each act, law, part and value of every story is known."""
    for one in read_stories(ROOT / "suites"):
        if not one.model:
            made_sure(one)


def test_every_act_of_a_clerk_is_an_event_of_the_facade() -> None:
    """What the acts ask of 001 is in the list of events that vendors are given."""
    listed = (ROOT / "contracts" / "facade" / "events.csv").read_text(encoding="utf-8")
    renamed = {"move-back": "move-in", "copy": "substitute-register"}
    missing = {
        name for name, act in ACTS.items() if act.system == "001" and f"\n{renamed.get(name, name)}," not in listed
    }

    assert missing == set()


def test_stories_are_toml_that_a_clerk_can_read_aloud() -> None:
    """Every sentence is Japanese, ends, and stands beside its English one."""
    for path in sorted((ROOT / "suites" / "journeys").glob("*.toml")):
        for step in tomllib.loads(path.read_text(encoding="utf-8"))["step"]:
            assert step["ja"].rstrip("）").endswith("。"), path.name
            assert step["en"].rstrip(")").endswith("."), path.name
