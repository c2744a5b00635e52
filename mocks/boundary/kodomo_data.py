"""こどもデータ連携: what several offices know of a child in one row, and nothing of protected children."""

from collections import Counter
from datetime import date

from mocks.boundary.desk import Desk, Row
from mocks.boundary.interface import Collection
from mocks.boundary.people import Person

CANDIDATE, NONE, OUTSIDE = "1", "2", "3"
OPEN = "1"
YES, NO = "1", "0"
ADULT, MOST_MEMBERS, MOST_DOSES = 18, 30, 99
# The first age of 小学生, 中学生 and 高校生世代, as the day tells it.
STAGES = ((16, "4"), (13, "3"), (7, "2"))
FEW_DOSES = 3
SEEDED = 12


class Children(Desk):
    """The linked data of the town's children."""

    def open(self) -> None:
        """A row for every child who lives here, and the first judgements."""
        today = self.context.moment.date()
        members = Counter(person.row["setaibango"] for person in self.people.residents)
        doses = Counter(row["atenabango"] for row in self.people.rows("019o930"))
        school = {row["atenabango"] for row in self.people.rows("018o901")}
        welfare = {row["atenabango"] for row in self.people.rows("021o901") if not row["haishinengappi"]}
        alone = {row["atenabango"] for row in self.people.rows("020o901")}
        for person in self.people.residents:
            if not 0 <= person.age(today) < ADULT:
                continue
            house = person.row["setaibango"]
            parents = {one.number for one in self.people.residents if one.row["setaibango"] == house}
            row: Row = {
                "atenabango": person.number,
                "nenreikubun": _stage(person, today),
                "seibetsu": person.row["seibetsu"] or "0",
                "setaijinin": min(members[house], MOST_MEMBERS),
                "sesshukaisu": min(doses[person.number], MOST_DOSES),
                "shugakuenjofuragu": YES if person.number in school else NO,
                "seikatsuhogofuragu": YES if person.number in welfare else NO,
                "jidofuyoteatefuragu": YES if parents & alone else NO,
            }
            self.keep("kodomo", person.number, row)
        for number in [name for name in self.held["kodomo"] if name not in self.people.protected][:SEEDED]:
            made = self.create_hantei({"atenabango": number, "hanteikijun": "2"})
            self.keep("hantei", made["hanteibango"], made)

    def _hidden(self, number: str, fault: str) -> bool:
        return number in self.people.protected and not self.fault(fault)

    def read(self, one: Collection, name: str) -> Row | None:
        """A thing; a protected child is as if it were not there."""
        if one.name == "kodomo" and self._hidden(name, "children_read_protected"):
            return None
        return super().read(one, name)

    def ordered(self, collection: str) -> list[Row]:
        """As they came, protected children left out."""
        rows = super().ordered(collection)
        if collection != "kodomo":
            return rows
        return [row for row in rows if not self._hidden(row["atenabango"], "children_list_protected")]

    def create_hantei(self, body: Row) -> Row:
        """A judgement that a person will look at: never about a protected child."""
        number = body["atenabango"]
        child = self.held["kodomo"].get(number)
        row: Row = {**body, "hanteibango": self.number("hantei", 20, "11"), "hanteikekka": OUTSIDE, "taiojokyo": OPEN}
        if child is None or self._hidden(number, "children_judge_protected"):
            return row
        few = child["sesshukaisu"] < FEW_DOSES
        wanted = {"1": few, "2": few, "3": child["shugakuenjofuragu"] == YES}[body["hanteikijun"]]
        reason = "就学援助の状況による" if body["hanteikijun"] == "3" else "予防接種の回数による"
        return row | {"hanteikekka": CANDIDATE if wanted else NONE, "hanteiriyu": reason}

    def update_hantei(self, row: Row, body: Row) -> None:
        """What was done."""
        row.update(body)


def _stage(person: Person, today: date) -> str:
    age = person.age(today)
    return next((code for least, code in STAGES if age >= least), "1")
