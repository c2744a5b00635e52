"""医療DX: entitlements that clinics confirm, and care data that is not shown of protected people."""

from mocks.boundary.desk import Desk, Row

VALID, LOST = "1", "2"
CONFIRMED, REFUSED, UNKNOWN = "1", "2", "3"
CHILDREN = 18
SEEDED = 40


class MedicalDx(Desk):
    """The services that connect municipalities and clinics."""

    def open(self) -> None:
        """Entitlements of children, and the care data of those who were found to need care."""
        self._cards: dict[str, Row] = {}
        children = [one for one in self.people.residents if 0 <= one.age(self.context.moment.date()) < CHILDREN]
        for person in children[:SEEDED]:
            made = self.create_shikaku(
                {
                    "atenabango": person.number,
                    "seidokubun": "1",
                    "yukokaishinengappi": "2026-04-01",
                    "yukoshuryonengappi": "2027-03-31",
                    "jikofutangendogaku": 500,
                }
            )
            self.keep("shikaku", made["shikakuid"], made)
        levels = set(next(one for one in self.interface.collections if one.name == "kaigojoho").item("yokaigodo").codes)
        for row in self.people.rows("023o901"):
            begins, ends = row["yokaigoninteiyukokikankaishibi"], row["yokaigoninteiyukokikanshuryobi"]
            if row["yokaigojotaikubunkodo"] in levels and begins and ends and not self._hidden(row):
                care = self.create_kaigojoho(
                    {
                        "atenabango": row["atenabango"],
                        "hihokenshabango": row["hihokenshabango"],
                        "yokaigodo": row["yokaigojotaikubunkodo"],
                        "ninteikaishinengappi": begins,
                        "ninteishuryonengappi": ends,
                    }
                )
                self.keep("kaigojoho", care["kaigojohoid"], care)

    def create_shikaku(self, body: Row) -> Row:
        """An entitlement and its number."""
        row = {
            **body,
            "shikakuid": self.number("shikaku", 20, "51"),
            "jukyushabango": self.number("jukyusha", 7, "9"),
            "shikakujotai": VALID,
        }
        self._cards[row["jukyushabango"]] = row
        return row

    def update_shikaku(self, row: Row, body: Row) -> None:
        """Lost, or given back."""
        row.update(body)

    def create_shikakukakunin(self, body: Row) -> Row:
        """A clinic asks."""
        card = self._cards.get(body["jukyushabango"])
        row = {**body, "kakuninbango": self.number("kakunin", 20, "52"), "kakuninkekka": UNKNOWN}
        if card is None:
            return row
        valid = card["shikakujotai"] == VALID or self.fault("medical_confirms_lost")
        row["kakuninkekka"] = CONFIRMED if valid else REFUSED
        shown = ("seidokubun", "jikofutangendogaku") if valid else ()
        return row | {name: card[name] for name in shown if name in card}

    def create_kaigojoho(self, body: Row) -> Row:
        """Care data of a person."""
        return {**body, "kaigojohoid": self.number("kaigo", 20, "53")}

    def _hidden(self, row: Row) -> bool:
        return row["atenabango"] in self.people.protected and not self.fault("medical_shows_protected")

    def ordered(self, collection: str) -> list[Row]:
        """As they came; care data of protected people is left to a clerk."""
        rows = super().ordered(collection)
        return [row for row in rows if not self._hidden(row)] if collection == "kaigojoho" else rows
