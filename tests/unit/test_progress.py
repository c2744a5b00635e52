"""What is shown of a run's progress, and how wide a text is."""

from __future__ import annotations

import time

import pytest

from renkei.catalogue import Catalogue
from renkei.cli.progress import Progress
from renkei.cli.run import told
from renkei.events import CasePlanned, ControlJudged, JourneyPlayed, TestFinished, TestStarted
from renkei.flow.journey import JOURNEYS, Story
from renkei.flow.outcome import Outcome
from renkei.textwidth import fitted, padded, width


def planned(targets: int) -> list[CasePlanned]:
    """Two tests for each of so many targets."""
    names = [f"vendor-{number:03}" for number in range(targets)]
    return [
        CasePlanned(case=f"{name}/provider/x/FL-01", target=name, role="provider", linkage="x", requirement="FL-01",
                    level="必須", impact="cosmetic", tests=("a", "b"))
        for name in names
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
def test_few_targets_are_shown_one_by_one(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every target has its count, begun or not."""
    with Progress(planned(2), language, [("vendor-000/provider/x/FL-01", "a")]):
        pass

    assert "vendor-000 1/2 · vendor-001 0/2" in capsys.readouterr().err


@pytest.mark.parametrize("language", ["ja", "en"])
def test_of_many_targets_those_under_way_are_shown(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A whole municipality is told by its sums and by the targets that are being judged."""
    plan = planned(35)
    done = [(plan[0].case, "a"), (plan[0].case, "b")]
    with Progress(plan, language, done) as progress:
        progress.handle(TestFinished(case=plan[1].case, test="a", outcome=Outcome.PASSED))

    told = capsys.readouterr().err
    assert "vendor-001 1/2" in told
    assert "vendor-000" not in told
    assert "vendor-002" not in told
    assert all(number in told for number in ("1", "35", "3", "70"))


def test_width_counts_columns() -> None:
    """A full-width character takes two columns, a selector or combining mark none."""
    assert width("あA") == 3
    assert width("葛\U000e0100") == 2
    assert width("か\u3099") == 2


def test_texts_are_padded_and_cut_by_columns() -> None:
    """What is cut ends with an ellipsis and fits; what is padded ends at the same column."""
    assert fitted("住民情報", 5) == "住民…"
    assert fitted("住民", 4) == "住民"
    assert padded("住民", 6) == "住民  "
    assert padded("12", 4, right=True) == "  12"


@pytest.mark.parametrize(("language", "line"), [("ja", "  b-031：不適合　AU-01、AU-02"), ("en", "  b-031: ")])
def test_a_runs_end_is_told(language: str, line: str) -> None:
    """What the targets came to is counted, and who does not conform is named with the requirements that it is because of."""
    rows = [{"requirement": name, "outcome": "failed", "level": "必須"} for name in ("AU-01", "AU-02", "AU-01")]
    rows += [
        {"requirement": "AU-08", "outcome": "failed", "level": "推奨"},
        {"requirement": "AU-09", "outcome": "passed", "level": "必須"},
    ]
    verdicts = {
        "targets": [
            {"id": "a-001", "verdict": "passed", "results": []},
            {"id": "b-031", "verdict": "failed", "results": rows},
        ],
        "pairs": [],
    }

    head, told_line = told(verdicts, Catalogue(language))

    assert "2" in head
    assert told_line.startswith(line)
    assert not {"AU-08", "AU-09"} & set(told_line.replace("、", " ").replace(",", " ").split())


def test_many_requirements_are_counted() -> None:
    """Of many requirements the first are named and the others counted."""
    rows = [
        {"requirement": f"FL-{number:02}", "outcome": "inconclusive", "level": "実装不可"} for number in range(1, 21)
    ]
    verdicts = {"targets": [{"id": "a-001", "verdict": "inconclusive", "results": rows}], "pairs": []}

    [_, line] = told(verdicts, Catalogue("en"))

    assert "FL-08" in line
    assert "FL-09" not in line
    assert "12" in line


@pytest.mark.parametrize(("language", "told"), [("ja", "1/2 転入：2 段"), ("en", "1/2 Moving in: 2 steps")])
def test_a_played_life_event_is_told(language: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever waits is told which life event was played, of how many; trials of a violation are not told."""
    plan = [
        CasePlanned(case=f"{JOURNEYS}/journey/{name}/JN-01", target=JOURNEYS, role="journey", linkage=name,
                    requirement="JN-01", level="必須", impact="cosmetic", tests=("a",))
        for name in ("tennyu", "shibo")
    ]  # fmt: skip
    story = Story(id="tennyu", title_ja="転入", title_en="Moving in", clause="x", systems=("001",), steps=())
    steps = ({"state": "done"}, {"state": "broken"})
    with Progress(plan, language, stories=(story,)) as progress:
        for turn in (1, 2):
            progress.handle(JourneyPlayed(case=plan[0].case, journey="tennyu", turn=turn, steps=steps, assertions=7))

    said = capsys.readouterr().err
    assert said.count(told) == 1
    assert Catalogue(language).text("step_states.broken") in said


@pytest.mark.parametrize(("language", "told"), [("ja", "(まちの日々、7 番目の順序)"), ("en", "(Days, sequence 7)")])
def test_the_days_of_a_town_tell_in_which_sequence_they_are(
    language: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What plays for half an hour says how far it is; the life event after it has no sequences."""
    plan = [
        CasePlanned(case=f"{JOURNEYS}/journey/machi/JN-9{number}", target=JOURNEYS, role="journey", linkage="machi",
                    requirement=f"JN-9{number}", level="必須", impact="cosmetic", tests=("a",))
        for number in (0, 1)
    ]  # fmt: skip
    story = Story(id="machi", title_ja="まちの日々", title_en="Days", clause="x", systems=("001",), steps=())
    with Progress(plan, language, stories=(story,), quiet=0.01) as progress:
        progress.handle(TestStarted(case=plan[0].case, test="a"))
        progress.far(7)
        said, until = "", time.monotonic() + 10
        while told not in said and time.monotonic() < until:
            time.sleep(0.02)
            said += capsys.readouterr().err
        progress.handle(TestStarted(case=plan[1].case, test="a"))

    assert told in said
    assert told not in capsys.readouterr().err.splitlines()[-1]


def test_what_takes_long_gives_a_sign_of_life(capsys: pytest.CaptureFixture[str]) -> None:
    """When nothing happens for long, it is said again how far things are, and which life event is being played."""
    plan = [
        CasePlanned(case=f"{JOURNEYS}/journey/machi/JN-90", target=JOURNEYS, role="journey", linkage="machi",
                    requirement="JN-90", level="必須", impact="cosmetic", tests=("a",))
    ]  # fmt: skip
    story = Story(id="machi", title_ja="まちの日々", title_en="Days", clause="x", systems=("001",), steps=())
    told = ""
    with Progress(plan, "ja", stories=(story,), quiet=0.05) as progress:
        progress.handle(TestStarted(case=plan[0].case, test="a"))
        until = time.monotonic() + 10
        while "まちの日々" not in told and time.monotonic() < until:
            time.sleep(0.02)
            told += capsys.readouterr().err

    assert "journeys 0/1 (まちの日々)" in told


def test_controls_are_counted_while_they_are_tried(capsys: pytest.CaptureFixture[str]) -> None:
    """The conforming mock counts once, however many requirements it is tried for, each faulty one for itself."""
    with Progress(planned(1), "en") as progress:
        progress.trying(4)
        for fault, requirement in (("", "FL-01"), ("", "FL-02"), ("broken", "FL-01"), ("broken", "FL-02")):
            progress.handle(
                ControlJudged(system="031", requirement=requirement, fault=fault, outcome=Outcome.PASSED, holds=True)
            )

    assert "3 of 4 controls tried" in capsys.readouterr().err
