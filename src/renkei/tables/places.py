"""Where in the tables something stands: the line of the row that has these cells, for diagnoses."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping


class Places:
    """Finds rows of CSV tables by their cells; ``files`` maps a path to its bytes."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._rows: dict[str, list[tuple[int, frozenset[str]]]] = {}

    def at(self, file: str, *cells: str, nth: int = 1) -> str:
        """``path:line`` of the ``nth`` row that has all these cells; the file alone when there is none.

        A file named without its folder is looked for in every folder.
        """
        found = 0
        for path in self._paths(file):
            for line, row in self._table(path):
                if row.issuperset(cells) and (found := found + 1) == nth:
                    return f"{path}:{line}"
        return file

    def _paths(self, file: str) -> Iterator[str]:
        for path in sorted(self._files):
            if path == file or ("/" not in file and path.endswith(f"/{file}")):
                yield path

    def _table(self, path: str) -> list[tuple[int, frozenset[str]]]:
        if path not in self._rows:
            reader = csv.reader(io.StringIO(self._files[path].decode("utf-8")))
            self._rows[path] = [(reader.line_num, frozenset(cells)) for cells in reader][1:]
        return self._rows[path]
