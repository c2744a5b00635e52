"""What is written of life events: verdicts as their schema says, JUnit, Allure steps, and the clerk's page in both languages."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from sample_journeys import OFFICES, STORIES, bundle, make, rows
from sample_run import HOSTILE

from renkei.adapters.allure import write_results
from renkei.adapters.junit import write_junit
from renkei.catalogue import Catalogue
from renkei.cli.outputs import write_outputs
from renkei.cli.run import exit_code, told, told_journeys
from renkei.flow.finding import BY_HAND
from renkei.flow.journey import MODEL
from renkei.verdicts import facts, folder_of, journey_state, to_verdicts
from renkei.web.index import write_index

SCHEMAS = Path(__file__).parents[2] / "src" / "renkei" / "schemas"


def faults(name: str, value: Any) -> list[str]:
    """What is wrong with a value by a shipped schema."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    return [
        f"{error.instance_path}: {error.message}" for error in jsonschema_rs.validator_for(schema).iter_errors(value)
    ]


def verdicts(folder: Path, *stories: str) -> dict[str, Any]:
    """The verdicts of a run of these life events."""
    make(folder, **({"stories": stories} if stories else {}))
    return json.loads((folder / "verdicts.json").read_text("utf-8"))


class Words(HTMLParser):
    """The text of a page, and the addresses and scripts in it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.text, self.tags, self._open = "", list[str](), list[str]()
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.append(tag)
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It closes."""
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        if "style" not in self._open[-1:]:
            self.text += data


def test_verdicts_of_life_events_are_as_their_schema_says(tmp_path: Path) -> None:
    """Each life event is one row with its state, whose turn it is, its steps and its findings."""
    found = verdicts(tmp_path)

    assert faults("verdicts-1", found) == []
    assert {name: journey_state(row) for name, row in rows(found).items()} == {
        "tennyu": "works",
        "shien": "broken",
        "kazei": "unknown",
        "shobyo": "absent",
    }
    shien = rows(found)["shien"]
    assert shien["whose"] == ["gamma-024"] and shien["fault_of"] == "consumer"
    assert [step["state"] for step in shien["steps"]] == ["done", "broken", "done"]
    assert shien["steps"][0]["told"][0] == ["alpha-001", "gamma-024", "001o006"]
    assert shien["findings"][0]["whose"] == ["gamma-024"]
    assert shien["why"] == "隠れている方の住所が知られます。"


def test_lines_of_a_log_with_life_events_are_as_their_schema_says(tmp_path: Path) -> None:
    """Each line of a log with played journeys fits exactly one kind of line."""
    make(tmp_path)
    for line in (tmp_path / "run.jsonl").read_text("utf-8").splitlines():
        assert faults("runlog-1", json.loads(line)) == []


def test_a_life_event_that_cannot_be_played_says_nothing_of_a_run(tmp_path: Path) -> None:
    """A run whose only other life event works passes, though one lacks a system; the worst of several is the run's."""
    assert verdicts(tmp_path / "good", "tennyu", "shobyo")["verdict"] == "passed"
    assert verdicts(tmp_path / "lacking", "shobyo")["verdict"] == "not_run"
    assert verdicts(tmp_path / "bad", "tennyu", "shien", "kazei")["verdict"] == "failed"


def test_facts_of_life_events_are_in_no_language(tmp_path: Path) -> None:
    """Without a bundle the same facts come out, and no sentence of a story is among them."""
    record = make(tmp_path)

    plain = facts(to_verdicts(record, None, folder=str(tmp_path)))

    assert plain == facts(to_verdicts(record, bundle(), folder=str(tmp_path)))
    assert "係が" not in json.dumps(plain, ensure_ascii=False)
    assert folder_of(to_verdicts(record, bundle(), folder="elsewhere")) == "elsewhere"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_run_tells_life_events_in_a_line_each(tmp_path: Path, language: str) -> None:
    """The command line says how many life events work, and for each other one whose turn it is; no target is counted."""
    found, words = verdicts(tmp_path), Catalogue(language)

    lines = told_journeys(found, words)

    assert told(found, words) == []
    assert len(lines) == len(STORIES)
    assert "4" in lines[0] and any("gamma-024" in line for line in lines)
    assert exit_code(found) == 1


