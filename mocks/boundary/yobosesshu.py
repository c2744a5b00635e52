"""予防接種記録: one record counts for one dose, and inquiries are answered with consent and about nobody protected."""

from mocks.boundary.desk import Desk, Row

VALID, DOUBLE = "1", "2"
GIVEN, NO_CONSENT, UNKNOWN, BY_HAND = "1", "2", "3", "4"
YES = "1"
SEEDED, MOST_GIVEN = 300, 100
SHOWN = ("wakuchinshurui", "sesshukaisu", "sesshunengappi")
DONE = "1"


class Vaccinations(Desk):
    """The records that municipalities share."""

    def open(self) -> None:
        """Doses of the pack, those of the hard cases first."""
        self._doses: set[tuple[str, str, int]] = set()
        rows = [row for row in self.people.rows("019o930") if row["sesshunengappi"] and row["jisshikubun"] == DONE]
        for row in sorted(rows, key=lambda one: (one["atenabango"], one["sesshunengappi"]))[:SEEDED]:
            if row["wakuchinshurui"] > "12":
                continue
            made = self.create_sesshukiroku(
                {
                    "atenabango": row["atenabango"],
                    "wakuchinshurui": row["wakuchinshurui"],
                    "sesshukaisu": int(row["sesshukaisu"]),
                    "sesshunengappi": row["sesshunengappi"],
                    "rottobango": row["rottobango"] or None,
                    "iryokikanmei": row["iryokikanmei"] or None,
                }
            )
            self.keep("sesshukiroku", made["kirokuid"], made)

    def create_sesshukiroku(self, body: Row) -> Row:
        """A dose; a second record of the same one is kept as what it is."""
        dose = (body["atenabango"], body["wakuchinshurui"], int(body["sesshukaisu"]))
        double = dose in self._doses and not self.fault("vaccination_counted_twice")
        self._doses.add(dose)
        return {
            **body,
            "kirokuid": self.number("kiroku", 20, "61"),
            "kirokujotai": DOUBLE if double else VALID,
            "torokunichiji": self.context.now(),
        }

    def update_sesshukiroku(self, row: Row, body: Row) -> None:
        """A correction."""
        row.update(body)

    def create_sesshushokai(self, body: Row) -> Row:
        """Another municipality asks about somebody who moved there."""
        number = body["atenabango"]
        row = {**body, "shokaibango": self.number("shokai", 20, "62"), "shokaikekka": self._result(number, body)}
        if row["shokaikekka"] == GIVEN:
            held = [one for one in self.held["sesshukiroku"].values() if one["atenabango"] == number]
            counted = [one for one in held if one["kirokujotai"] == VALID][:MOST_GIVEN]
            row["kiroku"] = [{name: one[name] for name in SHOWN} for one in counted]
        return row

    def _result(self, number: str, body: Row) -> str:
        if self.people.find(number) is None:
            return UNKNOWN
        if body["doifuragu"] != YES and not self.fault("vaccination_given_without_consent"):
            return NO_CONSENT
        if number in self.people.protected and not self.fault("vaccination_given_of_protected"):
            return BY_HAND
        return GIVEN
