"""Laws of addresses that stand in the rows of others: of co-owners, agents and places for letters who are protected.

Which column of a linkage says whose address a row shows, and which columns are that address, is told by the rules of the
contract: they are the rules of its flag of an address that is not to be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from renkei.flow.contract import RuleKind
from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import phrase, raw
from renkei.kit.journey.feed import Feed
from renkei.kit.journey.law_protection import PROTECTED, as_told, settled
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.municipality import Office
from renkei.kit.journey.told import present, rows_of
from renkei.kit.journey.truth import Person

COLLECTION = "036"
FLAG = "jushohihyojifuragu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A linkage that shows addresses of others than its own people: whose, and in which columns."""

    feed: Feed
    number: str
    address: tuple[str, ...]


def listings(look: Look) -> Iterator[Listing]:
    """Every linkage between offices of the plan that has such addresses."""
    for feed in look.town.feeds.values():
        rules = [one for one in feed.provider.system.rules if one.linkage == feed.linkage.id and one.columns[0] == FLAG]
        numbers = [one.columns[1] for one in rules if one.kind is RuleKind.FLAG_WHEN_LISTED]
        address = [name for one in rules if one.kind is RuleKind.ABSENT_WHEN for name in one.columns[1:]]
        if numbers and address:
            yield Listing(feed=feed, number=numbers[0], address=tuple(address))


def listed(look: Look) -> None:
    """Nobody shows the address of who is protected, and on the next day it is in no row any more."""
    if not present(look, COLLECTION):
        return
    protected = look.town.feed(PROTECTED)
    knowing = {taker.id for taker in protected.takers} if protected else set[str]()
    for listing in listings(look):
        for person in filter(lambda one: as_told(look, one), look.people):
            for office in look.askers(listing.feed):
                if office.id in knowing:
                    _shown(look, listing, person, office)
            if listing.feed.provider.id in knowing and person.is_hidden and settled(look, person):
                _told(look, listing, person)


def _shown(look: Look, listing: Listing, person: Person, office: Office) -> None:
    """What the screen of an office makes of the address in each row that it holds."""
    linkage = listing.feed.linkage.id
    for one in look.town.held(office.id, linkage, person.number, item=listing.number):
        there = any(one.values.get(name) for name in listing.address)
        if one.suppressed is None and there:
            continue
        shown = there and not one.suppressed
        hidden_for_nothing = one.suppressed is True and not person.is_hidden
        look.that(
            not (shown if person.is_hidden else hidden_for_nothing),
            "journey-listed-address-shown" if person.is_hidden else "journey-hidden-without-reason",
            expected=phrase("address-hidden" if person.is_hidden else "address-shown"),
            actual=phrase("address-shown" if person.is_hidden else "address-hidden"),
            whose=office,
            linkage=linkage,
            where=raw(listing.number),
        )


def _told(look: Look, listing: Listing, person: Person) -> None:
    """The rows in force of who is protected have no address, and say that there is none to be shown."""
    for row in rows_of(listing.feed, person.number, listing.number):
        told = [name for name in listing.address if row[name]]
        look.that(
            not told and row[FLAG] == "1",
            "journey-listed-address-told",
            expected=phrase("address-hidden"),
            actual=phrase("address-shown") if told else raw(f"{FLAG}={row[FLAG]}"),
            whose=listing.feed.provider,
            linkage=listing.feed.linkage.id,
            where=raw(told[0] if told else FLAG),
            party=FaultOf.PROVIDER,
        )


LAWS = (Law(requirement="JN-80", judge=listed),)
