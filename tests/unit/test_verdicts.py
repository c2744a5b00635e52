"""verdicts.json: computed from a finished record, complete, in words, and the same facts without words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_maker import bundle, make, without_footer

from renkei.errors import RunFolderError
from renkei.flow.exchange import canonical
from renkei.flow.outcome import Outcome
from renkei.verdicts import facts, folder_of, to_verdicts


def test_every_planned_case_has_its_result(tmp_path: Path) -> None:
    """Nothing that was planned is missing from the verdicts, and the verdict is the roll-up."""
    record = make(tmp_path / "r", Outcome.FAILED, Outcome.AMBIGUOUS, Outcome.NOT_RUN, Outcome.EXEMPT)
    made = to_verdicts(record, bundle())
    assert len(made["targets"][0]["results"]) == 8
    assert made["verdict"] == made["targets"][0]["verdict"] == "failed"
    assert made["finished"] is True


def test_all_passed_is_a_pass(tmp_path: Path) -> None:
    """A run in which everything passed says so."""
    assert to_verdicts(make(tmp_path / "r"), bundle())["verdict"] == "passed"


def test_a_target_without_results_is_not_run(tmp_path: Path) -> None:
    """A target of the header that has no case at all is never a pass."""
    made = to_verdicts(make(tmp_path / "r", planned=0), bundle())
    assert made["verdict"] == "not_run"


def test_finding_speaks_to_engineer_and_clerk(tmp_path: Path) -> None:
    """A finding names requirement, place, expected and actual, says what it means, and how to see it again."""
    made = to_verdicts(make(tmp_path / "r", Outcome.FAILED), bundle(), folder="reports/my run")
    finding = made["targets"][0]["results"][0]["findings"][0]
    assert "SC-00 の題" in finding["message"]
    assert "500" in finding["message"]
    assert finding["plain"] == "SC-00 は大切です。"
    assert finding["replay"] == f"renkei replay 'reports/my run' {finding['id']} --target alpha-031"
    assert "\x1b" not in json.dumps(finding, ensure_ascii=False)


def test_reasons_are_sentences(tmp_path: Path) -> None:
    """An outcome that blames nobody says why in a sentence."""
    made = to_verdicts(make(tmp_path / "r", Outcome.INCONCLUSIVE, Outcome.EXEMPT), bundle())
    first, second = made["targets"][0]["results"][:2]
    assert first["reason_code"] == "no-answer"
    assert first["reason"] == "応答がありませんでした。"
    assert second["reason"].startswith("同じパッケージ")


def test_run_without_footer_has_no_verdicts(tmp_path: Path) -> None:
    """A truncated run never yields verdicts."""
    with pytest.raises(RunFolderError, match="run-truncated"):
        to_verdicts(without_footer(make(tmp_path / "r")), bundle())


def test_interrupted_run_is_not_finished(tmp_path: Path) -> None:
    """A run that was stopped says that it did not finish."""
    made = to_verdicts(make(tmp_path / "r", finish="interrupted"), bundle())
    assert (made["finished"], made["state"]) == (False, "interrupted")


def test_facts_do_not_need_the_contracts(tmp_path: Path) -> None:
    """Everything but the sentences can be computed without the edition's contracts."""
    record = make(tmp_path / "r", Outcome.FAILED, Outcome.BLOCKED)
    assert canonical(facts(to_verdicts(record, bundle()))) == canonical(facts(to_verdicts(record, None)))


def test_folder_is_found_again_in_the_replay_commands(tmp_path: Path) -> None:
    """The run folder as the replay commands name it can be read back."""
    record = make(tmp_path / "r", Outcome.FAILED)
    assert folder_of(to_verdicts(record, bundle(), folder="a b; rm")) == "a b; rm"
