"""Evidence: exchanges and file facts, redacted, then kept under the digest of what is kept.

``evidence/<sha256>.json`` holds the canonical JSON of one value, so a name proves its content and the same value is
kept once. The manifest is one digest over the sorted names: it changes when a file is added, dropped or swapped.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from renkei.atomicfile import write_whole
from renkei.errors import RunFolderError
from renkei.flow.exchange import Exchange, Headers, canonical, strict_json

EVIDENCE_NAME = "evidence"
SCHEMA = "renkei.evidence/1"
MAX_BODY = 64 * 1024
MAX_ITEM = 512 * 1024
# With fewer files a look at them takes no longer than starting a process does.
MANY = 4096
NOT_KEPT = "[not kept]"

# Headers whose value may be evidence; of every other one only the name is kept.
KEPT_HEADERS = frozenset(
    {
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "age",
        "allow",
        "cache-control",
        "connection",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-range",
        "content-type",
        "date",
        "etag",
        "expires",
        "keep-alive",
        "last-modified",
        "link",
        "location",
        "pragma",
        "retry-after",
        "strict-transport-security",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "vary",
        "via",
        "warning",
        "www-authenticate",
        "x-content-type-options",
    }
)

DIGEST_LETTERS = 64
_NAME = re.compile(r"[0-9a-f]{64}")


class EvidenceStore:
    """Keeps values under their digest. Several processes may put into the same folder at the same time."""

    def __init__(self, folder: Path, redact: Callable[[Any], Any]) -> None:
        self._folder = folder
        self._redact = redact
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, value: Any) -> str:
        """Redact the value, keep it, and give the digest of what was kept."""
        data = canonical(self._redact(value))
        if len(data) > MAX_ITEM:
            head = data[:MAX_BODY].decode("utf-8", "replace")
            data = canonical({"schema": SCHEMA, "kind": "cut", "truncated": True, "bytes": len(data), "head": head})
        digest = hashlib.sha256(data).hexdigest()
        path = self._folder / f"{digest}.json"
        if not path.exists() or path.stat().st_size != len(data):
            # Losing a file in a power cut is noticed by its digest; syncing each would slow every exchange down.
            # Half files of a killed process stay outside the folder, which holds evidence only.
            write_whole(path, data, sync=False, by_way_of=self._folder.parent)
        return digest

    def keep(self, exchange: Exchange) -> str:
        """Keep one exchange."""
        return self.put(exchange_value(exchange))

    def keep_file(self, facts: Mapping[str, Any]) -> str:
        """Keep the facts of one file."""
        return self.put({"schema": SCHEMA, "kind": "file", **facts})

    def redact(self, text: str) -> str:
        """The text without secrets and personal numbers."""
        return str(self._redact(text))

    def get(self, digest: str) -> Any:
        """The value under that digest; raises RunFolderError when it is missing or is not what its name says."""
        return read_evidence(self._folder, digest)


def read_evidence(folder: Path, digest: str) -> Any:
    """The value of one evidence file, after its digest was checked."""
    return strict_json(checked_bytes(folder, digest))


def checked_bytes(folder: Path, digest: str) -> bytes:
    """The bytes of one evidence file; raises RunFolderError ``evidence-missing`` or ``evidence-damaged``."""
    if not _NAME.fullmatch(digest):
        raise RunFolderError("evidence-missing", digest=digest[:80])
    return _checked(f"{folder}/{digest}.json", digest, None)


def check(folder: Path, digests: Sequence[str]) -> None:
    """Look at every file of these digests as ``checked_bytes`` does; the folder is opened once for all of them."""
    if not digests:
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for digest in digests:
            _checked(f"{digest}.json", digest, descriptor)
    finally:
        os.close(descriptor)


class Look:
    """A look at every file of an evidence folder; of a large one by a process of its own, while something else is done.

    That process says which files it found to be what their names say. What it did not say, for whatever reason, is looked
    at here: it can save time, and never a check.
    """

    def __init__(self, folder: Path, many: int = MANY) -> None:
        self.folder = folder
        self._helper = _helper(folder) if _holds(folder, many) else None

    def __enter__(self) -> Look:
        return self

    def __exit__(self, *_: object) -> None:
        if self._helper is not None:
            with self._helper:  # waits for its end and closes its pipe
                self._helper.kill()

    def check(self, digests: Sequence[str]) -> None:
        """Raise RunFolderError unless each of these files is what its name says."""
        if self._helper is None or self._said(self._helper) != manifest(digests):
            check(self.folder, digests)

    def _said(self, helper: subprocess.Popen[bytes]) -> str:
        if helper.stdout is None or helper.stdout.closed:
            return ""
        with helper.stdout as stream:
            return stream.read(DIGEST_LETTERS + 1).decode("ascii", "replace")


def _holds(folder: Path, many: int) -> bool:
    if not folder.is_dir():
        return False
    with os.scandir(folder) as entries:
        return next(itertools.islice(entries, many, None), None) is not None


def _helper(folder: Path) -> subprocess.Popen[bytes] | None:
    # Nothing is imported from where the command was started, which may be somebody else's run folder.
    command = [sys.executable, "-P", "-m", __name__, str(folder.absolute())]
    paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
    except OSError:
        return None


def _checked(path: str, digest: str, folder: int | None) -> bytes:
    data = _regular(path, folder)
    if data is None:
        raise RunFolderError("evidence-missing", digest=digest)
    if hashlib.sha256(data).hexdigest() != digest:
        raise RunFolderError("evidence-damaged", digest=digest)
    return data


def _regular(path: str, folder: int | None) -> bytes | None:
    """What a plain file holds, up to a little more than any evidence; None where there is none.

    Opened once and then looked at: a run may have a hundred thousand of them, and none can change its kind meanwhile.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
            return None
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        data = os.read(descriptor, min(status.st_size, MAX_ITEM) + 1)
        # Rarely true: what is no longer, or not at once, as long as it was.
        while len(data) != status.st_size and len(data) <= MAX_ITEM and (more := os.read(descriptor, MAX_ITEM + 1)):
            data += more
        return data
    finally:
        os.close(descriptor)


