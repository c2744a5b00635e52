"""HTTP bodies: decoded piece by piece, never further than the cap."""

from __future__ import annotations

import zlib

GZIP = 16 + zlib.MAX_WBITS
WINDOW = {"gzip": GZIP, "x-gzip": GZIP, "deflate": zlib.MAX_WBITS}
ACCEPTED = "gzip, deflate"


class Body:
    """Collects one body; ``full`` once the cap is reached, ``violation`` when it cannot be decoded.

    At most one content coding is decoded. A body in an unknown coding is dropped: nobody could redact it.
    """

    def __init__(self, content_encoding: str, cap: int) -> None:
        names = [name.strip().lower() for name in content_encoding.split(",")]
        self._codings = [name for name in names if name not in ("", "identity")]
        self._cap = cap
        self._pieces: list[bytes] = []
        self._size = 0
        self._inflate: zlib._Decompress | None = None
        self._any = False
        self.full = False
        self.violation = ""
        if len(self._codings) > 1:
            self.violation = "many-encodings"
        elif self._codings and self._codings[0] not in WINDOW:
            self.violation = "unknown-encoding"

    def add(self, data: bytes) -> None:
        """Take the next wire bytes."""
        if self.violation or self.full:
            return
        if not self._codings:
            self._keep(data)
            return
        try:
            self._decode(data)
        except zlib.error:
            self.violation = "bad-encoding"

    def end(self) -> bytes:
        """The decoded body so far; a compressed body that stops early is a violation."""
        unfinished = self._inflate is not None and not self._inflate.eof
        if unfinished and not self.full and not self.violation:
            self.violation = "bad-encoding"
        return b"".join(self._pieces)

    def _decode(self, data: bytes) -> None:
        while data and not self.full:
            if self._inflate is None or self._inflate.eof:
                self._inflate = zlib.decompressobj(self._window(data))
            self._any = True
            # one byte over what is left tells "exactly full" from "too large"
            self._keep(self._inflate.decompress(data, self._cap - self._size + 1))
            data = self._inflate.unconsumed_tail or self._inflate.unused_data

    def _window(self, data: bytes) -> int:
        window = WINDOW[self._codings[0]]
        zlib_header = len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
        if self._codings[0] == "deflate" and not self._any and len(data) > 1 and not zlib_header:
            return -zlib.MAX_WBITS  # servers that call raw deflate "deflate" are common and harmless
        return window

    def _keep(self, data: bytes) -> None:
        left = self._cap - self._size
        if len(data) > left:
            self.full = True
            data = data[:left]
        self._size += len(data)
        self._pieces.append(data)
