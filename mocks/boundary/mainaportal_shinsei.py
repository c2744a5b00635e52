"""マイナポータル申請: applications arrive, are listed, fetched one by one, and their state goes forward only."""

from mocks.boundary.desk import Desk, Refused, Row

NEW, FETCHED = "0", "1"
RECEIVED = "1"


class Portal(Desk):
    """The portal as 申請管理 sees it."""

    def open(self) -> None:
        """The applications of the town's pack that came from the portal, in the order of their arrival."""
        for row in sorted(self.people.rows("030o901"), key=lambda one: one["totatsunengappi"] + one["totatsujikoku"]):
            self._arrived(
                row["mainaporutaruuketsukebango"],
                {
                    "gyomuid": row["gyomuid"],
                    "tetsuzukikodo": row["tetsuzukikodo"],
                    "tetsuzukimei": row["tetsuzukimei"],
                    "shinseishashimei": row["shinseishashimei"],
                    "shinseishaseinengappi": row["shinseishaseinengappi"] or None,
                    "shinseishajusho": row["shinseishajusho"] or None,
                    "shiriarubango": row["shiriarubango"] or None,
                    "honninkakuninhoho": row["honninkakuninhoho"],
                    "tenpufairukensu": int(row["tenpufairukensu"] or 0),
                },
                f"{row['totatsunengappi']}T{row['totatsujikoku']}+09:00",
            )

    def _arrived(self, name: str, facts: Row, at: str) -> Row:
        row = {
            **facts,
            "shinseiid": name,
            "totatsunichiji": at,
            "torijokyo": NEW,
            "shorijokyo": RECEIVED,
            "koshinnichiji": at,
        }
        self.keep("shorijokyo", name, row)
        return self.keep("shinsei", name, row)

    def repeats(self, collection: str) -> bool:
        """The defect takes a repeated application as a new one."""
        del collection
        return self.fault("portal_takes_application_twice")

    def create_shinsei(self, body: Row) -> Row:
        """A resident has applied."""
        return self._arrived(self.number("shinsei", 20, "95"), body, self.context.now())

    def read_shinsei(self, row: Row) -> Row:
        """The application is given to 申請管理: from now on it is no new one."""
        if not self.fault("portal_lists_fetched_as_new"):
            row["torijokyo"] = FETCHED
        return row

    def update_shinsei(self, row: Row, body: Row) -> None:
        """The state goes forward only."""
        if body["shorijokyo"] < row["shorijokyo"] and not self.fault("portal_state_goes_back"):
            raise Refused("B0003", "処理状況を前に戻すことはできません。")
        row.update(body, koshinnichiji=self.context.now())

    def ordered(self, collection: str) -> list[Row]:
        """In the order of arrival."""
        rows = super().ordered(collection)
        if self.fault("portal_lists_out_of_order"):
            return sorted(rows, key=lambda row: str(row["shinseiid"])[::-1])
        return rows
