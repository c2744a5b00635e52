"""024, 023, 025: what a household or a person is assessed, from the rows of 001 and 010 that the office holds and no others."""

from mocks.gyomu.clerk.due import FIRST, MORE, instal
from mocks.gyomu.clerk.income import Finding, age, find
from mocks.gyomu.clerk.insurance import TERMS, householder
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, asked
from mocks.gyomu.known import Change, same
from mocks.gyomu.ledger import Refused

ASSESSED = {"024": "024o904", "023": "023o903", "025": "025o903"}
DUES = {"024": ("024o905", "08"), "023": ("023o904", "09"), "025": ("025o904", "10")}
# 軽減: the basic amount, and what each insured person adds for half and for a fifth.
BASIC, HALF, FIFTH = 430_000, 305_000, 560_000
RATES = {"0": 0, "2": 20, "5": 50, "7": 70, "9": 0}
CARE_BASE = 72_000
CARE = {
    "01": 285,
    "02": 485,
    "03": 685,
    "04": 900,
    "05": 1000,
    "06": 1200,
    "07": 1300,
    "08": 1500,
    "09": 1700,
    "10": 1900,
}
CARE_STEPS = ((1_200_000, "06"), (2_100_000, "07"), (3_200_000, "08"), (4_200_000, "09"))


