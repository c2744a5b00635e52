"""A small municipality from a pack: one vendor's offices conform, and another vendor's office takes their files."""

from __future__ import annotations

import csv
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command_line import plan_of, rows, run, target

from renkei.cli.mockset import town_pack
from renkei.cli.wiring import home
from renkei.vendors import ProcessVendor

PROVIDED = ("001", "010", "024", "036")
CONSUMER = "019"
# What a town of a few people cannot show.
TOO_SMALL = {"no-rows", "no-row-of-the-rule", "no-row-twice"}
ORDINARY, PROTECTED = "1", "17"


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """gamma's offices have published the pack at the place; alpha's 健康管理 listens at the address."""

    pack: Path
    place: Path
    address: str

    @property
    def manifest(self) -> dict[str, Any]:
        """What the pack says of itself."""
        said: dict[str, Any] = json.loads((self.pack / "manifest.json").read_text(encoding="utf-8"))
        return said

    def told(self, path: str, **body: Any) -> Any:
        """The answer of alpha's control interface, the status where it refuses."""
        request = urllib.request.Request(
            f"{self.address}/control/{path}",
            data=json.dumps(body).encode() if body else None,
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture(scope="module")
def municipality(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Municipality]:
    """gamma publishes four offices, alpha serves the one that receives from them."""
    folder = tmp_path_factory.mktemp("municipality")
    pack, place = town_pack(folder / "pack", population=100), folder / "place"
    place.mkdir()
    given = ["--town", str(pack)]
    systems = [part for name in PROVIDED for part in ("--system", name)]
    gamma = _vendor("gamma", folder, [*given, *systems, "--place", place.as_uri()])
    alpha = _vendor("alpha", folder, [*given, "--system", CONSUMER, "--inbox", place.as_uri()])
    try:
        gamma.start()
        yield Municipality(pack=pack, place=place, address=alpha.start()["base_url"])
    finally:
        alpha.stop()
        gamma.stop()


def _vendor(name: str, folder: Path, arguments: list[str]) -> ProcessVendor:
    return ProcessVendor(vendor=name, home=home(), log=folder / f"{name}.log", arguments=arguments)


def held(municipality: Municipality, linkage: str) -> list[Mapping[str, str]]:
    """What the consumer holds of a linkage after reading its inbox."""
    municipality.told("import", system=CONSUMER, linkage=linkage)
    records = municipality.told(f"records?system={CONSUMER}&linkage={linkage}")
    assert (records["refused"], records["waiting_for_full"]) == ([], False)
    return [row["row"] for row in records["rows"]]


def test_four_offices_conform(municipality: Municipality, tmp_path: Path) -> None:
    """Nothing of them is blamed; undecided is only what so few people have no row for."""
    url = municipality.place.as_uri()
    plan = tmp_path / "plan.toml"
    plan.write_text(plan_of([target(f"gamma-{name}", name, files={"url": url}) for name in PROVIDED]), encoding="utf-8")
    run(plan, tmp_path / "run", "--profile", "smoke")
    judged = rows(tmp_path / "run")

    assert sum(row["outcome"] == "passed" for row in judged) > 500
    assert [row["findings"] for row in judged if row["findings"]] == []
    others = {row["reason_code"] for row in judged if row["outcome"] not in ("passed", "not_applicable", "ambiguous")}
    assert others <= TOO_SMALL


@pytest.mark.parametrize("linkage", ["001o006", "010o902", "001o009"])
def test_another_vendors_office_holds_what_they_published(municipality: Municipality, linkage: str) -> None:
    """The intake folds full file and deltas to the rows of the full file that closes them, each of them accepted."""
    last = max((municipality.place / linkage).glob("*_zenken_*.csv"), key=lambda path: path.name[-10:])
    with last.open(encoding="utf-8", newline="") as file:
        wanted = list(csv.DictReader(file))

    assert sorted(map(str, held(municipality, linkage))) == sorted(map(str, wanted))
    assert wanted


def test_its_screen_hides_the_address_of_the_protected_only(municipality: Municipality) -> None:
    """The clerk sees where an ordinary resident lives, and of who is protected only that she is."""
    for linkage in ("001o006", "001o009"):
        held(municipality, linkage)
    personas = municipality.manifest["survey"]["personas"]
    [ordinary, hidden] = [
        municipality.told(f"screen?system={CONSUMER}&atenabango={personas[name][0]}") for name in (ORDINARY, PROTECTED)
    ]

    assert (ordinary["shiensochi"], bool(ordinary["jusho"])) == (False, True)
    assert (hidden["shiensochi"], hidden["jusho"]) == (True, None)
