"""One program, started without a shell: its words, what it may read, how long it may take, how much it may say."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass

from renkei.errors import TargetBlocked
from renkei.flow.plan import CommandAccess
from renkei.neutral import neutral

MOST = 8 << 20
SHOWN = 200
# Of our own environment it gets these; secrets of the plan are among the others.
PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a program that ended with 0 wrote to its standard output."""

    output: bytes


def run_program(access: CommandAccess, words: Mapping[str, str], data: bytes) -> Said:
    """Run it with ``{name}`` of its words filled in and ``data`` on its standard input.

    Whatever is in a value stays inside of its word. The program and all it started are ended at the deadline, and when it
    says more than 8 MiB. Raises TargetBlocked for that, for an exit code other than 0, and for a program that is not there.
    """
    argv = [_filled(word, words) for word in access.argv]
    until = time.monotonic() + access.seconds
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: os.environ[name] for name in PASSED if name in os.environ},
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise TargetBlocked("command-not-started", program=_shown(argv[0]), reason=type(error).__name__) from error
    try:
        output, errors = _talked(process, data, until, access, argv[0])
        code = process.wait(timeout=max(0.0, until - time.monotonic()) + 1.0)
    except subprocess.TimeoutExpired as error:
        raise TargetBlocked("command-deadline", program=_shown(argv[0]), seconds=access.seconds) from error
    finally:
        _end(process)
    if code != 0:
        said = _shown((errors or output).decode("utf-8", "replace").strip()[-SHOWN:])
        raise TargetBlocked("command-failed", program=_shown(argv[0]), exit=code, said=said)
    return Said(output=bytes(output))


def _filled(word: str, words: Mapping[str, str]) -> str:
    for name, value in words.items():
        word = word.replace("{" + name + "}", value)
    return word


def _talked(
    process: subprocess.Popen[bytes], data: bytes, until: float, access: CommandAccess, program: str
) -> tuple[bytearray, bytearray]:
    """Feed it and read what it says, both at once, until it closes its outputs."""
    output, errors = bytearray(), bytearray()
    left = memoryview(data)
    with selectors.DefaultSelector() as ready:
        for stream, kept in ((process.stdout, output), (process.stderr, errors)):
            if stream:
                os.set_blocking(stream.fileno(), False)
                ready.register(stream, selectors.EVENT_READ, kept)
        if process.stdin:
            os.set_blocking(process.stdin.fileno(), False)
            ready.register(process.stdin, selectors.EVENT_WRITE)
        while ready.get_map():
            wait = until - time.monotonic()
            if wait <= 0:
                raise TargetBlocked("command-deadline", program=_shown(program), seconds=access.seconds)
            for key, _ in ready.select(min(wait, 1.0)):
                if key.data is None:
                    left = _written(key.fd, left)
                    if not left:
                        ready.unregister(key.fileobj)
                        with contextlib.suppress(OSError):
                            process.stdin.close() if process.stdin else None
                elif chunk := os.read(key.fd, 1 << 16):
                    key.data.extend(chunk)
                    if len(key.data) > MOST:
                        raise TargetBlocked("command-too-much", program=_shown(program), limit=MOST)
                else:
                    ready.unregister(key.fileobj)
    return output, errors


def _written(descriptor: int, left: memoryview) -> memoryview:
    try:
        return left[os.write(descriptor, left[: 1 << 16]) :] if left else left
    except BlockingIOError:
        return left
    except OSError:  # it does not want to know: that is its own affair
        return left[len(left) :]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing that it started outlives it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            with contextlib.suppress(OSError):
                stream.close()


def _shown(text: str) -> str:
    return neutral(text)[:SHOWN]
