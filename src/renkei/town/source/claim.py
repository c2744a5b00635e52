"""期別調定: the instalments of premiums and fees as 036 receives them (L70), for whichever 業務 raises them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from renkei.town.cells import iso
from renkei.town.dataset import Chain, Line
from renkei.town.due import Due
from renkei.town.person import Values
from renkei.town.premium import Premium
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT

Extra = Callable[[Due, int], Values]
DEBIT_SHARE = 0.38
FIRST, MORE, LESS, OCCASIONAL = "01", "02", "03", "04"
PENSION_FUND = "0000000001"


def rows(shard: Shard, dues: Iterable[Due], extra: Extra) -> Iterator[Chain]:
    """A history for every instalment; ``extra`` adds what its 業務 says of an amount."""
    for due in dues:
        lines = [(due.raised, due.amount, OCCASIONAL if due.period == "90" else FIRST)]
        for at, amount in due.changes:
            lines.append((at, amount, MORE if amount > lines[-1][1] else LESS))
        yield [Line(at, _values(shard, due, at, amount, reason) | extra(due, amount))
               for at, amount, reason in lines if at <= LIMIT]  # fmt: skip


def assessed(premiums: Iterable[Premium]) -> Iterator[Chain]:
    """賦課 of insured persons: the premium of each year and its corrections."""
    for one in premiums:
        year = str(one.year)
        fixed = {
            "fukanendo": year, "tsuchishobango": one.notice, "choteinendo": year, "atenabango": one.holder.number,
            "hihokenshabango": one.insured, "choshukubun": "2" if one.withheld else "1",
        }  # fmt: skip
        yield [
            Line(
                state.at,
                {**fixed, "fukaketteinengappi": iso(state.at.date()), "fukajiyu": state.reason, **state.values},
            )
            for state in one.states
        ]


def _values(shard: Shard, due: Due, at: dt.datetime, amount: int, reason: str) -> Values:
    paid = "2" if shard.chance(due.holder, "debit") < DEBIT_SHARE else "1"
    way = "3" if due.withheld else paid
    year = str(due.year)
    values = {
        "gyomuid": due.service, "atenabango": due.holder, "fukanendo": year, "zeimokukodo": due.kind,
        "tsuchishobango": due.notice, "kibetsu": due.period, "choteinendo": year,
        "choshukubun": "2" if due.withheld else "1", "nofuhoho": way, "choteinengappi": iso(at.date()),
        "choteijiyu": reason, "nokigen": iso(due.due), "choteigaku": str(amount), "nokigenhenkofuragu": "0",
    }  # fmt: skip
    if due.withheld:
        values["tokubetsuchoshugimushakodo"] = PENSION_FUND
    if at != due.raised:
        values["fukakonkyokoseinengappi"] = iso(at.date())
    return values
