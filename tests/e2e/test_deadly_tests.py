"""Tests that kill, hang or starve their own worker: each costs its case, is told as our error, and the rest goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import judged
from running_town import Town
from suite_home import judge_alpha, settle

from renkei.cli import spawn
from renkei.events import WorkerEnded
from renkei.runlog import read_log

# What a target's answer may do to a process at worst, each inside one test.
SUITE = '''
import ctypes, os, signal, time
from renkei.kit import requirement

def good(target, expect):
    answer = target.auth.request_token(scope=target.system.linkages[0].scope)
    expect.status(answer, 200)

@requirement("AU-01")
def test_before(target, expect):
    """Nothing happens."""
    good(target, expect)

@requirement("AU-03")
def test_segfault(target, expect):
    """A library reads where nothing is."""
    ctypes.string_at(0)

@requirement("AU-04")
def test_exit(target, expect):
    """A library ends the process, and says that all is well."""
    os._exit(0)

@requirement("AU-12")
def test_hang(target, expect):
    """Something never comes back."""
    while True:
        time.sleep(1)

@requirement("AU-15")
def test_memory(target, expect):
    """More memory is asked for than there is allowed to be."""
    hoard = [bytearray(1 << 30) for _ in range(64)]
    assert hoard

@requirement("AU-16")
def test_files(target, expect):
    """Files are opened and never closed, then something is asked of the target."""
    hoard = []
    try:
        while True:
            hoard.append(open(os.devnull))
    except OSError:
        target.tools.transport.close()
        good(target, expect)
    finally:
        for one in hoard:
            one.close()

@requirement("AU-18")
def test_deep(target, expect):
    """A recursion without end."""
    def deeper(level):
        return deeper(level + 1)
    deeper(0)

@requirement("AU-19")
def test_killed(target, expect):
    """The system ends the process, as it does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)

@requirement("AU-20")
def test_leave(target, expect):
    """A library raises what ends an interpreter."""
    raise SystemExit(0)

@requirement("AU-21")
def test_lively(target, expect):
    """Every request is answered, and there is always one more."""
    while True:
        good(target, expect)
        time.sleep(0.2)

@requirement("AU-22")
def test_after(target, expect):
    """Nothing happens."""
    good(target, expect)
'''
GOOD = {"AU-01", "AU-22"}
KILLED = {"AU-03", "AU-04", "AU-19"}
LATE = {"AU-12", "AU-21"}
SURVIVED = {"AU-15", "AU-16", "AU-18", "AU-20"}
ALL = GOOD | KILLED | LATE | SURVIVED


@pytest.mark.slow
def test_a_deadly_test_costs_its_own_case(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Segfault, exit, hang, memory, files, recursion, kill and endless liveliness: one harness error each, the rest is judged."""
    settle(tmp_path / "home", SUITE, monkeypatch)
    monkeypatch.setitem(spawn.SILENCE, "smoke", 20.0)
    monkeypatch.setitem(spawn.TEST_SECONDS, "smoke", 30.0)
    folder = tmp_path / "run"
    verdicts = judge_alpha(town, folder, *ALL)
    found = {name.rpartition("/")[2]: row for name, row in judged(folder).items()}
    reasons = {name: (row[0], row[1]) for name, row in found.items()}

    assert set(found) == ALL
    assert {name for name, (outcome, _) in reasons.items() if outcome == "passed"} == GOOD
    assert {name: reasons[name] for name in KILLED} == dict.fromkeys(KILLED, ("harness_error", "worker-died"))
    assert {name: reasons[name] for name in LATE} == dict.fromkeys(LATE, ("harness_error", "worker-deadline"))
    assert {name: reasons[name] for name in SURVIVED} == dict.fromkeys(SURVIVED, ("harness_error", "crashed-test"))
    assert all(row[2] == "harness" for name, row in found.items() if name not in GOOD)
    assert verdicts["verdict"] == "harness_error"

    ends = [event.how for event in read_log(folder / "run.jsonl") if isinstance(event, WorkerEnded)]
    assert sorted(ends) == ["crashed"] * len(KILLED) + ["deadline"] * len(LATE) + ["finished"]
    told = {
        row["requirement"]: row["reason"]
        for row in json.loads((folder / "verdicts.json").read_text())["targets"][0]["results"]
    }
    assert all(told[name] for name in KILLED | LATE | SURVIVED)
