"""Laws of the offices for families: one application is one, doses are under the right number, notices keep secrets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import phrase, raw
from renkei.kit.columns import masked
from renkei.kit.journey.act_tax import taxes
from renkei.kit.journey.act_welfare import (
    AIDED,
    APPLIED,
    ASSISTED,
    ENROLLED,
    GRANTED,
    NOTIFIED,
    PAID_FOR,
    SUPPORTED,
    THRESHOLD,
    Doses,
    Notice,
    doses,
    means,
)
from renkei.kit.journey.decision import is_child, tax_row
from renkei.kit.journey.feed import Feed
from renkei.kit.journey.law_protection import as_told
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.told import Cells, amount, cell, count, hold, money, present, rows_of, same_number
from renkei.kit.journey.truth import DEAD, LEFT, RESIDENT, Person

APPLICATIONS, RECIPIENTS, CHILDREN, PERIOD = "030o901", "027o901", "027o902", "027o903"
DOSES, REGISTER, NOTICES, AID, TAX = "019o930", "017o901", "017o902", "018o901", "010o902"
ANSWERS = "032o902"
# Registers with the flag of protection, and the column that names the person.
FLAGGED = {
    APPLICATIONS: "atenabango",
    RECIPIENTS: "atenabango",
    REGISTER: "atenabango",
    AID: "atenabango",
    "020o901": "atenabango",
    "028o901": "jidoatenabango",
}
FLAG = "shiensochitaishofuragu"
ADDRESS = (
    "shikuchosonkodo", "choazakodo", "todofuken", "shikugunchosonmei", "choaza", "banchigohyoki", "katagaki", "yubinbango",
)  # fmt: skip
OFFICES = {"030": APPLICATIONS, "027": RECIPIENTS}
ENDED = "4"
COUNTED = "1"
GONE, DECEASED = "4", "8"
REQUIRED, NEARLY, REFUSED = "1", "2", "3"


def one_application(look: Look) -> None:
    """An application is received and certified once, however often it arrived."""
    offices = [system for system in OFFICES if look.town.has(system)]
    if not present(look, *(offices or OFFICES)):
        return
    for person in look.people:
        number = person.facts.get(APPLIED)
        received, recipients = look.town.feed(APPLICATIONS), look.town.feed(RECIPIENTS)
        if number and received:
            # Under whatever number: whose it is another law asks.
            rows = rows_of(received, number, "mainaporutaruuketsukebango")
            count(look, received, rows, 1, "journey-application-twice" if len(rows) > 1 else "journey-application-lost")
        if GRANTED in person.facts and recipients:
            rows = rows_of(recipients, person.number)
            count(look, recipients, rows, 1, "journey-certified-twice" if len(rows) > 1 else "journey-not-certified")


def flagged(look: Look) -> None:
    """Each register that names somebody bears the flag of protection, or does not, as 001 decided."""
    found = [(feed, FLAGGED[feed.linkage.id]) for feed in look.feeds(*FLAGGED)]
    if not present(look, *(found[0][0].linkage.id[:3] if found else "027",)):
        return
    for feed, column in found:
        for person in filter(lambda one: as_told(look, one), look.people):
            for row in rows_of(feed, person.number, column):
                cell(look, feed, row, FLAG, "1" if person.is_hidden else "0", "journey-flag-of-protection")


def right_applicant(look: Look) -> None:
    """An application stands under the number that 001 linked to its certificate, and its office holds it so."""
    if not present(look, "030"):
        return
    feed = look.town.feed(APPLICATIONS)
    for person in look.people:
        if feed is None or APPLIED not in person.facts:
            continue
        for row in rows_of(feed, person.facts[APPLIED], "mainaporutaruuketsukebango"):
            right = look.that(
                same_number(row["atenabango"], person.number),
                "journey-application-of-another",
                expected=raw(masked(person.number)),
                actual=raw(masked(row["atenabango"])),
                whose=feed.provider,
                linkage=APPLICATIONS,
                where=raw("atenabango"),
                party=FaultOf.PROVIDER,
            )
            if right:
                names = ("mainaporutaruuketsukebango", FLAG)
                hold(look, feed, person.number, row, names, "journey-application-not-held", row["gyomuid"])


def grown(person: Person, today: str) -> bool:
    """Whether somebody is past the 31st of March after the 18th birthday."""
    born, now = dt.date.fromisoformat(person.cells["seinengappi"]), dt.date.fromisoformat(today)
    last = dt.date(born.year + 18 + ((born.month, born.day) >= (4, 2)), 3, 31)
    return now > last


def children(look: Look) -> None:
    """Who is paid for are the children that lived with the parent when it was granted, and the amount is theirs.

    They count as long as they live here: that the parent's household is divided (世帯分離) does not end their care (監護).
    """
    if not present(look, "027"):
        return
    feed, kids = look.town.feed(RECIPIENTS), look.town.feed(CHILDREN)
    for person in look.people:
        if feed is None or kids is None or GRANTED not in person.facts:
            continue
        mine = rows_of(feed, person.number)
        if person.state != RESIDENT:
            for row in mine:
                cell(look, feed, row, "shikyujokyo", ENDED, "journey-allowance-goes-on")
            continue
        this_month = look.town.today[:7]
        told = [row for row in rows_of(kids, person.number, "jukyushaatenabango") if _goes_on(row, this_month)]
        counted = [look.truth.person(name) for name in person.facts[PAID_FOR]]
        wanted = [one for one in counted if one.state == RESIDENT and not grown(one, look.town.today)]
        count(look, kids, told, len(wanted), "journey-other-children")
        for one in wanted:
            rows = [row for row in told if same_number(row["jidoatenabango"], one.number)]
            count(look, kids, rows, 1, "journey-other-children")
        for row in mine:
            cell(look, feed, row, "shikyutaishojidosu", len(wanted), "journey-other-children")
            whole = sum(amount(one, "teategetsugaku") for one in told)
            money(look, feed, amount(row, "jidoteategetsugaku"), whole, "journey-allowance-differs")


def _goes_on(row: Cells, month: str) -> bool:
    end = row.get("shikyutaishoshuryonengetsu", "")
    return row["santeikubun"] == COUNTED and (not end or end > month)


def _known_doses(look: Look) -> Iterator[tuple[Person, Doses, Feed]]:
    feed = look.town.feed(DOSES)
    for person in look.people:
        if feed is not None and "doses" in person.facts:
            yield person, doses(person), feed


def _dose(feed: Feed, person: Person, kind: tuple[str, int]) -> list[Cells]:
    rows = rows_of(feed, person.number, wanted={"wakuchinshurui": kind[0]})
    return [row for row in rows if amount(row, "sesshukaisu") == kind[1]]


def _answers(look: Look, person: Person) -> list[Cells]:
    """What 032 handed on to 019 of somebody."""
    feed = look.town.feed(ANSWERS)
    return rows_of(feed, person.number, wanted={"gyomuid": "019"}) if feed else []


def former_doses(look: Look) -> None:
    """Each dose that was answered is on record under the number, with its day, as one before moving in."""
    if not present(look, "019"):
        return
    for person, known, feed in _known_doses(look):
        through = look.town.feed(ANSWERS)
        if through and known.answered and not _answers(look, person):
            count(look, through, (), len(known.answered), "journey-answer-not-handed-on")
            continue
        for kind, day in known.answered.items():
            rows = _dose(feed, person, kind)
            if not rows:
                count(look, feed, rows, 1, "journey-dose-missing")
            for row in rows:
                cell(look, feed, row, "sesshunengappi", day, "journey-dose-differs")
                if kind not in known.written:
                    cell(look, feed, row, "tennyumaesesshufuragu", "1", "journey-dose-differs")


def in_vain(look: Look) -> None:
    """What could not be converted is handed on under nobody's number, and is in nobody's record."""
    if not present(look, "019"):
        return
    for person, known, feed in _known_doses(look):
        through = look.town.feed(ANSWERS) if known.in_vain and not known.answered else None
        if through and not count(look, through, _answers(look, person), 0, "journey-unconverted-handed-on"):
            continue
        for kind in sorted(known.in_vain):
            found = len(_dose(feed, person, kind))
            look.that(
                found <= (kind in known.known),
                "journey-unconverted-recorded",
                expected=phrase("journey-records", count=int(kind in known.known)),
                actual=phrase("journey-records", count=found),
                whose=feed.provider,
                linkage=feed.linkage.id,
                party=FaultOf.PROVIDER,
            )


def dose_once(look: Look) -> None:
    """A dose is one record; of one that could not be converted another law speaks."""
    if not present(look, "019"):
        return
    for person, known, feed in _known_doses(look):
        for kind in sorted(known.known):
            rows = _dose(feed, person, kind)
            if rows:
                count(look, feed, rows, 1, "journey-dose-twice")
        others = [row for row in rows_of(feed, person.number) if not _is_of(row, known.known | known.in_vain)]
        count(look, feed, others, 0, "journey-dose-twice")


def _is_of(row: Cells, kinds: set[tuple[str, int]]) -> bool:
    return (row["wakuchinshurui"], amount(row, "sesshukaisu")) in kinds


def _notices(look: Look) -> Iterator[tuple[Feed, Notice, Cells]]:
    feed = look.town.feed(NOTICES)
    for child in look.people:
        if feed is None or NOTIFIED not in child.facts:
            continue
        notice: Notice = child.facts[NOTIFIED]
        rows = rows_of(feed, child.number, wanted={"shugakunendo": notice.year})
        if not rows:
            count(look, feed, rows, 1, "journey-notice-missing")
        for row in rows:
            yield feed, notice, row


def secret(look: Look) -> None:
    """A notice of or to somebody protected has no address and is held back."""
    if not present(look, "017"):
        return
    for feed, notice, row in _notices(look):
        if not notice.hidden:
            continue
        shown = [name for name in ADDRESS if row.get(f"sofusaki_{name}")]
        look.that(
            not shown,
            "journey-notice-with-hidden-address",
            expected=raw("–"),
            actual=raw(" ".join(f"sofusaki_{name}" for name in shown)),
            whose=feed.provider,
            linkage=NOTICES,
            where=raw("sofusaki"),
            party=FaultOf.PROVIDER,
        )
        cell(look, feed, row, "tsuchiteishifuragu", "1", "journey-notice-sent")
        cell(look, feed, row, "tsuchihassonengappi", "", "journey-notice-sent")


def to_the_present_address(look: Look) -> None:
    """A notice that may be sent goes to where the receiver lives now."""
    if not present(look, "017"):
        return
    for feed, notice, row in _notices(look):
        if notice.hidden:
            continue
        for name in ("choaza", "banchigohyoki"):
            if name in notice.address:
                cell(look, feed, row, f"sofusaki_{name}", notice.address[name], "journey-notice-to-former-address")
        cell(look, feed, row, "tsuchiteishifuragu", "0", "journey-notice-held-back")


def school_register(look: Look) -> None:
    """The register says of a child what 001 says, and whether it is still here."""
    if not present(look, "017"):
        return
    feed = look.town.feed(REGISTER)
    for child in look.people:
        if feed is None or ENROLLED not in child.facts:
            continue
        rows = rows_of(feed, child.number)
        count(look, feed, rows, 1, "journey-register-differs")
        for row in rows:
            for name in ("shimei", "seinengappi", "seibetsu"):
                if name in child.cells:
                    cell(look, feed, row, name, child.cells[name], "journey-register-differs")
            wanted = {LEFT: {GONE}, DEAD: {DECEASED}}.get(child.state)
            told = row["zaisekijokyo"]
            look.that(
                told in wanted if wanted else told not in {GONE, DECEASED},
                "journey-register-not-followed",
                expected=raw(GONE if child.state == LEFT else DECEASED if child.state == DEAD else "1"),
                actual=raw(told),
                whose=feed.provider,
                linkage=REGISTER,
                where=raw("zaisekijokyo"),
                party=FaultOf.PROVIDER,
            )


def aid(look: Look) -> None:
    """School aid follows 021, then 020 and the tax; nobody's income is taken for granted."""
    if not present(look, "018"):
        return
    feed = look.town.feed(AID)
    for child in look.people:
        if feed is None or AIDED not in child.facts:
            continue
        wanted = _aid_for(look, child)
        rows = rows_of(feed, child.number, wanted={"ninteinendo": str(child.facts[AIDED].year)}) if wanted else []
        if wanted:
            count(look, feed, rows, 1, "journey-aid-wrong")
        for row in rows:
            cell(look, feed, row, "ninteikubun", wanted, "journey-aid-wrong")


