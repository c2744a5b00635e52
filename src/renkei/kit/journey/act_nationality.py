"""Acts of 住民記録 on foreign residents, and 住居表示: 帰化, 国籍喪失, 在留資格, and the bulk change of addresses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from renkei.kit.journey import resident
from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.act_people import PEOPLE, SYSTEM, TOLD
from renkei.kit.journey.truth import RESIDENT

JAPANESE, FOREIGN = "1", "2"
NATURALISED, LOST, CORRECTED = "04", "05", "21"
FOREIGN_HERE = "foreign-here"
KEEPS = ("atenabango", "kojinbango")
BULK = "bulk"
OLD_STREET = "bulk-street"


def naturalise(scene: Scene) -> None:
    """帰化: two rows, out as a foreign resident and in as a Japanese one, under the same numbers."""
    for person in scene.people:
        likeness = resident.likeness(scene.town, {key: person.like[key] for key in person.like if key != "foreign"})
        cells = {name: likeness[name] for name in ("shimei", "shimei_furigana")} | {"idonengappi": scene.day("day")}
        scene.tell("naturalise", {"atenabango": person.number, **cells}, person)
        kept = {name: value for name, value in person.cells.items() if name not in resident.FOREIGN_CELLS}
        if person.facts.get(FOREIGN_HERE):
            # The day of becoming a foreign resident, which 001 set, is that of 住民となった日 now (4.5.3).
            kept.pop("jumintonattanengappi", None)
        person.cells = kept
        person.registered({**cells, "juminshubetsu": JAPANESE, "juminjotai": RESIDENT, "idojiyu": NATURALISED}, rows=2)
        person.facts["naturalised"] = {"rows": person.rows}
        person.facts.pop("residence", None)


def nationality_loss(scene: Scene) -> None:
    """国籍喪失: two rows as well, now as a foreign resident."""
    for person in scene.people:
        foreign = resident.foreigner(scene.town)
        names = ("shimei_gaikokujinromaji", "kokusekito_kokumeikodo", "kokusekimeito")
        cells = {name: foreign[name] for name in names} | {"idonengappi": scene.day("day")}
        scene.tell("nationality-loss", {"atenabango": person.number, **cells}, person)
        for name in ("shimei", "shimei_furigana"):
            person.cells.pop(name, None)
        person.registered({**cells, "juminshubetsu": FOREIGN, "juminjotai": RESIDENT, "idojiyu": LOST}, rows=2)
        person.facts[FOREIGN_HERE] = True
        person.facts["naturalised"] = {"rows": person.rows}


def residence_status(scene: Scene) -> None:
    """在留資格・在留期間 change."""
    years = int(scene.given.get("years", 3))
    today = dt.date.fromisoformat(scene.today)
    for person in scene.people:
        cells = {
            "zairyushikakutokodo": str(scene.given.get("status", "E10")),
            "zairyukikantokodo_nen": f"{years:02d}",
            "zairyukikantokodo_tsuki": "00",
            "zairyukikantokodo_hi": "000",
            "zairyukikannomanryonohi": (today + dt.timedelta(days=365 * years)).isoformat(),
        }
        scene.tell("residence-status", {"atenabango": person.number, **cells}, person)
        person.registered({**cells, "idojiyu": CORRECTED})
        person.facts["residence"] = cells


def bulk_prepare(scene: Scene) -> None:
    """住居表示の仮処理 for the street where the first person lives: whoever changes from now on is left out."""
    street = scene.people[0].cells["jusho_choazakodo"]
    scene.tell("bulk-prepare", {"jusho_choazakodo": street})
    feed = scene.town.feed(PEOPLE)
    living = [row for row in feed.current() if _lives(row, street)] if feed else []
    scene.truth.facts[BULK] = {"street": street, "rows": {bare(row): row["kojinrirekibango"] for row in living}}


def bulk_address(scene: Scene) -> None:
    """住居表示の本処理: everybody who lives in the street and did not change meanwhile, in one delta."""
    prepared = scene.truth.facts[BULK]
    street = prepared["street"]
    new = {"jusho_choazakodo": _unused(scene), "jusho_choaza": str(scene.given.get("name", "みらい町一丁目"))}
    values = {"jusho_choazakodo": street, **{f"shin{name}": value for name, value in new.items()}}
    feed = scene.town.feed(PEOPLE)
    rows = {bare(row): row for row in feed.current()} if feed else {}
    # Of whom something was registered that no file told yet.
    changed = {one.number.lstrip("0") for one in scene.truth.known() if feed and len(feed.of(one.number)) < one.rows}
    concerned = [
        one
        for one, serial in prepared["rows"].items()
        if one in rows and rows[one]["kojinrirekibango"] == serial and _lives(rows[one], street) and one not in changed
    ]
    scene.tell("bulk-address", values)
    prepared |= {"numbers": concerned, "new": new, "done": True}
    chosen = [one for one in scene.truth.known() if one.number.lstrip("0") in concerned]
    for person in chosen:
        person.registered({**new, "idojiyu": CORRECTED})
    scene.touch(chosen)


def bare(row: Mapping[str, str]) -> str:
    """The 宛名番号 of a row without leading zeros."""
    return row["atenabango"].lstrip("0")


def _lives(row: dict[str, str], street: str) -> bool:
    return row["jusho_choazakodo"] == street and row["juminjotai"] == RESIDENT


def _unused(scene: Scene) -> str:
    """A code of a street that nobody lives in."""
    feed = scene.town.feed(PEOPLE)
    taken = {row["jusho_choazakodo"] for row in feed.current()} if feed else set()
    return next(code for code in (f"{9000 + number:04d}001" for number in range(999)) if code not in taken)


ACTS = (
    Act(name="naturalise", system=SYSTEM, play=naturalise, keys=frozenset({"day"}), linkages=TOLD),
    Act(name="nationality-loss", system=SYSTEM, play=nationality_loss, keys=frozenset({"day"}), linkages=TOLD),
    Act(
        name="residence-status",
        system=SYSTEM,
        play=residence_status,
        keys=frozenset({"status", "years"}),
        linkages=TOLD,
    ),
    Act(name="bulk-prepare", system=SYSTEM, play=bulk_prepare, linkages=TOLD),
    Act(name="bulk-address", system=SYSTEM, play=bulk_address, keys=frozenset({"name"}), linkages=TOLD),
)
