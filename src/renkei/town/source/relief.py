"""021 生活保護: who receives, the households, and what is paid month by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.assistance import BEGIN, END, RESUME, STOP, Case, Decision, Member, cases, relieved
from renkei.town.dataset import Chain, Line, source
from renkei.town.disability import holders
from renkei.town.insurance import KAIGO_SINCE
from renkei.town.person import Values
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, account, address, month, ordered, soon

PAID_SINCE = dt.date(2025, 4, 1)
ALONE, BOTH = "1", "2"


def key(shard: Shard, case: Case) -> Values:
    """福祉事務所コード and ケース番号."""
    return {"fukushijimushokodo": shard.municipality, "kesubango": case.number}


@source("021o901")
def recipients(shard: Shard) -> Iterator[Chain]:
    """The decisions on every member of a case; each row holds the dates so far."""
    for case in cases(shard):
        for member in case.members:
            yield ordered(list(_decisions(shard, case, member)))


def _decisions(shard: Shard, case: Case, member: Member) -> Iterator[Line]:
    one = member.one
    values = key(shard, case) | {
        "shinseirirekibango": "1", "inbango": str(member.place), "atenabango": one.number,
        "kaishinengappi": member.decisions[0].day.isoformat(), "setainushifuragu": "1" if member.place == 1 else "0",
        "kohifutanshabango": f"12{shard.municipality}", "kohijukyushabango": f"{int(case.number) % 10**5:05d}{member.place:02d}",
    }  # fmt: skip
    before: Decision | None = None
    for decision in member.decisions:
        values = dict(values)
        if decision.kind == STOP:
            values["teishinengappi"], values["teishikaijonengappi"] = decision.day.isoformat(), ""
        elif decision.kind == RESUME:
            values["teishikaijonengappi"] = decision.day.isoformat()
        elif decision.kind == END:
            values["haishinengappi"], values["haishijiyu"] = decision.day.isoformat(), decision.reason
        if decision.kind in (BEGIN, RESUME):
            values |= _helps(shard, member, decision.day)
        values |= {"ketteikubun": decision.kind, "ketteinengappi": decision.at.date().isoformat()}
        yield Line(decision.at, values)
        before = decision
    year = dt.datetime(2025, 10, 1, 9, 30)
    if before is not None and before.kind == BEGIN and before.at < year:
        yield Line(
            year, {**values, **_helps(shard, member, year.date()), "ketteikubun": "2", "ketteinengappi": "2025-10-01"}
        )


def _helps(shard: Shard, member: Member, day: dt.date) -> Values:
    """Which kinds of assistance a member gets; a child of school age needs 教育扶助, a certified elder 介護扶助."""
    age = member.one.age(day)
    rent = shard.chance(member.one.number, "assistance/rent") < 0.85
    flags = {
        "seikatsufujofuragu": True, "jutakufujofuragu": rent, "kyoikufujofuragu": 6 <= age < 15,
        "iryofujofuragu": shard.chance(member.one.number, "assistance/medical") < 0.82, "shussanfujofuragu": False,
        "seigyofujofuragu": 15 <= age < 18, "sosaifujofuragu": False,
        "kaigofujofuragu": age >= 75 and day > KAIGO_SINCE and member.one.chance("care") < 0.3,
    }  # fmt: skip
    values = {name: "1" if given else "0" for name, given in flags.items()}
    return values | {"tanheikyukubun": BOTH if sum(flags.values()) > 1 else ALONE}


@source("021o902")
def households(shard: Shard) -> Iterator[Chain]:
    """Every member of a case with the place where they live."""
    for case in cases(shard):
        for member in case.members:
            yield ordered(list(_members(shard, case, member)))


def _members(shard: Shard, case: Case, member: Member) -> Iterator[Line]:
    one, first = member.one, member.decisions[0]
    row = one.on(first.at.date()) or one.rows[0].values
    values = key(shard, case) | {
        "inbango": str(member.place), "atenabango": one.number, "tsuzukigarakodo": row.get("tsuzukigarakodo1", ""),
        "setainushifuragu": "1" if member.place == 1 else "0", "setaiinkaishinengappi": first.day.isoformat(),
        "setaiinshuryonengappi": "9999-12-31",
        "shurojokyofuragu": "1" if 18 <= one.age(first.day) < 65 and one.chance("assistance/works") < 0.25 else "0",
        "shogaishakasanfuragu": "1" if one.number in holders(shard) else "0",
        "boshikasanfuragu": "1" if len(case.members) > 1 and one.spouse is None and member.place == 1 else "0",
        "chikutantoinkodo": f"{int(case.number) % 7 + 1:04d}", **address(one, first.at, "kyojuchijusho"),
    }  # fmt: skip
    yield Line(first.at, values)
    last = member.decisions[-1]
    if last.kind == END:
        end = last.day - dt.timedelta(days=1)
        yield Line(last.at, {**values, **address(one, last.at, "kyojuchijusho"),
                             "setaiinshuryonengappi": max(end, first.day).isoformat()})  # fmt: skip


@source("021o903")
def payments(shard: Shard) -> Iterator[Chain]:
    """What each case is paid, month by month of the last year."""
    for case in cases(shard):
        first = case.members[0]
        day = PAID_SINCE
        while day < LIMIT.date():
            paid = [member for member in case.members if relieved(shard, member.one.number, day)]
            at = soon(first.one, day + dt.timedelta(days=3 if day.month in (1, 5) else 1), "assistance/paid")
            at = max(at, first.decisions[0].at + dt.timedelta(days=1))
            if paid and at <= LIMIT:
                yield [Line(at, _payment(shard, case, paid, day, at))]
            day = month(day, 1)


def _payment(shard: Shard, case: Case, paid: list[Member], day: dt.date, at: dt.datetime) -> Values:
    helps = [_helps(shard, member, day) for member in paid]
    children = sum(one["kyoikufujofuragu"] == "1" for one in helps)
    older = sum(one["seigyofujofuragu"] == "1" for one in helps)
    one = case.members[0].one
    living = 46_000 + 30_500 * len(paid)
    rent = (38_000, 45_000, 49_000)[min(len(paid), 3) - 1] if helps[0]["jutakufujofuragu"] == "1" else 0
    winter = 3_200 * len(paid) if day.month in (11, 12, 1, 2, 3) else 0
    earned = (
        min(living // 2, int(one.chance("assistance/earned") * 60_000)) if one.chance("assistance/works") < 0.25 else 0
    )
    amounts = {
        "seikatsufujogaku": living + winter, "jutakufujogaku": rent, "kyoikufujogaku": 3_400 * children,
        "kaigofujogaku": 0, "shussanfujogaku": 0, "seigyofujogaku": 6_100 * older, "sosaifujogaku": 0,
        "ichijifujogaku": 14_700 if day.month == 12 else 0,
    }  # fmt: skip
    return key(shard, case) | {
        "shikyunengetsu": f"{day:%Y-%m}", "fujohiketteibango": f"{day:%Y%m}{int(case.number):09d}",
        "atenabango": one.number, "ketteinengappi": at.date().isoformat(),
        **{name: str(amount) for name, amount in amounts.items()}, "shunyujutogaku": str(earned),
        "shikyugaku": str(sum(amounts.values()) - earned), "shikyunengappi": at.date().isoformat(),
        "henkantaishogaku": "0", **account(one, "shikyukoza"),
    }  # fmt: skip
