"""What a foreign contract offers of the scenario pack, and that a plan says what it does not, with the reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mocks.wards import document as wards
from renkei.cli.foreign import foreign_bundle
from renkei.flow.outcome import Outcome
from renkei.flow.plan import Plan, Profile, RestAccess, Target, plan_cases
from renkei.flow.scenario import scenarios
from renkei.foreign.document import DocumentReader
from renkei.planaccess import read_foreign_rest

ROOT = Path(__file__).parents[2]


def reasons(document: Any, operation: str) -> dict[str, str]:
    """Kind → reason of every scenario, with two callers."""
    return {one.kind: one.reason for one in scenarios(document, operation, clients=2)}


WARDS = DocumentReader("a.json", lambda _: wards.document(("higashi",))).document()
EXPECTED = {
    "list": "page-walk total-count sort-order sort-stability filter-honesty role-difference",
    "create": "same-twice round-trip whole-length exact-number same-instant read-after-write",
    "read": "entity-tag role-difference id-case id-digits",
    "replace": "same-twice round-trip whole-length exact-number same-instant read-after-write refused-change "
    "conditional-update",
    "amend": "same-twice round-trip whole-length exact-number same-instant read-after-write refused-change "
    "conditional-update precondition",
    "remove": "same-twice",
}


@pytest.mark.parametrize("verb", EXPECTED)
def test_a_contract_offers_exactly_what_it_describes(verb: str) -> None:
    """Every kind is offered by the operations whose paths, parameters, headers and members speak of it, and by no other."""
    found = reasons(WARDS, f"{verb}_higashi")
    tokens = {"corpus", "token-matrix", "expired-token", *(() if verb in ("list", "read") else ("other-scope",))}

    assert {kind for kind, reason in found.items() if not reason} == {*EXPECTED[verb].split(), *tokens}


@pytest.mark.parametrize(
    ("clients", "tokens", "kind", "reason"),
    [
        (1, True, "role-difference", "no-second-client"),
        (2, False, "expired-token", "no-token-service"),
        (2, False, "other-scope", "no-token-service"),
    ],
)
def test_a_plan_limits_what_is_offered(clients: int, tokens: bool, kind: str, reason: str) -> None:
    """Without a second caller or a token service the scenarios that need them are not offered."""
    found = {one.kind: one.reason for one in scenarios(WARDS, "list_higashi", clients=clients, tokens=tokens)}

    assert found[kind] == reason


def test_what_is_not_offered_is_excluded_by_the_plan(tmp_path: Path) -> None:
    """A requirement of the pack is planned where its scenario is offered; elsewhere it is not applicable, with the reason."""
    (tmp_path / "wards.json").write_text(json.dumps(wards.document(("higashi",))), "utf-8")
    bundle = foreign_bundle(tmp_path / "wards.json", ROOT / "contracts/generic/requirements.csv")
    rest = RestAccess(base_url="http://127.0.0.1:9", token_url="http://127.0.0.1:9/token", second_client_id="other")
    target = Target(id="a", vendor="a", product="a", version="1", system="wards", rest=rest)
    plan = Plan(
        name="a", edition="", profile=Profile.SMOKE, municipality="000000", seed=1, language="en", targets=(target,),
        digest="",
    )  # fmt: skip
    cases = {
        (one.case.linkage, one.case.requirement): one for one in plan_cases(bundle, plan, frozenset(), frozenset())
    }

    assert cases["list_higashi", "GN-33"].excluded is None
    assert cases["read_higashi", "GN-33"].excluded is Outcome.NOT_APPLICABLE
    assert cases["read_higashi", "GN-33"].reason == "no-paging"
    assert cases["create_higashi", "GN-01"].excluded is None


@pytest.mark.parametrize(
    ("auth", "more", "second"),
    [
        ("bearer_static", {"second_secret": {"env": "B"}}, "second"),
        ("basic", {"user": "a", "second_user": "b", "second_secret": {"env": "B"}}, "b"),
        ("bearer_static", {}, ""),
    ],
)
def test_a_second_caller_may_have_any_kind_of_credentials(auth: str, more: dict[str, Any], second: str) -> None:
    """Static credentials, too, may be given for a second caller."""
    table = {"base_url": "http://127.0.0.1:9", "auth": auth, "secret": {"env": "A"}, **more}

    assert read_foreign_rest(table, "rest", ROOT).second_client_id == second
