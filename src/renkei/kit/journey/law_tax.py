"""Laws of assessments: they rest on what 010 told of the right year, of everybody of the household, and on nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import phrase, raw
from renkei.kit.journey.act_tax import NURSED, assessed, insured, tax_year, taxes
from renkei.kit.journey.act_welfare import AIDED, SUPPORTED, Aid, means
from renkei.kit.journey.decision import (
    BASIC,
    DECIDED,
    HEAD,
    TAX,
    Decision,
    by_another_year,
    by_former,
    decisions,
    figures,
    household,
    is_child,
    is_relieved,
    rests,
    tax_row,
)
from renkei.kit.journey.look import Law, Look
from renkei.kit.journey.told import Cells, amount, cell, count, money, present, rows_of
from renkei.kit.journey.truth import RESIDENT, Person

FEE = "028o903"
AID = "018o901"
UNDECLARED, ASKED = "2", "3"
NOT_REDUCED = {"0", "9"}
TOTAL = {"024": "nenzeigaku", "023": "nengakuhokenryogaku", "025": "nengakuhokenryogaku"}
INSTALMENTS = {"024": "024o905", "023": "023o904", "025": "025o904"}
# The most that each of a household can add to the limits of a reduction.
MOST_FOR_EACH = 700_000


def _is_reduced(decision: Decision) -> bool:
    """Whether an office decided for a reduction or for non-taxable."""
    if decision.system == "023":
        return decision.row["setaikazeikubun"] == "1" and amount(decision.row, "hokenryodankai") < 4
    return decision.row["keigenkubun"] not in NOT_REDUCED


def _kind(decision: Decision) -> str:
    return decision.row.get("shotokuhanteikubun") or decision.row.get("setaikazeikubun", "")


def _is_open(decision: Decision) -> bool:
    """Whether an office left a decision open, as it must while it does not know everybody's income."""
    return not _is_reduced(decision) and (decision.system == "023" or _kind(decision) in {UNDECLARED, ASKED})


def _undecided(look: Look, decision: Decision, rule: str) -> None:
    name = "setaikazeikubun" if decision.system == "023" else "keigenkubun"
    look.that(
        not _is_reduced(decision),
        rule,
        expected=raw("9"),
        actual=raw(decision.row[name]),
        whose=decision.feed.provider,
        linkage=decision.feed.linkage.id,
        where=raw(name),
        party=FaultOf.PROVIDER,
    )
    if decision.system != "023":
        look.that(
            _kind(decision) in {UNDECLARED, ASKED},
            rule,
            expected=raw(UNDECLARED),
            actual=raw(_kind(decision)),
            whose=decision.feed.provider,
            linkage=decision.feed.linkage.id,
            where=raw("shotokuhanteikubun"),
            party=FaultOf.PROVIDER,
        )


def not_declared(look: Look) -> None:
    """Premiums, fees and grants while somebody has not declared."""
    if not present(look, "010"):
        return
    for decision in decisions(look):
        if decision.undeclared:
            _undecided(look, decision, "journey-undeclared-exempt")
    _without_declaration(look, FEE, NURSED, "jidoatenabango", _fee_decides)
    _without_declaration(look, AID, AIDED, "atenabango", _aid_grants)


def _fee_decides(row: Cells) -> str:
    """The column by which a fee is certain, "" where it is left open."""
    if row["kaisokubun"] == "02":
        return "kaisokubun"
    return "" if row["shotokuhanteikubun"] in {UNDECLARED, ASKED} else "shotokuhanteikubun"


def _aid_grants(row: Cells) -> str:
    return "ninteikubun" if row["ninteikubun"] == "2" else ""


def _is_beside(look: Look, child: Person, decided: Aid | int) -> bool:
    """Whether a grant says nothing of who has declared now: it was on other means, or by 児童扶養手当 whatever the income."""
    if not isinstance(decided, Aid):
        return False
    supported = any(SUPPORTED in one.facts for one in household(look, child))
    return supported or means(look.truth, child, decided.year) != decided.means


