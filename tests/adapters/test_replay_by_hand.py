"""A finding of what people did is looked for again by asking whoever is at the terminal now."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sample_journeys import bundle, make

from renkei.cli import replay
from renkei.cli.manual import FOLDER, Attendant
from renkei.events import Event, TestFinished
from renkei.flow.outcome import Outcome
from renkei.flow.plan import Journeys


class Worker:
    """A worker that gives one order and waits for its answer."""

    told: dict[str, Any]

    def __init__(self, assignment: Any, job: Any) -> None:
        self.assignment, self.job = assignment, job

    def events(self) -> Iterator[Event]:
        """The end of the test, once somebody answered, or at once when nobody is there."""
        answer = ""
        if self.assignment.attended:
            folder = self.assignment.run / FOLDER
            folder.mkdir()
            (folder / "0001.txt").write_text("押してください\n", encoding="utf-8")
            until = time.monotonic() + 20
            while not (folder / "0001.done").is_file() and time.monotonic() < until:
                time.sleep(0.01)
            answer = (folder / "0001.done").read_text("utf-8")
        self.told |= {"answer": answer, "attended": self.assignment.attended}
        outcome = Outcome.PASSED if answer else Outcome.BLOCKED
        yield TestFinished(
            case=self.job.cases[0].key, test="t", outcome=outcome, reason="" if answer else "needs-a-person"
        )

    def ended(self) -> None:
        """Nothing to end."""


@pytest.mark.parametrize(("attended", "code"), [(True, 0), (False, 3)])
def test_a_replay_asks_whoever_is_at_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attended: bool, code: int
) -> None:
    """With somebody there the order is shown and answered; with nobody it is blocked, and never taken for a pass."""
    run = make(tmp_path, stories=("shien",))
    finding = next(one for result in run.results for one in result.findings)
    (tmp_path / "plan.toml").write_text("")
    plan = SimpleNamespace(pairs=(), targets=(), journeys=Journeys(targets=(), only=()), language="ja")
    told: dict[str, Any] = {}
    monkeypatch.setattr(Worker, "told", told, raising=False)
    monkeypatch.setattr(replay.wiring, "open_plan", lambda *_, **__: (plan, bundle()))
    monkeypatch.setattr(replay, "is_attended", lambda _plan: attended)
    monkeypatch.setattr(replay, "ProcessWorker", Worker)
    monkeypatch.setattr(
        replay, "Attendant", lambda folder, language: Attendant(folder, language, read=lambda: "y\n", by="山田")
    )

    ended = replay.run(argparse.Namespace(run=tmp_path, finding=finding.id, target=None, plan=None, lang="ja"))

    assert (ended, told["attended"]) == (code, attended)
    assert ("山田" in told["answer"]) is attended
