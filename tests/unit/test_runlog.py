"""The run log: what is written is what is read, and nothing less, more or other ever is."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from renkei import events
from renkei.errors import HarnessError, RunFolderError
from renkei.events import ExchangeSeen, FindingMade, RunStarted
from renkei.flow.finding import Finding
from renkei.flow.outcome import FaultOf, Outcome
from renkei.runlog import RunLog, read_header, read_log, read_partial

AT = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
HEADER = RunStarted(
    run="r1",
    started="2026-11-22T00:00:00+00:00",
    plan={"name": "demo"},
    digests={"plan": "1" * 64, "contracts": "2" * 64},
    seed=1,
    profile="smoke",
    edition="2.1",
    language="ja",
    tool="0.1.0",
    targets=({"id": "alpha-031", "vendor": "alpha"},),
)


def same(value: Any) -> Any:
    return value


def finding(where: str = "body") -> FindingMade:
    made = Finding(
        target="alpha-031",
        role="provider",
        linkage="fuban",
        requirement="SC-01",
        rule="wrong-status",
        expected="200",
        actual="500",
        where=where,
        fault_of=FaultOf.PROVIDER,
        test="t",
        evidence=("3" * 64,),
    )
    return FindingMade(case="c", finding=made)


def some_events(count: int) -> list[events.Event]:
    made: list[events.Event] = []
    for number in range(count):
        made.append(events.TestStarted(case=f"c{number}", test="t"))
        made.append(
            events.TestFinished(case=f"c{number}", test="t", outcome=Outcome.PASSED, assertions=1, seconds=0.25)
        )
    return [*made, finding()]


def write(path: Path, inner: list[events.Event], state: str = "finished") -> bytes:
    log = RunLog.create(path, HEADER, redact=same)
    for event in inner:
        log.append(event)
    log.finish(state, at=AT)
    return path.read_bytes()


def refused(path: Path) -> str:
    try:
        read_log(path)
    except RunFolderError as error:
        return error.code
    return "accepted"


def test_events_come_back_equal(tmp_path: Path) -> None:
    """What is read back equals what was written, in order, between header and footer."""
    path = tmp_path / "run.jsonl"
    inner = some_events(3)
    write(path, inner)
    header, *middle, footer = read_log(path)
    assert header == HEADER
    assert middle == inner
    assert isinstance(footer, events.RunFinished)
    assert footer.counts == {"run-started": 1, "test-started": 3, "test-finished": 3, "finding": 1}


def test_same_events_give_same_bytes(tmp_path: Path) -> None:
    """The log is a function of its events."""
    assert write(tmp_path / "a" / "run.jsonl", some_events(3)) == write(tmp_path / "b" / "run.jsonl", some_events(3))


def test_header_names_schema_and_starts_chain(tmp_path: Path) -> None:
    """The first line carries the schema, sequence 0 and a chain of zeros."""
    first = json.loads(write(tmp_path / "run.jsonl", []).splitlines()[0])
    assert (first["schema"], first["seq"], first["prev"]) == ("renkei.runlog/1", 0, "0" * 64)


def test_every_byte_flipped_is_noticed(tmp_path: Path) -> None:
    """No change of any single byte of a small log is accepted."""
    path = tmp_path / "run.jsonl"
    data = write(path, [events.TestStarted(case="c", test="t")])
    chance = random.Random(1)
    for place in range(len(data)):
        with path.open("r+b") as stream:
            stream.seek(place)
            stream.write(bytes([data[place] ^ chance.randrange(1, 256)]))
        assert refused(path).startswith("run-")
        with path.open("r+b") as stream:
            stream.seek(place)
            stream.write(data[place : place + 1])


def test_sampled_bytes_flipped_in_a_large_log_are_noticed(tmp_path: Path) -> None:
    """No change of a byte anywhere in a large log is accepted (sampled)."""
    path = tmp_path / "run.jsonl"
    data = write(path, some_events(500))
    chance = random.Random(2)
    for place in chance.sample(range(len(data)), 30):
        path.write_bytes(data[:place] + bytes([data[place] ^ chance.randrange(1, 256)]) + data[place + 1 :])
        assert refused(path).startswith("run-")


def test_cut_at_every_byte_is_noticed(tmp_path: Path) -> None:
    """A log cut at any byte of its last 4 KiB is refused as truncated or torn, and read partially without loss."""
    path = tmp_path / "run.jsonl"
    inner: list[events.Event] = [finding("x" * 1200), *some_events(1), finding("y" * 1200)]
    data = write(path, inner)
    for size in range(len(data) - 1, max(len(data) - 4096, 700), -1):
        os.truncate(path, size)
        whole = data[:size].endswith(b"\n")
        assert refused(path) == ("run-truncated" if whole else "run-torn")
        if whole or size % 500 == 0:
            partial = read_partial(path)
            assert partial.condition == ("no-footer" if whole else "torn-line")
            assert list(partial.events) == [HEADER, *inner][: data[:size].count(b"\n")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda lines: lines[:2] + lines[3:], "run-sequence"),
        (lambda lines: [*lines[:2], lines[2], *lines[2:]], "run-sequence"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "run-sequence"),
        (lambda lines: [lines[0], *lines], "run-sequence"),
        (lambda lines: [*lines, lines[-1]], "run-after-footer"),
        (lambda lines: lines[:-1], "run-truncated"),
        (lambda lines: lines[1:], "run-schema"),
        (lambda lines: [], "run-empty"),
        (lambda lines: [*lines, b"\n"], "run-after-footer"),
        (lambda lines: [lines[0].replace(b"runlog/1", b"runlog/2"), *lines[1:]], "run-schema"),
        (lambda lines: [lines[0], lines[1].replace(b'"c0"', b'"c9"'), *lines[2:]], "run-chain"),
        (lambda lines: [lines[0], lines[1].replace(b'"case"', b'"case":"c0","case"'), *lines[2:]], "run-damaged"),
        (lambda lines: [b"[" * 5000 + b"\n"], "run-damaged"),
    ],
)
def test_changed_lines_are_refused_by_name(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], code: str
) -> None:
    """Deleted, doubled, reordered, replaced and foreign lines each have their own diagnosis."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"".join(change(write(path, some_events(2)).splitlines(keepends=True))))
    assert refused(path) == code


