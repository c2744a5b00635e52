"""Acts of 住民記録 within a family: 出生, 個人番号, 命名, 死亡, 世帯主 and 世帯, 婚姻."""

from __future__ import annotations

from renkei.kit.journey import resident
from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.act_people import SYSTEM, TOLD
from renkei.kit.journey.resident import RELATIONS
from renkei.kit.journey.truth import DEAD, RESIDENT, UNKNOWN_DAY

BORN, DIED, HEAD, CORRECTED, NUMBERED = "03", "12", "31", "21", "25"
SPLIT, CHANGED = "28", "30"
UNSET = "世帯主未設定"
FORMER_HEAD = "同居人"


def birth(scene: Scene) -> None:
    """出生: into the household of the mother, maybe without a name yet, always without a 個人番号."""
    mother = scene.other("mother")
    for child in scene.people:
        whole = resident.likeness(scene.town, {"relation": "子", **child.like})
        cells = {name: whole[name] for name in ("seibetsu", "seibetsuhyoki")}
        if not scene.given.get("unnamed"):
            cells |= {name: whole[name] for name in ("shimei", "shimei_furigana")}
        cells |= {"seinengappi": scene.day("day"), "idotodokedenengappi": scene.today}
        effect = scene.tell("birth", {"hahanoatenabango": mother.number, **cells}, child)
        scene.numbered(child, effect)
        child.facts["later-name"] = {name: whole[name] for name in ("shimei", "shimei_furigana")}
        unnamed = {"shimei": ""} if scene.given.get("unnamed") else {}
        address = {name: mother.cells[name] for name in resident.HOME if name in mother.cells}
        child.registered(
            {
                **cells,
                **unnamed,
                **address,
                "setaibango": mother.household,
                "juminjotai": RESIDENT,
                "juminshubetsu": "1",
                "idojiyu": BORN,
                "kojinbango": "",
            }
        )


def number(scene: Scene) -> None:
    """個人番号 is written: it follows in a delta of its own."""
    for person in scene.people:
        cells = {"kojinbango": resident.new_number(scene.town)}
        scene.tell("number", {"atenabango": person.number, **cells}, person)
        if not person.cells.get("kojinbango"):
            person.facts["numbered"] = True
        person.registered({**cells, "idojiyu": NUMBERED})


def name(scene: Scene) -> None:
    """A name is given to a child that had none, or the step says which."""
    for person in scene.people:
        later = dict(person.facts.get("later-name", {}))
        cells = later | {key: str(value) for key, value in scene.given.items()}
        scene.tell("name", {"atenabango": person.number, **cells}, person)
        person.registered({**cells, "idojiyu": CORRECTED})


def death(scene: Scene) -> None:
    """死亡: on a day, or as 「…頃」 where nobody knows it."""
    for person in scene.people:
        cells = {"idonengappi": scene.day("day"), "idotodokedenengappi": scene.today}
        if unknown := str(scene.given.get("about", "")):
            cells |= {"idonengappi_fushofuragu": "1", "idonengappi_fushohyoki": unknown}
        scene.tell("death", {"atenabango": person.number, **cells}, person)
        person.registered({**cells, "juminjotai": DEAD, "idojiyu": DIED})
        person.facts["died"] = cells["idonengappi"]
        person.facts[UNKNOWN_DAY] = {key: cells[key] for key in cells if "fusho" in key}
        person.facts.pop("planned", None)


def head_change(scene: Scene) -> None:
    """世帯主変更: a row for each member who lives there."""
    head = scene.people[0]
    members = scene.truth.members(head.household)
    relations = {str(key): str(value) for key, value in scene.given.get("relations", {}).items()}
    codes = {scene.truth.person(key).number: RELATIONS[value] for key, value in relations.items()}
    said = {"tsuzukigara": ";".join(f"{key}={value}" for key, value in codes.items())} if codes else {}
    scene.tell("head-change", {"setaibango": head.household, "atenabango": head.number, **said}, *members)
    for member in members:
        relation = relations.get(member.name, "")
        if member is head:
            relation = "世帯主"
        elif not relation and member.cells.get("tsuzukigarakodo1") == RELATIONS["世帯主"]:
            relation = FORMER_HEAD
        told = {"tsuzukigarakodo1": RELATIONS[relation], "tsuzukigarahyoki": relation} if relation else {}
        member.registered({**told, "idojiyu": HEAD})
        member.facts.pop("headless", None)