def _without_declaration(look: Look, linkage: str, fact: str, column: str, decides: Callable[[Cells], str]) -> None:
    """Whether a fee or a grant was decided, and by which column, though a grown-up of the household has not declared."""
    feed, taxed = look.town.feed(linkage), look.town.feed(TAX)
    for child in look.people if feed and taxed else ():
        if feed is None or taxed is None or fact not in child.facts:
            continue
        decided = child.facts[fact]
        year = decided.year if isinstance(decided, Aid) else decided
        told = [tax_row(taxed, one, year) for one in household(look, child) if year in taxes(one)]
        if not any(row and row["mishinkokukubun"] == "1" for row in told) or _is_beside(look, child, decided):
            continue
        for row in rows_of(feed, child.number, column):
            name = decides(row)
            look.that(
                not name,
                "journey-undeclared-exempt",
                expected=phrase("journey-left-open"),
                actual=raw(row.get(name, "")),
                whose=feed.provider,
                linkage=linkage,
                where=raw(name),
                party=FaultOf.PROVIDER,
            )


def missing_row(look: Look) -> None:
    """A premium while 010 has told nothing yet of somebody."""
    if not present(look, "010"):
        return
    for decision in decisions(look):
        if decision.missing and not decision.undeclared:
            _undecided(look, decision, "journey-missing-row-is-zero")


def _certain(look: Look, suits: Callable[[Decision], bool]) -> Iterator[Decision]:
    """Decisions that can be made, of a kind."""
    return (one for one in decisions(look) if not one.undeclared and not one.missing and suits(one))


def _by_income(look: Look, decision: Decision, rule: str) -> None:
    """The decision rests on the income that 010 told."""
    for one in figures(decision):
        if one.yen:
            money(look, decision.feed, int(one.told), int(one.wanted), rule, where=one.name)
        else:
            cell(look, decision.feed, decision.row, one.name, one.wanted, rule)


def _is_shared(decision: Decision) -> bool:
    """Whether several people's income counts: where such a figure is wrong without another reason, somebody is missing."""
    return len(decision.people) > 1


def corrected(look: Look) -> None:
    """010 tells a correction as it was made, and every premium that rests on it is decided anew."""
    if not present(look, "010"):
        return
    taxed = look.town.feed(TAX)
    for person in look.people if taxed else ():
        for year, tax in taxes(person).items():
            row = tax_row(taxed, person, year) if taxed else None
            if taxed is None or not tax.corrected:
                continue
            cell(look, taxed, row or {}, "gokeishotokukingaku", tax.income, "journey-correction-not-told")
            former = rows_of(taxed, person.number, wanted={"kazeinendo": str(year)}, former=True)
            count(look, taxed, former[: tax.corrected + 1], tax.corrected + 1, "journey-correction-written-over")
    for decision in _certain(look, _is_corrected):
        if not _is_shared(decision) or rests(decision) or by_former(look, decision):
            _by_income(look, decision, "journey-correction-not-followed")
        look.that(
            amount(decision.row, "rirekibango") > 1,
            "journey-correction-written-over",
            expected=raw(2),
            actual=raw(decision.row["rirekibango"]),
            whose=decision.feed.provider,
            linkage=decision.feed.linkage.id,
            where=raw("rirekibango"),
            party=FaultOf.PROVIDER,
        )


def _is_corrected(decision: Decision) -> bool:
    """Whether the tax of somebody who counts was corrected after the office had decided."""
    year = decision.year
    before = assessed(decision.subject).get(decision.system, {}).get(year, {})
    taxed = ((one.name, taxes(one).get(year)) for one in decision.people)
    return any(tax.corrected > before.get(name, 0) for name, tax in taxed if tax is not None)


def whole_household(look: Look) -> None:
    """A premium counts everybody of the household, and its reduction is one that this income can give."""
    if not present(look, "010"):
        return
    for decision in _certain(look, _is_shared):
        if by_another_year(look, decision) or by_former(look, decision):
            continue
        _by_income(look, decision, "journey-household-not-whole")
        if decision.system != "024":
            continue
        members = [one for one in decision.people if "024" in insured(one)]
        cell(look, decision.feed, decision.row, "hihokenshaninzu", len(members), "journey-household-not-whole")
        kind = decision.row["keigenkubun"]
        look.that(
            not (decision.total <= BASIC and kind != "7")
            and not (decision.total > BASIC + MOST_FOR_EACH * len(decision.people) and kind != "0"),
            "journey-reduction-wrong",
            expected=raw("7" if decision.total <= BASIC else "0"),
            actual=raw(kind),
            whose=decision.feed.provider,
            linkage=decision.feed.linkage.id,
            where=raw("keigenkubun"),
            party=FaultOf.PROVIDER,
        )


def right_year(look: Look) -> None:
    """A premium of who is known in several years rests on its own year."""
    if not present(look, "010"):
        return
    for decision in decisions(look):
        several = [one for one in decision.people if len(taxes(one)) > 1]
        if not several:
            continue
        open_ = decision.undeclared or decision.missing
        mixed = by_another_year(look, decision)
        if open_ and (mixed or _is_open(decision)):
            _undecided(look, decision, "journey-year-mixed-up")
        elif not open_ and (mixed or rests(decision) or not _is_shared(decision)):
            _by_income(look, decision, "journey-year-mixed-up")


