"""Acts of the offices for families: 児童手当 by マイナポータル, 予防接種, 学齢簿・就学通知・就学援助, 生活保護, 児童扶養手当."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.act_tax import TAXES, Tax, season
from renkei.kit.journey.truth import Person, Truth

APPLICATIONS, ALLOWANCE, HEALTH, REGISTER, AID = "030", "027", "019", "017", "018"
SUPPORT, ASSISTANCE, LINKS = "020", "021", "032"
# The 手続 of マイナポータル for the allowance.
PROCEDURE = ("0000000270001", "児童手当等の受給資格及び児童手当の額についての認定請求")
# What is kept under these names in the facts of a person.
SERIAL, APPLIED, GRANTED, ENROLLED = "serial", "applied", "granted", "enrolled"
NOTIFIED, AIDED, ASSISTED, SUPPORTED = "notified", "aided", "assisted", "supported"
PAID_FOR = "paid-for"
THRESHOLD = 2_560_000


@dataclass(slots=True, kw_only=True)
class Doses:
    """What became known of somebody's vaccinations, by kind and number: the day, and what was only answered in vain."""

    written: dict[tuple[str, int], str] = field(default_factory=dict)
    answered: dict[tuple[str, int], str] = field(default_factory=dict)
    in_vain: set[tuple[str, int]] = field(default_factory=set)

    @property
    def known(self) -> set[tuple[str, int]]:
        """The doses that must be on record."""
        return set(self.written) | set(self.answered)

    def day(self, kind: tuple[str, int], said: str) -> str:
        """The day of a dose: whoever tells of one that is known tells of the same day."""
        return self.written.get(kind) or self.answered.get(kind) or said


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A school notice: for which year, whether its address had to be hidden then, and where the receiver lived."""

    year: str
    hidden: bool
    address: Mapping[str, str]


# Somebody's name, whether on 生活保護 and 児童扶養手当, and the tax of a year.
Means = tuple[str, bool, bool, Tax | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aid:
    """就学援助 of one 年度: ``means`` are what the household lived on when it was judged."""

    year: int
    means: tuple[Means, ...]


def doses(person: Person) -> Doses:
    """The doses of somebody."""
    found: Doses = person.facts.setdefault("doses", Doses())
    return found


def certificate(scene: Scene) -> None:
    """電子証明書の発行: its serial number belongs to the 宛名番号 from now on."""
    for person in scene.people:
        serial = f"RK{scene.town.unique().upper()}"
        scene.tell("certificate", {"atenabango": person.number, "shiriarubango": serial}, person)
        person.facts[SERIAL] = serial


def apply(scene: Scene) -> None:
    """An application by マイナポータル: it knows the serial number of the card, not the 宛名番号."""
    for person in scene.people:
        number = person.facts.setdefault(APPLIED, f"MP{scene.town.unique()}"[:20])
        values = {
            "mainaporutaruuketsukebango": number,
            "gyomuid": str(scene.given["to"]),
            "tetsuzukikodo": PROCEDURE[0],
            "tetsuzukimei": PROCEDURE[1],
            "shiriarubango": str(person.facts[SERIAL]),
            "shinseishashimei": person.cells["shimei"],
        }
        for _ in range(int(scene.given.get("times", 1))):
            scene.tell("application-receive", values, person)


def allowance_apply(scene: Scene) -> None:
    """児童手当の認定請求, for the children of the household."""
    for person in scene.people:
        number = person.facts.get(APPLIED, f"MP{scene.town.unique()}"[:15])
        day = scene.day("day")
        for _ in range(int(scene.given.get("times", 1))):
            scene.tell(
                "allowance-apply",
                {"shinseibango": number, "atenabango": person.number, "seikyunengappi": day},
                person,
            )
        person.facts[GRANTED] = day
        # Who is born later is asked for by itself (額改定認定請求).
        person.facts[PAID_FOR] = [one.name for one in scene.truth.members(person.household) if one is not person]


def vaccinate(scene: Scene) -> None:
    """A dose that somebody of the office wrote down."""
    vaccine, dose = str(scene.given["vaccine"]), int(scene.given["dose"])
    for person in scene.people:
        day = doses(person).day((vaccine, dose), scene.day("day"))
        values = {"wakuchinshurui": vaccine, "sesshukaisu": str(dose), "sesshunengappi": day}
        scene.tell("vaccinate", {"atenabango": person.number, **values}, person)
        doses(person).written[vaccine, dose] = day


def vaccination_answer(scene: Scene) -> None:
    """接種実績 as the former municipality told it to 032, one answer for each dose; some cannot be converted."""
    converted, day = bool(scene.given.get("converted", True)), scene.day("day")
    for person in scene.people:
        for one in scene.given["doses"]:
            vaccine, _, dose = str(one).partition("-")
            known, kind = doses(person), (vaccine, int(dose))
            values = {
                "atenabango": person.number,
                "henkankekka": "1" if converted else "2",
                "wakuchinshurui": vaccine,
                "sesshukaisu": dose,
                "sesshunengappi": known.day(kind, day),
            }
            scene.tell("vaccination-answer", values, person)
            if converted:
                known.answered[kind] = values["sesshunengappi"]
            else:
                known.in_vain.add(kind)


def parent(scene: Scene, child: Person) -> Person | None:
    """Who of the household is its head: the child's 保護者, unless a step says otherwise."""
    members = scene.truth.members(child.household)
    return next((one for one in members if one is not child and one.cells.get("tsuzukigarakodo1") == "01"), None)


