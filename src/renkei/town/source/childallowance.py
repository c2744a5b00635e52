"""027 児童手当: recipients, children, the months for 001, and payments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town.allowance import Amounts, Award, Claim, awards
from renkei.town.dataset import Chain, Line, source
from renkei.town.income import EMPLOYED, PART, work
from renkei.town.person import Values
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, account, flagged, month, ordered, soon

PAYING, LOST = "1", "4"
PAID_SINCE = dt.date(2025, 4, 1)
DAY = dt.timedelta(days=1)
# Whose account was closed before which payment: it is paid once more in the days of the first delta.
CLOSED = (17, dt.date(2026, 2, 1))


def _month(day: dt.date) -> str:
    return f"{day:%Y-%m}"


@source("027o901")
def recipients(shard: Shard) -> Iterator[Chain]:
    """A row whenever the amount changes; it ends with the last child."""
    for award in awards(shard):
        lines = [Line(amounts.at, _recipient(award, amounts)) for amounts in award.amounts]
        if lines:
            yield flagged(lines, award.one)


def _recipient(award: Award, amounts: Amounts) -> Values:
    one = award.one
    first = min(award.claims, key=lambda claim: claim.known)
    kind = work(one, one.age(amounts.at.date()))
    values: Values = {
        "ninteibango": award.number, "atenabango": one.number, "jukyushakubun": "1", "shikyujokyo": PAYING,
        "seikyunengappi": (first.known - DAY).date().isoformat(), "ninteinengappi": first.known.date().isoformat(),
        "shikyukaishinengetsu": _month(_since(award, amounts)),
        "haigushaatenabango": one.spouse.number if one.spouse else "", "seikeiijiteido": "1",
        "kanyunenkinkubun": "2" if kind in (EMPLOYED, PART) else "1",
        "jidoteategetsugaku": str(amounts.total), "shikyutaishojidosu": str(amounts.counted),
        "daisanshiikokasantaishojidosu": str(sum(amount == 30_000 for amount in amounts.children.values())),
        **account(one, "shiharaikoza"),
    }  # fmt: skip
    if amounts.total == 0:
        last = max((claim for claim in award.claims if claim.ended <= amounts.at), key=lambda claim: claim.ended)
        values |= {
            "shikyujokyo": LOST, "shikyushuryonengetsu": max(_month(month(last.end, -1)), values["shikyukaishinengetsu"]),
            "shikakusoshitsunengappi": amounts.at.date().isoformat(), "shikakusoshitsujiyu": last.reason,
        }  # fmt: skip
    return values


def _since(award: Award, amounts: Amounts) -> dt.date:
    """The first month of the present series: after a loss it begins anew."""
    since = award.amounts[0].month
    ended = False
    for one in award.amounts:
        if one.at > amounts.at:
            break
        if ended and one.total:
            since = one.month
        ended = one.total == 0
    return since


@source("027o902")
def children(shard: Shard) -> Iterator[Chain]:
    """A row of a child whenever its amount changes."""
    for award in awards(shard):
        chains: dict[str, Chain] = {}
        before: dict[str, int] = {}
        for amounts in award.amounts:
            for number, amount in amounts.children.items():
                if before.get(number) != amount:
                    values = _child(award, amounts, number, amount)
                    chains.setdefault(number, []).append(Line(amounts.at, values))
            before = amounts.children
        yield from chains.values()


def _child(award: Award, amounts: Amounts, number: str, amount: int) -> Values:
    own = [claim for claim in award.claims if claim.child.number == number and claim.known <= amounts.at]
    claim: Claim = own[-1]
    child = claim.child
    place = [one.child.number for one in award.claims if one.known <= amounts.at < one.ended or one is claim]
    values: Values = {
        "ninteibango": award.number, "jidoatenabango": number, "jukyushaatenabango": award.one.number,
        "seinengappi": child.born.isoformat(), "tsuzukigarakodo": "06" if award.one in (child.mother, child.father) else "13",
        "dokyobekkyokubun": "1", "kangofuragu": "1" if amount else "0", "seikeidoitsufuragu": "1",
        "santeikubun": "1" if amount else "3", "shusshojuni": str(list(dict.fromkeys(place)).index(number) + 1),
        "shikyutaishokaishinengetsu": _month(claim.begin), "teategetsugaku": str(amount),
        "gakukaiteinengappi": amounts.at.date().isoformat(), "kaigairyugakufuragu": "0",
    }  # fmt: skip
    if not amount:
        values["shikyutaishoshuryonengetsu"] = _month(max(month(claim.end, -1), claim.begin))
    return values


@source("027o903")
def months(shard: Shard) -> Iterator[Chain]:
    """What 001 writes into the 住民票 (L16): the first and the last month."""
    for award in awards(shard):
        lines, paid = [], False
        for amounts in award.amounts:
            if bool(amounts.total) == paid:
                continue
            paid = bool(amounts.total)
            values = {
                "atenabango": award.one.number, "jukyufuragu": "1" if paid else "0",
                "jukyukaishinengetsu": _month(_since(award, amounts)),
            }  # fmt: skip
            if not paid:
                values["jukyushuryonengetsu"] = _recipient(award, amounts)["shikyushuryonengetsu"]
            lines.append(Line(amounts.at + dt.timedelta(hours=1), values))
        kept = ordered(lines)
        if kept:
            yield kept


@source("027o904")
def payments(shard: Shard) -> Iterator[Chain]:
    """Every second month for the two months before; where the account is closed, once more weeks later."""
    for award in awards(shard):
        day = PAID_SINCE
        while day < LIMIT.date():
            at = soon(award.one, day.replace(day=10), "allowance/paid")
            amount = _monthly(award, month(day, -2)) + _monthly(award, month(day, -1))
            if amount and award.amounts[0].at < at:
                yield ordered(list(_payment(award, day, at, amount)))
            day = month(day, 2)


def _monthly(award: Award, day: dt.date) -> int:
    """What is due for a month, as it was known at the end of it."""
    known = [amounts for amounts in award.amounts if amounts.month <= day]
    return known[-1].total if known else 0


def _payment(award: Award, day: dt.date, at: dt.datetime, amount: int) -> Iterator[Line]:
    failed = award.one.chance(f"allowance/{day:%Y%m}") < 0.02 or (award.one.persona, day) == CLOSED
    values: Values = {
        "ninteibango": award.number, "shiharaiki": _month(day), "shiharaibango": f"{day:%Y%m}{int(award.number):09d}",
        "atenabango": award.one.number, "shiharaitaishokaishinengetsu": _month(month(day, -2)),
        "shiharaitaishoshuryonengetsu": _month(month(day, -1)),
        "shiharaitaishogessu": str(sum(_monthly(award, month(day, -back)) > 0 for back in (2, 1))),
        "teikishiharaigaku": str(amount), "choseigaku": "0", "shiharaigaku": str(amount), "shiharaijokyo": "2",
        "shiharainengappi": at.date().isoformat(), **account(award.one, "shiharaikoza"),
    }  # fmt: skip
    if failed:
        yield Line(at, {**values, "shiharaijokyo": "3", "kozafunoriyu": "口座解約のため"})
        again = at + 30 * DAY
        yield Line(again, {**values, "shiharainengappi": again.date().isoformat()})
        return
    yield Line(at, values)
