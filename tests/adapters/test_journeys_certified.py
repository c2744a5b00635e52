"""A run of life events is decided as one subject: a certificate says which events work together, and nothing of systems alone."""

from __future__ import annotations

import copy
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from sample_journeys import OFFICES, bundle, make

from renkei.atomicfile import write_whole
from renkei.certification import Draft, draft, examine
from renkei.decisionfile import DECISION_NAME, again, read_policy, unplanned
from renkei.errors import TargetBlocked
from renkei.flow.certificate import Issuer, parse
from renkei.flow.decision import Decision, Proof, RunDecision, decide
from renkei.flow.exchange import strict_json
from renkei.flow.journey import JOURNEYS, Step, Story
from renkei.flow.verdict import Verdict
from renkei.verdicts import to_verdicts
from renkei.verification import check_folder
from renkei.web.index import write_index

SCHEMAS = Path(__file__).parents[2] / "src" / "renkei" / "schemas"
POLICY = read_policy(None)
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def drawn(folder: Path, *stories: str) -> Draft:
    """The draft of the certificate of a run of these life events."""
    make(folder, stories=stories)
    made = draft(examine(folder, bundle(), "c" * 64), bundle(), POLICY, Proof(), issuer=Issuer(keyid="K"), issued=NOW)
    write_whole(folder / DECISION_NAME, made.decision_file)
    return made


def decided(verdicts: dict[str, Any], *gaps: tuple[str, str, str]) -> RunDecision:
    """What verdicts come to."""
    return decide(verdicts, POLICY, Proof(), gaps)


def test_life_events_that_work_are_certified_as_a_whole(tmp_path: Path) -> None:
    """The certificate names each event and the targets; targets without results of their own are in no other list."""
    made = drawn(tmp_path, "tennyu", "shobyo")
    predicate = made.statement["predicate"]

    assert (predicate["decision"], predicate["result"], predicate["targets"]) == ("certified", "PASSED", [])
    whole = predicate[JOURNEYS]
    assert whole["events"] == {"tennyu": "passed"} and whole["targets"] == list(OFFICES)
    assert {(item["linkage"], item["why"]) for item in whole["not_covered"]} == {("shobyo", "not_applicable")}
    for name, value in (("certificate-1", made.statement), ("decision-1", strict_json(made.decision_file))):
        schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
        assert not list(jsonschema_rs.validator_for(schema).iter_errors(value))


def test_a_life_event_that_does_not_work_certifies_nothing(tmp_path: Path) -> None:
    """One broken, or one that nobody could play to its end, is missing by name, and the rest does not outweigh it."""
    made = drawn(tmp_path, "tennyu", "shien", "kazei")

    assert made.decision.decision is Decision.NOT_CERTIFIED and made.decision.journeys is not None
    assert dict(made.decision.journeys.events) == {
        "tennyu": Verdict.PASSED,
        "shien": Verdict.FAILED,
        "kazei": Verdict.BLOCKED,
    }
    missing = {(item.linkage, item.code, item.value) for item in made.decision.journeys.missing}
    assert missing == {
        ("shien", "journey-failed", "gamma-024"),
        ("kazei", "case-blocked", ""),
        ("kazei", "linkage-unproven", ""),
    }
    text = next(one["text"] for one in strict_json(made.decision_file)[JOURNEYS]["missing"])
    assert "gamma-024" in text and "できごと" in text


def test_verifiers_make_the_decision_of_life_events_again(tmp_path: Path) -> None:
    """Every check of the folder holds; a decision file or certificate with an event made to work does not."""
    made = drawn(tmp_path, "tennyu", "shien")
    certificate = parse(copy.deepcopy(made.statement))
    assert {check.name: check.state for check in check_folder(tmp_path, certificate)} == dict.fromkeys(
        ("run-log", "files", "origins", "evidence", "verdicts", "decision", "summary"), "ok"
    )

    document = json.loads(made.decision_file)
    document[JOURNEYS]["events"]["shien"] = "passed"
    write_whole(tmp_path / DECISION_NAME, json.dumps(document).encode())
    assert {check.name for check in check_folder(tmp_path, certificate) if check.state != "ok"} == {
        "files", "decision", "summary"
    }  # fmt: skip


