"""Two editions at once (経過措置): a provider on one and a consumer on the other, and what diff, run and verify say."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from command_line import renkei, rows, run, verdicts
from running_town import Town

from renkei.cli.main import main

sys.path.insert(0, str(Path(__file__).parents[1]))
from newer_edition import LINKAGE, NEWER, ROOT, UNTIL, accept, moved_on, newer_edition

PLAN = """
[plan]
name = "editions"
profile = "smoke"
municipality = "{municipality}"
language = "ja"
{contracts}

[[target]]
id = "alpha-001"
vendor = "alpha"
product = "Alpha"
version = "1"
system = "001"
[target.files]
url = "{place}"
{claims}
"""


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newer edition, which accepts the committed one."""
    return newer_edition(tmp_path_factory.mktemp("editions") / "newer")


@pytest.fixture(scope="module")
def place(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What alpha, which stands on the committed edition, has published."""
    folder = tmp_path_factory.mktemp("published") / "place"
    return Path(shutil.copytree(town.folder / "mocks" / "alpha" / "place", folder))


def plan(town: Town, folder: Path, place: Path, contracts: Path | None = None, claims: str = "") -> Path:
    """A plan for these files, judged by the tool's own edition or the one of a folder."""
    path = folder / "plan.toml"
    municipality = str(town.ready["alpha"].get("municipality", "993018"))
    named = f'contracts = "{contracts}"' if contracts else ""
    table = f'[target.claims]\nedition = "{claims}"' if claims else ""
    path.write_text(
        PLAN.format(municipality=municipality, contracts=named, place=place.as_uri(), claims=table), encoding="utf-8"
    )
    return path


def finding(folder: Path) -> tuple[str, str, str]:
    """The one finding of the heading's requirement on the linkage: its rule, what was expected, and what came."""
    (row,) = [row for row in rows(folder) if (row["linkage"], row["requirement"]) == (LINKAGE, "FL-05")]
    (found,) = row["findings"]
    return found["rule"], found["expected"], found["actual"]


def test_an_older_provider_is_recognised_by_a_newer_consumer(
    town: Town, newer: Path, place: Path, tmp_path: Path
) -> None:
    """Files of the older edition, judged by the newer one, fail with the name of their edition and its last day."""
    ended = run(plan(town, tmp_path, place, newer), tmp_path / "run", "--only", "FL-05")

    assert ended.code == 1, ended.said
    assert verdicts(tmp_path / "run")["edition"] == NEWER
    assert finding(tmp_path / "run") == (
        "heading-of-another-edition",
        f"版 {NEWER} の見出し",
        f"古い版 2026-11 の見出し（この版は {UNTIL} まで使えます）",
    )


def test_a_newer_provider_is_named_by_an_unknown_column(town: Town, place: Path, tmp_path: Path) -> None:
    """Files of an edition that the tool does not know fail by the column that they have more."""
    moved = Path(shutil.copytree(place, tmp_path / "place"))
    moved_on(moved)

    ended = run(plan(town, tmp_path, moved), tmp_path / "run", "--only", "FL-05")

    assert ended.code == 1, ended.said
    assert finding(tmp_path / "run")[0] == "column-unknown"


def test_each_provider_conforms_by_its_own_edition(town: Town, newer: Path, place: Path, tmp_path: Path) -> None:
    """The newer files pass by the newer edition; the older ones pass by their own."""
    moved = Path(shutil.copytree(place, tmp_path / "place"))
    moved_on(moved)
    only = ("--only", "FL-05", "--only", "FL-07", "--only", "FL-08")

    for folder, files, contracts in (("newer", moved, newer), ("older", place, None)):
        (tmp_path / folder).mkdir()
        ended = run(plan(town, tmp_path / folder, files, contracts), tmp_path / folder / "run", *only)
        assert ended.code == 0, ended.said


@pytest.mark.parametrize(("until", "code"), [(UNTIL, "edition-older"), ("2020-03-31", "edition-ended")])
def test_a_claimed_older_edition_is_not_judged_by_the_newer(
    town: Town, newer: Path, place: Path, tmp_path: Path, until: str, code: str
) -> None:
    """A target that says that it stands on an older edition is blocked, and told until when that edition is accepted."""
    contracts = newer
    if until != UNTIL:
        contracts = newer_edition(tmp_path / "ended", until="")
        accept(contracts, until)

    ended = run(plan(town, tmp_path, place, contracts, "2026-11"), tmp_path / "run")

    assert ended.code == 3, ended.said
    assert {(row["outcome"], row["reason_code"]) for row in rows(tmp_path / "run")} >= {("blocked", code)}
    assert all(until in row["reason"] for row in rows(tmp_path / "run") if row["outcome"] == "blocked")


def test_the_difference_is_told_in_both_directions(newer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`contracts diff` of the two names each of the four changes and the last day of the older edition."""
    said = []
    for arguments in (("--lang", "ja", ROOT, newer), ("--lang", "ja", newer, ROOT), ("--json", ROOT, newer)):
        capsys.readouterr()
        assert main(["contracts", "diff", *map(str, arguments)]) == 0
        said.append(capsys.readouterr().out)
    there, back, told = said[0], said[1], json.loads(said[2])

    assert {change["code"] for change in told["changes"]} == {
        "item-added",
        "item-longer",
        "code-added",
        "requirement-text",
    }
    assert told["accepted_until"] == UNTIL
    assert f"古い版 2026-11 は、{UNTIL} まで使えます" in there
    assert "項目「支援措置備考」が加わりました" in there
    assert "項目「支援措置備考」がなくなりました" in back
    assert "使える期限は、新しい版に書かれていません" in back


def test_a_certificate_of_another_edition_is_told_so(town: Town, newer: Path, place: Path, tmp_path: Path) -> None:
    """Of a run by an edition that the tool does not accept no certificate is made, and the diagnosis says why."""
    ended = run(plan(town, tmp_path, place, newer), tmp_path / "run", "--only", "FL-07")
    key = tmp_path / "key.pem"
    renkei("certify", "--new-key", key)

    refused = renkei("--lang", "ja", "certify", tmp_path / "run", "--key", key)

    assert (ended.code, refused.code) == (0, 2), refused.said
    assert "[run-edition-ended]" in refused.err
    assert not (tmp_path / "run" / "certificate.json").exists()
