"""eLTAX: tax returns that are fetched once, payments that are counted once, states that go forward."""

from mocks.boundary.desk import Desk, Refused, Row

NEW, FETCHED = "0", "1"
RECEIVED, OPEN = "1", "0"
RETURNS, PAYMENTS = 12, 12


class Eltax(Desk):
    """The review system and the common payment system, seen from the tax offices."""

    def open(self) -> None:
        """Reports of wages of employers, and payments of the first term."""
        people = self.people.residents
        for serial in range(1, RETURNS + 1):
            paid = [
                {
                    "meisaibango": place,
                    "shimei": person.row["shimei"] or "氏名未定",
                    "kingaku": 2_000_000 + 1000 * place,
                }
                for place, person in enumerate(people[serial * 3 : serial * 3 + 3], 1)
            ]
            made = self.create_shinkoku(
                {
                    "yoshiki": "1",
                    "zeimoku": "10",
                    "nendo": "2026",
                    "riyoshaid": f"REN{serial:08d}",
                    "teishutsushamei": f"架空商事{'一二三四五六七八九十'[serial % 10]}号店",
                    "gokeigaku": sum(row["kingaku"] for row in paid),
                    "meisai": paid,
                }
            )
            self.keep("shinkoku", made["shinkokuid"], made)
        for serial in range(1, PAYMENTS + 1):
            paid_in = self.create_nofu(
                {
                    "elbango": f"{serial:020d}",
                    "kakuninbango": f"{serial:06d}",
                    "zeimoku": ("10", "12", "13")[serial % 3],
                    "nendo": "2026",
                    "kibetsu": 1,
                    "nofugaku": 10_000 + serial * 100,
                    "nofunengappi": self.context.today,
                    "kinyukikankodo": "9997",
                }
            )
            self.keep("nofu", paid_in["nofuid"], paid_in)

    def repeats(self, collection: str) -> bool:
        """The defect counts a repeated payment twice."""
        return collection == "nofu" and self.fault("eltax_counts_payment_twice")

    def create_shinkoku(self, body: Row) -> Row:
        """A return was sent in."""
        return {
            **body,
            "shinkokuid": self.number("shinkoku", 20, "71"),
            "teishutsunichiji": self.context.now(),
            "torijokyo": NEW,
            "shinsajokyo": RECEIVED,
        }

    def read_shinkoku(self, row: Row) -> Row:
        """The return is given to the office."""
        if not self.fault("eltax_lists_fetched_as_new"):
            row["torijokyo"] = FETCHED
        return row

    def update_shinkoku(self, row: Row, body: Row) -> None:
        """The review goes forward only."""
        if body["shinsajokyo"] < row["shinsajokyo"]:
            raise Refused("B0003", "審査状況を前に戻すことはできません。")
        row.update(body)

    def create_nofu(self, body: Row) -> Row:
        """Somebody has paid."""
        return {
            **body,
            "nofuid": self.number("nofu", 20, "72"),
            "keshikomijokyo": OPEN,
            "torokunichiji": self.context.now(),
        }

    def update_nofu(self, row: Row, body: Row) -> None:
        """Settled stays settled."""
        if body["keshikomijokyo"] < row["keshikomijokyo"] and not self.fault("eltax_reopens_settled"):
            raise Refused("B0003", "消込済を未消込に戻すことはできません。")
        row.update(body)
