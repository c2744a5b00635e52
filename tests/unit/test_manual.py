"""Orders to a person: shown at the terminal, answered, refused, or too late."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from renkei.cli.manual import Attendant, Desk
from renkei.errors import TargetBlocked
from renkei.flow.facade import Action, Order

ORDER = Order(linkage="001o006", action=Action.IMPORT, location="file:///inbox/a")


def desk(run: Path) -> Desk:
    return Desk(run, "ja", lambda: None)


@pytest.mark.parametrize(("line", "done"), [("\n", True), ("n\n", False), ("", False)])
def test_a_person_answers_an_order(tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, done: bool) -> None:
    """The order is shown in Japanese with its place; Enter means done, n or the end of the input that it cannot be."""
    with Attendant(tmp_path, "ja", lambda: line):
        said = desk(tmp_path)(ORDER, 10.0)

    shown = capsys.readouterr().err
    assert said is done
    assert "001o006" in shown and "file:///inbox/a" in shown and "操作のお願い" in shown


def test_an_order_that_nobody_answers_ends_at_its_deadline(tmp_path: Path) -> None:
    """Without an answer the order is an obstacle after its time."""
    with pytest.raises(TargetBlocked) as caught:
        desk(tmp_path)(ORDER, 0.5)

    assert caught.value.code == "manual-deadline"


def test_orders_of_an_earlier_run_are_not_asked_again(tmp_path: Path) -> None:
    """A resumed run shows new orders only."""
    (tmp_path / "manual").mkdir()
    (tmp_path / "manual" / "0001.txt").write_text("old", encoding="utf-8")
    asked: list[str] = []
    begun = threading.Event()

    def read() -> str:
        asked.append("x")
        begun.set()
        return "\n"

    with Attendant(tmp_path, "en", read):
        threading.Event().wait(0.5)
        assert desk(tmp_path)(ORDER, 10.0)

    assert begun.is_set() and len(asked) == 1
    assert not (tmp_path / "manual" / "0001.done").exists()
