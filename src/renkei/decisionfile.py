"""Policy files, and ``decision.json`` (``renkei.decision/1``): a decision with everything needed to make it again."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from renkei.catalogue import Catalogue
from renkei.errors import UsageError
from renkei.flow.certificate import summary, together
from renkei.flow.contract import Bundle
from renkei.flow.decision import Decision, Grade, Missing, Policy, Proof, RunDecision, alone, decide
from renkei.flow.exchange import strict_json
from renkei.flow.plan import Profile, Target, parts
from renkei.flow.requirement import Role
from renkei.neutral import neutral

DECISION_NAME = "decision.json"
SCHEMA = "renkei.decision/1"
POLICY_SCHEMA = "renkei.policy/1"
PROOF_SCHEMA = "renkei.proof/1"
MAX_BYTES = 1_000_000

_ALLOWS = (
    "below_minimum",
    "waived",
    "option_failed",
    "linkage_unproven",
    "requirement_unproven",
    "kill_rate_low",
)
_MEMBERS = {"schema", "name", "minimum_profile", "minimum_kill_rate", "allows", "valid_days"}


def read_policy(path: Path | None) -> Policy:
    """The policy of a TOML file, or the default one; raises UsageError naming the key that is wrong."""
    if path is None:
        raw = resources.files("renkei").joinpath("policies").joinpath("default.toml").read_bytes()
    else:
        raw = _bytes(path, "policy-unreadable")
    try:
        return policy_of(tomllib.loads(raw.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        name = path.name if path else "default.toml"
        raise UsageError("policy-unreadable", file=name, why=str(error)[:200]) from error


def policy_of(table: Mapping[str, Any]) -> Policy:
    """The policy of a table; raises ValueError for unknown, missing or odd members."""
    _exactly(table, _MEMBERS, "policy")
    _exactly(table["allows"], set(_ALLOWS), "allows")
    _exactly(table["valid_days"], {grade.value for grade in Grade}, "valid_days")
    if table["schema"] != POLICY_SCHEMA or not isinstance(table["name"], str):
        raise ValueError(f"schema and name: {POLICY_SCHEMA!r} and a text expected")
    days = {Grade(name): _number(value, f"valid_days.{name}", 3660) for name, value in table["valid_days"].items()}
    return Policy(
        name=table["name"],
        minimum_profile=Profile(table["minimum_profile"]),
        minimum_kill_rate=_number(table["minimum_kill_rate"], "minimum_kill_rate", 1),
        valid_days={grade: int(value) for grade, value in days.items()},
        **{name: Decision(table["allows"][name]) for name in _ALLOWS},
    )


def policy_value(policy: Policy) -> dict[str, Any]:
    """The policy as the table that :func:`policy_of` reads."""
    return {
        "schema": POLICY_SCHEMA,
        "name": policy.name,
        "minimum_profile": policy.minimum_profile.value,
        "minimum_kill_rate": policy.minimum_kill_rate,
        "allows": {name: getattr(policy, name).value for name in _ALLOWS},
        "valid_days": {grade.value: policy.valid_days[grade] for grade in Grade},
    }


def read_proof(path: Path | None) -> Proof:
    """How well the tests are proven (``renkei.proof/1``); nothing is known without a file."""
    if path is None:
        return Proof()
    try:
        value = strict_json(_bytes(path, "proof-unreadable"))
        _exactly(value, {"schema", "kill_rate", "unproven"}, "proof")
        if value["schema"] != PROOF_SCHEMA:
            raise ValueError(f"schema: {PROOF_SCHEMA!r} expected")
        return proof_of(value)
    except ValueError as error:
        raise UsageError("proof-unreadable", file=path.name, why=str(error)[:200]) from error


def proof_of(value: Mapping[str, Any]) -> Proof:
    """The proof of a JSON object; raises ValueError for odd members."""
    rate, unproven = value["kill_rate"], value["unproven"]
    if not isinstance(unproven, list) or not all(isinstance(item, str) for item in unproven):
        raise ValueError("unproven: a list of requirement ids expected")
    return Proof(kill_rate=None if rate is None else _number(rate, "kill_rate", 1), unproven=tuple(unproven))


def unplanned(verdicts: Mapping[str, Any], bundle: Bundle) -> tuple[tuple[str, str, str], ...]:
    """(target, linkage, requirement) that the edition asks of the targets and the run never planned (``--only``).

    Of life events, too; one that the run left out altogether is named once, without a requirement.
    """
    gaps: list[tuple[str, str, str]] = []
    for row in alone(verdicts):
        planned = {(result["linkage"], result["requirement"]) for result in row["results"]}
        seen = {result["role"] for result in row["results"]} or {Role.PROVIDER}
        facts = {name: row[name] for name in ("id", "vendor", "product", "version", "system")}
        target = Target(**facts, roles=tuple(role for role in (Role.PROVIDER, Role.CONSUMER) if role in seen))
        gaps += [
            (target.id, linkage.id, requirement.id)
            for role, linkage in parts(bundle, target)
            for requirement in bundle.requirements
            if requirement.role is role
            and requirement.concerns(linkage.id, linkage.transport)
            and (linkage.id, requirement.id) not in planned
        ]
    return (*gaps, *_unplayed(verdicts, bundle))


def _unplayed(verdicts: Mapping[str, Any], bundle: Bundle) -> Iterator[tuple[str, str, str]]:
    """What of the life events a run of life events never planned."""
    rows = {row["journey"]: row for row in verdicts.get("journeys", ())}
    subject = next((row["id"] for row in rows.values()), "")
    for story in bundle.journeys if rows else ():
        if story.id not in rows:
            yield subject, story.id, ""
            continue
        planned = {result["requirement"] for result in rows[story.id]["results"]}
        yield from ((subject, story.id, name) for name in sorted(set(story.requirements) - planned))


def to_json(
    decision: RunDecision, policy: Policy, proof: Proof, gaps: Iterable[tuple[str, str, str]], language: str
) -> dict[str, Any]:
    """``decision.json``: the decision, its inputs, and a sentence for everything that is missing."""
    words = Catalogue(language)
    targets, municipality = [summary(target) for target in decision.targets], together(decision)
    subjects = [target.missing for target in decision.targets]
    subjects += [decision.journeys.missing] if decision.journeys else []
    for row, missing in zip([*targets, *municipality.values()], subjects, strict=True):
        row["missing"] = [
            {**value, "text": sentence(item, words)} for value, item in zip(row["missing"], missing, strict=True)
        ]
    return {
        "schema": SCHEMA,
        "run": decision.run,
        "edition": decision.edition,
        "profile": decision.profile.value,
        "grade": decision.grade.value,
        "decision": decision.decision.value,
        "policy": policy_value(policy),
        "proof": {"kill_rate": proof.kill_rate, "unproven": list(proof.unproven)},
        "unplanned": [list(gap) for gap in gaps],
        "targets": targets,
        **municipality,
    }


def sentence(item: Missing, words: Catalogue) -> str:
    """What is missing, for a clerk, with the place where it is missing."""
    if item.code.startswith("case-") and not words.has(f"missing.{item.code}"):
        what = words.text(f"outcomes.{item.code.removeprefix('case-').replace('-', '_')}")
    else:
        what = words.choice("missing", item.code)
    place = " ".join(neutral(part) for part in (item.requirement, item.linkage, item.value) if part)
    return words.text("pages.sentence-detail", sentence=what, detail=place) if place else what


def again(document: Mapping[str, Any], verdicts: Mapping[str, Any]) -> RunDecision:
    """The decision made again from the verdicts and the inputs that ``decision.json`` records.

    Raises ValueError, KeyError or TypeError when the document is not what its schema says.
    """
    gaps = [(str(target), str(linkage), str(requirement)) for target, linkage, requirement in document["unplanned"]]
    return decide(verdicts, policy_of(document["policy"]), proof_of(document["proof"]), gaps)


def _bytes(path: Path, code: str) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(code, file=str(path), why=error.strerror or "") from error
    if len(raw) > MAX_BYTES:
        raise UsageError(code, file=str(path), why=f"> {MAX_BYTES} bytes")
    return raw


def _exactly(table: Any, known: set[str], where: str) -> None:
    if not isinstance(table, Mapping) or set(table) != known:
        raise ValueError(f"{where}: exactly these members expected: {', '.join(sorted(known))}")


def _number(value: Any, name: str, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError(f"{name}: a number from 0 to {most} expected")
    return value
