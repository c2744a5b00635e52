"""031 住登外者宛名番号管理: registering, changing, 名寄せ, and deletion when the person became a resident; and who asks for that."""

from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, asked
from mocks.gyomu.known import Change, same
from mocks.gyomu.ledger import Refused
from mocks.jutogai.number import check_digit, complete

PEOPLE = "031o901"
REQUESTS = {"019": "019o934", "024": "024o908", "028": "028o906"}
CHANGED, MERGED, PARTED, DELETED = "1", "2", "3", "4"
NEW, RENAMED, MOVED, JOINED, RELEASED, CARRIED, GONE = "01", "02", "03", "05", "06", "07", "09"
# 031 numbers whom the façade brings from here on, above those that its REST interface gives.
FIRST = 80_000_500_000_000
ADDRESS = "jusho_"


class Outsiders(Clerk):
    """The register of people who do not live here."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._given = 0

    def events(self) -> dict[str, Event]:
        """What offices ask 031 for."""
        return {
            "outsider-register": self.register,
            "outsider-change": self.change,
            "outsider-merge": self.merge,
            "outsider-unmerge": self.unmerge,
        }

    def _row(self, number: str) -> Record:
        found = self.work.one(PEOPLE, atenabango=same(number))
        if found is None:
            raise Refused(f"{number} is nobody's number here")
        return found

    def _number(self) -> str:
        while True:
            self._given += 1
            if found := complete(FIRST + self._given):
                if self.work.fault("outsider_numbered_without_check"):
                    return found[:-1] + str((int(found[-1]) + 1) % 10)
                return found

    def register(self, values: Values) -> Answer:
        """A new number; or the number that the person had as a resident."""
        more = [name for name in values if name.startswith(ADDRESS)]
        said = asked(values, ["shimei", "seinengappi", "seibetsu", "gyomuid"], ["atenabango", "shimei_furigana", *more])
        carried = said.pop("atenabango", "")
        if carried and (not carried.isdigit() or str(check_digit(carried[:-1])) != carried[-1]):
            raise Refused(f"{carried} has no right check digit")
        if carried and self.work.one(PEOPLE, atenabango=carried):
            raise Refused(f"{carried} is registered already")
        number = carried if carried and not self.work.fault("carried_number_replaced") else self._number()
        family, _, given = said["shimei"].partition("　")
        own = {
            "atenabango": number,
            "jutogaishashubetsu": "1",
            "jutogaishajotai": "1",
            "idonengappi": self.work.today,
            "idotodokedenengappi": self.work.today,
            "idojiyu": CARRIED if carried else NEW,
            "uji_nihonjin": family if given else "",
            "na_nihonjin": given,
            "seinengappi_fushofuragu": "0",
            "nayosemotofuragu": "0",
            "nayosesakiatenabango": "",
            "togoatenafuragu": "0",
            "tagyomusanshofukafuragu": "0",
            "sanshogyomuid1": said.pop("gyomuid"),
            "sanshodokujishisakushisutemutoid1": "000",
        }
        return {"values": self.work.write(PEOPLE, {**own, **said})}

    def change(self, values: Values) -> Answer:
        """基本４情報変更."""
        more = [name for name in values if name.startswith(ADDRESS)]
        said = asked(values, ["atenabango"], ["shimei", "shimei_furigana", *more])
        row = self._row(said.pop("atenabango"))
        if not said:
            raise Refused("nothing to change")
        return {"values": self._changed(row, said)}

    def _changed(self, row: Record, said: Record) -> Record:
        if self.work.fault("changed_outsider_numbered_anew"):
            row = {**row, "atenabango": self._number()}
        blank = {name: "" for name in row if name.startswith(ADDRESS)} if any(ADDRESS in name for name in said) else {}
        return self._write(row, {**blank, **said, "idojiyu": RENAMED if "shimei" in said else MOVED})

    def _write(self, row: Record, cells: Values) -> Record:
        today = {"idonengappi": self.work.today, "idotodokedenengappi": self.work.today}
        return self.work.write(PEOPLE, {**row, **today, **cells})

    def merge(self, values: Values) -> Answer:
        """名寄せ: this number is the same person as the other."""
        said = asked(values, ["atenabango", "nayosesakiatenabango"])
        if said["atenabango"] == said["nayosesakiatenabango"]:
            raise Refused("a number cannot be merged into itself")
        into = self._row(said["nayosesakiatenabango"])["atenabango"]
        return {"values": self._merged(self._row(said["atenabango"]), into)}

    def _merged(self, row: Record, into: str) -> Record:
        if self.work.fault("merge_deletes_the_number"):
            self._delete(row["atenabango"])
            return row
        return self._write(row, {"nayosemotofuragu": "1", "nayosesakiatenabango": into, "idojiyu": JOINED})

    def unmerge(self, values: Values) -> Answer:
        """名寄せ解除: they were two after all."""
        row = self._row(asked(values, ["atenabango"])["atenabango"])
        if row["nayosemotofuragu"] != "1":
            raise Refused(f"{row['atenabango']} is not merged")
        return {"values": self._parted(row)}

    def _parted(self, row: Record) -> Record:
        if self.work.fault("merge_released_wrongly"):
            # The mark is taken from the number that remains, and the merged one keeps it.
            other = self._row(row["nayosesakiatenabango"])
            return self._write(other, {"nayosemotofuragu": "0", "nayosesakiatenabango": "", "idojiyu": RELEASED})
        return self._write(row, {"nayosemotofuragu": "0", "nayosesakiatenabango": "", "idojiyu": RELEASED})

    def _delete(self, number: str) -> None:
        """Everything of a number goes, and so do the numbers of the same person that were merged into it."""
        for row in self.work.latest(PEOPLE, nayosesakiatenabango=number):
            self._delete(row["atenabango"])
        while self.work.ledger.series(PEOPLE).of((number,)):
            self.work.ledger.delete(PEOPLE, {"atenabango": number})

    def react(self, linkage: str, changes: list[Change]) -> None:
        """What the offices ask in their files."""
        for change in changes if linkage in REQUESTS.values() else ():
            row, asked_for = self.work.one(PEOPLE, atenabango=change.number), change.now
            if row is None or asked_for is None:
                continue
            kind = asked_for["shorishubetsu"]
            if kind == DELETED and not self.work.fault("outsider_kept_after_move_in"):
                self._delete(change.number)
            elif kind == MERGED and self.work.one(PEOPLE, atenabango=same(asked_for["nayosesakiatenabango"])):
                self._merged(row, same(asked_for["nayosesakiatenabango"]))
            elif kind == PARTED:
                self._parted(row)
            elif kind == CHANGED:
                told = {name: asked_for[name] for name in asked_for if name.startswith((ADDRESS, "shimei"))}
                self._changed(row, {name: value for name, value in told.items() if value and name in row})


class Deletions(Clerk):
    """An office that served a non-resident who now lives here."""

    def events(self) -> dict[str, Event]:
        """The request to 031."""
        return {"outsider-delete": self.ask}

    def ask(self, values: Values) -> Answer:
        """削除依頼, with the number that the person has as a resident."""
        said = asked(values, ["atenabango"], ["nayosesakiatenabango"])
        known, into = self.work.known.outsider(said["atenabango"]), said.get("nayosesakiatenabango", "")
        if known is None:
            raise Refused(f"031 told nobody of the number {said['atenabango']!r}")
        linkage = REQUESTS[self.work.system]
        form = self.work.ledger.series(linkage).linkage
        keep = {"rirekibango", "shikuchosonkodo", "saishinfuragu", "sakujofuragu"}
        copied = {name: known[name] for name in form.header if name in known and name not in keep}
        own = {
            "atenabango": said["atenabango"],
            "shorishubetsu": DELETED,
            "idonengappi": self.work.today,
            "idojiyu": GONE,
            "gyomuid": self.work.system,
            "dokujishisakushisutemutoid": "000",
            "nayosemotofuragu": "1" if into else "0",
            "nayosesakiatenabango": into,
            "tagyomusanshofukafuragu": "0",
        }
        return {"values": self.work.write(linkage, {**copied, **own})}
