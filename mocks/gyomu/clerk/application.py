"""030 申請管理: an application is received once, and a serial number becomes the 宛名番号 that 001 linked to it."""

from mocks.gyomu.clerk.flag import flag
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Values, asked
from mocks.gyomu.known import same

APPLICATIONS, CARDS = "030o901", "001o902"
CONVERTED, UNKNOWN = "2", "4"
VALID = "1"


class Receptions(Clerk):
    """Applications from the マイナポータル."""

    def events(self) -> dict[str, Event]:
        """受付."""
        return {"application-receive": self.receive}

    def receive(self, values: Values) -> Answer:
        """An application; the same id again is the same application."""
        needed = ("mainaporutaruuketsukebango", "gyomuid", "tetsuzukikodo", "tetsuzukimei")
        said = asked(values, needed, ["shiriarubango", "atenabango", "shinseishashimei", "honninkakuninhoho"])
        known = self.work.one(APPLICATIONS, mainaporutaruuketsukebango=said[needed[0]])
        if known and not self.work.fault("application_received_twice"):
            return {"values": known}
        number = self._number(said)
        own = {
            "uketsukebango": self.work.ledger.new_number(APPLICATIONS, "uketsukebango", 20),
            "totatsunengappi": self.work.today,
            "totatsujikoku": self.work.ledger.time,
            "atenabango": number,
            "uketsukejokyo": CONVERTED if number else UNKNOWN,
            "honninkakuninhoho": said.get("honninkakuninhoho") or "1",
            "henkanfukariyu": "" if number else "署名用電子証明書のシリアル番号に合う宛名番号がない",
            "dairishinseifuragu": "0",
            "tenpufairukensu": "0",
            "shiensochitaishofuragu": flag(self.work, number) if number else "0",
        }
        return {"values": self.work.write(APPLICATIONS, {**said, **own})}

    def _number(self, said: Values) -> str:
        """Whose application it is, as far as 030 can know."""
        serial, number = said.get("shiriarubango", ""), said.get("atenabango", "")
        rows = self.work.known.rows(CARDS, shiriarubangojotai=VALID)
        if self.work.fault("serial_number_of_another") and rows:
            return same(rows[0]["atenabango"])
        wanted = [row for row in rows if serial and row["shiriarubango"] == serial]
        wanted = wanted or [row for row in rows if not serial and number and same(row["atenabango"]) == number]
        return same(wanted[0]["atenabango"]) if wanted else ""
