"""Laws of residents: one person once, as registered, everywhere, in one household, and without a number that is not theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from renkei.flow.facade import Record
from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import phrase, raw
from renkei.kit.columns import shown_cell
from renkei.kit.journey.feed import Feed
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.municipality import Office
from renkei.kit.journey.truth import RESIDENT, Person

PLAIN, WITH_NUMBER = "001o005", "001o006"
PEOPLE = (PLAIN, WITH_NUMBER)
HEAD = "01"


def current_of(look: Look, office: Office, feed: Feed, person: Person) -> list[Record]:
    """The rows of somebody that an office works with."""
    return [one for one in look.held(office, feed, person.number) if one.current]


def holders(look: Look, *linkages: str) -> Iterator[tuple[Feed, Office, Person, Record]]:
    """Every current row of everybody looked at, at every office that can be asked."""
    for feed in look.feeds(*linkages):
        for office in look.askers(feed):
            for person in look.people:
                for record in current_of(look, office, feed, person):
                    yield feed, office, person, record


def once(look: Look) -> None:
    """Exactly one current record of each person at each office that receives residents, under one number.

    Whoever was told no row in force of somebody cannot hold one: that is the provider's.
    """
    for feed in look.feeds(*PEOPLE):
        for office in look.askers(feed):
            for person in look.people:
                current = current_of(look, office, feed, person)
                if not current and (not feed.latest(person.number) or feed.is_on_the_way(person.number)):
                    continue
                look.that(
                    len(current) == 1,
                    "journey-person-twice" if current else "journey-person-missing",
                    expected=phrase("journey-records", count=1),
                    actual=phrase("journey-records", count=len(current)),
                    whose=office,
                    linkage=feed.linkage.id,
                )
                if look.whole and feed.linkage.id == WITH_NUMBER and person.cells.get("kojinbango"):
                    _one_number(look, office, feed, person)


def _one_number(look: Look, office: Office, feed: Feed, person: Person) -> None:
    """Nobody else holds the person's 個人番号."""
    records = look.town.held(office.id, feed.linkage.id, person.cells["kojinbango"], item="kojinbango")
    numbers = {(one.values.get("atenabango") or "").lstrip("0") for one in records}
    right = numbers <= {person.number.lstrip("0")}
    by_office = right or not _is_told_twice(feed, person)
    look.that(
        right,
        "journey-person-twice",
        expected=phrase("journey-people", count=1),
        actual=phrase("journey-people", count=len(numbers)),
        whose=office if by_office else feed.provider,
        linkage=feed.linkage.id,
        where=raw("kojinbango"),
        party=FaultOf.CONSUMER if by_office else FaultOf.PROVIDER,
    )


def _is_told_twice(feed: Feed, person: Person) -> bool:
    """Whether the provider itself has that 個人番号 under several numbers."""
    card = person.cells["kojinbango"]
    return len({row["atenabango"].lstrip("0") for row in feed.current() if row["kojinbango"] == card}) > 1


def alike(look: Look) -> None:
    """What an office holds of somebody is the provider's latest row, cell by cell."""
    for feed, office, person, record in holders(look, *PEOPLE):
        row = feed.latest(person.number)
        if not row:
            continue
        differing = next(_differing(feed, row, record.values), None)
        place, held = differing or (0, "")
        name = feed.form.header[place]
        look.that(
            differing is None,
            "journey-cell-differs",
            expected=raw(shown_cell(feed.form.items[place], row[name])),
            actual=raw(shown_cell(feed.form.items[place], held)),
            whose=office,
            linkage=feed.linkage.id,
            where=raw(name if differing else ""),
        )


def _differing(feed: Feed, row: Mapping[str, str], values: Mapping[str, str | None]) -> Iterator[tuple[int, str]]:
    for place, name in enumerate(feed.form.header):
        if name in values and not feed.form.same(place, values[name], row[name]):
            yield place, values[name] or ""


