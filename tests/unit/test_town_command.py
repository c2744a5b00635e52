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
    assert (folder / "town.html").is_file()
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


def test_the_bytes_do_not_depend_on_how_many_processes_make_them(tmp_path: Path) -> None:
    """One process and two write the same pack of a town of several blocks."""
    found = []
    for workers in ("1", "2"):
        folder = tmp_path / workers
        main(["town", "export", str(folder), "--population", "860", "--workers", workers])
        found.append((folder / "manifest.json").read_bytes())

    assert found[0] == found[1]


def test_the_page_is_drawn_again_from_the_manifest(tmp_path: Path) -> None:
    """`renkei town page` writes what the export wrote: counts in both languages, and nobody's name or number."""
    folder = tmp_path / "pack"
    main(["town", "export", str(folder), "--population", "40", "--workers", "1", "--lang", "ja"])
    pages = {name: (folder / name).read_text(encoding="utf-8") for name in ("town.html", "town.en.html")}
    for name in pages:
        (folder / name).unlink()

    assert main(["town", "page", str(folder), "--lang", "ja"]) == 0

    assert {name: (folder / name).read_text(encoding="utf-8") for name in pages} == pages
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    numbers = [number for found in manifest["survey"]["personas"].values() for number in found if len(number) > 3]
    assert not [number for number in (*numbers, "守田", "基準") if number in pages["town.html"]]


@pytest.mark.parametrize(
    "broken",
    [b"", b"[]", b"{}", b'{"survey": 1}', b"\xff", b'{"survey": {"residents": -1}}', b'{"a": 1, "a": 2}'],
)
def test_what_is_no_pack_gets_no_page(tmp_path: Path, broken: bytes) -> None:
    """A manifest that is missing or wrong is a usage error, and nothing is written."""
    assert main(["town", "page", str(tmp_path)]) == ExitCode.USAGE
    (tmp_path / "manifest.json").write_bytes(broken)

    assert main(["town", "page", str(tmp_path)]) == ExitCode.USAGE
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]
