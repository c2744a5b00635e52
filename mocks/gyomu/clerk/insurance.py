"""024 国保, 023 介護, 025 後期, 026 年金: from when to when somebody is insured.

転出 and death end an insurance on the day after, when the removal is told; a notice alone ends nothing, and what was called
off is as before. 生活保護 ends 国保 on its first day.
"""

from dataclasses import dataclass, field

from mocks.gyomu.clerk.income import age
from mocks.gyomu.clerk.request import request
from mocks.gyomu.clerk.work import FOREVER, Answer, Clerk, Event, Record, Values, Work, after, asked, day
from mocks.gyomu.known import DEAD, GONE, LIVING, REMOVED, Change, same
from mocks.gyomu.ledger import Refused

LEFT, LEFT_ABROAD = "10", "11"
ELDERLY, OLD, GROWN, SIXTY = 65, 75, 20, 60
RELIEF = "021o901"
# Why 国保 ends besides 異動, and what takes no 異動 back.
RELIEVED = "relief"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The words of one insurance: its columns, the codes of causes, and who can be insured."""

    own: str
    told: str
    begin: str
    cause: str
    end: str
    end_cause: str
    came: str
    causes: dict[str, str] = field(default_factory=dict)
    ages: tuple[int, int] = (0, 200)


TERMS = {
    "024": Terms(
        own="024o901", told="024o902", begin="shikakushutokunengappi", cause="shikakushutokujiyu",
        end="shikakusoshitsunengappi", end_cause="shikakusoshitsujiyu", came="01",
        causes={GONE: "01", "abroad": "01", DEAD: "03", REMOVED: "07", RELIEVED: "04"}, ages=(0, OLD),
    ),
    "023": Terms(
        own="023o901", told="023o902", begin="shikakushutokubi", cause="shikakushutokujiyu",
        end="shikakusoshitsubi", end_cause="shikakusoshitsujiyu", came="02",
        causes={GONE: "02", "abroad": "02", DEAD: "01", REMOVED: "09"}, ages=(ELDERLY, 200),
    ),
    "025": Terms(
        own="025o901", told="025o902", begin="shikakushutokunengappi", cause="shikakushutokujiyukodo",
        end="shikakusoshitsunengappi", end_cause="shikakusoshitsujiyukodo", came="003",
        causes={GONE: "002", "abroad": "002", DEAD: "001", REMOVED: "009"}, ages=(OLD, 200),
    ),
    "026": Terms(
        own="026o901", told="", begin="shikakushutokunengappi", cause="shikakushutokujiyu",
        end="shikakusoshitsunengappi", end_cause="shikakusoshitsujiyu", came="09",
        causes={"abroad": "04", DEAD: "05", REMOVED: "04"}, ages=(GROWN, SIXTY),
    ),
}  # fmt: skip


class Insurance(Clerk):
    """Who is insured, since when, and until when."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.terms = TERMS[work.system]

    def events(self) -> dict[str, Event]:
        """取得 and 喪失."""
        return {"acquire": self.acquire, "lose": self.lose}

    def active(self, number: str) -> Record | None:
        """The insurance of somebody that goes on."""
        found = self.work.latest(self.terms.own, atenabango=same(number))
        return next((row for row in found if not row[self.terms.end]), None)

    def acquire(self, values: Values) -> Answer:
        """Insured from a day on."""
        said = asked(values, ["atenabango"], ["date", "jiyu", "setainushiatenabango"])
        number, person = said["atenabango"], self.work.resident(said["atenabango"])
        if self.active(number):
            raise Refused(f"{number} is insured already")
        on = said.get("date") or person["idonengappi"] or self.work.today
        first, last = self.terms.ages
        if not first <= age(person, day(on).isoformat()) < last:
            raise Refused(f"{number} was born on {person['seinengappi']}: cannot be insured here")
        cells = {
            "atenabango": number,
            self.terms.begin: on,
            self.terms.cause: said.get("jiyu") or self.terms.came,
            self.terms.end: "",
            self.terms.end_cause: "",
            **self._details(number, person, on, said.get("setainushiatenabango", "")),
        }
        row = self.work.write(self.terms.own, cells)
        self._tell(number, on, "")
        self._count(row)
        request(self.work, number)
        return {"values": row}

    def _details(self, number: str, person: Record, on: str, head: str) -> Record:
        """What only one insurance keeps."""
        new, city = self.work.ledger.new_number, person["shikuchosonkodo"]
        former = self.work.one(self.terms.own, atenabango=number) or {}
        if self.work.system == "023":
            serial = former.get("hihokenshabango") or new(self.terms.own, "hihokenshabango", 10)
            return {"kaigohokenshabango": city, "hihokenshabango": serial, "hihokenshakubunkodo": "1"}
        if self.work.system == "025":
            serial = former.get("hihokenshabango") or new(self.terms.own, "hihokenshabango", 8)
            own = {"hihokenshabango": serial, "kojinkubunkodo": "1", "hokenshabango": f"39{city}", "futanwariai": "1"}
            return {**own, "hokenshabangotekiyokaishinengappi": on, "hokenshabangotekiyoshuryonengappi": FOREVER}
        if self.work.system == "026":
            serial = former.get("kisonenkinbango") or new(self.terms.own, "kisonenkinbango", 10)
            return {"kisonenkinbango": serial, "hihokenshagaitofuragu": "1", "hihokenshashubetsu": "1"}
        return self._family(person, on, head)

    def _family(self, person: Record, on: str, head: str) -> Record:
        """国保 knows households: one 記号番号, a branch for each member."""
        home = person["setaibango"]
        mine = self.work.latest(self.terms.own, kokuhosetaibango=home)
        sign = (
            mine[0]["kokuhokigobango"] if mine else self.work.ledger.new_number(self.terms.own, "kokuhokigobango", 12)
        )
        number, today = same(person["atenabango"]), self.work.today
        own = next((row["edaban"] for row in mine if row["atenabango"] == number), "")
        branch = own or f"{max((int(row['edaban']) for row in mine), default=0) + 1:02d}"
        return {
            "shikuchosonhokenshabango": f"00{person['shikuchosonkodo']}",
            "kokuhokigobango": sign,
            "edaban": branch,
            "kokuhoshikakukubun": "1",
            "tekiyokaishinengappi": on,
            "tekiyoshuryonengappi": FOREVER,
            "shokubun": "01",
            "yukokigen": f"{int(today[:4]) + (today[5:] > '07-31')}-07-31",
            "kokuhosetaibango": home,
            "setainushiatenabango": head or householder(self.work, home) or number,
            "tsuzukigarakodo": person["tsuzukigarakodo1"],
            "shikakushutokutodokedenengappi": today,
            "shikakusoshitsutodokedenengappi": "",
            "futanwariai": "3",
            "jushochitokureifuragu": "0",
            "tokubetsuryoyofuragu": "0",
        }

    def lose(self, values: Values) -> Answer:
        """No more insured from a day on."""
        said = asked(values, ["atenabango", "date", "jiyu"])
        row = self.active(said["atenabango"])
        if row is None:
            raise Refused(f"{said['atenabango']} is not insured")
        if day(said["date"]) < day(row[self.terms.begin]):
            raise Refused("the insurance cannot end before it began")
        return {"values": self._end(row, said["date"], said["jiyu"])}

    def _end(self, row: Record, on: str, cause: str) -> Record:
        cells = {**row, self.terms.end: on, self.terms.end_cause: cause}
        if self.work.system == "024":
            cells |= {"tekiyoshuryonengappi": on, "shikakusoshitsutodokedenengappi": self.work.today}
        if self.work.system == "026":
            cells["hihokenshagaitofuragu"] = "0"
        ended = self.work.write(self.terms.own, cells)
        self._tell(row["atenabango"], row[self.terms.begin], on)
        self._count(ended)
        return ended

    def _restore(self, number: str) -> None:
        """What an 異動 ended that never was: insured since then, without a break."""
        if self.work.fault("loss_not_taken_back"):
            return
        found = self.work.latest(self.terms.own, atenabango=number)
        row = max(found, key=lambda one: one[self.terms.end], default=None)
        by_move = {cause for why, cause in self.terms.causes.items() if why != RELIEVED}
        if row is None or row[self.terms.end_cause] not in by_move or self.active(number):
            return
        cells = {**row, self.terms.end: "", self.terms.end_cause: ""}
        if self.work.system == "024":
            cells |= {"tekiyoshuryonengappi": FOREVER, "shikakusoshitsutodokedenengappi": ""}
        if self.work.system == "026":
            cells["hihokenshagaitofuragu"] = "1"
        self._tell(number, row[self.terms.begin], "")
        self._count(self.work.write(self.terms.own, cells))

    def _tell(self, number: str, begin: str, end: str) -> None:
        """What 001 is told."""
        if not self.terms.told or not self.work.has(self.terms.told) or self.work.fault("qualification_not_told"):
            return
        told = {"atenabango": number, "hihokenshagaitofuragu": "0" if end else "1"}
        self.work.write(self.terms.told, {**told, "shikakushutokunengappi": begin, "shikakusoshitsunengappi": end})

    def _count(self, row: Record) -> None:
        """国保 tells how many of a household are insured."""
        if self.work.system != "024" or not self.work.has("024o903"):
            return
        home = row["kokuhosetaibango"]
        insured = [one for one in self.work.latest(self.terms.own, kokuhosetaibango=home) if not one[self.terms.end]]
        head = insured[0]["setainushiatenabango"] if insured else row["setainushiatenabango"]
        known = self.work.one("024o903", kokuhosetaibango=home) or {}
        members = [one["atenabango"] for one in insured]
        self.work.write(
            "024o903",
            {
                "kokuhosetaibango": home,
                "setaibango": home,
                "kokuhokigobango": row["kokuhokigobango"],
                "setainushiatenabango": head,
                "giseisetainushifuragu": "0" if head in members or not members else "1",
                "hihokenshaninzu": str(len(insured)),
                "setaikaishinengappi": known.get("setaikaishinengappi") or row["shikakushutokunengappi"],
                "setaishuryonengappi": "" if insured else row["shikakusoshitsunengappi"],
            },
        )

    def react(self, linkage: str, changes: list[Change]) -> None:
        """転出 and death, called off or not; and 生活保護."""
        if linkage == "001o006":
            for change in changes:
                self._follow(change)
        elif linkage == RELIEF and self.work.system == "024":
            for change in changes:
                now, row = change.now or {}, self.active(change.number)
                if now and row and not now["haishinengappi"] and now["kaishinengappi"] >= row[self.terms.begin]:
                    self._end(row, now["kaishinengappi"], self.terms.causes[RELIEVED])

    def _follow(self, change: Change) -> None:
        person, number = change.now, change.number
        if person is None:
            return
        if change.is_taken_back or change.is_gone_otherwise:
            self._restore(number)
        row = self.active(number)
        notice = person["juminjotai"] == LIVING and person["idojiyu"] in {LEFT, LEFT_ABROAD}
        if row and (person["juminjotai"] != LIVING or (notice and self.work.fault("loss_at_notice"))):
            if person["juminjotai"] == DEAD and self.work.fault("insured_after_death"):
                return
            state = "abroad" if person["idojiyu"] == LEFT_ABROAD else GONE if notice else person["juminjotai"]
            if cause := self.terms.causes.get(state):
                on = after(person["idonengappi"], 0 if self.work.fault("loss_on_the_day") else 1)
                self._end(row, max(on, row[self.terms.begin]), cause)


def householder(work: Work, home: str) -> str:
    """The head of a household, as this office holds it."""
    found = [row for row in work.known.household(home) if row["tsuzukigarakodo1"] == "01"]
    return same(found[0]["atenabango"]) if found else ""
