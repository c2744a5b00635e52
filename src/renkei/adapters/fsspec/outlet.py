"""The place that the harness owns and a consumer reads from: files appear whole or not at all."""

from __future__ import annotations

import contextlib
import shutil
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from renkei.errors import PlanError, TargetBlocked


class FolderOutlet:
    """A folder on this machine, or one that both sides have mounted."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._root = Path(urllib.parse.unquote(urllib.parse.urlsplit(url).path))

    def url(self, below: str) -> str:
        """The address of a folder below the place."""
        return f"{self._url.rstrip('/')}/{below}"

    def write(self, name: str, content: bytes) -> None:
        """One file; it gets its name when it is complete."""
        path = self._root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            making = path.with_name(f".{path.name}.making")
            making.write_bytes(content)
            making.rename(path)
        except OSError as error:
            raise _unwritable(self._url, name, error) from error

    def remove(self, below: str) -> None:
        """A folder with all that is in it. Files that stay would be taken for new ones, and their reader be blamed."""
        try:
            shutil.rmtree(self._root / below, onerror=_unless_gone)
        except OSError as error:
            raise _unwritable(self._url, below, error) from error


class StorageOutlet:
    """A bucket or an SFTP server, through fsspec; ``connect`` opens the file system with the plan's options only.

    ``folders``: a server with folders, which are made before files are, and with files that grow under their reader's
    eyes, so that they get their names when they are complete. A bucket has neither, and the library would make the bucket.
    """

    def __init__(self, url: str, root: str, connect: Callable[[], Any], *, folders: bool) -> None:
        self._url = url
        self._root = root.rstrip("/")
        self._connect = connect
        self._folders = folders
        self._opened: Any = None

    def url(self, below: str) -> str:
        """The address of a folder below the place."""
        return f"{self._url.rstrip('/')}/{below}"

    def write(self, name: str, content: bytes) -> None:
        """One file; it gets its name when it is complete."""
        path = f"{self._root}/{name}"
        try:
            files = self._files()
            if self._folders:
                parent, _, own = path.rpartition("/")
                files.makedirs(parent, exist_ok=True)
                making = f"{parent}/.{own}.making"
                files.pipe_file(making, content)
                files.mv(making, path)
            else:
                files.pipe_file(path, content)
        except Exception as error:  # the storage libraries raise kinds of their own without a common base
            raise _unwritable(self._url, name, error) from error

    def remove(self, below: str) -> None:
        """A folder with all that is in it. Files that stay would be taken for new ones, and their reader be blamed."""
        folder = f"{self._root}/{below}"
        try:
            files = self._files()
            with contextlib.suppress(FileNotFoundError):
                files.rm(folder, recursive=True)
            # A bucket that keeps an object says so in an answer that the library does not look at.
            left = files.find(folder)
        except Exception as error:  # the storage libraries raise kinds of their own without a common base
            raise _unwritable(self._url, below, error) from error
        if left:
            raise _unwritable(self._url, below, FileExistsError())

    def _files(self) -> Any:
        if self._opened is None:
            self._opened = self._connect()
        return self._opened


def open_outlet(url: str, options: Mapping[str, str]) -> FolderOutlet | StorageOutlet:
    """The outlet of a ``file://``, ``s3://`` or ``sftp://`` URL; ``options`` hold the resolved secrets."""
    parts = urllib.parse.urlsplit(url)
    path = urllib.parse.unquote(parts.path)
    if parts.scheme == "file":
        return FolderOutlet(url)
    if parts.scheme == "s3":
        from renkei.adapters.fsspec.bucket import BucketStore

        store = BucketStore(url, parts.netloc, path.strip("/"), options)
        return StorageOutlet(url, f"{parts.netloc}{path}", store.files, folders=False)
    if parts.scheme == "sftp":
        from renkei.adapters.fsspec.sftp import sftp_files

        return StorageOutlet(url, path, lambda: sftp_files(parts, options), folders=True)
    raise PlanError("place-scheme-unknown", url=url, schemes="file, s3, sftp")


def _unless_gone(_call: object, _path: str, caught: tuple[type[BaseException], BaseException, object]) -> None:
    """What is not there needs no removing, even when its reader took it away just now; the rest is still removed."""
    if not isinstance(caught[1], FileNotFoundError):
        raise caught[1]


def _unwritable(url: str, name: str, error: Exception) -> TargetBlocked:
    return TargetBlocked("inbox-unwritable", url=url, file=name, reason=type(error).__name__)
