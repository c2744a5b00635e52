"""A place of files, whatever storage holds it: listed and fetched within caps and deadlines, read only."""

from __future__ import annotations

import itertools
import re
import shutil
import tempfile
import urllib.parse
from collections.abc import Callable, Mapping, Set
from pathlib import Path
from typing import BinaryIO, Protocol

from renkei.errors import PlanError, TargetBlocked
from renkei.ports import FileEntry

MAX_ENTRIES = 20_000
DEADLINE = 60.0
SUFFIX = re.compile(r"(?:\.[A-Za-z0-9]{1,8}){0,2}\Z")


class Store(Protocol):
    """One kind of storage. Every failure is a ``TargetBlocked``; nothing takes longer than ``deadline`` seconds."""

    def entries(self, below: str, *, known: Set[str], most: int, deadline: float) -> list[FileEntry]:
        """Files below that folder but those ``known``; whoever finds more than ``most`` need not look on."""

    def copy(self, name: str, sink: BinaryIO, *, limit: int, deadline: float) -> bool:
        """Write the file into ``sink``; False, and nothing more written, when it is over ``limit`` bytes."""


class StoragePlace:
    """Fulfils ``ports.Place`` over one store."""

    def __init__(self, url: str, store: Store, *, deadline: float = DEADLINE, most: int = MAX_ENTRIES) -> None:
        self._url = url
        self._store = store
        self._deadline = deadline
        self._most = most
        self._folder: Path | None = None
        self._serial = itertools.count(1)

    def entries(self, below: str, *, known: Set[str] = frozenset()) -> tuple[FileEntry, ...]:
        """Every file below that folder ("" for the whole place) but those ``known``, sorted by name."""
        found = self._store.entries(self._checked(below), known=known, most=self._most, deadline=self._deadline)
        if len(found) > self._most:
            raise TargetBlocked("place-too-many-files", url=self._url, limit=self._most)
        return tuple(sorted(found, key=lambda entry: entry.name))

    def fetch(self, name: str, *, limit: int) -> Path:
        """A fresh local copy of the file under a name of our own."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="renkei-place-"))
        suffix = SUFFIX.search(name)
        copy = self._folder / f"{next(self._serial):06d}{suffix.group() if suffix else ''}"
        with copy.open("xb") as sink:
            whole = self._store.copy(self._checked(name), sink, limit=limit, deadline=self._deadline)
        if not whole:
            copy.unlink()
            raise TargetBlocked("place-file-too-large", url=self._url, file=name, limit=limit)
        return copy

    def close(self) -> None:
        """Remove the local copies."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _checked(self, name: str) -> str:
        parts = name.split("/") if name else []
        if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
            raise TargetBlocked("place-odd-name", url=self._url, file=name)
        return name


def open_place(
    url: str, options: Mapping[str, str], *, deadline: float = DEADLINE, most: int = MAX_ENTRIES
) -> StoragePlace:
    """The place of a ``file://``, ``s3://`` or ``sftp://`` URL; ``options`` hold the resolved secrets.

    Nothing is contacted yet. Raises PlanError for another scheme, an unknown or missing option, or a library that is
    not installed. Settings of the environment and of home folders are never used.
    """
    parts = urllib.parse.urlsplit(url)
    makers: dict[str, Callable[[urllib.parse.SplitResult, Mapping[str, str]], Store]] = {
        "file": _folder_store,
        "s3": _bucket_store,
        "sftp": _sftp_store,
    }
    if "@" in parts.netloc:
        raise PlanError("place-url-credentials", host=parts.hostname)
    if parts.scheme not in makers:
        raise PlanError("place-scheme-unknown", url=url, schemes=", ".join(makers))
    return StoragePlace(url, makers[parts.scheme](parts, options), deadline=deadline, most=most)


def _folder_store(parts: urllib.parse.SplitResult, options: Mapping[str, str]) -> Store:
    from renkei.adapters.fsspec.folder import local_store

    _only(options, required=(), optional=())
    return local_store(parts.geturl(), urllib.parse.unquote(parts.path))


def _bucket_store(parts: urllib.parse.SplitResult, options: Mapping[str, str]) -> Store:
    from renkei.adapters.fsspec.bucket import BucketStore

    _only(options, required=("key", "secret", "endpoint_url"), optional=("token", "region", "ca_file"))
    return BucketStore(parts.geturl(), parts.netloc, urllib.parse.unquote(parts.path).strip("/"), options)


def _sftp_store(parts: urllib.parse.SplitResult, options: Mapping[str, str]) -> Store:
    from renkei.adapters.fsspec.sftp import sftp_store

    _only(options, required=("username", "host_key"), optional=("password", "key_file"))
    return sftp_store(parts, options)


def _only(options: Mapping[str, str], *, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
    for name in options:
        if name not in required and name not in optional:
            known = ", ".join((*required, *optional)) or "-"
            raise PlanError("place-option-unknown", option=name, known=known)
    for name in required:
        if not options.get(name):
            raise PlanError("place-option-missing", option=name)
