"""001, 支援措置: whose address is hidden, together with whom, until when, and that only a decision ends it."""

from mocks.gyomu.clerk.register import Register
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, after, asked, day, numbers
from mocks.gyomu.known import PROTECTION
from mocks.gyomu.ledger import Refused

MAIN, PROVISIONAL, ENDED = "1", "2", "3"
START, END, KIND = "shiensochikaishinengappi", "shiensochishuryonengappi", "shiensochikubun"
ASSAILANT = ("kagaishashimei", "kagaishaatenabango", "kagaishajusho")


class Protections(Clerk):
    """Applications, extensions, 一時解除 and the end of protections."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._register = Register(work)
        # Of whom people are protected: for the decisions of 001 alone, in no row and no answer.
        self._assailants: dict[str, Record] = {}

    def events(self) -> dict[str, Event]:
        """The decisions."""
        return {
            "protect": self.protect,
            "protect-extend": self.extend,
            "protect-lift": self.lift,
            "protect-end": self.end,
        }

    def _last(self, number: str) -> Record | None:
        """The latest row of somebody, whatever period it is of: the serial goes on through all of them."""
        series = self.work.ledger.series(PROTECTION)
        rows = [row for key, row in series.rows.items() if key[0] == number]
        last = max(rows, key=lambda row: int(row[series.linkage.serial]), default=None)
        return self.work.ledger.record(PROTECTION, last) if last else None

    def _write(self, number: str, values: Values) -> Record:
        last = self._last(number)
        form = self.work.ledger.series(PROTECTION).linkage
        former = [last[name] for name in form.header] if last else None
        return self.work.ledger.succeed(PROTECTION, former, {"atenabango": number, **values}, strict=True)

    def _active(self, number: str) -> Record:
        found = self._last(number)
        if found is None or found[KIND] == ENDED:
            raise Refused(f"{number} is not protected")
        return found

    def protect(self, values: Values) -> Answer:
        """申出: the applicant and who is protected with the applicant."""
        said = asked(values, ["atenabango"], [KIND, START, END, "awaseteatenabango", *ASSAILANT])
        together = numbers(values.get("awaseteatenabango", ""))
        number = said["atenabango"]
        for one in (number, *together):
            self._register.person(one)
        kind = said.get(KIND) or MAIN
        if kind not in {MAIN, PROVISIONAL}:
            raise Refused("shiensochikubun must be 1 or 2; protect-end ends a protection")
        last = self._last(number)
        ongoing = last if last and last[KIND] != ENDED else None
        start = said.get(START) or (ongoing[START] if ongoing else self.work.today)
        usual = after(f"{int(start[:4]) + 1}{start[4:]}" if start[5:] != "02-29" else after(start, 366), -1)
        end = said.get(END) or (ongoing[END] if ongoing and ongoing[START] == start else usual)
        if day(end) < day(start):
            raise Refused("a protection cannot end before it begins")
        self._assailants[number] = {name: said[name] for name in ASSAILANT if said.get(name)}
        if self.work.fault("assailant_in_file") and said.get("kagaishashimei"):
            row = self._register.person(number)
            where = f"{row['jusho_katagaki']}（加害者　{said['kagaishashimei']}）"
            self._register.write(number, {"jusho_katagaki": where}, step=False)
        cells = {START: start, END: end, KIND: kind}
        row = self._write(number, cells)
        for one in together if not self.work.fault("joint_protection_forgotten") else ():
            self._write(one, cells)
        return {"values": row}

    def extend(self, values: Values) -> Answer:
        """A new period, from the day after the end of the one before."""
        said = asked(values, ["atenabango"], [END, "awaseteatenabango"])
        people = [said["atenabango"], *numbers(values.get("awaseteatenabango", ""))]
        rows = [self._active(one) for one in people]
        told = []
        for one, row in zip(people, rows, strict=True):
            start = self.work.today if self.work.fault("extension_starts_today") else after(row[END])
            end = said.get(END) or after(f"{int(start[:4]) + 1}{start[4:]}", -1)
            told.append(self._write(one, {START: start, END: end, KIND: MAIN}))
        return {"values": told[0]}

    def lift(self, values: Values) -> Answer:
        """一時解除: counts inside 001 only, so that no row comes of it."""
        number = asked(values, ["atenabango"])["atenabango"]
        row = self._active(number)
        if self.work.fault("protection_lift_forwarded"):
            self._write(number, {START: row[START], KIND: ENDED})
        return {"values": {"atenabango": number}}

    def end(self, values: Values) -> Answer:
        """終了の決定."""
        said = asked(values, ["atenabango"], ["awaseteatenabango"])
        people = [said["atenabango"], *numbers(values.get("awaseteatenabango", ""))]
        rows = [self._active(one) for one in people]
        told = [self._write(row["atenabango"], {START: row[START], KIND: ENDED}) for row in rows]
        return {"values": told[0]}

    def wait(self) -> None:
        """An end date that passes ends nothing."""
        if not self.work.fault("protection_ended_by_date"):
            return
        for row in self.work.latest(PROTECTION):
            if row[KIND] != ENDED and row[END] < self.work.today:
                self._write(row["atenabango"], {START: row[START], KIND: ENDED})
