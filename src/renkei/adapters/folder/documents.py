"""A foreign document's folder on disk: regular files below it, opened without following any link, and within limits."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from renkei.errors import ContractError
from renkei.foreign.bundle import WHOLE
from renkei.foreign.place import CONTROL, shown
from renkei.foreign.text import MAX_ALL_BYTES, MAX_BYTES, MAX_FILES

SUFFIXES = (".json", ".yaml", ".yml")


class DocumentFolder:
    """The files that a plan's ``contracts`` may be made of: one document and its folder, or a folder of documents.

    A folder without documents of its own is one of folders with an ``openapi`` document each.
    """

    def __init__(self, path: Path) -> None:
        self.digests: dict[str, str] = {}
        self._size = 0
        try:
            home = path.resolve(strict=True)
            self.named = home.is_file()
            self.root = home.parent if self.named else home
            # Only a folder's own files are documents; what lies deeper is there to be referred to.
            self.files = (home.name,) if self.named else tuple(sorted(self._listed()) or sorted(self._inner()))
        except (OSError, RuntimeError, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise ContractError("document-file", file=shown(str(path)), reason=why) from error
        if not self.files:
            raise ContractError("document-file", file=shown(str(path)), reason="no .json, .yaml or .yml")

    def read(self, name: str) -> bytes:
        """The bytes of one file; raises ContractError for what is no regular file inside, too large, or one too many."""
        data = self._bytes(name)
        self._size += len(data)
        if self._size > MAX_ALL_BYTES or len(self.digests) >= MAX_FILES:
            raise ContractError("document-file", file=shown(name), reason="too many files")
        self.digests[name] = hashlib.sha256(data).hexdigest()
        return data

    def _listed(self) -> list[str]:
        with os.scandir(self.root) as entries:
            return [
                entry.name
                for entry in entries
                if entry.name.endswith(SUFFIXES) and not CONTROL.search(entry.name) and not entry.name.startswith(".")
            ]

    def _inner(self) -> Iterator[str]:
        with os.scandir(self.root) as entries:
            folders = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        for folder in folders:
            if not CONTROL.search(folder) and not folder.startswith("."):
                names = (f"{folder}/{WHOLE}{suffix}" for suffix in SUFFIXES)
                yield from [name for name in names if (self.root / name).is_file()][:1]

    def _bytes(self, name: str) -> bytes:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or CONTROL.search(name):
            raise ContractError("document-file", file=shown(name), reason="outside the folder")
        folder = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in parts[:-1]:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = inner
            # A pipe or device must neither be waited for nor read.
            file = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise ContractError("document-file", file=shown(name), reason=why) from error
        finally:
            os.close(folder)
        with os.fdopen(file, "rb") as stream:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise ContractError("document-file", file=shown(name), reason="not a regular file")
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ContractError("document-file", file=shown(name), reason=f"more than {MAX_BYTES} bytes")
        return data
