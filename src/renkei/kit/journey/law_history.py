"""Laws of what is told and when: in time, in order, with nothing lost, and the whole equal to its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from renkei.flow.facade import JobState
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.phrase import phrase, raw
from renkei.kit.columns import masked, shown_cell
from renkei.kit.form import Form, Row
from renkei.kit.handover import SIDES
from renkei.kit.journey.act_nationality import BULK
from renkei.kit.journey.feed import FULL, Carried, Feed, folded
from renkei.kit.journey.law_protection import unconcerned
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.municipality import Office
from renkei.kit.journey.truth import LEFT, STAYS, Person

PEOPLE, PROTECTED = ("001o005", "001o006"), "001o009"
TAKEN = "taken"
SEEN = "journey-rows-seen"


def in_time(look: Look) -> None:
    """Each event is told within the window, and everybody takes in what was told."""
    for feed, person, wanted in _awaited(look):
        rows = len(feed.of(person.number))
        look.that(
            rows >= wanted,
            "journey-not-told-in-time",
            expected=phrase("journey-rows", count=wanted),
            actual=phrase("journey-rows", count=rows),
            whose=feed.provider,
            linkage=feed.linkage.id,
            party=FaultOf.PROVIDER,
        )
        for office in look.askers(feed):
            _arrived(look, feed, person, office)
    for feed in look.town.feeds.values():
        look.that(
            not feed.missing and not feed.unread,
            "journey-file-missing" if feed.missing else "journey-file-unreadable",
            expected=phrase("nothing"),
            actual=raw(" ".join(map(str, feed.missing or feed.unread))),
            whose=feed.provider,
            linkage=feed.linkage.id,
            party=FaultOf.PROVIDER,
        )
    for carried in look.town.deliveries:
        _taken(look, carried)


def is_told(feed: Feed, people: Sequence[Person]) -> bool:
    """Whether a linkage has told what it has to tell of these people: its rows, or anything at all where none are counted."""
    if feed.linkage.id in PEOPLE:
        return all(len(feed.of(person.number)) >= person.rows and STAYS not in person.facts for person in people)
    if feed.linkage.id == PROTECTED:
        known = [(person, person.protection) for person in people if person.protection]
        return all(len(feed.of(person.number)) >= one.rows and not one.lifted for person, one in known)
    return any(parcel.rows for parcel in feed.waiting)


def _arrived(look: Look, feed: Feed, person: Person, office: Office) -> None:
    """The provider's latest row of somebody is among what an office holds."""
    row = feed.latest(person.number)
    if not row or feed.is_on_the_way(person.number):
        return
    wanted = feed.form.key_of(row)
    keys = {feed.form.key_of(one.values) for one in look.held(office, feed, person.number)}
    look.that(
        wanted in keys,
        "journey-not-arrived",
        expected=phrase("row-held"),
        actual=phrase("journey-rows-without", count=len(keys)),
        whose=office,
        linkage=feed.linkage.id,
    )


def _awaited(look: Look) -> Iterator[tuple[Feed, Person, int]]:
    for person in look.people:
        for feed in look.feeds(*PEOPLE):
            yield feed, person, person.rows
        for feed in look.feeds(PROTECTED) if person.protection else ():
            yield feed, person, person.protection.rows if person.protection else 0


def _taken(look: Look, carried: Carried) -> None:
    """One import: it came to its end, and refused neither a file nor a row."""
    office, job = look.town.offices[carried.taker], carried.job
    if job is None:
        if carried.obstacle and SIDES.get(carried.obstacle.code, (Outcome.BLOCKED,))[0] is not Outcome.FAILED:
            raise carried.obstacle
        look.that(
            False,
            "journey-office-not-reached",
            expected=phrase("job-finished"),
            actual=raw(carried.obstacle.code if carried.obstacle else ""),
            whose=office,
            linkage=carried.linkage,
        )
        return
    refused = [one.name for one in job.files if one.result != TAKEN and one.name.rpartition("/")[2] in carried.files]
    rows = job.rejected or sum(not row.accepted for row in job.rows)
    fine = job.state is JobState.FINISHED and not refused and not rows
    look.that(
        fine,
        "journey-import-failed",
        expected=phrase("job-finished"),
        actual=raw(f"{job.state} {masked(job.message)} {' '.join(refused[:3])} {rows or ''}".strip()),
        whose=office,
        linkage=carried.linkage,
    )


