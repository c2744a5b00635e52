"""The file of a workbook before anything reads it: what it is, and that unpacking and parsing it stays within bounds."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from renkei.errors import ContractError

MAX_BYTES = 30_000_000
MAX_UNPACKED = 300_000_000
MAX_CELLS = 300_000
CHUNK = 1_000_000
PROLOGUE = 8_192
# Compound files: a workbook behind a password, or one of the form before 2007.
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Parts of a sheet that are no cells: shapes with text, and comments.
BESIDE = re.compile(r"xl/(drawings/drawing|comments|threadedComments/threadedComment)[^/]*\.xml")
TEXT = re.compile(rb"<(?:a:t|t|text)(?: [^>]*)?>[^<]*[^<\s]")
FORMULA = re.compile(rb"<f[ >/]")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def inspect(path: Path) -> None:
    """Refuse by name what is no workbook, what is protected, and what would unpack to an absurd size."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ContractError("workbook-too-large", file=path.name, place="-", size=size, limit=MAX_BYTES)
        _compound(path)
        with zipfile.ZipFile(path) as archive:
            _entries(path, archive)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ContractError("workbook-unreadable", file=path.name, reason=str(error)) from error


def _compound(path: Path) -> None:
    data = path.read_bytes()
    if data.startswith(COMPOUND):
        code = "workbook-protected" if ENCRYPTED in data else "workbook-old-form"
        raise ContractError(code, file=path.name)


def _entries(path: Path, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        raise ContractError("workbook-too-large", file=path.name, place="-", size=unpacked, limit=MAX_UNPACKED)
    if any(entry.flag_bits & 1 for entry in entries):
        raise ContractError("workbook-protected", file=path.name)
    if "[Content_Types].xml" not in archive.namelist():
        raise ContractError("workbook-unreadable", file=path.name, reason="[Content_Types].xml")
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")):
            _part(path, archive, entry)


def _part(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Entities of one's own are refused (they may grow without bound), and so are more cells than a table can have."""
    cells, rest = 0, b""
    with archive.open(entry) as stream:
        chunk = stream.read(PROLOGUE)
        if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
            raise ContractError("workbook-unreadable", file=path.name, reason=f"{entry.filename}: DOCTYPE")
        while chunk:
            cells += (rest + chunk).count(b"<c ") if entry.filename.startswith("xl/worksheets/") else 0
            if cells > MAX_CELLS:
                place = Path(entry.filename).stem
                raise ContractError(
                    "workbook-too-large", file=path.name, place=place, size=f"{cells} …", limit=MAX_CELLS
                )
            rest, chunk = chunk[-2:], stream.read(CHUNK)


def has_formulas(path: Path) -> bool:
    """Whether any cell of the workbook is a formula."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(FORMULA.search(archive.read(name)) for name in sheets)


def texts_beside(path: Path) -> dict[str, int]:
    """How many texts stand in figures and comments, by part: they are no cells, and no table takes them."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if BESIDE.fullmatch(name)]
        counts = {Path(name).stem: len(TEXT.findall(archive.read(name))) for name in names}
    return {name: count for name, count in counts.items() if count}
