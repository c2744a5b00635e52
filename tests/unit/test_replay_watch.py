"""Whoever plays something again is told now and then how far it is."""

from __future__ import annotations

import pytest

from renkei.catalogue import Catalogue
from renkei.cli.replay import EVERY, Watch


def test_until_the_first_step_is_done_it_says_what_takes_so_long(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody reads for a minute that nothing is done."""
    times = iter((0.0, 20.0))

    Watch(words=Catalogue("en"), steps=6, now=lambda: next(times)).far(0)

    assert capsys.readouterr().err == "  20 s: handing on what was written before, then doing the first step\n"


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (6, ["  20 s: 2 of 6 steps done", "  31 s: 3 of 6 steps done"]),
        (0, ["  20 s: still checking", "  31 s: still checking"]),
    ],
)
def test_it_says_how_far_it_is_and_not_too_often(
    capsys: pytest.CaptureFixture[str], steps: int, told: list[str]
) -> None:
    """What is over soon says nothing; a sequence says how many of its steps are done."""
    times = iter((0.0, EVERY - 1, 20.0, 25.0, 31.0))
    watch = Watch(words=Catalogue("en"), steps=steps, now=lambda: next(times))

    for done in (1, 2, 2, 3):
        watch.far(done)

    printed = capsys.readouterr()
    assert (printed.out, printed.err.splitlines()) == ("", told)