def test_each_sequence_that_was_found_is_told_by_itself(tmp_path: Path) -> None:
    """Two sequences that nobody had written down are two lists, each with the line that plays it again."""
    found = verdicts(tmp_path, "shien")
    (row,) = found["journeys"]
    finding, (first, second, _) = row["findings"][0], row["steps"]
    row["journey"] = MODEL
    first, end = {**first, "act": "move", "requirements": ["JN-06"]}, {**second, "act": ""}
    row["steps"] = [step for name in ("JN-91", "JN-92") for step in (first, {**end, "requirements": [name]})]
    row["findings"] = [{**finding, "broken": name, "replay": f"renkei replay {name}"} for name in ("JN-92", "JN-91")]

    lines = told_journeys(found, Catalogue("ja"))[2:]

    head = Catalogue("ja").text("cli.run-found")
    assert [line if line == head else line.split()[-1] for line in lines] == [
        head, first["text"], second["text"], "JN-91", head, first["text"], second["text"], "JN-92",
    ]  # fmt: skip
    assert [line.split(".")[0].strip() for line in lines if ". " in line] == ["1", "2", "1", "2"]


def test_the_page_says_where_each_sequence_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of several sequences are parted by a heading; one story has none."""
    record = make(tmp_path, stories=("shien",))
    headings = [Catalogue("ja").text("pages.journey-sequence", number=number) for number in (1, 2)]
    write_index(record, bundle(), tmp_path, {}, "ja")
    assert not any(one in Words(tmp_path / "index.html").text for one in headings)

    monkeypatch.setattr("renkei.web.journeytable.MODEL", "shien")
    write_index(record, bundle(), tmp_path, {}, "ja")

    said = Words(tmp_path / "index.html").text
    assert [said.count(one) for one in headings] == [1, 1]


def test_whoever_ran_it_is_told_in_their_language(tmp_path: Path) -> None:
    """The command line speaks the caller's language whatever the plan's is; the file has the plan's."""
    make(tmp_path)

    spoken = write_outputs(tmp_path, bundle(), report=False, language="ja", spoken="en")

    assert rows(spoken)["shien"]["title"] == "Protection"
    assert rows(json.loads((tmp_path / "verdicts.json").read_text("utf-8")))["shien"]["title"] == "支援措置"


def test_junit_has_a_suite_for_each_life_event(tmp_path: Path) -> None:
    """Each life event is a testsuite with its title, its offices and whose turn a failure is."""
    path = write_junit(make(tmp_path), bundle(), tmp_path, "ja")

    suites = {one.get("name"): one for one in ET.fromstring(path.read_bytes()) if one.get("name") not in OFFICES}

    assert set(suites) == {f"journeys.{name}" for name in STORIES}
    shien = suites["journeys.shien"]
    assert shien.get("failures") == "1" and shien.get("tests") == "2"
    said = {one.get("name"): one.get("value") for one in shien.iter("property")}
    assert said["title"] == "支援措置" and said["whose"] == "gamma-024" and "beta-019" in str(said["offices"])


