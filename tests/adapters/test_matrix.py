"""`renkei matrix`: pairs of several runs in one table, every state in words, unsound runs refused by name."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from sample_pairs import AT, NUMBERING, PEOPLE, PROTECTED, make

from renkei.cli.main import main
from renkei.flow.matrix import Matrix, matrix
from renkei.flow.outcome import Outcome
from renkei.web.compatibility import script_digest

SOURCE = Path(__file__).parents[2] / "src" / "renkei"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The matrix of one sample run, in Japanese first."""
    folder = tmp_path_factory.mktemp("site")
    make(folder / "run")
    assert main(["--lang", "ja", "matrix", str(folder / "run"), "--out", str(folder / "out")]) == 0
    return folder / "out"


def told(site: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((site / "matrix.json").read_text("utf-8"))
    return value


def states(site: Path, linkage: str) -> dict[str, str]:
    """``provider>consumer`` to its state on a linkage."""
    table = next(one for one in told(site)["linkages"] if one["linkage"] == linkage)
    return {f"{p['provider']['vendor']}>{p['consumer']['vendor']}": p["state"] for p in table["pairs"]}


def test_the_json_is_what_its_schema_says(site: Path) -> None:
    """matrix.json follows the shipped schema."""
    schema = json.loads((SOURCE / "schemas" / "matrix-1.json").read_text("utf-8"))
    assert [error.message for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(told(site))] == []


def test_every_state_has_its_own_name(site: Path) -> None:
    """Pass, failure, doubt, obstacle, exemption, waiver and silence are told apart."""
    people, protected = states(site, PEOPLE), states(site, PROTECTED)
    assert people["alpha>alpha"] == "passed"
    assert people["beta>alpha"] == people["alpha>beta"] == "failed"
    assert people["beta>beta"] == "inconclusive"
    assert people["gamma>alpha"] == "blocked"
    assert people["gamma>gamma"] == protected["alpha>alpha"] == "exempt"
    assert protected["beta>alpha"] == "waived"
    assert protected["gamma>beta"] == "untested"
    assert set(states(site, NUMBERING).values()) == {"passed"}


def test_a_failed_cell_names_party_reason_findings_and_evidence(site: Path) -> None:
    """Who is at fault, why in a sentence, and evidence that lies beside the page."""
    table = next(one for one in told(site)["linkages"] if one["linkage"] == PEOPLE)
    cell = next(p for p in table["pairs"] if (p["provider"]["vendor"], p["consumer"]["vendor"]) == ("alpha", "beta"))
    assert cell["fault_of"] == "consumer"
    assert cell["findings"][0]["fault_of"] == "consumer"
    digest = cell["findings"][0]["evidence"][0]
    assert (site / "evidence" / f"{digest}.json").is_file()
    page = (site / "index.html").read_text("utf-8")
    assert f'href="evidence/{digest}.json"' in page
    assert cell["why"] and cell["why"] in page


def test_the_page_allows_its_own_script_and_nothing_else(site: Path) -> None:
    """The policy names the digest of the one inline script; nothing is loaded from anywhere."""
    for name in ("index.html", "index.en.html"):
        page = (site / name).read_text("utf-8")
        digest = script_digest(SOURCE / "web" / "templates" / "matrix.js")
        assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:" in page
        assert page.count("<script") == 1
        assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []


def test_the_later_run_of_a_pair_counts_and_the_earlier_is_named(tmp_path: Path) -> None:
    """Of two runs of a pair the later one is shown, whatever the order on the command line."""
    ending = {("alpha", "alpha", PEOPLE): (Outcome.FAILED, "provider", "file-broke-contract")}
    make(tmp_path / "new", vendors=("alpha",), run="R-2", at=AT + dt.timedelta(days=1), endings={})
    make(tmp_path / "old", vendors=("alpha",), run="R-1", endings=ending)
    assert main(["matrix", str(tmp_path / "new"), str(tmp_path / "old"), "--out", str(tmp_path / "out")]) == 0
    table = next(one for one in told(tmp_path / "out")["linkages"] if one["linkage"] == PEOPLE)
    assert table["pairs"][0]["state"] == "passed"
    assert table["pairs"][0]["earlier"] == [{"run": "R-1", "state": "failed"}]


def result(outcome: str, level: str = "必須") -> dict[str, Any]:
    """One result of a pair, as verdicts tell it."""
    return {"outcome": outcome, "level": level, "observations": []}


def two_installations(*outcomes: str) -> Matrix:
    """One run in which the same product takes part twice."""
    about = {"vendor": "v", "product": "P", "version": "1"}
    targets = [{"id": f"g{n}", **about, "system": "001", "results": []} for n in range(len(outcomes))]
    pairs = [
        {
            "provider": f"g{n}",
            "consumer": "t",
            "linkage": PEOPLE,
            "fault_of": "",
            "because": "",
            "findings": [{"id": n}],
        }
        | {"results": [result(outcome)]}
        for n, outcome in enumerate(outcomes)
    ]
    taker = {"id": "t", "vendor": "w", "product": "P", "version": "1", "system": "010", "results": []}
    head = dict.fromkeys(("run", "edition", "profile", "started", "ended", "verdict"), "x")
    return matrix([("folder", {**head, "targets": [*targets, taker], "pairs": pairs})])


@pytest.mark.parametrize("outcomes", [("passed", "failed"), ("failed", "passed"), ("failed", "exempt")])
def test_of_two_installations_the_worse_is_shown(outcomes: tuple[str, str]) -> None:
    """A failure of one installation is never hidden behind the other one's pass, whatever the order."""
    [table] = two_installations(*outcomes).tables
    [cell] = table.cells.values()
    assert (cell.state, len(cell.findings)) == ("failed", 2)


def test_editions_stand_apart(tmp_path: Path) -> None:
    """The same linkage of two editions is two tables."""
    make(tmp_path / "one", vendors=("alpha",), run="R-1")
    make(tmp_path / "two", vendors=("alpha",), run="R-2", edition="2.0")
    assert main(["matrix", str(tmp_path / "one"), str(tmp_path / "two"), "--out", str(tmp_path / "out")]) == 0
    people = [one["edition"] for one in told(tmp_path / "out")["linkages"] if one["linkage"] == PEOPLE]
    assert people == ["2.0", "2.1"]


def test_the_same_runs_give_the_same_bytes(site: Path, tmp_path: Path) -> None:
    """Page and JSON are made from the runs alone."""
    assert main(["--lang", "ja", "matrix", str(site.parent / "run"), "--out", str(site.parent / "again")]) == 0
    for name in ("index.html", "index.en.html", "matrix.json"):
        assert (site.parent / "again" / name).read_bytes() == (site / name).read_bytes()


def _truncated(folder: Path) -> None:
    lines = (folder / "run.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "run.jsonl").write_bytes(b"".join(lines[:-1]))


def _rewritten(folder: Path) -> None:
    text = (folder / "run.jsonl").read_text("utf-8")
    (folder / "run.jsonl").write_text(text.replace('"failed"', '"passed"', 1), "utf-8")


def _improved(folder: Path) -> None:
    text = (folder / "verdicts.json").read_text("utf-8")
    (folder / "verdicts.json").write_text(text.replace('"failed"', '"passed"'), "utf-8")


def _unreadable(folder: Path) -> None:
    (folder / "verdicts.json").write_text("[" * 9999, "utf-8")


def _without(folder: Path) -> None:
    (folder / "verdicts.json").unlink()


def _aside(folder: Path) -> None:
    (folder / "run.jsonl").rename(folder / "run.jsonl.quarantined")


def _evidence(folder: Path) -> None:
    for path in (folder / "evidence").iterdir():
        path.write_bytes(path.read_bytes() + b" ")


def _empty(folder: Path) -> None:
    (folder / "run.jsonl").write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_truncated, "run-truncated"),
        (_rewritten, "run-chain"),
        (_improved, "verdicts-differ"),
        (_unreadable, "verdicts-damaged"),
        (_without, "verdicts-missing"),
        (_aside, "run-set-aside"),
        (_evidence, "evidence-damaged"),
        (_empty, "run-empty"),
    ],
)
def test_an_unsound_run_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Any, code: str
) -> None:
    """Truncated, rewritten, improved, incomplete or quarantined: exit code 2, the name of it, and no page."""
    spoil(make(tmp_path / "run", vendors=("alpha", "beta")))
    assert main(["--lang", "ja", "matrix", str(tmp_path / "run"), "--out", str(tmp_path / "out")]) == 2
    assert code in capsys.readouterr().err
    assert not (tmp_path / "out" / "index.html").exists()


def test_a_run_that_was_stopped_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An interrupted run has a footer and is still no result."""
    make(tmp_path / "run", vendors=("alpha",), finish="interrupted")
    assert main(["matrix", str(tmp_path / "run"), "--out", str(tmp_path / "out")]) == 2
    assert "run-unfinished" in capsys.readouterr().err


def test_no_run_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a run folder there is nothing to show."""
    assert main(["matrix"]) == 2
    assert "matrix-no-run" in capsys.readouterr().err
