"""Births, deaths, marriages, divorces and stillbirths of the town: one fact each for 003, 019, 038 and 039.

Births, deaths and marriages are those of the history. A divorce is one of a parent who came to the town alone, so that it
changes nobody's address; a stillbirth is one of a woman who lives with her husband.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town.cells import within
from renkei.town.history import BEGIN
from renkei.town.life import HEAD, REASON, WIFE
from renkei.town.person import DEAD, FEMALE, FOREIGNER, MALE, Person, Row, Values
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, soon

BIRTH, DEATH, STILLBIRTH, MARRIAGE, DIVORCE = "1", "2", "3", "4", "5"
# 届出種別 of 戸籍 by the kind of event.
NOTICE = {BIRTH: "01", DEATH: "02", STILLBIRTH: "19", MARRIAGE: "03", DIVORCE: "04"}
# More stillbirths than in life, so that every block has one.
STILL, DIVORCED = 0.006, 0.3
PLACES = ("連携市立病院", "架け橋レディースクリニック", "自宅", "特別養護老人ホーム架け橋苑")
CAUSES = (
    ("01", "肺炎", "J189", 0.24), ("01", "胃癌", "C169", 0.30), ("01", "心不全", "I509", 0.20), ("01", "脳梗塞", "I639", 0.10),
    ("01", "老衰", "R54", 0.10), ("03", "転倒による頭部外傷", "W19", 0.03), ("12", "不詳", "R99", 0.03),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One notification: ``at`` when it was taken in, ``day`` on which it happened.

    ``one`` is the child, the deceased, the bride, the divorced parent or, of a stillbirth, the mother; ``row`` the row of
    001 that follows from it, None where nothing does; ``before`` the values until then. ``serial`` counts in the block.
    """

    kind: str
    serial: int
    at: dt.datetime
    day: dt.date
    one: Person
    values: Values
    before: Values | None = None
    row: Row | None = None
    mother: Person | None = None
    father: Person | None = None
    number: str = ""

    @property
    def case(self) -> str:
        """事件簿番号."""
        return f"{self.at.year}-{self.number[4:]}"


def events(shard: Shard) -> list[Event]:
    """The events of the shard since the town begins, in the order of their people."""
    found: list[Event] | None = shard.facts.get("vital")
    if found is None:
        drawn = [event for one in shard.people for event in _events(one)]
        if not shard.number:
            drawn += _certain(shard, {event.kind for event in drawn})
        found = shard.facts["vital"] = []
        for serial, event in enumerate(drawn, 1):
            found.append(_numbered(event, serial, f"{event.at.year}{shard.number:05d}{serial:05d}"))
    return found


def _certain(shard: Shard, kinds: set[str]) -> Iterator[Event]:
    """What is rare happens to somebody in every town: the first to whom it can."""
    for kind, make in ((STILLBIRTH, _stillbirths), (DIVORCE, _divorce)):
        if kind not in kinds:
            yield from itertools.islice((event for one in shard.people for event in make(one, 1.0)), 1)


def _numbered(event: Event, serial: int, number: str) -> Event:
    return Event(
        kind=event.kind, serial=serial, at=event.at, day=event.day, one=event.one, values=event.values,
        before=event.before, row=event.row, mother=event.mother, father=event.father, number=number,
    )  # fmt: skip


def _events(one: Person) -> Iterator[Event]:
    before: Values | None = None
    for row in one.rows:
        values, reason = row.values, row.values["idojiyu"]
        if row.at.date() >= BEGIN and row.at <= LIMIT:
            # The register of families is written first and tells 001, within minutes.
            at = row.at - dt.timedelta(minutes=20)
            if before is None and reason == REASON["出生"]:
                yield Event(
                    kind=BIRTH, serial=0, at=at, day=one.born, one=one, values=values, row=row,
                    mother=one.mother, father=one.father,
                )  # fmt: skip
            elif values["juminjotai"] == DEAD and before is not None and before["juminjotai"] != DEAD:
                yield Event(kind=DEATH, serial=0, at=at, day=one.died, one=one, values=before, before=before, row=row)
            elif before is not None and _weds(one, before, values):
                yield Event(
                    kind=MARRIAGE, serial=0, at=at, day=at.date(), one=one, values=values, before=before, row=row,
                    father=one.spouse,
                )  # fmt: skip
        before = values
    yield from _stillbirths(one, STILL)
    yield from _divorce(one, DIVORCED)


