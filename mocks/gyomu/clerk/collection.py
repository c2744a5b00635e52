"""036 統合収滞納: dues that other systems tell, payments, and what is paid back or written off.

未納額 = 調定額 − 収納額 − 不納欠損額 + 還付・充当額; 延滞金 and 督促手数料 are counted by themselves.
"""

from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, after, amount, asked
from mocks.gyomu.known import Change, same
from mocks.gyomu.ledger import Refused

DUES, PAYMENTS, STANDING, MASTER = "036o005", "036o006", "036o902", "036o015"
KEY = ("gyomuid", "atenabango", "fukanendo", "zeimokukodo", "tsuchishobango", "kibetsu")
TOLD = ("010o906", "023o904", "024o905", "025o904", "028o904")
WRITTEN_OFF, REDUCED = "015o904", "015o905"
PAID, OPEN, PARTLY, TOO_MUCH, GIVEN_UP, CANCELLED = "1", "2", "3", "4", "5", "6"
ZEROES = (
    "shunogaku", "funokessongaku", "kampujutogaku", "tokusokutesuryo", "tokusokutesuryoshunogaku", "entaikin",
    "entaikinshunogaku",
)  # fmt: skip
SUMMED = ("choteigaku", "shunogaku", "funokessongaku", "kampujutogaku", "minogaku")


