"""Files that are there whole or not at all: written beside their place, synced, then renamed."""

from __future__ import annotations

import json
import os
import tempfile
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from renkei.errors import HarnessError


def write_whole(path: Path, data: bytes, *, sync: bool = True, by_way_of: Path | None = None) -> None:
    """Put the bytes at ``path`` in one step; raises HarnessError and leaves the old file when that fails.

    ``by_way_of`` is the folder of the half file (on the same file system); the file's own folder otherwise.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=by_way_of or path.parent, prefix=f".{path.name[:40]}.")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                if sync:
                    os.fsync(stream.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:  # also an interrupt: nothing half written stays behind
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise HarnessError("file-unwritable", path=str(path), why=error.strerror or str(error)) from error


def pretty(value: Any) -> bytes:
    """A JSON value as people like to read it: indented, members in the order given, UTF-8, a newline at the end."""
    return _laid_out(value, "\n").encode("utf-8", "backslashreplace") + b"\n"


def _laid_out(value: Any, margin: str) -> str:
    """What ``json.dumps`` writes with ``indent=1``, in half the time: verdicts of large runs are some 10 MB."""
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict) and value:
        inner = f"{margin} "
        rows = [f"{encode_basestring(name)}: {_laid_out(item, inner)}" for name, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(rows)}{margin}}}"
    if isinstance(value, list | tuple) and value:
        inner = f"{margin} "
        return f"[{inner}{f',{inner}'.join([_laid_out(item, inner) for item in value])}{margin}]"
    return _plain(value)


_plain = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
