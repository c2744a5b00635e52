"""001, what comes from the family register: birth, name, death, marriage; and who is the head of a household."""

from mocks.gyomu.clerk.register import Register, blank, known_day, named, relation
from mocks.gyomu.clerk.resident import HEAD, LODGER, SEXES
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, asked, day
from mocks.gyomu.known import DEAD, LIVING, same
from mocks.gyomu.ledger import Refused
from mocks.gyomu.togoatena import is_kojinbango

BORN, DIED, CORRECTED, NUMBERED = "03", "12", "21", "25"
PARTED, JOINED, HEADED = "28", "30", "31"
HUSBAND, WIFE, CHILD = "02", "03", "06"
HEADLESS = "世帯主未設定"


class Registrar(Clerk):
    """What is written by office."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._register = Register(work)

    def events(self) -> dict[str, Event]:
        """What the family register and the household give rise to."""
        return {
            "birth": self.birth,
            "number": self.number,
            "name": self.name,
            "death": self.death,
            "marry": self.marry,
            "household": self.household,
            "head-change": self.head,
            "head-unset": self.unset,
            "certificate": self.certificate,
        }

    def _said(self, reason: str, on: str = "") -> Record:
        return {
            "idojiyu": reason,
            "idotodokedenengappi": self.work.today,
            **known_day("idonengappi", on or self.work.today),
        }

    def birth(self, values: Values) -> Answer:
        """A new-born child, perhaps without a name, and without 個人番号 for now."""
        home = values.get("setaibango", "")
        if mother := values.get("hahanoatenabango"):
            home = home or self._register.resident(mother)["setaibango"]
        if not home or not self._register.household(home):
            raise Refused("no household to be born into: give setaibango or hahanoatenabango")
        on = values.get("seinengappi") or self.work.today
        if on > self.work.today:
            raise Refused(f"born on {on}: not yet")
        sex = values.get("seibetsu") or "1"
        if sex not in SEXES:
            raise Refused("seibetsu must be 1 or 2")
        name, furigana = values.get("shimei", ""), values.get("shimei_furigana", "")
        cells = {
            "setaibango": home,
            "juminshubetsu": "1",
            "juminjotai": LIVING,
            **self._said(BORN, on),
            **known_day("seinengappi", on),
            **known_day("jumintonattanengappi", on),
            "seibetsu": sex,
            "seibetsuhyoki": SEXES[sex],
            "shimeiyusenkubun": "01",
            **(named(name, furigana) if name else {}),
            **relation(values.get("tsuzukigarakodo1") or CHILD),
            **self._register.home_address(home),
        }
        own = {"hahanoatenabango", "setaibango", "seinengappi"}
        given = {name: value for name, value in values.items() if value and name not in own}
        return {"values": self._register.write(self._register.new_number(), cells | given)}

    def number(self, values: Values) -> Answer:
        """個人番号 is written."""
        said = asked(values, ["atenabango"], ["kojinbango"])
        row = self._register.resident(said["atenabango"])
        card = said.get("kojinbango") or self._register.new_card()
        if not is_kojinbango(card) or card == row["kojinbango"]:
            raise Refused("a 個人番号 with the right check digit is needed, other than the present one")
        if any(one["kojinbango"] == card for one in self._register.latest()):
            raise Refused("that 個人番号 is somebody else's")
        if self.work.fault("newborn_number_never_told"):
            return {"values": {**row, "kojinbango": card}}
        return {"values": self._register.write(row["atenabango"], {**self._said(NUMBERED), "kojinbango": card})}

    def name(self, values: Values) -> Answer:
        """命名, or another name."""
        said = asked(values, ["atenabango", "shimei"], ["shimei_furigana", "idonengappi"])
        row = self._register.resident(said["atenabango"])
        cells = named(said["shimei"], said.get("shimei_furigana", ""))
        return {
            "values": self._register.write(
                row["atenabango"], {**self._said(CORRECTED, said.get("idonengappi", "")), **cells}
            )
        }

    def death(self, values: Values) -> Answer:
        """Death, on a day or about some days."""
        names = ("idonengappi", "idonengappi_fushofuragu", "idonengappi_fushohyoki", "idotodokedenengappi")
        said = asked(values, ["atenabango"], names)
        row = self._register.resident(said["atenabango"])
        on, unknown = said.get("idonengappi") or self.work.today, said.get("idonengappi_fushofuragu") == "1"
        if unknown and not said.get("idonengappi_fushohyoki"):
            raise Refused("an unknown day needs idonengappi_fushohyoki")
        if day(on) > day(self.work.today):
            raise Refused(f"died on {on}: not yet")
        if self.work.fault("unknown_day_of_death_told_as_known"):
            unknown = False
        cells = {**self._said(DIED, on), "juminjotai": DEAD, **known_day("shojonoidonengappi", on)}
        cells |= {"idotodokedenengappi": said.get("idotodokedenengappi") or self.work.today}
        cells["shojonotodokedenengappi"] = cells["idotodokedenengappi"]
        for name in ("idonengappi", "shojonoidonengappi") if unknown else ():
            cells |= {f"{name}_fushofuragu": "1", f"{name}_fushohyoki": said["idonengappi_fushohyoki"]}
        last = {name: row[name.removeprefix("saishutoroku")] for name in blank(row, "saishutorokujusho_")}
        return {"values": self._register.write(row["atenabango"], cells | last)}

    def marry(self, values: Values) -> Answer:
        """婚姻: a row for both."""
        names = ("shimei", "shimei_furigana", "aiteshimei", "aiteshimei_furigana", "setaibango", "tsuzukigarakodo1")
        said = asked(values, ["atenabango", "aiteatenabango"], [*names, "aitetsuzukigarakodo1", "idonengappi"])
        one, other = (self._register.resident(said[name]) for name in ("atenabango", "aiteatenabango"))
        if one["atenabango"] == other["atenabango"]:
            raise Refused("nobody marries himself")
        home = said.get("setaibango") or other["setaibango"]
        address = self._register.home_address(home)
        kin = said.get("tsuzukigarakodo1") or (WIFE if one["seibetsu"] == "2" else HUSBAND)
        basis = {**self._said(CORRECTED, said.get("idonengappi", "")), "setaibango": home}
        cells = {**basis, **address, **relation(kin)}
        if name := said.get("shimei"):
            cells |= named(name, said.get("shimei_furigana", ""))
        beside = dict(basis) if other["setaibango"] == home else {**basis, **address}
        if name := said.get("aiteshimei"):
            beside |= named(name, said.get("aiteshimei_furigana", ""))
        if code := said.get("aitetsuzukigarakodo1"):
            beside |= relation(code)
        row = self._register.write(one["atenabango"], cells)
        if self.work.fault("marriage_of_one"):
            return {"values": row}
        partner = self._register.write(other["atenabango"], beside)
        return {"values": {**row, "aitekojinrirekibango": partner["kojinrirekibango"]}}

    def household(self, values: Values) -> Answer:
        """A person joins another household, or becomes the head of a new one."""
        extra = [name for name in values if name.startswith("jusho_")]
        said = asked(values, ["atenabango", "setaibango"], ["tsuzukigarakodo1", "idonengappi", *extra])
        row, home = self._register.resident(said["atenabango"]), said["setaibango"]
        new = home == "new"
        if not new and (home == row["setaibango"] or not self._register.household(home)):
            raise Refused(f"cannot join the household {home!r}")
        kin = said.get("tsuzukigarakodo1") or (HEAD if new else LODGER)
        cells = {**self._said(PARTED if new else JOINED, said.get("idonengappi", "")), **relation(kin)}
        cells["setaibango"] = self._register.new_home() if new else home
        cells |= {} if new else self._register.home_address(home)
        cells |= {name: said[name] for name in extra}
        if self.work.fault("joiner_stays_head"):
            cells |= relation(HEAD)
        row = self._register.write(row["atenabango"], cells)
        if self.work.fault("household_joined_twice"):
            row = self._register.write(row["atenabango"], cells)
        return {"values": row}

    def head(self, values: Values) -> Answer:
        """世帯主変更: everybody's relation is told."""
        said = asked(values, ["setaibango", "atenabango"], ["tsuzukigara"])
        members = self._register.household(said["setaibango"])
        if said["atenabango"] not in [one["atenabango"] for one in members]:
            raise Refused(f"{said['atenabango']} does not live in the household {said['setaibango']}")
        given = dict(part.split("=", 1) for part in said.get("tsuzukigara", "").split(";") if "=" in part)
        kin = {same(number): code for number, code in given.items()}
        told = {}
        for one in members:
            number = one["atenabango"]
            usual = HEAD if number == said["atenabango"] else LODGER if one["tsuzukigarakodo1"] == HEAD else ""
            code = kin.get(number) or usual
            told[number] = self._register.write(number, {**self._said(HEADED), **(relation(code) if code else {})})
        return {"values": told[said["atenabango"]]}

    def unset(self, values: Values) -> Answer:
        """世帯主未設定: nobody's relation is known until there is a head again."""
        said = asked(values, ["setaibango"])
        if not (members := self._register.household(said["setaibango"])):
            raise Refused(f"nobody lives in the household {said['setaibango']!r}")
        cells = {**self._said(HEADED), **blank(members[0], "tsuzukigarakodo"), "tsuzukigarahyoki": HEADLESS}
        told = [self._register.write(one["atenabango"], cells) for one in members]
        return {"values": told[0]}

    def certificate(self, values: Values) -> Answer:
        """An electronic certificate: its serial number belongs to somebody from now on."""
        said = asked(values, ["atenabango"], ["denshishomeishoshubetsu", "shiriarubango"])
        row, today = self._register.resident(said["atenabango"]), self.work.today
        kind = said.get("denshishomeishoshubetsu") or "1"
        serial = said.get("shiriarubango") or f"99{kind}{row['atenabango']}{today[2:4]}"
        cells = {"atenabango": row["atenabango"], "denshishomeishoshubetsu": kind, "shiriarubango": serial}
        until = f"{int(today[:4]) + 5}{today[4:7]}-01"
        return {
            "values": self.work.write(
                "001o902",
                {**cells, "shiriarubangojotai": "1", "hakkonengappi": today, "yukokigen": until, "shikkonengappi": ""},
            )
        }
