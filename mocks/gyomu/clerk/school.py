"""017 学齢簿 and 018 就学援助: the register agrees with residents, and no notice goes to a hidden address."""

from mocks.gyomu.clerk.flag import flag
from mocks.gyomu.clerk.income import ASKED, UNDECLARED, Finding, find
from mocks.gyomu.clerk.insurance import householder
from mocks.gyomu.clerk.request import request
from mocks.gyomu.clerk.work import Answer, Clerk, Event, Record, Values, Work, amount, asked
from mocks.gyomu.known import DEAD, GONE, SHOWN, Change, same
from mocks.gyomu.ledger import Refused

PUPILS, NOTICES, SCHOOLS = "017o901", "017o902", "017o903"
AID, SUPPORT, RELIEF = "018o901", "020o901", "021o901"
ENROLLED, LEFT, DECEASED = "1", "4", "8"
MOVED_IN, MOVED_OUT, DIED = "02", "03", "09"
SHARED = ("shimei", "shimei_furigana", "seinengappi", "seibetsu")


class Pupils(Clerk):
    """The register of children who go to school, and the notices to their parents."""

    def events(self) -> dict[str, Event]:
        """記載 and 通知."""
        return {"school-enrol": self.enrol, "school-notice": self.notify}

    def _school(self, code: str) -> Record:
        found = self.work.latest(SCHOOLS, **({"gakkokodo": code} if code else {}))
        if not found:
            raise Refused(f"no school {code!r}")
        return found[0]

    def enrol(self, values: Values) -> Answer:
        """A child is entered."""
        known = ("hogoshaatenabango", "gakkokodo", "gakunen", "zaisekijokyo", "nyugakunengappi")
        said = asked(values, ["atenabango"], known)
        number, child = said["atenabango"], self.work.resident(said["atenabango"])
        former = self.work.one(PUPILS, atenabango=number)
        if former and former["zaisekijokyo"] == ENROLLED:
            raise Refused(f"{number} is enrolled already")
        if not child["shimei"]:
            raise Refused(f"{number} has no name yet")
        guardian = said.get("hogoshaatenabango") or householder(self.work, child["setaibango"])
        parent = self.work.person(guardian) if guardian else {}
        school, today = self._school(said.get("gakkokodo", "")), self.work.today
        cells = {
            "atenabango": number,
            "gakureibokubun": "1",
            **{name: child[name] for name in SHARED},
            "hogoshaatenabango": guardian,
            "hogoshashimei": parent.get("shimei", ""),
            "gakkokodo": school["gakkokodo"],
            "gakkoshurui": school["gakkoshurui"],
            "gakunen": said.get("gakunen") or "1",
            "zaisekijokyo": said.get("zaisekijokyo") or ENROLLED,
            "idonengappi": today,
            "idojiyu": MOVED_IN,
            "nyugakunengappi": said.get("nyugakunengappi") or today,
            "sotsugyonengappi": "",
            "tenshutsusakishikuchosonkodo": "",
            "shiteikokodo": school["gakkokodo"],
            "shiteikohenkofuragu": "0",
            "kuikigaishugakufuragu": "0",
            "tokubetsushiengakkyufuragu": "0",
            "shiensochitaishofuragu": flag(self.work, number),
        }
        return {"values": self.work.write(PUPILS, cells)}

    def notify(self, values: Values) -> Answer:
        """A notice to a parent."""
        said = asked(values, ["atenabango"], ["shugakunendo", "tsuchishubetsu", "tsuchisakiatenabango"])
        number, child = said["atenabango"], self.work.resident(said["atenabango"])
        pupil = self.work.one(PUPILS, atenabango=number) or {}
        usual = pupil.get("hogoshaatenabango") or householder(self.work, child["setaibango"]) or number
        receiver = said.get("tsuchisakiatenabango") or usual
        parent, today = self.work.person(receiver), self.work.today
        hidden = self.work.known.is_protected(number) or self.work.known.is_protected(receiver)
        if self.work.fault("school_notice_to_hidden_address"):
            hidden = False
        former = self.work.fault("school_notice_to_former_home") and parent["tenkyomaejusho_choazakodo"]
        where = "tenkyomaejusho" if former else "jusho"
        address = {f"sofusaki_{name}": "" if hidden else parent[f"{where}_{name}"] for name in SHOWN}
        cells = {
            "atenabango": number,
            "shugakunendo": said.get("shugakunendo") or self.work.fiscal_year,
            "tsuchishubetsu": said.get("tsuchishubetsu") or "3",
            "gakkokodo": self._school(pupil.get("gakkokodo", ""))["gakkokodo"],
            "tsuchisakiatenabango": receiver,
            "tsuchihassonengappi": "" if hidden else today,
            "tsuchiteishifuragu": "1" if hidden else "0",
            "tsuchiteishiriyu": "支援措置の対象のため、窓口で渡す" if hidden else "",
            **address,
        }
        return {"values": self.work.write(NOTICES, cells)}

    def react(self, linkage: str, changes: list[Change]) -> None:
        """Names, departures and deaths of those in the register."""
        if linkage != "001o005":
            return
        for change in changes:
            pupil, person = self.work.one(PUPILS, atenabango=change.number), change.now
            if pupil and person and not self.work.fault("pupil_not_followed"):
                self._follow(pupil, person, back=change.is_taken_back)

    def _follow(self, pupil: Record, person: Record, *, back: bool) -> None:
        shown = {name: person[name] for name in SHARED if person[name]}
        cells = {name: value for name, value in shown.items() if pupil[name] != value}
        state, today = person["juminjotai"], self.work.today
        if state == GONE and pupil["zaisekijokyo"] == ENROLLED:
            where = next((person[f"tenshutsusakijusho_{kind}_shikuchosonkodo"] for kind in ("kakutei", "yotei")
                          if person[f"tenshutsusakijusho_{kind}_shikuchosonkodo"]), "999999")  # fmt: skip
            cells |= {"zaisekijokyo": LEFT, "tenshutsusakishikuchosonkodo": where, "idojiyu": MOVED_OUT}
        elif state == DEAD and pupil["zaisekijokyo"] != DECEASED:
            cells |= {"zaisekijokyo": DECEASED, "idojiyu": DIED}
        elif back and pupil["zaisekijokyo"] in {LEFT, DECEASED}:
            cells |= {"zaisekijokyo": ENROLLED, "tenshutsusakishikuchosonkodo": "", "idojiyu": "10"}
        if cells:
            self.work.write(PUPILS, {**pupil, "idonengappi": today, **cells})


