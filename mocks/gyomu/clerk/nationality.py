"""001, who becomes or ceases to be a Japanese national: two rows under the one number; and the status of residence."""

from mocks.gyomu.clerk.register import Register, blank, known_day, named
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, asked
from mocks.gyomu.known import LIVING, REMOVED
from mocks.gyomu.ledger import Refused

JAPANESE, FOREIGN = "1", "2"
# 職権消除 and 職権記載 of 帰化 and of 国籍喪失.
NATURALISED, LOST = ("13", "04"), ("14", "05")
CORRECTED = "21"
STAYING_AFTER_LOSS = "05"
FOREIGN_ONLY = ("kokuseki", "zairyu", "dai30jo45", "gaikokujinjuminto", "shimei_gaikokujin", "tsusho")


class Nationality(Clerk):
    """帰化, 国籍喪失 and 在留資格."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._register = Register(work)

    def events(self) -> dict[str, Event]:
        """What changes somebody's nationality or stay."""
        return {
            "naturalise": self.naturalise,
            "nationality-loss": self.lose,
            "residence-status": self.stay,
        }

    def _resident(self, number: str, kind: str) -> Record:
        row = self._register.resident(number)
        if row["juminshubetsu"] != kind:
            raise Refused(f"{number} is of 住民種別 {row['juminshubetsu']}")
        return row

    def _twice(self, row: Record, reasons: tuple[str, str], on: str, cells: Record) -> Answer:
        """消除 of the record and 記載 of the other kind."""
        said = {"idotodokedenengappi": self.work.today, **known_day("idonengappi", on)}
        number = row["atenabango"]
        gone = {
            "juminjotai": REMOVED,
            **known_day("shojonoidonengappi", on),
            "shojonotodokedenengappi": self.work.today,
        }
        self._register.write(number, {**said, "idojiyu": reasons[0], **gone})
        if self.work.fault("nationality_under_new_number"):
            known = {name: value for name, value in row.items() if name not in {"kojinrirekibango", "atenabango"}}
            cells, number = {**known, **cells}, self._register.new_number()
        here = {"juminjotai": LIVING, **blank(row, "shojono")}
        return {"values": self._register.write(number, {**said, "idojiyu": reasons[1], **here, **cells}, step=False)}

    def naturalise(self, values: Values) -> Answer:
        """帰化: the same person under the same numbers, with a Japanese name."""
        said = asked(values, ["atenabango", "shimei"], ["shimei_furigana", "idonengappi"])
        row = self._resident(said["atenabango"], FOREIGN)
        since = row["gaikokujinjumintonattanengappi"] or self.work.today
        cells = {
            **blank(row, *FOREIGN_ONLY),
            "juminshubetsu": JAPANESE,
            **named(said["shimei"], said.get("shimei_furigana", "")),
            **known_day("jumintonattanengappi", since),
        }
        return self._twice(row, NATURALISED, said.get("idonengappi") or self.work.today, cells)

    def lose(self, values: Values) -> Answer:
        """国籍喪失: a foreign resident under the same numbers."""
        names = ("shimei_gaikokujinromaji", "kokusekimeito", "idonengappi")
        said = asked(values, ["atenabango", "kokusekito_kokumeikodo"], names)
        row = self._resident(said["atenabango"], JAPANESE)
        on = said.get("idonengappi") or self.work.today
        cells = {
            "juminshubetsu": FOREIGN,
            "kokusekito_kokumeikodo": said["kokusekito_kokumeikodo"],
            "kokusekimeito": said.get("kokusekimeito", ""),
            "dai30jo45kiteikubun": STAYING_AFTER_LOSS,
            **known_day("gaikokujinjumintonattanengappi", on),
        }
        if roman := said.get("shimei_gaikokujinromaji"):
            cells |= {
                "shimei_gaikokujinromaji": roman,
                "shimei": roman,
                "shimei_yusen": roman,
                "shimeiyusenkubun": "04",
            }
        return self._twice(row, LOST, on, cells)

    def stay(self, values: Values) -> Answer:
        """在留資格 and 在留期間."""
        names = [f"zairyukikantokodo_{part}" for part in ("nen", "tsuki", "hi")]
        said = asked(
            values, ["atenabango", "zairyushikakutokodo"], [*names, "zairyukikannomanryonohi", "dai30jo45kiteikubun"]
        )
        row = self._resident(said.pop("atenabango"), FOREIGN)
        cells = {
            "idojiyu": CORRECTED,
            "idotodokedenengappi": self.work.today,
            **known_day("idonengappi", self.work.today),
            **said,
        }
        if self.work.fault("period_of_stay_not_told"):
            cells = {name: value for name, value in cells.items() if not name.startswith("zairyukikan")}
        return {"values": self._register.write(row["atenabango"], cells)}