def serial(look: Look) -> None:
    """Histories are counted from one without a gap, keep every row, and have exactly one latest."""
    for feed in (*look.feeds(*PEOPLE), *look.feeds(PROTECTED)):
        seen: dict[str, set[tuple[str, ...]]] = look.town.scratch.setdefault(SEEN, {}).setdefault(feed.linkage.id, {})
        for person in look.people:
            rows = feed.of(person.number)
            if not rows:
                continue
            _counted(look, feed, rows, feed.provider, party=FaultOf.PROVIDER)
            _not_more(look, feed, person, rows)
            keys = {feed.form.key(row) for row in rows}
            lost = seen.get(person.number, set()) - keys
            look.that(
                not lost,
                "journey-history-erased",
                expected=phrase("nothing"),
                actual=phrase("journey-rows", count=len(lost)),
                whose=feed.provider,
                linkage=feed.linkage.id,
                party=FaultOf.PROVIDER,
            )
            seen[person.number] = keys
            for office in look.askers(feed):
                _kept(look, feed, person, office, keys)


def _counted(look: Look, feed: Feed, rows: list[Row], office: Office, *, party: FaultOf) -> None:
    form = feed.form
    serials = sorted(form.order(row) for row in rows)
    first = serials[0][0]
    whole = [one for one, _ in serials] == list(range(first, first + len(set(serials)))) and first == 1
    look.that(
        whole or (form.branch >= 0 and len({one for one, _ in serials}) < len(serials)),
        "journey-history-not-serial",
        expected=raw(f"1-{len(rows)}"),
        actual=raw(" ".join(str(one) for one, _ in serials[:20])),
        whose=office,
        linkage=feed.linkage.id,
        party=party,
    )
    if form.latest < 0:
        return
    latest = [row for row in rows if row[form.latest] == "1"]
    look.that(
        len(latest) == 1 and form.order(latest[0]) == max(serials),
        "journey-not-one-latest",
        expected=phrase("journey-records", count=1),
        actual=phrase("journey-records", count=len(latest)),
        whose=office,
        linkage=feed.linkage.id,
        party=party,
    )


def _not_more(look: Look, feed: Feed, person: Person, rows: list[Row]) -> None:
    """Each event adds the rows that belong to it, and no others."""
    known = person.protection.rows if person.protection else 0
    wanted = known if feed.linkage.id == PROTECTED else person.rows
    look.that(
        len(rows) <= wanted or STAYS in person.facts,
        "journey-rows-too-many",
        expected=phrase("journey-rows", count=wanted),
        actual=phrase("journey-rows", count=len(rows)),
        whose=feed.provider,
        linkage=feed.linkage.id,
        party=FaultOf.PROVIDER,
    )


def _kept(look: Look, feed: Feed, person: Person, office: Office, keys: set[tuple[str, ...]]) -> None:
    """What an office that keeps histories shows of one is the whole of it."""
    held = {key for one in look.held(office, feed, person.number) if (key := feed.form.key_of(one.values))}
    if not held or not look.town.keeps_history(office.id, feed.linkage.id):
        return
    look.that(
        held == keys,
        "journey-history-not-kept",
        expected=phrase("journey-rows", count=len(keys)),
        actual=phrase("journey-rows", count=len(held)),
        whose=office,
        linkage=feed.linkage.id,
    )


def whole(look: Look) -> None:
    """A full file that is asked for now is what the former one and the deltas come to."""
    asked = False
    for feed in (*look.feeds(*PEOPLE), *look.feeds(PROTECTED)):
        if not look.town.publish(feed):
            continue
        asked = True
        before = dict(feed.state.rows)
        full = next((one for one in reversed(feed.fetch()) if one.parts.kind == FULL), None)
        rows = folded(feed.form, iter(full.rows)) if full and full.rows is not None else {}
        different = differing(feed.form, before, rows)
        look.that(
            full is not None and not different,
            "journey-full-differs",
            expected=phrase("journey-rows", count=len(before)),
            actual=phrase("journey-rows-differ", count=len(different)),
            whose=feed.provider,
            linkage=feed.linkage.id,
            party=FaultOf.PROVIDER,
            where=raw(" ".join(sorted({name for names in different.values() for name in names})[:5])),
        )
    if not asked:
        look.account.spared["JN-06"] = "journey-no-full"


