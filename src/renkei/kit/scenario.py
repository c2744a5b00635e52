"""What happens in a linkage, as rows: a new state of a subject, a deletion, a cancellation, texts and dates that get lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from renkei.flow.contract import Item
from renkei.kit.expect import NotApplicable
from renkei.kit.form import Form, Row
from renkei.kit.strategies.characters import hard_characters, length

# The stamp of everything that the scenarios change: after all that the town did.
STAMP = {"sosanengappi": "2026-04-01", "sosajikoku": "10:00:00", "sosashaid": "RENKEI02"}
UNKNOWN, UNTIL = "_fushofuragu", ("shuryo", "shuryonengappi", "itaru", "made")
# Dates that are in no calendar and yet legal in the items that allow them (住民記録システム標準仕様書 1.1.8).
ODD_DATES = ("1945-02-29", "1926-00-00", "0000-01-01", "9999-12-31")


def advanced(form: Form, row: Sequence[str], **cells: str) -> list[Row]:
    """The rows of a delta after something changed: the former latest row again without its flag, and the new one."""
    changes = {**STAMP, **cells}
    if form.serial < 0:
        return [form.changed(row, **changes)]
    name = form.header[form.serial]
    new = form.changed(row, **changes, **{name: str(form.order(row)[0] + 1)})
    if form.branch >= 0:
        new[form.branch] = "0"
    if form.latest < 0:
        return [new]
    new[form.latest] = "1"
    return [form.changed(row, saishinfuragu="0"), new]


def removed(form: Form, row: Sequence[str], before: Sequence[str] | None = None) -> list[Row]:
    """The rows of a delta after the last row of a history was deleted; the one before, if any, is the latest again."""
    gone = form.changed(row, **STAMP, saishinfuragu="0", sakujofuragu="1")
    return [gone, *([form.changed(before, saishinfuragu="1")] if before else [])]


def with_serial(form: Form) -> None:
    """The linkage keeps histories with a latest flag; not applicable otherwise."""
    if form.serial < 0 or form.latest < 0:
        raise NotApplicable("no-history", form.linkage)


def latest_rows(form: Form, rows: Iterable[Row]) -> list[Row]:
    """The rows that are in force."""
    return [row for row in rows if form.latest < 0 or row[form.latest] == "1"]


def text_slots(form: Form) -> list[int]:
    """The columns of free text, longest first: type N without a code."""
    found = [place for place, item in enumerate(form.items) if item.type == "N" and not item.code and not item.key]
    return sorted(found, key=lambda place: -_length(form.items[place]))


def with_hard_texts(form: Form, rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """The rows with a text that systems lose in each free cell, until there are no more texts; and the columns used."""
    slots = text_slots(form)
    if not slots or not rows:
        raise NotApplicable("no-text-column", form.linkage)
    changed = [list(row) for row in rows]
    texts = [text for name, text in hard_characters(_length(form.items[slots[0]])) if not name.startswith("at-limit")]
    used: set[int] = set()
    cells = ((row, place) for place in slots for row in changed)
    for text, (row, place) in _fitting(form, texts, cells):
        row[place] = text
        used.add(place)
    return changed, [form.header[place] for place in sorted(used)]


def _fitting(form: Form, texts: list[str], cells: Iterator[tuple[Row, int]]) -> Iterator[tuple[str, tuple[Row, int]]]:
    waiting = list(texts)
    for row, place in cells:
        fitting = next((text for text in waiting if length(text) <= _length(form.items[place])), None)
        if fitting is None:
            return
        waiting.remove(fitting)
        yield fitting, (row, place)


def with_odd_dates(form: Form, rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """The rows with dates that are in no calendar, in the items that allow them; and those columns."""
    columns = [name for name in form.header if f"{name}{UNKNOWN}" in form.places]
    if not columns or not rows:
        raise NotApplicable("no-date-column", form.linkage)
    changed = []
    for at, row in enumerate(rows):
        day = ODD_DATES[at % len(ODD_DATES)]
        changed.append(form.changed(row, **dict.fromkeys(columns, day)))
    return changed, columns


def zero_columns(form: Form, rows: Iterable[Row]) -> list[str]:
    """The columns of type X in which some value begins with a zero that a number would lose; 宛名番号 apart."""
    found = [
        place
        for place, item in enumerate(form.items)
        if item.type == "X" and not item.romaji.endswith("atenabango") and item.romaji != "kojinbango"
    ]
    seen = {place for row in rows for place in found if len(row[place]) > 1 and row[place].startswith("0")}
    return [form.header[place] for place in sorted(seen)]


def unpadded(form: Form, row: Sequence[str]) -> Row:
    """The row with its 宛名番号 without leading zeros, as another version of the provider would write them."""
    return [
        cell.lstrip("0") if name.endswith("atenabango") and cell else cell
        for name, cell in zip(form.header, row, strict=True)
    ]


def spoilt(form: Form, row: Sequence[str]) -> Row:
    """The row with one cell that its type does not allow: a required one that is no key."""
    for item in form.items:
        if item.type == "DATE" and item.output == "必須" and not item.key:
            return form.changed(row, **{item.romaji: "2026/04/01"})
    raise NotApplicable("no-date-column", form.linkage)


def day_before(days: int) -> str:
    """A day so long before the scenario's present."""
    return (dt.date(2026, 4, 1) - dt.timedelta(days=days)).isoformat()


def _length(item: Item) -> int:
    return int(item.length) if item.length.isdigit() else 0
