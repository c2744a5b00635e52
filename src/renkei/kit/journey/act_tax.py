"""Acts of 個人住民税 and of those who reckon with it: 賦課, 更正, premiums and the nursery fee."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.truth import Person, Truth

NURSERY, TAX = "028", "010"
JUNE = 6
# What is kept under these names in the facts of a person.
TAXES, INSURED, ASSESSED, NURSED = "taxes", "insured", "assessed", "nursed"
SEASON, SEASON_DAYS = "tax-season", 60
LAST = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """What 010 was told of one year of somebody: ``corrected`` is how often since the first assessment."""

    income: int = 0
    undeclared: bool = False
    corrected: int = 0


def tax_year(today: str) -> int:
    """The 課税年度 that counts on a day: from June to the May after it."""
    return int(today[:4]) - (int(today[5:7]) < JUNE)


def _begun(truth: Truth, today: str) -> int:
    """The 課税年度 of assessments that began a short while ago; 0 where none did."""
    year, day = truth.facts.get(SEASON, (0, ""))
    recent = day and (dt.date.fromisoformat(today) - dt.date.fromisoformat(day)).days < SEASON_DAYS
    return int(year) if recent else 0


def year_of(truth: Truth, today: str) -> int:
    """The 課税年度 of a story: that of its first assessment, so that the first of June does not fall in between."""
    return _begun(truth, today) or tax_year(today)


def season(scene: Scene) -> int:
    """The same, kept for what follows."""
    if not _begun(scene.truth, scene.today):
        scene.truth.facts[SEASON] = (tax_year(scene.today), scene.today)
    return year_of(scene.truth, scene.today)


def taxes(person: Person) -> dict[int, Tax]:
    """What 010 was told of somebody, by 課税年度."""
    found: dict[int, Tax] = person.facts.setdefault(TAXES, {})
    return found


def assessed(person: Person) -> dict[str, dict[int, Mapping[str, int]]]:
    """For which years an office decided on somebody's premium, by 業務ID, and how many 更正 of whom there were by then."""
    found: dict[str, dict[int, Mapping[str, int]]] = person.facts.setdefault(ASSESSED, {})
    return found


def corrections(truth: Truth, year: int) -> dict[str, int]:
    """How many 更正 of the tax of a year there were until now, by name."""
    taxed = ((one.name, taxes(one).get(year)) for one in truth.people.values() if TAXES in one.facts)
    return {name: tax.corrected for name, tax in taxed if tax is not None}


def insured(person: Person) -> dict[str, str]:
    """Since when somebody is insured, by 業務ID."""
    found: dict[str, str] = person.facts.setdefault(INSURED, {})
    return found


def _told(scene: Scene, event: str, *, first: bool) -> None:
    year = season(scene) - (scene.given.get("year") == LAST)
    undeclared = bool(scene.given.get("undeclared"))
    income = 0 if undeclared else int(scene.given.get("income", 0))
    for person in scene.people:
        values = {
            "atenabango": person.number,
            "kazeinendo": str(year),
            "gokeishotokukingaku": str(income),
            "mishinkokukubun": "1" if undeclared else "0",
        }
        scene.tell(event, values, person)
        before = taxes(person).get(year)
        corrected = 0 if first or before is None else before.corrected + 1
        taxes(person)[year] = Tax(income=income, undeclared=undeclared, corrected=corrected)


def tax_assess(scene: Scene) -> None:
    """当初賦課, or 未申告 as it was found."""
    _told(scene, "tax-assess", first=True)


def tax_correct(scene: Scene) -> None:
    """更正: what was declared later, or found to be wrong."""
    _told(scene, "tax-correct", first=False)


def acquire(scene: Scene) -> None:
    """資格の取得, by the day of 異動 that the office holds unless the step says another."""
    for person in scene.people:
        day = scene.day("date", person.cells.get("idonengappi", ""))
        scene.tell("acquire", {"atenabango": person.number, "date": day}, person)
        insured(person)[scene.office.info.system] = day


def assess(scene: Scene) -> None:
    """賦課 of a premium for the year that counts today."""
    year = season(scene)
    for person in scene.people:
        values = {"atenabango": person.number, "fukanendo": str(year), "kazeinendo": str(year)}
        scene.tell("assess", values, person)
        years = assessed(person).setdefault(scene.office.info.system, {})
        years.setdefault(year, corrections(scene.truth, year))


def nursery_certify(scene: Scene) -> None:
    """保育の認定, asked for by a parent."""
    guardian = scene.other("guardian")
    for child in scene.people:
        values = {"jidoatenabango": child.number, "hogoshaatenabango": guardian.number}
        scene.tell("nursery-certify", values, child, guardian)
        child.facts["guardian"] = guardian.name


def nursery_fee(scene: Scene) -> None:
    """利用者負担額の決定."""
    year = season(scene)
    for child in scene.people:
        values = {"jidoatenabango": child.number, "fukanendo": str(year), "kazeinendo": str(year)}
        scene.tell("nursery-fee", values, child)
        child.facts[NURSED] = year


TAXED = ("010o901", "010o902", "010o904", "010o906", "010o909")
YEARLY = frozenset({"income", "undeclared", "year"})

ACTS = (
    Act(name="tax-assess", system=TAX, play=tax_assess, keys=YEARLY, linkages=TAXED),
    Act(name="tax-correct", system=TAX, play=tax_correct, keys=YEARLY, linkages=TAXED),
    Act(name="acquire", system="024", play=acquire, keys=frozenset({"date"}), linkages=("024o901", "024o902")),
    Act(name="assess", system="024", play=assess, linkages=("024o904", "024o905")),
    Act(
        name="nursery-certify",
        system=NURSERY,
        play=nursery_certify,
        keys=frozenset({"guardian"}),
        linkages=("028o901",),
    ),
    Act(name="nursery-fee", system=NURSERY, play=nursery_fee, linkages=("028o903", "028o904")),
)
