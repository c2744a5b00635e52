"""Chances of 住民記録: who can come, leave, be born, die, marry and be protected, by what was registered until now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renkei.kit.journey.chance import (
    GROWN,
    Chance,
    Chances,
    age,
    can_go,
    each,
    is_head,
    lives_here,
    parties,
    room,
    together,
)
from renkei.kit.journey.truth import LEFT, RESIDENT, STAYS, Person, Truth

OLD = 50
FAMILY = ("葛城", "カツラギ")
ALONE: Mapping[str, Any] = {"sex": "女", "age": 30}
HOUSEHOLDS: tuple[tuple[Mapping[str, Any], ...], ...] = (
    (ALONE,),
    (
        {"sex": "女", "age": 36, "family": FAMILY},
        {"sex": "女", "age": 8, "relation": "子", "family": FAMILY},
        {"sex": "男", "age": 5, "relation": "子", "family": FAMILY},
    ),
    (
        {"sex": "男", "age": 38, "family": FAMILY},
        {"sex": "女", "age": 35, "relation": "妻", "family": FAMILY},
        {"sex": "男", "age": 6, "relation": "子", "family": FAMILY},
    ),
    ({"sex": "女", "age": 27, "foreign": True},),
    ({"sex": "男", "age": 76},),
)
JOINS: Mapping[str, Any] = {"sex": "男", "age": 24, "relation": "同居人"}
CHILD: Mapping[str, Any] = {"sex": "女", "age": 0}
# What can be called off, and not twice.
CANCELLABLE = {"move-out-notice", "move-out", "move", "death"}


def comes(truth: Truth) -> Iterator[Chance]:
    """Somebody new: alone, with a family, or into a household that there is."""
    for household in HOUSEHOLDS:
        if room(truth, len(household)):
            yield Chance(new=household, words="move-in-family" if len(household) > 1 else "")
    for person in truth.people.values():
        if not person.entered and "outsider" in person.facts:
            yield Chance(who=(person.name,), words="move-in-outsider")
    for person in truth.known() if room(truth) else ():
        if lives_here(truth, person) and is_head(person) and is_at_one_address(truth, person):
            given = {"household": person.name}
            yield Chance(new=(JOINS,), given=given, words="move-in-household", other=person.name)


def returns(truth: Truth) -> Iterator[Chance]:
    """A former head comes back, as the head of a household of one."""
    gone = [person for person in truth.known() if person.state == LEFT and person.cells.get("kojinbango")]
    for person in gone:
        if is_head(person):
            yield Chance(who=(person.name,))


def departs(truth: Truth) -> Iterator[Chance]:
    """A 転入通知 of whoever may go; of who is gone, the same once more."""
    for party in parties(truth):
        yield Chance(who=party)
    announced = [person for person in truth.known() if person.state == RESIDENT and "planned" in person.facts]
    for home in dict.fromkeys(person.household for person in announced):
        yield Chance(who=tuple(person.name for person in announced if person.household == home))
    for person in truth.known():
        if person.state == LEFT and "kakutei" in person.facts and STAYS not in person.facts:
            yield Chance(who=(person.name,), given={"again": True}, words="move-out-again")


def announces(truth: Truth) -> Iterator[Chance]:
    """A 転出届 of whoever may go and has not said so yet."""
    for party in parties(truth) if "bulk" not in truth.facts or truth.facts["bulk"].get("done") else ():
        yield Chance(who=party)
        yield Chance(who=party, given={"day": "+40"}, words="move-out-notice-later")


def calls_off(truth: Truth) -> Iterator[Chance]:
    """The last thing that happened to one who lives alone is called off."""
    for person in truth.known():
        last = next((one for one in reversed(truth.happened) if person.name in one.people), None)
        alone = not any(one is not person and one.household == person.household for one in truth.known())
        if last and last.act in CANCELLABLE and not last.values.get("again") and alone:
            yield Chance(who=(person.name,))


def moves(truth: Truth) -> Iterator[Chance]:
    """Within the town: a whole household, or one of several into a household of their own."""
    for party in parties(truth):
        single = len(party) == 1 and together(truth, truth.person(party[0]))
        given = {"household": "new"} if single else {}
        yield Chance(who=party, given=given, words="move-apart" if single else "")


def is_born(truth: Truth) -> Iterator[Chance]:
    """A child of a woman of that age."""
    for person in truth.known() if room(truth) else ():
        fits = person.cells.get("seibetsu") == "2" and GROWN <= age(person) <= OLD
        home = lives_here(truth, person) and is_at_one_address(truth, person)
        if fits and home and not person.facts.get("headless"):
            mother = {"mother": person.name}
            yield Chance(new=(CHILD,), given=mother, other=person.name)
            yield Chance(new=(CHILD,), given=mother | {"unnamed": True}, words="birth-unnamed", other=person.name)


def marries(truth: Truth) -> Iterator[Chance]:
    """A man and a woman who can leave their households, the first into the household of the other."""
    able = [person for person in truth.known() if _could_marry(truth, person)]
    for one in able:
        for other in able:
            apart = one.household != other.household and one.cells["seibetsu"] != other.cells["seibetsu"]
            if apart and is_head(other) and can_go(truth, one) and is_at_one_address(truth, other):
                yield Chance(who=(one.name, other.name))


def _could_marry(truth: Truth, person: Person) -> bool:
    japanese = person.cells.get("juminshubetsu") == "1" and bool(person.cells.get("shimei"))
    free = "married" not in person.facts and keeps_no_seal(person)
    return lives_here(truth, person) and japanese and age(person) >= GROWN and free


def splits(truth: Truth) -> Iterator[Chance]:
    """One of several gets a household of their own, or one joins another household at the same address."""
    for person in truth.known():
        if not can_go(truth, person) or age(person) < GROWN:
            continue
        if together(truth, person):
            yield Chance(who=(person.name,), words="household-apart")
        for other in truth.known():
            apart = other.household != person.household
            home = lives_here(truth, other) and is_head(other) and is_at_one_address(truth, other)
            if apart and home and _house(other) == _house(person):
                yield Chance(who=(person.name,), given={"into": other.name}, other=other.name)


def _house(person: Person) -> list[str]:
    return [person.cells.get(f"jusho_{part}", "") for part in ("choazakodo", "banchigohyoki", "katagaki")]


def is_at_one_address(truth: Truth, person: Person) -> bool:
    """Whether all of the household are: 住居表示 leaves out who changed meanwhile, and nobody says where who joins them lives."""
    return all(_house(one) == _house(person) for one in truth.members(person.household))


def takes_over(truth: Truth) -> Iterator[Chance]:
    """Another member becomes the head."""
    for person in truth.known():
        if lives_here(truth, person) and together(truth, person) and not is_head(person) and age(person) >= GROWN:
            yield Chance(who=(person.name,))


def loses_head(truth: Truth, person: Person) -> bool:
    """Whether a household of several can be left without a head: another can still become one."""
    grown = [one for one in truth.members(person.household) if age(one) >= GROWN]
    return lives_here(truth, person) and is_head(person) and len(grown) > 1


def protects(truth: Truth) -> Iterator[Chance]:
    """Whoever is not protected yet: provisionally or not, alone or with those of the household, and from whom."""
    for person in truth.known():
        if person.state not in (RESIDENT, LEFT) or age(person) < GROWN:
            continue
        ongoing = person.is_hidden
        provisional = person.protection is not None and ongoing and person.protection.kind == "2"
        if not ongoing:
            yield Chance(who=(person.name,))
            yield Chance(who=(person.name,), given={"assailant": True}, words="protect-from")
            yield Chance(who=(person.name,), given={"kind": "provisional"}, words="protect-provisional")
            others = [one.name for one in truth.members(person.household) if one is not person and not one.is_hidden]
            if others and person.state == RESIDENT:
                given = {"together": others}
                yield Chance(who=(person.name,), given=given, words="protect-together", other="、".join(others))
        elif provisional:
            yield Chance(who=(person.name,), words="protect-main")


def is_protected(_truth: Truth, person: Person) -> bool:
    """Whether somebody has a protection of their own that goes on."""
    return person.is_hidden and person.protection is not None


def is_main(_truth: Truth, person: Person) -> bool:
    """Whether it was decided for good, and not extended before the last period began."""
    known = person.protection
    return known is not None and person.is_hidden and known.kind == "1" and not known.before[0]


def is_foreign(truth: Truth, person: Person) -> bool:
    """Whether a foreign resident lives here."""
    return lives_here(truth, person) and person.cells.get("juminshubetsu") == "2"


def is_japanese(truth: Truth, person: Person) -> bool:
    """Whether a Japanese resident of age lives here."""
    japanese = person.cells.get("juminshubetsu") == "1" and bool(person.cells.get("shimei"))
    return lives_here(truth, person) and japanese and age(person) >= GROWN


def keeps_no_seal(person: Person) -> bool:
    """Whether no seal is registered under a name that would be another one after the event."""
    return "seal" not in person.facts


def is_nameless(truth: Truth, person: Person) -> bool:
    """Whether a child has no name yet."""
    return lives_here(truth, person) and not person.cells.get("shimei") and "later-name" in person.facts


def is_numberless(truth: Truth, person: Person) -> bool:
    """Whether a child has no 個人番号 yet."""
    return lives_here(truth, person) and not person.cells.get("kojinbango") and "numbered" not in person.facts


def prepares(truth: Truth) -> Iterator[Chance]:
    """A bulk change of the street where somebody lives, once in a sequence."""
    if "bulk" not in truth.facts and not any("planned" in person.facts for person in truth.known()):
        yield from (Chance(who=(one.name,), calm=True) for one in truth.known() if lives_here(truth, one))


def applies(truth: Truth) -> Iterator[Chance]:
    """The bulk change that was prepared."""
    if "bulk" in truth.facts and not truth.facts["bulk"].get("done"):
        yield Chance(calm=True)


def dies(truth: Truth) -> Iterator[Chance]:
    """Somebody who leaves nobody without a head, on a day that is known or not."""
    for person in truth.known():
        if can_go(truth, person):
            yield Chance(who=(person.name,))
            yield Chance(who=(person.name,), given={"about": "年月日不詳"}, words="death-unknown")


CHANCES: Mapping[str, Chances] = {
    "move-in": comes,
    "move-back": returns,
    "move-out-notice": announces,
    "move-out": departs,
    "cancel": calls_off,
    "move": moves,
    "birth": is_born,
    "number": each(is_numberless),
    "name": each(is_nameless),
    "death": dies,
    "head-change": takes_over,
    "head-unset": each(loses_head),
    "household": splits,
    "marry": marries,
    "naturalise": each(lambda truth, person: is_foreign(truth, person) and keeps_no_seal(person)),
    "nationality-loss": each(lambda truth, person: is_japanese(truth, person) and keeps_no_seal(person)),
    "residence-status": each(is_foreign),
    "bulk-prepare": prepares,
    "bulk-address": applies,
    "protect": protects,
    "protect-extend": each(is_main),
    "protect-lift": each(is_protected),
    "protect-end": each(is_protected),
}
