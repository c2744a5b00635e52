"""Chances of the other offices: tax, insurance, collection, families, schools, non-residents and seals.

What an office is asked for here it can do: it was told long enough before what it needs, and nobody asks twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from renkei.kit.journey.act_money import Debt, debts
from renkei.kit.journey.act_outsider import OUTSIDER, SEAL, outsider
from renkei.kit.journey.act_people import FORMER
from renkei.kit.journey.act_tax import ASSESSED, INSURED, NURSED, TAXES, year_of
from renkei.kit.journey.act_welfare import (
    AIDED,
    APPLIED,
    ASSISTED,
    ENROLLED,
    GRANTED,
    NOTIFIED,
    SERIAL,
    SUPPORTED,
    doses,
)
from renkei.kit.journey.chance import GROWN, Chance, Chances, age, each, is_head, room
from renkei.kit.journey.truth import LEFT, RESIDENT, Person, Truth

SCHOOL, NURSERY = range(6, 15), range(1, 6)
# From which age somebody is insured where, and until which.
INSURANCES: Mapping[str, tuple[int, int]] = {"024": (0, 74), "023": (65, 120), "025": (75, 120), "026": (20, 59)}
BY_HOUSEHOLD = "024"
CARS = "013"
DAY = 86_400.0
# What decides how much tax somebody owes.
DECIDED = ("tax-assess", "tax-correct")
OWED, PART, LATE, LATE_PART, REDUCED = 120_000, 30_000, 4_200, 1_000, 2_000
STRANGER: Mapping[str, Any] = {"sex": "男", "age": 66}


def _lives(person: Person) -> bool:
    return person.state == RESIDENT and "planned" not in person.facts


def _anew(person: Person) -> bool:
    """Whether nothing was granted to somebody before a 転出 that is granted once only."""
    return FORMER not in person.facts


def _residents(fits: Callable[[Person], bool], **given: Any) -> Chances:
    return each(lambda _truth, person: _lives(person) and fits(person), **given)


def _year(truth: Truth) -> int:
    return year_of(truth, str(truth.facts["today"]))


def _children(truth: Truth, person: Person, ages: range) -> list[Person]:
    """Those of that age in the household of its head."""
    return [one for one in truth.members(person.household) if one is not person and age(one) in ages and one.like]


def _pairs(truth: Truth, ages: range) -> Iterator[tuple[Person, Person]]:
    """Every child of that age with the head of its household."""
    for person in truth.known():
        if _lives(person) and is_head(person) and age(person) >= GROWN:
            yield from ((child, person) for child in _children(truth, person, ages) if _lives(child))


def _homes(people: Iterable[Person]) -> Iterator[tuple[str, ...]]:
    """Those of these people who live together, the head first."""
    able = sorted(people, key=lambda one: not is_head(one))
    for home in dict.fromkeys(person.household for person in able):
        names = tuple(person.name for person in able if person.household == home)
        yield from [names] if len(names) > 1 else []


def assesses(truth: Truth) -> Iterator[Chance]:
    """This year's tax of a grown resident who has none yet or of a whole household, and last year's that was late."""
    for names in _homes(one for one in truth.known() if _is_untaxed(truth, one)):
        yield Chance(who=names, given={"income": 3_000_000})
        yield Chance(who=names, given={"undeclared": True}, words="tax-assess-undeclared")
    for person in truth.known():
        if not _lives(person) or age(person) < GROWN:
            continue
        known = person.facts.get(TAXES, {})
        if _is_untaxed(truth, person):
            yield Chance(who=(person.name,), given={"income": 3_000_000})
            yield Chance(who=(person.name,), given={"undeclared": True}, words="tax-assess-undeclared")
            yield Chance(who=(person.name,), given={"income": 0})
        if _year(truth) - 1 not in known:
            yield Chance(who=(person.name,), given={"income": 4_200_000, "year": "last"}, words="tax-assess-last")


def _is_untaxed(truth: Truth, person: Person) -> bool:
    return _lives(person) and age(person) >= GROWN and _year(truth) not in person.facts.get(TAXES, {})


def corrects(truth: Truth) -> Iterator[Chance]:
    """更正 of this year's."""
    for person in truth.known():
        tax = person.facts.get(TAXES, {}).get(_year(truth))
        for income in (2_000_000, 6_000_000) if tax is not None and _lives(person) else ():
            if tax.income != income:
                yield Chance(who=(person.name,), given={"income": income})


def insures(truth: Truth) -> Iterator[Chance]:
    """Whoever is of that age, and not insured there yet; 国保 takes in whole households."""
    for system in INSURANCES:
        able = [person for person in truth.known() if _could_be_insured(person, system)]
        together = _homes(able) if system == BY_HOUSEHOLD else ()
        for names in (*together, *((person.name,) for person in able)):
            yield Chance(who=names, at=system, words=f"acquire-{system}")


def _could_be_insured(person: Person, system: str) -> bool:
    first, last = INSURANCES[system]
    free = system not in person.facts.get(INSURED, {}) and ASSISTED not in person.facts
    return _lives(person) and _anew(person) and free and first <= age(person) <= last and "shimei" in person.cells