def instalments(look: Look) -> None:
    """The instalments of a notice come to its year."""
    offices = [system for system in ("010", *INSTALMENTS) if look.town.has(system)]
    if not present(look, *(offices[:1] or ["010"])):
        return
    for decision in decisions(look):
        feed = look.town.feed(INSTALMENTS[decision.system])
        notice, payer = decision.row["tsuchishobango"], decision.row["atenabango"]
        if feed:
            dues = rows_of(feed, payer, wanted={"fukanendo": str(decision.year), "tsuchishobango": notice})
            told = sum(amount(due, "choteigaku") for due in dues)
            money(look, feed, told, amount(decision.row, TOTAL[decision.system]), "journey-instalments-differ")
    taxed, dues_of = look.town.feed(TAX), look.town.feed("010o906")
    if taxed is None or dues_of is None:
        return
    for person in look.people:
        for year in taxes(person):
            row = tax_row(taxed, person, year)
            dues = rows_of(dues_of, person.number, wanted={"fukanendo": str(year)})
            if row is not None:
                told = sum(amount(due, "choteigaku") for due in dues)
                money(look, dues_of, told, amount(row, "nenzeigaku"), "journey-instalments-differ")


def nobody_gone(look: Look) -> None:
    """After a death or 転出 the household is assessed by who is left."""
    if not present(look, "024"):
        return
    feed = look.town.feed(DECIDED["024"])
    if feed is None:
        return
    for person in look.people:
        if person.state == RESIDENT or "024" not in insured(person):
            continue
        members = look.truth.members(person.household)
        left = [] if is_relieved(members) else [one for one in members if "024" in insured(one)]
        years = sorted({year for one in (*left, person) for year in assessed(one).get("024", ())})
        # Who leaves after the year is over was insured in all of it.
        for year in years[-1:] if left and years[-1:] == [tax_year(look.town.today)] else ():
            for row in rows_of(feed, person.household, "kokuhosetaibango", {"fukanendo": str(year)}):
                cell(look, feed, row, "hihokenshaninzu", len(left), "journey-gone-still-assessed")
                if any(one.cells.get("tsuzukigarakodo1") == HEAD for one in left):
                    wanted = _income(look, left, year)
                    money(look, feed, amount(row, "setaisoshotokukingakuto"), wanted, "journey-gone-still-assessed")


def _income(look: Look, people: Iterable[Person], year: int) -> int:
    taxed = look.town.feed(TAX)
    rows: Sequence[Cells | None] = [tax_row(taxed, one, year) for one in people] if taxed else []
    return sum(amount(row, "soshotokukingakuto") for row in rows if row)


def nursery(look: Look) -> None:
    """The fee rests on the 所得割 of the parents in the household, as 010 told it; who left has none that runs."""
    if not present(look, "010", "028"):
        return
    feed, taxed = look.town.feed(FEE), look.town.feed(TAX)
    for child in look.people:
        if feed is None or taxed is None or NURSED not in child.facts or child.state != RESIDENT:
            continue
        year = child.facts[NURSED]
        parents = [one for one in household(look, child) if one is not child and not is_child(one, year)]
        told = [tax_row(taxed, one, year) for one in parents]
        if any(row is None or row["mishinkokukubun"] == "1" for row in told):
            continue
        levy = sum(amount(row, "shichosonminzei_shotokuwarigaku") for row in told if row)
        rows = rows_of(feed, child.number, "jidoatenabango", {"fukanendo": str(year)})
        if not rows:
            count(look, feed, rows, 1, "journey-fee-missing")
        for row in rows[-1:]:
            money(look, feed, amount(row, "shichosonminzeishotokuwarigaku"), levy, "journey-fee-of-other-income")


LAWS = (
    Law(requirement="JN-40", judge=not_declared, nights=2),
    Law(requirement="JN-41", judge=missing_row, nights=2),
    Law(requirement="JN-42", judge=corrected, nights=2),
    Law(requirement="JN-43", judge=whole_household, nights=2),
    Law(requirement="JN-44", judge=right_year, nights=2),
    Law(requirement="JN-46", judge=instalments, nights=1),
    Law(requirement="JN-47", judge=nobody_gone, nights=2),
    Law(requirement="JN-74", judge=nursery, nights=2),
)
