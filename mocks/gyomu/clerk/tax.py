"""010 個人住民税: the first assessment, corrections, and taxpayers who left or died and stay taxpayers."""

from mocks.gyomu.clerk.due import instal
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, amount, asked
from mocks.gyomu.known import DEAD, GONE, LIVING, PROTECTION, SHOWN, Change, same
from mocks.gyomu.ledger import Refused

PAYERS, ASSESSMENT, CREDITS, INCOME, DUES, COPY = "010o901", "010o902", "010o903", "010o904", "010o906", "010o909"
UNDECIDED, EXEMPT, PER_CAPITA, TAXED = "9", "3", "2", "1"
FREE_UNTIL, BASIC = 450_000, 430_000
CITY, PREFECTURE, FOREST = 3_000, 1_000, 1_000
CORRECTED_BY_OFFICE = "06"
COPIED = ("shimei", "shimei_furigana", "seinengappi", "seinengappi_fushofuragu", "seinengappi_fushohyoki", "seibetsu")
AMOUNTS = (
    "shichosonminzei_shotokuwarigaku", "shichosonminzei_kintowarigaku", "todofukenminzei_shotokuwarigaku",
    "todofukenminzei_kintowarigaku", "shinrinkankyozeigaku", "genmengaku",
)  # fmt: skip
FORMS = ("kakuteishinkoku", "juminzeishinkoku", "kyuyoshiharaihokoku", "kotekinenkintoshiharaihokoku")


