"""What a contract offers to judge is told for each operation, and what it does not offer with the reason."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from renkei.adapters.folder.bundle import load_bundle
from renkei.catalogue import LANGUAGES, Catalogue
from renkei.flow import scenario
from renkei.flow.plan import Profile
from renkei.flow.scenario import CORPUS_SIZES, JUDGED_BY, corpus_cost, scenarios
from renkei.foreign import document as foreign_document

ROOT = Path(__file__).parents[2]
# Texts of the module that are marks and headers, no reasons.
NO_REASONS = {"x-renkei-protected", "if-match"}
FUBAN = "jutogaishaatenabangofuban"
SHOKAI = "jutogaishaatenakihonjohosyokai"

LIST: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/things/{id}": {
            "put": {
                "operationId": "change",
                "parameters": [{"name": "If-Match", "in": "header"}],
                "requestBody": {"content": {"application/json": {"schema": {"properties": {"a": {}}}}}},
                "responses": {},
            }
        },
        "/things": {
            "get": {
                "operationId": "list",
                "parameters": [
                    {"name": "limit", "in": "query"},
                    {"name": "offset", "in": "query"},
                    {"name": "sort", "in": "query"},
                ],
                "responses": {"200": {"content": {"application/json": {"schema": {"items": {}}}}}},
            }
        },
    },
}


def reasons(document: Any, operation: str, clients: int = 2) -> dict[str, str]:
    """Kind → reason of every scenario."""
    return {one.kind: one.reason for one in scenarios(document, operation, clients=clients)}


def test_a_registration_can_be_read_back() -> None:
    """What 付番 writes is read by 照会; the rest is not offered, with a reason each."""
    document = load_bundle(Path(__file__).parents[2] / "contracts").system("031").document
    found = reasons(document, FUBAN)
    partner = {one.kind: one.partner for one in scenarios(document, FUBAN)}

    assert partner["round-trip"] == SHOKAI
    assert {kind for kind, reason in found.items() if reason} == {
        "conditional-update",
        "entity-tag",
        "precondition",
        "same-instant",
        "page-walk",
        "total-count",
        "sort-order",
        "sort-stability",
        "id-case",
        "id-digits",
        "filter-honesty",
    }
    assert not reasons(document, SHOKAI)["filter-honesty"]
    assert reasons(document, FUBAN, clients=1)["role-difference"] == "no-second-client"


def test_features_of_other_contracts_are_seen() -> None:
    """Paging, sorting, ids in paths and conditional updates are seen where a contract has them."""
    found = reasons(LIST, "list")

    assert {kind for kind, reason in found.items() if not reason} == {"page-walk", "sort-order", "sort-stability"}
    assert found["total-count"] == "no-total"
    assert found["filter-honesty"] == "no-filter"
    assert reasons(LIST, "change")["conditional-update"] == "no-entity-tag"


def test_the_mark_of_protected_operations_is_one() -> None:
    """Eligibility reads the same mark that the reader of foreign documents writes."""
    assert scenario.PROTECTED == foreign_document.PROTECTED


def test_every_requirement_of_a_scenario_exists() -> None:
    """Each id under which scenarios are judged is a requirement of the edition or of foreign contracts."""
    tables = [path.read_text("utf-8-sig") for path in (ROOT / "contracts").glob("*/requirements.csv")]
    known = {row["id"] for table in tables for row in csv.DictReader(table.splitlines())}

    assert {name for names in JUDGED_BY.values() for name in names} - known == set()


def test_every_profile_has_a_corpus() -> None:
    """Each profile says how many requests a corpus has and about how long it takes."""
    assert list(CORPUS_SIZES) == list(Profile)
    costs = [corpus_cost(profile, 4) for profile in Profile]
    assert costs == sorted(costs)
    assert corpus_cost("standard", 16)[1] < corpus_cost("standard", 4)[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_and_reason_has_words(language: str) -> None:
    """Kinds and reasons are told in both languages."""
    words = Catalogue(language)
    source = Path(scenario.__file__).read_text("utf-8")
    found = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', source)) - set(JUDGED_BY) - NO_REASONS

    assert all(words.choice("reasons", reason) != reason for reason in found)
    assert all(words.choice("scenarios", kind) != kind for kind in JUDGED_BY)
