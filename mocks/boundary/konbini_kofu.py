"""コンビニ交付: certificates at stores, none about people whose certificates are suppressed."""

from mocks.boundary.desk import Desk, Row

ISSUED, SUPPRESSED, NOBODY = "1", "2", "3"
STANDING, LIFTED = "1", "2"
ENDED = "3"
SEEDED = 12
LONGEST = 1000


class Certificates(Desk):
    """The side of the municipality that answers the stores' terminals."""

    def open(self) -> None:
        """Suppressions as 001 told them, and the certificates of the morning."""
        for row in self.people.rows("001o009"):
            if row["shiensochikubun"] == ENDED:
                continue
            told = self.create_yokushi(
                {
                    "atenabango": row["atenabango"],
                    "yokushikubun": row["shiensochikubun"],
                    "kaishinengappi": row["shiensochikaishinengappi"],
                    "shuryonengappi": row["shiensochishuryonengappi"] or None,
                }
            )
            self.keep("yokushi", told["yokushibango"], told)
        for person in self.people.residents[:SEEDED]:
            asked = {"atenabango": person.number, "shomeishoshubetsu": "1", "busu": 1, "tenpokodo": "9900000001"}
            made = self.create_hakko(asked)
            self.keep("hakko", made["hakkobango"], made)

    def create_yokushi(self, body: Row) -> Row:
        """Suppressed from now on."""
        return {**body, "yokushibango": self.number("yokushi", 20, "22"), "yokushijotai": STANDING}

    def update_yokushi(self, row: Row, body: Row) -> None:
        """Lifted by decision, or standing again."""
        row.update(body)

    def _is_suppressed(self, number: str) -> bool:
        """Whether any suppression stands; its end date says nothing."""
        told = number in self.people.protected and not self.fault("certificate_of_protected")
        rows = [row for row in self.held["yokushi"].values() if row["atenabango"] == number]
        if self.fault("certificate_after_end_date"):
            told = told and not any(str(row.get("shuryonengappi") or "9999") < self.context.today for row in rows)
            rows = [row for row in rows if str(row.get("shuryonengappi") or "9999") >= self.context.today]
        if self.fault("certificate_of_protected"):
            rows = [row for row in rows if number not in self.people.protected]
        late = self.fault("certificate_before_suppression")
        return told or (not late and any(row["yokushijotai"] == STANDING for row in rows))

    def create_hakko(self, body: Row) -> Row:
        """A terminal asks for a certificate."""
        person = self.people.find(body["atenabango"])
        row: Row = {
            **body,
            "hakkobango": self.number("hakko", 20, "21"),
            "hakkokekka": NOBODY,
            "shorinichiji": self.context.now(),
        }
        if person is None:
            return row
        if self._is_suppressed(person.number):
            return row | {"hakkokekka": SUPPRESSED}
        text = f"{person.row['shimei'] or '氏名未定'}　{person.address}"[:LONGEST]
        return row | {"hakkokekka": ISSUED, "shomeishonaiyo": text}
