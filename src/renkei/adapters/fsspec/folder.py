"""Places that are trees of folders (local disks, SFTP servers) behind a blocking fsspec file system."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import queue
import time
from collections.abc import Callable, Iterable, Iterator, Set
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from fsspec.exceptions import BlocksizeMismatchError, FSTimeoutError
from fsspec.implementations.local import LocalFileSystem

from renkei.adapters.fsspec.crew import Crew
from renkei.errors import TargetBlocked
from renkei.ports import FileEntry

CHUNK = 1 << 20
MAX_DEPTH = 16
Result = TypeVar("Result")

# The first match counts; "place-absent" of a file asked for by name becomes "place-file-absent".
CODES: tuple[tuple[type[BaseException], str], ...] = (
    (FSTimeoutError, "place-deadline"),
    (TimeoutError, "place-deadline"),
    (FileNotFoundError, "place-absent"),
    (NotADirectoryError, "place-absent"),
    (PermissionError, "place-refused"),
    (ConnectionError, "place-unreachable"),
    (BlocksizeMismatchError, "place-unreadable"),
    (EOFError, "place-unreachable"),
    (OSError, "place-unreadable"),
    (ValueError, "place-unreadable"),
)


def blocked(error: BaseException, url: str, name: str = "") -> TargetBlocked:
    """The diagnosis for an exception of fsspec or of the operating system."""
    code = next((code for kind, code in CODES if isinstance(error, kind)), "place-unreadable")
    if isinstance(error, TargetBlocked):
        return error
    if name and code == "place-absent":
        code = "place-file-absent"
    return TargetBlocked(code, url=url, file=name, reason=type(error).__name__)


class TreeStore:
    """A tree below ``root``. Links and special files are refused by name, so nothing outside is ever read.

    ``connect`` opens the file system on first use. Calls run in a thread that is left behind when it is late: a
    blocking file system cannot be interrupted. ``names`` lists what a folder holds where that is cheaper than to ask about
    each file: a place of many days is looked at every few minutes.
    """

    def __init__(
        self,
        url: str,
        root: str,
        connect: Callable[[], Any],
        *,
        names: Callable[[str], list[str]] | None = None,
    ) -> None:
        self._url = url
        self._root = root.rstrip("/") or "/"
        self._connect = connect
        self._names = names
        self._fs: Any = None
        self._crew = Crew()

    def entries(self, below: str, *, known: Set[str], most: int, deadline: float) -> list[FileEntry]:
        """Walk the folder, breadth first, until there are too many."""
        return self._within(deadline, "", lambda until: self._walk(below, known, most, until))

    def copy(self, name: str, sink: BinaryIO, *, limit: int, deadline: float) -> bool:
        """Read the file piece by piece."""
        return self._within(deadline, name, lambda until: self._read(name, sink, limit, until))

    def _within(self, deadline: float, name: str, work: Callable[[float], Result]) -> Result:
        until = time.monotonic() + deadline
        answers: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

        def run() -> None:
            try:
                if self._fs is None:
                    self._fs = self._connect()
                answers.put((work(until), None))
            except Exception as error:  # noqa: BLE001 - handed to the caller's thread, which knows every kind
                answers.put((None, error))

        self._crew.start(run)
        try:
            result, error = answers.get(timeout=deadline)
        except queue.Empty:
            raise TargetBlocked("place-deadline", url=self._url, file=name, reason=f"{deadline:g} s") from None
        if error is not None:
            raise blocked(error, self._url, name) from error
        return result  # type: ignore[no-any-return]  # the queue holds what work() gave

    def _walk(self, below: str, known: Set[str], most: int, until: float) -> list[FileEntry]:
        if self._kind("") != "directory":
            raise TargetBlocked("place-absent", url=self._url, file="", reason="NotADirectoryError")
        found: list[FileEntry] = []
        folders = [below]
        while folders:
            folder = folders.pop()
            for info in self._list(folder, known, whole=folder == below):
                name = self._name(info["name"])
                if info["type"] == "directory" and not info.get("islink") and name.count("/") < MAX_DEPTH:
                    folders.append(name)
                elif info["type"] == "file" and not info.get("islink"):
                    found.append(FileEntry(name=name, size=int(info["size"]), modified=_seconds(info["mtime"])))
                else:
                    raise TargetBlocked("place-odd-entry", url=self._url, file=name)
            if len(found) > most:
                return found
            _check(until)
        return found

    def _list(self, folder: str, known: Set[str], *, whole: bool) -> list[dict[str, Any]]:
        try:
            self._no_links(folder)
            if known and self._names is not None:
                below = f"{folder}/" if folder else ""
                paths = [f"{below}{name}" for name in self._names(self._path(folder))]
                return list(self._fresh(path for path in paths if path not in known))
            infos = self._fs.ls(self._path(folder), detail=True)
            return [info for info in infos if self._name(info["name"]) not in known]
        except FileNotFoundError:
            if whole:
                return []
            raise

    def _fresh(self, names: Iterable[str]) -> Iterator[dict[str, Any]]:
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # gone since it was listed
                yield self._fs.info(self._path(name))

    def _read(self, name: str, sink: BinaryIO, limit: int, until: float) -> bool:
        self._no_links(name)
        if not name or self._kind(name) != "file":
            raise TargetBlocked("place-odd-entry", url=self._url, file=name)
        left = limit
        with self._fs.open(self._path(name), "rb") as source:
            while data := source.read(min(CHUNK, left + 1)):
                left -= len(data)
                if left < 0:
                    return False
                sink.write(data)
                _check(until)
        return True

    def _no_links(self, name: str) -> None:
        parts = name.split("/") if name else []
        for count in range(1, len(parts) + 1):
            info = self._fs.info(self._path("/".join(parts[:count])))
            if info.get("islink") or info["type"] == "link":
                raise TargetBlocked("place-odd-entry", url=self._url, file=name)

    def _kind(self, name: str) -> str:
        return str(self._fs.info(self._path(name))["type"])

    def _name(self, path: object) -> str:
        return str(path)[len(self._root.rstrip("/")) + 1 :]

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}" if name else self._root


def local_store(url: str, path: str) -> TreeStore:
    """The store of a folder on this machine; the folder itself may be reached through links."""
    return TreeStore(
        url, str(Path(path).resolve()), lambda: LocalFileSystem(skip_instance_cache=True), names=os.listdir
    )


def _seconds(when: Any) -> float:
    return when.timestamp() if isinstance(when, dt.datetime) else float(when)


def _check(until: float) -> None:
    if time.monotonic() > until:
        raise TimeoutError
