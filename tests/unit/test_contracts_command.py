"""`renkei contracts` and `renkei requirements` from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from renkei.cli.main import main

ROOT = Path(__file__).parents[2] / "contracts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the committed contracts."""
    return Path(shutil.copytree(ROOT, tmp_path / "contracts"))


def test_check_accepts_what_compile_wrote(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed table is stale with exit 2 and the refreshing command; after compile it is accepted."""
    items = folder / "001_juminkihondaicho" / "items.csv"
    items.write_text(items.read_text("utf-8").replace("旧氏", "旧姓"), encoding="utf-8")

    assert main(["--lang", "ja", "contracts", "check", "--root", str(folder)]) == 2
    assert "renkei contracts compile" in capsys.readouterr().err
    assert main(["contracts", "compile", "--root", str(folder), "--lang", "ja"]) == 0
    assert main(["contracts", "check", "--root", str(folder)]) == 0


def test_compile_twice_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Compiling what is up to date leaves every file as it is."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert main(["contracts", "compile", "--root", str(folder)]) == 0
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert "Written" not in capsys.readouterr().out


def test_diff_says_who_acts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A difference is a Japanese sentence with the party that has to change something; as JSON it follows its schema."""
    items = folder / "001_juminkihondaicho" / "items.csv"
    items.write_text(items.read_text("utf-8").replace(",旧氏,kyuuji,", ",旧氏,kyushi,"), encoding="utf-8")

    assert main(["contracts", "diff", str(ROOT), str(folder), "--lang", "ja"]) == 0
    said = capsys.readouterr().out
    assert "kyuuji から kyushi に変わりました（001 住民情報 kyuuji）。" in said
    assert "［連携 001o006］ → 提供側と利用側の両方が直します。" in said
    assert main(["contracts", "diff", "--json", str(ROOT), str(folder)]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {change["code"] for change in data["changes"]} == {"item-renamed"}


def test_diff_needs_two_folders() -> None:
    """One folder alone cannot be compared."""
    assert main(["contracts", "diff", str(ROOT)]) == 2
