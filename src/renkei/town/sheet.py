"""The files of one linkage as text: a full one, deltas, and the state that they come to.

A delta holds every row that changed since the moment before: new ones, rows that are no longer the latest, rows that were
deleted or made again. So a full file with its deltas comes to the next full file (住民記録システム標準仕様書 7.2.3).
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Sequence
from operator import attrgetter

from renkei.flow.contract import Item
from renkei.town.cells import iso
from renkei.town.dataset import Chain, Line
from renkei.town.order import Moment

SERIAL, BRANCH, LATEST, DELETED = "rirekibango", "_edaban", "saishinfuragu", "sakujofuragu"
OPERATOR = "RENKEI01"
_SPECIAL = ('"', "\r", "\n")
_gaps = attrgetter("gaps")


# Lines of histories that stand in more than one data set of the same columns, with the history itself.
Known = dict[int, tuple[Chain, list[str]]]


class Sheet:
    """Writes the rows of one linkage for a series of moments; the columns are those of its items.

    ``known`` holds lines that another sheet of the same columns wrote, or will take from this one.
    """

    def __init__(
        self, items: Sequence[Item], municipality: str, moments: Sequence[Moment], known: Known | None = None
    ) -> None:
        # Keys that are the very strings of the sources are found without being compared.
        self.names = [sys.intern(item.romaji) for item in items]
        serials = [item.romaji for item in items if item.key and item.romaji.endswith(SERIAL)]
        self.serial = serials[-1] if serials else ""
        self._marked = LATEST in self.names
        self._moments = moments
        self._known = known
        self._width = len(self.names)
        # What the cells of the envelope hold that a line says nothing about, as in the first and latest row of a history.
        envelope = {
            "shikuchosonkodo": municipality, "sosashaid": OPERATOR, self.serial: "1", LATEST: "1", DELETED: "0",
            **{name: "0" for name in self.names if name.endswith(f"{SERIAL}{BRANCH}")},
        }  # fmt: skip
        # In the order of the columns: a row is this with the values of its line laid over it.
        self._blank = {name: envelope.get(name, "") for name in self.names}

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
            at, _, gaps = chain[-1]
            if at > opening or gaps or (len(chain) > 1 and any(map(_gaps, chain))):
                self._changed(chain, files)
                continue
            # Nothing has changed since the first full file: the same lines are in every full one, and in no delta.
            lines = self._lines(chain) if self._known is None else self._shared(self._known, chain)
            for file in full:
                file.extend(lines)
        return files

    def _lines(self, chain: Chain) -> list[str]:
        last = len(chain)
        if last == 1:
            return [self._line(chain[0], 1, True)]
        return [self._line(line, place, place == last) for place, line in enumerate(chain, 1)]

    def _shared(self, known: Known, chain: Chain) -> list[str]:
        found = known.get(id(chain))
        if found is None:
            found = known[id(chain)] = chain, self._lines(chain)
        return found[1]

    def _changed(self, chain: Chain, files: list[list[str]]) -> None:
        before: list[tuple[bool, bool]] = [(False, False)] * len(chain)
        told = dt.datetime.max
        for moment, file in zip(self._moments, files, strict=True):
            # A full file after deltas holds what they come to: what happened since the last one waits for the next.
            now = self._standing(chain, min(moment.at, told) if moment.kind == "zenken" else moment.at)
            told = moment.at if moment.kind == "sabun" else told
            for place, line in enumerate(chain):
                (there, latest), (was, was_latest) = now[place], before[place]
                if moment.kind == "zenken":
                    if there:
                        file.append(self._line(line, place + 1, latest))
                elif there and (not was or latest is not was_latest):
                    file.append(self._line(line, place + 1, latest))
                elif was and not there and line.gaps:
                    file.append(self._line(line, place + 1, False, True))
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

    def _line(self, line: Line, number: int, latest: bool, deleted: bool = False) -> str:
        at, values, _ = line
        cells = self._blank | values
        if number > 1 and self.serial:
            cells[self.serial] = str(number)
        if not latest and self._marked:
            cells[LATEST] = "0"
        if deleted:
            cells[DELETED] = "1"
        cells["sosanengappi"], cells["sosajikoku"] = iso(at.date()), _clock(at)
        # A line may say more than this linkage has columns for.
        row = list(cells.values()) if len(cells) == self._width else list(map(cells.__getitem__, self.names))
        text = ",".join(row)
        if text.count(",") >= self._width or '"' in text or "\r" in text or "\n" in text:
            text = ",".join(map(_quoted, row))
        return text + "\r\n"


# Times of day as text: dates and times take longer to be written than all else of a row.
_CLOCK: dict[tuple[int, int, int], str] = {}


def _clock(at: dt.datetime) -> str:
    key = at.hour, at.minute, at.second
    text = _CLOCK.get(key)
    if text is None:
        text = _CLOCK[key] = at.isoformat()[11:19]
    return text


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(char in cell for char in (",", *_SPECIAL)) else cell
