"""The run log ``run.jsonl``: append-only, hash-chained JSON Lines, the one source of every report and verdict.

A line is one event in canonical JSON with ``seq`` (0, 1, …) and ``prev``, the SHA-256 of the bytes of the line before
(zeros in the first). The first line is the header and names the schema; the last one, the footer, counts the events
before it and carries ``self``, the SHA-256 of the footer without that member. Without a footer a run is truncated.

A line is written by one ``write`` call after the redactor has seen it. ``fsync`` follows the header, every finished
test, every finding and the footer: what was judged survives a power cut, what was only seen may not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from renkei.errors import HarnessError, RunFolderError
from renkei.events import NAMES, Event, FindingMade, RunFinished, RunStarted, TestFinished, parse, redacted, to_json
from renkei.flow.exchange import canonical
from renkei.runlock import RunLock

Redact = Callable[[Any], Any]

LOG_NAME = "run.jsonl"
LOCK_NAME = "run.lock"
SCHEMA = "renkei.runlog/1"
ZEROS = "0" * 64
FINISHED = "finished"
MAX_LINE = 8 * 1024 * 1024
MAX_TEXT = 64 * 1024
_DECODER = json.JSONDecoder()
_SYNCED = (RunStarted, TestFinished, FindingMade, RunFinished)


class RunLog:
    """The only writer of a run log. Usable from several threads; ``append`` returns when the line is in the file."""

    def __init__(self, path: Path, lock: RunLock, descriptor: int, redact: Redact) -> None:
        self._path = path
        self._lock = lock
        self._descriptor = descriptor
        self._redact = redact
        self._turn = threading.Lock()
        self._prev = ZEROS
        self._counts: Counter[str] = Counter()
        self._open = True

    @classmethod
    def create(cls, path: Path, header: RunStarted, *, redact: Redact) -> RunLog:
        """A new log with its header written; refuses a folder with a log (``run-exists``) or a writer."""
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = RunLock(path.parent / LOCK_NAME)
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            log = cls(path, lock, os.open(path, flags, 0o644), redact)
        except FileExistsError as error:
            lock.release()
            raise RunFolderError("run-exists", folder=str(path.parent)) from error
        try:
            log._write(header)
            _sync_folder(path.parent)
        except BaseException:  # also an interrupt: nobody is left with the folder locked
            log.close()
            raise
        return log

    @classmethod
    def resume(cls, path: Path, *, redact: Redact) -> tuple[RunLog, tuple[Event, ...]]:
        """The unfinished log, open for more, with its events.

        A torn last line, or the footer of a run that was interrupted, is cut off first.
        """
        lock = RunLock(path.parent / LOCK_NAME)
        try:
            partial = _without_footer(read_partial(path), path)
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        except BaseException:  # also an interrupt: nobody is left with the folder locked
            lock.release()
            raise
        os.ftruncate(descriptor, partial.size)
        log = cls(path, lock, descriptor, redact)
        log._prev = partial.prev
        log._counts.update(NAMES[type(event)] for event in partial.events)
        return log, partial.events

    def append(self, event: Event) -> None:
        """Write one event; after a failed write the log takes no more and can never get its footer."""
        if isinstance(event, RunStarted | RunFinished):
            raise HarnessError("run-log-order", event=NAMES[type(event)])
        self._write(event)

    handle = append

    def finish(self, state: str, *, at: dt.datetime | None = None, hold: bool = False) -> RunFinished:
        """Write the footer and close; ``state`` is ``finished`` or how the run ended instead.

        With ``hold`` the folder stays this process's until ``close``: what the run amounts to is still to be written.
        """
        moment = at or dt.datetime.now(dt.UTC)
        footer = RunFinished(finished=moment.isoformat(timespec="seconds"), state=state, counts=dict(self._counts))
        self._write(footer)
        self._shut()
        if not hold:
            self._lock.release()
        return footer

    def close(self) -> None:
        """Let go of file and folder; a run without a footer stays unfinished and can be resumed."""
        self._shut()
        self._lock.release()

    def _shut(self) -> None:
        with self._turn:
            if self._open:
                self._open = False
                os.close(self._descriptor)

    def _write(self, event: Event) -> None:
        value: dict[str, Any] = _cut(redacted(to_json(event), self._redact))
        with self._turn:
            if not self._open:
                raise HarnessError("run-log-closed", path=str(self._path))
            line = self._line(event, value)
            try:
                written = os.write(self._descriptor, line)
                if written == len(line) and isinstance(event, _SYNCED):
                    os.fsync(self._descriptor)
            except OSError as error:
                self._fail(error.strerror or str(error), error)
            if written != len(line):
                self._fail(f"{written} of {len(line)} bytes written", None)
            self._prev = hashlib.sha256(line).hexdigest()
            self._counts[NAMES[type(event)]] += 1

    def _line(self, event: Event, value: dict[str, Any]) -> bytes:
        try:
            parse(value)
        except ValueError as error:
            raise HarnessError("run-log-unreadable", event=NAMES[type(event)], why=str(error)) from error
        framed = {**value, "seq": self._counts.total(), "prev": self._prev}
        if isinstance(event, RunStarted):
            framed["schema"] = SCHEMA
        if isinstance(event, RunFinished):
            framed["self"] = hashlib.sha256(canonical(framed)).hexdigest()
        return canonical(framed) + b"\n"

    def _fail(self, why: str, cause: OSError | None) -> None:
        self._open = False
        os.close(self._descriptor)
        self._lock.release()
        raise HarnessError("run-log-unwritable", path=str(self._path), why=why) from cause


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]}…[{len(value) - MAX_TEXT} more]"
    if isinstance(value, Mapping):
        return {name: _cut(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(item) for item in value]
    return value


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """What a log holds so far: ``condition`` is ``sealed`` (it has its footer), ``no-footer`` or ``torn-line``.

    ``size`` is where the whole lines end; ``prev`` is the digest of the last line that is no footer.
    """

    events: tuple[Event, ...]
    condition: str
    size: int
    prev: str
    footer_size: int = 0


def read_log(path: Path) -> Iterator[Event]:
    """The events of a finished, undamaged log; raises RunFolderError before the first event otherwise."""
    reader = _Reader(path)
    reader.read()
    if reader.torn:
        raise reader.error("run-torn")
    if reader.footer is None:
        raise reader.error("run-truncated")
    return iter(reader.events)


def read_header(path: Path) -> RunStarted:
    """The first line of a log, checked like every line; nothing is said of the lines after it."""
    reader = _Reader(path)
    reader.read(most=1)
    header = reader.events[0]
    if not isinstance(header, RunStarted):
        raise reader.error("run-header")
    return header


def unwritten(path: Path) -> bool:
    """Whether a log was cut off before its first line was whole, so that no run has begun in it."""
    with path.open("rb") as stream:
        return b"\n" not in stream.read(MAX_LINE)


def read_partial(path: Path) -> Partial:
    """The events of a log that may lack its footer or end in one torn line; all else is refused as in ``read_log``."""
    reader = _Reader(path)
    reader.read()
    return Partial(
        events=tuple(reader.events),
        condition="torn-line" if reader.torn else "sealed" if reader.footer else "no-footer",
        size=reader.size,
        prev=reader.before_footer if reader.footer else reader.prev,
        footer_size=reader.footer_size,
    )


def _without_footer(partial: Partial, path: Path) -> Partial:
    last = partial.events[-1]
    if not isinstance(last, RunFinished):
        return partial
    if last.state == FINISHED:
        raise RunFolderError("run-finished-already", folder=str(path.parent))
    return replace(partial, events=partial.events[:-1], size=partial.size - partial.footer_size)


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.events: list[Event] = []
        self.footer: RunFinished | None = None
        self.footer_size = 0
        self.before_footer = ZEROS
        self.torn = False
        self.prev = ZEROS
        self.size = 0
        self.counts: Counter[str] = Counter()

    def error(self, code: str, **values: Any) -> RunFolderError:
        return RunFolderError(code, path=str(self.path), line=len(self.events) + 1, **values)

    def read(self, most: int = sys.maxsize) -> None:
        try:
            with self.path.open("rb") as stream:
                self._lines(stream, most)
        except OSError as error:
            raise RunFolderError("run-missing", path=str(self.path), why=error.strerror or "") from error
        if not self.events:
            raise self.error("run-empty")

    def _lines(self, stream: BinaryIO, most: int) -> None:
        while len(self.events) < most and (line := stream.readline(MAX_LINE + 1)):
            if self.footer is not None:
                raise self.error("run-after-footer")
            if not line.endswith(b"\n"):
                if len(line) > MAX_LINE:
                    raise self.error("run-damaged", why="line too long")
                self.torn = True
                return
            self._take(line)

    def _take(self, line: bytes) -> None:
        value = self._value(line)
        schema = value.pop("schema", None)
        if not self.events and schema != SCHEMA:
            raise self.error("run-schema", schema=str(schema)[:80], known=SCHEMA)
        if value.pop("seq", None) != len(self.events):
            raise self.error("run-sequence")
        if value.pop("prev", None) != self.prev:
            raise self.error("run-chain")
        own = value.pop("self", None)
        try:
            event = parse(value)
        except ValueError as error:
            raise self.error("run-damaged", why=str(error)[:200]) from error
        if isinstance(event, RunStarted) != (not self.events) or (schema is not None) != (not self.events):
            raise self.error("run-header")
        if isinstance(event, RunFinished):
            self._check_footer(event, line, own)
        elif own is not None:
            raise self.error("run-damaged", why="self")
        self.prev = hashlib.sha256(line).hexdigest()
        self.size += len(line)
        self.counts[NAMES[type(event)]] += 1
        self.events.append(event)

    def _value(self, line: bytes) -> dict[str, Any]:
        try:
            value, _ = _DECODER.raw_decode(line.decode())  # what may come after it is not in the one form
            same = canonical(value) + b"\n" == line
        except (ValueError, RecursionError) as error:
            raise self.error("run-damaged", why=type(error).__name__) from error
        if not same or not isinstance(value, dict):
            raise self.error("run-damaged", why="not canonical")
        return value

    def _check_footer(self, footer: RunFinished, line: bytes, own: str | None) -> None:
        value = json.loads(line)
        value.pop("self", None)
        if own != hashlib.sha256(canonical(value)).hexdigest():
            raise self.error("run-damaged", why="self")
        if dict(footer.counts) != dict(self.counts):
            raise self.error("run-counts")
        self.footer = footer
        self.footer_size = len(line)
        self.before_footer = self.prev
