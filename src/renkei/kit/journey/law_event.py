"""Laws of single events: what a cancellation, a return, a planned departure, a late number and the like must come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import phrase, raw
from renkei.kit.columns import masked, shown_cell
from renkei.kit.journey.act_family import UNSET
from renkei.kit.journey.act_nationality import BULK
from renkei.kit.journey.act_people import AGAIN, CORRECTED, NO_LONGER, PLANNED
from renkei.kit.journey.law_people import PEOPLE, WITH_NUMBER, current_of, holders
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.truth import CANCELLED, LEFT, RESIDENT, UNKNOWN_DAY, Person

RETURNED, NUMBERED = "returned", "numbered"
HEADLESS, MARRIED, NATURALISED, RESIDENCE = "headless", "married", "naturalised", "residence"
REASONS = frozenset({AGAIN, NO_LONGER, CORRECTED})


def told_and_held(
    look: Look,
    wanted: Callable[[Person], Mapping[str, str]],
    rule: str,
    *linkages: str,
) -> None:
    """These cells of somebody are told by the provider, and held by everybody, as they are wanted."""
    for feed in look.feeds(*(linkages or PEOPLE)):
        for person in look.people:
            row = feed.latest(person.number)
            for name, value in wanted(person).items():
                place = feed.form.places.get(name, -1)
                if place < 0:
                    continue
                item = feed.form.items[place]
                told = row.get(name, "")
                right = look.that(
                    feed.form.same(place, told, value),
                    rule,
                    expected=raw(shown_cell(item, value)),
                    actual=raw(shown_cell(item, told)),
                    whose=feed.provider,
                    linkage=feed.linkage.id,
                    where=raw(name),
                    party=FaultOf.PROVIDER,
                )
                for office in look.askers(feed) if right else ():
                    current = [one.values for one in current_of(look, office, feed, person)]
                    held = [values[name] for values in current if name in values]
                    wrong = [one or "" for one in held if not feed.form.same(place, one, value)]
                    look.that(
                        not wrong and bool(current),
                        rule,
                        expected=raw(shown_cell(item, value)),
                        actual=raw(shown_cell(item, wrong[0])) if wrong else phrase("journey-records", count=0),
                        whose=office,
                        linkage=feed.linkage.id,
                        where=raw(name),
                    )


def cancelled(look: Look) -> None:
    """The cancelling row comes after the cancelled one, and everybody is back where they were."""
    people = [person for person in look.people if CANCELLED in person.facts]
    for feed in look.feeds(*PEOPLE):
        for person in people:
            rows = feed.of(person.number)
            reason = feed.form.places["idojiyu"]
            row = feed.latest(person.number)
            fact = person.facts[CANCELLED]
            kept = len(rows) > fact["rows"] and row.get("idojiyu") in REASONS
            look.that(
                kept,
                "journey-cancellation-not-appended",
                expected=phrase("journey-rows-cancelled", count=fact["rows"] + 1, reasons=" / ".join(sorted(REASONS))),
                actual=phrase("journey-rows-of", count=len(rows), reasons=" ".join(one[reason] for one in rows[-5:])),
                whose=feed.provider,
                linkage=feed.linkage.id,
                party=FaultOf.PROVIDER,
            )
    told_and_held(look, _restored, "journey-cancellation-lost")


def _restored(person: Person) -> dict[str, str]:
    """What was before, as far as it was registered; nothing when something else happened after the cancellation."""
    if CANCELLED not in person.facts:
        return {}
    names = ("juminjotai", "setaibango", "shimei", "jusho_choazakodo", "jusho_banchigohyoki", "tsuzukigarakodo1")
    return {name: person.cells[name] for name in names if name in person.cells}


def returned(look: Look) -> None:
    """Who came back has the former number, at the provider and everywhere."""
    for person in look.people:
        if RETURNED not in person.facts:
            continue
        office = look.town.office("001")
        answered = person.facts.get("answered-number") or person.number
        look.that(
            answered.lstrip("0") == person.number.lstrip("0"),
            "journey-returned-under-another-number",
            expected=raw(masked(person.number)),
            actual=raw(masked(answered)),
            whose=office,
            party=FaultOf.PROVIDER,
        )
        for feed in look.feeds(WITH_NUMBER):
            same = {row["atenabango"] for row in feed.current() if row["kojinbango"] == person.cells.get("kojinbango")}
            look.that(
                len(same) <= 1,
                "journey-returned-under-another-number",
                expected=phrase("journey-people", count=1),
                actual=phrase("journey-people", count=len(same)),
                whose=feed.provider,
                linkage=feed.linkage.id,
                party=FaultOf.PROVIDER,
            )
    told_and_held(look, lambda one: {"juminjotai": one.state} if RETURNED in one.facts else {}, "journey-return-lost")


def until_the_day(look: Look) -> None:
    """Before the planned day a resident, from that day on no longer."""

    def state(person: Person) -> Mapping[str, str]:
        if PLANNED in person.facts:
            return {"juminjotai": RESIDENT}
        return {"juminjotai": LEFT} if person.facts.get("left-on") and person.state == LEFT else {}

    told_and_held(look, state, "journey-left-on-another-day")


def late_number(look: Look) -> None:
    """A 個人番号 that was written later is known to everybody who uses it, in a row of its own."""

    def number(person: Person) -> Mapping[str, str]:
        return {"kojinbango": person.cells["kojinbango"]} if NUMBERED in person.facts else {}

    told_and_held(look, number, "journey-number-not-told", WITH_NUMBER)
    for feed in look.feeds(WITH_NUMBER):
        for person in look.people:
            if NUMBERED in person.facts:
                place = feed.form.places["kojinbango"]
                first = [row[place] for row in feed.of(person.number)][:1]
                look.that(
                    first == [""],
                    "journey-number-written-over",
                    expected=phrase("empty"),
                    actual=raw(masked("".join(first))),
                    whose=feed.provider,
                    linkage=feed.linkage.id,
                    party=FaultOf.PROVIDER,
                )


def unknown_day(look: Look) -> None:
    """Flag and wording of an unknown day are everywhere what was written."""
    told_and_held(look, lambda person: person.facts.get(UNKNOWN_DAY, {}), "journey-unknown-day-changed")


def headless(look: Look) -> None:
    """A household without a head is told with every member, none of them the head."""

    def unset(person: Person) -> Mapping[str, str]:
        if person.cells.get("tsuzukigarahyoki") != UNSET or person.state != RESIDENT:
            return {}
        return {"tsuzukigarakodo1": "", "tsuzukigarahyoki": UNSET, "juminjotai": RESIDENT}

    told_and_held(look, unset, "journey-headless-not-told")


def married(look: Look) -> None:
    """Both who married have a new row, with household and relation."""

    def couple(person: Person) -> Mapping[str, str]:
        if MARRIED not in person.facts:
            return {}
        names = ("shimei", "setaibango", "tsuzukigarakodo1")
        return {name: person.cells[name] for name in names if name in person.cells}

    told_and_held(look, couple, "journey-marriage-not-told")
    for feed in look.feeds(*PEOPLE):
        for person in look.people:
            if MARRIED in person.facts:
                look.that(
                    len(feed.of(person.number)) >= person.rows,
                    "journey-marriage-of-one",
                    expected=phrase("journey-rows", count=person.rows),
                    actual=phrase("journey-rows", count=len(feed.of(person.number))),
                    whose=feed.provider,
                    linkage=feed.linkage.id,
                    party=FaultOf.PROVIDER,
                )


def naturalised(look: Look) -> None:
    """Another nationality, the same numbers, and one current row."""

    def same(person: Person) -> Mapping[str, str]:
        if NATURALISED not in person.facts:
            return {}
        names = ("juminshubetsu", "kojinbango", "juminjotai")
        return {name: person.cells[name] for name in names if name in person.cells}

    told_and_held(look, same, "journey-nationality-lost")
    for feed in look.feeds(*PEOPLE):
        for office in look.askers(feed):
            for person in look.people:
                if NATURALISED not in person.facts:
                    continue
                count = len(current_of(look, office, feed, person))
                look.that(
                    count == 1,
                    "journey-naturalised-twice",
                    expected=phrase("journey-records", count=1),
                    actual=phrase("journey-records", count=count),
                    whose=office,
                    linkage=feed.linkage.id,
                )


def residence(look: Look) -> None:
    """在留資格 and 在留期間 are everywhere what was written."""
    told_and_held(look, lambda person: person.facts.get(RESIDENCE, {}), "journey-residence-not-told")


def bulk(look: Look) -> None:
    """A bulk change tells everybody concerned in one delta, and nobody who changed meanwhile; who moves later has moved."""
    fact = look.truth.facts.get(BULK, {})
    if not fact.get("done"):
        return
    there = {one.number.lstrip("0"): _is_new(one.cells, fact["new"]) for one in look.truth.known()}
    for feed in look.feeds(*PEOPLE):
        numbers = {number.lstrip("0") for number in fact["numbers"]}
        wanted = {number for number in numbers if there.get(number, True)}
        left_out = {number.lstrip("0") for number in fact["rows"]} - numbers
        left_out = {number for number in left_out if not there.get(number, False)}
        in_new = {row["atenabango"].lstrip("0") for row in feed.current() if _is_new(row, fact["new"])}
        look.that(
            wanted <= in_new and not in_new & left_out,
            "journey-bulk-not-all" if not wanted <= in_new else "journey-bulk-of-others",
            expected=phrase("journey-people", count=len(wanted)),
            actual=phrase("journey-people", count=len(in_new)),
            whose=feed.provider,
            linkage=feed.linkage.id,
            party=FaultOf.PROVIDER,
        )
    _held_anew(look, fact)


def _held_anew(look: Look, fact: dict[str, object]) -> None:
    """Everybody holds the new address of whoever was concerned, and of the people of this story in any case."""
    new = fact["new"]
    for feed, office, person, record in holders(look, *PEOPLE):
        if isinstance(new, Mapping) and person.cells.get("jusho_choazakodo") == new["jusho_choazakodo"]:
            look.that(
                record.values.get("jusho_choazakodo", new["jusho_choazakodo"]) == new["jusho_choazakodo"],
                "journey-bulk-not-held",
                expected=raw(new["jusho_choazakodo"]),
                actual=raw(record.values.get("jusho_choazakodo") or ""),
                whose=office,
                linkage=feed.linkage.id,
            )


def _is_new(row: Mapping[str, str], new: Mapping[str, str]) -> bool:
    return row.get("jusho_choazakodo", "") == new["jusho_choazakodo"]


LAWS = (
    Law(requirement="JN-07", judge=cancelled),
    Law(requirement="JN-08", judge=returned),
    Law(requirement="JN-09", judge=until_the_day),
    Law(requirement="JN-11", judge=late_number),
    Law(requirement="JN-13", judge=unknown_day),
    Law(requirement="JN-14", judge=headless),
    Law(requirement="JN-15", judge=married),
    Law(requirement="JN-17", judge=naturalised),
    Law(requirement="JN-18", judge=residence),
    Law(requirement="JN-19", judge=bulk),
)