def _weds(one: Person, before: Values, values: Values) -> bool:
    """A 転居 by which a woman who was alone comes to be somebody's wife."""
    return (
        one.sex == FEMALE
        and one.spouse is not None
        and values["idojiyu"] == REASON["転居"]
        and before["tsuzukigarakodo1"] == HEAD[0]
        and values["tsuzukigarakodo1"] == WIFE[0]
    )


def _stillbirths(one: Person, likely: float) -> Iterator[Event]:
    if one.sex != FEMALE or one.spouse is None or one.foreign or one.persona:
        return
    for year in range(BEGIN.year, 2026):
        if one.chance(f"still/{year}") >= likely or not 20 <= one.age(dt.date(year, 1, 1)) <= 43:
            continue
        day = dt.date(year, 1, 10) + dt.timedelta(days=int(one.chance(f"still/{year}/day") * 340))
        at = soon(one, day + dt.timedelta(days=3), "still")
        values = one.on(day)
        if day >= BEGIN and values and values["tsuzukigarakodo1"] == WIFE[0] and within(one, at):
            yield Event(
                kind=STILLBIRTH, serial=0, at=at, day=day, one=one, values=values, mother=one, father=one.spouse
            )


def _divorce(one: Person, likely: float) -> Iterator[Event]:
    home = one.home
    if home is None or home.scripted or one.spouse is not None or one.foreign or one.chance("divorce") >= likely:
        return
    parent = any(one in (child.mother, child.father) for child in home.members)
    if not parent or not 24 <= one.age(one.rows[0].at.date()) <= 50:
        return
    came = max(one.rows[0].at.date(), BEGIN)
    day = came + dt.timedelta(days=60 + int(one.chance("divorce/day") * 500))
    at = soon(one, day, "divorce")
    values = one.on(day)
    if values and values["juminshubetsu"] != FOREIGNER and at < LIMIT and within(one, at):
        yield Event(kind=DIVORCE, serial=0, at=at, day=day, one=one, values=values, mother=one)


def cause(one: Person) -> tuple[str, str, str]:
    """死因の種類, 直接死因 and 原死因コード of somebody."""
    drawn = one.chance("cause")
    for kind, name, code, share in CAUSES:
        drawn -= share
        if drawn < 0:
            return kind, name, code
    return CAUSES[0][:3]


def place(one: Person) -> tuple[str, str]:
    """Where somebody died: code and name."""
    drawn = one.chance("deathbed")
    return ("1", PLACES[0]) if drawn < 0.66 else ("6", PLACES[2]) if drawn < 0.85 else ("5", PLACES[3])


def hour(one: Person, topic: str) -> str:
    """A time of day."""
    minutes = int(one.chance(f"hour/{topic}") * 1440)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def couple(event: Event) -> tuple[dt.date, dt.date]:
    """Dates of birth of husband and wife; of a divorced one the other lives elsewhere and is no number of ours."""
    one = event.one
    other = event.father.born if event.father else one.born + dt.timedelta(days=int(one.chance("other") * 2000) - 700)
    return (one.born, other) if one.sex == MALE else (other, one.born)


def together(event: Event) -> tuple[dt.date, dt.date]:
    """Months in which husband and wife began and ceased to live together (of a marriage: only began)."""
    if event.kind == MARRIAGE:
        return event.day, event.day
    came = event.one.rows[0].at.date()
    return came - dt.timedelta(days=2000 + int(event.one.chance("wed") * 2500)), came - dt.timedelta(days=20)