class Collections(Clerk):
    """Dues and payments."""

    def events(self) -> dict[str, Event]:
        """What happens at the cash desk."""
        return {"levy": self.levy, "pay": self.pay, "refund": self.refund, "late-charge": self.charge}

    def _due(self, values: Values) -> Record:
        found = self.work.one(DUES, **{name: values[name] for name in KEY})
        if found is None:
            raise Refused("no such due")
        return found

    def levy(self, values: Values) -> Answer:
        """調定 by hand."""
        said = asked(values, [*KEY, "choteigaku"], ["nokigen"])
        if self.work.one(DUES, **{name: said[name] for name in KEY}):
            raise Refused("that due exists already")
        if amount(said, "choteigaku") <= 0:
            raise Refused("a due is more than nothing")
        return {"values": self._raise(said, said.get("nokigen") or after(self.work.today, 30))}

    def _raise(self, told: Values, until: str) -> Record:
        """A due that was not there before."""
        today = self.work.today
        until = until or after(today, 30)
        own = {
            "choteinendo": told.get("choteinendo") or told["fukanendo"],
            "choteinengappi": min(told.get("choteinengappi") or today, until),
            "tsuchinengappi": min(told.get("tsuchinengappi") or today, until),
            "nokigen": until,
            "hoteinokigento": until,
            "choteigaku": told["choteigaku"],
            "kozafurikaefuragu": "0",
            "kyoyufuragu": "0",
        }
        key = {name: told[name] for name in KEY}
        self._master(key, until)
        return self._write({**key, **own, **dict.fromkeys(ZEROES, "0")})

    def _master(self, key: Record, until: str) -> None:
        """期別マスタ of an instalment that no year had so far."""
        wanted = {name: key[name] for name in ("gyomuid", "fukanendo", "zeimokukodo", "kibetsu")}
        if self.work.has(MASTER) and not self.work.one(MASTER, **wanted):
            more = {"kibetsumeisho": "随時期" if key["kibetsu"] == "90" else "期別", "nokigen": until}
            self.work.write(MASTER, {**wanted, **more, "zuijikifuragu": "1" if key["kibetsu"] == "90" else "0"})

    def _write(self, due: Record) -> Record:
        """The due with the balance that follows, and the standing of the person."""
        of = {name: int(due[name] or 0) for name in ("choteigaku", "shunogaku", "funokessongaku", "kampujutogaku")}
        given_back = 0 if self.work.fault("refund_not_in_balance") else of["kampujutogaku"]
        left = of["choteigaku"] - of["shunogaku"] - of["funokessongaku"] + given_back
        if left < 0 and self.work.fault("refund_lost"):
            due, left = {**due, "shunogaku": str(of["shunogaku"] + left)}, 0
        state = PARTLY if of["shunogaku"] else OPEN
        if left < 0:
            state = TOO_MUCH
        elif left == 0:
            state = GIVEN_UP if of["funokessongaku"] else PAID if of["shunogaku"] else CANCELLED
        done = self.work.today if state == PAID else ""
        row = self.work.write(DUES, {**due, "minogaku": str(left), "shunojotai": state, "kannonengappi": done})
        self._stand(row)
        return row

    def _stand(self, row: Record) -> None:
        """収納・滞納状況: the sums over all instalments of that tax and year."""
        key = {name: row[name] for name in KEY[:4]}
        if not self.work.has(STANDING) or self.work.fault("standing_not_told"):
            return
        dues = self.work.latest(DUES, **key)
        late = [one for one in dues if one["nokigen"] < self.work.today and int(one["minogaku"]) > 0]
        sums = {name: str(sum(int(one[name] or 0) for one in dues)) for name in SUMMED}
        self.work.write(
            STANDING,
            {
                **key,
                **sums,
                "kijunnengappi": self.work.today,
                "nokitoraiminogaku": str(sum(int(one["minogaku"]) for one in late)),
                "tainokubun": "1" if late else "0",
                "mottomofuruitainononokigen": min((one["nokigen"] for one in late), default=""),
                "saishunofunengappi": max((one["saishushunonengappi"] for one in dues), default=""),
                **dict.fromkeys(("bunkatsunofufuragu", "yuyofuragu", "sashiosaefuragu", "shikkoteishifuragu"), "0"),
                "kannofuragu": "1" if int(sums["minogaku"]) <= 0 else "0",
            },
        )

    def pay(self, values: Values) -> Answer:
        """納付: the balance falls by the tax; the same payment told again is one payment."""
        parts = ("shunokingaku_honzei", "shunokingaku_tokusokutesuryo", "shunokingaku_entaikin")
        said = asked(values, [*KEY, parts[0]], [*parts[1:], "shunokubun", "nofuchaneruuketsukebango"])
        due, (tax, fee, late) = self._due(said), (amount(said, name) for name in parts)
        if min(tax, fee, late) < 0 or tax + fee + late == 0:
            raise Refused("a payment is more than nothing")
        key, channel = {name: said[name] for name in KEY}, said.get("nofuchaneruuketsukebango", "")
        before = self.work.latest(PAYMENTS, **key)
        same_payment = [row for row in before if channel and row["nofuchaneruuketsukebango"] == channel]
        if same_payment and not self.work.fault("payment_counted_twice"):
            return {"values": same_payment[0]}
        if late > int(due["entaikin"]) - int(due["entaikinshunogaku"]):
            raise Refused("more 延滞金 than was charged")
        today = self.work.today
        payment = {
            "shunorenban": str(max((int(row["shunorenban"]) for row in before), default=0) + 1),
            "shunokubun": said.get("shunokubun") or "01",
            **dict.fromkeys(("ryoshunengappi", "shunonengappi", "nikkeinengappi"), today),
            "shunokingaku": str(tax + fee + late),
            **dict(zip(parts, map(str, (tax, fee, late)), strict=True)),
            "nofuchaneruuketsukebango": channel,
            "jutomotofuragu": "0",
            "torikeshifuragu": "0",
        }
        made = {**key, **payment}
        if not self.work.fault("payment_without_history"):
            made = self.work.write(PAYMENTS, made)
        counted = tax + late if self.work.fault("late_charge_in_balance") else tax
        paid = {"shunogaku": counted, "tokusokutesuryoshunogaku": fee, "entaikinshunogaku": late}
        sums = {name: str(int(due[name]) + value) for name, value in paid.items()}
        self._write({**due, **sums, "saishushunonengappi": today})
        return {"values": made}

    def refund(self, values: Values) -> Answer:
        """還付 of what was paid too much."""
        due = self._due(asked(values, KEY))
        if (left := int(due["minogaku"])) >= 0:
            raise Refused("nothing was paid too much")
        return {"values": self._write({**due, "kampujutogaku": str(int(due["kampujutogaku"]) - left)})}

    def charge(self, values: Values) -> Answer:
        """延滞金 is charged; the balance of the tax stays."""
        said = asked(values, [*KEY, "entaikin"])
        due = self._due(said)
        if amount(said, "entaikin") < int(due["entaikinshunogaku"]):
            raise Refused("less than was paid of it")
        return {"values": self._write({**due, "entaikin": said["entaikin"]})}

    def react(self, linkage: str, changes: list[Change]) -> None:
        """Dues of other systems, and the decisions of 015."""
        for change in changes:
            row = change.now
            if row is None:
                continue
            if linkage in TOLD:
                self._told({**row, "gyomuid": row.get("gyomuid") or linkage[:3], "atenabango": same(row["atenabango"])})
            elif linkage in {WRITTEN_OFF, REDUCED}:
                self._decided(linkage, row)

    def _told(self, row: Record) -> None:
        """A due that another system raised or corrected."""
        known = self.work.one(DUES, **{name: row[name] for name in KEY})
        if known is None:
            if int(row["choteigaku"]) > 0 and not self.work.fault("due_not_raised"):
                self._raise(row, row["nokigen"])
        elif known["choteigaku"] != row["choteigaku"]:
            self._write({**known, "choteigaku": row["choteigaku"], "koseinengappi": self.work.today})

    def _decided(self, linkage: str, row: Record) -> None:
        due = self.work.one(DUES, **{name: same(row[name]) if name == "atenabango" else row[name] for name in KEY})
        if due is None or row["torikeshifuragu"] == "1":
            return
        if linkage == REDUCED:
            less = int(due["entaikin"]) - int(row["genmengoentaikingaku"])
            cells = {"entaikin": row["genmengoentaikingaku"]}
            if self.work.fault("reduction_lowers_balance"):
                cells["shunogaku"] = str(int(due["shunogaku"]) + less)
            self._write({**due, **cells})
            return
        off = self.work.known.rows(WRITTEN_OFF, **{name: row[name] for name in KEY})
        total = sum(int(one["funokessongaku_honzei"]) for one in off if one["torikeshifuragu"] != "1")
        if int(due["funokessongaku"]) != total and not self.work.fault("write_off_not_followed"):
            self._write({**due, "funokessongaku": str(total)})
