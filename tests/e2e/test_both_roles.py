"""One vendor's system as provider and consumer in one run: `renkei run` does every role of a target."""

from __future__ import annotations

from pathlib import Path

from command_line import rows, run, verdict_of

from renkei.cli.mockset import facade_options, plan_text, start_vendor, vendor_secrets

ONLY = ("--only", "FL-08", "--only", "CN-11", "--only", "CN-63")


def test_a_target_in_two_roles_is_judged_in_both(tmp_path: Path) -> None:
    """001 publishes residents and receives registered seals; suites of both roles run in its one worker."""
    vendor = start_vendor("gamma", tmp_path, extra=facade_options(tmp_path, "gamma"))
    try:
        ready = vendor.start()
        vendor_secrets(tmp_path, "gamma")
        plan = tmp_path / "plan.toml"
        plan.write_text(plan_text({"gamma": ready}, "smoke", 1, "ja", ("001",)), encoding="utf-8")
        ended = run(plan, tmp_path / "run", "--workers", "1", *ONLY)
    finally:
        vendor.stop()
    found = {(row["role"], row["requirement"]) for row in rows(tmp_path / "run") if row["outcome"] == "passed"}

    assert (ended.code, verdict_of(tmp_path / "run")) == (0, {"gamma-001": "passed"}), ended.said
    assert found == {("provider", "FL-08"), ("consumer", "CN-11"), ("consumer", "CN-63")}
