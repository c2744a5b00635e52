"""024 国民健康保険: qualification, households, taxes, those who turn 75, and benefits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town import kokuhopremium
from renkei.town.dataset import Chain, Line, source
from renkei.town.due import Due
from renkei.town.insurance import AWAY, BORN, DIED, EMPLOYED, KOKI, KOKUHO, RELIEVED, Period, periods
from renkei.town.kokuho import Segment, branch, by_person, segments, symbol
from renkei.town.kokuhopremium import premiums
from renkei.town.person import NEVER, Values
from renkei.town.premium import standing
from renkei.town.shard import Shard
from renkei.town.source import claim
from renkei.town.source.longcare import told
from renkei.town.stay import LIMIT, account, address, anniversary, fiscal, head, month, ordered, soon

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
_JOINED = {EMPLOYED: "02", RELIEVED: "04", KOKI: "05"}
_LOST = {EMPLOYED: "02", RELIEVED: "04", KOKI: "05"}
TURN_75 = "01"
BENEFITS_SINCE = dt.date(2024, 4, 1)


def joined(period: Period) -> str:
    """資格取得事由."""
    return ("03" if period.cause == BORN else "01") if period.before == AWAY else _JOINED[period.before]


def lost(period: Period) -> str:
    """資格喪失事由."""
    return ("03" if period.end_cause == DIED else "01") if period.after == AWAY else _LOST[period.after]


@source("024o901")
def persons(shard: Shard) -> Iterator[Chain]:
    """A row for every acquisition, change of household and loss."""
    for own in by_person(shard).values():
        yield ordered([line for segment in own for line in _person(shard, segment)])


def _person(shard: Shard, segment: Segment) -> Iterator[Line]:
    one, period = segment.one, segment.period
    first = head(shard, segment.home, segment.known)
    row = one.on(segment.known.date()) or one.rows[0].values
    until = dt.date(fiscal(segment.known.date()) + 1, 7, 31)
    elder = one.age(segment.known.date()) >= 70
    values: Values = {
        "atenabango": one.number, "shikuchosonhokenshabango": f"00{shard.municipality}",
        "kokuhokigobango": symbol(shard, segment.home), "edaban": branch(shard, segment), "kokuhoshikakukubun": "1",
        "shikakushutokunengappi": period.begin.isoformat(), "shikakushutokujiyu": joined(period),
        "tekiyokaishinengappi": segment.begin.isoformat(), "tekiyoshuryonengappi": "9999-12-31",
        "shokubun": "03" if one.chance("kokuho/card") < 0.7 else "01",
        "yukokigen": min(until, anniversary(one.born, 75) - DAY).isoformat(), "marugakumaruenkubun": "0",
        "kokuhosetaibango": segment.home, "setainushiatenabango": (first or one).number,
        "tsuzukigarakodo": row.get("tsuzukigarakodo1", ""),
        "shikakushutokutodokedenengappi": segment.known.date().isoformat(),
        "futanwariai": "2" if elder or one.age(segment.known.date()) < 6 else "3",
        "jushochitokureifuragu": "0", "tokubetsuryoyofuragu": "0",
    }  # fmt: skip
    yield Line(segment.known, values)
    if segment.lost and period.end != NEVER:
        end = {
            "shikakusoshitsunengappi": period.end.isoformat(), "shikakusoshitsujiyu": lost(period),
            "tekiyoshuryonengappi": period.end.isoformat(),
            "shikakusoshitsutodokedenengappi": segment.ended.date().isoformat(),
        }  # fmt: skip
        yield Line(segment.ended, values | end)


@source("024o902")
def notices(shard: Shard) -> Iterator[Chain]:
    """What 001 writes into the 住民票 (L12)."""
    people = {one.number: one for one in shard.people}
    for number, own in periods(shard, KOKUHO).items():
        yield told(people[number], own)


@source("024o903")
def households(shard: Shard) -> Iterator[Chain]:
    """A row whenever the number of the insured changes; a household ends with its last insured member."""
    for home, own in segments(shard).items():
        moments = sorted(
            {segment.known for segment in own} | {segment.ended for segment in own if segment.end != NEVER}
        )
        lines, before = [], -1
        for at in moments:
            now = [segment for segment in own if segment.known <= at < segment.ended]
            if len(now) != before and at <= LIMIT:
                lines.append(Line(at, _household(shard, home, own, now, at)))
                before = len(now)
        yield ordered(lines)


def _household(shard: Shard, home: str, own: list[Segment], now: list[Segment], at: dt.datetime) -> Values:
    first = head(shard, home, at) or own[0].one
    known = [segment for segment in own if segment.known <= at]
    elders = sum(segment.period.after == KOKI for segment in known if segment.ended <= at)
    begin = min(segment.begin for segment in known)
    end = max(segment.end for segment in known).isoformat() if not now else "9999-12-31"
    insured = any(segment.one is first for segment in now)
    return {
        "kokuhosetaibango": home, "setaibango": home, "kokuhokigobango": symbol(shard, home),
        "setainushiatenabango": first.number, "giseisetainushifuragu": "0" if insured or not now else "1",
        "hihokenshaninzu": str(len(now)), "tokuteidoitsusetaishozokushaninzu": str(elders),
        "setaikaishinengappi": begin.isoformat(), "setaishuryonengappi": end, "tainosetaifuragu": "0",
        **address(first, at, "sofusaki"),
    }  # fmt: skip


@source("024o904")
def assessments(shard: Shard) -> Iterator[Chain]:
    """The tax of each year and its corrections."""
    for one in premiums(shard):
        year = str(one.year)
        fixed = {
            "fukanendo": year, "tsuchishobango": one.notice, "choteinendo": year, "kokuhosetaibango": one.household,
            "atenabango": one.holder.number, "fukakijitsu": f"{year}-04-01",
        }  # fmt: skip
        yield [
            Line(
                state.at,
                {**fixed, "fukaketteinengappi": state.at.date().isoformat(), "fukajiyu": state.reason, **state.values},
            )
            for state in one.states
        ]


@source("024o905")
def instalments(shard: Shard) -> Iterator[Chain]:
    """期別調定 (L70) with its three parts."""
    shares = {}
    for one in premiums(shard):
        last = max(one.states, key=lambda state: state.amount).values
        shares[one.notice] = tuple(int(last[f"{part}gaku"]) for part in ("iryobun", "shienkinbun", "kaigobun"))

    def parts(due: Due, amount: int) -> Values:
        total = sum(shares[due.notice]) or 1
        support, care = (amount * share // total // 100 * 100 for share in shares[due.notice][1:])
        return {
            "iryobungaku": str(amount - support - care), "shienkinbungaku": str(support), "kaigobungaku": str(care),
            "kokuhosetaibango": due.household, "kokuhokigobango": symbol(shard, due.household),
        }  # fmt: skip

    return claim.rows(shard, kokuhopremium.dues(shard), parts)


@source("024o906")
def leaving(shard: Shard) -> Iterator[Chain]:
    """Who turns 75, told to 025 at the start of the second month before (L81)."""
    for own in by_person(shard).values():
        segment, one = own[-1], own[-1].one
        day = anniversary(one.born, 75)
        at = soon(one, month(day, -2), "kokuho/leaving")
        if at <= LIMIT and segment.known < at < segment.ended and segment.begin < day:
            yield [Line(at, _leaving(shard, segment, day, at))]


def _leaving(shard: Shard, segment: Segment, day: dt.date, at: dt.datetime) -> Values:
    one = segment.one
    first = head(shard, segment.home, at) or one
    return {
        "atenabango": one.number, "ikojiyu": TURN_75, "ikoyoteinengappi": day.isoformat(),
        "seinengappi": one.born.isoformat(), "seibetsu": one.sex, "kokuhokigobango": symbol(shard, segment.home),
        "edaban": branch(shard, segment), "kokuhoshikakukubun": "1",
        "kokuhoshikakushutokunengappi": segment.period.begin.isoformat(), "setaibango": segment.home,
        "setainushiatenabango": first.number, "kyuhifuyoshafuragu": "0",
        "futanwariai": "1" if standing(shard, one, fiscal(at.date()), at).total < 280_000 else "2",
        "tokubetsuchoshufuragu": "1",
    }  # fmt: skip


@source("024o907")
def benefits(shard: Shard) -> Iterator[Chain]:
    """Allowances at birth and death, and what was paid back of high costs."""
    count = shard.number * 4000
    for own in by_person(shard).values():
        for segment in own:
            for kind, day, amount in _benefits(segment):
                count += 1
                chain = ordered(list(_benefit(shard, segment, kind, day, amount, f"{count:015d}")))
                if chain:
                    yield chain


def _benefits(segment: Segment) -> Iterator[tuple[str, dt.date, int]]:
    period, one = segment.period, segment.one
    if period.cause == BORN and period.begin >= BENEFITS_SINCE and segment.begin == period.begin:
        yield "05", period.begin, 500_000
    if period.end_cause == DIED and period.end >= BENEFITS_SINCE and segment.lost:
        yield "06", period.end - DAY, 50_000
    if one.chance("kokuho/costs") < 0.12:
        day = BENEFITS_SINCE + int(one.chance("kokuho/costs/day") * 700) * DAY
        if segment.begin <= day < segment.end:
            yield "03", day, 10_000 + int(one.chance("kokuho/costs/amount") * 90_000)


def _benefit(shard: Shard, segment: Segment, kind: str, day: dt.date, amount: int, number: str) -> Iterator[Line]:
    one = segment.one
    # 高額療養費 comes two months after the month of treatment, the others within weeks.
    at = max(soon(one, day + (75 if kind == "03" else 12) * DAY, "benefit"), segment.known + HOUR)
    if kind == "06":
        at = max(at, segment.ended + HOUR)
    payee = head(shard, segment.home, at) or one
    values: Values = {
        "atenabango": one.number, "kyufubango": number, "kyufushurui": kind, "kyufujokyo": "1",
        "kokuhokigobango": symbol(shard, segment.home), "edaban": branch(shard, segment),
        "shinseinengappi": at.date().isoformat(), "shinseishaatenabango": payee.number, **account(payee, "shiharaikoza"),
    }  # fmt: skip
    if kind == "03":
        values |= {"shinryonengetsu": f"{day:%Y-%m}", "soiryohi": str(amount * 30), "jikofutangaku": str(amount * 9)}
    elif kind == "05":
        values["shussannengappi"] = day.isoformat()
    else:
        values["shibonengappi"] = day.isoformat()
    yield Line(at, values)
    decided = at + 15 * DAY
    given = {"kyufujokyo": "2", "shikyuketteinengappi": decided.date().isoformat(), "shikyugaku": str(amount)}
    yield Line(decided, values | given)
    paid = decided + 12 * DAY
    yield Line(paid, {**values, **given, "kyufujokyo": "4", "shiharainengappi": paid.date().isoformat()})