@pytest.mark.parametrize("change", [{"events": 1}, {"more": {}}, {"id": None}])
def test_a_certificate_with_an_odd_municipality_is_none(tmp_path: Path, change: dict[str, Any]) -> None:
    """Its members are exactly known, as those of targets are."""
    statement = copy.deepcopy(dict(drawn(tmp_path, "tennyu").statement))
    statement["predicate"][JOURNEYS] |= change
    with pytest.raises(ValueError, match=JOURNEYS):
        parse(statement)


def test_what_a_run_left_out_is_not_covered_or_missing(tmp_path: Path) -> None:
    """A life event that was left out whole is not covered; part of one that was played is missing."""
    made = to_verdicts(make(tmp_path, stories=("tennyu",)), bundle())
    step = Step(ja="確かめる。", en="It looks.", check=("JN-91", "JN-92", "JN-93"))
    stories = tuple(
        Story(id=name, title_ja=name, title_en=name, clause="", systems=(), steps=(step,))
        for name in ("tennyu", "shussei")
    )
    gaps = unplanned(made, replace(bundle(), journeys=stories))

    assert gaps == ((JOURNEYS, "tennyu", "JN-93"), (JOURNEYS, "shussei", ""))
    found = decided(made, *gaps)
    assert found.decision is Decision.NOT_CERTIFIED and found.journeys is not None
    assert [(one.code, one.linkage, one.requirement) for one in found.journeys.missing] == [
        ("not-planned", "tennyu", "JN-93")
    ]
    assert [(one.why, one.linkage) for one in found.journeys.not_covered] == [("not_run", "shussei")]
    assert decided(made, gaps[1]).decision is Decision.CERTIFIED


def test_a_run_in_which_no_life_event_could_begin_is_not_decided(tmp_path: Path) -> None:
    """When all that was to be judged is blocked there is nothing to certify, as with targets."""
    make(tmp_path, stories=("kazei",))
    document = json.loads((tmp_path / "verdicts.json").read_text("utf-8"))
    assert document["journeys"][0]["verdict"] == "blocked"
    with pytest.raises(TargetBlocked):
        examine(tmp_path, bundle(), "c" * 64)


def test_the_page_names_the_life_events_that_stand_between_and_the_certificate(tmp_path: Path) -> None:
    """They stand by their titles below the decision; what each lacks is in its own card, and no id is told instead."""
    document = strict_json(drawn(tmp_path, "tennyu", "shien", "kazei").decision_file)
    record = examine(tmp_path, bundle(), "c" * 64).record

    text = write_index(record, bundle(), tmp_path, {JOURNEYS: document[JOURNEYS]}, "ja").read_text("utf-8")

    assert "確かめられなかったできごとがあります：支援措置、課税" in text
    assert "shien gamma-024" not in text


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "できごとの証明書：証明できる"), ("en", "Certificate of the life events: certified")]
)
def test_the_page_says_what_was_decided_and_what_it_is_not_about(tmp_path: Path, language: str, words: str) -> None:
    """After the decision the answer stands below the list of life events, and the certificate among the documents."""
    made = drawn(tmp_path, "tennyu", "shobyo")
    (tmp_path / "certificate.json").write_text("{}")
    document = strict_json(made.decision_file)
    record = examine(tmp_path, bundle(), "c" * 64).record
    decisions = {JOURNEYS: {**document[JOURNEYS], "certificate": "certificate.json"}}

    text = write_index(record, bundle(), tmp_path, decisions, language).read_text("utf-8")

    assert words in "".join(text.replace("<b>", "").replace("</b>", "").split("\n"))
    assert 'href="certificate.json"' in text
    assert again(document, to_verdicts(record, bundle())) == made.decision
