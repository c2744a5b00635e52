"""What the faults of journeys show besides what they are planted for is announced by their tables, as far as it was seen."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import tree

sys.path.insert(0, str(tree.ROOT / "ci"))
import journeyrate
import searchdigest

from renkei.flow.outcome import FaultOf
from renkei.kit.journey.account import Fault

TABLE: dict[str, Any] = {"name": "a", "system": "036", "catches": ["JN-50"], "also": ["JN-51"]}


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        ({"also": [], "blamed": []}, []),
        ({"also": ["JN-51"], "blamed": []}, []),
        ({"also": ["JN-51", "JN-52"], "blamed": []}, ["JN-52"]),
        ({"also": ["JN-51"], "blamed": ["JN-50 alpha-015"]}, ["JN-50 alpha-015"]),
    ],
)
def test_what_no_table_announces_is_wrong(seen: dict[str, Any], wrong: list[str]) -> None:
    """A requirement beside catches and also, and anybody who is named for another one's defect."""
    assert journeyrate.stray({"journey": seen}, TABLE) == wrong


@pytest.mark.parametrize(
    ("whose", "wrong"),
    [(("beta-036",), ()), (("beta-036", "alpha-015"), ()), (("alpha-015",), ("alpha-015",)), ((), ())],
)
def test_a_finding_names_the_office_with_the_defect(whose: tuple[str, ...], wrong: tuple[str, ...]) -> None:
    """Alone, or with others; a finding that names others only is one against somebody who has nothing to mend."""
    fault = Fault(requirement="JN-50", party=FaultOf.PROVIDER, whose=whose, rule="r", expected="", actual="")

    assert journeyrate.wrongly(fault, "036") == wrong


def test_a_fault_that_shows_more_than_it_announces_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is printed by name; the same fault with nothing beside ends with 0."""

    class Still:
        """A municipality that nobody needs to start."""

        starts = 1

        def __init__(self, **_: Any) -> None:
            """Nothing is opened."""

        def start(self) -> None:
            """Nobody runs."""

        stop = heal = start

    seen = {"found": True, "by": "shuno_taino", "steps": 1, "seconds": 0.1, "requirement": "JN-50", "blamed": []}
    monkeypatch.setattr(journeyrate, "Rig", Still)
    monkeypatch.setattr(journeyrate, "RESULT", tmp_path / "result.json")
    monkeypatch.setattr(journeyrate, "tables", lambda _names: iter([TABLE]))
    arguments = ["--part", "journey", "--town", str(tmp_path)]
    codes = []
    for also in (["JN-51"], ["JN-51", "JN-12"]):
        monkeypatch.setattr(journeyrate, "by_journey", lambda _rig, _table, found=also: {**seen, "also": found})
        codes.append(journeyrate.main(arguments))

    assert codes == [0, 1]
    assert "STRAY JN-12" in capsys.readouterr().out


def test_each_table_announces_what_was_seen() -> None:
    """The committed figures and the tables agree: nothing else was found with a fault, and nobody named without reason."""
    rows = {row["fault"]: row for row in json.loads(journeyrate.RESULT.read_text(encoding="utf-8"))["trials"]}
    tables = list(journeyrate.tables([]))
    unseen = [table["name"] for table in tables if "journey" not in rows.get(table["name"], {})]
    strays = {table["name"]: journeyrate.stray(rows.get(table["name"], {}), table) for table in tables}

    assert unseen == []
    assert {name: found for name, found in strays.items() if found} == {}


def test_a_search_is_told_by_what_it_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A better comment leaves it the same; another number does not, and neither does another length of an example."""
    module = tmp_path / "search.py"
    monkeypatch.setattr(searchdigest, "SEARCH", (module,))
    told = []
    for text in ('"""A."""\nREST = 13\n', '"""B."""\n# Why.\nREST = 13\n', '"""A."""\nREST = 14\n'):
        module.write_text(text, encoding="utf-8")
        told.append(searchdigest.search(40))

    assert told[0] == told[1] != told[2] != searchdigest.search(41)


@pytest.mark.parametrize(("legal", "fault", "quiet"), [(3, None, True), (3, "f", False), (99, None, False)])
def test_what_was_found_is_played_without_the_fault_in_a_month_in_which_it_can(
    monkeypatch: pytest.MonkeyPatch, legal: int, fault: str | None, quiet: bool
) -> None:
    """Each time in the morning, a month later where it is not legal; never legal is no proof, and neither is any fault."""
    began: list[float] = []

    class Town:
        """A town where only time passes."""

        virtual = 3600.0

        def wait(self, seconds: float) -> None:
            """It passes at once."""
            self.virtual += seconds

        def carry(self) -> None:
            """Nothing is carried."""

        def settle(self) -> None:
            """Nothing is under way."""

    class Still:
        """A trial in which nothing happens."""

        def __init__(self, town: Town) -> None:
            began.append(town.virtual / journeyrate.DAY)
            self.fault = fault

        def leave(self) -> None:
            """Nothing is left behind."""

    monkeypatch.setattr(journeyrate, "Trial", Still)
    monkeypatch.setattr(journeyrate, "tried", lambda _trial, _sequence: len(began) == legal)
    rig, found = SimpleNamespace(town=Town()), SimpleNamespace(sequence=())

    assert journeyrate.is_quiet(cast(Any, rig), cast(Any, found)) is quiet
    assert began[:3] == [1.0, 31.0, 61.0]
    assert len(began) == min(legal, journeyrate.MONTHS)
