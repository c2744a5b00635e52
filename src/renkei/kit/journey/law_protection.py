"""Laws of 支援措置: hidden from the first decision to the last, everywhere, and nothing leaves 001 that need not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import Phrase, phrase, raw
from renkei.kit.journey.act_protection import LIFTED, SYSTEM
from renkei.kit.journey.feed import Feed
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.municipality import Office
from renkei.kit.journey.truth import LEFT, Person

PROTECTED = "001o009"
SCREENS = ("001o005", "001o006", PROTECTED)
ADDRESS = frozenset({"atenabango", "jusho_choaza"})
# 支援措置区分 of a protection whose end was decided.
ENDED = "3"
COPIES = "032o903"
FLAGS = ("jidootofukafuragu", "fukaijigaitofuragu")
DAY = 86_400
UNTOLD = "suppression-untold"
# When files about protections were last handed on.
DELIVERED = "journey-protection-delivered"


def _hidden(look: Look, people: Iterable[Person], rule: str, *, hidden: bool = True) -> None:
    """Whether the address of each is hidden (or shown) on every screen of everybody who receives 支援措置.

    Where 001 told another thing than was decided, it is 001's to mend, and nobody's who goes by what was told.
    """
    for person in people:
        if _is_untold(look, person, rule, hidden=hidden):
            continue
        for office, feed in _screens(look):
            told = [one for one in look.held(office, feed, person.number) if one.suppressed is not None]
            if not told:
                if feed.linkage.id in SCREENS:
                    look.account.spared.setdefault(look.requirement, UNTOLD)
                continue
            wrong = [one for one in told if one.suppressed is not hidden]
            look.account.spared.pop(look.requirement, None)
            look.that(
                not wrong,
                rule,
                expected=_as_phrase(hidden),
                actual=_as_phrase(not hidden),
                whose=office,
                linkage=feed.linkage.id,
            )


def _as_phrase(hidden: bool) -> Phrase:
    return phrase("address-hidden" if hidden else "address-shown")


def as_told(look: Look, person: Person) -> bool:
    """Whether 001 told of somebody's protection what was decided; who was not told has nothing to mend."""
    feed = look.town.feed(PROTECTED)
    kind = feed.latest(person.number).get("shiensochikubun", ENDED) if feed else ENDED
    return feed is None or (kind != ENDED) == person.is_hidden


def _is_untold(look: Look, person: Person, rule: str, *, hidden: bool) -> bool:
    """Write down against 001 that it tells another thing than was decided; of who was protected before nothing is said."""
    feed = look.town.feed(PROTECTED)
    if feed is None or as_told(look, person):
        return False
    if person.protection is None:
        return True
    look.that(
        False,
        rule,
        expected=_as_phrase(hidden),
        actual=_as_phrase(not hidden),
        whose=feed.provider,
        linkage=PROTECTED,
        party=FaultOf.PROVIDER,
    )
    return True


def _screens(look: Look) -> Iterator[tuple[Office, Feed]]:
    """Whatever an office that receives 支援措置 shows of people with their address, and 支援措置 itself."""
    protected = look.town.feed(PROTECTED)
    for office in look.askers(protected) if protected else ():
        for feed in look.town.feeds.values():
            if office in feed.takers and (feed.linkage.id == PROTECTED or feed.form.places.keys() >= ADDRESS):
                yield office, feed


def _chosen(look: Look, wanted: Callable[[Person], bool]) -> list[Person]:
    """The protected of whom something is so."""
    return [person for person in look.people if person.is_hidden and wanted(person)]


def _outlived(look: Look, person: Person) -> bool:
    return person.protection is not None and person.protection.end < look.town.today


def _plain(look: Look, person: Person) -> bool:
    """Nothing else is to be said of this protection than that it goes on."""
    known = person.protection
    special = _outlived(look, person) or person.state == LEFT or LIFTED in person.facts
    return known is not None and not known.together and not special


def hidden(look: Look) -> None:
    """From the decision on, provisional or not."""
    _hidden(look, _chosen(look, lambda person: _plain(look, person)), "journey-protected-shown")


def together(look: Look) -> None:
    """Children and others of the same application as well."""
    chosen = _chosen(look, lambda person: person.protection is not None and person.protection.together)
    _hidden(look, chosen, "journey-together-shown")


def outlived(look: Look) -> None:
    """An end date that passed without a decision changes nothing."""
    _hidden(look, _chosen(look, lambda person: _outlived(look, person)), "journey-shown-after-end-date")


def lifted(look: Look) -> None:
    """一時解除 puts no row into any file, and nobody shows the address."""
    chosen = _chosen(look, lambda person: LIFTED in person.facts)
    for feed in look.feeds(PROTECTED):
        for person in chosen:
            rows = len(feed.of(person.number))
            look.that(
                rows == person.facts[LIFTED],
                "journey-lift-told",
                expected=phrase("journey-rows", count=person.facts[LIFTED]),
                actual=phrase("journey-rows", count=rows),
                whose=feed.provider,
                linkage=feed.linkage.id,
                party=FaultOf.PROVIDER,
            )
    _hidden(look, chosen, "journey-shown-by-lift")