def test_a_relinked_log_with_wrong_counts_is_refused(tmp_path: Path) -> None:
    """A footer whose counts do not match is refused even when chain and digests are right."""
    path = tmp_path / "run.jsonl"
    log = RunLog.create(path, HEADER, redact=same)
    log.append(finding())
    log._counts["finding"] -= 1
    log._counts["observed"] += 1
    log.finish("finished", at=AT)
    assert refused(path) == "run-counts"


def test_a_second_header_is_refused(tmp_path: Path) -> None:
    """A header in the middle is refused even when it continues the chain."""
    path = tmp_path / "run.jsonl"
    log = RunLog.create(path, HEADER, redact=same)
    log._write(HEADER)
    log.finish("finished", at=AT)
    assert refused(path) == "run-header"


def test_the_header_is_told_without_the_lines_after_it(tmp_path: Path) -> None:
    """Asked for the header alone, a log gives it whatever comes after it, and what is no header is refused."""
    path = tmp_path / "run.jsonl"
    first, *rest = write(path, some_events(2)).splitlines(keepends=True)
    assert read_header(path) == HEADER
    path.write_bytes(first + b"{}\n")
    assert read_header(path) == HEADER
    for data, code in ((b"", "run-empty"), (first[:-1], "run-empty"), (rest[0], "run-schema"), (b"x\n", "run-damaged")):
        path.write_bytes(data)
        with pytest.raises(RunFolderError, match=code):
            read_header(path)


def test_missing_log_is_refused(tmp_path: Path) -> None:
    """A folder without a log is refused by name."""
    assert refused(tmp_path / "run.jsonl") == "run-missing"


def test_redactor_sees_every_line_before_it_is_written(tmp_path: Path) -> None:
    """No secret passes, not even as a part of a text; digests that tie files together stay whole."""
    path = tmp_path / "run.jsonl"

    def redact(value: Any) -> Any:
        return json.loads(json.dumps(value).replace("s3cret", "[…]").replace("333", "***"))

    log = RunLog.create(path, HEADER, redact=redact)
    log.append(finding(where="header s3cret"))
    log.append(ExchangeSeen(case="c", test="t", digest="3" * 64, summary="GET /s3cret", kept=True))
    log.finish("finished", at=AT)
    text = path.read_text()
    assert "s3cret" not in text
    assert text.count("3" * 64) == 2
    assert len(list(read_log(path))) == 4


def test_odd_characters_survive(tmp_path: Path) -> None:
    """Surrogate halves, variation selectors and control characters are read back as one stable form."""
    path = tmp_path / "run.jsonl"
    write(path, [finding(where="\ud800 葛\U000e0100 \x1b\x00 \ud83d\ude00")])
    made = next(event for event in read_log(path) if isinstance(event, FindingMade))
    assert made.finding.where == "\ud800 葛\U000e0100 \x1b\x00 \U0001f600"


def test_long_texts_are_cut_with_a_mark(tmp_path: Path) -> None:
    """A target cannot blow a line up."""
    path = tmp_path / "run.jsonl"
    assert len(write(path, [finding(where="x" * 10_000_000)])) < 100_000
    assert "more]" in path.read_text()