def as_registered(look: Look) -> None:
    """What 001 tells of somebody is what was registered there."""
    for feed in look.feeds(*PEOPLE):
        for person in look.people:
            row = feed.latest(person.number)
            for name, wanted in person.cells.items():
                place = feed.form.places.get(name, -1)
                if place < 0 or not row:
                    continue
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


def numberless(look: Look) -> None:
    """The data set without 個人番号 has none in any cell, and neither has whoever receives that one only.

    Who was told one in a row of that set holds what it was told: that is the provider's.
    """
    numbers = {one.cells["kojinbango"] for one in look.truth.known() if one.cells.get("kojinbango")}
    numbers |= {cells["kojinbango"] for one in look.truth.known() for cells in one.past if cells.get("kojinbango")}
    if not numbers:
        return
    for feed in look.feeds(PLAIN):
        told = any(cell in numbers for _, row in feed.rows_of_news() for cell in row)
        look.that(
            not told,
            "journey-number-in-plain-file",
            expected=phrase("nothing"),
            actual=phrase("journey-found"),
            whose=feed.provider,
            linkage=feed.linkage.id,
            party=FaultOf.PROVIDER,
        )
    for feed, office, person, record in holders(look, PLAIN):
        unfounded = numbers.difference(*feed.of(person.number))
        look.that(
            not any(value in unfounded for value in record.values.values()),
            "journey-number-held",
            expected=phrase("nothing"),
            actual=phrase("journey-found"),
            whose=office,
            linkage=feed.linkage.id,
        )


def households(look: Look) -> None:
    """The members of a household are those who were registered in it, one of them its head.

    Where the provider tells another household, those who hold what was told have nothing to mend.
    """
    for number in dict.fromkeys(person.household for person in look.people if person.household):
        members = look.truth.members(number)
        wanted = {member.number.lstrip("0") for member in members}
        heads = sum(member.cells.get("tsuzukigarakodo1") == HEAD for member in members)
        for feed in look.feeds(*PEOPLE):
            rows = [row for row in feed.current() if row["setaibango"].lstrip("0") == number.lstrip("0")]
            told = _one_household(look, feed, feed.provider, rows, wanted, heads, party=FaultOf.PROVIDER)
            for office in look.askers(feed) if told else ():
                held = look.town.held(office.id, feed.linkage.id, number, item="setaibango")
                shown = [one.values for one in held if one.current and "setaibango" in one.values]
                members_shown = {(values.get("atenabango") or "").lstrip("0") for values in shown}
                missing = [one for one in members if one.number.lstrip("0") not in members_shown]
                if shown and not any(feed.is_on_the_way(one.number) for one in missing):
                    _one_household(look, feed, office, shown, wanted, heads, party=FaultOf.CONSUMER)


def _one_household(
    look: Look,
    feed: Feed,
    office: Office,
    rows: list[Mapping[str, str | None]] | list[dict[str, str]],
    wanted: set[str],
    heads: int,
    *,
    party: FaultOf,
) -> bool:
    """Whether the household is as it was registered."""
    living = [row for row in rows if row.get("juminjotai") == RESIDENT]
    members = {(row.get("atenabango") or "").lstrip("0") for row in living}
    played = {one.number.lstrip("0") for one in look.truth.known()}
    told = members & played
    right = look.that(
        told == wanted,
        "journey-household-differs",
        expected=phrase("journey-people", count=len(wanted)),
        actual=phrase("journey-people", count=len(told)),
        whose=office,
        linkage=feed.linkage.id,
        party=party,
    )
    if members == wanted:
        found = sum(row.get("tsuzukigarakodo1") == HEAD for row in living)
        right &= look.that(
            found == heads,
            "journey-heads-differ",
            expected=phrase("journey-people", count=heads),
            actual=phrase("journey-people", count=found),
            whose=office,
            linkage=feed.linkage.id,
            party=party,
        )
    return right


LAWS = (
    Law(requirement="JN-01", judge=once),
    Law(requirement="JN-02", judge=alike),
    Law(requirement="JN-03", judge=as_registered),
    Law(requirement="JN-12", judge=numberless),
    Law(requirement="JN-16", judge=households),
)
