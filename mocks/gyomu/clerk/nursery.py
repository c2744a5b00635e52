"""028 子ども・子育て支援: who is certified, and a fee that follows the tax and the household of the parents."""

from mocks.gyomu.clerk.flag import flag
from mocks.gyomu.clerk.income import age, find
from mocks.gyomu.clerk.request import request
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, asked
from mocks.gyomu.known import LIVING, Change, same
from mocks.gyomu.ledger import Refused

CERTIFIED, FEES = "028o901", "028o903"
GRANTED = "2"
WITH_NEED, SMALL = "2", "3"
PARENTS = {"01", "02", "03"}
UNDECIDED, FREE = "99", "02"
STEPS = ((48_600, "03"), (97_000, "04"), (169_000, "05"), (301_000, "06"), (397_000, "07"))
MONTHLY = {"02": 0, "03": 19_500, "04": 30_000, "05": 44_500, "06": 61_000, "07": 80_000, "08": 104_000, "99": 104_000}
FREE_FROM = 3


class Nurseries(Clerk):
    """認定 and 利用者負担額."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        # With which 課税年度 a fee was fixed.
        self._years: dict[tuple[str, str, str], str] = {}

    def events(self) -> dict[str, Event]:
        """What parents ask for, and what is fixed."""
        return {"nursery-certify": self.certify, "nursery-fee": self.fix}

    def certify(self, values: Values) -> Answer:
        """A child who needs a place."""
        known = ("ninteikubun", "hoikuhitsuyojiyu", "shinseinengappi")
        said = asked(values, ["jidoatenabango", "hogoshaatenabango"], known)
        child, today = self.work.resident(said["jidoatenabango"]), self.work.today
        self.work.resident(said["hogoshaatenabango"])
        if self.work.one(CERTIFIED, jidoatenabango=said["jidoatenabango"], ninteijokyo=GRANTED):
            raise Refused(f"{said['jidoatenabango']} is certified already")
        kind = said.get("ninteikubun") or (SMALL if age(child, today) < FREE_FROM else WITH_NEED)
        year = int(today[:4]) + (today[5:7] >= "04")
        row = self.work.write(
            CERTIFIED,
            {
                "ninteibango": self.work.ledger.new_number(CERTIFIED, "ninteibango", 15),
                "jidoatenabango": said["jidoatenabango"],
                "hogoshaatenabango": said["hogoshaatenabango"],
                "shinseinengappi": said.get("shinseinengappi") or today,
                "ninteijokyo": GRANTED,
                "ninteinengappi": today,
                "ninteikubun": kind,
                "ninteiyukokikankaishibi": today,
                "ninteiyukokikanshuryobi": f"{year}-03-31",
                "hoikuhitsuyoryo": "1" if kind in {WITH_NEED, SMALL} else "9",
                "hoikuhitsuyojiyu": said.get("hoikuhitsuyojiyu") or "01",
                "hitorioyafuragu": "0",
                "seikatsuhogofuragu": "0",
                "shogaijifuragu": "0",
                "shiensochitaishofuragu": flag(self.work, said["jidoatenabango"]),
            },
        )
        request(self.work, said["jidoatenabango"])
        return {"values": row}

    def fix(self, values: Values) -> Answer:
        """The fee from a month on."""
        said = asked(values, ["jidoatenabango"], ["fukanendo", "kazeinendo", "tekiyokaishinengetsu"])
        number = said["jidoatenabango"]
        certified = self.work.one(CERTIFIED, jidoatenabango=number, ninteijokyo=GRANTED)
        if certified is None:
            raise Refused(f"{number} is not certified")
        year = said.get("fukanendo") or self.work.fiscal_year
        key = {"fukanendo": year, "jidoatenabango": number}
        key["tekiyokaishinengetsu"] = said.get("tekiyokaishinengetsu") or self.work.today[:7]
        self._years[tuple(key.values())] = said.get("kazeinendo") or self.work.tax_year
        return {"values": self._write(key, certified)}

    def _parents(self, child: str, guardian: str) -> list[str]:
        """Father and mother as the household of the child has them now."""
        person = self.work.person(child)
        family = self.work.known.household(person["setaibango"])
        parents = {same(row["atenabango"]) for row in family if row["tsuzukigarakodo1"] in PARENTS}
        here = (self.work.known.person(guardian) or {}).get("juminjotai") == LIVING
        return sorted(parents | ({guardian} if here or not parents else set()))

    def _write(self, key: Record, certified: Record) -> Record:
        number = key["jidoatenabango"]
        taxed = self._years.get(tuple(key.values())) or self.work.tax_year
        found = find(self.work, self._parents(number, certified["hogoshaatenabango"]), taxed)
        if not found.is_certain:
            step = UNDECIDED
        elif not found.is_taxed:
            step = FREE
        else:
            step = next((code for limit, code in STEPS if found.levy < limit), "08")
        free = age(self.work.person(number), f"{key['fukanendo']}-04-01") >= FREE_FROM
        fee = 0 if free else MONTHLY[step]
        own = {
            "nofugimushaatenabango": certified["hogoshaatenabango"],
            "ninteibango": certified["ninteibango"],
            "shotokuhanteikubun": found.kind,
            "shichosonminzeishotokuwarigaku": str(found.levy) if found.is_certain else "",
            "kaisokubun": step,
            "kyodaijuni": "1",
            "hitorioyafuragu": certified["hitorioyafuragu"],
            "mushokataishofuragu": "1" if free or step == FREE else "0",
            "kijungetsugaku": str(fee),
            "tashikeigengaku": "0",
            "genmengaku": "0",
            "riyoshafutangetsugaku": str(fee),
            "ketteinengappi": self.work.today,
        }
        known = self.work.one(FEES, **key)
        unchanged = known and all(known[name] == value for name, value in own.items() if name != "ketteinengappi")
        return known if known and unchanged else self.work.write(FEES, {**(known or {}), **key, **own})

    def react(self, linkage: str, changes: list[Change]) -> None:
        """Fix fees anew after a correction of 010, and when the household of a child is another."""
        if self.work.fault("nursery_fee_not_recalculated"):
            return
        corrected = self.work.fault("correction_not_followed")
        for change in changes:
            if linkage == "010o902" and not corrected:
                self._again({change.number})
            elif linkage == "001o006":
                homes = {(row or {}).get("setaibango", "") for row in (change.before, change.now)} - {""}
                family = [row for home in homes for row in self.work.known.household(home)]
                self._again({change.number, *(same(row["atenabango"]) for row in family)})

    def _again(self, people: set[str]) -> None:
        """The fees that run now of the children of these people, or that these people are."""
        for certified in self.work.latest(CERTIFIED, ninteijokyo=GRANTED):
            number = certified["jidoatenabango"]
            fees = [row for row in self.work.latest(FEES, jidoatenabango=number) if not row["tekiyoshuryonengetsu"]]
            if fees and self.work.known.person(number):
                parents = self._parents(number, certified["hogoshaatenabango"])
                for row in fees if people & {number, *parents} else ():
                    self._write(
                        {name: row[name] for name in ("fukanendo", "jidoatenabango", "tekiyokaishinengetsu")}, certified
                    )
