"""Ten years of a shard: households like Japan's, and the chances of every year.

Shares and hazards are rounded from what is common knowledge of Japan's households (国勢調査, 人口動態統計: sizes near 2.2,
three in ten over 65, seven births and twelve deaths a thousand); they shape test data and claim nothing else.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from renkei.town import name
from renkei.town.life import CHILD, HEAD, HUSBAND, PARENT, WIFE, Life
from renkei.town.person import FEMALE, FOREIGNER, MALE, Household, Person, Values

BEGIN, END = dt.date(2016, 4, 1), dt.date(2026, 4, 1)
SHARD_HOUSEHOLDS = 400
# Residents that a shard has at the end, by experience; how many shards a population needs follows from it.
SHARD_RESIDENTS = 850
FOREIGN_SHARE = 0.03
# Of the Japanese households that leave, how many leave the country.
EMIGRANTS = 0.03
# Kind of household, its share, and the ages of its head.
KINDS = (
    ("single", 0.10, (20, 35)), ("single", 0.10, (36, 64)), ("single", 0.16, (65, 92)),
    ("couple", 0.05, (24, 44)), ("couple", 0.06, (45, 64)), ("couple", 0.13, (65, 88)),
    ("family", 0.26, (26, 54)), ("parent", 0.08, (26, 56)), ("grown", 0.04, (58, 80)), ("three", 0.02, (35, 58)),
)  # fmt: skip
YEARLY = {"move": 0.035, "leave": 0.045, "leave_one": 0.012, "arrive": 0.052, "marry": 0.008, "return": 0.05}


@dataclass(frozen=True, slots=True, order=True)
class _Chance:
    """Something that happens to a household in a year."""

    at: dt.datetime
    order: int
    kind: str
    home: int


class History:
    """Plays one shard; what is known at which moment is read off the rows' times."""

    def __init__(self, *, seed: int, municipality: str, shard: int, households: int = SHARD_HOUSEHOLDS) -> None:
        self.rng = random.Random(f"renkei/town/{seed}/{municipality}/{shard}")
        self.life = Life(self.rng, municipality, shard)
        self._households = households

    def play(self) -> Life:
        """The whole of it: those who were there in the beginning, and ten years."""
        for _ in range(round(self._households * 0.93)):
            self._settle(self._moment(dt.date(1985, 4, 1), BEGIN))
        for year in range(BEGIN.year, END.year):
            self._year(dt.date(year, 4, 1))
        return self.life

    def _moment(self, start: dt.date, end: dt.date) -> dt.datetime:
        day = start + dt.timedelta(days=self.rng.randrange((end - start).days))
        while day.weekday() > 4:
            day = day - dt.timedelta(days=1) if day - dt.timedelta(days=1) >= start else day + dt.timedelta(days=2)
        seconds = self.rng.randrange(8 * 3600 - 1800)
        return dt.datetime.combine(day, dt.time(9)) + dt.timedelta(seconds=seconds)

    # Households.

    def _settle(self, at: dt.datetime) -> Household:
        """A household comes into the town; its ages are those of that day, in the beginning those of the beginning."""
        kind, _, ages = self.rng.choices(KINDS, weights=[kind[1] for kind in KINDS])[0]
        today = max(at.date(), BEGIN)
        home = self.life.household()
        if self.rng.random() < FOREIGN_SHARE and kind in ("single", "couple"):
            self._foreign(at, home, today)
            return home
        sex = FEMALE if kind == "parent" and self.rng.random() < 0.87 else MALE
        if kind == "single":
            sex = FEMALE if self.rng.random() < (0.62 if ages[0] >= 65 else 0.42) else MALE
        head = self.life.person(sex, self._born(today, *ages))
        came = self.life.from_elsewhere()
        self.life.enter(at, head, home, HEAD, "国内転入", came)
        if kind in ("couple", "family", "grown", "three"):
            self._partner(at, home, head, came)
        if kind in ("family", "parent", "grown", "three"):
            self._children(at, home, head, today, came, grown=kind == "grown")
        if kind == "three":
            mother = self.life.person(
                FEMALE, head.born - dt.timedelta(days=self.rng.randint(22, 32) * 365), head.surname
            )
            head.mother = mother
            self.life.enter(at, mother, home, PARENT[FEMALE], "国内転入", came)
        return home

    def _born(self, today: dt.date, youngest: int, oldest: int) -> dt.date:
        return today - dt.timedelta(days=self.rng.randint(youngest * 365, oldest * 365 + 364))

    def _partner(self, at: dt.datetime, home: Household, head: Person, came: Values) -> None:
        years = dt.timedelta(days=self.rng.randint(-2 * 365, 5 * 365))
        partner = self.life.person(FEMALE if head.sex == MALE else MALE, head.born + years, head.surname)
        head.spouse, partner.spouse = partner, head
        self.life.enter(at, partner, home, WIFE if partner.sex == FEMALE else HUSBAND, "国内転入", came)

    def _children(
        self, at: dt.datetime, home: Household, head: Person, today: dt.date, came: Values, *, grown: bool
    ) -> None:
        woman = next((one for one in (head, head.spouse) if one and one.sex == FEMALE), head)
        for _ in range(self.rng.choices((1, 2, 3, 4), weights=(42, 43, 12, 3))[0]):
            at_birth = self.rng.randint(20 * 365, 38 * 365)
            born = woman.born + dt.timedelta(days=at_birth)
            limit = today - dt.timedelta(days=30 * 365 if grown else 0)
            if born >= today or (not grown and (today - born).days > 24 * 365) or (grown and born < limit):
                continue
            sex = MALE if self.rng.random() < 0.513 else FEMALE
            child = self.life.person(sex, born, head.surname)
            child.mother = woman if woman.sex == FEMALE else None
            child.father = head if head.sex == MALE else head.spouse
            when = max(at, dt.datetime.combine(born + dt.timedelta(days=10), at.time()))
            self.life.enter(when, child, home, CHILD, "国内転入" if when == at else "出生", came if when == at else {})

    def _foreign(self, at: dt.datetime, home: Household, today: dt.date) -> None:
        roman, kanji, alias, kana, code, country, _ = name.pick(self.rng, "names", "foreigners")
        one = self.life.person(self.rng.choice((MALE, FEMALE)), self._born(today, 20, 45))
        one.foreign = True
        shown = ("02", alias) if alias else ("05", kanji) if kanji else ("04", roman)
        until = (today + dt.timedelta(days=self.rng.randint(365, 4 * 365))).isoformat()
        facts = {
            "juminshubetsu": FOREIGNER,
            "shimei": kanji or roman,
            "shimei_gaikokujinromaji": roman,
            "shimei_gaikokujinkanji": kanji,
            "tsusho": alias,
            "tsusho_furigana": kana,
            "shimeiyusenkubun": shown[0],
            "shimei_yusen": shown[1],
            "kokusekito_kokumeikodo": code,
            "kokusekimeito": country,
            "dai30jo45kiteikubun": "01",
            "zairyushikakutokodo": self.rng.choice(("R10", "T40", "N20", "E10")),
            "zairyukikantokodo_nen": "03",
            "zairyukikannomanryonohi": until,
        }
        self.life.enter(at, one, home, HEAD, "国外転入等", facts | name.abroad(self.rng, "tennyumaejusho"))

    # A year.

    def _year(self, start: dt.date) -> None:
        end = dt.date(start.year + 1, 4, 1)
        homes = [home for home in self.life.households if home.living and not home.scripted]
        chances: list[_Chance] = []
        for place, home in enumerate(homes):
            chances += [
                _Chance(self._moment(start, end), len(chances) + n, kind, place)
                for n, kind in enumerate(self._happenings(home, start))
            ]
        arrivals = sum(self.rng.random() < YEARLY["arrive"] for _ in range(self._households))
        chances += [_Chance(self._moment(start, end), 10**6 + n, "arrive", -1) for n in range(arrivals)]
        acts: dict[str, Callable[[dt.datetime, Household], None]] = {
            "move": self._move, "leave": self._leave, "leave_one": self._leave_one, "marry": self._marry,
            "birth": self._birth, "death": self._death,
        }  # fmt: skip
        for chance in sorted(chances):
            if chance.kind == "arrive":
                self._settle(chance.at)
            elif homes[chance.home].living:
                acts[chance.kind](chance.at, homes[chance.home])

    def _happenings(self, home: Household, start: dt.date) -> list[str]:
        head = home.living[0]
        young = 1.9 if head.age(start) < 40 else 0.45
        found = [kind for kind in ("move", "leave", "leave_one") if self.rng.random() < YEARLY[kind] * young]
        for one in home.living:
            age = one.age(start)
            if self.rng.random() < min(0.5, 0.00004 * math.exp(0.092 * age)):
                found.append("death")
            if one.sex == FEMALE and one.spouse in home.members and 20 <= age <= 44:
                found += ["birth"] * (self.rng.random() < (0.20 if age < 34 else 0.07))
        if len(home.living) == 1 and 22 <= head.age(start) <= 42 and head.sex == MALE:
            found += ["marry"] * (self.rng.random() < 0.07)
        return found

    def _move(self, at: dt.datetime, home: Household) -> None:
        self.life.move(at, home)

    def _leave(self, at: dt.datetime, home: Household) -> None:
        """A whole household announces and leaves; one in twenty later comes back, one in thirty calls it off."""
        day = at.date() + dt.timedelta(days=self.rng.randint(0, 14))
        head = home.living[0]
        country = self.rng.random() < 0.5 if head.foreign else head.chance("emigrates") >= EMIGRANTS
        leaving = home.living
        for one in leaving:
            self.life.announce_leaving(at, one, day, country=country)
        after = dt.datetime.combine(day, at.time())
        for one in leaving:
            if self.rng.random() < 0.03 and len(leaving) == 1:
                self.life.cancel_leaving(at + dt.timedelta(hours=2), one)
            else:
                self.life.leave(after, one, country=country)
        if self.rng.random() < YEARLY["return"] and after.date() < END - dt.timedelta(days=500):
            for one in leaving[:1]:
                if not one.resident:
                    self.life.come_back(after + dt.timedelta(days=self.rng.randint(200, 480)), one)

    def _leave_one(self, at: dt.datetime, home: Household) -> None:
        grown = [one for one in home.living[1:] if 18 <= one.age(at.date()) <= 30]
        if grown:
            self.life.announce_leaving(at, grown[0], at.date() + dt.timedelta(days=3))
            self.life.leave(at + dt.timedelta(days=3), grown[0])

    def _marry(self, at: dt.datetime, home: Household) -> None:
        man = home.living[0]
        alone = (
            other.living[0]
            for other in self.life.households
            if not other.scripted and len(other.living) == 1 and other is not home
        )
        brides = [one for one in alone if one.sex == FEMALE and 20 <= one.age(at.date()) <= 42 and not one.foreign]
        if brides and man.spouse is None and not man.foreign:
            self.life.marry(at, man, self.rng.choice(brides[:30]))

    def _birth(self, at: dt.datetime, home: Household) -> None:
        mothers = [one for one in home.living if one.sex == FEMALE and one.spouse in home.living and not one.foreign]
        if mothers and mothers[0].age(at.date()) < 46:
            self.life.birth(at, home, mothers[0])

    def _death(self, at: dt.datetime, home: Household) -> None:
        one = max(home.living, key=lambda member: (-member.born.toordinal(), member.number))
        self.life.death(at, one)
        self.life.succeed(at + dt.timedelta(hours=1), home)
