"""Decisions: a pure function of verdicts and policy that never certifies more than was proven."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_maker import bundle, make, result, verdicts

from renkei.cli.wiring import load_bundle
from renkei.decisionfile import again, policy_of, policy_value, read_policy, read_proof, to_json, unplanned
from renkei.errors import UsageError
from renkei.flow.decision import Decision, Grade, Policy, Proof, RunDecision, decide
from renkei.flow.outcome import Outcome
from renkei.flow.plan import Plan, Profile, Target, plan_cases
from renkei.flow.requirement import Level, Role
from renkei.flow.verdict import roll_up
from renkei.verdicts import to_verdicts

POLICY = read_policy(None)
ROWS = st.lists(
    st.builds(
        lambda outcome, level, linkage: result(outcome=outcome.value, level=level.value, linkage=linkage),
        st.sampled_from(list(Outcome)),
        st.sampled_from(list(Level)),
        st.sampled_from(["a", "b"]),
    ),
    max_size=6,
)
LENIENT = Policy(
    name="lenient",
    minimum_profile=Profile.SMOKE,
    below_minimum=Decision.CERTIFIED,
    waived=Decision.CERTIFIED,
    option_failed=Decision.CERTIFIED,
    linkage_unproven=Decision.CERTIFIED,
)


def one(*rows: dict[str, Any], policy: Policy = POLICY, proof: Proof | None = None, **members: Any) -> RunDecision:
    return decide(verdicts(*rows, **members), policy, proof or Proof())


def codes(decision: RunDecision) -> set[str]:
    return {item.code for item in decision.targets[0].missing}


def test_all_passed_is_certified() -> None:
    """A standard run in which everything passed is certified with nothing missing."""
    decision = one(result())
    assert (decision.decision, decision.grade) == (Decision.CERTIFIED, Grade.STANDARD)
    assert decision.targets[0].missing == ()


@settings(deadline=None)
@given(ROWS, st.sampled_from([POLICY, LENIENT]), st.sampled_from(list(Profile)), st.booleans())
def test_certified_only_what_passed(rows: list[dict[str, Any]], policy: Policy, profile: str, finished: bool) -> None:
    """No policy certifies an unfinished run, a smoke run, or a run whose verdict is no pass."""
    decision = one(*rows, policy=policy, profile=profile, finished=finished)
    passed = roll_up((Outcome(row["outcome"]), Level(row["level"]).required) for row in rows) == "passed"
    if not passed or not finished:
        assert decision.decision is Decision.NOT_CERTIFIED
    if profile == "smoke":
        assert decision.decision is not Decision.CERTIFIED
        assert decision.grade is Grade.PRELIMINARY
    if decision.decision is not Decision.CERTIFIED:
        assert decision.targets[0].missing


@settings(deadline=None)
@given(ROWS, ROWS)
def test_more_results_never_improve_a_decision(rows: list[dict[str, Any]], more: list[dict[str, Any]]) -> None:
    """Once every linkage has a pass, a further result can only worsen the decision."""
    first = [result(linkage="a"), result(linkage="b"), *rows]
    order = list(Decision)
    assert order.index(one(*first, *more).decision) >= order.index(one(*first).decision)


def test_no_target_is_never_certified() -> None:
    """A run without targets certifies nothing."""
    assert decide({**verdicts(), "targets": []}, POLICY, Proof()).decision is Decision.NOT_CERTIFIED


@pytest.mark.parametrize(
    ("rows", "code", "decision"),
    [
        ([result(outcome="failed")], "case-failed", Decision.NOT_CERTIFIED),
        ([result(), result(outcome="not_run", requirement="X")], "case-not-run", Decision.NOT_CERTIFIED),
        ([result(), result(outcome="waived", requirement="X")], "case-waived", Decision.CONDITIONAL),
        ([result(), result(outcome="failed", level="標準オプション")], "option-failed", Decision.CONDITIONAL),
        ([result(), result(outcome="harness_error", level="推奨")], "harness-error", Decision.NOT_CERTIFIED),
        ([result(), result(outcome="ambiguous", linkage="b")], "linkage-unproven", Decision.CONDITIONAL),
        ([result(level="推奨")], "nothing-passed", Decision.NOT_CERTIFIED),
    ],
)
def test_what_is_missing_is_named(rows: list[dict[str, Any]], code: str, decision: Decision) -> None:
    """Everything between a target and its certificate has a code, and decides as the policy says."""
    made = one(*rows)
    assert code in codes(made)
    assert made.decision is decision


def test_failed_recommendation_does_not_count() -> None:
    """A recommendation that is not followed stands in no certificate's way."""
    assert one(result(), result(outcome="failed", level="推奨")).decision is Decision.CERTIFIED


def test_smoke_is_preliminary() -> None:
    """A smoke run that passed is conditional and says that its profile is too low."""
    made = one(result(), profile="smoke")
    assert (made.decision, made.grade) == (Decision.CONDITIONAL, Grade.PRELIMINARY)
    assert codes(made) == {"profile-too-low"}


