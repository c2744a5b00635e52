"""006 選挙人名簿管理 and 009 在外選挙: who is on the roll, on the roll of an election, and on the roll of voters abroad."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town import register, voter
from renkei.town.cells import address, birthday, foreign_address, written
from renkei.town.dataset import Chain, Line, source
from renkei.town.person import LIVING, Values
from renkei.town.register import names
from renkei.town.shard import Shard
from renkei.town.stay import flagged, ordered, protected, soon
from renkei.town.voter import Election, Overseas, Voter

LOCKED = "etsuranseigenfuragu"
SHOWN = ("shimei", "jusho_choazakodo", "jusho_banchigohyoki", "jusho_katagaki")
CONSULATES = {"840": "在ニューヨーク総領事館", "156": "在上海総領事館", "704": "在ベトナム大使館"}


@source("006o901")
def voters(shard: Shard) -> Iterator[Chain]:
    """The roll: registered, moved within the town, marked as moved away, struck."""
    turns: dict[str, list[Voter]] = {}
    for one in voter.voters(shard):
        turns.setdefault(one.one.number, []).append(one)
    for times in turns.values():
        chain: Chain = []
        for turn in times:
            chain += _listed(turn)
        yield ordered(flagged(chain, times[0].one, LOCKED))


def _listed(turn: Voter) -> Chain:
    one = turn.one
    at = turn.registered
    page = int(one.chance("page") * 60_000)
    fixed = {
        "atenabango": one.number, "senkyoninmeibobango": turn.number, "meibotorokukubun": turn.kind,
        "meibotorokunengappi": at.date().isoformat(), "meibopeji": str(page // 50 + 1), "meibogyo": str(page % 50 + 1),
        "seibetsu": one.sex, "tennyunengappi": one.rows[0].at.date().isoformat(), "masshofuragu": "0",
        "tenjitohyofuragu": "1" if one.chance("braille") < 0.001 else "0",
    }  # fmt: skip
    chain: Chain = []
    shown: list[str] = []
    for row in one.rows:
        if row.values["juminjotai"] != LIVING or (turn.erased is not None and row.at >= turn.erased):
            continue
        cells = [row.values.get(item, "") for item in SHOWN]
        if cells == shown and chain:
            continue
        shown = cells
        line = Line(max(at, row.at + dt.timedelta(hours=1)), fixed | _shown(row.values))
        chain = [line] if row.at <= at else [*chain, line]
    if turn.left is not None and turn.erased is not None:
        chain.append(
            Line(turn.left, chain[-1].values | {"hyojijiyu": "01", "hyojinengappi": turn.left.date().isoformat()})
        )
    if turn.erased is not None:
        struck = {"masshofuragu": "1", "masshonengappi": turn.erased.date().isoformat(), "masshojiyu": turn.why}
        chain.append(Line(turn.erased, chain[-1].values | struck))
    return chain


def _shown(values: Values) -> Values:
    return {
        "tohyokukodo": voter.district(values.get("jusho_choazakodo", "")), "shimei": values["shimei"],
        "shimei_furigana": values.get("shimei_furigana", ""), "shimei_yusen": values.get("shimei_yusen") or values["shimei"],
        **birthday(values), **address(values),
    }  # fmt: skip


@source("006o902")
def rolls(shard: Shard) -> Iterator[Chain]:
    """The rolls of the elections of which they are kept."""
    for election in voter.ROLLED:
        at = dt.datetime.combine(election.base, dt.time(20))
        for turn in voter.roll(shard, election):
            yield [Line(at, _of_election(turn, election, at))]


def _of_election(turn: Voter, election: Election, at: dt.datetime) -> Values:
    one = turn.one
    gone = voter.away(turn, election)
    values = (
        one.on((turn.left - dt.timedelta(days=1)).date() if gone and turn.left else election.base) or one.rows[0].values
    )
    may = voter.may_vote(turn, election)
    hidden = protected(one, at)
    page = int(one.chance("page") * 60_000)
    return {
        "senkyoid": election.id, "atenabango": one.number, "senkyoninmeibobango": turn.number,
        "tohyokukodo": voter.district(values.get("jusho_choazakodo", "")), "meibopeji": str(page // 50 + 1),
        "meibogyo": str(page % 50 + 1), "shimei": values["shimei"], "shimei_furigana": values.get("shimei_furigana", ""),
        **birthday(values), "seibetsu": one.sex, "tohyojonyujokenbango": f"{election.id[2:6]}{turn.number}",
        "tohyoshikakufuragu": "1" if may else "0", "tohyofukajiyu": "" if may else "01",
        "shikuchosongaitenshutsufuragu": "1" if gone else "0", "todofukennaitenshutsufuragu": "0", "zaigaisenkyoninfuragu": "0",
        "nyujokensofuteishifuragu": "1" if hidden or not may else "0", LOCKED: "1" if hidden else "0",
    }  # fmt: skip


@source("006o903")
def registered(shard: Shard) -> Iterator[Chain]:
    """Whether somebody is on the roll, for the resident record."""
    chains: dict[str, Chain] = {}
    for turn in voter.voters(shard):
        chain = chains.setdefault(turn.one.number, [])
        day = turn.registered.date().isoformat()
        values = {
            "atenabango": turn.one.number, "senkyoninmeibotorokuumufuragu": "1", "meibotorokunengappi": day, "shorinengappi": day,
        }  # fmt: skip
        chain.append(Line(turn.registered + dt.timedelta(hours=1), values))
        if turn.erased is not None:
            struck = turn.erased.date().isoformat()
            ended = {"senkyoninmeibotorokuumufuragu": "0", "meibomasshonengappi": struck, "shorinengappi": struck}
            chain.append(Line(turn.erased + dt.timedelta(hours=1), values | ended))
    yield from map(ordered, chains.values())


@source("009o901")
def overseas(shard: Shard) -> Iterator[Chain]:
    """Voters abroad: asked for at departure, and struck four months after coming home."""
    where = register.current(shard)
    for one in voter.abroad(shard).values():
        entry = where.get(one.one.number)
        if entry is not None:
            yield ordered([Line(one.registered, _abroad(one, entry))])


def _abroad(one: Overseas, entry: register.Entry) -> Values:
    values, block = one.row.values, "tenshutsusakijusho_kakutei"
    left = dt.date.fromisoformat(values["shojonoidonengappi"])
    told = foreign_address(values, "kokugaijusho", block)
    return {
        "atenabango": one.one.number, "zaigaisenkyoninshobango": one.number, "zaigaitorokukubun": "2",
        "shinseinengappi": min(left, one.row.at.date()).isoformat(),
        "zaigaisenkyoninmeibotorokunengappi": one.registered.date().isoformat(),
        "ryojikankankatsu": CONSULATES.get(told["kokugaijusho_kokumeikodo"], "在外公館"), **names(values, one.one), **birthday(values),
        "seibetsu": one.one.sex, "kokugaijusho_kokumeikodo": told["kokugaijusho_kokumeikodo"],
        "kokugaijusho_kokumeito": told["kokugaijusho_kokumeito"], "kokugaijusho": told["kokugaijusho_kokugaijusho"],
        "kokugaijusho_sofusaki": "P.O. BOX 993018", "saishujusho_shikuchosonkodo": values["jusho_shikuchosonkodo"],
        "saishujusho": written(values), "honseki_shikuchosonkodo": entry.domicile["honseki_shikuchosonkodo"],
        "honseki": register.spelled(entry.domicile), "kokugaitenshutsunengappi": left.isoformat(),
        "kokugaijushokaishinengappi": (left + dt.timedelta(days=1)).isoformat(),
        "shiteizaigaisenkyotohyokukodo": "001", "shikkenfuragu": "0", "masshofuragu": "0",
    }  # fmt: skip


@source("009o902")
def votes_abroad(shard: Shard) -> Iterator[Chain]:
    """Votes from abroad in the national elections: at a consulate, or by post and sometimes too late."""
    for election in voter.ELECTIONS:
        if not election.national:
            continue
        for one in voter.abroad(shard).values():
            drawn = one.one.chance(f"vote/{election.id}")
            if one.registered.date() >= election.notice or drawn > 0.6:
                continue
            post = drawn < 0.2
            late = drawn < 0.05
            cast = election.notice + dt.timedelta(days=2)
            came = election.day + dt.timedelta(days=2 if late else -1)
            yield [Line(soon(one.one, came, "abroad"), {
                "senkyoid": election.id, "atenabango": one.one.number, "zaigaisenkyoninshobango": one.number,
                "zaigaitohyohoho": "2" if post else "1", "seikyunengappi": (election.notice - dt.timedelta(days=20)).isoformat() if post else "",
                "kofunengappi": (election.notice - dt.timedelta(days=8)).isoformat() if post else "", "tohyonengappi": cast.isoformat(),
                "tohyobasho": "" if post else CONSULATES.get(one.row.values["tenshutsusakijusho_kakutei_kokumeikodo"], "在外公館"),
                "jurinengappi": came.isoformat(), "tohyozumifuragu": "0" if late else "1", "kigengotochakufuragu": "1" if late else "0",
                "fujurijiyu": "期限の後に到着" if late else "",
            })]  # fmt: skip
