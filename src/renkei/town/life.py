"""What happens to people: each event writes the rows that the register of a real municipality would get."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable

from renkei.town import name, number
from renkei.town.person import (
    DEAD,
    FEMALE,
    FOREIGNER,
    JAPANESE,
    LIVING,
    MALE,
    MOVED_OUT,
    Household,
    Outsider,
    Person,
    Protection,
    Values,
)

HEAD, HUSBAND, WIFE, CHILD = ("01", "世帯主"), ("02", "夫"), ("03", "妻"), ("06", "子")
PARENT = {MALE: ("07", "父"), FEMALE: ("08", "母")}
OTHER, LODGER = ("13", "縁故者"), ("14", "同居人")
# 異動事由; the official values are not at hand, these are those of contracts/codes/idojiyu.csv.
REASON = {
    "国内転入": "01", "国外転入等": "02", "出生": "03", "職権記載（帰化等）": "04", "職権記載": "06",
    "異動の取消し（増）": "09", "国内転出": "10", "国外転出": "11", "死亡": "12", "職権消除": "15",
    "異動の取消し（減）": "18", "転居": "19", "職権修正": "21", "個人番号の職権記載": "25", "世帯分離": "28",
    "世帯合併": "29", "世帯変更": "30", "世帯主変更": "31", "旧氏の記載": "32", "通称の記載": "35",
    "異動の取消し（修正）": "37",
}  # fmt: skip


class Life:
    """The people of one shard of the town and the events that befall them, in the order in which they are called."""

    def __init__(self, rng: random.Random, municipality: str, shard: int) -> None:
        self.rng = rng
        self.municipality = municipality
        self.people: list[Person] = []
        self.households: list[Household] = []
        self.outsiders: list[Outsider] = []
        self.lifts: list[tuple[dt.datetime, Person]] = []
        self._numbers = number.block(shard)
        self._homes = number.block(shard, number.FIRST_HOUSEHOLD)
        self._strangers = number.block(shard, number.FIRST_OUTSIDER)
        self._serial = shard * number.BLOCK

    # Making people and households.

    def kojinbango(self) -> str:
        """The next unused 個人番号 of the shard's block."""
        self._serial += 1
        return number.kojinbango(self._serial)

    def person(
        self,
        sex: str,
        born: dt.date,
        surname: tuple[str, str] | None = None,
        given: tuple[str, str] | None = None,
        own: str = "",
    ) -> Person:
        """Somebody without a row yet, under a migrated number or the next one."""
        made = Person(
            number=own or next(self._numbers),
            kojinbango=self.kojinbango(),
            sex=sex,
            born=born,
            surname=surname or name.surname(self.rng),
            given=given or name.given(self.rng, sex),
        )
        self.people.append(made)
        return made

    def household(self, address: Values | None = None, *, scripted: bool = False) -> Household:
        """An empty household with its own 世帯番号."""
        made = Household(
            number=next(self._homes),
            address=address or name.address(self.rng, self.municipality),
            scripted=scripted,
        )
        self.households.append(made)
        return made

    # Rows.

    def record(
        self, at: dt.datetime, one: Person, reason: str, changes: Values | None = None, on: dt.date | None = None
    ) -> None:
        """A row of the event: its reason, its day and the day of notification, and what it changes."""
        day = on or at.date()
        values = {
            "idojiyu": REASON[reason],
            "idonengappi": day.isoformat(),
            "idonengappi_fushofuragu": "0",
            "idonengappi_fushohyoki": "",
            "idotodokedenengappi": at.date().isoformat(),
        }
        one.add(at, values | (changes or {}))

    def named(self, one: Person) -> Values:
        """The name block of a Japanese."""
        full, kana = f"{one.surname[0]}　{one.given[0]}", f"{one.surname[1]}　{one.given[1]}"
        return {"shimei": full, "shimei_furigana": kana, "shimeiyusenkubun": "01", "shimei_yusen": full}

    def enter(
        self,
        at: dt.datetime,
        one: Person,
        home: Household,
        relation: tuple[str, str],
        reason: str,
        changes: Values | None = None,
    ) -> None:
        """The first row of somebody: a member of the household from now on."""
        one.home = home
        home.members.append(one)
        first = {
            "juminshubetsu": FOREIGNER if one.foreign else JAPANESE,
            "juminjotai": LIVING,
            "setaibango": home.number,
            "seibetsu": one.sex,
            "seibetsuhyoki": "男" if one.sex == MALE else "女",
            "seinengappi": one.born.isoformat(),
            "seinengappi_fushofuragu": "0",
            "kojinbango": one.kojinbango,
            **({} if one.foreign else self.named(one)),
            **home.address,
            **_related(relation),
            **self._since("gaikokujinjumintonattanengappi" if one.foreign else "jumintonattanengappi", at.date()),
        }
        self.record(at, one, reason, first | (changes or {}))

    def _since(self, item: str, day: dt.date) -> Values:
        return {item: day.isoformat(), f"{item}_fushofuragu": "0"}

    def from_elsewhere(self) -> Values:
        """転入前住所."""
        return name.elsewhere(self.rng, "tennyumaejusho")

    def move(self, at: dt.datetime, home: Household, members: Iterable[Person] | None = None) -> None:
        """転居 of a household to another address of the town."""
        address = name.address(self.rng, self.municipality)
        home.address = address
        for one in members or home.living:
            before = name.moved(one.values, "tenkyomaejusho")
            self.record(at, one, "転居", before | address)

    def announce_leaving(self, at: dt.datetime, one: Person, day: dt.date, *, country: bool = True) -> None:
        """転出届: the person is a resident until the day; the destination is planned."""
        block = "tenshutsusakijusho_yotei"
        planned = name.elsewhere(self.rng, block) if country else name.abroad(self.rng, block)
        self.record(at, one, "国内転出" if country else "国外転出", planned, on=day)

    def leave(self, at: dt.datetime, one: Person, *, country: bool = True) -> None:
        """転出 on its day, confirmed by 転入通知; the planned destination stays as it was (4.1.3.1.1)."""
        day = at.date().isoformat()
        values = one.values
        parts = {
            key.replace("yotei", "kakutei"): cell for key, cell in values.items() if "tenshutsusakijusho_yotei" in key
        }
        gone = {
            "juminjotai": MOVED_OUT,
            "shojonoidonengappi": day,
            "shojonoidonengappi_fushofuragu": "0",
            "shojonotodokedenengappi": values["idotodokedenengappi"],
            **({"tennyutsuchinengappi": day} if country else {}),
            **name.moved(values, "saishutorokujusho"),
        }
        self.record(at, one, "国内転出" if country else "国外転出", parts | gone)

    def cancel_leaving(self, at: dt.datetime, one: Person) -> None:
        """転出取消: a row more; the state is as before and both events stay (4.6)."""
        blocks = [key for key in one.values if key.startswith("tenshutsusakijusho_")]
        self.record(at, one, "異動の取消し（修正）", dict.fromkeys(blocks, ""))

    def come_back(self, at: dt.datetime, one: Person) -> None:
        """再転入 under the old 宛名番号 (4.1.1.2)."""
        home = self.household()
        one.home = home
        home.members.append(one)
        blocks = [key for key in one.values if key.startswith(("tenshutsusakijusho_", "saishutorokujusho_", "shojono"))]
        again = {
            **dict.fromkeys(blocks, ""),
            "tennyutsuchinengappi": "",
            "juminjotai": LIVING,
            "setaibango": home.number,
            **home.address,
            **_related(HEAD),
            **self.from_elsewhere(),
            **self._since("gaikokujinjumintonattanengappi" if one.foreign else "jumintonattanengappi", at.date()),
        }
        self.record(at, one, "国内転入", again)

    def birth(self, at: dt.datetime, home: Household, mother: Person, *, unnamed: bool = False) -> Person:
        """A child is born; the 個人番号 comes with a row of its own."""
        sex = MALE if self.rng.random() < 0.513 else FEMALE
        born = at.date() - dt.timedelta(days=self.rng.randint(1, 13))
        father = mother.spouse if mother.spouse in home.members else None
        child = self.person(sex, born, (father or mother).surname)
        child.mother, child.father = mother, father
        head = home.living[0]
        changes: Values = {"kojinbango": "", "idonengappi": born.isoformat()}
        if unnamed:
            changes |= {"shimei": "", "shimei_furigana": "", "shimei_yusen": ""}
        self.enter(at, child, home, relation_to(head, child), "出生", changes)
        child.rows[-1].values.update(self._since("jumintonattanengappi", born))
        self.record(at + dt.timedelta(days=4), child, "個人番号の職権記載", {"kojinbango": child.kojinbango})
        return child

    def death(self, at: dt.datetime, one: Person, unknown: str = "") -> None:
        """死亡; the day may be unknown (``unknown`` is then the 不詳表記)."""
        one.died = at.date() - dt.timedelta(days=min(2, self.rng.randint(0, 6)))
        gone = {
            "juminjotai": DEAD,
            "shojonoidonengappi": one.died.isoformat(),
            "shojonoidonengappi_fushofuragu": "1" if unknown else "0",
            "shojonoidonengappi_fushohyoki": unknown,
            "shojonotodokedenengappi": at.date().isoformat(),
            **name.moved(one.values, "saishutorokujusho"),
        }
        if unknown:
            gone |= {"idonengappi_fushofuragu": "1", "idonengappi_fushohyoki": unknown}
        self.record(at, one, "死亡", gone, on=one.died)

    def succeed(self, at: dt.datetime, home: Household) -> None:
        """Another 世帯主 after the last one has gone: the eldest adult, and everybody's 続柄 by that person."""
        living = home.living
        if not living or home.headless or living[0].values["tsuzukigarakodo1"] == HEAD[0]:
            return
        head = min(living, key=lambda one: (one.age(at.date()) < 15, one.born))
        home.members.remove(head)
        home.members.insert(0, head)
        for one in home.living:
            relation = HEAD if one is head else relation_to(head, one)
            self.record(at, one, "世帯主変更", _related(relation))

    def marry(self, at: dt.datetime, man: Person, woman: Person) -> None:
        """婚姻: she takes his name (旧氏 on request) and joins his household."""
        home = man.home
        assert home is not None
        former = woman.surname
        man.spouse, woman.spouse = woman, man
        woman.surname = man.surname
        if woman.home is not None:
            woman.home.members.remove(woman)
        woman.home = home
        home.members.append(woman)
        before = name.moved(woman.values, "tenkyomaejusho")
        joined = {**before, **home.address, "setaibango": home.number, **_related(WIFE)}
        if not woman.foreign:
            joined |= self.named(woman)
            if woman.chance("kyuuji") < 0.15:
                joined |= {"kyuuji": former[0], "kyuuji_furigana": former[1]}
        self.record(at, woman, "転居", joined)

    def protect(self, at: dt.datetime, people: Iterable[Person], begin: dt.date, end: dt.date, kind: str = "1") -> None:
        """A decision on 支援措置 for a person and those protected together."""
        for one in people:
            one.protections.append(Protection(at=at, begin=begin, end=end, kind=kind))

    def outsider(self, at: dt.datetime, values: Values, uses: tuple[str, ...], own: str = "") -> Outsider:
        """A 住登外者 numbered by 031, or one who keeps a number of 001 (番号引継)."""
        made = Outsider(number=own or next(self._strangers), values=values, at=at, uses=uses)
        self.outsiders.append(made)
        return made


def relation_to(head: Person, one: Person) -> tuple[str, str]:
    """The 続柄 by the legal words (1.1.11): spouse, child, parent; other kin are 縁故者."""
    if one.spouse is head:
        return HUSBAND if one.sex == MALE else WIFE
    if head in (one.mother, one.father):
        return CHILD
    if one in (head.mother, head.father):
        return PARENT[one.sex]
    return OTHER


def _related(relation: tuple[str, str]) -> Values:
    return {
        "tsuzukigarakodo1": relation[0],
        "tsuzukigarakodo2": "",
        "tsuzukigarakodo3": "",
        "tsuzukigarakodo4": "",
        "tsuzukigarahyoki": relation[1],
    }
