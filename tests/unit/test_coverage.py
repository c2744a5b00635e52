"""Linkages × requirements × tests: what the coverage counts, what it calls a gap, and how it is shown."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import jsonschema_rs
import pytest

from renkei.adapters.folder.bundle import read_files
from renkei.cli.main import main
from renkei.flow.requirement import Basis, Role
from renkei.tables.coverage import Coverage, Source, cover
from renkei.tables.edition import assemble
from renkei.tables.outline import read_outline
from renkei.textwidth import width

FILES = read_files(Path(__file__).parents[2] / "contracts")
FULL = assemble(FILES)
WANTED = ("TR-01", "AU-01", "AU-30", "FL-01", "FL-22", "FD-12")
BUNDLE = replace(FULL, requirements=tuple(item for item in FULL.requirements if item.id in WANTED))
ENTRIES = tuple(
    replace(entry, operations=()) for entry in read_outline(FILES) if entry.number in ("L01", "L20", "L26", "L104")
)


@dataclass(frozen=True)
class Test:
    """A test that judges some requirements, on some linkages or (none named) on all."""

    __test__ = False

    id: str
    requirements: tuple[str, ...]
    linkages: tuple[str, ...] = ()

    def judges(self, requirement_id: str, linkage_id: str) -> bool:
        """As a test of the suites does."""
        return requirement_id in self.requirements and (not self.linkages or linkage_id in self.linkages)


def covered(*tests: Test, **faults: tuple[str, ...]) -> Coverage:
    """The coverage of three numbers, one of them outside, by these tests and by requirement the faults that prove them."""
    proven = {name.replace("_", "-"): found for name, found in faults.items()}
    return cover(ENTRIES, [Source(bundle=BUNDLE, tests=tests, faults=proven)])


ALL = Test("a.py::all", ("TR-01", "AU-01", "FL-01", "FD-12"))


def test_a_number_is_summed_up_over_what_carries_it() -> None:
    """A number counts the different requirements of its data sets, for REST those of the token service as well."""
    found = covered(ALL, TR_01=("x",), AU_01=("x", "y"), FL_01=("z",))
    lines = {line.entry.number: line for line in found.lines}

    assert lines["L01"].carriers == ("001o006",)
    assert lines["L26"].carriers == ("oauth", "jutogaishaatenabangofuban")
    assert lines["L104"].asked == lines["L01"].asked
    assert sum(lines["L01"].asked.values()) == 2
    assert lines["L26"].asked[Basis.AMBIGUOUS] == 1
    assert lines["L26"].judged == {Role.PROVIDER: 3}
    assert (lines["L26"].tests, lines["L26"].faults) == (1, 2)
    assert lines["L20"].carriers == ()


def test_each_gap_is_named_with_its_reason() -> None:
    """What cannot be tested, what has no test or no fault, what nothing carries and which side is not asked anything."""
    found = covered(Test("a.py::one", ("FL-01", "AU-01"), ("001o006", "oauth")), AU_01=("x",))
    gaps = {(gap.kind, gap.subject): gap for gap in found.gaps}

    assert gaps["untested", "FL-22"].reason("ja").endswith("。")
    assert "001o006" not in gaps["no-test", "FL-01"].places
    assert "001o005" in gaps["no-test", "FL-01"].places
    assert gaps["no-fault", "FL-01"].places == ("001o006",)
    assert ("no-fault", "AU-01") not in gaps
    assert ("no-fault", "FD-12") not in gaps
    assert gaps["outside", "L20"].reason("en")
    assert gaps["no-role", "consumer"].places == ("L01", "L26", "L104")
    assert ("no-test", "FL-01") in {(gap.kind, gap.subject) for gap in found.unexplained}
    assert ("untested", "FL-22") not in {(gap.kind, gap.subject) for gap in found.unexplained}


def test_a_pair_and_a_consumer_are_asked_as_in_a_plan() -> None:
    """Requirements of consumers and of pairs count for a linkage that has both, each under its role.

    Those of journeys are of life events, and of no linkage.
    """
    wanted = {item.id for item in FULL.requirements if item.role in (Role.CONSUMER, Role.PAIR)}
    bundle = replace(FULL, requirements=tuple(item for item in FULL.requirements if item.id in wanted))
    test = Test("a.py::all", tuple(wanted))
    [line] = cover(ENTRIES[:1], [Source(bundle=bundle, tests=[test], faults={})]).lines

    assert line.judged.keys() == {item.role for item in bundle.requirements}


def test_a_number_counts_the_gaps_of_its_own_data_sets() -> None:
    """A requirement without a test on one data set is a gap of the numbers which that data set carries, and of no other."""
    found = covered(Test("a.py::one", ("FL-01",), ("001o006",)), FL_01=("x",))
    gaps = {line.entry.number: line.gaps for line in found.lines}

    assert gaps["L01"] == 1
    assert gaps["L104"] == 2


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_table_is_in_line(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every number has its line, and the columns of figures end at the same place whatever the width of the letters."""
    code = main(["requirements", "--coverage", "--lang", language])
    out = capsys.readouterr().out.splitlines()
    table = out[: out.index("")]

    assert code in (0, 1)
    assert [line.split()[0] for line in table[1:]] == [entry.number for entry in read_outline(FILES)]
    starts = {width(line.partition(" → ")[0].rpartition("  ")[0]) for line in table[1:]}
    assert len(starts) == 1


def test_the_data_follow_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` holds every number, what is asked of each data set by which tests, and the gaps; bare ones decide the exit."""
    code = main(["requirements", "--coverage", "--json"])
    data = json.loads(capsys.readouterr().out)
    schema = (resources.files("renkei") / "schemas" / "requirements-1.json").read_text("utf-8")

    jsonschema_rs.validator_for(json.loads(schema)).validate(data)
    asked = {one["linkage"]: one for one in data["coverage"]["asked"]}
    bare = [gap for gap in data["coverage"]["gaps"] if not (gap["reason_ja"] and gap["reason_en"])]
    assert data["coverage"]["counts"]["unexplained"] == len(bare)
    assert code == bool(bare)
    assert {gap["kind"] for gap in bare} <= {"no-test", "no-fault"}
    assert {name for line in data["coverage"]["linkages"] for name in line["linkages"]} <= set(asked)


def test_a_gap_without_a_reason_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with 1 when something is missing and nobody says why."""
    bare = covered(Test("a.py::one", ("FL-01",)))
    monkeypatch.setattr("renkei.cli.requirements.coverage", lambda *_: bare)

    assert main(["requirements", "--coverage", "--lang", "ja"]) == 1
    assert "試験がまだありません" in capsys.readouterr().out
