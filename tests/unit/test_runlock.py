"""The lock of a run folder: one owner alive, and nobody who waits for ever."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from renkei import runlock
from renkei.errors import RunFolderError
from renkei.events import RunStarted
from renkei.runlock import RunLock
from renkei.runlog import RunLog

AT = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
HEADER = RunStarted(
    run="r1",
    started="2026-11-22T00:00:00+00:00",
    plan={"name": "demo"},
    digests={"plan": "1" * 64},
    seed=1,
    profile="smoke",
    edition="2.1",
    language="ja",
    tool="0.1.0",
    targets=(),
)


def same(value: Any) -> Any:
    return value


def test_second_writer_is_refused_and_a_dead_ones_lock_taken_over(tmp_path: Path) -> None:
    """Two runs never share a folder; the lock of a process that is gone does not stand in the way."""
    path = tmp_path / "run.jsonl"
    log = RunLog.create(path, HEADER, redact=same)
    with pytest.raises(RunFolderError, match="run-locked"):
        RunLog.resume(path, redact=same)
    log.close()
    script = (
        "import os, sys; from pathlib import Path; from renkei.runlock import RunLock\n"
        "RunLock(Path(sys.argv[1])); os._exit(9)"
    )
    lock = path.parent / "run.lock"
    subprocess.run([sys.executable, "-c", script, str(lock)], check=False, env={"PYTHONPATH": "src"})
    assert lock.exists()
    again, _ = RunLog.resume(path, redact=same)
    again.close()
    lock.write_text(json.dumps({"pid": os.getpid(), "started": "1", "boot": "other"}))
    again, _ = RunLog.resume(path, redact=same)
    again.close()
    assert not lock.exists()


def test_a_finished_run_keeps_its_folder_until_it_is_told(tmp_path: Path) -> None:
    """Held over its footer, a folder is refused to a second runner until the first lets go; letting go twice does nothing."""
    path = tmp_path / "run.jsonl"
    log = RunLog.create(path, HEADER, redact=same)
    log.finish("interrupted", at=AT, hold=True)
    with pytest.raises(RunFolderError, match="run-locked"):
        RunLog.resume(path, redact=same)
    log.close()
    again, _ = RunLog.resume(path, redact=same)
    log.close()
    with pytest.raises(RunFolderError, match="run-locked"):
        RunLock(tmp_path / "run.lock")
    again.close()
    assert not (tmp_path / "run.lock").exists()


def test_nobody_hangs_over_a_lock_that_somebody_halted_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was halted between looking and writing keeps others out, and does not keep them waiting; releasing ends too."""
    monkeypatch.setattr(runlock, "PATIENCE", 0.1)
    path = tmp_path / "run.lock"
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        with pytest.raises(RunFolderError, match="run-locked"):
            RunLock(path)
    lock = RunLock(path)
    with path.open() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        lock.release()
    assert path.exists()
