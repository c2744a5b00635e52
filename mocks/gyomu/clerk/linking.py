"""032 団体内統合宛名: one number for one 個人番号, asked for by the offices; and copies that must not be answered by themselves."""

from mocks.gyomu.clerk.request import REQUESTS
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, asked
from mocks.gyomu.known import PROTECTION, Change, same
from mocks.gyomu.ledger import Refused
from mocks.gyomu.togoatena import is_kojinbango

RESULTS, COPIES = "032o901", "032o903"
NEW, KNOWN, ERROR = "1", "2", "9"
DELETED = "4"


class Links(Clerk):
    """付番 and 副本."""

    def events(self) -> dict[str, Event]:
        """What can be done by hand."""
        return {"number-link": self.link, "substitute-register": self.register}

    def link(self, values: Values) -> Answer:
        """付番 of one 宛名番号 of a business system."""
        said = asked(values, ["gyomuid", "atenabango"], ["kojinbango"])
        person = self.work.known.person(said["atenabango"])
        if person is None:
            raise Refused(f"nobody of the number {said['atenabango']!r} is known here")
        card = said.get("kojinbango") or person.get("kojinbango", "")
        return {"values": self._answer(said["gyomuid"], said["atenabango"], card)}

    def _answer(self, system: str, number: str, card: str) -> Record:
        """One request is one answer; a number that cannot be given is an error with its reason, without any number."""
        code = reason = ""
        if not is_kojinbango(card):
            code, reason = "E101", "個人番号の桁数又は検査用数字が正しくない"
        known = [row for row in self.work.latest(RESULTS, atenabango=number) if row["shorikekka"] != ERROR]
        outcome = ERROR if code else KNOWN if known else NEW
        cells = {
            "gyomuid": system,
            "atenabango": number,
            "dokujishisakushisutemutoid": "000",
            "shorikekka": outcome,
            "erakodo": code,
            "eranaiyo": reason,
            "togoatenafuragu": "0" if code else "1",
            "shorinengappi": self.work.today,
            "shorijikoku": self.work.ledger.time,
        }
        return self.work.write(RESULTS, cells)

    def register(self, values: Values) -> Answer:
        """副本 of what a business system knows of somebody."""
        said = asked(values, ["gyomuid", "atenabango"], ["tokuteikojinjohomeikodo"])
        system, number = said["gyomuid"], said["atenabango"]
        self.work.person(number)
        serial = f"{self.work.today.replace('-', '')}{system}{len(self.work.latest(COPIES)) + 1:09d}"
        cells = {
            "gyomuid": system,
            "torokuiraibango": serial,
            "atenabango": number,
            "tokuteikojinjohomeikodo": said.get("tokuteikojinjohomeikodo") or f"TM00000000000{system}",
            "torokushorikubun": "1",
            "shorikekka": "1",
            **self._flags(number),
            "shorinengappi": self.work.today,
            "shorijikoku": self.work.ledger.time,
        }
        return {"values": self.work.write(COPIES, cells)}

    def _flags(self, number: str) -> Record:
        hidden = self.work.known.is_protected(number) and not self.work.fault("automatic_answer_flag_missing")
        return dict.fromkeys(("jidootofukafuragu", "fukaijigaitofuragu"), "1" if hidden else "0")

    def react(self, linkage: str, changes: list[Change]) -> None:
        """Answer requests; register the copies of protected people anew."""
        if linkage in REQUESTS.values() or linkage.startswith("022o"):
            for change in changes:
                row = change.now
                if row and row["iraikubun"] != DELETED:
                    self._answer(row["gyomuid"], same(row["atenabango"]), row["kojinbango"])
        elif linkage == PROTECTION:
            for number in {change.number for change in changes}:
                for row in self.work.latest(COPIES, atenabango=number):
                    if any(row[name] != value for name, value in self._flags(number).items()):
                        done = {"shorinengappi": self.work.today, "shorijikoku": self.work.ledger.time}
                        self.work.write(COPIES, {**row, **self._flags(number), **done})
