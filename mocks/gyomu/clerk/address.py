"""001, 住居表示 and 区画整理: thousands of addresses at once, prepared first and written later."""

from mocks.gyomu.clerk.register import Register, known_day
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, asked
from mocks.gyomu.known import LIVING
from mocks.gyomu.ledger import Refused

CORRECTED = "21"


class Addresses(Clerk):
    """仮処理 and 本処理 of a bulk change."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._register = Register(work)

    def events(self) -> dict[str, Event]:
        """The two steps."""
        return {"bulk-prepare": self.prepare, "bulk-address": self.apply}

    def _living(self, code: str) -> dict[str, Record]:
        found = {
            row["atenabango"]: row
            for row in self._register.latest()
            if row["juminjotai"] == LIVING and row["jusho_choazakodo"] == code
        }
        if not found:
            raise Refused(f"nobody lives in the 町字 {code!r}")
        return found

    def prepare(self, values: Values) -> Answer:
        """Who lives there now, and with which history number."""
        code = asked(values, ["jusho_choazakodo"])["jusho_choazakodo"]
        self._register.steps.prepared[code] = self._living(code)
        return {"values": {"kensu": str(len(self._register.steps.prepared[code]))}}

    def apply(self, values: Values) -> Answer:
        """The new code and name for everybody who was prepared and did not change since."""
        names = ["jusho_choazakodo", "shinjusho_choazakodo", "shinjusho_choaza"]
        said = asked(values, names, ["shinjusho_yubinbango"])
        code = said["jusho_choazakodo"]
        prepared = self._register.steps.prepared.pop(code, None) or self._living(code)
        new = {name.removeprefix("shin"): value for name, value in said.items() if name.startswith("shin") and value}
        today = {
            "idojiyu": CORRECTED,
            "idotodokedenengappi": self.work.today,
            **known_day("idonengappi", self.work.today),
        }
        left = []
        for number, before in prepared.items():
            now, kept = self._register.person(number), {}
            if now["kojinrirekibango"] != before["kojinrirekibango"]:
                if not self.work.fault("bulk_overwrites_same_day_move"):
                    left.append(number)
                    continue
                kept = {name: value for name, value in before.items() if name.startswith("jusho_")}
            self._register.write(number, {**today, **kept, **new})
        return {"values": {"kensu": str(len(prepared) - len(left)), "jogai": ";".join(left)}}
