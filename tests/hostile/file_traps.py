"""Traps in the files of a place: names, markers, encodings, sizes, and what is no file at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LINKAGE = "001o009"
MIB = 1 << 20
Spoil = Callable[[Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTrap:
    """One hostile folder: ``spoil`` changes a conforming one; ``deserves`` as for other traps."""

    name: str
    spoil: Spoil
    deserves: Mapping[str, str] = field(default_factory=dict)


def first(folder: Path) -> Path:
    """The first file of the series."""
    return min(folder.glob("*.csv"))


def rewritten(change: Callable[[bytes], bytes]) -> Spoil:
    """The first file with other bytes, announced truly."""

    def spoil(folder: Path) -> None:
        path = first(folder)
        path.write_bytes(change(path.read_bytes()))
        announce(path)

    return spoil


def announce(path: Path, **changes: object) -> None:
    """A completion marker that tells the truth about a file, apart from the changes."""
    marker = path.with_name(path.name + ".end")
    value = json.loads(marker.read_text("utf-8")) if marker.exists() else {}
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(MIB):
            digest.update(block)
    marker.write_text(json.dumps(value | {"sha256": digest.hexdigest()} | changes), "utf-8")


def streamed(blocks: Callable[[], list[tuple[bytes, int]]]) -> Spoil:
    """The first file replaced by blocks, each so many times; large files are written piece by piece."""

    def spoil(folder: Path) -> None:
        path = first(folder)
        header = path.read_bytes().partition(b"\r\n")[0] + b"\r\n"
        with path.open("wb") as stream:
            stream.write(header)
            for block, times in blocks():
                for _ in range(times):
                    stream.write(block)
        announce(path)

    return spoil


def marked(data: bytes) -> Spoil:
    """The first file's marker replaced."""
    return lambda folder: (first(folder).with_name(first(folder).name + ".end")).write_bytes(data) and None


def named(name: str) -> Spoil:
    """One more file of that name."""
    return lambda folder: Path(os.fsdecode(os.fsencode(folder) + b"/" + os.fsencode(name))).write_bytes(b"x") and None


def many(folder: Path) -> None:
    """A hundred thousand names."""
    for number in range(100_000):
        os.close(os.open(folder / f"{number:06d}.csv", os.O_CREAT | os.O_WRONLY))


def link(target: str) -> Spoil:
    """A link beside the files."""
    return lambda folder: (folder / "x.csv").symlink_to(target)


def growing(folder: Path) -> None:
    """A file that somebody keeps writing to for two minutes."""
    path = first(folder)

    def grow() -> None:
        stop = threading.Event()
        for _ in range(2400):
            try:
                with path.open("ab") as stream:
                    stream.write(b"x" * 4096)
            except OSError:
                return
            stop.wait(0.05)

    threading.Thread(target=grow, daemon=True).start()


def sparse(folder: Path) -> None:
    """A file of three gibibytes that takes no room."""
    with first(folder).open("r+b") as stream:
        stream.truncate(3 << 30)


def looped(folder: Path) -> None:
    """A folder that holds itself by a link."""
    (folder / "again").symlink_to(folder)


def deep(folder: Path) -> None:
    """Thirty folders below each other."""
    inner = folder.joinpath(*["d"] * 30)
    inner.mkdir(parents=True)
    (inner / "x.csv").write_bytes(b"x")


def marker_link(folder: Path) -> None:
    """A completion marker that is a link to another file of the machine."""
    marker = first(folder).with_name(first(folder).name + ".end")
    marker.unlink()
    marker.symlink_to("/etc/passwd")


ODD = {"blocked": "place-odd-entry"}
NAME = {"FL-01": "failed"}
MARKER = {"FL-02": "failed"}

