"""The files of one linkage as text: a full one, deltas, and the state that they come to.

A delta holds every row that changed since the moment before: new ones, rows that are no longer the latest, rows that were
deleted or made again. So a full file with its deltas comes to the next full file (住民記録システム標準仕様書 7.2.3).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from renkei.flow.contract import Item
from renkei.town.dataset import Chain, Line

SERIAL, BRANCH, LATEST, DELETED = "rirekibango", "_edaban", "saishinfuragu", "sakujofuragu"
OPERATOR = "RENKEI01"
_SPECIAL = ('"', "\r", "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One file to be published: when, and whether it is full (zenken) or a delta (sabun)."""

    at: dt.datetime
    kind: str


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
        self._stamp = [places[name] for name in ("sosashaid", "sosanengappi", "sosajikoku")]
        self._city = places["shikuchosonkodo"]
        self._municipality = municipality
        self._moments = moments
        self._empty = [""] * len(self.names)

    @property
    def header(self) -> str:
        """The first line."""
        return ",".join(self.names) + "\r\n"

    def write(self, chains: Iterable[Chain]) -> list[list[str]]:
        """The lines of every moment's file, without the header."""
        files: list[list[str]] = [[] for _ in self._moments]
        for chain in chains:
            if chain:
                self._chain(chain, files)
        return files

    def _chain(self, chain: Chain, files: list[list[str]]) -> None:
        cells = [self._cells(line, number) for number, line in enumerate(chain, 1)]
        first = self._moments[0]
        if first.kind == "zenken" and chain[-1].at <= first.at and not any(line.gaps for line in chain):
            # Nothing has changed since the first full file: the same lines are in every full one, and in no delta.
            last = len(chain) - 1
            lines = [self._text(row, latest=place == last, deleted=False) for place, row in enumerate(cells)]
            for moment, file in zip(self._moments, files, strict=True):
                if moment.kind == "zenken":
                    file.extend(lines)
            return
        self._changed(chain, cells, files)

    def _changed(self, chain: Chain, cells: list[list[str]], files: list[list[str]]) -> None:
        before: list[tuple[bool, bool]] = [(False, False)] * len(chain)
        for moment, file in zip(self._moments, files, strict=True):
            now = self._standing(chain, moment.at)
            for row, line, (there, latest), (was, was_latest) in zip(cells, chain, now, before, strict=True):
                if moment.kind == "zenken":
                    if there:
                        file.append(self._text(row, latest=latest, deleted=False))
                elif there and (not was or latest is not was_latest):
                    file.append(self._text(row, latest=latest, deleted=False))
                elif was and not there and line.gaps:
                    file.append(self._text(row, latest=False, deleted=True))
            before = now

    @staticmethod
    def _standing(chain: Chain, at: dt.datetime) -> list[tuple[bool, bool]]:
        """Of every line whether it is there at a moment, and whether it is the latest."""
        there = [line.at <= at and not any(start <= at < end for start, end in line.gaps) for line in chain]
        last = max((place for place, here in enumerate(there) if here), default=-1)
        return [(here, place == last) for place, here in enumerate(there)]

    def _cells(self, line: Line, number: int) -> list[str]:
        cells = list(map(line.values.get, self.names, self._empty))
        cells[self._city] = cells[self._city] or self._municipality
        if self._serial >= 0:
            cells[self._serial] = str(number)
        if self._branch >= 0:
            cells[self._branch] = "0"
        operator, day, time = self._stamp
        cells[operator] = cells[operator] or OPERATOR
        stamp = line.at.isoformat()
        cells[day], cells[time] = stamp[:10], stamp[11:19]
        return cells

    def _text(self, cells: list[str], *, latest: bool, deleted: bool) -> str:
        if self._latest >= 0:
            cells[self._latest] = "1" if latest else "0"
        cells[self._deleted] = "1" if deleted else "0"
        text = ",".join(cells)
        if text.count(",") != len(cells) - 1 or '"' in text or "\r" in text or "\n" in text:
            text = ",".join(map(_quoted, cells))
        return text + "\r\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(char in cell for char in (",", *_SPECIAL)) else cell
