"""選挙: the elections, who is on the roll, who votes where and how; the same facts for 005 to 009 and the supplement.

On the roll is who is a Japanese of eighteen (twenty before 2016-06-19) and has lived in the town for three months on a day
of registration: the first of March, June, September and December, and the eve of an election.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town import name
from renkei.town.person import DEAD, JAPANESE, LIVING, Person, Row
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, anniversary, soon

EIGHTEEN = dt.date(2016, 6, 19)
REGULAR, AT_ELECTION = "1", "2"
EARLY, ABSENTEE, ON_DAY, NONE = "early", "absentee", "day", ""
EARLY_STATION = "901"
OVERSEAS = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Election:
    """One election: ``base`` is the day of registration for it; ``rolled`` tells that its roll is still kept."""

    id: str
    kind: str
    name: str
    seats: int
    notice: dt.date
    day: dt.date
    rolled: bool = False
    unopposed: bool = False

    @property
    def base(self) -> dt.date:
        """選挙時登録の基準日: the day before the notice."""
        return self.notice - dt.timedelta(days=1)

    @property
    def national(self) -> bool:
        """Whether who moved away within four months may still vote."""
        return self.kind in ("01", "04")


def _election(
    day: str, kind: str, called: str, seats: int, before: int, *, rolled: bool = False, unopposed: bool = False
) -> Election:
    at = dt.date.fromisoformat(day)
    return Election(
        id=f"{at:%Y%m%d}{kind}", kind=kind, name=called, seats=seats, notice=at - dt.timedelta(days=before), day=at,
        rolled=rolled, unopposed=unopposed,
    )  # fmt: skip


ELECTIONS = (
    _election("2016-07-10", "04", "参議院議員通常選挙", 1, 18), _election("2017-10-22", "01", "衆議院議員総選挙", 1, 12),
    _election("2018-03-18", "07", "連携市長選挙", 1, 7), _election("2019-04-21", "08", "連携市議会議員選挙", 24, 7),
    _election("2019-07-21", "04", "参議院議員通常選挙", 1, 17), _election("2021-10-31", "01", "衆議院議員総選挙", 1, 12),
    _election("2022-03-20", "07", "連携市長選挙", 1, 7, unopposed=True), _election("2022-07-10", "04", "参議院議員通常選挙", 1, 18),
    _election("2023-04-23", "08", "連携市議会議員選挙", 24, 7), _election("2024-10-27", "01", "衆議院議員総選挙", 1, 12),
    _election("2025-07-20", "04", "参議院議員通常選挙", 1, 17, rolled=True),
    _election("2026-03-15", "07", "連携市長選挙", 1, 7, rolled=True),
)  # fmt: skip
ROLLED = tuple(one for one in ELECTIONS if one.rolled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voter:
    """Somebody on the roll from ``registered`` on; ``left`` is when and ``erased`` when and why the name was struck."""

    one: Person
    registered: dt.datetime
    kind: str
    left: dt.datetime | None = None
    erased: dt.datetime | None = None
    why: str = ""
    again: bool = False

    @property
    def number(self) -> str:
        """選挙人名簿番号."""
        return self.one.number.zfill(15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overseas:
    """Somebody on the roll of voters abroad: since when, and the row of leaving the country."""

    one: Person
    registered: dt.datetime
    row: Row

    @property
    def number(self) -> str:
        """在外選挙人証番号."""
        return f"99{self.one.number.zfill(15)[4:14]}"


@functools.cache
def _days() -> tuple[tuple[dt.date, str], ...]:
    """The days of registration since 1985."""
    found = [(dt.date(year, month, 1), REGULAR) for year in range(1985, 2027) for month in (3, 6, 9, 12)]
    found += [(one.base, AT_ELECTION) for one in ELECTIONS]
    return tuple(sorted(day for day in found if day[0] <= LIMIT.date()))


def voters(shard: Shard) -> list[Voter]:
    """Everybody who is or was on the roll; who came back after being struck is on it again."""
    found: list[Voter] | None = shard.facts.get("voters")
    if found is None:
        found = shard.facts["voters"] = [voter for one in shard.people for voter in _turns(one)]
    return found


def _turns(one: Person) -> Iterator[Voter]:
    """The times of one person on the roll."""
    since: dt.date | None = None
    again = False
    japanese = next((row for row in one.rows if row.values["juminshubetsu"] == JAPANESE), None)
    if japanese is None:
        return
    for row in one.rows:
        living = row.values["juminjotai"] == LIVING
        if living and since is None:
            since = row.at.date()
        elif not living and since is not None:
            found = _first(one, since, row.at, japanese)
            if found is not None:
                yield _ended(one, found, row, again=again)
                again = True
            since = None
    if since is not None:
        found = _first(one, since, dt.datetime.max, japanese)
        if found is not None:
            yield Voter(one=one, registered=found[0], kind=found[1], again=again)


def _first(one: Person, since: dt.date, until: dt.datetime, japanese: Row) -> tuple[dt.datetime, str] | None:
    """The first day of registration on which somebody is old enough and has lived here for three months."""
    grown = anniversary(one.born, 18)
    if grown < EIGHTEEN:
        grown = min(anniversary(one.born, 20), EIGHTEEN)
    ripe = max(grown, since + dt.timedelta(days=92), japanese.at.date())
    for day, kind in _days():
        if day >= ripe:
            at = soon(one, day, f"roll/{day}")
            return (at, kind) if at < until and at <= LIMIT else None
    return None


def _ended(one: Person, found: tuple[dt.datetime, str], row: Row, *, again: bool) -> Voter:
    """Struck at once by death, four months after moving away; back before then the name stays."""
    at, kind = found
    if row.values["juminjotai"] == DEAD:
        return Voter(one=one, registered=at, kind=kind, erased=row.at + dt.timedelta(hours=1), why="01", again=again)
    struck = soon(one, row.at.date() + dt.timedelta(days=123), "struck")
    return Voter(
        one=one, registered=at, kind=kind, left=row.at + dt.timedelta(hours=1), erased=struck, why="02", again=again
    )


def roll(shard: Shard, election: Election) -> list[Voter]:
    """Who is on the roll of an election."""
    found: list[Voter] | None = shard.facts.get(f"roll/{election.id}")
    if found is None:
        at = dt.datetime.combine(election.base, dt.time(18))
        found = shard.facts[f"roll/{election.id}"] = [
            voter for voter in voters(shard) if voter.registered <= at and (voter.erased is None or voter.erased > at)
        ]
    return found


def away(voter: Voter, election: Election) -> bool:
    """Whether a voter had moved away when the roll was made."""
    return voter.left is not None and voter.left <= dt.datetime.combine(election.base, dt.time(18))


def may_vote(voter: Voter, election: Election) -> bool:
    """Who moved away votes in national elections only."""
    return election.national or not away(voter, election)


def way(voter: Voter, election: Election) -> str:
    """How somebody votes: early, as an absentee, on the day or not at all; older people vote more."""
    dies = voter.why == "01" and voter.erased is not None and voter.erased.date() <= election.day
    if dies or not may_vote(voter, election):
        return NONE
    one = voter.one
    drawn = one.chance(f"vote/{election.id}")
    share = 0.35 + min(one.age(election.day), 75) / 200
    early = 0.35 * share
    if away(voter, election):
        return ABSENTEE if drawn < 0.2 else NONE
    return EARLY if drawn < early else ABSENTEE if drawn < early + 0.02 else ON_DAY if drawn < share else NONE


@functools.cache
def district(code: str) -> str:
    """投票区 of a 町字: those that begin alike belong together."""
    towns = sorted({town[0][:4] for town in name.table("places")["towns"]} - {"0000"})
    return f"{towns.index(code[:4]) + 1:03d}" if code[:4] in towns else "001"


def abroad(shard: Shard) -> dict[str, Overseas]:
    """Voters abroad by 宛名番号: grown Japanese who left the country and asked at their departure."""
    found: dict[str, Overseas] | None = shard.facts.get("overseas")
    if found is None:
        found = shard.facts["overseas"] = {}
        for one in shard.people:
            row = one.rows[-1]
            country = row.values.get("tenshutsusakijusho_kakutei_kokumeikodo")
            if not country or row.values["juminshubetsu"] != JAPANESE or one.age(row.at.date()) < 18:
                continue
            registered = soon(one, row.at.date() + dt.timedelta(days=45), "overseas")
            # In every town somebody asked.
            asked = one.chance("overseas") < OVERSEAS or not (found or shard.number)
            if asked and registered <= LIMIT:
                found[one.number] = Overseas(one=one, registered=registered, row=row)
    return found
