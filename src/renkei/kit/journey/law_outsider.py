"""Laws of people who do not live here: one number each, kept through every change, and gone when they move in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import phrase, raw
from renkei.kit.columns import masked
from renkei.kit.journey.act_outsider import OUTSIDERS, TOLD, Outsider, outsider
from renkei.kit.journey.act_tax import insured
from renkei.kit.journey.act_welfare import GRANTED
from renkei.kit.journey.feed import Feed
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.told import Cells, amount, cell, count, hold, present, rows_of, same_number
from renkei.kit.journey.truth import Person
from renkei.town.number import numbered

PEOPLE = ("001o006", "001o005")
FLAG, INTO = "nayosemotofuragu", "nayosesakiatenabango"
BECAME_RESIDENT = "2"
RESULTS = "032o901"
REQUESTS: Mapping[str, str] = {
    "023": "023o907",
    "024": "024o909",
    "025": "025o906",
    "026": "026o904",
    "027": "027o905",
}
DONE = {"1", "2"}


def _everybody(look: Look) -> Iterator[tuple[Person, Outsider, Feed]]:
    """Who of the cast is or was a non-resident: 001 need not know them."""
    feed = look.town.feed(TOLD)
    for person in look.truth.people.values():
        known = outsider(person)
        if known is not None and feed is not None and person.name not in look.early:
            yield person, known, feed


def _present(look: Look, known: Outsider, feed: Feed) -> Cells | None:
    """The row in force; its absence is noted."""
    rows = rows_of(feed, known.number)
    count(look, feed, rows, 1, "journey-outsider-twice" if len(rows) > 1 else "journey-outsider-missing")
    return rows[-1] if rows else None


def one_number(look: Look) -> None:
    """A number with its check digit that is nobody else's, and one record at every office."""
    if not present(look, OUTSIDERS):
        return
    for _person, known, feed in _everybody(look):
        if known.deleted:
            continue
        body = known.number.zfill(15)
        # Where the remainder is 1 the text is silent on the digit, and nobody is judged by it.
        checked = numbered(int(body[:14])) if body.isdigit() else "9"
        look.that(
            checked in ("", body),
            "journey-number-malformed",
            expected=phrase("right-check-digit") if len(body) == len(checked) else raw("9{15}"),
            actual=raw(masked(known.number)),
            whose=feed.provider,
            linkage=TOLD,
            where=raw("atenabango"),
            party=FaultOf.PROVIDER,
        )
        taken = [one for one in look.feeds(*PEOPLE) if one.of(known.number)]
        others = [one for _, one, _ in _everybody(look) if one is not known and same_number(one.number, known.number)]
        look.that(
            not others and (known.carried or not taken),
            "journey-number-of-another",
            expected=raw(1),
            actual=raw(1 + len(others) + (not known.carried) * len(taken[:1])),
            whose=feed.provider,
            linkage=TOLD,
            where=raw("atenabango"),
            party=FaultOf.PROVIDER,
        )
        if row := _present(look, known, feed):
            for name, wanted in known.cells.items():
                if name in row:
                    cell(look, feed, row, name, wanted, "journey-outsider-differs")
            hold(look, feed, known.number, row, sorted(known.cells), "journey-outsider-not-held")


def changed(look: Look) -> None:
    """A change is one more row under the same number, and everybody holds it."""
    if not present(look, OUTSIDERS):
        return
    for _person, known, feed in _everybody(look):
        if known.rows < 2 or known.deleted:
            continue
        if row := _present(look, known, feed):
            look.that(
                amount(row, "rirekibango") == known.rows,
                "journey-outsider-history",
                expected=phrase("journey-rows", count=known.rows),
                actual=phrase("journey-rows", count=amount(row, "rirekibango")),
                whose=feed.provider,
                linkage=TOLD,
                where=raw("rirekibango"),
                party=FaultOf.PROVIDER,
            )
            for name, wanted in known.cells.items():
                if name in row:
                    cell(look, feed, row, name, wanted, "journey-outsider-differs")
            hold(look, feed, known.number, row, sorted(known.cells), "journey-outsider-not-held")


