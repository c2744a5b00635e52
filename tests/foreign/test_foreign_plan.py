"""Plans for documents of other standards: which keys they take, what is refused, and what `renkei plan` tells."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from foreign_run import plan_text, renkei

from renkei.cli.foreign import foreign_bundle
from renkei.errors import PlanError
from renkei.flow.plan import Plan
from renkei.flow.scenario import REQUEST_SIZES
from renkei.planfile import contracts_named, read_plan

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parents[1] / "contracts" / "generic" / "requirements.csv"
TODAY = dt.date(2026, 11, 22)
BASE = "http://127.0.0.1:9"


def plan_of(tmp_path: Path, access: str, system: str = "companies") -> Plan:
    """The plan with that access, read."""
    path = tmp_path / "plan.toml"
    path.write_text(plan_text(str(HERE / "documents"), system, BASE, access), "utf-8")
    named = contracts_named(path)
    assert named is not None
    return read_plan(path, foreign_bundle(named, REQUIREMENTS), today=TODAY)


@pytest.mark.parametrize(
    ("access", "auth", "name"),
    [
        ("", "none", ""),
        ('auth = "none"', "none", ""),
        ('auth = "api_key_header"\napi_key_name = "X-K"\nsecret = {env = "S"}', "api_key_header", "X-K"),
        ('auth = "api_key_query"\napi_key_name = "appId"\nsecret = {env = "S"}', "api_key_query", "appId"),
        ('auth = "bearer_static"\nsecret = {env = "S"}', "bearer_static", ""),
        ('auth = "basic"\nuser = "u"\nsecret = {file = "s"}', "basic", ""),
        (
            'auth = "client_credentials"\ntoken_url = "http://127.0.0.1:9/t"\nclient_id = "c"\nclient_secret = {env = "S"}',
            "client_secret_basic",
            "",
        ),
    ],
)
def test_every_kind_of_access_is_read(tmp_path: Path, access: str, auth: str, name: str) -> None:
    """Nothing, a key, a fixed token, a password or a fetched token: each by its own keys, secrets by reference."""
    rest = plan_of(tmp_path, access).targets[0].rest

    assert rest is not None
    assert (rest.auth, rest.api_key_name) == (auth, name)
    assert (rest.client_secret is None) is (auth == "none")


@pytest.mark.parametrize(
    ("access", "code", "key"),
    [
        ('auth = "magic"', "plan-wrong-value", "target[0].rest.auth"),
        ('auth = "bearer_static"\nsecret = "in-the-wrong-place"', "plan-missing-secret", "target[0].rest.secret"),
        ('auth = "api_key_header"\nsecret = {env = "S"}', "plan-missing-key", "target[0].rest.api_key_name"),
        ('auth = "none"\npassword = "x"', "plan-unknown-key", "target[0].rest.password"),
        ('auth = "basic"\nsecret = {env = "S"}', "plan-missing-key", "target[0].rest.user"),
    ],
)
def test_a_wrong_access_is_a_diagnosis(tmp_path: Path, access: str, code: str, key: str) -> None:
    """Each mistake names its key, and no secret is repeated."""
    with pytest.raises(PlanError, match=code) as caught:
        plan_of(tmp_path, access)

    assert caught.value.values["key"] == key
    assert "in-the-wrong-place" not in str(caught.value)


def test_the_plan_tells_every_operation(tmp_path: Path) -> None:
    """`renkei plan` lists the operations of the document with their cases, and sends nothing."""
    (tmp_path / "plan.toml").write_text(plan_text(str(HERE / "documents"), "laws", BASE), "utf-8")
    ended = renkei("plan", tmp_path / "plan.toml")

    assert ended.code == 0, ended.said
    for name in ("get-laws: ", "get-law_data-law_id: ", "get-attachment-law_id: ", "get-laws-2: "):
        assert name in ended.said


def test_the_plan_tells_lanes_and_quirks(tmp_path: Path) -> None:
    """`renkei plan --json` has the requests and seconds of both lanes of every operation, and what was noticed, in words."""
    (tmp_path / "plan.toml").write_text(
        plan_text(str(HERE / "documents"), "wharves", BASE, profile="standard"), "utf-8"
    )
    told = json.loads(renkei("plan", tmp_path / "plan.toml", "--json").said)
    lanes = {(one["linkage"], one["lane"]): one for one in told["lanes"]}

    assert set(lanes) == {(name, lane) for name in ("list", "list-2", "rename") for lane in ("deep", "fast")}
    assert lanes["list", "fast"]["requests"] == REQUEST_SIZES["standard"]
    assert all(one["seconds"] > 0 for one in told["lanes"])
    assert {one["code"] for one in told["notes"] if one["system"] == "wharves"} >= {"same-call-twice", "path-fragment"}
    assert all(one["text"] and one["places"] for one in told["notes"])


@pytest.mark.parametrize("beside", [False, True])
def test_swagger_is_refused_with_what_to_do(tmp_path: Path, beside: bool) -> None:
    """A Swagger 2.0 document, alone or beside others in a folder, is named with the command that converts it."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "old.json").write_text(json.dumps({"swagger": "2.0", "info": {}, "paths": {"/a": {"get": {}}}}), "utf-8")
    if beside:
        shutil.copy(HERE / "documents" / "companies.json", folder)
    (tmp_path / "plan.toml").write_text(plan_text("documents", "old", BASE), "utf-8")
    ended = renkei("plan", tmp_path / "plan.toml")

    assert ended.code == 2
    assert "document-swagger" in ended.said
    assert "openapi-generator-cli generate -g openapi-yaml -i old.json -o converted" in ended.said
