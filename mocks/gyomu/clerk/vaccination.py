"""019 健康管理: one record for a dose, under the right number; what could not be converted is listed and nobody's."""

from mocks.gyomu.clerk.inquiry import ANSWERED, ANSWERS, CONVERTED, DOSE, read
from mocks.gyomu.clerk.request import request
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, asked, day
from mocks.gyomu.known import Change, same
from mocks.gyomu.ledger import Refused

DOSES = "019o930"
KEY = ("atenabango", "wakuchinshurui", "sesshukaisu")


class Vaccinations(Clerk):
    """Doses given here, and doses that another municipality tells."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.errors: list[Record] = []

    def events(self) -> dict[str, Event]:
        """A dose."""
        return {"vaccinate": self.vaccinate}

    def vaccinate(self, values: Values) -> Answer:
        """A dose that was given here, or that the family showed a record of."""
        form = self.work.ledger.series(DOSES).linkage
        said = asked(values, [*KEY, "sesshunengappi"], form.header)
        return {"values": self._record({"tennyumaesesshufuragu": "0", **said})}

    def _record(self, said: Record) -> Record:
        number = said["atenabango"]
        person = self.work.known.person(number) or self.work.known.outsider(number)
        if person is None:
            raise Refused(f"nobody of the number {number!r} is known here")
        born, on = person["seinengappi"], said["sesshunengappi"]
        if day(on) > day(self.work.today) or (born and on < born):
            raise Refused(f"no dose can be of {on}")
        if not said["sesshukaisu"].isdigit() or int(said["sesshukaisu"]) < 1:
            raise Refused("sesshukaisu counts from 1")
        said = {**said, "sesshukaisu": str(int(said["sesshukaisu"]))}
        known = self.work.one(DOSES, **{name: said[name] for name in KEY})
        if known and self.work.fault("dose_recorded_twice"):
            said["sesshukaisu"] = str(int(said["sesshukaisu"]) + 1)
        elif known and (said["tennyumaesesshufuragu"] == "1" or known["sesshunengappi"] == on):
            return known
        if self.work.fault("dose_under_another_number"):
            family = self.work.known.household(person.get("setaibango", ""))
            said["atenabango"] = next(
                (same(row["atenabango"]) for row in family if row["tsuzukigarakodo1"] == "01"), number
            )
        own = {"sesshukubun": "1", "jisshikubun": "1", "rottobango": "FUMEI"}
        row = self.work.write(DOSES, {**own, **said})
        request(self.work, number)
        return row

    def react(self, linkage: str, changes: list[Change]) -> None:
        """Doses that 032 handed on as another municipality told them; what it could not convert is an error and nobody's."""
        for row in (change.now for change in changes) if linkage == ANSWERS else ():
            if row is None or row["gyomuid"] != self.work.system or row["shokaishorijokyo"] != ANSWERED:
                continue
            if row["henkankekka"] != CONVERTED:
                self.errors.append(row)
                continue
            said = asked(
                {"atenabango": row["atenabango"], **read(row["kaitokomokuchi"])}, [*KEY, "sesshunengappi"], DOSE
            )
            self._record({**{name: cell for name, cell in said.items() if cell}, "tennyumaesesshufuragu": "1"})
