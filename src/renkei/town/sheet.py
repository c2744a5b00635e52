"""The files of one linkage as text: a full one, deltas, and the state that they come to.

A delta holds every row that changed since the moment before: new ones, rows that are no longer the latest, rows that were
deleted or made again. So a full file with its deltas comes to the next full file (住民記録システム標準仕様書 7.2.3).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from renkei.flow.contract import Item
from renkei.town.dataset import Chain, Line
from renkei.town.order import Moment

SERIAL, BRANCH, LATEST, DELETED = "rirekibango", "_edaban", "saishinfuragu", "sakujofuragu"
OPERATOR = "RENKEI01"
_SPECIAL = ('"', "\r", "\n")


class Sheet:
    """Writes the rows of one linkage for a series of moments; the columns are those of its items."""

    def __init__(self, items: Sequence[Item], municipality: str, moments: Sequence[Moment]) -> None:
        self.names = [item.romaji for item in items]
        places = {name: place for place, name in enumerate(self.names)}
        serials = [item.romaji for item in items if item.key and item.romaji.endswith(SERIAL)]
        self.serial = serials[-1] if serials else ""
        self._serial = places.get(self.serial, -1)
        self._branch = next((place for name, place in places.items() if name.endswith(f"{SERIAL}{BRANCH}")), -1)
        self._latest, self._deleted = places.get(LATEST, -1), places[DELETED]
        self._city, self._operator = places["shikuchosonkodo"], places["sosashaid"]
        self._day, self._time = places["sosanengappi"], places["sosajikoku"]
        self._municipality = municipality
        self._moments = moments
        self._commas = len(self.names) - 1
        # What a cell holds that its line says nothing about.
        self._else = [""] * len(self.names)
        self._else[self._city], self._else[self._operator] = municipality, OPERATOR

    @property
    def header(self) -> str:
        """The first line."""
        return ",".join(self.names) + "\r\n"

    def write(self, chains: Iterable[Chain]) -> list[list[str]]:
        """The lines of every moment's file, without the header."""
        files: list[list[str]] = [[] for _ in self._moments]
        opening = self._moments[0].at if self._moments[0].kind == "zenken" else dt.datetime.min
        full = [file for moment, file in zip(self._moments, files, strict=True) if moment.kind == "zenken"]
        for chain in chains:
            if not chain:
                continue
            if chain[-1].at > opening or chain[-1].gaps or (len(chain) > 1 and any(line.gaps for line in chain)):
                self._changed(chain, files)
                continue
            # Nothing has changed since the first full file: the same lines are in every full one, and in no delta.
            last = len(chain)
            lines = [self._text(self._cells(line, place), place == last) for place, line in enumerate(chain, 1)]
            for file in full:
                file.extend(lines)
        return files

    def _changed(self, chain: Chain, files: list[list[str]]) -> None:
        cells = [self._cells(line, place) for place, line in enumerate(chain, 1)]
        before: list[tuple[bool, bool]] = [(False, False)] * len(chain)
        told = dt.datetime.max
        for moment, file in zip(self._moments, files, strict=True):
            # A full file after deltas holds what they come to: what happened since the last one waits for the next.
            now = self._standing(chain, min(moment.at, told) if moment.kind == "zenken" else moment.at)
            told = moment.at if moment.kind == "sabun" else told
            for row, line, (there, latest), (was, was_latest) in zip(cells, chain, now, before, strict=True):
                if moment.kind == "zenken":
                    if there:
                        file.append(self._text(row, latest))
                elif there and (not was or latest is not was_latest):
                    file.append(self._text(row, latest))
                elif was and not there and line.gaps:
                    file.append(self._text(row, False, True))
            before = now

    @staticmethod
    def _standing(chain: Chain, at: dt.datetime) -> list[tuple[bool, bool]]:
        """Of every line whether it is there at a moment, and whether it is the latest."""
        there = [
            line.at <= at and not (line.gaps and any(start <= at < end for start, end in line.gaps)) for line in chain
        ]
        last = len(there) - 1
        while last >= 0 and not there[last]:
            last -= 1
        return [(here, place == last) for place, here in enumerate(there)]

    def _cells(self, line: Line, number: int) -> list[str]:
        cells = list(map(line.values.get, self.names, self._else))
        if not cells[self._city]:
            cells[self._city] = self._municipality
        if not cells[self._operator]:
            cells[self._operator] = OPERATOR
        if self._serial >= 0:
            cells[self._serial] = str(number)
        if self._branch >= 0:
            cells[self._branch] = "0"
        stamp = line.at.isoformat()
        cells[self._day], cells[self._time] = stamp[:10], stamp[11:19]
        return cells

    def _text(self, cells: list[str], latest: bool, deleted: bool = False) -> str:
        if self._latest >= 0:
            cells[self._latest] = "1" if latest else "0"
        cells[self._deleted] = "1" if deleted else "0"
        text = ",".join(cells)
        if text.count(",") != self._commas or '"' in text or "\r" in text or "\n" in text:
            text = ",".join(map(_quoted, cells))
        return text + "\r\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(char in cell for char in (",", *_SPECIAL)) else cell
