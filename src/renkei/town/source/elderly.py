"""025 後期高齢者医療: insured persons, premiums, and the households that they come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town import kokipremium
from renkei.town.dataset import Chain, Line, source
from renkei.town.insurance import AWAY, DIED, JUDGED, KOKI, KOKUHO, RELIEVED, Period, periods
from renkei.town.kokipremium import insured, premiums
from renkei.town.kokuho import by_person
from renkei.town.person import NEVER, Person, Values
from renkei.town.premium import standing
from renkei.town.shard import Shard
from renkei.town.source import claim
from renkei.town.source.longcare import told
from renkei.town.stay import fiscal, ordered

HOUR = dt.timedelta(hours=1)
AGED, JUDGED_CODE, CAME, HELPED = "001", "002", "003", "005"


def _people(shard: Shard) -> Iterator[tuple[Person, list[Period]]]:
    people = {one.number: one for one in shard.people}
    for number, own in periods(shard, KOKI).items():
        yield people[number], own


def joined(period: Period) -> str:
    """資格取得事由コード."""
    if period.cause == JUDGED:
        return JUDGED_CODE
    return CAME if period.before == AWAY else HELPED if period.before == RELIEVED else AGED


def lost(period: Period) -> str:
    """資格喪失事由コード."""
    if period.after == RELIEVED:
        return "004"
    return "001" if period.end_cause == DIED else "002" if period.after == AWAY else "009"


@source("025o901")
def persons(shard: Shard) -> Iterator[Chain]:
    """Acquisition and loss, on the 75th birthday itself."""
    for one, own in _people(shard):
        yield ordered([line for period in own for line in _person(shard, one, period)])


def _kind(period: Period) -> str:
    return "2" if period.cause == JUDGED else "1"


def _share(shard: Shard, one: Person, at: dt.datetime) -> str:
    total = standing(shard, one, min(fiscal(at.date()), 2025), at).total
    return "3" if total >= 1_450_000 else "2" if total >= 280_000 else "1"


def _person(shard: Shard, one: Person, period: Period) -> Iterator[Line]:
    values: Values = {
        "hihokenshabango": insured(shard, one), "kojinkubunkodo": _kind(period), "atenabango": one.number,
        "shikakushutokujiyukodo": joined(period), "shikakushutokunengappi": period.begin.isoformat(),
        "hokenshabango": f"39{shard.municipality}", "hokenshabangotekiyokaishinengappi": period.begin.isoformat(),
        "hokenshabangotekiyoshuryonengappi": "9999-12-31", "futanwariai": _share(shard, one, period.at),
        "yukokigen": dt.date(fiscal(period.at.date()) + 1, 7, 31).isoformat(), "jushochitokureifuragu": "0",
        "kyuhifuyoshafuragu": "0" if period.before in (KOKUHO, AWAY, RELIEVED) else "1",
    }  # fmt: skip
    if _kind(period) == "2":
        values["shogaininteinengappi"] = period.begin.isoformat()
    yield Line(period.at, values)
    if period.end != NEVER:
        end = {
            "shikakusoshitsujiyukodo": lost(period), "shikakusoshitsunengappi": period.end.isoformat(),
            "hokenshabangotekiyoshuryonengappi": period.end.isoformat(),
        }  # fmt: skip
        yield Line(period.ended, values | end)


@source("025o902")
def notices(shard: Shard) -> Iterator[Chain]:
    """What 001 writes into the 住民票 (L13)."""
    for one, own in _people(shard):
        yield told(one, own)


@source("025o903")
def assessments(shard: Shard) -> Iterator[Chain]:
    """The premium of each year and its corrections."""
    return claim.assessed(premiums(shard))


@source("025o904")
def instalments(shard: Shard) -> Iterator[Chain]:
    """期別調定 (L70)."""
    return claim.rows(shard, kokipremium.dues(shard), lambda due, _: {"hihokenshabango": due.insured})


@source("025o905")
def members(shard: Shard) -> Iterator[Chain]:
    """Who joined, and out of which 国保世帯 (L82)."""
    for one, own in _people(shard):
        lines = []
        for period in own:
            values = _member(shard, one, period)
            lines.append(Line(period.at + HOUR, values))
            if period.end != NEVER:
                end = {"dattainengappi": period.end.isoformat(), "dattaijiyukodo": lost(period)}
                if values["tokuteidoitsusetaishozokushafuragu"] == "1":
                    end["tokuteidoitsusetaishozokushashuryonengappi"] = period.end.isoformat()
                lines.append(Line(period.ended + HOUR, values | end))
        yield ordered(lines)


def _member(shard: Shard, one: Person, period: Period) -> Values:
    before = [segment for segment in by_person(shard).get(one.number, ()) if segment.end == period.begin]
    values: Values = {
        "atenabango": one.number, "hihokenshabango": insured(shard, one), "kojinkubunkodo": _kind(period),
        "kanyunengappi": period.begin.isoformat(), "kanyujiyukodo": joined(period),
        "tokuteidoitsusetaishozokushafuragu": "1" if before else "0",
        "fukataishoshotokugaku": str(standing(shard, one, min(fiscal(period.at.date()), 2025), period.at).total),
    }  # fmt: skip
    if before:
        values |= {
            "kanyumaekokuhosetaibango": before[0].home, "tokuteidoitsusetaishozokushakaishinengappi": period.begin.isoformat(),
            "tokuteidoitsusetaishozokushashuryonengappi": "9999-12-31",
        }  # fmt: skip
    return values
