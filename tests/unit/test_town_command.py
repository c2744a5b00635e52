"""`renkei town export`: a whole pack or none, the same for the same seed, its manifest as its schema says."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from renkei.cli.main import main
from renkei.errors import ExitCode


def test_a_pack_is_whole_and_as_its_manifest_says(tmp_path: Path) -> None:
    """Every file of the manifest is there with its digest and rows, and the manifest fits its schema."""
    folder = tmp_path / "pack"

    assert main(["town", "export", str(folder), "--population", "60", "--workers", "1", "--lang", "en"]) == 0

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    schema = json.loads((resources.files("renkei") / "schemas" / "town-1.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(manifest)
    files = [file for dataset in manifest["datasets"] for file in dataset["files"]]
    for file in files:
        data = (folder / file["name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == file["sha256"]
        assert data.count(b"\r\n") == file["rows"] + 1
    # 25 (districts) and 35 personas are always there, whatever the size.
    assert {str(number) for number in range(1, 36)} >= set(manifest["survey"]["personas"]) >= {"1", "17", "35"}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two packs of one seed have the same digests; another seed has others."""
    found = []
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        main(["town", "export", str(tmp_path / name), "--population", "30", "--seed", seed, "--workers", "1"])
        manifest = json.loads((tmp_path / name / "manifest.json").read_text(encoding="utf-8"))
        found.append([file["sha256"] for dataset in manifest["datasets"] for file in dataset["files"]])

    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("wrong", [["--population", "0"], ["--municipality", "993019"]])
def test_what_makes_no_town_is_refused(tmp_path: Path, wrong: list[str]) -> None:
    """A size or code that makes no municipality is a usage error, and nothing is written."""
    assert main(["town", "export", str(tmp_path / "pack"), *wrong]) == ExitCode.USAGE
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_kept(tmp_path: Path) -> None:
    """A folder that exists is refused and stays as it is."""
    (tmp_path / "mine").write_text("kept")

    assert main(["town", "export", str(tmp_path)]) == ExitCode.USAGE
    assert (tmp_path / "mine").read_text() == "kept"
