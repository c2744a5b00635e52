"""Who told whom is a table: offices by the first telling, one column a telling, lines from the teller to whom it reached."""

from __future__ import annotations

from typing import Any

from renkei.catalogue import Catalogue
from renkei.web.tellings import tellings

WORDS = Catalogue("ja")


class Names:
    """Targets under their own ids."""

    def parts(self, target: str) -> tuple[str, str]:
        """Vendor and system."""
        vendor, _, system = target.partition("-")
        return vendor, system

    def name(self, target: str) -> str:
        """The id."""
        return target


def step(*told: tuple[str, str, str], state: str = "done", whose: tuple[str, ...] = ()) -> dict[str, Any]:
    """One step in which that was told."""
    return {"told": [list(one) for one in told], "state": state, "whose": list(whose)}


def drawn(*steps: dict[str, Any]) -> Any:
    """The picture of these steps."""
    return tellings(steps, Names(), WORDS)


def test_offices_come_in_the_order_of_the_first_telling() -> None:
    """Whoever took no part in a life event has no row; who only has something to mend comes last."""
    found = drawn(
        step(("a-001", "b-019", "x"), ("a-001", "a-002", "x")),
        step(("c-010", "a-001", "y")),
        step(state="broken", whose=("z-036",)),
    )

    assert [one.system for one in found.offices] == ["001", "019", "002", "010", "036"]
    assert [one.bad for one in found.offices] == [False, False, False, False, True]


def test_a_telling_is_one_column_whatever_its_linkages() -> None:
    """A step has a column for each office that told others; several linkages of one teller are one line."""
    found = drawn(step(("a", "b", "x"), ("a", "b", "y"), ("b", "c", "z")), step(), step(("a", "c", "x")))

    assert [(head.number, head.tellings) for head in found.heads] == [(1, 2), (3, 1)]
    assert [number for number, _ in found.words] == [1, 1, 3]
    assert "x y" in found.words[0][1]


def test_a_line_leads_from_the_teller_to_everybody_that_it_told() -> None:
    """It passes those between by, and ends at the outermost; arrows point away from the teller."""
    found = drawn(step(("a", "b", "x"), ("a", "c", "x"), ("a", "d", "x")), step(("c", "a", "y"), ("c", "d", "y")))

    first, second = ([office.cells[at] for office in found.offices] for at in (0, 1))
    assert [one.line for one in first] == ["down", "through", "through", "up"]
    assert [one.part for one in second] == ["taker", "", "teller", "taker"]
    assert [one.line for one in second] == ["down", "through", "through", "up"]
    assert [one.upward for one in second if one.part == "taker"] == [True, False]


def test_what_is_wrong_is_marked_where_and_whose_it_is_and_said_in_words() -> None:
    """A step that went wrong without a telling has a column of its own; its office is marked there, nobody else."""
    found = drawn(step(("a", "b", "x")), step(state="broken", whose=("b",)), step(("b", "a", "y"), state="done"))

    assert [(head.number, head.state) for head in found.heads] == [(1, ""), (2, "broken"), (3, "")]
    assert found.heads[1].word == "おかしい"
    assert [[cell.state for cell in office.cells] for office in found.offices] == [["", "", ""], ["", "broken", ""]]
    assert found.offices[1].cells[1].words == "おかしい" and not found.offices[0].cells[1].line


def test_nothing_is_drawn_where_nobody_told_anybody() -> None:
    """A life event that stopped before anything was told has no picture."""
    assert drawn(step(), step(state="broken", whose=("a",))) is None
