"""031 and 001 without a pack of the town: through a façade they receive, and what they give stays their own."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from renkei.vendors import ProcessVendor

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the vendor keeps its files."""
    return tmp_path_factory.mktemp("vendor")


@pytest.fixture(scope="module")
def ready(folder: Path) -> Iterator[dict[str, Any]]:
    """gamma with both systems and a façade, without a pack."""
    arguments = ["--system", "both", "--place", str(folder / "place"), "--facade", str(folder / "facade.secret")]
    vendor = ProcessVendor(vendor="gamma", home=ROOT, log=folder / "mock.log", arguments=arguments)
    try:
        yield vendor.start()
    finally:
        vendor.stop()


def asked(folder: Path, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """One answer of a façade."""
    secret = (folder / "facade.secret").read_text(encoding="utf-8").strip()
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Authorization": f"Bearer {secret}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def test_each_system_has_a_facade(folder: Path, ready: dict[str, Any]) -> None:
    """Both are told in the readiness line, and hold nothing at the start."""
    assert sorted(ready["facades"]) == ["001", "031"]
    for system, linkage in (("001", "002o901"), ("031", "019o934")):
        page = asked(folder, f"{ready['facades'][system]}/renkei/records?linkage={linkage}")
        assert (page["linkage"], page["records"], page["total"]) == (linkage, [], 0)
        job = asked(
            folder,
            f"{ready['facades'][system]}/renkei/trigger",
            {"linkage": linkage, "action": "import", "location": (folder / "nothing").as_uri()},
        )
        assert job["state"] == "finished"


def test_what_they_give_is_the_storys(folder: Path, ready: dict[str, Any]) -> None:
    """001 has published its own series, and 031 knows a resident of it for 番号引継."""
    assert len(list((folder / "place" / "001o006").glob("*.csv"))) == 5
    assert ready["resident_number"]
