"""Acts of 住民記録: 転入, 再転入, 転出 and its notices, 転居, and the cancellation of what was done last."""

from __future__ import annotations

from collections.abc import Mapping

from renkei.kit.journey import resident
from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.act_outsider import SEAL
from renkei.kit.journey.act_tax import ASSESSED, INSURED, NURSED
from renkei.kit.journey.act_welfare import AIDED, ENROLLED, GRANTED, NOTIFIED, PAID_FOR, SUPPORTED
from renkei.kit.journey.truth import CANCELLED, LEFT, OF_EVENT, REMOVED, RESIDENT, STAYS, Person

SYSTEM = "001"
TOLD = ("001o005", "001o006")
PEOPLE = "001o006"
PLANNED = "planned"
MOVED_IN, MOVED_OUT, MOVED = "01", "10", "19"
# 異動の取消し: a resident again, one no longer, anything else.
AGAIN, NO_LONGER, CORRECTED = "09", "18", "37"
DEPARTURE = ("tenshutsusakijusho_", "tennyutsuchi", "shojono")
OF_DEPARTURE = (PLANNED, "left-on", "yotei", "kakutei", "died")
# What offices granted to a resident: it ends with 転出, and who comes back has to ask for it anew.
GRANTS = (INSURED, ASSESSED, NURSED, "guardian", GRANTED, PAID_FOR, ENROLLED, NOTIFIED, AIDED, SUPPORTED, SEAL)
FORMER = "former"


def move_in(scene: Scene) -> None:
    """転入: the household as one, a new 世帯番号 comes of the first unless the step names whose household it is."""
    household = scene.other("household").household if "household" in scene.given else ""
    street = scene.other("street_of").cells if "street_of" in scene.given else None
    home = {} if household else resident.address(scene.town, street)
    before = resident.former_address(scene.town)
    for person in scene.people:
        own = {} if person.entered else resident.likeness(scene.town, person.like)
        household = _enter(scene, person, {**own, **home, **before}, household)


def _enter(scene: Scene, person: Person, cells: Mapping[str, str], household: str) -> str:
    """One person of a 転入; the 世帯番号."""
    day = scene.day("day")
    given = {
        **cells,
        "idonengappi": day,
        "jumintonattanengappi": day,
        "idotodokedenengappi": scene.today,
        **({"setaibango": household} if household else {}),
        **{name: str(value) for name, value in scene.given.get("cells", {}).items()},
    }
    gone = [name for name in person.cells if name.startswith((*DEPARTURE, "tenkyomaejusho_"))]
    effect = scene.tell("move-in", given, person)
    household = household or str(effect.values.get("setaibango") or "")
    person.facts["answered-number"] = scene.numbered(person, effect)
    person.registered({**given, "setaibango": household, "juminjotai": RESIDENT, "idojiyu": MOVED_IN})
    for name in gone:
        person.cells[name] = ""
    for fact in OF_DEPARTURE:
        person.facts.pop(fact, None)
    return household


def move_back(scene: Scene) -> None:
    """再転入: 001 has to recognise the former residents by their 個人番号; what they are called they say again."""
    home, before = resident.address(scene.town), resident.former_address(scene.town)
    household = ""
    known = ("shimei", "shimei_furigana", "seibetsu", "seibetsuhyoki", "seinengappi", "kojinbango", "juminshubetsu")
    for person in scene.people:
        own = {name: person.cells[name] for name in (*known, *sorted(resident.FOREIGN_CELLS)) if name in person.cells}
        relation = {name: person.cells[name] for name in RELATION if name in person.cells}
        household = _enter(scene, person, {**own, **relation, **home, **before}, household)
        person.facts["returned"] = True
        _begin_anew(scene, person)


def _begin_anew(scene: Scene, person: Person) -> None:
    """Nothing that was granted before the 転出 goes on, neither to who comes back nor to others on their account."""
    for grant in [one for one in GRANTS if one in person.facts]:
        del person.facts[grant]
        person.facts[FORMER] = True
    for other in scene.truth.people.values():
        if person.name in (counted := other.facts.get(PAID_FOR, [])):
            counted.remove(person.name)


RELATION = ("tsuzukigarakodo1", "tsuzukigarahyoki")


def notice(scene: Scene) -> None:
    """転出届: until the planned day everybody is a resident still."""
    planned, where = scene.day("day", "+7"), resident.elsewhere(scene.town, "tenshutsusakijusho_yotei")
    for person in scene.people:
        values = {"atenabango": person.number, "idonengappi": planned, "idotodokedenengappi": scene.today, **where}
        scene.tell("move-out-notice", values, person)
        person.registered({**where, "juminjotai": RESIDENT, "idotodokedenengappi": scene.today})
        person.facts[PLANNED] = planned
        person.facts["yotei"] = dict(where)


