"""Planted defects of a sample server are found by the requirement that speaks of them; a good server is blamed for none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from foreign_run import Ended, plan_text, renkei
from serving import served

from mocks.registry import document as registry_document
from mocks.registry.defect import DEFECTS
from mocks.registry.server import API_KEY, Registry

pytestmark = pytest.mark.slow

ACCESS = f'auth = "api_key_header"\napi_key_name = "{registry_document.KEY}"\nsecret = {{ file = "key" }}'
# One register for each way of finding: bodies, credentials, state, lists.
CHOSEN = ("shelters", "forms", "routes", "surveys", "tenders")


def judged(folder: Path, names: tuple[str, ...], defects: frozenset[str]) -> tuple[Ended, Registry]:
    """The run of these registers."""
    registry = Registry(defects)
    (folder / "key").write_text(API_KEY, "utf-8")
    (folder / "registry.json").write_text(json.dumps(registry_document.document(names), ensure_ascii=False), "utf-8")
    with served(registry.application()) as url:
        (folder / "plan.toml").write_text(plan_text("registry.json", "registry", url, ACCESS), "utf-8")
        return renkei("run", folder / "plan.toml"), registry


def test_planted_defects_are_found(tmp_path: Path) -> None:
    """Each defect of five registers is found on its operation, and the API key is in no output."""
    planted = [one for one in DEFECTS if one.operation.partition("_")[2] in CHOSEN]
    ended, _ = judged(tmp_path, CHOSEN, frozenset(one.operation for one in planted))
    pairs = {(linkage, requirement) for linkage, requirement, _ in ended.findings()}

    assert ended.code == 1, ended.said
    assert [one for one in planted if not any((one.operation, name) in pairs for name in one.ours)] == []
    files = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert [path.name for path in files if API_KEY.encode() in path.read_bytes()] == []


def test_a_good_server_is_blamed_for_nothing(tmp_path: Path) -> None:
    """Two registers without a defect pass with exit code 0, the one that anybody may read included."""
    ended, registry = judged(tmp_path, ("notices", "bins"), frozenset())

    assert ended.code == 0, ended.said
    assert ended.findings() == set()
    assert set(ended.outcomes().values()) <= {"passed", "not_applicable"}
    assert sum(registry.requests.values()) > 300