def differing(
    form: Form, one: dict[tuple[str, ...], Row], other: dict[tuple[str, ...], Row]
) -> dict[object, list[str]]:
    """By key what differs between two states: the names of columns, none for a row that only one of them has."""
    found: dict[object, list[str]] = {key: [] for key in one.keys() ^ other.keys()}
    for key in one.keys() & other.keys():
        if one[key] != other[key]:
            cells = zip(one[key], other[key], strict=True)
            names = [form.header[at] for at, (left, right) in enumerate(cells) if not form.same(at, left, right)]
            if names:
                found[key] = names
    return found


def once_only(look: Look) -> None:
    """Whoever receives residents knows the people without anybody typing them again (ワンスオンリー)."""
    for feed in look.feeds(*PEOPLE):
        for office in look.askers(feed):
            for person in look.people:
                row = feed.latest(person.number)
                current = [one.values for one in look.held(office, feed, person.number) if one.current]
                knows = any(_same_person(feed.form, row, values) for values in current)
                if not look.that(
                    knows,
                    "journey-told-by-hand",
                    expected=phrase("journey-known"),
                    actual=phrase("journey-typed-again"),
                    whose=office,
                    linkage=feed.linkage.id,
                ):
                    look.truth.by_hand.append((office.id, look.truth.last.act if look.truth.last else ""))


# What a clerk would have to type again, if it had not come by itself.
BASIC = ("shimei", "seinengappi", "seibetsu", "juminjotai", "setaibango", "jusho_choaza", "jusho_banchigohyoki")


def _same_person(form: Form, row: dict[str, str], values: object) -> bool:
    if not isinstance(values, dict):
        return False
    places = form.places
    return all(form.same(places[name], values[name], row.get(name, "")) for name in BASIC if name in values)


def bystanders(look: Look) -> None:
    """What was told since the last look is about those to whom something happened, and nobody else is hidden."""
    unconcerned(look)
    touched = {look.truth.person(name).number.lstrip("0") for name in look.truth.touched}
    touched |= {number.lstrip("0") for number in look.truth.facts.get(BULK, {}).get("numbers", ())}
    for feed in (*look.feeds(*PEOPLE), *look.feeds(PROTECTED)):
        place = feed.form.places["atenabango"]
        told = {row[place].lstrip("0") for parcel, row in feed.rows_of_news() if parcel.parts.kind != FULL}
        others = {number for number in told - touched if not _was_planned(feed, number)}
        look.that(
            not others,
            "journey-others-changed",
            expected=phrase("nothing"),
            actual=phrase("journey-people", count=len(others)),
            whose=feed.provider,
            linkage=feed.linkage.id,
            party=FaultOf.PROVIDER,
        )


def _was_planned(feed: Feed, number: str) -> bool:
    """Whether somebody left now who had announced it before: that comes with the day, and of nobody's act."""
    row = feed.latest(number)
    return row.get("juminjotai") == LEFT and any(row.get(name) for name in row if "yotei" in name)


def stays(look: Look) -> None:
    """The same 転入通知 again adds no row, and a planned address is never written over."""
    for feed in look.feeds(*PEOPLE):
        for person in look.people:
            if STAYS in person.facts:
                rows = len(feed.of(person.number))
                look.that(
                    rows == person.facts[STAYS],
                    "journey-notice-counted-twice",
                    expected=phrase("journey-rows", count=person.facts[STAYS]),
                    actual=phrase("journey-rows", count=rows),
                    whose=feed.provider,
                    linkage=feed.linkage.id,
                    party=FaultOf.PROVIDER,
                )
            _planned(look, feed, person)


def _planned(look: Look, feed: Feed, person: Person) -> None:
    row = feed.latest(person.number)
    for name, wanted in person.facts.get("yotei", {}).items():
        if name in feed.form.places and row:
            item = feed.form.items[feed.form.places[name]]
            look.that(
                row[name] == wanted,
                "journey-plan-overwritten",
                expected=raw(shown_cell(item, wanted)),
                actual=raw(shown_cell(item, row[name])),
                whose=feed.provider,
                linkage=feed.linkage.id,
                where=raw(name),
                party=FaultOf.PROVIDER,
            )


LAWS = (
    Law(requirement="JN-04", judge=in_time),
    Law(requirement="JN-05", judge=serial),
    Law(requirement="JN-06", judge=whole, stirs=True),
    Law(requirement="JN-10", judge=stays),
    Law(requirement="JN-20", judge=once_only, nights=1),
    Law(requirement="JN-30", judge=bystanders, after_acts=True),
)
