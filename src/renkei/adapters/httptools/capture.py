"""What is kept of bodies that stream by: as much as can be judged, and the digest of everything."""

from __future__ import annotations

import hashlib


class Room:
    """Bytes that all captures together may hold."""

    __slots__ = ("_left",)

    def __init__(self, size: int) -> None:
        self._left = size

    def take(self, size: int) -> bool:
        """Take that much, if there is so much left."""
        if size > self._left:
            return False
        self._left -= size
        return True

    def give(self, size: int) -> None:
        """Give it back."""
        self._left += size


class Capture:
    """One body: ``size`` in all, ``cut`` once not all of it is kept; what was kept before it was cut stays.

    A peer chooses in how many pieces a body comes, so they are not kept as pieces.
    """

    __slots__ = ("_cap", "_held", "_pieces", "_room", "_sum", "cut", "size")

    def __init__(self, cap: int, room: Room) -> None:
        self._cap = cap
        self._room = room
        self._pieces = bytearray()
        self._sum: hashlib._Hash | None = None
        self._held = 0
        self.size = 0
        self.cut = False

    def add(self, data: bytes) -> None:
        """Take the next piece."""
        self.size += len(data)
        if not self.cut:
            if self.size <= self._cap and self._room.take(len(data)):
                self._held += len(data)
                self._pieces += data
                return
            self.cut = True
            # digests of whole bodies are made at the end; only what is not kept must be counted as it goes by
            self._sum = hashlib.sha256(self._pieces)
        if self._sum is not None:
            self._sum.update(data)

    def body(self) -> bytes:
        """What was kept."""
        return bytes(self._pieces)

    def digest(self, body: bytes) -> str:
        """SHA-256 of everything; ``body`` is what was kept."""
        return (self._sum or hashlib.sha256(body)).hexdigest()

    def release(self) -> None:
        """Give the room back."""
        self._room.give(self._held)
        self._held = 0
        self._pieces = bytearray()
