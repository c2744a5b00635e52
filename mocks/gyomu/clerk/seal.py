"""002 印鑑登録: a seal ends with residence, and a registered name must stay somebody's name."""

from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, asked
from mocks.gyomu.known import DEAD, GONE, LIVING, REMOVED, Change
from mocks.gyomu.ledger import Refused

SEALS, ABOLISHED = "002o901", "002o902"
REGISTERED, ENDED = "1", "3"
BY_REQUEST, LEFT, DIED, RENAMED, BY_OFFICE = "01", "03", "04", "05", "08"
CAUSES = {GONE: LEFT, DEAD: DIED, REMOVED: BY_OFFICE}
COPIED = ("seinengappi", "seinengappi_fushofuragu", "seinengappi_fushohyoki", "seibetsu")


class Seals(Clerk):
    """Registering and abolishing seals."""

    def events(self) -> dict[str, Event]:
        """What people ask for."""
        return {"seal-register": self.register, "seal-abolish": self.abolish}

    def _seal(self, number: str) -> Record | None:
        """The seal of somebody that is registered now."""
        return self.work.one(SEALS, atenabango=number, inkantorokujotai=REGISTERED)

    def register(self, values: Values) -> Answer:
        """A seal of a resident."""
        said = asked(values, ["atenabango"], ["torokushimei"])
        person = self.work.resident(said["atenabango"])
        number = said["atenabango"]
        if self._seal(number):
            raise Refused(f"{number} has a seal already")
        if not (name := said.get("torokushimei") or person["shimei"]):
            raise Refused(f"{number} has no name yet")
        serial = self.work.ledger.new_number(SEALS, "inkantorokubango", 15)
        own = {
            "atenabango": number,
            "inkantorokubango": serial,
            "inkantorokushobango": f"9{serial[-12:]}",
            "inkantorokujotai": REGISTERED,
            "torokushinseinengappi": self.work.today,
            "inkantorokunengappi": self.work.today,
            "honninkakuninhoho": "1",
            "torokushimei": name,
            "torokushimei_furigana": person.get("shimei_furigana", ""),
            "ineigazofairumei": f"{serial}.tif",
            "dairishinseifuragu": "0",
            "shomeishohakkoteishifuragu": "0",
            **dict.fromkeys(("haishinengappi", "haishijiyu", "teishinengappi", "shokaishohassonengappi"), ""),
        }
        form = self.work.ledger.series(SEALS).linkage
        address = {name: cell for name, cell in person.items() if name.startswith("jusho_") and name in form.places}
        return {"values": self.work.write(SEALS, {**own, **address, **{name: person[name] for name in COPIED}})}

    def abolish(self, values: Values) -> Answer:
        """The owner gives it up."""
        said = asked(values, ["atenabango"], ["haishijiyu"])
        seal = self._seal(said["atenabango"])
        if seal is None:
            raise Refused(f"{said['atenabango']} has no seal")
        return {"values": self._end(seal, said.get("haishijiyu") or BY_REQUEST, None)}

    def _end(self, seal: Record, cause: str, person: Record | None) -> Record:
        today = self.work.today
        ended = self.work.write(
            SEALS, {**seal, "inkantorokujotai": ENDED, "haishinengappi": today, "haishijiyu": cause}
        )
        moved = ("idonengappi", "idonengappi_fushofuragu", "idonengappi_fushohyoki", "idojiyu")
        told = {
            "atenabango": seal["atenabango"],
            "inkantorokubango": seal["inkantorokubango"],
            "haishinengappi": today,
            "haishijiyu": cause,
            **{name: person[name] for name in moved if person},
            "shokkenhaishifuragu": "1" if person else "0",
            "haishitorikeshifuragu": "0",
            "haishitorikeshinengappi": "",
        }
        if self.work.has(ABOLISHED):
            self.work.write(ABOLISHED, told)
        return ended

    def _restore(self, number: str) -> None:
        """What an 異動 ended that never was: the registration goes on."""
        seal = self.work.one(SEALS, atenabango=number, inkantorokujotai=ENDED)
        if seal is None or seal["haishijiyu"] not in {LEFT, DIED, BY_OFFICE} or self._seal(number):
            return
        self.work.write(
            SEALS,
            {**seal, "inkantorokujotai": REGISTERED, "haishinengappi": "", "haishijiyu": "", "teishinengappi": ""},
        )
        told = self.work.one(ABOLISHED, atenabango=number, inkantorokubango=seal["inkantorokubango"])
        if told:
            taken_back = {"haishitorikeshifuragu": "1", "haishitorikeshinengappi": self.work.today}
            self.work.write(ABOLISHED, {**told, **taken_back})

    def react(self, linkage: str, changes: list[Change]) -> None:
        """Who left or died has no seal any more; whose 転出 was called off has it again."""
        if linkage != "001o005":
            return
        for change in changes:
            person, number = change.now, change.number
            if person is None:
                continue
            if person["juminjotai"] == LIVING and (change.before or {}).get("juminjotai") in CAUSES:
                if change.is_taken_back and not self.work.fault("seal_abolished_for_good"):
                    self._restore(number)
            elif seal := self._seal(number):
                self._check(seal, change, person)

    def _check(self, seal: Record, change: Change, person: Record) -> None:
        """Whether a seal can stay."""
        if cause := CAUSES.get(person["juminjotai"]):
            if not self.work.fault("seal_not_abolished"):
                self._end(seal, cause, person)
        elif change.before and person["shimei"] != change.before["shimei"] and seal["torokushimei"] != person["shimei"]:
            self._end(seal, RENAMED, person)