def ended(look: Look) -> None:
    """After the decision to end the address is hidden no more."""
    chosen = [person for person in look.people if person.protection is not None and person.protection.ended]
    _hidden(look, chosen, "journey-hidden-after-end", hidden=False)


def extended(look: Look) -> None:
    """The new period begins on the day after the former one, and ends as it was decided."""
    for feed in look.feeds(PROTECTED):
        for person in look.people:
            known = person.protection
            if known is None or not known.before[0]:
                continue
            row = feed.latest(person.number)
            told = (row.get("shiensochikaishinengappi", ""), row.get("shiensochishuryonengappi", ""))
            look.that(
                told == (known.start, known.end),
                "journey-extension-with-gap",
                expected=raw(f"{known.start} - {known.end}"),
                actual=raw(" - ".join(told)),
                whose=feed.provider,
                linkage=feed.linkage.id,
                party=FaultOf.PROVIDER,
            )
    _hidden(look, _chosen(look, lambda one: one.protection is not None and bool(one.protection.before[0])), EXTENDED)


EXTENDED = "journey-shown-while-extended"


def left(look: Look) -> None:
    """The place that somebody left goes on hiding the address."""
    _hidden(look, _chosen(look, lambda person: person.state == LEFT), "journey-shown-after-departure")


def settled(look: Look, person: Person) -> bool:
    """Whether offices that tell once a day have had that day since they were told of somebody's protection."""
    if any(one.linkage == PROTECTED and one.rows for one in look.town.deliveries):
        look.town.scratch[DELIVERED] = look.town.virtual
    since = person.protection.since if person.protection else 0.0
    delivered: float = look.town.scratch.get(DELIVERED, 0.0)
    return look.town.virtual - max(since, delivered) >= DAY


def unanswered(look: Look) -> None:
    """The copies of the protected are not to be answered by themselves, those of others are; told once a day."""
    for feed in look.feeds(COPIES):
        for person in look.people:
            rows = [row for row in feed.of(person.number) if row[feed.form.latest] == "1"]
            wanted = "1" if person.is_hidden else "0"
            known = person.protection is not None and as_told(look, person)
            for row in rows if known and settled(look, person) else ():
                told = {row[feed.form.places[name]] or "0" for name in FLAGS}
                look.that(
                    told == {wanted},
                    "journey-answered-automatically" if wanted == "1" else "journey-never-answered",
                    expected=raw(wanted),
                    actual=raw(" ".join(sorted(told))),
                    whose=feed.provider,
                    linkage=feed.linkage.id,
                    party=FaultOf.PROVIDER,
                )


def assailant(look: Look) -> None:
    """Nothing that was written down of the assailant is in any file, nor in what an office holds.

    Where 001 told it, whoever holds it or tells it on has nothing to mend.
    """
    secrets = {value for one in look.truth.facts.get("assailants", ()) for value in one.values()}
    if not secrets:
        return
    own = [feed for feed in look.town.feeds.values() if feed.provider.info.system == SYSTEM]
    cells_told = (cell for feed in own for person in look.people for row in feed.of(person.number) for cell in row)
    leaked = any(secret in cell for cell in cells_told for secret in secrets)
    for feed in own if leaked else look.town.feeds.values():
        for parcel in feed.news:
            look.that(
                not any(secret.encode() in parcel.content for secret in secrets),
                "journey-assailant-told",
                expected=phrase("nothing"),
                actual=raw(parcel.name),
                whose=feed.provider,
                linkage=feed.linkage.id,
                party=FaultOf.PROVIDER,
            )
    if leaked:
        return
    for person in look.people:
        for office, feed in _screens(look):
            cells = [cell for one in look.held(office, feed, person.number) for cell in _cells(one.values)]
            look.that(
                not any(secret in cell for cell in cells for secret in secrets),
                "journey-assailant-held",
                expected=phrase("nothing"),
                actual=phrase("journey-found"),
                whose=office,
                linkage=feed.linkage.id,
            )


def unconcerned(look: Look) -> None:
    """Whoever never was protected is hidden nowhere."""
    chosen = [person for person in look.people if person.protection is None]
    _hidden(look, chosen, "journey-hidden-without-reason", hidden=False)
    look.account.spared.pop(look.requirement, None)


def _cells(values: Mapping[str, str | None]) -> Iterator[str]:
    return (cell for cell in values.values() if cell)


LAWS = (
    Law(requirement="JN-21", judge=hidden),
    Law(requirement="JN-22", judge=together),
    Law(requirement="JN-23", judge=outlived),
    Law(requirement="JN-24", judge=lifted),
    Law(requirement="JN-25", judge=ended),
    Law(requirement="JN-26", judge=extended),
    Law(requirement="JN-27", judge=left),
    Law(requirement="JN-28", judge=unanswered),
    Law(requirement="JN-29", judge=assailant),
)
