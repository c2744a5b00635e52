"""`renkei replay` of findings of pairs: the pair's requirement is judged again on a journey of its own."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pair_world import plan_of_calls, planted, secrets

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.timeout(120)
CHOSEN = ("call-answer_serial_as_text", "caller-request_lacks_item")


def renkei(*arguments: object) -> subprocess.CompletedProcess[str]:
    """One command, ended."""
    command = [sys.executable, "-m", "renkei.cli.main", "--lang", "en", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=secrets(), capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module", name="ran")
def run_of_pairs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the plan, its run, and ``mended.toml``: the same pairs when nobody is wrong any more."""
    folder = tmp_path_factory.mktemp("pairs")
    pairs = planted(*CHOSEN)
    text = plan_of_calls(pairs, folder)
    mended = text
    for one in pairs:
        mended = mended.replace(f"~{one.provider}/", "~/").replace(f'~{one.provider}"', '~"')
        mended = mended.replace(f'~{one.consumer}"', '~"')
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    (folder / "mended.toml").write_text(mended, encoding="utf-8")
    done = renkei("run", folder / "plan.toml", "--out", folder / "run", "--no-report", "--only", "pair", "--workers", 1)
    assert done.returncode == 1, done.stderr
    yield folder


def printed(folder: Path) -> dict[str, tuple[str, str]]:
    """(requirement, the printed command) of each finding, by the pair."""
    rows = json.loads((folder / "run" / "verdicts.json").read_text(encoding="utf-8"))["pairs"]
    return {
        row["id"]: (result["requirement"], finding["replay"])
        for row in rows
        for result in row["results"]
        for finding in result["findings"]
    }


def test_the_printed_command_shows_a_finding_of_a_pair_again(ran: Path) -> None:
    """Both findings, one of each side, come again by the line that the report prints: exit 1."""
    found = printed(ran)
    assert sorted(requirement for requirement, _ in found.values()) == ["PR-01", "PR-02"]
    for requirement, line in found.values():
        done = renkei(*shlex.split(line)[1:])

        assert done.returncode == 1, done.stderr
        assert requirement in done.stdout
        assert "reproduced" in done.stdout and "not reproduced" not in done.stdout
        assert "sent:" in done.stdout and "came back:" in done.stdout


def test_a_finding_of_a_pair_is_gone_when_its_party_has_mended_it(ran: Path) -> None:
    """The same lines against the mended plan end with 0."""
    for _, line in printed(ran).values():
        done = renkei(*shlex.split(line)[1:], "--plan", ran / "mended.toml")

        assert done.returncode == 0, done.stdout + done.stderr
        assert "not reproduced" in done.stdout


def test_a_pair_that_the_plan_does_not_have_is_a_diagnosis(ran: Path) -> None:
    """Another pair may be named, a target may not: the pairs of the plan are told."""
    _, line = next(iter(printed(ran).values()))
    done = renkei(*shlex.split(line)[1:-1], f"p-{CHOSEN[0]}")

    assert done.returncode == 2
    assert "[replay-no-target]" in done.stderr
    assert f"p-{CHOSEN[0]}~c-{CHOSEN[0]}" in done.stderr
