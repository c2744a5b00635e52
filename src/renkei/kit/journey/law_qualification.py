"""Laws of qualifications: they end on the right day and not before, come back when called off, and 001 is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import raw
from renkei.kit.journey.act_outsider import SEAL
from renkei.kit.journey.act_tax import INSURED, insured, taxes
from renkei.kit.journey.act_welfare import ASSISTED, GRANTED
from renkei.kit.journey.feed import Feed
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.told import Cells, cell, count, hold, present, rows_of
from renkei.kit.journey.truth import CANCELLED, DEAD, LEFT, RESIDENT, UNKNOWN_DAY, Person

# By 業務ID: the register, the columns of beginning and end, and what is told to 001.
REGISTERS = {
    "024": ("024o901", "shikakushutokunengappi", "shikakusoshitsunengappi", "024o902"),
    "023": ("023o901", "shikakushutokubi", "shikakusoshitsubi", "023o902"),
    "025": ("025o901", "shikakushutokunengappi", "shikakusoshitsunengappi", "025o902"),
    "026": ("026o901", "shikakushutokunengappi", "shikakusoshitsunengappi", ""),
}
PENSION, INSURANCE = "026", "024"
SEALS, PAYERS, ALLOWANCE = "002o901", "010o901", "027o903"
REGISTERED, ENDED = "1", "3"
ABROAD = "11"


def _rows(look: Look) -> Iterator[tuple[Person, str, Feed, Cells]]:
    """The last row of each qualification of who is looked at."""
    for person in look.people:
        for system in insured(person) if INSURED in person.facts else ():
            feed = look.town.feed(REGISTERS[system][0])
            if feed is None:
                continue
            begin = REGISTERS[system][1]
            rows = sorted(rows_of(feed, person.number), key=lambda row: row[begin])
            if not rows:
                count(look, feed, rows, 1, "journey-qualification-missing")
            for row in rows[-1:]:
                yield person, system, feed, row


def _insurances(look: Look) -> bool:
    """Whether any of these offices takes part."""
    found = [system for system in REGISTERS if look.town.has(system)]
    return present(look, *(found[:1] or [INSURANCE]))


def next_day(day: str) -> str:
    """The day after."""
    return (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()


def _loss(person: Person, system: str) -> str | None:
    """The day on which a qualification ends by now, "" where it goes on; None where nobody knows the day.

    What 生活保護 ended had ended when the person left or died: nobody on it is insured by 国保 anew.
    """
    assisted = person.facts.get(ASSISTED, "") if system == INSURANCE else ""
    if assisted or person.state not in (LEFT, DEAD):
        return str(assisted)
    if person.state == LEFT and system == PENSION and person.cells.get("idojiyu") != ABROAD:
        return ""
    if person.facts.get(UNKNOWN_DAY) or person.cells.get("idonengappi_fushofuragu") == "1":
        return None
    day = person.facts.get("left-on" if person.state == LEFT else "died") or person.cells.get("idonengappi")
    return next_day(str(day)) if day else None


def right_day(look: Look) -> None:
    """The day of the loss."""
    if not _insurances(look):
        return
    for person, system, feed, row in _rows(look):
        wanted, told = _loss(person, system), row[REGISTERS[system][2]]
        if person.state == RESIDENT and not wanted:
            continue
        if wanted is None:
            # On which day, nobody knows; that it ended, everybody does.
            wanted = told or row[REGISTERS[system][1]]
        rule = "journey-loss-missing" if wanted and not told else "journey-loss-on-another-day"
        if not wanted:
            rule = "journey-loss-without-reason"
        cell(look, feed, row, REGISTERS[system][2], wanted, rule)


def not_before(look: Look) -> None:
    """Who lives here has lost nothing: neither by a notice, nor after a cancellation."""
    if not _insurances(look):
        return
    for person, system, feed, row in _rows(look):
        if person.state == RESIDENT and _loss(person, system) == "":
            rule = "journey-loss-not-taken-back" if CANCELLED in person.facts else "journey-loss-too-early"
            cell(look, feed, row, REGISTERS[system][2], "", rule)
            cell(look, feed, row, REGISTERS[system][1], insured(person)[system], "journey-qualification-differs")


def seals(look: Look) -> None:
    """A seal ends with residence, and with nothing less."""
    if not present(look, "002"):
        return
    feed = look.town.feed(SEALS)
    for person in look.people:
        if feed is None or SEAL not in person.facts:
            continue
        rows = rows_of(feed, person.number)
        count(look, feed, rows, 1, "journey-seal-missing")
        here = person.state == RESIDENT
        for row in rows:
            cell(
                look,
                feed,
                row,
                "inkantorokujotai",
                REGISTERED if here else ENDED,
                "journey-seal-abolished" if here else "journey-seal-still-there",
            )


def taxpayers(look: Look) -> None:
    """A taxpayer who left or died stays, under the number, and is marked."""
    if not present(look, "010"):
        return
    feed = look.town.feed(PAYERS)
    for person in look.people:
        if feed is None or not taxes(person):
            continue
        rows = [row for row in rows_of(feed, person.number) if row["kazeinendo"] == str(max(taxes(person)))]
        if not rows:
            count(look, feed, rows, 1, "journey-taxpayer-lost")
        for row in rows[-1:]:
            gone, dead = "1" if person.state == LEFT else "0", "1" if person.state == DEAD else "0"
            cell(look, feed, row, "genjushotenshutsufuragu", gone, "journey-taxpayer-not-marked")
            cell(look, feed, row, "shibofuragu", dead, "journey-taxpayer-not-marked")


def back_to_001(look: Look) -> None:
    """What is told to 001 is what the register says, and 001 holds it."""
    if not present(look, "001"):
        return
    for person, system, feed, row in _rows(look):
        begin, end, told_as = REGISTERS[system][1:]
        told = look.town.feed(told_as) if told_as else None
        if told is None:
            if system == PENSION:
                hold(look, feed, person.number, row, (begin, end), "journey-qualification-not-held", "001")
            continue
        rows = rows_of(told, person.number)
        count(look, told, rows, 1, "journey-qualification-not-told")
        for one in rows:
            rule = "journey-qualification-not-told"
            right = cell(look, told, one, "hihokenshagaitofuragu", "0" if row[end] else "1", rule)
            right &= cell(look, told, one, "shikakushutokunengappi", row[begin], rule)
            right &= cell(look, told, one, "shikakusoshitsunengappi", row[end], rule)
            names = ("hihokenshagaitofuragu", "shikakushutokunengappi", "shikakusoshitsunengappi")
            if right:
                hold(look, told, person.number, one, names, "journey-qualification-not-held", "001")
    _allowance(look)
    _seal(look)


def _allowance(look: Look) -> None:
    feed = look.town.feed(ALLOWANCE)
    for person in look.people:
        if feed is None or GRANTED not in person.facts:
            continue
        rows = rows_of(feed, person.number)
        count(look, feed, rows, 1, "journey-qualification-not-told")
        for row in rows:
            claimed = str(person.facts[GRANTED])
            wanted = next_month(claimed)
            right = cell(look, feed, row, "jukyukaishinengetsu", wanted, "journey-allowance-period")
            here = person.state == RESIDENT
            right &= look.that(
                here == (not row["jukyushuryonengetsu"]),
                "journey-allowance-period",
                expected=raw("–" if here else look.town.today[:7]),
                actual=raw(row["jukyushuryonengetsu"] or "–"),
                whose=feed.provider,
                linkage=ALLOWANCE,
                where=raw("jukyushuryonengetsu"),
                party=FaultOf.PROVIDER,
            )
            names = ("jukyufuragu", "jukyukaishinengetsu", "jukyushuryonengetsu")
            if right:
                hold(look, feed, person.number, row, names, "journey-qualification-not-held", "001")


def next_month(day: str) -> str:
    """The month after a day's."""
    year, month = int(day[:4]), int(day[5:7])
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}"


def _seal(look: Look) -> None:
    feed = look.town.feed(SEALS)
    for person in look.people:
        if feed is None or SEAL not in person.facts:
            continue
        for row in rows_of(feed, person.number):
            names = ("inkantorokujotai", "haishinengappi")
            hold(look, feed, person.number, row, names, "journey-qualification-not-held", "001")


LAWS = (
    Law(requirement="JN-58", judge=back_to_001, nights=2),
    Law(requirement="JN-76", judge=right_day, nights=2),
    Law(requirement="JN-77", judge=not_before, nights=2),
    Law(requirement="JN-78", judge=seals, nights=2),
    Law(requirement="JN-79", judge=taxpayers, nights=1),
)
