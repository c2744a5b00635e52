"""036: whom letters about a tax go to besides the debtor: co-owners of an estate and agents, none with a hidden address.

What is left out of a row when somebody is protected comes back when the protection is ended by decision.
"""

from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, asked, numbers
from mocks.gyomu.known import PROTECTION, SHOWN, Change
from mocks.gyomu.ledger import Refused
from mocks.jutogai.number import complete

OWNERS, AGENTS = "036o011", "036o013"
# The column that says whose address a row shows, and what its address begins with.
LISTED = {OWNERS: ("koseiinatenabango", "kyoyushajusho_"), AGENTS: ("dairininatenabango", "dairininjusho_")}
FLAG = "jushohihyojifuragu"
FOREVER, MANAGER = "9999-12-31", "1"
# From here on estates that several own get a number of their own: above those of a town's pack.
FIRST = 80_000_090_000_000
REPRESENTATIVE, MEMBER = "1", "2"


class Contacts(Clerk):
    """Co-owners and agents."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._estates = 0

    def events(self) -> dict[str, Event]:
        """Both ways to become one of them."""
        return {"co-own": self.own, "agent": self.act_for}

    def own(self, values: Values) -> Answer:
        """共有: each of the owners in a row, the first of them the one who is written to."""
        asked(values, ["koseiinatenabango"], ["fukanendo"])
        owners = numbers(values["koseiinatenabango"])
        if len(set(owners)) < 2:
            raise Refused("an estate of one owner is no 共有")
        known = [self.work.person(number) for number in owners]
        today = self.work.today
        estate = {
            "atenabango": self._number(),
            "fukanendo": values.get("fukanendo") or self.work.fiscal_year,
            "kyoyudaihyoshaatenabango": owners[0],
            "mochibun_bunshi": "1",
            "mochibun_bumbo": str(len(owners)),
            "rentainozeigimufuragu": "1",
            "idonengappi": today,
            "kyoyukaishinengappi": today,
        }
        rows = [
            self.work.write(
                OWNERS,
                {
                    **estate,
                    "koseiinatenabango": number,
                    "kyoyushakubun": MEMBER if place else REPRESENTATIVE,
                    "tsuchishosofufuragu": "0" if place else "1",
                    "kyoyushashimei": _name(person),
                    "kyoyushashimei_furigana": person["shimei_furigana"],
                    **self._address(OWNERS, number),
                },
            )
            for place, (number, person) in enumerate(zip(owners, known, strict=True))
        ]
        return {"values": rows[0]}

    def _number(self) -> str:
        while True:
            self._estates += 1
            found = complete(FIRST + self._estates)
            if found and not self.work.latest(OWNERS, atenabango=found):
                return found

    def act_for(self, values: Values) -> Answer:
        """代理人 of somebody for one kind of tax, who gets the letters from now on."""
        key = ("gyomuid", "atenabango", "zeimokukodo", "dairininkubun")
        needed = ["gyomuid", "atenabango", "zeimokukodo", "dairininatenabango"]
        said = asked(values, needed, ["dairininkubun", "dairikaishinengappi"])
        said = {"dairininkubun": MANAGER, "dairikaishinengappi": self.work.today, **said}
        number, person = said["dairininatenabango"], self.work.person(said["dairininatenabango"])
        if number == said["atenabango"]:
            raise Refused("nobody is an agent of himself")
        self.work.person(said["atenabango"])
        for row in self.work.latest(AGENTS, **{name: said[name] for name in key}):
            if row["dairishuryonengappi"] == FOREVER and row["dairininatenabango"] != number:
                self.work.write(AGENTS, {**row, "dairishuryonengappi": self.work.today})
        address = self._address(AGENTS, number)
        if self.work.fault("agent_address_told"):
            address = {**self._whole(AGENTS, number), FLAG: "0"}
        row = {
            **said,
            "dairishuryonengappi": FOREVER,
            "dairininshimei": _name(person),
            "dairininshimei_furigana": person["shimei_furigana"],
            "tsuchishosofufuragu": "1",
            "todokedenengappi": self.work.today,
            **address,
        }
        return {"values": self.work.write(AGENTS, row)}

    def _address(self, linkage: str, number: str) -> Record:
        """What a row shows of somebody's address: nothing of who is protected."""
        if self.work.known.is_protected(number):
            return {**dict.fromkeys(self._whole(linkage, number), ""), FLAG: "1"}
        return {**self._whole(linkage, number), FLAG: "0"}

    def _whole(self, linkage: str, number: str) -> Record:
        """Somebody's address in the columns of a linkage, as 001 told it."""
        person, begins = self.work.person(number), LISTED[linkage][1]
        return {f"{begins}{part}": person[f"jusho_{part}"] for part in SHOWN}

    def react(self, linkage: str, changes: list[Change]) -> None:
        """After each decision about a protection: the address goes out of every row that shows it, or comes back."""
        if linkage != PROTECTION:
            return
        for number in {change.number for change in changes}:
            for name, (column, _) in LISTED.items():
                self._follow(name, number, self.work.latest(name, **{column: number}) if self.work.has(name) else [])

    def _follow(self, linkage: str, number: str, rows: list[Record]) -> None:
        hidden = self.work.known.is_protected(number)
        if hidden and self.work.fault("co_owner_address_stays"):
            return
        for row in rows:
            if (row[FLAG] == "1") != hidden:
                self.work.write(linkage, {**row, **self._address(linkage, number)})


def _name(person: Record) -> str:
    return person["shimei"] or person["shimei_gaikokujinkanji"] or person["shimei_gaikokujinromaji"] or "氏名　未定"
