"""Runs that end badly: killed, stopped, cut off. Nothing finished is lost, and no such run looks like a success."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import judged, renkei, rows, run, started, verdict_of, verdicts
from running_town import Run, Town

from renkei.events import RunFinished, TestFinished, TestStarted, WorkerEnded
from renkei.runlog import read_log, read_partial

PATIENCE = 60.0
# Quick cases, then one that waits for a token to end: long enough to be met in it.
ONLY = ("AU-01", "AU-04", "AU-05", "AU-06", "TR-05", "AU-07")
SELECTED = [word for name in ONLY for word in ("--only", name)]


def below(pid: int) -> list[int]:
    """The processes that this one started."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in path.read_text().split()]
    return found


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(what: str, holds: object) -> None:
    """Wait for something that is about to be so."""
    end = time.monotonic() + PATIENCE
    while not holds():  # type: ignore[operator]  # a callable
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.02)


def events(folder: Path) -> list[object]:
    """What the log holds so far."""
    try:
        return list(read_partial(folder / "run.jsonl").events)
    except Exception:  # noqa: BLE001 - not there yet, or a line is just being written
        return []


def waiting(folder: Path) -> bool:
    """Whether the run is inside the long test, with some tests done before."""
    seen = events(folder)
    done = {(e.case, e.test) for e in seen if isinstance(e, TestFinished)}
    begun = [e for e in seen if isinstance(e, TestStarted) and (e.case, e.test) not in done]
    return bool(done) and any("AU-07" in e.case for e in begun)