def reckons(truth: Truth) -> Iterator[Chance]:
    """The premium of who is insured there: of a household by its head, of others each their own."""
    for system in ("024", "023", "025"):
        for person in truth.known():
            # 生活保護 ended 国保.
            insured = system in person.facts.get(INSURED, {}) and not (system == "024" and ASSISTED in person.facts)
            done = _year(truth) in person.facts.get(ASSESSED, {}).get(system, ())
            if _lives(person) and insured and not done and (system != "024" or is_head(person)):
                yield Chance(who=(person.name,), at=system, words=f"assess-{system}")


def certifies(truth: Truth) -> Iterator[Chance]:
    """A small child, asked for by the head of the household."""
    for child, parent in _pairs(truth, NURSERY):
        if "guardian" not in child.facts and _anew(child):
            yield Chance(who=(child.name,), given={"guardian": parent.name}, other=parent.name)


def charges(truth: Truth) -> Iterator[Chance]:
    """The fee of a child that was certified."""
    for child, _parent in _pairs(truth, NURSERY):
        if "guardian" in child.facts and child.facts.get(NURSED) != _year(truth):
            yield Chance(who=(child.name,))


def _owing(truth: Truth) -> Iterator[tuple[Person, str, Debt, int]]:
    for person in truth.known():
        for of, debt in person.facts.get("debts", {}).items():
            if debt.left is not None:
                yield person, of, debt, debt.left


def levies(truth: Truth) -> Iterator[Chance]:
    """A due by hand, long past its day."""
    for person in truth.known():
        if _lives(person) and age(person) >= GROWN and CARS not in debts(person):
            given = {"of": CARS, "amount": OWED, "due": "-60"}
            yield Chance(who=(person.name,), given=given)


def pays(truth: Truth) -> Iterator[Chance]:
    """What is left or a part of it, told once or twice; and what collection holds of a tax that was assessed."""
    for person, of, debt, left in _owing(truth):
        if left > 0:
            yield Chance(who=(person.name,), given={"of": of})
            yield Chance(who=(person.name,), given={"of": of, "amount": left}, words="pay-double")
        if left > PART:
            yield Chance(who=(person.name,), given={"of": of, "amount": PART}, words="pay-part")
            given = {"of": of, "amount": PART, "times": 2}
            yield Chance(who=(person.name,), given=given, words="pay-told-twice")
            if debt.late - debt.late_paid - debt.reduced >= LATE_PART:
                given = {"of": of, "amount": PART, "late": LATE_PART}
                yield Chance(who=(person.name,), given=given, words="pay-late")
        elif left == 0:
            yield Chance(who=(person.name,), given={"of": of, "amount": PART}, words="pay-double")
    for person in truth.known():
        tax = person.facts.get(TAXES, {}).get(_year(truth))
        if tax and tax.income and _collected(truth, person) and _lives(person) and "010" not in debts(person):
            yield Chance(who=(person.name,), given={"of": "010"}, words="pay-tax")


def _collected(truth: Truth, person: Person) -> bool:
    """Whether somebody's tax is known to collection, and everybody was told so: one night for each."""
    until = truth.facts.get("now", 0.0) - 2 * DAY
    decided = [one.at for one in truth.happened if one.act in DECIDED and person.name in one.people]
    return bool(decided) and max(decided) <= until


def refunds(truth: Truth) -> Iterator[Chance]:
    """What was paid too much."""
    for person, of, _debt, left in _owing(truth):
        if left < 0:
            yield Chance(who=(person.name,), given={"of": of})


def late(truth: Truth) -> Iterator[Chance]:
    """延滞金 of who still owes."""
    for person, of, debt, left in _owing(truth):
        if left > 0 and not debt.late:
            yield Chance(who=(person.name,), given={"of": of, "amount": LATE})


def reduces(truth: Truth) -> Iterator[Chance]:
    """A reduction of it."""
    for person, of, debt, left in _owing(truth):
        if left > 0 and debt.late > REDUCED + debt.late_paid and not debt.reduced:
            yield Chance(who=(person.name,), given={"of": of, "amount": REDUCED})


def writes_off(truth: Truth) -> Iterator[Chance]:
    """不納欠損 of what is left."""
    for person, of, debt, left in _owing(truth):
        if left > 0 and not debt.written_off:
            yield Chance(who=(person.name,), given={"of": of})


def applies(truth: Truth) -> Iterator[Chance]:
    """An application for the allowance by a parent with a card, once or twice for want of an answer."""
    for person in dict.fromkeys(parent.name for _, parent in _pairs(truth, range(15))):
        facts = truth.person(person).facts
        if SERIAL in facts and APPLIED not in facts and "shimei" in truth.person(person).cells:
            yield Chance(who=(person,), given={"to": "027"})
            yield Chance(who=(person,), given={"to": "027", "times": 2}, words="apply-twice")


