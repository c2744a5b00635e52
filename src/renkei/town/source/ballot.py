"""007 期日前・不在者投票 and 008 当日投票: who was received where and when, and what it comes to by station."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town import voter
from renkei.town.cells import address
from renkei.town.dataset import Chain, Line, Tables, Tally, source, total
from renkei.town.person import FEMALE, MALE, Values
from renkei.town.shard import Shard
from renkei.town.voter import Election, Voter

# What is told of turnout on the day, and when.
REPORTS = (dt.time(10), dt.time(14), dt.time(20))
CAME_AGAIN = 0.01
LINKAGE = "008o902"


def _voters(shard: Shard, way: str) -> Iterator[tuple[Election, Voter]]:
    for election in voter.ROLLED:
        for turn in voter.roll(shard, election):
            if voter.way(turn, election) == way:
                yield election, turn


def district(turn: Voter, election: Election) -> str:
    """The district in which somebody is on the roll of an election."""
    day = (turn.left - dt.timedelta(days=1)).date() if voter.away(turn, election) and turn.left else election.base
    values = turn.one.on(day) or turn.one.rows[0].values
    return voter.district(values.get("jusho_choazakodo", ""))


def _who(turn: Voter, election: Election) -> Values:
    return {
        "senkyoid": election.id, "atenabango": turn.one.number, "senkyoninmeibobango": turn.number,
        "tohyokukodo": district(turn, election),
    }  # fmt: skip


@source("007o901")
def early(shard: Shard) -> Iterator[Chain]:
    """Early votes at the town hall; one in two hundred is taken back and received again."""
    for election, turn in _voters(shard, voter.EARLY):
        one = turn.one
        days = (election.day - election.notice).days - 1
        day = election.notice + dt.timedelta(days=1 + int(one.chance(f"early/{election.id}") * days))
        at = dt.datetime.combine(day, dt.time(8, 30)) + dt.timedelta(seconds=int(one.chance("early") * 40_000))
        values = {
            **_who(turn, election), "tohyojokodo": voter.EARLY_STATION, "kijitsumaetohyojiyu": "1" if one.chance("why") < 0.7 else "2",
            "uketsukenengappi": day.isoformat(), "uketsukejikoku": at.strftime("%H:%M:%S"), "tohyoyoshikofufuragu": "1",
            "tohyokekkakubun": "1", "tohyozumifuragu": "1", "senseishofuragu": "1", "dairitohyofuragu": "0", "tenjitohyofuragu": "0",
            "uketsuketorikeshifuragu": "0", "tanmatsubango": f"PC{1 + int(one.chance('desk') * 4):02d}",
        }  # fmt: skip
        chain = [Line(at, values)]
        if one.chance("taken/back") < 0.005:
            back = at + dt.timedelta(minutes=2)
            mistaken = {
                "uketsuketorikeshifuragu": "1", "uketsuketorikeshijikoku": back.strftime("%H:%M:%S"), "tohyokekkakubun": "2",
                "tohyozumifuragu": "0",
            }  # fmt: skip
            again = back + dt.timedelta(minutes=3)
            chain += [
                Line(back, values | mistaken),
                Line(again, values | {"uketsukejikoku": again.strftime("%H:%M:%S")}),
            ]
        yield chain


@source("007o902")
def absentees(shard: Shard) -> Iterator[Chain]:
    """Votes of absentees: asked for, sent out, accepted; some are sent back unused."""
    for election, turn in _voters(shard, voter.ABSENTEE):
        one = turn.one
        moved = voter.away(turn, election)
        drawn = one.chance("absentee")
        kind = "1" if moved or drawn < 0.4 else "2" if drawn < 0.9 else "3"
        asked, sent = election.notice - dt.timedelta(days=2), election.notice + dt.timedelta(days=1)
        values = one.rows[-1].values if moved else one.on(election.base) or one.rows[0].values
        base = {
            **_who(turn, election), "fuzaishatohyoshurui": kind, "fuzaishatohyojotai": "1", "seikyunengappi": asked.isoformat(),
            "onrainseikyufuragu": "1" if kind == "1" and drawn < 0.2 else "0", "tohyozumifuragu": "0",
            **(address(values, "sofusakijusho", "tenshutsusakijusho_kakutei") if moved else address(values, "sofusakijusho")),
            "taizaichishikuchosonkodo": values.get("tenshutsusakijusho_kakutei_shikuchosonkodo", "") if moved else "",
            "shisetsumei": "特別養護老人ホーム架け橋苑" if kind == "2" else "",
            "yubintotohyoshomeishobango": f"Y{turn.number[4:14]}" if kind == "3" else "", "dairikisaifuragu": "0",
        }  # fmt: skip
        given = {"fuzaishatohyojotai": "2", "kofunengappi": sent.isoformat()}
        cast, came = sent + dt.timedelta(days=2), sent + dt.timedelta(days=4)
        end = {
            "fuzaishatohyojotai": "3",
            "tohyonengappi": cast.isoformat(),
            "jurinengappi": came.isoformat(),
            "tohyozumifuragu": "1",
        }
        if one.chance("returned") < 0.08:
            end = {"fuzaishatohyojotai": "5", "henkannengappi": came.isoformat()}
        # The roll of the election is made in the evening of its day of registration; nothing is received before.
        times = (max(asked, election.base) + dt.timedelta(days=1), sent, came)
        steps = (base, base | given, base | given | end)
        yield [
            Line(dt.datetime.combine(day, dt.time(11, 30 + 5 * place)), cells)
            for place, (day, cells) in enumerate(zip(times, steps, strict=True))
        ]


def _received(turn: Voter, election: Election) -> dt.datetime:
    """When somebody came to the station: from seven to eight in the evening."""
    seconds = int(turn.one.chance(f"came/{election.id}") * 13 * 3600)
    return dt.datetime.combine(election.day, dt.time(7)) + dt.timedelta(seconds=seconds)


@source("008o901")
def received(shard: Shard) -> Iterator[Chain]:
    """Everybody who came on the day; who has voted early and comes again is told so."""
    for election in voter.ROLLED:
        for turn in voter.roll(shard, election):
            way = voter.way(turn, election)
            again = way == voter.EARLY and turn.one.chance(f"again/{election.id}") < CAME_AGAIN
            if way != voter.ON_DAY and not again:
                continue
            who, at = _who(turn, election), _received(turn, election)
            yield [Line(at, {
                **who, "tohyojokodo": who["tohyokukodo"], "kijitsumaetohyozumifuragu": "1" if again else "0",
                "fuzaishatohyozumifuragu": "0", "uketsukekekka": "5" if again else "1", "uketsukenengappi": at.date().isoformat(),
                "uketsukejikoku": at.strftime("%H:%M:%S"), "tohyozumifuragu": "0" if again else "1", "nyujokenjisanfuragu": "1",
                "dairitohyofuragu": "0", "tenjitohyofuragu": "0", "uketsuketorikeshifuragu": "0", "tanmatsubango": "PC01",
            })]  # fmt: skip


def _count(shard: Shard) -> Tally:
    """Voters of the block by election, station and what they do; those of the day by sex and report."""
    found: Tally = {}
    for election in voter.ROLLED:
        for turn in voter.roll(shard, election):
            if not voter.may_vote(turn, election):
                continue
            code, way = district(turn, election), voter.way(turn, election)
            said = [("on", turn.one.sex)]
            if way == voter.EARLY:
                said.append(("early", ""))
            elif way == voter.ABSENTEE and turn.one.chance("returned") >= 0.08:
                said.append(("absentee", ""))
            elif way == voter.ON_DAY:
                said += [(f"{time:%H}", turn.one.sex) for time in REPORTS if _received(turn, election).time() <= time]
            for what, sex in said:
                key = LINKAGE, election.id, code, what, sex
                found[key] = found.get(key, 0) + 1
    return found


@total(LINKAGE, _count)
def turnout(tally: Tally, _tables: Tables) -> Iterator[Chain]:
    """Turnout by station and time, over the whole town."""
    by_id = {election.id: election for election in voter.ROLLED}
    for identity, code in sorted({key[1:3] for key in tally if key[0] == LINKAGE}):
        election = by_id[identity]
        for time in REPORTS:
            counted = {
                f"{name}_{side}": tally.get((LINKAGE, identity, code, what, sex), 0)
                for name, what in (("tojitsuyukenshasu", "on"), ("tojitsutohyoshasu", f"{time:%H}"))
                for side, sex in (("otoko", MALE), ("onna", FEMALE))
            }
            for name in ("tojitsuyukenshasu", "tojitsutohyoshasu"):
                counted[name] = counted[f"{name}_otoko"] + counted[f"{name}_onna"]
            counted["kijitsumaetohyoshasu"] = tally.get((LINKAGE, identity, code, "early", ""), 0)
            counted["fuzaishatohyoshasu"] = tally.get((LINKAGE, identity, code, "absentee", ""), 0)
            counted["tohyoshasugokei"] = sum(
                counted[name] for name in ("tojitsutohyoshasu", "kijitsumaetohyoshasu", "fuzaishatohyoshasu")
            )
            yield [Line(dt.datetime.combine(election.day, time) + dt.timedelta(minutes=5), {
                "senkyoid": identity, "tohyojokodo": code, "shukeijikoku": f"{time:%H:%M:%S}", "tohyokukodo": code,
                **{name: str(count) for name, count in counted.items()}, "kikenshasu": "0",
                "kakuteifuragu": "1" if time == REPORTS[-1] else "0",
            })]  # fmt: skip