def test_every_sentence_of_a_story_is_an_allure_step(tmp_path: Path) -> None:
    """A case of a life event has its sentences as steps, with systems, linkages and evidence, and names whose turn it is."""
    out = write_results(make(tmp_path), bundle(), tmp_path, "ja")
    results = [json.loads(path.read_text("utf-8")) for path in out.glob("*-result.json")]

    failed = next(one for one in results if one["status"] == "failed")
    passed = next(one for one in results if one["fullName"].endswith("shien/JN-91"))

    assert [step["name"][:2] for step in failed["steps"][:3]] == ["1.", "2.", "3."]
    assert [step["status"] for step in failed["steps"][:3]] == ["passed", "failed", "passed"]
    assert [step["status"] for step in passed["steps"][:3]] == ["passed", "passed", "passed"]
    first = {one["name"]: one["value"] for one in failed["steps"][0]["parameters"]}
    assert first["連携"] == "001o006" and "gamma の 024 国民健康保険" in first["業務"]
    assert len(failed["steps"][0]["attachments"]) == 1
    labels = {(one["name"], one["value"]) for one in failed["labels"]}
    assert ("owner", "gamma の 024 国民健康保険") in labels and ("vendor", "beta") in labels


def test_the_first_page_says_what_works_and_whose_turn_it_is(tmp_path: Path) -> None:
    """Trouble comes first; each life event has its answer, whose turn it is, its story and who told whom."""
    path = write_index(make(tmp_path), bundle(), tmp_path, {}, "ja")
    text = Words(path).text

    assert text.index("支援措置") < text.index("課税") < text.index("転入") < text.index("就学")
    for words in (
        "動きません",
        "gamma の 024 国民健康保険",
        "まだ分かりません",
        "動きます",
        "この計画では試せません",
        "017",
    ):
        assert words in text
    for words in ("十分以内に", "山田 2026-11-22 18:04", "10 分", "もう一度、人が入力した業務", "伝えた側"):
        assert words in text
    english = Words(tmp_path / "index.en.html").text
    assert "It does not work" in english and "Moving in" in english and "Within ten minutes" in english


@pytest.mark.parametrize(
    ("language", "once", "never"),
    [("ja", "人が操作した結果で、一回見ました", "再現できませんでした"), ("en", "a person did it", "3/3 times")],
)
def test_what_people_did_is_told_as_seen_once_and_as_nothing_by_chance(
    tmp_path: Path, language: str, once: str, never: str
) -> None:
    """Page, JUnit and Allure say in words that a person did it and why it was not repeated; a share of tries is nowhere."""
    run = make(tmp_path, stories=("shien",))
    by_hand = replace(
        run,
        header=replace(run.header, language=language),
        results=tuple(
            replace(result, findings=tuple(replace(one, replays=BY_HAND) for one in result.findings))
            for result in run.results
        ),
    )

    page = Words(write_index(by_hand, bundle(), tmp_path, {}, language)).text
    junit = write_junit(by_hand, bundle(), tmp_path, language).read_text("utf-8")
    out = write_results(by_hand, bundle(), tmp_path, language)
    allure = "".join(path.read_text("utf-8") for path in sorted(out.glob("*-result.json")))

    for text in (page, junit, allure):
        assert once in text and never not in text and "1/1" not in text and BY_HAND not in text
    assert '"flaky": true' not in allure
    row = to_verdicts(by_hand, bundle(), folder="r")["journeys"][0]
    assert row["findings"][0]["replays"] == BY_HAND and once in row["findings"][0]["message"]
    assert row["verdict"] == "failed" and row["whose"] == ["gamma-024"]


def test_a_run_without_life_events_says_nothing_of_them(tmp_path: Path) -> None:
    """Neither verdicts nor page of a run without journeys speak of any."""
    run = make(tmp_path, stories=())

    assert "journeys" not in json.loads((tmp_path / "verdicts.json").read_text("utf-8"))
    assert "できごとの筋道" not in write_index(run, bundle(), tmp_path, {}, "ja").read_text("utf-8")


def test_what_a_story_or_vendor_brings_in_runs_nowhere(tmp_path: Path) -> None:
    """Markup in a vendor's name, a title or a sentence is text on the page and in no attribute."""
    page = Words(write_index(make(tmp_path, text=HOSTILE), bundle(), tmp_path, {}, "ja"))

    assert "script" not in page.tags and "img" not in page.tags
    assert "window.FIRED" in page.text
