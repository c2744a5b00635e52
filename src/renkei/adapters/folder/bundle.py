"""The contracts folder on disk, read into a bundle."""

from __future__ import annotations

from pathlib import Path

from renkei.errors import ContractError
from renkei.flow.contract import Bundle
from renkei.tables.edition import EDITION, assemble

MAX_FILE = 20_000_000
# Rules for documents of other standards: no part of this edition.
GENERIC = "generic/"
# Programs that show how a façade is made: no part of what was agreed.
EXAMPLES = "facade/examples/"
SUFFIXES = (".csv", ".toml", ".yaml", ".md")


def load_bundle(root: Path) -> Bundle:
    """The edition of a contracts folder, its documents compiled from the tables that lie there."""
    return assemble(read_files(root))


def read_files(root: Path) -> dict[str, bytes]:
    """Every contract file below the folder by its relative path; other files are named and refused."""
    if not (root / EDITION).is_file():
        raise ContractError("contract-folder", folder=str(root), file=EDITION)
    files: dict[str, bytes] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.startswith((GENERIC, EXAMPLES)):
            continue
        if path.is_dir() or any(part.startswith(".") for part in name.split("/")):
            continue
        if path.suffix not in SUFFIXES or path.is_symlink() or path.stat().st_size > MAX_FILE:
            raise ContractError("contract-foreign-file", file=name)
        files[name] = path.read_bytes()
    return files