class Taxes(Clerk):
    """Assessments of inhabitant tax."""

    def events(self) -> dict[str, Event]:
        """当初賦課 and 更正."""
        return {"tax-assess": self.assess, "tax-correct": self.correct}

    def assess(self, values: Values) -> Answer:
        """Somebody's tax of a year, for the first time."""
        known = ("kazeinendo", "mishinkokukubun", "shotokukojogakugokei", "kazeisakishikuchosonkodo")
        more = ("tadantaikazeitaishoshakubun", "shichosonminzei_shotokuwarigaku")
        said = asked(values, ["atenabango", "gokeishotokukingaku"], [*known, *more])
        number, year = said["atenabango"], said.get("kazeinendo") or self.work.tax_year
        if not (year.isdigit() and len(year) == 4):
            raise Refused(f"{year!r} is no year")
        person = self._taxpayer(number, year)
        undeclared = said.get("mishinkokukubun") == "1"
        if self.work.latest(ASSESSMENT, atenabango=number, kazeinendo=year):
            raise Refused(f"{number} is assessed for {year} already: correct it")
        income = 0 if undeclared else amount(said, "gokeishotokukingaku")
        elsewhere = said.get("tadantaikazeitaishoshakubun") or "0"
        payer = self._payer(person, year, elsewhere=elsewhere, where=said.get("kazeisakishikuchosonkodo", ""))
        payer = self.work.write(PAYERS, {**payer, "mishinkokukubun": "1" if undeclared else "0"})
        key = {name: payer[name] for name in ("atenabango", "kazeinendo", "kojinrirekibango")}
        less = amount(said, "shotokukojogakugokei", BASIC)
        cells = _assessed(income, less, undeclared=undeclared or elsewhere == "1")
        if given := said.get("shichosonminzei_shotokuwarigaku"):
            cells |= {"shichosonminzei_shotokuwarigaku": given}
        row = self._written(key, _summed(cells), undeclared=undeclared, income=income, cause="01")
        self._follow(row, income, less)
        return {"values": row}

    def _taxpayer(self, number: str, year: str) -> Record:
        """Somebody known here, resident or not, who was alive on the first of January."""
        person = self.work.known.person(number) or self.work.known.outsider(number)
        if person is None:
            raise Refused(f"nobody of the number {number!r} is known here")
        if person.get("juminjotai") == DEAD and person["idonengappi"] < f"{year}-01-01":
            raise Refused(f"{number} died on {person['idonengappi']}: no tax for {year}")
        return person

    @staticmethod
    def _payer(person: Record, year: str, *, elsewhere: str, where: str) -> Record:
        """納税義務者情報 from what 001 or 031 told."""
        flags = {f"shiryokubun_{name}": "1" if name == "kyuyoshiharaihokoku" else "0" for name in FORMS}
        return {
            "atenabango": same(person["atenabango"]),
            "kazeinendo": year,
            "tadantaikazeitaishoshakubun": elsewhere,
            "kazeisakishikuchosonkodo": where,
            "fukakijitsu": f"{year}-01-01",
            "setaibango": person.get("setaibango", ""),
            **{name: person.get(name, "") for name in COPIED},
            **{f"fukakijitsujusho_{name}": person.get(f"jusho_{name}", "") for name in SHOWN},
            "genjushotenshutsufuragu": "1" if person.get("juminjotai") == GONE else "0",
            "shibofuragu": "1" if person.get("juminjotai") == DEAD else "0",
            "seikatsufujogaitofuragu": "0",
            **flags,
        }

    def _written(self, key: Record, cells: Record, *, undeclared: bool, income: int, cause: str) -> Record:
        """課税情報, with its 課税非課税区分."""
        share, whole = int(cells["shichosonminzei_shotokuwarigaku"]), int(cells["nenzeigaku"])
        kind = UNDECIDED if undeclared else TAXED if share else PER_CAPITA if whole else EXEMPT
        own = {
            "kazeihikazeikubun": kind,
            "mishinkokukubun": "1" if undeclared else "0",
            "hikazeijiyu": "03" if kind == EXEMPT else "",
            "koseijiyu": cause,
            "koseinengappi": "" if cause == "01" else self.work.today,
            "choshukubun": "1" if whole else "",
            "gokeishotokukingaku": str(income),
            "soshotokukingakuto": str(income),
            "shichosonminzei_zeigakukojozenshotokuwarigaku": str(share),
        }
        return self.work.write(ASSESSMENT, {**key, **own, **cells})

    def _follow(self, row: Record, income: int, less: int) -> None:
        """所得・控除, 調定 and 副本 as the assessment has them."""
        number, year = row["atenabango"], row["kazeinendo"]
        key = {"atenabango": number, "kazeinendo": year}
        if self.work.has(INCOME):
            self.work.write(INCOME, {**key, **self._income(income, less), "mishinkokukubun": row["mishinkokukubun"]})
        if self.work.has(COPY):
            hidden = "1" if self.work.known.is_protected(number) else "0"
            form = self.work.ledger.series(COPY).linkage
            told = {name: row[name] for name in form.header if name in row and name in _SHARED}
            own = {"tokuteikojinjohomeikodo": "TM00000000000001", "fukuhontorokutaishonengappi": self.work.today}
            flags = {"jidootofukafuragu": hidden, "fukaijigaitofuragu": hidden}
            self.work.write(COPY, {**key, **told, **own, **flags})
        if self.work.has(DUES):
            found = self.work.latest(DUES, atenabango=number, fukanendo=year, zeimokukodo="01")
            notice = found[0]["tsuchishobango"] if found else f"{year}019{number[4:14]}"
            due = {"atenabango": number, "fukanendo": year, "zeimokukodo": "01", "tsuchishobango": notice}
            extra = {"choshukubun": "1", "nozeigimushaatenabango": number, "kozafurikaefuragu": "0", "genmengaku": "0"}
            if found or int(row["nenzeigaku"]):
                instal(self.work, DUES, due, int(row["nenzeigaku"]), extra)

    def _income(self, income: int, less: int) -> Record:
        """所得・控除情報 of a salary that is the whole income."""
        form = self.work.ledger.series(INCOME).linkage
        cells = {item.romaji: "0" for item in form.items if item.required and item.kind in {"9", "S9"} and not item.key}
        basic = min(less, BASIC)
        own = {"kyuyoshotokugaku": income, "soshotokukingaku": income, "gokeishotokukingaku": income}
        own |= {"soshotokukingakuto": income, "kisokojogaku": basic, "shakaihokenryokojogaku": less - basic}
        own |= {"shotokukojogakugokei": less, "kazeisoshotokukingaku": max(0, income - less) // 1000 * 1000}
        return cells | {name: str(value) for name, value in own.items()}

    def correct(self, values: Values) -> Answer:
        """更正: a further row; what was assessed before stays as it was."""
        known = ("kazeinendo", "koseijiyu", "gokeishotokukingaku", "mishinkokukubun", "shotokukojogakugokei", *AMOUNTS)
        said = asked(values, ["atenabango"], known)
        number, year = said["atenabango"], said.get("kazeinendo") or self.work.tax_year
        found = self.work.latest(ASSESSMENT, atenabango=number, kazeinendo=year)
        if not found:
            raise Refused(f"{number} has no assessment of {year}")
        row = max(found, key=lambda one: int(one["kojinrirekibango"]))
        undeclared = (
            said.get("mishinkokukubun") or ("0" if "gokeishotokukingaku" in said else row["mishinkokukubun"])
        ) == "1"
        income = 0 if undeclared else amount(said, "gokeishotokukingaku", int(row["gokeishotokukingaku"]))
        less = amount(said, "shotokukojogakugokei", BASIC)
        cells = {name: row[name] or "0" for name in AMOUNTS} | {"kazeihyojungaku": row["kazeihyojungaku"]}
        if "gokeishotokukingaku" in said or "mishinkokukubun" in said:
            cells |= _assessed(income, less, undeclared=undeclared)
        cells |= {name: str(amount(said, name)) for name in AMOUNTS if said.get(name)}
        if min(int(cells[name]) for name in AMOUNTS) < 0:
            raise Refused("an amount is below zero")
        cause = said.get("koseijiyu") or CORRECTED_BY_OFFICE
        key = {name: row[name] for name in ("atenabango", "kazeinendo", "kojinrirekibango")}
        made = self._written(key, _summed(cells), undeclared=undeclared, income=income, cause=cause)
        if undeclared != (row["mishinkokukubun"] == "1") and (payer := self._latest_payer(number, year)):
            self.work.write(PAYERS, {**payer, "mishinkokukubun": "1" if undeclared else "0"})
        self._follow(made, income, less)
        return {"values": made}

    def _latest_payer(self, number: str, year: str = "") -> Record | None:
        found = self.work.latest(PAYERS, atenabango=number, **({"kazeinendo": year} if year else {}))
        return max(found, key=lambda row: row["kazeinendo"], default=None)

    def react(self, linkage: str, changes: list[Change]) -> None:
        """Who left or died, and whose data is not to be given away by itself."""
        for change in changes:
            if linkage == "001o006" and change.now and change.before:
                self._moved(change, change.now)
            elif linkage == PROTECTION:
                self._hidden(change.number)

    def _moved(self, change: Change, person: Record) -> None:
        payer = self._latest_payer(change.number)
        if payer is None or person["juminjotai"] == (change.before or {}).get("juminjotai"):
            return
        gone = "1" if person["juminjotai"] == GONE else "0"
        dead = "1" if person["juminjotai"] == DEAD else "0"
        if (payer["genjushotenshutsufuragu"], payer["shibofuragu"]) == (gone, dead):
            return
        if gone == "1" and self.work.fault("taxpayer_dropped_after_departure"):
            self.work.ledger.delete(PAYERS, payer)
            return
        if person["juminjotai"] == LIVING or gone == "1" or dead == "1":
            self.work.write(PAYERS, {**payer, "genjushotenshutsufuragu": gone, "shibofuragu": dead})

    def _hidden(self, number: str) -> None:
        hidden = "1" if self.work.known.is_protected(number) else "0"
        for row in self.work.latest(COPY, atenabango=number):
            if row["jidootofukafuragu"] != hidden and not self.work.fault("automatic_answer_flag_missing"):
                self.work.write(COPY, {**row, "jidootofukafuragu": hidden, "fukaijigaitofuragu": hidden})


_SHARED = {
    "kazeihikazeikubun", "mishinkokukubun", "gokeishotokukingaku", "soshotokukingakuto", "kazeihyojungaku",
    "shichosonminzei_shotokuwarigaku", "shichosonminzei_kintowarigaku", "shichosonminzeigaku",
}  # fmt: skip


def _assessed(income: int, less: int, *, undeclared: bool) -> Record:
    """The amounts of an income; none of who did not declare or is taxed elsewhere."""
    free = undeclared or income <= FREE_UNTIL
    base = 0 if free else max(0, income - less) // 1000 * 1000
    return {
        "kazeihyojungaku": str(base),
        "shichosonminzei_shotokuwarigaku": str(base * 6 // 100 // 100 * 100),
        "shichosonminzei_kintowarigaku": "0" if free else str(CITY),
        "todofukenminzei_shotokuwarigaku": str(base * 4 // 100 // 100 * 100),
        "todofukenminzei_kintowarigaku": "0" if free else str(PREFECTURE),
        "shinrinkankyozeigaku": "0" if free else str(FOREST),
        "genmengaku": "0",
    }


def _summed(cells: Record) -> Record:
    """With the totals that follow from the amounts."""
    of = {name: int(cells[name] or 0) for name in AMOUNTS}
    city = of["shichosonminzei_shotokuwarigaku"] + of["shichosonminzei_kintowarigaku"]
    prefecture = of["todofukenminzei_shotokuwarigaku"] + of["todofukenminzei_kintowarigaku"]
    whole = city + prefecture + of["shinrinkankyozeigaku"] - of["genmengaku"]
    totals = {"shichosonminzeigaku": city, "todofukenminzeigaku": prefecture, "nenzeigaku": whole}
    return cells | {name: str(value) for name, value in totals.items()}