@pytest.fixture
def running(town: Town, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A run in the middle of its long test."""
    folder = tmp_path / "run"
    process = started(
        "run", town.plan_for("alpha", systems=("031",)), "--out", folder, "--no-report", "--workers", 1, *SELECTED
    )
    try:
        until("the long test", lambda: waiting(folder) or process.poll() is not None)
        assert process.poll() is None, process.communicate()[0]
        yield process, folder
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def whole(town: Town) -> Run:
    """The same run, left alone."""
    plan, folder = town.plan_for("alpha", systems=("031",)), town.folder / "run-whole"
    return Run(ended=run(plan, folder, *SELECTED), folder=folder, plan=plan)


def test_a_dead_worker_costs_one_test(running: tuple[subprocess.Popen[str], Path]) -> None:
    """A worker killed in a test: that case is our error, the others are judged, exit 4, the log is whole."""
    process, folder = running
    (worker,) = below(process.pid)
    os.kill(worker, signal.SIGKILL)
    said = process.communicate(timeout=PATIENCE)[0]
    outcomes = [row["outcome"] for row in rows(folder) if row["outcome"] != "not_applicable"]

    assert process.returncode == 4, said
    assert outcomes.count("harness_error") == 1
    assert set(outcomes) == {"passed", "harness_error"}
    assert [e.how for e in read_log(folder / "run.jsonl") if isinstance(e, WorkerEnded)] == ["crashed", "finished"]
    assert verdict_of(folder) == {"alpha-031": "harness_error"}


@pytest.mark.parametrize(
    ("number", "code", "state"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_stopped_run_says_so_and_can_be_resumed(
    running: tuple[subprocess.Popen[str], Path], number: int, code: int, state: str, whole: Run, tmp_path: Path
) -> None:
    """The log gets a footer with the state, the exit code names the signal, no certificate; resumed it is as if nothing was."""
    process, folder = running
    workers = below(process.pid)
    process.send_signal(number)
    said = process.communicate(timeout=PATIENCE)[0]
    finished = [(e.case, e.test) for e in read_log(folder / "run.jsonl") if isinstance(e, TestFinished)]
    last = list(read_log(folder / "run.jsonl"))[-1]

    assert process.returncode == code, said
    assert "Traceback" not in said
    assert isinstance(last, RunFinished)
    assert last.state == state
    assert verdicts(folder)["finished"] is False
    assert not [row for row in rows(folder) if row["outcome"] == "harness_error"]
    assert not [pid for pid in workers if alive(pid)]
    assert "[run-interrupted]" in certify(folder, tmp_path).err

    resumed = run(whole.plan, folder, "--resume")
    again = [(e.case, e.test) for e in read_log(folder / "run.jsonl") if isinstance(e, TestFinished)]

    assert resumed.code == 0, resumed.said
    assert judged(folder) == judged(whole.folder)
    assert again[: len(finished)] == finished
    assert len(again) == len(set(again)), "a finished test was run twice"
    assert certify(folder, tmp_path).code in (0, 1)


def deaf(pid: int, number: int) -> bool:
    """Whether a process has given up its own handling of a signal, or is gone."""
    try:
        caught = next(
            line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigCgt")
        )
    except (OSError, StopIteration):
        return True
    return not int(caught.split()[1], 16) >> (number - 1) & 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_second_signal_ends_a_run_at_once(
    running: tuple[subprocess.Popen[str], Path], number: int, code: int, whole: Run, tmp_path: Path
) -> None:
    """Nobody waits after the second signal: no worker is left, nothing is certified, and the run can be resumed."""
    process, folder = running
    workers = below(process.pid)
    process.send_signal(number)
    until("the first signal to be heard", lambda: deaf(process.pid, number))
    process.send_signal(number)
    said = process.communicate(timeout=PATIENCE)[0]
    until("the end of its workers", lambda: not [pid for pid in workers if alive(pid)])

    # Killed by the signal itself, which a shell shows as 128 + its number; or it had just come to its orderly end.
    assert process.returncode in (-number, code), said
    assert "Traceback" not in said
    assert certify(folder, tmp_path).code == 2

    resumed = run(whole.plan, folder, "--resume")
    assert resumed.code == 0, resumed.said
    assert judged(folder) == judged(whole.folder)


def test_a_killed_demo_leaves_nobody_behind(tmp_path: Path) -> None:
    """SIGKILL of the demo is the end of its mock vendors and of its workers, too."""
    process = started("demo", "--out", tmp_path / "demo")
    try:
        until("vendors and workers", lambda: len(below(process.pid)) > 3 or process.poll() is not None)
        children = below(process.pid)
        assert children
    finally:
        process.kill()
        said = process.communicate()[0]
    assert process.returncode == -signal.SIGKILL, said
    until("the end of what it started", lambda: not [pid for pid in children if alive(pid)])


def certify(folder: Path, keys: Path) -> object:
    """Try to certify that folder."""
    if not (keys / "key.pem").exists():
        renkei("certify", "--new-key", keys / "key.pem")
    return renkei("certify", folder, "--key", keys / "key.pem")


def test_a_killed_run_is_refused_and_can_be_resumed(
    running: tuple[subprocess.Popen[str], Path], whole: Run, tmp_path: Path
) -> None:
    """SIGKILL leaves a log without footer: its worker ends too, no certificate is made, and the run can be resumed."""
    process, folder = running
    workers = below(process.pid)
    process.kill()
    process.communicate(timeout=PATIENCE)
    until("the end of its workers", lambda: not [pid for pid in workers if alive(pid)])

    refused = certify(folder, tmp_path)
    assert refused.code == 2
    assert "[run-truncated]" in refused.err or "[run-torn]" in refused.err
    assert not (folder / "verdicts.json").exists()

    resumed = run(whole.plan, folder, "--resume")
    assert resumed.code == 0, resumed.said
    assert judged(folder) == judged(whole.folder)


def test_a_torn_log_is_refused(whole: Run, tmp_path: Path) -> None:
    """A log that was cut in the middle of a line, or whose footer is gone, is refused by name and replays nothing."""
    text = (whole.folder / "run.jsonl").read_bytes()
    for name, cut, code in (
        ("torn", text[:-40], "run-torn"),
        ("short", text[: text[:-1].rfind(b"\n") + 1], "run-truncated"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "run.jsonl").write_bytes(cut)
        assert f"[{code}]" in certify(folder, tmp_path).err
        assert renkei("replay", folder, "F-0000000000").code == 2


def test_a_finished_run_is_not_resumed(whole: Run) -> None:
    """What is finished stays as it is: exit 2."""
    before = (whole.folder / "run.jsonl").read_bytes()
    ended = run(whole.plan, whole.folder, "--resume")

    assert ended.code == 2
    assert "[run-finished-already]" in ended.err
    assert (whole.folder / "run.jsonl").read_bytes() == before


def test_another_plan_cannot_take_a_run_over(whole: Run, town: Town, tmp_path: Path) -> None:
    """Resuming with another seed or another plan is refused, and the log is left as it was."""
    text = (whole.folder / "run.jsonl").read_bytes()
    cut = text[: text[:-1].rfind(b"\n") + 1]
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.jsonl").write_bytes(cut)
    other = town.plan_for("alpha", systems=("031",), language="en")
    for plan, more in ((whole.plan, ("--seed", "9")), (other, ()), (whole.plan, ("--only", "AU-05"))):
        ended = run(plan, tmp_path / "run", "--resume", *more)
        assert ended.code == 2
        assert "[resume-differs]" in ended.err
        assert (tmp_path / "run" / "run.jsonl").read_bytes() == cut


def test_nothing_to_resume_is_a_diagnosis(whole: Run, tmp_path: Path) -> None:
    """Without a folder, or with one that holds no run, there is nothing to go on with: exit 2."""
    assert "[resume-no-folder]" in renkei("run", whole.plan, "--resume").err
    assert "[run-missing]" in run(whole.plan, tmp_path / "none", "--resume").err
