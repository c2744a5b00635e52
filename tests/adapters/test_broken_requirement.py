"""A case that asks that many requirements hold points everybody to the one that is broken: its clause, title and meaning."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from sample_journeys import make
from test_journeys_told import Words, faults

from renkei.adapters.allure import write_results
from renkei.adapters.junit import write_junit
from renkei.catalogue import Catalogue
from renkei.cli.wiring import load_bundle
from renkei.record import RunRecord
from renkei.verdicts import facts, to_verdicts
from renkei.web.index import write_index

ASKED, BROKEN = (load_bundle().requirement(name) for name in ("JN-90", "JN-80"))


@pytest.fixture
def run(tmp_path: Path) -> RunRecord:
    """One life event whose failed case is that everything holds on all days, with a finding that breaks another."""
    made = make(tmp_path, stories=("shien",))
    results = []
    for result in made.results:
        planned = replace(result.planned, requirement=ASKED.id, impact=ASKED.impact)
        findings = tuple(replace(one, requirement=ASKED.id, broken=BROKEN.id) for one in result.findings)
        results.append(replace(result, planned=planned, findings=findings) if result.findings else result)
    return replace(made, results=tuple(results))


def test_the_two_requirements_have_clauses_and_weights_of_their_own() -> None:
    """Else nothing below would tell one from the other."""
    assert ASKED.clause != BROKEN.clause
    assert (ASKED.impact, BROKEN.impact) == ("corrupts_data", "leaks_data")


def test_verdicts_name_what_is_broken(run: RunRecord, tmp_path: Path) -> None:
    """The sentences are of the broken requirement, whose id stands beside them; the result keeps that of its case."""
    made = to_verdicts(run, load_bundle(), folder=str(tmp_path))
    (row,) = made["journeys"]
    (finding,) = row["findings"]

    assert faults("verdicts-1", made) == []
    assert finding["message"].startswith(f"{BROKEN.id} {BROKEN.title_ja}: ")
    assert (finding["broken"], finding["plain"], row["why"]) == (BROKEN.id, BROKEN.plain_ja, BROKEN.plain_ja)
    assert [result["requirement"] for result in row["results"] if result["findings"]] == [ASKED.id]
    assert facts(to_verdicts(run, None))["journeys"][0]["findings"][0]["broken"] == BROKEN.id


def test_a_finding_of_another_requirement_is_another_one(run: RunRecord) -> None:
    """The same rule at the same place, by which something else is broken, has an id of its own."""
    (finding,) = (one for result in run.results for one in result.findings)

    assert len({finding.id, replace(finding, broken="").id, replace(finding, broken="JN-06").id}) == 3


@pytest.mark.parametrize(("language", "page"), [("ja", "index.html"), ("en", "index.en.html")])
def test_the_page_points_to_the_clause_of_what_is_broken(
    run: RunRecord, tmp_path: Path, language: str, page: str
) -> None:
    """Its title, meaning and clause stand with the life event; the clause of the case, which nobody broke, does not."""
    write_index(run, load_bundle(), tmp_path, {}, "ja")
    said = Words(tmp_path / page).text

    assert BROKEN.title(language) in said and BROKEN.plain(language) in said
    assert f"{BROKEN.id} {BROKEN.title(language)}" in said and BROKEN.clause in said
    assert Catalogue(language).text(f"basis.{BROKEN.basis}") in said
    assert ASKED.clause not in said


def test_allure_and_junit_point_to_it_too(run: RunRecord, tmp_path: Path) -> None:
    """Label and description in Allure, property in JUnit; how grave it is is told of what is broken."""
    out = write_results(run, load_bundle(), tmp_path, "ja")
    results = [json.loads(path.read_text("utf-8")) for path in out.glob("*-result.json")]
    failed = next(one for one in results if one["status"] == "failed")
    labels = {one["name"]: one["value"] for one in failed["labels"]}
    tree = ET.fromstring(write_junit(run, load_bundle(), tmp_path, "ja").read_bytes())
    case = next(one for one in tree.iter("testcase") if str(one.get("name")).startswith(ASKED.id))
    properties = {one.get("name"): one.get("value") for one in case.iter("property")}

    assert (labels["clause"], labels["severity"]) == (BROKEN.clause, "blocker")
    assert f"{BROKEN.id} {BROKEN.title_ja}" in failed["descriptionHtml"]
    assert f"{BROKEN.id} {BROKEN.title_ja}: " in failed["statusDetails"]["message"]
    assert ASKED.clause not in failed["descriptionHtml"]
    assert all(
        f"{BROKEN.id} {BROKEN.title_ja}: " in str(text)
        for one in case.iter("failure")
        for text in (one.get("message"), one.text)
    )
    assert (properties["clause"], properties["impact"]) == (BROKEN.clause, "leaks_data")
