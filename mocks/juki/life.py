"""What happens to people: each event writes the rows that the register of a real town would get."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from mocks.juki import name
from mocks.juki.item import LABELS
from mocks.juki.resident import (
    CONFIRMED,
    DEAD,
    ENDED,
    FOREIGNER,
    JAPANESE,
    LIVING,
    MOVED_OUT,
    PROVISIONAL,
    Protection,
    Resident,
    Values,
    kojinbango,
)
from mocks.jutogai.number import key, numbers

HEAD, WIFE, CHILD = ("01", "世帯主"), ("03", "妻"), ("06", "子")
FIRST_HOUSEHOLD = 50_000_000_000_001


@dataclass(slots=True, kw_only=True)
class Household:
    """People under one roof; the head comes first, or there is none (世帯主未設定)."""

    number: str
    members: list[Resident] = field(default_factory=list)
    persona: bool = False

    @property
    def living(self) -> list[Resident]:
        """Those who live here now."""
        return [one for one in self.members if one.living]


class Life:
    """The people of a town and the events that befall them, in the order in which they are called."""

    def __init__(self, rng: random.Random, municipality: str, reserved: set[str]) -> None:
        self.rng = rng
        self.municipality = municipality
        self.residents: dict[str, Resident] = {}
        self.households: list[Household] = []
        self.protections: list[Protection] = []
        self._reserved = {key(number) for number in reserved}
        self._numbers = numbers(1)
        self._household_numbers = numbers(FIRST_HOUSEHOLD)
        self._serial = 0

    # Numbers and values.

    def resident(self, number: str | None = None, persona: int | None = None) -> Resident:
        """Somebody without a row yet, under the next number or under a migrated one."""
        if number is None:
            number = next(one for one in self._numbers if key(one) not in self._reserved)
        made = Resident(number=number, persona=persona)
        self.residents[key(number)] = made
        return made

    def household(self, *, persona: bool = False) -> Household:
        """An empty household with its own 世帯番号."""
        made = Household(number=next(self._household_numbers), persona=persona)
        self.households.append(made)
        return made

    def next_kojinbango(self) -> str:
        """The next unused 個人番号 of the marked range."""
        self._serial += 1
        return kojinbango(self._serial)

    def address(self) -> Values:
        """Somewhere in town."""
        code, town, post = self.rng.choice(name.TOWNS)
        number = f"{name.wide(self.rng.randint(1, 30))}番{name.wide(self.rng.randint(1, 20))}号"
        values = {
            "住所_市区町村コード": self.municipality,
            "住所_町字コード": code,
            "住所_都道府県": name.PREFECTURE,
            "住所_市区郡町村名": name.CITY,
            "住所_町字": town,
            "住所_番地号表記": number,
            "住所_郵便番号": post,
            "住所_方書": "",
            "住所_方書_フリガナ": "",
        }
        if self.rng.random() < 0.4:
            room = name.wide(self.rng.randint(101, 909))
            values |= {"住所_方書": f"連携ハイツ{room}号", "住所_方書_フリガナ": f"レンケイハイツ{room}ゴウ"}
        return values

    def elsewhere(self, prefix: str) -> Values:
        """Somewhere out of town, as one of the other addresses of a row."""
        code, prefecture, city = self.rng.choice(name.ELSEWHERE)
        return {
            f"{prefix}_市区町村コード": code,
            f"{prefix}_都道府県": prefecture,
            f"{prefix}_市区郡町村名": city,
            f"{prefix}_町字": "中央一丁目",
            f"{prefix}_番地号表記": f"{name.wide(self.rng.randint(1, 50))}番地",
        }

    def birthday(self, at: date, youngest: int, oldest: int) -> str:
        """A day of birth that makes somebody so old at that time."""
        days = self.rng.randint(youngest * 365, oldest * 365)
        return (at - timedelta(days=days)).isoformat()

    def person(self, at: datetime, surname: tuple[str, str], sex: str, ages: tuple[int, int]) -> Values:
        """The values of a Japanese."""
        given = self.rng.choice(name.MEN if sex == "1" else name.WOMEN)
        return {
            "住民種別": JAPANESE,
            "氏名": f"{surname[0]}　{given[0]}",
            "氏名_フリガナ": f"{surname[1]}　{given[1]}",
            "性別": sex,
            "性別表記": "男" if sex == "1" else "女",
            "生年月日": self.birthday(at.date(), *ages),
            "生年月日_不詳フラグ": "0",
        }

    def foreigner(self, at: datetime, sex: str) -> Values:
        """The values of a foreign resident."""
        roman, kanji, code, country = self.rng.choice(name.FOREIGNERS)
        return {
            "住民種別": FOREIGNER,
            "氏名": kanji or roman,
            "氏名_外国人ローマ字": roman,
            "氏名_外国人漢字": kanji,
            "性別": sex,
            "性別表記": "男" if sex == "1" else "女",
            "生年月日": self.birthday(at.date(), 20, 60),
            "生年月日_不詳フラグ": "0",
            "国籍等_国名コード": code,
            "国籍名等": country,
            "在留資格等コード": "101",
            "第30条45規定区分": "01",
            "在留期間等コード_年": "05",
            "在留期間の満了の日": (at.date() + timedelta(days=1825)).isoformat(),
            "外国人住民となった年月日": at.date().isoformat(),
            "外国人住民となった年月日_不詳フラグ": "0",
        }

    def enter(self, at: datetime, home: Household, one: Resident, values: Values, reason: str) -> None:
        """The first row of somebody in a household."""
        relation = HEAD if not home.members else CHILD
        base = {
            "世帯番号": home.number,
            "住民状態": LIVING,
            "続柄コード1": relation[0],
            "続柄表記": relation[1],
            "住民となった年月日": at.date().isoformat(),
            "住民となった年月日_不詳フラグ": "0",
            "個人番号": self.next_kojinbango(),
        }
        home.members.append(one)
        one.record(at, reason, {**base, **values})

    # Events.

    def move_in(self, at: datetime) -> Household:
        """転入 of a household."""
        home, place, former = self.household(), self.address(), self.elsewhere("転入前住所")
        surname = self.rng.choice(name.SURNAMES)
        if self.rng.random() < 0.1:
            self.enter(at, home, self.resident(), {**self.foreigner(at, "1"), **place}, "国外転入等")
            return home
        common = {**place, **former}
        self.enter(at, home, self.resident(), {**self.person(at, surname, "1", (25, 70)), **common}, "国内転入")
        if self.rng.random() < 0.6:
            wife = {**self.person(at, surname, "2", (25, 70)), **common}
            wife |= {"続柄コード1": WIFE[0], "続柄表記": WIFE[1]}
            self.enter(at, home, self.resident(), wife, "国内転入")
        for _ in range(self.rng.choice((0, 0, 1, 1, 2))):
            child = {**self.person(at, surname, self.rng.choice("12"), (0, 17)), **common}
            self.enter(at, home, self.resident(), child, "国内転入")
        return home

    def move(self, at: datetime, home: Household) -> None:
        """転居 of a household."""
        place = self.address()
        for one in home.living:
            former = {f"転居前{label}": one.values.get(label, "") for label in place if f"転居前{label}" in LABELS}
            one.record(at, "転居", {**former, **place})

    def announce_move_out(self, at: datetime, one: Resident, days: int = 14) -> None:
        """転出届: the person stays a resident until the day."""
        planned = self.elsewhere("転出先住所（予定）")
        one.record(at, "国内転出", planned, on=at.date() + timedelta(days=days))

    def complete_move_out(self, at: datetime, one: Resident) -> None:
        """転入通知 has come: the confirmed destination is added, the planned one stays."""
        changes = {**self.elsewhere("転出先住所（確定）"), "住民状態": MOVED_OUT}
        changes |= {"消除の異動年月日": at.date().isoformat(), "消除の異動年月日_不詳フラグ": "0"}
        changes |= {"消除の届出年月日": at.date().isoformat(), "転入通知年月日": at.date().isoformat()}
        one.record(at, "国内転出", changes)

    def cancel(self, at: datetime, one: Resident) -> None:
        """The last event is cancelled: the state before it returns in a further row, nothing is erased."""
        before = one.rows[-2].values
        dropped = (label for label in one.values if label not in before and not label.startswith("異動"))
        returned = {label: value for label, value in before.items() if not label.startswith("異動")}
        one.record(at, "異動の取消し（修正）", {**dict.fromkeys(dropped, ""), **returned})

    def come_back(self, at: datetime, one: Resident) -> None:
        """再転入: the old 宛名番号 is kept."""
        gone = [label for label in one.values if label.startswith(("転出先住所", "消除の", "転入通知"))]
        changes = {**dict.fromkeys(gone, ""), **self.address(), **self.elsewhere("転入前住所"), "住民状態": LIVING}
        changes |= {"住民となった年月日": at.date().isoformat()}
        one.record(at, "国内転入", changes)

    def birth(self, at: datetime, home: Household, *, unnamed: bool = False) -> Resident:
        """出生: the first row comes without 個人番号, and maybe without a name."""
        head = home.living[0]
        surname = (head.values["氏名"].split("　")[0], head.values.get("氏名_フリガナ", "").split("　")[0])
        child = self.person(at, surname, self.rng.choice("12"), (0, 0))
        child["氏名_フリガナ"] = child["氏名_フリガナ"].strip("　")
        child |= {label: value for label, value in head.values.items() if label.startswith("住所_")}
        child |= {"個人番号": "", "生年月日": at.date().isoformat()}
        if unnamed:
            child |= {"氏名": "", "氏名_フリガナ": ""}
        one = self.resident()
        self.enter(at, home, one, child, "出生")
        return one

    def receive_kojinbango(self, at: datetime, one: Resident) -> None:
        """個人番号生成: a second row of the new-born."""
        one.record(at, "個人番号の職権記載", {"個人番号": self.next_kojinbango()})

    def death(self, at: datetime, one: Resident, notation: str = "") -> None:
        """死亡; the day may be known only roughly."""
        changes = {"住民状態": DEAD, "消除の届出年月日": at.date().isoformat()}
        changes |= {"消除の異動年月日": at.date().isoformat(), "消除の異動年月日_不詳フラグ": "0"}
        if notation:
            changes |= {"異動年月日_不詳フラグ": "1", "異動年月日_不詳表記": notation}
            changes |= {"消除の異動年月日_不詳フラグ": "1", "消除の異動年月日_不詳表記": notation}
        one.record(at, "死亡", changes)

    def succeed(self, at: datetime, home: Household) -> None:
        """世帯主変更 after the head has gone: the eldest living member becomes the head."""
        if not home.living or home.living[0].values.get("続柄コード1") == HEAD[0]:
            return
        head = min(home.living, key=lambda one: one.values["生年月日"])
        head.record(at, "世帯主変更", {"続柄コード1": HEAD[0], "続柄表記": HEAD[1]})

    def marry(self, at: datetime, home: Household, other: Household) -> None:
        """婚姻 of two heads: name, 世帯 and relationship of the one who moves change."""
        husband, wife = home.living[0], other.living[0]
        surname = husband.values["氏名"].split("　")
        own = wife.values["氏名"].split("　")
        kana = husband.values.get("氏名_フリガナ", "").split("　")
        own_kana = wife.values.get("氏名_フリガナ", "").split("　")
        place = {label: value for label, value in husband.values.items() if label.startswith("住所_")}
        changes = {
            **dict.fromkeys((label for label in wife.values if label.startswith("住所_")), ""),
            **place,
            "氏名": f"{surname[0]}　{own[-1]}",
            "氏名_フリガナ": f"{kana[0]}　{own_kana[-1]}".strip("　"),
            "世帯番号": home.number,
            "続柄コード1": WIFE[0],
            "続柄表記": WIFE[1],
        }
        wife.record(at, "世帯合併", changes)
        husband.record(at, "職権修正", {})
        other.members.remove(wife)
        home.members.append(wife)

    def naturalise(self, at: datetime, one: Resident, shimei: str, furigana: str) -> None:
        """帰化: the number stays, the foreign items go."""
        foreign = [label for label in one.values if label.startswith(("外国人", "国籍", "在留", "第30条", "氏名_外国"))]
        became = one.values.get("外国人住民となった年月日", at.date().isoformat())
        changes = {**dict.fromkeys(foreign, ""), "住民種別": JAPANESE, "氏名": shimei, "氏名_フリガナ": furigana}
        one.record(at, "職権記載（帰化等）", {**changes, "住民となった年月日": became})

    def change(self, at: datetime, one: Resident, reason: str, changes: Values) -> None:
        """Any other event, with the items that it changes."""
        one.record(at, reason, changes)

    # 支援措置.

    def protect(self, at: datetime, one: Resident, kind: str, start: date, end: date) -> None:
        """A decision on 支援措置: 仮, 本, 延長 (a period that starts the day after), 終了決定."""
        count = sum(1 for row in self.protections if row.number == one.number)
        made = Protection(number=one.number, rireki=count + 1, at=at, start=start, end=end, kind=kind)
        self.protections.append(made)

    def provisional(self, at: datetime, one: Resident) -> None:
        """仮支援措置."""
        self.protect(at, one, PROVISIONAL, at.date(), at.date() + timedelta(days=30))

    def confirmed(self, at: datetime, one: Resident, days: int = 364) -> None:
        """支援措置 for a year."""
        self.protect(at, one, CONFIRMED, at.date(), at.date() + timedelta(days=days))

    def extended(self, at: datetime, one: Resident) -> None:
        """延長: the next period starts the day after the end."""
        last = self._last(one)
        self.protect(at, one, CONFIRMED, last.end + timedelta(days=1), last.end + timedelta(days=365))

    def ended(self, at: datetime, one: Resident) -> None:
        """終了決定: only this ends the suppression."""
        last = self._last(one)
        self.protect(at, one, ENDED, last.start, min(last.end, at.date()))

    def _last(self, one: Resident) -> Protection:
        return [row for row in self.protections if row.number == one.number][-1]

    def ordinary(self) -> Iterator[Household]:
        """Households of people whose life is not scripted."""
        return (home for home in self.households if not home.persona and home.living)
