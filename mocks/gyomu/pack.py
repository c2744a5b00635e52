"""A town's test-data pack as files: what each system published, in order, as rows of cells."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mocks.gyomu.contract import Linkage

SCHEMA = "renkei.town/1"
Row = list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a pack."""

    kind: str
    at: datetime
    path: Path


class Bare:
    """No pack: a municipality of which the offices know nothing yet, and receive everything."""

    def __init__(self, municipality: str, seed: int) -> None:
        self.municipality = municipality
        self.seed = seed

    def __contains__(self, linkage: str) -> bool:
        return False

    def files(self, linkage: str) -> list[File]:
        """None."""
        del linkage
        return []

    def rows(self, linkage: Linkage, file: File) -> Iterator[Row]:
        """None."""
        del linkage, file
        return iter(())

    def last(self, linkage: Linkage) -> list[Row]:
        """None."""
        del linkage
        return []


class Pack(Bare):
    """A folder with `manifest.json` and below it a folder for each linkage."""

    def __init__(self, folder: Path) -> None:
        path = folder / "manifest.json"
        if not path.is_file():
            raise ValueError(f"{folder}: no manifest.json; a pack is written by `renkei town`")
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest.get("schema") != SCHEMA:
            raise ValueError(f"{path}: schema = {manifest.get('schema')!r}, expected {SCHEMA!r}")
        super().__init__(manifest["municipality"], manifest["seed"])
        self._files = {
            one["linkage"]: [
                File(kind=file["kind"], at=datetime.fromisoformat(file["created"]), path=folder / file["name"])
                for file in one["files"]
            ]
            for one in manifest["datasets"]
        }

    def __contains__(self, linkage: str) -> bool:
        return linkage in self._files

    def files(self, linkage: str) -> list[File]:
        """The files of a linkage, in the order of their sequence; none when the town has no such data set."""
        return self._files.get(linkage, [])

    def rows(self, linkage: Linkage, file: File) -> Iterator[Row]:
        """The rows of a file with the columns of the published table; the pack must have the same."""
        with file.path.open(encoding="utf-8", newline="") as lines:
            read = csv.reader(lines)
            header = next(read, [])
            if header != linkage.header:
                raise ValueError(
                    f"{file.path.name}: other columns than contracts/ gives {linkage.id}; make the pack anew"
                )
            yield from read

    def last(self, linkage: Linkage) -> list[Row]:
        """The rows that the files come to, deleted ones left out."""
        rows: dict[tuple[str, ...], Row] = {}
        for file in self.files(linkage.id):
            if file.kind == "zenken":
                rows = {}
            for row in self.rows(linkage, file):
                key = tuple(row[place] for place in linkage.keys)
                if row[linkage.deleted] == "1":
                    rows.pop(key, None)
                else:
                    rows[key] = row
        return list(rows.values())