def test_a_log_is_never_overwritten(tmp_path: Path) -> None:
    """A new run refuses the folder of an old one and leaves no lock behind."""
    path = tmp_path / "run.jsonl"
    data = write(path, [])
    with pytest.raises(RunFolderError, match="run-exists"):
        RunLog.create(path, HEADER, redact=same)
    assert path.read_bytes() == data
    assert not (tmp_path / "run.lock").exists()


@pytest.mark.parametrize("cut", [0, 1, 40])
def test_resumed_log_equals_an_uninterrupted_one(tmp_path: Path, cut: int) -> None:
    """After a torn line is cut off and written again, the bytes are those of a run without interruption."""
    inner = some_events(3)
    whole = write(tmp_path / "whole" / "run.jsonl", inner)
    path = tmp_path / "broken" / "run.jsonl"
    log = RunLog.create(path, HEADER, redact=same)
    for event in inner[:4]:
        log.append(event)
    log.close()
    if cut:
        path.write_bytes(path.read_bytes()[:-cut])
    log, done = RunLog.resume(path, redact=same)
    for event in inner[len(done) - 1 :]:
        log.append(event)
    log.finish("finished", at=AT)
    assert path.read_bytes() == whole


def test_an_interrupted_run_can_be_resumed_and_a_finished_one_cannot(tmp_path: Path) -> None:
    """The footer of an interrupted run gives way to more events; that of a finished run is final."""
    path = tmp_path / "run.jsonl"
    inner = some_events(2)
    write(path, inner[:2], state="interrupted")
    log, done = RunLog.resume(path, redact=same)
    assert list(done) == [HEADER, *inner[:2]]
    for event in inner[2:]:
        log.append(event)
    log.finish("finished", at=AT)
    assert path.read_bytes() == write(tmp_path / "whole" / "run.jsonl", inner)
    with pytest.raises(RunFolderError, match="run-finished-already"):
        RunLog.resume(path, redact=same)


@pytest.mark.parametrize("failing", range(1, 6))
def test_a_failed_write_never_becomes_a_finished_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """When the Nth write hits a full disk, the writer says so, takes no more, and the log is refused."""
    path = tmp_path / "run.jsonl"
    real, calls = os.write, [0]

    def full(descriptor: int, data: bytes) -> int:
        calls[0] += 1
        if calls[0] == failing:
            real(descriptor, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(HarnessError, match="run-log-unwritable"):
        write(path, some_events(1))
    assert refused(path) in ("run-torn", "run-empty")
    assert not (tmp_path / "run.lock").exists()


def test_an_event_that_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    """A redactor that breaks the shape of an event is caught before the log is spoilt."""
    path = tmp_path / "run.jsonl"
    broken = {"on": False}

    def redact(value: Any) -> Any:
        return [value] if broken["on"] else value

    log = RunLog.create(path, HEADER, redact=redact)
    broken["on"] = True
    with pytest.raises(HarnessError, match="run-log-unreadable"):
        log.append(events.TestFinished(case="c", test="t", outcome=Outcome.PASSED))
    broken["on"] = False
    log.finish("finished", at=AT)
    assert [type(event).__name__ for event in read_log(path)] == ["RunStarted", "RunFinished"]


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import test_runlog as t
log = t.RunLog.create(Path(sys.argv[1]), t.HEADER, redact=t.same)
for number, event in enumerate(t.some_events(100_000)):
    log.append(event)
    print(number, flush=True)
"""


@pytest.mark.parametrize("after", [1, 7, 40, 200, 333])
def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path, after: int) -> None:
    """After SIGKILL every acknowledged event is read back in order, the log is refused as a whole run, and goes on."""
    path = tmp_path / "run.jsonl"
    command = [sys.executable, "-c", WRITER, str(path), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": "src"}) as writer:
        assert writer.stdout
        for _ in range(after):
            writer.stdout.readline()
        writer.kill()
        acknowledged = after + len(writer.stdout.read().splitlines())
    assert refused(path) in ("run-truncated", "run-torn")
    log, done = RunLog.resume(path, redact=same)
    assert len(done) - 1 >= acknowledged
    assert list(done[1:]) == some_events(acknowledged)[: len(done) - 1]
    log.finish("finished", at=AT)
    assert len(list(read_log(path))) == len(done) + 1


def test_footer_and_header_only_at_their_ends(tmp_path: Path) -> None:
    """A caller cannot append a second header or a footer of its own."""
    log = RunLog.create(tmp_path / "run.jsonl", HEADER, redact=same)
    with pytest.raises(HarnessError, match="run-log-order"):
        log.append(HEADER)
    log.finish("finished", at=AT)
    with pytest.raises(HarnessError, match="run-log-closed"):
        log.append(finding())