def head_unset(scene: Scene) -> None:
    """世帯主未設定: nobody of the household is its head, and everybody's row says so."""
    household = scene.people[0].household
    members = scene.truth.members(household)
    scene.tell("head-unset", {"setaibango": household}, *members)
    for member in members:
        member.registered({"tsuzukigarakodo1": "", "tsuzukigarahyoki": UNSET, "idojiyu": HEAD})
        member.facts["headless"] = True


def household(scene: Scene) -> None:
    """世帯合併・分離・変更 of one person after the other: into somebody's household, or one of their own."""
    into = scene.other("into").household if "into" in scene.given else ""
    whose = scene.other("into").cells if into else {}
    home = {key: whose[key] for key in resident.HOME if key in whose}
    for person in scene.people:
        relation = str(scene.given.get("relation", "世帯主" if not into else FORMER_HEAD))
        told = {"tsuzukigarakodo1": RELATIONS[relation], **home}
        values = {"atenabango": person.number, "setaibango": into or "new", **told}
        effect = scene.tell("household", values, person)
        told["setaibango"] = into or str(effect.values.get("setaibango") or "")
        person.registered({**told, "idojiyu": CHANGED if into else SPLIT})
        person.cells.pop("tsuzukigarahyoki", None)


def marry(scene: Scene) -> None:
    """婚姻: both get a row; the first one joins the household and takes the family name of the other."""
    one, other = scene.people
    family = other.cells["shimei"].partition("　")[0], other.cells["shimei_furigana"].partition("　")[0]
    new = {
        "shimei": f"{family[0]}　{one.cells['shimei'].partition('　')[2]}",
        "shimei_furigana": f"{family[1]}　{one.cells['shimei_furigana'].partition('　')[2]}",
    }
    relation = "妻" if one.cells["seibetsu"] == resident.WOMAN else "夫"
    day = scene.day("day")
    values = {**new, "setaibango": other.household, "tsuzukigarakodo1": RELATIONS[relation], "idonengappi": day}
    scene.tell("marry", {"atenabango": one.number, "aiteatenabango": other.number, **values}, one, other)
    home = {key: other.cells[key] for key in resident.HOME if key in other.cells}
    one.registered({**values, **home, "idojiyu": CORRECTED})
    one.cells.pop("tsuzukigarahyoki", None)
    other.registered({"idojiyu": CORRECTED, "idonengappi": day, "setaibango": other.household})
    for person in scene.people:
        person.facts["married"] = True


ACTS = (
    Act(
        name="birth",
        system=SYSTEM,
        play=birth,
        keys=frozenset({"mother", "unnamed", "day"}),
        linkages=TOLD,
        anew=True,
    ),
    Act(name="number", system=SYSTEM, play=number, linkages=TOLD),
    Act(name="name", system=SYSTEM, play=name, keys=frozenset({"shimei", "shimei_furigana"}), linkages=TOLD),
    Act(name="death", system=SYSTEM, play=death, keys=frozenset({"day", "about"}), linkages=TOLD),
    Act(name="head-change", system=SYSTEM, play=head_change, keys=frozenset({"relations"}), linkages=TOLD),
    Act(name="head-unset", system=SYSTEM, play=head_unset, linkages=TOLD),
    Act(name="household", system=SYSTEM, play=household, keys=frozenset({"into", "relation"}), linkages=TOLD),
    Act(name="marry", system=SYSTEM, play=marry, keys=frozenset({"day"}), linkages=TOLD),
)
