"""Acts of 支援措置: application, decision, those protected together, extension, 一時解除, and the decision to end."""

from __future__ import annotations

import datetime as dt

from renkei.kit.journey import resident
from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.truth import Person, Protection

SYSTEM = "001"
TOLD = ("001o009",)
MAIN, PROVISIONAL = "1", "2"
KINDS = {"main": MAIN, "provisional": PROVISIONAL}
# What was lifted, and how many rows of 支援措置 there were then.
LIFTED = "lifted"


def protect(scene: Scene) -> None:
    """支援措置, or 仮支援措置: the first person applies, those of ``together`` are protected with them."""
    applicant, others = scene.people[0], _together(scene)
    kind = KINDS[str(scene.given.get("kind", "main"))]
    ongoing = applicant.protection is not None and applicant.is_hidden
    start = applicant.protection.start if applicant.protection and ongoing else scene.day("from")
    end = applicant.protection.end if applicant.protection and ongoing else _year_after(start)
    assailant = _assailant(scene)
    values = {
        "atenabango": applicant.number,
        "shiensochikubun": kind,
        **({} if ongoing else {"shiensochikaishinengappi": start, "shiensochishuryonengappi": end}),
        **_named(others),
        **assailant,
    }
    scene.tell("protect", values, applicant, *others)
    for person in (applicant, *others):
        rows = person.protection.rows + 1 if person.protection else 1
        person.protection = Protection(
            kind=kind,
            start=start,
            end=end,
            together=person is not applicant,
            rows=rows,
            since=scene.town.virtual,
            assailant=assailant or (person.protection.assailant if person.protection else {}),
        )
        person.facts.pop(LIFTED, None)
    if assailant:
        scene.truth.facts.setdefault("assailants", []).append(assailant)


def extend(scene: Scene) -> None:
    """延長: the new period begins on the day after the former one ends."""
    applicant, others = scene.people[0], _together(scene)
    end = _year_after(_next_day(_protection(applicant).end))
    values = {"atenabango": applicant.number, "shiensochishuryonengappi": end, **_named(others)}
    scene.tell("protect-extend", values, applicant, *others)
    for person in (applicant, *others):
        known = _protection(person)
        known.before = (known.start, known.end)
        known.start, known.end = _next_day(known.end), end
        known.rows, known.since = known.rows + 1, scene.town.virtual
        person.facts.pop(LIFTED, None)


def lift(scene: Scene) -> None:
    """一時解除: for a certificate or two, inside 001 only."""
    feed = scene.town.feed(TOLD[0])
    for person in scene.people:
        scene.tell("protect-lift", {"atenabango": person.number}, person)
        known = _protection(person)
        known.lifted = True
        # A decision of the same day may not have been told yet.
        person.facts[LIFTED] = max(len(feed.of(person.number)), known.rows) if feed else 0


def end(scene: Scene) -> None:
    """終了の決定: from now on nothing is hidden any more."""
    applicant, others = scene.people[0], _together(scene)
    scene.tell("protect-end", {"atenabango": applicant.number, **_named(others)}, applicant, *others)
    for person in (applicant, *others):
        known = _protection(person)
        known.ended = True
        known.lifted = False
        known.rows, known.since = known.rows + 1, scene.town.virtual
        person.facts.pop(LIFTED, None)


def copy(scene: Scene) -> None:
    """A copy for the 中間サーバー is registered, so that other municipalities can be answered."""
    for person in scene.people:
        values = {"gyomuid": str(scene.given.get("gyomuid", "010")), "atenabango": person.number}
        scene.tell("substitute-register", values)
        person.facts["copied"] = True


def _together(scene: Scene) -> list[Person]:
    return [scene.truth.person(str(name)) for name in scene.given.get("together", ())]


def _named(others: list[Person]) -> dict[str, str]:
    return {"awaseteatenabango": ";".join(person.number for person in others)} if others else {}


def _assailant(scene: Scene) -> dict[str, str]:
    """Somebody whom nobody else of the town is called like: what is found of them elsewhere came from 001."""
    if not scene.given.get("assailant"):
        return {}
    where = resident.elsewhere(scene.town, "kagaishajusho")
    street = f"{where['kagaishajusho_shikugunchosonmei']}鬼首町八丁目{where['kagaishajusho_banchigohyoki']}"
    return {"kagaishashimei": "鬼塚　剛厳", "kagaishajusho": street}


def _protection(person: Person) -> Protection:
    if person.protection is None:
        raise KeyError(person.name)
    return person.protection


def _next_day(day: str) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()


def _year_after(day: str) -> str:
    """The last day of the year that begins on that day."""
    begin = dt.date.fromisoformat(day)
    leap = (begin.month, begin.day) == (2, 29)
    return (begin.replace(year=begin.year + 1, day=28 if leap else begin.day) - dt.timedelta(days=1)).isoformat()


ACTS = (
    Act(
        name="protect",
        system=SYSTEM,
        play=protect,
        keys=frozenset({"kind", "from", "together", "assailant"}),
        linkages=TOLD,
    ),
    Act(name="protect-extend", system=SYSTEM, play=extend, keys=frozenset({"together"}), linkages=TOLD),
    Act(name="copy", system="032", play=copy, keys=frozenset({"gyomuid"}), linkages=("032o903",)),
    Act(name="protect-lift", system=SYSTEM, play=lift, linkages=TOLD),
    Act(name="protect-end", system=SYSTEM, play=end, keys=frozenset({"together"}), linkages=TOLD),
)