class Aids(Clerk):
    """就学援助, judged by three registers."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._serial = 0

    def events(self) -> dict[str, Event]:
        """審査."""
        return {"school-aid": self.judge}

    def judge(self, values: Values) -> Answer:
        """An application of a parent."""
        known = ("ninteinendo", "kazeinendo", "hogoshaatenabango", "kijungaku", "shinseinengappi")
        said = asked(values, ["atenabango"], known)
        number, child = said["atenabango"], self.work.resident(said["atenabango"])
        pupils = self.work.known.of("017o901", number)
        if not pupils:
            raise Refused(f"017 told no pupil {number}")
        pupil, today = pupils[-1], self.work.today
        guardian = said.get("hogoshaatenabango") or same(pupil["hogoshaatenabango"]) or number
        year, limit = said.get("ninteinendo") or self.work.fiscal_year, amount(said, "kijungaku", 2_560_000)
        family = [same(row["atenabango"]) for row in self.work.known.household(child["setaibango"])]
        found = find(self.work, family or [number], said.get("kazeinendo") or self.work.tax_year)
        kind, cause, why = self._decide({number, guardian, *family}, found, limit)
        self._serial += 1
        row = {
            "ninteinendo": year,
            "atenabango": number,
            "shinseibango": f"{year}9{self._serial:010d}",
            "hogoshaatenabango": guardian,
            "gakkokodo": pupil["gakkokodo"],
            "gakunen": pupil["gakunen"] or "1",
            "shinseinengappi": said.get("shinseinengappi") or today,
            "ninteikubun": kind,
            "ninteijiyu": cause,
            "ninteinengappi": today if cause else "",
            "ninteikaishinengappi": today if cause else "",
            "shotokuhanteikubun": found.kind,
            "setaisoshotokukingakuto": str(found.total) if found.is_certain else "",
            "kijungaku": str(limit),
            "hininteiriyu": why,
            "seikatsuhogojukyufuragu": "1" if cause == "01" else "0",
            "jidofuyoteatejukyufuragu": "1" if cause == "05" else "0",
            "shiensochitaishofuragu": flag(self.work, number),
        }
        made = self.work.write(AID, row)
        request(self.work, number)
        return {"values": made}

    def _decide(self, family: set[str], found: Finding, limit: int) -> tuple[str, str, str]:
        """認定区分, 認定事由, and why not."""
        relief = [row for one in family for row in self.work.known.of(RELIEF, one) if not row["haishinengappi"]]
        if relief:
            return "1", "01", ""
        support = [row for one in family for row in self.work.known.of(SUPPORT, one) if row["shikyujokyo"] == "1"]
        if support:
            return "2", "05", ""
        if self.work.fault("school_aid_ignores_income"):
            return "2", "08" if found.is_certain else "09", ""
        if found.kind in {UNDECLARED, ASKED}:
            return "3", "", "所得が未申告又は照会中の方がいるため判定できない"
        if not found.is_taxed:
            return "2", "03", ""
        return ("2", "08", "") if found.total <= limit else ("3", "", "所得が基準を超える")
