"""001, the reception: 転入, 転出, 転居, and calling one of them off."""

from mocks.gyomu.clerk.register import (
    ADDRESS,
    PEOPLE,
    Register,
    blank,
    known_day,
    moved_address,
    named,
    relation,
)
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, after, asked, day
from mocks.gyomu.known import GONE, LIVING, REMOVED
from mocks.gyomu.ledger import Refused
from mocks.gyomu.publication import Row

HEAD, LODGER = "01", "14"
CAME, CAME_FROM_ABROAD, LEFT, LEFT_ABROAD, MOVED = "01", "02", "10", "11", "19"
BACK, TAKEN_BACK, CORRECTED = "09", "18", "37"
SEXES = {"1": "男", "2": "女"}
PLANNED, SETTLED = "tenshutsusakijusho_yotei_", "tenshutsusakijusho_kakutei_"
DAYS_AHEAD = 7


class Reception(Clerk):
    """Who comes, goes and moves."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._register = Register(work)

    def events(self) -> dict[str, Event]:
        """The notifications that the reception takes."""
        return {
            "move-in": self.move_in,
            "move-out-notice": self.announce,
            "move-out": self.move_out,
            "cancel": self.cancel,
            "move": self.move,
        }

    def move_in(self, values: Values) -> Answer:
        """転入届: somebody new under a new number, or somebody who was here before under the number of then."""
        if not (values.get("shimei") or values.get("shimei_gaikokujinromaji")) or not values.get("seinengappi"):
            raise Refused("no value for shimei or seinengappi")
        if values.get("seibetsu") not in SEXES:
            raise Refused("seibetsu must be 1 or 2")
        if values["seinengappi"] > self.work.today:
            raise Refused(f"born on {values['seinengappi']}: not yet")
        former = self._former(values)
        cells = self._blank(former) if former else {}
        cells |= self._arrived(values)
        number = former["atenabango"] if former else self._register.new_number()
        if former and self.work.fault("returner_numbered_anew"):
            cells, number = {**former, **cells}, self._register.new_number()
            cells = {name: value for name, value in cells.items() if name not in {"kojinrirekibango", "atenabango"}}
        if self.work.fault("newcomer_changes_another"):
            other = next(row for row in self._register.latest() if row["juminjotai"] == LIVING)
            self._register.write(other["atenabango"], {"idojiyu": CORRECTED})
        return {"values": self._register.write(number, cells)}

    def _former(self, values: Values) -> Record | None:
        """The latest row of who was here before; who is here now cannot come."""
        found: Record | None = None
        if number := values.get("atenabango"):
            found = self._register.person(number)
        elif card := values.get("kojinbango"):
            found = next((row for row in self._register.latest() if row["kojinbango"] == card), None)
        if found and found["juminjotai"] != GONE:
            raise Refused(f"{found['atenabango']} cannot move in: 住民状態 {found['juminjotai']}")
        return found

    @staticmethod
    def _blank(former: Record) -> Record:
        starts = ("shojono", "tennyutsuchi", "tenshutsusakijusho_", "saishutorokujusho_", "tenkyomaejusho_")
        return blank(former, *starts, "tennyumaejusho_", "jusho_") | {"kojinbango": former["kojinbango"]}

    def _arrived(self, values: Values) -> Record:
        """The row of somebody who came: what was said, and what follows from it."""
        today = self.work.today
        on = values.get("idonengappi") or today
        home = values.get("setaibango", "")
        if home and not self._register.household(home):
            raise Refused(f"nobody lives in the household {home!r}")
        abroad = bool(values.get("tennyumaejusho_kokumeikodo"))
        cells = {
            "setaibango": home or self._register.new_home(),
            "juminjotai": LIVING,
            "idojiyu": CAME_FROM_ABROAD if abroad else CAME,
            "idotodokedenengappi": today,
            **known_day("idonengappi", on),
            **known_day("seinengappi", values["seinengappi"]),
            **self._named(values, on),
            "seibetsuhyoki": SEXES[values["seibetsu"]],
            **relation(values.get("tsuzukigarakodo1") or (LODGER if home else HEAD)),
        }
        cells |= self._register.home_address(home)
        if "kojinbango" not in values:
            cells["kojinbango"] = self._register.new_card()
        given = {name: value for name, value in values.items() if name not in {"atenabango", "setaibango"}}
        given = {name: value for name, value in given.items() if value or name == "kojinbango"}
        return cells | given

    @staticmethod
    def _named(values: Values, on: str) -> Record:
        """Name and kind of resident, and since when."""
        if name := values.get("shimei"):
            return {"juminshubetsu": "1", **named(name), **known_day("jumintonattanengappi", on)}
        roman = values["shimei_gaikokujinromaji"]
        return {
            "juminshubetsu": "2",
            "shimei": roman,
            "shimei_yusen": roman,
            "shimeiyusenkubun": "04",
            "kokusekito_kokumeikodo": "840",
            "kokusekimeito": "米国",
            "dai30jo45kiteikubun": "01",
            **known_day("gaikokujinjumintonattanengappi", on),
        }

    def announce(self, values: Values) -> Answer:
        """転出届: a day in view and a destination; a resident until then."""
        said = _of(values, PLANNED, "idonengappi", "idotodokedenengappi")
        row = self._register.resident(values["atenabango"])
        planned = said.pop("idonengappi", "") or after(self.work.today, DAYS_AHEAD)
        day(planned)
        abroad = bool(said.get(f"{PLANNED}kokumeikodo"))
        cells = {
            "idojiyu": LEFT_ABROAD if abroad else LEFT,
            "idotodokedenengappi": self.work.today,
            **known_day("idonengappi", planned),
            **blank(row, PLANNED),
            **said,
        }
        if self.work.fault("removed_at_notice"):
            cells |= self._removed(row, planned)
        return {"values": self._register.write(row["atenabango"], cells)}

    def _removed(self, row: Record, on: str) -> Record:
        """What 消除 writes: the state, the day, and the address as the last one registered."""
        last = {f"saishutorokujusho_{name}": row[f"jusho_{name}"] for name in ADDRESS}
        return {
            "juminjotai": GONE,
            "shojonotodokedenengappi": row["idotodokedenengappi"] if _announced(row) else self.work.today,
            **known_day("shojonoidonengappi", on),
            **{name: value for name, value in last.items() if name in row},
        }

    def move_out(self, values: Values) -> Answer:
        """転入通知: where the person now is. The same notice again changes nothing."""
        said = _of(values, SETTLED, "idonengappi", "tennyutsuchinengappi")
        row = self._register.person(values["atenabango"])
        if row["juminjotai"] not in {LIVING, GONE}:
            raise Refused(f"{row['atenabango']} cannot leave: 住民状態 {row['juminjotai']}")
        told = said.pop("tennyutsuchinengappi", "") or self.work.today
        named_day = said.pop("idonengappi", "")
        again = row["juminjotai"] == GONE and all(row[name] == value for name, value in said.items())
        if again and row["tennyutsuchinengappi"] and not self.work.fault("second_notice_second_row"):
            return {"values": row}
        planned = row["idonengappi"] if _announced(row) or row["juminjotai"] == GONE else ""
        on = named_day or min(planned or told, told)
        day(on), day(told)
        abroad = bool(said.get(f"{SETTLED}kokumeikodo") or row[f"{PLANNED}kokumeikodo"])
        cells = {
            "idojiyu": LEFT_ABROAD if abroad else LEFT,
            "idotodokedenengappi": row["idotodokedenengappi"] if _announced(row) else self.work.today,
            **known_day("idonengappi", on),
            **self._removed(row, on),
            "tennyutsuchinengappi": told,
            **blank(row, SETTLED),
            **said,
        }
        if self.work.fault("planned_destination_overwritten"):
            cells |= {name.replace("kakutei", "yotei"): value for name, value in said.items()}
        return {"values": self._register.write(row["atenabango"], cells)}

    def move(self, values: Values) -> Answer:
        """転居届 of one person."""
        said = _of(values, "jusho_", "setaibango", "tsuzukigarakodo1", "idonengappi")
        row = self._register.resident(values["atenabango"])
        on, home = said.pop("idonengappi", "") or self.work.today, said.pop("setaibango", "")
        kin = said.pop("tsuzukigarakodo1", "")
        if not said:
            if not home or home == "new" or not self._register.household(home):
                raise Refused("no address: give jusho_* or the household to live in")
            said = self._register.home_address(home)
        if home == "new":
            home, kin = self._register.new_home(), kin or HEAD
        cells = {
            "idojiyu": MOVED,
            "idotodokedenengappi": self.work.today,
            **known_day("idonengappi", on),
            **moved_address(row),
            **dict.fromkeys(("jusho_katagaki", "jusho_katagaki_furigana", "jusho_katagakikodo"), ""),
            **said,
            **({"setaibango": home} if home else {}),
            **(relation(kin) if kin else {}),
        }
        return {"values": self._register.write(row["atenabango"], cells)}

    def cancel(self, values: Values) -> Answer:
        """異動の取消し: what was before comes back in a further row; both events stay."""
        number = asked(values, ["atenabango"])["atenabango"]
        row, rows = self._register.person(number), self._register.rows(number)
        steps = self._register.steps.before.get(number, [])
        if row["idojiyu"] in {BACK, TAKEN_BACK, CORRECTED} and not steps:
            raise Refused(f"the last 異動 of {number} was cancelled already")
        former = self._before(steps, rows)
        while former and former["idojiyu"] == row["idojiyu"] and row["idojiyu"] in {LEFT, LEFT_ABROAD}:
            # 転出 is called off as a whole: its notice, the removal and the 転入通知.
            rows = rows[: int(former["kojinrirekibango"])]
            former = self._before(steps, rows)
        keep = {"kojinrirekibango", "kojinrirekibango_edaban", "saishinfuragu", "sakujofuragu", "atenabango"}
        cells = {name: value for name, value in (former or row).items() if name not in keep}
        if former is None:
            cells |= {"juminjotai": REMOVED, **known_day("shojonoidonengappi", self.work.today)}
        was, now = row["juminjotai"] == LIVING, cells["juminjotai"] == LIVING
        cells["idojiyu"] = CORRECTED if was == now else BACK if now else TAKEN_BACK
        cells |= {"idotodokedenengappi": self.work.today, **known_day("idonengappi", self.work.today)}
        if self.work.fault("cancellation_not_told"):
            return {"values": row}
        return {"values": self._register.write(number, cells, step=False)}

    def _before(self, steps: list[Row | None], rows: list[Record]) -> Record | None:
        """The row before the last step; of what the town brought, the row before the last."""
        if steps:
            before = steps.pop()
            return self.work.ledger.record(PEOPLE, before) if before else None
        return rows[-2] if len(rows) > 1 else None

    def wait(self) -> None:
        """On the planned day whoever announced to leave is removed."""
        if self.work.fault("planned_day_ignored"):
            return
        for row in list(self._register.latest()):
            if row["juminjotai"] == LIVING and _announced(row) and row["idonengappi"] <= self.work.today:
                self._register.write(row["atenabango"], self._removed(row, row["idonengappi"]))


def _announced(row: Record) -> bool:
    """Whether the last thing was that the person announced to leave."""
    return row["juminjotai"] == LIVING and row["idojiyu"] in {LEFT, LEFT_ABROAD}


def _of(values: Values, start: str, *names: str) -> Record:
    """The values other than the number, when each is one of these."""
    asked(values, ["atenabango"], {*names, *(name for name in values if name.startswith(start))})
    return {name: value for name, value in values.items() if name != "atenabango" and value}
