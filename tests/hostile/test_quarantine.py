"""The second look at a finished run finds what no file may hold, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from renkei.cli.quarantine import residues, second_look
from renkei.errors import HarnessError
from renkei.redaction import Redactor

SECRET = "a-secret-of-somebody-42"
NUMBER = "123456789018"


def folder(place: Path, name: str, text: str) -> Path:
    """A run folder whose one file of interest holds that text."""
    run = place / "run"
    (run / name).parent.mkdir(parents=True, exist_ok=True)
    (run / "run.jsonl").write_text("{}\n")
    (run / name).write_text(text)
    return run


@pytest.mark.parametrize("name", ["verdicts.json", "junit.xml", "logs/a.log", "evidence/x.json", "index.en.html"])
def test_a_secret_is_found_in_every_file(tmp_path: Path, name: str) -> None:
    """Whatever a run writes is read, and the label is told, not the secret."""
    run = folder(tmp_path, name, f"x {SECRET.encode().hex()} y")

    assert list(residues(run, Redactor({"client": SECRET}))) == [(name, "client")]


def test_a_number_counts_where_texts_stand_whole(tmp_path: Path) -> None:
    """A 個人番号 is looked for in log and evidence, not among the numbers of a page's drawing."""
    assert list(residues(folder(tmp_path / "a", "logs/a.log", NUMBER), Redactor({}))) == [("logs/a.log", "個人番号")]
    assert list(residues(folder(tmp_path / "b", "index.html", NUMBER), Redactor({}))) == []


def test_digits_of_a_digest_are_nobodys(tmp_path: Path) -> None:
    """Files are named by digests; twelve digits in a row there are no number of a person."""
    name = f"allure-results/{NUMBER}e68f6a421116-attachment.txt"

    assert list(residues(folder(tmp_path, name, "x"), Redactor({}))) == []


def test_other_peoples_files_are_left_alone(tmp_path: Path) -> None:
    """What lies beside a run, such as the secrets of a demo's vendors, is not looked at."""
    second_look(folder(tmp_path, "mocks/alpha/client-1.secret", SECRET), Redactor({"client": SECRET}))


def test_a_hit_takes_the_run_out_of_circulation(tmp_path: Path) -> None:
    """The folder is moved aside, and nothing in it can be read as a run."""
    run = folder(tmp_path, "logs/a.log", SECRET)

    with pytest.raises(HarnessError, match="run-quarantined") as told:
        second_look(run, Redactor({"client": SECRET}))

    assert SECRET not in str(told.value)
    assert not run.exists()
    assert sorted(path.name for path in (tmp_path / "run.quarantined").iterdir()) == ["logs", "run.jsonl.quarantined"]


def test_a_secret_across_two_blocks_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large files are read in blocks that overlap."""
    monkeypatch.setattr("renkei.cli.quarantine.BLOCK", 64)
    run = folder(tmp_path, "junit.xml", "x" * 50 + SECRET + "y" * 300)

    assert ("junit.xml", "client") in list(residues(run, Redactor({"client": SECRET})))
