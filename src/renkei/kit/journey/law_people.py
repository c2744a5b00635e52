"""Laws of residents: one person once, as told, everywhere."""

from __future__ import annotations

from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import phrase, raw
from renkei.kit.columns import shown_cell
from renkei.kit.journey.look import Law, Look

PEOPLE = ("001o005", "001o006")


def once(look: Look) -> None:
    """Exactly one current record of each person at each office that receives residents."""
    for feed in look.feeds(*PEOPLE):
        for office in look.askers(feed):
            for person in look.people:
                current = [one for one in look.held(office, feed, person.number) if one.current]
                look.that(
                    len(current) == 1,
                    "journey-person-missing" if not current else "journey-person-twice",
                    expected=phrase("journey-records", count=1),
                    actual=phrase("journey-records", count=len(current)),
                    whose=office,
                    linkage=feed.linkage.id,
                )


def alike(look: Look) -> None:
    """What an office holds of somebody is the provider's latest row, cell by cell."""
    for feed in look.feeds(*PEOPLE):
        for office in look.askers(feed):
            for person in look.people:
                row = feed.latest(person.number)
                for record in look.held(office, feed, person.number):
                    if not record.current or not row:
                        continue
                    for place, name in enumerate(feed.form.header):
                        if name not in record.values:
                            continue
                        held = record.values[name]
                        if not look.that(
                            feed.form.same(place, held, row[name]),
                            "journey-cell-differs",
                            expected=raw(shown_cell(feed.form.items[place], row[name])),
                            actual=raw(shown_cell(feed.form.items[place], held or "")),
                            whose=office,
                            linkage=feed.linkage.id,
                            where=raw(name),
                        ):
                            break


def as_registered(look: Look) -> None:
    """What 001 tells of somebody is what was registered there."""
    for feed in look.feeds(*PEOPLE):
        for person in look.people:
            row = feed.latest(person.number)
            for name, wanted in person.cells.items():
                if name not in row:
                    continue
                place = feed.form.places[name]
                look.that(
                    feed.form.same(place, row[name], wanted),
                    "journey-not-as-registered",
                    expected=raw(shown_cell(feed.form.items[place], wanted)),
                    actual=raw(shown_cell(feed.form.items[place], row[name])),
                    whose=feed.provider,
                    linkage=feed.linkage.id,
                    where=raw(name),
                    party=FaultOf.PROVIDER,
                )


LAWS = (
    Law(requirement="JN-01", judge=once),
    Law(requirement="JN-02", judge=alike),
    Law(requirement="JN-03", judge=as_registered),
)