def school_enrol(scene: Scene) -> None:
    """学齢簿への記載."""
    for child in scene.people:
        guardian = parent(scene, child)
        named = {"hogoshaatenabango": guardian.number} if guardian else {}
        scene.tell("school-enrol", {"atenabango": child.number, **named}, child)
        child.facts[ENROLLED] = guardian.name if guardian else ""


def school_notice(scene: Scene) -> None:
    """就学の通知; ``to`` says of each child who it is addressed to."""
    year = int(scene.today[:4]) + 1
    for child in scene.people:
        receiver = scene.truth.person(str(scene.given["to"][child.name]))
        values = {"shugakunendo": str(year), "tsuchisakiatenabango": receiver.number}
        scene.tell("school-notice", {"atenabango": child.number, **values}, child)
        address = {key.removeprefix("jusho_"): cell for key, cell in receiver.cells.items() if key.startswith("jusho_")}
        hidden = child.is_hidden or receiver.is_hidden
        child.facts[NOTIFIED] = Notice(year=str(year), hidden=hidden, address=address)


def means(truth: Truth, child: Person, year: int) -> tuple[Means, ...]:
    """Who lives with a child, each with 生活保護, 児童扶養手当 and the tax of a year."""
    members = truth.members(child.household)
    return tuple(
        (one.name, ASSISTED in one.facts, SUPPORTED in one.facts, one.facts.get(TAXES, {}).get(year)) for one in members
    )


def school_aid(scene: Scene) -> None:
    """就学援助の審査."""
    year = season(scene)
    for child in scene.people:
        guardian = parent(scene, child)
        values = {
            "atenabango": child.number,
            "ninteinendo": str(year),
            "kazeinendo": str(year),
            "kijungaku": str(THRESHOLD),
            **({"hogoshaatenabango": guardian.number} if guardian else {}),
        }
        scene.tell("school-aid", values, child)
        child.facts[AIDED] = Aid(year=year, means=means(scene.truth, child, year))


def assistance_begin(scene: Scene) -> None:
    """生活保護の開始."""
    day = scene.day("day")
    flags = dict.fromkeys(("shussan", "seigyo", "sosai", "kaigo"), "0")
    flags |= dict.fromkeys(("seikatsu", "jutaku", "kyoiku", "iryo"), "1")
    for person in scene.people:
        values = {
            "fukushijimushokodo": scene.town.municipality,
            "kesubango": _serial(scene, "journey-case", 10),
            "shinseirirekibango": "1",
            "inbango": "1",
            "atenabango": person.number,
            "kaishinengappi": day,
            "ketteikubun": "1",
            "ketteinengappi": scene.today,
            **{f"{name}fujofuragu": flag for name, flag in flags.items()},
        }
        scene.tell("change", values, person, linkage="021o901")
        person.facts[ASSISTED] = day


def support_grant(scene: Scene) -> None:
    """児童扶養手当の認定."""
    for person in scene.people:
        values = {
            "shoshobango": _serial(scene, "journey-support", 15),
            "atenabango": person.number,
            "jukyujiyu": "08",
            "shikyujokyo": "1",
            "ninteiseikyunengappi": scene.today,
            "shikyukubun": "1",
            "teategetsugaku": "46690",
            "taishojidosu": "1",
            "hitorioyafuragu": "1",
            "shiensochitaishofuragu": "1" if person.is_hidden else "0",
        }
        scene.tell("change", values, person, linkage="020o901")
        person.facts[SUPPORTED] = True


def _serial(scene: Scene, name: str, size: int) -> str:
    """A number of a register that nobody else there has."""
    scene.town.scratch[name] = scene.town.scratch.get(name, 0) + 1
    return f"9{scene.town.scratch[name]:0{size - 1}d}"


ACTS = (
    Act(name="certificate", system="001", play=certificate, linkages=("001o902",)),
    Act(name="apply", system=APPLICATIONS, play=apply, keys=frozenset({"to", "times"}), linkages=("030o901",)),
    Act(
        name="allowance-apply",
        system=ALLOWANCE,
        play=allowance_apply,
        keys=frozenset({"times", "day"}),
        linkages=("027o901", "027o902", "027o903"),
    ),
    Act(
        name="vaccinate",
        system=HEALTH,
        play=vaccinate,
        keys=frozenset({"vaccine", "dose", "day"}),
        linkages=("019o930",),
    ),
    Act(
        name="vaccination-answer",
        system=LINKS,
        play=vaccination_answer,
        keys=frozenset({"doses", "day", "converted"}),
        linkages=("032o902",),
    ),
    Act(name="school-enrol", system=REGISTER, play=school_enrol, linkages=("017o901",)),
    Act(name="school-notice", system=REGISTER, play=school_notice, keys=frozenset({"to"}), linkages=("017o902",)),
    Act(name="school-aid", system=AID, play=school_aid, linkages=("018o901",)),
    Act(
        name="assistance-begin",
        system=ASSISTANCE,
        play=assistance_begin,
        keys=frozenset({"day"}),
        linkages=("021o901",),
    ),
    Act(name="support-grant", system=SUPPORT, play=support_grant, linkages=("020o901",)),
)