class Premiums(Clerk):
    """賦課 of one insurance."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.terms = TERMS[work.system]
        self.linkage = ASSESSED[work.system]
        # With which 課税年度 a notice was assessed, where it was not that of the same name.
        self._years: dict[tuple[str, str], str] = {}

    def events(self) -> dict[str, Event]:
        """賦課."""
        return {"assess": self.assess}

    def _insured(self, number: str) -> Record:
        row = next((one for one in self._all(atenabango=same(number))), None)
        if row is None:
            raise Refused(f"{number} is not insured here")
        return row

    def _all(self, **wanted: str) -> list[Record]:
        """The rows of who is insured now."""
        found = self.work.latest(self.terms.own, **wanted)
        ignored = self.work.fault("assesses_the_gone")
        return [row for row in found if not row[self.terms.end] or ignored]

    def assess(self, values: Values) -> Answer:
        """Assess the household (024) or the person (023, 025)."""
        said = asked(values, ["atenabango"], ["fukanendo", "kazeinendo"])
        row = self._insured(said["atenabango"])
        year = said.get("fukanendo") or self.work.tax_year
        return {"values": self._assess(row, year, said.get("kazeinendo") or year, FIRST)}

    def _assess(self, row: Record, year: str, taxed: str, cause: str) -> Record:
        if self.work.fault("tax_of_another_year"):
            taxed = str(int(taxed) - 1)
        makers = {"024": self._kokuho, "023": self._kaigo, "025": self._koki}
        cells = makers[self.work.system](row, year, taxed)
        known = self._notice(row, year)
        notice = (
            known["tsuchishobango"] if known else f"{year}{self.work.system[1:]}9{same(row['atenabango'])[4:14][-9:]}"
        )
        self._years[year, notice] = taxed
        key = {"fukanendo": year, "tsuchishobango": notice}
        own = {"choteinendo": year, "fukaketteinengappi": self.work.today, "fukajiyu": MORE if known else cause}
        made = self.work.write(self.linkage, {**own, **cells, **key})
        linkage, kind = DUES[self.work.system]
        total = int(made.get("nenzeigaku") or made["nengakuhokenryogaku"])
        if self.work.has(linkage):
            person = known["atenabango"] if known else made["atenabango"]
            facts = {"gyomuid": self.work.system, "atenabango": person, "zeimokukodo": kind}
            extra = {"choshukubun": "1", "nofuhoho": "1", "nokigenhenkofuragu": "0"}
            instal(self.work, linkage, {**facts, **key}, total, extra)
        return made

    def _notice(self, row: Record, year: str) -> Record | None:
        """The assessment of that household or person and year, if there is one."""
        if self.work.system == "024":
            return self.work.one(self.linkage, fukanendo=year, kokuhosetaibango=row["kokuhosetaibango"])
        return self.work.one(self.linkage, fukanendo=year, atenabango=row["atenabango"])

    def _reduction(self, found: Finding, insured: int) -> Record:
        """所得判定区分 and 軽減区分."""
        if not found.is_certain:
            return {"shotokuhanteikubun": found.kind, "keigenkubun": "9"}
        limits = ((BASIC, "7"), (BASIC + HALF * insured, "5"), (BASIC + FIFTH * insured, "2"))
        kind = next((code for limit, code in limits if found.total <= limit), "0")
        return {"shotokuhanteikubun": found.kind, "keigenkubun": kind}

    def _kokuho(self, row: Record, year: str, taxed: str) -> Record:
        home = row["kokuhosetaibango"]
        insured = self._all(kokuhosetaibango=home)
        head = householder(self.work, home) or row["setainushiatenabango"]
        people = [one["atenabango"] for one in insured]
        found = find(self.work, [head] if self.work.fault("income_of_head_only") else [*people, head], taxed)
        reduced = self._reduction(found, len(people))
        rate = RATES[reduced["keigenkubun"]]
        base = sum(max(0, found.of(one) - BASIC) for one in people)
        middle = [one for one in people if 40 <= self._age(one, f"{year}-04-01") < 65]
        cells = {"shikuchosonkodo": row["shikuchosonkodo"], "kokuhosetaibango": home, "atenabango": head}
        cells |= {"hihokenshaninzu": str(len(people)), "fukakijitsu": f"{year}-04-01", "genmengaku": "0", **reduced}
        cells["setaisoshotokukingakuto"] = str(found.total) if found.is_certain else ""
        parts = (("iryobun", 60, 28_000, 19_000, people), ("shienkinbun", 25, 10_000, 6_500, people))
        total = 0
        for name, share, each, flat, members in (*parts, ("kaigobun", 20, 12_000, 5_000, middle)):
            income = base * share // 1000 // 100 * 100 if members else 0
            even, whole = each * len(members), flat if members else 0
            less = (even + whole) * rate // 100
            total += income + even + whole - less
            amounts = {"shotokuwari": income, "kintowari": even, "byodowari": whole, "keigen": less}
            cells |= {f"{name}{kind}gaku": str(value) for kind, value in amounts.items()}
            cells[f"{name}gaku"] = str(income + even + whole - less)
        return cells | {"nenzeigaku": str(total)}

    def _age(self, number: str, on: str) -> int:
        person = self.work.known.person(number)
        return age(person, on) if person and person["seinengappi"] else 0

    def _kaigo(self, row: Record, _year: str, taxed: str) -> Record:
        number, person = row["atenabango"], self.work.person(row["atenabango"])
        family = [one["atenabango"] for one in self.work.known.household(person["setaibango"])] or [number]
        found, income = find(self.work, family, taxed), 0
        if found.is_certain:
            income = found.of(number)
            own = int(found.rows[same(number)]["nenzeigaku"]) if same(number) in found.rows else 0
            steps = (code for limit, code in CARE_STEPS if income < limit)
            kind, step = ("3", next(steps, "10")) if own else ("2", "05") if found.is_taxed else ("1", "01")
        else:
            kind, step = "9", "05"
        amount = CARE_BASE * CARE[step] // 1000 // 100 * 100
        return {
            "atenabango": number,
            "hihokenshabango": row["hihokenshabango"],
            "setaikazeikubun": kind,
            "hokenryodankai": step,
            "gokeishotokukingaku": str(income) if found.is_certain else "",
            "seikatsuhogojukyufuragu": "0",
            "santeihokenryogaku": str(amount),
            "genmengaku": "0",
            "nengakuhokenryogaku": str(amount),
            "choshukubun": "1",
        }

    def _koki(self, row: Record, _year: str, taxed: str) -> Record:
        number, person = row["atenabango"], self.work.person(row["atenabango"])
        family = [one["atenabango"] for one in self.work.known.household(person["setaibango"])]
        insured = [one for one in family if self._all(atenabango=same(one))] or [number]
        head = householder(self.work, person["setaibango"])
        found = find(self.work, [*insured, *([head] if head else [])], taxed)
        reduced = self._reduction(found, len(insured))
        base = max(0, found.of(number) - BASIC)
        even, share = 45_000, base * 90 // 1000 // 100 * 100
        less = even * RATES[reduced["keigenkubun"]] // 100
        amounts = {"kintowarigaku": even, "kintowarikeigengaku": less, "shotokuwarigaku": share, "genmengaku": 0}
        amounts |= {"gendochokagaku": 0, "nengakuhokenryogaku": even + share - less}
        return {
            "atenabango": number,
            "hihokenshabango": row["hihokenshabango"],
            "kyuhifuyoshakeigenfuragu": "0",
            "fukataishoshotokugaku": str(base) if found.is_certain else "",
            "choshukubun": "1",
            **reduced,
            **{name: str(value) for name, value in amounts.items()},
        }

    def react(self, linkage: str, changes: list[Change]) -> None:
        """Assess anew after a correction of 010, and when somebody of the household died or left."""
        if linkage == "010o902" and not self.work.fault("correction_not_followed"):
            for change in changes:
                self._again(change.number, change.of("kazeinendo"))
        elif linkage == "001o006" and self.work.system == "024":
            for change in changes:
                if change.before and change.of("juminjotai") != change.before["juminjotai"]:
                    self._again(change.number, "")

    def _again(self, number: str, taxed: str) -> None:
        """Every assessment of somebody's household, or of the person, that rests on that 課税年度 (any when none is given)."""
        homes = {row["kokuhosetaibango"] for row in self._mine(number)} if self.work.system == "024" else set()
        person = self.work.known.person(number)
        if self.work.system == "024":
            homes |= {person["setaibango"]} if person else set()
            rows = [row for home in homes for row in self.work.latest(self.linkage, kokuhosetaibango=home)]
        else:
            family = self.work.known.household(person["setaibango"]) if person else []
            people = {same(one["atenabango"]) for one in family} | {number}
            rows = [row for one in people for row in self.work.latest(self.linkage, atenabango=one)]
        for row in rows:
            year = self._years.get((row["fukanendo"], row["tsuchishobango"]), row["fukanendo"])
            insured = self._still(row)
            if insured and (year == taxed or (not taxed and row["fukanendo"] >= self.work.tax_year)):
                self._assess(insured, row["fukanendo"], year, MORE)

    def _mine(self, number: str) -> list[Record]:
        return self.work.latest(self.terms.own, atenabango=number)

    def _still(self, row: Record) -> Record | None:
        """Somebody of an assessment who is insured now."""
        if self.work.system == "024":
            found = self._all(kokuhosetaibango=row["kokuhosetaibango"])
        else:
            found = self._all(atenabango=row["atenabango"])
        return found[0] if found else None
