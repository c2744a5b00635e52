"""What a contract offers to judge is told for each operation, and what it does not offer with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from renkei.adapters.folder.bundle import load_bundle
from renkei.catalogue import LANGUAGES, Catalogue
from renkei.flow.plan import Profile
from renkei.flow.scenario import CORPUS_SIZES, JUDGED_BY, corpus_cost, scenarios

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
                "parameters": [{"name": "limit", "in": "query"}, {"name": "sort", "in": "query"}],
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
        "page-walk",
        "sort-stability",
        "id-case",
        "filter-honesty",
    }
    assert not reasons(document, SHOKAI)["filter-honesty"]
    assert reasons(document, FUBAN, clients=1)["role-difference"] == "no-second-client"


def test_features_of_other_contracts_are_seen() -> None:
    """Paging, sorting, ids in paths and conditional updates are seen where a contract has them."""
    assert reasons(LIST, "list") | {} == {
        "corpus": "no-json-body",
        "token-matrix": "no-security",
        "same-twice": "no-json-body",
        "round-trip": "no-reading-operation",
        "read-after-write": "no-reading-operation",
        "filter-honesty": "no-filter",
        "role-difference": "no-second-client",
        "conditional-update": "no-entity-tag",
        "page-walk": "",
        "sort-stability": "",
        "id-case": "no-id-in-path",
    }
    assert not reasons(LIST, "change")["conditional-update"]
    assert not reasons(LIST, "change")["id-case"]


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
    found = {*reasons(LIST, "list").values(), *reasons(LIST, "change").values()} - {""}

    assert all(words.choice("reasons", reason) != reason for reason in found)
    assert all(words.choice("scenarios", kind) != kind for kind in JUDGED_BY)
