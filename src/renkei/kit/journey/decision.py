"""What offices decided on premiums, and which rows of 010 each decision rests on: those of its year, or others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from renkei.kit.journey.act_tax import ASSESSED, assessed, insured, taxes
from renkei.kit.journey.act_welfare import ASSISTED
from renkei.kit.journey.feed import Feed
from renkei.kit.journey.look import Look
from renkei.kit.journey.told import Cells, amount, rows_of
from renkei.kit.journey.truth import RESIDENT, Person

TAX = "010o902"
DECIDED = {"024": "024o904", "023": "023o903", "025": "025o903"}
# 基礎控除.
BASIC = 430_000
HEAD, ADULT = "01", 18
# 軽減区分 and 世帯課税区分 of what could not be decided.
LEFT_OPEN = "9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an office decided on a household for a year: ``people`` are those whose income counts."""

    system: str
    feed: Feed
    row: Cells
    year: int
    subject: Person
    people: tuple[Person, ...]
    rows: Mapping[str, Cells]

    @property
    def undeclared(self) -> bool:
        """Whether 010 told that somebody has not declared."""
        return any(row["mishinkokukubun"] == "1" for row in self.rows.values())

    @property
    def missing(self) -> bool:
        """Whether 010 told nothing yet of somebody grown up."""
        return any(person.name not in self.rows and not is_child(person, self.year) for person in self.people)

    @property
    def total(self) -> int:
        """総所得金額等 of everybody, as 010 told it."""
        return sum(amount(row, "soshotokukingakuto") for row in self.rows.values())


def tax_row(feed: Feed, person: Person, year: int) -> Cells | None:
    """What 010 tells of somebody's year."""
    found = rows_of(feed, person.number, wanted={"kazeinendo": str(year)})
    return max(
        found, key=lambda row: (amount(row, "kojinrirekibango"), amount(row, "kazeijohorirekibango")), default=None
    )


def is_child(person: Person, year: int) -> bool:
    """Whether somebody was under age on the first day of a year."""
    born = person.cells.get("seinengappi", "")
    return born > f"{year - ADULT}-01-01"


def household(look: Look, person: Person) -> list[Person]:
    """Who lives with somebody, by what was registered."""
    return look.truth.members(person.household) if person.state == RESIDENT else []


def is_relieved(people: Iterable[Person]) -> bool:
    """Whether somebody is on 生活保護, which ends 国保: how a 賦課 made before then goes on, the text at hand leaves open."""
    return any(ASSISTED in person.facts for person in people)


def counted(look: Look, system: str, subject: Person) -> tuple[Person, ...]:
    """Whose income counts: the insured and the head (024, 025), the whole household (023)."""
    members = household(look, subject)
    if system == "023":
        return tuple(members)
    return tuple(one for one in members if system in insured(one) or one.cells.get("tsuzukigarakodo1") == HEAD)


def _notice(feed: Feed, system: str, subject: Person, year: int) -> Cells | None:
    """The assessment in force of a person, or of the household (024: whoever of it the notice is made out to)."""
    wanted = {"fukanendo": str(year)}
    if system != "024":
        return next(iter(rows_of(feed, subject.number, wanted=wanted)), None)
    found = rows_of(feed, subject.household, "kokuhosetaibango", wanted)
    return found[-1] if found else None


def decisions(look: Look) -> Iterator[Decision]:
    """Every decision on a premium of who is looked at, once for each household, where the office told of it."""
    taxed = look.town.feed(TAX)
    done = set[tuple[str, str, int]]()
    for person in look.people:
        for system, years in assessed(person).items() if ASSESSED in person.facts else ():
            feed = look.town.feed(DECIDED[system])
            if feed is None or taxed is None or person.state != RESIDENT:
                continue
            if system == "024" and is_relieved(household(look, person)):
                continue
            for year in years:
                row = _notice(feed, system, person, year)
                if row is None or (system, row["tsuchishobango"], year) in done:
                    continue
                done.add((system, row["tsuchishobango"], year))
                people = counted(look, system, person)
                told = {one.name: found for one in people if (found := tax_row(taxed, one, year))}
                yield Decision(system=system, feed=feed, row=row, year=year, subject=person, people=people, rows=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One cell of a decision that follows from income: what was told, and what the rows of 010 make it."""

    name: str
    told: str
    wanted: str
    yen: bool = True


def figures(decision: Decision) -> tuple[Figure, ...]:
    """What a decision says that follows from its rows."""
    row, own = decision.row, decision.rows.get(decision.subject.name, {})
    if decision.system == "024":
        return (_yen(row, "setaisoshotokukingakuto", decision.total),)
    if decision.system == "023":
        taxed = [name for name, told in decision.rows.items() if amount(told, "nenzeigaku") > 0]
        kind = "3" if decision.subject.name in taxed else "2" if taxed else "1"
        return (
            _yen(row, "gokeishotokukingaku", amount(own, "gokeishotokukingaku")),
            Figure(name="setaikazeikubun", told=row.get("setaikazeikubun", ""), wanted=kind, yen=False),
        )
    return (_yen(row, "fukataishoshotokugaku", max(0, amount(own, "soshotokukingakuto") - BASIC)),)


def _yen(row: Cells, name: str, wanted: int) -> Figure:
    return Figure(name=name, told=str(amount(row, name)), wanted=str(wanted))


def rests(decision: Decision) -> bool:
    """Whether a decision is what its rows make it."""
    return all(one.told == one.wanted for one in figures(decision))


def by_another_year(look: Look, decision: Decision) -> bool:
    """Whether a decision is what the rows of another year make it, and those of its own do not.

    Where those rows do not suffice, it was left open because of them.
    """
    feed = look.town.feed(TAX)
    years = sorted({year for person in decision.people for year in taxes(person)} - {decision.year})
    for year in years if feed and not rests(decision) else ():
        other = {one.name: row for one in decision.people if feed and (row := tax_row(feed, one, year))}
        alone = replace(decision, rows=other)
        short = alone.missing or alone.undeclared
        by_them = LEFT_OPEN in _kinds(decision) if short else rests(alone)
        if by_them or rests(replace(decision, rows={**decision.rows, **other})):
            return True
    return False


def _kinds(decision: Decision) -> set[str]:
    return {decision.row.get("keigenkubun", ""), decision.row.get("setaikazeikubun", "")}


def by_former(look: Look, decision: Decision) -> bool:
    """Whether a decision is what 010 had told before a correction, and what it tells since does not make it."""
    feed, former = look.town.feed(TAX), dict(decision.rows)
    for person in decision.people if feed else ():
        found = rows_of(feed, person.number, wanted={"kazeinendo": str(decision.year)}, former=True) if feed else []
        if len(found) > 1 and person.name in former:
            former[person.name] = found[-2]
    return not rests(decision) and rests(replace(decision, rows=former))