FILES = [
    FileTrap(name="hundred-thousand-names", spoil=many, deserves={"blocked": "place-too-many-files"}),
    FileTrap(name="name-with-escape", spoil=named("\x1b]0;x\x07\x1b[2J.csv"), deserves=NAME),
    FileTrap(name="name-with-line-break", spoil=named("a\r\nSet-Cookie: x.csv"), deserves=NAME),
    FileTrap(name="name-with-bidi", spoil=named("\u202evsc.exe.csv"), deserves=NAME),
    FileTrap(name="name-of-markup", spoil=named("<img src=x onerror=alert(1)>.csv"), deserves=NAME),
    FileTrap(name="name-not-utf-8", spoil=named(os.fsdecode(b"\xff\xfe.csv")), deserves=NAME),
    FileTrap(name="name-like-parent", spoil=named("..%2f..%2fetc%2fpasswd"), deserves=NAME),
    FileTrap(name="name-like-option", spoil=named("--delete.csv"), deserves=NAME),
    FileTrap(name="name-of-a-formula", spoil=named("=1+1.csv"), deserves=NAME),
    FileTrap(name="link-outside", spoil=link("/etc/passwd"), deserves=ODD),
    FileTrap(name="link-to-device", spoil=link("/dev/zero"), deserves=ODD),
    FileTrap(name="named-pipe", spoil=lambda folder: os.mkfifo(folder / "x.csv"), deserves=ODD),
    FileTrap(name="folder-in-itself", spoil=looped, deserves=ODD),
    FileTrap(name="thirty-folders-deep", spoil=deep, deserves=ODD),
    FileTrap(name="marker-is-a-link", spoil=marker_link, deserves=ODD),
    FileTrap(name="marker-duplicate-keys", spoil=marked(b'{"rows":1,"rows":2}'), deserves=MARKER),
    FileTrap(name="marker-deep", spoil=marked(b"[" * 60_000), deserves=MARKER),
    FileTrap(name="marker-huge-integer", spoil=marked(b'{"rows":' + b"9" * 50_000 + b"}"), deserves=MARKER),
    FileTrap(name="marker-of-10-mb", spoil=marked(b"{" + b" " * 10_000_000 + b"}"), deserves={}),
    FileTrap(name="marker-not-utf-8", spoil=marked(b'{"linkage":"\xff"}'), deserves=MARKER),
    FileTrap(name="marker-nan", spoil=marked(b'{"rows":NaN}'), deserves=MARKER),
    FileTrap(name="file-that-grows", spoil=growing, deserves={}),
    FileTrap(name="file-of-3-gib", spoil=sparse, deserves={}),
    FileTrap(name="line-of-300-mb", spoil=streamed(lambda: [(b"x" * MIB, 300)]), deserves={"FL-04": "failed"}),
    FileTrap(name="header-of-10-mb", spoil=rewritten(lambda d: b"x" * 10_000_000 + b"\r\n" + d), deserves={"FL-04": "failed", "FL-05": "failed"}),
    FileTrap(name="a-million-columns", spoil=streamed(lambda: [(b"," * 1_000_000 + b"\r\n", 3)]), deserves={"FL-04": "failed"}),
    FileTrap(name="header-of-a-million-columns", spoil=rewritten(lambda d: b"a," * 1_000_000 + b"\r\n" + d), deserves={"FL-05": "failed"}),
    FileTrap(name="quote-never-closed", spoil=streamed(lambda: [(b'"' + b"x,\r\n" * 250_000, 1), (b"x,\r\n" * 250_000, 30)]), deserves={"FL-06": "failed"}),
    FileTrap(name="a-quote-in-every-line", spoil=streamed(lambda: [(b'"x\r\n' * 250_000, 4)]), deserves={"FL-06": "failed"}),
    FileTrap(name="a-line-feed-in-every-cell", spoil=streamed(lambda: [(b'"\n","\n"\r\n' * 100_000, 20)]), deserves={"FL-04": "failed"}),
    FileTrap(name="millions-of-empty-cells", spoil=streamed(lambda: [(b"," * 10 + b"\r\n", 3_000_000)]), deserves={}),
    FileTrap(name="a-line-of-30-mb-in-quotes", spoil=streamed(lambda: [(b'"', 1), (b"x\r\n" * 350_000, 30)]), deserves={"FL-06": "failed"}),
    FileTrap(name="quotes-everywhere", spoil=streamed(lambda: [(b'"""' * 300_000, 1)]), deserves={}),
    FileTrap(name="nul-bytes", spoil=rewritten(lambda d: d + b"\x00" * 1000 + b"\r\n"), deserves={"FL-04": "failed"}),
    FileTrap(name="line-ends-of-cr-only", spoil=rewritten(lambda d: d.replace(b"\r\n", b"\r")), deserves={}),
    FileTrap(name="utf-16-file", spoil=rewritten(lambda d: d.decode().encode("utf-16")), deserves={"FL-03": "failed"}),
    FileTrap(name="surrogates-in-file", spoil=rewritten(lambda d: d + b"\xed\xa0\x80\r\n"), deserves={"FL-03": "failed"}),
    FileTrap(name="empty-file", spoil=rewritten(lambda d: b""), deserves={"FL-05": "failed"}),
    FileTrap(name="million-empty-lines", spoil=rewritten(lambda d: d + b"\r\n" * 1_000_000), deserves={"FL-04": "failed"}),
]  # fmt: skip


def lay(trap: FileTrap, good: Path, place: Path) -> None:
    """A place whose one linkage was conforming until it was spoiled."""
    shutil.copytree(good / LINKAGE, place / LINKAGE)
    trap.spoil(place / LINKAGE)