def grants(truth: Truth) -> Iterator[Chance]:
    """The allowance of a parent."""
    for person in dict.fromkeys(parent.name for _, parent in _pairs(truth, range(15))):
        if GRANTED not in truth.person(person).facts and _anew(truth.person(person)):
            yield Chance(who=(person,))
            if APPLIED in truth.person(person).facts:
                yield Chance(who=(person,), given={"times": 2}, words="allowance-apply-twice")


def vaccinates(truth: Truth) -> Iterator[Chance]:
    """A first dose of a child."""
    for child, _parent in _pairs(truth, range(1, 13)):
        if ("01", 1) not in doses(child).written:
            yield Chance(who=(child.name,), given={"vaccine": "01", "dose": 1, "day": "-200"})


def answers(truth: Truth) -> Iterator[Chance]:
    """What the former municipality says of a child, as its number can be converted or not."""
    for child, _parent in _pairs(truth, range(1, 13)):
        given = {"doses": ["01-1", "02-1"], "day": "-200"}
        yield Chance(who=(child.name,), given=given)
        if not doses(child).known:
            yield Chance(who=(child.name,), given=given | {"converted": False}, words="vaccination-answer-unknown")


def enrols(truth: Truth) -> Iterator[Chance]:
    """A child of school age."""
    for child, _parent in _pairs(truth, SCHOOL):
        if ENROLLED not in child.facts and _anew(child):
            yield Chance(who=(child.name,))


def notifies(truth: Truth) -> Iterator[Chance]:
    """The notice for a child to the head of the household."""
    for child, parent in _pairs(truth, SCHOOL):
        if ENROLLED in child.facts and NOTIFIED not in child.facts:
            yield Chance(who=(child.name,), given={"to": {child.name: parent.name}}, other=parent.name)


def aids(truth: Truth) -> Iterator[Chance]:
    """就学援助 for a child whose parent's income of this year is known."""
    for child, parent in _pairs(truth, SCHOOL):
        if ENROLLED in child.facts and AIDED not in child.facts and _year(truth) in parent.facts.get(TAXES, {}):
            yield Chance(who=(child.name,))


def registers(truth: Truth) -> Iterator[Chance]:
    """Somebody who never lived here, or a former resident under the number of then."""
    if room(truth):
        yield Chance(new=(STRANGER,))
    for person in truth.known():
        if person.state == LEFT and OUTSIDER not in person.facts and person.cells.get("shimei"):
            yield Chance(who=(person.name,), given={"carried": True}, words="outsider-register-carried")


def _outsiders(truth: Truth) -> list[Person]:
    return [
        person
        for person in truth.people.values()
        if (known := outsider(person)) and not known.deleted and not known.merged and not known.carried
    ]


def changes(truth: Truth) -> Iterator[Chance]:
    """Another address of a non-resident."""
    return (Chance(who=(person.name,)) for person in _outsiders(truth) if not person.entered)


def merges(truth: Truth) -> Iterator[Chance]:
    """Two numbers of the same person."""
    strangers = [person for person in _outsiders(truth) if not person.entered]
    for person in strangers:
        for into in strangers:
            if into is not person:
                yield Chance(who=(person.name,), given={"into": into.name}, other=into.name)


def parts(truth: Truth) -> Iterator[Chance]:
    """It was somebody else after all."""
    for person in truth.people.values():
        known = outsider(person)
        if known and known.merged and not known.deleted:
            yield Chance(who=(person.name,))


def deletes(truth: Truth) -> Iterator[Chance]:
    """The number of who lives here now: one that another points to has to be parted first, or nobody says what becomes of that."""
    pointed = {known.merged for person in truth.among() if (known := outsider(person))}
    for person in _outsiders(truth):
        if _lives(person) and person.facts[OUTSIDER].number not in pointed:
            yield Chance(who=(person.name,))


CHANCES: Mapping[str, Chances] = {
    "tax-assess": assesses,
    "tax-correct": corrects,
    "acquire": insures,
    "assess": reckons,
    "nursery-certify": certifies,
    "nursery-fee": charges,
    "levy": levies,
    "pay": pays,
    "refund": refunds,
    "late-charge": late,
    "late-charge-reduce": reduces,
    "write-off": writes_off,
    "certificate": _residents(lambda person: age(person) >= GROWN and SERIAL not in person.facts),
    "apply": applies,
    "allowance-apply": grants,
    "vaccinate": vaccinates,
    "vaccination-answer": answers,
    "school-enrol": enrols,
    "school-notice": notifies,
    "school-aid": aids,
    "assistance-begin": _residents(lambda person: age(person) >= GROWN and ASSISTED not in person.facts),
    "support-grant": _residents(
        lambda person: age(person) >= GROWN and SUPPORTED not in person.facts and _anew(person)
    ),
    "outsider-register": registers,
    "outsider-change": changes,
    "outsider-merge": merges,
    "outsider-unmerge": parts,
    "outsider-delete": deletes,
    "seal-register": _residents(lambda person: age(person) >= GROWN and SEAL not in person.facts and _anew(person)),
    "copy": _residents(lambda person: "copied" not in person.facts),
}
