"""付番依頼 of nine 業務 to 032, and what 032 answers: numbers, copies registered, answers of other municipalities (L30 to L32)."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator

from renkei.town.dataset import Chain, Line, source
from renkei.town.numbering import CHANGED, NEW, SUBJECTS, Request, requests
from renkei.town.person import Person, Values
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, fiscal, ordered, protected, serial, stays

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LINKAGES = {
    "020": "020o904", "021": "021o904", "022": "022o907", "023": "023o907", "024": "024o909", "025": "025o906",
    "026": "026o904", "027": "027o905", "028": "028o907",
}  # fmt: skip
_PERSON = ("kojinbango", "shimei", "shimei_gaikokujinromaji", "shimei_gaikokujinkanji", "shimei_furigana", "seibetsu",
           "seinengappi", "seinengappi_fushofuragu", "seinengappi_fushohyoki")  # fmt: skip
_PLACE = ("shikuchosonkodo", "choazakodo", "todofuken", "shikugunchosonmei", "choaza", "banchigohyoki", "katagaki",
          "yubinbango")  # fmt: skip
ANSWERED, NOTHING, WITHHELD, REFUSED, ASKING = "2", "3", "4", "5", "1"
# Which answers a 業務 asks other municipalities for: 特定個人情報名コード and 事務コード (not the official ones).
_ASKED = {"024": ("TM00000000000002", "0000000024"), "027": ("TM00000000000002", "0000000027"),
          "023": ("TM00000000000023", "0000000023"), "028": ("TM00000000000002", "0000000028")}  # fmt: skip
_COPIES = {"021": "TM00000000000021", "022": "TM00000000000022", "023": "TM00000000000023", "024": "TM00000000000024",
           "025": "TM00000000000025", "027": "TM00000000000027"}  # fmt: skip
ASKED_SINCE = dt.datetime(2023, 4, 1)


def _asked(service: str, shard: Shard) -> Iterator[Chain]:
    for own in requests(shard, service):
        yield ordered([Line(one.at, _request(one)) for one in own])


def _request(one: Request) -> Values:
    row = one.one.on(one.at.date()) or one.one.rows[0].values
    values = {name: row.get(name, "") for name in _PERSON}
    values |= {f"jusho_{part}": row.get(f"jusho_{part}", "") for part in _PLACE}
    return values | {
        "atenabango": one.one.number, "iraikubun": one.kind, "gyomuid": one.service,
        "dokujishisakushisutemutoid": "000", "nayosemotofuragu": "0", "irainengappi": one.at.date().isoformat(),
    }  # fmt: skip


for _service, _linkage in LINKAGES.items():
    source(_linkage)(functools.partial(_asked, _service))


def _first(shard: Shard) -> dict[str, tuple[dt.datetime, str]]:
    """Which 業務 asked first for each person: only it gets a new number."""
    found: dict[str, tuple[dt.datetime, str]] | None = shard.facts.get("numbering/first")
    if found is None:
        found = shard.facts["numbering/first"] = {}
        for service in SUBJECTS:
            for own in requests(shard, service):
                asked = own[0].at, service
                found[own[0].one.number] = min(found.get(own[0].one.number, asked), asked)
    return found


@source("032o901")
def results(shard: Shard) -> Iterator[Chain]:
    """What came of each request; one in two hundred fails and is asked again."""
    first = _first(shard)
    for service in SUBJECTS:
        for own in requests(shard, service):
            number = own[0].one.number
            yield ordered([line for one in own for line in _result(one, new=first[number][1] == service)])


def _result(one: Request, *, new: bool) -> Iterator[Line]:
    at = one.at + HOUR / 2
    kind = "3" if one.kind == CHANGED else "1" if new else "2"
    values: Values = {"gyomuid": one.service, "atenabango": one.one.number, "dokujishisakushisutemutoid": "000"}
    if one.one.chance(f"numbering/{one.service}/fails") < 0.005 and one.kind == NEW:
        yield Line(at, values | _done(at) | {
            "shorikekka": "9", "togoatenafuragu": "0", "erakodo": "E0032",
            "eranaiyo": "基本４情報が本人確認情報と一致しません",
        })  # fmt: skip
        at += DAY
    yield Line(at, values | _done(at) | {"shorikekka": kind, "togoatenafuragu": "1"})


def _done(at: dt.datetime) -> Values:
    return {"shorinengappi": at.date().isoformat(), "shorijikoku": at.strftime("%H:%M:%S")}


@source("032o902")
def answers(shard: Shard) -> Iterator[Chain]:
    """What other municipalities answered about people who came: converted to the 宛名番号, or on the list of errors only."""
    for service in _ASKED:
        for own in requests(shard, service):
            one = own[0].one
            for stay in stays(shard)[one.number]:
                asked = max(own[0].at, stay.entered) + 3 * HOUR
                if stay.entered >= ASKED_SINCE and not stay.born and (asked - stay.entered).days < 60:
                    kept = ordered(list(_answer(shard, service, one, asked)))
                    if kept:
                        yield kept


def _answer(shard: Shard, service: str, one: Person, asked: dt.datetime) -> Iterator[Line]:
    row = one.on(asked.date()) or one.rows[0].values
    before = row.get("tennyumaejusho_shikuchosonkodo", "")
    information, task = _ASKED[service]
    year = fiscal(asked.date())
    values: Values = {
        "gyomuid": service, "shokaibango": f"{asked:%Y%m%d}{service}{serial(shard)[one.number]:09d}",
        "atenabango": one.number, "shokaiirainengappi": asked.date().isoformat(), "shokaishorijokyo": ASKING,
        "henkankekka": "1", "jimukodo": task, "jimutetsuzukikodo": "0000000001",
        "tokuteikojinjohomeikodo": information, "shokaisakishikuchosonkodo": before,
        "shokaijokenkaishinengappi": f"{year}-04-01", "shokaijokenshuryonengappi": f"{year + 1}-03-31",
    }  # fmt: skip
    yield Line(asked, values)
    drawn = one.chance(f"answer/{service}")
    at = asked + (1 + int(drawn * 6)) * DAY
    answered = {"kaitonengappi": at.date().isoformat()}
    if protected(one, at):
        yield Line(at, {**values, "shokaishorijokyo": WITHHELD, "teikyofukariyu": "自動応答不可"})
        answered["kaitonengappi"] = (at + 10 * DAY).date().isoformat()
        at += 10 * DAY
    if drawn < 0.06 or not before:
        yield Line(at, {**values, **answered, "shokaishorijokyo": NOTHING})
    elif drawn < 0.08:
        yield Line(at, {**values, "shokaishorijokyo": REFUSED, "teikyofukariyu": "提供できる情報がないため"})
    elif drawn < 0.10:
        yield Line(at, {**values, **answered, "atenabango": "", "shokaishorijokyo": ANSWERED, "henkankekka": "2"})
    else:
        told = {"kaitokomokukodo": "00000000000000001", "kaitokomokuchi": _wide(int(drawn * 3_000_000))}
        yield Line(at, {**values, **answered, **told, "shokaishorijokyo": ANSWERED})


def _wide(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))


@source("032o903")
def copies(shard: Shard) -> Iterator[Chain]:
    """Copies registered with the 中間サーバー; those of people under 支援措置 are not answered automatically."""
    for service, information in _COPIES.items():
        for own in requests(shard, service):
            one = own[0].one
            if one.chance(f"copy/{service}") < 0.4 or one.protections:
                yield ordered(list(_copy(shard, service, information, own[0])))


def _copy(shard: Shard, service: str, information: str, first: Request) -> Iterator[Line]:
    one, at = first.one, first.at + 5 * HOUR
    values: Values = {
        "gyomuid": service, "torokuiraibango": f"{at:%Y%m%d}{service}{serial(shard)[one.number]:09d}",
        "atenabango": one.number, "tokuteikojinjohomeikodo": information, "torokushorikubun": "1",
    }  # fmt: skip
    if one.chance(f"copy/{service}/fails") < 0.006:
        failed = {"shorikekka": "9", "erakodo": "E0301", "eranaiyo": "項目の形式が正しくありません"}
        yield Line(at, {**values, **_done(at), **_hidden(one, at), **failed})
        at += DAY
    yield Line(at, {**values, **_done(at), **_hidden(one, at), "shorikekka": "1"})
    for decision in one.protections:
        later = decision.at + HOUR
        if later > at and later <= LIMIT:
            yield Line(
                later, {**values, **_done(later), **_hidden(one, later), "shorikekka": "1", "torokushorikubun": "2"}
            )


def _hidden(one: Person, at: dt.datetime) -> Values:
    flag = "1" if protected(one, at) else "0"
    return {"jidootofukafuragu": flag, "fukaijigaitofuragu": flag}
