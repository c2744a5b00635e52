"""Answers about doses: handed on by 032 under the 宛名番号, recorded by 019 once, and nobody's where they were not converted."""

from collections.abc import Callable
from pathlib import Path

import pytest
from office_hall import Hall
from office_pack import write

from mocks.gyomu.clerk.inquiry import read, written
from mocks.gyomu.ledger import Refused

SYSTEMS = ("001", "019", "032")
DOSE = {"wakuchinshurui": "01", "sesshukaisu": "1", "sesshunengappi": "2026-03-01"}
Make = Callable[..., Hall]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Opens the offices: make(*faults)."""
    pack = write(tmp_path / "town", systems=SYSTEMS)
    return lambda *faults: Hall(pack, tmp_path / "place", *faults, systems=SYSTEMS)


def test_a_dose_that_is_answered_twice_is_recorded_once(make: Make) -> None:
    """032 tells each answer; 019 records the dose as one before moving in."""
    hall = make()
    child = hall.move_in("2024-05-05")["atenabango"]
    hall.carry()
    for kind in ("1", "1", "2"):
        hall.do("032", "vaccination-answer", atenabango=child, henkankekka=kind, **DOSE)
    hall.carry()

    (kept,) = hall.history("019o930", atenabango=child)
    assert {name: kept[name] for name in DOSE} == DOSE
    assert (kept["tennyumaesesshufuragu"], len(hall.own("032o902", atenabango=child))) == ("1", 2)


@pytest.mark.parametrize(("fault", "kept"), [("", 0), ("unconverted_answer_told", 1)])
def test_an_answer_that_could_not_be_converted_is_nobodys(make: Make, fault: str, kept: int) -> None:
    """032 hands on neither number nor answer, and 019 records nothing; the defect gives it to who was asked for."""
    hall = make(*filter(None, [fault]))
    child = hall.move_in("2024-05-05")["atenabango"]
    hall.carry()
    row = hall.do("032", "vaccination-answer", atenabango=child, henkankekka="2", rottobango="AB-1", **DOSE)
    hall.carry()

    assert bool(row["atenabango"] or row["kaitokomokuchi"]) == bool(kept)
    assert [one["rottobango"] for one in hall.history("019o930", atenabango=child)] == ["AB-1"] * kept
    assert hall.office("019").aside == []


@pytest.mark.parametrize("lot", ["AB-1", ""])
def test_a_dose_is_read_as_it_was_written(lot: str) -> None:
    """Full-width, as items of type Ｎ are; without a lot it is shorter."""
    dose = {**DOSE, **({"rottobango": lot} if lot else {})}

    assert written(dose).isascii() is False
    assert read(written(dose)) == dose


def test_what_is_no_dose_is_refused() -> None:
    """The amount of an income, for instance."""
    with pytest.raises(Refused):
        read("４８８４０８")
