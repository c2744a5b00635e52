"""015 滞納管理: what is overdue, exactly as 036 has it, and the decisions about it."""

from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, amount, asked
from mocks.gyomu.known import Change, same
from mocks.gyomu.ledger import Refused

ARREARS, WRITTEN_OFF, REDUCED, DUES = "015o902", "015o904", "015o905", "036o005"
KEY = ("gyomuid", "atenabango", "fukanendo", "zeimokukodo", "tsuchishobango", "kibetsu")
LATE, PAID, GIVEN_UP = "1", "6", "7"
COPIED = ("nokigen", "choteigaku", "shunogaku", "funokessongaku", "kampujutogaku", "jikokisannengappi")
BY_DISCRETION, OTHER = "06", "99"


class Arrears(Clerk):
    """What is owed past its day."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        # Dues that were told while their day was still to come.
        self._waiting: dict[tuple[str, ...], Record] = {}

    def events(self) -> dict[str, Event]:
        """What is decided about debts."""
        return {"late-charge-reduce": self.reduce, "write-off": self.write_off}

    def _due(self, values: Values) -> tuple[Record, Record]:
        """The key of a due, and the due as 036 told it."""
        key = {name: values[name] for name in KEY}
        found = self.work.known.of(DUES, key["atenabango"], **key)
        if not found:
            raise Refused("036 told no such due")
        return key, found[-1]

    def reduce(self, values: Values) -> Answer:
        """延滞金減免."""
        said = asked(values, [*KEY, "entaikingenmengaku"], ["entaikingenmenjiyu"])
        key, due = self._due(said)
        before, less = int(due["entaikin"]), amount(said, "entaikingenmengaku")
        if not 0 < less <= before - int(due["entaikinshunogaku"]):
            raise Refused("no more 延滞金 can be reduced than is owed")
        today = self.work.today
        row = {
            "genmenbango": f"G9{len(self.work.latest(REDUCED)):08d}",
            "shinseinengappi": today,
            "ketteinengappi": today,
            "entaikingenmenjiyu": said.get("entaikingenmenjiyu") or BY_DISCRETION,
            "genmenkaishinengappi": due["nokigen"] if due["nokigen"] <= today else today,
            "genmenshuryonengappi": today,
            "genmenwariai": f"{less * 100 / before:.2f}",
            "genmenzenentaikingaku": str(before),
            "entaikingenmengaku": str(less),
            "genmengoentaikingaku": str(before - less),
            "torikeshifuragu": "0",
        }
        return {"values": self.work.write(REDUCED, {**key, **row})}

    def write_off(self, values: Values) -> Answer:
        """不納欠損."""
        said = asked(values, KEY, ["funokessonjiyu", "funokessongaku_honzei"])
        key, due = self._due(said)
        mine = self.work.one(ARREARS, **key) or due
        left, today = int(mine["minogaku"]), self.work.today
        less, cause = amount(said, "funokessongaku_honzei", left), said.get("funokessonjiyu") or OTHER
        if not 0 < less <= left:
            raise Refused("no more can be written off than is owed")
        row = self.work.write(
            WRITTEN_OFF,
            {
                **key,
                "kessonbango": f"K9{len(self.work.latest(WRITTEN_OFF)):08d}",
                "funokessonnengappi": today,
                "funokessonnendo": self.work.fiscal_year,
                "funokessonjiyu": cause,
                "jikokanseinengappi": today if cause == "01" else "",
                "shikkoteishinengappi": today if cause in {"02", "03"} else "",
                "funokessongaku": str(less),
                "funokessongaku_honzei": str(less),
                "funokessongaku_tokusokutesuryo": "0",
                "funokessongaku_entaikin": "0",
                "kessainengappi": today,
                "torikeshifuragu": "0",
            },
        )
        self._mirror({**due, "funokessongaku": str(int(due["funokessongaku"]) + less), "minogaku": str(left - less)})
        return {"values": row}

    def react(self, linkage: str, changes: list[Change]) -> None:
        """What 036 told of its dues."""
        if linkage != DUES:
            return
        for change in changes:
            if change.now:
                self._take({**change.now, "atenabango": change.number})

    def _take(self, due: Record) -> None:
        key = tuple(due[name] for name in KEY)
        self._waiting.pop(key, None)
        known = self.work.one(ARREARS, **dict(zip(KEY, key, strict=True)))
        late = int(due["minogaku"]) > 0 and due["nokigen"] < self.work.today
        if known or late or due["entaikin"] not in {"", "0"}:
            self._mirror(due)
        elif int(due["minogaku"]) > 0:
            self._waiting[key] = due

    def _mirror(self, due: Record) -> None:
        """滞納明細 with the amounts of 036."""
        left = int(due["minogaku"])
        if self.work.fault("late_charge_in_arrears"):
            left += int(due["entaikin"] or 0) - int(due["entaikinshunogaku"] or 0)
        key = {name: same(due[name]) if name == "atenabango" else due[name] for name in KEY}
        known = self.work.one(ARREARS, **key)
        if known and self.work.fault("payment_not_followed"):
            return
        state = LATE if left > 0 else GIVEN_UP if int(due["funokessongaku"]) else PAID
        cells = {
            **{name: due[name] for name in COPIED},
            "minogaku": str(left),
            "minotokusokutesuryo": str(int(due["tokusokutesuryo"] or 0) - int(due["tokusokutesuryoshunogaku"] or 0)),
            "keisanentaikin": str(int(due["entaikin"] or 0) - int(due["entaikinshunogaku"] or 0)),
            "entaikinkeisankijunnengappi": self.work.today,
            "tainojotai": known["tainojotai"] if known and left > 0 and known["tainojotai"] < PAID else state,
        }
        self.work.write(ARREARS, {**key, **cells})

    def wait(self) -> None:
        """What was not paid until its day is overdue now."""
        for key, due in list(self._waiting.items()):
            if due["nokigen"] < self.work.today:
                del self._waiting[key]
                self._mirror(due)
