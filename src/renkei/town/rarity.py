"""What is rare happens to somebody in every town, however small: a family that bears away from home, a voter
abroad, a child at school whose household is on public assistance.

They come after everybody else, so that nobody's number depends on them. What would be drawn about them is given
(``Person.drawn``); all else follows from the rules of the data sets, as for anybody.
"""

from __future__ import annotations

import datetime as dt
import random

from renkei.town import name
from renkei.town.life import HEAD, WIFE, Life, relation_to
from renkei.town.person import FEMALE, MALE

ARRIVED = dt.datetime(2019, 4, 2, 11)
BORN = (dt.datetime(2023, 6, 20, 10, 30), dt.datetime(2025, 5, 20, 14, 30))
LEFT = dt.datetime(2021, 2, 16, 10)
# Draws by their topic. She bears at her parents' and asks for refunds, is sent to a closer look before and after birth,
# and asks for postnatal care; he earns what is taxed; the child is at a nursery; the voter votes at a consulate.
MOTHER = {"away": 0.0, "dental": 0.0, "closer": 0.0, "after": 0.5, "low": 0.0, "care": 0.15}
FATHER = {"work": 0.1, "level": 0.6}
CHILD = {"nursery": 0.1}
# Her household is on public assistance while her child is at school.
RELIEVED = {"assistance": 0.0}
VOTER = {"overseas": 0.0, "vote": 0.3}


def enter(life: Life) -> None:
    """All of them, by a source of chance of their own."""
    common, life.rng = life.rng, random.Random(f"renkei/town/rarity/{life.municipality}")
    _family(life)
    _voter(life)
    _patient(life)
    _relieved(life)
    life.rng = common


def _family(life: Life) -> None:
    home = life.household(scripted=True)
    came = life.from_elsewhere()
    father = life.person(MALE, dt.date(1990, 2, 14), ("里帰", "サトガエリ"), ("直", "ナオ"))
    mother = life.person(FEMALE, dt.date(1992, 8, 3), father.surname, ("産子", "ウブコ"))
    father.spouse, mother.spouse = mother, father
    father.drawn, mother.drawn = FATHER, MOTHER
    life.enter(ARRIVED, father, home, HEAD, "国内転入", came)
    life.enter(ARRIVED, mother, home, WIFE, "国内転入", came)
    for at in BORN:
        life.birth(at, home, mother).drawn = CHILD


def _voter(life: Life) -> None:
    one = life.person(MALE, dt.date(1985, 10, 9), ("在外", "ザイガイ"), ("票", "ヒョウ"))
    one.drawn = VOTER
    life.enter(ARRIVED, one, life.household(scripted=True), HEAD, "国内転入", life.from_elsewhere())
    life.announce_leaving(LEFT, one, LEFT.date() + dt.timedelta(days=14), country=False)
    life.leave(LEFT + dt.timedelta(days=14), one, country=False)


def _patient(life: Life) -> None:
    """A 住登外者 of 健康管理 who moves in the weeks of the deltas."""
    values = {
        "shimei": "里親　宿", "shimei_furigana": "サトオヤ　ヤド", "seibetsu": FEMALE, "seinengappi": "1994-04-24",
        "seinengappi_fushofuragu": "0", **name.elsewhere(life.rng, "jusho"),
    }  # fmt: skip
    life.outsider(dt.datetime(2021, 11, 4, 10), values, ("019",)).moves = True


def _relieved(life: Life) -> None:
    """A mother on public assistance with a child at school."""
    home, came = life.household(scripted=True), life.from_elsewhere()
    mother = life.person(FEMALE, dt.date(1988, 5, 17), ("学用", "ガクヨウ"), ("援", "エン"))
    child = life.person(MALE, dt.date(2014, 9, 26), mother.surname, ("就", "シュウ"))
    mother.drawn, child.mother = RELIEVED, mother
    life.enter(ARRIVED, mother, home, HEAD, "国内転入", came)
    life.enter(ARRIVED, child, home, relation_to(mother, child), "国内転入", came)
