"""What offices tell of somebody, row by row, and whether anybody of the plan could tell it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import Phrase, phrase, raw
from renkei.kit.columns import shown_cell
from renkei.kit.journey.feed import Feed
from renkei.kit.journey.look import Look
from renkei.kit.journey.municipality import Office

LACKING = "journey-part-missing"
Cells = Mapping[str, str]
# A month says nothing of anybody.
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
NOTHING: Cells = MappingProxyType({})


def same_number(one: str, other: str) -> bool:
    """Whether two 宛名番号 are the same, however many zeros are before them; none is nobody's."""
    return one.lstrip("0") == other.lstrip("0") != ""


def rows_of(
    feed: Feed, number: str, column: str = "atenabango", wanted: Cells = NOTHING, *, former: bool = False
) -> list[Cells]:
    """The rows in force that name somebody in a column and have these cells; with ``former`` those of the past, too."""
    form, bare = feed.form, number.lstrip("0")
    place = form.places.get(column, -1)
    if place < 0 or not bare:
        return []
    rows = feed.of(number) if column == "atenabango" else feed.state.rows.values()
    found = []
    for row in rows:
        if row[place].lstrip("0") != bare or (form.latest >= 0 and not former and row[form.latest] != "1"):
            continue
        cells = dict(zip(form.header, row, strict=True))
        if all(cells.get(name) == value for name, value in wanted.items()):
            found.append(cells)
    return sorted(found, key=lambda cells: [cells[form.header[at]].zfill(12) for at in form.keys])


def amount(cells: Cells, name: str) -> int:
    """A number of a row; 0 where there is none or it is none."""
    text = cells.get(name, "")
    return int(text) if text.lstrip("-").isdigit() else 0


def present(look: Look, *systems: str) -> bool:
    """Whether offices of these 業務 take part; where none of a requirement ever does, it concerns nobody here."""
    spared, requirement = look.account.spared, look.requirement
    if all(look.town.has(system) for system in systems):
        spared.pop(requirement, None)
        return True
    if not look.account.looked[requirement]:
        spared.setdefault(requirement, LACKING)
    return False


def cell(
    look: Look,
    feed: Feed,
    cells: Cells,
    name: str,
    wanted: Any,
    rule: str,
    *,
    whose: Office | None = None,
    party: FaultOf = FaultOf.PROVIDER,
) -> bool:
    """One cell of a told row is as it must be; numbers by their value, 宛名番号 without zeros."""
    told, text = cells.get(name, ""), str(wanted)
    item = feed.form.items[feed.form.places[name]]
    right = feed.form.same(feed.form.places[name], told, text)
    return look.that(
        right,
        rule,
        expected=raw(text if _MONTH.fullmatch(text) else shown_cell(item, text)),
        actual=raw(told if _MONTH.fullmatch(told) else shown_cell(item, told)),
        whose=whose or feed.provider,
        linkage=feed.linkage.id,
        where=raw(name),
        party=party,
    )


def money(
    look: Look,
    feed: Feed,
    told: int,
    wanted: int,
    rule: str,
    *,
    whose: Office | None = None,
    party: FaultOf = FaultOf.PROVIDER,
    where: str = "",
) -> bool:
    """An amount is as it must be; what is written down of it is only by how much it is off."""
    return look.that(
        told == wanted,
        rule,
        expected=phrase("journey-off-by", yen=0),
        actual=phrase("journey-off-by", yen=told - wanted),
        whose=whose or feed.provider,
        linkage=feed.linkage.id,
        where=raw(where),
        party=party,
    )


def count(look: Look, feed: Feed, rows: Iterable[Cells], wanted: int, rule: str) -> bool:
    """So many rows in force."""
    found = len(list(rows))
    return look.that(
        found == wanted,
        rule,
        expected=phrase("journey-records", count=wanted),
        actual=phrase("journey-records", count=found),
        whose=feed.provider,
        linkage=feed.linkage.id,
        party=FaultOf.PROVIDER,
    )


def hold(look: Look, feed: Feed, number: str, cells: Cells, names: Iterable[str], rule: str, *takers: str) -> None:
    """The takers (all, or those of these 業務) hold these cells of the told row, in exactly one current record of its key."""
    form = feed.form
    key = form.key([cells[name] for name in form.header])

    def shown(values: Mapping[str, str | None], which: Iterable[str]) -> Phrase:
        return raw(" ".join(shown_cell(form.items[form.places[name]], values.get(name) or "") for name in which))

    for office in look.askers(feed):
        if takers and office.info.system not in takers:
            continue
        records = [one for one in look.held(office, feed, number) if one.current and form.key_of(one.values) == key]
        wrong = [
            name
            for one in records[:1]
            for name in names
            if name in one.values and not form.same(form.places[name], one.values[name], cells[name])
        ]
        look.that(
            len(records) == 1 and not wrong,
            rule,
            expected=shown(cells, wrong or names),
            actual=shown(records[0].values, wrong or names) if records else phrase("journey-records", count=0),
            whose=office,
            linkage=feed.linkage.id,
            where=raw(" ".join(wrong)),
        )