def carried(look: Look) -> None:
    """A former resident keeps the number, and is one person among the non-residents."""
    if not present(look, OUTSIDERS, "001"):
        return
    for person, known, feed in _everybody(look):
        if not known.carried:
            continue
        alike = [
            row
            for row in feed.current()
            if row["shimei"] == known.cells.get("shimei") and row["seinengappi"] == known.cells.get("seinengappi")
        ]
        right = [row for row in alike if same_number(row["atenabango"], person.number)]
        count(look, feed, right, 1, "journey-number-not-carried")
        count(look, feed, alike, 1, "journey-outsider-twice")
        for row in right:
            hold(look, feed, person.number, row, ("seinengappi",), "journey-outsider-not-held")


def deleted(look: Look) -> None:
    """The number of who became a resident is in force nowhere."""
    if not present(look, OUTSIDERS, "001"):
        return
    for _person, known, feed in _everybody(look):
        if not known.deleted:
            continue
        left = [row for row in rows_of(feed, known.number) if row["jutogaishajotai"] != BECAME_RESIDENT]
        count(look, feed, left, 0, "journey-outsider-still-there")
        for office in look.askers(feed) if not left else ():
            held = [
                one
                for one in look.held(office, feed, known.number)
                if one.values.get("jutogaishajotai") != BECAME_RESIDENT
            ]
            look.that(
                not held,
                "journey-outsider-still-there",
                expected=phrase("journey-records", count=0),
                actual=phrase("journey-records", count=len(held)),
                whose=office,
                linkage=TOLD,
            )


def _merger(look: Look, known: Outsider, feed: Feed, rule: str) -> None:
    row = _present(look, known, feed)
    if row is None:
        return
    cell(look, feed, row, FLAG, "1" if known.merged else "0", rule)
    cell(look, feed, row, INTO, known.merged, rule)
    hold(look, feed, known.number, row, (FLAG, INTO), rule)


def merged(look: Look) -> None:
    """名寄せ: the mark and the number that it points to."""
    if present(look, OUTSIDERS):
        for _person, known, feed in _everybody(look):
            if known.merged and not known.deleted:
                _merger(look, known, feed, "journey-merger-not-told")


def unmerged(look: Look) -> None:
    """名寄せ解除: neither mark nor number."""
    if present(look, OUTSIDERS):
        for _person, known, feed in _everybody(look):
            if known.was_merged and not known.merged and not known.deleted:
                _merger(look, known, feed, "journey-merger-not-undone")


def asked_once(look: Look) -> None:
    """Each office asks 032 once for a number of somebody with a 個人番号, and gets one result."""
    results = look.town.feed(RESULTS)
    if not present(look, "032"):
        return
    for person in look.people:
        served = {*insured(person), *(["027"] if GRANTED in person.facts else [])}
        for system in sorted(served & REQUESTS.keys()) if person.cells.get("kojinbango") else ():
            feed = look.town.feed(REQUESTS[system])
            if feed is None or results is None:
                continue
            rows = rows_of(feed, person.number, former=True)
            asked = [row for row in rows if row["iraikubun"] == "1"]
            rule = "journey-number-asked-twice" if len(asked) > 1 else "journey-number-not-asked"
            if count(look, feed, asked, 1, rule):
                told = [
                    row
                    for row in rows_of(results, person.number, wanted={"gyomuid": system})
                    if row["shorikekka"] in DONE
                ]
                count(look, results, told, 1, "journey-number-not-answered")


LAWS = (
    Law(requirement="JN-68", judge=one_number, nights=1),
    Law(requirement="JN-69", judge=changed, nights=1),
    Law(requirement="JN-70", judge=carried, nights=2),
    Law(requirement="JN-71", judge=deleted, nights=2),
    Law(requirement="JN-72", judge=merged, nights=1),
    Law(requirement="JN-73", judge=unmerged, nights=1),
    Law(requirement="JN-75", judge=asked_once, nights=2),
)