def digest_of(data: bytes) -> str:
    """SHA-256 hex of bytes."""
    return hashlib.sha256(data).hexdigest()


def names(folder: Path) -> tuple[str, ...]:
    """The digests that the folder holds, sorted; raises RunFolderError for anything that is no evidence file."""
    if not folder.is_dir():
        return ()
    with os.scandir(folder) as entries:  # a path object for each would take longer than all the rest
        found = sorted(entry.name for entry in entries)
    for name in found:
        if not (name.endswith(".json") and _NAME.fullmatch(name.removesuffix(".json"))):
            raise RunFolderError("evidence-foreign", name=name[:80])
    return tuple(name.removesuffix(".json") for name in found)


def manifest(digests: Iterable[str]) -> str:
    """The one digest that stands for a whole evidence folder."""
    return hashlib.sha256("".join(f"{digest}\n" for digest in sorted(digests)).encode()).hexdigest()


def exchange_value(exchange: Exchange) -> dict[str, Any]:
    """An exchange as JSON: headers by allow-list, bodies as text up to 64 KiB with what was cut said; no times."""
    request, response = exchange.request, exchange.response
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": "exchange",
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": _headers(request.headers),
            **_body(request.body, cut=False),
        },
        "response": None,
        "error": exchange.error,
    }
    if response is not None:
        value["response"] = {
            "status": response.status,
            "http_version": response.http_version,
            "headers": _headers(response.headers),
            **_body(response.body, cut=response.truncated),
            "violations": list(response.violations),
        }
    return value


def _headers(headers: Headers) -> list[list[str]]:
    kept = [[name[:200], value[:4000] if name.lower() in KEPT_HEADERS else NOT_KEPT] for name, value in headers[:200]]
    return [*kept, ["…", f"{len(headers) - 200} more"]] if len(headers) > 200 else kept


def _body(body: bytes, *, cut: bool) -> dict[str, Any]:
    text = body[:MAX_BODY].decode("utf-8", "replace")
    return {"body": text, "bytes": len(body), "truncated": cut or len(body) > MAX_BODY}


def main(folder: Path) -> None:
    """Say the manifest of a folder once each of its files was checked; an error ends the process and says nothing."""
    found = names(folder)
    check(folder, found)
    sys.stdout.write(manifest(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
