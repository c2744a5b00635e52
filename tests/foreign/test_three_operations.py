"""One hostile answer hides nothing: every operation is judged for itself."""

from __future__ import annotations

import json
from pathlib import Path

import three_operations
from foreign_run import plan_text, renkei
from serving import served


def test_the_third_operation_is_named(tmp_path: Path) -> None:
    """Of a good, a deep and a broken operation the run names the second and the third, and exits with 1."""
    (tmp_path / "three.json").write_text(json.dumps(three_operations.document()), "utf-8")
    with served(three_operations.application()) as url:
        (tmp_path / "plan.toml").write_text(plan_text("three.json", "three", url), "utf-8")
        ended = renkei("run", tmp_path / "plan.toml")

    failed = {key for key, outcome in ended.outcomes().items() if outcome == "failed"}
    assert ended.code == 1, ended.said
    assert failed == {("listDeep", "GN-03"), ("listBroken", "GN-01"), ("listBroken", "GN-05")}
    assert set(ended.outcomes().values()) <= {"passed", "failed", "not_applicable"}
