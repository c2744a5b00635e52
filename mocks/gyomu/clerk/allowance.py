"""027 児童手当: one application is one, however often it comes; children of the household; an end when people leave or die."""

from collections.abc import Iterable

from mocks.gyomu.clerk.flag import flag
from mocks.gyomu.clerk.income import age
from mocks.gyomu.clerk.request import request
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, asked, day, next_month, numbers
from mocks.gyomu.known import DEAD, GONE, LIVING, REMOVED, Change, same
from mocks.gyomu.ledger import Refused

RECIPIENTS, CHILDREN, PERIODS = "027o901", "027o902", "027o903"
GRANTED, LOST = "1", "4"
LEFT, DIED = "01", "05"
COUNTED, NOT_COUNTED = "1", "3"
SMALL, LARGE, THIRD = 15_000, 10_000, 30_000
LAST_AGE = 18


class Allowances(Clerk):
    """認定, 額改定 and 資格喪失."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        # What was made of each application id.
        self._seen: dict[str, tuple[dict[str, str], str]] = {}

    def events(self) -> dict[str, Event]:
        """認定請求."""
        return {"allowance-apply": self.apply}

    def apply(self, values: Values) -> Answer:
        """An application, by its id."""
        said = asked(values, ["shinseibango", "atenabango"], ["seikyunengappi", "jidoatenabango", "jukyushakubun"])
        name, number = said["shinseibango"], said["atenabango"]
        again = self._seen.get(name)
        twice = self.work.fault("application_paid_twice")
        if again and not twice:
            if again[0] != said:
                raise Refused("the application of that id has another content")
            return {"values": self._recipient(again[1])}
        person = self.work.resident(number)
        children = self._children(person, numbers(values.get("jidoatenabango", "")))
        if not children:
            raise Refused(f"no child lives with {number}")
        on = said.get("seikyunengappi") or self.work.today
        day(on)
        known = None if twice else self.work.one(RECIPIENTS, atenabango=number, shikyujokyo=GRANTED)
        serial = known["ninteibango"] if known else self.work.ledger.new_number(RECIPIENTS, "ninteibango", 15)
        own = known or {
            "ninteibango": serial,
            "atenabango": number,
            "jukyushakubun": said.get("jukyushakubun") or "1",
            "shikyujokyo": GRANTED,
            "seikyunengappi": on,
            "ninteinengappi": self.work.today,
            "shikyukaishinengetsu": next_month(on),
            "seikeiijiteido": "1",
            "shikyutaishojidosu": "0",
            "shiensochitaishofuragu": flag(self.work, number),
        }
        self._seen[name] = (said, serial)
        row = self._pay(own, children, on)
        self._tell(number, row["shikyukaishinengetsu"], "")
        for one in (number, *children):
            request(self.work, one)
        return {"values": row}

    def _recipient(self, serial: str) -> Record:
        found = self.work.one(RECIPIENTS, ninteibango=serial)
        if found is None:
            raise Refused(f"no recipient {serial}")
        return found

    def _children(self, person: Record, named: list[str]) -> list[str]:
        """Who is named, or else every child of the household that is held here."""
        family = {same(row["atenabango"]): row for row in self.work.known.household(person["setaibango"])}
        if strange := [one for one in named if one not in family]:
            raise Refused(f"{', '.join(strange)}: not of the household")
        young = [number for number, row in family.items() if age(row, self.work.today) < LAST_AGE]
        return sorted(named or young, key=lambda one: (family[one]["seinengappi"], one))

    def _pay(self, own: Record, children: list[str], on: str) -> Record:
        """The recipient with the children that count now, each with its amount."""
        serial, total = own["ninteibango"], 0
        before = {row["jidoatenabango"]: row for row in self.work.latest(CHILDREN, ninteibango=serial)}
        first = (
            self.work.write(RECIPIENTS, {**own, "jidoteategetsugaku": "0", "shikyutaishojidosu": "0"})
            if not before
            else own
        )
        for place, number in enumerate(children, 1):
            child = self.work.person(number)
            money = THIRD if place > 2 else SMALL if age(child, self.work.today) < 3 else LARGE
            total += money
            row = {
                "ninteibango": serial,
                "jidoatenabango": number,
                "jukyushaatenabango": own["atenabango"],
                "seinengappi": child["seinengappi"],
                "tsuzukigarakodo": child["tsuzukigarakodo1"],
                "dokyobekkyokubun": "1",
                "kangofuragu": "1",
                "seikeidoitsufuragu": "1",
                "santeikubun": COUNTED,
                "shusshojuni": str(place),
                "shikyutaishokaishinengetsu": next_month(on),
                "shikyutaishoshuryonengetsu": "",
                "teategetsugaku": str(money),
                "gakukaiteinengappi": self.work.today,
            }
            known = before.pop(number, None)
            if known is None or any(known[name] != row[name] for name in ("santeikubun", "teategetsugaku")):
                self.work.write(CHILDREN, row)
        for gone in before.values():
            if gone["santeikubun"] == COUNTED:
                ended = {"santeikubun": NOT_COUNTED, "teategetsugaku": "0", "gakukaiteinengappi": self.work.today}
                until = max(self.work.today[:7], gone["shikyutaishokaishinengetsu"])
                self.work.write(CHILDREN, {**gone, **ended, "shikyutaishoshuryonengetsu": until})
        third = sum(place > 2 for place in range(1, len(children) + 1))
        sums = {"jidoteategetsugaku": str(total), "shikyutaishojidosu": str(len(children))}
        now = {**first, **sums, "daisanshiikokasantaishojidosu": str(third)}
        if not before and first is not own:
            # One decision is one row: the first was only there for the children to point at.
            return self._replace(now)
        return self.work.write(RECIPIENTS, now)

    def _replace(self, row: Record) -> Record:
        """The row that was just written, with its sums."""
        series = self.work.ledger.series(RECIPIENTS)
        series.put([row[name] for name in series.linkage.header])
        return row

    def _tell(self, number: str, begin: str, end: str) -> None:
        """受給期間 for 001."""
        if self.work.has(PERIODS) and not self.work.fault("qualification_not_told"):
            cells = {"jukyufuragu": "0" if end else "1", "jukyukaishinengetsu": begin, "jukyushuryonengetsu": end}
            self.work.write(PERIODS, {"atenabango": number, **cells})

    def react(self, linkage: str, changes: list[Change]) -> None:
        """Recipients and children who left or died, or whose 転出 was called off."""
        if linkage != "001o006" or self.work.fault("allowance_goes_on_after_departure"):
            return
        for change in changes:
            person, number = change.now, change.number
            if person is None or not change.before or person["juminjotai"] == change.before["juminjotai"]:
                continue
            back = change.is_taken_back
            for row in self.work.latest(RECIPIENTS, atenabango=number):
                if row["shikyujokyo"] == GRANTED and person["juminjotai"] in {GONE, DEAD, REMOVED}:
                    self._end(row, person)
                elif back and row["shikyujokyo"] == LOST:
                    self._restore(row)
            for child in self.work.latest(CHILDREN, jidoatenabango=number):
                self._count(child, back=back)

    def _end(self, row: Record, person: Record) -> None:
        cause = DIED if person["juminjotai"] == DEAD else LEFT
        until = max(self.work.today[:7], row["shikyukaishinengetsu"])
        gone = {"shikakusoshitsunengappi": person["idonengappi"], "shikakusoshitsujiyu": cause}
        self.work.write(RECIPIENTS, {**row, "shikyujokyo": LOST, **gone, "shikyushuryonengetsu": until})
        self._tell(row["atenabango"], row["shikyukaishinengetsu"], until)

    def _restore(self, row: Record) -> None:
        blank = dict.fromkeys(("shikakusoshitsunengappi", "shikakusoshitsujiyu", "shikyushuryonengetsu"), "")
        own = self.work.write(RECIPIENTS, {**row, "shikyujokyo": GRANTED, **blank})
        self._tell(row["atenabango"], row["shikyukaishinengetsu"], "")
        # Children who died, or came back, while nobody was paid for them were not counted anew then.
        rows = self.work.latest(CHILDREN, ninteibango=row["ninteibango"])
        counted = {one["jidoatenabango"] for one in rows if one["santeikubun"] == COUNTED}
        here = {one["jidoatenabango"] for one in rows if self._is_here(one["jidoatenabango"])}
        if counted != here:
            self._pay(own, self._by_age(here), self.work.today)

    def _is_here(self, number: str) -> bool:
        return (self.work.known.person(number) or {}).get("juminjotai") == LIVING

    def _by_age(self, children: Iterable[str]) -> list[str]:
        return sorted(children, key=lambda one: (self.work.person(one)["seinengappi"], one))

    def _count(self, child: Record, *, back: bool) -> None:
        """額改定: the children who still count, and their amounts."""
        own = self.work.one(RECIPIENTS, ninteibango=child["ninteibango"])
        if own is None or own["shikyujokyo"] != GRANTED:
            return
        rows = self.work.latest(CHILDREN, ninteibango=child["ninteibango"])
        still = [row["jidoatenabango"] for row in rows if row["santeikubun"] == COUNTED]
        still = [one for one in still if self._is_here(one)]
        if back and child["jidoatenabango"] not in still:
            still.append(child["jidoatenabango"])
        self._pay(own, self._by_age(still), self.work.today)