def _aid_for(look: Look, child: Person) -> str:
    """What must be decided; "" where it is not for us to say: nobody says when aid is judged again."""
    year = child.facts[AIDED].year
    if means(look.truth, child, year) != child.facts[AIDED].means:
        return ""
    parents = [one for one in look.truth.members(child.household) if one is not child and not is_child(one, year)]
    taxed = look.town.feed(TAX)
    if any(ASSISTED in one.facts for one in parents):
        return REQUIRED if look.town.has("021") else ""
    if any(SUPPORTED in one.facts for one in parents):
        return NEARLY if look.town.has("020") else ""
    told = [tax_row(taxed, one, year) for one in parents if year in taxes(one)] if taxed else []
    rows = [row for row in told if row]
    if not rows or len(rows) < len(parents) or any(row["mishinkokukubun"] == "1" for row in rows):
        return REFUSED if rows else ""
    free = all(row["kazeihikazeikubun"] == "3" for row in rows)
    income = sum(amount(row, "soshotokukingakuto") for row in rows)
    return NEARLY if free or income <= THRESHOLD else REFUSED


LAWS = (
    Law(requirement="JN-56", judge=one_application, nights=1),
    Law(requirement="JN-57", judge=flagged, nights=1),
    Law(requirement="JN-59", judge=right_applicant, nights=1),
    Law(requirement="JN-60", judge=children, nights=2),
    Law(requirement="JN-61", judge=former_doses, nights=2),
    Law(requirement="JN-62", judge=in_vain, nights=2),
    Law(requirement="JN-63", judge=dose_once, nights=2),
    Law(requirement="JN-64", judge=secret, nights=1),
    Law(requirement="JN-65", judge=school_register, nights=1),
    Law(requirement="JN-66", judge=aid, nights=1),
    Law(requirement="JN-67", judge=to_the_present_address, nights=1),
)