def test_linkage_left_out_by_declaration_needs_no_pass() -> None:
    """An exempt linkage needs no pass and is listed as not covered."""
    made = one(result(), result(outcome="exempt", linkage="b"))
    assert made.decision is Decision.CERTIFIED
    assert [(item.why, item.linkage) for item in made.targets[0].not_covered] == [("exempt", "b")]


def test_unproven_requirements_and_kill_rate() -> None:
    """A requirement without a planted fault is listed as not covered; a policy may ask for a kill rate."""
    made = one(result(), proof=Proof(unproven=("SC-01",)))
    assert [item.why for item in made.targets[0].not_covered] == ["unproven"]
    strict = Policy(name="strict", minimum_kill_rate=0.9)
    assert codes(one(result(), policy=strict)) == {"kill-rate-low"}
    assert one(result(), policy=strict, proof=Proof(kill_rate=0.95)).decision is Decision.CERTIFIED


def test_a_verdict_that_was_written_in_is_not_believed() -> None:
    """The summary verdict of a document has no influence: results are rolled up again."""
    document = verdicts(result(outcome="failed"))
    document["targets"][0]["verdict"] = "passed"
    assert decide(document, POLICY, Proof()).decision is Decision.NOT_CERTIFIED


def test_a_partial_run_is_not_certified(tmp_path: Path) -> None:
    """What `--only` left out is missing by name: a run of a part never certifies the whole."""
    made = to_verdicts(make(tmp_path / "r", planned=3), bundle())
    gaps = unplanned(made, bundle())
    assert ("alpha-031", "shokai", "SC-00") in gaps
    decision = decide(made, POLICY, Proof(), gaps)
    assert decision.decision is Decision.NOT_CERTIFIED
    assert "not-planned" in codes(decision)


@pytest.mark.parametrize("roles", [(Role.PROVIDER,), (Role.CONSUMER,), (Role.PROVIDER, Role.CONSUMER)])
def test_each_role_is_asked_for_its_own_linkages(roles: tuple[Role, ...]) -> None:
    """A target that was planned whole has no gap in any role; a consumer's gap is of a linkage that it receives."""
    contracts = load_bundle()
    facts = {"id": "alpha-001", "vendor": "alpha", "product": "P", "version": "1", "system": "001"}
    plan = Plan(
        name="p",
        edition=contracts.edition,
        profile=Profile.SMOKE,
        municipality="993018",
        seed=1,
        language="ja",
        targets=(Target(**facts, roles=roles),),
        digest="0",
    )
    cases = [item.case for item in plan_cases(contracts, plan, frozenset(), frozenset())]
    rows = [{"linkage": case.linkage, "requirement": case.requirement, "role": str(case.role)} for case in cases]

    assert unplanned({"targets": [{**facts, "results": rows}]}, contracts) == ()
    assert unplanned({"targets": [{**facts, "results": rows[:-1]}]}, contracts) == (
        ("alpha-001", cases[-1].linkage, cases[-1].requirement),
    )


def test_decision_file_can_be_made_again(tmp_path: Path) -> None:
    """decision.json holds everything that its decision was made from, and says in words what is missing."""
    made = to_verdicts(make(tmp_path / "r", Outcome.FAILED, profile="smoke"), bundle())
    proof = Proof(kill_rate=0.5, unproven=("SC-02",))
    decision = decide(made, POLICY, proof, [("alpha-031", "x", "y")])
    document = to_json(decision, POLICY, proof, [("alpha-031", "x", "y")], "ja")
    assert again(document, made) == decision
    texts = [item["text"] for item in document["targets"][0]["missing"]]
    assert any("不適合" in text and "SC-00" in text for text in texts)


def test_policy_survives_writing() -> None:
    """A policy is read back as it was written."""
    assert policy_of(policy_value(POLICY)) == POLICY
    assert policy_of(policy_value(LENIENT)) == LENIENT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "default"', 'name = "default"\nextra = 1'),
        ('waived = "conditional"', 'waived = "fine"'),
        ('waived = "conditional"\n', ""),
        ("standard = 365", "standard = -1"),
        ('minimum_profile = "standard"', 'minimum_profile = ["standard"]'),
        ("minimum_kill_rate = 0.0", "minimum_kill_rate = true"),
        ("renkei.policy/1", "renkei.policy/2"),
        ("[allows]", "[allows"),
    ],
)
def test_odd_policy_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """A policy with an unknown, missing or odd member is refused by name."""
    text = (Path(__file__).parents[2] / "src/renkei/policies/default.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "policy.toml"
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(UsageError, match="policy-unreadable"):
        read_policy(path)


@pytest.mark.parametrize("text", ["{}", '{"schema":"renkei.proof/1","kill_rate":2,"unproven":[]}', "[", "[]"])
def test_odd_proof_is_refused(tmp_path: Path, text: str) -> None:
    """A proof file of another shape is refused by name."""
    path = tmp_path / "proof.json"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match="proof-unreadable"):
        read_proof(path)
