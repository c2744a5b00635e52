"""One writer to a run folder: a lock file that names its owner by process id, process start and boot id."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

from renkei.errors import RunFolderError

# Looking and writing take no longer than one write to the disk.
PATIENCE = 5.0
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class RunLock:
    """Held from construction to ``release``; a second owner is refused, a dead owner's lock is taken over.

    The lock is the content of the file. The advisory lock on it only makes looking and writing one step, so a child
    process that inherits the descriptor does not keep a dead run locked. Who was halted within that step is waited for a
    moment and then taken at its word: nobody hangs because somebody else does.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = _identity(os.getpid())
        self._held = False
        self._acquire()

    def _acquire(self) -> None:
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                free = _flock(descriptor)
                if not _same_file(descriptor, self._path):
                    continue
                owner = _read(descriptor)
                if not free or _alive(owner):
                    raise RunFolderError("run-locked", folder=str(self._path.parent), pid=owner.get("pid", "?"))
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, json.dumps(self._own).encode(), 0)
                os.fsync(descriptor)
                self._held = True
                return
            finally:
                os.close(descriptor)

    def release(self) -> None:
        """Give the lock back, once; does nothing when it is no longer this process's."""
        if not self._held:
            return
        self._held = False
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            # Where another process is halted over it the file stays, with an owner that will not be alive.
            if _flock(descriptor) and _read(descriptor) == self._own and _same_file(descriptor, self._path):
                self._path.unlink()
        finally:
            os.close(descriptor)


def _flock(descriptor: int) -> bool:
    """Whether the advisory lock was to be had within ``PATIENCE`` seconds."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        else:
            return True


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _read(descriptor: int) -> dict[str, Any]:
    try:
        value = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _identity(pid: int) -> dict[str, Any]:
    boot = _BOOT.read_text().strip() if _BOOT.exists() else ""
    return {"pid": pid, "started": _started(pid), "boot": boot}


def _started(pid: int) -> str:
    """The start time of a process in clock ticks since boot, which tells it from a later one of the same number."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def _alive(owner: dict[str, Any]) -> bool:
    pid = owner.get("pid")
    if not isinstance(pid, int) or pid <= 0 or owner != _identity(pid):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