def move_out(scene: Scene) -> None:
    """転入通知 of the other municipality: the 転出 is confirmed; ``again`` is the same notice once more."""
    again = bool(scene.given.get("again"))
    for person in scene.people:
        where = person.facts["kakutei"] if again else resident.elsewhere(scene.town, "tenshutsusakijusho_kakutei")
        values = {"atenabango": person.number, "tennyutsuchinengappi": scene.day("day"), **where}
        if again:
            values["tennyutsuchinengappi"] = person.cells["tennyutsuchinengappi"]
            person.facts[STAYS] = person.rows
        scene.tell("move-out", values, person)
        if not again:
            _left(person, values)
            person.facts["kakutei"] = dict(where)


def _left(person: Person, values: Mapping[str, str]) -> None:
    """消除 on the planned day or on that of the notice, whichever came first."""
    told = {name: value for name, value in values.items() if name != "atenabango"}
    day, under_way = values["tennyutsuchinengappi"], person.state == LEFT or PLANNED in person.facts
    if planned := person.facts.pop(PLANNED, ""):
        day = min(planned, day)
    gone = person.cells.get("idonengappi") if person.state == LEFT else day
    person.registered({**told, "juminjotai": LEFT, "idonengappi": gone or day, "idojiyu": MOVED_OUT})
    if under_way:
        _same_departure(person)
    person.facts["left-on"] = gone or day


def come_due(person: Person, today: str) -> bool:
    """Whether the planned day of a 転出 has come, on which 001 removes the person by itself."""
    planned = person.facts.get(PLANNED)
    if not planned or planned > today:
        return False
    del person.facts[PLANNED]
    person.registered({"juminjotai": LEFT, "idonengappi": planned, "idojiyu": MOVED_OUT})
    _same_departure(person)
    person.facts["left-on"] = planned
    return True


def _same_departure(person: Person) -> None:
    """Notice, removal and 転入通知 are one 転出, which is called off as a whole."""
    person.past.pop()


def cancel(scene: Scene) -> None:
    """異動の取消し: what was before the last event is registered again, as one more row."""
    for person in scene.people:
        scene.tell("cancel", {"atenabango": person.number}, person)
        state, before = person.state, person.past[-1] if person.past else {}
        fact = {"rows": person.rows}
        gone = {**person.cells, "juminjotai": REMOVED}
        cells = {**dict.fromkeys(person.cells, ""), **before} if before else gone
        after = cells["juminjotai"]
        reason = CORRECTED if after == state else AGAIN if after == RESIDENT else NO_LONGER
        told = {name: cell for name, cell in cells.items() if name not in OF_EVENT}
        person.registered({**told, "idojiyu": reason})
        del person.past[-2:]
        person.facts[CANCELLED] = fact
        for name in OF_DEPARTURE:
            person.facts.pop(name, None)


def move(scene: Scene) -> None:
    """転居: to another address within the town, everybody named together."""
    home, household = resident.address(scene.town), ""
    for person in scene.people:
        known = (name for name in PARTS if f"jusho_{name}" in person.cells)
        before = {f"tenkyomaejusho_{name}": person.cells[f"jusho_{name}"] for name in known}
        values = {**home, "idonengappi": scene.day("day")}
        if scene.given.get("household") == "new":
            values |= {"setaibango": household or "new"}
            values |= {"tsuzukigarakodo1": person.cells["tsuzukigarakodo1"]} if household else {}
        effect = scene.tell("move", {"atenabango": person.number, **values}, person)
        if "setaibango" in values:
            household = household or str(effect.values.get("setaibango") or "")
            values["setaibango"] = household
            if household and not values.get("tsuzukigarakodo1"):
                values |= {"tsuzukigarakodo1": "01", "tsuzukigarahyoki": "世帯主"}
        person.registered({**values, **before, "idojiyu": MOVED})


PARTS = ("shikuchosonkodo", "choazakodo", "todofuken", "shikugunchosonmei", "choaza", "banchigohyoki", "yubinbango")

ACTS = (
    Act(
        name="move-in",
        system=SYSTEM,
        play=move_in,
        keys=frozenset({"day", "household", "cells", "street_of"}),
        linkages=TOLD,
        anew=True,
    ),
    Act(name="move-back", system=SYSTEM, play=move_back, keys=frozenset({"day", "cells"}), linkages=TOLD),
    Act(name="move-out-notice", system=SYSTEM, play=notice, keys=frozenset({"day"}), linkages=TOLD),
    Act(name="move-out", system=SYSTEM, play=move_out, keys=frozenset({"day", "again"}), linkages=TOLD),
    Act(name="cancel", system=SYSTEM, play=cancel, linkages=TOLD),
    Act(name="move", system=SYSTEM, play=move, keys=frozenset({"day", "household"}), linkages=TOLD),
)
