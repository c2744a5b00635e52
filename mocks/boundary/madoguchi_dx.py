"""窓口DX: notifications taken at the counter, and what is printed on forms so that nobody has to write it."""

from mocks.boundary.desk import Desk, Refused, Row

TAKEN = "1"
FOUND, NOBODY = "1", "2"
YES, NO = "1", "0"
SEEDED = 12
# What was done at the counter in turn: 転居届, 転出届, 児童手当の認定請求.
KINDS = ("02", "03", "07")


class Counter(Desk):
    """The counter of the municipality."""

    def open(self) -> None:
        """The notifications of the morning, and the forms that were printed for them."""
        for place, person in enumerate(self.people.residents[:SEEDED]):
            asked = {"atenabango": person.number, "tetsuzuki": KINDS[place % len(KINDS)]}
            name = person.row["shimei"] or "氏名未定"
            made = self.create_uketsuke({**asked, "shimei": name, "honninkakunin": "1"})
            self.keep("uketsuke", made["uketsukebango"], made)
            form = self.create_kisaijiko(asked)
            self.keep("kisaijiko", form["kisaijikobango"], form)

    def repeats(self, collection: str) -> bool:
        """The defect takes a repeated notification as a new one."""
        return collection == "uketsuke" and self.fault("counter_takes_twice")

    def _warned(self, number: str | None) -> str:
        """Whether the clerk is warned: also past the end date, until 支援措置 is ended by decision."""
        return YES if number in self.people.protected and not self.fault("counter_does_not_warn") else NO

    def create_uketsuke(self, body: Row) -> Row:
        """A notification was taken down."""
        return {
            **body,
            "uketsukebango": self.number("uketsuke", 20, "41"),
            "shiensochikeikoku": self._warned(body.get("atenabango")),
            "uketsukenichiji": self.context.now(),
            "renkeijotai": TAKEN,
        }

    def update_uketsuke(self, row: Row, body: Row) -> None:
        """The state goes forward only."""
        if body["renkeijotai"] < row["renkeijotai"]:
            raise Refused("B0003", "連携状態を前に戻すことはできません。")
        row.update(body)

    def create_kisaijiko(self, body: Row) -> Row:
        """What a form is printed with."""
        person = self.people.find(body["atenabango"])
        protected = body["atenabango"] in self.people.protected
        row: Row = {
            **body,
            "kisaijikobango": self.number("kisaijiko", 20, "42"),
            "kisaikekka": NOBODY if person is None else FOUND,
            "shiensochikeikoku": YES if protected else NO,
        }
        if person is not None:
            row |= {"shimei": person.row["shimei"] or None, "seinengappi": person.row["seinengappi"] or None}
            if not protected or self.fault("counter_prints_address"):
                row["jusho"] = person.address or None
        return row
