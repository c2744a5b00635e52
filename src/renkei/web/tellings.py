"""Who told whom in a life event, drawn as a table: one row for each office that took part, one column for each telling.

Offices come in the order in which they were first told. A telling is one office of one step: its linkages and takers are merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from renkei.catalogue import Catalogue

# What a step is called that somebody has to mend, or that could not go on.
ODD = ("broken", "stopped")
TELLER, TAKER = "teller", "taker"


class Named(Protocol):
    """How targets are called."""

    def parts(self, target: str) -> tuple[str, str]:
        """Vendor and system of a target in words."""

    def name(self, target: str) -> str:
        """Both in one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a telling was to an office: it told, was told (``line`` says from where), or was passed by.

    ``line`` is the part of the cell that the line takes: "", "up", "down" or "through". ``state`` is what came of the step
    for that office ("" for nothing odd), ``words`` are for those who cannot see marks.
    """

    part: str = ""
    line: str = ""
    upward: bool = False
    state: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One row: vendor, system, whether it has to mend something, and its cells."""

    vendor: str
    system: str
    bad: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The heading of a step: its number in the story, how many tellings it had, and its state."""

    number: int
    tellings: int
    state: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tellings:
    """The whole picture, and the same in sentences."""

    heads: tuple[Head, ...]
    offices: tuple[Office, ...]
    words: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """One column: an office of a step and those that it told by linkage; ``odd`` are targets that must mend that step."""

    number: int
    teller: str = ""
    takers: Mapping[str, tuple[str, ...]]
    state: str
    odd: frozenset[str]


def tellings(steps: Sequence[Mapping[str, Any]], names: Named, words: Catalogue) -> Tellings | None:
    """The picture of a life event's steps; None where nobody told anybody."""
    columns = tuple(_columns(steps))
    if not any(one.teller for one in columns):
        return None
    rows = {name: at for at, name in enumerate(dict.fromkeys(_met(columns)))}
    bad = {target for one in columns for target in one.odd}
    drawn = [_drawn(one, rows, words) for one in columns]
    return Tellings(
        heads=tuple(_heads(columns, words)),
        offices=tuple(
            Office(
                vendor=names.parts(name)[0],
                system=names.parts(name)[1],
                bad=name in bad,
                cells=tuple(column[at] for column in drawn),
            )
            for name, at in rows.items()
        ),
        words=tuple((one.number, _said(one, names, words)) for one in columns if one.teller),
    )


def _columns(steps: Sequence[Mapping[str, Any]]) -> Iterator[_Telling]:
    """The tellings of every step, and one of nobody where a step went wrong without any."""
    for number, step in enumerate(steps, 1):
        told: dict[str, dict[str, list[str]]] = {}
        for teller, taker, linkage in step["told"]:
            told.setdefault(teller, {}).setdefault(taker, []).append(linkage)
        odd = frozenset(step["whose"]) if step["state"] in ODD else frozenset[str]()
        for teller, takers in told.items():
            yield _Telling(
                number=number,
                teller=teller,
                takers={name: tuple(linkages) for name, linkages in takers.items()},
                state=step["state"],
                odd=odd,
            )
        if odd and not told:
            yield _Telling(number=number, takers={}, state=step["state"], odd=odd)


def _met(columns: Sequence[_Telling]) -> Iterator[str]:
    """Every office, in the order in which it told or was told; those that only went wrong come last."""
    for one in columns:
        yield from filter(None, (one.teller, *one.takers))
    for one in columns:
        yield from sorted(one.odd)


def _heads(columns: Sequence[_Telling], words: Catalogue) -> Iterator[Head]:
    for number in dict.fromkeys(one.number for one in columns):
        own = [one for one in columns if one.number == number]
        state = own[0].state if own[0].state in ODD else ""
        word = words.choice("step_states", state) if state else ""
        yield Head(number=number, tellings=len(own), state=state, word=word)


def _drawn(one: _Telling, rows: Mapping[str, int], words: Catalogue) -> list[Cell]:
    """The cells of one column, from the first office to the last."""
    at = rows.get(one.teller, -1)
    met = sorted({rows[name] for name in (one.teller, *one.takers) if name})
    return [_cell(one, name, row, at, met, words) for name, row in rows.items()]


def _cell(one: _Telling, name: str, row: int, at: int, met: Sequence[int], words: Catalogue) -> Cell:
    part = TELLER if row == at else TAKER if name in one.takers else ""
    above, below = bool(met) and met[0] < row <= met[-1], bool(met) and met[0] <= row < met[-1]
    state = one.state if name in one.odd else ""
    said = [words.text(f"pages.{part}")] if part else []
    said += [words.choice("step_states", state)] if state else []
    return Cell(
        part=part,
        line="through" if above and below else "up" if above else "down" if below else "",
        upward=row < at,
        state=state,
        words=words.text("pages.comma").join(said),
    )


def _said(one: _Telling, names: Named, words: Catalogue) -> str:
    """One telling as a sentence: whom it reached, by which linkages."""
    linkages = dict.fromkeys(linkage for own in one.takers.values() for linkage in own)
    return words.text(
        "pages.told",
        teller=names.name(one.teller),
        taker=words.text("pages.comma").join(map(names.name, one.takers)),
        linkages=" ".join(linkages),
    )
