"""Shipped schemas: each one is valid, and everything that the tool writes is what its schema says."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from run_maker import CONTRACTS, bundle, make

from renkei import events
from renkei.adapters.signing.envelope import seal
from renkei.adapters.signing.keys import load_public_keys, load_signing_key, new_key
from renkei.catalogue import Catalogue
from renkei.certification import draft, examine
from renkei.cli.verify import _document, verify
from renkei.decisionfile import read_policy
from renkei.flow.certificate import Issuer
from renkei.flow.decision import Proof
from renkei.flow.outcome import Outcome

SOURCE = Path(__file__).parents[2] / "src" / "renkei"
SCHEMAS = SOURCE / "schemas"


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))


def faults(name: str, value: Any) -> list[str]:
    validator = jsonschema_rs.Draft202012Validator(schema(name), validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]


@pytest.fixture(name="run", scope="module")
def certified_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    make(folder, *Outcome, profile="smoke")
    public = new_key(folder.parent / "k.pem")
    key = load_signing_key(folder.parent / "k.pem")
    now = dt.datetime.now(dt.UTC)
    examined = examine(folder, bundle(), CONTRACTS)
    made = draft(examined, bundle(), read_policy(None), Proof(), issuer=Issuer(keyid=key.keyid), issued=now)
    (folder / "decision.json").write_bytes(made.decision_file)
    (folder / "statement.json").write_bytes(made.payload)
    report = verify(seal(made.payload, key), load_public_keys(public), folder=folder, now=now)
    (folder / "verification.json").write_text(json.dumps(_document(report, Catalogue("ja"))), "utf-8")
    return folder


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_every_schema_is_valid(path: Path) -> None:
    """Each shipped schema is JSON Schema 2020-12 with an identifier of its own."""
    value = json.loads(path.read_text("utf-8"))
    jsonschema_rs.meta.validate(value)
    assert value["$schema"].endswith("2020-12/schema")
    name, _, number = path.stem.rpartition("-")
    assert value["$id"] == f"urn:renkei:{name}:{number}"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("verdicts-1", "verdicts.json"),
        ("decision-1", "decision.json"),
        ("certificate-1", "statement.json"),
        ("verification-1", "verification.json"),
    ],
)
def test_written_files_are_as_their_schemas_say(run: Path, name: str, file: str) -> None:
    """Verdicts, decision, certificate and verification of a run with every outcome fit their schemas."""
    assert faults(name, json.loads((run / file).read_text("utf-8"))) == []


def test_every_line_of_a_log_is_as_its_schema_says(run: Path) -> None:
    """Each line of a run log fits exactly one kind of line."""
    for line in (run / "run.jsonl").read_text("utf-8").splitlines():
        assert faults("runlog-1", json.loads(line)) == []


def test_log_schema_knows_every_event() -> None:
    """No event and no member of one is missing from the schema of the log."""
    defined = schema("runlog-1")["$defs"]
    for name, kind in events.KINDS.items():
        members = {item.name for item in fields(kind)}
        assert members <= set(defined[name]["properties"]), name
        assert set(defined[name]["properties"]) - members <= {"event", "seq", "prev", "schema", "self"}, name


def test_evidence_is_as_its_schema_says(run: Path) -> None:
    """Each evidence file fits the schema of evidence."""
    for path in (run / "evidence").iterdir():
        assert faults("evidence-1", json.loads(path.read_text("utf-8"))) == []


def test_default_policy_is_as_its_schema_says() -> None:
    """The policy that ships with the package fits the schema of policies."""
    table = tomllib.loads((SOURCE / "policies" / "default.toml").read_text("utf-8"))
    assert faults("policy-1", table) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("plan-1", {"plan": {"name": "x", "municipality": "993018"}, "target": [], "more": 1}),
        ("verdicts-1", {"schema": "renkei.verdicts/1"}),
        ("policy-1", {}),
        ("evidence-1", {"kind": "exchange"}),
    ],
)
def test_schemas_refuse_other_shapes(name: str, value: Any) -> None:
    """A schema that accepts anything would be none."""
    assert faults(name, value)


def test_plan_is_as_its_schema_says() -> None:
    """A plan with every table of the format fits the schema of plans."""
    plan = tomllib.loads(
        """
        [plan]
        name = "x"
        municipality = "993018"
        profile = "smoke"
        seed = 1
        [[target]]
        id = "alpha-031"
        vendor = "alpha"
        product = "p"
        version = "1"
        system = "031"
        roles = ["provider"]
        [target.rest]
        base_url = "https://127.0.0.1:1"
        token_url = "https://127.0.0.1:1/oauth2/token"
        client_id = "c"
        client_secret = {env = "SECRET"}
        [target.files]
        url = "s3://bucket"
        options = {key = {file = "k"}, endpoint_url = "http://127.0.0.1"}
        [target.claims]
        optional = ["client_secret_basic"]
        exempt = {"001o005" = "同一パッケージ"}
        """
    )
    assert faults("plan-1", plan) == []
