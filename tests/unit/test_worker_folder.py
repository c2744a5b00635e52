"""What a worker leaves behind in the machine's temporary folder, however it ends."""

import sys
import tempfile
from pathlib import Path

import pytest

from renkei.cli.spawn import Assignment, ProcessWorker
from renkei.flow.plan import Plan, Profile
from renkei.pipeline import Job

PLAN = Plan(
    name="p",
    edition="2026-11",
    profile=Profile.SMOKE,
    municipality="131016",
    seed=1,
    language="ja",
    targets=(),
    digest="0" * 64,
)
WORKER = """#!{python}
import os, signal, sys, tempfile
open(tempfile.mkdtemp() + "/copy.csv", "w").write("rows of a target")
open({told!r}, "w").write(tempfile.gettempdir())
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_copies_of_a_killed_worker_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker keeps its temporary files in the folder of its job, which goes when the worker has ended, even if killed."""
    told = tmp_path / "told"
    program = tmp_path / "worker"
    program.write_text(WORKER.format(python=sys.executable, told=str(told)), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    worker = ProcessWorker(
        Assignment(plan_file=tmp_path / "plan.toml", plan=PLAN, run=tmp_path), Job(target="t", cases=())
    )
    assert list(worker.events()) == []
    assert worker.ended()[0] == "crashed"
    folder = Path(told.read_text(encoding="utf-8"))
    assert folder.parent == Path(tempfile.gettempdir())
    assert not folder.exists()
