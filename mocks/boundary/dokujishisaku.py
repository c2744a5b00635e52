"""独自施策システム等: basic data goes out without what is closed, decisions come in only about people who exist."""

from mocks.boundary.desk import Desk, Row
from mocks.boundary.interface import Collection

RESIDENT, OUTSIDER = "1", "2"
TAKEN, NOBODY = "1", "2"
YES, NO = "1", "0"
SEEDED = 12


class LocalProgrammes(Desk):
    """The side of the standard's systems that faces local programmes."""

    def open(self) -> None:
        """Basic data of everybody, and the decisions of one programme."""
        for person in self.people.people.values():
            row: Row = {
                "atenabango": person.number,
                "shubetsu": RESIDENT,
                "shimei": person.row["shimei"] or None,
                "seinengappi": person.row["seinengappi"] or None,
                "seibetsu": person.row["seibetsu"] or None,
                "shiensochifuragu": YES if person.protected else NO,
                "jusho": person.address or None,
            }
            self.keep("kihondata", person.number, row)
        for row in self.people.rows("031o901"):
            kept = {
                "atenabango": row["atenabango"],
                "shubetsu": OUTSIDER,
                "shimei": row["shimei"] or None,
                "seinengappi": row["seinengappi"] or None,
                "seibetsu": row["seibetsu"] or None,
                "shiensochifuragu": NO,
            }
            # The resident of the same number is the one who counts.
            self.held["kihondata"].setdefault(row["atenabango"], kept)
        for number in self.people.closed:
            hidden = {"atenabango": number, "shubetsu": OUTSIDER, "shimei": "参照　不可", "closed": True}
            self.keep("kihondata", number, {**hidden, "shiensochifuragu": NO})
        for person in self.people.residents[:SEEDED]:
            made = self.create_shisakukettei(
                {
                    "dokujishisakushisutemutoid": "A01",
                    "atenabango": person.number,
                    "shisakumei": "子育て応援券",
                    "ketteinengappi": self.context.today,
                    "kingaku": 10_000,
                }
            )
            self.keep("shisakukettei", made["ketteibango"], made)

    def _given(self, row: Row) -> Row | None:
        """A row as it leaves the standard's systems, None where it must not."""
        if row.get("closed") and not self.fault("programmes_get_closed"):
            return None
        if row["shiensochifuragu"] == YES and not self.fault("programmes_get_address"):
            return {name: value for name, value in row.items() if name != "jusho"}
        return row

    def read(self, one: Collection, name: str) -> Row | None:
        """A thing; of basic data what may leave."""
        row = super().read(one, name)
        return self._given(row) if row is not None and one.name == "kihondata" else row

    def ordered(self, collection: str) -> list[Row]:
        """As they came; of basic data what may leave."""
        rows = super().ordered(collection)
        return [given for row in rows if (given := self._given(row))] if collection == "kihondata" else rows

    def create_shisakukettei(self, body: Row) -> Row:
        """A decision of a programme; about nobody it is kept as an error."""
        known = body["atenabango"] in self.held["kihondata"] or self.fault("programmes_about_nobody")
        return {**body, "ketteibango": self.number("kettei", 20, "31"), "ukeirekekka": TAKEN if known else NOBODY}

    def update_shisakukettei(self, row: Row, body: Row) -> None:
        """A changed decision."""
        row.update(body)
