"""019 健康管理: one record for a dose, under the right number; what could not be converted is listed and nobody's."""

from mocks.gyomu.clerk.request import request
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, asked, day
from mocks.gyomu.known import Change, same
from mocks.gyomu.ledger import Refused

DOSES, ANSWERS = "019o930", "032o902"
KEY = ("atenabango", "wakuchinshurui", "sesshukaisu")
CONVERTED, NOT_CONVERTED = "1", "2"


class Vaccinations(Clerk):
    """Doses given here, and doses that another municipality tells."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.errors: list[Record] = []

    def events(self) -> dict[str, Event]:
        """A dose, and an answer."""
        return {"vaccinate": self.vaccinate, "vaccination-answer": self.take}

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

    def take(self, values: Values) -> Answer:
        """One dose that the former municipality answered."""
        known = ("wakuchinshurui", "sesshukaisu", "sesshunengappi", "rottobango")
        said = asked(values, ["atenabango", "henkankekka"], known)
        kind = said.pop("henkankekka")
        if kind not in {CONVERTED, NOT_CONVERTED}:
            raise Refused("henkankekka must be 1 or 2")
        if kind == NOT_CONVERTED and not self.work.fault("unconverted_answer_recorded"):
            self.errors.append(said)
            return {
                "values": {"atenabango": said["atenabango"], "erariyu": "変換できない回答のため、エラー一覧に載せた"}
            }
        asked(said, [*KEY, "sesshunengappi"], known)
        return {"values": self._record({**said, "tennyumaesesshufuragu": "1"})}

    def react(self, linkage: str, changes: list[Change]) -> None:
        """Answers that came through 032 and could not be converted go to the list of errors."""
        if linkage == ANSWERS:
            self.errors += [row for one in changes if (row := one.now) and row["henkankekka"] == NOT_CONVERTED]
