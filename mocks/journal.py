"""What a mock was asked, for whoever wants to judge the asking: bounded, and without secrets or bodies."""

import hashlib
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

ENTRIES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request, seen from outside: no header value, no body, only the digest of one."""

    number: int
    method: str
    path: str
    query_names: tuple[str, ...]
    auth_scheme: str
    content_type: str
    body_sha256: str
    body_bytes: int
    status: int
    milliseconds: float


class Journal:
    """The latest requests, and how many there have been in all."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=ENTRIES)
        self._count = 0

    def note(self, *, body: bytes, **facts: Any) -> None:
        """Keep one request."""
        self._count += 1
        digest = hashlib.sha256(body).hexdigest()
        self._entries.append(Entry(number=self._count, body_sha256=digest, body_bytes=len(body), **facts))

    def clear(self) -> None:
        """Forget everything, the count too."""
        self._entries.clear()
        self._count = 0

    def as_json(self) -> dict[str, Any]:
        """The journal for the control interface."""
        return {"count": self._count, "entries": [asdict(entry) for entry in self._entries]}
